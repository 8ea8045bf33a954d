# The training step as the paper writes it: dense latents, gradients by autograd, Adam. parameters: encoder (n, d), decoder (n, d),
# pre_bias, latent_bias. Returns the parameters, Adam's two moments and last_nonzero after the step.

def dense(z: Tensor, k: int) -> Tensor:
  values, indices = torch.topk(z, k, 1)
  return torch.scatter(torch.zeros_like(z), 1, indices, torch.relu(values))

def step(x: Tensor, parameters: List[Tensor], m: List[Tensor], v: List[Tensor], last_nonzero: Tensor, k: int, auxk: int, auxk_coef: float, mse_scale: float, lr: float, beta1: float, beta2: float, eps: float, t: int, dead_after: int) -> List[Tensor]:
  leaves = annotate(List[Tensor], [])
  for p in parameters:
    _a = torch.append(leaves, torch.requires_grad_(torch.clone(torch.detach(p)), True))
  pre = torch.matmul(x - leaves[2], torch.t(leaves[0])) + leaves[3]
  z = dense(pre, k)
  xhat = torch.matmul(z, leaves[1]) + leaves[2]
  fired = torch.gt(torch.amax(torch.detach(z), [0]), 0.001)
  last = torch.where(fired, torch.zeros_like(last_nonzero), last_nonzero) + 1
  dead = torch.gt(last, dead_after)
  aux = torch.matmul(dense(pre * dead, min(auxk, pre.size(1))), leaves[1]) + leaves[2]
  e = x - torch.detach(xhat) + torch.detach(leaves[2])
  recons = torch.mean(torch.pow(xhat - x, 2)) * mse_scale
  auxiliary = torch.mean(torch.pow(aux - e, 2)) / torch.mean(torch.pow(torch.mean(e, [0]) - e, 2))
  loss = recons + auxk_coef * auxiliary
  grads = torch.grad([loss], leaves)
  result = annotate(List[Tensor], [])
  ms = annotate(List[Tensor], [])
  vs = annotate(List[Tensor], [])
  for i in range(4):
    w = torch.detach(leaves[i])
    g = unchecked_cast(Tensor, grads[i])
    if i == 1:
      w = w / torch.norm(w, 2, [1], True)
      g = g - torch.sum(g * w, [1], True) * w
    mi = m[i] * beta1 + g * (1. - beta1)
    vi = v[i] * beta2 + g * g * (1. - beta2)
    denominator = torch.sqrt(vi / (1. - torch.pow(beta2, t))) + eps
    _b = torch.append(result, w - torch.div(mi, denominator) * (lr / (1. - torch.pow(beta1, t))))
    _c = torch.append(ms, torch.detach(mi))
    _d = torch.append(vs, torch.detach(vi))
  return result + ms + vs + [last, torch.detach(recons), torch.detach(auxiliary) * auxk_coef]

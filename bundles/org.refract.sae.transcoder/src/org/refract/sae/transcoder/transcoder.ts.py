# Transcoder. Shapes: x (samples, d); target (samples, e); W_enc (d, n); W_dec (n, e); b_enc (n); b_dec (e); W_skip (e, d).
#   pre = relu(x W_enc + b_enc),  z = the k largest of each row of pre, or the largest of each of k groups
#   yhat = z W_dec + b_dec, + x W_skip^T with a skip connection
#   L = sum (target - yhat)^2 / V + aux * min(dead / (e/2), 1) * sum (z_dead W_dec + b_dec - residual)^2 / V,  V = sum (target - mean_b target)^2
# z_dead are the e/2 largest of the dead latents; through them only W_dec and b_dec learn.

# given: W_enc, W_dec, b_enc, b_dec, and W_skip or nothing. Returns the gradients by them; (fvu, auxk_loss) in float64; yhat; z.
def evaluate(x: Tensor, target: Tensor, given: List[Tensor], groups: bool, k: int, aux: float, since: Tensor, tokens: int) -> List[Tensor]:
  leaves = annotate(List[Tensor], [])
  for tensor in given:
    _a = torch.append(leaves, tensor.detach().requires_grad_(True))
  W_dec = leaves[1]
  b_dec = leaves[3]
  pre = torch.relu(torch.addmm(leaves[2], x, leaves[0]))
  if groups:
    grouped = pre.view([pre.size(0), k, -1])
    values, indices = torch.max(grouped, 2, True)
    z = torch.scatter(torch.zeros_like(grouped), 2, indices, values).view([pre.size(0), -1])
  else:
    values, indices = torch.topk(pre, k, 1, True, False)
    z = torch.scatter(torch.zeros_like(pre), 1, indices, values)
  yhat = torch.addmm(b_dec, z, W_dec)
  if len(leaves) > 4:
    yhat = yhat + torch.mm(x, torch.t(leaves[4]))
  total = torch.sum(torch.pow(target - torch.mean(target, [0]), 2))
  fvu = torch.div(torch.sum(torch.pow(target - yhat, 2)), total)
  revival = torch.zeros([], dtype=x.dtype, device=x.device)
  if aux > 0.:
    dead = torch.gt(since, tokens)
    number = int(torch.sum(dead))
    if number > 0:
      most = max(target.size(1) // 2, 1)
      values, indices = torch.topk(torch.masked_fill(pre.detach(), torch.logical_not(dead), -3e+38), min(most, number), 1, True, False)
      z_dead = torch.scatter(torch.zeros_like(pre), 1, indices, values).detach()
      error = torch.addmm(b_dec, z_dead, W_dec) - torch.detach(target - yhat)
      revival = torch.div(torch.sum(torch.pow(error, 2)), total) * min(float(number) / float(most), 1.) * aux
  gradients = torch.autograd.grad([fvu + revival], leaves)
  result = annotate(List[Tensor], [])
  for gradient in gradients:
    _b = torch.append(result, torch._unwrap_optional(gradient))
  _c = torch.append(result, torch.stack([fvu.detach(), revival.detach()]).to(torch.float64))
  _d = torch.append(result, yhat.detach())
  _e = torch.append(result, z.detach())
  return result

# -mean_b(x) W_enc: with it the latents' pre-activations are centred
def centring(x: Tensor, W_enc: Tensor) -> Tensor:
  return torch.neg(torch.matmul(torch.mean(x, [0]), W_enc))

def mean(x: Tensor) -> Tensor:
  return torch.mean(x, [0])

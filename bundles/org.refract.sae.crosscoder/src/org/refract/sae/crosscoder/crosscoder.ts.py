# Crosscoder of P hook points of width d, by its L1 penalty. Shapes: x (samples, P d), the points' vectors one after another; W_enc (P d, n);
# W_dec (n, P d); b_enc (n); b_dec (P d). N_i = sum_p ‖W_dec_i^p‖.
#   z = relu(x W_enc + b_enc), xhat = z W_dec + b_dec
#   L = mean_b sum_p ‖xhat^p - x^p‖^2, or mean_b mean_p ‖xhat^p - x^p‖ if lengths, + l1 * mean_b sum_i z_i N_i
def sums(W_dec: Tensor, points: int) -> Tensor:
  return torch.sum(torch.norm(W_dec.reshape([W_dec.size(0), points, -1]), 2, [2]), [1])

# Returns the gradients by W_enc, W_dec, b_enc, b_dec; (reconstruction, l1_loss) in float64; xhat; z_i N_i, or z_i unless rescaled.
def evaluate(x: Tensor, target: Tensor, given: List[Tensor], points: int, lengths: bool, l1: float, rescale: bool, centred: bool) -> List[Tensor]:
  W_enc = given[0].detach().requires_grad_(True)
  W_dec = given[1].detach().requires_grad_(True)
  b_enc = given[2].detach().requires_grad_(True)
  b_dec = given[3].detach().requires_grad_(True)
  y = x
  if centred:
    y = x - b_dec
  z = torch.relu(torch.addmm(b_enc, y, W_enc))
  norms = sums(W_dec, points)
  xhat = torch.addmm(b_dec, z, W_dec)
  if lengths:
    reconstruction = torch.mean(torch.norm((target - xhat).view([x.size(0), points, -1]), 2, [2]))
  else:
    reconstruction = torch.div(torch.sum(torch.pow(xhat - target, 2)), x.size(0))
  sparsity = torch.div(torch.sum(z * norms), x.size(0)) * l1
  gradients = torch.autograd.grad([reconstruction + sparsity], [W_enc, W_dec, b_enc, b_dec])
  result = annotate(List[Tensor], [])
  for gradient in gradients:
    _a = torch.append(result, torch._unwrap_optional(gradient))
  _b = torch.append(result, torch.stack([reconstruction.detach(), sparsity.detach()]).to(torch.float64))
  _c = torch.append(result, xhat.detach())
  shown = z.detach()
  if rescale:
    shown = shown * norms.detach()
  _d = torch.append(result, shown)
  return result

# each point's part of each row scaled to a norm
def scaled_parts(W: Tensor, points: int, norm: float) -> Tensor:
  parts = W.reshape([W.size(0), points, -1])
  return (torch.div(parts, torch.norm(parts, 2, [2], True)) * norm).view([W.size(0), -1])

def transposed(x: Tensor) -> Tensor:
  return torch.contiguous(torch.t(x))

def part(x: Tensor, points: int, point: int) -> Tensor:
  width = x.size(1) // points
  return torch.contiguous(torch.narrow(x, 1, point * width, width))

def joined(parts: List[Tensor]) -> Tensor:
  return torch.cat(parts)

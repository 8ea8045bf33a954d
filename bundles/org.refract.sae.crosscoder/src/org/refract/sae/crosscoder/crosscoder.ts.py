# Crosscoder of P hook points of width d. Shapes: x (samples, P d), the points' vectors one after another; W_enc (P d, n); W_dec (n, P d);
# b_enc (n); b_dec (P d). N_i = sum_p ‖W_dec_i^p‖.
#   z = relu(x W_enc + b_enc); in a batch of B batchtopk keeps the k·B of z with the largest z_i N_i.  xhat = z W_dec + b_dec
#   L = mean_b sum_p ‖xhat^p - x^p‖^2, or mean_b mean_p ‖xhat^p - x^p‖ if lengths
#     + l1 * mean_b sum_i z_i N_i                                                                                  (k = 0)
#     + aux * sum (z_dead W_dec - residual)^2 / sum (residual - mean_b residual)^2, z_dead the d/2 largest of the dead   (k > 0)
def sums(W_dec: Tensor, points: int) -> Tensor:
  return torch.sum(torch.norm(W_dec.reshape([W_dec.size(0), points, -1]), 2, [2]), [1])

# number: how many latents of the batch are active, 0 for all. Returns the gradients by W_enc, W_dec, b_enc, b_dec; (reconstruction, l1_loss,
# auxiliary_reconstruction_loss) in float64; xhat; z_i N_i, or z_i unless rescaled.
def evaluate(x: Tensor, target: Tensor, given: List[Tensor], points: int, lengths: bool, l1: float, number: int, aux: float, since: Tensor, tokens: int, rescale: bool, centred: bool) -> List[Tensor]:
  W_enc = given[0].detach().requires_grad_(True)
  W_dec = given[1].detach().requires_grad_(True)
  b_enc = given[2].detach().requires_grad_(True)
  b_dec = given[3].detach().requires_grad_(True)
  y = x
  if centred:
    y = x - b_dec
  open = torch.relu(torch.addmm(b_enc, y, W_enc))
  norms = sums(W_dec, points)
  scaled = open.detach() * norms.detach()
  z = open
  if number > 0:
    _v, indices = torch.topk(scaled.view([-1]), number, 0, True, False)
    flat = open.view([-1])
    z = torch.scatter(torch.zeros_like(flat), 0, indices, torch.index_select(flat, 0, indices)).view([open.size(0), -1])
  xhat = torch.addmm(b_dec, z, W_dec)
  if lengths:
    reconstruction = torch.mean(torch.norm((target - xhat).view([x.size(0), points, -1]), 2, [2]))
  else:
    reconstruction = torch.div(torch.sum(torch.pow(xhat - target, 2)), x.size(0))
  sparsity = torch.zeros([], dtype=x.dtype, device=x.device)
  revival = torch.zeros([], dtype=x.dtype, device=x.device)
  if number == 0:
    sparsity = torch.div(torch.sum(z * norms), x.size(0)) * l1
  else:
    dead = torch.ge(torch.masked_fill(since + x.size(0), torch.any(torch.ne(z, 0), 0), 0), tokens)
    count = int(torch.sum(dead))
    if count > 0:
      most = max(x.size(1) // points // 2, 1)
      _w, places = torch.topk(torch.masked_fill(scaled, torch.logical_not(dead), -3e+38), min(most, count), 1, True, False)
      z_dead = torch.scatter(torch.zeros_like(open), 1, places, torch.gather(open, 1, places))
      residual = torch.detach(target - xhat)
      spread = torch.sum(torch.pow(residual - torch.mean(residual, [0], True), 2))
      revival = torch.nan_to_num(torch.div(torch.sum(torch.pow(residual - torch.mm(z_dead, W_dec), 2)), spread)) * aux
  gradients = torch.autograd.grad([reconstruction + sparsity + revival], [W_enc, W_dec, b_enc, b_dec])
  result = annotate(List[Tensor], [])
  for gradient in gradients:
    _a = torch.append(result, torch._unwrap_optional(gradient))
  _b = torch.append(result, torch.stack([reconstruction.detach(), sparsity.detach(), revival.detach()]).to(torch.float64))
  _c = torch.append(result, xhat.detach())
  shown = z.detach()
  if rescale:
    shown = shown * norms.detach()
  _d = torch.append(result, shown)
  return result

# The smallest activation of the batch moves the threshold; a negative threshold is set to it. In place.
def follow(threshold: Tensor, z: Tensor, beta: float) -> Tensor:
  least = torch.amin(torch.masked_fill(z, torch.le(z, 0), 3e+38)).to(threshold.dtype)
  now = torch.where(torch.lt(least, 1e+37), least, torch.zeros_like(least))
  return torch.copy_(threshold, torch.where(torch.lt(threshold, 0), now, threshold * beta + now * (1. - beta)))

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

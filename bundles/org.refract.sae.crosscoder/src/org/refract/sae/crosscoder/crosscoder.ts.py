# Crosscoder of P hook points of width d, by its L1 penalty. Shapes: x (samples, P d), the points' vectors one after another; W_enc (P d, n);
# W_dec (n, P d); b_enc (n); b_dec (P d). N_i = sum_p ‖W_dec_i^p‖.
#   z = relu(x W_enc + b_enc), xhat = z W_dec + b_dec
#   L = mean_b sum_p ‖xhat^p - x^p‖^2, or mean_b mean_p ‖xhat^p - x^p‖ if lengths, + l1 * mean_b sum_i z_i N_i
def sums(W_dec: Tensor, points: int) -> Tensor:
  return torch.sum(torch.norm(W_dec.reshape([W_dec.size(0), points, -1]), 2, [2]), [1])

# Returns the gradients by W_enc, W_dec, b_enc, b_dec; (reconstruction, l1_loss) in float64; xhat; z_i N_i, or z_i unless rescaled.
def evaluate(x: Tensor, target: Tensor, given: List[Tensor], points: int, lengths: bool, l1: float, rescale: bool, centred: bool) -> List[Tensor]:
  own = leaves(given)
  W_enc, W_dec, b_enc, b_dec = own
  z = torch.relu(torch.addmm(b_enc, seen(x, b_dec, centred), W_enc))
  norms = sums(W_dec, points)
  xhat = torch.addmm(b_dec, z, W_dec)
  if lengths:
    reconstruction = mean_all(torch.norm((target - xhat).view([x.size(0), points, -1]), 2, [2]))
  else:
    reconstruction = squared_error(xhat, target)
  sparsity = torch.div(sum_all(z * norms), x.size(0)) * l1
  shown = z
  if rescale:
    shown = z * norms
  return answer([reconstruction, sparsity], own, xhat, shown)

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

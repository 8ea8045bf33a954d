# ReLU sparse autoencoder with an Lp penalty whose p falls. Shapes: x (samples, d); target (samples, e), x but for transcoders; W_enc (d, n);
# W_dec (n, e); b_enc (n); b_dec (e); coefficient () float64; queue (length, 2) float32.
#   z = relu((x - b_dec) W_enc + b_enc),  xhat = z W_dec + b_dec
#   L = mean_b sum_d (xhat - target)^2 + coefficient * scale * S_p(z),  S_p(z) = mean_b sum_i z_i^p, or mean_b (sum_i z_i^p)^(1/p) if root
def penalty(z: Tensor, p: float, root: bool) -> Tensor:
  sums = torch.sum(torch.pow(z, p), [1])
  if root:
    sums = torch.pow(sums, 1. / p)
  return mean_all(sums)

# Returns the gradients by W_enc, W_dec, b_enc, b_dec; (mse_loss, lp_loss) in float64; xhat; z.
def evaluate(x: Tensor, target: Tensor, given: List[Tensor], p: float, root: bool, coefficient: Tensor, scale: float, centred: bool) -> List[Tensor]:
  own = leaves(given)
  W_enc, W_dec, b_enc, b_dec = own
  z = torch.relu(torch.addmm(b_enc, seen(x, b_dec, centred), W_enc))
  xhat = torch.addmm(b_dec, z, W_dec)
  mse = squared_error(xhat, target)
  sparsity = penalty(z, p, root) * coefficient.to(x.dtype) * scale
  return answer([mse, sparsity], own, xhat, z)

# Remembers (S_p, S_next) of a step; its last `known` rows are filled.
def remember(queue: Tensor, z: Tensor, p: float, next: float, root: bool) -> Tensor:
  now = torch.stack([penalty(z, p, root), penalty(z, next, root)]).to(queue.dtype)
  moved = torch.cat([torch.narrow(queue, 0, 1, queue.size(0) - 1), torch.unsqueeze(now, 0)])
  return torch.copy_(queue, moved)

# Where p becomes the next one, the penalty keeps its size: coefficient *= mean S_p / mean S_next over the remembered steps; without
# any activity in them it stays.
def adapt(coefficient: Tensor, queue: Tensor, known: int) -> Tensor:
  means = torch.mean(torch.narrow(queue, 0, queue.size(0) - known, known), [0])
  next = torch.select(means, 0, 1)
  ratio = torch.where(torch.gt(next, 0), torch.div(torch.select(means, 0, 0), next), torch.ones_like(next))
  return torch.mul_(coefficient, ratio.to(coefficient.dtype))

# JumpReLU sparse autoencoder. Shapes: x (samples, d); target (samples, e), x but for transcoders; W_enc (d, n);
# W_dec (n, e); b_enc, threshold (n); b_dec (e).
#   pre = (x - b_dec) W_enc + b_enc,  z = pre where pre > threshold,  xhat = z W_dec + b_dec
# The jump has no slope, so the threshold learns from a rectangle of width `bandwidth` around it (straight-through estimator).
# Sparsity terms, each with weight l0:
#   0 step    mean_b sum_i (pre_i > threshold_i)
#   1 tanh    mean_b sum_i tanh(tanh_scale * z_i * ‖W_dec_i‖)
#   2 target  (mean_b sum_i (z_i > threshold_i) / target_l0 - 1)^2
# and pre_act * mean_b sum_dead relu(threshold_i - pre_i) ‖W_dec_i‖.

# 1 in the rectangle of width 1 around 0
def rectangle(u: Tensor) -> Tensor:
  return torch.logical_and(torch.gt(u, -0.5), torch.lt(u, 0.5)).to(u.dtype)

# z > threshold, as a number; its slope by the threshold is -rectangle / bandwidth
def over(z: Tensor, threshold: Tensor, bandwidth: float) -> Tensor:
  fixed = z.detach()
  slope = torch.div(rectangle(torch.div(fixed - threshold.detach(), bandwidth)), -bandwidth)
  return torch.gt(fixed, threshold.detach()).to(z.dtype) + (threshold - threshold.detach()) * slope

# pre where pre > threshold; its slope by the threshold is -threshold rectangle / bandwidth
def jump(pre: Tensor, threshold: Tensor, bandwidth: float) -> Tensor:
  edge = threshold.detach()
  slope = torch.mul(rectangle(torch.div(pre.detach() - edge, bandwidth)), torch.div(edge, -bandwidth))
  return pre * torch.gt(pre.detach(), edge).to(pre.dtype) + (threshold - edge) * slope

# given: W_enc, W_dec, b_enc, b_dec, and log_threshold or threshold. Returns the gradients by them; (mse_loss, l0_loss, pre_act_loss) in
# float64; xhat; z.
def evaluate(x: Tensor, target: Tensor, given: List[Tensor], logarithm: bool, sparsity: int, l0: float, tanh_scale: float, target_l0: float, bandwidth: float, pre_act: float, dead: Tensor, centred: bool) -> List[Tensor]:
  own = leaves(given)
  W_enc, W_dec, b_enc, b_dec, last = own
  threshold = last
  if logarithm:
    threshold = torch.exp(last)
  pre = torch.addmm(b_enc, seen(x, b_dec, centred), W_enc)
  z = jump(pre, threshold, bandwidth)
  xhat = torch.addmm(b_dec, z, W_dec)
  mse = squared_error(xhat, target)
  norms = torch.norm(W_dec, 2, [1])
  if sparsity == 0:
    penalty = torch.div(sum_all(over(pre, threshold, bandwidth)), x.size(0)) * l0
  else:
    if sparsity == 1:
      penalty = torch.div(sum_all(torch.tanh(z * norms * tanh_scale)), x.size(0)) * l0
    else:
      count = torch.div(sum_all(over(z, threshold, bandwidth)), x.size(0))
      penalty = torch.pow(torch.div(count, target_l0) - 1., 2) * l0
  revival = torch.div(sum_all(torch.relu(threshold - pre) * dead.to(x.dtype) * norms), x.size(0)) * pre_act
  return answer([mse, penalty, revival], own, xhat, z)

def dead(since: Tensor, samples: int) -> Tensor:
  return torch.gt(since, samples)

def logarithm_of(threshold: Tensor) -> Tensor:
  return torch.log(threshold)

def exponential(x: Tensor) -> Tensor:
  return torch.exp(x)

def exponential_into(threshold: Tensor, log_threshold: Tensor) -> Tensor:
  return torch.copy_(threshold, torch.exp(log_threshold))

# The same for few entries above threshold - bandwidth / 2, without pre-activation loss: only they, active or in the rectangle, have slopes.
# beyond: pre - (threshold - bandwidth / 2) of each entry. Returns pre and z.
def jumped(beyond: Tensor, latent: Tensor, threshold: Tensor, bandwidth: float) -> Tuple[Tensor, Tensor]:
  edge = torch.index_select(threshold, 0, latent)
  pre = beyond + (edge - 0.5 * bandwidth)
  return (pre, torch.masked_fill(pre, torch.le(pre, edge), 0.))

def lowered(threshold: Tensor, bandwidth: float) -> Tensor:
  return threshold - 0.5 * bandwidth

# By each entry: dL/d pre, dL/d threshold, the part of dL/d ‖W_dec_i‖; the terms. dots: residual · W_dec_i; sparsity as above, 0 or 1
def slopes(pre: Tensor, z: Tensor, latent: Tensor, dots: Tensor, residual: Tensor, W_dec: Tensor, threshold: Tensor, sparsity: int, l0: float, tanh_scale: float, bandwidth: float) -> List[Tensor]:
  samples = residual.size(0)
  edge = torch.index_select(threshold, 0, latent)
  off = torch.le(pre, edge)
  inside = rectangle(torch.div(pre - edge, bandwidth))
  d_z = dots * (2. / samples)
  d_norm = torch.zeros_like(z)
  d_threshold = torch.zeros_like(z)
  if sparsity == 0:
    penalty = torch.sum(torch.logical_not(off), dtype=torch.float64)
    d_threshold = inside * (-l0 / (bandwidth * samples))
  else:
    norm = weight_of(latent, W_dec, True)
    bent = torch.tanh(z * norm * tanh_scale)
    penalty = sum_all_wide(bent)
    slope = torch.rsub(bent * bent, 1.) * (tanh_scale * l0 / samples)
    d_z = d_z + slope * norm
    d_norm = slope * z
  d_threshold = torch.addcmul(d_threshold, d_z * edge, inside, value=-1. / bandwidth)
  terms = torch.stack([sum_all_wide(residual * residual), penalty * l0, torch.zeros_like(penalty)])
  return [torch.masked_fill(d_z, off, 0.), d_threshold, d_norm, torch.div(terms, samples)]

# From the sums over each latent's entries the gradients by W_dec, b_dec and the threshold's parameter, and xhat
def gathered(W_enc: Tensor, W_dec: Tensor, target: Tensor, residual: Tensor, by_z: Tensor, g_b_enc: Tensor, g_threshold: Tensor, g_norm: Tensor, threshold: Tensor, logarithm: bool, centred: bool) -> Tuple[Tensor, Tensor, Tensor, Tensor]:
  samples = residual.size(0)
  g_dec = plus_norms(by_z * (2. / samples), W_dec, g_norm, 1.)
  g_b_dec = by_centre(torch.sum(residual, [0]), samples, W_enc, g_b_enc, centred)
  g_last = g_threshold
  if logarithm:
    g_last = g_threshold * threshold
  return (g_dec, g_b_dec, g_last, residual + target)

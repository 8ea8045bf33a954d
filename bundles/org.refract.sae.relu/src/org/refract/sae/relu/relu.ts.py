# ReLU sparse autoencoder. Shapes: x (samples, d); target (samples, e), x but for transcoders; W_enc (d, n);
# W_dec (n, e); b_enc (n); b_dec (e).
#   z = relu((x - b_dec) W_enc + b_enc),  xhat = z W_dec + b_dec
#   L = mean_b sum_d (xhat - target)^2 + l1 * mean_b sum_i z_i * ‖W_dec_i‖^weighted
# Returns the gradients by W_enc, W_dec, b_enc, b_dec; (mse_loss, l1_loss) in float64; xhat; z.
def evaluate(x: Tensor, target: Tensor, given: List[Tensor], l1: float, weighted: bool, centred: bool) -> List[Tensor]:
  own = leaves(given)
  W_enc, W_dec, b_enc, b_dec = own
  z = torch.relu(torch.addmm(b_enc, seen(x, b_dec, centred), W_enc))
  xhat = torch.addmm(b_dec, z, W_dec)
  mse = squared_error(xhat, target)
  sparsity = torch.div(sum_all(penalised(z, W_dec, weighted)), x.size(0)) * l1
  return answer([mse, sparsity], own, xhat, z)

# The same for few active latents, given as entries: ∂L/∂z = 2/B (xhat - target) · W_dec_i + l1/B ‖W_dec_i‖^weighted of each; and the terms.
def slopes(z: Tensor, latent: Tensor, dots: Tensor, residual: Tensor, W_dec: Tensor, l1: float, weighted: bool) -> Tuple[Tensor, Tensor]:
  samples = residual.size(0)
  penalty = weight_of(latent, W_dec, weighted)
  terms = torch.stack([sum_all_wide(residual * residual), sum_all_wide(z * penalty) * l1])
  return (torch.add(dots * (2. / samples), penalty, alpha=l1 / samples), torch.div(terms, samples))

# from the sums over each latent's entries, what `evaluate` returns, with how often each latent was active for z
def gathered(W_enc: Tensor, W_dec: Tensor, target: Tensor, residual: Tensor, g_enc: Tensor, g_dec: Tensor, g_b_enc: Tensor, z: Tensor, terms: Tensor, counts: Tensor, l1: float, weighted: bool, centred: bool) -> List[Tensor]:
  samples = residual.size(0)
  _a = torch.mul_(g_dec, 2. / samples)
  if weighted:
    _b = plus_norms(g_dec, W_dec, z, l1 / samples)
  g_b_dec = by_centre(torch.sum(residual, [0]), samples, W_enc, g_b_enc, centred)
  return [torch.t(g_enc), g_dec, g_b_enc, g_b_dec, terms, torch.add_(residual, target), counts]

# Gated sparse autoencoder. Shapes: x (samples, d); target (samples, e), x but for transcoders; W_enc (d, n);
# W_dec (n, e); b_gate, b_mag, r_mag (n); b_dec (e).
#   gate = (x - b_dec) W_enc + b_gate,  z = relu((x - b_dec) W_enc exp(r_mag) + b_mag) where gate > 0,  xhat = z W_dec + b_dec
#   L = mean_b sum_d (xhat - target)^2 + l1 * mean_b sum_i relu(gate_i) * ‖W_dec_i‖^weighted
#     + mean_b sum_d (relu(gate) W_dec' + b_dec' - target)^2,   W_dec', b_dec' detached from the gradient if frozen
# Returns the gradients by W_enc, W_dec, b_gate, b_mag, r_mag, b_dec; (mse_loss, l1_loss, auxiliary_reconstruction_loss) in float64; xhat; z.
def evaluate(x: Tensor, target: Tensor, given: List[Tensor], l1: float, weighted: bool, frozen: bool, centred: bool) -> List[Tensor]:
  own = leaves(given)
  W_enc, W_dec, b_gate, b_mag, r_mag, b_dec = own
  h = torch.mm(seen(x, b_dec, centred), W_enc)
  gate = h + b_gate
  z = torch.relu(h * torch.exp(r_mag) + b_mag) * torch.gt(gate, 0).to(x.dtype)
  xhat = torch.addmm(b_dec, z, W_dec)
  mse = squared_error(xhat, target)
  open = torch.relu(gate)
  sparsity = torch.div(sum_all(penalised(open, W_dec, weighted)), x.size(0)) * l1
  W_aux = W_dec
  b_aux = b_dec
  if frozen:
    W_aux = W_dec.detach()
    b_aux = b_dec.detach()
  auxiliary = squared_error(torch.addmm(b_aux, open, W_aux), target)
  return answer([mse, sparsity, auxiliary], own, xhat, z)

# The same for few open gates, given as entries. (x - b_dec) W_enc and z of each
def magnitudes(gate: Tensor, latent: Tensor, b_gate: Tensor, b_mag: Tensor, r_mag: Tensor) -> Tuple[Tensor, Tensor]:
  h = gate - torch.index_select(b_gate, 0, latent)
  scaled = torch.addcmul(torch.index_select(b_mag, 0, latent), h, torch.index_select(torch.exp(r_mag), 0, latent))
  return (h, torch.relu_(scaled))

# By each entry: dL/dz, dL/d gate, dL/dh, dL/d r_mag; and the terms. dots, dots_aux: residual and auxiliary residual · W_dec_i
def slopes(gate: Tensor, h: Tensor, z: Tensor, latent: Tensor, dots: Tensor, dots_aux: Tensor, residual: Tensor, residual_aux: Tensor, W_dec: Tensor, r_mag: Tensor, l1: float, weighted: bool) -> List[Tensor]:
  samples = residual.size(0)
  penalty = weight_of(latent, W_dec, weighted)
  d_z = torch.masked_fill(dots * (2. / samples), torch.le(z, 0), 0.)
  d_gate = torch.add(dots_aux * (2. / samples), penalty, alpha=l1 / samples)
  scale = torch.index_select(torch.exp(r_mag), 0, latent)
  terms = torch.stack([sum_all_wide(residual * residual), sum_all_wide(gate * penalty) * l1, sum_all_wide(residual_aux * residual_aux)])
  return [d_z, d_gate, d_z * scale + d_gate, d_z * h * scale, torch.div(terms, samples)]

# From the sums over each latent's entries the gradients by W_dec and b_dec, and xhat
def gathered(W_enc: Tensor, W_dec: Tensor, target: Tensor, residual: Tensor, residual_aux: Tensor, by_z: Tensor, by_gate: Tensor, h: Tensor, gate: Tensor, l1: float, weighted: bool, frozen: bool, centred: bool) -> Tuple[Tensor, Tensor, Tensor]:
  samples = residual.size(0)
  g_dec = by_z
  errors = torch.sum(residual, [0])
  if not frozen:
    g_dec = g_dec + by_gate
    errors = errors + torch.sum(residual_aux, [0])
  g_dec = g_dec * (2. / samples)
  if weighted:
    _a = plus_norms(g_dec, W_dec, gate, l1 / samples)
  return (g_dec, by_centre(errors, samples, W_enc, h, centred), residual + target)

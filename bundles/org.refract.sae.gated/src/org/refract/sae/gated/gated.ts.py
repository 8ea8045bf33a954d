# Gated sparse autoencoder. Shapes: x (samples, d); target (samples, e), x but for transcoders; W_enc (d, n);
# W_dec (n, e); b_gate, b_mag, r_mag (n); b_dec (e).
#   gate = (x - b_dec) W_enc + b_gate,  z = relu((x - b_dec) W_enc exp(r_mag) + b_mag) where gate > 0,  xhat = z W_dec + b_dec
#   L = mean_b sum_d (xhat - target)^2 + l1 * mean_b sum_i relu(gate_i) * ‖W_dec_i‖^weighted
#     + mean_b sum_d (relu(gate) W_dec' + b_dec' - target)^2,   W_dec', b_dec' detached from the gradient if frozen
# Returns the gradients by W_enc, W_dec, b_gate, b_mag, r_mag, b_dec; (mse_loss, l1_loss, auxiliary_reconstruction_loss) in float64; xhat; z.
def evaluate(x: Tensor, target: Tensor, given: List[Tensor], l1: float, weighted: bool, frozen: bool, centred: bool) -> List[Tensor]:
  W_enc = given[0].detach().requires_grad_(True)
  W_dec = given[1].detach().requires_grad_(True)
  b_gate = given[2].detach().requires_grad_(True)
  b_mag = given[3].detach().requires_grad_(True)
  r_mag = given[4].detach().requires_grad_(True)
  b_dec = given[5].detach().requires_grad_(True)
  y = x
  if centred:
    y = x - b_dec
  h = torch.mm(y, W_enc)
  gate = h + b_gate
  z = torch.relu(h * torch.exp(r_mag) + b_mag) * torch.gt(gate, 0).to(x.dtype)
  xhat = torch.addmm(b_dec, z, W_dec)
  mse = torch.div(torch.sum(torch.pow(xhat - target, 2)), x.size(0))
  open = torch.relu(gate)
  penalised = open
  if weighted:
    penalised = open * torch.norm(W_dec, 2, [1])
  sparsity = torch.div(torch.sum(penalised), x.size(0)) * l1
  W_aux = W_dec
  b_aux = b_dec
  if frozen:
    W_aux = W_dec.detach()
    b_aux = b_dec.detach()
  auxiliary = torch.div(torch.sum(torch.pow(torch.addmm(b_aux, open, W_aux) - target, 2)), x.size(0))
  gradients = torch.autograd.grad([mse + sparsity + auxiliary], [W_enc, W_dec, b_gate, b_mag, r_mag, b_dec])
  result = annotate(List[Tensor], [])
  for gradient in gradients:
    _a = torch.append(result, torch._unwrap_optional(gradient))
  terms = torch.stack([mse.detach(), sparsity.detach(), auxiliary.detach()]).to(torch.float64)
  _b = torch.append(result, terms)
  _c = torch.append(result, xhat.detach())
  _d = torch.append(result, z.detach())
  return result

def less(x: Tensor, b_dec: Tensor) -> Tensor:
  return x - b_dec

# The same for few open gates, given as entries. (x - b_dec) W_enc and z of each
def magnitudes(gate: Tensor, latent: Tensor, b_gate: Tensor, b_mag: Tensor, r_mag: Tensor) -> Tuple[Tensor, Tensor]:
  h = gate - torch.index_select(b_gate, 0, latent)
  scaled = torch.addcmul(torch.index_select(b_mag, 0, latent), h, torch.index_select(torch.exp(r_mag), 0, latent))
  return (h, torch.relu_(scaled))

# By each entry: dL/dz, dL/d gate, dL/dh, dL/d r_mag; and the terms. dots, dots_aux: residual and auxiliary residual · W_dec_i
def slopes(gate: Tensor, h: Tensor, z: Tensor, latent: Tensor, dots: Tensor, dots_aux: Tensor, residual: Tensor, residual_aux: Tensor, W_dec: Tensor, r_mag: Tensor, l1: float, weighted: bool) -> List[Tensor]:
  samples = residual.size(0)
  penalty = torch.ones_like(z)
  if weighted:
    penalty = torch.index_select(torch.norm(W_dec, 2, [1]), 0, latent)
  d_z = torch.masked_fill(dots * (2. / samples), torch.le(z, 0), 0.)
  d_gate = torch.add(dots_aux * (2. / samples), penalty, alpha=l1 / samples)
  scale = torch.index_select(torch.exp(r_mag), 0, latent)
  terms = torch.stack([torch.sum(residual * residual, dtype=torch.float64), torch.sum(gate * penalty, dtype=torch.float64) * l1, torch.sum(residual_aux * residual_aux, dtype=torch.float64)])
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
    _a = torch.addcmul_(g_dec, W_dec, torch.unsqueeze(torch.div(gate, torch.clamp_min(torch.norm(W_dec, 2, [1]), 1e-30)), 1), value=l1 / samples)
  g_b_dec = errors * (2. / samples)
  if centred:
    g_b_dec = g_b_dec - torch.mv(W_enc, h)
  return (g_dec, g_b_dec, residual + target)

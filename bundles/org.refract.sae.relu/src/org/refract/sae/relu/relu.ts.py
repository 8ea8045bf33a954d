# ReLU sparse autoencoder. Shapes: x (samples, d); target (samples, e), x but for transcoders; W_enc (d, n);
# W_dec (n, e); b_enc (n); b_dec (e).
#   z = relu((x - b_dec) W_enc + b_enc),  xhat = z W_dec + b_dec
#   L = mean_b sum_d (xhat - target)^2 + l1 * mean_b sum_i z_i * ‖W_dec_i‖^weighted
# Returns the gradients by W_enc, W_dec, b_enc, b_dec; (mse_loss, l1_loss) in float64; xhat; z.
def evaluate(x: Tensor, target: Tensor, given: List[Tensor], l1: float, weighted: bool, centred: bool) -> List[Tensor]:
  W_enc = given[0].detach().requires_grad_(True)
  W_dec = given[1].detach().requires_grad_(True)
  b_enc = given[2].detach().requires_grad_(True)
  b_dec = given[3].detach().requires_grad_(True)
  y = x
  if centred:
    y = x - b_dec
  z = torch.relu(torch.addmm(b_enc, y, W_enc))
  xhat = torch.addmm(b_dec, z, W_dec)
  mse = torch.div(torch.sum(torch.pow(xhat - target, 2)), x.size(0))
  penalised = z
  if weighted:
    penalised = z * torch.norm(W_dec, 2, [1])
  sparsity = torch.div(torch.sum(penalised), x.size(0)) * l1
  gradients = torch.autograd.grad([mse + sparsity], [W_enc, W_dec, b_enc, b_dec])
  result = annotate(List[Tensor], [])
  for gradient in gradients:
    _a = torch.append(result, torch._unwrap_optional(gradient))
  terms = torch.stack([mse.detach(), sparsity.detach()]).to(torch.float64)
  _b = torch.append(result, terms)
  _c = torch.append(result, xhat.detach())
  _d = torch.append(result, z.detach())
  return result

def less(x: Tensor, b_dec: Tensor) -> Tensor:
  return x - b_dec

# The same for few active latents, given as entries: ∂L/∂z = 2/B (xhat - target) · W_dec_i + l1/B ‖W_dec_i‖^weighted of each; and the terms.
def slopes(z: Tensor, latent: Tensor, dots: Tensor, residual: Tensor, W_dec: Tensor, l1: float, weighted: bool) -> Tuple[Tensor, Tensor]:
  samples = residual.size(0)
  penalty = torch.ones_like(z)
  if weighted:
    penalty = torch.index_select(torch.norm(W_dec, 2, [1]), 0, latent)
  terms = torch.stack([torch.sum(residual * residual, dtype=torch.float64), torch.sum(z * penalty, dtype=torch.float64) * l1])
  return (torch.add(dots * (2. / samples), penalty, alpha=l1 / samples), torch.div(terms, samples))

# from the sums over each latent's entries, what `evaluate` returns, with how often each latent was active for z
def gathered(W_enc: Tensor, W_dec: Tensor, target: Tensor, residual: Tensor, g_enc: Tensor, g_dec: Tensor, g_b_enc: Tensor, z: Tensor, terms: Tensor, counts: Tensor, l1: float, weighted: bool, centred: bool) -> List[Tensor]:
  samples = residual.size(0)
  _a = torch.mul_(g_dec, 2. / samples)
  if weighted:
    _b = torch.addcmul_(g_dec, W_dec, torch.unsqueeze(torch.div(z, torch.clamp_min(torch.norm(W_dec, 2, [1]), 1e-30)), 1), value=l1 / samples)
  g_b_dec = torch.sum(residual, [0]) * (2. / samples)
  if centred:
    g_b_dec = g_b_dec - torch.mv(W_enc, g_b_enc)
  return [torch.t(g_enc), g_dec, g_b_enc, g_b_dec, terms, torch.add_(residual, target), counts]

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

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

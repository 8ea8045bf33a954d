# What the losses of dense autoencoders share. Shapes: x (samples, d); target, xhat (samples, e); W_enc (d, n); W_dec (n, e); b_dec (e).

# The parameters as leaves of a new graph
def leaves(given: List[Tensor]) -> List[Tensor]:
  result = annotate(List[Tensor], [])
  for parameter in given:
    _a = torch.append(result, parameter.detach().requires_grad_(True))
  return result

# What the encoder sees
def seen(x: Tensor, b_dec: Tensor, centred: bool) -> Tensor:
  y = x
  if centred:
    y = x - b_dec
  return y

def less(x: Tensor, b_dec: Tensor) -> Tensor:
  return x - b_dec

# mean_b sum_d (xhat - target)^2
def squared_error(xhat: Tensor, target: Tensor) -> Tensor:
  return torch.div(sum_all(torch.pow(xhat - target, 2)), target.size(0))

# z_i ‖W_dec_i‖^weighted
def penalised(z: Tensor, W_dec: Tensor, weighted: bool) -> Tensor:
  if weighted:
    z = z * torch.norm(W_dec, 2, [1])
  return z

# What Loss.evaluate returns: the gradients of the terms' sum by own leaves; the terms in float64; xhat; z
def answer(terms: List[Tensor], own: List[Tensor], xhat: Tensor, z: Tensor) -> List[Tensor]:
  loss = terms[0]
  i = 1
  while i < len(terms):
    loss = loss + terms[i]
    i = i + 1
  gradients = torch.autograd.grad([loss], own)
  result = annotate(List[Tensor], [])
  for gradient in gradients:
    _a = torch.append(result, torch._unwrap_optional(gradient))
  _b = torch.append(result, torch.stack(terms).detach().to(torch.float64))
  _c = torch.append(result, xhat.detach())
  _d = torch.append(result, z.detach())
  return result

# By hand, of few active latents given as entries: ‖W_dec_i‖^weighted of each
def weight_of(latent: Tensor, W_dec: Tensor, weighted: bool) -> Tensor:
  if weighted:
    weight = torch.index_select(torch.norm(W_dec, 2, [1]), 0, latent)
  else:
    weight = torch.ones([latent.size(0)], dtype=W_dec.dtype, device=W_dec.device)
  return weight

# In place: the gradient by W_dec plus factor * sum_i slope_i d‖W_dec_i‖ / dW_dec
def plus_norms(gradient: Tensor, W_dec: Tensor, slope: Tensor, factor: float) -> Tensor:
  return torch.addcmul_(gradient, W_dec, torch.unsqueeze(torch.div(slope, torch.clamp_min(torch.norm(W_dec, 2, [1]), 1e-30)), 1), value=factor)

# The gradient by b_dec, from the sum of the errors and the gradient by what is added to x W_enc
def by_centre(errors: Tensor, samples: int, W_enc: Tensor, by_pre: Tensor, centred: bool) -> Tensor:
  gradient = errors * (2. / samples)
  if centred:
    gradient = gradient - sum_weighted(torch.t(W_enc), by_pre)
  return gradient

# z = ReLU((x - b_dec)·W_encᵀ + b_enc)
def activations(x: Tensor, encoder: Tensor, b_enc: Tensor, b_dec: Tensor) -> Tensor:
  return torch.relu(torch.addmm(b_enc, x - b_dec, torch.t(encoder)))

# The active latents: as many slots as the busiest sample needs.
def encode(x: Tensor, encoder: Tensor, b_enc: Tensor, b_dec: Tensor) -> Tuple[Tensor, Tensor]:
  z = activations(x, encoder, b_enc, b_dec)
  slots = max(1, int(torch.max(torch.sum(torch.gt(z, 0.), [1]))))
  values, indices = torch.topk(z, slots, 1, True, False)
  return (indices, values)

# x̂ = z·W_dec + b_dec
def decode(indices: Tensor, values: Tensor, decoder: Tensor, b_dec: Tensor) -> Tensor:
  z = torch.scatter(torch.zeros([values.size(0), decoder.size(0)], dtype=values.dtype, device=values.device), 1, indices, values)
  return torch.addmm(b_dec, z, decoder)

# mean over the samples of ‖x̂ - x‖² and of ‖z‖₁, their gradients by hand (W_enc, W_dec, b_enc, b_dec), and z
def gradients(x: Tensor, encoder: Tensor, decoder: Tensor, b_enc: Tensor, b_dec: Tensor, l1_coef: float) -> Tuple[Tensor, Tensor, Tensor, Tensor, Tensor, Tensor, Tensor]:
  samples = x.size(0)
  z = activations(x, encoder, b_enc, b_dec)
  error = torch.addmm(b_dec, z, decoder) - x
  reconstruction = torch.div(torch.sum(error * error), samples)
  sparsity = torch.div(torch.sum(z), samples)
  g_error = torch.mul(error, 2. / float(samples))
  g_z = torch.masked_fill(torch.mm(g_error, torch.t(decoder)) + l1_coef / float(samples), torch.le(z, 0.), 0.)
  g_b_enc = torch.sum(g_z, [0])
  g_b_dec = torch.sum(g_error, [0]) - torch.mv(torch.t(encoder), g_b_enc)
  return (reconstruction, sparsity, torch.mm(torch.t(g_z), x - b_dec), torch.mm(torch.t(z), g_error), g_b_enc, g_b_dec, z)

# One step of Adam in place, the decoder's rows back to unit length. Returns (mse, l1, explained_variance, l0).
def step(x: Tensor, weights: List[Tensor], m: List[Tensor], v: List[Tensor], fired: Tensor, l1_coef: float, rate: float, correction: float) -> Tensor:
  mse, l1, g0, g1, g2, g3, z = gradients(x, weights[0], weights[1], weights[2], weights[3], l1_coef)
  grads = annotate(List[Tensor], [g0, g1, g2, g3])
  i = 0
  while i < 4:
    _a = torch.add_(torch.mul_(m[i], 0.9), grads[i], alpha=0.1)
    _b = torch.addcmul_(torch.mul_(v[i], 0.999), grads[i], grads[i], value=0.001)
    _c = torch.addcdiv_(weights[i], m[i], torch.add(torch.div(torch.sqrt(v[i]), correction), 1e-8), value=-rate)
    i = i + 1
  _d = torch.div_(weights[1], torch.clamp_min(torch.norm(weights[1], 2, [1], True), 1e-12))
  active = torch.gt(z, 0.)
  _e = torch.add_(fired, torch.sum(active, [0]))
  total = torch.div(torch.sum(torch.pow(x - torch.mean(x, [0]), 2)), x.size(0))
  l0 = torch.div(torch.sum(active), x.size(0)).to(x.dtype)
  return torch.stack([mse, l1 * l1_coef, 1. - torch.div(mse, total + 1e-8), l0])

# How many latents have not fired since the last count; starts a new one.
def dead(fired: Tensor) -> Tensor:
  count = torch.sum(torch.eq(fired, 0))
  _a = torch.zero_(fired)
  return count

def mean(x: Tensor) -> Tensor:
  return torch.mean(x, [0])

def unit_rows(x: Tensor) -> Tensor:
  return torch.div(x, torch.clamp_min(torch.norm(x, 2, [1], True), 1e-12))

# A copy with memory of its own.
def own(x: Tensor) -> Tensor:
  return torch.clone(x, memory_format=0)

def assign(target: Tensor, source: Tensor) -> Tensor:
  return torch.copy_(target, source)

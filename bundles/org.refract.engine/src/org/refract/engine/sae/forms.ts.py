# What published sparse autoencoders compute. Shapes: x (samples, d); W_enc (d, n); W_dec (n, d_out); b_enc (n); b_dec (d_out); z (samples, n).

# SAELens' normalize_activations: 0 none, 1 layer_norm (unbiased standard deviation, divided by std + 1e-5), 2 constant_norm_rescale
# (to norm sqrt(d)). Returns (normalised, shift, scale) with x = normalised·scale + shift, up to the 1e-5.
def normalise(x: Tensor, mode: int) -> Tuple[Tensor, Tensor, Tensor]:
  if mode == 1:
    shift = torch.mean(x, [1], True)
    centred = x - shift
    scale = torch.std(centred, [1], True, True) + 1e-05
    return (torch.div(centred, scale), shift, torch.std(centred, [1], True, True))
  if mode == 2:
    factor = torch.div(torch.sqrt(torch.full([], float(x.size(1)), dtype=x.dtype, device=x.device)), torch.norm(x, 2, [1], True))
    return (x * factor, torch.zeros([1], dtype=x.dtype, device=x.device), torch.reciprocal(factor))
  return (x, torch.zeros([1], dtype=x.dtype, device=x.device), torch.ones([1], dtype=x.dtype, device=x.device))

def denormalise(y: Tensor, shift: Tensor, scale: Tensor, mode: int) -> Tensor:
  if mode == 1:
    return y * scale + shift
  if mode == 2:
    return y * scale
  return y

# the norm of each decoder row; of several hook points, the sum of their norms
def norms(W_dec: Tensor, points: int) -> Tensor:
  return torch.sum(torch.norm(W_dec.reshape([W_dec.size(0), points, -1]), 2, [2]), [1])

# (x - b_dec) W_enc + b_enc, by the decoder rows' norms where the SAE says so
def pre(x: Tensor, W_enc: Tensor, b_enc: Tensor, b_dec: Optional[Tensor], norm: Optional[Tensor]) -> Tensor:
  y = x
  if b_dec is not None:
    y = x - b_dec
  z = torch.addmm(b_enc, y, W_enc)
  if norm is not None:
    z = z * norm
  return z

def relu(z: Tensor) -> Tensor:
  return torch.relu(z)

# relu(z) where z > threshold
def jumprelu(z: Tensor, threshold: Tensor) -> Tensor:
  return torch.relu(z) * torch.gt(z, threshold)

# relu(y W_enc·exp(r_mag) + b_mag) where y W_enc + b_gate > 0
def gated(x: Tensor, W_enc: Tensor, b_gate: Tensor, r_mag: Tensor, b_mag: Tensor, b_dec: Optional[Tensor]) -> Tensor:
  y = x
  if b_dec is not None:
    y = x - b_dec
  h = torch.mm(y, W_enc)
  return torch.relu(h * torch.exp(r_mag) + b_mag) * torch.gt(h + b_gate, 0)

# The active latents of dense rows in `slots` slots per row, those of a row in ascending order; unused slots hold latent 0 with value 0.
def compress(z: Tensor, slots: int) -> Tuple[Tensor, Tensor]:
  active = torch.nonzero(z)
  row = torch.select(active, 1, 0)
  column = torch.select(active, 1, 1)
  counts = torch.bincount(row, None, z.size(0))
  first = torch.cumsum(counts, 0) - counts
  place = torch.arange(0, row.size(0), dtype=torch.int64, device=z.device) - torch.index_select(first, 0, row) + row * slots
  indices = torch.zeros([z.size(0) * slots], dtype=torch.int64, device=z.device)
  values = torch.zeros([z.size(0) * slots], dtype=z.dtype, device=z.device)
  _a = torch.scatter_(indices, 0, place, column)
  _b = torch.scatter_(values, 0, place, torch.masked_select(z, torch.ne(z, 0)))
  return (indices.view([z.size(0), slots]), values.view([z.size(0), slots]))

# the most active latents of a row
def most(z: Tensor) -> Tensor:
  return torch.amax(torch.sum(torch.ne(z, 0), [1]))

def padded(parts: List[Tensor], slots: int) -> Tensor:
  wide = annotate(List[Tensor], [])
  for part in parts:
    _a = torch.append(wide, torch.constant_pad_nd(part, [0, slots - part.size(1)]))
  return torch.cat(wide)

# Σ_j values[i, j]·W_dec[indices[i, j]] + b_dec; with norms, values are first divided by those of their rows
def decode(indices: Tensor, values: Tensor, W_dec: Tensor, b_dec: Tensor, norm: Optional[Tensor]) -> Tensor:
  slots = indices.size(1)
  flat = indices.reshape([-1])
  weights = values.reshape([-1])
  if norm is not None:
    weights = torch.div(weights, torch.index_select(norm, 0, flat))
  starts = torch.arange(0, indices.size(0) * slots, max(slots, 1), dtype=torch.int64, device=indices.device)
  if slots == 0:
    return torch.expand(b_dec, [indices.size(0), b_dec.size(0)]).clone()
  sums, _a, _b, _c = torch.embedding_bag(W_dec, flat, starts, False, 0, False, weights)
  return torch.add_(sums, b_dec)

def skipped(y: Tensor, x: Tensor, W_skip: Tensor) -> Tensor:
  return torch.addmm(y, x, torch.t(W_skip))

def rows(x: Tensor, start: int, count: int) -> Tensor:
  return torch.narrow(x, 0, start, count)

def own(x: Tensor) -> Tensor:
  return torch.clone(x, memory_format=0)

def directions(W_dec: Tensor, points: int) -> Tensor:
  return torch.div(W_dec, torch.unsqueeze(norms(W_dec, points), 1))

def into(target: Tensor, source: Tensor) -> Tensor:
  return torch.copy_(target, source)

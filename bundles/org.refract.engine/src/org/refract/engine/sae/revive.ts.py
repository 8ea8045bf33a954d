# The auxiliary term of dead latents: those `most` of them that would be most active reconstruct what the others left. rule 1 (SAELens):
# with their signs and b_dec; 2 (dictionary_learning): after relu, without b_dec; 3 (openai/sparse_autoencoder): after relu, with b_dec, whose
# part in the target is not learnt; 4 (sparsify): after relu, with b_dec. `residual` = xhat - x. Up to a common weight: the sum of squares of
# the error and the gradients of the dead latents' encoder and decoder rows and biases, and of b_dec by the error itself.
def revive(x: Tensor, residual: Tensor, encoder: Tensor, decoder: Tensor, b_enc: Tensor, b_dec: Tensor, scale: Optional[Tensor], ids: Tensor, rule: int, most: int, half: bool, room: Tensor) -> Tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
  dead = ids.size(0)
  slots = min(dead, most)
  enc = torch.index_select(encoder, 0, ids)
  dec = torch.index_select(decoder, 0, ids)
  bias = torch.index_select(b_enc, 0, ids)
  norms = torch.ones_like(bias)
  if scale is not None:
    norms = torch.index_select(scale, 0, ids)
  tile = max(1, room.size(0) // dead)
  if dead > 4 * slots:
    squares, ge, gd, gl, gp = revive_some(x, residual, enc, dec, bias, norms, b_dec, rule, slots, half, room, tile)
  else:
    squares, ge, gd, gl, gp = revive_most(x, residual, enc, dec, bias, norms, b_dec, rule, slots, half, room, tile)
  return (squares, ge, gd, gl, gp)

def left_over(rows: Tensor, b_dec: Tensor, rule: int) -> Tensor:
  if rule == 1 or rule == 4:
    return rows + b_dec
  return rows

# dense products with the dead latents
def revive_most(x: Tensor, residual: Tensor, enc: Tensor, dec: Tensor, bias: Tensor, norms: Tensor, b_dec: Tensor, rule: int, slots: int, half: bool, room: Tensor, tile: int) -> Tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
  samples = x.size(0)
  dead = enc.size(0)
  ge = torch.zeros_like(enc)
  gd = torch.zeros_like(dec)
  gl = torch.zeros_like(bias)
  gp = torch.zeros_like(b_dec)
  squares = torch.zeros([], dtype=torch.float64, device=x.device)
  start = 0
  while start < samples:
    rows = min(tile, samples - start)
    xt = x.narrow(0, start, rows)
    a = torch.add_(product(xt, enc, room.narrow(0, 0, rows * dead).view([rows, dead]), half), bias)
    off = torch.zeros([1], dtype=torch.bool, device=x.device)
    if rule != 1:
      off = torch.le(a, 0.)
    if dead > slots:
      score = a * norms
      kept, _a = largest(score, slots)
      off = torch.logical_or(off, torch.lt(score, torch.amin(kept, [1], True)))
    a = torch.masked_fill_(a, off, 0.)
    e = torch.addmm(left_over(residual.narrow(0, start, rows), b_dec, rule), a, dec)
    squares = squares + sum_all_wide(e * e)
    _b = torch.addmm_(gd, torch.t(a), e)
    dz = torch.masked_fill_(torch.mm(e, torch.t(dec)), off, 0.)
    _c = torch.addmm_(ge, torch.t(dz), xt)
    _d = torch.add_(gl, torch.sum(dz, [0]))
    _e = torch.add_(gp, torch.sum(e, [0]))
    start = start + rows
  return (squares, ge, gd, gl, gp)

# The same for many more dead latents than take part: one product, and sums of `slots` rows per sample.
def revive_some(x: Tensor, residual: Tensor, enc: Tensor, dec: Tensor, bias: Tensor, norms: Tensor, b_dec: Tensor, rule: int, slots: int, half: bool, room: Tensor, tile: int) -> Tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
  samples = x.size(0)
  dead = enc.size(0)
  values = torch.empty([samples * slots], dtype=x.dtype, device=x.device)
  dz = torch.empty_like(values)
  indices = torch.empty([samples * slots], dtype=torch.int64, device=x.device)
  sample = torch.floor_divide(torch.arange(0, samples * slots, dtype=torch.int64, device=x.device), slots)
  error = torch.empty_like(residual)
  slabs = in_slabs(dec, samples * slots)
  start = 0
  while start < samples:
    rows = min(tile, samples - start)
    z = product(x.narrow(0, start, rows), enc, room.narrow(0, 0, rows * dead).view([rows, dead]), half)
    score, i = largest(torch.mul_(torch.add_(z, bias), norms), slots)
    flat = i.reshape([-1])
    v = torch.div(score.reshape([-1]), torch.index_select(norms, 0, flat))
    if rule != 1:
      v = torch.clamp_min_(v, 0.)
    _a = torch.copy_(values.narrow(0, start * slots, rows * slots), v)
    _b = torch.copy_(indices.narrow(0, start * slots, rows * slots), flat)
    first = torch.arange(0, rows * slots, slots, dtype=torch.int64, device=x.device)
    e = error.narrow(0, start, rows)
    _c = torch.add(bags_of(dec, slabs, flat, first, v), left_over(residual.narrow(0, start, rows), b_dec, rule), out=e)
    _d = torch.copy_(dz.narrow(0, start * slots, rows * slots), dots(e, dec, flat, first, sample.narrow(0, 0, rows * slots)))
    start = start + rows
  if rule != 1:
    _e = torch.masked_fill_(dz, torch.le(values, 0.), 0.)
  latent, order = torch.sort(indices, stable=True)
  bounds = torch.searchsorted(latent, torch.arange(0, dead, dtype=torch.int64, device=x.device))
  owner = torch.index_select(sample, 0, order)
  ge = bags_of(x, in_slabs(x, samples * slots), owner, bounds, torch.index_select(dz, 0, order))
  gd = bags_of(error, in_slabs(error, samples * slots), owner, bounds, torch.index_select(values, 0, order))
  gl = torch.index_add_(torch.zeros_like(bias), 0, indices, dz)
  return (torch.sum(error * error, dtype=torch.float64), ge, gd, gl, torch.sum(error, [0]))

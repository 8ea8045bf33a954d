# The auxiliary term of dead latents: those `most` of them that would be most active reconstruct what the others left. By rule:
#   saelens              dead before this step; with their signs and b_dec; weighted by how many are dead
#   dictionary_learning  dead with this step; after relu; without b_dec; over the residual's variance
#   openai               dead with this step; after relu; with b_dec, whose part in the target is not learnt; over the residual's variance;
#                        without dead latents x̂_aux is b_dec, and only b_dec moves
#   sparsify             dead before this step; after relu; with b_dec; weighted by how many are dead; their encoder rows do not learn
# residual = x̂ - x; known: since when each latent was dead, and by dimension the residual's variance, sum and sum of squares; added to in place:
# gradients of b_enc and b_dec. Returns the term, and the dead latents with the gradients of their encoder and decoder rows.
def revive(x: Tensor, residual: Tensor, parameters: List[Tensor], scale: Optional[Tensor], known: List[Tensor], gradients: List[Tensor], rule: str, most: int, dead_from: int, coefficient: float, c: float, may_be_dead: bool, half: bool, room: Tensor) -> Tuple[Tensor, List[Tensor]]:
  was, r_variance, r_sum, r_square = known
  g_latent, g_b_dec = gradients
  ids = torch.empty([0], dtype=torch.int64, device=x.device)
  ge = torch.empty([0], device=x.device)
  gd = torch.empty([0], device=x.device)
  aux = torch.zeros([], dtype=torch.float64, device=x.device)
  if rule != "none":
    if may_be_dead:
      ids = torch.nonzero(torch.ge(was, dead_from)).view([-1])
    weight = weight_of_dead(r_variance, x.size(0), ids.size(0), rule, most, coefficient, c)
    twice = torch.mul(weight, 2.).to(x.dtype)
    if ids.size(0) > 0:
      squares, ge, gd, gl, gp = revive_rows(x, residual, parameters, scale, ids, rule, most, half, room)
      aux = squares * weight
      if rule == "sparsify":
        _a = torch.zero_(ge)
        _b = torch.zero_(gl)
      _c = torch.mul_(ge, twice)
      _d = torch.mul_(gd, twice)
      _e = torch.index_add_(g_latent, 0, ids, gl * twice)
      if rule != "dictionary_learning":
        _f = torch.addcmul_(g_b_dec, gp, twice)
    else:
      if rule == "openai":
        aux = sum_all(r_square) * weight
        _g = torch.addcmul_(g_b_dec, r_sum.to(x.dtype), twice)
  return (aux, [ids, ge, gd])

# what the sum of squared errors is multiplied by
def weight_of_dead(r_variance: Tensor, samples: int, dead: int, rule: str, most: int, coefficient: float, c: float) -> Tensor:
  spread = sum_all(r_variance) * samples
  share = min(float(dead) / float(most), 1.)
  if rule == "saelens":
    return torch.full_like(spread, coefficient * share / float(samples))
  if rule == "sparsify":
    return torch.full_like(spread, coefficient * share * c)
  return torch.where(torch.gt(spread, 0.), torch.reciprocal(spread), torch.zeros_like(spread)) * coefficient

# Up to that weight: the sum of squares of the error and the gradients of the dead latents' encoder and decoder rows and biases, and of b_dec by
# the error itself.
def revive_rows(x: Tensor, residual: Tensor, parameters: List[Tensor], scale: Optional[Tensor], ids: Tensor, rule: str, most: int, half: bool, room: Tensor) -> Tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
  b_dec = parameters[3]
  dead = ids.size(0)
  slots = min(dead, most)
  enc = torch.index_select(parameters[0], 0, ids)
  dec = torch.index_select(parameters[1], 0, ids)
  bias = torch.index_select(parameters[2], 0, ids)
  norms = torch.ones_like(bias)
  if scale is not None:
    norms = torch.index_select(scale, 0, ids)
  tile = max(1, room.size(0) // dead)
  if dead > 4 * slots:
    squares, ge, gd, gl, gp = revive_some(x, residual, enc, dec, bias, norms, b_dec, rule, slots, half, room, tile)
  else:
    squares, ge, gd, gl, gp = revive_most(x, residual, enc, dec, bias, norms, b_dec, rule, slots, half, room, tile)
  return (squares, ge, gd, gl, gp)

def left_over(rows: Tensor, b_dec: Tensor, rule: str) -> Tensor:
  if rule == "saelens" or rule == "sparsify":
    return rows + b_dec
  return rows

# dense products with the dead latents
def revive_most(x: Tensor, residual: Tensor, enc: Tensor, dec: Tensor, bias: Tensor, norms: Tensor, b_dec: Tensor, rule: str, slots: int, half: bool, room: Tensor, tile: int) -> Tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
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
    if rule != "saelens":
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
def revive_some(x: Tensor, residual: Tensor, enc: Tensor, dec: Tensor, bias: Tensor, norms: Tensor, b_dec: Tensor, rule: str, slots: int, half: bool, room: Tensor, tile: int) -> Tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
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
    if rule != "saelens":
      v = torch.clamp_min_(v, 0.)
    _a = torch.copy_(values.narrow(0, start * slots, rows * slots), v)
    _b = torch.copy_(indices.narrow(0, start * slots, rows * slots), flat)
    first = torch.arange(0, rows * slots, slots, dtype=torch.int64, device=x.device)
    e = error.narrow(0, start, rows)
    _c = torch.add(bags_of(dec, slabs, flat, first, v), left_over(residual.narrow(0, start, rows), b_dec, rule), out=e)
    _d = torch.copy_(dz.narrow(0, start * slots, rows * slots), dots(e, dec, flat, first, sample.narrow(0, 0, rows * slots)))
    start = start + rows
  if rule != "saelens":
    _e = torch.masked_fill_(dz, torch.le(values, 0.), 0.)
  latent, order = torch.sort(indices, stable=True)
  bounds = torch.searchsorted(latent, torch.arange(0, dead, dtype=torch.int64, device=x.device))
  owner = torch.index_select(sample, 0, order)
  ge = bags_of(x, in_slabs(x, samples * slots), owner, bounds, torch.index_select(dz, 0, order))
  gd = bags_of(error, in_slabs(error, samples * slots), owner, bounds, torch.index_select(values, 0, order))
  gl = torch.index_add_(torch.zeros_like(bias), 0, indices, dz)
  return (torch.sum(error * error, dtype=torch.float64), ge, gd, gl, torch.sum(error, [0]))

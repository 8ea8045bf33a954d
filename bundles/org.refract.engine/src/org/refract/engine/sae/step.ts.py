# One optimiser step of an autoencoder that keeps a fixed number of latents. Shapes: x (samples, d); target (samples, e), x itself but for
# transcoders; encoder (n, d), decoder (n, e), rows of latents; b_enc (n); b_dec (e); W_skip (e, d) for skip transcoders.
#   z = the chosen of (x - b_dec) encoderᵀ + b_enc,  x̂_g = Σ_{f < width_g} z_f decoder_f + b_dec,  r_g = x̂_g - target
#   L = c Σ_g weight_g Σ r_g² + auxiliary,  or of a crosscoder's P points c Σ_p ‖r^p‖ + auxiliary
# Only the encoder product is dense: everything else touches the active latents. With R_g = Σ_{h ≥ g} weight_h r_h, for a latent f that
# first takes part in x̂_g:  ∂L/∂z_f = 2c R_g · decoder_f,  ∂L/∂decoder_f = 2c Σ z_f R_g,  ∂L/∂encoder_f = Σ ∂L/∂z_f (x - b_dec).
# Of lengths R is r^p / ‖r^p‖ of every point, 0 where r^p is, and c stands for 2c.

# One value per (sample, group): how many active latents come before it; the latents of a row are in ascending order.
def group_starts(row: Tensor, column: Tensor, samples: int, n: int, widths: List[int]) -> Tensor:
  firsts = annotate(List[int], [0])
  i = 0
  while i < len(widths) - 1:
    _a = torch.append(firsts, widths[i])
    i = i + 1
  within = torch.tensor(firsts, dtype=torch.int64, device=row.device)
  cells = torch.add(within, torch.unsqueeze(torch.arange(0, samples, dtype=torch.int64, device=row.device), 1), alpha=n).view([-1])
  return torch.searchsorted(torch.add(column, row, alpha=n), cells)

# The norms of decoder rows; of several hook points, the sum of the norms of their parts
def row_norms(decoder: Tensor, points: int) -> Tensor:
  if points == 1:
    return torch.norm(decoder, 2, [1])
  return torch.sum(torch.norm(decoder.view([decoder.size(0), points, -1]), 2, [2]), [1])

# Residuals of all samples, block by block, and dz = R · decoder_f of every active latent. Fills R (samples·groups, e), last = x̂ - target
# (samples, e) and dz. Returns in float64 the sum over the samples of r_g² (groups), or of ‖r^p‖ if there are `lengths` points; and by dimension
# the variances of `shown` and last, and the sums of last, last² and R_1. Variances are of deviations from the first block's means: of squares of
# numbers far from 0 they would be lost in rounding.
def reconstruct(goal: Tensor, shown: Tensor, decoder: Tensor, latent: Tensor, unit: Tensor, starts: Tensor, bag: Tensor, slots: int, weights: List[float], lengths: int, block: int, R: Tensor, last: Tensor, dz: Tensor) -> List[Tensor]:
  samples = goal.size(0)
  e = goal.size(1)
  groups = len(weights)
  squares = torch.zeros([groups], dtype=torch.float64, device=goal.device)
  x_sum = torch.zeros([e], dtype=torch.float64, device=goal.device)
  x_square = torch.zeros_like(x_sum)
  x_near = torch.zeros([e], dtype=goal.dtype, device=goal.device)
  r_near = x_near
  r_sum = torch.zeros_like(x_sum)
  r_square = torch.zeros_like(x_sum)
  R_sum = torch.zeros_like(x_sum)
  slabs = in_slabs(decoder, latent.size(0))
  whole = slabs.size(0) > 0
  if whole:
    _k = bags_of_slabs(slabs, latent, starts, unit, R)
  rows = max(1, block // groups)
  at = 0
  low = 0
  while at < samples:
    count = min(rows, samples - at)
    high = latent.size(0)
    if at + count < samples:
      if slots > 0:
        high = (at + count) * slots
      else:
        high = int(starts.select(0, (at + count) * groups))
    items = latent.narrow(0, low, high - low)
    first = starts.narrow(0, at * groups, count * groups) - low
    owner = bag.narrow(0, low, high - low) - at * groups
    g = goal.narrow(0, at, count)
    r = last.narrow(0, at, count)
    Rb = R.narrow(0, at * groups, count * groups)
    sums = Rb
    if not whole:
      sums = bags(decoder, items, first, unit.narrow(0, low, high - low))
    if groups == 1:
      _a = torch.sub(sums, g, out=r)
      if lengths > 0:
        parts = r.view([count, lengths, -1])
        norms = torch.norm(parts, 2, [2], True)
        squares = squares + sum_all_wide(norms)
        _b = torch.div(parts, torch.masked_fill(norms, torch.eq(norms, 0.), 1.), out=Rb.view([count, lengths, -1]))
        _e = torch.add_(R_sum, torch.sum(Rb, [0]))
    else:
      parts = sums.view([count, groups, e])
      wide = Rb.view([count, groups, e])
      _g = torch.sub(parts.select(1, 0), g, out=wide.select(1, 0))
      i = 1
      while i < groups:
        _h = torch.add(parts.select(1, i), wide.select(1, i - 1), out=wide.select(1, i))
        i = i + 1
      squares = squares + torch.sum(torch.sum(wide * wide, [2]), [0], dtype=torch.float64)
      _b = torch.copy_(r, wide.select(1, groups - 1))
      i = groups - 1
      while i >= 0:
        here = wide.select(1, i)
        _c = torch.mul_(here, weights[i])
        if i + 1 < groups:
          _d = torch.add_(here, wide.select(1, i + 1))
        i = i - 1
      _e = torch.add_(R_sum, torch.sum(wide.select(1, 0), [0]))
    if not whole:
      _f = torch.copy_(dz.narrow(0, low, high - low), dots(Rb, decoder, items, first, owner))
    s = shown.narrow(0, at, count)
    if at == 0:
      x_near = torch.mean(s, [0])
      r_near = torch.mean(r, [0])
    from_x = s - x_near
    from_r = r - r_near
    _i = torch.add_(x_sum, torch.sum(from_x, [0]))
    _j = torch.add_(x_square, torch.sum(torch.mul_(from_x, from_x), [0]))
    _m = torch.add_(r_sum, torch.sum(from_r, [0]))
    _n = torch.add_(r_square, torch.sum(torch.mul_(from_r, from_r), [0]))
    at = at + count
    low = high
  x_variance = torch.div(x_square, samples) - torch.pow(torch.div(x_sum, samples), 2)
  r_variance = torch.div(r_square, samples) - torch.pow(torch.div(r_sum, samples), 2)
  near = r_near.to(torch.float64)
  r_square = r_square + 2. * near * r_sum + near * near * samples
  r_sum = r_sum + near * samples
  if whole:
    _l = torch.copy_(dz, dots(R, decoder, latent, starts, bag))
  if groups == 1 and lengths == 0:
    squares = sum_all(r_square).view([1])
    R_sum = r_sum
  return [squares, x_variance, r_variance, r_sum, r_square, R_sum]

# Gradients of a group of latents [low, low + count), sums of one row per active (sample, latent), and the dead ones' parts.
def rows_of(rows: Tensor, slabs: Tensor, owner: Tensor, starts: Tensor, weights: Tensor, low: int, ids: Tensor, extra: Tensor) -> Tensor:
  g = bags_of(rows, slabs, owner, starts, weights)
  if ids.size(0) > 0:
    _a = torch.index_add_(g, 0, ids - low, extra)
  return g

# Moves the threshold towards the smallest activation of the batch (follow 1) or the mean of the rows' smallest (2). In place; a negative
# threshold is set to it.
def follow_threshold(threshold: Tensor, z: Tensor, follow: int, slots: int, beta: float) -> Tensor:
  positive = torch.masked_fill(z, torch.le(z, 0), 3e+38)
  if follow == 2:
    least = mean_all(torch.amin(positive.view([-1, slots]), [1]))
  else:
    least = torch.amin(torch.cat([positive, torch.full([1], 3e+38, dtype=z.dtype, device=z.device)]))
  now = least.to(threshold.dtype)
  moved = torch.where(torch.lt(threshold, 0), now, threshold * beta + now * (1. - beta))
  return torch.copy_(threshold, torch.where(torch.lt(now, 1e+37), moved, threshold))

#   parameters    encoder, decoder, b_enc, b_dec and perhaps W_skip; m, v Adam's moments of each; averages moving averages of each, or none
#   statistics    since (n) int64, steps or samples since each latent was active; fired (n) int64; perhaps the threshold
#   work          room for pre-activations, flat; goal or centred x (samples, d); last (samples, e); R (samples·groups, e) or last again
#   widths, weights  latents and weights of the nested reconstructions
#   sizes         kind (0 topk, 1 abstopk, 2 groupmax, 3 batchtopk), k (of all samples for batchtopk), rule and most of the auxiliary term
#                 (0 none), dead_from, what `since` grows by before and after it is set to 0 for the active, follow, decoder constraint, hook
#                 points that lie one after another in a target
#   cut           tile, width, block, group: how the step is cut into pieces; changes its numbers by rounding only
#   flags         x is centred by b_dec; target is x; latents are chosen in units of the decoder rows' norms; some latent may be dead;
#                 products of bfloat16 numbers; the loss is of lengths
#   numbers       c, or 0 for 1 over the sum of the target's squared deviations from its mean in this batch; coefficient of the auxiliary
#                 term, least activity, bound of a gradient's numbers, clip, beta of the threshold
# Returns in float64: c·weight_g·Σ r_g² of each group, or c·Σ ‖r^p‖, auxiliary, explained variance, l0, norm of the gradients before clipping.
def step(x: Tensor, target: Tensor, parameters: List[Tensor], m: List[Tensor], v: List[Tensor], averages: List[Tensor], statistics: List[Tensor], work: List[Tensor], widths: List[int], weights: List[float], sizes: List[int], cut: List[int], flags: List[bool], numbers: List[float], adams: List[float]) -> Tensor:
  encoder = parameters[0]
  decoder = parameters[1]
  b_enc = parameters[2]
  b_dec = parameters[3]
  since = statistics[0]
  fired = statistics[1]
  kind, k, rule, most, dead_from, before, after, follow, constraint, points = sizes
  tile, width, block, group = cut
  centred, own, rescaled, may_be_dead, half, by_length = flags
  c, coefficient, least, bound, clip, beta = numbers
  samples = x.size(0)
  n = encoder.size(0)
  e = target.size(1)
  groups = len(widths)
  room = work[0]
  last = work[2].narrow(0, 0, samples)
  R = last
  lengths = 0
  if by_length:
    lengths = points
  if groups > 1 or by_length:
    R = work[3].narrow(0, 0, samples * groups)
  scale = annotate(Optional[Tensor], None)
  if rescaled:
    scale = row_norms(decoder, points)

  if c == 0.:
    c = float(torch.reciprocal(sum_all(torch.pow(target - torch.mean(target, [0]), 2))))

  # what the encoder sees, and what the active latents shall sum to
  y = x
  goal = work[1].narrow(0, 0, samples)
  _a = torch.sub(target, b_dec, out=goal)
  shown = goal
  if centred:
    if own:
      y = goal
    else:
      y = x - b_dec
  if len(parameters) > 4:
    shown = target
    _b = torch.addmm_(goal, x, torch.t(parameters[4]), alpha=-1.)

  # active latents: z, and unit = z in units of the decoder's rows
  slots = k
  if kind == 3:
    z, row, latent = choose_batch(y, encoder, b_enc, scale, room, k, half, tile, width, block)
    slots = 0
    starts = group_starts(row, latent, samples, n, widths)
    bag = row
    if groups > 1:
      bag = torch.add(torch.bucketize(latent, torch.tensor(widths, dtype=torch.int64, device=x.device), right=True), row, alpha=groups)
  else:
    values, indices = choose_rows(y, encoder, b_enc, scale, room, kind, k, half, tile, width, block)
    z = values.view([-1])
    latent = indices.view([-1])
    row = torch.floor_divide(torch.arange(0, samples * k, dtype=torch.int64, device=x.device), k)
    starts = torch.arange(0, samples * k, k, dtype=torch.int64, device=x.device)
    bag = row
  unit = z
  if scale is not None:
    unit = torch.div(z, torch.index_select(scale, 0, latent))
  dz = torch.empty_like(unit)
  squares, x_variance, r_variance, r_sum, r_square, R_sum = reconstruct(goal, shown, decoder, latent, unit, starts, bag, slots, weights, lengths, block, R, last, dz)

  # statistics
  was = since
  if rule == 1 or rule == 4:
    was = since.clone()
  active = torch.gt(torch.abs(z), least).to(torch.int64)
  hits = torch.scatter_add(torch.zeros_like(fired), 0, latent, active)
  _c = torch.add_(fired, hits)
  _d = torch.add_(torch.masked_fill_(torch.add_(since, before), torch.gt(hits, 0), 0), after)
  if follow > 0:
    _e = follow_threshold(statistics[2], z, follow, slots, beta)
  explained = mean_all(1. - torch.div(r_variance, x_variance + 1e-8))

  # gradients of the reconstruction, brought into the order of the latents
  weight = 2. * c
  if by_length:
    weight = c
  if groups == 1:
    weight = weight * weights[0]
  _f = torch.mul_(dz, weight)
  if kind != 1:
    _g = torch.masked_fill_(dz, torch.le(z, 0.), 0.)
  sorted, order = torch.sort(latent, stable=True)
  bounds = torch.searchsorted(sorted, torch.arange(0, n + 1, dtype=torch.int64, device=x.device))
  owner = torch.index_select(row, 0, order)
  owner_bag = owner
  if groups > 1:
    owner_bag = torch.index_select(bag, 0, order)
  to_encoder = torch.index_select(dz, 0, order)
  to_decoder = torch.mul_(torch.index_select(unit, 0, order), weight)
  g_latent = torch.index_add_(torch.zeros_like(b_enc), 0, latent, dz)
  g_b_dec = torch.mul(R_sum, weight).to(x.dtype)

  # the auxiliary term; by rule 3 without dead latents x̂_aux is b_dec, and only b_dec moves
  ids = torch.empty([0], dtype=torch.int64, device=x.device)
  aux_encoder = torch.empty([0], device=x.device)
  aux_decoder = torch.empty([0], device=x.device)
  aux = torch.zeros([], dtype=torch.float64, device=x.device)
  if rule > 0:
    if may_be_dead:
      ids = torch.nonzero(torch.ge(was, dead_from)).view([-1])
    spread = sum_all(r_variance) * samples
    aux_weight = torch.where(torch.gt(spread, 0.), torch.reciprocal(spread), torch.zeros_like(spread)) * coefficient
    if rule == 1:
      aux_weight = torch.full_like(spread, coefficient * min(float(ids.size(0)) / float(most), 1.) / float(samples))
    if rule == 4:
      aux_weight = torch.full_like(spread, coefficient * min(float(ids.size(0)) / float(most), 1.) * c)
    twice = torch.mul(aux_weight, 2.).to(x.dtype)
    if ids.size(0) > 0:
      square_sum, aux_encoder, aux_decoder, aux_latent, aux_b_dec = revive(y, last, encoder, decoder, b_enc, b_dec, scale, ids, rule, most, half, room)
      aux = square_sum * aux_weight
      if rule == 4:
        _v = torch.zero_(aux_encoder)
        _w = torch.zero_(aux_latent)
      _h = torch.mul_(aux_encoder, twice)
      _i = torch.mul_(aux_decoder, twice)
      _j = torch.index_add_(g_latent, 0, ids, aux_latent * twice)
      if rule != 2:
        _k = torch.addcmul_(g_b_dec, aux_b_dec, twice)
    else:
      if rule == 3:
        aux = sum_all(r_square) * aux_weight
        _l = torch.addcmul_(g_b_dec, r_sum.to(x.dtype), twice)
  if centred:
    _m = torch.sub_(g_b_dec, sum_weighted(encoder, g_latent))

  # gradients, constraint and Adam by groups of latents; where all gradients together are clipped, their norm has to be known first
  _n = bounded(g_latent, bound)
  _o = bounded(g_b_dec, bound)
  total = square(g_latent) + square(g_b_dec)
  g_skip = torch.empty([0], device=x.device)
  if len(parameters) > 4:
    g_skip = bounded(torch.mul_(torch.mm(torch.t(R.view([samples, groups, e]).select(1, 0)), x), weight), bound)
    total = total + square(g_skip)
  y_slabs = in_slabs(y, latent.size(0))
  R_slabs = in_slabs(R, latent.size(0))
  wide = group
  if y_slabs.size(0) > 0:
    wide = 5 * group
  g_encoders = annotate(List[Tensor], [])
  g_decoders = annotate(List[Tensor], [])
  low = 0
  low_active = 0
  low_dead = 0
  while low < n:
    count = min(wide, n - low)
    high_active = latent.size(0)
    high_dead = ids.size(0)
    if low + count < n:
      high_active = int(bounds.select(0, low + count))
      if high_dead > 0:
        high_dead = int(torch.searchsorted(ids, low + count))
    first = bounds.narrow(0, low, count) - low_active
    some = ids.narrow(0, low_dead, high_dead - low_dead)
    g_encoder = rows_of(y, y_slabs, owner.narrow(0, low_active, high_active - low_active), first, to_encoder.narrow(0, low_active, high_active - low_active), low, some, aux_encoder.narrow(0, low_dead, high_dead - low_dead))
    g_decoder = rows_of(R, R_slabs, owner_bag.narrow(0, low_active, high_active - low_active), first, to_decoder.narrow(0, low_active, high_active - low_active), low, some, aux_decoder.narrow(0, low_dead, high_dead - low_dead))
    w = decoder.narrow(0, low, count)
    _p = bounded(g_encoder, bound)
    g_decoder = bounded(constrained(w, g_decoder, constraint), bound)
    total = total + square(g_encoder) + square(g_decoder)
    if clip > 0.:
      _q = torch.append(g_encoders, g_encoder)
      _r = torch.append(g_decoders, g_decoder)
    else:
      _s = descend(encoder, g_encoder, m[0], v[0], averages, 0, low, False, group, adams)
      _t = descend(decoder, g_decoder, m[1], v[1], averages, 1, low, constraint == 2, group, adams)
    low = low + count
    low_active = high_active
    low_dead = high_dead
  norm = torch.sqrt(total)
  if clip > 0.:
    factor = shrink(norm, clip)
    _v = torch.mul_(g_latent, factor)
    _w = torch.mul_(g_b_dec, factor)
    _x = torch.mul_(g_skip, factor)
    i = 0
    low = 0
    while i < len(g_encoders):
      count = g_encoders[i].size(0)
      _y = descend(encoder, torch.mul_(g_encoders[i], factor), m[0], v[0], averages, 0, low, False, group, adams)
      _z = descend(decoder, torch.mul_(g_decoders[i], factor), m[1], v[1], averages, 1, low, constraint == 2, group, adams)
      low = low + count
      i = i + 1
  _ab = descend(b_enc, g_latent, m[2], v[2], averages, 2, 0, False, n, adams)
  _ac = descend(b_dec, g_b_dec, m[3], v[3], averages, 3, 0, False, e, adams)
  if len(parameters) > 4:
    _ad = descend(parameters[4], g_skip, m[4], v[4], averages, 4, 0, False, group, adams)
  l0 = torch.div(torch.sum(torch.ne(z, 0.)).to(torch.float64), samples)
  losses = squares * torch.tensor(weights, dtype=torch.float64, device=x.device) * c
  return torch.cat([losses, torch.stack([aux, explained, l0, norm])])


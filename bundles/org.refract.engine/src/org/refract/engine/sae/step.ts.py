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

# Moves the threshold towards the smallest activation of the batch or the mean of that of the rows. In place; a negative threshold is set to it.
def follow_threshold(threshold: Tensor, z: Tensor, follow: str, slots: int, beta: float) -> Tensor:
  positive = torch.masked_fill(z, torch.le(z, 0), 3e+38)
  if follow == "rows":
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
#   selection     topk, abstopk, groupmax: k of each sample; batchtopk: k of all samples
#   rule          whose auxiliary term: none, saelens, dictionary_learning, openai, sparsify; see revive.ts.py
#   follow        what the threshold follows: nothing, batch, rows
#   sizes         k, most dead latents in the auxiliary term, since when a latent is dead, what `since` grows by before and after it is set
#                 to 0 for the active, hook points that lie one after another in a target
#   cut           tile, width, block, group: how the step is cut into pieces; changes its numbers by rounding only
#   flags         x is centred by b_dec; target is x; latents are chosen in units of the decoder rows' norms; some latent may be dead;
#                 products of bfloat16 numbers; the loss is of lengths; decoder rows are made unit vectors before Adam; after it
#   numbers       c, or 0 for 1 over the sum of the target's squared deviations from its mean in this batch; coefficient of the auxiliary
#                 term, least activity, bound of a gradient's numbers, clip, beta of the threshold
# Returns in float64: c·weight_g·Σ r_g² of each group, or c·Σ ‖r^p‖, auxiliary, explained variance, l0, norm of the gradients before clipping.
def step(x: Tensor, target: Tensor, parameters: List[Tensor], m: List[Tensor], v: List[Tensor], averages: List[Tensor], statistics: List[Tensor], work: List[Tensor], widths: List[int], weights: List[float], selection: str, rule: str, follow: str, sizes: List[int], cut: List[int], flags: List[bool], numbers: List[float], adams: List[float]) -> Tensor:
  k, most, dead_from, before, after, points = sizes
  tile, width, block, group = cut
  centred, own, rescaled, may_be_dead, half, by_length, unit_first, unit_after = flags
  c, coefficient, least, bound, clip, beta = numbers
  encoder = parameters[0]
  decoder = parameters[1]
  b_enc = parameters[2]
  samples = x.size(0)
  groups = len(widths)
  scale = annotate(Optional[Tensor], None)
  if rescaled:
    scale = row_norms(decoder, points)
  if c == 0.:
    c = float(torch.reciprocal(sum_all(torch.pow(target - torch.mean(target, [0]), 2))))
  last = work[2].narrow(0, 0, samples)
  R = last
  lengths = 0
  if by_length:
    lengths = points
  if groups > 1 or by_length:
    R = work[3].narrow(0, 0, samples * groups)

  y, goal, shown = see(x, target, parameters, work[1].narrow(0, 0, samples), centred, own)
  z, latent, row, bag, starts = choose(y, encoder, b_enc, scale, work[0], selection, k, widths, half, cut)
  slots = k
  if selection == "batchtopk":
    slots = 0
  unit = z
  if scale is not None:
    unit = torch.div(z, torch.index_select(scale, 0, latent))
  dz = torch.empty_like(unit)
  squares, x_variance, r_variance, r_sum, r_square, R_sum = reconstruct(goal, shown, decoder, latent, unit, starts, bag, slots, weights, lengths, block, R, last, dz)
  was = count(statistics, z, latent, before, after, least, rule)
  if follow != "nothing":
    _a = follow_threshold(statistics[2], z, follow, slots, beta)

  # gradients of the reconstruction, and of the auxiliary term
  weight = 2. * c
  if by_length:
    weight = c
  if groups == 1:
    weight = weight * weights[0]
  _b = torch.mul_(dz, weight)
  if selection != "abstopk":
    _c = torch.masked_fill_(dz, torch.le(z, 0.), 0.)
  g_latent = torch.index_add_(torch.zeros_like(b_enc), 0, latent, dz)
  g_b_dec = torch.mul(R_sum, weight).to(x.dtype)
  active = in_order(latent, row, bag, unit, dz, b_enc.size(0), weight, groups)
  aux, dead = revive(y, last, parameters, scale, [was, r_variance, r_sum, r_square], [g_latent, g_b_dec], rule, most, dead_from, coefficient, c, may_be_dead, half, work[0])
  if centred:
    _d = torch.sub_(g_b_dec, sum_weighted(encoder, g_latent))
  g_skip = torch.empty([0], device=x.device)
  if len(parameters) > 4:
    g_skip = torch.mul_(torch.mm(torch.t(R.view([samples, groups, R.size(1)]).select(1, 0)), x), weight)
  norm = move(y, R, parameters, m, v, averages, active, dead, [g_latent, g_b_dec, g_skip], bound, clip, unit_first, unit_after, group, adams)

  explained = mean_all(1. - torch.div(r_variance, x_variance + 1e-8))
  l0 = torch.div(torch.sum(torch.ne(z, 0.)).to(torch.float64), samples)
  losses = squares * torch.tensor(weights, dtype=torch.float64, device=x.device) * c
  return torch.cat([losses, torch.stack([aux, explained, l0, norm])])

# What the encoder sees; what the active latents shall sum to, in `goal`; what the explained variance is of.
def see(x: Tensor, target: Tensor, parameters: List[Tensor], goal: Tensor, centred: bool, own: bool) -> Tuple[Tensor, Tensor, Tensor]:
  b_dec = parameters[3]
  y = x
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
  return (y, goal, shown)

# The active latents: z, latent, sample, the bag (sample and group) into which each goes, and where bags start.
def choose(y: Tensor, encoder: Tensor, b_enc: Tensor, scale: Optional[Tensor], room: Tensor, selection: str, k: int, widths: List[int], half: bool, cut: List[int]) -> Tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
  tile, width, block, group = cut
  samples = y.size(0)
  groups = len(widths)
  if selection == "batchtopk":
    z, row, latent = choose_batch(y, encoder, b_enc, scale, room, k, half, tile, width, block)
    starts = group_starts(row, latent, samples, encoder.size(0), widths)
    bag = row
    if groups > 1:
      bag = torch.add(torch.bucketize(latent, torch.tensor(widths, dtype=torch.int64, device=y.device), right=True), row, alpha=groups)
  else:
    values, indices = choose_rows(y, encoder, b_enc, scale, room, selection, k, half, tile, width, block)
    z = values.view([-1])
    latent = indices.view([-1])
    row = torch.floor_divide(torch.arange(0, samples * k, dtype=torch.int64, device=y.device), k)
    starts = torch.arange(0, samples * k, k, dtype=torch.int64, device=y.device)
    bag = row
  return (z, latent, row, bag, starts)

# Counts when each latent was active last and how often; returns the former as the rule wants it, before this step or with it.
def count(statistics: List[Tensor], z: Tensor, latent: Tensor, before: int, after: int, least: float, rule: str) -> Tensor:
  since = statistics[0]
  fired = statistics[1]
  was = since
  if rule == "saelens" or rule == "sparsify":
    was = since.clone()
  active = torch.gt(torch.abs(z), least).to(torch.int64)
  hits = torch.scatter_add(torch.zeros_like(fired), 0, latent, active)
  _a = torch.add_(fired, hits)
  _b = torch.add_(torch.masked_fill_(torch.add_(since, before), torch.gt(hits, 0), 0), after)
  return was

# The active latents in their own order: where each latent's begin, the rows of y and of R that each sums, and with which weights.
def in_order(latent: Tensor, row: Tensor, bag: Tensor, unit: Tensor, dz: Tensor, n: int, weight: float, groups: int) -> List[Tensor]:
  sorted, order = torch.sort(latent, stable=True)
  bounds = torch.searchsorted(sorted, torch.arange(0, n + 1, dtype=torch.int64, device=latent.device))
  owner = torch.index_select(row, 0, order)
  owner_bag = owner
  if groups > 1:
    owner_bag = torch.index_select(bag, 0, order)
  to_encoder = torch.index_select(dz, 0, order)
  to_decoder = torch.mul_(torch.index_select(unit, 0, order), weight)
  return [bounds, owner, owner_bag, to_encoder, to_decoder]

# Gradients of all weights, constraint and Adam by groups of latents, which are moved while they are in the cache; where all gradients together
# are clipped, they wait until their norm is known. others: the gradients of b_enc, b_dec and W_skip. Returns the norm.
def move(y: Tensor, R: Tensor, parameters: List[Tensor], m: List[Tensor], v: List[Tensor], averages: List[Tensor], active: List[Tensor], dead: List[Tensor], others: List[Tensor], bound: float, clip: float, unit_first: bool, unit_after: bool, group: int, adams: List[float]) -> Tensor:
  bounds, owner, owner_bag, to_encoder, to_decoder = active
  ids, aux_encoder, aux_decoder = dead
  n = parameters[0].size(0)
  number = owner.size(0)
  total = torch.zeros([], dtype=torch.float64, device=y.device)
  i = 2
  while i < len(parameters):
    total = total + square(bounded(others[i - 2], bound))
    i = i + 1
  y_slabs = in_slabs(y, number)
  R_slabs = in_slabs(R, number)
  wide = group
  if y_slabs.size(0) > 0:
    wide = 5 * group
  waiting = annotate(List[Tensor], [])
  low = 0
  low_active = 0
  low_dead = 0
  while low < n:
    rows = min(wide, n - low)
    high_active = number
    high_dead = ids.size(0)
    if low + rows < n:
      high_active = int(bounds.select(0, low + rows))
      if high_dead > 0:
        high_dead = int(torch.searchsorted(ids, low + rows))
    actives = high_active - low_active
    deads = high_dead - low_dead
    first = bounds.narrow(0, low, rows) - low_active
    some = ids.narrow(0, low_dead, deads)
    g_encoder = rows_of(y, y_slabs, owner.narrow(0, low_active, actives), first, to_encoder.narrow(0, low_active, actives), low, some, aux_encoder.narrow(0, low_dead, deads))
    g_decoder = rows_of(R, R_slabs, owner_bag.narrow(0, low_active, actives), first, to_decoder.narrow(0, low_active, actives), low, some, aux_decoder.narrow(0, low_dead, deads))
    _a = bounded(g_encoder, bound)
    g_decoder = bounded(constrained(parameters[1].narrow(0, low, rows), g_decoder, unit_first, unit_after), bound)
    total = total + square(g_encoder) + square(g_decoder)
    if clip > 0.:
      _b = torch.append(waiting, g_encoder)
      _c = torch.append(waiting, g_decoder)
    else:
      _d = move_rows(parameters, m, v, averages, g_encoder, g_decoder, low, unit_after, group, adams)
    low = low + rows
    low_active = high_active
    low_dead = high_dead
  norm = torch.sqrt(total)
  if clip > 0.:
    _e = move_clipped(parameters, m, v, averages, waiting, others, shrink(norm, clip), unit_after, group, adams)
  i = 2
  while i < len(parameters):
    at_once = others[i - 2].size(0)
    if i > 3:
      at_once = group
    _f = descend(parameters[i], others[i - 2], m[i], v[i], averages, i, 0, False, False, at_once, adams)
    i = i + 1
  return norm

# Adam on the rows of encoder and decoder from `low` on
def move_rows(parameters: List[Tensor], m: List[Tensor], v: List[Tensor], averages: List[Tensor], g_encoder: Tensor, g_decoder: Tensor, low: int, unit: bool, group: int, adams: List[float]) -> Tensor:
  _a = descend(parameters[0], g_encoder, m[0], v[0], averages, 0, low, False, False, group, adams)
  return descend(parameters[1], g_decoder, m[1], v[1], averages, 1, low, unit, False, group, adams)

# The same with gradients that waited, pairs of encoder and decoder rows, times a factor; the other gradients are multiplied in place
def move_clipped(parameters: List[Tensor], m: List[Tensor], v: List[Tensor], averages: List[Tensor], waiting: List[Tensor], others: List[Tensor], factor: Tensor, unit: bool, group: int, adams: List[float]) -> Tensor:
  for gradient in others:
    _a = torch.mul_(gradient, factor)
  i = 0
  low = 0
  while i < len(waiting):
    _b = move_rows(parameters, m, v, averages, torch.mul_(waiting[i], factor), torch.mul_(waiting[i + 1], factor), low, unit, group, adams)
    low = low + waiting[i].size(0)
    i = i + 2
  return factor

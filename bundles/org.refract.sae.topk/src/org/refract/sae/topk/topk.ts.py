# TopK sparse autoencoder. Shapes: x (samples, d); encoder, decoder (latents, d); pre_bias (d); latent_bias (latents).
#   z = relu(topk_k(encoder (x - pre_bias) + latent_bias)),  x̂ = z decoder + pre_bias

# The k largest entries of each row, in no order. Where rows are long, first the k column groups with the largest maxima: every one of the
# k largest entries lies in one of them.
def largest(z: Tensor, k: int) -> Tuple[Tensor, Tensor]:
  rows = z.size(0)
  n = z.size(1)
  groups = n // 8
  if z.is_cuda or n % 8 != 0 or groups < 16 * k:
    values, indices = torch.topk(z, k, 1, True, False)
    return (values, indices)
  grouped = z.view([rows, 8, groups])
  _a, group = torch.topk(torch.amax(grouped, [1]), k, 1, True, False)
  candidates = torch.gather(grouped, 2, torch.expand(torch.unsqueeze(group, 1), [rows, 8, k])).view([rows, 8 * k])
  best, place = torch.topk(candidates, k, 1, True, False)
  column = torch.gather(group, 1, torch.remainder(place, k))
  return (best, torch.add(column, torch.floor_divide(place, k), alpha=groups))

# Active latents of x, at most `tile` rows of pre-activations at a time.
def encode(x: Tensor, encoder: Tensor, pre_bias: Tensor, latent_bias: Tensor, k: int, tile: int) -> Tuple[Tensor, Tensor]:
  samples = x.size(0)
  transposed = torch.t(encoder)
  values = torch.empty([samples, k], dtype=x.dtype, device=x.device)
  indices = torch.empty([samples, k], dtype=torch.int64, device=x.device)
  z = torch.empty([min(tile, samples), encoder.size(0)], dtype=x.dtype, device=x.device)
  start = 0
  while start < samples:
    rows = min(tile, samples - start)
    zt = z.narrow(0, 0, rows)
    _a = torch.addmm(latent_bias, x.narrow(0, start, rows) - pre_bias, transposed, out=zt)
    v, i = largest(zt, k)
    _b = torch.clamp_min(v, 0., out=values.narrow(0, start, rows))
    _c = torch.copy_(indices.narrow(0, start, rows), i)
    start = start + rows
  return (indices, values)

# Row b is the sum of weights[j]·rows[index[j]] over the j of bag b.
def bags(rows: Tensor, index: Tensor, starts: Tensor, weights: Tensor) -> Tensor:
  sums, _a, _b, _c = torch.embedding_bag(rows, index, starts, False, 0, False, weights)
  return sums

def decode(indices: Tensor, values: Tensor, decoder: Tensor, pre_bias: Tensor) -> Tensor:
  slots = indices.size(1)
  starts = torch.arange(0, indices.size(0) * slots, slots, dtype=torch.int64, device=indices.device)
  sums = bags(decoder, indices.reshape([-1]), starts, values.reshape([-1]))
  return torch.add_(sums, pre_bias)

# Adam, Kingma and Ba 2015, algorithm 1: rate = lr / (1 - beta1^t), correction = sqrt(1 - beta2^t).
def adam(w: Tensor, g: Tensor, m: Tensor, v: Tensor, beta1: float, beta2: float, eps: float, rate: float, correction: float) -> Tensor:
  _a = torch.lerp_(m, g, 1. - beta1)
  _b = torch.addcmul_(torch.mul_(v, beta2), g, g, value=1. - beta2)
  spread = torch.add_(torch.div_(torch.sqrt(v), correction), eps)
  return torch.addcdiv_(w, m, spread, value=-rate)

# The auxiliary term while latents are dead: their auxk largest positive pre-activations reconstruct the residual. Returns the sum of
# squares of that reconstruction's error and, up to the common weight, the gradients of the dead latents' encoder and decoder rows and
# biases and of pre_bias.
def revive(centred: Tensor, residual: Tensor, encoder: Tensor, decoder: Tensor, latent_bias: Tensor, ids: Tensor, auxk: int, tile: int) -> Tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
  samples = centred.size(0)
  enc = torch.index_select(encoder, 0, ids)
  dec = torch.index_select(decoder, 0, ids)
  bias = torch.index_select(latent_bias, 0, ids)
  ge = torch.zeros_like(enc)
  gd = torch.zeros_like(dec)
  gl = torch.zeros_like(bias)
  gp = torch.zeros_like(centred.select(0, 0))
  squares = torch.zeros([], dtype=torch.float64, device=centred.device)
  start = 0
  while start < samples:
    rows = min(tile, samples - start)
    xt = centred.narrow(0, start, rows)
    z = torch.clamp_min_(torch.addmm(bias, xt, torch.t(enc)), 0.)
    if ids.size(0) > auxk:
      kept, _a = torch.topk(z, auxk, 1, True, False)
      z = torch.masked_fill_(z, torch.lt(z, torch.amin(kept, [1], True)), 0.)
    e = torch.addmm(residual.narrow(0, start, rows), z, dec)
    squares = squares + torch.sum(e * e, dtype=torch.float64)
    _b = torch.addmm_(gd, torch.t(z), e)
    dz = torch.masked_fill_(torch.mm(e, torch.t(dec)), torch.le(z, 0.), 0.)
    _c = torch.addmm_(ge, torch.t(dz), xt)
    _d = torch.add_(gl, torch.sum(dz, [0]))
    _e = torch.add_(gp, torch.sum(e, [0]))
    start = start + rows
  return (squares, ge, gd, gl, gp)

# The same for many more dead latents than take part: sums of auxk rows per sample instead of dense products.
def revive_many(centred: Tensor, residual: Tensor, encoder: Tensor, decoder: Tensor, latent_bias: Tensor, ids: Tensor, auxk: int, tile: int) -> Tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
  samples = centred.size(0)
  enc = torch.index_select(encoder, 0, ids)
  dec = torch.index_select(decoder, 0, ids)
  bias = torch.index_select(latent_bias, 0, ids)
  values = torch.empty([samples * auxk], dtype=centred.dtype, device=centred.device)
  dz = torch.empty_like(values)
  indices = torch.empty([samples * auxk], dtype=torch.int64, device=centred.device)
  sample = torch.floor_divide(torch.arange(0, samples * auxk, dtype=torch.int64, device=centred.device), auxk)
  error = torch.empty_like(residual)
  start = 0
  while start < samples:
    rows = min(tile, samples - start)
    z, i = largest(torch.addmm(bias, centred.narrow(0, start, rows), torch.t(enc)), auxk)
    flat = i.reshape([-1])
    zt = torch.clamp_min(z.reshape([-1]), 0., out=values.narrow(0, start * auxk, rows * auxk))
    _a = torch.copy_(indices.narrow(0, start * auxk, rows * auxk), flat)
    first = torch.arange(0, rows * auxk, auxk, dtype=torch.int64, device=centred.device)
    e = torch.add(bags(dec, flat, first, zt), residual.narrow(0, start, rows), out=error.narrow(0, start, rows))
    dots = torch._embedding_bag_per_sample_weights_backward(e, dec, flat, first, sample.narrow(0, 0, rows * auxk), 0)
    _b = torch.copy_(dz.narrow(0, start * auxk, rows * auxk), dots)
    start = start + rows
  _c = torch.masked_fill_(dz, torch.le(values, 0.), 0.)
  latent, order = torch.sort(indices, stable=True)
  bounds = torch.searchsorted(latent, torch.arange(0, ids.size(0), dtype=torch.int64, device=centred.device))
  owner = torch.index_select(sample, 0, order)
  ge = bags(centred, owner, bounds, torch.index_select(dz, 0, order))
  gd = bags(error, owner, bounds, torch.index_select(values, 0, order))
  gl = torch.index_add_(torch.zeros_like(bias), 0, indices, dz)
  return (torch.sum(error * error, dtype=torch.float64), ge, gd, gl, torch.sum(error, [0]))

# One optimiser step in place.
#   parameters, m, v  encoder, decoder, pre_bias, latent_bias and Adam's moments of each
#   statistics        last_nonzero, fired: (latents) int64
#   work              room for pre-activations (tile, latents), centred samples and residuals (samples, d)
#   tile              samples of one product; block: samples that are looked at while they are in the cache; group: latents that are
#                     updated while they are in the cache. Numbers the size of the whole batch and dictionary make no use of a cache and
#                     ask nothing of the device.
# Returns (recons, auxk, explained_variance, l0, dead) in float64.
#   L = mse_scale·mean((x̂ - x)²) + auxk_coef·mean((x̂_aux - e)²) / mean((mean_batch(e) - e)²),  e = x - x̂ + pre_bias, detached
def step(x: Tensor, parameters: List[Tensor], m: List[Tensor], v: List[Tensor], statistics: List[Tensor], work: List[Tensor], k: int, auxk: int, auxk_coef: float, mse_scale: float, beta1: float, beta2: float, eps: float, rate: float, correction: float, dead_after: int, may_be_dead: bool, tile: int, block: int, group: int) -> Tensor:
  encoder = parameters[0]
  decoder = parameters[1]
  pre_bias = parameters[2]
  latent_bias = parameters[3]
  last_nonzero = statistics[0]
  fired = statistics[1]
  samples = x.size(0)
  d = x.size(1)
  n = encoder.size(0)
  size = float(samples * d)
  centred = work[1].narrow(0, 0, samples)
  residual = work[2].narrow(0, 0, samples)
  values = torch.empty([samples * k], dtype=x.dtype, device=x.device)
  dz = torch.empty_like(values)
  indices = torch.empty([samples * k], dtype=torch.int64, device=x.device)
  sample = torch.floor_divide(torch.arange(0, samples * k, dtype=torch.int64, device=x.device), k)
  starts = torch.arange(0, min(block, samples) * k, k, dtype=torch.int64, device=x.device)
  x_sum = torch.zeros([d], dtype=torch.float64, device=x.device)
  x_square = torch.zeros_like(x_sum)
  r_sum = torch.zeros_like(x_sum)
  r_square = torch.zeros_like(x_sum)

  # codes z, residuals x̂ - x, and dz = residual · d_f of every active latent
  transposed = torch.t(encoder)
  start = 0
  while start < samples:
    rows = min(tile, samples - start)
    zt = work[0].narrow(0, 0, rows)
    xt = centred.narrow(0, start, rows)
    _a = torch.sub(x.narrow(0, start, rows), pre_bias, out=xt)
    _b = torch.mm(xt, transposed, out=zt)
    at = 0
    while at < rows:
      count = min(block, rows - at)
      z, i = largest(torch.add_(zt.narrow(0, at, count), latent_bias), k)
      flat = i.reshape([-1])
      place = (start + at) * k
      zb = torch.clamp_min(z.reshape([-1]), 0., out=values.narrow(0, place, count * k))
      _c = torch.copy_(indices.narrow(0, place, count * k), flat)
      xb = xt.narrow(0, at, count)
      r = residual.narrow(0, start + at, count)
      first = starts.narrow(0, 0, count)
      _d = torch.sub(bags(decoder, flat, first, zb), xb, out=r)
      dots = torch._embedding_bag_per_sample_weights_backward(r, decoder, flat, first, sample.narrow(0, 0, count * k), 0)
      _e = torch.copy_(dz.narrow(0, place, count * k), dots)
      _f = torch.add_(x_sum, torch.sum(xb, [0]))
      _g = torch.add_(x_square, torch.sum(xb * xb, [0]))
      _h = torch.add_(r_sum, torch.sum(r, [0]))
      _i = torch.add_(r_square, torch.sum(r * r, [0]))
      at = at + count
    start = start + rows

  hits = torch.scatter_add(torch.zeros_like(fired), 0, indices, torch.gt(values, 0.001).to(torch.int64))
  _j = torch.add_(fired, hits)
  _k = torch.add_(torch.masked_fill_(last_nonzero, torch.gt(hits, 0), 0), 1)
  dead = torch.gt(last_nonzero, dead_after)

  r_variance = torch.div(r_square, samples) - torch.pow(torch.div(r_sum, samples), 2)
  x_variance = torch.div(x_square, samples) - torch.pow(torch.div(x_sum, samples), 2)
  explained = torch.mean(1. - torch.div(r_variance, x_variance + 1e-8))
  mse = torch.mean(torch.div(r_square, samples))
  spread = torch.mean(r_variance)

  # gradients of the reconstruction: sums of one row per active (sample, latent), brought into the order of the latents
  c = mse_scale * 2. / size
  _l = torch.masked_fill_(torch.mul_(dz, c), torch.le(values, 0.), 0.)
  latent, order = torch.sort(indices, stable=True)
  bounds = torch.searchsorted(latent, torch.arange(0, n + 1, dtype=torch.int64, device=x.device))
  owner = torch.index_select(sample, 0, order)
  to_encoder = torch.index_select(dz, 0, order)
  to_decoder = torch.mul_(torch.index_select(values, 0, order), c)
  g_latent = torch.index_add_(torch.zeros_like(latent_bias), 0, indices, dz)
  g_pre = torch.mul(r_sum, c).to(x.dtype)

  # the auxiliary term; without dead latents x̂_aux is pre_bias, and only pre_bias moves
  aux_weight = torch.where(torch.gt(spread, 0.), torch.reciprocal(spread), torch.zeros_like(spread)) * auxk_coef
  weight = torch.mul(aux_weight, 2. / size).to(x.dtype)
  aux_mse = mse
  ids = torch.empty([0], dtype=torch.int64, device=x.device)
  aux_encoder = torch.empty([0], device=x.device)
  aux_decoder = torch.empty([0], device=x.device)
  if may_be_dead:
    ids = torch.nonzero(dead).view([-1])
  if ids.size(0) > 0:
    if ids.size(0) > 10 * auxk:
      squares, aux_encoder, aux_decoder, aux_latent, aux_pre = revive_many(centred, residual, encoder, decoder, latent_bias, ids, auxk, tile)
    else:
      squares, aux_encoder, aux_decoder, aux_latent, aux_pre = revive(centred, residual, encoder, decoder, latent_bias, ids, auxk, tile)
    aux_mse = torch.div(squares, size)
    _m = torch.mul_(aux_encoder, weight)
    _n = torch.mul_(aux_decoder, weight)
    _o = torch.index_add_(g_latent, 0, ids, aux_latent * weight)
    _p = torch.addcmul_(g_pre, aux_pre, weight)
  else:
    _q = torch.addcmul_(g_pre, r_sum.to(x.dtype), weight)
  _r = torch.sub_(g_pre, torch.mv(transposed, g_latent))

  # Adam by groups of latents. The decoder's rows are made unit vectors first, and its gradient loses its part along them
  # (openai/sparse_autoencoder: unit_norm_decoder_, unit_norm_decoder_grad_adjustment_).
  low = 0
  low_active = 0
  low_dead = 0
  while low < n:
    count = min(group, n - low)
    high_active = samples * k
    high_dead = ids.size(0)
    if low + count < n:
      high_active = int(bounds.select(0, low + count))
      high_dead = int(torch.searchsorted(ids, low + count))
    first = bounds.narrow(0, low, count) - low_active
    mine = owner.narrow(0, low_active, high_active - low_active)
    g_encoder = bags(centred, mine, first, to_encoder.narrow(0, low_active, high_active - low_active))
    g_decoder = bags(residual, mine, first, to_decoder.narrow(0, low_active, high_active - low_active))
    if high_dead > low_dead:
      row = ids.narrow(0, low_dead, high_dead - low_dead) - low
      _s = torch.index_add_(g_encoder, 0, row, aux_encoder.narrow(0, low_dead, high_dead - low_dead))
      _t = torch.index_add_(g_decoder, 0, row, aux_decoder.narrow(0, low_dead, high_dead - low_dead))
    _u = adam(encoder.narrow(0, low, count), g_encoder, m[0].narrow(0, low, count), v[0].narrow(0, low, count), beta1, beta2, eps, rate, correction)
    w = decoder.narrow(0, low, count)
    _v = torch.div_(w, torch.clamp_min(torch.norm(w, 2, [1], True), 1e-30))
    _w = torch.addcmul_(g_decoder, torch.sum(g_decoder * w, [1], True), w, value=-1.)
    _x = adam(w, g_decoder, m[1].narrow(0, low, count), v[1].narrow(0, low, count), beta1, beta2, eps, rate, correction)
    low = low + count
    low_active = high_active
    low_dead = high_dead
  _y = adam(pre_bias, g_pre, m[2], v[2], beta1, beta2, eps, rate, correction)
  _z = adam(latent_bias, g_latent, m[3], v[3], beta1, beta2, eps, rate, correction)
  l0 = torch.div(torch.sum(torch.gt(values, 0.)).to(torch.float64), samples)
  return torch.stack([mse * mse_scale, aux_mse * aux_weight, explained, l0, torch.sum(dead).to(torch.float64)])

# Weiszfeld's iteration for the point with the least sum of distances, started at the mean (github.com/krishnap25/geom_median).
def geometric_median(samples: Tensor, most: int, iterations: int, eps: float, ftol: float, tile: int) -> Tensor:
  points = samples.narrow(0, 0, min(most, samples.size(0)))
  median = torch.mean(points, [0])
  before = float(torch.mean(distances(points, median, tile)))
  i = 0
  while i < iterations:
    weights = torch.reciprocal(torch.clamp_min(distances(points, median, tile), eps))
    median = torch.div(torch.mv(torch.t(points), weights), torch.sum(weights))
    now = float(torch.mean(distances(points, median, tile)))
    if abs(before - now) <= ftol * now:
      i = iterations
    before = now
    i = i + 1
  return median

def distances(points: Tensor, centre: Tensor, tile: int) -> Tensor:
  result = torch.empty([points.size(0)], dtype=points.dtype, device=points.device)
  start = 0
  while start < points.size(0):
    rows = min(tile, points.size(0) - start)
    _a = torch.copy_(result.narrow(0, start, rows), torch.norm(points.narrow(0, start, rows) - centre, 2, [1]))
    start = start + rows
  return result

# mean((mean_0(x) - x)²) of the first `most` rows, without a copy of them
def variance(samples: Tensor, most: int, tile: int) -> Tensor:
  x = samples.narrow(0, 0, min(most, samples.size(0)))
  mean = torch.mean(x, [0], dtype=torch.float64).to(x.dtype)
  total = torch.zeros([], dtype=torch.float64, device=x.device)
  start = 0
  while start < x.size(0):
    rows = min(tile, x.size(0) - start)
    centred = x.narrow(0, start, rows) - mean
    total = total + torch.sum(centred * centred, dtype=torch.float64)
    start = start + rows
  return torch.div(total, x.size(0) * x.size(1))

def unit_rows(w: Tensor) -> Tensor:
  return torch.div(w, torch.norm(w, 2, [1], True))

# A contiguous copy with memory of its own.
def own(x: Tensor) -> Tensor:
  return torch.clone(x, memory_format=0)

def assign(target: Tensor, source: Tensor) -> Tensor:
  return torch.copy_(target, source)

def assign_rows(target: Tensor, source: Tensor, start: int) -> Tensor:
  return torch.copy_(target.narrow(0, start, source.size(0)), source)

def oldest(last_nonzero: Tensor) -> Tensor:
  return torch.amax(last_nonzero)

# How many latents last fired more than each number of steps ago, and how many fired in each decade of density: below 1e-8, 1e-8 to 1e-7,
# ..., 0.1 to 1. The first bin also holds those that did not fire. Starts the count of firings anew.
def activity(last_nonzero: Tensor, fired: Tensor, ages: List[float], samples: int) -> Tensor:
  counts = annotate(List[Tensor], [])
  for age in ages:
    _a = torch.append(counts, torch.sum(torch.gt(last_nonzero, age)))
  decade = torch.floor(torch.log10(torch.div(fired.to(torch.float64), max(samples, 1))))
  bins = torch.add(torch.clamp(decade, -9., -1.), 9.).to(torch.int64)
  histogram = torch.bincount(bins, None, 9)
  _b = torch.zero_(fired)
  return torch.cat([torch.stack(counts), histogram]).to(torch.float64)

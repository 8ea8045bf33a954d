# Choosing active latents and decoding them. Shapes: x (samples, d), centred; encoder, decoder (n, d); b_enc (n); room is memory for
# pre-activations, used again and again. Pre-activations z = x encoderᵀ + b_enc, times `scale` (n) where there is one, exist for `tile`
# samples and `width` latents at a time, and are looked at `block` samples at a time while they are in the cache.

# The k largest entries of each row, in no order. Where rows are long, first the k column groups with the largest maxima: every one of the
# k largest entries lies in one of them.
def largest(z: Tensor, k: int) -> Tuple[Tensor, Tensor]:
  rows = z.size(0)
  n = z.size(1)
  groups = n // 8
  if z.is_cuda or n % 8 != 0 or groups < 3 * k or n < 512:
    values, indices = torch.topk(z, k, 1, True, False)
    return (values, indices)
  grouped = z.view([rows, 8, groups])
  _a, group = torch.topk(torch.amax(grouped, [1]), k, 1, True, False)
  candidates = torch.gather(grouped, 2, torch.expand(torch.unsqueeze(group, 1), [rows, 8, k])).view([rows, 8 * k])
  best, place = torch.topk(candidates, k, 1, True, False)
  column = torch.gather(group, 1, torch.remainder(place, k))
  return (best, torch.add(column, torch.floor_divide(place, k), alpha=groups))

# selection topk: the k largest of each row; abstopk: the k largest in magnitude; groupmax: the largest of each of k groups of neighbouring columns
def chosen(z: Tensor, selection: str, k: int) -> Tuple[Tensor, Tensor]:
  if selection == "abstopk":
    _a, indices = largest(torch.abs(z), k)
    return (torch.gather(z, 1, indices), indices)
  if selection == "groupmax":
    values, place = torch.max(z.view([z.size(0), k, -1]), 2)
    first = torch.arange(0, z.size(1), z.size(1) // k, dtype=torch.int64, device=z.device)
    return (values, place + first)
  values, indices = largest(z, k)
  return (values, indices)

# x wᵀ into out; half: of bfloat16 numbers, summed in float32
def product(x: Tensor, w: Tensor, out: Tensor, half: bool) -> Tensor:
  if half:
    return torch.copy_(out, torch.mm(x.to(torch.bfloat16), torch.t(w).to(torch.bfloat16)))
  return torch.mm(x, torch.t(w), out=out)

def shifted(z: Tensor, bias: Tensor, scale: Optional[Tensor]) -> Tensor:
  _a = torch.add_(z, bias)
  if scale is not None:
    _b = torch.mul_(z, scale)
  return z

def part(scale: Optional[Tensor], low: int, count: int) -> Optional[Tensor]:
  if scale is not None:
    return scale.narrow(0, low, count)
  return None

# The chosen latents of each row, (samples, k): values and indices. Rows are read in parts of `width` columns, whose best are merged.
def choose_rows(x: Tensor, encoder: Tensor, b_enc: Tensor, scale: Optional[Tensor], room: Tensor, selection: str, k: int, half: bool, tile: int, width: int, block: int) -> Tuple[Tensor, Tensor]:
  samples = x.size(0)
  n = encoder.size(0)
  values = torch.empty([samples, k], dtype=x.dtype, device=x.device)
  indices = torch.empty([samples, k], dtype=torch.int64, device=x.device)
  start = 0
  while start < samples:
    rows = min(tile, samples - start)
    low = 0
    while low < n:
      count = min(width, n - low)
      z = room.narrow(0, 0, rows * count).view([rows, count])
      _a = product(x.narrow(0, start, rows), encoder.narrow(0, low, count), z, half)
      slots = min(k, count)
      if selection == "groupmax":
        slots = count * k // n
      at = 0
      while at < rows:
        here = min(block, rows - at)
        zb = shifted(z.narrow(0, at, here), b_enc.narrow(0, low, count), part(scale, low, count))
        v, i = chosen(zb, selection, slots)
        if low > 0:
          i = i + low
        best = values.narrow(0, start + at, here)
        where = indices.narrow(0, start + at, here)
        if selection == "groupmax":
          first = low * k // n
          _b = torch.copy_(best.narrow(1, first, slots), v)
          _c = torch.copy_(where.narrow(1, first, slots), i)
        else:
          if low > 0:
            v = torch.cat([best, v], 1)
            i = torch.cat([where, i], 1)
            rank = v
            if selection == "abstopk":
              rank = torch.abs(v)
            _d, place = torch.topk(rank, k, 1, True, False)
            v = torch.gather(v, 1, place)
            i = torch.gather(i, 1, place)
          _e = torch.copy_(best, v)
          _f = torch.copy_(where, i)
        at = at + here
      low = low + count
    start = start + rows
  if selection != "abstopk":
    _g = torch.clamp_min_(values, 0.)
  return (values, indices)

# The entries of z above a bound: values, rows and columns
def above(z: Tensor, bound: Tensor) -> Tuple[Tensor, Tensor, Tensor]:
  n = z.size(1)
  flat = z.view([-1])
  groups = n // 8
  if z.is_cuda or n % 8 != 0:
    place = torch.nonzero(torch.gt(flat, bound)).view([-1])
  else:
    hit = torch.nonzero(torch.gt(torch.amax(z.view([z.size(0), 8, groups]), [1]), bound))
    first = torch.add(torch.select(hit, 1, 1), torch.select(hit, 1, 0), alpha=n)
    eight = torch.add(torch.unsqueeze(first, 1), torch.arange(0, n, groups, dtype=torch.int64, device=z.device)).view([-1])
    place = torch.index_select(eight, 0, torch.nonzero(torch.gt(torch.index_select(flat, 0, eight), bound)).view([-1]))
  row = torch.floor_divide(place, n)
  return (torch.index_select(flat, 0, place), row, torch.sub(place, row, alpha=n))

# A bound that about twice `most` positive entries of all rows exceed, from some of the rows.
def estimate(x: Tensor, encoder: Tensor, b_enc: Tensor, scale: Optional[Tensor], room: Tensor, most: int, half: bool) -> Tensor:
  samples = x.size(0)
  n = encoder.size(0)
  rows = min(min(samples, 64), room.size(0) // n)
  if rows == 0:
    return torch.zeros([], dtype=x.dtype, device=x.device)
  some = torch.index_select(x, 0, torch.arange(0, rows, dtype=torch.int64, device=x.device) * (samples // rows))
  z = shifted(product(some, encoder, room.narrow(0, 0, rows * n).view([rows, n]), half), b_enc, scale)
  rank = min(rows * n, 1 + 2 * most * rows // samples)
  best, _a = torch.topk(z.view([-1]), rank, 0, True, True)
  return torch.clamp_min(best.select(0, rank - 1), 0.)

# The `most` largest positive latents of all rows together, in the order of rows and columns: values, rows, columns. Exact whatever the
# estimate: if too few lie above it, everything positive is looked at again.
def choose_batch(x: Tensor, encoder: Tensor, b_enc: Tensor, scale: Optional[Tensor], room: Tensor, most: int, half: bool, tile: int, width: int, block: int) -> Tuple[Tensor, Tensor, Tensor]:
  samples = x.size(0)
  n = encoder.size(0)
  values = torch.empty([0], dtype=x.dtype, device=x.device)
  row = torch.empty([0], dtype=torch.int64, device=x.device)
  column = torch.empty([0], dtype=torch.int64, device=x.device)
  bound = estimate(x, encoder, b_enc, scale, room, most, half)
  again = True
  while again:
    kept = annotate(List[Tensor], [])
    kept_row = annotate(List[Tensor], [])
    kept_column = annotate(List[Tensor], [])
    number = 0
    now = bound
    start = 0
    while start < samples:
      rows = min(tile, samples - start)
      low = 0
      while low < n:
        count = min(width, n - low)
        z = room.narrow(0, 0, rows * count).view([rows, count])
        _a = product(x.narrow(0, start, rows), encoder.narrow(0, low, count), z, half)
        at = 0
        while at < rows:
          here = min(block, rows - at)
          v, r, c = above(shifted(z.narrow(0, at, here), b_enc.narrow(0, low, count), part(scale, low, count)), now)
          _b = torch.append(kept, v)
          _c = torch.append(kept_row, r + (start + at))
          _d = torch.append(kept_column, c + low)
          number = number + v.size(0)
          if number > 4 * most:
            v, place = torch.topk(torch.cat(kept), most, 0, True, False)
            kept = [v]
            kept_row = [torch.index_select(torch.cat(kept_row), 0, place)]
            kept_column = [torch.index_select(torch.cat(kept_column), 0, place)]
            number = most
            now = torch.amin(v)
          at = at + here
        low = low + count
      start = start + rows
    again = False
    if number < most:
      again = bool(torch.gt(bound, 0.))
    values = torch.cat(kept)
    row = torch.cat(kept_row)
    column = torch.cat(kept_column)
    bound = torch.zeros_like(bound)
  if values.size(0) > most:
    values, place = torch.topk(values, most, 0, True, False)
    row = torch.index_select(row, 0, place)
    column = torch.index_select(column, 0, place)
  order = torch.argsort(torch.add(column, row, alpha=n))
  return (torch.index_select(values, 0, order), torch.index_select(row, 0, order), torch.index_select(column, 0, order))

# The k largest (selection as above) of each row after relu, the products of `tile` rows and `width` latents at a time: indices and values.
def encode(x: Tensor, encoder: Tensor, b_enc: Tensor, centre: Optional[Tensor], scale: Optional[Tensor], selection: str, k: int, tile: int, width: int, block: int) -> Tuple[Tensor, Tensor]:
  y = x
  if centre is not None:
    y = x - centre
  room = torch.empty([min(tile, x.size(0)) * min(width, encoder.size(0))], dtype=x.dtype, device=x.device)
  values, indices = choose_rows(y, encoder, b_enc, scale, room, selection, k, False, tile, width, block)
  return (indices, values)

def decode(indices: Tensor, values: Tensor, decoder: Tensor, b_dec: Tensor) -> Tensor:
  slots = indices.size(1)
  starts = torch.arange(0, indices.size(0) * slots, slots, dtype=torch.int64, device=indices.device)
  sums = bags(decoder, indices.reshape([-1]), starts, values.reshape([-1]))
  return torch.add_(sums, b_dec)

# Sparse latents as a list of entries (value, sample, latent), sorted by sample. Shapes: y (samples, d), W_enc (d, n), W_dec (n, e), b_enc, bound (n).

# The entries with y W_enc + b_enc > bound: z - bound, sample, latent, and where each sample's begin. Nothing if there are more than `limit`.
def find(y: Tensor, W_enc: Tensor, b_enc: Tensor, bound: Optional[Tensor], limit: int, tile: int, block: int) -> List[Tensor]:
  samples = y.size(0)
  n = W_enc.size(1)
  shift = b_enc
  if bound is not None:
    shift = b_enc - bound
  zero = torch.zeros([], dtype=y.dtype, device=y.device)
  room = torch.empty([min(tile, samples), n], dtype=y.dtype, device=y.device)
  values = annotate(List[Tensor], [])
  row = annotate(List[Tensor], [])
  column = annotate(List[Tensor], [])
  number = 0
  start = 0
  while start < samples:
    rows = min(tile, samples - start)
    z = room.narrow(0, 0, rows)
    _a = torch.mm(y.narrow(0, start, rows), W_enc, out=z)
    at = 0
    while at < rows:
      here = min(block, rows - at)
      v, r, c = above(torch.add_(z.narrow(0, at, here), shift), zero)
      _b = torch.append(values, v)
      _c = torch.append(row, r + (start + at))
      _d = torch.append(column, c)
      number = number + v.size(0)
      at = at + here
      if number > limit:
        return annotate(List[Tensor], [])
    start = start + rows
  sample = torch.cat(row)
  starts = torch.searchsorted(sample, torch.arange(0, samples, dtype=torch.int64, device=y.device))
  return [torch.cat(values), sample, torch.cat(column), starts]

# by latents: the order of the entries, and where each latent's begin
def turned(column: Tensor, n: int) -> Tuple[Tensor, Tensor]:
  sorted, order = torch.sort(column, stable=True)
  return (order, torch.searchsorted(sorted, torch.arange(0, n, dtype=torch.int64, device=column.device)))

# Σ_f weight_f W_dec_f + b_dec - target
def residual(weights: Tensor, column: Tensor, starts: Tensor, W_dec: Tensor, b_dec: Tensor, target: Tensor) -> Tensor:
  return torch.sub_(torch.add_(bags_of(W_dec, in_slabs(W_dec, column.size(0)), column, starts, weights), b_dec), target)

# Σ over a latent's entries of weight · the sample's row: (n, ·)
def gathered(rows: Tensor, weights: Tensor, row: Tensor, order: Tensor, bounds: Tensor) -> Tensor:
  return bags_of(rows, in_slabs(rows, order.size(0)), torch.index_select(row, 0, order), bounds, torch.index_select(weights, 0, order))

def sums(weights: Tensor, column: Tensor, n: int) -> Tensor:
  return torch.index_add_(torch.zeros([n], dtype=weights.dtype, device=weights.device), 0, column, weights)

def counts(mask: Tensor, column: Tensor, n: int) -> Tensor:
  return torch.index_add_(torch.zeros([n], dtype=torch.int64, device=mask.device), 0, column, torch.ne(mask, 0).to(torch.int64))

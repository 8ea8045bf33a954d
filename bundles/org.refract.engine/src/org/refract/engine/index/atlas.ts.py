# One streaming pass over encoded updates. B examples of P positions with S slots each; n latents.
# indices: (B*P, S) int64, values: (B*P, S) float32; only values > 0 count.

# Adds a batch to the running statistics, in place: counts, sums, squares, peaks (n) and bins (n, b), all float64 but peaks.
# lowest: log10 of the first bin's edge, per_decade: bins in a factor of ten.
# -> which (example, latent) pairs were active: example (A), latent (A), mean over positions (A) float64, largest (A) float32
def accumulate(indices: Tensor, values: Tensor, examples: int, counts: Tensor, sums: Tensor, squares: Tensor, peaks: Tensor, bins: Tensor, lowest: float, per_decade: float) -> Tuple[Tensor, Tensor, Tensor, Tensor]:
  latents = counts.size(0)
  positions = indices.size(0) // examples
  flat = indices.reshape([-1])
  strength = torch.relu(values.reshape([-1]))
  wide = strength.to(torch.float64)
  active = torch.gt(strength, 0).to(torch.float64)
  counts.index_add_(0, flat, active)
  sums.index_add_(0, flat, wide)
  squares.index_add_(0, flat, wide * wide)
  peaks.scatter_reduce_(0, flat, strength, "amax")
  bin = torch.floor((torch.log10(torch.clamp_min(wide, 1e-30)) - lowest) * per_decade)
  bin = torch.clamp(bin, 0, bins.size(1) - 1).to(torch.int64)
  bins.view([-1]).index_add_(0, flat * bins.size(1) + bin, active)
  example = torch.arange(examples, device=indices.device).repeat_interleave(positions * indices.size(1))
  key = example * latents + flat
  totals = torch.zeros([examples * latents], dtype=torch.float64, device=values.device)
  totals.index_add_(0, key, wide)
  largest = torch.zeros([examples * latents], dtype=torch.float32, device=values.device)
  largest.scatter_reduce_(0, key, strength, "amax")
  where = torch.nonzero(totals).reshape([-1])
  return (torch.floor_divide(where, latents), torch.remainder(where, latents), torch.index_select(totals, 0, where) / positions, torch.index_select(largest, 0, where))

# Position maps of chosen (example, latent) pairs, means over T steps. example, latent: (M) -> (M, P / T)
def maps(indices: Tensor, values: Tensor, examples: int, steps: int, example: Tensor, latent: Tensor) -> Tensor:
  slots = indices.size(1)
  device = indices.device
  chosen = example.to(device)
  i = torch.index_select(indices.reshape([examples, -1, slots]), 0, chosen)
  v = torch.relu(torch.index_select(values.reshape([examples, -1, slots]), 0, chosen))
  same = torch.eq(i, latent.to(device).reshape([-1, 1, 1])).to(v.dtype)
  every = torch.sum(v * same, [2])
  return torch.mean(every.reshape([every.size(0), steps, -1]), [1])

# Rows of unit length.
def units(decoder: Tensor) -> Tensor:
  norm = torch.sqrt(torch.sum(decoder * decoder, [1], True))
  return decoder / torch.clamp_min(norm, 1e-12)

# The nearest live rows to rows first..last. rows: units (n, d), alive: (n) float32 -> cosine, index, both (last - first, count)
def nearest(rows: Tensor, alive: Tensor, first: int, last: int, count: int) -> Tuple[Tensor, Tensor]:
  cosine = torch.matmul(torch.slice(rows, 0, first, last), rows.t())
  cosine = cosine - 4 * (1 - torch.unsqueeze(alive.to(rows.device), 0))
  torch.diagonal(cosine, first).fill_(-4)
  best, index = torch.topk(cosine, count, 1, True, True)
  return (best, index)

# Weighted sums of a matrix's rows. Shapes: rows (m, d); index (entries), which row; bag (entries), which sum, ascending; starts (sums), where
# each sum's entries begin; weights (entries).

# Row b is the sum of weights[j]·rows[index[j]] over the j of bag b.
def bags(rows: Tensor, index: Tensor, starts: Tensor, weights: Tensor) -> Tensor:
  sums, _a, _b, _c = torch.embedding_bag(rows, index, starts, False, 0, False, weights)
  return sums

# (slabs, m, 32): rows that are used many times, cut into slabs of few columns: those of one slab stay in a core's own cache. Nothing where it
# does not pay: a row that is used fewer than 24 times costs more to lay out than its uses save.
def in_slabs(rows: Tensor, uses: int) -> Tensor:
  if rows.is_cuda or rows.size(1) % 32 != 0 or uses < 24 * rows.size(0):
    return torch.empty([0, 0, 32], dtype=rows.dtype, device=rows.device)
  return torch.contiguous(torch.transpose(rows.view([rows.size(0), rows.size(1) // 32, 32]), 0, 1))

# The same sums of rows in slabs, into `sums` (sums, d)
def bags_of_slabs(slabs: Tensor, index: Tensor, starts: Tensor, weights: Tensor, sums: Tensor) -> Tensor:
  short_index = index.to(torch.int32)
  short_starts = starts.to(torch.int32)
  wide = sums.view([starts.size(0), slabs.size(0), 32])
  i = 0
  while i < slabs.size(0):
    _a = torch.copy_(wide.select(1, i), bags(slabs.select(0, i), short_index, short_starts, weights))
    i = i + 1
  return sums

# The same, slab by slab where there are some
def bags_of(rows: Tensor, slabs: Tensor, index: Tensor, starts: Tensor, weights: Tensor) -> Tensor:
  if slabs.size(0) == 0:
    return bags(rows, index, starts, weights)
  return bags_of_slabs(slabs, index, starts, weights, torch.empty([starts.size(0), rows.size(1)], dtype=rows.dtype, device=rows.device))

# r[bag[j]] · rows[index[j]] of every entry; rows that are used many times are looked at 320 columns at a time.
def dots(r: Tensor, rows: Tensor, index: Tensor, starts: Tensor, bag: Tensor) -> Tensor:
  columns = rows.size(1)
  if rows.is_cuda or columns <= 320 or index.size(0) < 24 * rows.size(0):
    return torch._embedding_bag_per_sample_weights_backward(r, rows, index, starts, bag, 0)
  sums = torch.zeros([index.size(0)], dtype=rows.dtype, device=rows.device)
  low = 0
  while low < columns:
    count = min(320, columns - low)
    part = torch.contiguous(rows.narrow(1, low, count))
    _a = torch.add_(sums, torch._embedding_bag_per_sample_weights_backward(torch.contiguous(r.narrow(1, low, count)), part, index, starts, bag, 0))
    low = low + count
  return sums

# Between the parts of the pipeline. Rows are examples.

def join_rows(x: List[Tensor]) -> Tensor:
  return torch.cat(x, 0)

def zero_rows(x: Tensor, rows: int) -> Tensor:
  shape = torch.size(x)
  shape[0] = rows
  return torch.zeros(shape, dtype=x.dtype, device=x.device)

def side_by_side(a: Tensor, b: Tensor) -> Tensor:
  return torch.cat([a, b.to(a.dtype)], -1)

# every example twice, for guidance
def twice(x: Tensor) -> Tensor:
  return torch.cat([x, x], 0)

def scaled(x: Tensor, by: float) -> Tensor:
  return x * by

# u + s (c - u), where the unconditional rows come first
def guided(x: Tensor, scale: float) -> Tensor:
  u, c = torch.chunk(x, 2, 0)
  return u + (c - u) * scale

def rows(x: Tensor, start: int, end: int) -> Tensor:
  return torch.slice(x, 0, start, end)

# [-1, 1] to [0, 1] in row-major order
def picture(x: Tensor) -> Tensor:
  return torch.contiguous(torch.clamp(x.float() * 0.5 + 0.5, 0., 1.))

def row_major(x: Tensor) -> Tensor:
  return torch.contiguous(x)

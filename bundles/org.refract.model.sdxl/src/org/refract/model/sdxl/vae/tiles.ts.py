# Overlapping tiles of a large map. Maps are (batch, channels, h, w).

def tile(x: Tensor, top: int, left: int, side: int) -> Tensor:
  return torch.slice(torch.slice(x, 2, top, top + side), 3, left, left + side)

def shorter(a: int, b: int) -> int:
  if a < b:
    c = a
  else:
    c = b
  return c

# weights that rise from 0 by 1 / n
def ramp(n: int, like: Tensor) -> Tensor:
  return torch.div(torch.arange(n, dtype=torch.float64, device=like.device), n)

# the first rows of `b` fade in where the last rows of `a` fade out, in place
def fade_down(a: Tensor, b: Tensor, extent: int) -> Tensor:
  n = shorter(shorter(torch.size(a, 2), torch.size(b, 2)), extent)
  if n > 0:
    w = torch.view(ramp(n, b), [1, 1, -1, 1])
    end = torch.slice(a, 2, torch.size(a, 2) - n)
    start = torch.slice(b, 2, 0, n)
    torch.copy_(start, end * (1. - w).to(b.dtype) + start * w.to(b.dtype))
  return b

def fade_right(a: Tensor, b: Tensor, extent: int) -> Tensor:
  n = shorter(shorter(torch.size(a, 3), torch.size(b, 3)), extent)
  if n > 0:
    w = torch.view(ramp(n, b), [1, 1, 1, -1])
    end = torch.slice(a, 3, torch.size(a, 3) - n)
    start = torch.slice(b, 3, 0, n)
    torch.copy_(start, end * (1. - w).to(b.dtype) + start * w.to(b.dtype))
  return b

# tiles row after row, blended over `extent` positions; of each, `limit` positions stay. The tiles are used up.
def joined(tiles: List[Tensor], columns: int, extent: int, limit: int) -> Tensor:
  lines = annotate(List[Tensor], [])
  for i in range(torch.floordiv(len(tiles), columns)):
    line = annotate(List[Tensor], [])
    for j in range(columns):
      t = tiles[i * columns + j]
      if i > 0:
        t = fade_down(tiles[(i - 1) * columns + j], t, extent)
      if j > 0:
        t = fade_right(tiles[i * columns + j - 1], t, extent)
      torch.append(line, torch.slice(torch.slice(t, 2, 0, limit), 3, 0, limit))
    torch.append(lines, torch.cat(line, 3))
  return torch.cat(lines, 2)

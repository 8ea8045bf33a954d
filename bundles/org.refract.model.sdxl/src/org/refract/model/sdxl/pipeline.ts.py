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

# of each row alone, because the rounding of a sum must not depend on the batch, and not of all its numbers at once, nor on the threads
def deviations(x: Tensor) -> Tensor:
  each = annotate(List[Tensor], [])
  for i in range(torch.size(x, 0)):
    row = torch.slice(x, 0, i, i + 1).float()
    far = row - mean_all(row)
    torch.append(each, torch.sqrt(torch.div(sum_all(far * far), torch.numel(row) - 1)).to(x.dtype).view([1, 1, 1, 1]))
  return torch.cat(each, 0)

# the same brought back by a share to the standard deviation that each conditional row has
def guided_and_rescaled(x: Tensor, scale: float, share: float) -> Tensor:
  u, c = torch.chunk(x, 2, 0)
  g = u + (c - u) * scale
  factor = torch.div(deviations(c), deviations(g))
  return g * factor * share + g * (1. - share)

def rows(x: Tensor, start: int, end: int) -> Tensor:
  return torch.slice(x, 0, start, end)

# some of the second dimension
def columns(x: Tensor, start: int, end: int) -> Tensor:
  return torch.slice(x, 1, start, end)

def join_columns(x: List[Tensor]) -> Tensor:
  return torch.cat(x, 1)

def last_rows(x: Tensor, count: int) -> Tensor:
  return torch.slice(x, 0, torch.size(x, 0) - count)

# one row for all, or as many rows as there are
def spread(x: Tensor, count: int) -> Tensor:
  shape = torch.size(x)
  shape[0] = count
  return torch.expand(x, shape)

# [-1, 1] to [0, 1] in row-major order
def picture(x: Tensor) -> Tensor:
  return torch.contiguous(torch.clamp(x.float() * 0.5 + 0.5, 0., 1.))

# [0, 1] to [-1, 1]
def centred(x: Tensor) -> Tensor:
  return x.float() * 2. - 1.

def row_major(x: Tensor) -> Tensor:
  return torch.contiguous(x)

# 0, or NaN where there is a NaN or an infinity: each of them makes the sum one
def nothing(x: Tensor) -> Tensor:
  return torch.sum(x, dtype=torch.float32) * 0.

# inpainting: 1 where the picture is drawn anew
def binary(mask: Tensor) -> Tensor:
  return torch.ge(mask.float(), 0.5).to(6)

def mask_of_latents(mask: Tensor, size: List[int]) -> Tensor:
  return torch.upsample_nearest2d(mask, size)

# what stays of a picture in [-1, 1]; the rest is grey
def kept(picture: Tensor, mask: Tensor) -> Tensor:
  return picture * torch.lt(mask, 0.5)

def blended(original: Tensor, drawn: Tensor, mask: Tensor) -> Tensor:
  return original * (1. - mask) + mask * drawn

def stacked(sample: Tensor, more: Tensor) -> Tensor:
  return torch.cat([sample, more], 1)

# output + (wanted - was) / slope
def shifted(output: Tensor, was: Tensor, wanted: Tensor, slope: float) -> Tensor:
  return output + torch.div(wanted - was, slope)

def single_precision(x: Tensor) -> Tensor:
  return torch.contiguous(x.float())

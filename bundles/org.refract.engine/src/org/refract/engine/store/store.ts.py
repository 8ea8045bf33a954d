# (count·positions, width) float32 from (recordings, steps, rows, columns, width)
def vectors(update: Tensor, first: int, count: int, width: int) -> Tensor:
  rows = update.narrow(0, first, count).reshape([-1, width])
  return torch.clone(rows.to(torch.float32))

# Joins what T passes recorded, each (B·P, width), into (B, T, P, width).
def stack(passes: List[Tensor], examples: int) -> Tensor:
  shaped = annotate(List[Tensor], [])
  for x in passes:
    _a = torch.append(shaped, x.view([examples, -1, x.size(1)]))
  return torch.stack(shaped, 1)

# 1 if all numbers are finite, else 0.
def finite(x: Tensor) -> Tensor:
  return torch.all(torch.isfinite(x)).to(torch.int64)

# The conditional half of a guided batch.
def conditional(x: Tensor, examples: int) -> Tensor:
  return x.narrow(0, x.size(0) - examples, examples)

# (B, h, w, 3) uint8 from images (B, 3, H, W) in [0, 1], each factor×factor block averaged.
def thumbnails(images: Tensor, factor: int) -> Tensor:
  small = images.to(torch.float32)
  if factor > 1:
    small = torch.avg_pool2d(small, [factor, factor])
  levels = torch.round(torch.clamp(small, 0., 1.) * 255.)
  return levels.to(torch.uint8).permute([0, 2, 3, 1]).contiguous()

# Rows of raw bytes as numbers, on a device, in memory of their own.
def from_bfloat16(raw: Tensor, device: str) -> Tensor:
  numbers = torch.view_copy(raw, dtype=torch.bfloat16)
  return numbers.to(torch.device(device)).to(torch.float32)

def from_float32(raw: Tensor, device: str) -> Tensor:
  return torch.view_copy(raw, dtype=torch.float32).to(torch.device(device))

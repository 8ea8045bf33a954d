# Sums over a batch for the measures of a reconstruction, all in float64. x, y: (samples, d); mean: (d) float64.

def sums(x: Tensor) -> Tensor:
  return torch.sum(x.to(torch.float64), [0])

def plus(a: Tensor, b: Tensor) -> Tensor:
  return a + b

def over(a: Tensor, samples: int) -> Tensor:
  return torch.div(a, float(samples))

# 0 where the divisor is 0
def ratio(a: Tensor, b: Tensor) -> Tensor:
  some = torch.gt(b, 0)
  return torch.where(some, torch.div(a, torch.where(some, b, torch.ones_like(b))), torch.zeros_like(a))

def count(b: Tensor) -> Tensor:
  return torch.sum(torch.gt(b, 0)).to(torch.float64)

# Scalars in the order of ReconstructionMetrics.Sum, and (4, d): sums of e, e², c, c² with e = x - y, c = x - mean.
def reconstruction(x: Tensor, y: Tensor, mean: Tensor, l1: Tensor) -> Tuple[Tensor, Tensor]:
  a = x.to(torch.float64)
  b = y.to(torch.float64)
  e = a - b
  c = a - mean
  e2 = e * e
  c2 = c * c
  ee = torch.sum(e2, [1])
  cc = torch.sum(c2, [1])
  xx = torch.sum(a * a, [1])
  yy = torch.sum(b * b, [1])
  xy = torch.sum(a * b, [1])
  both = torch.sqrt(xx) * torch.sqrt(yy)
  length = torch.sqrt(xx)
  scalars = [sum_all(ee), sum_all(cc), sum_all(xx), sum_all(yy), sum_all(xy), sum_all(torch.sqrt(ee)),
    sum_all(ratio(xy, both)), count(both), sum_all(ratio(torch.sqrt(yy), length)), sum_all(ratio(ee, xx)), count(xx),
    sum_all(ratio(ee, cc)), count(cc), sum_all(ratio(l1, length))]
  return (torch.stack(scalars), torch.stack([torch.sum(e, [0]), torch.sum(e2, [0]), torch.sum(c, [0]), torch.sum(c2, [0])]))

# Each sample's Σ|z| (samples) float64 and its active latents (samples) int64; counts how often each latent is active and when it last was.
def activity(indices: Tensor, values: Tensor, counts: Tensor, last: Tensor, first: int) -> Tuple[Tensor, Tensor]:
  active = torch.ne(values, 0)
  if indices.size(1) > 0:
    flat = indices.reshape([-1])
    _a = torch.index_add_(counts, 0, flat, active.reshape([-1]).to(torch.int64))
    order = torch.arange(first, first + indices.size(0), dtype=torch.int64, device=values.device)
    when = torch.where(active, torch.unsqueeze(order, 1), torch.full_like(indices, -1))
    _b = torch.scatter_reduce_(last, 0, flat, when.reshape([-1]), "amax")
  return (torch.sum(torch.abs(values.to(torch.float64)), [1]), torch.sum(active, [1]))

# The part p of `parts` equal ones of the last dimension
def part(x: Tensor, parts: int, p: int) -> Tensor:
  width = x.size(-1) // parts
  return x.narrow(-1, p * width, width).contiguous()

# (latents, parts) float64: the norm of each part of a decoder row over the sum of its parts' norms; 0 where that is 0
def shares(decoder: Tensor, parts: int) -> Tensor:
  norms = torch.norm(decoder.to(torch.float64).reshape([decoder.size(0), parts, -1]), 2, [2])
  whole = torch.sum(norms, [1], True)
  return torch.div(norms, torch.masked_fill(whole, torch.eq(whole, 0), 1.))

def total(x: Tensor) -> Tensor:
  return sum_all(x).to(torch.float64)

def first(x: Tensor, samples: int) -> Tensor:
  return torch.narrow(x, 0, 0, samples)

# How a TopK autoencoder begins. Shapes: samples, points (samples, d).

# Weiszfeld's iteration for the point with the least sum of distances, started at the mean (github.com/krishnap25/geom_median).
def geometric_median(samples: Tensor, most: int, iterations: int, eps: float, ftol: float, tile: int) -> Tensor:
  points = samples.narrow(0, 0, min(most, samples.size(0)))
  median = torch.mean(points, [0])
  before = float(mean_all(distances(points, median, tile)))
  i = 0
  while i < iterations:
    weights = torch.reciprocal(torch.clamp_min(distances(points, median, tile), eps))
    median = torch.div(sum_weighted(points, weights), sum_all(weights))
    now = float(mean_all(distances(points, median, tile)))
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
    total = total + sum_all_wide(centred * centred)
    start = start + rows
  return torch.div(total, x.size(0) * x.size(1))

def unit_rows(w: Tensor) -> Tensor:
  return torch.div(w, torch.norm(w, 2, [1], True))

# A contiguous copy with memory of its own.
def own(x: Tensor) -> Tensor:
  return torch.clone(x, memory_format=0)

def assign_rows(target: Tensor, source: Tensor, start: int) -> Tensor:
  return torch.copy_(target.narrow(0, start, source.size(0)), source)

# What the trainers of all published forms share. Parameters are matrices and vectors in lists of one order.

# since counts the samples since each latent was active, fired the samples in which it was; z (samples, latents), or in how many samples each
# was active (latents) int64. Returns (l0, explained variance: mean over the dimensions of 1 - Var(x - xhat) / (Var(x) + 1e-8), biased) in
# float64.
def statistics(x: Tensor, recon: Tensor, z: Tensor, since: Tensor, fired: Tensor, samples: int) -> Tensor:
  counts = z
  if z.dim() == 2:
    counts = torch.sum(torch.ne(z, 0), [0])
  _a = torch.masked_fill_(torch.add_(since, samples), torch.gt(counts, 0), 0)
  _b = torch.add_(fired, counts)
  l0 = torch.div(torch.sum(counts).to(torch.float64), samples)
  residual = torch.var((x - recon).to(torch.float64), [0], False)
  explained = mean_all(1. - torch.div(residual, torch.var(x.to(torch.float64), [0], False) + 1e-08))
  return torch.stack([l0, explained])

# Weiszfeld's iteration for the point with the least sum of distances, started at the mean.
def geometric_median(points: Tensor, iterations: int, tolerance: float) -> Tensor:
  median = torch.mean(points, [0])
  i = 0
  while i < iterations:
    weights = torch.reciprocal(torch.clamp_min(torch.norm(points - median, 2, [1]), 1e-30))
    weights = torch.div(weights, sum_all(weights))
    next = torch.sum(torch.unsqueeze(weights, 1) * points, [0])
    if float(torch.norm(next - median)) < tolerance:
      i = iterations
    median = next
    i = i + 1
  return median

def mean(x: Tensor) -> Tensor:
  return torch.mean(x, [0])

# unit rows, times a norm
def scaled_rows(w: Tensor, norm: float) -> Tensor:
  return torch.div(w, torch.norm(w, 2, [1], True)) * norm

def assign(target: Tensor, source: Tensor) -> Tensor:
  return torch.copy_(target, source)

def infinite(x: Tensor) -> Tensor:
  return torch.sum(torch.logical_not(torch.isfinite(x)))

def oldest(since: Tensor) -> Tensor:
  return torch.amax(since)

def less(x: Tensor, bias: Tensor) -> Tensor:
  return x - bias

def first_rows(x: Tensor, count: int) -> Tensor:
  return x.narrow(0, 0, count)

# How many latents have been inactive for longer than each age, and how many fired in each decade of density: below 1e-8, 1e-8 to 1e-7, ...,
# 0.1 to 1. The first bin also holds those that did not fire. Starts the count of firings anew.
def activity(since: Tensor, fired: Tensor, ages: List[float], samples: int) -> Tensor:
  counts = annotate(List[Tensor], [])
  for age in ages:
    _a = torch.append(counts, torch.sum(torch.gt(since, age)))
  decade = torch.floor(torch.log10(torch.div(fired.to(torch.float64), max(samples, 1))))
  bins = torch.add(torch.clamp(decade, -9., -1.), 9.).to(torch.int64)
  histogram = torch.bincount(bins, None, 9)
  _b = torch.zero_(fired)
  return torch.cat([torch.stack(counts), histogram]).to(torch.float64)

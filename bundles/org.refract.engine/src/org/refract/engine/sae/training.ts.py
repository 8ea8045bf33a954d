# What the trainers of all published forms share. Parameters are matrices and vectors in lists of one order.

# One step of Adam for all parameters. parameters[decoder] is constrained, numbers of gradients are bounded, and all gradients together are
# scaled down to the norm `clip`; each 0 does nothing. Matrices are moved `group` numbers at a time,
# while they are in the cache. Returns the norm before.
def update(parameters: List[Tensor], gradients: List[Tensor], m: List[Tensor], v: List[Tensor], decoder: int, constraint: int, bound: float, clip: float, group: int, adams: List[float]) -> Tensor:
  if constraint > 0:
    _a = constrained(parameters[decoder], gradients[decoder], constraint)
  total = torch.zeros([], dtype=torch.float64, device=parameters[0].device)
  for gradient in gradients:
    _b = bounded(gradient, bound)
    total = total + square(gradient)
  norm = torch.sqrt(total)
  factor = shrink(norm, clip)
  none = annotate(List[Tensor], [])
  i = 0
  while i < len(parameters):
    w = laid_out(parameters[i])
    g = laid_out(gradients[i])
    mi = laid_out(m[i])
    vi = laid_out(v[i])
    rows = w.size(0)
    if w.dim() == 2:
      rows = max(1, group // w.size(1))
    low = 0
    while low < w.size(0):
      count = min(rows, w.size(0) - low)
      _c = descend(w.narrow(0, low, count), g.narrow(0, low, count) * factor, mi.narrow(0, low, count), vi.narrow(0, low, count), none, 0, 0, constraint == 2 and i == decoder, count, adams)
      low = low + count
    i = i + 1
  return norm

# moving averages of tensors, in place
def average(averages: List[Tensor], tensors: List[Tensor], decay: float) -> List[Tensor]:
  i = 0
  while i < len(tensors):
    _a = torch.lerp_(averages[i], tensors[i], 1. - decay)
    i = i + 1
  return averages

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

def exponential(x: Tensor) -> Tensor:
  return torch.exp(x)

def infinite(x: Tensor) -> Tensor:
  return torch.sum(torch.logical_not(torch.isfinite(x)))

def zeros(like: Tensor) -> Tensor:
  return torch.zeros_like(like)

def copied(x: Tensor) -> Tensor:
  return torch.clone(x)

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

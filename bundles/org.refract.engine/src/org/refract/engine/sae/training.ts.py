# What the trainers of all published forms share. Parameters are matrices and vectors in lists of one order.

# Adam, Kingma and Ba 2015, algorithm 1, as torch.optim.Adam computes it: rate = lr / (1 - beta1^t), correction = sqrt(1 - beta2^t).
# With unit >= 0 the gradient of that parameter loses its part along the parameter's rows before, and its rows are made unit vectors after.
# With clip > 0 all gradients together are first scaled down to that norm. Returns the norm before.
def update(parameters: List[Tensor], gradients: List[Tensor], m: List[Tensor], v: List[Tensor], unit: int, clip: float, beta1: float, beta2: float, eps: float, rate: float, correction: float) -> Tensor:
  if unit >= 0:
    w = parameters[unit]
    direction = torch.div(w, torch.norm(w, 2, [1], True))
    along = torch.sum(gradients[unit] * direction, [1], True)
    _a = torch.addcmul_(gradients[unit], along, direction, value=-1.)
  square = torch.zeros([], dtype=torch.float64, device=parameters[0].device)
  for gradient in gradients:
    square = square + torch.sum(gradient * gradient, dtype=torch.float64)
  norm = torch.sqrt(square)
  factor = torch.ones([], dtype=torch.float64, device=norm.device)
  if clip > 0.:
    factor = torch.clamp_max(torch.div(torch.full_like(norm, clip), norm + 1e-06), 1.)
  i = 0
  while i < len(parameters):
    g = gradients[i] * factor.to(gradients[i].dtype)
    _b = torch.lerp_(m[i], g, 1. - beta1)
    _c = torch.addcmul_(torch.mul_(v[i], beta2), g, g, value=1. - beta2)
    spread = torch.add_(torch.div_(torch.sqrt(v[i]), correction), eps)
    _d = torch.addcdiv_(parameters[i], m[i], spread, value=-rate)
    i = i + 1
  if unit >= 0:
    _e = torch.div_(parameters[unit], torch.norm(parameters[unit], 2, [1], True))
  return norm

# since counts the samples since each latent was active. Returns (l0, explained variance: mean over the dimensions of
# 1 - Var(x - xhat) / (Var(x) + 1e-8), biased) in float64.
def statistics(x: Tensor, recon: Tensor, z: Tensor, since: Tensor, samples: int) -> Tensor:
  active = torch.ne(z, 0)
  _a = torch.masked_fill_(torch.add_(since, samples), torch.any(active, 0), 0)
  l0 = torch.div(torch.sum(active).to(torch.float64), z.size(0))
  residual = torch.var((x - recon).to(torch.float64), [0], False)
  explained = torch.mean(1. - torch.div(residual, torch.var(x.to(torch.float64), [0], False) + 1e-08))
  return torch.stack([l0, explained])

def dead(since: Tensor, samples: int) -> Tensor:
  return torch.gt(since, samples)

# since as it will be after a step in which z was active
def dead_after(since: Tensor, z: Tensor, samples: int) -> Tensor:
  return torch.masked_fill(since + z.size(0), torch.any(torch.ne(z, 0), 0), 0)

def count(mask: Tensor) -> Tensor:
  return torch.sum(mask)

# Weiszfeld's iteration for the point with the least sum of distances, started at the mean.
def geometric_median(points: Tensor, iterations: int, tolerance: float) -> Tensor:
  median = torch.mean(points, [0])
  i = 0
  while i < iterations:
    weights = torch.reciprocal(torch.norm(points - median, 2, [1]))
    weights = torch.div(weights, torch.sum(weights))
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

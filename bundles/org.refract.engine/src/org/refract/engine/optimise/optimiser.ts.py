# Adam, Kingma and Ba 2015, algorithm 1, as torch.optim.Adam computes it, on a parameter or some of its rows, in place: rate =
# lr / (1 - beta1^t), correction = sqrt(1 - beta2^t). Before it, where the parameter decays, w *= 1 - shrinkage, shrinkage = lr * weight_decay,
# as torch.optim.AdamW. `average`: decay of the moving average of the weights.
def adam(w: Tensor, g: Tensor, m: Tensor, v: Tensor, decays: bool, numbers: List[float]) -> Tensor:
  beta1, beta2, eps, rate, correction, average, shrinkage = numbers
  if decays and shrinkage > 0.:
    _c = torch.mul_(w, 1. - shrinkage)
  _a = torch.lerp_(m, g, 1. - beta1)
  _b = torch.addcmul_(torch.mul_(v, beta2), g, g, value=1. - beta2)
  spread = torch.add_(torch.div_(torch.sqrt(v), correction), eps)
  return torch.addcdiv_(w, m, spread, value=-rate)

# w / ‖w‖ by rows, in place
def make_unit(w: Tensor) -> Tensor:
  return torch.div_(w, torch.clamp_min(torch.norm(w, 2, [1], True), 1e-30))

# The gradient of constrained rows without its part along them; `first`: they are made unit vectors here.
def constrained(w: Tensor, g: Tensor, first: bool, after: bool) -> Tensor:
  if not (first or after):
    return g
  direction = w
  if first:
    direction = make_unit(w)
  else:
    direction = torch.div(w, torch.clamp_min(torch.norm(w, 2, [1], True), 1e-30))
  return torch.addcmul_(g, torch.sum(g * direction, [1], True), direction, value=-1.)

# Each number of a gradient kept between -bound and bound; bound 0 keeps all.
def bounded(g: Tensor, bound: float) -> Tensor:
  if bound > 0.:
    return torch.clamp_(g, -bound, bound)
  return g

# a matrix whose columns lie together in memory turned, so that its rows do
def laid_out(w: Tensor) -> Tensor:
  if w.dim() == 2:
    if w.stride(0) == 1:
      return torch.t(w)
  return w

# sum of squares in float64
def square(g: Tensor) -> Tensor:
  if g.dim() == 2:
    return sum_all(torch.pow(torch.norm(laid_out(g), 2, [1]).to(torch.float64), 2))
  return sum_all_wide(g * g)

# The factor that scales gradients of a norm down to `clip`, torch.nn.utils.clip_grad_norm_; 1 if clip is 0
def shrink(norm: Tensor, clip: float) -> Tensor:
  if clip > 0.:
    return torch.clamp_max(torch.div(torch.full_like(norm, clip), norm + 1e-06), 1.).to(torch.float32)
  return torch.ones_like(norm).to(torch.float32)

# Adam on the rows of a parameter from `low` on, which are then made unit vectors if asked, and their moving average; `group` rows at a time,
# while they are in the cache
def descend(w: Tensor, g: Tensor, m: Tensor, v: Tensor, averages: List[Tensor], place: int, low: int, unit: bool, decays: bool, group: int, numbers: List[float]) -> Tensor:
  at = 0
  while at < g.size(0):
    count = min(group, g.size(0) - at)
    rows = w.narrow(0, low + at, count)
    _a = adam(rows, g.narrow(0, at, count), m.narrow(0, low + at, count), v.narrow(0, low + at, count), decays, numbers)
    if unit:
      _b = make_unit(rows)
    if len(averages) > 0:
      _c = torch.lerp_(averages[place].narrow(0, low + at, count), rows, 1. - numbers[5])
    at = at + count
  return w

# The norm of all gradients together, float64
def norm_of(gradients: List[Tensor]) -> Tensor:
  total = torch.zeros([], dtype=torch.float64, device=gradients[0].device)
  for gradient in gradients:
    total = total + square(gradient)
  return torch.sqrt(total)

# One step of Adam for all parameters. first, after: whose rows are made unit vectors, and when; decays: which shrink. Numbers of gradients are
# bounded, and all gradients together are scaled down to the norm `clip`; each 0 does nothing. Matrices are moved `group` numbers at a time,
# while they are in the cache. Returns the norm before.
def update(parameters: List[Tensor], gradients: List[Tensor], m: List[Tensor], v: List[Tensor], first: List[bool], after: List[bool], decays: List[bool], bound: float, clip: float, group: int, adams: List[float]) -> Tensor:
  i = 0
  while i < len(parameters):
    _a = constrained(parameters[i], gradients[i], first[i], after[i])
    _b = bounded(gradients[i], bound)
    i = i + 1
  norm = norm_of(gradients)
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
      _c = descend(w.narrow(0, low, count), g.narrow(0, low, count) * factor, mi.narrow(0, low, count), vi.narrow(0, low, count), none, 0, 0, after[i], decays[i], count, adams)
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

def zeros(like: Tensor) -> Tensor:
  return torch.zeros_like(like)

def copied(x: Tensor) -> Tensor:
  return torch.clone(x)

def assign(target: Tensor, source: Tensor) -> Tensor:
  return torch.copy_(target, source)

def add_into(sum: Tensor, x: Tensor) -> Tensor:
  return torch.add_(sum, x.to(sum.dtype))

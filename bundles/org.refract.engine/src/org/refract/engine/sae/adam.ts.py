# Adam, Kingma and Ba 2015, algorithm 1, as torch.optim.Adam computes it, on a parameter or some of its rows, in place. `numbers`: beta1,
# beta2, eps, rate = lr / (1 - beta1^t), correction = sqrt(1 - beta2^t), decay of the moving average of the weights.
def adam(w: Tensor, g: Tensor, m: Tensor, v: Tensor, numbers: List[float]) -> Tensor:
  _a = torch.lerp_(m, g, 1. - numbers[0])
  _b = torch.addcmul_(torch.mul_(v, numbers[1]), g, g, value=1. - numbers[1])
  spread = torch.add_(torch.div_(torch.sqrt(v), numbers[4]), numbers[2])
  return torch.addcdiv_(w, m, spread, value=-numbers[3])

# w / ‖w‖ by rows, in place
def make_unit(w: Tensor) -> Tensor:
  return torch.div_(w, torch.clamp_min(torch.norm(w, 2, [1], True), 1e-30))

# The gradient of a decoder's rows without its part along them. constraint 1: the rows are made unit vectors before Adam
# (openai/sparse_autoencoder); 2: after it (dictionary_learning); 0: they are free.
def constrained(w: Tensor, g: Tensor, constraint: int) -> Tensor:
  if constraint == 0:
    return g
  direction = w
  if constraint == 1:
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
def descend(w: Tensor, g: Tensor, m: Tensor, v: Tensor, averages: List[Tensor], place: int, low: int, unit: bool, group: int, numbers: List[float]) -> Tensor:
  at = 0
  while at < g.size(0):
    count = min(group, g.size(0) - at)
    rows = w.narrow(0, low + at, count)
    _a = adam(rows, g.narrow(0, at, count), m.narrow(0, low + at, count), v.narrow(0, low + at, count), numbers)
    if unit:
      _b = make_unit(rows)
    if len(averages) > 0:
      _c = torch.lerp_(averages[place].narrow(0, low + at, count), rows, 1. - numbers[5])
    at = at + count
  return w

# A small network. Shapes: x, h (samples, d); w (d, d); b (d); all float64.

# tanh(x w + b)
def layer(x: Tensor, w: Tensor, b: Tensor) -> Tensor:
  return torch.tanh(torch.addmm(b, x, w))

# x · sigmoid(x w), and x shifted, of which a run may use either
def gate(x: Tensor, w: Tensor) -> Tuple[Tensor, Tensor]:
  return (x * torch.sigmoid(torch.mm(x, w)), x + 1.)

def joined(parts: List[Tensor]) -> Tensor:
  return torch.cat(parts, 1)

def energy(x: Tensor) -> Tensor:
  return torch.sum(torch.sin(x) * x).view([1])

def moved(x: Tensor, place: int, by: float) -> Tensor:
  y = torch.clone(x)
  _a = torch.add_(y.view([-1]).narrow(0, place, 1), by)
  return y

def bent(x: Tensor) -> Tensor:
  return torch.pow(x, 3) + x

def ids(x: Tensor) -> Tensor:
  return x.to(torch.int64)

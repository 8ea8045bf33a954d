# A copy with one number replaced
def spoilt(x: Tensor, value: float) -> Tensor:
  y = torch.clone(x).contiguous()
  _a = torch.fill_(torch.select(y.view([-1]), 0, 0), value)
  return y

def reshaped(x: Tensor, shape: List[int]) -> Tensor:
  return torch.clone(torch.reshape(x, shape))

# Without the last row
def shorter(x: Tensor) -> Tensor:
  return torch.clone(x.narrow(0, 0, x.size(0) - 1))

# Without any number
def emptied(x: Tensor) -> Tensor:
  return torch.clone(x.narrow(0, 0, 0))

# Of the same element type
def transposed(x: Tensor) -> Tensor:
  return torch.contiguous(torch.t(x))

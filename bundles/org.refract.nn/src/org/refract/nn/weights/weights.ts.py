# Weights on their way from a file into a network. dtype: torch's number of the element type.

# one of several weights that a tensor holds one below the other, in the shape that the network wants
def cut(x: Tensor, index: int, count: int, transposed: bool, shape: List[int]) -> Tensor:
  if count > 1:
    rows = torch.floordiv(torch.size(x, 0), count)
    x = torch.narrow(x, 0, index * rows, rows)
  if transposed:
    x = torch.t(x)
  return torch.reshape(x, shape)

# in a network's element type on its device; kernels of convolutions with their channels innermost
def placed(x: Tensor, dtype: int, device: str, convolution: bool) -> Tensor:
  if convolution:
    x = x.to(torch.device(device), dtype, memory_format=2)
    return torch.contiguous(x, memory_format=2)
  return torch.contiguous(x.to(torch.device(device), dtype))

# whether all values are finite: a sum is, unless one of its terms is not or the sum itself is too large
def is_finite(x: Tensor) -> Tensor:
  total = torch.sum(x, dtype=torch.float32)
  if bool(torch.isfinite(total)):
    return torch.tensor(1)
  return torch.all(torch.isfinite(x)).to(4)

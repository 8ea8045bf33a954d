# Tensors that look at a mapped file. dtype: torch's number of the element type.

# The first n elements of a file, mapped privately: a write copies the page and leaves the file alone.
def whole(path: str, n: int, dtype: int) -> Tensor:
  return torch.from_file(path, False, n, dtype=dtype)

def look(file: Tensor, first: int, n: int, shape: List[int]) -> Tensor:
  return torch.view(torch.narrow(file, 0, first, n), shape)

# For a tensor that is not aligned to its elements.
def copy(file: Tensor, first: int, n: int, shape: List[int], dtype: int) -> Tensor:
  return torch.view(torch.view_copy(torch.clone(torch.narrow(file, 0, first, n)), dtype=dtype), shape)

def empty(shape: List[int], dtype: int) -> Tensor:
  return torch.empty(shape, dtype=dtype)

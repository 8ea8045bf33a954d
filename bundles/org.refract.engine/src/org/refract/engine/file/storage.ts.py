# A run of n numbers, filled piece by piece from bytes. dtype: torch's number of the element type.
def storage(n: int, dtype: int) -> Tensor:
  return torch.empty([n], dtype=dtype)

def fill(whole: Tensor, bytes: Tensor, first: int) -> Tensor:
  values = torch.view_copy(bytes, dtype=whole.dtype)
  return torch.copy_(torch.narrow(whole, 0, first, values.size(0)), values)

# A contiguous copy (memory format 0) of a strided view, or of its negative; the storage itself where the view is all of it.
def view(whole: Tensor, offset: int, shape: List[int], strides: List[int], negative: bool) -> Tensor:
  part = torch.as_strided(whole, shape, strides, offset)
  if negative:
    return torch.clone(torch.neg(part), memory_format=0)
  if part.is_contiguous() and part.numel() == whole.numel():
    return part
  return torch.clone(part, memory_format=0)

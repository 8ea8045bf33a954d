# Changes of element type and device. dtype: torch's own number (c10/core/ScalarType.h).

def cast(x: Tensor, dtype: int) -> Tensor:
  return x.to(dtype)

# A copy of the bytes read as another element type; the last dimension takes the change of size. (TorchScript has no view by dtype.)
def reinterpret(x: Tensor, dtype: int) -> Tensor:
  return torch.view_copy(x, dtype=dtype)

def move(x: Tensor, device: str) -> Tensor:
  return x.to(torch.device(device))

def scalar_type(x: Tensor) -> Tensor:
  return torch.tensor(x.dtype)

# An own copy with its own memory.
def copy(x: Tensor) -> Tensor:
  return torch.clone(x)

def place(x: Tensor, dtype: int, device: str) -> Tensor:
  return x.to(torch.device(device), dtype)

def on_cpu(x: Tensor, dtype: int) -> Tensor:
  return x.detach().to(torch.device("cpu"), dtype).contiguous()

# 1 if no number is NaN or infinite, else 0
def finite(x: Tensor) -> Tensor:
  return torch.all(torch.isfinite(x)).to(torch.int64)

# The bytes of x in row-major order, flat uint8.
def bytes(x: Tensor) -> Tensor:
  flat = x.detach().to(torch.device("cpu")).contiguous().reshape([-1])
  return torch.view_copy(flat, dtype=torch.uint8)

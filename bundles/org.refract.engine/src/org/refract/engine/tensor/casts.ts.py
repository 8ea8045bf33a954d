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

# 1 if no number is NaN or infinite, else 0; looked at piece by piece
def finite(x: Tensor) -> Tensor:
  if x.dim() == 0 or x.numel() == 0:
    return torch.all(torch.isfinite(x)).to(torch.int64)
  rows = max(1, 4194304 // (x.numel() // x.size(0)))
  sound = torch.ones([], dtype=torch.bool, device=x.device)
  at = 0
  while at < x.size(0):
    sound = torch.logical_and(sound, torch.all(torch.isfinite(x.narrow(0, at, min(rows, x.size(0) - at)))))
    at = at + rows
  return sound.to(torch.int64)

# The bytes of x in row-major order, flat uint8.
def bytes(x: Tensor) -> Tensor:
  flat = x.detach().to(torch.device("cpu")).contiguous().reshape([-1])
  return torch.view_copy(flat, dtype=torch.uint8)

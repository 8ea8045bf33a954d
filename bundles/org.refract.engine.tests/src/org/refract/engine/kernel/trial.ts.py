# Functions for KernelLibraryTest.

def twice(x: Tensor) -> Tensor:
  return x * 2  # "twice(x)" in a string or comment stays as it is

def scaled(x: Tensor, scale: float, times: int, on: bool) -> Tensor:
  y = x
  for _ in range(times):
    y = y * scale
  if on:
    y = twice(y)
  return y

def maybe(x: Tensor, bias: Optional[Tensor], extra: Optional[float]=None) -> Tensor:
  if bias is not None:
    x = x + bias
  if extra is not None:
    x = x + extra
  return x

def pair(x: Tensor, k: int) -> Tuple[Tensor, Tensor]:
  values, indices = torch.topk(x, k, -1, True, True)
  return (values, indices)

def all_of(xs: List[Tensor]) -> List[Tensor]:
  out = annotate(List[Tensor], [])
  for x in xs:
    out.append(twice(x))
  return out

def shaped(x: Tensor, shape: List[int], weights: List[float], mode: str) -> Tensor:
  y = torch.reshape(x, shape)
  if mode == "sum":
    total = 0.
    for w in weights:
      total = total + w
    y = y * total
  return y

def constant() -> Tensor:
  return torch.ones([2, 3], dtype=torch.float64)

# d/dx of sum(x·x·w)
def gradient(x: Tensor, w: Tensor) -> Tensor:
  leaf = x.detach().requires_grad_(True)
  loss = torch.sum(leaf * leaf * w)
  g = torch._unwrap_optional(torch.autograd.grad([loss], [leaf])[0])
  return g

def bfloat(x: Tensor) -> Tensor:
  return x.to(torch.bfloat16)

def wrong_shapes(x: Tensor, y: Tensor) -> Tensor:
  z = x + 1
  return torch.matmul(z, y)

def nothing(x: Tensor) -> Optional[Tensor]:
  return None

def smooth(x: Tensor) -> Tensor:
  return torch.tanh(torch.exp(x * 0.1) + torch.sigmoid(x)) * twice(torch.sin(x))

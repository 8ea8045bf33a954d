# What low-rank adapters add to a weight, in float32 whatever the file's element type.

# up (out, rank, ...), down (rank, in, ...) and between them, for a convolution, a core (rank, rank, h, w)
def low_rank(up: Tensor, middle: Optional[Tensor], down: Tensor) -> Tensor:
  right = torch.flatten(down.float(), 1)
  if middle is not None:
    core = torch.permute(middle.float(), [0, 2, 3, 1])
    right = torch.flatten(torch.permute(torch.matmul(core, right), [0, 3, 1, 2]), 1)
  return torch.matmul(torch.flatten(up.float(), 1), right)

# core (i, j, h, w), a (i, out), b (j, in) to (out, in, h, w)
def tucker(core: Tensor, a: Tensor, b: Tensor) -> Tensor:
  x = torch.matmul(torch.permute(core.float(), [2, 3, 0, 1]), b.float())
  return torch.permute(torch.matmul(torch.t(a.float()), x), [2, 3, 0, 1])

def product(a: Tensor, b: Tensor) -> Tensor:
  return torch.matmul(a.float(), b.float())

def hadamard(a1: Tensor, b1: Tensor, a2: Tensor, b2: Tensor, core1: Optional[Tensor], core2: Optional[Tensor]) -> Tensor:
  if core1 is not None and core2 is not None:
    return tucker(core1, a1, b1) * tucker(core2, a2, b2)
  return product(a1, b1) * product(a2, b2)

def kronecker(first: Tensor, second: Tensor) -> Tensor:
  a = first.float()
  b = second.float()
  if torch.dim(b) == 4 and torch.dim(a) == 2:
    a = torch.unsqueeze(torch.unsqueeze(a, -1), -1)
  return torch.kron(a, torch.contiguous(b))

def scaled(x: Tensor, by: float) -> Tensor:
  return x.float() * by

def added(weight: Tensor, difference: Tensor, strength: float) -> Tensor:
  return weight.float() + torch.reshape(difference.float() * strength, torch.size(weight))

# rows or, if the magnitudes are those of columns, columns of the changed weight brought to given lengths
def decomposed(weight: Tensor, difference: Tensor, strength: float, magnitude: Tensor) -> Tensor:
  changed = added(weight, difference, strength)
  m = magnitude.float()
  out = torch.size(changed, 0)
  if torch.size(m, 0) == out:
    length = torch.norm(torch.flatten(changed, 1), 2, [1], True)
    by = torch.reshape(m, [out, 1]) / length
    return torch.reshape(torch.flatten(changed, 1) * by, torch.size(changed))
  columns = torch.flatten(torch.transpose(changed, 0, 1), 1)
  length = torch.norm(columns, 2, [1], True)
  by = torch.reshape(m, [torch.size(changed, 1), 1]) / length
  turned = torch.reshape(columns * by, torch.size(torch.transpose(changed, 0, 1)))
  return torch.contiguous(torch.transpose(turned, 0, 1))

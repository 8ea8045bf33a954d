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

# what GLoRA adds: weight (out, in, ...), a1 (in, rank), a2 (rank, in), b1 (out, rank), b2 (rank, in, ...), bm a core between the last two
def general(weight: Tensor, a1: Tensor, a2: Tensor, b1: Tensor, bm: Optional[Tensor], b2: Tensor) -> Tensor:
  w = weight.float()
  channels = torch.transpose(torch.reshape(w, [torch.size(w, 0), torch.size(w, 1), -1]), 1, 2)
  through = torch.matmul(torch.matmul(channels, torch.flatten(a1.float(), 1)), torch.flatten(a2.float(), 1))
  plain = torch.reshape(low_rank(b1, bm, b2), torch.size(w))
  return torch.reshape(torch.transpose(through, 1, 2), torch.size(w)) + plain

# rows or columns of a weight multiplied by 1 + s (by - start)
def stretched(weight: Tensor, by: Tensor, start: float, strength: float, inputs: bool) -> Tensor:
  w = weight.float()
  grouped = torch.reshape(w, [torch.size(w, 0), torch.size(w, 1), -1])
  factor = (torch.flatten(by.float()) - start) * strength + 1.
  if inputs:
    shaped = torch.reshape(factor, [1, torch.size(w, 1), 1])
  else:
    shaped = torch.reshape(factor, [torch.size(w, 0), 1, 1])
  return torch.reshape(grouped * shaped, torch.size(w))

def stretched_bias(bias: Tensor, by: Tensor, strength: float) -> Tensor:
  return bias.float() * ((torch.reshape(by.float(), torch.size(bias)) - 1.) * strength + 1.)

# Cayley's rotations of (..., n, n), the norm of all their exponents at most bound if that is above 0
def rotations(blocks: Tensor, eye: Tensor, bound: float, strength: float) -> Tensor:
  x = blocks.float()
  q = x - torch.transpose(x, -1, -2)
  if bound > 0.:
    norm = torch.norm(torch.flatten(q), 2, [0], True) + 1e-8
    q = q * torch.clamp_max(torch.reciprocal(norm) * bound, 1.)
  r = torch.matmul(eye + q, torch.inverse(eye - q))
  return r * strength + eye * (1. - strength)

# groups of rows, each turned by its own rotation
def turned(weight: Tensor, r: Tensor) -> Tensor:
  w = weight.float()
  groups = torch.reshape(w, [torch.size(r, 0), torch.size(r, 1), -1])
  return torch.reshape(torch.matmul(torch.transpose(r, 1, 2), groups), torch.size(w))

# one factor of a butterfly: rows that lie half a span apart are turned together
def butterfly(weight: Tensor, rotations: Tensor, i: int, half: int) -> Tensor:
  w = weight.float()
  r = torch.select(rotations, 0, i)
  pairs = torch.transpose(torch.reshape(w, [-1, 2, half, torch.size(torch.flatten(w, 1), 1)]), 1, 2)
  groups = torch.reshape(pairs, [torch.size(r, 0), torch.size(r, 1), -1])
  back = torch.reshape(torch.matmul(r, groups), [-1, half, 2, torch.size(torch.flatten(w, 1), 1)])
  return torch.reshape(torch.transpose(back, 1, 2), torch.size(w))

def multiplied(weight: Tensor, by: Tensor) -> Tensor:
  w = torch.reshape(weight.float(), [torch.size(weight, 0), -1])
  return torch.reshape(w * torch.reshape(by.float(), [torch.size(weight, 0), 1]), torch.size(weight))

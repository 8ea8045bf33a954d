# the same memory under another name
def same(x: Tensor) -> Tensor:
  return torch.alias(x)

def detached(x: Tensor) -> Tensor:
  return torch.detach(x)

# the same memory as something to differentiate by
def leaf(x: Tensor) -> Tensor:
  return torch.requires_grad_(torch.detach(x), True)

# whether PyTorch can differentiate something that made x
def has_graph(x: Tensor) -> Tensor:
  return torch.tensor(x.requires_grad)

# sum over outputs of seed · d output / d leaf, for each leaf; outputs that cannot be differentiated add nothing
def products(outputs: List[Tensor], leaves: List[Tensor], seeds: List[Tensor]) -> List[Tensor]:
  given = annotate(List[Optional[Tensor]], [])
  used = annotate(List[Tensor], [])
  for s in range(len(seeds)):
    if outputs[s].requires_grad:
      _a = torch.append(given, seeds[s])
      _u = torch.append(used, outputs[s])
  all = annotate(List[Tensor], [])
  if len(used) == 0:
    return all
  found = torch.grad(used, leaves, given, False, False, True)
  for i in range(len(leaves)):
    g = found[i]
    if g is not None:
      _b = torch.append(all, torch.detach(g))
    else:
      _c = torch.append(all, torch.zeros_like(leaves[i]))
  return all

def ones(x: Tensor) -> Tensor:
  return torch.ones_like(x)

def zeros(x: Tensor) -> Tensor:
  return torch.zeros_like(x)

def total(a: Tensor, b: Tensor) -> Tensor:
  return a + b

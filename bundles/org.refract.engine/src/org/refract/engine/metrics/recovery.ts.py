# Values at hook points replaced, and how far what comes out is from what came out before.

# rows (B·P, C) in the layout and dtype of value: (B, C, H, W), (B, P, C) or (B, C)
def shaped(value: Tensor, rows: Tensor) -> Tensor:
  if value.dim() == 4:
    x = rows.view([value.size(0), -1, rows.size(1)])
    return x.transpose(1, 2).reshape(value.size()).to(value.dtype)
  return rows.reshape(value.size()).to(value.dtype)

def zero(value: Tensor) -> Tensor:
  return torch.zeros_like(value)

# mean |a - b| and root mean (a - b)², of each example
def distances(a: Tensor, b: Tensor) -> Tuple[Tensor, Tensor]:
  d = (a.to(torch.float64) - b.to(torch.float64)).reshape([a.size(0), -1])
  return (torch.mean(torch.abs(d), [1]), torch.sqrt(torch.mean(d * d, [1])))

# 1 - mean cosine between the features (B, P, C) of the positions, of each example
def angles(a: Tensor, b: Tensor) -> Tensor:
  x = a.to(torch.float64)
  y = b.to(torch.float64)
  cosine = torch.sum(x * y, [2]) * torch.rsqrt(torch.clamp(torch.sum(x * x, [2]) * torch.sum(y * y, [2]), 1e-30))
  return 1.0 - torch.mean(cosine, [1])

def clamped(x: Tensor) -> Tensor:
  return torch.clamp(x, 0., 1.)

def per_example(rows: Tensor, examples: int) -> Tensor:
  return rows.view([examples, -1, rows.size(1)])

# -log p(next token), summed, and KL(original || changed) at every position, summed. logits (1, T, V); tokens (1, T) int64
def cross_entropy(logits: Tensor, tokens: Tensor) -> Tensor:
  n = tokens.size(1)
  log_p = torch.log_softmax(torch.narrow(logits, 1, 0, n - 1).to(torch.float64), 2)
  chosen = torch.gather(log_p, 2, torch.unsqueeze(torch.narrow(tokens, 1, 1, n - 1), 2))
  return sum_all(chosen) * -1.0

def divergence(original: Tensor, changed: Tensor) -> Tensor:
  p = torch.log_softmax(original.to(torch.float64), 2)
  q = torch.log_softmax(changed.to(torch.float64), 2)
  return sum_all(torch.exp(p) * (p - q))

# cosines of the rows of a with the rows of b
def cosines(a: Tensor, b: Tensor) -> Tensor:
  x = torch.div(a, torch.clamp(torch.norm(a, 2, [1], True), 1e-12))
  y = torch.div(b, torch.clamp(torch.norm(b, 2, [1], True), 1e-12))
  return torch.mm(x, torch.t(y))

def rows(x: Tensor, first: int, count: int) -> Tensor:
  return torch.narrow(x, 0, first, count)

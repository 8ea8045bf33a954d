# Attention, softmax(scale · q kᵀ) v for each head: q (batch, positions, heads · d); k and v (batch, tokens, key heads · d), each head of which serves
# as many heads of q one after the other. mask (batch, 1, positions, tokens) is true where a position may look.

def heads_of(x: Tensor, heads: int) -> Tensor:
  b, n, c = torch.size(x)
  return torch.transpose(torch.reshape(x, [b, n, heads, torch.floordiv(c, heads)]), 1, 2)

# 1 / √d where x is as wide as all heads together
def head_scale(x: Tensor, heads: int) -> float:
  return 1. / torch.sqrt(torch.floordiv(torch.size(x, -1), heads))

def heads_joined(x: Tensor) -> Tensor:
  b, heads, n, d = torch.size(x)
  return torch.reshape(torch.transpose(x, 1, 2), [b, n, heads * d])

# each head of keys or values as often as heads of queries share it
def shared_heads(x: Tensor, key_heads: int, heads: int) -> Tensor:
  y = heads_of(x, key_heads)
  if heads > key_heads:
    y = torch.repeat_interleave(y, torch.floordiv(heads, key_heads), 1)
  return y

def example_mask(mask: Optional[Tensor], i: int) -> Optional[Tensor]:
  if mask is None:
    one = annotate(Optional[Tensor], None)
  else:
    one = annotate(Optional[Tensor], example(mask, i))
  return one

def attend(q: Tensor, k: Tensor, v: Tensor, mask: Optional[Tensor], heads: int, key_heads: int, causal: bool, scale: float, softcap: float) -> Tensor:
  if is_one(q) or torch.remainder(torch.size(q, 1), 16) + torch.remainder(torch.size(k, 1), 16) == 0:
    y = attend_together(q, k, v, mask, heads, key_heads, causal, scale, softcap)
  else:
    each = annotate(List[Tensor], [])
    for i in range(torch.size(q, 0)):
      own = attend_together(example(q, i), example(k, i), example(v, i), example_mask(mask, i), heads, key_heads, causal, scale, softcap)
      torch.append(each, own)
    y = torch.cat(each, 0)
  return y

def attend_together(q: Tensor, k: Tensor, v: Tensor, mask: Optional[Tensor], heads: int, key_heads: int, causal: bool, scale: float,
  softcap: float) -> Tensor:
  if softcap == 0.:
    kh = shared_heads(k, key_heads, heads)
    vh = shared_heads(v, key_heads, heads)
    y = torch.scaled_dot_product_attention(heads_of(q, heads), kh, vh, mask, 0., causal, scale=scale)
  else:
    scores = attention_scores(q, k, mask, heads, key_heads, causal, scale, softcap)
    y = torch.matmul(attention_probs(scores), shared_heads(v, key_heads, heads))
  return heads_joined(y)

# scale · q kᵀ per head, capped, and -inf where a position may not look
def attention_scores(q: Tensor, k: Tensor, mask: Optional[Tensor], heads: int, key_heads: int, causal: bool, scale: float, softcap: float) -> Tensor:
  s = torch.matmul(heads_of(q, heads), torch.transpose(shared_heads(k, key_heads, heads), 2, 3)) * scale
  if softcap != 0.:
    s = capped(s, softcap)
  if causal:
    later = torch.triu(torch.ones([torch.size(q, 1), torch.size(k, 1)], dtype=torch.bool, device=q.device), 1)
    s = torch.masked_fill(s, later, -inf)
  if mask is not None:
    s = torch.masked_fill(s, torch.logical_not(mask), -inf)
  return s

# in single precision, as the fused attention does
def attention_probs(scores: Tensor) -> Tensor:
  return torch.softmax(scores.float(), -1).to(scores.dtype)

# probs (batch, heads, positions, tokens) times v
def attend_with(probs: Tensor, v: Tensor, key_heads: int) -> Tensor:
  return heads_joined(torch.matmul(probs, shared_heads(v, key_heads, torch.size(probs, 1))))

# c · tanh(x / c), Gemma 2
def capped(x: Tensor, c: float) -> Tensor:
  return torch.tanh(x / c) * c

# Where a position may look: at real tokens, at none later than itself, and fewer than window before it if that is not 0. A position that may look
# nowhere, one of padding, looks everywhere, so that what it writes, which means nothing, is a number.
def attention_mask(positions: Tensor, tokens: Tensor, real: Tensor, window: int) -> Tensor:
  q = torch.unsqueeze(positions, -1)
  k = torch.unsqueeze(tokens, 1)
  may = torch.logical_and(torch.le(k, q), torch.unsqueeze(real, 1))
  if window > 0:
    may = torch.logical_and(may, torch.lt(q - k, window))
  nowhere = torch.logical_not(torch.any(may, 2, True))
  return torch.unsqueeze(torch.logical_or(may, nowhere), 1)

# real (batch, positions) to the number of each real token, counted from those before
def token_positions(real: Tensor, before: Optional[Tensor]) -> Tensor:
  at = torch.cumsum(real.to(torch.int64), 1) - 1
  if before is not None:
    at = at + torch.sum(before.to(torch.int64), [1], True)
  return torch.clamp(at, 0)

def is_real(mask: Tensor) -> Tensor:
  return torch.ne(mask, 0)

# positions behind those before
def joined_positions(before: Optional[Tensor], x: Tensor) -> Tensor:
  if before is None:
    y = torch.clone(x)
  else:
    y = torch.cat([before, x], 1)
  return y

# part i of n that lie side by side in the last dimension, of each of some heads
def part_of_heads(x: Tensor, heads: int, i: int, n: int) -> Tensor:
  b, positions, c = torch.size(x)
  each = torch.floordiv(c, heads)
  part = torch.floordiv(each, n)
  return torch.reshape(torch.slice(torch.reshape(x, [b, positions, heads, each]), 3, i * part, i * part + part), [b, positions, heads * part])

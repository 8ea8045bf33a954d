# Attention, softmax(q kᵀ / √d) v for each head. q (batch, positions, width); k, v (batch, tokens, width).

# softmax(q kᵀ / √d) v per head
def attend(q: Tensor, k: Tensor, v: Tensor, heads: int, causal: bool) -> Tensor:
  if is_one(q) or torch.remainder(torch.size(q, 1), 16) + torch.remainder(torch.size(k, 1), 16) == 0:
    y = attend_together(q, k, v, heads, causal)
  else:
    each = annotate(List[Tensor], [])
    for i in range(torch.size(q, 0)):
      _a = torch.append(each, attend_together(example(q, i), example(k, i), example(v, i), heads, causal))
    y = torch.cat(each, 0)
  return y

def attend_together(q: Tensor, k: Tensor, v: Tensor, heads: int, causal: bool) -> Tensor:
  b, n, c = torch.size(q)
  m = torch.size(k, 1)
  d = torch.floordiv(c, heads)
  qh = torch.transpose(torch.reshape(q, [b, n, heads, d]), 1, 2)
  kh = torch.transpose(torch.reshape(k, [b, m, heads, d]), 1, 2)
  vh = torch.transpose(torch.reshape(v, [b, m, heads, d]), 1, 2)
  y = torch.scaled_dot_product_attention(qh, kh, vh, None, 0., causal)
  return torch.reshape(torch.transpose(y, 1, 2), [b, n, c])

# q kᵀ / √d per head, -inf where a position may not look
def attention_scores(q: Tensor, k: Tensor, heads: int, causal: bool) -> Tensor:
  b, n, c = torch.size(q)
  m = torch.size(k, 1)
  d = torch.floordiv(c, heads)
  qh = torch.transpose(torch.reshape(q, [b, n, heads, d]), 1, 2)
  kh = torch.transpose(torch.reshape(k, [b, m, heads, d]), 1, 2)
  s = torch.div(torch.matmul(qh, torch.transpose(kh, 2, 3)), torch.sqrt(d))
  if causal:
    later = torch.triu(torch.ones([n, m], dtype=torch.bool, device=q.device), 1)
    s = torch.masked_fill(s, later, -inf)
  return s

# in single precision, as the fused attention does
def attention_probs(scores: Tensor) -> Tensor:
  return torch.softmax(scores.float(), -1).to(scores.dtype)

# probs (batch, heads, positions, tokens) times v
def attend_with(probs: Tensor, v: Tensor) -> Tensor:
  b, heads, n, m = torch.size(probs)
  c = torch.size(v, 2)
  vh = torch.transpose(torch.reshape(v, [b, m, heads, torch.floordiv(c, heads)]), 1, 2)
  return torch.reshape(torch.transpose(torch.matmul(probs, vh), 1, 2), [b, n, c])

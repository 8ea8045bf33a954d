# Token embeddings and what becomes of them. Tables are (tokens, width).

def longer_table(table: Tensor, rows: Tensor) -> Tensor:
  return torch.cat([table, rows.to(table.dtype).to(table.device)], 0)

# tokens that were added behind the vocabulary count as token 0 where the highest token marks the end of a text
def known_tokens(ids: Tensor, vocabulary: int) -> Tensor:
  return torch.where(torch.lt(ids, vocabulary), ids, torch.zeros_like(ids))

# hidden (batch, positions, width) with vectors (tokens, width) at the tokens from a number on
def given(hidden: Tensor, ids: Tensor, first: int, vectors: Tensor) -> Tensor:
  at = ids - first
  count = torch.size(vectors, 0)
  rows = torch.embedding(vectors, torch.clamp(at, 0, count - 1))
  theirs = torch.logical_and(torch.ge(at, 0), torch.lt(at, count))
  return torch.where(torch.unsqueeze(theirs, -1), rows.to(hidden.dtype), hidden)

# x (batch, positions, width) at the first place of the end token; the token that files call `legacy` stands for the highest one
def at_end_token(x: Tensor, ids: Tensor, end: int, legacy: int) -> Tensor:
  if end == legacy:
    place = torch.argmax(ids, -1)
  else:
    place = torch.argmax(torch.eq(ids, end).to(3), -1)
  rows = torch.arange(torch.size(x, 0), device=x.device)
  return torch.index(x, annotate(List[Optional[Tensor]], [rows, place]))

# w: layer_norm1 (2), q k v out (8), layer_norm2 (2), fc1 (2), fc2 (2)
def clip_layer(x: Tensor, w: List[Tensor], heads: int, eps: float, activation: str) -> Tensor:
  width = [torch.size(x, -1)]
  n = torch.layer_norm(x, width, w[0], w[1], eps)
  y = attend(linear(n, w[2], w[3]), linear(n, w[4], w[5]), linear(n, w[6], w[7]), None, heads, heads, True, head_scale(n, heads), 0.)
  h = x + linear(y, w[8], w[9])
  n = linear(torch.layer_norm(h, width, w[10], w[11], eps), w[12], w[13])
  n = activated(n, activation)
  return h + linear(n, w[14], w[15])

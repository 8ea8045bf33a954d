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

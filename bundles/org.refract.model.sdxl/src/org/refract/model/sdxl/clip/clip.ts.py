# Token embeddings and what becomes of them. Tables are (tokens, width).

def longer_table(table: Tensor, rows: Tensor) -> Tensor:
  return torch.cat([table, rows.to(table.dtype).to(table.device)], 0)

# tokens that were added behind the vocabulary count as token 0 where the highest token marks the end of a text
def known_tokens(ids: Tensor, vocabulary: int) -> Tensor:
  return torch.where(torch.lt(ids, vocabulary), ids, torch.zeros_like(ids))

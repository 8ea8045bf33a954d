def dense(indices: Tensor, values: Tensor, latents: int) -> Tensor:
  return torch.scatter_add(torch.zeros([indices.size(0), latents], dtype=values.dtype, device=values.device), 1, indices, values)

def rows_norm(x: Tensor) -> Tensor:
  return torch.norm(x, 2, [1])

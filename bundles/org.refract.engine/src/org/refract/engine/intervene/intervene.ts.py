# Changing what features write. B batch rows, P positions, C channels, A changes.

# z of A latents in sparse codes. indices, values: (B*P, slots); latents: (A) -> (B*P, A) float32
def activation(indices: Tensor, values: Tensor, latents: Tensor) -> Tensor:
  columns = annotate(List[Tensor], [])
  zero = torch.zeros_like(values)
  for a in range(latents.size(0)):
    columns.append(torch.sum(torch.where(torch.eq(indices, latents[a]), values, zero), [1]))
  return torch.stack(columns, 1)

# value: (B, C, H, W), (B, P, C) or (B, C); keep: (B); signs: (B, A); constant, scale: (P, A); z: (B*P, A) or None;
# decoder: (latents, C) -> as value
def changed(value: Tensor, keep: Tensor, signs: Tensor, constant: Tensor, scale: Tensor, z: Optional[Tensor], latents: Tensor, decoder: Tensor) -> Tensor:
  device = value.device
  rows = value.size(0)
  weight = torch.unsqueeze(constant.to(device), 0)
  if z is not None:
    weight = weight + torch.unsqueeze(scale.to(device), 0) * z.reshape([rows, -1, z.size(1)])
  weight = weight * torch.unsqueeze(signs.to(device), 1)
  delta = torch.matmul(weight, torch.index_select(decoder, 0, latents.to(device)))
  return combined(value, keep, delta)

# keep * value + delta; delta: (B, P, C)
def combined(value: Tensor, keep: Tensor, delta: Tensor) -> Tensor:
  change = delta
  if value.dim() == 4:
    change = delta.transpose(1, 2)
  change = change.reshape(value.size())
  shape = annotate(List[int], [value.size(0)])
  for i in range(value.dim() - 1):
    shape.append(1)
  kept = value.to(torch.float32) * keep.to(value.device).reshape(shape)
  return (kept + change).to(value.dtype)

# A feature of its own in every row, in the place of the update. weights: (B), latents: (B) -> as value
def written(value: Tensor, latents: Tensor, weights: Tensor, decoder: Tensor) -> Tensor:
  device = value.device
  directions = torch.index_select(decoder, 0, latents.to(device)) * torch.unsqueeze(weights.to(device), 1)
  shape = annotate(List[int], [value.size(0)])
  if value.dim() == 4:
    shape = annotate(List[int], [value.size(0), value.size(1), 1, 1])
  if value.dim() == 3:
    shape = annotate(List[int], [value.size(0), 1, value.size(2)])
  if value.dim() == 2:
    shape = annotate(List[int], [value.size(0), value.size(1)])
  return torch.expand_copy(directions.reshape(shape), value.size()).to(value.dtype)

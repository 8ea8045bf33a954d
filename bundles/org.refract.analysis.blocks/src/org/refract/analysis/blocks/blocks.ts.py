# Changes of a block's update, (B, C, H, W) or (B, P, C), of any floating type.

def zero(value: Tensor) -> Tensor:
  return torch.zeros_like(value)

# value + gain * z * direction, in every row another latent and direction.
# indices, values: (B*P, S); latents: (B); directions: (B, C) -> as value
def moved(value: Tensor, indices: Tensor, values: Tensor, latents: Tensor, directions: Tensor, gain: float) -> Tensor:
  rows = value.size(0)
  device = value.device
  wanted = latents.to(device).reshape([rows, 1, 1])
  i = indices.reshape([rows, -1, indices.size(1)])
  v = values.reshape([rows, -1, indices.size(1)])
  map = torch.sum(v * torch.eq(i, wanted).to(v.dtype), [2])
  delta = torch.unsqueeze(map * gain, 2) * torch.unsqueeze(directions.to(device), 1)
  if value.dim() == 4:
    delta = delta.transpose(1, 2)
  return (value.to(torch.float32) + delta.reshape(value.size())).to(value.dtype)

# Values at hook points: (B, C, H, W), (B, P, C) or (B, C), of any floating type.

# (B*P, C) float32
def rows(x: Tensor) -> Tensor:
  y = x
  if x.dim() == 4:
    y = x.flatten(2, 3).transpose(1, 2)
  width = y.size(y.dim() - 1)
  return y.reshape([-1, width]).to(torch.float32).contiguous()

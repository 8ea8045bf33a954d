# The update of a block that is taken out.
def zero(value: Tensor) -> Tensor:
  return torch.zeros_like(value)

# Mean absolute change of pictures (B, 3, H, W).
def change(before: Tensor, after: Tensor) -> Tensor:
  return mean_all(torch.abs(torch.clamp(before, 0, 1) - torch.clamp(after, 0, 1)))

# Of pictures that were drawn.

# torch.where, because 0 times what was drawn is only 0 where that is finite
def overlaid(photo: Tensor, mask: Tensor, drawn: Tensor) -> Tensor:
  p = photo.to(drawn)
  m = mask.to(drawn)
  return torch.contiguous(torch.where(torch.le(m, 0.), p, p * (1. - m) + drawn * m))

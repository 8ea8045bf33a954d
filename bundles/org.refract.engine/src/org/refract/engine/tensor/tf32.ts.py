# 1 if factors of float32 products are rounded to fewer than 12 bits of mantissa, else 0: (1 + 2^-12) I = I then. Large enough for a GPU to
# take its matrix units.
def rounds(device: str) -> Tensor:
  one = torch.eye(256, dtype=torch.float32, device=torch.device(device))
  more = one * 1.000244140625
  return torch.any(torch.ne(torch.mm(more, one), more)).to(torch.int64)

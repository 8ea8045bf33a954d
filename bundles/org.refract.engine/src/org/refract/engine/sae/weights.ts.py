def transposed(x: Tensor) -> Tensor:
  return torch.contiguous(torch.t(x))

def rows_norm(x: Tensor) -> Tensor:
  return torch.norm(x, 2, [1])

def filled(like: Tensor, n: int, value: Tensor) -> Tensor:
  return torch.full([n], float(value), dtype=like.dtype, device=like.device)

def variance(x: Tensor) -> Tensor:
  return torch.sum(torch.pow(x - torch.mean(x, [0], True), 2))

def squares(x: Tensor, y: Tensor) -> Tensor:
  return sum_all(torch.pow(x - y, 2))

def active(values: Tensor) -> Tensor:
  return torch.sum(torch.ne(values, 0)).to(torch.float64)

def folded(W_enc: Tensor, b_enc: Tensor, W_dec: Tensor) -> Tuple[Tensor, Tensor, Tensor]:
  norm = torch.norm(W_dec, 2, [1])
  return (W_enc * norm, b_enc * norm, torch.div(W_dec, torch.unsqueeze(norm, 1)))

def exponential(x: Tensor) -> Tensor:
  return torch.exp(x)

def times(x: Tensor, factor: float) -> Tensor:
  return torch.mul(x, factor)

def times_rows(x: Tensor, factors: Tensor) -> Tensor:
  return torch.mul(x, torch.unsqueeze(factors, 1))

def transposed(x: Tensor) -> Tensor:
  return torch.contiguous(torch.t(x))

# n elements of x from the first on, in row-major order, as dtype, on the CPU.
def piece(x: Tensor, first: int, n: int, dtype: int) -> Tensor:
  return torch.narrow(torch.reshape(x.detach(), [-1]), 0, first, n).to(torch.device("cpu"), dtype)

# Convolutions where PyTorch may have been built without oneDNN: its own loop over examples on the CPU.

def convolve(x: Tensor, weight: Tensor, bias: Tensor, stride: int, padding: int) -> Tensor:
  if x.is_cuda or x.dtype != torch.float32:
    y = torch.conv2d(x, weight, bias, [stride, stride], [padding, padding])
  else:
    y = convolve_apart(x, weight, bias, stride, padding)
  return y

# Convolutions where PyTorch has oneDNN. Between oneDNN and its own loop over examples PyTorch chooses by the batch; here the shape of an example
# alone decides, so that its numbers do not depend on its batch. For one example the time is about that of PyTorch's choice.

def convolve(x: Tensor, weight: Tensor, bias: Tensor, stride: int, padding: int) -> Tensor:
  size = torch.size(weight, 2)
  h = torch.floordiv(torch.size(x, 2) + 2 * padding - size, stride) + 1
  w = torch.floordiv(torch.size(x, 3) + 2 * padding - size, stride) + 1
  if x.is_cuda or x.dtype != torch.float32:
    y = torch.conv2d(x, weight, bias, [stride, stride], [padding, padding])
  elif size > 1 and h * w > 4:
    y = torch.mkldnn_convolution(x, weight, bias, [padding, padding], [stride, stride], [1, 1], 1)
  else:
    y = convolve_apart(x, weight, bias, stride, padding)
  return y

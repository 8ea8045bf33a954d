# Steps of noise schedulers. `output` is what the U-Net said about `sample`: the noise (kind 0), v (1) or the sample without noise (2).
# All are float32 (batch, channels, h, w).

def same(x: Tensor) -> Tensor:
  return torch.alias(x)

def divided(x: Tensor, by: float) -> Tensor:
  return torch.div(x, by)

def weighted_sum(tensors: List[Tensor], weights: List[float]) -> Tensor:
  x = tensors[0] * weights[0]
  for i in range(1, len(tensors)):
    x = x + tensors[i] * weights[i]
  return x

# the sample without noise, where the sample is x + sigma n
def original(output: Tensor, sample: Tensor, sigma: float, kind: int) -> Tensor:
  if kind == 0:
    x = sample - output * sigma
  elif kind == 1:
    square = sigma * sigma + 1.
    x = output * (-sigma / torch.sqrt(square)) + torch.div(sample, square)
  else:
    x = torch.alias(output)
  return x

# the sample without noise, where the sample is a x + b n
def mixed_original(output: Tensor, sample: Tensor, a: float, b: float, kind: int) -> Tensor:
  if kind == 0:
    x = torch.div(sample - output * b, a)
  elif kind == 1:
    x = sample * a - output * b
  else:
    x = torch.alias(output)
  return x

# the noise, where the sample is a x + b n
def mixed_noise(output: Tensor, sample: Tensor, a: float, b: float, kind: int) -> Tensor:
  if kind == 0:
    x = torch.alias(output)
  elif kind == 1:
    x = output * a + sample * b
  else:
    x = torch.div(sample - output * a, b)
  return x

def derivative(sample: Tensor, x: Tensor, sigma: float) -> Tensor:
  return torch.div(sample - x, sigma)

def along(sample: Tensor, slope: Tensor, dt: float) -> Tensor:
  return sample + slope * dt

def clipped(x: Tensor, most: float) -> Tensor:
  return torch.clamp(x, -most, most)

# dynamic thresholding: the given share of each sample's values lies within its threshold
def thresholded(x: Tensor, share: float, most: float) -> Tensor:
  flat = torch.flatten(x, 1)
  s = torch.unsqueeze(torch.clamp(torch.quantile(torch.abs(flat), share, 1), 1., most), 1)
  return torch.reshape(torch.div(torch.minimum(torch.maximum(flat, -s), s), s), x.size())

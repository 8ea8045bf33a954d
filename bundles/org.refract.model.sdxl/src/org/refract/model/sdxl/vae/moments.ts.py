# Moments (batch, 2 channels, h, w) of a normal distribution of latents: mean, then log variance.

def mean(moments: Tensor) -> Tensor:
  m, _ = torch.chunk(moments, 2, 1)
  return m

# mean + std · noise; the log variance is held between -30 and 20
def drawn(moments: Tensor, noise: Tensor) -> Tensor:
  m, logvar = torch.chunk(moments, 2, 1)
  return m + torch.exp(torch.clamp(logvar, -30., 20.) * 0.5) * noise

def times(x: Tensor, by: float) -> Tensor:
  return x * by

# (x - mean) · factor / std for each channel
def standardised(x: Tensor, mean: List[float], std: List[float], factor: float) -> Tensor:
  m = torch.view(torch.tensor(mean, dtype=x.dtype, device=x.device), [1, -1, 1, 1])
  s = torch.view(torch.tensor(std, dtype=x.dtype, device=x.device), [1, -1, 1, 1])
  return torch.div((x - m) * factor, s)

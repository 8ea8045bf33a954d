# Moments (batch, 2 channels, h, w) of a normal distribution of latents: mean, then log variance.

# mean + std · noise; the log variance is held between -30 and 20. Row by row, because the rounding of a power must not depend on the batch.
def drawn(moments: Tensor, noise: Tensor) -> Tensor:
  rows = annotate(List[Tensor], [])
  for i in range(torch.size(moments, 0)):
    m, logvar = torch.chunk(torch.slice(moments, 0, i, i + 1), 2, 1)
    torch.append(rows, m + torch.exp(torch.clamp(logvar, -30., 20.) * 0.5) * torch.slice(noise, 0, i, i + 1))
  return torch.cat(rows, 0)

def times(x: Tensor, by: float) -> Tensor:
  return x * by

# (x - mean) · factor / std for each channel
def standardised(x: Tensor, mean: List[float], std: List[float], factor: float) -> Tensor:
  m = torch.view(torch.tensor(mean, dtype=x.dtype, device=x.device), [1, -1, 1, 1])
  s = torch.view(torch.tensor(std, dtype=x.dtype, device=x.device), [1, -1, 1, 1])
  return torch.div((x - m) * factor, s)

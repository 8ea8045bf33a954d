# Rotary position embeddings (Su et al. 2021): pairs of features of each head turned by angles that grow with the position.

# 1 / theta^(2 i / width), in float32 as transformers has them
def rotary_frequencies(positions: Tensor, width: int, theta: float) -> Tensor:
  exponents = torch.arange(0, width, 2, dtype=torch.float32, device=positions.device)
  return torch.reciprocal(torch.pow(theta, torch.div(exponents, width)))

# Llama 3: wavelengths that are long beside the original context are stretched, short ones stay, and between them it is a mixture
def llama3_frequencies(f: Tensor, factor: float, low: float, high: float, original: float) -> Tensor:
  wavelength = torch.reciprocal(f) * 6.283185307179586
  slow = torch.where(torch.gt(wavelength, original / low), f / factor, f)
  smooth = (torch.reciprocal(wavelength) * original - low) / (high - low)
  between = torch.rsub(smooth, 1.) * slow / factor + smooth * slow
  middle = torch.logical_and(torch.ge(wavelength, original / high), torch.le(wavelength, original / low))
  return torch.where(middle, between, slow)

# (batch, positions, pairs)
def rotary_angles(positions: Tensor, frequencies: Tensor) -> Tensor:
  return torch.unsqueeze(positions.float(), -1) * frequencies

# x (batch, positions, heads · d): the first features of each head, two for each angle, are turned. Pairs are neighbours if interleaved, else feature
# i belongs with the one as many places on as there are pairs.
def rotate(x: Tensor, angles: Tensor, heads: int, interleaved: bool) -> Tensor:
  b, n, c = torch.size(x)
  d = torch.floordiv(c, heads)
  pairs = torch.size(angles, 2)
  xh = torch.reshape(x, [b, n, heads, d])
  part = torch.slice(xh, 3, 0, 2 * pairs)
  cos = torch.unsqueeze(torch.cos(angles), 2).to(x.dtype)
  sin = torch.unsqueeze(torch.sin(angles), 2).to(x.dtype)
  if interleaved:
    both = torch.reshape(part, [b, n, heads, pairs, 2])
    first = torch.select(both, 4, 0)
    second = torch.select(both, 4, 1)
    turned = torch.flatten(torch.stack([first * cos - second * sin, second * cos + first * sin], 4), 3)
  else:
    first, second = torch.chunk(part, 2, -1)
    turned = torch.cat([first * cos - second * sin, second * cos + first * sin], -1)
  return torch.reshape(torch.cat([turned, torch.slice(xh, 3, 2 * pairs, d)], 3), [b, n, c])

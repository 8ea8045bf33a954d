# Steps of noise schedulers. `output` is what the U-Net said about `sample`, the noise or v; both float32 (batch, channels, h, w).

def same(x: Tensor) -> Tensor:
  return torch.alias(x)

def mixed(x: Tensor, noise: Tensor, a: float, b: float) -> Tensor:
  return x * a + noise * b

def divided(x: Tensor, by: float) -> Tensor:
  return torch.div(x, by)

# the sample without noise, where the sample has noise of standard deviation sigma
def original(output: Tensor, sample: Tensor, sigma: float, is_v: bool) -> Tensor:
  if is_v:
    square = sigma * sigma + 1.
    x = output * (-sigma / torch.sqrt(square)) + torch.div(sample, square)
  else:
    x = sample - output * sigma
  return x

def euler_step(output: Tensor, sample: Tensor, sigma: float, dt: float, is_v: bool) -> Tensor:
  derivative = torch.div(sample - original(output, sample, sigma, is_v), sigma)
  return sample + derivative * dt

def euler_ancestral_step(output: Tensor, sample: Tensor, noise: Tensor, sigma: float, dt: float, up: float, is_v: bool) -> Tensor:
  return euler_step(output, sample, sigma, dt, is_v) + noise * up

def ddim_original(output: Tensor, sample: Tensor, a: float, b: float, clip: float, is_v: bool) -> Tensor:
  if is_v:
    x = sample * a - output * b
  else:
    x = torch.div(sample - output * b, a)
  if clip > 0.:
    x = torch.clamp(x, -clip, clip)
  return x

# a: root of ᾱ, b: root of 1 - ᾱ, now and at the next timestep
def ddim_step(output: Tensor, sample: Tensor, a: float, b: float, next_a: float, next_b: float, clip: float, is_v: bool) -> Tensor:
  if is_v:
    x = sample * a - output * b
    noise = output * a + sample * b
  else:
    x = torch.div(sample - output * b, a)
    noise = output
  if clip > 0.:
    x = torch.clamp(x, -clip, clip)
  return x * next_a + noise * next_b

def dpm_sample(output: Tensor, sample: Tensor, alpha: float, sigma: float, is_v: bool) -> Tensor:
  if is_v:
    x = sample * alpha - output * sigma
  else:
    x = torch.div(sample - output * sigma, alpha)
  return x

def dpm_first(sample: Tensor, x: Tensor, keep: float, grow: float) -> Tensor:
  return sample * keep - x * grow

def dpm_second(sample: Tensor, x: Tensor, before: Tensor, keep: float, grow: float, slope: float, half: float) -> Tensor:
  return sample * keep - x * grow - (x - before) * slope * half

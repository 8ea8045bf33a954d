# Latents (batch, channels, h, w) as colours.

# weights (channels, 3) and bias (3) give colours in [-1, 1]; 8-bit (batch, h, w, 3)
def colours(x: Tensor, weights: List[float], bias: List[float]) -> Tensor:
  c = torch.size(x, 1)
  w = torch.view(torch.tensor(weights, dtype=torch.float32, device=x.device), [c, 3])
  b = torch.tensor(bias, dtype=torch.float32, device=x.device)
  rgb = torch.matmul(torch.permute(x.float(), [0, 2, 3, 1]), w) + b
  return torch.clamp(torch.round(rgb * 127.5 + 127.5), 0., 255.).to(0)

# least squares of the mean colour, in [-1, 1], of the pixels of each latent position: (channels + 1, 3), the bias last
def fit(x: Tensor, pictures: Tensor) -> Tensor:
  b, c, h, w = torch.size(x)
  colour = torch.adaptive_avg_pool2d(pictures.double() * 2. - 1., [h, w])
  seen = torch.reshape(torch.permute(x.double(), [0, 2, 3, 1]), [b * h * w, c])
  ones = torch.ones([b * h * w, 1], dtype=torch.float64, device=x.device)
  a = torch.cat([seen, ones], 1)
  y = torch.reshape(torch.permute(colour, [0, 2, 3, 1]), [b * h * w, 3])
  normal = torch.matmul(torch.t(a), a) + torch.eye(c + 1, dtype=torch.float64, device=x.device) * 0.000001
  return torch.linalg_solve(normal, torch.matmul(torch.t(a), y))

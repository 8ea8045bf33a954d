# Sparse autoencoder with a bounded penalty. Shapes: x, target (samples, d); W_enc (d, n); W_dec (n, d); b_enc, gain (n); b_dec (d).
#   z = softplus((x - b_dec) W_enc + b_enc) exp(gain),  xhat = z W_dec + b_dec,  L = mean (xhat - target)² + weight mean_b Σ log(1 + z²)
def encode(x: Tensor, weights: List[Tensor], settings: List[float]) -> Tensor:
  W_enc, gain, W_dec, b_enc, b_dec = weights
  return torch.softplus(torch.addmm(b_enc, x - b_dec, W_enc)) * torch.exp(gain)

def loss(x: Tensor, target: Tensor, weights: List[Tensor], settings: List[float]) -> Tuple[List[Tensor], Tensor, Tensor]:
  W_enc, gain, W_dec, b_enc, b_dec = weights
  sparsity, squared, weight = settings
  z = encode(x, weights, settings)
  xhat = torch.addmm(b_dec, z, W_dec)
  power = 1. + squared
  mse = mean_all(torch.pow(xhat - target, 2))
  penalty = torch.div(sum_all(torch.log1p(torch.pow(z, power))), x.size(0)) * (weight * sparsity)
  return ([mse, penalty], xhat, z)

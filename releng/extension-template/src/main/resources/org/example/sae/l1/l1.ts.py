# L1 sparse autoencoder. Shapes: x, target (samples, d); W_enc (d, n); W_dec (n, d); b_enc (n); b_dec (d); z (samples, n).
#   z = relu((x - b_dec) W_enc + b_enc),  xhat = z W_dec + b_dec,  L = mean (xhat - target)² + l1_coef mean_b Σ z
def encode(x: Tensor, weights: List[Tensor], settings: List[float]) -> Tensor:
  W_enc, W_dec, b_enc, b_dec = weights
  return torch.relu(torch.addmm(b_enc, x - b_dec, W_enc))

# Returns the terms, the reconstruction, the latents.
def loss(x: Tensor, target: Tensor, weights: List[Tensor], settings: List[float]) -> Tuple[List[Tensor], Tensor, Tensor]:
  W_enc, W_dec, b_enc, b_dec = weights
  l1_coef, sparsity = settings
  z = encode(x, weights, settings)
  xhat = torch.addmm(b_dec, z, W_dec)
  mse = mean_all(torch.pow(xhat - target, 2))
  l1 = torch.div(sum_all(z), x.size(0)) * (l1_coef * sparsity)
  return ([mse, l1], xhat, z)

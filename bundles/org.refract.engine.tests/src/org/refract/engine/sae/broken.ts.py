# Asks for a setting that there is not.
def encode(x: Tensor, weights: List[Tensor], settings: List[float]) -> Tensor:
  W_enc, W_dec, b_dec = weights
  return torch.relu(torch.mm(x, W_enc))

def loss(x: Tensor, target: Tensor, weights: List[Tensor], settings: List[float]) -> Tuple[List[Tensor], Tensor, Tensor]:
  W_enc, W_dec, b_dec = weights
  weight, unheard_of = settings
  z = encode(x, weights, settings)
  xhat = torch.addmm(b_dec, z, W_dec)
  return ([mean_all(xhat)], xhat, z)

# How a transcoder begins. Shapes: x (samples, width); W_enc (d, n).

# -mean_b(x) W_enc: with it the latents' pre-activations are centred
def centring(x: Tensor, W_enc: Tensor) -> Tensor:
  return torch.neg(sum_weighted(W_enc, torch.mean(x, [0])))

def mean(x: Tensor) -> Tensor:
  return torch.mean(x, [0])

# The blocks of diffusers' U-Nets and autoencoders, whole, from the kernels of layers: the same operations one after the other.

def concat_channels(a: Tensor, b: Tensor) -> Tensor:
  return torch.cat([a, b], 1)

# t (batch, channels) added at every position
def add_to_map(x: Tensor, t: Tensor) -> Tensor:
  return torch.add_(torch.clone(x), torch.unsqueeze(torch.unsqueeze(t, -1), -1))

def pad_at_end(x: Tensor) -> Tensor:
  return torch.constant_pad_nd(x, [0, 1, 0, 1])

def upsample_nearest(x: Tensor, size: List[int]) -> Tensor:
  return torch.upsample_nearest2d(x, size)

def geglu(x: Tensor) -> Tensor:
  h, gate = torch.chunk(x, 2, -1)
  return torch.mul_(activated(gate, "gelu"), h)

# w: norm1, conv1, time_emb_proj if temb is given, norm2, conv2, conv_shortcut if there is one; weight and bias of each
def resnet(x: Tensor, temb: Optional[Tensor], w: List[Tensor], groups: int, eps: float) -> Tensor:
  h = convolve(norm_silu(x, w[0], w[1], groups, eps), w[2], w[3], 1, 1)
  i = 4
  if temb is not None:
    t = linear(silu(temb), w[4], w[5])
    h = torch.add_(h, torch.unsqueeze(torch.unsqueeze(t, -1), -1))
    i = 6
  h = norm_silu(h, w[i], w[i + 1], groups, eps)
  h = convolve(h, w[i + 2], w[i + 3], 1, 1)
  if len(w) > i + 4:
    x = convolve(x, w[i + 4], w[i + 5], 1, 0)
  return torch.add_(h, x)

# keys and values that attn2 of a transformer block makes of a context; w as below
def keys_and_values_at(context: Tensor, w: List[Tensor], o: int) -> List[Tensor]:
  return [linear(context, w[o + 10], None), linear(context, w[o + 11], None)]

# the same for every block of a transformer
def keys_and_values(context: Tensor, w: List[Tensor], each: int) -> List[Tensor]:
  both = annotate(List[Tensor], [])
  for i in range(torch.floordiv(len(w) - 6, each)):
    k, v = keys_and_values_at(context, w, 4 + i * each)
    torch.append(both, k)
    torch.append(both, v)
  return both

# w from index o: norm1 (2), attn1 q k v out (5), norm2 (2), attn2 (5), norm3 (2), ff.net.0.proj (2), ff.net.2 (2);
# kv from index p: key and value of the context
def transformer_block(x: Tensor, kv: List[Tensor], p: int, w: List[Tensor], o: int, heads: int, eps: float) -> Tensor:
  width = [torch.size(x, -1)]
  n = torch.layer_norm(x, width, w[o], w[o + 1], eps)
  y = attend(linear(n, w[o + 2], None), linear(n, w[o + 3], None), linear(n, w[o + 4], None), None, heads, heads, False, head_scale(n, heads), 0.)
  h = torch.add_(linear(y, w[o + 5], w[o + 6]), x)
  n = torch.layer_norm(h, width, w[o + 7], w[o + 8], eps)
  y = attend(linear(n, w[o + 9], None), kv[p], kv[p + 1], None, heads, heads, False, head_scale(n, heads), 0.)
  h = torch.add_(linear(y, w[o + 12], w[o + 13]), h)
  n = torch.layer_norm(h, width, w[o + 14], w[o + 15], eps)
  y = geglu(linear(n, w[o + 16], w[o + 17]))
  return torch.add_(linear(y, w[o + 18], w[o + 19]), h)

# w: norm (2), proj_in (2), transformer blocks (each of the given number of weights), proj_out (2)
def transformer(x: Tensor, kv: List[Tensor], w: List[Tensor], groups: int, eps: float, heads: int, layer_eps: float, is_linear: bool, each: int) -> Tensor:
  h = group_norm(x, w[0], w[1], groups, eps)
  if is_linear:
    h = linear(map_to_sequence(h), w[2], w[3])
  else:
    h = map_to_sequence(convolve(h, w[2], w[3], 1, 0))
  for i in range(torch.floordiv(len(w) - 6, each)):
    h = transformer_block(h, kv, 2 * i, w, 4 + i * each, heads, layer_eps)
  last = len(w) - 2
  if is_linear:
    h = sequence_to_map(linear(h, w[last], w[last + 1]), x)
  else:
    h = convolve(sequence_to_map(h, x), w[last], w[last + 1], 1, 0)
  return torch.add_(h, x)

# The number of frequencies is made a multiple of 16, so that none is left for the slower code after the vectors.
def sinusoid(t: Tensor, width: int, cosine_first: bool, shift: float) -> Tensor:
  half = torch.floordiv(width, 2)
  exponent = torch.arange(torch.floordiv(half + 15, 16) * 16, dtype=torch.float32, device=t.device) * -9.210340371976184
  f = torch.exp(exponent / (float(half) - shift))
  angles = torch.unsqueeze(t.float(), -1) * torch.unsqueeze(f, 0)
  s = torch.slice(torch.sin(angles), 1, 0, half)
  c = torch.slice(torch.cos(angles), 1, 0, half)
  if cosine_first:
    e = torch.cat([c, s], -1)
  else:
    e = torch.cat([s, c], -1)
  if torch.remainder(width, 2) == 1:
    e = torch.constant_pad_nd(e, [0, 1])
  return e

# pooled text (batch, width) and sinusoids (batch · numbers, each) side by side
def join_embeddings(text: Tensor, sinusoids: Tensor) -> Tensor:
  return torch.cat([text, torch.reshape(sinusoids, [torch.size(text, 0), -1]).to(text.dtype)], -1)

def divided(x: Tensor, by: float) -> Tensor:
  return torch.div(x, by)

# x · std / factor + mean for each channel
def unstandardised(x: Tensor, mean: List[float], std: List[float], factor: float) -> Tensor:
  m = torch.view(torch.tensor(mean, dtype=x.dtype, device=x.device), [1, -1, 1, 1])
  s = torch.view(torch.tensor(std, dtype=x.dtype, device=x.device), [1, -1, 1, 1])
  return torch.div(x * s, factor) + m

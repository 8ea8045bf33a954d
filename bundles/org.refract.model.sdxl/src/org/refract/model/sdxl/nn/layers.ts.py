# The layers of Stable Diffusion's networks. A composite function does exactly what its parts do one after the other, so that a network
# computed part by part agrees to the bit with one computed whole. Maps are (batch, channels, h, w) with the channels innermost in memory.

def channels_last(x: Tensor) -> Tensor:
  return torch.contiguous(x, memory_format=2)

def linear(x: Tensor, weight: Tensor, bias: Optional[Tensor]) -> Tensor:
  return torch.linear(x, weight, bias)

def conv2d(x: Tensor, weight: Tensor, bias: Tensor, stride: int, padding: int) -> Tensor:
  return torch.conv2d(x, weight, bias, [stride, stride], [padding, padding])

def group_norm(x: Tensor, weight: Tensor, bias: Tensor, groups: int, eps: float) -> Tensor:
  return torch.group_norm(x, groups, weight, bias, eps)

def layer_norm(x: Tensor, weight: Tensor, bias: Tensor, eps: float) -> Tensor:
  return torch.layer_norm(x, [torch.size(x, -1)], weight, bias, eps)

# A copy has the strides of its original, which maps of one position need: there the next layer could not tell their format otherwise.
def silu(x: Tensor) -> Tensor:
  return torch.silu_(torch.clone(x))

def gelu(x: Tensor) -> Tensor:
  return torch.gelu(x)

def gelu_tanh(x: Tensor) -> Tensor:
  return torch.gelu(x, approximate="tanh")

# x · sigmoid(1.702 x)
def quick_gelu(x: Tensor) -> Tensor:
  return x * torch.sigmoid(x * 1.702)

def total(a: Tensor, b: Tensor) -> Tensor:
  return torch.add_(torch.clone(a), b)

def difference(a: Tensor, b: Tensor) -> Tensor:
  return a - b

def concat_channels(a: Tensor, b: Tensor) -> Tensor:
  return torch.cat([a, b], 1)

# t (batch, channels) added at every position
def add_to_map(x: Tensor, t: Tensor) -> Tensor:
  return torch.add_(torch.clone(x), torch.unsqueeze(torch.unsqueeze(t, -1), -1))

def pad_at_end(x: Tensor) -> Tensor:
  return torch.constant_pad_nd(x, [0, 1, 0, 1])

def upsample_nearest(x: Tensor, size: List[int]) -> Tensor:
  return torch.upsample_nearest2d(x, size)

def map_to_sequence(x: Tensor) -> Tensor:
  b, c, h, w = torch.size(x)
  return torch.reshape(torch.permute(x, [0, 2, 3, 1]), [b, h * w, c])

def sequence_to_map(x: Tensor, like: Tensor) -> Tensor:
  b, c, h, w = torch.size(like)
  return torch.permute(torch.reshape(x, [b, h, w, c]), [0, 3, 1, 2])

# softmax(q kᵀ / √d) v per head
def attend(q: Tensor, k: Tensor, v: Tensor, heads: int, causal: bool) -> Tensor:
  b, n, c = torch.size(q)
  m = torch.size(k, 1)
  d = torch.floordiv(c, heads)
  qh = torch.transpose(torch.reshape(q, [b, n, heads, d]), 1, 2)
  kh = torch.transpose(torch.reshape(k, [b, m, heads, d]), 1, 2)
  vh = torch.transpose(torch.reshape(v, [b, m, heads, d]), 1, 2)
  y = torch.scaled_dot_product_attention(qh, kh, vh, None, 0., causal)
  return torch.reshape(torch.transpose(y, 1, 2), [b, n, c])

# q kᵀ / √d per head, -inf where a position may not look
def attention_scores(q: Tensor, k: Tensor, heads: int, causal: bool) -> Tensor:
  b, n, c = torch.size(q)
  m = torch.size(k, 1)
  d = torch.floordiv(c, heads)
  qh = torch.transpose(torch.reshape(q, [b, n, heads, d]), 1, 2)
  kh = torch.transpose(torch.reshape(k, [b, m, heads, d]), 1, 2)
  s = torch.div(torch.matmul(qh, torch.transpose(kh, 2, 3)), torch.sqrt(d))
  if causal:
    later = torch.triu(torch.ones([n, m], dtype=torch.bool, device=q.device), 1)
    s = torch.masked_fill(s, later, -inf)
  return s

# in single precision, as the fused attention does
def attention_probs(scores: Tensor) -> Tensor:
  return torch.softmax(scores.float(), -1).to(scores.dtype)

# probs (batch, heads, positions, tokens) times v
def attend_with(probs: Tensor, v: Tensor) -> Tensor:
  b, heads, n, m = torch.size(probs)
  c = torch.size(v, 2)
  vh = torch.transpose(torch.reshape(v, [b, m, heads, torch.floordiv(c, heads)]), 1, 2)
  return torch.reshape(torch.transpose(torch.matmul(probs, vh), 1, 2), [b, n, c])

def geglu(x: Tensor) -> Tensor:
  h, gate = torch.chunk(x, 2, -1)
  return torch.mul_(torch.gelu(gate), h)

# w: norm1, conv1, time_emb_proj if temb is given, norm2, conv2, conv_shortcut if there is one; weight and bias of each
def resnet(x: Tensor, temb: Optional[Tensor], w: List[Tensor], groups: int, eps: float) -> Tensor:
  h = torch.conv2d(torch.silu_(torch.group_norm(x, groups, w[0], w[1], eps)), w[2], w[3], [1, 1], [1, 1])
  i = 4
  if temb is not None:
    t = torch.linear(torch.silu(temb), w[4], w[5])
    h = torch.add_(h, torch.unsqueeze(torch.unsqueeze(t, -1), -1))
    i = 6
  h = torch.silu_(torch.group_norm(h, groups, w[i], w[i + 1], eps))
  h = torch.conv2d(h, w[i + 2], w[i + 3], [1, 1], [1, 1])
  if len(w) > i + 4:
    x = torch.conv2d(x, w[i + 4], w[i + 5])
  return torch.add_(h, x)

# keys and values that attn2 of a transformer block makes of a context; w as below
def keys_and_values_at(context: Tensor, w: List[Tensor], o: int) -> List[Tensor]:
  return [torch.linear(context, w[o + 10]), torch.linear(context, w[o + 11])]

# the same for every block of a transformer
def keys_and_values(context: Tensor, w: List[Tensor], each: int) -> List[Tensor]:
  both = annotate(List[Tensor], [])
  for i in range(torch.floordiv(len(w) - 6, each)):
    k, v = keys_and_values_at(context, w, 4 + i * each)
    _a = torch.append(both, k)
    _b = torch.append(both, v)
  return both

# w from index o: norm1 (2), attn1 q k v out (5), norm2 (2), attn2 (5), norm3 (2), ff.net.0.proj (2), ff.net.2 (2);
# kv from index p: key and value of the context
def transformer_block(x: Tensor, kv: List[Tensor], p: int, w: List[Tensor], o: int, heads: int, eps: float) -> Tensor:
  width = [torch.size(x, -1)]
  n = torch.layer_norm(x, width, w[o], w[o + 1], eps)
  y = attend(torch.linear(n, w[o + 2]), torch.linear(n, w[o + 3]), torch.linear(n, w[o + 4]), heads, False)
  h = torch.add_(torch.linear(y, w[o + 5], w[o + 6]), x)
  n = torch.layer_norm(h, width, w[o + 7], w[o + 8], eps)
  y = attend(torch.linear(n, w[o + 9]), kv[p], kv[p + 1], heads, False)
  h = torch.add_(torch.linear(y, w[o + 12], w[o + 13]), h)
  n = torch.layer_norm(h, width, w[o + 14], w[o + 15], eps)
  y = geglu(torch.linear(n, w[o + 16], w[o + 17]))
  return torch.add_(torch.linear(y, w[o + 18], w[o + 19]), h)

# w: norm (2), proj_in (2), transformer blocks (each of the given number of weights), proj_out (2)
def transformer(x: Tensor, kv: List[Tensor], w: List[Tensor], groups: int, eps: float, heads: int, layer_eps: float, is_linear: bool, each: int) -> Tensor:
  h = torch.group_norm(x, groups, w[0], w[1], eps)
  if is_linear:
    h = torch.linear(map_to_sequence(h), w[2], w[3])
  else:
    h = map_to_sequence(torch.conv2d(h, w[2], w[3]))
  for i in range(torch.floordiv(len(w) - 6, each)):
    h = transformer_block(h, kv, 2 * i, w, 4 + i * each, heads, layer_eps)
  last = len(w) - 2
  if is_linear:
    h = sequence_to_map(torch.linear(h, w[last], w[last + 1]), x)
  else:
    h = torch.conv2d(sequence_to_map(h, x), w[last], w[last + 1])
  return torch.add_(h, x)

def sinusoid(t: Tensor, width: int, cosine_first: bool, shift: float) -> Tensor:
  half = torch.floordiv(width, 2)
  exponent = torch.arange(half, dtype=torch.float32, device=t.device) * -9.210340371976184
  f = torch.exp(exponent / (float(half) - shift))
  angles = torch.unsqueeze(t.float(), -1) * torch.unsqueeze(f, 0)
  s = torch.sin(angles)
  c = torch.cos(angles)
  if cosine_first:
    e = torch.cat([c, s], -1)
  else:
    e = torch.cat([s, c], -1)
  if torch.remainder(width, 2) == 1:
    e = torch.constant_pad_nd(e, [0, 1])
  return e

# x in the element type of another tensor
def like(x: Tensor, other: Tensor) -> Tensor:
  return x.to(other.dtype)

def flat(x: Tensor) -> Tensor:
  return torch.flatten(x)

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

def embedding(ids: Tensor, weight: Tensor) -> Tensor:
  return torch.embedding(weight, ids)

# 0, 1, ... for each position of ids
def positions(ids: Tensor) -> Tensor:
  return torch.unsqueeze(torch.arange(torch.size(ids, 1), device=ids.device), 0)

# x (batch, positions, width) at the first place of the end token; the token that files call `legacy` stands for the highest one
def at_end_token(x: Tensor, ids: Tensor, end: int, legacy: int) -> Tensor:
  if end == legacy:
    place = torch.argmax(ids, -1)
  else:
    place = torch.argmax(torch.eq(ids, end).to(3), -1)
  rows = torch.arange(torch.size(x, 0), device=x.device)
  return torch.index(x, annotate(List[Optional[Tensor]], [rows, place]))

# w: layer_norm1 (2), q k v out (8), layer_norm2 (2), fc1 (2), fc2 (2)
def clip_layer(x: Tensor, w: List[Tensor], heads: int, eps: float, activation: str) -> Tensor:
  width = [torch.size(x, -1)]
  n = torch.layer_norm(x, width, w[0], w[1], eps)
  y = attend(torch.linear(n, w[2], w[3]), torch.linear(n, w[4], w[5]), torch.linear(n, w[6], w[7]), heads, True)
  h = x + torch.linear(y, w[8], w[9])
  n = torch.linear(torch.layer_norm(h, width, w[10], w[11], eps), w[12], w[13])
  if activation == "gelu":
    n = torch.gelu(n)
  elif activation == "gelu_tanh":
    n = torch.gelu(n, approximate="tanh")
  else:
    n = quick_gelu(n)
  return h + torch.linear(n, w[14], w[15])

def shaped(x: Tensor, shape: List[int]) -> Tensor:
  return torch.reshape(x, shape)

# the first of some tensors whose first values are not all finite, -1 if there is none
def first_not_finite(x: List[Tensor]) -> Tensor:
  found = -1
  for i in range(len(x)):
    if found < 0:
      head = torch.slice(torch.flatten(torch.slice(x[i], 0, 0, 64)), 0, 0, 4096)
      if not bool(torch.all(torch.isfinite(head))):
        found = i
  return torch.tensor(found)

# The layers of Stable Diffusion's networks. A composite function does exactly what its parts do one after the other, so that a network
# computed part by part agrees to the bit with one computed whole. Maps are (batch, channels, h, w) with the channels innermost in memory.
#
# On the CPU an example gets the same numbers to the bit whatever else is in its batch. Some operations of PyTorch do not keep that of themselves
# and are therefore done for each example alone: products with a matrix where an example's positions are no multiple of 8 (the rows left over are
# summed in another order), attention where positions or tokens are no multiple of 16 (so is the place of each thread's memory), and, because each
# thread takes an equal share and the batch decides where shares begin, functions of single values on more than 32768 of them and the group norm
# of a map of 1024 or more positions. So are functions of values that do not fill whole vectors of the processor, and of one position of a wider
# one, which lie in one piece only where there is one. Convolutions choose their algorithm by the batch; see convolve.

def channels_last(x: Tensor) -> Tensor:
  return torch.contiguous(x, memory_format=2)

# whether the examples of a batch need not be kept apart
def is_one(x: Tensor) -> bool:
  return torch.size(x, 0) == 1 or x.is_cuda

# example i, a batch of one
def example(x: Tensor, i: int) -> Tensor:
  return torch.slice(x, 0, i, i + 1)

def examples(x: Tensor, first: int, after: int) -> Tensor:
  return torch.slice(x, 0, first, after)

def join_examples(parts: List[Tensor]) -> Tensor:
  return torch.cat(parts, 0)

def linear(x: Tensor, weight: Tensor, bias: Optional[Tensor]) -> Tensor:
  if is_one(x) or torch.remainder(torch.numel(x), 8 * torch.size(x, 0) * torch.size(x, -1)) == 0:
    y = torch.linear(x, weight, bias)
  else:
    each = annotate(List[Tensor], [])
    for i in range(torch.size(x, 0)):
      _a = torch.append(each, torch.linear(example(x, i), weight, bias))
    y = torch.cat(each, 0)
  return y

def conv2d(x: Tensor, weight: Tensor, bias: Tensor, stride: int, padding: int) -> Tensor:
  return convolve(x, weight, bias, stride, padding)

def group_norm(x: Tensor, weight: Tensor, bias: Tensor, groups: int, eps: float) -> Tensor:
  if is_one(x) or torch.size(x, 2) * torch.size(x, 3) < 1024:
    y = torch.group_norm(x, groups, weight, bias, eps)
  else:
    each = annotate(List[Tensor], [])
    for i in range(torch.size(x, 0)):
      _a = torch.append(each, torch.group_norm(example(x, i), groups, weight, bias, eps))
    y = torch.cat(each, 0)
  return y

# whether a function of single values gives an example the same in any batch
def fills_vectors(x: Tensor) -> bool:
  return torch.numel(x) <= 32768 and torch.remainder(torch.numel(x), 32 * torch.size(x, 0)) == 0 and torch.size(x, 1) > 1

# in place
def silu_in(x: Tensor) -> Tensor:
  if is_one(x) or fills_vectors(x):
    _a = torch.silu_(x)
  else:
    for i in range(torch.size(x, 0)):
      _b = torch.silu_(example(x, i))
  return x

def norm_silu(x: Tensor, weight: Tensor, bias: Tensor, groups: int, eps: float) -> Tensor:
  return silu_in(group_norm(x, weight, bias, groups, eps))

def some_gelu(x: Tensor, kind: str) -> Tensor:
  if kind == "gelu":
    y = torch.gelu(x)
  elif kind == "gelu_tanh":
    y = torch.gelu(x, approximate="tanh")
  else:
    y = x * torch.sigmoid(x * 1.702)
  return y

def activated(x: Tensor, kind: str) -> Tensor:
  if is_one(x) or fills_vectors(x):
    y = some_gelu(x, kind)
  else:
    each = annotate(List[Tensor], [])
    for i in range(torch.size(x, 0)):
      _a = torch.append(each, some_gelu(example(x, i), kind))
    y = torch.cat(each, 0)
  return y

def layer_norm(x: Tensor, weight: Tensor, bias: Tensor, eps: float) -> Tensor:
  return torch.layer_norm(x, [torch.size(x, -1)], weight, bias, eps)

# A copy has the strides of its original, which maps of one position need: there the next layer could not tell their format otherwise.
def silu(x: Tensor) -> Tensor:
  return silu_in(torch.clone(x))

def gelu(x: Tensor) -> Tensor:
  return activated(x, "gelu")

def gelu_tanh(x: Tensor) -> Tensor:
  return activated(x, "gelu_tanh")

# x · sigmoid(1.702 x)
def quick_gelu(x: Tensor) -> Tensor:
  return activated(x, "quick_gelu")

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
  if is_one(q) or torch.remainder(torch.size(q, 1), 16) + torch.remainder(torch.size(k, 1), 16) == 0:
    y = attend_together(q, k, v, heads, causal)
  else:
    each = annotate(List[Tensor], [])
    for i in range(torch.size(q, 0)):
      _a = torch.append(each, attend_together(example(q, i), example(k, i), example(v, i), heads, causal))
    y = torch.cat(each, 0)
  return y

def attend_together(q: Tensor, k: Tensor, v: Tensor, heads: int, causal: bool) -> Tensor:
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
    _a = torch.append(both, k)
    _b = torch.append(both, v)
  return both

# w from index o: norm1 (2), attn1 q k v out (5), norm2 (2), attn2 (5), norm3 (2), ff.net.0.proj (2), ff.net.2 (2);
# kv from index p: key and value of the context
def transformer_block(x: Tensor, kv: List[Tensor], p: int, w: List[Tensor], o: int, heads: int, eps: float) -> Tensor:
  width = [torch.size(x, -1)]
  n = torch.layer_norm(x, width, w[o], w[o + 1], eps)
  y = attend(linear(n, w[o + 2], None), linear(n, w[o + 3], None), linear(n, w[o + 4], None), heads, False)
  h = torch.add_(linear(y, w[o + 5], w[o + 6]), x)
  n = torch.layer_norm(h, width, w[o + 7], w[o + 8], eps)
  y = attend(linear(n, w[o + 9], None), kv[p], kv[p + 1], heads, False)
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
  y = attend(linear(n, w[2], w[3]), linear(n, w[4], w[5]), linear(n, w[6], w[7]), heads, True)
  h = x + linear(y, w[8], w[9])
  n = linear(torch.layer_norm(h, width, w[10], w[11], eps), w[12], w[13])
  n = activated(n, activation)
  return h + linear(n, w[14], w[15])

# PyTorch's own convolution, which goes through the examples one by one; with a kernel of one position it is one matrix product of all
def convolve_apart(x: Tensor, weight: Tensor, bias: Tensor, stride: int, padding: int) -> Tensor:
  size = [torch.size(weight, 2), torch.size(weight, 3)]
  if is_one(x) or size[0] > 1 or torch.remainder(torch.size(x, 2) * torch.size(x, 3), 8) == 0:
    y = torch.thnn_conv2d(x, weight, size, bias, [stride, stride], [padding, padding])
  else:
    each = annotate(List[Tensor], [])
    for i in range(torch.size(x, 0)):
      _a = torch.append(each, torch.thnn_conv2d(example(x, i), weight, size, bias, [stride, stride], [padding, padding]))
    y = torch.cat(each, 0)
  return y

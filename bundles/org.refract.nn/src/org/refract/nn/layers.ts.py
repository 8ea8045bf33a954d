# Layers of networks. A composite function does exactly what its parts do one after the other, so that a network
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
      torch.append(each, torch.linear(example(x, i), weight, bias))
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
      torch.append(each, torch.group_norm(example(x, i), groups, weight, bias, eps))
    y = torch.cat(each, 0)
  return y

# whether a function of single values gives an example the same in any batch
def fills_vectors(x: Tensor) -> bool:
  return torch.numel(x) <= 32768 and torch.remainder(torch.numel(x), 32 * torch.size(x, 0)) == 0 and torch.size(x, 1) > 1

# in place
def silu_in(x: Tensor) -> Tensor:
  if is_one(x) or fills_vectors(x):
    torch.silu_(x)
  else:
    for i in range(torch.size(x, 0)):
      torch.silu_(example(x, i))
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
      torch.append(each, some_gelu(example(x, i), kind))
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

def map_to_sequence(x: Tensor) -> Tensor:
  b, c, h, w = torch.size(x)
  return torch.reshape(torch.permute(x, [0, 2, 3, 1]), [b, h * w, c])

def sequence_to_map(x: Tensor, like: Tensor) -> Tensor:
  b, c, h, w = torch.size(like)
  return torch.permute(torch.reshape(x, [b, h, w, c]), [0, 3, 1, 2])

# x in the element type of another tensor
def like(x: Tensor, other: Tensor) -> Tensor:
  return x.to(other.dtype)

def flat(x: Tensor) -> Tensor:
  return torch.flatten(x)

def embedding(ids: Tensor, weight: Tensor) -> Tensor:
  return torch.embedding(weight, ids)

# 0, 1, ... for each position of ids
def positions(ids: Tensor) -> Tensor:
  return torch.unsqueeze(torch.arange(torch.size(ids, 1), device=ids.device), 0)

# PyTorch's own convolution, which goes through the examples one by one; with a kernel of one position it is one matrix product of all
def convolve_apart(x: Tensor, weight: Tensor, bias: Tensor, stride: int, padding: int) -> Tensor:
  size = [torch.size(weight, 2), torch.size(weight, 3)]
  if is_one(x) or size[0] > 1 or torch.remainder(torch.size(x, 2) * torch.size(x, 3), 8) == 0:
    y = torch.thnn_conv2d(x, weight, size, bias, [stride, stride], [padding, padding])
  else:
    each = annotate(List[Tensor], [])
    for i in range(torch.size(x, 0)):
      torch.append(each, torch.thnn_conv2d(example(x, i), weight, size, bias, [stride, stride], [padding, padding]))
    y = torch.cat(each, 0)
  return y

# w · x / √(mean(x²) + eps), computed in float32; of each head by itself where x is wider than the weight
def rms_norm(x: Tensor, weight: Tensor, eps: float, one_plus: bool) -> Tensor:
  h = torch.reshape(x, [torch.size(x, 0), -1, torch.size(weight, 0)]).float()
  h = h * torch.rsqrt(torch.mean(h * h, [-1], True) + eps)
  if one_plus:
    y = (h * (weight.float() + 1.)).to(x.dtype)
  else:
    y = h.to(x.dtype) * weight
  return torch.reshape(y, torch.size(x))

def times(a: Tensor, b: Tensor) -> Tensor:
  return a * b

def scaled_by(x: Tensor, by: float) -> Tensor:
  return x * by

# A small classifier of pictures. Shapes: x (samples, channels, height, width); z (samples, classes).

# relu of a 3 by 3 convolution, the largest of each 2 by 2 field. w (out, channels, 3, 3); b (out)
def convolve(x: Tensor, w: Tensor, b: Tensor) -> Tensor:
  return torch.max_pool2d(torch.relu(torch.conv2d(x, w, b, [1, 1], [1, 1])), [2, 2], [2, 2])

# w (classes, numbers); b (classes)
def linear(x: Tensor, w: Tensor, b: Tensor) -> Tensor:
  return torch.addmm(b, torch.flatten(x, 1), torch.t(w))

# -mean_b log softmax(z)_target
def cross_entropy(z: Tensor, target: Tensor) -> Tensor:
  chosen = torch.gather(torch.log_softmax(z, 1), 1, torch.unsqueeze(target, 1))
  return torch.neg(mean_all(chosen)).view([1])

def rows(x: Tensor, places: Tensor) -> Tensor:
  return torch.index_select(x, 0, places)

def most_likely(z: Tensor) -> Tensor:
  return torch.argmax(z, 1)

# Autoencoders that keep a fixed number of latents. Shapes: x (samples, d); target (samples, e), x but for transcoders; W_enc (d, n);
# W_dec (n, e); b_enc (n); b_dec (e); W_skip (e, d); z (samples, n).
#   pre = (x - b_dec) W_enc + b_enc, by the decoder rows' norms, or the sum of those of their points' parts, if rescaled;  z = the selected of pre, relu;  xhat = z W_dec + b_dec, + x W_skip^T with a skip connection
#   L = sum_g weight_g mean_b sum_d (xhat_g - target)^2 + auxiliary,  xhat_g = the reconstruction by the first width_g latents;
# of `lengths`, mean_b mean_p ‖xhat^p - target^p‖ over the points that lie one after another; by rule 4 the share of the target's variance that is not explained, instead of a mean over the samples

# selection: 0 the k largest of each row, 1 the k largest in magnitude of each row, 2 the largest of each of k groups, 3 the k largest of all
def select(pre: Tensor, selection: int, k: int) -> Tensor:
  if selection == 1:
    _a, indices = torch.topk(torch.abs(pre), k, 1, True, False)
    return torch.scatter(torch.zeros_like(pre), 1, indices, torch.gather(pre, 1, indices))
  positive = torch.relu(pre)
  if selection == 0:
    values, indices = torch.topk(positive, k, 1, True, False)
    return torch.scatter(torch.zeros_like(pre), 1, indices, values)
  if selection == 2:
    grouped = positive.view([pre.size(0), k, -1])
    values, indices = torch.max(grouped, 2, True)
    return torch.scatter(torch.zeros_like(grouped), 2, indices, values).view([pre.size(0), -1])
  flat = positive.view([-1])
  values, indices = torch.topk(flat, k, 0, True, False)
  return torch.scatter(torch.zeros_like(flat), 0, indices, values).view([pre.size(0), -1])

def variance(x: Tensor) -> Tensor:
  return torch.sum(torch.pow(x - torch.mean(x, [0], True), 2))

# The dead latents that would be most active reconstruct the residual. rule 1 (SAELens): dead are those inactive for more than `tokens`
# samples before this step, with b_dec, weighted by their number over d/2. rule 2 (dictionary_learning): those inactive for `tokens` samples
# with this step, after relu, without b_dec, over the residual's variance. rule 4 (sparsify): as 1, but after relu, through which only W_dec and
# b_dec learn, and over the target's variance.
def auxiliary(x: Tensor, xhat: Tensor, pre: Tensor, z: Tensor, W_dec: Tensor, b_dec: Tensor, norms: Tensor, rescale: bool, rule: int, most: int, since: Tensor, tokens: int) -> Tensor:
  zero = torch.zeros([], dtype=x.dtype, device=x.device)
  if rule == 0:
    return zero
  if rule == 1 or rule == 4:
    dead = torch.gt(since, tokens)
  else:
    dead = torch.ge(torch.masked_fill(since + x.size(0), torch.any(torch.ne(z, 0), 0), 0), tokens)
  number = int(torch.sum(dead))
  if number == 0:
    return zero
  source = pre
  if rule != 1:
    source = torch.relu(pre)
  values, indices = torch.topk(torch.masked_fill(source, torch.logical_not(dead), -3e+38), min(most, number), 1, True, False)
  a = torch.scatter(torch.zeros_like(source), 1, indices, values)
  if rescale:
    a = torch.div(a, norms)
  residual = torch.detach(x - xhat)
  if rule == 4:
    error = torch.addmm(b_dec, a.detach(), W_dec) - residual
    return torch.div(torch.sum(torch.pow(error, 2)), variance(x)) * min(float(number) / float(most), 1.)
  if rule == 1:
    error = torch.addmm(b_dec, a, W_dec) - residual
    return torch.div(torch.sum(torch.pow(error, 2)), x.size(0)) * min(float(number) / float(most), 1.)
  spread = torch.sum(torch.pow(residual - torch.mean(residual, [0], True), 2))
  return torch.nan_to_num(torch.div(torch.sum(torch.pow(residual - torch.mm(a, W_dec), 2)), spread))

# given: W_enc, W_dec, b_enc, b_dec, and W_skip or nothing. Returns the gradients by them; (loss of each width, auxiliary) in float64; xhat; z.
def evaluate(x: Tensor, target: Tensor, given: List[Tensor], selection: int, k: int, widths: List[int], weights: List[float], points: int, lengths: bool, rescale: bool, centred: bool, rule: int, most: int, aux: float, since: Tensor, tokens: int) -> List[Tensor]:
  leaves = annotate(List[Tensor], [])
  for tensor in given:
    _g = torch.append(leaves, tensor.detach().requires_grad_(True))
  W_enc = leaves[0]
  W_dec = leaves[1]
  b_enc = leaves[2]
  b_dec = leaves[3]
  y = x
  if centred:
    y = x - b_dec
  pre = torch.addmm(b_enc, y, W_enc)
  norms = torch.sum(torch.norm(W_dec.view([W_dec.size(0), points, -1]), 2, [2]), [1])
  if rescale:
    pre = pre * norms
  z = select(pre, selection, k)
  units = z
  if rescale:
    units = torch.div(z, norms)
  xhat = torch.unsqueeze(b_dec, 0)
  if len(leaves) > 4:
    xhat = xhat + torch.mm(x, torch.t(leaves[4]))
  loss = torch.zeros([], dtype=x.dtype, device=x.device)
  terms = annotate(List[Tensor], [])
  over = torch.full([], x.size(0), dtype=x.dtype, device=x.device)
  if rule == 4:
    over = variance(target)
  start = 0
  i = 0
  while i < len(widths):
    count = widths[i] - start
    xhat = xhat + torch.mm(torch.narrow(units, 1, start, count), torch.narrow(W_dec, 0, start, count))
    term = torch.div(torch.sum(torch.pow(xhat - target, 2)), over) * weights[i]
    if lengths:
      term = torch.mean(torch.norm((target - xhat).view([x.size(0), points, -1]), 2, [2]))
    loss = loss + term
    _a = torch.append(terms, term.detach())
    start = widths[i]
    i = i + 1
  revival = auxiliary(target, xhat, pre, z, W_dec, b_dec, norms, rescale, rule, most, since, tokens) * aux
  _b = torch.append(terms, revival.detach())
  gradients = torch.autograd.grad([loss + revival], leaves)
  result = annotate(List[Tensor], [])
  for gradient in gradients:
    _c = torch.append(result, torch._unwrap_optional(gradient))
  _d = torch.append(result, torch.stack(terms).to(torch.float64))
  _e = torch.append(result, xhat.detach())
  _f = torch.append(result, z.detach())
  return result

# The smallest activation of the batch, or the mean of the rows' smallest, moves the threshold; a negative threshold is set to it. In place.
def follow(threshold: Tensor, z: Tensor, by_row: bool, beta: float) -> Tensor:
  positive = torch.masked_fill(z, torch.le(z, 0), 3e+38)
  if by_row:
    least = torch.mean(torch.amin(positive, [1]))
  else:
    least = torch.amin(positive)
  now = least.to(threshold.dtype)
  moved = torch.where(torch.lt(threshold, 0), now, threshold * beta + now * (1. - beta))
  return torch.copy_(threshold, torch.where(torch.lt(now, 1e+37), moved, threshold))

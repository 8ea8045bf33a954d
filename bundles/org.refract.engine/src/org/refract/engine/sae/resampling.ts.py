# Dead latents take the directions of badly reconstructed samples. uniform (samples) in [0, 1): the samples with the largest
# log(uniform) / ‖error‖² are a draw without replacement with probability ∝ ‖error‖² (Efraimidis and Spirakis 2006).
# encoder, decoder, biases: the weights first, then what is set to 0. In place; returns how many.
def resample(x: Tensor, error: Tensor, target: Tensor, uniform: Tensor, encoder: List[Tensor], decoder: List[Tensor], biases: List[Tensor], since: Tensor, dead: int, encoder_norm: float) -> Tensor:
  gone = torch.ge(since, dead)
  ids = torch.nonzero(gone).view([-1])
  number = min(ids.size(0), x.size(0))
  if number > 0:
    ids = ids.narrow(0, 0, number)
    weight = torch.sum(torch.pow(error, 2), [1])
    keys = torch.div(torch.log(torch.clamp_min(uniform, 1e-30)), torch.clamp_min(weight, 1e-30))
    _a, place = torch.topk(keys, number)
    living = torch.logical_not(gone).to(x.dtype)
    norms = torch.norm(encoder[0], 2, [1])
    mean = torch.div(sum_all(norms * living), torch.clamp_min(torch.sum(living), 1.))
    mean = torch.where(torch.gt(mean, 0.), mean, mean_all(norms))
    _b = torch.index_copy_(encoder[0], 0, ids, unit(torch.index_select(x, 0, place)) * (mean * encoder_norm))
    _c = torch.index_copy_(decoder[0], 0, ids, unit(torch.index_select(target, 0, place)))
    for moment in encoder[1:]:
      _d = torch.index_fill_(moment, 0, ids, 0.)
    for moment in decoder[1:]:
      _e = torch.index_fill_(moment, 0, ids, 0.)
    for bias in biases:
      _f = torch.index_fill_(bias, 0, ids, 0.)
    _g = torch.index_fill_(since, 0, ids, 0)
  return torch.full([1], number, dtype=torch.int64, device=since.device)

def unit(x: Tensor) -> Tensor:
  return torch.div(x, torch.clamp_min(torch.norm(x, 2, [1], True), 1e-30))

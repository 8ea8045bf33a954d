# matrices with the same rows, one beside another
def beside(parts: List[Tensor]) -> Tensor:
  return torch.cat(parts, 1)

def above(parts: List[Tensor]) -> Tensor:
  return torch.cat(parts)

# rows by number, in memory of their own
def chosen(x: Tensor, rows: Tensor) -> Tensor:
  return torch.index_select(x, 0, rows.to(x.device))

def slice(x: Tensor, start: int, count: int) -> Tensor:
  return torch.clone(torch.narrow(x, 0, start, count))

# (examples, steps, positions, width) as rows, in memory of their own
def rows(x: Tensor) -> Tensor:
  return torch.clone(x.reshape([-1, x.size(-1)]), memory_format=0)

# (samples, width) of codes (samples, features) of a dictionary (features, width), with noise (samples, width)
def mixed(codes: Tensor, dictionary: Tensor, noise: Tensor) -> Tensor:
  return torch.addmm(noise, codes, dictionary)

def unit_rows(x: Tensor) -> Tensor:
  return torch.div(x, torch.clamp_min(torch.norm(x, 2, [1], True), 1e-12))

# the mean over the rows of `truth` of the largest cosine with a row of `found`, of its size if signs do not count
def recovered(truth: Tensor, found: Tensor, signed: bool) -> Tensor:
  cosines = torch.mm(unit_rows(truth), torch.t(unit_rows(found)))
  if signed:
    cosines = torch.abs(cosines)
  return torch.mean(torch.amax(cosines, [1])).to(torch.float64)

# the share of rows of `found` for which another row points the other way, by more than a cosine
def antipodal(found: Tensor, least: float) -> Tensor:
  unit = unit_rows(found)
  return torch.mean(torch.lt(torch.amin(torch.mm(unit, torch.t(unit)), [1]), -least).to(torch.float64))

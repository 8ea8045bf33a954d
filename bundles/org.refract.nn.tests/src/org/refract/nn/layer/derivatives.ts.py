# Each function gives the derivative of a kernel's sum of squares along a direction by torch, and by a central difference.

def squares(y: Tensor) -> Tensor:
  return torch.sum(y * y)

def direction(x: Tensor) -> Tensor:
  return torch.cos(torch.reshape(torch.arange(torch.numel(x), dtype=torch.float64), torch.size(x)))

def norm_of(x: Tensor) -> Tensor:
  w = torch.cos(torch.arange(torch.size(x, -1), dtype=torch.float32)) + 2.
  return squares(rms_norm(x, w, 1e-5, True).to(torch.float64) + 0.1)

def rotated_of(x: Tensor) -> Tensor:
  angles = torch.reshape(torch.arange(torch.size(x, 1) * 3, dtype=torch.float64), [1, torch.size(x, 1), 3])
  turned = rotate(x, angles, 4, False) + rotate(x, angles, 4, True) * 0.5
  return squares(turned)

def attended_of(x: Tensor, k: Tensor, v: Tensor, cap: float) -> Tensor:
  place = torch.unsqueeze(torch.arange(torch.size(x, 1)), 0)
  mask = attention_mask(torch.cat([place, place], 0), torch.cat([place, place], 0), torch.ge(torch.cat([place, place], 0), 0), 3)
  return squares(attend(x, k, v, mask, 4, 2, False, 0.5, cap))

def both(y: Tensor, x: Tensor, more: Tensor, less: Tensor, step: float) -> Tensor:
  found = torch.grad([y], [x])[0]
  if found is not None:
    along = torch.sum(found.to(torch.float64) * direction(x))
  else:
    along = torch.zeros([], dtype=torch.float64)
  return torch.stack([torch.detach(along), torch.detach((more - less) / (2. * step))], 0)

def leaf_of(x: Tensor) -> Tensor:
  return torch.requires_grad_(torch.detach(x.to(torch.float64)), True)

def rms_norm_both(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
  x = torch.requires_grad_(torch.detach(q), True)
  d = direction(x).to(torch.float32) * 0.01
  return both(norm_of(x), x, norm_of(x + d), norm_of(x - d), 0.01)

def rotate_both(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
  x = leaf_of(q)
  d = direction(x) * 1e-5
  return both(rotated_of(x), x, rotated_of(x + d), rotated_of(x - d), 1e-5)

def attend_both(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
  x = leaf_of(q)
  d = direction(x) * 1e-5
  kd = k.to(torch.float64)
  vd = v.to(torch.float64)
  return both(attended_of(x, kd, vd, 0.), x, attended_of(x + d, kd, vd, 0.), attended_of(x - d, kd, vd, 0.), 1e-5)

def capped_attend_both(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
  x = leaf_of(q)
  d = direction(x) * 1e-2
  kd = k.to(torch.float64)
  vd = v.to(torch.float64)
  return both(attended_of(x, kd, vd, 2.), x, attended_of(x + d, kd, vd, 2.), attended_of(x - d, kd, vd, 2.), 1e-2)

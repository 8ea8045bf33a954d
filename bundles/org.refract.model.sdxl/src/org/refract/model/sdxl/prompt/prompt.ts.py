# Embeddings of windows of text: z is (windows, tokens, width), w (windows, tokens) the emphasis of each token.

# as the web UI: scaled, then each window brought back to the mean that it had
def emphasised_by_scale(z: Tensor, w: Tensor) -> Tensor:
  y = z * torch.unsqueeze(w, -1).to(z.dtype)
  factor = torch.div(torch.mean(z, [1, 2], True), torch.mean(y, [1, 2], True))
  untouched = torch.all(torch.eq(w, 1.).to(3), 1, True)
  return torch.where(torch.unsqueeze(torch.ne(untouched, 0), -1), z, y * factor)

# as compel: away from what the window without words says
def emphasised_from_empty(z: Tensor, w: Tensor, empty: int) -> Tensor:
  e = torch.slice(z, 0, empty, empty + 1)
  by = torch.unsqueeze(w, -1).to(z.dtype)
  return torch.where(torch.eq(by, 1.), z, e + (z - e) * by)

# rows of m are the shares of the windows
def mixed(z: Tensor, m: Tensor) -> Tensor:
  shape = torch.size(z)
  shape[0] = torch.size(m, 0)
  return torch.reshape(torch.mm(m.to(z.dtype), torch.flatten(z, 1)), shape)

# the windows of a prompt one behind another
def in_a_row(z: Tensor, prompts: int) -> Tensor:
  return torch.reshape(z, [prompts, -1, torch.size(z, -1)])

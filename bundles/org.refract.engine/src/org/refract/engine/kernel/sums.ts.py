# Sums of all numbers that are the same, to the bit, with any number of threads. torch.sum to one number gives each thread a share of
# them, from 32768 on; of rows it gives each thread whole rows.
def sum_all(x: Tensor) -> Tensor:
  y = x.reshape([-1])
  while y.size(0) > 16384:
    most = y.size(0) // 1024 * 1024
    y = torch.cat([torch.sum(y.narrow(0, 0, most).view([-1, 1024]), [1]), y.narrow(0, most, y.size(0) - most)])
  return torch.sum(y)

# the same in float64
def sum_all_wide(x: Tensor) -> Tensor:
  y = x.reshape([-1])
  if y.size(0) > 16384:
    most = y.size(0) // 1024 * 1024
    rows = torch.sum(y.narrow(0, 0, most).view([-1, 1024]), [1], dtype=torch.float64)
    y = torch.cat([rows, y.narrow(0, most, y.size(0) - most).to(torch.float64)])
  return sum_all(y.to(torch.float64))

def mean_all(x: Tensor) -> Tensor:
  return torch.div(sum_all(x), torch.numel(x))

# Σ_i weights_i rows_i of rows (n, d), the same with any number of threads: of a product of a matrix and a vector torch gives each thread a
# share of a sum as well; of many small ones it gives each thread whole ones
def sum_weighted(rows: Tensor, weights: Tensor) -> Tensor:
  d = rows.size(1)
  most = rows.size(0) // 64 * 64
  parts = torch.bmm(weights.narrow(0, 0, most).reshape([-1, 1, 64]), rows.narrow(0, 0, most).reshape([-1, 64, d]))
  left = rows.size(0) - most
  return torch.sum(parts.view([-1, d]), [0]) + torch.sum(torch.unsqueeze(weights.narrow(0, most, left), 1) * rows.narrow(0, most, left), [0])

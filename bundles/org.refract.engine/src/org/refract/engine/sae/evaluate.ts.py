# What Loss.evaluate returns, of a variant's own `loss`.
def evaluate(x: Tensor, target: Tensor, given: List[Tensor], settings: List[float]) -> List[Tensor]:
  own = leaves(given)
  terms, xhat, z = loss(x, target, own, settings)
  return answer(terms, own, xhat, z)

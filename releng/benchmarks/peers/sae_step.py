"""One training step of a TopK SAE with AuxK, in PyTorch.

Prints one JSON object: median seconds of
  product  the bare encoder product x @ W^T, (batch, d) by (d, n): what no implementation can avoid
  sparse   the step with the decoder as a COO sparse product under autograd; how sdxl-unbox trains
Every step is a whole one: forward, auxiliary loss, backward, decoder normalisation, gradient projection, Adam.
The arithmetic follows the published description of the step (TopK with AuxK, OpenAI 2024; sdxl-unbox's order).
"""
import argparse
import json
import statistics
import time

import torch


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--d", type=int, default=1280)
    parser.add_argument("--n", type=int, default=5120)
    parser.add_argument("--k", type=int, default=10)
    parser.add_argument("--auxk", type=int, default=256)
    parser.add_argument("--batch", type=int, default=4096)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--device", default="cpu")
    return parser.parse_args()


class Step:
    """Weights, optimiser and dead-latent counter of one way to train."""

    def __init__(self, a, decode):
        generator = torch.Generator().manual_seed(0)
        self.k, self.auxk, self.decode = a.k, a.auxk, decode
        self.encoder = torch.nn.Parameter((torch.rand(a.n, a.d, generator=generator) * 2 - 1).div(a.d**0.5).to(a.device))
        self.decoder = torch.nn.Parameter((self.encoder / self.encoder.norm(dim=1, keepdim=True)).detach().clone())
        self.pre_bias = torch.nn.Parameter(torch.zeros(a.d, device=a.device))
        self.latent_bias = torch.nn.Parameter(torch.zeros(a.n, device=a.device))
        self.last = torch.zeros(a.n, dtype=torch.long, device=a.device)
        self.dead_after = 10_000_000 // a.batch
        parameters = [self.encoder, self.decoder, self.pre_bias, self.latent_bias]
        self.optimiser = torch.optim.Adam(parameters, lr=1e-4, eps=6.25e-10, fused=True)

    def __call__(self, x):
        pre = torch.nn.functional.linear(x - self.pre_bias, self.encoder, self.latent_bias)
        values, indices = pre.topk(self.k, dim=-1)
        fired = torch.zeros_like(self.last).scatter_add_(0, indices.reshape(-1), (values > 1e-3).long().reshape(-1))
        self.last *= 1 - fired.clamp(max=1)
        self.last += 1
        aux_values, aux_indices = (pre * (self.last > self.dead_after)).topk(self.auxk, dim=-1)
        reconstruction = self.decode(self.decoder, indices, values.relu(), pre.shape) + self.pre_bias
        loss = (reconstruction - x).pow(2).mean()
        target = x - reconstruction.detach() + self.pre_bias.detach()
        auxiliary = self.decode(self.decoder, aux_indices, aux_values.relu(), pre.shape) + self.pre_bias
        normalised = (auxiliary - target).pow(2).mean() / (target.mean(dim=0) - target).pow(2).mean()
        (loss + normalised.nan_to_num() / 32).backward()
        with torch.no_grad():
            self.decoder /= self.decoder.norm(dim=1, keepdim=True)
            self.decoder.grad -= (self.decoder * self.decoder.grad).sum(dim=1, keepdim=True) * self.decoder
        self.optimiser.step()
        self.optimiser.zero_grad()


def sparse(decoder, indices, values, shape):
    rows = torch.arange(shape[0], device=values.device).unsqueeze(1).expand_as(indices)
    positions = torch.stack([rows.reshape(-1), indices.reshape(-1)])
    return torch.sparse.mm(torch.sparse_coo_tensor(positions, values.reshape(-1), shape), decoder)


def main():
    a = arguments()
    torch.set_num_threads(a.threads)
    x = torch.randn(a.batch, a.d, generator=torch.Generator().manual_seed(1)).to(a.device)
    weight = torch.randn(a.n, a.d, generator=torch.Generator().manual_seed(2)).to(a.device)
    ways = {"product": lambda x: x @ weight.T, "sparse": Step(a, sparse)}
    seconds = {name: [] for name in ways}
    for round_ in range(a.rounds + 1):
        for name, step in ways.items():
            start = time.perf_counter()
            step(x)
            if a.device != "cpu":
                torch.cuda.synchronize()
            if round_:
                seconds[name].append(time.perf_counter() - start)
    print(json.dumps({"torch": torch.__version__, **{name: statistics.median(s) for name, s in seconds.items()}}))


if __name__ == "__main__":
    main()

"""One training step of an SAE as dictionary_learning or SAELens does it, in PyTorch, beside the bare encoder product.

Prints one JSON object: median seconds of `product` (x @ W^T, (batch, d) by (d, n)) and `step`, and `peak_mib`.

The arithmetic is that of dictionary_learning 0.1.0 (trainers/top_k, batch_top_k, matryoshka_batch_top_k, standard, jumprelu, gdm) and of
SAELens 6.18.0 (saes/*_sae.py with its trainer): latents as a dense (batch, n) matrix, dense decoder, gradients by autograd, clipping of all
gradients together, Adam as torch.optim gives it, and for dictionary_learning the projection and normalisation of the decoder.
"""
import argparse
import json
import resource
import statistics
import time

import torch
from torch import nn


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--library", choices=["dictionary_learning", "saelens"], required=True)
    parser.add_argument("--form", choices=["topk", "abstopk", "batchtopk", "matryoshka", "relu", "jumprelu", "gated"], default="topk")
    parser.add_argument("--d", type=int, default=1280)
    parser.add_argument("--n", type=int, default=5120)
    parser.add_argument("--k", type=int, default=10)
    parser.add_argument("--batch", type=int, default=4096)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--device", default="cpu")
    return parser.parse_args()


class Jump(torch.autograd.Function):
    """z where z > threshold; the threshold learns from a rectangle around it."""

    @staticmethod
    def forward(ctx, x, threshold, bandwidth):
        ctx.save_for_backward(x, threshold)
        ctx.bandwidth = bandwidth
        return x * (x > threshold)

    @staticmethod
    def backward(ctx, g):
        x, threshold = ctx.saved_tensors
        inside = ((x - threshold).abs() < ctx.bandwidth / 2).to(x)
        return (x > threshold) * g, (-(threshold / ctx.bandwidth) * inside * g).sum(0), None


class Step(torch.autograd.Function):
    """x > threshold, as a number."""

    @staticmethod
    def forward(ctx, x, threshold, bandwidth):
        ctx.save_for_backward(x, threshold)
        ctx.bandwidth = bandwidth
        return (x > threshold).to(x)

    @staticmethod
    def backward(ctx, g):
        x, threshold = ctx.saved_tensors
        inside = ((x - threshold).abs() < ctx.bandwidth / 2).to(x)
        return torch.zeros_like(x), (-(1.0 / ctx.bandwidth) * inside * g).sum(0), None


class Sae(nn.Module):
    def __init__(self, a):
        super().__init__()
        torch.manual_seed(0)
        self.a = a
        self.saelens = a.library == "saelens"
        decoder = torch.randn(a.n, a.d)
        decoder /= decoder.norm(dim=1, keepdim=True)
        self.W_dec = nn.Parameter(decoder)
        self.W_enc = nn.Parameter(decoder.T.contiguous().clone())
        self.b_dec = nn.Parameter(torch.zeros(a.d))
        self.b_enc = nn.Parameter(torch.zeros(a.n))
        if a.form == "jumprelu":
            self.log_threshold = nn.Parameter(torch.full((a.n,), 0.01).log())
        if a.form == "gated":
            self.r_mag = nn.Parameter(torch.zeros(a.n))
            self.b_gate = nn.Parameter(torch.zeros(a.n))

    def select(self, pre):
        """The latents that stay, as a dense matrix."""
        a = self.a
        if a.form == "abstopk":
            indices = pre.abs().topk(a.k, dim=-1, sorted=False).indices
            return torch.zeros_like(pre).scatter(-1, indices, pre.gather(-1, indices))
        positive = pre.relu()
        if a.form == "topk":
            values, indices = positive.topk(a.k, dim=-1, sorted=False)
            return torch.zeros_like(pre).scatter(-1, indices, values)
        flat = positive.flatten()
        values, indices = flat.topk(a.k * pre.shape[0], sorted=False)
        return torch.zeros_like(flat).scatter(-1, indices, values).reshape(pre.shape)

    def loss(self, x):
        a = self.a
        pre = (x - self.b_dec) @ self.W_enc + self.b_enc
        if a.form in ("topk", "abstopk", "batchtopk", "matryoshka"):
            norm = self.W_dec.norm(dim=-1) if self.saelens else None
            z = self.select(pre if norm is None else pre * norm)
            units = z if norm is None else z / norm
            if a.form != "matryoshka":
                return ((units @ self.W_dec + self.b_dec - x) ** 2).sum(-1).mean(), z
            total, reconstruction, start = 0, self.b_dec, 0
            for width in (a.n // 16, a.n // 8, a.n // 4, a.n // 2, a.n):
                reconstruction = reconstruction + units[:, start:width] @ self.W_dec[start:width]
                total, start = total + ((reconstruction - x) ** 2).sum(-1).mean(), width
            return total, z
        if a.form == "relu":
            z = pre.relu()
            weight = self.W_dec.norm(dim=-1) if self.saelens else 1
            return ((z @ self.W_dec + self.b_dec - x) ** 2).sum(-1).mean() + 0.1 * (z * weight).sum(-1).mean(), z
        if a.form == "jumprelu":
            threshold = self.log_threshold.exp()
            z = Jump.apply(pre, threshold, 0.05)
            return ((z @ self.W_dec + self.b_dec - x) ** 2).sum(-1).mean() + 0.01 * Step.apply(pre, threshold, 0.05).sum(-1).mean(), z
        hidden = (x - self.b_dec) @ self.W_enc
        gate = hidden + self.b_gate
        z = (hidden * self.r_mag.exp() + self.b_enc).relu() * (gate > 0)
        opened = gate.relu()
        loss = ((z @ self.W_dec + self.b_dec - x) ** 2).sum(-1).mean() + 0.1 * (opened * self.W_dec.norm(dim=-1)).sum(-1).mean()
        return loss + ((opened @ self.W_dec + self.b_dec - x) ** 2).sum(-1).mean(), z


    def let_active(self, x, k):
        """Biases, or thresholds, with which about k latents of a sample are active."""
        with torch.no_grad():
            edge = (x[:64] @ self.W_enc).flatten().sort().values[-(64 * k)].item()
            if self.a.form == "jumprelu":
                self.log_threshold.fill_(edge).log_()
            else:
                (self.b_gate if self.a.form == "gated" else self.b_enc).fill_(-edge)


class Trainer:
    def __init__(self, a, x):
        self.a = a
        self.sae = Sae(a).to(a.device)
        if a.form in ("relu", "jumprelu", "gated"):
            self.sae.let_active(x, a.k)
        self.optimiser = torch.optim.Adam(self.sae.parameters(), lr=3e-4)
        self.since = torch.zeros(a.n, dtype=torch.long, device=a.device)

    def __call__(self, x):
        loss, z = self.sae.loss(x)
        fired = (z != 0).any(0)
        self.since += x.shape[0]
        self.since[fired] = 0
        loss.backward()
        weight = self.sae.W_dec
        if not self.sae.saelens:
            with torch.no_grad():
                unit = weight / (weight.norm(dim=1, keepdim=True) + 1e-6)
                weight.grad -= (weight.grad * unit).sum(dim=1, keepdim=True) * unit
        torch.nn.utils.clip_grad_norm_(self.sae.parameters(), 1.0)
        self.optimiser.step()
        self.optimiser.zero_grad()
        if not self.sae.saelens:
            with torch.no_grad():
                weight /= weight.norm(dim=1, keepdim=True)


def main():
    a = arguments()
    torch.set_num_threads(a.threads)
    x = torch.randn(a.batch, a.d, generator=torch.Generator().manual_seed(1)).to(a.device)
    weight = torch.randn(a.n, a.d, generator=torch.Generator().manual_seed(2)).to(a.device)
    ways = {"product": lambda x: x @ weight.T, "step": Trainer(a, x)}
    seconds = {name: [] for name in ways}
    for round_ in range(a.rounds + 1):
        for name, way in ways.items():
            start = time.perf_counter()
            way(x)
            if a.device != "cpu":
                torch.cuda.synchronize()
            if round_:
                seconds[name].append(time.perf_counter() - start)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"torch": torch.__version__, "peak_mib": peak, **{name: statistics.median(s) for name, s in seconds.items()}}))


if __name__ == "__main__":
    main()

"""20 optimiser steps of public trainers of transcoders, crosscoders and p-annealed autoencoders, recorded as safetensors files.

Needs torch, safetensors, einops, natsort, transformers and the sources of four repositories:
  python make.py OUT --dictionary-learning DIR --crosscoders DIR --sparsify DIR --model-diff DIR
"""
import argparse
import dataclasses
import importlib.util
import pathlib
import sys
import types

import torch
from safetensors.torch import save_file

STEPS, BATCH, WIDTH, LATENTS = 20, 32, 16, 48


def package(name, folder):
    """An empty package of that name whose modules come from a folder, so that their own imports of each other work."""
    module = types.ModuleType(name)
    module.__path__ = [str(folder)]
    sys.modules[name] = module
    return module


def load(name, file):
    spec = importlib.util.spec_from_file_location(name, file)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def batches(seed, width=WIDTH):
    """Sums of a few of 24 fixed directions, with a mean and noise."""
    g = torch.Generator().manual_seed(seed)
    directions = torch.nn.functional.normalize(torch.randn(24, width, generator=g), dim=1)
    active = (torch.rand(STEPS, BATCH, 24, generator=g) < 0.15) * (0.5 + torch.rand(STEPS, BATCH, 24, generator=g))
    return (active @ directions + 0.3 * torch.randn(width, generator=g) + 0.05 * torch.randn(STEPS, BATCH, width, generator=g)).contiguous()


def record(out, name, data, weights, step, targets=None):
    """weights(): the tensors by Refract's names; step(i): one optimiser step, returns what is logged."""
    tensors = {"batches": data}
    if targets is not None:
        tensors["targets"] = targets
    tensors |= {"init." + k: v.detach().clone().contiguous() for k, v in weights().items() if k != "sparsity_coefficient"}
    logs = {}
    for i in range(STEPS):
        for term, value in step(i).items():
            logs.setdefault(term, []).append(float(value.detach() if isinstance(value, torch.Tensor) else value))
        if i == 0:
            tensors |= {"after_step1." + k: v.detach().clone().contiguous() for k, v in weights().items()}
    tensors |= {"final." + k: v.detach().clone().contiguous() for k, v in weights().items()}
    tensors |= {"loss." + k: torch.tensor(v) for k, v in logs.items()}
    file = out / (name + ".safetensors")
    save_file(tensors, str(file))
    file.chmod(0o644)
    print(name, {k: (round(v[0], 4), round(v[-1], 4)) for k, v in logs.items()})


def p_anneal(out, source, function):
    package("dictionary_learning", source / "dictionary_learning")
    package("dictionary_learning.trainers", source / "dictionary_learning" / "trainers")
    from dictionary_learning.trainers.p_anneal import PAnnealTrainer
    trainer = PAnnealTrainer(steps=STEPS, activation_dim=WIDTH, dict_size=LATENTS, layer=0, lm_name="none", lr=3e-3, warmup_steps=4,
                             sparsity_warmup_steps=6, sparsity_function=function, initial_sparsity_penalty=0.1, anneal_start=7, anneal_end=18,
                             p_start=1, p_end=0.2, n_sparsity_updates=5, sparsity_queue_length=3, device="cpu", seed=3)
    data = batches(1)

    def weights():
        ae = trainer.ae
        return {"W_enc": ae.encoder.weight.T, "b_enc": ae.encoder.bias, "W_dec": ae.decoder.weight.T, "b_dec": ae.bias,
                "sparsity_coefficient": torch.tensor([trainer.sparsity_coeff], dtype=torch.float64)}

    def step(i):
        x = data[i]
        with torch.no_grad():
            x_hat, _ = trainer.ae(x, output_features=True)
            mse = (x - x_hat).pow(2).sum(-1).mean()
        p = trainer.p
        trainer.update(i, x)
        return {"mse_loss": mse, "lp_loss": trainer.scaled_lp_loss, "total": mse + trainer.scaled_lp_loss.item(), "p": p,
                "sparsity_coefficient": trainer.sparsity_coeff}

    record(out, "dictlearn_p_anneal_" + {"Lp": "lp", "Lp^p": "lpp"}[function], data, weights, step)


def transcoder(out, source, skip, activation, width_out):
    """sparsify's SparseCoder with Trainer.fit's order of work, local loss, Adam, without autocast. Its classes know one width, so a wider
    output is given to it by replacing W_dec, b_dec and W_skip."""
    package("sparsify", source / "sparsify")
    from sparsify.config import SparseCoderConfig
    from sparsify.sparse_coder import SparseCoder
    k, alpha, threshold, lr, warmup = (3 if activation == "groupmax" else 6), 1 / 32, 64, 3e-3, 4
    torch.manual_seed(4)
    coder = SparseCoder(WIDTH, SparseCoderConfig(num_latents=LATENTS, k=k, activation=activation, skip_connection=skip, transcode=True))
    coder.W_dec = torch.nn.Parameter(torch.zeros(LATENTS, width_out))
    coder.b_dec = torch.nn.Parameter(torch.zeros(width_out))
    if skip:
        coder.W_skip = torch.nn.Parameter(torch.zeros(width_out, WIDTH))
    x_all = batches(2)
    g = torch.Generator().manual_seed(5)
    y_all = (torch.relu(x_all @ torch.randn(WIDTH, 32, generator=g) * 0.5) @ torch.randn(32, width_out, generator=g) * 0.3 + 0.2).contiguous()
    coder.encoder.bias.data = -x_all[0].mean(0) @ coder.encoder.weight.data.T
    coder.b_dec.data = y_all[0].mean(0)
    adam = torch.optim.Adam(coder.parameters(), lr=lr)
    schedule = torch.optim.lr_scheduler.LambdaLR(adam, lambda s: min(1.0, s / warmup))
    since = torch.zeros(LATENTS, dtype=torch.long)

    def weights():
        made = {"W_enc": coder.encoder.weight.T, "b_enc": coder.encoder.bias, "W_dec": coder.W_dec, "b_dec": coder.b_dec}
        return made | ({"W_skip": coder.W_skip} if skip else {})

    def step(i):
        dead = since > threshold
        out = coder(x_all[i], y_all[i], dead_mask=dead)
        (out.fvu + alpha * out.auxk_loss).backward()
        adam.step()
        adam.zero_grad()
        schedule.step()
        fired = torch.zeros(LATENTS, dtype=torch.bool)
        fired[out.latent_indices.flatten()] = True
        since.add_(BATCH)
        since[fired] = 0
        return {"fvu": out.fvu, "auxk_loss": alpha * out.auxk_loss, "total": out.fvu + alpha * out.auxk_loss, "n_dead": dead.sum(),
                "least_selected": out.latent_acts.min()}

    name = "sparsify_" + ("skip_" if skip else "") + "transcoder" + ("_groupmax" if activation == "groupmax" else "")
    record(out, name, x_all, weights, step, y_all)


def flat(crosscoder):
    """dictionary_learning's (points, width, latents) and (points, latents, width) as (points·width, latents) and (latents, points·width)."""
    e, d = crosscoder.encoder, crosscoder.decoder
    return {"W_enc": e.weight.reshape(-1, LATENTS), "b_enc": e.bias, "W_dec": d.weight.permute(1, 0, 2).reshape(LATENTS, -1),
            "b_dec": d.bias.reshape(-1)}


def crosscoder(out, source):
    """ckkissane/crosscoder-model-diff-replication: Trainer.step on its CrossCoder."""
    utils = types.ModuleType("utils")
    import einops
    utils.torch, utils.einops, utils.Path, utils.json = torch, einops, pathlib.Path, __import__("json")
    utils.__all__ = ["torch", "einops", "Path", "json"]
    sys.modules["utils"] = utils
    module = load("model_diff_crosscoder", source / "crosscoder.py")
    coder = module.CrossCoder(dict(dict_size=LATENTS, d_in=WIDTH, enc_dtype="fp32", seed=6, dec_init_norm=0.08, device="cpu"))
    adam = torch.optim.Adam(coder.parameters(), lr=3e-3, betas=(0.9, 0.999))
    l1, warmup = 0.3, 6
    data = torch.cat([batches(7), 0.7 * batches(8)], -1)
    data[..., WIDTH:] += 0.5 * data[..., :WIDTH]

    def weights():
        return {"W_enc": coder.W_enc.reshape(-1, LATENTS), "b_enc": coder.b_enc, "W_dec": coder.W_dec.reshape(LATENTS, -1),
                "b_dec": coder.b_dec.reshape(-1)}

    def step(i):
        losses = coder.get_losses(data[i].view(BATCH, 2, WIDTH))
        coefficient = l1 * min(1, i / warmup)
        loss = losses.l2_loss + coefficient * losses.l1_loss
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(coder.parameters(), max_norm=1.0)
        adam.step()
        adam.zero_grad()
        return {"mse_loss": losses.l2_loss, "l1_loss": coefficient * losses.l1_loss, "total": loss, "grad_norm": norm, "l0": losses.l0_loss}

    record(out, "crosscoder", data, weights, step)


def l1_crosscoder(out, source):
    """science-of-finetuning/dictionary_learning: CrossCoderTrainer with its l2 loss, two points."""
    package("dictionary_learning_cc", source / "dictionary_learning")
    package("dictionary_learning_cc.trainers", source / "dictionary_learning" / "trainers")
    from dictionary_learning_cc.trainers.crosscoder import CrossCoderTrainer
    trainer = CrossCoderTrainer(num_layers=2, activation_dim=WIDTH, dict_size=LATENTS, lr=3e-3, l1_penalty=0.02, warmup_steps=4, layer=0, lm_name="none",
                                seed=13, device="cpu")
    data = torch.cat([batches(14), batches(15) - 0.5 * batches(14)], -1).contiguous()

    def step(i):
        x = data[i].view(BATCH, 2, WIDTH)
        with torch.no_grad():
            losses = trainer.loss(x, logging=True).losses
        trainer.update(i, x.clone())
        return {"l2_loss": losses["l2_loss"], "l1_loss": 0.02 * losses["sparsity_loss"], "total": losses["loss"]}

    record(out, "dictlearn_crosscoder", data, lambda: flat(trainer.ae), step)


def batch_topk_crosscoder(out, source):
    """science-of-finetuning/dictionary_learning: BatchTopKCrossCoderTrainer, three points."""
    from dictionary_learning_cc.trainers.crosscoder import BatchTopKCrossCoderTrainer
    trainer = BatchTopKCrossCoderTrainer(steps=1000, activation_dim=WIDTH, dict_size=LATENTS, k=5, layer=0, lm_name="none", num_layers=3, lr=3e-3,
                                         auxk_alpha=1 / 32, warmup_steps=4, threshold_beta=0.9, threshold_start_step=3, seed=9, device="cpu")
    trainer.dead_feature_threshold = 96
    parts = [batches(10), 0.7 * batches(11), 1.4 * batches(12)]
    data = torch.cat([parts[0], parts[1] + 0.5 * parts[0], parts[2] - 0.4 * parts[0]], -1).contiguous()
    trainer.ae.decoder.bias.data = trainer.geometric_median(data[0].view(BATCH, 3, WIDTH))

    def weights():
        return flat(trainer.ae) | {"threshold": trainer.ae.threshold.clone().float().reshape(())}

    def step(i):
        x = data[i].view(BATCH, 3, WIDTH).clone()
        seen = {}
        inner = trainer.get_auxiliary_loss
        trainer.get_auxiliary_loss = lambda *a: seen.setdefault("aux", inner(*a))
        loss = trainer.update(i, x)
        trainer.get_auxiliary_loss = inner
        auxiliary = trainer.auxk_alpha * float(seen["aux"].detach())
        return {"l2_loss": loss - auxiliary, "auxiliary_reconstruction_loss": auxiliary, "total": loss, "n_dead": trainer.running_deads}

    record(out, "dictlearn_batchtopk_crosscoder", data, weights, step)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("out", type=pathlib.Path)
    for option in ("dictionary-learning", "crosscoders", "sparsify", "model-diff"):
        parser.add_argument("--" + option, type=pathlib.Path, required=True)
    args = parser.parse_args()
    torch.set_num_threads(1)
    parsing = types.ModuleType("simple_parsing")
    parsing.Serializable, parsing.list_field = type("Serializable", (), {}), lambda *a: dataclasses.field(default_factory=lambda: list(a))
    sys.modules["simple_parsing"] = parsing
    sys.modules["datasets"] = types.ModuleType("datasets")
    sys.modules["datasets"].load_dataset = None
    sys.modules["zstandard"] = types.ModuleType("zstandard")
    p_anneal(args.out, args.dictionary_learning, "Lp^p")
    p_anneal(args.out, args.dictionary_learning, "Lp")
    transcoder(args.out, args.sparsify, False, "topk", WIDTH)
    transcoder(args.out, args.sparsify, True, "topk", 24)
    transcoder(args.out, args.sparsify, True, "groupmax", WIDTH)
    crosscoder(args.out, args.model_diff)
    l1_crosscoder(args.out, args.crosscoders)
    batch_topk_crosscoder(args.out, args.crosscoders)

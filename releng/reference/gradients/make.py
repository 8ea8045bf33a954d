#!/usr/bin/env python3
"""Gradients of whole runs of the tiny SDXL model, by PyTorch's autograd through diffusers' own pipeline.

usage: make.py   (needs torch, diffusers, transformers, safetensors; writes gradients.safetensors and gradients.json beside itself)

The objective of a tensor x of n values, in row-major order, is sum_i sin(0.37 i) x_i / n + mean(x^2).
"""
import json
import pathlib

import torch
from diffusers import (DDIMScheduler, DPMSolverMultistepScheduler, EulerDiscreteScheduler, StableDiffusionXLPipeline)
from diffusers.models.attention_processor import AttnProcessor
from safetensors.torch import save_file

HERE = pathlib.Path(__file__).resolve().parent
MODEL = HERE.parent / "sdxl" / "tiny-sdxl-base"
UNET = ["down_blocks.1.resnets.0", "down_blocks.2.attentions.1", "mid_block.attentions.0", "up_blocks.0.attentions.1",
        "mid_block.attentions.0.transformer_blocks.0.attn2.probs", "conv_in"]
TEXT = ["text_encoder.text_model.encoder.layers.0", "text_encoder_2.text_model.encoder.layers.1", "text_encoder_2.text_projection"]
VAE = ["vae.decoder.mid_block", "vae.decoder.mid_block.attentions.0", "vae.decoder.up_blocks.1"]
CASES = {
    "images_1": dict(steps=1, guidance=1.0, scheduler="scheduler", target="images", points=[f"unet.{p}" for p in UNET] + TEXT + VAE),
    "images_3": dict(steps=3, guidance=3.0, scheduler="scheduler", target="images", points=[f"unet.{p}" for p in UNET[2:3]] + TEXT[1:] + VAE[:1]),
    "latents_3": dict(steps=3, guidance=3.0, scheduler="scheduler", target="latents", points=[f"unet.{p}" for p in UNET] + TEXT),
    "prediction_1_of_3": dict(steps=3, guidance=3.0, scheduler="scheduler", target="unet", step=1, points=[f"unet.{p}" for p in UNET[1:4]] + TEXT[:1]),
    "ddim_latents_3": dict(steps=3, guidance=3.0, scheduler="scheduler_ddim", target="latents", points=["unet.mid_block.attentions.0"]),
    "dpmpp_2m_latents_4": dict(steps=4, guidance=3.0, scheduler="scheduler_dpmpp_2m_karras", target="latents", points=["unet.mid_block.attentions.0"]),
}
CLASSES = {"scheduler": EulerDiscreteScheduler, "scheduler_ddim": DDIMScheduler, "scheduler_dpmpp_2m_karras": DPMSolverMultistepScheduler}
PROMPT, NEGATIVE, SEED, SIZE = "a red cube", "blue", 7, 64


def objective(x):
    weights = torch.sin(0.37 * torch.arange(x.numel(), dtype=torch.float64)).to(x.dtype).reshape(x.shape)
    return (x * weights).mean() + (x * x).mean()


def first(out):
    return out[0] if isinstance(out, tuple) else out.last_hidden_state if hasattr(out, "last_hidden_state") else out


def run(case):
    pipe = StableDiffusionXLPipeline.from_pretrained(MODEL)
    pipe.scheduler = CLASSES[case["scheduler"]].from_pretrained(MODEL, subfolder=case["scheduler"])
    pipe.set_progress_bar_config(disable=True)
    seen, predictions = {}, []

    def keep(name, value):
        value.retain_grad()
        seen.setdefault(name, []).append(value)

    for point in case["points"]:
        part, path = point.split(".", 1)
        module = getattr(pipe, part)
        if path.endswith(".probs"):
            attention = module.get_submodule(path.removesuffix(".probs"))
            attention.set_processor(AttnProcessor())
            scores = attention.get_attention_scores

            def probs(query, key, mask=None, scores=scores, point=point, heads=attention.heads):
                p = scores(query, key, mask)
                keep(point, p)
                return p

            attention.get_attention_scores = probs
        else:
            if not hasattr(module, "text_model") and path.startswith("text_model."):
                path = path.removeprefix("text_model.")
            module.get_submodule(path).register_forward_hook(lambda m, i, o, point=point: keep(point, first(o)))
    pipe.unet.register_forward_hook(lambda m, i, o: predictions.append(first(o)))
    noise = torch.randn((1, 4, SIZE // 8, SIZE // 8), generator=torch.Generator().manual_seed(SEED))
    result = type(pipe).__call__.__wrapped__(pipe, prompt=PROMPT, negative_prompt=NEGATIVE, num_inference_steps=case["steps"],
                                             guidance_scale=case["guidance"], height=SIZE, width=SIZE, latents=noise,
                                             output_type="pt" if case["target"] == "images" else "latent").images
    value = objective(predictions[case["step"]] if case["target"] == "unet" else result)
    value.backward()
    tensors = {}
    for point, values in seen.items():
        if point.startswith("text_encoder"):  # diffusers encodes the prompt, then the negative one; Refract both at once, the negative one first
            grads = [torch.zeros_like(v) if v.grad is None else v.grad for v in values]
            values, grads = [torch.cat(values[::-1])], [torch.cat(grads[::-1])]
        else:
            grads = [torch.zeros_like(v) if v.grad is None else v.grad for v in values]
        for i, (v, g) in enumerate(zip(values, grads)):
            if point.endswith(".probs"):
                heads = v.shape[0] // (2 if case["guidance"] > 1 else 1)
                v, g = (t.reshape(-1, heads, *t.shape[1:]) for t in (v, g))
            call = case["steps"] - 1 if point.startswith("vae.") else i
            tensors[f"{point}@{call}.value"] = v.detach().contiguous().clone()
            tensors[f"{point}@{call}.gradient"] = g.contiguous().clone()
    return value.item(), tensors


def main():
    torch.set_num_threads(1)
    everything, cases = {}, {}
    for name, case in CASES.items():
        value, tensors = run(case)
        cases[name] = dict(case, objective=value, prompt=PROMPT, negative=NEGATIVE, seed=SEED, size=SIZE)
        everything |= {f"{name}/{key}": tensor for key, tensor in tensors.items()}
        print(name, value, len(tensors))
    save_file(everything, HERE / "gradients.safetensors")
    (HERE / "gradients.json").write_text(json.dumps(cases, indent=1) + "\n")


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Writes adapters that are no LoRA, GLoRA, (IA)^3, OFT and BOFT, and the weights that LyCORIS and PEFT themselves make of them.

usage: kinds.py TINY_SDXL_BASE   (needs torch, safetensors, LyCORIS and peft; of the model it reads the U-Net's weights alone)

kinds.safetensors holds LyCORIS' kinds; kinds_peft.safetensors (IA)^3 in PEFT's names. NAME.expected.safetensors holds the changed weights, by
part and path. GLoRA in its first form, whose factors stand the other way round, follows the formula of LyCORIS 1.8.
"""
import pathlib
import sys

import torch
from lycoris.modules.boft import ButterflyOFTModule
from lycoris.modules.diag_oft import DiagOFTModule
from lycoris.modules.glora import GLoRAModule
from lycoris.modules.ia3 import IA3Module
from peft import IA3Config
from peft.tuners.ia3 import layer as ia3
from safetensors.torch import load_file, save_file

HERE = pathlib.Path(__file__).resolve().parent
UNET = load_file(pathlib.Path(sys.argv[1]) / "unet" / "diffusion_pytorch_model.safetensors")
T = ".transformer_blocks.0."
STRENGTH = {"kinds": 0.6, "kinds_peft": 0.8}
generator = torch.Generator().manual_seed(11)


def normal(*sizes, by=0.2):
    return torch.randn(sizes, generator=generator) * by


def module(path):
    """A layer of the U-Net by itself."""
    weight, bias = UNET[path + ".weight"].float(), UNET.get(path + ".bias")
    if weight.dim() == 2:
        made = torch.nn.Linear(weight.shape[1], weight.shape[0], bias is not None)
    else:
        made = torch.nn.Conv2d(weight.shape[1], weight.shape[0], weight.shape[2:], padding=weight.shape[2] // 2, bias=bias is not None)
    made.weight.data.copy_(weight)
    if bias is not None:
        made.bias.data.copy_(bias)
    return made


def filled(adapter):
    for parameter in adapter.parameters():
        parameter.data.copy_(1 + normal(*parameter.shape) if parameter is getattr(adapter, "rescale", None) else normal(*parameter.shape))
    return adapter


def lycoris():
    file, expected = {}, {}
    layers = [
        (GLoRAModule, "down_blocks.1.attentions.0" + T + "attn1.to_q", dict(lora_dim=3, alpha=1.5)),
        (GLoRAModule, "down_blocks.1.attentions.1" + T + "ff.net.2", dict(lora_dim=2, alpha=2)),
        (GLoRAModule, "down_blocks.1.resnets.0.conv1", dict(lora_dim=3, alpha=1.5)),
        (IA3Module, "down_blocks.2.attentions.0" + T + "attn2.to_k", dict()),
        (IA3Module, "down_blocks.2.attentions.0" + T + "ff.net.2", dict(train_on_input=True)),
        (IA3Module, "mid_block.resnets.0.conv1", dict()),
        (IA3Module, "up_blocks.0.resnets.0.conv1", dict(train_on_input=True)),
        (DiagOFTModule, "mid_block.attentions.0" + T + "attn1.to_v", dict(lora_dim=4)),
        (DiagOFTModule, "mid_block.attentions.0" + T + "attn1.to_k", dict(lora_dim=4, constraint=0.01, rescaled=True)),
        (DiagOFTModule, "mid_block.resnets.1.conv2", dict(lora_dim=8, rescaled=True)),
        (ButterflyOFTModule, "up_blocks.0.attentions.0" + T + "attn1.to_v", dict(lora_dim=6)),
        (ButterflyOFTModule, "up_blocks.0.attentions.0" + T + "attn1.to_k", dict(lora_dim=6, constraint=0.01, rescaled=True)),
        (ButterflyOFTModule, "up_blocks.1.resnets.1.conv1", dict(lora_dim=8)),
    ]
    for kind, path, options in layers:
        name = "lycoris_" + path.replace(".", "_")
        adapter = filled(kind(name, module(path), **options))
        file |= {f"{name}.{k}": v.clone() for k, v in adapter.state_dict().items() if "org_" not in k}
        expected[f"unet.{path}.weight"] = adapter.get_merged_weight(STRENGTH["kinds"])[0]
    path = "up_blocks.1.resnets.0.time_emb_proj"
    weight, name, rank = UNET[path + ".weight"].float(), "lycoris_" + path.replace(".", "_"), 2
    out, into = weight.shape
    a1, a2, b1, b2 = normal(rank, into), normal(into, rank), normal(rank, into), normal(out, rank)
    file |= {name + ".a1.weight": a1, name + ".a2.weight": a2, name + ".b1.weight": b1, name + ".b2.weight": b2, name + ".alpha": torch.tensor(1.0)}
    expected[f"unet.{path}.weight"] = weight + STRENGTH["kinds"] / rank * (b2 @ b1 + weight @ a2 @ a1)
    write("kinds", file, expected)


def peft():
    """PEFT multiplies by l; at a strength s it is 1 + s (l - 1), as LyCORIS has it."""
    file, expected, s = {}, {}, STRENGTH["kinds_peft"]
    for path, feedforward in (("down_blocks.1.attentions.0" + T + "attn2.to_v", False), ("down_blocks.1.attentions.0" + T + "ff.net.2", True),
                              ("mid_block.attentions.0" + T + "attn1.to_out.0", False), ("up_blocks.0.resnets.0.conv1", False),
                              ("up_blocks.0.resnets.1.conv1", True)):
        layer = module(path)
        kind = ia3.Linear if isinstance(layer, torch.nn.Linear) else ia3.Conv2d
        adapter = kind(layer, "default", config=IA3Config(), is_feedforward=feedforward)
        vector = adapter.ia3_l["default"].data
        vector.add_(normal(*vector.shape))
        file[f"base_model.model.unet.{path}.ia3_l"] = vector.clone()
        vector.copy_(1 + s * (vector - 1))
        adapter.merge()
        expected[f"unet.{path}.weight"] = layer.weight
        if not feedforward and layer.bias is not None:
            expected[f"unet.{path}.bias"] = layer.bias
    write("kinds_peft", file, expected)


def write(name, file, expected):
    save_file({k: v.detach().contiguous() for k, v in file.items()}, HERE / f"{name}.safetensors")
    save_file({k: v.detach().contiguous() for k, v in expected.items()}, HERE / f"{name}.expected.safetensors")
    print(name, len(file), "tensors", len(expected), "weights")


lycoris()
peft()

#!/usr/bin/env python3
"""Writes base.json.gz and refiner.json.gz: where diffusers finds each weight of Stable Diffusion XL in a single file.

usage: make.py FOLDER_WITH_SDXL_FULL_KEYS   (needs torch, transformers and diffusers)

The names and shapes of the single files are built from the architecture of Stability's generative-models (sd_xl_base.yaml,
sd_xl_refiner.yaml), tensors without memory; diffusers' own functions of from_single_file rename them; the result must be every name
and shape of sdxl-full-*-keys.json.
"""
import gzip
import json
import pathlib
import sys
import types

import torch
from diffusers.loaders import single_file_utils as single

HERE = pathlib.Path(__file__).resolve().parent
OPEN_CLIP = {"self_attn.q_proj": 0, "self_attn.k_proj": 1, "self_attn.v_proj": 2}


class Names(dict):
    """Tensors without memory by name."""

    def add(self, name, *shape):
        self[name] = torch.empty(shape, device="meta")

    def linear(self, name, into, out, bias=True):
        self.add(name + ".weight", out, into)
        if bias:
            self.add(name + ".bias", out)

    def conv(self, name, into, out, size):
        self.add(name + ".weight", out, into, size, size)
        self.add(name + ".bias", out)

    def norm(self, name, width):
        self.add(name + ".weight", width)
        self.add(name + ".bias", width)


def unet(n, channels, mults, depths, context, vector):
    p, emb, attention, res = "model.diffusion_model.", channels * 4, (4, 2), 2
    n.linear(p + "time_embed.0", channels, emb)
    n.linear(p + "time_embed.2", emb, emb)
    n.linear(p + "label_emb.0.0", vector, emb)
    n.linear(p + "label_emb.0.2", emb, emb)
    n.conv(p + "input_blocks.0.0", 4, channels, 3)

    def block(name, into, out):
        n.norm(name + ".in_layers.0", into)
        n.conv(name + ".in_layers.2", into, out, 3)
        n.linear(name + ".emb_layers.1", emb, out)
        n.norm(name + ".out_layers.0", out)
        n.conv(name + ".out_layers.3", out, out, 3)
        if into != out:
            n.conv(name + ".skip_connection", into, out, 1)

    def transformer(name, width, depth):
        n.norm(name + ".norm", width)
        n.linear(name + ".proj_in", width, width)
        n.linear(name + ".proj_out", width, width)
        for d in range(depth):
            b = f"{name}.transformer_blocks.{d}"
            for attn, keys in (("attn1", width), ("attn2", context)):
                n.linear(f"{b}.{attn}.to_q", width, width, False)
                n.linear(f"{b}.{attn}.to_k", keys, width, False)
                n.linear(f"{b}.{attn}.to_v", keys, width, False)
                n.linear(f"{b}.{attn}.to_out.0", width, width)
            n.linear(b + ".ff.net.0.proj", width, width * 8)
            n.linear(b + ".ff.net.2", width * 4, width)
            for i in (1, 2, 3):
                n.norm(f"{b}.norm{i}", width)

    ch, ds, skips, at = channels, 1, [channels], 1
    for level, mult in enumerate(mults):
        for _ in range(res):
            block(f"{p}input_blocks.{at}.0", ch, mult * channels)
            ch = mult * channels
            if ds in attention:
                transformer(f"{p}input_blocks.{at}.1", ch, depths[level])
            skips.append(ch)
            at += 1
        if level + 1 < len(mults):
            n.conv(f"{p}input_blocks.{at}.0.op", ch, ch, 3)
            skips.append(ch)
            at += 1
            ds *= 2
    block(p + "middle_block.0", ch, ch)
    transformer(p + "middle_block.1", ch, depths[-1])
    block(p + "middle_block.2", ch, ch)
    at = 0
    for level, mult in reversed(list(enumerate(mults))):
        for i in range(res + 1):
            block(f"{p}output_blocks.{at}.0", ch + skips.pop(), mult * channels)
            ch, place = mult * channels, 1
            if ds in attention:
                transformer(f"{p}output_blocks.{at}.1", ch, depths[level])
                place = 2
            if level and i == res:
                n.conv(f"{p}output_blocks.{at}.{place}.conv", ch, ch, 3)
                ds //= 2
            at += 1
    n.norm(p + "out.0", ch)
    n.conv(p + "out.2", ch, 4, 3)


def vae(n):
    p, widths = "first_stage_model.", (128, 256, 512, 512)

    def block(name, into, out):
        n.norm(name + ".norm1", into)
        n.conv(name + ".conv1", into, out, 3)
        n.norm(name + ".norm2", out)
        n.conv(name + ".conv2", out, out, 3)
        if into != out:
            n.conv(name + ".nin_shortcut", into, out, 1)

    def middle(name, width):
        block(name + ".block_1", width, width)
        n.norm(name + ".attn_1.norm", width)
        for x in ("q", "k", "v", "proj_out"):
            n.conv(f"{name}.attn_1.{x}", width, width, 1)
        block(name + ".block_2", width, width)

    n.conv(p + "encoder.conv_in", 3, widths[0], 3)
    ch = widths[0]
    for i, width in enumerate(widths):
        for j in range(2):
            block(f"{p}encoder.down.{i}.block.{j}", ch, width)
            ch = width
        if i < 3:
            n.conv(f"{p}encoder.down.{i}.downsample.conv", ch, ch, 3)
    middle(p + "encoder.mid", ch)
    n.norm(p + "encoder.norm_out", ch)
    n.conv(p + "encoder.conv_out", ch, 8, 3)
    n.conv(p + "quant_conv", 8, 8, 1)
    n.conv(p + "post_quant_conv", 4, 4, 1)
    n.conv(p + "decoder.conv_in", 4, ch, 3)
    middle(p + "decoder.mid", ch)
    for i, width in reversed(list(enumerate(widths))):
        for j in range(3):
            block(f"{p}decoder.up.{i}.block.{j}", ch, width)
            ch = width
        if i > 0:
            n.conv(f"{p}decoder.up.{i}.upsample.conv", ch, ch, 3)
    n.norm(p + "decoder.norm_out", ch)
    n.conv(p + "decoder.conv_out", ch, 3, 3)


def clip(n):
    p = "conditioner.embedders.0.transformer.text_model."
    n.add(p + "embeddings.position_ids", 1, 77)
    n.add(p + "embeddings.token_embedding.weight", 49408, 768)
    n.add(p + "embeddings.position_embedding.weight", 77, 768)
    for i in range(12):
        b = f"{p}encoder.layers.{i}."
        for x in ("q", "k", "v", "out"):
            n.linear(f"{b}self_attn.{x}_proj", 768, 768)
        n.linear(b + "mlp.fc1", 768, 3072)
        n.linear(b + "mlp.fc2", 3072, 768)
        n.norm(b + "layer_norm1", 768)
        n.norm(b + "layer_norm2", 768)
    n.norm(p + "final_layer_norm", 768)


def open_clip(n, p):
    n.add(p + "positional_embedding", 77, 1280)
    n.add(p + "text_projection", 1280, 1280)
    n.add(p + "logit_scale")
    n.add(p + "token_embedding.weight", 49408, 1280)
    n.norm(p + "ln_final", 1280)
    for i in range(32):
        b = f"{p}transformer.resblocks.{i}."
        n.add(b + "attn.in_proj_weight", 3840, 1280)
        n.add(b + "attn.in_proj_bias", 3840)
        n.linear(b + "attn.out_proj", 1280, 1280)
        n.linear(b + "mlp.c_fc", 1280, 5120)
        n.linear(b + "mlp.c_proj", 5120, 1280)
        n.norm(b + "ln_1", 1280)
        n.norm(b + "ln_2", 1280)


def origins(part, converted, names):
    """[weight, name in the single file, which of its thirds or -1, whether it is turned] of each weight of a part."""
    by_tensor = {id(t): name for name, t in names.items()}
    rows = []
    for weight, tensor in sorted(converted.items()):
        name, third, turned = by_tensor.get(id(tensor)), -1, False
        if name is None:
            layer = next((l for l in OPEN_CLIP if l in weight), None)
            if layer:
                third = OPEN_CLIP[layer]
                stem = weight.replace("text_model.encoder.layers", "transformer.resblocks").replace(layer + ".", "attn.in_proj_")
            else:
                stem, turned = weight.replace("text_projection.weight", "text_projection"), "text_projection" in weight
            name = next((n for n in names if n.endswith("model." + stem)), None)
        if name is None:  # the attention of the VAE: convolutions of size 1 become matrices
            name = next(n for n in names if n.startswith("first_stage_model.") and single_name(n) == weight)
        rows.append([part + "." + weight, name, third, turned])
    return rows


def single_name(name):
    for old, new in (("first_stage_model.", ""), ("mid.attn_1", "mid_block.attentions.0"), (".q.", ".to_q."), (".k.", ".to_k."), (".v.", ".to_v."),
                     (".proj_out.", ".to_out.0.")):
        name = name.replace(old, new)
    return name


def check(keys, converted):
    expected = {name: tuple(shape) for name, shape in json.loads(keys.read_text())["tensors"].items()}
    found = {name: tuple(t.shape) for name, t in converted.items() if not name.endswith("position_ids")}
    assert expected == found, (keys, set(expected) ^ set(found), [k for k in expected if expected[k] != found.get(k)][:5])


def write(name, names, keys, prefix, parts):
    config = {"layers_per_block": 2, "addition_embed_type": "text_time"}
    rows = []
    for part, convert, list_of_keys in (
            ("unet", lambda: single.convert_ldm_unet_checkpoint(names, config), f"sdxl-full-{'refiner-' if name == 'refiner' else ''}unet"),
            ("vae", lambda: single.convert_ldm_vae_checkpoint(names, {"down_block_types": [0] * 4, "up_block_types": [0] * 4}), "sdxl-full-vae"),
            ("text_encoder", lambda: single.convert_ldm_clip_checkpoint(names), "sdxl-full-text_encoder"),
            ("text_encoder_2", lambda: single.convert_open_clip_checkpoint(types.SimpleNamespace(), names, prefix), "sdxl-full-text_encoder_2")):
        if part in parts:
            converted = convert()
            check(keys / f"{list_of_keys}-keys.json", converted)
            rows += origins(part, {k: v for k, v in converted.items() if not k.endswith("position_ids")}, names)
    text = json.dumps({"tensors": {k: list(v.shape) for k, v in sorted(names.items())}, "origins": rows}, separators=(",", ":"))
    with open(HERE / f"{name}.json.gz", "wb") as file, gzip.GzipFile("", "wb", 9, file, 0) as packed:
        packed.write(text.encode())


def main():
    keys = pathlib.Path(sys.argv[1])
    base = Names()
    unet(base, 320, (1, 2, 4), (1, 2, 10), 2048, 2816)
    vae(base)
    clip(base)
    open_clip(base, "conditioner.embedders.1.model.")
    write("base", base, keys, "conditioner.embedders.1.model.", ("unet", "vae", "text_encoder", "text_encoder_2"))
    refiner = Names()
    unet(refiner, 384, (1, 2, 4, 4), (4, 4, 4, 4), 1280, 2560)
    vae(refiner)
    open_clip(refiner, "conditioner.embedders.0.model.")
    write("refiner", refiner, keys, "conditioner.embedders.0.model.", ("unet", "vae", "text_encoder_2"))


if __name__ == "__main__":
    main()

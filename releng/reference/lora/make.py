#!/usr/bin/env python3
"""Writes small LoRA files in the namings that are in use, and the weights that diffusers (with PEFT) makes of them.

usage: make.py TINY_SDXL_BASE   (needs torch, transformers, peft and diffusers)

Each NAME.safetensors is a LoRA; NAME.expected.safetensors holds the changed weights, by part and path. LoHa, LoKr, LoCon in Tucker form
and differences of full rank, which diffusers does not read, are computed by their formulas (LyCORIS, docs/Algo-Details.md).
"""
import json
import pathlib
import sys

import torch
from diffusers import StableDiffusionXLPipeline
from safetensors.torch import save_file

HERE = pathlib.Path(__file__).resolve().parent
FOLDER = pathlib.Path(sys.argv[1])
TE = "text_model.encoder.layers."
T = ".transformer_blocks.0."


def pipeline():
    return StableDiffusionXLPipeline.from_pretrained(FOLDER, torch_dtype=torch.float32)


def modules(pipe):
    """Layers by part and path in the names of files, where text encoders begin with text_model."""
    found = {}
    for part in ("unet", "text_encoder", "text_encoder_2"):
        for name, module in getattr(pipe, part).named_modules():
            if part != "unet" and name.startswith(("encoder.", "embeddings.", "final_layer_norm")):
                name = "text_model." + name
            found[f"{part}.{name}"] = module
    return found


def shape(module):
    return tuple(module.weight.shape)


generator = torch.Generator().manual_seed(7)


def normal(*sizes, by=0.1):
    return torch.randn(sizes, generator=generator) * by


def factors(module, rank):
    size = shape(module)
    if len(size) == 4:
        return normal(rank, *size[1:]), normal(size[0], rank, 1, 1)
    return normal(rank, size[1]), normal(size[0], rank)


def write(name, file, expected, metadata=None):
    save_file({k: v.contiguous() for k, v in file.items()}, HERE / f"{name}.safetensors", metadata)
    save_file({k: v.detach().contiguous() for k, v in expected.items()}, HERE / f"{name}.expected.safetensors")
    print(name, len(file), "tensors", len(expected), "weights")


def matches(layer, name):
    """Whether a file's name of the first text encoder means a layer."""
    return flat(layer.removeprefix("text_encoder.")) in flat(name.replace("to_q_lora", "q_proj"))


def scale_of(layer, metadata):
    told = json.loads((metadata or {}).get("lora_adapter_metadata", "{}"))
    return told["text_encoder.lora_alpha"] / told["text_encoder.r"] if told else 1.0


def by_diffusers(name, file, layers, strength, metadata=None):
    """What diffusers makes of the file; `layers` are those that must differ, and no other may.

    With transformers 5, diffusers does not find the layers of the first text encoder: those follow the formula.
    """
    first = {k: v for k, v in file.items() if k.startswith(("lora_te1_", "text_encoder."))}
    before = {n: m.weight.detach().clone() for n, m in modules(pipeline()).items() if getattr(m, "weight", None) is not None}
    pipe = pipeline()
    path = HERE / f"{name}.safetensors"
    save_file({k: v.contiguous() for k, v in file.items() if k not in first}, path, metadata)
    pipe.load_lora_weights(HERE, weight_name=path.name)
    pipe.fuse_lora(lora_scale=strength)
    pipe.unload_lora_weights()
    after = {n: m.weight.detach() for n, m in modules(pipe).items() if getattr(m, "weight", None) is not None}
    changed = {n + ".weight": after[n] for n in before if not torch.equal(before[n], after[n])}
    for down in (k for k in first if "down" in k or "lora_A" in k):
        layer = next(l for l in layers if l.startswith("text_encoder.") and matches(l, down))
        alpha = first.get(down.replace("lora_down.weight", "alpha")) if "lora_down" in down else None
        scale = scale_of(layer, metadata) if alpha is None else alpha.item() / first[down].shape[0]
        changed[layer + ".weight"] = before[layer] + scale * strength * (first[down.replace("down", "up").replace("lora_A", "lora_B")] @ first[down])
    assert set(changed) == {l + ".weight" for l in layers}, set(changed) ^ {l + ".weight" for l in layers}
    write(name, file, changed, metadata)


def flat(name):
    return name.replace(".", "_")


def sgm():
    """kohya's names on sgm's U-Net, with alphas: attention, feed-forward, convolutions, time and size embeddings, both text encoders.

    Where alphas differ, diffusers takes the commonest one for to_out.0, so that layer has it.
    """
    layers = {
        "unet.down_blocks.1.attentions.0" + T + "attn1.to_q": "lora_unet_input_blocks_4_1_transformer_blocks_0_attn1_to_q",
        "unet.down_blocks.2.attentions.1" + T + "attn2.to_out.0": "lora_unet_input_blocks_8_1_transformer_blocks_0_attn2_to_out_0",
        "unet.down_blocks.1.attentions.1.proj_in": "lora_unet_input_blocks_5_1_proj_in",
        "unet.mid_block.attentions.0" + T + "ff.net.0.proj": "lora_unet_middle_block_1_transformer_blocks_0_ff_net_0_proj",
        "unet.up_blocks.0.attentions.1" + T + "ff.net.2": "lora_unet_output_blocks_1_1_transformer_blocks_0_ff_net_2",
        "unet.down_blocks.0.resnets.1.conv1": "lora_unet_input_blocks_2_0_in_layers_2",
        "unet.down_blocks.1.resnets.0.conv_shortcut": "lora_unet_input_blocks_4_0_skip_connection",
        "unet.down_blocks.0.downsamplers.0.conv": "lora_unet_input_blocks_3_0_op",
        "unet.up_blocks.1.upsamplers.0.conv": "lora_unet_output_blocks_5_2_conv",
        "unet.mid_block.resnets.1.conv2": "lora_unet_middle_block_2_out_layers_3",
        "unet.up_blocks.2.resnets.1.time_emb_proj": "lora_unet_output_blocks_7_0_emb_layers_1",
        "unet.conv_in": "lora_unet_input_blocks_0_0",
        "unet.conv_out": "lora_unet_out_2",
        "unet.time_embedding.linear_1": "lora_unet_time_embed_0",
        "unet.add_embedding.linear_2": "lora_unet_label_emb_0_2",
        "text_encoder." + TE + "0.self_attn.q_proj": "lora_te1_text_model_encoder_layers_0_self_attn_q_proj",
        "text_encoder." + TE + "1.mlp.fc1": "lora_te1_text_model_encoder_layers_1_mlp_fc1",
        "text_encoder_2." + TE + "1.self_attn.out_proj": "lora_te2_text_model_encoder_layers_1_self_attn_out_proj",
    }
    file, all_modules = {}, modules(pipeline())
    for i, (layer, name) in enumerate(layers.items()):
        down, up = factors(all_modules[layer], 2 + i % 3)
        file |= {f"{name}.lora_down.weight": down, f"{name}.lora_up.weight": up, f"{name}.alpha": torch.tensor(1.0 if "to_out" in name else 1.0 + i % 2)}
    by_diffusers("kohya_sgm", file, layers, 0.7)


def kohya_diffusers():
    """kohya's names on diffusers' U-Net, float16, negative strength."""
    layers = ["unet.down_blocks.1.attentions.0" + T + "attn2.to_k", "unet.up_blocks.1.attentions.2" + T + "attn1.to_v",
              "unet.mid_block.attentions.0" + T + "attn1.to_out.0", "text_encoder." + TE + "1.self_attn.v_proj"]
    file, all_modules = {}, modules(pipeline())
    for layer in layers:
        part, path = layer.split(".", 1)
        name = {"unet": "lora_unet_", "text_encoder": "lora_te1_"}[part] + flat(path)
        down, up = factors(all_modules[layer], 4)
        file |= {f"{name}.lora_down.weight": down, f"{name}.lora_up.weight": up, f"{name}.alpha": torch.tensor(2.0)}
    by_diffusers("kohya_diffusers", file, layers, -1.3)


def peft():
    """PEFT's names, ranks of all sizes, alphas in the metadata."""
    layers = ["unet.down_blocks.1.attentions.0" + T + "attn1.to_k", "unet.down_blocks.1.attentions.0" + T + "ff.net.2",
              "unet.up_blocks.0.attentions.0.proj_out", "unet.down_blocks.0.resnets.0.conv2", "text_encoder." + TE + "0.self_attn.k_proj",
              "text_encoder_2." + TE + "0.mlp.fc2", "text_encoder_2." + TE + "0.self_attn.v_proj"]
    file, all_modules = {}, modules(pipeline())
    for layer in layers:
        down, up = factors(all_modules[layer], 3)
        file |= {f"{layer}.lora_A.weight": down, f"{layer}.lora_B.weight": up}
    by_diffusers("peft", file, layers, 1.0)
    config = {"lora_alpha": 6, "r": 3, "alpha_pattern": {}, "rank_pattern": {}, "use_dora": False, "bias": "none"}
    metadata = {}
    for part in ("unet", "text_encoder", "text_encoder_2"):
        targets = [l.split(".", 1)[1].replace("text_model.", "") for l in layers if l.startswith(part + ".")]
        for key, value in {**config, "target_modules": targets, "peft_type": "LORA"}.items():
            metadata[f"{part}.{key}"] = value
    metadata["unet.alpha_pattern"] = {"down_blocks.1.attentions.0" + T + "attn1.to_k": 12}
    by_diffusers("peft_metadata", file, layers, 0.5, {"format": "pt", "lora_adapter_metadata": json.dumps(metadata)})


def old_diffusers():
    """The names of diffusers' attention processors."""
    layers = {"unet.down_blocks.1.attentions.0" + T + "attn1.to_q": "unet.down_blocks.1.attentions.0" + T + "attn1.processor.to_q_lora",
              "unet.down_blocks.1.attentions.0" + T + "attn2.to_out.0": "unet.down_blocks.1.attentions.0" + T + "attn2.processor.to_out_lora",
              "text_encoder." + TE + "0.self_attn.q_proj": "text_encoder." + TE + "0.self_attn.to_q_lora",
              "text_encoder_2." + TE + "2.self_attn.out_proj": "text_encoder_2." + TE + "2.self_attn.to_out_lora"}
    file, all_modules = {}, modules(pipeline())
    for layer, name in layers.items():
        down, up = factors(all_modules[layer], 2)
        file |= {f"{name}.down.weight": down, f"{name}.up.weight": up}
    by_diffusers("old_diffusers", file, layers, 1.0)


def dora():
    """DoRA in PEFT's names."""
    layers = ["unet.down_blocks.1.attentions.0" + T + "attn1.to_q", "unet.mid_block.attentions.0" + T + "attn2.to_v"]
    file, all_modules = {}, modules(pipeline())
    for layer in layers:
        down, up = factors(all_modules[layer], 2)
        length = all_modules[layer].weight.detach().norm(dim=1) * (1 + normal(shape(all_modules[layer])[0]))
        file |= {f"{layer}.lora_A.weight": down, f"{layer}.lora_B.weight": up, f"{layer}.lora_magnitude_vector": length}
    by_diffusers("dora", file, layers, 0.8)


def formulas():
    """LoHa, LoKr, LoCon in Tucker form, DoRA on columns, differences of full rank, by their formulas; strength 0.6."""
    all_modules, file, expected, s = modules(pipeline()), {}, {}, 0.6
    weight = lambda layer: all_modules[layer].weight.detach()

    def change(layer, difference):
        expected[layer + ".weight"] = weight(layer) + s * difference.reshape(weight(layer).shape)

    layer, name = "unet.mid_block.attentions.0" + T + "attn1.to_q", "lora_unet_middle_block_1_transformer_blocks_0_attn1_to_q"
    out, into = shape(all_modules[layer])
    a1, b1, a2, b2 = normal(out, 3, by=0.4), normal(3, into, by=0.4), normal(out, 3, by=0.4), normal(3, into, by=0.4)
    file |= {name + ".hada_w1_a": a1, name + ".hada_w1_b": b1, name + ".hada_w2_a": a2, name + ".hada_w2_b": b2, name + ".alpha": torch.tensor(1.5)}
    change(layer, (a1 @ b1) * (a2 @ b2) * 0.5)

    layer, name = "unet.mid_block.resnets.0.conv1", "lora_unet_middle_block_0_in_layers_2"
    out, into, h, w = shape(all_modules[layer])
    t1, t2 = normal(2, 2, h, w, by=0.5), normal(2, 2, h, w, by=0.5)
    a1, b1, a2, b2 = normal(2, out, by=0.5), normal(2, into, by=0.5), normal(2, out, by=0.5), normal(2, into, by=0.5)
    file |= {name + ".hada_w1_a": a1, name + ".hada_w1_b": b1, name + ".hada_t1": t1, name + ".hada_w2_a": a2, name + ".hada_w2_b": b2,
             name + ".hada_t2": t2, name + ".alpha": torch.tensor(1.0)}
    core = lambda t, a, b: torch.einsum("ijkl,jr,ip->prkl", t, b, a)
    change(layer, core(t1, a1, b1) * core(t2, a2, b2) * 0.5)

    layer, name = "unet.down_blocks.2.attentions.0" + T + "attn1.to_v", "lora_unet_input_blocks_7_1_transformer_blocks_0_attn1_to_v"
    out, into = shape(all_modules[layer])
    w1, w2a, w2b = normal(4, 4, by=0.5), normal(out // 4, 2, by=0.5), normal(2, into // 4, by=0.5)
    file |= {name + ".lokr_w1": w1, name + ".lokr_w2_a": w2a, name + ".lokr_w2_b": w2b, name + ".alpha": torch.tensor(1.0)}
    change(layer, torch.kron(w1, w2a @ w2b) * 0.5)

    layer, name = "unet.down_blocks.1.resnets.1.conv1", "lora_unet_input_blocks_5_0_in_layers_2"
    out, into, h, w = shape(all_modules[layer])
    w1, w2 = normal(4, 4, by=0.5), normal(out // 4, into // 4, h, w, by=0.5)
    file |= {name + ".lokr_w1": w1, name + ".lokr_w2": w2, name + ".alpha": torch.tensor(1e10)}
    change(layer, torch.kron(w1[:, :, None, None], w2))

    layer, name = "unet.up_blocks.1.resnets.0.conv2", "lora_unet_output_blocks_3_0_out_layers_3"
    out, into, h, w = shape(all_modules[layer])
    up, mid, down = normal(out, 3, 1, 1, by=0.3), normal(3, 3, h, w, by=0.3), normal(3, into, 1, 1, by=0.3)
    file |= {name + ".lora_up.weight": up, name + ".lora_mid.weight": mid, name + ".lora_down.weight": down, name + ".alpha": torch.tensor(3.0)}
    change(layer, torch.einsum("oa,abkl,bi->oikl", up[:, :, 0, 0], mid, down[:, :, 0, 0]))

    layer, name = "unet.up_blocks.0.attentions.2" + T + "attn1.to_q", "lora_unet_output_blocks_2_1_transformer_blocks_0_attn1_to_q"
    down, up = factors(all_modules[layer], 2)
    length = weight(layer).norm(dim=0, keepdim=True) * (1 + normal(1, shape(all_modules[layer])[1]))
    file |= {name + ".lora_down.weight": down, name + ".lora_up.weight": up, name + ".dora_scale": length}
    changed = weight(layer) + s * (up @ down)
    expected[layer + ".weight"] = length * changed / changed.norm(dim=0, keepdim=True)

    layer, name = "unet.conv_norm_out", "lora_unet_out_0"
    difference, bias = normal(*shape(all_modules[layer])), normal(*shape(all_modules[layer]))
    file |= {name + ".w_norm": difference, name + ".b_norm": bias}
    change(layer, difference)
    expected[layer + ".bias"] = all_modules[layer].bias.detach() + s * bias

    layer, name = "unet.up_blocks.2.resnets.0.time_emb_proj", "lora_unet_output_blocks_6_0_emb_layers_1"
    difference, bias = normal(*shape(all_modules[layer])), normal(shape(all_modules[layer])[0])
    file |= {name + ".diff": difference, name + ".diff_b": bias}
    change(layer, difference)
    expected[layer + ".bias"] = all_modules[layer].bias.detach() + s * bias
    write("formulas", file, expected)


for make in (sgm, kohya_diffusers, peft, old_diffusers, dora, formulas):
    make()

"""Writes a diffusers folder with SDXL's full U-Net width and fewer layers, random weights: something to time.

usage: sdxl_model.py FOLDER [--like DIFFUSERS_FOLDER]
Tokenizers, text encoders and VAE are those of the folder given with --like, so that pipelines can open it; the U-Net
keeps SDXL's channels (320, 640, 1280), heads and 2 res blocks, with one transformer layer per attention block where
SDXL has 2 and 10, and takes its text width from that folder.
"""
import argparse
import json
import pathlib
import shutil

import torch
from diffusers import UNet2DConditionModel


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--like", type=pathlib.Path, required=True)
    a = parser.parse_args()
    if (a.folder / "model_index.json").exists():
        return
    shutil.copytree(a.like, a.folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("unet"))
    like = json.loads((a.like / "unet" / "config.json").read_text())
    pooled = like["projection_class_embeddings_input_dim"] - 6 * like["addition_time_embed_dim"]
    torch.manual_seed(0)
    unet = UNet2DConditionModel(
        sample_size=64, block_out_channels=(320, 640, 1280), layers_per_block=2,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"),
        transformer_layers_per_block=(1, 1, 1), attention_head_dim=(5, 10, 20), use_linear_projection=True,
        cross_attention_dim=like["cross_attention_dim"], addition_embed_type="text_time",
        addition_time_embed_dim=256, projection_class_embeddings_input_dim=6 * 256 + pooled)
    unet.save_pretrained(a.folder / "unet", safe_serialization=True)


if __name__ == "__main__":
    main()

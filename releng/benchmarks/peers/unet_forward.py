"""Times diffusers' U-Net forward of a model folder, and its peak memory. Prints one JSON object.

usage: unet_forward.py FOLDER [--batch B] [--size PIXELS] [--threads T] [--rounds R]
"""
import argparse
import json
import pathlib
import resource
import statistics
import time

import torch
from diffusers import UNet2DConditionModel


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--batch", type=int, default=1)
    parser.add_argument("--size", type=int, required=True)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--device", default="cpu")
    a = parser.parse_args()
    torch.set_num_threads(a.threads)
    start = time.perf_counter()
    unet = UNet2DConditionModel.from_pretrained(a.folder / "unet", torch_dtype=torch.float32).to(a.device).eval()
    loaded = time.perf_counter() - start
    channels = json.loads((a.folder / "vae" / "config.json").read_text())["block_out_channels"]
    side = a.size // 2 ** (len(channels) - 1)
    positions = json.loads((a.folder / "text_encoder" / "config.json").read_text())["max_position_embeddings"]
    pooled = unet.config.projection_class_embeddings_input_dim - 6 * unet.config.addition_time_embed_dim
    g = torch.Generator().manual_seed(0)
    sample = torch.randn(a.batch, unet.config.in_channels, side, side, generator=g).to(a.device)
    text = torch.randn(a.batch, positions, unet.config.cross_attention_dim, generator=g).to(a.device)
    added = {"text_embeds": torch.randn(a.batch, pooled, generator=g).to(a.device),
             "time_ids": torch.tensor([[a.size, a.size, 0, 0, a.size, a.size]] * a.batch, dtype=torch.float32).to(a.device)}
    seconds = []
    with torch.no_grad():
        for round_ in range(a.rounds + 1):
            start = time.perf_counter()
            unet(sample, 999.0, text, added_cond_kwargs=added, return_dict=False)
            if a.device != "cpu":
                torch.cuda.synchronize()
            if round_:
                seconds.append(time.perf_counter() - start)
    print(json.dumps({"torch": torch.__version__, "load": loaded, "forward": statistics.median(seconds),
                      "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))


if __name__ == "__main__":
    main()

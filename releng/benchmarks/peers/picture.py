"""Times diffusers' pipeline from prompts to pictures, and its peak memory. Prints one JSON object.

usage: picture.py FOLDER [--batch B] [--size PIXELS] [--steps S] [--guidance G] [--threads T] [--rounds R]
"""
import argparse
import json
import pathlib
import resource
import statistics
import time

import torch
from diffusers import StableDiffusionXLPipeline


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--batch", type=int, default=1)
    parser.add_argument("--size", type=int, required=True)
    parser.add_argument("--steps", type=int, default=1)
    parser.add_argument("--guidance", type=float, default=0)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--device", default="cpu")
    a = parser.parse_args()
    torch.set_num_threads(a.threads)
    pipe = StableDiffusionXLPipeline.from_pretrained(a.folder, torch_dtype=torch.float32).to(a.device)
    pipe.set_progress_bar_config(disable=True)
    seconds = []
    for round_ in range(a.rounds + 1):
        prompts = [f"a red heart, number {i} of round {round_}" for i in range(a.batch)]
        generators = [torch.Generator().manual_seed(i) for i in range(a.batch)]
        start = time.perf_counter()
        pipe(prompts, num_inference_steps=a.steps, guidance_scale=a.guidance, height=a.size, width=a.size, generator=generators,
             output_type="np")
        if round_:
            seconds.append(time.perf_counter() - start)
    print(json.dumps({"torch": torch.__version__, "picture": statistics.median(seconds),
                      "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))


if __name__ == "__main__":
    main()

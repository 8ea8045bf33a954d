"""Times how long diffusers takes to open a pipeline, and its peak memory. Prints one JSON object.

usage: load.py FOLDER [--dtype float32] [--threads T]
"""
import argparse
import json
import resource
import time

import torch
from diffusers import StableDiffusionXLPipeline


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder")
    parser.add_argument("--dtype", default="float32")
    parser.add_argument("--threads", type=int, default=2)
    a = parser.parse_args()
    torch.set_num_threads(a.threads)
    start = time.perf_counter()
    pipeline = StableDiffusionXLPipeline.from_pretrained(a.folder, torch_dtype=getattr(torch, a.dtype))
    loaded = time.perf_counter() - start
    assert pipeline.unet.dtype == getattr(torch, a.dtype)
    print(json.dumps({"load": loaded, "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))


if __name__ == "__main__":
    main()

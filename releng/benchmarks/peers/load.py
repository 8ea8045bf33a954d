"""Times how long diffusers takes to open a pipeline for the first time in a process and again, and its peak memory. Prints one JSON object.

usage: load.py FOLDER [--dtype float32] [--threads T] [--again N]
"""
import argparse
import json
import resource
import statistics
import time

import torch
from diffusers import StableDiffusionXLPipeline


def opening(a):
    """Seconds that it takes to open the pipeline, which is dropped."""
    start = time.perf_counter()
    pipeline = StableDiffusionXLPipeline.from_pretrained(a.folder, torch_dtype=getattr(torch, a.dtype))
    seconds = time.perf_counter() - start
    assert pipeline.unet.dtype == getattr(torch, a.dtype)
    return seconds


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder")
    parser.add_argument("--dtype", default="float32")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--again", type=int, default=5)
    a = parser.parse_args()
    torch.set_num_threads(a.threads)
    first, *later = [opening(a) for _ in range(1 + a.again)]
    again = {"again": statistics.median(later)} if later else {}
    print(json.dumps({"load": first, **again, "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))


if __name__ == "__main__":
    main()

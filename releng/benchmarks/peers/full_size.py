"""Writes a diffusers folder of Stable Diffusion XL's full size with random weights, float16, about 7 GB: something to load.

usage: full_size.py FOLDER
Names and shapes are those of releng/reference/sdxl/sdxl-full-*-keys.json. Needs numpy alone.
"""
import argparse
import gzip
import json
import math
import pathlib
import shutil

import numpy

TREE = pathlib.Path(__file__).resolve().parents[3]
SDXL = TREE / "bundles" / "org.refract.model.sdxl" / "src" / "org" / "refract" / "model" / "sdxl"
PARTS = {"unet": ("diffusion_pytorch_model", "UNet2DConditionModel"), "vae": ("diffusion_pytorch_model", "AutoencoderKL"),
         "text_encoder": ("model", "CLIPTextModel"), "text_encoder_2": ("model", "CLIPTextModelWithProjection")}


def write_weights(path, tensors):
    header, at = {}, 0
    for name, shape in tensors.items():
        size = 2 * math.prod(shape)
        header[name] = {"dtype": "F16", "shape": shape, "data_offsets": [at, at + size]}
        at += size
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    noise = numpy.random.default_rng(0).standard_normal(1 << 20, dtype=numpy.float32)
    with open(path, "wb") as file:
        file.write(len(text).to_bytes(8, "little") + text)
        for name, shape in tensors.items():
            count = math.prod(shape)
            if len(shape) == 1:
                file.write(numpy.full(count, name.endswith("weight"), numpy.float16).tobytes())
                continue
            values = (noise / math.sqrt(math.prod(shape[1:]))).astype(numpy.float16)
            for first in range(0, count, len(values)):
                file.write(values[:count - first].tobytes())


def write_tokenizer(folder, pad):
    folder.mkdir()
    merges = gzip.open(SDXL / "clip" / "clip-merges.txt.gz", "rt", encoding="utf-8").read().splitlines()
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    symbols = [chr(b) for b in printable] + [chr(256 + i) for i in range(256 - len(printable))]
    tokens = symbols + [s + "</w>" for s in symbols] + [m.replace(" ", "") for m in merges] + ["<|startoftext|>", "<|endoftext|>"]
    (folder / "vocab.json").write_text(json.dumps({t: i for i, t in enumerate(tokens)}, ensure_ascii=False), encoding="utf-8")
    (folder / "merges.txt").write_text("#version: 0.2\n" + "\n".join(merges) + "\n", encoding="utf-8")
    (folder / "tokenizer_config.json").write_text(json.dumps(
        {"tokenizer_class": "CLIPTokenizer", "model_max_length": 77, "pad_token": pad, "bos_token": "<|startoftext|>",
         "eos_token": "<|endoftext|>", "unk_token": "<|endoftext|>"}))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=pathlib.Path)
    folder = parser.parse_args().folder
    if (folder / "model_index.json").exists():
        return
    shutil.rmtree(folder, ignore_errors=True)
    index = {"_class_name": "StableDiffusionXLPipeline", "force_zeros_for_empty_prompt": True}
    for part, (stem, kind) in PARTS.items():
        (folder / part).mkdir(parents=True)
        config = json.loads((SDXL / "standard" / f"{part}.json").read_text())
        config |= {"_class_name": kind} if stem != "model" else {"architectures": [kind], "model_type": "clip_text_model"}
        if part == "vae":
            config |= {"down_block_types": ["DownEncoderBlock2D"] * 4, "up_block_types": ["UpDecoderBlock2D"] * 4}
        (folder / part / "config.json").write_text(json.dumps(config))
        keys = json.loads((TREE / "releng" / "reference" / "sdxl" / f"sdxl-full-{part}-keys.json").read_text())
        write_weights(folder / part / f"{stem}.safetensors", keys["tensors"])
        index[part] = ["diffusers" if stem != "model" else "transformers", kind]
    write_tokenizer(folder / "tokenizer", "<|endoftext|>")
    write_tokenizer(folder / "tokenizer_2", "!")
    (folder / "scheduler").mkdir()
    shutil.copy(SDXL / "standard" / "scheduler.json", folder / "scheduler" / "scheduler_config.json")
    index |= {"tokenizer": ["transformers", "CLIPTokenizer"], "tokenizer_2": ["transformers", "CLIPTokenizer"],
              "scheduler": ["diffusers", "EulerDiscreteScheduler"]}
    (folder / "model_index.json").write_text(json.dumps(index))


if __name__ == "__main__":
    main()

"""Masks, regions and pastes of diffusers' inpainting: VaeImageProcessor.blur, get_crop_region, resize and apply_overlay.

Needs diffusers, Pillow and numpy; writes beside itself.
"""
import json
import os

import numpy as np
from diffusers.image_processor import VaeImageProcessor
from PIL import Image

HERE = os.path.dirname(os.path.abspath(__file__))
rng = np.random.default_rng(3)


def save(image, name):
    image.save(os.path.join(HERE, name), optimize=True)


def smooth(width, height, seed):
    """A picture with soft and hard parts."""
    y, x = np.mgrid[0:height, 0:width]
    channels = [127.5 + 90 * np.sin(x / (5 + c + seed)) * np.cos(y / (7 - c)) + 37 * ((x // 6 + y // 9 + c) % 2) for c in range(3)]
    return Image.fromarray(np.clip(np.stack(channels, -1), 0, 255).astype(np.uint8))


photo = smooth(96, 64, 0)
mask = Image.new("L", photo.size)
mask.paste(255, (30, 20, 47, 33))
mask.paste(200, (47, 22, 52, 30))
mask.paste(90, (28, 33, 35, 36))
save(photo, "photo.png")
save(mask, "mask.png")
coloured = Image.fromarray(rng.integers(0, 256, (9, 13, 3), dtype=np.uint8))
save(coloured, "coloured.png")
save(coloured.convert("L"), "coloured_grey.png")

images = VaeImageProcessor(vae_scale_factor=8)
masks = VaeImageProcessor(vae_scale_factor=8, do_normalize=False, do_binarize=True, do_convert_grayscale=True)

blurs = [0.4, 1, 2.5, 4, 11.3, 33, 200]
for radius in blurs:
    save(masks.blur(mask, radius), f"blur_{radius}.png")

regions = []
for _ in range(400):
    w, h = int(rng.integers(1, 120)), int(rng.integers(1, 120))
    x1, x2 = sorted(rng.integers(0, w + 1, 2).tolist())
    y1, y2 = sorted(rng.integers(0, h + 1, 2).tolist())
    x2, y2 = min(w, max(x2, x1 + 1)), min(h, max(y2, y1 + 1))
    x1, y1 = min(x1, x2 - 1), min(y1, y2 - 1)
    of = Image.new("L", (w, h))
    of.paste(int(rng.integers(1, 256)), (x1, y1, x2, y2))
    size = (8 * rng.integers(4, 33, 2)).tolist()
    pad = int(rng.choice([0, 0, 1, 8, 32, 500]))
    region = masks.get_crop_region(of, size[0], size[1], pad=pad)
    regions.append({"mask": [w, h], "painted": [x1, y1, x2, y2], "size": size, "padding": pad, "region": [int(v) for v in region]})

resizes = []
for width, height in [(96, 64), (40, 24), (200, 131), (96, 20), (17, 64), (5, 3), (300, 7)]:
    save(images.resize(photo, height, width), f"resize_{width}x{height}.png")
    resizes.append([width, height])

pastes = []
for name, (width, height), pad, radius in [("square", (64, 64), 8, 0), ("wide", (104, 56), 0, 2.5), ("tall", (40, 72), 32, 4), ("all", (96, 64), 500, 1),
                                           ("flat", (128, 32), 3, 0)]:
    blurred = masks.blur(mask, radius) if radius else mask
    x1, y1, x2, y2 = masks.get_crop_region(blurred, width, height, pad=pad)
    cut = images.resize(photo.crop((x1, y1, x2, y2)), height, width, "fill")
    hole = images.resize(blurred.crop((x1, y1, x2, y2)), height, width, "fill").convert("L")
    drawn = smooth(width, height, 3)
    save(cut, f"{name}_cut.png")
    save(hole, f"{name}_hole.png")
    save(drawn, f"{name}_drawn.png")
    save(images.apply_overlay(blurred, photo, drawn, (x1, y1, x2, y2)), f"{name}_pasted.png")
    pastes.append({"name": name, "size": [width, height], "padding": pad, "blur": radius, "region": [int(v) for v in (x1, y1, x2, y2)]})

with open(os.path.join(HERE, "cases.json"), "w") as file:
    json.dump({"blurs": blurs, "regions": regions, "resizes": resizes, "pastes": pastes}, file, separators=(",", ":"))

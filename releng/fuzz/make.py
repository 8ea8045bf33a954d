#!/usr/bin/env python3
"""Makes the sound pictures that are damaged by the tests here (src/test/resources/org/refract/fuzz/sound/pictures).

Needs Pillow 12 and numpy. Every picture is 12 x 8 pixels and says, in one way or another, how it was drawn.
"""
import json
import pathlib

import numpy as np
from PIL import Image, ImageCms, PngImagePlugin

HERE = pathlib.Path(__file__).parent / "src/test/resources/org/refract/fuzz/sound"
OUT = HERE / "pictures"
PARAMETERS = (HERE / "parameters/webui.txt").read_text()
GRAPH = (HERE / "graphs/sdxl.json").read_text()
RECORD = (HERE / "records/picture.json").read_text()


def exif(orientation, comment=None):
    tags = Image.Exif()
    tags[0x0112] = orientation
    if comment:
        tags.get_ifd(0x8769)[0x9286] = b"UNICODE\0" + comment.encode("utf-16-be")
    return tags


def png(name, image, exif_tags=None, icc=None, **texts):
    info = PngImagePlugin.PngInfo()
    for key, text in texts.items():
        (info.add_itxt if key == "refract" else info.add_text)(key, text, zip=key == "workflow")
    image.save(OUT / name, pnginfo=info, exif=exif_tags or Image.Exif(), icc_profile=icc)


OUT.mkdir(parents=True, exist_ok=True)
y, x = np.mgrid[0:8, 0:12]
rgb = Image.fromarray(np.stack([x * 20, y * 30, (x * 3 + y * 7) % 256], -1).astype(np.uint8))
srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
png("rgb.png", rgb, parameters=PARAMETERS)
png("graph.png", rgb, prompt=GRAPH, workflow=GRAPH)
png("record.png", rgb, refract=RECORD)
png("turned.png", rgb, exif(6), srgb)
png("palette.png", rgb.quantize(8))
png("alpha.png", Image.merge("RGBA", [*rgb.split(), rgb.split()[0]]))
png("grey-alpha.png", Image.merge("LA", [rgb.convert("L"), rgb.split()[0]]))
png("deep.png", Image.fromarray((x * 5000 + y).astype(np.uint16)))
png("bits.png", rgb.convert("1"))
rgb.save(OUT / "rgb.jpg", quality=90, exif=exif(3, PARAMETERS))
rgb.convert("CMYK").save(OUT / "cmyk.jpg", quality=90)
rgb.convert("L").save(OUT / "grey.jpg", quality=90, progressive=True)
rgb.save(OUT / "lossy.webp", quality=80, exif=exif(8, PARAMETERS))
rgb.save(OUT / "lossless.webp", lossless=True, exif=exif(1, PARAMETERS))
Image.merge("RGBA", [*rgb.split(), rgb.split()[0]]).save(OUT / "alpha.webp", lossless=True)
rgb.convert("P").save(OUT / "palette.gif")
rgb.save(OUT / "rgb.bmp")

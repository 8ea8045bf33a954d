"""Photos and masks in the forms that cameras and drawing programs write, and what Pillow reads from them.

Needs Pillow (with LittleCMS) and numpy; writes beside itself.
"""
import io
import json
import os
import struct
import zlib

import numpy as np
from PIL import Image, ImageCms, ImageOps, PngImagePlugin

HERE = os.path.dirname(os.path.abspath(__file__))
os.chdir(HERE)
W, H = 24, 16
rng = np.random.default_rng(5)
y, x = np.mgrid[0:H, 0:W]
colours = np.stack([x * 10, y * 15, (x * 7 + y * 3) % 256], -1).astype(np.uint8)
photo = Image.fromarray(colours)
opacity = ((x * 11 + y * 9) % 256).astype(np.uint8)
opacity[:4], opacity[12:] = 0, 255
WRITTEN = {"jpg": {"quality": 95}, "webp": {"lossless": True}, "png": {"optimize": True}, "tif": {}}
cases = []


def save(image, name, **how):
    image.save(name, **{**WRITTEN.get(name.rsplit(".", 1)[1], {}), **how})
    cases.append(name)


def changed(name, new, change):
    with open(name, "rb") as file:
        data = bytearray(file.read())
    with open(new, "wb") as file:
        file.write(change(data))
    cases.append(new)


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def deep(name, levels, kind):
    """A PNG of 16 bits, of which Pillow writes only grey ones."""
    rows = b"".join(b"\0" + levels[r].astype(">u2").tobytes() for r in range(H))
    with open(name, "wb") as file:
        file.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", W, H, 16, kind, 0, 0, 0)) + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b""))
    cases.append(name)


# how the camera was held
for ext in WRITTEN:
    for turn in range(1, 9) if ext == "png" else (3, 5, 6, 8):
        exif = Image.Exif()
        exif[0x0112] = turn
        save(photo, f"turned_{turn}.{ext}", exif=exif)
xmp = ('<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description '
       'xmlns:tiff="http://ns.adobe.com/tiff/1.0/" tiff:Orientation="6"/></rdf:RDF></x:xmpmeta>')
texts = PngImagePlugin.PngInfo()
texts.add_itxt("XML:com.adobe.xmp", xmp)
save(photo, "turned_by_xmp.png", pnginfo=texts)
save(photo, "turned_by_xmp.jpg", xmp=xmp.encode())
exif = Image.Exif()
exif[0x0112] = 8
raw = exif.tobytes()
texts = PngImagePlugin.PngInfo()
texts.add_text("Raw profile type exif", "\nexif\n%8d\n%s\n" % (len(raw), raw.hex()), zip=True)
save(photo, "turned_by_raw_profile.png", pnginfo=texts)
for ext in ("png", "jpg", "webp"):
    changed(f"turned_6.{ext}", f"trailing_bytes.{ext}", lambda data: data + b"\nsaved again by a careless program\n" * 3)

# inks
save(photo.convert("CMYK"), "cmyk.jpg")
save(photo.convert("CMYK"), "cmyk.tif")


def ycck(data):
    data[data.find(b"Adobe") + 11] = 2
    return data


def nameless(data):
    at = data.find(b"\xff\xee")
    return data[:at] + data[at + 2 + struct.unpack(">H", data[at + 2:at + 4])[0]:]


changed("cmyk.jpg", "ycck.jpg", ycck)
changed("cmyk.jpg", "cmyk_without_adobe.jpg", nameless)

# grey, palettes, transparency, depth
save(photo.convert("L"), "grey.png")
save(photo.convert("L"), "grey.jpg")
save(Image.merge("LA", (photo.convert("L"), Image.fromarray(opacity))), "grey_opacity.png")
for ext in ("png", "webp", "tif"):
    save(Image.fromarray(np.dstack([colours, opacity])), f"opacity.{ext}")
palette = photo.convert("P", palette=Image.Palette.ADAPTIVE, colors=16)
save(palette, "palette.gif")
save(palette, "palette_opacity.png", transparency=bytes([0, 128] + [255] * 14))
save(photo.convert("1"), "two_levels.png")
save(photo, "plain.bmp")
deep("deep_grey.png", (x * 2700 + y * 13).astype(np.uint16), 0)
deep("deep.png", rng.integers(0, 65536, (H, W, 3)).astype(np.uint16), 2)
deep("deep_opacity.png", rng.integers(0, 65536, (H, W, 4)).astype(np.uint16), 6)

# profiles: sRGB, and one of the same curves with Adobe RGB's primaries
srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
wide = bytearray(srgb)
for i in range(struct.unpack(">I", wide[128:132])[0]):
    tag, at = bytes(wide[132 + 12 * i:136 + 12 * i]), struct.unpack(">I", wide[136 + 12 * i:140 + 12 * i])[0]
    primary = {b"rXYZ": (0.60974, 0.31111, 0.01947), b"gXYZ": (0.20528, 0.62567, 0.06087), b"bXYZ": (0.14919, 0.06322, 0.74457)}.get(tag)
    if primary:
        wide[at + 8:at + 20] = struct.pack(">iii", *[round(v * 65536) for v in primary])
for ext in WRITTEN:
    save(photo, f"profile_srgb.{ext}", icc_profile=srgb)
    save(photo, f"profile_wide.{ext}", icc_profile=bytes(wide))

# masks as drawing programs save them: strokes on nothing
strokes = np.zeros((H, W, 4), np.uint8)
strokes[4:12, 6:18] = 255
save(Image.fromarray(strokes), "mask_strokes.png")
strokes[strokes[..., 3] == 0] = (255, 255, 255, 0)
save(Image.fromarray(strokes), "mask_strokes_on_clear_white.png")
strokes[6:8, 6:18, :3] = 90
strokes[9:11, 6:18, 3] = 40
save(Image.fromarray(strokes), "mask_grey_and_faint.png")

found = {}
for name in sorted(cases):
    opened = Image.open(name)
    profile = opened.info.get("icc_profile")
    upright = ImageOps.exif_transpose(opened)
    levels = upright.convert("RGB")
    if upright.mode == "I;16":  # Pillow cuts these off at 255; their upper bytes are what is meant
        levels = Image.merge("RGB", [Image.fromarray((np.asarray(upright) >> 8).astype(np.uint8))] * 3)
    colour = levels
    clear = np.zeros((upright.height, upright.width), bool)
    if upright.has_transparency_data:
        full = upright.convert("RGBA")
        colour = Image.new("RGB", full.size, (255, 255, 255))
        colour.paste(full, mask=full.getchannel("A"))
        clear = np.asarray(full.getchannel("A")) == 0
    if name.startswith("profile_wide"):
        colour = ImageCms.profileToProfile(colour, ImageCms.ImageCmsProfile(io.BytesIO(profile)), ImageCms.createProfile("sRGB"))
    mask = np.where(clear, 0, np.asarray(levels.convert("L")))
    found[name] = {"size": list(colour.size), "photo": np.asarray(colour).tobytes().hex(), "mask": mask.astype(np.uint8).tobytes().hex()}
with open("cases.json", "w") as file:
    json.dump(found, file, indent=0)

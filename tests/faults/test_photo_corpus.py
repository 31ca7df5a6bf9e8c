"""Photos in every form that offices receive, whole and spoiled: each outcome known beforehand.

What is written is looked at by other eyes than those that wrote it: its bytes here, and ImageMagick where it is installed.
"""

import gzip
import shutil
import struct
import subprocess
import zipfile
import zlib
from collections.abc import Callable
from datetime import date
from functools import cache
from io import BytesIO
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import ExifTags, Image, ImageChops, ImageCms, ImageStat

from hzcert import photos, work
from hzcert.batch import inventory
from hzcert.policy import load_policy
from hzcert.shots import PhotoResult
from people import id_number
from samples.portraits import portrait

SPEC = load_policy("huzhou-2007-35").policy.photo_spec(date(2007, 6, 1))
HEIC = Path(__file__).parents[1] / "unit" / "phone.heic"
# Where red, green and blue of other screens lie, seen by 5,000 K; the power of their levels.
ADOBE_RGB = ((0.60974, 0.31111, 0.01947), (0.20528, 0.62567, 0.06087), (0.14919, 0.06322, 0.74457), 563 / 256)
SRGB, LAB = (ImageCms.ImageCmsProfile(ImageCms.createProfile(name)).tobytes() for name in ("sRGB", "LAB"))
DISPLAY_P3 = ((0.51512, 0.24120, -0.00105), (0.29198, 0.69225, 0.04189), (0.15710, 0.06657, 0.78407), 2.2)


@cache
def person() -> Image.Image:
    return portrait(5, 400, 600)


def saved(image: Image.Image, kind: str = "JPEG", **words: object) -> bytes:
    out = BytesIO()
    image.save(out, kind, **({"quality": 92} if kind == "JPEG" else {}) | words)
    return out.getvalue()


def turned(orientation: int, kind: str = "JPEG") -> bytes:
    """As a camera stores what must be turned to stand upright."""
    back = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}  # Pillow's numbers of the turns that undo it
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    image = person() if orientation == 1 else person().transpose(Image.Transpose(back[orientation]))
    return saved(image, kind, exif=exif)


def segment(marker: int, content: bytes) -> bytes:
    """A JPEG with one more segment in front."""
    data = saved(person())
    return data[:2] + b"\xff" + bytes([marker]) + struct.pack(">H", len(content) + 2) + content + data[2:]


def oriented(entry: bytes) -> bytes:
    """A JPEG with this one entry in its EXIF block."""
    return segment(0xE1, b"Exif\0\0II*\0\x08\0\0\0\1\0" + entry + bytes(4))


def chunked(name: bytes, content: bytes) -> bytes:
    """A PNG with one more chunk in front."""
    data = saved(person(), "PNG")
    made = struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
    return data[:33] + made + data[33:]


def profile(red: object, green: object, blue: object, power: float) -> bytes:
    """A colour profile: what its red, green and blue are, and the power of its levels."""

    def numbers(*values: float) -> bytes:
        return b"XYZ \0\0\0\0" + struct.pack(">3i", *(round(value * 65536) for value in values))

    curve = b"curv\0\0\0\0" + struct.pack(">IH2x", 1, round(power * 256))
    tags = {b"wtpt": numbers(0.9642, 1.0, 0.8249)}
    tags |= {name: numbers(*colour) for name, colour in ((b"rXYZ", red), (b"gXYZ", green), (b"bXYZ", blue))}
    tags |= dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), curve)
    tags[b"desc"] = b"desc\0\0\0\0" + struct.pack(">I", 6) + b"other\0" + bytes(78)
    tags[b"cprt"] = b"text\0\0\0\0none\0"
    at, listed, held = 128 + 4 + 12 * len(tags), b"", b""
    for name, content in tags.items():
        listed += name + struct.pack(">II", at + len(held), len(content))
        held += content + bytes(-len(content) % 4)
    head = struct.pack(
        ">I4sI4s4s4s12x4s28x3i48x",
        at + len(held),
        b"none",
        0x02400000,
        b"mntr",
        b"RGB ",
        b"XYZ ",
        b"acsp",
        63190,
        65536,
        54061,
    )
    return head[:128].ljust(128, b"\0") + struct.pack(">I", len(tags)) + listed + held


def in_colours(of: bytes, kind: str = "JPEG") -> bytes:
    """The same picture to the eye, in the colours of another screen."""
    there = ImageCms.profileToProfile(person(), ImageCms.createProfile("sRGB"), ImageCms.ImageCmsProfile(BytesIO(of)))
    return saved(there, kind, icc_profile=of)


def inks(*, adobe: bool) -> bytes:
    data = saved(person().convert("CMYK") if adobe else ImageChops.invert(person().convert("CMYK")))
    at = data.index(b"\xff\xee")
    return data if adobe else data[:at] + data[at + 2 + int.from_bytes(data[at + 2 : at + 4]) :]


def deep(ending: str, *, colour: bool) -> bytes:
    """Sixteen bits a channel."""
    levels = np.asarray(person() if colour else person().convert("L")).astype(np.uint16) * 257
    return cv2.imencode(ending, levels[:, :, ::-1] if colour else levels)[1].tobytes()


def clear(mode: str) -> bytes:
    """With a background that is transparent."""
    image = person().convert("RGBA")
    image.putalpha(person().convert("L").point(lambda level: 0 if level > 250 else 255))
    return saved(image.quantize(200) if mode == "P" else image.convert(mode), "PNG")


def several(kind: str) -> bytes:
    return saved(person(), kind, save_all=True, append_images=[Image.new("RGB", (400, 600), "red")])


def told(*, as_size: tuple[int, int]) -> bytes:
    """A JPEG whose header lies."""
    data = saved(person())
    at = data.index(b"\xff\xc0") + 5
    return data[:at] + struct.pack(">HH", *as_size[::-1]) + data[at + 4 :]


WHOLE = saved(portrait(5, 400, 600), progressive=False)

GOOD: dict[str, Callable[[], bytes]] = {
    "plain.jpg": lambda: saved(person()),
    "colour-whole.jpg": lambda: saved(person(), subsampling="4:4:4"),
    "colour-4-2-2.jpg": lambda: saved(person(), subsampling="4:2:2"),
    "progressive.jpg": lambda: saved(person(), progressive=True),
    "optimised.jpg": lambda: saved(person(), optimize=True),
    "restarts.jpg": lambda: saved(person(), restart_marker_blocks=8),
    "resolution-72.jpg": lambda: saved(person(), dpi=(72, 72)),
    "comment.jpg": lambda: saved(person(), comment=b"330521197003120030"),
    "place.jpg": lambda: saved(person(), exif=b"Exif\0\0MM\0*\0\0\0\x08\0\0"),
    "more-behind.jpg": lambda: saved(person()) + b"<?php",
    "preview.jpg": lambda: several("MPO"),
    "inks.jpg": lambda: inks(adobe=True),
    "inks-no-adobe.jpg": lambda: inks(adobe=False),
    "adobe-rgb.jpg": lambda: in_colours(profile(*ADOBE_RGB)),
    "display-p3.jpg": lambda: in_colours(profile(*DISPLAY_P3)),
    "adobe-rgb.png": lambda: in_colours(profile(*ADOBE_RGB), "PNG"),
    "odd-profile.jpg": lambda: saved(person(), icc_profile=b"no profile"),
    "half-profile.jpg": lambda: segment(0xE2, b"ICC_PROFILE\0\1\3" + bytes(300)),
    "wrong-profile.jpg": lambda: saved(person(), icc_profile=LAB),
    "wrong-profile-inks.jpg": lambda: saved(person().convert("CMYK"), icc_profile=SRGB),
    "hidden-first.png": lambda: saved(
        person(), "PNG", save_all=True, append_images=[Image.new("RGB", (400, 600), "red")], default_image=True
    ),
    "previews-broken.jpg": lambda: segment(0xE2, b"MPF\0" + bytes(range(80))),
    "orientation-9.jpg": lambda: oriented(struct.pack("<HHIHH", 274, 3, 1, 9, 0)),
    "orientation-in-words.jpg": lambda: oriented(struct.pack("<HHI4s", 274, 2, 2, b"6")),
    "long-notes.jpg": lambda: segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + b"a" * 60_000),
    "white-is-clear.png": lambda: chunked(b"tRNS", struct.pack(">HHH", 255, 255, 255)),
    "broken-profile.png": lambda: chunked(b"iCCP", b"k\0\0" + zlib.compress(b"no profile")),
    "gain-map.jpg": lambda: saved(person()) + saved(Image.new("L", (100, 150), 128)),
    "more-levels.tif": lambda: deep(".tif", colour=True),
    "turned.webp": lambda: turned(6, "WEBP"),
    "turned.avif": lambda: turned(6, "AVIF"),
    "turned.png": lambda: turned(6, "PNG"),
    "a-jpeg.png": lambda: saved(person()),
    "a-png.jpg": lambda: saved(person(), "PNG"),
    "no-ending": lambda: saved(person()),
    "plain.png": lambda: saved(person(), "PNG"),
    "palette.png": lambda: saved(person().quantize(256), "PNG"),
    "clear.png": lambda: clear("RGBA"),
    "clear-palette.png": lambda: clear("P"),
    "deep.png": lambda: deep(".png", colour=True),
    "plain.tif": lambda: saved(person(), "TIFF"),
    "lzw.tif": lambda: saved(person(), "TIFF", compression="tiff_lzw"),
    "jpeg.tif": lambda: saved(person(), "TIFF", compression="jpeg", quality=92),
    "inks.tif": lambda: saved(person().convert("CMYK"), "TIFF"),
    "pages.tif": lambda: several("TIFF"),
    "plain.bmp": lambda: saved(person(), "BMP"),
    "palette.bmp": lambda: saved(person().quantize(256), "BMP"),
    "plain.gif": lambda: saved(person(), "GIF"),
    "moving.gif": lambda: several("GIF"),
    "plain.webp": lambda: saved(person(), "WEBP", quality=92),
    "whole.webp": lambda: saved(person(), "WEBP", lossless=True),
    "moving.webp": lambda: several("WEBP"),
    "plain.avif": lambda: saved(person(), "AVIF", quality=92),
    "phone.heic": HEIC.read_bytes,
} | {f"exif-{number}.jpg": (lambda number=number: turned(number)) for number in range(1, 9)}

BAD: dict[str, tuple[Callable[[], bytes], str]] = {
    "grey.jpg": (lambda: saved(person().convert("L")), "HZ405"),
    "clear-grey.png": (lambda: clear("LA"), "HZ405"),
    "deep-grey.png": (lambda: deep(".png", colour=False), "HZ405"),
    "deep-grey.tif": (lambda: deep(".tif", colour=False), "HZ405"),
    "black-and-white.png": (lambda: saved(person().convert("1"), "PNG"), "HZ405"),
    "empty.jpg": (lambda: b"", "HZ401"),
    "noughts.jpg": (lambda: bytes(9000), "HZ401"),
    "text.jpg": (lambda: "姓名,身份证号".encode(), "HZ401"),
    "document.jpg": (lambda: b"%PDF-1.7", "HZ401"),
    "decimal.tif": (lambda: saved(Image.fromarray(np.asarray(person().convert("L")) / np.float32(255)), "TIFF"), "HZ401"),
    "two-levels.tif": (lambda: saved(person().convert("1"), "TIFF", compression="group4"), "HZ405"),
    "no-height.jpg": (lambda: told(as_size=(400, 0)), "HZ401"),
    "preview-alone.jpg": (lambda: b"\xff\xd8" + segment(0xE1, b"Exif\0\0" + WHOLE[:9000])[2:9010] + b"\xff\xd9", "HZ401"),
    "jpeg2000.jpg": (lambda: saved(person(), "JPEG2000"), "HZ401"),
    "packed.jpg": (lambda: gzip.compress(WHOLE), "HZ401"),
    "hurt-head.png": (lambda: (data := saved(person(), "PNG"))[:29] + b"none" + data[33:], "HZ401"),
    "page.svg": (lambda: b"<svg xmlns='http://www.w3.org/2000/svg'/>", "HZ401"),
    "film.jpg": (lambda: b"\0\0\0\x18ftypmp42" + bytes(99), "HZ401"),
    "no-end.jpg": (lambda: WHOLE[:-2], "HZ401"),
    "higher.jpg": (lambda: told(as_size=(400, 900)), "HZ401"),
    "vast.jpg": (lambda: told(as_size=(65500, 65500)), "HZ401"),
    "hole.jpg": (lambda: WHOLE[:9000] + bytes(3000) + WHOLE[12000:], "HZ401"),
    "half.png": (lambda: saved(person(), "PNG")[:50_000], "HZ401"),
    "half.tif": (lambda: saved(person(), "TIFF")[:50_000], "HZ401"),
    "half.bmp": (lambda: saved(person(), "BMP")[:50_000], "HZ401"),
    "half.gif": (lambda: saved(person(), "GIF")[:20_000], "HZ401"),
    "half.webp": (lambda: saved(person(), "WEBP", lossless=True)[:20_000], "HZ401"),
    "half.avif": (lambda: (data := saved(person(), "AVIF"))[: len(data) // 2], "HZ401"),
    "half.heic": (lambda: (data := HEIC.read_bytes())[: len(data) // 2], "HZ401"),
} | {
    f"cut-{tenths}.jpg": ((lambda tenths=tenths: WHOLE[: len(WHOLE) * tenths // 10]), "HZ401") for tenths in range(1, 10)
}  # fmt: skip


@cache
def done(name: str) -> PhotoResult:
    """What becomes of one of them, by its name above."""
    content = GOOD[name]() if name in GOOD else BAD[name][0]()
    return photos.normalise_one(photos.PhotoJob(Path(name), name, len(content), "", SPEC, check=False, data=content))


def told_of(result: PhotoResult) -> set[str]:
    return {finding.code.id for finding in result.findings}


@pytest.mark.parametrize("name", GOOD)
def test_every_form_of_a_good_photo_becomes_the_same_right_one(name: str):
    result = done(name)
    pages = {"HZ425"} if name in ("pages.tif", "moving.gif", "moving.webp", "hidden-first.png") else set()
    assert (result.status, told_of(result)) == ("normalized", pages)
    assert written_right(result.jpeg)
    if name != "phone.heic":  # a smaller picture
        seen, plain = (Image.open(BytesIO(done(each).jpeg)) for each in (name, "plain.jpg"))
        assert max(ImageStat.Stat(ImageChops.difference(seen, plain)).mean) < 2  # colours left as they are: 4 and more


def written_right(jpeg: bytes) -> bool:
    """The form of 三.3, read from the bytes: segments, frame and resolution."""
    at, kinds, frame = 2, [], b""
    while jpeg[at + 1] != 0xDA:
        size = int.from_bytes(jpeg[at + 2 : at + 4])
        kinds.append(jpeg[at + 1])
        frame = jpeg[at + 4 : at + 2 + size] if jpeg[at + 1] == 0xC0 else frame
        at += 2 + size
    height, width, channels = struct.unpack(">xHHB", frame[:6])
    sampling = [frame[6 + 3 * channel + 1] for channel in range(channels)]
    assert set(kinds) == {0xE0, 0xDB, 0xC0, 0xC4}  # JFIF, tables and a baseline frame; no EXIF, profile or comment
    assert (width, height, channels) == (280, 420, 3)
    assert sampling in ([0x11, 0x11, 0x11], [0x22, 0x11, 0x11])
    assert jpeg[6:20] == b"JFIF\0\1\1\1\0\xc8\0\xc8\0\0"  # 200 an inch, no small picture
    return len(jpeg) <= 50_000 and jpeg.endswith(b"\xff\xd9")


@pytest.mark.skipif(not shutil.which("identify"), reason="ImageMagick is not installed")
def test_another_program_reads_the_same_form(tmp_path: Path):
    for name in GOOD:
        (tmp_path / f"{name}.jpg").write_bytes(done(name).jpeg)
    wanted = "%m %w %h %x %y %U %[colorspace] %[interlace] [%[exif:*]%[profile:icc]]\n"
    ran = subprocess.run(
        ["identify", "-format", wanted, *sorted(tmp_path.iterdir())], capture_output=True, text=True, check=True
    )
    assert {line.strip() for line in ran.stdout.splitlines()} == {"JPEG 280 420 200 200 PixelsPerInch sRGB None []"}


@pytest.mark.parametrize("name", BAD)
def test_every_spoiled_photo_is_refused_with_its_reason(name: str):
    result = done(name)
    assert (result.status, result.jpeg) == ("rejected", None)
    assert BAD[name][1] in told_of(result)


def packed(files: dict[str, bytes], **words: object) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", **words) as archive:
        for name, content in files.items():
            with archive.open(name, "w", force_zip64=True) as file:
                file.write(content)
    return out.getvalue()


def test_archives_give_up_what_they_can(tmp_path: Path):
    number, other, third = (id_number("1980-01-01", "女", place) for place in (2, 4, 6))
    locked = bytearray(packed({f"{other}.jpg": WHOLE}))
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        locked[locked.index(mark) + at] |= 1
    (tmp_path / "64.zip").write_bytes(packed({f"{number}.jpg": WHOLE}))
    (tmp_path / "locked.zip").write_bytes(bytes(locked))
    (tmp_path / "nested.zip").write_bytes(packed({f"{third}.zip": packed({f"{third}.jpg": WHOLE})}))
    (tmp_path / "cut.zip").write_bytes(packed({f"{third}.jpg": WHOLE})[:-40])
    inputs = photos.unpacked(inventory(tmp_path, tmp_path), SPEC)
    results = photos.normalise(inputs, SPEC, work.Here(), work.Silent(), lambda _number, _jpeg: None)
    assert {result.shown: result.status for result in results} == {
        f"64.zip/{number}.jpg": "normalized",
        f"locked.zip/{other}.jpg": "rejected",
        f"nested.zip/{third}.zip": "rejected",
        "cut.zip": "rejected",
    }
    assert all("HZ401" in told_of(result) for result in results if not result.accepted)

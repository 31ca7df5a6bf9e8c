"""三.3: a large PNG, WebP, TIFF or BMP is read piece by piece, comes out as if it had been read whole, and says when it is damaged."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from io import BytesIO
from typing import Any

import numpy as np
import pytest
import pyvips
from PIL import Image, ImageChops, ImageStat

from hzcert import imaging
from hzcert.errors import InputError
from hzcert.imaging import reading
from hzcert.policy import PhotoSpec, Policy

SIZE = (1998, 3001)  # seven times the normal form, and a rest
SMALL = (600, 900)


@pytest.fixture(scope="module")
def spec(policy: Policy) -> PhotoSpec:
    return policy.photo_spec(date(2007, 6, 1))


def large() -> Image.Image:
    """Waves of colour, sharp enough that a shift by a pixel would show."""
    across, down = np.meshgrid(np.arange(SIZE[0]), np.arange(SIZE[1]))
    waves = [127 + 100 * np.sin(across / 31 + down / turn) for turn in (17, 43, 71)]
    return Image.fromarray(np.dstack(waves).astype(np.uint8))


def clear() -> Image.Image:
    """The same, its lower half more and more transparent."""
    image = large().convert("RGBA")
    image.putalpha(Image.linear_gradient("L").resize(SIZE).point(lambda level: 255 - level))
    return image


def deep() -> Image.Image:
    levels = np.asarray(large().convert("L")).astype(np.uint16) * 257
    return Image.fromarray(levels)


def saved(image: Image.Image, kind: str = "PNG", **words: Any) -> bytes:
    out = BytesIO()
    image.save(out, kind, **words)
    return out.getvalue()


WAYS: dict[str, Callable[[], tuple[Image.Image, bytes]]] = {
    "png": lambda: (large(), saved(large(), compress_level=1)),
    "grey": lambda: (large().convert("L"), saved(large().convert("L"))),
    "palette": lambda: (large().quantize(64), saved(large().quantize(64))),
    "clear": lambda: (clear(), saved(clear(), compress_level=1)),
    "deep": lambda: (large().convert("L"), saved(deep())),
    "webp": lambda: (large(), saved(large(), "WEBP", quality=90, method=0)),
    "whole webp": lambda: (large(), saved(large(), "WEBP", lossless=True, quality=0, method=0)),
    "tiff": lambda: (large(), saved(large(), "TIFF")),
    "lzw tiff": lambda: (large(), saved(large(), "TIFF", compression="tiff_lzw")),
    "packed tiff": lambda: (large(), saved(large(), "TIFF", compression="tiff_adobe_deflate")),
    "jpeg tiff": lambda: (large(), saved(large(), "TIFF", compression="jpeg", quality=95)),
    "grey tiff": lambda: (large().convert("L"), saved(large().convert("L"), "TIFF", compression="tiff_lzw")),
    "bmp": lambda: (large(), saved(large(), "BMP")),
    "bmp from above": lambda: (large(), from_above(saved(large(), "BMP"))),
}


def from_above(data: bytes) -> bytes:
    """A BMP whose rows begin with the uppermost: its height is below nought then."""
    start, step = int.from_bytes(data[10:14], "little"), (SIZE[0] * 3 + 3) // 4 * 4
    rows = [data[at : at + step] for at in range(start, start + step * SIZE[1], step)]
    height = (-SIZE[1]).to_bytes(4, "little", signed=True)
    return b"".join([data[:22], height, data[26:start], *reversed(rows)])


def in_tiles(image: Image.Image) -> bytes:
    return bytes(pyvips.Image.new_from_array(np.asarray(image)).tiffsave_buffer(tile=True, compression="lzw"))


ODD_TIFFS: dict[str, Callable[[], tuple[Image.Image, bytes]]] = {
    "turned": lambda: (large(), saved(large().transpose(Image.Transpose.ROTATE_90), "TIFF", tiffinfo={274: 6})),
    "inks": lambda: (large().convert("CMYK"), saved(large().convert("CMYK"), "TIFF")),
    "transparent": lambda: (clear(), saved(clear(), "TIFF")),
    "tiles": lambda: (large(), in_tiles(large())),
}


# Levels on average: a WebP has the rest in it, which is a sixth of a pixel here.
MOST = {"clear": 1.0, "webp": 2.5, "whole webp": 1.2, "jpeg tiff": 1.6}


@pytest.mark.parametrize("way", WAYS)
def test_3_3_a_large_picture_is_read_piece_by_piece_as_if_it_were_read_whole(
    way: str, spec: PhotoSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    image, data = WAYS[way]()
    calls = []
    kept = reading.streamed

    def seen(*given: Any) -> Image.Image:
        calls.append(given[1:])
        return kept(*given)

    monkeypatch.setattr(reading, "streamed", seen)
    found = Image.fromarray(reading.pixels(imaging.parse(data, spec), spec.width, spec.height)[0])
    assert len(calls) == 1
    assert found.size == (SIZE[0] // 3, SIZE[1] // 3)
    on_white = Image.new("RGBA", SIZE, "white")
    on_white.alpha_composite(image.convert("RGBA"))
    wanted = on_white.convert("RGB").crop((0, 0, 1998, 3000)).reduce(3)
    assert np.mean(ImageStat.Stat(ImageChops.difference(found, wanted)).mean) < MOST.get(way, 0.6)


@pytest.mark.parametrize("way", ODD_TIFFS)
def test_3_3_a_large_tiff_that_no_scanner_writes_is_read_whole(
    way: str, spec: PhotoSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*given: Any) -> Image.Image:
        raise AssertionError("read piece by piece")

    monkeypatch.setattr(reading, "streamed", never)
    image, data = ODD_TIFFS[way]()
    source = imaging.parse(data, spec)
    assert (source.width, source.height) == SIZE
    found = Image.fromarray(reading.pixels(source, spec.width, spec.height)[0])
    on_white = Image.new("RGBA", SIZE, "white")
    on_white.alpha_composite(image.convert("RGB" if way == "inks" else "RGBA").convert("RGBA"))
    wanted = on_white.convert("RGB").resize(found.size, Image.Resampling.BOX)
    assert np.mean(ImageStat.Stat(ImageChops.difference(found, wanted)).mean) < 1.5


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "TIFF", "BMP"])
def test_3_3_a_large_picture_that_ends_too_soon_is_refused(kind: str, spec: PhotoSpec) -> None:
    data = saved(large(), kind)
    with pytest.raises(InputError):
        reading.pixels(imaging.parse(data[: len(data) // 2], spec), spec.width, spec.height)


@pytest.mark.parametrize(("kind", "words"), [("PNG", {}), ("TIFF", {"compression": "tiff_adobe_deflate"})])
def test_3_3_a_large_picture_with_a_wrong_byte_is_refused(kind: str, words: dict[str, Any], spec: PhotoSpec) -> None:
    data = bytearray(saved(large(), kind, **words))
    data[len(data) // 2] ^= 0x40
    with pytest.raises(InputError):
        reading.pixels(imaging.parse(bytes(data), spec), spec.width, spec.height)


def test_3_3_only_what_must_be_held_whole_is_bounded_by_what_may_be_held(policy: Policy) -> None:
    spec = replace(policy.photo_spec(date(2007, 6, 1)), max_held_bytes=10_000_000)
    imaging.parse(saved(Image.new("L", SIZE)), spec)
    imaging.parse(saved(large(), "TIFF"), spec)
    imaging.parse(saved(large(), "BMP"), spec)
    for kept_whole in (saved(large().convert("CMYK"), "TIFF"), saved(large().quantize(64), "BMP"), in_tiles(large())):
        with pytest.raises(InputError, match="像素太多"):
            imaging.parse(kept_whole, spec)
    moving = [Image.new("RGB", SMALL, colour) for colour in ("red", "white")]
    kept = saved(moving[0], "WEBP", save_all=True, append_images=moving[1:])
    imaging.parse(kept, spec)
    with pytest.raises(InputError, match="像素太多"):
        imaging.parse(kept, replace(spec, max_held_bytes=8_000_000))  # 15 bytes a pixel; 4 if it stood still
    imaging.parse(saved(moving[0], "WEBP"), replace(spec, max_held_bytes=8_000_000))

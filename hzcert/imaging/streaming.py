"""Large PNG, WebP, TIFF and BMP pictures, averaged down piece by piece while they are read: memory does not grow with their size."""

from functools import cache
from io import BytesIO
from typing import Any

import numpy as np
from PIL import Image

from hzcert.imaging.limits import rows_of
from hzcert.imaging.resample import averaged


def streamed(data: bytes, kind: str, size: tuple[int, int], times: int) -> Image.Image:
    """The first picture in a file, so many times smaller each way: RGB or grey of 8 bits, what is transparent put on white.

    A rest at the right and lower edge is left out; a WebP's own decoder takes it in, which stretches by less than half
    a pixel of the photo. Damage raises libvips' own error.
    """
    if kind == "BMP":
        return _in_place(data, times)
    wide, high = size[0] // times, size[1] // times
    scaled = {"scale": 1 / times} if kind == "WEBP" else {}
    vips = _vips()
    source = vips.Source.new_from_memory(data)  # a buffer would be copied
    picture = vips.Image.new_from_source(source, "", access="sequential", fail_on="error", **scaled)
    if picture.format == "ushort":
        picture = picture.linear(1 / 257, 0.5, uchar=True)
    if picture.hasalpha():
        picture = picture.flatten(background=255)
    if kind != "WEBP":
        picture = picture.crop(0, 0, wide * times, high * times).shrink(times, times)
    return Image.fromarray(picture.crop(0, 0, wide, high).numpy())


def _in_place(data: bytes, times: int) -> Image.Image:
    """A BMP, from where its rows lie in the file."""
    with Image.open(BytesIO(data), formats=("BMP",)) as image:
        wide, high = image.size
        rows = rows_of(image)
    if rows is None:
        raise ValueError("packed")
    start, step, pixel, from_below = rows
    if len(data) < start + step * high:
        raise OSError("truncated")
    held = np.ndarray((high, wide, pixel), np.uint8, data, start, (step, pixel, 1))
    rest = high % times
    found = averaged(held[rest:], times)[::-1] if from_below else averaged(held, times)
    return Image.fromarray(np.ascontiguousarray(found[:, :, 2::-1]))


@cache
def _vips() -> Any:  # it has no types
    """Loaded once a large picture comes; one thread, since photos are what runs side by side, and nothing kept."""
    import pyvips

    pyvips.vips_lib.vips_concurrency_set(1)
    pyvips.cache_set_max(0)
    return pyvips

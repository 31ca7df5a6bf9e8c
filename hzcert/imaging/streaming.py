"""Large PNG and WebP pictures, averaged down piece by piece while libvips reads them: memory does not grow with their size."""

from functools import cache
from typing import Any

from PIL import Image

KINDS = ("PNG", "WEBP")
"""What can be read so; libvips would hold the others whole, too."""


def streamed(data: bytes, kind: str, size: tuple[int, int], times: int) -> Image.Image:
    """The first picture in a file, so many times smaller each way: RGB or grey of 8 bits, what is transparent put on white.

    A rest at the right and lower edge of a PNG is left out; a WebP's own decoder takes it in, which stretches by less than half
    a pixel of the photo. Damage raises libvips' own error.
    """
    wide, high = size[0] // times, size[1] // times
    scaled = {"scale": 1 / times} if kind == "WEBP" else {}
    vips = _vips()
    source = vips.Source.new_from_memory(data)  # a buffer would be copied
    picture = vips.Image.new_from_source(source, "", access="sequential", fail_on="truncated", **scaled)
    if picture.format == "ushort":
        picture = picture.linear(1 / 257, 0.5, uchar=True)
    if picture.hasalpha():
        picture = picture.flatten(background=255)
    if kind != "WEBP":
        picture = picture.crop(0, 0, wide * times, high * times).shrink(times, times)
    return Image.fromarray(picture.crop(0, 0, wide, high).numpy())


@cache
def _vips() -> Any:  # it has no types
    """Loaded once a large picture comes; one thread, since photos are what runs side by side, and nothing kept."""
    import pyvips

    pyvips.vips_lib.vips_concurrency_set(1)
    pyvips.cache_set_max(0)
    return pyvips

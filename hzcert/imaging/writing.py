"""Writing a photo: baseline JPEG in sRGB, no metadata but its resolution, within a number of bytes."""

from bisect import bisect_left
from io import BytesIO
from math import exp, log

import numpy as np
import numpy.typing as npt
from PIL import Image

from hzcert.photospec import PhotoSpec

Pixels = npt.NDArray[np.uint8]

_FINEST = 95  # above it a JPEG only grows
_WHOLE, _HALVED = "4:4:4", "4:2:0"  # colour
_WHOLE_FROM = 90  # below this quality halved colour at a higher one shows less
_STEEP_FROM, _STEP = 85, 1.03  # from this quality on a JPEG grows by so much with each step, at the least

# Size of a portrait at a quality, against the same at 90; nearly the same for every portrait (docs/photos.md).
_SIZES = {
    1: 0.08, 10: 0.15, 20: 0.23, 30: 0.31, 40: 0.36, 50: 0.41, 60: 0.46, 70: 0.54, 75: 0.60, 80: 0.68, 85: 0.80, 88: 0.91,
    90: 1.00, 92: 1.10, 94: 1.31, 95: 1.44,
}  # fmt: skip
_KNOWN = list(_SIZES)


def encode(photo: Pixels, spec: PhotoSpec) -> bytes:
    """The picture as a JPEG of at most ``spec.target_bytes``, of the highest quality that fits (95 at most).

    Colour is kept whole (4:4:4) while that leaves a quality of 90 or more, and halved (4:2:0) for a smaller budget.
    Most photos take one encoding, the others two to four.
    """
    target, image = spec.target_bytes, Image.fromarray(photo)
    first = _jpeg(image, _FINEST, _WHOLE, spec.dpi)
    if len(first) <= target:
        return first
    # With 5 % to spare for portraits that grow more slowly than others.
    if len(first) <= target * _share(_FINEST) / _share(_WHOLE_FROM) * 1.05:
        found = _highest(image, spec, _WHOLE, _WHOLE_FROM, _likely(_FINEST, len(first), target))
        if found is not None:
            return found
    halved = len(first) * (0.48 + 0.3 * (target / len(first)) ** 1.5)  # what halving the colour leaves
    found = _highest(image, spec, _HALVED, 1, _likely(_FINEST, halved, target), _FINEST + 1)
    return _jpeg(image, 1, _HALVED, spec.dpi) if found is None else found


def thumbnail(photo: Pixels, height: int) -> bytes:
    """A small copy for people to look at, as high as asked for and at most as wide."""
    image = Image.fromarray(photo)
    scale = min(height / image.height, height / image.width)
    size = (max(round(image.width * scale), 1), max(round(image.height * scale), 1))
    out = BytesIO()
    image.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0).save(out, "JPEG", quality=88)
    return out.getvalue()


def _highest(
    image: Image.Image, spec: PhotoSpec, colour: str, least: int, guess: int, too_large: int = _FINEST
) -> bytes | None:
    """The JPEG of the highest quality that fits, if it is at least this one and below that which is known not to fit."""
    best: bytes | None = None
    below = least - 1  # fits, or is not wanted
    quality = guess
    while too_large - below > 1:
        quality = min(max(quality, below + 1), too_large - 1)
        data = _jpeg(image, quality, colour, spec.dpi)
        if len(data) > spec.target_bytes:
            too_large = quality
        else:
            best, below = data, quality
            if quality >= _STEEP_FROM and len(data) * _STEP > spec.target_bytes:
                break
        quality = _likely(quality, len(data), spec.target_bytes)
    return best


def _likely(quality: int, size: float, target: int) -> int:
    """The highest quality that should fit, going by the size at another."""
    wanted = _share(quality) * target / size
    return max((each for each in range(1, _FINEST + 1) if _share(each) <= wanted), default=1)


def _share(quality: int) -> float:
    """Size at a quality against that at 90."""
    if quality in _SIZES:
        return _SIZES[quality]
    place = bisect_left(_KNOWN, quality)
    below, above = _KNOWN[place - 1], _KNOWN[place]
    part = (quality - below) / (above - below)
    return exp(log(_SIZES[below]) * (1 - part) + log(_SIZES[above]) * part)


def _jpeg(image: Image.Image, quality: int, colour: str, dpi: int) -> bytes:
    out = BytesIO()
    image.save(out, "JPEG", quality=quality, subsampling=colour, dpi=(dpi, dpi))
    return out.getvalue()

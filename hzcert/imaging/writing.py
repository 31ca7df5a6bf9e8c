"""Writing a photo: baseline JPEG in sRGB, no metadata but its resolution, within a number of bytes."""

from io import BytesIO

import numpy as np
from PIL import Image

from hzcert.policy import PhotoSpec

_QUALITY = 92
# Size of a portrait at a quality, against the same at 90; nearly the same for every portrait (docs/photos.md).
_SIZES = {
    30: 0.31, 40: 0.36, 50: 0.41, 60: 0.46, 70: 0.54, 75: 0.60, 80: 0.68, 85: 0.80, 88: 0.91, 90: 1.00, 92: 1.10
}  # fmt: skip


def encode(image: Image.Image, spec: PhotoSpec) -> bytes:
    """The picture as a JPEG of at most ``spec.target_bytes``: nearly always at quality 92, else as high as fits."""
    quality = _QUALITY
    data = _jpeg(image, quality, spec.dpi)
    if len(data) > spec.target_bytes:
        quality = _likely_quality(len(data), spec.target_bytes)
        data = _jpeg(image, quality, spec.dpi)
    while len(data) > spec.target_bytes and quality > 1:
        quality = max(quality - (1 if len(data) <= spec.target_bytes * 1.05 else 3), 1)
        data = _jpeg(image, quality, spec.dpi)
    return data


def _likely_quality(size: int, target: int) -> int:
    """The highest quality that should fit with 3 % to spare, going by the size at the first quality."""
    ratios = {q: np.interp(q, list(_SIZES), list(_SIZES.values())) for q in range(min(_SIZES), _QUALITY)}
    return max(
        (q for q, ratio in ratios.items() if size * ratio / _SIZES[_QUALITY] * 1.03 <= target), default=min(_SIZES)
    )


def _jpeg(image: Image.Image, quality: int, dpi: int) -> bytes:
    out = BytesIO()
    image.save(out, "JPEG", quality=quality, subsampling="4:2:0", dpi=(dpi, dpi))
    return out.getvalue()

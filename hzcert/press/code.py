"""QR codes (二维码): made and read by zxing-cpp."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import zxingcpp

from hzcert.errors import UsageError

# Which of the eight masks is laid over the modules. What is signed looks like noise, under which none is better than
# another; choosing anew each time would take ten times as long as the rest.
_MASK = 2
_LARGE, _SMALL = 6_000_000, 200  # pixels of a picture that is not enlarged; of a side that is not made smaller


@dataclass(frozen=True, slots=True)
class Symbol:
    """A code: modules a side, and its rows of bits, black being 0."""

    size: int
    rows: bytes


def encode(text: str) -> Symbol:
    """A QR code that is still read with an eighth of it lost (M).

    Raises:
        UsageError: the text is too long for any.
    """
    try:
        made = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="M", data_mask=_MASK)
    except ValueError as cause:
        raise UsageError("验证码的内容太长，任何二维码都放不下", "请缩短发证机关或专业的名称") from cause
    modules = np.asarray(made.to_image(scale=1, add_quiet_zones=False))
    return Symbol(len(modules), np.packbits(modules != 0, axis=1).tobytes())


def read(picture: npt.NDArray[np.uint8]) -> list[str]:
    """What the QR codes in a picture say, from top to bottom and left to right."""
    found: Any = zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.QRCode]))
    places = sorted((each.position.top_left.y, each.position.top_left.x, each.text) for each in found if each.valid)
    return [text for *_, text in places]


def read_any(picture: npt.NDArray[np.uint8]) -> list[str]:
    """The same, with more patience: enlarged and made smaller where nothing is found."""
    for changed in _tries(picture):
        if found := read(changed):
            return found
    return []


def _tries(picture: npt.NDArray[np.uint8]) -> Iterator[npt.NDArray[np.uint8]]:
    yield picture
    if picture.size <= _LARGE:
        yield np.repeat(np.repeat(picture, 2, axis=0), 2, axis=1)
    height, width = (length // 2 * 2 for length in picture.shape)
    if min(height, width) >= 2 * _SMALL:
        fours = picture[:height, :width].reshape(height // 2, 2, width // 2, 2)
        yield np.ascontiguousarray(fours.mean(axis=(1, 3)).astype(np.uint8))

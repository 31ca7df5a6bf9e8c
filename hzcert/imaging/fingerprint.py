"""What pictures are told from each other by: a perceptual hash of the photo."""

from base64 import b64decode, b64encode
from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

Pixels = npt.NDArray[np.uint8]

_LOOKED_AT = (70, 105)  # pixels

_CELLS = 24
_BRIGHTER, _COLOURED = (10, 30), (6, 12)  # levels that count; less is grain, and flat walls have none


def coarse(planes: Sequence[Pixels]) -> Pixels:
    """The small copy by which pictures are told from each other."""
    small = [cv2.resize(plane, _LOOKED_AT, interpolation=cv2.INTER_AREA) for plane in planes]  # sooner than all at once
    return np.asarray(cv2.merge(small), dtype=np.uint8)


def fingerprint(small: Pixels) -> str:
    """A perceptual hash of 5,760 bits, as text: the same picture saved again or resized differs in few of those that are set.

    Of the middle of its ``coarse`` copy, since what is cut off at the edges varies: where it grows brighter or darker and
    how much, and where which colour is. Bits that grain could turn are left at nought.
    """
    high, wide, _ = small.shape
    middle = small[round(0.06 * high) : round(0.94 * high), round(0.10 * wide) : round(0.90 * wide)]
    luma = np.asarray(_cells(middle, _CELLS + 1)).astype(np.int16)[:, :, 0]
    chroma = np.asarray(_cells(middle, _CELLS // 2)).astype(np.int16)[:, :, 1:] - 128
    across, down = luma[:-1, 1:] - luma[:-1, :-1], luma[1:, :-1] - luma[:-1, :-1]
    planes = [plane for step in _BRIGHTER for grows in (across, down) for plane in (grows > step, grows < -step)]
    planes += [plane for step in _COLOURED for plane in (chroma > step, chroma < -step)]
    return b64encode(np.packbits(np.concatenate([plane.ravel() for plane in planes])).tobytes()).decode()


def _cells(picture: Pixels, count: int) -> cv2.typing.MatLike:
    return cv2.resize(picture, (count, count), interpolation=cv2.INTER_AREA)


def fingerprint_bits(text: str) -> bytes:
    """The bits of a perceptual hash.

    Raises:
        ValueError: it is none.
    """
    return b64decode(text, validate=True)

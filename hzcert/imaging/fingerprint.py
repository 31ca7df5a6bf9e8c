"""What pictures are told from each other by: all of the photo in few bits, and its face by itself, wherever it was cut."""

from base64 import b64decode, b64encode
from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

Pixels = npt.NDArray[np.uint8]
Levels = npt.NDArray[np.float32]

_LOOKED_AT = (70, 105)  # pixels

# Of the whole photo.
_CELLS = 24
_BRIGHTER, _COLOURED = (10, 30), (6, 12)  # levels that count; less is grain, and flat walls have none

# Of the face: eyes, tip of the nose and corners of the mouth put to these places of a small picture.
FACE_SIZE = (36, 44)  # pixels, width and height
_PLACES = np.array([(10.5, 14), (24.5, 14), (17.5, 22.1), (11.8, 28.7), (23.2, 28.7)])
_EVEN, _LOCAL = (11, 11), (15, 15)  # pixels: light that changes more slowly than this is left out, and contrast evened
_NO_CONTRAST = 2  # levels: less is grain
_STEPS = 3  # to a deviation, of sixteen in all


def coarse(planes: Sequence[Pixels]) -> Pixels:
    """The small copy on which damage is looked for, and by which pictures are told from each other."""
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


def face_print(small: Pixels, marks: Sequence[tuple[float, float]], size: tuple[int, int]) -> str:
    """The face by itself, as text: 36x44 pixels of sixteen levels, its marks at fixed places, light and contrast evened.

    The same picture gives nearly the same, however it was cut, turned or lit. ``small``: the photo's ``coarse`` copy;
    ``size``: width and height of the photo, in whose pixels the marks are.
    """
    scaled = np.diag([size[0] / _LOOKED_AT[0], size[1] / _LOOKED_AT[1], 1.0])
    scaled[:2, 2] = scaled[0, 0] / 2 - 0.5, scaled[1, 1] / 2 - 0.5  # pixels are counted from their middles
    placed = _likest(np.array(marks), _PLACES) @ scaled
    luma = np.ascontiguousarray(small[:, :, 0])
    seen = cv2.warpAffine(luma, placed, FACE_SIZE, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    face = seen.astype(np.float32)
    face = face - cv2.blur(face, _EVEN)
    face = face / (np.sqrt(cv2.blur(face * face, _LOCAL)) + _NO_CONTRAST)
    levels = np.clip(np.rint(face * _STEPS + 7.5), 0, 15).astype(np.uint8).ravel()
    return b64encode(levels[::2] * 16 + levels[1::2]).decode()


def _likest(marks: npt.NDArray[np.float64], places: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Turning, scaling and moving that bring marks nearest to their places: two rows and three columns."""
    middle, there = marks.mean(axis=0), places.mean(axis=0)
    x, y = (marks - middle).T
    u, v = (places - there).T
    cos, sin = np.array([x @ u + y @ v, x @ v - y @ u]) / max(x @ x + y @ y, 1e-6)
    turning = np.array([[cos, -sin], [sin, cos]])
    return np.column_stack([turning, there - turning @ middle])


def face_levels(text: str) -> Levels:
    """A face by its print: rows of levels around nought.

    Raises:
        ValueError: it is none.
    """
    packed = np.frombuffer(b64decode(text, validate=True), dtype=np.uint8)
    levels = np.column_stack([packed >> 4, packed & 15]).reshape(FACE_SIZE[::-1])
    return levels.astype(np.float32) - np.float32(7.5)

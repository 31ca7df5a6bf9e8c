"""Dates that a camera burnt into a photo (of the normal height): signs of one height in a row, near an edge."""

from collections.abc import Iterator
from itertools import pairwise

import cv2
import numpy as np
import numpy.typing as npt

from hzcert.imaging.marks import SMALLEST

Pixels = npt.NDArray[np.uint8]
Signs = npt.NDArray[np.int32]  # a line for each: left, top, width, height, pixels

_SIGN_LOW, _SIGN_HIGH = 5, 24  # pixels

# In the orange, red or yellow of cameras, anywhere near the lower edge.
_GLOWING_BAND = 0.22  # of the height
_FEWEST_GLOWING = 4

# In any colour, white and black too, near any edge: sideways where the camera was held so.
_BELOW, _ABOVE, _BESIDE = 0.12, 0.09, 0.14  # of the height, of the width
_FEWEST = 5
_STROKE = np.ones((5, 5), np.uint8)  # strokes are narrower
_CONTRAST = 32  # levels
_STEP, _FEWEST_STEPS = 16, 10  # levels from pixel to pixel, and how many such each of its lines has
_FEWEST_EDGES = 12  # of strokes, on each line
_LEVEL = 0.14  # of their height: by what the upper and the lower ends of signs may lie apart
_GAP, _LENGTH, _ROUND = 2.6, 16, 5  # heights: between two signs, of a date, and where a pattern would go on
_EVENLY = 2  # pixels: patterns go on in steps that vary by so little
_OTHERS = 3  # for so many signs one more may stand beside them; patterns and words have more


def stamped(rgb: Pixels, luma: Pixels, *, sideways: bool) -> int:
    """How many signs of a date stand in a row. ``sideways``: look beside the person, too, since the picture was turned."""
    if min(luma.shape) < SMALLEST:
        return 0
    return max(_glowing(rgb), _printed(rgb, luma, sideways=sideways))


def _glowing(rgb: Pixels) -> int:
    """How many signs stand in a row near the lower edge, in the orange, red or yellow of a camera's date."""
    red, green, blue = map(np.asarray, cv2.split(rgb[round((1 - _GLOWING_BAND) * len(rgb)) :]))
    glowing = ((red > 170) & (np.asarray(cv2.subtract(red, blue)) > 90) & (red >= green)).astype(np.uint8)
    if np.count_nonzero(glowing) < _FEWEST_GLOWING * _SIGN_LOW:
        return 0
    _, _, stats, middles = cv2.connectedComponentsWithStats(glowing, connectivity=8)
    signs = [
        (float(x), float(y), int(high))
        for (_, _, wide, high, area), (x, y) in zip(stats[1:].tolist(), middles[1:].tolist(), strict=True)
        if _SIGN_LOW <= high <= _SIGN_HIGH and wide <= 1.3 * high and area >= high
    ]
    longest = max((_in_row(one, signs) for one in signs), default=0)
    return longest if 2 * longest >= len(signs) else 0  # patterns have many rows


def _in_row(one: tuple[float, float, int], signs: list[tuple[float, float, int]]) -> int:
    """How many stand in a row with one, itself included: as high, on its level, and no gap wider than three signs."""
    _, level, high = one
    row = sorted(x for x, y, tall in signs if abs(y - level) <= 0.25 * high and 0.7 * high <= tall <= 1.4 * high)
    longest = length = 1
    for before, after in pairwise(row):
        length = length + 1 if after - before <= 3 * high else 1
        longest = max(longest, length)
    return longest if len(row) >= _FEWEST_GLOWING else 0


def _printed(rgb: Pixels, luma: Pixels, *, sideways: bool) -> int:
    """The same near any edge in any colour, as long as they stand by themselves."""
    high, wide = luma.shape
    below, above, beside = round(_BELOW * high), round(_ABOVE * high), round(_BESIDE * wide)
    found = max(_longest_row(rgb[strip], luma[strip]) for strip in (np.s_[-below:], np.s_[:above]))
    if sideways:
        upright, turned = cv2.transpose(luma), cv2.transpose(rgb)
        strips = (np.s_[-beside:], np.s_[:beside])
        found = max(found, *(_longest_row(turned[strip], upright[strip]) for strip in strips))
    return found


def _longest_row(rgb: cv2.typing.MatLike, luma: cv2.typing.MatLike) -> int:
    _, steps = cv2.threshold(cv2.absdiff(luma[:, 1:], luma[:, :-1]), _STEP, 1, cv2.THRESH_BINARY)
    if not _busy(steps, _FEWEST_STEPS):
        return 0
    return max((len(row) for strokes in _strokes(rgb) for row in _rows(_signs(strokes))), default=0)


def _busy(marks: cv2.typing.MatLike, fewest: int) -> bool:
    """Whether so many marks lie on each of as many lines as the smallest signs are high: a quick look."""
    lines = np.asarray(cv2.reduce(marks, 1, cv2.REDUCE_SUM, dtype=cv2.CV_32S))
    return int(np.count_nonzero(lines >= fewest)) >= _SIGN_LOW


def _strokes(rgb: cv2.typing.MatLike) -> Iterator[Pixels]:
    """Where thin dark lines are, and thin bright ones; what glows is dark in blue and bright in red."""
    for channel, way in ((2, cv2.MORPH_BLACKHAT), (0, cv2.MORPH_TOPHAT)):
        apart = cv2.morphologyEx(cv2.extractChannel(rgb, channel), way, _STROKE)
        yield np.asarray(cv2.threshold(apart, _CONTRAST, 1, cv2.THRESH_BINARY)[1], dtype=np.uint8)


def _signs(strokes: Pixels) -> Signs:
    if not _busy(cv2.absdiff(strokes[:, 1:], strokes[:, :-1]), _FEWEST_EDGES):
        return np.empty((0, 5), dtype=np.int32)
    _, _, stats, _ = cv2.connectedComponentsWithStats(strokes, connectivity=8)
    wide, high, area = stats[1:, 2:].T
    fits = (high >= _SIGN_LOW) & (high <= _SIGN_HIGH) & (wide <= 1.1 * high + 1) & (area >= high)
    return np.asarray(stats[1:][fits], dtype=np.int32)


def _rows(signs: Signs) -> Iterator[Signs]:
    """The rows of signs that may be a date."""
    if len(signs) < _FEWEST:
        return
    for _, top, _, high, _ in signs.tolist():
        askew = max(1.0, _LEVEL * high)
        level = (np.abs(signs[:, 1] - top) <= askew) & (np.abs(signs[:, 1] + signs[:, 3] - top - high) <= askew)
        if np.count_nonzero(level) < _FEWEST:
            continue
        row = signs[level][np.argsort(signs[level, 0], kind="stable")]
        gaps = row[1:, 0] - row[:-1, 0] - row[:-1, 2]
        yield from (
            part for part in np.split(row, np.flatnonzero(gaps > _GAP * high) + 1) if _stands_alone(part, signs, high)
        )


def _stands_alone(row: Signs, signs: Signs, high: int) -> bool:
    """Whether signs beside each other are as long as a date and nothing like them is near: that would be a pattern."""
    start, end = int(row[0, 0]), int(row[-1, 0] + row[-1, 2])
    if len(row) < _FEWEST or end - start > _LENGTH * high or (row[1:, 0] < row[:-1, 0] + row[:-1, 2]).any():
        return False
    if np.ptp(row[1:, 0] - row[:-1, 0]) <= _EVENLY:
        return False
    near = np.abs(signs[:, 1] + signs[:, 3] / 2 - row[:, 1].mean() - high / 2) < _ROUND * high
    near &= (signs[:, 0] + signs[:, 2] > start - 3 * high) & (signs[:, 0] < end + 3 * high)
    near &= (signs[:, 3] > 0.6 * high) & (signs[:, 3] < 1.6 * high)
    return int(np.count_nonzero(near)) - len(row) <= max(1, len(row) // _OTHERS)

"""Covered heads and eyes (免冠): hats, scarves and dark glasses, told from a small picture of the head alone.

How far they are told, and how the trees in ``hats.csv`` were grown: docs/photos.md.
"""

from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from math import exp, hypot
from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from hzcert.imaging.box import Box
from hzcert.imaging.levels import middle

Pixels = npt.NDArray[np.uint8]
Whole = npt.NDArray[np.int16]
Point = tuple[float, float]

# The small picture: about the eyes, in units of their distance (which looking aside shortens, so that the face's height counts as well).
_HIGH_AS = 2.72  # the height of a face, in distances of its eyes
_ABOVE, _BELOW, _ASIDE = 2.5, 1.0, 2.0
_PIXELS = 16  # to the unit
_WIDE, _HIGH = round(2 * _ASIDE * _PIXELS), round((_ABOVE + _BELOW) * _PIXELS)
_EYES = round(_ABOVE * _PIXELS)  # the row on which they lie
_CELL = 4  # pixels
_SKIN_CELLS = slice(11, 14), slice(6, 10)  # nose and cheeks
_HAIR = slice(8, 28), slice(18, 46)  # where hair should be: crown to forehead

# Bright colours that hair has not.
_COOL_SATURATION, _GAUDY_SATURATION = 50, 185  # hair is never so blue or green, seldom so red or yellow
_HAIR_HUES = 23, 165  # up to this hue (of 180), and from that on, hair and skin may be: red, brown, blond
_COOL_BRIGHT, _GAUDY_BRIGHT = 60, 150
_SURELY = 0.7  # of that place: more than of any hair in odd light that was seen

# Eyes and what is just below them, in pixels from the eyes' row and from the middle.
_EYE_ROWS, _EYE_COLUMNS = (
    slice(_EYES - 2, _EYES + 6),
    (slice(_WIDE // 2 - 13, _WIDE // 2 - 3), slice(_WIDE // 2 + 3, _WIDE // 2 + 13)),
)
_LID_ROWS, _LIDS = slice(_EYES - 4, _EYES + 3), 1.72
_CHEEKS = slice(_EYES + 8, _EYES + 14), slice(_WIDE // 2 - 8, _WIDE // 2 + 8)

# What is compared for masks: from the middle of the mouth, and of the eyes, so far left, up, right, down; in distances of the eyes.
_MOUTH, _BETWEEN_EYES = (-0.35, -0.25, 0.35, 0.35), (-0.30, -0.45, 0.30, 0.35)
_BEARD, _DARK_CLOTH = -30, -40  # levels by which the mouth is lighter, less than the first and at most the second


class _Trees(NamedTuple):
    """Trees of three questions: of each the features and levels that are asked for, row by row, and what its eight answers add."""

    features: npt.NDArray[np.intp]
    levels: Whole
    answers: npt.NDArray[np.int32]  # thousandths


def head(rgb: Pixels, face: Box, eyes: Sequence[Point]) -> Pixels | None:
    """The small picture of a head, its eyes always in the same place; what lies outside of the photo is as its edge."""
    (left, level), (right, other) = eyes
    unit = (hypot(right - left, other - level) + face.height / _HIGH_AS) / 2
    if unit < 1:
        return None
    x, y = (left + right) / 2, (level + other) / 2
    wanted = Box(x - _ASIDE * unit, y - _ABOVE * unit, x + _ASIDE * unit, y + _BELOW * unit)
    within = wanted.within(rgb.shape[1], rgb.shape[0])
    first, top, end, bottom = (round(edge) for edge in within.edges)
    halves = (end - first) // 2, (bottom - top) // 2
    if min(halves) < 8:
        return None
    part = rgb[top : top + 2 * halves[1], first : first + 2 * halves[0]]
    half = cv2.resize(part, halves, interpolation=cv2.INTER_AREA)  # by a half exactly, which is quick
    scale = _PIXELS / unit
    beside, above = round((first - wanted.left) * scale), round((top - wanted.top) * scale)
    wide = min(max(round((end - first) * scale), 1), _WIDE - beside)
    high = min(max(round((bottom - top) * scale), 1), _HIGH - above)
    fitted = cv2.resize(half, (wide, high), interpolation=cv2.INTER_LINEAR)
    edges = above, _HIGH - above - high, beside, _WIDE - beside - wide
    return np.asarray(cv2.copyMakeBorder(fitted, *edges, cv2.BORDER_REPLICATE), dtype=np.uint8)


def covered(small: Pixels) -> float:
    """How much a head looks as if it were covered, from 0 to 1."""
    trees, asked = _trees(), _described(small)
    beyond = asked[trees.features] > trees.levels
    each = np.arange(len(beyond))
    first = beyond[:, 0].astype(np.int8)
    second = beyond[each, 1 + first]
    third = beyond[each, 3 + 2 * first + second]
    likely = 1 / (1 + exp(-int(trees.answers[each, 4 * first + 2 * second + third].sum()) / 1000))
    bright = float(asked[-1]) / 1000
    return max(likely, bright) if bright > _SURELY else likely


def _described(small: Pixels) -> Whole:
    """What the trees ask for, cell by cell: brightness and colour, against the skin's too, and edges across and down.

    Of the two sides the sum and the difference, since people have no left or right here; then the share of bright colours.
    """
    colours = cv2.cvtColor(small, cv2.COLOR_RGB2YCrCb)
    luma, red, blue = cv2.split(colours)
    edges = [cv2.convertScaleAbs(cv2.Sobel(luma, cv2.CV_16S, across, 1 - across)) for across in (1, 0)]
    size = _WIDE // _CELL, _HIGH // _CELL
    means = cv2.resize(cv2.merge((luma, red, blue, *edges)), size, interpolation=cv2.INTER_AREA).astype(np.int16)
    skin = np.sort(means[_SKIN_CELLS][:, :, :3].reshape(-1, 3), axis=0)[6]  # the median, or next to it
    cells = np.concatenate([means[:, :, :3] - skin, means[:, :, 1:]], axis=2)
    half = size[0] // 2
    one, other = cells[:, :half], cells[:, : half - 1 : -1]
    bright = round(1000 * _bright(small))
    return np.concatenate([(one + other).ravel(), np.abs(one - other).ravel(), [bright]]).astype(np.int16)


def _bright(small: Pixels) -> float:
    """The share of colours that hair has not where it should be."""
    hue, saturation, value = map(
        np.asarray, cv2.split(cv2.cvtColor(np.ascontiguousarray(small[_HAIR]), cv2.COLOR_RGB2HSV))
    )
    hairlike = (hue <= _HAIR_HUES[0]) | (hue >= _HAIR_HUES[1])
    strong = saturation >= np.where(hairlike, _GAUDY_SATURATION, _COOL_SATURATION)
    return np.count_nonzero(strong & (value >= np.where(hairlike, _GAUDY_BRIGHT, _COOL_BRIGHT))) / hairlike.size


def eye_light(small: Pixels) -> float:
    """How bright the eyes' surroundings are against nose and cheeks: little behind dark glasses. Of both eyes the brighter.

    The same of the eyes themselves, which are darker than what is below them, counts so much more.
    """
    luma = np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), dtype=np.uint8)
    around = max(_level(luma[_EYE_ROWS, columns], 0.75) for columns in _EYE_COLUMNS)
    within = max(_level(luma[_LID_ROWS, columns], 0.5) for columns in _EYE_COLUMNS)
    return min(around, _LIDS * within) / max(_level(luma[_CHEEKS], 0.5), 1)


def _level(luma: Pixels, share: float) -> int:
    """The level below which such a share of the pixels lies."""
    return int(np.sort(luma, axis=None, kind="stable")[int(share * luma.size)])  # which counts them


@cache
def _trees() -> _Trees:
    lines = files("hzcert.data").joinpath("hats.csv").read_text(encoding="utf-8").splitlines()[1:]
    rows = np.array([line.split(",") for line in lines], dtype=np.int32)
    return _Trees(rows[:, :7].astype(np.intp), rows[:, 7:14].astype(np.int16), rows[:, 14:])


def mouth(luma: Pixels, red: Pixels, marks: Sequence[Point]) -> tuple[float, float]:
    """By how many levels of Cr a mouth is less red than what lies between the eyes, and how varied its luma is where it is far darker.

    A mask (口罩) is less red than any skin, or dark and plain; of a beard, which is darker, half of it counts, and it is not plain.
    ``marks``: eyes, tip of the nose, corners of the mouth. Where the mouth is not far darker the second is 255.
    """
    (left, level), (right, other), _, (beside, low), (across, lower) = marks
    eyes, lips = ((left + right) / 2, (level + other) / 2), ((beside + across) / 2, (low + lower) / 2)
    unit = (hypot(right - left, other - level) + hypot(lips[0] - eyes[0], lips[1] - eyes[1])) / 2
    below, above = (
        [_near(plane, place, unit, edges) for plane in (luma, red)]
        for place, edges in ((lips, _MOUTH), (eyes, _BETWEEN_EYES))
    )
    if not (below[0].size and above[0].size):
        return 0.0, 255.0
    lighter, redder = (float(middle(here) - middle(there)) for here, there in zip(below, above, strict=True))
    return -redder * (1.0 if lighter >= _BEARD else 0.5), float(below[0].std()) if lighter <= _DARK_CLOTH else 255.0


def _near(plane: Pixels, place: Point, unit: float, edges: tuple[float, float, float, float]) -> Pixels:
    """Every other pixel about a place, in a row."""
    left, top, right, bottom = (max(round(place[axis % 2] + edge * unit), 0) for axis, edge in enumerate(edges))
    return plane[top:bottom:2, left:right:2].ravel()

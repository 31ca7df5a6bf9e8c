"""What stands behind a person: how much of it is near white, how evenly it is lit, and what else stands there.

It is seen in strips at both sides and in the upper corners, at half the size. Hair and shoulders that reach into a strip are no
background: their outline comes down to the side step by step. What begins all across the strip at once is a wall, furniture or a view.
"""

from collections.abc import Iterator
from math import ceil

import cv2
import numpy as np
import numpy.typing as npt

from hzcert.imaging.box import Box
from hzcert.imaging.levels import middle

Pixels = npt.NDArray[np.uint8]
Mask = npt.NDArray[np.bool_]

_SIDE, _DOWN = 0.10, 0.45  # shares of width and height; without a face no lower
_BELOW_CHIN = 1.1  # with one, down to so many times the way to the chin
_CORNER, _CORNER_DOWN = 0.30, 0.08
NEAR_WHITE, _NEAR_GREY = 215, 24  # least of the three channels, most that they differ by
_STEP = 0.10  # of the width: further an outline does not come from one row of the half size to the next
_SHADE = 190  # from this level on what has no colour is white wall in the shade, and no thing
_HAIR = 160  # least of the three channels just within an outline: what is lighter is shade on the wall
_SMALLEST = 4  # pixels of the half size: a smaller strip shows no outline
_WITHIN = np.ones((1, 6), np.uint8)  # so far within an outline
_SPECK = np.ones((2, 2), np.uint8)  # a pixel alone is grain
_FEWEST = 0.2  # of a part must be seen for it to be compared with others
_WALL_BELOW = 4  # white pixels below it in its column: clothes have none
_LEVEL = 1  # pixels: what begins so level across a strip, or its outer half (hair may reach into the other), is furniture or a horizon
# Shadows beside the head, on the coarse copy: luma and both chromas from, to; levels from one pixel to those around it.
_SHADOWED = (112, 118, 118), (206, 138, 138)
_SMOOTH = 3  # hair is rougher
_SHADOW_PIXELS = np.ones((2, 2), np.uint8)
_LOW = 0.25  # times the way to the chin: hair in a margin begins no lower
_SHOULDERS = (1.0, 0.9), (0.5, 0.8)  # share of a strip, times the way to the chin: no shoulder is so level so high


def background(rgb: Pixels, face: Box | None) -> tuple[float, float, float]:
    """The share of the background that is near white, the levels by which its parts differ, the share of the sides with things.

    Things are not white and not the person: they have wall below them and between them and the face, or begin level.
    """
    high, wide = rgb.shape[0] // 2, max(rgb.shape[1] // 2, 1)
    down = max(min(max(round(_DOWN * high), round(_BELOW_CHIN * face.bottom / 2) if face else 0), high), 1)
    side, corner, corner_down = (max(round(share), 1) for share in (_SIDE * wide, _CORNER * wide, _CORNER_DOWN * high))
    pixels, whites, things = 0, 0, 0
    levels: list[float] = []
    for half, before_face in _sides(rgb, down, max(corner, side + round(_STEP * wide)), face):
        white, shaded, least, green = _near_white(half)
        seen = _seen(white, least, side, round(_STEP * wide))
        above = np.ones((corner_down, max(corner - side, 0)), dtype=np.bool_)
        for top, left, shown in ((0, 0, seen[: down // 2]), (down // 2, 0, seen[down // 2 :]), (0, side, above)):
            rows, columns = slice(top, top + shown.shape[0]), slice(left, left + shown.shape[1])
            count = int(np.count_nonzero(shown))
            if count == 0 or count < _FEWEST * shown.size:
                continue
            pixels += count
            whites += int(np.count_nonzero(white[rows, columns] & shown))
            levels.append(float(middle(green[rows, columns][shown])))
        if face:
            things += _things(white, shaded, seen, before_face, face.bottom / 2)
    shade = max(levels) - min(levels) if levels else 0.0
    return whites / max(pixels, 1), shade, things / (2 * side * down)


def _sides(rgb: Pixels, down: int, reach: int, face: Box | None) -> Iterator[tuple[Pixels, int]]:
    """What lies to either side of the face at half the size, the right one mirrored, and how far it is from there to the face."""
    wide = max(rgb.shape[1] // 2, 1)
    for mirrored in (False, True):
        before_face = max(int((rgb.shape[1] - face.right if mirrored else face.left) / 2), 1) if face else 0
        across = min(max(reach, before_face), wide)
        part = rgb[: 2 * down, -2 * across :] if mirrored else rgb[: 2 * down, : 2 * across]
        half = cv2.resize(part, (across, down), interpolation=cv2.INTER_AREA)
        yield np.asarray(cv2.flip(half, 1) if mirrored else half, dtype=np.uint8), before_face


def _near_white(rgb: Pixels) -> tuple[Mask, Mask, Pixels, Pixels]:
    """Where a picture is near white, where it is so or in a light shade, the least of its channels, and the green one."""
    red, green, blue = cv2.split(rgb)
    least, most = cv2.min(cv2.min(red, green), blue), cv2.max(cv2.max(red, green), blue)
    grey = np.asarray(cv2.subtract(most, least)) <= _NEAR_GREY
    white, shaded = (grey & (np.asarray(least) >= level) for level in (NEAR_WHITE, _SHADE))
    return white, shaded, np.asarray(least, dtype=np.uint8), np.asarray(green, dtype=np.uint8)


def _seen(white: Mask, least: Pixels, side: int, step: int) -> Mask:
    """What of a strip at the left is not covered by the person, whose outline comes down from where all of it is white."""
    seen = np.ones((len(white), side), dtype=np.bool_)
    if min(len(white), side + step) < _SMALLEST or white[:, :side].all():
        return seen
    filled = np.asarray(cv2.erode((~white[:, : side + step]).astype(np.uint8), _SPECK))
    outline = np.where(filled.any(axis=1), filled.argmax(axis=1), side + step)
    open_, rows = outline >= side, np.arange(len(outline))
    within = np.asarray(cv2.erode(least, _WITHIN, anchor=(0, 0)))[rows, np.minimum(outline, side)]
    broken = (within > _HAIR) | (outline <= np.concatenate(([0], outline[:-1])) - step)
    broken[0] = True
    # Followed as long as no row has broken it off since the last that was open.
    opened, stopped = (np.maximum.accumulate(np.where(each, rows, -1)) for each in (open_, broken & ~open_))
    covered = np.where(
        ~open_ & (opened > stopped), np.maximum(outline - 1, 0), side
    )  # one that the grain's filter took off
    return np.arange(side) < covered[:, None]


def _things(white: Mask, wall: Mask, seen: Mask, before_face: int, chin: float) -> int:
    """How many pixels of a strip at the left are neither wall nor person."""
    strip = wall[:, : seen.shape[1]]
    if strip.all():
        return 0
    if _begins_level(strip, chin):
        return int(np.count_nonzero(~strip))
    alone = seen & ~strip
    if not alone.any():
        return 0
    alone &= np.cumsum(strip[::-1], axis=0, dtype=np.int16)[::-1] >= _WALL_BELOW  # clothes reach down to the lower edge
    # Hair is joined to the face in its row: what counts lies beyond the wall that is nearest to the face.
    towards = white[:, :before_face][:, ::-1]
    nearest = np.where(towards.any(axis=1), before_face - towards.argmax(axis=1), 0)
    return int(np.count_nonzero(alone & (np.arange(strip.shape[1]) < nearest[:, None])))


def _begins_level(strip: Mask, chin: float) -> bool:
    """Whether what is not white begins at one level across a strip or its outer half, higher than any shoulder."""
    filled = np.asarray(cv2.erode((~strip).astype(np.uint8), _SPECK[:, :1]))
    begins = np.where(filled.any(axis=0), filled.argmax(axis=0), len(filled)).tolist()
    for share, highest in _SHOULDERS:
        outer = begins[: ceil(share * len(begins))]
        if max(outer) - min(outer) <= _LEVEL and _LOW * chin <= min(outer) and max(outer) <= highest * chin:
            return True
    return False


def shadow(small: Pixels, face: Box | None) -> float:
    """The largest shadow on the wall beside the head, as a share of the photo: grey, smooth, of one piece, and nothing of it above the face.

    ``small``: the ``coarse`` copy of the photo in luma and chroma; ``face`` in its pixels.
    """
    if face is None:
        return 0.0
    luma = cv2.extractChannel(small, 0)
    rough = cv2.absdiff(luma, cv2.blur(luma, (3, 3)))
    grey = cv2.bitwise_and(cv2.inRange(small, *_SHADOWED), cv2.inRange(rough, (0,), (_SMOOTH,)))
    left, top, right, chin = (max(round(edge), 0) for edge in face.edges)
    grey[top:chin, left:right] = 0
    grey[chin:] = 0
    grey = cv2.morphologyEx(grey, cv2.MORPH_OPEN, _SHADOW_PIXELS)
    if not cv2.countNonZero(grey):
        return 0.0
    _, labels, stats, _ = cv2.connectedComponentsWithStats(grey)
    areas = stats[:, cv2.CC_STAT_AREA]
    areas[0] = 0  # what is no piece at all
    quarter = (right - left) // 4
    areas[labels[:chin, left + quarter : right - quarter]] = 0  # grey hair, a scarf
    return float(areas.max()) / grey.size

"""What stands behind a person: how much of it is near white, and how evenly it is lit.

It is seen in strips at both sides and in the upper corners. Hair and shoulders that reach into a strip are no background: their
outline comes down to the side step by step. What begins all across the strip at once is a wall, furniture or a view.
"""

from collections.abc import Iterator

import cv2
import numpy as np
import numpy.typing as npt

from hzcert.imaging.levels import middle

Pixels = npt.NDArray[np.uint8]
Mask = npt.NDArray[np.bool_]

_SIDE, _DOWN = 0.10, 0.45  # shares of width and height; without a face no lower
_BELOW_CHIN = 1.1  # with one, down to so many times the way to the chin
_CORNER, _CORNER_DOWN = 0.30, 0.08
NEAR_WHITE, _NEAR_GREY = 215, 24  # least of the three channels, most that they differ by
_STEP = 0.10  # of the width: further an outline does not come from one row to the next
_HAIR = 160  # least of the three channels just within an outline: what is lighter is shade on the wall
_SMALLEST = 8  # pixels: a smaller strip shows no outline
_SPECK = np.ones((2, 2), np.uint8)  # a pixel alone is grain
_FEWEST = 0.2  # of a part must be seen for it to be compared with others


def background(rgb: Pixels, chin: float) -> tuple[float, float]:
    """The share of the background that is near white, and the levels by which its parts differ; ``chin`` 0 without a face."""
    high, wide, _ = rgb.shape
    side, step = max(round(_SIDE * wide), 1), round(_STEP * wide)
    down = min(max(round(_DOWN * high), round(_BELOW_CHIN * chin), 1), high)
    corner, corner_down = max(round(_CORNER * wide), 1), max(round(_CORNER_DOWN * high), 1)
    half = max(down // 2, 1)
    pixels, whites = 0, 0
    levels: list[float] = []
    for strip, above in _sides(rgb, down, side + step, corner_down, corner):
        seen = _seen(strip, side, step)
        upper, lower = (strip[:half, :side], seen[:half]), (strip[half:, :side], seen[half:])
        for part, shown in (upper, lower, (above[:, side:], np.ones(above[:, side:].shape[:2], dtype=np.bool_))):
            count = int(np.count_nonzero(shown))
            if count == 0 or count < _FEWEST * shown.size:
                continue
            white, _ = _near_white(part)
            pixels += count
            whites += int(np.count_nonzero(white & shown))
            levels.append(float(middle(part[:, :, 1][shown])))
    return whites / max(pixels, 1), max(levels) - min(levels) if levels else 0.0


def _sides(rgb: Pixels, down: int, side: int, corner_down: int, corner: int) -> Iterator[tuple[Pixels, Pixels]]:
    """A strip and a corner from each side, the right ones mirrored."""
    yield rgb[:down, :side], rgb[:corner_down, :corner]
    right, above = (
        cv2.flip(np.ascontiguousarray(part), 1) for part in (rgb[:down, -side:], rgb[:corner_down, -corner:])
    )
    yield np.asarray(right, dtype=np.uint8), np.asarray(above, dtype=np.uint8)


def _near_white(rgb: Pixels) -> tuple[Mask, Pixels]:
    """Where a picture is near white, and the least of its channels."""
    red, green, blue = cv2.split(np.ascontiguousarray(rgb))
    least, most = cv2.min(cv2.min(red, green), blue), cv2.max(cv2.max(red, green), blue)
    white = (np.asarray(least) >= NEAR_WHITE) & (np.asarray(cv2.subtract(most, least)) <= _NEAR_GREY)
    return white, np.asarray(least, dtype=np.uint8)


def _seen(strip: Pixels, side: int, step: int) -> Mask:
    """What of a strip at the left is not covered by the person, whose outline comes down from where all of it is white."""
    high, wide, _ = strip.shape
    seen = np.ones((high, side), dtype=np.bool_)
    if min(high, wide) < _SMALLEST:
        return seen
    small = cv2.resize(np.ascontiguousarray(strip), (wide // 2, high // 2), interpolation=cv2.INTER_AREA)
    white, least = _near_white(np.asarray(small, dtype=np.uint8))
    if white[:, : side // 2].all():
        return seen
    filled = np.asarray(cv2.erode((~white).astype(np.uint8), _SPECK))
    outline = np.where(filled.any(axis=1), filled.argmax(axis=1), filled.shape[1]).tolist()
    followed, before = outline[0] >= side // 2, filled.shape[1]
    for row, reach in enumerate(outline):
        if reach >= side // 2:
            followed = True
        elif followed:
            followed = before - reach < step // 2 and min(least[row, reach : reach + 6].tolist()) <= _HAIR
            if followed:
                seen[2 * row : 2 * row + 2, 2 * max(reach - 1, 0) :] = False  # which the grain's filter took off
        before = reach
    return seen

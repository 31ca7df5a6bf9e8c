"""Damage inside a JPEG that decodes all the same: from one row of blocks on, all colours are shifted by the same.

No edge of a thing does that: it lies level for a while at most, and what is beside it, of another colour, does not change
by the same there. How far this tells damage: docs/photos.md.
"""

import cv2
import numpy as np
import numpy.typing as npt

Pixels = npt.NDArray[np.uint8]

SMALLEST = 32  # pixels: in a narrower picture no row of blocks is to be seen
_LOOKED_AT = (140, 210)  # pixels
_STEP = 2  # rows of these between which a shift lies, wherever it lies between them
_SHIFT = 6  # levels
_EVEN, _GRAIN = 0.3, 3  # of the shift, and levels: more than that nothing changes above and below it
_FEWEST = 0.18  # of the width: where fewer shift at one level none is looked at further
_ROWS = 4  # with the most that shifts
_SAME, _ABOUT = 0.15, 6  # of the shift, or levels, by which shifts of the same differ
_CLIPPED = 6  # levels from black or white: what ended there would have shifted further
_OTHER = 24  # levels: things that differ by so much are of another colour
# Shares of the width: what of other colours than the rest shifts by the same, and what of any colour shifts at one level.
_TOLD, _SURE = (0.09, 0.70), (0.12, 0.85)
_BLOCKS = 16  # rows: damage begins inside a row of blocks, and what is left of its beginning shifts one row of them further down


def torn(rgb: Pixels, *, sideways: bool, turned: float = 0.0) -> int:
    """Whether all colours shift at one level of the picture: 2 surely, 1 perhaps, else 0.

    ``sideways``: the picture was turned after it was read, so that its rows of blocks run down; ``turned`` the degrees clockwise
    by which it was then set upright.
    """
    if min(rgb.shape[:2]) < SMALLEST:
        return 0
    small = cv2.resize(rgb, _LOOKED_AT, interpolation=cv2.INTER_AREA)
    if turned:
        back = cv2.getRotationMatrix2D((_LOOKED_AT[0] / 2, _LOOKED_AT[1] / 2), turned, 1.0)  # counted against the clock
        small = cv2.warpAffine(small, back, _LOOKED_AT, borderMode=cv2.BORDER_REPLICATE)
    if sideways:
        small = cv2.transpose(small)
    shifted = _shifted(small)
    shares = np.asarray(cv2.reduce(shifted, 1, cv2.REDUCE_SUM, dtype=cv2.CV_32S)).ravel() / shifted.shape[1]
    rows = [int(row) for row in np.argsort(-shares, kind="stable")[:_ROWS] if shares[row] >= _FEWEST]
    if not rows:
        return 0
    found = max(_of_other_colours(small, shifted, row) for row in rows), max(_along(shifted, row) for row in rows)
    return sum(any(share >= limit for share, limit in zip(found, limits, strict=True)) for limits in (_TOLD, _SURE))


def _shifted(small: cv2.typing.MatLike) -> Pixels:
    """1 where a colour changes at once from one row to the next but one, and hardly above and below; by rows."""
    apart = cv2.absdiff(small[_STEP:], small[:-_STEP])
    red, green, blue = cv2.split(apart)
    most = cv2.max(cv2.max(red, green), blue)
    step, around = most[_STEP:-_STEP], cv2.max(most[: -2 * _STEP], most[2 * _STEP :])
    even = np.asarray(around) <= np.asarray(cv2.convertScaleAbs(step, alpha=_EVEN, beta=_GRAIN))
    return (even & (np.asarray(step) >= _SHIFT)).astype(np.uint8)


def _of_other_colours(small: cv2.typing.MatLike, shifted: Pixels, row: int) -> float:
    """What share of the width shifts by the same at a row, but is of another colour than most that does, above it and below."""
    where = shifted[row] > 0
    above, below = (np.asarray(small[row + at][where], dtype=np.int16) for at in (_STEP, 2 * _STEP))
    steps = below - above
    free = (below >= _CLIPPED) & (below <= 255 - _CLIPPED)
    shift = np.array(
        [
            np.median(steps[free[:, one], one] if np.count_nonzero(free[:, one]) > _CLIPPED else steps[:, one])
            for one in range(3)
        ]
    )
    expected = np.clip(above + shift, 0, 255) - above
    same = (np.abs(steps - expected) <= max(_SAME * np.abs(shift).max(), _ABOUT)).all(axis=1)
    if not same.any():
        return 0.0
    far = [np.abs(side[same] - np.median(side[same], axis=0)).max(axis=1) for side in (above, below)]
    return float(np.count_nonzero((far[0] > _OTHER) & (far[1] > _OTHER / 2)) / len(where))


def _along(shifted: Pixels, row: int) -> float:
    """What share of the width shifts at a row, or left of some place at another one not far below."""
    near = shifted[max(row - _BLOCKS, 0) : row + _BLOCKS + 1].cumsum(axis=1, dtype=np.int32)
    at = min(row, _BLOCKS)
    right = near[:, -1:] - near
    both = max((right[: at + 1] + near[at]).max(), (near[at:] + right[at]).max())
    return float(both / shifted.shape[1])

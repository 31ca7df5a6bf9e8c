"""Damage inside a JPEG that decodes all the same: from one row of blocks on, all colours are shifted by the same.

So from one row of pixels to the next the colours break off, in the picture as it was read; what a lens sees breaks off nowhere. And
no edge of a thing changes what is beside it, of another colour, by the same. How far this tells damage: docs/photos.md.
"""

import cv2
import numpy as np
import numpy.typing as npt

from hzcert.imaging.marks import SMALLEST
from hzcert.imaging.resample import turned_back

Pixels = npt.NDArray[np.uint8]

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
_SURE = (0.12, 0.85)
_BLOCKS = 16  # rows: damage begins inside a row of blocks, and what is left of its beginning shifts one row of them further down

# Where colours break off.
_COLUMNS = 64  # so many are looked at
_EACH_COLOUR = np.tile(np.eye(3, dtype=np.float32), (_COLUMNS, 1)) / _COLUMNS
_TRIED = 6  # rows that break off most on average, column by column
_BREAKING = 4  # levels
_ROWS_SEEN = np.array(
    [-4, 0, 1, 2, 3, 7]
)  # colours break off in the middle of them; at both ends one sees by how much they stay so
_STAYING = 1  # levels
_BROKEN = 0.6  # of the width
_ENDS = 0.07  # of the height at both ends: frames lie there


def torn(image: Pixels, rgb: Pixels, *, sideways: bool, turned: float = 0.0) -> int:
    """Whether all colours shift at one level: 2 surely, 1 perhaps, else 0.

    ``image``: what the photo shows of the picture as it was read, ``rgb`` the photo. ``sideways``: the picture was turned after it was read, so that its
    rows of blocks run down; ``turned`` the degrees clockwise by which the photo was then set upright.
    """
    if min(rgb.shape[:2]) < SMALLEST or _breaks_off(cv2.transpose(image) if sideways else image) < _BROKEN:
        return 0
    small = np.asarray(cv2.resize(rgb, _LOOKED_AT, interpolation=cv2.INTER_AREA), dtype=np.uint8)
    if turned:
        small = turned_back(small, turned)
    if sideways:
        small = np.asarray(cv2.transpose(small), dtype=np.uint8)
    shifted = _shifted(small)
    shares = np.asarray(cv2.reduce(shifted, 1, cv2.REDUCE_SUM, dtype=cv2.CV_32S)).ravel() / shifted.shape[1]
    rows = [int(row) for row in np.argsort(-shares, kind="stable")[:_ROWS] if shares[row] >= _FEWEST]
    sure = any(_of_other_colours(small, shifted, row) >= _SURE[0] or _along(shifted, row) >= _SURE[1] for row in rows)
    return 2 if sure else 1


def _breaks_off(image: cv2.typing.MatLike) -> float:
    """Along what share of a row of blocks a colour breaks off, all one way, from one row of pixels to the next."""
    high, ends = len(image), max(round(_ENDS * len(image)), 1)
    if high < 2 * ends + _TRIED + 3 or ends < 5:
        return 0.0
    seen = np.asarray(cv2.resize(image, (_COLUMNS, high), interpolation=cv2.INTER_NEAREST), dtype=np.uint8)
    means = seen.reshape(high, -1).astype(np.float32) @ _EACH_COLOUR
    steps = means[1:] - means[:-1]
    breaks = np.abs(2 * steps[1:-1] - steps[:-2] - steps[2:]).max(axis=1)[ends:-ends]
    likely = np.argpartition(breaks, -_TRIED)[-_TRIED:] + ends
    upper, first, above, below, last, lower = seen[likely + _ROWS_SEEN[:, None]].astype(np.int16)
    apart = 3 * (below - above) + first - last  # twice the step, less those before and after it
    stays = lower - upper  # what is back at once is a line
    up, down = (sign * apart > 2 * _BREAKING for sign in (1, -1))
    breaking = (up & (stays > _STAYING)).astype(np.int8) - (down & (stays < -_STAYING))
    up_to = np.cumsum(breaking, axis=1, dtype=np.int8)
    # To the right of where the damage begins, and left of it in another row.
    both = np.abs(up_to[:, None] + (up_to[:, -1:] - up_to)[None]).max(axis=(2, 3))
    near = np.abs(likely[:, None] - likely) <= _BLOCKS
    return float(np.where(near, both, 0).max()) / _COLUMNS


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

"""The crown (头顶) of a head before a white wall: how high the hair stands, and how much of it the upper edge cuts off.

The box of a face tells the crown of a skull; hair stands higher on many heads, and a photo must not cut it off.
"""

import numpy as np
import numpy.typing as npt

from hzcert.imaging.box import Box

Pixels = npt.NDArray[np.uint8]

_WALL = 190  # least of the three channels: white wall, in a light shade too
_HAIR = 0.15  # of the face's width: less is a speck, a curl, or the grain of the picture
_CORNER = 0.1  # of the width: if neither is white, nothing is known of the wall
_MOST_WALL = 0.8  # of a corner
_HIGHEST = 0.6  # of the height of the face: no hair stands higher above the skull
_TOP = 3  # rows at the upper edge


def hair_top(small: Pixels, head: Box) -> float:
    """The row at which the hair of a head ends above, where it stands higher than its skull; else the skull's crown.

    ``head``: crown to chin in the pixels of the picture.
    """
    first, crown = max(int(head.top - _HIGHEST * head.height), 0), int(head.top)
    columns = _columns(small, head)
    if crown <= first or columns.start >= columns.stop or not _white_above(small):
        return head.top
    filled = _share(small[first : crown + 1, columns]) >= _HAIR
    empty = np.flatnonzero(~filled)
    if not empty.size:  # the upper edge cuts it off, or it is no hair
        return float(first) if first == 0 else head.top
    return min(float(first + empty[-1] + 1), head.top)


def cut_above(rgb: Pixels, face: Box) -> float:
    """How much of the width of a face is hair or skin along the upper edge of the photo: none where the wall is not white."""
    columns = _columns(rgb, face)
    if columns.start >= columns.stop or not _white_above(rgb):
        return 0.0
    top = np.asarray(rgb[:_TOP, columns]).mean(axis=0)
    return float((top.min(axis=1) < _WALL).sum()) / face.width


def _columns(rgb: Pixels, face: Box) -> slice:
    return slice(max(round(face.left), 0), min(round(face.right), rgb.shape[1]))


def _share(rows: Pixels) -> npt.NDArray[np.float64]:
    """Of each row: the share that is no wall."""
    return np.asarray((rows.min(axis=2) < _WALL).mean(axis=1))


def _white_above(rgb: Pixels) -> bool:
    """Whether an upper corner shows a white wall: hair may fill the other."""
    wide = max(round(_CORNER * rgb.shape[1]), 1)
    return any(float(_share(part).mean()) <= 1 - _MOST_WALL for part in (rgb[:_TOP, :wide], rgb[:_TOP, -wide:]))

"""The crown (头顶) of a head before a white wall: how high the hair stands, and how much of it the upper edge cuts off.

The box of a face tells the crown of a skull; hair stands higher on many heads, and a photo must not cut it off.
"""

import cv2
import numpy as np
import numpy.typing as npt

from hzcert.imaging.box import Box

Pixels = npt.NDArray[np.uint8]

_WALL = (190, 190, 190), (255, 255, 255)  # from, to: white wall, in a light shade too
_HAIR = 0.15  # of the face's width: less is a speck, a curl, or the grain of the picture
_PARTS = 10  # along the upper edge: if none of them is white, nothing is known of the wall
_MOST_WALL = 0.8  # of a part
_HIGHEST = 0.6  # of the height of the head: no hair stands higher above the skull
_TOP = 3  # rows at the upper edge


def hair_top(small: Pixels, head: Box) -> float:
    """The row at which the hair of a head ends above, where it stands higher than its skull; else the skull's crown.

    ``head``: crown to chin in the pixels of the picture.
    """
    first, crown = max(int(head.top - _HIGHEST * head.height), 0), int(head.top)
    left, right = _columns(small, head)
    if crown <= first or left >= right or not _white_above(small):
        return head.top
    empty = np.flatnonzero(_filled(small[first : crown + 1, left:right]) < _HAIR)
    if not empty.size:  # the upper edge cuts it off, or it is no hair
        return float(first) if first == 0 else head.top
    return min(float(first + empty[-1] + 1), head.top)


def cut_above(rgb: Pixels, face: Box) -> float:
    """How much of the width of a face is hair or skin along the upper edge of the photo: none where the wall is not white."""
    left, right = _columns(rgb, face)
    if left >= right or not _white_above(rgb):
        return 0.0
    return float(_filled(rgb[:_TOP, left:right]).mean()) * (right - left) / face.width


def _columns(rgb: Pixels, face: Box) -> tuple[int, int]:
    return max(round(face.left), 0), min(round(face.right), rgb.shape[1])


def _filled(rows: Pixels) -> npt.NDArray[np.float64]:
    """Of each row: the share that is no wall."""
    wall = cv2.reduce(cv2.inRange(rows, *_WALL), 1, cv2.REDUCE_AVG, dtype=cv2.CV_32F)
    return 1 - np.asarray(wall, dtype=np.float64).ravel() / 255


def _white_above(rgb: Pixels) -> bool:
    """Whether some part of the upper edge shows a white wall: hair, or something in a corner, may fill the others."""
    wall = cv2.resize(cv2.inRange(rgb[:_TOP], *_WALL), (_PARTS, 1), interpolation=cv2.INTER_AREA)
    return float(wall.max()) >= 255 * _MOST_WALL

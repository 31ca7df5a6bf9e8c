"""How sharp a face is: how much of its fine detail is left against its coarse detail, whatever its contrast, and its grain aside.

The plain measure, the variance of the Laplacian, took smooth skin for blur and grain for sharpness: docs/photos.md.
"""

from collections.abc import Sequence
from functools import cache
from itertools import pairwise
from math import ceil

import cv2
import numpy as np
import numpy.typing as npt

from hzcert.imaging.levels import middle
from hzcert.imaging.resample import turned_back

Pixels = npt.NDArray[np.uint8]
Weights = npt.NDArray[np.float64]

_ROUND = (0.7, 1.5, 3.0)  # pixels: detail of the first to the second width is fine, from there to the third coarse
_ALONG = (1.0, 2.0, 4.0)  # the same along one axis: a camera that shakes blurs along one alone
_ACROSS = 0.7  # pixels averaged across that axis
_AXIS = 1.25  # what one axis holds counts so many times, since it holds less than both
_FLAT = 2.0  # added to the coarse detail: what holds next to none is no face
_ONE = np.ones(1)
_GRAIN = np.array((1.0, -2.0, 1.0))  # across and down: sees next to nothing of edges
_GRAIN_SEEN = 6 * 0.6745  # standard deviations of grain that the median of what it sees comes to
_NEAR = 7  # steps that each is held against
_STEP = 1.0  # added to the mean step: what has hardly any shows no squares
_SQUARES, _ALL_SQUARES = 0.27, 0.50  # from the first on they take away from the sharpness, at the second there is none


def sharpness(face: Pixels, turned: float = 0.0) -> float:
    """Fine against coarse detail of a face's luma, by the axis that has least of it; edges of squares are no detail.

    ``turned``: by how many degrees clockwise the picture was turned for the photo.
    """
    if min(face.shape) < 3:
        return 0.0
    faces_own = min(max((_ALL_SQUARES - squares(face, turned)) / (_ALL_SQUARES - _SQUARES), 0.0), 1.0)
    grains = np.asarray(cv2.convertScaleAbs(cv2.sepFilter2D(face, cv2.CV_16S, _GRAIN, _GRAIN)), dtype=np.uint8)
    grain = float(middle(grains[::2, ::2].ravel())) / _GRAIN_SEEN
    return faces_own * min(
        _share(
            [cv2.sepFilter2D(face, cv2.CV_32F, _bell(width), _bell(width)) for width in _ROUND], _ROUND, _ROUND, grain
        ),
        _AXIS * _along(face, grain),
        _AXIS * _along(cv2.transpose(face), grain),
    )


def squares(face: Pixels, turned: float = 0.0) -> float:
    """How far a face has fallen into squares, as too few pixels or too low a quality leave it: both ways single steps stand out.

    ``turned``: by how many degrees clockwise the picture was turned after it fell into squares.
    """
    if turned:
        face = turned_back(face, turned)
    return min(_uneven(face), _uneven(cv2.transpose(face)))


def _uneven(face: cv2.typing.MatLike) -> float:
    """By how much the steps from one column of pixels to the next differ from those near them, against their mean."""
    if face.shape[1] <= _NEAR:
        return 0.0
    steps = cv2.reduce(cv2.absdiff(face[:, 1:], face[:, :-1]), 0, cv2.REDUCE_AVG, dtype=cv2.CV_32F)
    uneven = cv2.norm(steps, cv2.blur(steps, (_NEAR, 1)), cv2.NORM_L1) / steps.size
    return uneven / (cv2.mean(steps)[0] + _STEP)


def _along(face: cv2.typing.MatLike, grain: float) -> float:
    """The same along the rows; every other row tells enough."""
    rows = cv2.sepFilter2D(face, cv2.CV_32F, _ONE, _bell(_ACROSS))[::2]
    levels = [cv2.filter2D(rows, -1, _bell(width).T) for width in _ALONG]
    return _share(levels, _ALONG, (_ACROSS,) * 3, grain)


def _share(
    levels: Sequence[cv2.typing.MatLike], across: tuple[float, ...], down: tuple[float, ...], grain: float
) -> float:
    """Detail between the first two widths against that between the last two, less what grain adds to each."""
    fine, coarse = (
        max(cv2.norm(finer, coarser, cv2.NORM_L2SQR) / finer.size - grain**2 * _passed(across[one:], down[one:]), 0.0)
        for one, (finer, coarser) in enumerate(pairwise(map(np.asarray, levels)))
    )
    return fine / (coarse + _FLAT)


@cache
def _bell(width: float) -> Weights:
    return np.asarray(cv2.getGaussianKernel(2 * ceil(3 * width) + 1, width), dtype=np.float64)


def _passed(across: Sequence[float], down: Sequence[float]) -> float:
    """How much of the variance of grain is left between two levels."""
    return sum(
        sign * _common(across[one], across[other]) * _common(down[one], down[other])
        for one, other, sign in ((0, 0, 1), (0, 1, -2), (1, 1, 1))
    )


@cache
def _common(width: float, wider: float) -> float:
    one, other = _bell(width), _bell(wider)
    edge = (len(other) - len(one)) // 2
    return float((one * other[edge : edge + len(one)]).sum())

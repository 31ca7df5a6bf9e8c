"""How far a head leans: the line about which eyes, brows and mouth mirror each other.

YuNet's marks follow a leaning head by only a third of its angle, so the picture itself is asked: the axis about which its
horizontal edges are most like their mirror image. Tried on portraits turned by known angles: docs/photos.md.
"""

from math import cos, radians, sin

import cv2
import numpy as np
import numpy.typing as npt

from hzcert.imaging.box import Box

Pixels = npt.NDArray[np.uint8]

_SIDE = 56  # pixels of the face that is looked at
_WIDER = 1.15  # than the box of the face
_REACH, _COARSE, _STEP = 12, 6, 3  # degrees either way; steps of a first and a second look
_FARTHEST = 24  # degrees, where the first look finds most at its end
# A face as like its mirror image as this, and less so to either side, is upright without a look farther off.
_SURE = 0.6
_UPPER, _LOWER = 0.12, 0.88  # of the face: without hair and chin
# Horizontal edges by Sobel after a blur of one pixel, both in one pass.
_BLUR = cv2.getGaussianKernel(5, 1.0).ravel()
_ACROSS, _DOWN = np.convolve(_BLUR, (1, 2, 1)), np.convolve(_BLUR, (-1, 0, 1))
_COMPARED = 0.7  # of its width, which leaves room for the axis to lie aside


def lean(image: Pixels, face: Box) -> tuple[float, float]:
    """Degrees clockwise by which a face leans in an RGB picture, and how like its mirror image it then is, up to 1."""
    scale = _SIDE / (face.width * _WIDER)
    reach = face.width * _WIDER
    corner = (max(int(face.centre - reach), 0), max(int(face.level - reach), 0))
    near = np.ascontiguousarray(
        image[corner[1] : int(face.level + reach) + 1, corner[0] : int(face.centre + reach) + 1]
    )
    if min(near.shape[:2]) < 2:
        return 0.0, 0.0
    grey = cv2.cvtColor(near, cv2.COLOR_RGB2GRAY)
    face = face.seen_from(Box(*corner, 0, 0))
    while scale < 0.5 and min(grey.shape) > 2 * _SIDE:  # so that what is sampled below holds no more than it can show
        grey = cv2.resize(grey, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
        scale, face = scale * 2, face.scaled(0.5, 0.5)
    middle = (face.centre, face.level)
    likeness: dict[int, float] = {}

    def like(angle: int) -> float:
        if angle not in likeness:
            likeness[angle] = _likeness(_upright(grey, middle, scale, angle))
        return likeness[angle]

    best = 0
    if like(0) < max(_SURE, like(-_STEP), like(_STEP)):
        best = max(range(-_REACH, _REACH + 1, _COARSE), key=like)
        while _REACH <= abs(best) < _FARTHEST:
            farther = best + (_COARSE if best > 0 else -_COARSE)
            if like(farther) <= like(best):
                break
            best = farther
        best = max((best, best - _STEP, best + _STEP), key=like)
    before, most, after = like(best - _STEP), like(best), like(best + _STEP)
    if most < max(before, after) or abs(best) > _FARTHEST:
        return float(best), 0.0  # the edge of what was tried says nothing
    bend = before - 2 * most + after
    return best + (_STEP * (before - after) / (2 * bend) if bend else 0.0), most


def _upright(grey: cv2.typing.MatLike, middle: tuple[float, float], scale: float, angle: float) -> cv2.typing.MatLike:
    """The face as it would look if it leant by this angle and was turned back."""
    across, down = cos(radians(angle)) / scale, sin(radians(angle)) / scale
    half = _SIDE / 2
    to_source = np.array(
        [
            [across, -down, middle[0] - (across - down) * half],
            [down, across, middle[1] - (down + across) * half],
        ]
    )
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return cv2.warpAffine(grey, to_source, (_SIDE, _SIDE), flags=flags, borderMode=cv2.BORDER_REPLICATE)


def _likeness(face: cv2.typing.MatLike) -> float:
    """How like its mirror image a face is, by its horizontal edges; wherever the axis lies."""
    edges = cv2.sepFilter2D(face, cv2.CV_32F, _ACROSS, _DOWN)
    edges = edges[int(_UPPER * _SIDE) : int(_LOWER * _SIDE)]
    inner = int(_SIDE * _COMPARED)
    start = (_SIDE - inner) // 2
    mirrored = np.ascontiguousarray(edges[:, ::-1][:, start : start + inner])
    found = cv2.matchTemplate(np.ascontiguousarray(edges), mirrored, cv2.TM_CCOEFF_NORMED)
    most = float(found.max())
    return most if np.isfinite(most) else 0.0

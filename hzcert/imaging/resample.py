"""Bringing pictures to another size or angle: as near to Lanczos as the JPEG after it lets one see, in a fifth of its time."""

from math import cos, radians, sin

import cv2
import numpy as np
import numpy.typing as npt

from hzcert.imaging.box import Box

Pixels = npt.NDArray[np.uint8]

_TAPS = 7
_OPENER = 1.04  # the filter passes a little more than the new size can hold, since it is short
_NEARLY = 0.88  # from this scale on nothing need be filtered out
_COARSE = 0.5  # below it whole pixels are averaged first


def resized(image: Pixels, size: tuple[int, int], box: Box, *, turned: float = 0.0) -> Pixels:
    """The part of a picture in a box, in another size: a short windowed sinc, then cubic interpolation.

    Args:
        image: RGB.
        size: width and height of the result.
        box: what of the picture; in the turned picture if it is turned.
        turned: degrees clockwise by which the picture is turned about the middle of the box first.
    """
    high, wide = image.shape[:2]
    inside = Box(*box.edges) if turned else box.within(wide, high)
    coarsest = max(size[0] / inside.width, size[1] / inside.height)
    times = int(_COARSE / coarsest) if coarsest < _COARSE else 1
    if times > 1:
        image, inside = averaged(image, times), inside.scaled(1 / times, 1 / times)
    across, down = size[0] / inside.width, size[1] / inside.height
    on_pixels = not turned and all(edge == int(edge) for edge in inside.edges)
    if on_pixels:
        left, top, right, bottom = map(int, inside.edges)
        image = np.ascontiguousarray(image[top:bottom, left:right])
    if min(across, down) < _NEARLY:
        image = np.asarray(cv2.sepFilter2D(image, -1, _low_pass(across), _low_pass(down)), dtype=np.uint8)
    if on_pixels:
        # Ten times as fast as the way below, and the same where the box lies on whole pixels.
        return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_CUBIC), dtype=np.uint8)
    flags = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
    to_source = _to_source(inside, across, down, turned)
    return np.asarray(
        cv2.warpAffine(image, to_source, size, flags=flags, borderMode=cv2.BORDER_REPLICATE), dtype=np.uint8
    )


def turned_back(image: Pixels, degrees: float) -> Pixels:
    """A picture of the same size, turned about its middle by so many degrees against the clock; quickly, not finely."""
    high, wide = image.shape[:2]
    back = cv2.getRotationMatrix2D((wide / 2, high / 2), degrees, 1.0)
    return np.asarray(cv2.warpAffine(image, back, (wide, high), borderMode=cv2.BORDER_REPLICATE), dtype=np.uint8)


def averaged(image: Pixels, times: int) -> Pixels:
    """So many pixels each way made one; a rest at the right and lower edge is left out."""
    high, wide = image.shape[0] // times, image.shape[1] // times
    kept = image[: high * times, : wide * times]
    return np.asarray(cv2.resize(kept, (wide, high), interpolation=cv2.INTER_AREA), dtype=np.uint8)


def _low_pass(scale: float) -> npt.NDArray[np.float32]:
    """What a picture of this scale can't hold is taken out."""
    passed = min(scale * _OPENER, 1.0)
    places = np.arange(_TAPS) - _TAPS // 2
    taps = np.sinc(places * passed) * np.sinc(places / (_TAPS // 2 + 1))
    return np.asarray(taps / taps.sum(), dtype=np.float32)


def _to_source(box: Box, across: float, down: float, turned: float) -> npt.NDArray[np.float64]:
    """Where each pixel of the result comes from; the middles of pixels are what is mapped."""
    tilt = radians(turned)
    middle = (box.centre, (box.top + box.bottom) / 2)
    # From the middle of a result's pixel to the box's coordinates, then turned back about the box's middle.
    steps = np.array([[cos(tilt) / across, sin(tilt) / down], [-sin(tilt) / across, cos(tilt) / down]])
    half = np.array([box.width / 2, box.height / 2])
    turn = np.array([[cos(tilt), sin(tilt)], [-sin(tilt), cos(tilt)]])
    start = steps @ np.array([0.5, 0.5]) + np.array(middle) - turn @ half - 0.5
    return np.column_stack([steps, start])


def shrunk(image: Pixels, long_side: int) -> Pixels:
    """A copy of at most this many pixels, good enough to look for faces in."""
    high, wide, _ = image.shape
    shrink = min(long_side / max(high, wide), 1)
    if shrink == 1:
        return image
    size = (max(round(wide * shrink), 1), max(round(high * shrink), 1))
    times = int(1 / shrink)
    if times >= 2 and min(high, wide) >= times:
        image = averaged(image, times)
    elif shrink < _NEARLY:
        image = np.asarray(cv2.blur(image, (3, 3)), dtype=np.uint8)
    if image.shape[1::-1] == size:
        return image
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_LINEAR), dtype=np.uint8)

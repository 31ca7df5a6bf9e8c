"""Measuring a photo: numbers only. What they were tried on, and how the limits were found: docs/photos.md."""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image

from hzcert.imaging.box import Box
from hzcert.imaging.fit import Portrait, head_of

Pixels = npt.NDArray[np.uint8]

# The background is seen in strips at both sides, down to the shoulders, and in the upper corners.
_SIDE, _SHOULDERS = 0.10, 0.45  # shares of width and height
_CORNER, _CORNER_DOWN = 0.30, 0.08
_NEAR_WHITE, _NEAR_GREY = 215, 24  # least of the three channels, most that they differ by
_DARK, _BRIGHT = 40, 250  # luma


@dataclass(frozen=True, slots=True)
class Measure:
    """The numbers of one photo. Those of the face are 0 where there is no face.

    ``width`` and ``height`` are of the picture as received, upright and without margins, in pixels; ``bytes`` of the
    file; ``dpi`` 0 where the file does not say. ``white`` is the share of the background that is near white; ``colour``
    the standard deviation of the more varied chroma; ``tones`` that along the smaller axis of both; ``sharpness`` the
    variance of the Laplacian of the face's luma, ``contrast`` its standard deviation, ``dark`` and ``bright`` its
    clipped shares. ``head`` is crown to chin in shares of the height, ``off_centre`` in shares of the width,
    ``gap`` from the upper edge to the crown in shares of the height (below 0: the head is cut), ``turned`` in degrees
    clockwise.
    """

    width: int
    height: int
    format: str
    bytes: int
    dpi: int
    faces: int
    score: float
    turned: int
    head: float
    off_centre: float
    gap: float
    white: float
    colour: float
    tones: float
    sharpness: float
    contrast: float
    dark: float
    bright: float


def measure(given: Portrait, photo: Image.Image, cut_from: Box) -> Measure:
    """The numbers of a photo and of the picture that it was cut from."""
    rgb = np.asarray(photo)
    ycc = np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2YCrCb), dtype=np.uint8)
    colour, tones = _chroma(ycc)
    face = given.faces.main
    head, off_centre, gap, sharpness, contrast, dark, bright = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    if face and (whole := head_of(face)):
        head = whole.height / cut_from.height
        gap = (whole.top - cut_from.top) / cut_from.height
        off_centre = abs(face.centre - cut_from.centre) / cut_from.width
        inside = face.seen_from(cut_from).scaled(photo.width / cut_from.width, photo.height / cut_from.height)
        sharpness, contrast, dark, bright = _exposure(ycc[:, :, 0], inside.within(*photo.size))
    return Measure(
        width=round(given.width),
        height=round(given.height),
        format=given.source.format,
        bytes=len(given.source.data),
        dpi=given.source.dpi,
        faces=given.faces.count,
        score=given.faces.score,
        turned=given.faces.turned,
        head=head,
        off_centre=off_centre,
        gap=gap,
        white=_white(rgb),
        colour=colour,
        tones=tones,
        sharpness=sharpness,
        contrast=contrast,
        dark=dark,
        bright=bright,
    )


def _white(rgb: Pixels) -> float:
    """The share of the background that is near white."""
    high, wide, _ = rgb.shape
    side, down = max(round(_SIDE * wide), 1), max(round(_SHOULDERS * high), 1)
    corner, corner_down = max(round(_CORNER * wide), 1), max(round(_CORNER_DOWN * high), 1)
    parts = (
        rgb[:down, :side],
        rgb[:down, wide - side :],
        rgb[:corner_down, side:corner],
        rgb[:corner_down, wide - corner : wide - side],
    )
    red, green, blue = np.concatenate([part.reshape(-1, 3) for part in parts]).T
    least = np.minimum(np.minimum(red, green), blue)
    most = np.maximum(np.maximum(red, green), blue)
    return float(((least >= _NEAR_WHITE) & (most - least <= _NEAR_GREY)).mean())


def _chroma(ycc: Pixels) -> tuple[float, float]:
    """Standard deviation of the more varied of Cb and Cr, and along the smaller principal axis of both."""
    chroma = ycc[::2, ::2, 1:].reshape(-1, 2).T.astype(np.float32)  # a JPEG holds no more of it
    covariance = np.cov(chroma)
    axes = np.linalg.eigvalsh(covariance)
    return float(np.sqrt(covariance.diagonal().max())), float(np.sqrt(max(axes[0], 0.0)))


def _exposure(luma: Pixels, face: Box) -> tuple[float, float, float, float]:
    """Sharpness, contrast, dark and bright share of a face."""
    left, top, right, bottom = (round(edge) for edge in face.edges)
    seen = luma[top : max(bottom, top + 1), left : max(right, left + 1)]
    if not seen.size:
        return 0.0, 0.0, 0.0, 0.0
    return (
        float(cv2.Laplacian(seen, cv2.CV_16S, ksize=1).var()),  # ksize 1 is the four neighbours
        float(seen.std()),
        float((seen < _DARK).mean()),
        float((seen > _BRIGHT).mean()),
    )

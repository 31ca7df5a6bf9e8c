"""Pictures (照片): read, find the face, cut, measure, write. Pillow and OpenCV live here, and no judgement does."""

from hzcert.imaging.fingerprint import fingerprint_bits
from hzcert.imaging.fit import Portrait, cut, portrait, whole
from hzcert.imaging.measuring import Measure, measure
from hzcert.imaging.reading import Source, load, parse, read
from hzcert.imaging.writing import encode, thumbnail

METHOD = "2026-12f"
"""Changes with the way in which photos are read, cut and measured, so that none is taken for done that would now differ."""

__all__ = [
    "METHOD",
    "Measure",
    "Portrait",
    "Source",
    "cut",
    "encode",
    "fingerprint_bits",
    "load",
    "measure",
    "parse",
    "portrait",
    "read",
    "thumbnail",
    "whole",
]

"""Pictures (照片): read, find the face, cut, measure, write. Pillow and OpenCV live here, and no judgement does."""

from hzcert.imaging.fit import Portrait, cut, portrait, whole
from hzcert.imaging.measuring import Measure, measure
from hzcert.imaging.reading import Source, load
from hzcert.imaging.writing import encode

__all__ = ["Measure", "Portrait", "Source", "cut", "encode", "load", "measure", "portrait", "whole"]

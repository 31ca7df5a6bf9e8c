"""Faces that are of one picture (同一张脸), found among many without comparing each with each."""

from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from hashlib import shake_128
from importlib.resources import files
from math import ceil, log2

import numpy as np
import numpy.typing as npt

from hzcert import imaging

Words = npt.NDArray[np.uint64]
Places = npt.NDArray[np.int64]

_PLANES = 256  # faces are compared in the rough by the sides of so many planes on which they lie
_FAR = 64  # of them between two faces, less half the bits of a key: those that differ in more are looked at no closer
_TABLES = 48
_LONGER_KEY = 3  # bits of a key beyond those that number the faces, so that few meet by chance
_MOST_MET = 12  # that have one key: a thousand copies of one picture need not be compared each with each
_USUAL = 64  # faces from which on their own mean says more than nought does of what all faces share
_AT_ONCE = 2048


def pairs(prints: Sequence[str], least: float) -> Iterator[tuple[int, int]]:
    """The pairs of prints that are at least so alike, perhaps mirrored; the first before the other, in order."""
    if len(prints) < 2:
        return

    @lru_cache(maxsize=_AT_ONCE)
    def face(place: int, *, mirrored: bool) -> imaging.Prepared:
        levels = imaging.face_levels(prints[place])
        return imaging.prepared(np.ascontiguousarray(levels[:, ::-1]) if mirrored else levels)

    last = None
    for one, other, mirrored in _likely(prints).tolist():
        if (one, other) == last:  # told already
            continue
        second = face(other, mirrored=False)
        if imaging.sameness(face(one, mirrored=bool(mirrored)), second) >= least and not _is_drawn(second):
            yield one, other
            last = one, other


_DRAWN = 0.72  # 420 drawn people: 0.78 and more; real ones: less than 0.5


@cache
def _drawn_faces() -> list[imaging.Prepared]:
    lines = files("hzcert.data").joinpath("drawn_faces.txt").read_text(encoding="ascii").split()
    return [imaging.prepared(imaging.face_levels(line)) for line in lines]


def _is_drawn(face: imaging.Prepared) -> bool:
    """Whether it is one of the drawn people of samples and specimens, who all have the same few faces."""
    return any(imaging.sameness(face, drawn) >= _DRAWN for drawn in _drawn_faces())


def _likely(prints: Sequence[str]) -> Places:
    """Pairs that may be alike, and whether the first is mirrored then: those that lie on the same side of some planes.

    A face is looked for as it is and slightly moved, turned and scaled. The work grows with the number of faces, not with
    that of their pairs.
    """
    sides, looked_for = _sides(prints)
    length = ceil(log2(len(prints))) + _LONGER_KEY
    found = [np.empty(0, dtype=np.int64)]
    for chosen in _chosen(length):
        found += _meeting(sides, looked_for, _keys(sides, chosen), _keys(looked_for, chosen), far=_FAR - length // 2)
    return np.column_stack(np.unravel_index(np.unique(np.concatenate(found)), (len(prints), len(prints), 2)))


def _sides(prints: Sequence[str]) -> tuple[Words, Words]:
    """On which sides of the planes each face lies, and so each of its views."""
    usual = np.zeros_like(imaging.face_levels(prints[0]))
    for text in prints:
        usual += imaging.face_levels(text) / np.float32(len(prints) + _USUAL)
    looked_for = np.empty((len(prints), imaging.VIEWS, _PLANES // 64), dtype=np.uint64)
    for start in range(0, len(prints), _AT_ONCE):
        faces = map(imaging.face_levels, prints[start : start + _AT_ONCE])
        rough = np.stack([imaging.views(face - usual) for face in faces])
        looked_for[start : start + _AT_ONCE] = np.packbits(rough @ _planes() > 0, axis=2).view(np.uint64)
    return np.ascontiguousarray(looked_for[:, 0]), looked_for.reshape(-1, _PLANES // 64)


@cache
def _planes() -> npt.NDArray[np.float32]:
    """Directions without any order, the same each time."""
    size = imaging.VIEW_SIZE
    bits = np.unpackbits(np.frombuffer(shake_128(b"planes").digest(size * _PLANES // 8), dtype=np.uint8))
    return np.where(bits.reshape(size, _PLANES), np.float32(1), np.float32(-1))


def _chosen(length: int) -> list[npt.NDArray[np.uint16]]:
    """For each table the planes that make its key."""
    drawn = np.frombuffer(shake_128(b"tables").digest(2 * _TABLES * _PLANES), dtype=np.uint16)
    return [
        row[:length] for row in np.argsort(drawn.reshape(_TABLES, _PLANES), axis=1, kind="stable").astype(np.uint16)
    ]


def _keys(sides: Words, chosen: npt.NDArray[np.uint16]) -> npt.NDArray[np.uint32]:
    eights = sides.view(np.uint8)
    keys = np.zeros(len(sides), dtype=np.uint32)
    for plane in chosen.tolist():
        keys = (keys << np.uint32(1)) | (eights[:, plane // 8] >> np.uint8(7 - plane % 8) & np.uint8(1))
    return keys


def _meeting(
    sides: Words, looked_for: Words, keys: npt.NDArray[np.uint32], wanted: npt.NDArray[np.uint32], *, far: int
) -> Iterator[Places]:
    """The pairs with one key that lie near, as one number each: the first, the other, and whether mirrored."""
    count, views = len(sides), len(looked_for) // len(sides)
    order = np.argsort(keys, kind="stable")
    first, end = (np.searchsorted(keys[order], wanted, side) for side in ("left", "right"))
    asking = np.arange(len(wanted))
    for step in range(_MOST_MET):
        still = first + step < end
        asking, first, end = asking[still], first[still], end[still]
        if not asking.size:
            return
        met, own = order[first + step], asking // views
        near = np.bitwise_count(looked_for[asking] ^ sides[met]).sum(axis=1) <= far
        near &= own != met
        one, other = np.minimum(own, met)[near], np.maximum(own, met)[near]
        yield (one * count + other) * 2 + (asking[near] % views >= views // 2)

"""Whether two prints of faces (``fingerprint``) are of one picture: laid upon each other by turning, scaling and moving."""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from hzcert.imaging.fingerprint import FACE_SIZE, Levels

_WIDE, _HIGH = FACE_SIZE
_EDGE = 4  # pixels: so far a face may lie from its place at first
_INSIDE = np.s_[_EDGE:-_EDGE, _EDGE:-_EDGE]
_SMOOTH = 1.6  # pixels: what is compared first, since it falls in place from further away
_FINE, _LOCAL = 2.0, 5.0  # pixels: what is compared in the end, and where its contrast is evened
_NO_CONTRAST = 0.5
_HOPELESS = 0.5, 0.8  # smooth ones that are less alike, only shifted and then turned and scaled, need no closer look
_ROUNDS = 10
_NEAR_ENOUGH = 0.02  # pixels, at the edge
_FARTHEST = (0.2, 0.25, 6.0, 6.0)  # by scale, by turning (radians), by pixels each way; what goes further is lost

_DOWN, _ACROSS = np.mgrid[0:_HIGH, 0:_WIDE].astype(np.float32)
_DOWN, _ACROSS = _DOWN - (_HIGH - 1) / 2, _ACROSS - (_WIDE - 1) / 2
# What is compared in the end: eyes, nose and mouth, and no wall behind the ears.
_FACE = np.hypot(_ACROSS / 12.5, _DOWN / 18) < 1

Move = npt.NDArray[np.float64]  # scale less one, turning, pixels across and down


@dataclass(frozen=True, slots=True)
class Prepared:
    """A face, smooth and in its fine detail."""

    smooth: Levels
    fine: Levels


def prepared(face: Levels) -> Prepared:
    """A face as it is compared."""
    detail = face - cv2.GaussianBlur(face, (0, 0), _FINE)
    detail /= np.sqrt(cv2.GaussianBlur(detail * detail, (0, 0), _LOCAL)) + _NO_CONTRAST
    return Prepared(np.asarray(cv2.GaussianBlur(face, (0, 0), _SMOOTH), dtype=np.float32), detail)


def sameness(one: Prepared, other: Prepared) -> float:
    """How alike the fine detail of two faces is where they lie upon each other best: 1 for the same, 0 for any two."""
    shifts = cv2.matchTemplate(one.smooth, np.ascontiguousarray(other.smooth[_INSIDE]), cv2.TM_CCOEFF_NORMED)
    _, shifted, _, (x, y) = cv2.minMaxLoc(shifts)
    if shifted < _HOPELESS[0]:
        return 0.0
    roughly, smooth = _laid(one.smooth, other.smooth, np.array([0, 0, x - _EDGE, y - _EDGE], dtype=np.float64))
    return 0.0 if smooth < _HOPELESS[1] else _laid(one.fine, other.fine, roughly)[1]


def _laid(moving: Levels, fixed: Levels, move: Move) -> tuple[Move, float]:
    """How to move a face so that it lies upon another, from near by, and how well it does (correlation)."""
    along, down = (cv2.Sobel(fixed, cv2.CV_32F, *way, scale=1 / 8) for way in ((1, 0), (0, 1)))
    slopes = np.stack([along * _ACROSS + down * _DOWN, down * _ACROSS - along * _DOWN, along, down])
    slopes = slopes[:, _FACE].astype(np.float64)
    wanted, scale = _evened(fixed)
    slopes = (slopes - slopes.mean(axis=1, keepdims=True)) * scale
    solved = np.linalg.inv(slopes @ slopes.T + 1e-9 * np.eye(4)) @ slopes
    best, found = -1.0, move
    for _ in range(_ROUNDS):
        seen, _ = _evened(_moved(moving, move))
        if (likeness := float(seen @ wanted)) > best:
            best, found = likeness, move
        step = solved @ (seen - wanted)
        move = _after(move, step)
        if (np.abs(move) > _FARTHEST).any() or np.abs(step * (_WIDE / 2, _WIDE / 2, 1, 1)).max() < _NEAR_ENOUGH:
            break
    return found, best


def _evened(face: Levels) -> tuple[npt.NDArray[np.float64], float]:
    """The inside of a face with mean nought and length one, and what it was divided by, upside down."""
    inside = face[_FACE].astype(np.float64)
    inside -= inside.mean()
    scale = 1 / max(float(np.linalg.norm(inside)), 1e-6)
    return inside * scale, scale


def _matrix(move: Move) -> npt.NDArray[np.float64]:
    scale, turn, across, down = move
    return np.array([[1 + scale, -turn, across], [turn, 1 + scale, down], [0, 0, 1]])


def _after(move: Move, step: Move) -> Move:
    """The move that undoes a step first."""
    both = _matrix(move) @ np.linalg.inv(_matrix(step))
    return np.array([both[0, 0] - 1, both[1, 0], both[0, 2], both[1, 2]])


def _moved(face: Levels, move: Move) -> Levels:
    middle = np.eye(3)
    middle[:2, 2] = (_WIDE - 1) / 2, (_HIGH - 1) / 2
    back = (middle @ _matrix(move) @ np.linalg.inv(middle))[:2]
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return np.asarray(cv2.warpAffine(face, back, FACE_SIZE, flags=flags, borderMode=cv2.BORDER_REPLICATE), np.float32)


_GRID = (10, 12)  # places at which a face is looked at in the rough
_MOVES = [(1, 0, 0, 0), *((scale, 0, 0, 0) for scale in (0.92, 1.08)), *((1, turn, 0, 0) for turn in (-0.09, 0.09))]
_MOVES += [(1, 0, x, y) for x, y in ((-2, 0), (2, 0), (0, -2), (0, 2))]
VIEWS, VIEW_SIZE = 2 * len(_MOVES), _GRID[0] * _GRID[1]


def views(face: Levels) -> Levels:
    """A face in the rough, as it is and slightly moved, turned and scaled, then all of these mirrored: a row of levels each."""
    smooth = np.asarray(cv2.GaussianBlur(face, (0, 0), _SMOOTH), dtype=np.float32)
    return np.asarray(cv2.remap(smooth, *_PLACES_SEEN, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), np.float32)


def _places_seen() -> tuple[Levels, Levels]:
    """Where the levels of each view lie in a face."""
    across = np.linspace(-0.5, 0.5, _GRID[0]) * (_WIDE - 3 * _EDGE)
    down = np.linspace(-0.5, 0.5, _GRID[1]) * (_HIGH - 3 * _EDGE)
    points = np.stack(np.broadcast_arrays(across[None, :], down[:, None], np.ones((1, 1)))).reshape(3, -1)
    moved = [_matrix(np.array([scale - 1, *move])) @ points for scale, *move in _MOVES]
    x, y = np.stack([each[0] for each in moved]), np.stack([each[1] for each in moved])
    places = np.concatenate([x, -x]) + (_WIDE - 1) / 2, np.concatenate([y, y]) + (_HIGH - 1) / 2
    return places[0].astype(np.float32), places[1].astype(np.float32)


_PLACES_SEEN = _places_seen()

"""Fine curves as on banknotes (扭索纹), from a few numbers: what they are, in millimetres; nothing is drawn here."""

from collections.abc import Callable, Iterator
from math import cos, pi, sin

from hzcert.press.design import Guilloche

Point = tuple[float, float]
Curve = tuple[Point, ...]
"""A closed curve as Bézier's points: a start, then three points a piece."""

_A_WAVE = 6  # pieces a wave
_A_PETAL = 6  # pieces a petal
_WREATHS = ((0.72, 1.0), (0.42, 0.78), (0.2, 0.5))  # from where to where each reaches, of the whole


def curves(figure: Guilloche) -> Iterator[Curve]:
    """The strands of a figure, each a closed curve."""
    way = _band if figure.kind == "band" else _rosette
    for strand in range(figure.strands):
        point, pieces = way(figure, strand / figure.strands)
        yield _smooth([point(number / pieces) for number in range(pieces)])


def _band(figure: Guilloche, phase: float) -> tuple[Callable[[float], Point], int]:
    """A wave that runs around a rectangle with round corners, a whole number of times."""
    inset = figure.depth / 2
    width, height, corner = figure.w - 2 * inset, figure.h - 2 * inset, figure.depth
    straight = (width - 2 * corner, height - 2 * corner)
    turn = corner * pi / 2
    length = 2 * (straight[0] + straight[1]) + 4 * turn
    waves = max(4, round(length / figure.period))
    left, top = figure.x + inset, figure.y + inset
    right, bottom = left + width, top + height
    # Each side and the corner after it: where the side starts, its direction, the corner's middle.
    sides = (
        ((left + corner, top), (1.0, 0.0), straight[0], (right - corner, top + corner)),
        ((right, top + corner), (0.0, 1.0), straight[1], (right - corner, bottom - corner)),
        ((right - corner, bottom), (-1.0, 0.0), straight[0], (left + corner, bottom - corner)),
        ((left, bottom - corner), (0.0, -1.0), straight[1], (left + corner, top + corner)),
    )

    def point(share: float) -> Point:
        along, wave = share * length, 2 * pi * (waves * share + phase)
        # Every third wave is lower, which gives the band its knots.
        off = inset * 0.94 * sin(wave) * (0.72 + 0.28 * cos(wave / 3 - 2 * pi * phase / 3 + 2 * pi * phase))
        for start, (dx, dy), side, middle in sides:
            if along <= side:
                return start[0] + dx * along + dy * off, start[1] + dy * along - dx * off
            along -= side
            if along <= turn:
                angle = along / corner
                nx, ny = dy * cos(angle) + dx * sin(angle), -dx * cos(angle) + dy * sin(angle)
                return middle[0] + nx * (corner + off), middle[1] + ny * (corner + off)
            along -= turn
        return sides[0][0]

    return point, waves * _A_WAVE


def _rosette(figure: Guilloche, phase: float) -> tuple[Callable[[float], Point], int]:
    """Three wreaths, one inside the other, each of waves that cross those of the other strands."""
    across, down = figure.w / 2, figure.h / 2
    middle = figure.x + across, figure.y + down
    inner, outer = _WREATHS[round(phase * figure.strands) % len(_WREATHS)]
    base, swing = (inner + outer) / 2, (outer - inner) / 2

    def point(share: float) -> Point:
        angle, turned = 2 * pi * share, 2 * pi * phase
        reach = base + swing * cos(figure.petals * angle + turned)
        return middle[0] + across * reach * cos(angle), middle[1] + down * reach * sin(angle)

    return point, figure.petals * _A_PETAL


def _smooth(points: list[Point]) -> Curve:
    """A closed curve through points, without corners: its direction at each is that between its neighbours."""
    count = len(points)
    drawn = [points[0]]
    for number in range(count):
        before, here, there, after = (points[(number + step) % count] for step in (-1, 0, 1, 2))
        drawn.append((here[0] + (there[0] - before[0]) / 6, here[1] + (there[1] - before[1]) / 6))
        drawn.append((there[0] - (after[0] - here[0]) / 6, there[1] - (after[1] - here[1]) / 6))
        drawn.append(there)
    return tuple(drawn)

"""Text set in a box (排字): broken into lines as Chinese is, as large as the box allows."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

# 行首行尾禁则, in its plain form: what may not begin a line, and what may not end one.
_NOT_FIRST = frozenset("，。、；：！？）》」』】〕〉”’·…—％,.;:!?)]}%")
_NOT_LAST = frozenset("（《「『【〔〈“‘([{")
# Words and numbers stay whole, and so do the parts of a name with dots.
_PIECES = re.compile(
    r"[0-9A-Za-z]+(?:[-./][0-9A-Za-z]+)*|[^\W0-9A-Za-z_]+(?=·)|(?<=·)[^\W0-9A-Za-z_]+|\s+|.", re.DOTALL
)

LEADING = 1.2  # from baseline to baseline, in ems
RISE = 0.88  # from the top of a Chinese sign's square to its baseline, in ems
_STEP = 0.25  # points between the sizes that are tried
_COMFORT = 0.85  # rather this much smaller than one more line
_LONELY = 3  # a last line of fewer signs looks like a slip

Width = Callable[[str], float]


@dataclass(frozen=True, slots=True)
class Setting:
    """How a text stands in its box: size in points, and its lines."""

    size: float
    lines: tuple[str, ...]

    @property
    def height(self) -> float:
        """From the top of the first line to the foot of the last, in points."""
        return self.size * (1 + LEADING * (len(self.lines) - 1))


def fit(text: str, width: Width, room: tuple[float, float], sizes: tuple[float, float], lines: int) -> Setting | None:
    """The best setting of a text in a box, or None when it does not fit even at the smallest size.

    ``width`` measures in ems; ``room`` is the box's width and height in points, ``sizes`` the largest and the smallest
    size in points, ``lines`` the most lines allowed. One line a little smaller is better than two at full size.
    """
    across, down = room
    largest, smallest = sizes
    if width(text) * largest <= across and largest <= down:
        return Setting(largest, (text,))
    for allowed, least in [*((n, max(smallest, _COMFORT * largest)) for n in range(1, lines)), (lines, smallest)]:
        for size in _sizes(largest, least):
            setting = Setting(size, tuple(break_lines(text, width, across / size)))
            if len(setting.lines) <= allowed and setting.height <= down:
                return setting
    return None


def break_lines(text: str, width: Width, measure: float) -> list[str]:
    """A text in lines no wider than ``measure`` ems, the last not left with a sign or two if that can be helped."""
    lines = _fill(text, width, measure)
    narrower = measure
    while len(lines) > 1 and len(lines[-1]) < _LONELY and narrower > measure / 2:
        narrower -= 1
        tried = _fill(text, width, narrower)
        if len(tried) > len(lines):
            break
        lines = tried
    return lines


def _fill(text: str, width: Width, measure: float) -> list[str]:
    lines = [""]
    for piece in _unbreakable(text):
        if width((lines[-1] + piece).rstrip()) <= measure:
            lines[-1] += piece
        elif width(piece.rstrip()) <= measure:
            lines.append(piece)
        else:  # a word wider than the box is cut where it must be
            for sign in piece:
                if lines[-1] and width(lines[-1] + sign) > measure:
                    lines.append("")
                lines[-1] += sign
    return [line.strip() for line in lines if line.strip()]


def _unbreakable(text: str) -> Iterator[str]:
    """Signs, words and numbers, each with the punctuation that may not part from it."""
    piece = ""
    for match in _PIECES.finditer(text):
        part = match[0]
        if piece and part[0] not in _NOT_FIRST and not part.isspace() and piece[-1] not in _NOT_LAST:
            yield piece
            piece = ""
        piece += part
    if piece:
        yield piece


def _sizes(largest: float, smallest: float) -> Iterator[float]:
    size = largest
    while size > smallest:
        yield size
        size -= _STEP
    yield smallest

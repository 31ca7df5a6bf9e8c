"""Text set in a box (排字): broken into lines as Chinese is, as large as the box allows."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import ceil

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
_COMFORT = 0.85  # rather fewer lines, as long as they keep this share of the size that more lines would allow
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
    size in points, ``lines`` the most lines allowed. Fewer lines are better than slightly larger ones.
    """
    across, down = room
    largest, _ = sizes
    if width(text) * largest <= across and largest <= down:
        return Setting(largest, (text,))
    settings = [setting for n in range(1, lines + 1) if (setting := _in_lines(n, text, width, room, sizes))]
    best = max((setting.size for setting in settings), default=0)
    return next((setting for setting in settings if setting.size >= _COMFORT * best), None)


def _in_lines(
    count: int, text: str, width: Width, room: tuple[float, float], sizes: tuple[float, float]
) -> Setting | None:
    """The largest setting of a text in so many lines or fewer."""
    across, down = room
    largest, smallest = sizes
    # No size above this can do, whatever the breaks: so most sizes need not be tried.
    limit = min(largest, count * across / width(text), down / (1 + LEADING * (count - 1)))
    steps = ceil((largest - limit) / _STEP - 1e-9)
    while (size := max(largest - steps * _STEP, smallest)) <= limit + 1e-9:
        setting = Setting(size, tuple(break_lines(text, width, across / size)))
        if len(setting.lines) <= count and setting.height <= down + 1e-9:
            return setting
        if size == smallest:
            break
        steps += 1
    return None


def break_lines(text: str, width: Width, measure: float) -> list[str]:
    """A text in lines no wider than ``measure`` ems, the last not left with a sign or two if that can be helped."""
    lines = _fill(text, width, measure)
    if len(lines) < 2 or len(lines[-1]) >= _LONELY:
        return lines
    # Narrower lines push more into the last one; so narrow that a word or number would be cut is too narrow.
    narrower, least = measure - 1, max(measure / 2, *map(width, _unbreakable(text)))
    while narrower >= least:
        tried = _fill(text, width, narrower)
        if len(tried) > len(lines):
            break
        lines, narrower = tried, narrower - 1
        if len(lines[-1]) >= _LONELY:
            break
    return lines


def _fill(text: str, width: Width, measure: float) -> list[str]:
    lines, used = [""], 0.0
    for piece in _unbreakable(text):
        whole = width(piece)
        shown = width(piece.rstrip()) if piece[-1].isspace() else whole
        if used + shown <= measure:
            lines[-1] += piece
            used += whole
        elif shown <= measure:
            lines.append(piece)
            used = whole
        else:  # a word wider than the box is cut where it must be
            for sign in piece:
                advance = width(sign)
                if lines[-1] and used + advance > measure:
                    lines.append("")
                    used = 0.0
                lines[-1] += sign
                used += advance
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

"""How much room text takes on a printed sheet: widths in half columns (a Chinese character takes two), heights in points."""

import re
import unicodedata
from collections.abc import Sequence

from hzcert import pagebreaks

LINE = 12.0  # points a line of 9-point text
PADDING = 7.5  # points above and below the text of a cell
HIGH_LINE = 13.1  # points a line where 宋体 is missing and a taller font, such as Noto Sans CJK, stands in for it
HIGHEST = 409.0  # points; no row may be higher
USUAL_SIZE = 9.0  # points of the text in a table
_SMALLER = (USUAL_SIZE, 7.0, 6.0, 5.0, 4.0)  # points; what a long text is made smaller to

# A4 landscape less our margins, in points.
PAGE_WIDTH, PAGE_HEIGHT = 277 / 25.4 * 72, 182 / 25.4 * 72
PAGES = {"A4": (PAGE_WIDTH, PAGE_HEIGHT), "A3": (400 / 25.4 * 72, 269 / 25.4 * 72)}
USUAL_HEIGHT = 20.25  # of a row with one line
# Points that may be added to every row, the preferred number first.
_SPARE = (0.0, 0.75, -0.75, 1.5, -1.5, 2.25, -2.25, 3.0, -3.0, *(3.75 + 0.75 * step for step in range(16)))
_COMPANY = 5  # rows, a subtotal and a total among them, that should stand beside the signatures on the last page
# A width counts in digits of the default font; programs make them whole pixels or not, and differ by as much.
_WIDER = (1.0, 1.03, 1.06)
WIDEST = _WIDER[-1]
_SAFE = 0.97  # of a page's height that is counted on; programs differ by a point a row

# Latin words and numbers keep together at the end of a line; a Chinese text breaks anywhere.
_TOKENS = re.compile(r"[!-~]+|.", re.DOTALL)


def width(text: str) -> int:
    """The half columns that a text takes on one line.

    >>> width("湖州"), width("C2007"), width("玛依拉·艾力")
    (4, 5, 12)
    """
    return sum(map(_WIDTHS.__getitem__, text))


class _Widths(dict[str, int]):
    """The width of each character, which Python works out once."""

    def __missing__(self, sign: str) -> int:
        self[sign] = 2 if unicodedata.east_asian_width(sign) in "WFA" else 1
        return self[sign]


_WIDTHS = _Widths()


def lines(text: str, room: int) -> int:
    r"""The lines that a text takes in a cell of so many half columns.

    >>> lines("湖州市人事局", 12), lines("湖州市人事局", 10), lines("湖人专[2005]99号", 8), lines("甲\n乙", 8)
    (1, 2, 3, 2)
    """
    if len(text) * 2 <= room and "\n" not in text:
        return 1
    count = 0
    for paragraph in text.split("\n"):
        used, count = 0, count + 1
        for token in _TOKENS.findall(paragraph):
            size = len(token) if token.isascii() else _WIDTHS[token]
            if used and used + size > room:
                used, count = 0, count + 1
            while size > room:
                size, count = size - room, count + 1
            used += size
    return count


def size(text: str, room: int) -> float:
    """The largest size of type, in points, in which a text in a cell of so many half columns fits the highest row, or the smallest.

    >>> size("备注" * 100, 14), size("备注" * 200, 14), size("备注" * 2000, 14)
    (9.0, 6.0, 4.0)
    """
    for points in _SMALLER:
        smaller = points / USUAL_SIZE
        if lines(text, int(room / smaller)) * HIGH_LINE * smaller <= HIGHEST:
            return points
    return _SMALLER[-1]


def most_lines(cells: Sequence[str], rooms: Sequence[int]) -> int:
    """The lines of the cell that needs most of them; each cell has its own room in half columns."""
    return max((lines(text, room) for text, room in zip(cells, rooms, strict=False)), default=1)


def height(line_count: int, spare: float = 0.0) -> float:
    """The height of a row of so many lines, in points; ``spare`` is added to each row of a sheet."""
    return min(max(USUAL_HEIGHT, line_count * LINE + PADDING, line_count * HIGH_LINE) + spare, HIGHEST)


def spare_height(line_counts: Sequence[int], head: float, foot: float, total_width: float) -> float:
    """What to add to the height of every row so that the signatures don't stand alone on the last page, in points.

    Args:
        line_counts: lines of text in each row.
        head: height in points of what is repeated on every page.
        foot: height in points of what stands below the last row.
        total_width: of all columns, in points; a wider sheet is printed smaller.
    """
    pages = [PAGE_HEIGHT * max(1.0, total_width * wider / PAGE_WIDTH) - head for wider in _WIDER]
    wanted, best, found = min(_COMPANY, len(line_counts)), 0.0, -1
    for spare in _SPARE:
        heights = [height(count, spare) for count in line_counts]
        company = min(_on_last_page(heights, page, foot) for page in pages)
        if company > found:
            best, found = spare, company
        if found >= wanted:
            break
    return best


def page_breaks(heights: Sequence[float], starts: Sequence[int], room: float, foot: float) -> list[int]:
    """Before which rows a page ends: a group that fits on one is not parted, and the signatures don't stand alone.

    >>> page_breaks([20.0] * 12, [0, 5], 160, 20)
    [5, 8]
    >>> page_breaks([20.0] * 12, [0], 160, 20)
    [7]
    """
    return pagebreaks.page_breaks(heights, starts, room * _SAFE, foot)


def _on_last_page(heights: Sequence[float], page: float, foot: float) -> int:
    """How many rows stand on the page that the foot ends on."""
    used, rows = 0.0, 0
    for each in heights:
        if used + each > page:
            used, rows = 0.0, 0
        used, rows = used + each, rows + 1
    return rows if used + foot <= page else 0

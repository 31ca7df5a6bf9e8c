"""A long table as PDF (花名册): headings on every page, groups kept together, nobody alone on the last page, 第 x 页 共 y 页."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Literal

from reportlab.pdfgen.canvas import Canvas

from hzcert.errors import UsageError
from hzcert.pagebreaks import page_breaks
from hzcert.press import archive
from hzcert.press.fonts import Fonts
from hzcert.press.idfont import font_of, register
from hzcert.press.page import POINTS
from hzcert.press.setting import LEADING, RISE, Setting, break_lines, fit

Align = Literal["left", "centre"]
PAPERS = {"A4": (297.0, 210.0), "A3": (420.0, 297.0)}
_MARGIN, _FOOT = 10.0, 9.0  # mm around the table; for the page's number
_SIZES = (7.5, 5.0)  # points, the largest and the smallest
_MOST_LINES = 5
_WORD = re.compile(r"[A-Za-z]+")
_NO_BOUND = 1000.0  # points down
_PAD = 2.2  # points beside a text
_PAD_DOWN = 4.2  # points above and below it, together
_LEAST = 16.0  # points that a row is high
_TITLE, _LINE, _HEADING, _NUMBER = 15.0, 9.0, 8.0, 8.0
_BOLD = 0.25
_GREY = "0.93 g"


class TooLongError(ValueError):
    """A text that is higher than a page even at the smallest size."""


@dataclass(frozen=True, slots=True)
class Heading:
    """A column: its heading, its share of the width, how its texts stand."""

    text: str
    share: float
    align: Align = "left"
    one_line: bool = False
    """Made smaller rather than broken: a number that is read as one."""


@dataclass(frozen=True, slots=True)
class Line:
    """A row of cells, or of one text across all columns: grey at the head of a group and for the total."""

    cells: tuple[str, ...]
    band: bool = False
    grey: bool = False
    opens: bool = False  # a group begins here


@dataclass(frozen=True)
class Listing:
    """What is set: a title, lines above, a table, lines below."""

    title: str
    above: tuple[str, ...]
    columns: tuple[Heading, ...]
    lines: Sequence[Line]
    below: tuple[str, ...]


def missing(listing: Listing, fonts: Fonts, chain: str) -> str:
    """The signs that no font has, each once."""
    texts = {text for line in listing.lines for text in line.cells}
    said = "".join({sign for text in texts for sign in text})
    return fonts.missing(chain, "".join(sorted(said)) + listing.title + "".join((*listing.above, *listing.below)))


def write_listing(path: Path, listing: Listing, paper: str, fonts: Fonts, chain: str, about: archive.About) -> int:
    """Write a table; how many pages it took. Every sign must be in the fonts.

    Raises:
        UsageError: no such paper.
        TooLongError: a text is higher than a page.
    """
    if paper not in PAPERS:
        raise UsageError(f"没有纸张 {paper}", "请用 A4 或 A3")
    width, height = (length * POINTS for length in PAPERS[paper])
    first = register(fonts.faces(chain)[0])
    canvas = Canvas(str(path), (width, height), pageCompression=1, invariant=1, initialFontName=first, lang="zh-CN")
    archive.describe(canvas, about)
    setter = _Setter(listing, width - 2 * _MARGIN * POINTS, fonts, chain, canvas)
    room = height - (2 * _MARGIN + _FOOT) * POINTS - setter.head
    for line, high in zip(listing.lines, setter.heights, strict=True):
        if high > room:
            raise TooLongError(max(line.cells, key=len))
    pages = list(_pages(listing.lines, setter.heights, room, setter.foot))
    for number, (start, end) in enumerate(pages, 1):
        top = height - _MARGIN * POINTS
        setter.draw_page(start, end, top, last=number == len(pages))
        setter.draw_number(f"第 {number} 页 共 {len(pages)} 页", width, _MARGIN * POINTS)
        archive.end_page(canvas)
    canvas.save()
    return len(pages)


def _pages(lines: Sequence[Line], heights: Sequence[float], room: float, foot: float) -> Iterator[tuple[int, int]]:
    """Where pages begin and end: a group that fits on one is not parted, nor are its first or last rows left alone."""
    starts = [number for number, line in enumerate(lines) if line.opens]
    return pairwise([0, *page_breaks(heights, starts, room, foot), len(lines)])


class _Setter:
    """Sets rows for one document; a text that comes again is set once."""

    def __init__(self, listing: Listing, width: float, fonts: Fonts, chain: str, canvas: Canvas) -> None:
        self._listing, self._width, self._fonts, self._chain, self._canvas = listing, width, fonts, chain, canvas
        total = sum(column.share for column in listing.columns)
        self._edges = [0.0]
        for column in listing.columns:
            self._edges.append(self._edges[-1] + width * column.share / total)
        self._rooms = [right - left - 2 * _PAD for left, right in zip(self._edges, self._edges[1:], strict=False)]
        self._known: dict[tuple[float, str], Setting] = {}
        self._plain = fonts.faces(chain)[0]
        headings = [self._set(c.text, room) for c, room in zip(listing.columns, self._rooms, strict=True)]
        self._headings = headings
        self._heading_height = max(map(_high, headings)) + 2
        above = len(listing.above) * (_LINE * LEADING + 3)
        self.head = _TITLE * 1.9 + above + self._heading_height
        self._below = [self._set(text, width, _LINE) for text in listing.below]
        self.foot = sum(setting.height + 6 for setting in self._below) + 4
        self._settings = [self._of(line) for line in listing.lines]
        self.heights = [max(_LEAST, *map(_high, settings)) for settings in self._settings]

    def _of(self, line: Line) -> list[Setting]:
        if line.band:
            return [self._set(line.cells[0], self._width - 2 * _PAD)]
        rooms = zip(line.cells, self._listing.columns, self._rooms, strict=True)
        return [self._in_one(text, room) if column.one_line else self._set(text, room) for text, column, room in rooms]

    def _in_one(self, text: str, room: float) -> Setting:
        """A text on one line, as large as its room allows."""
        size = _SIZES[0]
        return Setting(min(size, room / self._measure(text)(text)), (text,)) if text else Setting(size, ())

    def _set(self, text: str, room: float, size: float = _SIZES[0]) -> Setting:
        known = self._known.get((room, text))
        if known is None:
            known = self._known[room, text] = self._broken(text, room, size) if text else Setting(size, ())
        return known

    def _broken(self, text: str, room: float, size: float) -> Setting:
        """A text in as many lines as it takes; smaller where these would be too many, but nothing is ever left out."""
        measure = self._measure(text)
        if measure(text) * size <= room:
            return Setting(size, (text,))
        # A word of letters is made smaller before it is broken.
        word = max((measure(each) for each in _WORD.findall(text)), default=0.0)
        if _SIZES[1] < room / max(word, 0.01) < size:
            size = room / word
        lines = tuple(break_lines(text, measure, room / size))
        if len(lines) <= _MOST_LINES:
            return Setting(size, lines)
        smaller = fit(text, measure, (room, _NO_BOUND), (size, _SIZES[1]), _MOST_LINES)
        return smaller or Setting(_SIZES[1], tuple(break_lines(text, measure, room / _SIZES[1])))

    def _measure(self, text: str) -> Callable[[str], float]:
        return self._fonts.measure(self._chain, text)

    def draw_page(self, start: int, end: int, top: float, *, last: bool) -> None:
        """One page: title, headings, rows; below the last, what stands there."""
        left = _MARGIN * POINTS
        said: list[str] = []
        title = self._listing.title
        across = self._measure(title)(title) * _TITLE
        said.append(self._text(left + (self._width - across) / 2, top - _TITLE, _TITLE, title, bold=True))
        y = top - _TITLE * 1.9
        for text in self._listing.above:
            said.append(self._text(left, y - _LINE * RISE, _LINE, text))
            y -= _LINE * LEADING + 3
        boxes, rules = [], []
        boxes.append(
            f"0.87 0.9 0.95 rg {left:.2f} {y - self._heading_height:.2f} {self._width:.2f} {self._heading_height:.2f} re f"
        )
        for place, setting in enumerate(self._headings):
            said += self._cell(place, setting, left, y, self._heading_height, "centre", bold=True)
        bars = [(y, y - self._heading_height)]  # where upright lines run
        rules.append(y)
        y -= self._heading_height
        for number in range(start, end):
            line, height = self._listing.lines[number], self.heights[number]
            rules.append(y)
            if line.grey:
                boxes.append(f"{_GREY} {left:.2f} {y - height:.2f} {self._width:.2f} {height:.2f} re f")
            if line.band:
                said += self._band(self._settings[number][0], left, y, height, bold=line.grey or not line.opens)
            else:
                bars = [*bars[:-1], (bars[-1][0], y - height)] if bars[-1][1] == y else [*bars, (y, y - height)]
                for place, setting in enumerate(self._settings[number]):
                    said += self._cell(place, setting, left, y, height, self._listing.columns[place].align)
            y -= height
        rules.append(y)
        edge, right = left, left + self._width
        lines = [f"{edge:.2f} {rule:.2f} m {right:.2f} {rule:.2f} l" for rule in rules]
        lines += [f"{left + x:.2f} {a:.2f} m {left + x:.2f} {b:.2f} l" for a, b in bars for x in self._edges[1:-1]]
        lines += [f"{x:.2f} {rules[0]:.2f} m {x:.2f} {y:.2f} l" for x in (edge, right)]
        self._canvas.addLiteral(f"q {' '.join(boxes)} Q")
        self._canvas.addLiteral(f"q 0.4 w 0.35 G {' '.join(lines)} S Q")
        if last:
            y -= 6
            for setting in self._below:
                said += self._lines(setting, left, y, "left", self._width)
                y -= setting.height + 6
        self._canvas.addLiteral(f"BT 0 g {' '.join(said)} ET")

    def draw_number(self, text: str, width: float, y: float) -> None:
        """The page's number at its foot."""
        across = self._measure(text)(text) * _NUMBER
        self._canvas.addLiteral(f"BT 0 g {self._text((width - across) / 2, y, _NUMBER, text)} ET")

    def _band(self, setting: Setting, left: float, y: float, height: float, *, bold: bool) -> list[str]:
        return self._lines(setting, left + _PAD, y - (height - setting.height) / 2, "left", self._width, bold=bold)

    def _cell(
        self, place: int, setting: Setting, left: float, y: float, height: float, align: Align, *, bold: bool = False
    ) -> list[str]:
        x = left + self._edges[place] + _PAD
        return self._lines(setting, x, y - (height - setting.height) / 2, align, self._rooms[place], bold=bold)

    def _lines(
        self, setting: Setting, x: float, y: float, align: Align, room: float, *, bold: bool = False
    ) -> list[str]:
        said = []
        size = setting.size
        for number, line in enumerate(setting.lines):
            baseline = y - size * (RISE + LEADING * number)
            off = (room - self._measure(line)(line) * size) / 2 if align == "centre" else 0.0
            said.append(self._text(x + off, baseline, size, line, bold=bold))
        return said

    def _text(self, x: float, y: float, size: float, text: str, *, bold: bool = False) -> str:
        doc = self._canvas._doc
        if self._plain.signs.issuperset(text):
            font = font_of(self._plain)
            shown = f"{font.getSubsetInternalName(0, doc)} {size:.4g} Tf 1 0 0 1 {x:.2f} {y:.2f} Tm <{font.codes(text, doc)}> Tj"
            return f"{_BOLD} w 2 Tr {shown} 0 Tr" if bold else shown
        said = []
        for run in self._fonts.runs(self._chain, text):
            font = font_of(run.face)
            heavy = (_BOLD if bold else 0) + run.bold * size
            mode = f"{heavy:.3f} w 2 Tr" if heavy else "0 Tr"
            said.append(
                f"{mode} {font.getSubsetInternalName(0, doc)} {size:.4g} Tf 1 0 0 1 {x:.2f} {y + run.rise * size:.2f} Tm "
                f"<{font.codes(run.text, doc)}> Tj 0 Tr"
            )
            x += run.face.width(run.text) * size
        return " ".join(said)


def _high(setting: Setting) -> float:
    return setting.height + _PAD_DOWN if setting.lines else 0.0

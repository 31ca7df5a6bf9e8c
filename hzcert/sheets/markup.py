"""Tables that are called .xls and are none: HTML pages, and Excel's XML of 2003."""

import re
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from html.parser import HTMLParser
from typing import cast

from hzcert.sheets.grid import Cell, Grid, Place, Range, Unreadable
from hzcert.sheets.guard import Budget, feed, xml_parser
from hzcert.sheets.values import iso_moment, plain_number, shows_day, shows_month

_MOST_SPAN = 16_384
_SPACES = re.compile(r"[ \t\r\n\f]+")
_LINE_THROUGH = re.compile(r"line-through", re.IGNORECASE)
_EPOCH, _FIRST_SERIAL, _LAST_SERIAL = date(1899, 12, 30), 61, 2_958_466  # from 1900-03-01 to the year 9999
_NO_DISPLAY = re.compile(r"display\s*:\s*none", re.IGNORECASE)


@dataclass
class _Table:
    """A table as it grows; a cell that spans several leaves the others empty."""

    budget: Budget
    name: str = ""
    shown: bool = True
    rows: list[list[Cell]] = field(default_factory=list)
    hidden: set[int] = field(default_factory=set)
    merged: list[Range] = field(default_factory=list)
    errors: dict[Place, str] = field(default_factory=dict)
    struck: dict[Place, str] = field(default_factory=dict)
    taken: set[Place] = field(default_factory=set)  # places below and beside a spanning cell

    def put(self, row: int, column: int, value: Cell) -> None:
        if row >= len(self.rows):
            self.budget.spend(row + 1 - len(self.rows), 0)
            self.rows += [[] for _ in range(row + 1 - len(self.rows))]
        cells = self.rows[row]
        if column >= len(cells):
            self.budget.spend(0, column + 1 - len(cells))
            cells += [""] * (column + 1 - len(cells))
        cells[column] = value

    def span(self, row: int, column: int, down: int, across: int) -> None:
        if down > 1 or across > 1:
            self.budget.spend(0, down * across)
            self.merged.append((row, column, row + down - 1, column + across - 1))
            self.taken |= {(row + below, column + beside) for below in range(down) for beside in range(across)}

    def grid(self, shown: str, name: str) -> Grid:
        hidden = frozenset(self.hidden)
        return Grid(
            shown, name, self.rows, not self.shown, hidden, tuple(self.merged), errors=self.errors, struck=self.struck
        )


def read_html(text: str, shown: str) -> list[Grid]:
    """The tables of a page that hold anything, every cell as text: what looks like a number stays what was written.

    Raises:
        Unreadable: there is none.
    """
    page = _Page(Budget())
    page.feed(text)
    page.close()
    tables = [table for table in page.tables if any(cell for row in table.rows for cell in row)]
    if not tables:
        raise Unreadable("是没有内容的网页", "请重新导出后再放入")
    return [table.grid(shown, f"第 {number} 个表" if number > 1 else "") for number, table in enumerate(tables, 1)]


def read_page(text: str, shown: str) -> list[Grid]:
    """A page that Word or WPS has saved: its tables, and the lines before, between and after them as grids of a single column.

    Nothing where no words stand beside the tables.
    """
    page = _Page(Budget())
    page.feed(text)
    page.close()
    found: list[Grid] = []
    tables = 0
    for part in page.parts:
        if isinstance(part, _Table):
            tables += 1
            found += [part.grid(shown, f"表{tables}")] if any(map(any, part.rows)) else []
        elif lines := [line for each in "".join(part).split("\n") if (line := each.replace("\xa0", " ").strip())]:
            found.append(Grid(shown, "正文", [[line] for line in lines]))
    return found if any(grid.name == "正文" for grid in found) else []


class _Page(HTMLParser):
    """Gathers the tables of a page as browsers would, closing what was left open; and the words outside them."""

    def __init__(self, budget: Budget) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[_Table] = []
        self.parts: list[_Table | list[str]] = [[]]
        self._budget = budget
        self._open: list[tuple[_Table, int, list[str] | None]] = []  # tables around the one that is read now
        self._table: _Table | None = None
        self._row = -1
        self._text: list[str] | None = None
        self._cell = (0, 0)
        self._silent = self._struck = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a table, a row or a cell."""
        about = dict(attrs)
        match tag:
            case "table":
                if self._table is not None:
                    self._open.append((self._table, self._row, self._text))
                if len(self._open) > 50:
                    raise Unreadable("是表格层层相套的网页", "请重新导出后再放入")
                self._table = _Table(self._budget)
                self.tables.append(self._table)
                self.parts += [self._table, []]
                self._row, self._text = -1, None
            case "tr" if self._table is not None:
                self._end_cell()
                self._row += 1
                self._budget.spend(1, 0)
                if _NO_DISPLAY.search(about.get("style") or ""):
                    self._table.hidden.add(self._row + 1)
            case "td" | "th" if self._table is not None:
                self._end_cell()
                self._start_cell(self._table, about)
            case "br" | "p" | "div" if self._text:
                self._text.append("\n")
            case "br" | "p" | "div" | "li" | "h1" | "h2" | "h3" if self._table is None:
                self._words.append("\n")
            case "script" | "style" | "title":
                self._silent += 1
            case "s" | "strike" | "del":
                self._struck += 1

    def handle_endtag(self, tag: str) -> None:
        """End a table, a row or a cell."""
        match tag:
            case "td" | "th" | "tr":
                self._end_cell()
            case "table" if self._table is not None:
                self._end_cell()
                self._table, self._row, self._text = self._open.pop() if self._open else (None, -1, None)
            case "script" | "style" | "title":
                self._silent = max(0, self._silent - 1)
            case "s" | "strike" | "del":
                self._struck = max(0, self._struck - 1)

    def handle_data(self, data: str) -> None:
        """Text; white space counts once, as in a browser."""
        if self._text is not None and not self._silent:
            self._text.append(_SPACES.sub(" ", data))
            if self._struck and self._table is not None and data.strip():
                self._table.struck[self._cell] = self._table.struck.get(self._cell, "") + data.strip()
        elif self._table is None and not self._silent and not self._struck:
            self._words.append(_SPACES.sub(" ", data))

    @property
    def _words(self) -> list[str]:
        """What has been said since the last table."""
        return cast("list[str]", self.parts[-1])

    def close(self) -> None:
        """End what was left open."""
        super().close()
        self._end_cell()

    def _start_cell(self, table: _Table, about: dict[str, str | None]) -> None:
        self._row = max(self._row, 0)
        column = len(table.rows[self._row]) if self._row < len(table.rows) else 0
        while (self._row, column) in table.taken:
            column += 1
        table.put(self._row, column, "")
        table.span(self._row, column, _span(about.get("rowspan")), _span(about.get("colspan")))
        for beside in range(column + 1, column + _span(about.get("colspan"))):
            table.put(self._row, beside, "")
        self._cell, self._text, self._struck = (self._row, column), [], 0
        if _LINE_THROUGH.search(about.get("style") or ""):
            table.struck[self._cell] = ""

    def _end_cell(self) -> None:
        if self._table is None or self._text is None:
            return
        lines = "".join(self._text).replace("\xa0", " ").split("\n")
        self._table.put(*self._cell, "\n".join(line.strip(" ") for line in lines).strip("\n"))
        self._text = None


def _span(text: str | None) -> int:
    number = (text or "1").strip()
    return min(max(int(number), 1), _MOST_SPAN) if number.isascii() and number.isdecimal() and len(number) < 9 else 1


def read_sheet_xml(text: str, shown: str) -> list[Grid]:
    """The sheets of Excel's XML of 2003 (SpreadsheetML).

    Raises:
        Unreadable: it is not well-formed, or holds more than it may.
    """
    reader = _SheetXml(Budget())
    # The text is decoded already: what it says of its encoding no longer holds.
    reader.read(re.sub(r"^\s*<\?xml[^>]*\?>", "", text))
    if not reader.tables:
        raise Unreadable("中没有工作表", "请重新导出后再放入")
    return [table.grid(shown, table.name) for table in reader.tables]


class _SheetXml:
    """Reads SpreadsheetML element by element."""

    def __init__(self, budget: Budget) -> None:
        self.tables: list[_Table] = []
        self._budget = budget
        self._row = self._column = -1
        self._following = 0  # the row that comes next
        self._kind = ""
        self._text: list[str] | None = None
        self._inside: list[str] = []
        self._style = ""
        self._month_styles: set[str] = set()
        self._struck_styles: set[str] = set()
        self._day_styles: set[str] = set()
        self._is_day = False
        self._is_struck = self._part_struck = False
        self._only_month = False

    def read(self, text: str) -> None:
        parser = xml_parser(self._start, self._end, self._say, "utf-8")
        feed(parser, [text.encode("utf-8", "replace")], "请重新导出后再放入")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        about = {key.rpartition(":")[2]: value for key, value in attributes.items()}
        match name.rpartition(":")[2]:
            case "Worksheet":
                self.tables.append(_Table(self._budget, about.get("Name", "")))
                self._following = 0
            case "Style":
                self._style = about.get("ID", "")
            case "NumberFormat":
                self._month_styles |= {self._style} if shows_month(about.get("Format", "")) else set()
                self._day_styles |= {self._style} if shows_day(about.get("Format", "")) else set()
            case "Font" if about.get("StrikeThrough") == "1":
                self._struck_styles.add(self._style)
            case "Visible" | "Comment" as part:
                self._inside.append(part)
            case "Row" if self.tables:
                self._row = _index(about.get("Index"), self._following + 1) - 1
                self._following = self._row + _index(about.get("Span"), 0) + 1  # rows alike are written once
                self._column = -1
                if about.get("Hidden") == "1":
                    self.tables[-1].hidden |= set(range(self._row + 1, min(self._following, 1_048_576) + 1))
            case "Cell" if self.tables:
                self._column = _index(about.get("Index"), self._column + 2) - 1
                self._only_month = about.get("StyleID") in self._month_styles
                self._is_day = about.get("StyleID") in self._day_styles
                self._is_struck = about.get("StyleID") in self._struck_styles
                self._start_cell(about)
            case "S" if self._text is not None:
                self._part_struck = True
            case "Data" if self.tables and "Comment" not in self._inside:
                self._kind, self._text = about.get("Type", "String"), []

    def _start_cell(self, about: dict[str, str]) -> None:
        down, across = (_index(about.get(name), 0) for name in ("MergeDown", "MergeAcross"))
        if self._row >= 0 and self._column >= 0 and (down or across):
            last = (self._row + down, self._column + across)
            self.tables[-1].merged.append((self._row, self._column, *last))

    def _end(self, name: str) -> None:
        match name.rpartition(":")[2]:
            case "S":
                self._part_struck = False
            case "Data" if self._text is not None:
                self._put("".join(self._text))
                self._text = None
            case "Cell" if self.tables and self.tables[-1].merged:
                top, left, _, right = self.tables[-1].merged[-1]
                if (top, left) == (self._row, self._column):
                    self._column = right
            case "Visible" | "Comment" if self._inside:
                self._inside.pop()

    def _say(self, text: str) -> None:
        if self._text is not None:
            self._text.append(text)
            if self._part_struck and not self._is_struck:
                struck, place = self.tables[-1].struck, (self._row, self._column)
                struck[place] = struck.get(place, "") + text
        elif self._inside[-1:] == ["Visible"] and self.tables and text.strip() in ("SheetHidden", "SheetVeryHidden"):
            self.tables[-1].shown = False

    def _put(self, text: str) -> None:
        if not (0 <= self._row < 1_048_576 and 0 <= self._column < _MOST_SPAN):
            raise Unreadable("已损坏（有单元格在工作表之外）", "请重新导出或另存后再放入")
        table = self.tables[-1]
        value: Cell = text
        match self._kind:
            case "Number" if text:
                value = plain_number(text)
                if isinstance(value, float) and (self._is_day or self._only_month):  # of programs other than Excel
                    value = _day_of(value, only_month=self._only_month)
            case "Boolean":
                value = text.strip() in ("1", "true")
            case "DateTime":
                value = _moment(text.strip())
                if self._only_month and isinstance(value, date):
                    value = f"{value:%Y-%m}"
            case "Error":
                table.errors[self._row, self._column] = text
                value = ""
        if self._is_struck:
            table.struck[self._row, self._column] = ""
        table.put(self._row, self._column, value)


def _day_of(serial: float, *, only_month: bool) -> Cell:
    """The day, or month, that a number is shown as."""
    if not _FIRST_SERIAL <= serial < _LAST_SERIAL:
        return serial
    day = _EPOCH + timedelta(days=int(serial))
    return f"{day:%Y-%m}" if only_month else day


def _moment(text: str) -> Cell:
    """A moment as a sheet shows it: Excel writes a day with midnight, and a time with its day zero."""
    when = iso_moment(text)
    if not isinstance(when, datetime):
        return when
    if when.year < 1900:
        return when.time()
    return when.date() if when.time() == time.min else when


def _index(text: str | None, otherwise: int) -> int:
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 9 else otherwise

"""One sheet of an xlsx workbook, from its XML: rows gathered as they stream by, the quick way or the slow one."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain
from xml.parsers import expat

import numpy as np

from hzcert.sheets.grid import Cell, Place, Range, Unreadable, column
from hzcert.sheets.guard import Budget, no_doctype
from hzcert.sheets.xlsx_cells import UNCOMPUTED, Found, Unusual, scan
from hzcert.sheets.xlsx_values import Book, Holds, iso_moment, moment, plain_number, unescape

_MOST_FRAME = 64 << 20  # bytes before and after the rows
_MOST_ROW = 32 << 20  # bytes of one row
_MOST_SLOW = 512 << 20  # bytes of XML that are read element by element: a minute's work
_REFERENCE = re.compile(r"\$?([A-Z]{1,3})\$?([1-9]\d{0,6})")
_ENCODING = re.compile(rb"""<\?xml[^>]*encoding=["']([\w.-]+)["']""")
_ROW = re.compile(rb'<row r="(\d+)"([^>]*)>')
_HIDDEN = re.compile(rb' hidden="(?:1|true)"| ht="0"')
_PICTURED = re.compile(rb'<c r="([A-Z]{1,3})(\d+)"[^>]*><f[^>]*>[^<]*DISPIMG\((?:&quot;|")(ID_\w+)')
_PICTURE_IN = re.compile(r'DISPIMG\("(ID_\w+)"')


@dataclass
class Gathered:
    """What has been read of one sheet so far."""

    budget: Budget
    rows: list[list[Cell]] = field(default_factory=list)
    errors: dict[Place, str] = field(default_factory=dict)
    hidden: set[int] = field(default_factory=set)
    hidden_columns: list[tuple[int, int]] = field(default_factory=list)
    merged: list[Range] = field(default_factory=list)
    pictured: dict[Place, str] = field(default_factory=dict)  # cells of a DISPIMG formula, and the picture they name
    drawing: str = ""  # the relation that leads to the sheet's drawing

    def add(self, found: Found) -> None:
        """Take in whole rows."""
        if not len(found.rows):
            return
        for at, shows in found.errors:
            self.errors[int(found.rows[found.owners[at]]) - 1, int(found.columns[at])] = shows
        numbers = found.rows.tolist()
        width = int(found.columns.max(initial=-1)) + 1
        if numbers[0] <= len(self.rows) or len(numbers) * width > 4 * len(found.values) + 10_000:
            places = zip(found.rows[found.owners].tolist(), found.columns.tolist(), found.values.tolist(), strict=True)
            for row, place, value in places:
                self.put(row, place, value)
            self._reach(numbers[-1])
            return
        self.budget.spend(numbers[-1] - len(self.rows), len(numbers) * width)
        block = np.full((len(numbers), width), "", object)
        block[found.owners, found.columns] = found.values
        filled = block.tolist()
        if numbers[-1] - len(self.rows) == len(numbers):
            self.rows += filled
            return
        for number, cells in zip(numbers, filled, strict=True):
            self.rows += [[] for _ in range(number - 1 - len(self.rows))]
            self.rows.append(cells)

    def put(self, row: int, place: int, value: Cell) -> None:
        """Take in one cell; rows count from 1, columns from 0."""
        self._reach(row)
        cells = self.rows[row - 1]
        if place >= len(cells):
            self.budget.spend(0, place + 1 - len(cells))
            cells += [""] * (place + 1 - len(cells))
        cells[place] = value

    def _reach(self, row: int) -> None:
        if row > len(self.rows):
            self.budget.spend(row - len(self.rows), 0)
            self.rows += [[] for _ in range(row - len(self.rows))]


def read_sheet(chunks: Iterator[bytes], book: Book, budget: Budget) -> Gathered:
    """All that is wanted of one sheet's XML.

    Raises:
        Unreadable: it is no XML of a sheet, or holds more than it may.
    """
    gathered = Gathered(budget)
    head = b""
    for chunk in chunks:
        head += chunk
        if b"<sheetData" in head or len(head) > _MOST_FRAME:
            break
    split = re.search(rb"<sheetData(?: [^>]*)?(/?)>", head)
    if split is None or split[1] or not _is_utf8(head):
        slow = Slow(book, gathered)
        for chunk in chain([head], chunks):
            slow.feed(chunk)
        slow.close()
        return gathered
    frame = Slow(book, gathered)
    frame.feed(head[: split.end()])
    tail = _read_rows(chain([head[split.end() :]], chunks), book, gathered)
    frame.feed(tail)
    for chunk in chunks:
        frame.feed(chunk)
    frame.close()
    return gathered


def _is_utf8(head: bytes) -> bool:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return False
    declared = _ENCODING.match(head.removeprefix(b"\xef\xbb\xbf").lstrip())
    return declared is None or declared[1].lower() in (b"utf-8", b"utf8", b"us-ascii")


def _read_rows(chunks: Iterator[bytes], book: Book, gathered: Gathered) -> bytes:
    """Read the rows, piece by piece; what stands from ``</sheetData>`` on is given back."""
    left = b""
    for chunk in chunks:
        left += chunk
        end = left.find(b"</sheetData>")
        cut = end if end >= 0 else left.rfind(b"<row ")
        if cut > 0:
            _read_piece(left[:cut], book, gathered)
            left = left[cut:]
        if end >= 0:
            return left
        if len(left) > _MOST_ROW:
            raise Unreadable("中有一行大得不像表格", "请查明文件的来历")
    raise Unreadable("已损坏（工作表不完整）", "请重新导出或另存后再放入")


def _read_piece(piece: bytes, book: Book, gathered: Gathered) -> None:
    try:
        found = scan(piece, book)
    except Unusual:
        slow = Slow(book, gathered)
        slow.feed(b"<sheetData>")
        slow.feed(piece)
        slow.feed(b"</sheetData>")
        slow.close()
        return
    gathered.add(found)
    if b' hidden="' in piece or b' ht="0"' in piece:
        gathered.hidden |= {int(row[1]) for row in _ROW.finditer(piece) if _HIDDEN.search(row[2])}
    if b"DISPIMG" in piece:
        for cell in _PICTURED.finditer(piece):
            gathered.pictured[int(cell[2]) - 1, column(cell[1].decode())] = cell[3].decode()


class Slow:
    """Reads a sheet element by element, whatever shape its XML has."""

    def __init__(self, book: Book, gathered: Gathered) -> None:
        self._book = book
        self._gathered = gathered
        self._row = len(gathered.rows)
        self._column = -1
        self._fed = 0
        self._inside = self._phonetic = self._taken = False
        self._kind, self._style = "", 0
        self._formula: list[str] | None = None
        self._text: list[str] | None = None
        self._parser = expat.ParserCreate()
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.StartDoctypeDeclHandler = self._doctype

    def feed(self, data: bytes) -> None:
        """Read on.

        Raises:
            Unreadable: it is not well-formed, or too long for this way.
        """
        self._fed += len(data)
        if self._fed > _MOST_SLOW:
            raise Unreadable("太大，且不是常见程序写成的", "请在电子表格程序中另存后再放入")
        self._parse(data, final=False)

    def close(self) -> None:
        """Read to the end.

        Raises:
            Unreadable: it is not well-formed.
        """
        self._parse(b"", final=True)

    def _parse(self, data: bytes, *, final: bool) -> None:
        try:
            self._parser.Parse(data, final)
        except (expat.ExpatError, ValueError, LookupError) as cause:
            raise Unreadable("已损坏（工作表的 XML 不完整）", "请重新导出或另存后再放入") from cause

    def _doctype(self, *_: object) -> None:
        raise no_doctype()

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        match name.rpartition(":")[2]:
            case "sheetData":
                self._inside = True
            case "row" if self._inside:
                self._start_row(attributes)
            case "c" if self._inside:
                self._start_cell(attributes)
            case "v" | "t" if self._inside and not self._phonetic:
                self._text = self._text or []
                self._taken = True
                self._parser.CharacterDataHandler = self._text.append
            case "f" if self._inside:
                self._formula = []
                self._parser.CharacterDataHandler = self._formula.append
            case "rPh":
                self._phonetic = True
            case "mergeCell":
                self._merge(attributes.get("ref", ""))
            case "col" if attributes.get("hidden") in ("1", "true"):
                first, last = (attributes.get(name, "").strip() for name in ("min", "max"))
                if first.isdecimal() and last.isdecimal():
                    self._gathered.hidden_columns.append((int(first) - 1, int(last) - 1))
            case "drawing":
                names = [value for key, value in attributes.items() if key.rpartition(":")[2] == "id"]
                self._gathered.drawing = names[0] if names else ""

    def _end(self, name: str) -> None:
        match name.rpartition(":")[2]:
            case "sheetData":
                self._inside = False
            case "c" if self._inside:
                self._end_cell()
            case "v" | "t" | "f":
                self._parser.CharacterDataHandler = None
            case "rPh":
                self._phonetic = False

    def _start_row(self, attributes: dict[str, str]) -> None:
        number = attributes.get("r", "").strip()
        self._row = int(number) if number.isdecimal() else self._row + 1
        self._column = -1
        self._within()
        if attributes.get("hidden") in ("1", "true") or attributes.get("ht") == "0":
            self._gathered.hidden.add(self._row)

    def _start_cell(self, attributes: dict[str, str]) -> None:
        if place := _REFERENCE.fullmatch(attributes.get("r", "").strip()):
            self._column, self._row = column(place[1]), int(place[2])
        else:
            self._column += 1
        self._within()
        style = attributes.get("s", "")
        self._kind, self._style = attributes.get("t", ""), int(style) if style.isdecimal() else 0
        self._text = self._formula = None
        self._taken = False

    def _within(self) -> None:
        if not (1 <= self._row <= 1_048_576 and self._column < 16_384):
            raise Unreadable("已损坏（有单元格在工作表之外）", "请重新导出或另存后再放入")

    def _end_cell(self) -> None:
        place = (self._row - 1, self._column)
        if self._formula is not None and (picture := _PICTURE_IN.search("".join(self._formula))):
            self._gathered.pictured[place] = picture[1]
        text = "".join(self._text or [])
        held = self._book.holds(self._kind, self._style)
        if not text and not (self._taken and held is Holds.TEXT):
            if self._formula is not None:
                self._gathered.put(self._row, self._column, "")
                self._gathered.errors[place] = UNCOMPUTED
            return
        value = self._value(text, held)
        if held is Holds.ERROR:
            self._gathered.errors[place] = str(value)
            value = ""
        self._gathered.put(self._row, self._column, value)

    def _value(self, text: str, held: Holds) -> Cell:
        match held:
            case Holds.NUMBER:
                return plain_number(text)
            case Holds.SHARED:
                number = plain_number(text)
                if not number.is_integer() or not 0 <= number < len(self._book.strings):
                    raise Unreadable("已损坏（共享文本不全）", "请重新导出或另存后再放入")
                shared: Cell = self._book.strings[int(number)]
                return shared
            case Holds.DAY | Holds.SPAN:
                return moment(plain_number(text), held, self._book.from_1904)
            case Holds.TRUTH:
                return text.strip() in ("1", "true")
            case Holds.ISO_DAY:
                return iso_moment(text.strip())
            case _:
                return unescape(text)

    def _merge(self, text: str) -> None:
        first, _, last = text.partition(":")
        ends = [_REFERENCE.fullmatch(end) for end in (first, last or first)]
        if ends[0] and ends[1]:
            (top, left), (bottom, right) = ((int(end[2]) - 1, column(end[1])) for end in ends if end)
            self._gathered.merged.append((top, left, bottom, right))

"""What an xlsx sheet's XML says besides its cells, and whether the quick reader may be trusted with it.

Calamine reads the cells. It does not tell which rows are hidden, which cells show an error, or which formulas were never worked
out, and it lays the whole used range out as one field, so that a single stray cell can take all memory. One pass over the
inflated bytes, a megabyte at a time, tells all that: pieces that hold nothing but plain rows and cells are passed in a glance, the others
tag by tag. What is spelt as no spreadsheet program spells it is marked ``unusual``, and read in a slower way.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc

from hzcert.sheets.grid import Place, Unreadable, column
from hzcert.sheets.guard import MOST_CELLS, no_doctype
from hzcert.sheets.struck import Struck, struck_text

UNCOMPUTED = "#未计算"  # shown for a formula that no program has worked out
_LONGEST_ROW = 64 << 20  # bytes of XML
_LONG = 4 << 20  # bytes of XML of a sheet whose two ends are kept
_MOST_TAGS = 30_000_000  # looked at one by one
_DENSE = 4_000_000  # places that any range may have

# RE2, which takes a nanosecond a byte: anything but plain rows and cells in the first 26 columns and 999,999 rows. So
# a plain piece that says a smaller row is its last can hide no cell that would take more than a gigabyte.
_FAR = r'<c r="[A-Z]{2}'
_DETAIL = r'hidden="|t="e"|strike|<!|<\?|</f><|/></c>|<c(?:\s+[^r\s]|[>/])|<row(?:\s+[^r\s]|[>/])|<c r="[A-Z]+\d{7}'
_ANY = f"{_DETAIL}|{_FAR}"

_PLAIN_ROW = re.compile(rb'<row r="(\d{1,7})"')
_FAR_CELL = re.compile(rb'<c r="([A-Z]{2,3})\d')
_WORKSHEET = re.compile(rb"<(\w+:)?worksheet[\s>]")
_TAG = re.compile(rb'<(?:\w+:)?(row|c)((?:\s+[\w:]+="[^"<]*")*)\s*(/?)>')
_BEGINS = re.compile(rb"<(?:\w+:)?(?:row|c)[\s/>]")
_ATTRIBUTE = re.compile(rb'([\w:]+)="([^"]*)"')
_REFERENCE = re.compile(rb"([A-Z]{1,3})([1-9]\d{0,6})")
_VALUE = re.compile(rb"<(?:\w+:)?v[^>]*>([^<]+)<")
_FORMULA = re.compile(rb"<(?:\w+:)?f[\s/>]")
_PASTED = re.compile(rb'DISPIMG\((?:&quot;|")(.*?)(?:&quot;|")')
_COLUMN = re.compile(rb"<(?:\w+:)?col\s([^>]*)>")
_DRAWING = re.compile(rb'<(?:\w+:)?drawing\s[^>]*?\w+:id="([^"]*)"')
_SHARED = re.compile(rb'<(?:\w+:)?c r="([A-Z]+)(\d+)"[^>]* t="s"[^>]*>\s*<(?:\w+:)?v>(\d+)<')
_TEXT_ENDS, _LONGEST_TEXT = re.compile(rb"</(?:\w+:)?is>"), 1 << 15
_STRANGE = (b"<!--", b"<![CDATA[", b"<?")
_YES = (b"1", b"true")


@dataclass
class Scanned:
    """What is told of one sheet besides its cells."""

    unusual: bool = False  # the quick reader might misread it
    rows: int = 0  # the number of the last one, or of a later one
    columns: int = 26  # at most so many
    size: int = 0  # bytes of XML
    tags: int = 0  # looked at one by one
    hidden: list[int] = field(default_factory=list)  # rows as the program numbers them
    hidden_columns: list[tuple[int, int]] = field(default_factory=list)  # first and last, from 0
    errors: dict[Place, str] = field(default_factory=dict)
    months: list[Place] = field(default_factory=list)  # cells whose date is shown without its day
    pasted: dict[Place, str] = field(
        default_factory=dict
    )  # pictures in cells that show an error or nothing, by their ID
    struck: dict[Place, str] = field(default_factory=dict)  # what of a cell is struck out; empty where all of it is
    drawing: str = ""
    top: bytes = b""  # of a long sheet: its XML up to some row,
    foot: bytes = b""  # and from a later row to its end

    def is_sparse(self) -> bool:
        """Whether its range is far larger than its cells: stray cells, or a bomb. A cell takes some 30 bytes of XML."""
        return self.rows * self.columns > min(max(_DENSE, self.size), MOST_CELLS)


def scan(chunks: Iterable[bytes], month_styles: frozenset[int], struck: Struck | None = None) -> Scanned:
    """Look through the XML of one sheet.

    Args:
        chunks: the XML.
        month_styles: the cell styles that show a date without its day.
        struck: the cell styles and the shared texts that are struck out.

    Raises:
        Unreadable: it has a document type, a row of endless length, or a cell that is not in its row.
    """
    found = Scanned()
    months = _styled_cells(month_styles)
    struck = struck or Struck()
    crossed = _styled_cells(struck.styles)
    mark, tail = b"", b""
    before, last = b"", b""  # the two pieces looked at before
    for chunk in chunks:
        piece = tail + chunk
        if not mark:
            mark = _head(piece, found)
            found.top = piece[: max(piece.rfind(mark), 0)]
            piece = piece[max(piece.find(b"sheetData"), 0) :]
        cut = piece.rfind(mark)
        if cut <= 0:
            if len(piece) > _LONGEST_ROW:
                raise Unreadable("中有一行长得不像表格", "请查明文件的来历")
            tail = piece
            continue
        _look(piece, cut, found, months, plain=mark == b"<row ")
        _look_for_struck(piece, cut, found, crossed, struck.texts)
        tail = piece[cut:]
        before, last = last, piece[:cut]
    if drawing := _DRAWING.search(tail):
        found.drawing = drawing[1].decode("utf-8", "replace")
    _look(tail, len(tail), found, months, plain=mark == b"<row ")
    _look_for_struck(tail, len(tail), found, crossed, struck.texts)
    found.top, found.foot = (found.top, before + last + tail) if found.size > _LONG else (b"", b"")
    return found


def _head(piece: bytes, found: Scanned) -> bytes:
    """What stands before the rows; how a row begins here."""
    head = piece.partition(b"sheetData")[0]
    if b"<!DOCTYPE" in head:
        raise no_doctype()
    root = _WORKSHEET.search(head)
    found.unusual = root is None
    for tag in _COLUMN.findall(head):
        about = dict(_ATTRIBUTE.findall(tag))
        first, last = about.get(b"min", b""), about.get(b"max", b"")
        if about.get(b"hidden") in _YES and first.isdigit() and last.isdigit():
            found.hidden_columns.append((int(first) - 1, int(last) - 1))
    return b"<" + (root[1] or b"" if root else b"") + b"row "


def _styled_cells(styles: frozenset[int]) -> re.Pattern[bytes] | None:
    numbers = "|".join(map(str, sorted(styles)))
    return re.compile(rf'<(?:\w+:)?c r="([A-Z]+)(\d+)" s="(?:{numbers})"'.encode()) if styles else None


def _holds(piece: bytes, end: int, pattern: str) -> bool:
    ends = b"\0\0\0\0" + end.to_bytes(4, "little")
    one = pa.Array.from_buffers(pa.binary(), 1, [None, pa.py_buffer(ends), pa.py_buffer(piece)])
    return bool(pc.match_substring_regex(one, pattern)[0].as_py())


def _look(piece: bytes, end: int, found: Scanned, months: re.Pattern[bytes] | None, *, plain: bool) -> None:
    found.size += end
    holds = not plain or _holds(piece, end, _ANY)
    if plain and not (holds and _holds(piece, end, _DETAIL)):
        if last := _PLAIN_ROW.match(piece, max(piece.rfind(b"<row ", 0, end), 0)):
            found.rows = max(found.rows, int(last[1]))
        far = set(_FAR_CELL.findall(piece, 0, end)) if holds else ()
        found.columns = max(found.columns, *(column(name.decode()) + 1 for name in far)) if far else found.columns
    else:
        _look_closely(piece[:end], found)
    if months:
        found.months += [(int(row) - 1, column(name.decode())) for name, row in months.findall(piece, 0, end)]


def _look_for_struck(
    piece: bytes, end: int, found: Scanned, styled: re.Pattern[bytes] | None, texts: Mapping[int, str]
) -> None:
    """Cells whose style or text is struck out, in a sheet of a workbook that has such."""
    if styled:
        found.struck |= {(int(row) - 1, column(name.decode())): "" for name, row in styled.findall(piece, 0, end)}
    for cell in _SHARED.finditer(piece, 0, end) if texts else ():
        if (text := texts.get(int(cell[3]))) is not None:
            found.struck[int(cell[2]) - 1, column(cell[1].decode())] = text


def _look_closely(piece: bytes, found: Scanned) -> None:
    """Rows and cells tag by tag."""
    found.unusual |= any(sign in piece for sign in _STRANGE)
    row, place, count = found.rows, -1, 0
    for tag in _TAG.finditer(piece):
        count += 1
        about: dict[bytes, bytes] = dict(_ATTRIBUTE.findall(tag[2]))
        if tag[1] == b"row":
            number = about.get(b"r", b"")
            row, place = int(number) if number.isdigit() and len(number) < 8 else row + 1, -1
            if about.get(b"hidden") in _YES:
                found.hidden.append(row)
        else:
            place += 1
            if b"r" in about:
                reference = _REFERENCE.fullmatch(about[b"r"])
                if reference is None:
                    found.unusual = True
                    continue
                if int(reference[2]) != row:
                    raise Unreadable("已损坏（有单元格不在自己的行里）", "请在电子表格程序中打开，另存后再放入")
                place = column(reference[1].decode())
            found.columns = max(found.columns, place + 1)
            if not tag[3]:
                _cell(piece, tag.end(), about.get(b"t", b""), (row - 1, place), found)
        found.rows = max(found.rows, row)
    found.unusual |= count != len(_BEGINS.findall(piece))
    found.tags += count
    if found.tags > _MOST_TAGS:
        raise Unreadable("行数或单元格数超出可以处理的范围", "请分成几个文件")


def _cell(piece: bytes, start: int, kind: bytes, place: Place, found: Scanned) -> None:
    """An error that a cell shows, a formula in it without a result, or struck-out text within it."""
    if kind == b"inlineStr" and (text := struck_text(_TEXT_ENDS.split(piece[start : start + _LONGEST_TEXT], 1)[0])):
        found.struck[place] = text
    if kind != b"e" and not _FORMULA.match(piece, start):
        return
    end = piece.find(b"</", start)
    while end >= 0 and not re.match(rb"</(?:\w+:)?c>", piece[end : end + 40]):
        end = piece.find(b"</", end + 2)
    inside = piece[start:end]
    value = _VALUE.search(inside)
    if (kind == b"e" or value is None) and (pasted := _PASTED.search(inside)):
        found.pasted[place] = pasted[1].decode("utf-8", "replace")
    if kind == b"e":
        found.errors[place] = value[1].decode("utf-8", "replace") if value else "#?"
    elif value is None and kind not in (b"str", b"inlineStr"):
        found.errors[place] = UNCOMPUTED

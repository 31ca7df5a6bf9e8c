"""A copy of a clerk's workbook with cells marked and a sheet that lists them. The workbook itself is only read.

openpyxl copies most of a workbook, but not all: what it leaves out is counted in both files, and said.
"""

import io
import re
import warnings
import zipfile
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from itertools import chain
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.cell.cell import MergedCell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import column_index_from_string, get_column_letter
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.properties import PageSetupProperties

from hzcert.sheets import measure
from hzcert.sheets.reading import Grid
from hzcert.sheets.safe import cell_text, clean, sheet_name
from hzcert.sheets.writing import FILLS, MOST_LINKS, Link, Look, Row, Sheet

_AUTHOR = "hzcert"
_FONT = "宋体"
_PLAIN, _BOLD = Font(name=_FONT, size=9), Font(name=_FONT, size=9, bold=True)
_WRAPPED = Alignment(wrap_text=True, vertical="center")
_FRAMED = Border(*(Side(style="thin", color="BFBFBF") for _ in range(4)))
_FIRST_COLUMNS = 30  # in which something must stand
_MOST_COMMENT = 4000  # signs; a longer one can hardly be read
_EPOCH = (1980, 1, 1, 0, 0, 0)  # of every entry of the file, so that the same copy is the same bytes

# What a copy may lack: what it is called, the parts of the file it stands in, and how one of it begins.
_COUNTED: Mapping[str, tuple[str, str]] = {
    "图片": (r"xl/drawings/drawing\d+\.xml", r"<(?:\w+:)?pic[ >]"),
    "图形或文本框": (r"xl/drawings/drawing\d+\.xml", r"<(?:\w+:)?(?:sp|cxnSp|grpSp)[ >]"),
    "单元格图片": (r"xl/cellimages\.xml", r"<(?:\w+:)?cellImage[ >]"),
    "单元格内的图片": (r"xl/richData/rdrichvalue\.xml", r"<rv "),
    "图表": (r"xl/charts/chart\d+\.xml", r"<(?:\w+:)?chart[ >]"),
    "控件": (r"xl/ctrlProps/.+\.xml", r"<(?:\w+:)?formControlPr[ >]"),
    "嵌入的文件": (r"xl/embeddings/.+", r""),
    "批注会话": (r"xl/threadedComments/.+\.xml", r"<(?:\w+:)?threadedComment[ >]"),
    "切片器": (r"xl/slicers/.+\.xml", r"<(?:\w+:)?slicer[ >]"),
    "扩展的数据有效性": (r"xl/worksheets/sheet\d+\.xml", r"<x14:dataValidation[ >]"),
    "扩展的条件格式": (r"xl/worksheets/sheet\d+\.xml", r"<x14:cfRule[ >]"),
    "迷你图": (r"xl/worksheets/sheet\d+\.xml", r"<x14:sparkline[ >]"),
    "宏": (r"xl/vbaProject\.bin", r""),
    "数字签名": (r"_xmlsignatures/sig.+\.xml", r""),
}
_FORMULA = re.compile(rb"<f[ >/]")


@dataclass(frozen=True, slots=True)
class Mark:
    """What is said of one place: of a cell, of a row (no column), of a sheet or the file (no row)."""

    sheet: str
    row: int | None
    column: str | None
    look: Look
    text: str


@dataclass(frozen=True)
class Copy:
    """A workbook in the making: its sheets by the names that findings call them, and what the original had besides."""

    book: Any
    pages: Mapping[str, Any]
    lost: Mapping[str, int] = field(default_factory=dict)
    formulas: bool = False


def open_copy(path: Path) -> Copy | None:
    """A workbook that can be copied as it is; nothing where it is of another kind, or openpyxl can't read it."""
    raw = path.read_bytes()
    if not zipfile.is_zipfile(io.BytesIO(raw)):
        return None
    with zipfile.ZipFile(io.BytesIO(raw)) as parts:
        if "xl/workbook.xml" not in parts.namelist():
            return None
        formulas = any(_FORMULA.search(parts.read(name)) for name in parts.namelist() if "xl/worksheets/" in name)
    try:
        book, lost = _load(raw), _losses(raw)
    except Exception:  # openpyxl stumbles over files that others read, with errors of any kind
        return None
    return Copy(book, {page.title: page for page in book.worksheets}, lost, formulas)


def _load(raw: bytes) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of what it leaves out, which is counted here
        return openpyxl.load_workbook(io.BytesIO(raw), rich_text=True)


def _losses(raw: bytes) -> dict[str, int]:
    """What a copy of this workbook lacks, found by making one and counting again."""
    had = count(raw)
    if not had:
        return {}
    trial = io.BytesIO()
    _load(raw).save(trial)
    kept = count(trial.getvalue())
    return {kind: number - kept.get(kind, 0) for kind, number in had.items() if number > kept.get(kind, 0)}


def copy_of(grids: Sequence[Grid]) -> Copy:
    """A workbook of what was read: the same rows and columns, text as text."""
    book, taken = openpyxl.Workbook(), set[str]()
    book.remove(book.active)
    pages = {}
    for grid in grids:
        page = pages[grid.name] = book.create_sheet(sheet_name(grid.name or "Sheet1", taken))
        for number, row in enumerate(grid.rows, start=1):
            for place, value in enumerate(row, start=1):
                if value not in ("", None):
                    _put(page.cell(number, place), value)
                    if grid.struck.get((number - 1, place - 1)) == "":
                        page.cell(number, place).font = Font(strike=True)
    return Copy(book, pages)


def count(raw: bytes) -> dict[str, int]:
    """How many pictures, shapes and the like a workbook has."""
    found: dict[str, int] = defaultdict(int)
    with zipfile.ZipFile(io.BytesIO(raw)) as parts:
        for name in parts.namelist():
            for kind, (where, begins) in _COUNTED.items():
                if re.fullmatch(where, name):
                    found[kind] += len(re.findall(begins.encode(), parts.read(name))) if begins else 1
    return {kind: found[kind] for kind in _COUNTED if found[kind]}


def mark(copy: Copy, marks: Sequence[Mark]) -> None:
    """Fill the cells that are spoken of and hang a comment on each."""
    at: dict[tuple[str, int, int], list[Mark]] = defaultdict(list)
    for each in marks:
        if each.row is not None and each.sheet in copy.pages:
            at[each.sheet, *_place(copy.pages[each.sheet], each.row, each.column)].append(each)
    for (sheet, row, column), said in at.items():
        cell = copy.pages[sheet].cell(row, column)  # by numbers: by its address openpyxl looks through the whole sheet
        worst = min((each.look for each in said), key=list(FILLS).index)
        cell.fill = PatternFill("solid", fgColor=FILLS[worst])
        before = [cell.comment.text] if cell.comment else []
        text = clean("\n".join([*before, *dict.fromkeys(each.text for each in said)]))[:_MOST_COMMENT]
        cell.comment = Comment(text, _AUTHOR, height=min(30 + 16 * measure.lines(text, 44), 400), width=320)


def _place(page: Any, row: int, column: str | None) -> tuple[int, int]:
    """The cell that a mark goes on: the first that is filled in where a row is spoken of, the first of merged ones."""
    filled = (place for place in range(1, _FIRST_COLUMNS) if page.cell(row, place).value)
    place = column_index_from_string(column) if column else next(filled, 1)
    if isinstance(page.cell(row, place), MergedCell):
        address = page.cell(row, place).coordinate
        first = next(merged for merged in page.merged_cells.ranges if address in merged)
        return first.min_row, first.min_col
    return row, place


def put_list(copy: Copy, listed: Sheet) -> None:
    """Add the sheet in front that lists everything, and open the workbook there."""
    book = copy.book
    page = book.create_sheet(sheet_name(listed.name, {name.lower() for name in book.sheetnames}), 0)
    across, rooms = len(listed.columns), [column.width for column in listed.columns]
    for number, text in enumerate((listed.title, *map(str, listed.above)), start=1):
        _put(page.cell(number, 1), text)
        page.cell(number, 1).font = Font(name=_FONT, size=14 if number == 1 else 10, bold=number == 1)
        page.cell(number, 1).alignment = _WRAPPED
        page.merge_cells(start_row=number, end_row=number, start_column=1, end_column=across)
        page.row_dimensions[number].height = measure.height(measure.lines(text, int(sum(rooms) * 0.85))) + 4
    first = len(listed.above) + 2
    headings = Row([column.heading for column in listed.columns])
    for number, given in enumerate(chain([headings], listed.rows), start=first):
        row = given if isinstance(given, Row) else Row(given)
        for place, value in enumerate(row.cells, start=1):
            _put(page.cell(number, place), value)
            _dress(page.cell(number, place), row.look, bold=number == first)
            if isinstance(value, Link) and value.sheet in copy.pages and number - first <= MOST_LINKS:
                _lead(page.cell(number, place), copy.pages[value.sheet].title, value.cell)
        page.row_dimensions[number].height = measure.height(measure.most_lines(list(map(clean, row.cells)), rooms))
    for place, room in enumerate(rooms, start=1):
        page.column_dimensions[get_column_letter(place)].width = room * 1.1
    page.freeze_panes = page.cell(first + 1, 1)
    page.page_setup.orientation, page.page_setup.paperSize = "landscape", 9  # A4
    page.page_setup.fitToWidth, page.page_setup.fitToHeight = 1, 0
    page.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    # Two sheets that are both selected would be typed into at once.
    for each in book.worksheets:
        each.sheet_view.tabSelected = each is page
    book.active = 0


def _lead(cell: Any, sheet: str, address: str) -> None:
    place = f"'{sheet.replace(chr(39), chr(39) * 2)}'!{address}"
    cell.hyperlink = Hyperlink(ref=cell.coordinate, location=place)
    cell.font = Font(name=_FONT, size=9, color="0563C1", underline="single")


def _dress(cell: Any, look: Look, *, bold: bool = False) -> None:
    cell.font, cell.alignment, cell.border = _BOLD if bold else _PLAIN, _WRAPPED, _FRAMED
    if look in FILLS:
        cell.fill = PatternFill("solid", fgColor=FILLS[look])


def _put(cell: Any, value: object) -> None:
    """A value as it is; text never as a formula."""
    if isinstance(value, bool | int | float | date | time | timedelta):
        cell.value = value
        return
    cell.value = cell_text(value)
    cell.data_type = "s"
    cell.number_format = "@"


def save(copy: Copy, path: Path, day: date) -> None:
    """Write the copy: the same bytes each time."""
    # openpyxl notes when it was saved; here that is the day of processing.
    moment = f"{day.isoformat()}T00:00:00Z".encode()
    raw = io.BytesIO()
    copy.book.save(raw)
    with zipfile.ZipFile(raw) as parts, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as whole:
        for name in parts.namelist():
            content = parts.read(name)
            if name == "docProps/core.xml":
                content = re.sub(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*", rb"\g<1>" + moment, content)
            whole.writestr(zipfile.ZipInfo(name, _EPOCH), content, zipfile.ZIP_DEFLATED)

"""Workbooks, CSV and Parquet from plain descriptions. No judgement: what a sheet says was decided before.

All text goes out as text: nothing a clerk typed can become a formula, a link or a number.
"""

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from io import StringIO
from itertools import chain, islice
from math import isfinite
from pathlib import Path
from typing import Any, Literal, TextIO, TypeGuard

import pyarrow as pa
import xlsxwriter
from xlsxwriter.exceptions import FileCreateError
from xlsxwriter.utility import xl_range
from xlsxwriter.worksheet import Worksheet

from hzcert.errors import UsageError
from hzcert.sheets import columnwise, measure
from hzcert.sheets.columnwise import Columns
from hzcert.sheets.columnwise import Look as Look
from hzcert.sheets.columnwise import Marked as Marked
from hzcert.sheets.columnwise import Row as Row
from hzcert.sheets.grid import no_collection
from hzcert.sheets.quick import QuickSheet
from hzcert.sheets.safe import cell_text, clean, defused, link_address, sheet_name

Kind = Literal["text", "number", "count", "money", "date"]
Paper = Literal["A4", "A3"]

MOST_ROWS = 1_048_576
MOST_LINKS = 65_530  # of one sheet; a spreadsheet program drops what is more
ENDINGS = (".xlsx", ".csv", ".tsv", ".parquet")  # the kinds of tables that can be written
_FONT = {"font_name": "宋体", "font_size": 9, "valign": "vcenter"}
_MARGINS = {"left": 10 / 25.4, "right": 10 / 25.4, "top": 12 / 25.4, "bottom": 16 / 25.4}
_FIRST_DAY = date(1900, 3, 1)  # before it, programs count days differently
_MOST_BREAKS = 1023  # of one sheet
_BATCH = 50_000  # rows of a Parquet row group

_PAPERS: Mapping[Paper, int] = {"A4": 9, "A3": 8}  # as spreadsheet programs number them
_ALIGNED: Mapping[Kind, Mapping[str, str]] = {
    "text": {"num_format": "@", "align": "left"},
    "date": {"num_format": "@", "align": "center"},
    "number": {"num_format": "General", "align": "right"},
    "count": {"num_format": "0", "align": "center"},
    "money": {"num_format": "#,##0.00", "align": "right"},
}
# What a colour says: how bad a finding is.
FILLS: Mapping[Look, str] = {"error": "F8CBAD", "warning": "FFEB9C", "info": "DDEBF7"}
_LOOKS: Mapping[Look, Mapping[str, object]] = {
    "plain": {},
    "shade": {"bg_color": "#F5F7FB"},
    "group": {"bold": True, "bg_color": "#EDEDED"},
    "subtotal": {"bold": True},
    "total": {"bold": True, "bg_color": "#EDEDED"},
    **{look: {"bg_color": f"#{colour}"} for look, colour in FILLS.items()},
}


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its width in half columns (a Chinese character takes two), and what a person typing needs to know.

    A ``date`` is given as ISO text and written as a real date; a month without its day stays the text that it is.
    """

    heading: str
    width: int
    kind: Kind = "text"
    centred: bool = False
    one_line: bool = False  # shrunk rather than broken, such as a number that must be read as one
    compulsory: bool = False
    options: tuple[str, ...] = ()
    options_at: str = ""  # or where in the workbook they are listed, when there are too many for the cell
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """A cell that leads to a cell of a workbook, or to a file without sheets; without a path, within its own workbook."""

    text: str
    path: str  # as seen from the folder of the workbook
    sheet: str = ""
    cell: str = "A1"

    def __str__(self) -> str:
        """What one reads in the cell."""
        return self.text


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: a title and lines above, a table, lines below. A line of several cells above is written cell by cell."""

    name: str
    columns: tuple[Column, ...]
    rows: Iterable[Sequence[object] | Row]
    title: str = ""
    above: tuple[str | tuple[str, ...], ...] = ()
    below: tuple[str, ...] = ()
    ready: int = 0  # empty lines to be filled in
    hidden: bool = False  # only looked up by others, and not printed
    paper: Paper = "A4"
    grouped: bool = False  # printed so that pages end between groups
    most_rows: int = MOST_ROWS  # what is more goes on in a further sheet

    def saying(self, notice: str) -> "Sheet":
        """The same sheet with a notice above all else, where there is one."""
        return replace(self, above=(notice, *self.above)) if notice else self


def write_workbook(
    path: Path, sheets: Iterable[Sheet], as_of: date, most_rows: int = MOST_ROWS, *, held: bool = False
) -> None:
    """Write sheets for A4 landscape, one page wide; rows beyond what a sheet holds go on in a further one.

    ``held``: all rows may be held at once (2 KB each), which takes an eighth less time, and equal texts are written once.

    Raises:
        OSError: it can't be written.
    """
    with no_collection(), open_workbook(path, as_of, row_by_row=not held) as book:
        add_sheets(book, sheets, set(), most_rows)


def add_sheets(book: Any, sheets: Iterable[Sheet], taken: set[str], most_rows: int = MOST_ROWS) -> None:
    """Add sheets to an open workbook; ``taken`` are the names (in lower case) that it has already."""
    formats = _Formats(book)
    for sheet in sheets:
        _write_sheet(book, sheet, formats, taken, most_rows)


@contextmanager
def open_workbook(path: Path, as_of: date, *, row_by_row: bool = True) -> Iterator[Any]:
    """A new workbook that is written when the block ends, the same bytes each time.

    Raises:
        OSError: it can't be written.
    """
    # Constant memory: rows go to disk as they come, so that a million of them take no more room than ten.
    # Widths count in digits of the default font, which must have the same width wherever the file is opened: Arial and
    # its free twin are as good as everywhere, Calibri is not.
    default_font = {"font_name": "Arial", "font_size": 10}
    options = {"constant_memory": row_by_row, "use_zip64": True, "default_format_properties": default_font}
    try:
        with xlsxwriter.Workbook(path, options) as book:
            book.set_properties({"created": datetime(as_of.year, as_of.month, as_of.day)})  # noqa: DTZ001 - a day, no moment
            yield book
    except FileCreateError as cause:
        raise OSError(*getattr(cause.args[0], "args", cause.args)) from cause


def write_lines(
    out: TextIO, headings: Sequence[str], rows: Iterable[Sequence[object]], delimiter: Literal[",", "\t"] = ","
) -> None:
    """Write CSV (or TSV). Text that a spreadsheet would run as a formula gets an apostrophe before it."""
    lines = csv.writer(out, delimiter=delimiter)
    lines.writerow([defused(heading) for heading in headings])
    lines.writerows([defused(value) for value in row] for row in rows)


def write_table(
    path: Path, headings: Mapping[str, str], rows: Iterable[Sequence[object]], as_of: date, name: str = "人员信息"
) -> None:
    """Write a table of text; the ending chooses the kind: .xlsx, .csv, .tsv (UTF-8 with its mark), .parquet (by keys).

    Raises:
        OSError: it can't be written.
        UsageError: another ending.
    """
    match path.suffix.lower():
        case ".xlsx":
            columns = tuple(Column(heading, _USUAL_WIDTHS.get(key, 14)) for key, heading in headings.items())
            write_workbook(path, [Sheet(name, columns, rows)], as_of)
        case ".csv" | ".tsv" as ending:
            # The mark tells Excel that this is UTF-8; without it a Chinese Excel reads GBK.
            with path.open("w", encoding="utf-8-sig", newline="") as out:
                write_lines(out, list(headings.values()), rows, "," if ending == ".csv" else "\t")
        case ".parquet":
            _write_parquet(path, list(headings), rows)
        case other:
            raise UsageError(
                f"不能写成 {other or '没有后缀的'} 文件：{path.name}", "请用 .xlsx、.csv、.tsv 或 .parquet 结尾"
            )


_USUAL_WIDTHS: Mapping[str, int] = {
    "id_number": 20, "name": 10, "former_name": 10, "sex": 5, "birth_date": 11, "employer": 26, "department": 18,
    "region": 8, "title": 18, "level": 8, "obtained_by": 9, "obtained_on": 11, "committee": 26, "document_no": 18,
    "document_date": 11, "old_certificate_no": 16, "case": 9, "retired_on": 11, "transfer_confirmed_no": 18,
    "loss_notice": 22, "remark": 20,
}  # fmt: skip


class _Formats:
    """The formats of one workbook, each made once."""

    def __init__(self, book: Any) -> None:
        self._book = book
        self._made: dict[tuple[tuple[str, object], ...], Any] = {}

    def get(self, **properties: object) -> Any:
        """The format with these properties on top of the house font."""
        key = tuple(sorted(properties.items()))
        if key not in self._made:
            self._made[key] = self._book.add_format(_FONT | properties)
        return self._made[key]

    def cell(self, column: Column, look: Look, *, red: bool = False) -> Any:
        """The format of a cell in the table."""
        stands_out = {"bold": True, "font_color": "#C00000"} if red else {}
        centred = {"align": "center"} if column.centred else {}
        fitted = "shrink" if column.one_line else "text_wrap"
        return self.get(**{**_ALIGNED[column.kind], **centred, **_LOOKS[look], **stands_out, "border": 1, fitted: True})

    def long(self, column: Column, look: Look, text: str) -> Any:
        """The format of a cell of a row that can't be higher: smaller where its text would be cut off."""
        centred = {"align": "center"} if column.centred else {}
        size = measure.size(text, column.width)
        return self.get(
            **{**_ALIGNED[column.kind], **centred, **_LOOKS[look], "border": 1, "text_wrap": True, "font_size": size}
        )

    def day(self, column: Column, look: Look) -> Any:
        """The format of a cell that is a real date."""
        # Shrunk where it is too wide: a number or date that does not fit is shown as ###.
        aligned = {**_ALIGNED[column.kind], "num_format": "yyyy-mm-dd", "shrink": True}
        return self.get(**{**aligned, **_LOOKS[look], "border": 1})

    def link(self, column: Column, look: Look) -> Any:
        """The format of a cell that leads elsewhere."""
        centred = {"align": "center"} if column.centred else {}
        blue = {"font_color": "#0563C1", "underline": 1}
        return self.get(**{**_ALIGNED[column.kind], **centred, **_LOOKS[look], **blue, "border": 1, "text_wrap": True})

    def mark(self, *, differs: bool) -> Any:
        """The font of characters that differ, and of those between them: without one they would have the program's own."""
        return self.get(bold=True, font_color="#C00000") if differs else self.get()

    def heading(self, column: Column) -> Any:
        """The format of a heading; compulsory ones are red."""
        colours = {"font_color": "#C00000", "bg_color": "#FCE4D6"} if column.compulsory else {"bg_color": "#D9E1F2"}
        return self.get(num_format="@", align="center", border=1, text_wrap=True, bold=True, **colours)

    def band(self, look: Look) -> Any:
        """The format of a row that is one text."""
        return self.get(num_format="@", align="left", border=1, text_wrap=True, **_LOOKS[look])

    def line(self) -> Any:
        """The format of a line above or below the table."""
        return self.get(num_format="@", align="left", text_wrap=True, font_size=10)

    def field(self) -> Any:
        """The format of a label above the table, and of the cell that is filled in beside it."""
        return self.get(num_format="@", align="left", border=1, font_size=10)

    def title(self) -> Any:
        """The format of the title."""
        return self.get(num_format="@", align="center", bold=True, font_size=16)


class _Dress:
    """The formats of one sheet's columns, looked up once."""

    def __init__(self, columns: Sequence[Column], formats: _Formats) -> None:
        self.formats = formats
        self._columns = columns
        self._made: dict[Look, list[Any]] = {}
        self._days: dict[Look, list[Any]] = {}

    def cells(self, look: Look) -> list[Any]:
        """The formats of a row's cells, column by column."""
        if look not in self._made:
            self._made[look] = [self.formats.cell(column, look) for column in self._columns]
        return self._made[look]

    def days(self, look: Look) -> list[Any]:
        """The formats of real dates, in columns where there may be such."""
        if look not in self._days:
            dated = (column.kind == "date" for column in self._columns)
            self._days[look] = [
                self.formats.day(column, look) if may else None
                for column, may in zip(self._columns, dated, strict=True)
            ]
        return self._days[look]


def _write_sheet(book: Any, sheet: Sheet, formats: _Formats, taken: set[str], most_rows: int) -> None:
    """One sheet, or as many as its rows need; what stands below stands below the last."""
    head, foot = _head_heights(sheet), _foot_heights(sheet)
    spare = 0.0 if sheet.grouped else _spare_height(sheet, sum(head), sum(foot))
    room = min(most_rows, sheet.most_rows) - len(head) - len(foot) - sheet.ready
    dress = _Dress(sheet.columns, formats)
    heights: list[float] = []
    whole = sheet.rows if isinstance(sheet.rows, Columns) and not spare and _is_plain(sheet) else None
    rows = iter(()) if whole is not None else iter(sheet.rows)
    while True:
        page = book.add_worksheet(sheet_name(sheet.name, taken), worksheet_class=QuickSheet)
        if sheet.hidden:
            page.hide()
        _write_head(page, sheet, formats, head)
        at = len(head)
        if whole is not None:
            at = _write_columns(page, at, whole[:room], sheet.columns, dress)
            whole = whole[room:]
            if not len(whole):
                break
            _set_up(page, sheet, len(head), at)
            continue
        for given in islice(rows, room):
            row = given if isinstance(given, Row) else Row(given)
            height = measure.height(_line_count(row, sheet.columns), spare)
            _write_row(page, at, row, sheet.columns, dress, height)
            if sheet.grouped:
                heights.append(height)
            at += 1
        following = next(rows, None)
        if following is None:
            break
        _set_up(page, sheet, len(head), at)
        rows = chain([following], rows)
    for _ in range(sheet.ready):
        empty = Row([""] * len(sheet.columns))
        _write_row(page, at, empty, sheet.columns, dress, measure.height(_line_count(empty, sheet.columns), spare))
        at += 1
    _set_up(page, sheet, len(head), at)
    if sheet.grouped and isinstance(sheet.rows, Sequence) and at - len(head) == len(sheet.rows):
        _break_between_groups(page, sheet, sheet.rows, heights, head, sum(foot))
    for number, (text, height) in enumerate(zip(sheet.below, foot, strict=True), start=at):
        page.set_row(number, height)
        _write_across(page, number, text, len(sheet.columns), formats.line())


def _is_plain(sheet: Sheet) -> bool:
    """Whether a sheet's rows are of texts and whole numbers, which can be written column by column."""
    return not sheet.grouped and {column.kind for column in sheet.columns} <= {"text", "count"}


def _write_columns(page: Any, at: int, rows: Columns, columns: Sequence[Column], dress: "_Dress") -> int:
    """The rows of a long table below what was written before; where the next one would stand."""
    page._write_single_row(at)  # what is still held back

    def sample(place: int, value: object, look: Look, height: float) -> tuple[int, str]:
        kept, page.fh = page.fh, StringIO()
        try:
            page.set_row(at, height)
            _write_cell(page, at, place, columns[place], value, look, dress.cells(look)[place], dress)
            page._write_single_row(at)
            return at + 1, page.fh.getvalue()
        finally:
            page.fh = kept
            del page.row_info[at]

    rooms = [None if column.one_line else column.width for column in columns]
    for block in columnwise.markup(rows, at + 1, rooms, sample):
        page.write_rows(block)
    page._check_dimensions(at + len(rows) - 1, len(columns) - 1)
    page.previous_row = at + len(rows)
    return at + len(rows)


def _break_between_groups(
    page: Any,
    sheet: Sheet,
    rows: Sequence[Sequence[object] | Row],
    heights: Sequence[float],
    head: Sequence[float],
    foot: float,
) -> None:
    """Fix the scale, since programs pass over breaks where a sheet is fitted to its width, and break before groups."""
    width, height = measure.PAGES[sheet.paper]
    scale = min(1.0, int(width / (sum(map(_pixels, sheet.columns)) * 0.75 * measure.WIDEST) * 100) / 100)
    starts = [number for number, row in enumerate(rows) if isinstance(row, Row) and row.look == "group"]
    page.set_print_scale(int(scale * 100))
    breaks = measure.page_breaks(heights, starts, height / scale - sum(head), foot)
    page.set_h_pagebreaks([len(head) + place for place in breaks][:_MOST_BREAKS])


def _head_heights(sheet: Sheet) -> list[float]:
    """The height of the title, the lines above and the headings, in points."""
    title = [30.0] if sheet.title else []
    above = [_line_height(line, sheet) if isinstance(line, str) else 21.75 for line in sheet.above]
    rooms = [column.width for column in sheet.columns]
    headings = measure.height(measure.most_lines([column.heading for column in sheet.columns], rooms)) + 7.5
    return [*title, *above, headings]


def _foot_heights(sheet: Sheet) -> list[float]:
    return [_line_height(line, sheet) + 6 for line in sheet.below]


def _line_height(line: str, sheet: Sheet) -> float:
    """The height of a line across all columns; its font is a little larger than the table's."""
    room = int(sum(column.width for column in sheet.columns) * 0.85)
    return measure.height(measure.lines(clean(line), room)) + 1.5


def _spare_height(sheet: Sheet, head: float, foot: float) -> float:
    """What to add to the height of every row; rows that stream by can't be looked at beforehand."""
    if not sheet.below or not isinstance(sheet.rows, Sequence):
        return 0.0
    counts = [_line_count(row if isinstance(row, Row) else Row(row), sheet.columns) for row in sheet.rows]
    return measure.spare_height(counts, head, foot, sum(_pixels(column) for column in sheet.columns) * 0.75)


def _line_count(row: Row, columns: Sequence[Column]) -> int:
    if row.merged:
        return measure.lines(clean(row.cells[0]), sum(column.width for column in columns))
    most = 1
    for cell, column in zip(row.cells, columns, strict=False):
        if type(cell) is str and "\n" not in cell:
            size, room = len(cell), column.width
            if size + size <= room or (size <= room and cell.isascii()):
                continue
        if not column.one_line and (count := _lines_of(str(cell or ""), column.width)) > most:
            most = count
    return most


@lru_cache(maxsize=1 << 16)  # a roster says the same committee and unit a thousand times
def _lines_of(text: str, room: int) -> int:
    return measure.lines(clean(text), room)


def _pixels(column: Column) -> int:
    return column.width * 6 + 9  # a half column of 9-point text, and the cell's own margins


def _write_head(page: Any, sheet: Sheet, formats: _Formats, heights: Sequence[float]) -> None:
    across = len(sheet.columns)
    for number, height in enumerate(heights):
        page.set_row(number, height)
        line: str | tuple[str, ...]
        if number == len(heights) - 1:
            for place, column in enumerate(sheet.columns):
                page.write_string(number, place, clean(column.heading), formats.heading(column))
        elif sheet.title and number == 0:
            _write_across(page, number, sheet.title, across, formats.title())
        elif isinstance(line := sheet.above[number - bool(sheet.title)], str):
            _write_across(page, number, line, across, formats.line())
        else:
            for place, text in enumerate(line):
                _write_text(page, number, place, text, formats.field())


def _write_across(page: Any, number: int, text: str, across: int, form: Any) -> None:
    """One text in a cell merged over all columns."""
    if across > 1:
        page.merge_range(number, 0, number, across - 1, "", form)
    _write_text(page, number, 0, text, form)


def _write_row(page: Any, number: int, row: Row, columns: Sequence[Column], dress: "_Dress", height: float) -> None:
    page.set_row(number, height)
    if row.merged:
        _write_across(page, number, clean(row.cells[0]), len(columns), dress.formats.band(row.look))
        return
    forms, days = dress.cells(row.look), dress.days(row.look)
    if height >= measure.HIGHEST:
        forms = [
            form if column.one_line else dress.formats.long(column, row.look, clean(str(value or "")))
            for value, column, form in zip(row.cells, columns, forms, strict=True)
        ]
    for place, (value, form) in enumerate(zip(row.cells, forms, strict=True)):
        # What most cells are: text that needs no cleaning, which is seen sooner than it is cleaned.
        if type(value) is str and value.isprintable() and len(value) < _SHORT and not value.startswith("<"):
            if not value:
                _WRITE_BLANK(page, number, place, None, form)
            elif days[place] is not None and (day := _as_day(value)):
                page.write_datetime(number, place, day, days[place])
            else:
                _WRITE_STRING(page, number, place, value, form)
        else:
            _write_cell(page, number, place, columns[place], value, row.look, form, dress)


_SHORT = 8_000  # signs, so that a cell holds a text of fewer
# Without the question, for each cell, whether its place is given as A1.
_WRITE_STRING: Any = Worksheet.write_string.__wrapped__
_WRITE_BLANK: Any = Worksheet.write_blank.__wrapped__


def _write_cell(
    page: Any, number: int, place: int, column: Column, value: object, look: Look, form: Any, dress: "_Dress"
) -> None:
    if type(value) is str:
        if column.kind == "date" and (day := _as_day(value)):
            page.write_datetime(number, place, day, dress.formats.day(column, look))
        elif text := _text_of(value):
            page.write_string(number, place, text, form)
        else:
            page.write_blank(number, place, None, form)
    elif isinstance(value, Link) and (address := link_address(value.path, value.sheet, value.cell)):
        page.write_url(number, place, address, dress.formats.link(column, look), cell_text(value))
    elif isinstance(value, Marked):
        red = dress.formats.cell(column, look, red=True)
        _write_marked(page, number, place, value, form, dress.formats, red)
    elif _is_number(value):
        page.write_number(number, place, float(value), form)
    else:
        _write_text(page, number, place, value, form)


@lru_cache(maxsize=1 << 16)
def _text_of(value: str) -> str:
    return cell_text(value)


def _write_marked(page: Any, number: int, place: int, value: Marked, form: Any, formats: "_Formats", red: Any) -> None:
    """A text with what differs in red and bold."""
    parts = [(clean(text), differs) for text, differs in value.parts if clean(text)]
    if len(parts) > 1:
        runs = [piece for text, differs in parts for piece in (formats.mark(differs=differs), text)]
        page.write_rich_string(number, place, *runs, form)
    else:
        _write_text(page, number, place, str(value), red if parts and parts[0][1] else form)


def _is_number(value: object) -> TypeGuard[int | float | Decimal]:
    """Whether a spreadsheet can hold a value as a number without a loss: it keeps fifteen digits."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return False
    return isfinite(value) and abs(float(value)) < 10**15


@lru_cache(maxsize=1 << 14)
def _as_day(value: object) -> date | None:
    """A whole date that a spreadsheet can hold as one."""
    if isinstance(value, str) and len(value) == 10 and value[4] == value[7] == "-":
        with suppress(ValueError):
            day = date.fromisoformat(value)
            return day if day >= _FIRST_DAY else None
    return None


def _write_text(page: Any, number: int, place: int, value: object, form: Any) -> None:
    if text := cell_text(value):
        page.write_string(number, place, text, form)
    else:
        page.write_blank(number, place, None, form)


def _set_up(page: Any, sheet: Sheet, first: int, after: int) -> None:
    """Widths, print set-up and what helps a person typing; the table's rows are from ``first`` to before ``after``."""
    for place, column in enumerate(sheet.columns):
        page.set_column_pixels(place, place, _pixels(column))
    page.set_paper(_PAPERS[sheet.paper])
    page.set_landscape()
    page.fit_to_pages(1, 0)
    page.set_margins(**_MARGINS)
    page.center_horizontally()
    page.repeat_rows(0, first - 1)
    page.freeze_panes(first, 0)
    page.set_footer('&C&"宋体"&9第 &P 页 共 &N 页')
    if after <= first:
        return
    page.ignore_errors({"number_stored_as_text": xl_range(first, 0, after - 1, len(sheet.columns) - 1)})
    for place, column in enumerate(sheet.columns):
        if words := offer(column.heading, column.options, column.options_at, column.hint):
            page.data_validation(first, place, after - 1, place, words)


def offer(heading: str, options: Sequence[str], options_at: str, hint: str) -> dict[str, object]:
    """What a cell offers and says when a person selects it; another value than those offered is questioned, not refused."""
    # A cell holds no list of more than 255 characters.
    source = f"={options_at}" if options_at else list(options) if len(",".join(options)) <= 255 else []
    said = {"input_title": heading[:32], "input_message": hint[:255]} if hint else {}
    if source:
        return {"validate": "list", "source": source, "error_type": "warning", **said}
    return {"validate": "any", **said} if said else {}


def _write_parquet(path: Path, keys: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    import pyarrow.parquet as pq  # here, since few tables are of this kind

    schema = pa.schema([(key, pa.string()) for key in keys])
    source = iter(rows)
    with pq.ParquetWriter(path, schema) as out:
        while batch := list(islice(source, _BATCH)):
            columns = [[clean(row[place]) for row in batch] for place in range(len(keys))]
            out.write_table(pa.table(columns, schema=schema))

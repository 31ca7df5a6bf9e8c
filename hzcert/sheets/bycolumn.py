"""Long xlsx sheets taken over column by column, in half the time that cell by cell takes; only where that can hide nothing.

Fastexcel gives a column as one kind of cell: with numbers among its texts it would make an ID number that was typed as a number look
like text. So it is asked to refuse a column of several kinds, and the sheet is then read cell by cell. The rows at the
top and at the foot, where headings and sums stand among other cells, are read cell by cell in any case.
"""

import io
import logging
import re
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook

from hzcert.sheets.grid import Cell, Range
from hzcert.sheets.longrows import LongRows, column_of
from hzcert.texts import Texts, joined, texts_of

if TYPE_CHECKING:
    from fastexcel import ExcelReader

# Rows of a sheet for which it is worth while; a larger one would take more memory than cell by cell: 860 MB at 300,000.
FEWEST, MOST = 20_000, 500_000
_FIRST_DAY = date(1900, 3, 1)  # before it Excel counts a day that never was
_SOME_DAY = 39_340
_ROW = re.compile(rb'<row r="(\d{1,7})"')
_BEGIN, _END = b"<sheetData", b"</sheetData>"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATED = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_BOOK = (
    f'<workbook xmlns="{_MAIN}" xmlns:r="{_RELATED}"><sheets><sheet name="top" sheetId="1" r:id="rId1"/>'
    '<sheet name="foot" sheetId="2" r:id="rId2"/></sheets></workbook>'
)
_STYLES = "xl/styles.xml"
_LOOK = re.compile(rb"<(?:\w+:)?xf[\s/>]")
_MOST_LOOKS = 10_000


def _relations(*parts: tuple[str, str]) -> str:
    """Where the first part and those after it are, and of which kind."""
    lines = (
        f'<Relationship Id="rId{number}" Type="{_RELATED}/{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(parts, 1)
    )
    start = '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    return f"{start}{''.join(lines)}</Relationships>"


_BOOK_OF_TWO = {
    "_rels/.rels": _relations(("officeDocument", "xl/workbook.xml")),
    "xl/workbook.xml": _BOOK,
    "xl/_rels/workbook.xml.rels": _relations(
        ("worksheet", "worksheets/sheet1.xml"), ("worksheet", "worksheets/sheet2.xml")
    ),
}


@dataclass(frozen=True)
class _Ends:
    """The rows at the top of a sheet and at its foot, with what is merged in it."""

    top: list[list[Cell]]
    foot: list[list[Cell]]
    merged: tuple[Range, ...]


def by_column(
    raw: bytes, name: str, top: bytes, foot: bytes, shared: Mapping[str, bytes]
) -> tuple[LongRows, tuple[Range, ...]] | None:
    """A sheet's rows and merged cells; nothing where a column has several kinds of cell.

    Args:
        raw: the workbook.
        name: the sheet's name.
        top: the sheet's XML from its beginning to the end of some row.
        foot: its XML from some later row to its end.
        shared: the parts that cells refer to, by name: styles and shared texts.
    """
    try:
        import fastexcel  # here, since few sheets are so long
    except ImportError:
        return None  # a machine for which there is none
    logging.getLogger("fastexcel").setLevel(logging.ERROR)  # that a column is empty is no news
    first = _ROW.search(foot)
    try:
        if not _looks_are_known(shared.get(_STYLES, b""), fastexcel.read_excel):
            return None
        ends = _ends(top, foot, shared) if first else None
        if first is None or ends is None or not _are_alike(ends.top[len(ends.top) // 2 :]):
            return None
        between = int(first[1]) - 1 - len(ends.top)
        sheet = fastexcel.read_excel(raw).load_sheet(
            name,
            header_row=None,
            skip_rows=len(ends.top),
            n_rows=between,
            schema_sample_rows=None,
            dtype_coercion="strict",
        )
        batch = sheet.to_arrow()
    except (CalamineError, fastexcel.FastExcelError, OSError, ValueError, OverflowError):
        return None  # the reader of cells has the last word, and tells what is wrong
    columns = [_cells(column) for column in batch.columns]
    if batch.num_rows != between or not all(column is not None for column in columns):
        return None
    width = max(len(columns), *map(len, ends.top), *map(len, ends.foot))
    return LongRows.of([_whole(ends, columns[at : at + 1], at, between) for at in range(width)]), ends.merged


def _looks_are_known(styles: bytes, reader: "Callable[[bytes], ExcelReader]") -> bool:
    """Whether both readers tell days from numbers by every look that the workbook has: fastexcel lacks China's own, 27 to 36 and 50 to 58."""
    count = len(_LOOK.findall(styles))
    if not 0 < count <= _MOST_LOOKS:
        return not count
    cells = "".join(f'<c s="{look}"><v>{_SOME_DAY}</v></c>' for look in range(count))
    sheet = f'<worksheet xmlns="{_MAIN}"><sheetData><row>{cells}</row></sheetData></worksheet>'.encode()
    book = _book((sheet, sheet), {_STYLES: styles})
    ours = CalamineWorkbook.from_filelike(book).get_sheet_by_index(0).to_python()[0]
    theirs = reader(book.getvalue()).load_sheet(0, header_row=None, dtype_coercion="strict").to_arrow()
    return [isinstance(cell, float) for cell in ours] == [pa.types.is_float64(column.type) for column in theirs.columns]


def _ends(top: bytes, foot: bytes, shared: Mapping[str, bytes]) -> _Ends | None:
    """Both ends by the reader of cells, from a workbook that holds nothing else; nothing where the top begins right of column A."""
    head, after = top.partition(_BEGIN)[0], foot.rpartition(_END)[2]
    sheets = (top + _END + after, head + _BEGIN + b">" + foot.rpartition(_END)[0] + _END + b"</worksheet>")
    opened = CalamineWorkbook.from_filelike(_book(sheets, shared))
    upper, lower = (opened.get_sheet_by_index(place) for place in (0, 1))
    last, first = int(_ROW.findall(top)[-1]), _ROW.search(foot)
    if upper.start is None or upper.start[1] or lower.start is None or first is None:
        return None
    above: list[list[Cell]] = [[*cells] for cells in upper.to_python(skip_empty_area=False)]
    above += [[] for _ in range(last - len(above))]
    merged = tuple((*start, *end) for start, end in upper.merged_cell_ranges or ())
    return _Ends(above, _from(lower, int(first[1]) - 1), merged)


def _book(sheets: Sequence[bytes], shared: Mapping[str, bytes]) -> io.BytesIO:
    """A workbook of two sheets, and of the parts that their cells refer to."""
    book = io.BytesIO()
    with zipfile.ZipFile(book, "w") as file:
        for name, words in _BOOK_OF_TWO.items():
            file.writestr(name, words)
        for name, part in shared.items():
            file.writestr(name, part)
        for number, xml in enumerate(sheets, 1):
            file.writestr(f"xl/worksheets/sheet{number}.xml", xml)
    book.seek(0)
    return book


def _from(sheet: CalamineSheet, row: int) -> list[list[Cell]]:
    """The rows of a sheet from one on, above which it has none."""
    start = sheet.start or (row, 0)
    left: list[Cell] = [""] * start[1]
    empty: list[list[Cell]] = [[] for _ in range(start[0] - row)]
    return empty + [left + list(cells) for cells in sheet.to_python(skip_empty_area=True)]


def _are_alike(rows: Sequence[list[Cell]]) -> bool:
    """Whether some rows have one kind of cell in each column: text, numbers or days."""
    for place in range(max(map(len, rows), default=0)):
        kinds = {type(row[place]) for row in rows if place < len(row) and row[place] != ""}
        if len(kinds) > 1 or not kinds <= {str, float, date}:
            return False
    return True


def _cells(column: pa.Array) -> Texts | list[Cell] | None:
    """A column as cells; nothing where it holds what is neither text nor numbers nor days."""
    kind = column.type
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return Texts(pc.fill_null(column.cast(pa.large_string()), ""))
    if pa.types.is_timestamp(kind) or pa.types.is_date(kind):
        days = column.cast(pa.date32(), safe=False)
        on_midnight = pc.all(pc.equal(days.cast(kind), column)).as_py()
        if not on_midnight or pc.min(days).as_py() < _FIRST_DAY:
            return None
        found = days.dictionary_encode()
        words: list[Cell] = [*found.dictionary.to_pylist(), ""]
        return [words[at] for at in pc.fill_null(found.indices, len(words) - 1).to_pylist()]
    if not pa.types.is_float64(kind):
        return None
    numbers: list[Cell] = column.to_pylist()
    return ["" if cell is None else cell for cell in numbers] if column.null_count else numbers


def _whole(ends: _Ends, found: Sequence[Texts | list[Cell] | None], place: int, between: int) -> Texts | list[Cell]:
    """One column from the first row to the last."""
    middle = next(iter(found), None) or texts_of([""] * between) or []
    parts = [column_of(ends.top, place), middle, column_of(ends.foot, place)]
    texts = [each for part in parts if isinstance(middle, Texts) and (each := texts_of(part)) is not None]
    return joined(texts) if len(texts) == len(parts) else [cell for part in parts for cell in part]

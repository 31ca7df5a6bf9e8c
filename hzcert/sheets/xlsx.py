"""Workbooks of Excel 2007 and later, and of WPS: xlsx, xlsm, and .et where it is a zip."""

import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook

from hzcert.sheets.apart import Task, read_apart
from hzcert.sheets.bycolumn import FEWEST, MOST, by_column
from hzcert.sheets.grid import (
    DAYS_TO_1904,
    Cell,
    Grid,
    Place,
    Unreadable,
    no_collection,
    on_hidden_columns,
    only_months,
)
from hzcert.sheets.guard import Budget, Parts
from hzcert.sheets.longrows import LongRows, put
from hzcert.sheets.package import anchored, attribute, named, pasted, relations
from hzcert.sheets.scan import Scanned, scan
from hzcert.sheets.struck import Struck, struck_styles, struck_texts
from hzcert.sheets.values import month_styles

_DAMAGED = "请重新导出或另存后再放入"
_USUAL = "xl/workbook.xml"  # where the quick reader looks for the workbook
_STYLES, _TEXTS = "xl/styles.xml", "xl/sharedStrings.xml"  # and for what cells refer to
_MOST_SHARED = 256 << 20  # bytes of it that are worth a second look
_MANY = 200_000  # rows; beyond, they are held column by column, which costs a little time and saves much memory


@dataclass(frozen=True)
class _Sheet:
    """One sheet before its cells are read."""

    name: str
    hidden: bool
    days_late: int
    about: Scanned
    pictures: Mapping[Place, bytes]


def read_xlsx(raw: bytes, shown: str) -> list[Grid]:
    """All sheets that hold cells, in the workbook's order.

    Raises:
        Unreadable: it is damaged, or holds more than it may.
    """
    parts = Parts(raw, Budget())
    start = relations(parts, "")
    main = next((each.target for each in start.values() if each.kind == "officeDocument"), _USUAL)
    images = pasted(parts, main)
    sheets = list(_sheets(parts, main))
    if not sheets:
        raise Unreadable("中没有工作表", _DAMAGED)
    slow = {sheet.name for sheet in sheets if main != _USUAL or sheet.about.unusual or sheet.about.is_sparse()}
    cells = _read_slowly(raw, shown, sorted(slow))
    cells |= _long_ones(raw, parts, [sheet for sheet in sheets if sheet.name not in slow])
    opened = _open(raw, [sheet.name for sheet in sheets if sheet.name not in cells])
    del raw, parts  # a large file is not to be held a second time
    for sheet in sheets:
        if sheet.name in opened:
            cells[sheet.name] = _cells(opened.pop(sheet.name), sheet.about)
    return [_grid(sheet, shown, *cells[sheet.name], images) for sheet in sheets]


def _sheets(parts: Parts, main: str) -> Iterator[_Sheet]:
    workbook, related = parts.tree(main), relations(parts, main)
    by_kind = {each.kind: each.target for each in related.values()}
    styles = by_kind.get("styles", "")
    looks = parts.tree(styles) if styles in parts else None
    months = month_styles(looks) if looks is not None else frozenset()
    struck = Struck(
        struck_styles(looks) if looks is not None else frozenset(),
        _struck_texts(parts, by_kind.get("sharedStrings", "")),
    )
    since = {properties.get("date1904") for properties in named(workbook, "workbookPr")}
    late = DAYS_TO_1904 if since & {"1", "true"} else 0
    for sheet in named(workbook, "sheet"):
        leads_to = related.get(attribute(sheet, "id"))
        if leads_to is None or leads_to.kind != "worksheet":
            continue  # a chart or a dialogue: no cells
        about = scan(parts.chunks(leads_to.target), months, struck)
        pictures = anchored(parts, leads_to.target, about.drawing) if about.drawing else {}
        yield _Sheet(sheet.get("name", ""), sheet.get("state", "visible") != "visible", late, about, pictures)


def _struck_texts(parts: Parts, name: str) -> dict[int, str]:
    """What is struck out in the shared texts; they are whole and within bounds, before another reader trusts them."""
    held, tail = False, b""
    for chunk in parts.chunks(name) if name in parts else ():
        held = held or b"strike" in chunk or b"strike" in tail + chunk[:8]
        tail = chunk[-8:]
    return struck_texts(parts.chunks(name)) if held else {}


_Cells = tuple[Sequence[list[Cell]], tuple[tuple[int, int, int, int], ...], Mapping[Place, str]]


def _read_slowly(raw: bytes, shown: str, names: list[str]) -> dict[str, _Cells]:
    """Sheets cell by cell, in a process of its own."""
    grids = read_apart(Task.SPARSE, raw, shown, names) if names else []
    return {grid.name: (grid.rows, grid.merged, grid.errors) for grid in grids if isinstance(grid, Grid)}


def _long_ones(raw: bytes, parts: Parts, sheets: list[_Sheet]) -> dict[str, _Cells]:
    """Long sheets whose columns have one kind of cell each."""
    found: dict[str, _Cells] = {}
    if any(parts.size(name) > _MOST_SHARED for name in (_STYLES, _TEXTS)):
        return found
    for sheet in sheets:
        about = sheet.about
        if not FEWEST <= about.rows <= MOST or not about.top or about.months or sheet.days_late:
            continue
        shared = {name: parts.read(name, _MOST_SHARED) for name in (_STYLES, _TEXTS) if name in parts}
        if (read := by_column(raw, sheet.name, about.top, about.foot, shared)) is not None:
            found[sheet.name] = (*read, about.errors)
    return found


def _open(raw: bytes, names: list[str]) -> dict[str, CalamineSheet]:
    """Sheets that only wait for their cells to be taken out."""
    if not names:
        return {}
    try:
        # from_filelike looks at the content; from_path would believe the ending.
        book = CalamineWorkbook.from_filelike(io.BytesIO(raw))
        return {name: book.get_sheet_by_name(name) for name in names}
    except (CalamineError, OSError, ValueError, OverflowError) as cause:
        raise Unreadable("已损坏，或不是电子表格", _DAMAGED) from cause


def _cells(sheet: CalamineSheet, about: Scanned) -> _Cells:
    left = [""] * (sheet.start[1] if sheet.start else 0)  # empty columns, which the reader leaves out
    found = cast("Iterator[list[Cell]]", sheet.iter_rows())
    if left:
        found = (left + row for row in found)
    if about.months:
        found = only_months(found, about.months)
    with no_collection():
        rows = LongRows(found) if about.rows > _MANY else list(found)
    merged = tuple((*first, *last) for first, last in sheet.merged_cell_ranges or ())
    return rows, merged, about.errors


def _grid(
    sheet: _Sheet,
    shown: str,
    rows: Sequence[list[Cell]],
    merged: tuple[tuple[int, int, int, int], ...],
    errors: Mapping[Place, str],
    images: Mapping[str, bytes],
) -> Grid:
    about = sheet.about
    pictures = {**sheet.pictures, **_take_pasted(rows, about, images)}
    return Grid(
        shown,
        sheet.name,
        rows,
        sheet.hidden,
        frozenset(number for number in about.hidden if number <= len(rows)),
        merged,
        pictures,
        on_hidden_columns(about.hidden_columns),
        sheet.days_late,
        {place: text for place, text in errors.items() if place not in pictures},
        about.struck,
    )


def _take_pasted(rows: Sequence[list[Cell]], about: Scanned, images: Mapping[str, bytes]) -> dict[Place, bytes]:
    """The pictures of one sheet's DISPIMG formulas, whose cells are emptied."""
    if not images:
        return {}
    names = dict(about.pasted)
    for row, cells in enumerate(rows):
        for place, cell in enumerate(cells):
            if isinstance(cell, str) and "DISPIMG(" in cell:
                names.setdefault((row, place), cell.partition('DISPIMG("')[2].partition('"')[0])
    pictures = {place: images[name] for place, name in names.items() if name in images}
    put(rows, dict.fromkeys(pictures, ""))
    return pictures

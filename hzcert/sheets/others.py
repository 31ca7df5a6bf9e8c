"""Workbooks of other kinds: xlsb and ods, through calamine.

A damaged file can bring it to its knees, so that this runs in a process of its own (``apart``).
"""

import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import replace

from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from hzcert.sheets import xlsb
from hzcert.sheets.grid import Cell, Grid, Place, Unreadable, on_hidden_columns, only_months
from hzcert.sheets.guard import Budget, Parts
from hzcert.sheets.ods import Aside, read_asides

_TAB = re.compile(rb"<text:tab\s*/>")
_FIRST = re.compile(rb"PK\x03\x04.{26}mimetype", re.DOTALL)
_BETWEEN = re.compile(rb"(?<=>)\s+(?=</?table:|<text:p[\s/>])")
_STANDS_FOR_TAB = "\ufdd0"  # no character, and never will be one
_LOOSE = ("有图片没有定位在单元格上，没有用作照片",)
_DAMAGED = "请重新导出或另存后再放入"


def read_zipped(raw: bytes, shown: str) -> list[Grid]:
    """The sheets of an xlsb or ods workbook.

    Raises:
        Unreadable: it is damaged, or too large.
    """
    parts = Parts(raw, Budget())
    for name in parts.names():
        # Nothing may be larger than it says, before another reader trusts it.
        for _ in parts.chunks(name):
            pass
    if "content.xml" in parts:
        asides = read_asides(parts.chunks("content.xml"))
        grids = _grids(_as_usual(raw, parts), shown, asides)
        each = [*asides, *[Aside()] * (len(grids) - len(asides))][: len(grids)]
        return [
            replace(grid, pictures=_pictures(parts, aside), notes=grid.notes + (_LOOSE if aside.loose else ()))
            for grid, aside in zip(grids, each, strict=True)
        ]
    told = xlsb.read_told(parts)
    return _grids(_with(raw, parts, told.respelt), shown, told.sheets, told.days_late)


def _pictures(parts: Parts, aside: Aside) -> dict[Place, bytes]:
    """The pictures of a sheet that lie on a cell."""
    return {place: parts.read(name) for place, name in aside.pictures.items() if name in parts}


def _as_usual(raw: bytes, parts: Parts) -> bytes:
    """An ods workbook as calamine reads it: its type first, no space between rows and cells, a sign for each tab, which it passes over."""
    content = b"".join(parts.chunks("content.xml"))
    if _TAB.search(content) is None and _BETWEEN.search(content) is None and _FIRST.match(raw):
        return raw
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        file.writestr("mimetype", parts.read("mimetype"))
        file.writestr("content.xml", _TAB.sub(_STANDS_FOR_TAB.encode(), _BETWEEN.sub(b"", content)))
        file.writestr("META-INF/manifest.xml", parts.read("META-INF/manifest.xml"))
    return out.getvalue()


def _with(raw: bytes, parts: Parts, others: Mapping[str, bytes]) -> bytes:
    """The same workbook with other bytes in some of its parts."""
    if not others:
        return raw
    out, by_key = io.BytesIO(), {name.lower(): body for name, body in others.items()}
    with zipfile.ZipFile(out, "w") as file, zipfile.ZipFile(io.BytesIO(raw)) as given:
        for name in given.namelist():
            file.writestr(name, by_key.get(name.lower()) or parts.read(name))
    return out.getvalue()


def _grids(raw: bytes, shown: str, asides: Sequence[Aside], days_late: int = 0) -> list[Grid]:
    try:
        # from_filelike looks at the content; from_path would believe the ending.
        book = CalamineWorkbook.from_filelike(io.BytesIO(raw))
        grids = []
        for place, about in enumerate(book.sheets_metadata):
            if about.typ is not SheetTypeEnum.WorkSheet:
                continue
            sheet = book.get_sheet_by_index(place)
            aside = asides[place] if place < len(asides) else Aside()
            trimmed = (_trimmed(row) for row in sheet.to_python(skip_empty_area=False))
            rows = list(only_months(trimmed, aside.months))
            merged = (*((*first, *last) for first, last in sheet.merged_cell_ranges or ()), *aside.merged)
            hidden = about.visible is not SheetVisibleEnum.Visible
            width = max(map(len, rows), default=0)
            away = [(first, min(last, width - 1)) for first, last in aside.hidden_columns if first < width]
            below = frozenset(number for number in aside.hidden if number <= len(rows))
            grids.append(
                Grid(
                    shown,
                    about.name,
                    rows,
                    hidden,
                    below,
                    merged,
                    notes=on_hidden_columns(away),
                    days_late=days_late,
                    errors=aside.errors,
                    struck=aside.struck,
                )
            )
    except (CalamineError, OSError, ValueError, OverflowError) as cause:
        raise Unreadable("已损坏，或不是电子表格", _DAMAGED) from cause
    return grids


def _trimmed(row: Sequence[Cell]) -> list[Cell]:
    """A row up to its last filled cell: a stray cell far to the right must not make all rows long."""
    end = len(row)
    while end and row[end - 1] == "":
        end -= 1
    return [cell.replace(_STANDS_FOR_TAB, "\t") if isinstance(cell, str) else cell for cell in row[:end]]

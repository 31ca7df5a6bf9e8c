"""Sheets of an xlsx workbook that only openpyxl reads safely: a few cells far apart, or XML in an unusual spelling.

It takes ten times as long as the quick reader, and holds no more than the cells that are there. Runs in a process of its own.
"""

import io
from collections.abc import Sequence
from datetime import datetime, time
from xml.etree.ElementTree import ParseError
from zipfile import BadZipFile

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from hzcert.sheets.grid import Cell, Grid, Place, Unreadable
from hzcert.sheets.guard import Budget
from hzcert.sheets.values import shows_month


def read_sparse(raw: bytes, shown: str, names: Sequence[str]) -> list[Grid]:
    """The sheets of these names, without what stands beside their cells.

    Raises:
        Unreadable: it is damaged, or holds more than it may.
    """
    budget = Budget()
    try:
        book = load_workbook(io.BytesIO(raw), read_only=True, data_only=True, keep_links=False)
        return [_grid(book[name], shown, name, budget) for name in names]
    except (
        InvalidFileException, BadZipFile, ParseError, OSError, ValueError, KeyError, TypeError, AttributeError, IndexError,
        OverflowError, AssertionError,
    ) as cause:  # fmt: skip
        raise Unreadable("已损坏，或不是电子表格", "请重新导出或另存后再放入") from cause


def _grid(sheet: object, shown: str, name: str, budget: Budget) -> Grid:
    sheet.reset_dimensions()  # type: ignore[attr-defined]  # what it says of its size need not be true
    rows: list[list[Cell]] = []
    errors: dict[Place, str] = {}
    for line in sheet.iter_rows():  # type: ignore[attr-defined]
        budget.spend(1, len(line))
        cells: list[Cell] = []
        for place, cell in enumerate(line):
            if getattr(cell, "data_type", "n") == "e":
                errors[len(rows), place] = str(cell.value)
                cells.append("")
            else:
                cells.append(_value(cell.value, getattr(cell, "number_format", "") or ""))
        while cells and cells[-1] == "":
            cells.pop()
        rows.append(cells)
    while rows and not rows[-1]:
        rows.pop()
    return Grid(shown, name, rows, errors=errors)


def _value(value: object, shape: str) -> Cell:
    """A cell as the quick reader gives it."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        if shows_month(shape):
            return f"{value:%Y-%m}"
        return value.date() if value.time() == time.min else value
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value

"""Workbooks as clerks make them (名单): .xlsx, .xls and CSV with any headings, lines above and below, gaps between."""

import csv
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import xlsxwriter
import xlwt

from hzcert import dates

Entry = Mapping[str, object]
Cell = str | float | int | date | None

_EPOCH = date(1899, 12, 30)
_CREATED = datetime(2007, 9, 1)  # noqa: DTZ001 - a workbook's own clock knows no zone


class Struck(str):
    """A text that the clerk struck out."""


@dataclass(frozen=True)
class Column:
    """One column: what the clerk calls it, the field that it holds, and how the clerk writes that field."""

    heading: str
    field: str = ""
    style: str = "text"


@dataclass(frozen=True)
class Sheet:
    """One sheet: lines above the header, entries (None: a blank row), lines below."""

    name: str
    columns: Sequence[Column]
    entries: Sequence[Entry | None]
    above: Sequence[str] = ()
    below: Sequence[str] = ()
    merged: bool = True

    @property
    def header_row(self) -> int:
        """The header's row as the spreadsheet shows it."""
        return len(self.above) + 1

    def row(self, place: int) -> int:
        """The row of an entry by its place in the list, as the spreadsheet shows it."""
        return self.header_row + 1 + place

    def letter(self, field: str, nth: int = 0) -> str:
        """The letter of a field's column; of its second one with ``nth`` 1."""
        found = [place for place, column in enumerate(self.columns) if column.field == field]
        return chr(ord("A") + found[nth])


def columns(*pairs: str) -> tuple[Column, ...]:
    """Columns from ``heading field style`` lines: ``columns("身份证号码 id_number", "发文日期 document_date date")``."""
    return tuple(Column(*pair.split()) for pair in pairs)


def lines(sheet: Sheet) -> Iterable[list[Cell]]:
    """Every row of a sheet as cells."""
    for text in sheet.above:
        yield [text or None]
    yield [column.heading for column in sheet.columns]
    count = 0
    for entry in sheet.entries:
        count += entry is not None
        yield [] if entry is None else [_cell(column, entry, count) for column in sheet.columns]
    for text in sheet.below:
        yield [text]


def write_xlsx(path: Path, sheets: Sequence[Sheet]) -> None:
    """A workbook by XlsxWriter."""
    path.parent.mkdir(parents=True, exist_ok=True)
    options = {"strings_to_numbers": False, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(str(path), options) as book:
        book.set_properties({"created": _CREATED, "author": "湖州市人事局职评中心"})
        text, bold = book.add_format({"num_format": "@"}), book.add_format({"bold": True, "text_wrap": True})
        head = book.add_format({"bold": True, "align": "center"})
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        struck = book.add_format({"num_format": "@", "font_strikeout": True})
        for sheet in sheets:
            page = book.add_worksheet(sheet.name)
            page.set_column(0, max(len(sheet.columns), 1) - 1, 14)
            for number, row in enumerate(lines(sheet)):
                title = number < len(sheet.above)
                if title and sheet.merged and row[0]:
                    page.merge_range(number, 0, number, len(sheet.columns) - 1, row[0], head)
                    continue
                for place, cell in enumerate(row):
                    if isinstance(cell, Struck):
                        page.write_string(number, place, cell, struck)
                    elif isinstance(cell, str):
                        page.write_string(number, place, cell, bold if number == len(sheet.above) else text)
                    elif isinstance(cell, date):
                        page.write_datetime(number, place, datetime(cell.year, cell.month, cell.day), day)  # noqa: DTZ001
                    elif cell is not None:
                        page.write_number(number, place, cell)


def write_xls(path: Path, sheets: Sequence[Sheet]) -> None:
    """A workbook of the 97-2003 kind (BIFF8) by xlwt; no characters beyond U+FFFF, which xlwt miscounts."""
    path.parent.mkdir(parents=True, exist_ok=True)
    book = xlwt.Workbook(encoding="utf-8")
    day = xlwt.easyxf(num_format_str="yyyy-mm-dd")
    for sheet in sheets:
        page = book.add_sheet(sheet.name)
        for number, row in enumerate(lines(sheet)):
            for place, cell in enumerate(row):
                if isinstance(cell, date):
                    page.write(number, place, cell, day)
                elif cell is not None:
                    page.write(number, place, cell)
    book.save(str(path))


def write_csv(path: Path, sheet: Sheet, encoding: str) -> None:
    """A comma-separated file as a Windows program of the time wrote it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(
        ["" if cell is None else str(cell) for cell in row] for row in lines(sheet)
    )
    path.write_bytes(text.getvalue().encode(encoding))


def _day(iso: str) -> date:
    return date.fromisoformat(dates.earliest(iso))


_STYLES: Mapping[str, Callable[[str], Cell]] = {
    "text": str,
    "month": lambda iso: iso[:7],
    "chinese": dates.chinese,
    "chinese_month": lambda iso: dates.chinese(iso[:7]),
    "dotted": lambda iso: iso.replace("-", "."),
    "dotted_month": lambda iso: iso[:7].replace("-", "."),
    "date": _day,
    "serial": lambda iso: (_day(iso) - _EPOCH).days,
    "six_sided": lambda number: number.replace("[", "〔").replace("]", "〕"),
    "long_level": lambda level: level + "级" if level in ("正高", "副高") else level,
    "broad_level": lambda level: "初级" if level in ("助理级", "员级") else level,
}


def _cell(column: Column, entry: Entry, count: int) -> Cell:
    """One cell; what a clerk typed as a number or meant to stand as it is comes through untouched."""
    if column.style == "count":
        return count
    value = entry.get(column.field)
    if not isinstance(value, str) or isinstance(value, Struck):
        return value if isinstance(value, float | int | Struck) else None
    return _STYLES[column.style](value) if value else None

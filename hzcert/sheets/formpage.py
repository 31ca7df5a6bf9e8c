"""A form of one person as a printed page (信息表): boxes on a grid, A4 portrait, what a clerk types goes in as text."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal

from hzcert.sheets.safe import clean
from hzcert.sheets.writing import Sheet, add_sheets, offer, open_workbook

Look = Literal["title", "line", "label", "compulsory", "value", "photo", "opinion"]

_LOOKS: Mapping[Look, Mapping[str, object]] = {
    "title": {"bold": True, "font_size": 16, "align": "center"},
    "line": {"font_size": 10, "align": "left"},
    "label": {"border": 1, "align": "center", "bg_color": "#D9E1F2"},
    "compulsory": {"border": 1, "align": "center", "bg_color": "#FCE4D6", "font_color": "#C00000"},
    "value": {"border": 1, "align": "left"},
    "photo": {"border": 1, "align": "center", "font_color": "#7F7F7F"},
    "opinion": {"border": 1, "align": "right", "valign": "bottom"},
}
_MARGINS = {"left": 10 / 25.4, "right": 10 / 25.4, "top": 12 / 25.4, "bottom": 12 / 25.4}


@dataclass(frozen=True, slots=True)
class Box:
    """One cell, or several merged: rows and columns from 0 with both ends; what it says, offers and explains."""

    row: int
    column: int
    last_row: int
    last_column: int
    text: str = ""
    look: Look = "value"
    options: tuple[str, ...] = ()
    options_at: str = ""
    hint: str = ""
    heading: str = ""  # of the hint


@dataclass(frozen=True, slots=True)
class Page:
    """A form: column widths in half columns (a Chinese character takes two), row heights in points, and its boxes."""

    name: str
    widths: tuple[int, ...]
    heights: tuple[float, ...]
    boxes: tuple[Box, ...]


def write_form(path: Path, page: Page, lists: Iterable[Sheet], as_of: date) -> None:
    """Write a workbook of one form and the lists that its cells offer.

    Raises:
        OSError: it can't be written.
    """
    with open_workbook(path, as_of, row_by_row=False) as book:
        sheet = book.add_worksheet(page.name)
        for place, width in enumerate(page.widths):
            sheet.set_column_pixels(place, place, width * 6 + 9)
        for number, height in enumerate(page.heights):
            sheet.set_row(number, height)
        for box in page.boxes:
            _write_box(book, sheet, box)
        sheet.set_paper(9)  # A4
        sheet.set_portrait()
        sheet.set_margins(**_MARGINS)
        sheet.center_horizontally()
        sheet.print_area(0, 0, len(page.heights) - 1, len(page.widths) - 1)
        sheet.fit_to_pages(1, 1)
        sheet.hide_gridlines(2)
        add_sheets(book, lists, {page.name.lower()})


def _write_box(book: Any, sheet: Any, box: Box) -> None:
    # 宋体 as in the house's other tables; all text, so that an ID number stays whole.
    look = {"font_name": "宋体", "font_size": 10, "valign": "vcenter", "text_wrap": True, "num_format": "@"}
    form = book.add_format({**look, **_LOOKS[box.look]})
    if (box.row, box.column) != (box.last_row, box.last_column):
        sheet.merge_range(box.row, box.column, box.last_row, box.last_column, "", form)
    if box.text:
        sheet.write_string(box.row, box.column, clean(box.text), form)
    else:
        sheet.write_blank(box.row, box.column, None, form)
    if words := offer(box.heading, box.options, box.options_at, box.hint):
        sheet.data_validation(box.row, box.column, box.row, box.column, words)

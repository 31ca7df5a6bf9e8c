"""Old workbooks (xls and most .et files: BIFF 2 to 8), and what stands behind a password.

A damaged file can bring the libraries used here to their knees, so that this runs in a process of its own (``apart``).
"""

import io
import os
import re
from collections.abc import Iterator
from contextlib import redirect_stdout, suppress
from dataclasses import replace
from datetime import time
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import IO

import msoffcrypto
import olefile
import xlrd
from msoffcrypto.exceptions import DecryptionError, FileFormatError, InvalidKeyError, ParseError
from xlrd.biffh import XLRDError
from xlrd.sheet import Cell as XlsCell
from xlrd.sheet import Sheet

from hzcert.sheets.grid import DAYS_TO_1904, Cell, Grid, Place, Unreadable, as_text, on_hidden_columns
from hzcert.sheets.guard import Budget
from hzcert.sheets.kinds import no_table
from hzcert.sheets.values import shows_month

# Excel locks a workbook that is only to be opened for reading with this word.
_OPEN_TO_ALL = "VelvetSweatshop"
_DAMAGED = "请重新导出或另存后再放入"
_OLE_KINDS = {
    "WordDocument": "Word 文档",
    "PowerPoint Document": "演示文稿",
    "__properties_version1.0": "Outlook 邮件",
    "HwpSummaryInformation": "HWP 文档",
    "VisioDocument": "Visio 绘图",
}
_PICTURES = ("工作簿里有图片，这种格式的图片取不出来；请另存为 xlsx，或把照片以身份证号命名放入照片文件夹",)
_AS_GBK = ("文件自称是西文编码，文字按 GBK 读入",)
_WESTERN = ("cp1252", "iso-8859-1", "latin_1", "ascii", "cp437")
_UNICODE = 80  # from Excel 97 on
_HAN = re.compile("[\u4e00-\u9fff]{2}")
_LOCKED = "Workbook is encrypted"


def read_ole(raw: bytes, shown: str, password: str | None) -> list[Grid] | bytes:
    """The sheets of an old workbook; of one locked with a password, the workbook that was locked.

    Raises:
        Unreadable: it is damaged, holds no table, or the password is missing or wrong.
    """
    try:
        with olefile.OleFileIO(io.BytesIO(raw)) as ole:
            if ole.exists("EncryptedPackage"):
                return unlock(raw, password)
            if not ole.exists("Workbook") and not ole.exists("Book"):
                inside = next((kind for stream, kind in _OLE_KINDS.items() if ole.exists(stream)), "别的程序的文件")
                raise no_table(inside)
    except (OSError, ValueError, IndexError, KeyError, TypeError, AttributeError, OverflowError) as cause:
        raise Unreadable("已损坏，或不是电子表格", _DAMAGED) from cause
    return read_xls(raw, shown, password)


def read_xls(raw: bytes, shown: str, password: str | None = None) -> list[Grid] | bytes:
    """The sheets of a workbook of Excel 2 to 2003.

    Raises:
        Unreadable: it is damaged, or the password is missing or wrong.
    """
    budget = Budget()
    try:
        with Path(os.devnull).open("w") as nowhere, redirect_stdout(nowhere):
            book, notes = _open(raw, nowhere)
            grids = [_grid(book, sheet, shown, budget) for sheet in book.sheets()]
            # No library takes them out of this kind of workbook.
            notes += _PICTURES if _has_pictures(raw) else ()
            return [replace(grid, notes=notes + grid.notes) for grid in grids]
    except Unreadable:
        raise
    except XLRDError as cause:
        if _LOCKED in str(cause):
            return unlock(raw, password)
        raise Unreadable("已损坏，或不是电子表格", _DAMAGED) from cause
    except Exception as cause:  # xlrd trusts what a record says: anything may come of a damaged one
        raise Unreadable("已损坏，或不是电子表格", _DAMAGED) from cause


def _open(raw: bytes, log: IO[str]) -> tuple[xlrd.Book, tuple[str, ...]]:
    """The workbook, and what to say of how it was read.

    Programs that filled web pages' downloads wrote GBK in the form of Excel 95 and called it Western, as Excel in China reads it.
    """
    open_as = partial(
        xlrd.open_workbook, file_contents=raw, formatting_info=True, ignore_workbook_corruption=True, logfile=log
    )
    book = open_as()
    if book.biff_version < _UNICODE and book.encoding in _WESTERN:
        with suppress(UnicodeDecodeError):
            again = open_as(encoding_override="gb18030")
            if any(_has_han(sheet) for sheet in again.sheets()):
                return again, _AS_GBK
    return book, ()


def _has_han(sheet: Sheet) -> bool:
    rows = (sheet.row(row) for row in range(sheet.nrows))
    return any(
        cell.ctype == xlrd.XL_CELL_TEXT and _HAN.search(str(cell.value)) is not None for row in rows for cell in row
    )


def _has_pictures(raw: bytes) -> bool:
    """Whether a workbook holds a JPEG or PNG picture."""
    return b"\xff\xd8\xff" in raw or b"\x89PNG\r\n" in raw


def unlock(raw: bytes, password: str | None) -> bytes:
    """The workbook behind a password.

    Raises:
        Unreadable: the password is missing or wrong, or the way of locking is not known.
    """
    for word in (password, _OPEN_TO_ALL):
        out = io.BytesIO()
        with suppress(InvalidKeyError, DecryptionError):
            try:
                file = msoffcrypto.OfficeFile(io.BytesIO(raw))
                file.load_key(password=word or "")
                file.decrypt(out)
            except (FileFormatError, ParseError) as cause:
                raise Unreadable("有密码保护，而且加密方法不认识", "请在电子表格程序中去掉密码后再放入") from cause
            unlocked = out.getvalue()
            # A wrong password of the old ways of locking is not always noticed: what comes out must be a workbook.
            if unlocked.startswith(b"PK\x03\x04") or unlocked.startswith(raw[:8]):
                return unlocked
    if password is None:
        raise Unreadable("有密码保护", "请用 --password 给出密码，或在电子表格程序中去掉密码后再放入")
    raise Unreadable("有密码保护，给出的密码不对", "请核对 --password 给出的密码")


def _grid(book: xlrd.Book, sheet: Sheet, shown: str, budget: Budget) -> Grid:
    errors: dict[Place, str] = {}
    rows: list[list[Cell]] = []
    for row in range(sheet.nrows):
        budget.spend(1, sheet.row_len(row))
        rows.append(list(_cells(book, sheet.row(row), row, errors)))
    struck = {place: text for place, text in _struck(book, sheet).items() if as_text(rows[place[0]][place[1]])}
    hidden = frozenset(row + 1 for row, about in sheet.rowinfo_map.items() if about.hidden and row < len(rows))
    merged = tuple((top, left, bottom - 1, right - 1) for top, bottom, left, right in sheet.merged_cells)
    return Grid(
        shown,
        sheet.name,
        rows,
        sheet.visibility != 0,
        hidden,
        merged,
        notes=on_hidden_columns(_hidden_columns(sheet)),
        days_late=DAYS_TO_1904 * book.datemode,
        errors=errors,
        struck=struck,
    )


def _hidden_columns(sheet: Sheet) -> list[tuple[int, int]]:
    """The columns that are hidden among those with cells, first and last of each range."""
    hidden = [place for place in range(sheet.ncols) if place in sheet.colinfo_map and sheet.colinfo_map[place].hidden]
    firsts = [place for place in hidden if place - 1 not in hidden]
    lasts = [place for place in hidden if place + 1 not in hidden]
    return list(zip(firsts, lasts, strict=True))


def _struck(book: xlrd.Book, sheet: Sheet) -> dict[Place, str]:
    """What of the cells is struck out: by the font of their style, or of a part of their text."""
    fonts = {number for number, font in enumerate(book.font_list) if font.struck_out}
    styles = {number for number, style in enumerate(book.xf_list) if style.font_index in fonts}
    if not fonts:
        return {}
    places = ((row, place) for row in range(sheet.nrows) for place in range(sheet.row_len(row)))
    found = {place: "" for place in places if styles and sheet.cell_xf_index(*place) in styles}
    for place, runs in sheet.rich_text_runlist_map.items():
        text = as_text(sheet.cell_value(*place))
        if book.biff_version < _UNICODE:  # counted in bytes
            encoding = book.encoding or "gb18030"
            whole = text.encode(encoding, "replace")
            runs = [(len(whole[:at].decode(encoding, "ignore")), font) for at, font in runs]
        starts = [(0, -1 if place not in found else min(fonts)), *runs, (len(text), -1)]
        parts = [text[first:end] for (first, font), (end, _) in pairwise(starts) if font in fonts]
        found.pop(place, None)
        if struck := "".join(parts):
            found[place] = struck
    return found


def _cells(book: xlrd.Book, cells: list[XlsCell], row: int, errors: dict[Place, str]) -> Iterator[Cell]:
    for place, cell in enumerate(cells):
        match cell.ctype:
            case xlrd.XL_CELL_DATE:
                yield _moment(book, cell)
            case xlrd.XL_CELL_BOOLEAN:
                yield bool(cell.value)
            case xlrd.XL_CELL_ERROR:
                errors[row, place] = xlrd.error_text_from_code.get(int(cell.value), "#?")
                yield ""
            case _:
                yield cell.value


def _moment(book: xlrd.Book, cell: XlsCell) -> Cell:
    """The day, month or time that a number shows by its format; a number that is none stays what it is."""
    serial = float(cell.value)
    try:
        when = xlrd.xldate_as_datetime(serial, book.datemode)
    except (ValueError, OverflowError):
        return serial
    if 0 <= serial < 1:
        return when.time()
    if cell.xf_index is not None and shows_month(_shape(book, cell.xf_index)):
        return f"{when:%Y-%m}"
    return when.date() if when.time() == time.min else when


def _shape(book: xlrd.Book, style: int) -> str:
    """The format of numbers that a cell's style names."""
    shape = book.format_map.get(int(book.xf_list[style].format_key))
    return shape.format_str if shape is not None else ""

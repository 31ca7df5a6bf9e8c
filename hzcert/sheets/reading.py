"""Any clerk's file into grids of cells, its kind told by content, never by its ending."""

import csv
import io
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet as pq
from python_calamine import CalamineError, CalamineWorkbook, PasswordError, ZipError

from hzcert.errors import InputError

Cell = object  # text, float, int, bool, date, datetime, time; empty text for an empty cell

# What a file that is no table begins with, and what to call it.
_NO_TABLE = {
    b"\xff\xd8\xff": "JPEG 图片",
    b"\x89PNG": "PNG 图片",
    b"BM": "BMP 图片",
    b"GIF8": "GIF 图片",
    b"II*\x00": "TIFF 图片",
    b"MM\x00*": "TIFF 图片",
    b"%PDF": "PDF 文件",
    b"Rar!": "RAR 压缩包",
    b"7z\xbc\xaf": "7z 压缩包",
}
_ZIP, _OLE, _PARQUET = b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"PAR1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


@dataclass(frozen=True)
class Grid:
    """One sheet: its cells from A1 on, so that ``rows[0][0]`` is cell A1."""

    file: str
    name: str
    rows: list[list[Cell]]


def read(path: Path, shown: str) -> list[Grid]:
    """All sheets of a workbook, a CSV file or a Parquet file; ``shown`` is what findings call the file.

    Raises:
        InputError: it is no table, is damaged, or is locked with a password.
    """
    try:
        raw = path.read_bytes()
    except OSError as cause:
        raise InputError(f"不能读取 {shown}：{cause.strerror}", "请检查路径和权限") from cause
    for magic, kind in _NO_TABLE.items():
        if raw.startswith(magic):
            raise InputError(f"{shown} 不是表格，而是 {kind}", "请放入 Excel 工作簿或 CSV 文件，并移走这个文件")
    if raw.startswith((_ZIP, _OLE)):
        return _workbook(raw, shown)
    if raw.startswith(_PARQUET):
        return [_parquet(raw, shown)]
    return [_text(raw, shown)]


def letter(column: int) -> str:
    """The letter of a column counted from 0.

    >>> letter(0), letter(25), letter(26)
    ('A', 'Z', 'AA')
    """
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(ord("A") + rest) + name
    return name


def as_text(cell: Cell) -> str:
    """A cell as a person reads it; a whole number without its ``.0``."""
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    return "" if cell is None else str(cell)


def _workbook(raw: bytes, shown: str) -> list[Grid]:
    if raw.startswith(_OLE) and _ENCRYPTED in raw:
        raise InputError(f"{shown} 有密码保护", "请在电子表格程序中去掉密码后再放入")
    try:
        # from_filelike looks at the content; from_path would believe the ending.
        book = CalamineWorkbook.from_filelike(io.BytesIO(raw))
        return [
            Grid(shown, name, _cells(book.get_sheet_by_name(name).to_python(skip_empty_area=False)))
            for name in book.sheet_names
        ]
    except PasswordError as cause:
        raise InputError(f"{shown} 有密码保护", "请在电子表格程序中去掉密码后再放入") from cause
    except (CalamineError, ZipError, OSError, ValueError) as cause:
        raise InputError(f"{shown} 已损坏，或不是电子表格：{cause}", "请重新导出或另存后再放入") from cause


def _cells(rows: Iterable[Iterable[Cell]]) -> list[list[Cell]]:
    return [list(row) for row in rows]


def _parquet(raw: bytes, shown: str) -> Grid:
    try:
        table = pq.read_table(io.BytesIO(raw))
    except (OSError, ValueError) as cause:
        raise InputError(f"{shown} 已损坏：{cause}", "请重新导出后再放入") from cause
    columns = [["" if cell is None else cell for cell in column.to_pylist()] for column in table.columns]
    return Grid(shown, "", [list(table.column_names), *(list(row) for row in zip(*columns, strict=True))])


def _text(raw: bytes, shown: str) -> Grid:
    text = _decode(raw, shown)
    if text.lstrip()[:200].lower().startswith(("<html", "<table", "<!doctype", "<?xml")):
        raise InputError(f"{shown} 是网页（HTML/XML）形式的表格", "请在电子表格程序中另存为 xlsx 后再放入")
    first = text.partition("\n")[0]
    dialect = "excel-tab" if first.count("\t") > first.count(",") else "excel"
    try:
        return Grid(shown, "", _cells(csv.reader(io.StringIO(text, newline=""), dialect)))
    except csv.Error as cause:
        raise InputError(f"{shown} 不是正确的 CSV：{cause}", "请重新导出后再放入") from cause


def _decode(raw: bytes, shown: str) -> str:
    """Text by its byte order mark, else strict UTF-8, else GB 18030 (never gbk, which lacks characters of names)."""
    wide = raw.startswith((b"\xff\xfe", b"\xfe\xff"))
    if wide or b"\0" not in raw:
        for encoding in ("utf-16",) if wide else ("utf-8-sig", "gb18030"):
            with suppress(UnicodeDecodeError):
                return raw.decode(encoding)
    raise InputError(f"{shown} 不是表格：既不是工作簿，也不是 UTF-8 或 GB 18030 编码的文本", "请检查文件，另存后再放入")

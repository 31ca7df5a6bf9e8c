"""Workbooks of other kinds: xls, xlsb and ods through calamine, and what stands behind a password.

The libraries used here can be brought to their knees by a damaged file, so that this runs in a process of its own
(``apart``), which imports little.
"""

import io
from collections.abc import Sequence
from contextlib import suppress

import msoffcrypto
import olefile
from msoffcrypto.exceptions import DecryptionError, FileFormatError, InvalidKeyError, ParseError
from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from hzcert.sheets import biff
from hzcert.sheets.grid import Cell, Grid, Unreadable
from hzcert.sheets.guard import Budget, Parts
from hzcert.sheets.kinds import no_table
from hzcert.sheets.ods import ods_hidden

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


def read_ole(raw: bytes, shown: str, password: str | None) -> list[Grid] | bytes:
    """The sheets of an old workbook; of one locked with a password, the workbook that was locked.

    Raises:
        Unreadable: it is damaged, holds no table, or the password is missing or wrong.
    """
    try:
        with olefile.OleFileIO(io.BytesIO(raw)) as ole:
            if ole.exists("EncryptedPackage"):
                return unlock(raw, password)
            name = next((name for name in ("Workbook", "Book") if ole.exists(name)), None)
            if name is None:
                inside = next((kind for stream, kind in _OLE_KINDS.items() if ole.exists(stream)), "别的程序的文件")
                raise no_table(inside)
            stream = ole.openstream(name).read()
    except (OSError, ValueError, IndexError, KeyError, TypeError, AttributeError, OverflowError) as cause:
        raise Unreadable("已损坏，或不是电子表格", _DAMAGED) from cause
    if biff.is_locked(stream):
        return unlock(raw, password)
    return _grids(raw, shown, biff.xls_asides(stream))


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
        return _grids(raw, shown, ods_hidden(parts.chunks("content.xml")))
    return _grids(raw, shown, None, parts)


def _grids(raw: bytes, shown: str, asides: list[biff.Aside] | None, parts: Parts | None = None) -> list[Grid]:
    try:
        # from_filelike looks at the content; from_path would believe the ending.
        book = CalamineWorkbook.from_filelike(io.BytesIO(raw))
        grids = []
        for place, about in enumerate(book.sheets_metadata):
            if about.typ is not SheetTypeEnum.WorkSheet:
                continue
            sheet = book.get_sheet_by_index(place)
            rows = [_trimmed(row) for row in sheet.to_python(skip_empty_area=False)]
            aside = asides[place] if asides is not None and place < len(asides) else biff.Aside()
            merged = tuple((*first, *last) for first, last in sheet.merged_cell_ranges or ())
            hidden = about.visible is not SheetVisibleEnum.Visible
            grids.append(Grid(shown, about.name, rows, hidden, frozenset(aside.hidden), merged, errors=aside.errors))
    except (CalamineError, OSError, ValueError, OverflowError) as cause:
        raise Unreadable(f"已损坏，或不是电子表格：{cause}", _DAMAGED) from cause
    return grids


def _trimmed(row: Sequence[Cell]) -> list[Cell]:
    """A row up to its last filled cell: a stray cell far to the right must not make all rows long."""
    end = len(row)
    while end and row[end - 1] == "":
        end -= 1
    return list(row[:end])

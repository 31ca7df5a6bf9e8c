"""Workbooks that are written quicker: cells, of which most are a plain text or empty in a look that is known; rows on disk; packing."""

import shutil
from functools import partial
from pathlib import Path
from typing import Any
from zipfile import ZipFile

from xlsxwriter import workbook
from xlsxwriter.utility import xl_rowcol_to_cell_fast
from xlsxwriter.worksheet import Worksheet

# XlsxWriter has no setting for it: packed in a third of the time, and a quarter larger, as markup says the same again and again.
workbook.ZipFile = partial(ZipFile, compresslevel=1)


class QuickSheet(Worksheet):  # type: ignore[misc]  # XlsxWriter says nothing of types to those who use it
    """For ``Workbook.add_worksheet``: the same bytes as XlsxWriter's own, which marks up each attribute of each cell."""

    def write_rows(self, markup: bytes | memoryview) -> None:
        """Rows whose markup is made already, below what was written before."""
        self.fh.flush()
        self.fh.buffer.write(markup)

    def _write_optimized_sheet_data(self) -> None:
        if self.dim_rowmin is None:
            super()._write_optimized_sheet_data()
            return
        self._xml_start_tag("sheetData")  # as bytes that are UTF-8 already, which XlsxWriter reads and writes as text
        self.fh.flush()
        self.row_data_fh.close()
        with Path(self.row_data_filename).open("rb") as rows:
            shutil.copyfileobj(rows, self.fh.buffer, 1 << 20)
        Path(self.row_data_filename).unlink()
        self._xml_end_tag("sheetData")

    def _write_cell(self, row: int, col: int, cell: Any) -> None:
        kind = type(cell).__name__  # by which XlsxWriter tells them apart, too
        if not cell.format or kind not in ("String", "Blank"):
            super()._write_cell(row, col, cell)
            return
        begun = f'<c r="{xl_rowcol_to_cell_fast(row, col)}" s="{cell.format._get_xf_index()}"'
        if kind == "Blank":
            self.fh.write(f"{begun}/>")
        elif not self.constant_memory:
            self.fh.write(f'{begun} t="s"><v>{cell.string}</v></c>')
        elif _is_plain(cell.string):
            self.fh.write(f'{begun} t="inlineStr"><is><t>{cell.string}</t></is></c>')
        else:
            super()._write_cell(row, col, cell)


def _is_plain(text: str) -> bool:
    """Whether a text stands in XML as it is: no control characters, no signs of XML, no spaces at its ends, no escapes."""
    return text.isprintable() and text == text.strip() and not any(sign in text for sign in ("&", "<", ">", "_x"))

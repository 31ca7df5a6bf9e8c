"""A worksheet that writes its cells quicker: most are a plain text or empty, in a look that is known, with nothing to be marked up."""

from typing import Any

from xlsxwriter.utility import xl_rowcol_to_cell_fast
from xlsxwriter.worksheet import Worksheet


class QuickSheet(Worksheet):  # type: ignore[misc]  # XlsxWriter says nothing of types to those who use it
    """For ``Workbook.add_worksheet``: the same bytes as XlsxWriter's own, which marks up each attribute of each cell."""

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

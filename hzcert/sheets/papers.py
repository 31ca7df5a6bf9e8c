"""Word documents and PDF files with text, as tables and lines (公文). No judgement: what they say is read elsewhere."""

import io
import logging
import re
from collections.abc import Iterator
from pathlib import Path

from hzcert.errors import InputError
from hzcert.sheets import guard
from hzcert.sheets.grid import Cell, Grid, Unreadable
from hzcert.sheets.text import encoding_of, whole

MOST_PAGES = 2_000
_MOST_PROSE = 8 << 20  # bytes
_HAN = re.compile("[\u4e00-\u9fff]")
_ZIP, _PDF = b"PK\x03\x04", b"%PDF"


def is_paper(path: Path) -> bool:
    """Whether a file is a Word document or a PDF file, told by its content."""
    try:
        begins = guard.start(path)
    except Unreadable:
        return False
    if begins.lstrip().startswith(_PDF):
        return True
    if not begins.startswith(_ZIP):
        return False
    try:
        names = guard.Parts(guard.load(path), guard.Budget()).names()
    except Unreadable:
        return False
    return "word/document.xml" in {name.lower() for name in names}


def read_paper(path: Path, shown: str) -> list[Grid]:
    """A document as grids in its order: every table one, and every run of lines between them one of a single column.

    Raises:
        InputError: it is damaged, is locked, or holds no text.
    """
    try:
        raw = guard.load(path)
        if raw.lstrip()[:4] == _PDF:
            found = list(_pdf(raw, shown))
        else:
            guard.Parts(raw, guard.Budget()).read("word/document.xml")  # refuses what would burst
            found = list(_word(raw, shown))
        if not any(any(str(cell).strip() for cell in row) for grid in found for row in grid.rows):
            raise Unreadable("里没有文字（扫描的图片读不出来）", "请放入有文字的文件，或把名单录成表格再放入")
    except Unreadable as cause:
        raise InputError(f"{shown} {cause.reason}", cause.remedy) from cause
    return found


def read_prose(path: Path, shown: str) -> list[Grid] | None:
    """A text file as lines of a single cell; None for what is no text of ours."""
    raw = guard.load(path)
    if len(raw) > _MOST_PROSE or b"\0" in raw[:4096].replace(b"\xff\xfe", b""):
        return None
    try:
        words = whole(lambda: io.BytesIO(raw), encoding_of(lambda: io.BytesIO(raw)))
    except Unreadable:
        return None
    if words.lstrip().startswith("<") or not _HAN.search(words):
        return None
    return [Grid(shown, "", [[line.strip()] for line in words.splitlines()])]


def _word(raw: bytes, shown: str) -> Iterator[Grid]:
    import docx  # here, since only documents need it
    from docx.opc.exceptions import PackageNotFoundError
    from docx.table import Table
    from docx.text.paragraph import Paragraph

    try:
        document = docx.Document(io.BytesIO(raw))
        lines: list[list[Cell]] = []
        tables = 0
        for part in document.iter_inner_content():
            if isinstance(part, Paragraph):
                lines += [[line] for line in part.text.split("\n")]
            elif isinstance(part, Table):
                if lines:
                    yield Grid(shown, "正文", lines)
                    lines = []
                tables += 1
                rows: list[list[Cell]] = [[cell.text for cell in row.cells] for row in part.rows]
                yield Grid(shown, f"表{tables}", rows)
        if lines:
            yield Grid(shown, "正文", lines)
    except (PackageNotFoundError, KeyError, ValueError, AttributeError, SyntaxError) as cause:
        raise Unreadable("已损坏", "请在 Word 或 WPS 里打开后另存，再放入") from cause


def _pdf(raw: bytes, shown: str) -> Iterator[Grid]:
    import pdfplumber  # here, since only documents need it
    from pdfminer.pdfexceptions import PDFException
    from pdfplumber.utils.exceptions import PdfminerException

    logging.getLogger("pdfminer").setLevel(logging.ERROR)
    try:
        with pdfplumber.open(io.BytesIO(raw)) as document:
            if len(document.pages) > MOST_PAGES:
                raise Unreadable(f"太长（{len(document.pages)} 页，最多 {MOST_PAGES} 页）", "请分成几个文件")
            lines: list[list[Cell]] = []
            rows: list[list[Cell]] = []
            for page in document.pages:
                tables = page.find_tables()
                around = page
                for table in tables:
                    around = around.outside_bbox(_inside(table.bbox, page.bbox))
                    taken: list[list[Cell]] = [[cell or "" for cell in row] for row in table.extract()]
                    # A table that goes on on the next page has its headings there again, or none.
                    rows += taken[1:] if rows and taken and taken[0] == rows[0] else taken
                lines += [[line] for line in (around.extract_text() or "").split("\n")]
                page.close()
            if lines:
                yield Grid(shown, "正文", lines)
            if rows:
                yield Grid(shown, "表1", rows)
    except (PDFException, PdfminerException, ValueError, KeyError, TypeError, IndexError) as cause:
        raise Unreadable("已损坏，或有密码保护", "请另存为没有密码的 PDF，或把名单录成表格再放入") from cause


def _inside(box: tuple[float, ...], page: tuple[float, ...]) -> tuple[float, float, float, float]:
    """A table's box, no wider than its page."""
    return max(box[0], page[0]), max(box[1], page[1]), min(box[2], page[2]), min(box[3], page[3])

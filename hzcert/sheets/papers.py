"""Word documents and PDF files with text, as tables and lines (公文). No judgement: what they say is read elsewhere."""

import io
import re
import unicodedata
from collections.abc import Iterator, Sequence
from pathlib import Path

from hzcert.errors import InputError
from hzcert.sheets import guard
from hzcert.sheets.aligned import Table, Word, tables_in
from hzcert.sheets.apart import Task, read_apart
from hzcert.sheets.grid import Grid, Unreadable
from hzcert.sheets.pdf import read_pdf
from hzcert.sheets.text import encoding_of, whole
from hzcert.sheets.word import read_word

_MOST_PROSE = 8 << 20  # bytes
_HEAD = 2000  # characters, among which a page says that it is one
_HAN = re.compile("[\u4e00-\u9fff]")
_ZIP, _PDF = b"PK\x03\x04", b"%PDF"
_WIDE = (b"\xff\xfe", b"\xfe\xff")  # UTF-16 says so


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
        found = list((read_pdf if raw.lstrip()[:4] == _PDF else read_word)(raw, shown))
        if not any(any(str(cell).strip() for cell in row) for grid in found for row in grid.rows):
            raise Unreadable("里没有文字（扫描的图片读不出来）", "请放入有文字的文件，或把名单录成表格再放入")
    except Unreadable as cause:
        raise InputError(f"{shown} {cause.reason}", cause.remedy) from cause
    return found


def read_prose(path: Path, shown: str) -> list[Grid] | None:
    """A text file as lines of a single cell; None for what is no text of ours."""
    raw = guard.load(path)
    if len(raw) > _MOST_PROSE or (b"\0" in raw[:4096] and not raw.startswith(_WIDE)):
        return None
    try:
        words = whole(lambda: io.BytesIO(raw), encoding_of(lambda: io.BytesIO(raw)))
    except Unreadable:
        return None
    if words.lstrip().startswith("<") or not _HAN.search(words):
        return None
    return list(_text(words.splitlines(), shown))


def read_page(path: Path, shown: str) -> list[Grid]:
    """A document that was saved as a web page, as tables and lines; nothing for what is no page, or has no words beside its tables."""
    if guard.start(path).lstrip(b"\xef\xbb\xbf \t\r\n")[:1] != b"<":
        return []
    raw = guard.load(path)
    try:
        words = whole(lambda: io.BytesIO(raw), encoding_of(lambda: io.BytesIO(raw)))
        found = read_apart(Task.PAGE, words, shown) if "<html" in words[:_HEAD].lower() else []
    except Unreadable:  # reading it as a table says why
        return []
    return found if isinstance(found, list) else []


def _text(texts: Sequence[str], shown: str) -> Iterator[Grid]:
    """Lines of plain text, the tables among them by the places of their words."""
    lines = [line for number, text in enumerate(texts, start=1) if (line := _words(text, number))]
    for part in tables_in(lines):
        if isinstance(part, Table):
            yield Grid(shown, "", part.rows, numbers=tuple(int(top) for top in part.tops))
        else:
            numbers = range(int(part[0][0].top), int(part[-1][0].top) + 1)
            yield Grid(shown, "", [[texts[number - 1].strip()] for number in numbers], numbers=tuple(numbers))


def _words(text: str, number: int) -> list[Word]:
    """The words of a line as they stand on a page where it is its own height, and a character half or all of that wide."""
    places = [0.0]
    for sign in text:
        wide = 1.0 if unicodedata.east_asian_width(sign) in "WFA" else 0.5
        places.append((places[-1] // 4 + 1) * 4 if sign == "\t" else places[-1] + wide)
    return [
        Word(found[0], places[found.start()], places[found.end()], float(number), number + 1.0)
        for found in re.finditer(r"\S+", text)
    ]

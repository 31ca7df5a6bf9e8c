"""Tables as lines of text: CSV and its like, in whatever encoding a Chinese office's programs write."""

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from itertools import islice
from typing import BinaryIO, NamedTuple

from hzcert.sheets.grid import Cell, Unreadable
from hzcert.sheets.guard import Budget

# GB 18030-2022 moved these from the private-use area to characters of their own; Python's codec is older.
_MOVED = {
    **dict(zip(range(0xE78D, 0xE797), (0xFE10, 0xFE12, 0xFE11, *range(0xFE13, 0xFE1A)), strict=True)),
    0xE7C7: 0x1E3F,
    0xE816: 0x20087, 0xE817: 0x20089, 0xE818: 0x200CC, 0xE81E: 0x9FB4, 0xE826: 0x9FB5, 0xE82B: 0x9FB6, 0xE82C: 0x9FB7,
    0xE831: 0x215D7, 0xE832: 0x9FB8, 0xE83B: 0x2298F, 0xE843: 0x9FB9, 0xE854: 0x9FBA, 0xE855: 0x241FE, 0xE864: 0x9FBB,
}  # fmt: skip
_PRIVATE = re.compile("[\ue000-\uf8ff]")
_NUL = re.compile("\0")
_NOT_OF_A_LIST = re.compile(r"[^\t\r\n\x20-\x7e·×\u2000-\u206f\u2460-\u24ff\u3000-\u303f\u3400-\u9fff\uff00-\uffef]")
_LOST, _MOST_LOST, _TO_EACH_LOST, _MOST_SHOWN = "\ufffd", 1000, 100, 10
_CONTROL = re.compile("[\0-\x08\x0e-\x19\x1b-\x1f]")
_DELIMITERS = ",\t;|"
_PIECE = 1 << 20  # characters
_SAMPLE = 1 << 16  # characters, of which the first 200 lines tell how cells are parted


Source = Callable[[], BinaryIO]  # opens a text from its beginning, as often as it is wanted


class Encoding(NamedTuple):
    """What text is written in; and whether some bytes of it are nothing in that, which are then read as U+FFFD."""

    name: str
    errors: str = "strict"


def encoding_of(source: Source) -> Encoding:
    """What text is written in: by its byte order mark, else strict UTF-8, else GB 18030 (never gbk, which lacks characters of names).

    A few bytes that are nothing, such as half a character where a database has cut a field, do not make it something else.

    Raises:
        Unreadable: it is no text in any of these.
    """
    with source() as file:
        wide = file.read(2) in (b"\xff\xfe", b"\xfe\xff")
    for encoding in ("utf-16",) if wide else ("utf-8-sig", "gb18030", "utf-16-le", "utf-16-be"):
        with suppress(UnicodeDecodeError):
            # Any even number of bytes is something in UTF-16: without its mark it must be what a list is written in.
            known = _NOT_OF_A_LIST if encoding[-3:] in ("-le", "-be") else _NUL
            if not any(known.search(piece) for piece in _pieces(source, Encoding(encoding))):
                return Encoding(encoding)
    for encoding in () if wide else ("utf-8-sig", "gb18030"):
        if _is_nearly(source, nearly := Encoding(encoding, "replace")):
            return nearly
    raise Unreadable("不是表格：既不是工作簿，也不是 UTF-8 或 GB 18030 编码的文本", "请检查文件，另存后再放入")


def _is_nearly(source: Source, encoding: Encoding) -> bool:
    """Whether all but a few bytes are text."""
    lost = whole = 0
    for piece in _pieces(source, encoding):
        lost, whole = lost + piece.count(_LOST), whole + len(piece)
        if lost > _MOST_LOST or _CONTROL.search(piece):
            return False
    return lost * _TO_EACH_LOST <= whole


def _pieces(source: Source, encoding: Encoding) -> Iterator[str]:
    with io.TextIOWrapper(source(), encoding.name, encoding.errors, newline="") as text:
        while piece := text.read(_PIECE):
            yield piece


def head(source: Source, encoding: Encoding) -> str:
    """The beginning of a text."""
    return next(_pieces(source, encoding), "")[:_SAMPLE]


def whole(source: Source, encoding: Encoding) -> str:
    """All of a text."""
    return "".join(_lines(source, encoding))


def notes_on(source: Source, encoding: Encoding) -> tuple[str, ...]:
    """What a person should know of how a text was read: bytes that are no text, characters that only one office's font can show."""
    if encoding.errors == "replace":
        lines = (number for number, line in enumerate(_lines(source, encoding), 1) if _LOST in line)
        shown = "、".join(map(str, islice(lines, _MOST_SHOWN)))
        return (f"有些字节不成文字，读成 {_LOST}：文件的第 {shown} 行",)
    if encoding.name != "gb18030":
        return ()
    left = {sign for piece in _pieces(source, encoding) for sign in _PRIVATE.findall(piece) if ord(sign) not in _MOVED}
    points = "、".join(f"U+{ord(sign):04X}" for sign in sorted(left)[:10])
    return (f"文本中有造字区的字符：{points}",) if left else ()


def _lines(source: Source, encoding: Encoding) -> Iterator[str]:
    with io.TextIOWrapper(source(), encoding.name, encoding.errors, newline="") as text:
        if encoding.name == "gb18030":
            yield from (_PRIVATE.sub(_in_its_place, line) for line in text)
        else:
            yield from text


def _in_its_place(match: re.Match[str]) -> str:
    return chr(_MOVED.get(ord(match[0]), ord(match[0])))


def read_lines(source: Source, encoding: Encoding, budget: Budget) -> Iterator[list[Cell]]:
    """The cells of CSV line by line, or of the like with tabs, semicolons or bars; all are text.

    Raises:
        Unreadable: it is no table, or its quotes do not match.
    """
    rows = csv.reader(_lines(source, encoding), delimiter=_delimiter(head(source, encoding)), strict=True)
    try:
        for row in rows:
            budget.spend(1, len(row))
            yield [*row]
    except csv.Error as cause:
        line = rows.line_num
        raise Unreadable(f"不是正确的 CSV：到第 {line} 行止引号不成对，或一格太长", "请重新导出后再放入") from cause


# A heading, and below it nothing but numbers of people or certificates: a table of one column.
_COLUMN = re.compile(r"\s*\S{2,20}\s*?(?:\r?\n[ \t]*(?:[0-9A-Za-z]{15,20})?[ \t]*)+(?:\r?\n)?[0-9A-Za-z]*")


def _delimiter(start: str) -> str:
    """The sign that parts the first lines into most cells.

    Raises:
        Unreadable: none parts any.
    """
    best = max(_DELIMITERS, key=lambda sign: sum(len(row) - 1 for row in _sample(start, sign)))
    if not any(sign in start for sign in _DELIMITERS) and not _COLUMN.fullmatch(start):
        raise Unreadable(
            "不是表格，而是一段文字：没有一行能分成几栏", "请放入 Excel 或 WPS 工作簿、CSV 文件，并移走这个文件"
        )
    return best


def _sample(start: str, delimiter: str) -> Iterable[list[str]]:
    with suppress(csv.Error):
        yield from islice(csv.reader(io.StringIO(start, newline=""), delimiter=delimiter), 200)

"""Tables as lines of text: CSV and its like, in whatever encoding a Chinese office's programs write."""

import csv
import io
import re
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice

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
_DELIMITERS = ",\t;|"


def decode(raw: bytes) -> tuple[str, tuple[str, ...]]:
    """Text by its byte order mark, else strict UTF-8, else GB 18030 (never gbk, which lacks characters of names).

    With it, what a person should know of how it was read.

    Raises:
        Unreadable: it is no text in any of these.
    """
    wide = raw.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ("utf-16",) if wide else ("utf-8-sig", "gb18030"):
        with suppress(UnicodeDecodeError):
            text = raw.decode(encoding)
            if "\0" in text:
                break
            return (text, ()) if encoding != "gb18030" else _moved(text)
    raise Unreadable("不是表格：既不是工作簿，也不是 UTF-8 或 GB 18030 编码的文本", "请检查文件，另存后再放入")


def _moved(text: str) -> tuple[str, tuple[str, ...]]:
    text = _PRIVATE.sub(lambda match: chr(_MOVED.get(ord(match[0]), ord(match[0]))), text)
    if left := sorted(set(_PRIVATE.findall(text))):
        points = "、".join(f"U+{ord(sign):04X}" for sign in left[:10])
        return text, (f"文本中有造字区的字符：{points}",)
    return text, ()


def read_lines(text: str, budget: Budget) -> list[list[Cell]]:
    """The cells of CSV, or of the like with tabs, semicolons or bars; all are text.

    Raises:
        Unreadable: it is no table, or its quotes do not match.
    """
    delimiter = _delimiter(text)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows: list[list[Cell]] = []
    try:
        for row in lines:
            budget.spend(1, len(row))
            rows.append([*row])
    except csv.Error as cause:
        line = lines.line_num
        raise Unreadable(f"不是正确的 CSV：到第 {line} 行止引号不成对，或一格太长", "请重新导出后再放入") from cause
    return rows


def _delimiter(text: str) -> str:
    """The sign that parts the first lines into most cells.

    Raises:
        Unreadable: none parts any.
    """
    best = max(_DELIMITERS, key=lambda sign: sum(len(row) - 1 for row in _sample(text, sign)))
    if not any(sign in text for sign in _DELIMITERS):
        raise Unreadable(
            "不是表格，而是一段文字：没有一行能分成几栏", "请放入 Excel 或 WPS 工作簿、CSV 文件，并移走这个文件"
        )
    return best


def _sample(text: str, delimiter: str) -> Iterator[list[str]]:
    with suppress(csv.Error):
        yield from islice(csv.reader(io.StringIO(text[:65_536], newline=""), delimiter=delimiter), 200)

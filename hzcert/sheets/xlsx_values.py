"""What a cell of an xlsx workbook holds: its text, its number, and by its format the day or time that the number is."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import IntEnum
from xml.etree import ElementTree

import numpy as np
import numpy.typing as npt

from hzcert.sheets.grid import Cell, Unreadable

Objects = npt.NDArray[np.object_]


class Holds(IntEnum):
    """What a cell holds."""

    NUMBER, DAY, SPAN, SHARED, TEXT, TRUTH, ERROR, ISO_DAY = range(8)


@dataclass(frozen=True)
class Book:
    """What the cells of all sheets refer to: texts shared, and what each style makes of a number."""

    strings: Objects
    styles: tuple[Holds, ...]
    from_1904: bool

    def holds(self, kind: str, style: int) -> Holds:
        """What a cell of this type (``t``) and style (``s``) holds.

        Raises:
            Unreadable: no such type.
        """
        if kind in ("", "n"):
            return self.styles[style] if style < len(self.styles) else Holds.NUMBER
        if (held := _TYPES.get(kind)) is None:
            raise Unreadable("已损坏（有不认识的单元格类型）", "请重新导出或另存后再放入")
        return held


_TYPES = {
    "s": Holds.SHARED,
    "str": Holds.TEXT,
    "inlineStr": Holds.TEXT,
    "b": Holds.TRUTH,
    "e": Holds.ERROR,
    "d": Holds.ISO_DAY,
}
# Formats that every program knows without being told (ECMA-376 18.8.30; 27 to 36 and 50 to 58 are East Asian dates).
_DAYS = {*range(14, 23), *range(27, 37), 45, 47, *range(50, 59)}
_NO_SIGN_OF_A_DAY = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?!(?:h+|m+|s+)\])[^\]]*\]|general|e[+-]', re.IGNORECASE)


def format_holds(code: str) -> Holds:
    """What a number under this format is.

    >>> format_holds('yyyy"年"m"月"'), format_holds("[h]:mm"), format_holds('0.00"天(d)"')
    (<Holds.DAY: 1>, <Holds.SPAN: 2>, <Holds.NUMBER: 0>)
    """
    signs = _NO_SIGN_OF_A_DAY.sub("", code.partition(";")[0].lower())
    if "[" in signs:
        return Holds.SPAN
    return Holds.DAY if re.search(r"[ymdhs]|上午|下午|am/pm", signs) else Holds.NUMBER


def read_styles(root: ElementTree.Element) -> tuple[Holds, ...]:
    """What each cell style makes of a number, from ``xl/styles.xml``."""
    codes: dict[str, Holds] = {}
    styles: list[Holds] = []
    for part in root:
        match part.tag.rpartition("}")[2]:
            case "numFmts":
                codes |= {form.get("numFmtId", ""): format_holds(form.get("formatCode", "")) for form in part}
            case "cellXfs":
                styles = [_style(form.get("numFmtId", "0"), codes) for form in part]
    return tuple(styles)


def _style(number: str, codes: Mapping[str, Holds]) -> Holds:
    if number in codes:
        return codes[number]
    if number == "46":
        return Holds.SPAN
    return Holds.DAY if number.isdecimal() and int(number) in _DAYS else Holds.NUMBER


_DAY_ZERO = datetime(1899, 12, 30)  # noqa: DTZ001 - a sheet knows no time zones


def moment(serial: float, holds: Holds, from_1904: bool) -> Cell:
    """The day, time or moment that a number stands for; a number that stands for none stays what it is."""
    try:
        span = timedelta(milliseconds=round(serial * 86_400_000))
        if holds is Holds.SPAN:
            return span
        if serial < 0:
            return serial
        if serial < 1:
            return (_DAY_ZERO + span).time()
        # Excel believes in 29 February 1900, so that days up to then are one off.
        first = datetime(1904, 1, 1) if from_1904 else datetime(1899, 12, 31 if serial < 60 else 30)  # noqa: DTZ001
        when = first + span
    except OverflowError:
        return serial
    return when.date() if when.time() == time.min else when


def iso_moment(text: str) -> Cell:
    """A day or moment in ISO words; what is none stays text."""
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        return text
    return when.date() if when.time() == time.min and len(text) <= 10 else when.replace(tzinfo=None)


def plain_number(text: str) -> float:
    """A number as XML writes it.

    Raises:
        Unreadable: it is none.
    """
    if not _NUMBER.fullmatch(text):
        raise Unreadable("已损坏（数字单元格里不是数字）", "请重新导出或另存后再放入")
    return float(text)


_NUMBER = re.compile(r"\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,4})?\s*", re.ASCII)


def plain_text(text: str) -> str:
    r"""Text as XML writes it, read.

    >>> plain_text("甲&amp;乙_x000A_丙")
    '甲&乙\n丙'
    """
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if "&" in text:
        text = _ENTITY.sub(_entity, text)
    return unescape(text)


def unescape(text: str) -> str:
    """Text without the ``_x000D_`` by which Excel writes what XML can't hold."""
    if "_x" not in text:
        return text
    # Halves of a character beyond the first plane come one by one; a half alone is no character.
    wide = _ESCAPE.sub(lambda match: chr(int(match[1], 16)), text)
    return wide.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
_ENTITY = re.compile(r"&(?:(lt|gt|amp|quot|apos)|#(\d{1,7})|#x([0-9A-Fa-f]{1,6}));")
_ENTITIES = {"lt": "<", "gt": ">", "amp": "&", "quot": '"', "apos": "'"}


def _entity(match: re.Match[str]) -> str:
    if match[1]:
        return _ENTITIES[match[1]]
    code = int(match[2]) if match[2] else int(match[3], 16)
    return chr(code) if 0 < code < 0xD800 or 0xDFFF < code < 0x110000 else "\ufffd"

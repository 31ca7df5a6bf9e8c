"""What the records of an xlsb workbook say that calamine does not: errors, hidden rows, merged cells, months, where days begin.

Only these kinds of record are looked for, by the frame that all records share ([MS-XLSB] 2.1.4); no library tells of them.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from hzcert.sheets.grid import DAYS_TO_1904
from hzcert.sheets.guard import Parts
from hzcert.sheets.ods import Aside
from hzcert.sheets.package import relations
from hzcert.sheets.values import BUILTIN_MONTHS, shows_month

_ERRORS = {
    0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!", 0x2A: "#N/A",
}  # fmt: skip
_WORKBOOK, _STYLES = "xl/workbook.bin", "xl/styles.bin"
# Kinds of record: in a sheet, in the workbook, in the styles.
_ROW, _RK, _ERROR, _REAL, _FORMULA_NUMBER, _FORMULA_ERROR, _MERGED, _COLUMNS = 0, 2, 3, 5, 9, 11, 176, 60
_SHEET, _PROPERTIES = 156, 153
_FORMAT, _STYLE, _STYLES_BEGIN, _STYLES_END, _FONT = 44, 47, 617, 618, 43
_CELLS = range(1, 12)  # kinds of record that are a cell
# Cells that calamine passes over: short ones stand right of the cell before them and do not say so; text with several fonts.
_SHORT, _TO_LONG, _TEXT, _RICH_TEXT = range(12, 19), 11, 6, 62
_MOST_ROWS, _MOST_COLUMNS = 1_048_576, 16_384
_HIDDEN, _HIDDEN_COLUMN, _STRUCK_OUT = 0x10, 0x01, 0x08


@dataclass(frozen=True)
class Told:
    """What is told of a workbook: of each sheet in its order, and how much later its days begin."""

    sheets: list[Aside]
    days_late: int
    respelt: dict[str, bytes]  # sheets with cells that calamine passes over, those as it reads them


def read_told(parts: Parts) -> Told:
    """What the records of a workbook say besides its cells.

    Raises:
        Unreadable: it is too large.
    """
    leads_to = relations(parts, _WORKBOOK)
    targets: list[str] = []
    days_late = 0
    for kind, body in _records(parts.read(_WORKBOOK)):
        if kind == _SHEET and len(body) > 8:
            name = _text(body, 8)
            targets.append(leads_to[name].target if name in leads_to and leads_to[name].kind == "worksheet" else "")
        elif kind == _PROPERTIES and body:
            days_late = DAYS_TO_1904 * (body[0] & 1)
    months, struck = _styles(parts.read(_STYLES)) if _STYLES in parts else (frozenset[int](), frozenset[int]())
    streams = {name: parts.read(name) for name in targets if name in parts}
    plain = {name: _plain(stream) for name, stream in streams.items()}
    sheets = [_aside(plain[name], months, struck) if name in plain else Aside() for name in targets]
    return Told(sheets, days_late, {name: plain[name] for name, stream in streams.items() if plain[name] != stream})


def _plain(stream: bytes) -> bytes:
    """The same sheet, every cell with its column and every text without its fonts."""
    records = list(_records(stream))
    if not any(kind in _SHORT or kind == _RICH_TEXT for kind, _ in records):
        return stream
    whole, column = bytearray(), -1
    for kind, body in records:
        if kind == _ROW:
            column = -1
        elif kind in _SHORT:
            kind, body = kind - _TO_LONG, (column + 1).to_bytes(4, "little") + body
        elif kind == _RICH_TEXT and len(body) > 13:
            kind, body = _TEXT, body[:8] + body[9 : 13 + 2 * _number(body, 9)]
        if kind in _CELLS and len(body) >= 4:
            column = _number(body, 0)
        whole += _spelt(kind, 2) + _spelt(len(body), 4) + body
    return bytes(whole)


def _spelt(value: int, most: int) -> bytes:
    """A number, seven bits a byte, the last without the sign that more follow."""
    spelt = bytearray()
    for _ in range(most):
        value, low = value >> 7, value & 0x7F
        spelt.append(low | 0x80 if value else low)
        if not value:
            break
    return bytes(spelt)


def _aside(stream: bytes, months: frozenset[int], struck: frozenset[int]) -> Aside:
    """What one sheet's records say."""
    found = Aside()
    row = 0
    for kind, body in _records(stream):
        if kind in _CELLS and len(body) >= 8 and (_number(body, 4) & 0xFFFFFF) in struck:
            found.struck[row, _number(body, 0)] = ""
        if kind == _ROW and len(body) >= 12:
            row = _number(body, 0)
            if body[11] & _HIDDEN:
                found.hidden.add(row + 1)
        elif kind in (_ERROR, _FORMULA_ERROR) and len(body) >= 9:
            found.errors[row, _number(body, 0)] = _ERRORS.get(body[8], "#?")
        elif kind in (_RK, _REAL, _FORMULA_NUMBER) and len(body) >= 8 and (_number(body, 4) & 0xFFFFFF) in months:
            found.months.append((row, _number(body, 0)))
        elif kind == _COLUMNS and len(body) >= 18 and body[16] & _HIDDEN_COLUMN:
            found.hidden_columns.append((_number(body, 0), _number(body, 4)))
        elif kind == _MERGED and len(body) >= 16:
            top, bottom, left, right = (_number(body, at) for at in (0, 4, 8, 12))
            if top <= bottom < _MOST_ROWS and left <= right < _MOST_COLUMNS:
                found.merged.append((top, left, bottom, right))
    return found


def _styles(stream: bytes) -> tuple[frozenset[int], frozenset[int]]:
    """The cell styles that show a date without its day, and those that strike all out."""
    codes = dict.fromkeys(BUILTIN_MONTHS, True)
    styles: list[tuple[int, int]] = []
    fonts: list[bool] = []
    of_cells = False
    for kind, body in _records(stream):
        if kind == _FORMAT and len(body) > 2:
            codes[int.from_bytes(body[:2], "little")] = shows_month(_text(body, 2))
        elif kind == _FONT and len(body) >= 4:
            fonts.append(bool(body[2] & _STRUCK_OUT))
        elif kind in (_STYLES_BEGIN, _STYLES_END):
            of_cells = kind == _STYLES_BEGIN
        elif kind == _STYLE and of_cells and len(body) >= 6:
            styles.append((int.from_bytes(body[2:4], "little"), int.from_bytes(body[4:6], "little")))
    months = frozenset(place for place, (number, _) in enumerate(styles) if codes.get(number, False))
    return months, frozenset(place for place, (_, font) in enumerate(styles) if font < len(fonts) and fonts[font])


def _records(stream: bytes) -> Iterator[tuple[int, bytes]]:
    """Every record: its kind and its body."""
    at = 0
    while at < len(stream):
        kind, at = _variable(stream, at, 2)
        length, at = _variable(stream, at, 4)
        yield kind, stream[at : at + length]
        at += length


def _number(body: bytes, at: int) -> int:
    return int.from_bytes(body[at : at + 4], "little")


def _text(body: bytes, at: int) -> str:
    """A text, its length before it."""
    return body[at + 4 : at + 4 + 2 * _number(body, at)].decode("utf-16-le", "replace")


def _variable(stream: bytes, at: int, most: int) -> tuple[int, int]:
    """A number of seven bits a byte, and where it ends."""
    value = 0
    for place in range(most):
        byte = stream[at] if at < len(stream) else 0
        value |= (byte & 0x7F) << 7 * place
        at += 1
        if byte < 0x80:
            break
    return value, at

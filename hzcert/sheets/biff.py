"""What the records of xls and xlsb workbooks say that their reader does not: errors shown, and rows hidden."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from hzcert.sheets.grid import Place

_ERRORS = {
    0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!", 0x2A: "#N/A",
}  # fmt: skip
_BOF = {0x0009, 0x0209, 0x0409, 0x0809}
_BOUND_SHEET, _ROW, _BOOL_ERROR, _FILE_PASS = 0x0085, 0x0208, 0x0205, 0x002F
_FORMULAS = {0x0006, 0x0206, 0x0406}
_HIDDEN = 0x20


@dataclass
class Aside:
    """What is told of one sheet besides its cells."""

    errors: dict[Place, str] = field(default_factory=dict)
    hidden: set[int] = field(default_factory=set)


def is_locked(stream: bytes) -> bool:
    """Whether a workbook of Excel 97 or earlier needs a password."""
    return any(kind == _FILE_PASS for kind, _, _ in _records(stream, 0, 40))


def xls_asides(stream: bytes) -> list[Aside]:
    """What is told of each sheet of an xls workbook, in the order of its sheets."""
    starts = [
        int.from_bytes(stream[at : at + 4], "little") for kind, at, _ in _records(stream, 0) if kind == _BOUND_SHEET
    ]
    return [_xls_aside(stream, start) for start in starts]


def _records(stream: bytes, at: int, most: int = 1 << 31) -> Iterator[tuple[int, int, int]]:
    """Kind, place and length of each record from one beginning (BOF) to its end."""
    depth = 0
    while at + 4 <= len(stream) and most:
        kind, length = struct.unpack_from("<HH", stream, at)
        depth += (kind in _BOF) - (kind == 0x000A)
        if depth <= 0:
            return
        yield kind, at + 4, length
        at += 4 + length
        most -= 1


def _xls_aside(stream: bytes, start: int) -> Aside:
    aside = Aside()
    for kind, at, length in _records(stream, start):
        if kind == _BOOL_ERROR and length >= 8:
            row, column, _, value, is_error = struct.unpack_from("<HHHBB", stream.ljust(at + 8, b"\0"), at)
            if is_error:
                aside.errors[row, column] = _ERRORS.get(value, "#?")
        elif kind in _FORMULAS and length >= 14 and stream[at + 12 : at + 14] == b"\xff\xff" and stream[at + 6] == 2:
            row, column = struct.unpack_from("<HH", stream, at)
            aside.errors[row, column] = _ERRORS.get(stream[at + 8], "#?")
        elif kind == _ROW and length >= 16 and at + 16 <= len(stream) and stream[at + 12] & _HIDDEN:
            aside.hidden.add(struct.unpack_from("<H", stream, at)[0] + 1)
    return aside


_XLSB_ROW, _XLSB_ERROR, _XLSB_FORMULA_ERROR = 0, 3, 11


def xlsb_aside(stream: bytes) -> Aside:
    """What is told of one sheet of an xlsb workbook."""
    aside = Aside()
    row = at = 0
    while at < len(stream):
        kind, at = _variable(stream, at, 2)
        length, at = _variable(stream, at, 4)
        body = stream[at : at + length]
        at += length
        if kind == _XLSB_ROW and length >= 12:
            row = int.from_bytes(body[:4], "little")
            if body[11] & 0x10:
                aside.hidden.add(row + 1)
        elif kind in (_XLSB_ERROR, _XLSB_FORMULA_ERROR) and length >= 9:
            aside.errors[row, int.from_bytes(body[:4], "little")] = _ERRORS.get(body[8], "#?")
    return aside


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

"""What the records of an xlsb sheet say that calamine does not: which cells show an error, and which rows are hidden.

Only the two kinds of record are looked for, by the frame that all records share ([MS-XLSB] 2.1.4); no library tells of either.
"""

from hzcert.sheets.grid import Place

_ERRORS = {
    0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!", 0x2A: "#N/A",
}  # fmt: skip
_ROW, _ERROR, _FORMULA_ERROR = 0, 3, 11
_HIDDEN = 0x10


def asides(stream: bytes) -> tuple[dict[Place, str], set[int]]:
    """Errors by their cell, and the numbers of hidden rows."""
    errors: dict[Place, str] = {}
    hidden: set[int] = set()
    row = at = 0
    while at < len(stream):
        kind, at = _variable(stream, at, 2)
        length, at = _variable(stream, at, 4)
        body = stream[at : at + length]
        at += length
        if kind == _ROW and length >= 12:
            row = int.from_bytes(body[:4], "little")
            if body[11] & _HIDDEN:
                hidden.add(row + 1)
        elif kind in (_ERROR, _FORMULA_ERROR) and length >= 9:
            errors[row, int.from_bytes(body[:4], "little")] = _ERRORS.get(body[8], "#?")
    return errors, hidden


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

"""Columns of ID numbers (身份证号栏): in the form of 18 characters, and what a spreadsheet has made of them."""

import re
from math import isfinite

import numpy as np
import pyarrow.compute as pc

from hzcert import codes, idnumber
from hzcert.findings import Finding, Where
from hzcert.parts import Part, as_typed, each, plain
from hzcert.sheets.grid import Cell, as_text
from hzcert.texts import Texts

_SCIENTIFIC = re.compile(r"-?\d(?:\.\d+)?[Ee][+-]?\d{2,3}")
_WITH_FRACTION, _DIGITS_KEPT = re.compile(r"[0-9]{15,18}\.0"), 15
_NATURAL = 50  # of so many numbers hardly two end in 000
_STEP = 64  # between the doubles of 18 digits


def compact(cell: Cell) -> str:
    """An ID number to compare: the old form and the new one of it say the same."""
    number = idnumber.compact(plain(as_text(cell)))
    return idnumber.lengthen(number) if re.fullmatch("[0-9]{15}", number) else number


def id_numbers(part: Part, found: list[Finding]) -> tuple[Texts, Texts]:
    """ID numbers in the 18-character form, and as given; those that are right as they stand are not looked at further."""
    cells = part.cells["id_number"]
    column = cells if isinstance(cells, Texts) else each(cells, lambda cell: cell if isinstance(cell, str) else "")
    numbers: dict[int, str] = {}
    given: dict[int, str] = {}
    for line in _cut_as_text(column):
        numbers[line] = given[line] = cut = idnumber.cut_number(float(column[line]))
        found.append(codes.ID_DAMAGED.at(part.where(line, "id_number"), cut))
    for line in np.flatnonzero(~idnumber.well_formed(column.series())).tolist():
        numbers[line], given[line] = (
            _id_number(cells[line], part.where(line, "id_number"), found) if plain(as_text(cells[line])) else ("", "")
        )
    return column.patched(numbers), column.patched(given)


def _cut_as_text(numbers: Texts) -> list[int]:
    """Numbers that were cut before they became text: all end in 000, or all are what a double holds, multiples of 64.

    One may end so by nature. Several and no other, or one that its check character disowns, did not.
    """
    is_long = pc.and_(pc.equal(pc.utf8_length(numbers.array), 18), pc.utf8_is_decimal(numbers.array))
    long = np.flatnonzero(is_long.to_numpy(zero_copy_only=False))
    whole = numbers.array.filter(is_long)
    if all(int(number) % _STEP == 0 for number in Texts(whole)) and len(whole.unique()) > 1:
        return list(long.tolist())
    is_cut = pc.and_not(pc.ends_with(whole, "000"), pc.starts_with(whole, "0"))
    cut = Texts(whole.filter(is_cut))
    if not len(cut):
        return []
    disowned = not idnumber.check_holds(cut.series()).all()
    # By nature one number in 1,100 ends so, and one in eleven of those with 00 before the check character.
    alike = pc.sum(pc.match_substring_regex(whole, "00.$")).as_py()
    many = len(set(cut)) > 1 and len(cut) * _NATURAL > len(whole) and len(cut) * 3 > alike
    certain = disowned or many
    return list(long[is_cut.to_numpy(zero_copy_only=False)].tolist()) if certain else []


def _id_number(cell: Cell, where: Where, found: list[Finding]) -> tuple[str, str]:
    """The ID number in the 18-character form, and as given; a number that a spreadsheet has cut is left unlike one."""
    raw = as_typed(as_text(cell)) if str(cell).startswith("=") else as_text(cell).strip()
    if _WITH_FRACTION.fullmatch(raw):  # as programs write whole numbers: 330521700312003.0
        raw = raw.removesuffix(".0")
        cell = raw if len(raw) <= _DIGITS_KEPT else float(raw)
    if (isinstance(cell, float | int) and abs(cell) >= 1e15) or _SCIENTIFIC.fullmatch(raw):
        number = abs(float(raw))  # a sign before it says nothing
        cut = idnumber.cut_number(number) if isfinite(number) else raw.removeprefix("-")
        found.append(codes.ID_DAMAGED.at(where, cut))
        return cut, cut
    given = idnumber.compact(raw)
    if given != raw:
        found.append(codes.TIDIED_ID.at(where, raw, after=given, why="、".join(idnumber.reasons(raw))))
    old_form = re.fullmatch(r"[0-9]{15}", given) is not None
    return (idnumber.lengthen(given) if old_form else given), given

"""The entries of one sheet as they were found (栏), column by column, and the text that stands in a cell.

A value that stands in a thousand rows is looked at once.
"""

import re
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass

import pyarrow as pa

from hzcert.findings import Where
from hzcert.sheets.grid import Cell, as_text
from hzcert.table import Column
from hzcert.texts import Texts, texts_of

SPACES = re.compile(r"\s+")
_NOT_PLAIN = re.compile(r"\s|^['=]")
# The same for RE2, whose \\s is ASCII's alone.
_NOT_PLAIN_RE2 = r"[\s\x0b\x1c-\x1f\x{85}\x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}]|^['=]"


@dataclass(frozen=True)
class Again:
    """A further column of a field that the sheet has already; who can't be two persons must say the same in both."""

    name: str
    column: Column
    cells: Sequence[Cell]


@dataclass(frozen=True)
class Part:
    """The entries of one sheet: the cells of each field column by column, and where they stand."""

    file: str
    sheet: str
    rows: Sequence[int]  # as the spreadsheet shows them
    cells: Mapping[str, Sequence[Cell]]
    layout: Mapping[str, Column]
    errors: Set[tuple[int, str]]  # entries (by position) and fields whose cell is an error of a formula
    above: Mapping[str, str]  # what holds for every entry that does not say otherwise
    unit: str = ""  # the submitting unit, as the lines above have it
    days_late: int = 0  # of numbers that stand for days
    block: int = 0  # which of several lists on the sheet
    again: tuple[Again, ...] = ()  # further columns of the same meaning

    def where(self, line: int, name: str) -> Where:
        """The place of one field of an entry, by position."""
        column = self.layout.get(name)
        row = column.row or self.rows[line] if column else self.rows[line]
        letter, heading = (column.letter, column.heading) if column else (None, None)
        return Where(self.file, self.sheet or None, row, letter, heading, self.block)


def as_texts(cells: Sequence[Cell]) -> Sequence[Cell]:
    """The same cells as a column of Arrow where all of them are text."""
    texts = texts_of(cells)
    return cells if texts is None else texts


def each(cells: Sequence[Cell], clean: Callable[[Cell], str]) -> Texts:
    """A function of every cell, worked out once for each that is different."""
    if isinstance(cells, Texts):
        if clean is plain_text:
            return cells.renamed({text: plain(text) for text in cells.matching(_NOT_PLAIN_RE2)})
        return cells.each(clean)
    # 1, 1.0 and True are one key of a dictionary, and not one text.
    different: dict[tuple[type, Cell], int] = {}
    which = [different.setdefault((type(cell), cell), len(different)) for cell in cells]
    new = pa.array([clean(cell) for _, cell in different], pa.large_string())
    return Texts(new.take(pa.array(which, pa.int64())))


def plain_text(cell: Cell) -> str:
    """What a cell says, with single spaces."""
    return plain(as_text(cell))


def plain(text: str) -> str:
    """Text with single spaces, as it was typed."""
    if not _NOT_PLAIN.search(text):
        return text
    return SPACES.sub(" ", as_typed(text))


def as_typed(text: str) -> str:
    """Text without spaces around it and without what only says that it is text: an apostrophe before it, ="..." in CSV.

    >>> as_typed(" '=1 "), as_typed('="0572"')
    ('=1', '0572')
    """
    text = text.strip()
    if text.startswith('="') and text.endswith('"') and len(text) > 2:
        return text[2:-1].strip()
    return text.removeprefix("'")

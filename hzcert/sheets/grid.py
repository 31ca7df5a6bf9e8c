"""What reading a file gives: sheets as grids of cells, and what to say of a file that gives none."""

import gc
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date

Cell = object  # text, float, int, bool, date, datetime, time, timedelta; empty text for an empty cell
Place = tuple[int, int]  # row and column, counted from 0
Range = tuple[int, int, int, int]  # first row, first column, last row, last column, counted from 0

_NOWHERE: Place = (sys.maxsize, 0)


@dataclass(frozen=True)
class Grid:
    """One sheet: its cells from A1 on, so that ``rows[0][0]`` is cell A1; a row may end after its last filled cell."""

    file: str
    name: str
    rows: Sequence[list[Cell]]
    hidden: bool = False
    hidden_rows: frozenset[int] = frozenset()  # as the spreadsheet program numbers them, hidden or filtered away
    merged: tuple[Range, ...] = ()
    pictures: Mapping[Place, bytes] = field(default_factory=dict)  # by the cell of the upper left corner
    notes: tuple[str, ...] = ()  # what a person should know of how this sheet was read
    days_late: int = 0  # 1462 in workbooks that count days from 1904: numbers without a date's format are so much later
    errors: Mapping[Place, str] = field(default_factory=dict)  # cells that show #N/A and its like; empty in ``rows``
    struck: Mapping[Place, str] = field(default_factory=dict)  # what of a cell is struck out; empty where all of it is
    numbers: tuple[int, ...] = ()  # of the rows, where a document counts them otherwise than from 1 on

    def number(self, row: int) -> int:
        """The number of a row (from 0) as a person finds it in the file."""
        return self.numbers[row] if self.numbers else row + 1


class Unreadable(Exception):
    """Why a file gives no grid, as the rest of a sentence that begins with its name; and what to do."""

    def __init__(self, reason: str, remedy: str = "请在电子表格程序中打开看看，另存后再放入") -> None:
        super().__init__(reason)
        self.reason = reason
        self.remedy = remedy


DAYS_TO_1904 = 1462  # from day zero of most workbooks to that of those made on old Macs


def only_months(rows: Iterable[list[Cell]], places: Iterable[Place]) -> Iterator[list[Cell]]:
    """The same rows, with year and month, which is all that these cells show, in place of their dates."""
    pending = iter(sorted(places))
    row_of, place_of = next(pending, _NOWHERE)
    for at, row in enumerate(rows):
        while row_of <= at:
            if row_of == at and place_of < len(row) and isinstance(when := row[place_of], date):
                row[place_of] = f"{when:%Y-%m}"
            row_of, place_of = next(pending, _NOWHERE)
        yield row


def letter(column: int) -> str:
    """The letter of a column counted from 0.

    >>> letter(0), letter(25), letter(26)
    ('A', 'Z', 'AA')
    """
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(ord("A") + rest) + name
    return name


def on_hidden_columns(ranges: Iterable[tuple[int, int]]) -> tuple[str, ...]:
    """The note that some columns are hidden, first and last of each range; none where none is.

    >>> on_hidden_columns([(1, 1), (4, 6)]), on_hidden_columns([])
    (('有隐藏的列：B、E 至 G',), ())
    """
    names = [letter(first) if first == last else f"{letter(first)} 至 {letter(last)}" for first, last in ranges]
    return (f"有隐藏的列：{'、'.join(names)}",) if names else ()


def column(name: str) -> int:
    """The column of a letter, counted from 0.

    >>> column("A"), column("Z"), column("XFD")
    (0, 25, 16383)
    """
    number = 0
    for sign in name:
        number = number * 26 + ord(sign) - ord("A") + 1
    return number - 1


def as_text(cell: Cell) -> str:
    """A cell as a person reads it; a whole number without its ``.0``."""
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    return "" if cell is None else str(cell)


@contextmanager
def no_collection() -> Iterator[None]:
    """No search for circles while millions of cells are made, none of which can be in one."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()

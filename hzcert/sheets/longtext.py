"""The rows of a long text file, held column by column as Arrow has text: a fifth of what as many Python strings take."""

from array import array
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from operator import itemgetter
from typing import overload

from hzcert.sheets.grid import Cell, no_collection
from hzcert.texts import Texts, arrow, packed, repeated

BLOCK = 20_000  # rows that are Python objects at one time


class LongText(Sequence[list[Cell]]):
    """Rows of text without NUL, all of one length; read like a list of rows, and column by column without making any."""

    def __init__(self, rows: Iterable[list[Cell]], block: int = BLOCK) -> None:
        source, columns = iter(rows), list[_Growing]()
        self._block, self._length = block, 0
        while some := _taken(source, block):
            width = max(len(columns), *map(len, some))
            columns += [_Growing(self._length) for _ in range(width - len(columns))]
            if min(map(len, some)) < width:
                some = [row + [""] * (width - len(row)) for row in some]
            for place, column in enumerate(columns):
                column.add(map(itemgetter(place), some))
            self._length += len(some)
        self._columns = [column.texts() for column in columns]

    def __len__(self) -> int:
        """How many rows."""
        return self._length

    @overload
    def __getitem__(self, at: int) -> list[Cell]: ...
    @overload
    def __getitem__(self, at: slice) -> list[list[Cell]]: ...
    def __getitem__(self, at: int | slice) -> list[Cell] | list[list[Cell]]:
        """One row, or several."""
        if isinstance(at, int):
            row: list[Cell] = [column[at] for column in self._columns]
            return row
        rows = range(len(self))[at]
        if rows.step != 1 or not self._columns:
            return [self[row] for row in rows]
        return [[*row] for row in zip(*(column[rows.start : rows.stop] for column in self._columns), strict=True)]

    def __iter__(self) -> Iterator[list[Cell]]:
        """All rows, some at a time."""
        for first in range(0, len(self), self._block):
            yield from self[first : first + self._block]

    def column(self, place: int) -> Texts:
        """One column from the first row to the last; nothing is copied."""
        return self._columns[place] if place < len(self._columns) else repeated("", len(self))


class _Growing:
    """A column while it is read: offsets and bytes as Arrow has them, so that in the end nothing is copied."""

    def __init__(self, empty: int) -> None:
        self._offsets, self._text = array("q", [0]) * (empty + 1), bytearray()

    def add(self, cells: Iterable[Cell]) -> None:
        """More texts, below the others."""
        ends, text = packed(cells)
        self._offsets.frombytes((ends + len(self._text)).tobytes())
        self._text += text.tobytes()

    def texts(self) -> Texts:
        """All of them."""
        return Texts(arrow(len(self._offsets) - 1, self._offsets, self._text))


def _taken(rows: Iterator[list[Cell]], count: int) -> list[list[Cell]]:
    with no_collection():
        return list(islice(rows, count))


def column_of(rows: Sequence[list[Cell]], place: int) -> Sequence[Cell]:
    """One column of a sheet's rows, empty text where a row is shorter."""
    if isinstance(rows, LongText):
        return rows.column(place)
    return [row[place] if place < len(row) else "" for row in rows]

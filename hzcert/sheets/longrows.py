"""The rows of a long sheet, held column by column: text as Arrow has it, a fifth of what as many Python strings take."""

from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from operator import itemgetter
from typing import overload

from hzcert.sheets.grid import Cell, Place, no_collection
from hzcert.texts import Texts, arrow, numbered, packed, repeated, texts_of

BLOCK = 20_000  # rows that are Python objects at one time
_MANY_DIFFERENT = 0.5  # share of a block's cells that no block before had
_NUMBERS = frozenset({float, int, bool})  # 1.0 and True are equal, and not one object


class LongRows(Sequence[list[Cell]]):
    """Rows of one length; read like a list of rows, and column by column without making any."""

    def __init__(self, rows: Iterable[list[Cell]], block: int = BLOCK) -> None:
        source, columns = iter(rows), list[_Growing]()
        self._block, self._length = block, 0
        while some := _taken(source, block):
            width = max(len(columns), *map(len, some))
            columns += [_Growing(self._length) for _ in range(width - len(columns))]
            if min(map(len, some)) < width:
                some = [row + [""] * (width - len(row)) for row in some]
            for place, column in enumerate(columns):
                column.add(list(map(itemgetter(place), some)))
            self._length += len(some)
        self._columns: list[Texts | list[Cell]] = [column.cells() for column in columns]

    @classmethod
    def of(cls, columns: Sequence[Texts | list[Cell]], block: int = BLOCK) -> "LongRows":
        """Rows by their columns, all of one length."""
        rows = cls((), block)
        rows._columns, rows._length = [*columns], len(columns[0]) if columns else 0
        return rows

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

    @property
    def width(self) -> int:
        """How many columns."""
        return len(self._columns)

    def column(self, place: int) -> Texts | list[Cell]:
        """One column from the first row to the last; nothing is copied."""
        return self._columns[place] if place < len(self._columns) else repeated("", len(self))

    def put(self, place: int, cells: Mapping[int, Cell]) -> None:
        """Other cells in some rows of one column."""
        self._columns += [repeated("", len(self)) for _ in range(place + 1 - len(self._columns))]
        column = [*self._columns[place]]
        for row, cell in cells.items():
            column[row] = cell
        self._columns[place] = column


class _Growing:
    """A column while it is read: texts that repeat themselves as numbers of them, so that in the end nothing is copied.

    From the block on in which most are different, they are offsets and bytes as Arrow has them; from the first cell on that
    is no text a list, in which equal texts and days of a block are one object.
    """

    def __init__(self, empty: int) -> None:
        self._known: dict[Cell, int] | None = {"": 0}
        self._which = array("i", [0]) * empty
        self._offsets, self._text = array("q", [0]), bytearray()
        self._mixed: list[Cell] | None = None

    def add(self, cells: list[Cell]) -> None:
        """More cells, below the others."""
        if self._known is not None:
            before = len(self._known)
            if set(map(type, cells)) <= {str}:
                self._which.extend([self._known.setdefault(cell, len(self._known)) for cell in cells])
                if len(self._known) - before > len(cells) * _MANY_DIFFERENT:
                    self._spread(self._known)
                return
            self._spread(self._known)
        if self._mixed is None:
            if self._are_texts(cells):
                return
            self._mixed, self._text = [*self._texts()], bytearray()
        shared: dict[Cell, Cell] = {}
        self._mixed += [cell if cell.__class__ in _NUMBERS else shared.setdefault(cell, cell) for cell in cells]

    def _spread(self, known: Mapping[Cell, int]) -> None:
        """Put the texts themselves in place of their numbers."""
        words = list(known)
        cells = [words[number] for number in self._which]
        self._known, self._which = None, array("i")
        if cells and not self._are_texts(cells):
            self._mixed = cells

    def _are_texts(self, cells: list[Cell]) -> bool:
        """Add cells as text, if all of them are."""
        try:
            ends, text = packed(cells)
        except (TypeError, UnicodeError):
            return False
        if len(ends) != len(cells):  # one has a NUL in it
            return False
        self._offsets.frombytes((ends + len(self._text)).tobytes())
        self._text += text.tobytes()
        return True

    def cells(self) -> Texts | list[Cell]:
        """All of them."""
        if self._known is not None:
            words = texts_of(list(self._known))
            if words is not None:
                return numbered(self._which, words)
            self._spread(self._known)
        return self._texts() if self._mixed is None else self._mixed

    def _texts(self) -> Texts:
        return Texts(arrow(len(self._offsets) - 1, self._offsets, self._text))


def _taken(rows: Iterator[list[Cell]], count: int) -> list[list[Cell]]:
    with no_collection():
        return list(islice(rows, count))


def column_of(rows: Sequence[list[Cell]], place: int) -> Sequence[Cell]:
    """One column of a sheet's rows, empty text where a row is shorter."""
    if isinstance(rows, LongRows):
        return rows.column(place)
    return [row[place] if place < len(row) else "" for row in rows]


def put(rows: Sequence[list[Cell]], cells: Mapping[Place, Cell]) -> None:
    """Other cells in some places of a sheet's rows; those below the last row are left out."""
    columns: dict[int, dict[int, Cell]] = defaultdict(dict)
    for (row, place), cell in cells.items():
        if row < len(rows):
            columns[place][row] = cell
    for place, column in columns.items():
        if isinstance(rows, LongRows):
            rows.put(place, column)
        else:
            for at, cell in column.items():
                rows[at] += [""] * (place + 1 - len(rows[at]))
                rows[at][place] = cell

"""The rows of a long text file, held column by column as Arrow has text: a fifth of what as many Python strings take."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from operator import itemgetter
from typing import overload

import pyarrow as pa

from hzcert.sheets.grid import Cell, no_collection
from hzcert.texts import Texts, joined, repeated

BLOCK = 20_000  # rows that are Python objects at one time


class LongText(Sequence[list[Cell]]):
    """Rows of text, all of one length; read like a list of rows, and column by column without making any."""

    def __init__(self, rows: Iterable[list[Cell]], block: int = BLOCK) -> None:
        source, chunks = iter(rows), list[list[Texts]]()
        self._block, self._length = block, 0
        while some := _taken(source, block):
            width = max(len(chunks), *map(len, some))
            chunks += [[repeated("", self._length)] for _ in range(width - len(chunks))]
            if min(map(len, some)) < width:
                some = [row + [""] * (width - len(row)) for row in some]
            for place, chunk in enumerate(chunks):
                chunk.append(Texts(pa.array(map(itemgetter(place), some), pa.large_string(), size=len(some))))
            self._length += len(some)
            pa.default_memory_pool().release_unused()
        self._columns: list[Texts] = []
        while chunks:  # one after the other, so that no more than one is held twice
            self._columns.append(joined(chunks.pop()))
            pa.default_memory_pool().release_unused()
        self._columns.reverse()

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


def _taken(rows: Iterator[list[Cell]], count: int) -> list[list[Cell]]:
    with no_collection():
        return list(islice(rows, count))

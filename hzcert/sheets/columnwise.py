"""Long tables written column by column, a block of rows at a time: the markup of a row is XlsxWriter's own, with places for what differs.

XlsxWriter takes five microseconds for a cell; a table of a hundred thousand people has a million of them.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Literal, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from xlsxwriter.utility import xl_col_to_name

from hzcert.sheets import measure
from hzcert.sheets.safe import clean

Look = Literal["plain", "shade", "group", "subtotal", "total", "error", "warning", "info"]
Ints = npt.NDArray[np.int64]
_BLOCK = 10_000  # rows that are made at one time
# Stand for a text in the markup of a row that is looked at; and one that begins and ends in spaces, which is marked up otherwise.
_HERE, _THERE, _AFTER = "\ue0f1", "\ue0f2", "\ue0f3"
_NUMBER = 987_654_321
# What is not written as it stands, so that XlsxWriter is asked for each of them: signs of its own and of XML, spaces at the
# ends, control characters, what looks like its escapes, very long texts.
_ODD = r"[&<>\x00-\x1f\x7f-\x9f\x{fffe}\x{ffff}\x{e0f1}-\x{e0f3}]|^[\s\p{Z}]|[\s\p{Z}]$|_x[0-9A-Fa-f]{4}_"
_ODD_PART = re.compile(r"[&<>\x00-\x1f\x7f-\x9f\ufffe\uffff\ue0f1-\ue0f3]|^\s|\s\Z|_x[0-9A-Fa-f]{4}_").search
_LONG = 8_000  # characters; a cell holds four times as many UTF-16 units


@dataclass(frozen=True, slots=True)
class Marked:
    """A text of which some parts stand out: those that differ from what it is held against."""

    parts: tuple[tuple[str, bool], ...]

    def __str__(self) -> str:
        """What one reads in the cell."""
        return "".join(text for text, _ in self.parts)


@dataclass(frozen=True, slots=True)
class Row:
    """One row that is not plain: coloured, or a single text across all columns."""

    cells: Sequence[object]
    look: Look = "plain"
    merged: bool = False


@dataclass(frozen=True)
class Coded:
    """A column of marked texts: every different one once, and which of them each row has."""

    words: Sequence[Marked]
    which: Ints


Cells: TypeAlias = "pa.LargeStringArray | Coded | Ints"


@dataclass(frozen=True)
class Columns:
    """The rows of a long table, column by column: text, marked text or whole numbers; and of some looks the one that each row has."""

    cells: Sequence[Cells]
    looks: Sequence[Look] = ("plain",)
    look: Ints | None = None

    def __len__(self) -> int:
        """How many rows."""
        first = self.cells[0]
        return len(first.which) if isinstance(first, Coded) else len(first)

    def __getitem__(self, rows: slice) -> "Columns":
        """Some rows that follow each other."""
        cells = [Coded(each.words, each.which[rows]) if isinstance(each, Coded) else each[rows] for each in self.cells]
        return Columns(cells, self.looks, None if self.look is None else self.look[rows])

    def __iter__(self) -> Iterator[Row]:
        """Row by row."""
        for first in range(0, len(self), _BLOCK):
            some = self[first : first + _BLOCK]
            looks = [self.looks[0]] * len(some) if some.look is None else [self.looks[at] for at in some.look.tolist()]
            for cells, look in zip(zip(*map(_listed, some.cells), strict=True), looks, strict=True):
                yield Row(cells, look)


def _listed(cells: Cells) -> list[object]:
    if isinstance(cells, Coded):
        return [cells.words[at] for at in cells.which.tolist()]
    listed: list[object] = cells.tolist() if isinstance(cells, np.ndarray) else cells.to_pylist()
    return listed


# The markup that XlsxWriter makes of a row with one cell: in which column, of what, in what look, how high; and the row's number.
Sample = Callable[[int, object, Look, float], tuple[int, str]]


def markup(columns: Columns, first: int, rooms: Sequence[int | None], sample: Sample) -> Iterator[memoryview]:
    """The markup, in UTF-8, of rows that stand from row ``first`` on, counted from 1; ``rooms`` are the widths that lines are broken to."""
    maker = _Maker(columns, rooms, sample)
    for begin in range(0, len(columns), _BLOCK):
        yield maker.block(columns[begin : begin + _BLOCK], first + begin)


class _Maker:
    """The markup of one table's rows; what XlsxWriter makes of a kind of cell is asked for once."""

    def __init__(self, columns: Columns, rooms: Sequence[int | None], sample: Sample) -> None:
        self._looks, self._rooms, self._sample = columns.looks, rooms, sample
        self.cell = cache(self._cell)
        self.row = cache(self._row)

    def _cell(self, place: int, value: object, look: Look) -> str:
        """What follows the number of the row in the markup of a cell."""
        number, text = self._sample(place, value, look, measure.USUAL_HEIGHT)
        _, _, after = text.partition(f'<c r="{xl_col_to_name(place)}{number}')
        return after.removesuffix("</row>")

    def _row(self, height: float) -> str:
        """What follows the number of the row in the markup of a row, up to its first cell."""
        number, text = self._sample(0, _HERE, self._looks[0], height)
        return text.partition("<c ")[0].removeprefix(f'<row r="{number}')

    def block(self, columns: Columns, first: int) -> memoryview:
        """The markup of some rows, in UTF-8."""
        numbers = pa.array(np.arange(first, first + len(columns))).cast(pa.large_string())
        look = np.zeros(len(columns), dtype=np.int64) if columns.look is None else columns.look
        pieces: list[object] = [_one('<row r="'), numbers, self._heights(columns)]
        for place, cells in enumerate(columns.cells):
            pieces += [_one(f'<c r="{xl_col_to_name(place)}'), numbers, self._cells(place, cells, look)]
        joined = pc.binary_join_element_wise(*pieces, _one("</row>"), _one(""))
        return memoryview(joined.buffers()[2])  # the rows' texts, one behind the other

    def _cells(self, place: int, cells: Cells, look: Ints) -> pa.LargeStringArray:
        if isinstance(cells, Coded):
            return self._marked(place, cells, look)
        whole = isinstance(cells, np.ndarray)
        texts = pa.array(cells).cast(pa.large_string()) if whole else cells
        stands_for = _NUMBER if whole else _HERE
        parts = [self.cell(place, stands_for, each).split(str(stands_for)) for each in self._looks]
        made = pc.binary_join_element_wise(
            *(_choice([part[0] for part in parts], look), texts, _choice([part[1] for part in parts], look), _one(""))
        )
        if whole:
            return made
        empty = _choice([self.cell(place, "", each) for each in self._looks], look)
        made = pc.if_else(pc.equal(texts, ""), empty, made)
        odd = pc.or_(pc.match_substring_regex(texts, _ODD), pc.greater(pc.utf8_length(texts), _LONG))
        lines = np.flatnonzero(odd.to_numpy(zero_copy_only=False))
        if not len(lines):
            return made
        whose = zip(texts.take(pa.array(lines)).to_pylist(), look[lines].tolist(), strict=True)
        own = pa.array([self.cell(place, text, self._looks[at]) for text, at in whose], pa.large_string())
        return pc.replace_with_mask(made, odd, own)

    def _marked(self, place: int, cells: Coded, look: Ints) -> pa.LargeStringArray:
        """Marked texts: each different one in each look that it has; those of which nothing stands out are texts as any."""
        used, which = np.unique(cells.which, return_inverse=True)
        own_words = [cells.words[at] for at in used.tolist()]
        marks = np.array([any(differs for _, differs in word.parts) for word in own_words], dtype=np.bool_)
        plain = pa.array(
            [str(word) if not own else "" for word, own in zip(own_words, marks, strict=True)], pa.large_string()
        )
        made = self._cells(place, plain.take(pa.array(which)), look)
        lines = np.flatnonzero(marks[which]) if len(marks) else np.empty(0, dtype=np.int64)
        both, back = np.unique(which[lines] * len(self._looks) + look[lines], return_inverse=True)
        words = []
        for each in both.tolist():
            word, at = divmod(each, len(self._looks))
            words.append(self._mark(place, own_words[word], self._looks[at]))
        own = pa.array(words, pa.large_string()).take(pa.array(back))
        mask = np.zeros(len(look), dtype=np.bool_)
        mask[lines] = True
        return pc.replace_with_mask(made, pa.array(mask), own)

    def _mark(self, place: int, word: Marked, look: Look) -> str:
        parts = word.parts
        turns = all(before[1] != after[1] for before, after in pairwise(parts))
        if len(parts) < 2 or not turns or _is_odd(word):
            return self.cell(place, word, look)
        # Plain and marked parts take turns: what stands before each is the same, but at the beginning.
        plain = self.cell(place, Marked(((_HERE, False), (_THERE, True), (_AFTER, False))), look)
        marked = self.cell(place, Marked(((_HERE, True), (_THERE, False))), look)
        to_first, rest = (marked if parts[0][1] else plain).split(_HERE)
        to_marked, rest = plain.partition(_HERE)[2].split(_THERE)
        to_plain, end = rest.split(_AFTER)
        opening = (to_plain, to_marked)
        return "".join((to_first, parts[0][0], *(opening[differs] + text for text, differs in parts[1:]), end))

    def _heights(self, columns: Columns) -> pa.LargeStringArray:
        """The attributes of each row: as high as the lines of its cells."""
        most = np.ones(len(columns), dtype=np.int64)
        for cells, room in zip(columns.cells, self._rooms, strict=True):
            if room is None:
                continue
            if isinstance(cells, np.ndarray):
                most = np.maximum(most, _lines(pa.array(cells).cast(pa.large_string()), room))
            elif isinstance(cells, Coded):
                used, which = np.unique(cells.which, return_inverse=True)
                texts = pa.array([clean(cells.words[at]) for at in used.tolist()], pa.large_string())
                most = np.maximum(most, _lines(texts, room)[which])
            else:
                most = np.maximum(most, _lines(cells, room))
        used, back = np.unique(most, return_inverse=True)
        return _choice([self.row(measure.height(lines)) for lines in used.tolist()], back.reshape(-1))


def _lines(texts: pa.LargeStringArray, room: int) -> Ints:
    """The lines that each text takes in a cell of so many half columns."""
    found = np.ones(len(texts), dtype=np.int64)
    long = pc.or_(pc.greater(pc.multiply(pc.utf8_length(texts), 2), room), pc.match_substring(texts, "\n"))
    lines = np.flatnonzero(long.to_numpy(zero_copy_only=False))
    if len(lines):
        shapes = _shapes(texts.take(pa.array(lines))).dictionary_encode()
        counts = np.array([measure.lines(clean(text), room) for text in shapes.dictionary.to_pylist()], dtype=np.int64)
        found[lines] = counts[shapes.indices.to_numpy()]
    return found


def _shapes(texts: pa.LargeStringArray) -> pa.LargeStringArray:
    """Texts with one digit for all digits, and one Chinese character for all: lines break at the same places, and many become equal."""
    _, offsets, held = texts.buffers()
    signs = np.frombuffer(held, np.uint8).copy() if held is not None else np.empty(0, dtype=np.uint8)
    signs[(signs >= ord("0")) & (signs <= ord("9"))] = ord("0")
    leads = np.flatnonzero((signs >= 0xE4) & (signs <= 0xE9))  # of the three bytes of U+4000 to U+9FFF
    leads = leads[(signs[leads] > 0xE4) | (signs[leads + 1] >= 0xB8)]  # U+4E00 and above
    for at, sign in enumerate("一".encode()):
        signs[leads + at] = sign
    return pa.LargeStringArray.from_buffers(len(texts), offsets, pa.py_buffer(signs), offset=texts.offset)


def _is_odd(word: Marked) -> bool:
    return any(_ODD_PART(text) for text, _ in word.parts) or len(str(word)) > _LONG


def _one(text: str) -> pa.LargeStringScalar:
    return pa.scalar(text, pa.large_string())


def _choice(words: Sequence[str], which: Ints) -> pa.LargeStringArray | pa.LargeStringScalar:
    return _one(words[0]) if len(words) == 1 else pa.array(words, pa.large_string()).take(pa.array(which))

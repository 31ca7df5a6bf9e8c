"""The cells of an xlsx sheet, found by looking at megabytes of XML at once.

A parser that reports element by element takes ten times as long. What the well-known programs write has one shape, and
this knows that shape only: anything else is ``Unusual``, and is left to the slow way (``xlsx_slow``).
"""

import re
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from hzcert.sheets.grid import Cell, Unreadable
from hzcert.sheets.xlsx_values import Book, Holds, Objects, iso_moment, moment, plain_text

Numbers = npt.NDArray[np.int64]
Words = npt.NDArray[np.uint64]
UNCOMPUTED = "公式没有算出的值"

# Kinds of tag, told by the two characters after "<".
_OTHER, _CELL, _VALUE, _FORMULA, _INLINE, _ROW, _NOTHING = range(7)
_END = 8  # added to the kind that it ends
_OPENING = {
    "c ": _CELL, "v>": _VALUE, "t>": _VALUE, "t ": _VALUE, "f>": _FORMULA, "f ": _FORMULA, "is": _INLINE, "ro": _ROW,
    "v/": _NOTHING, "f/": _NOTHING, "t/": _NOTHING,
    "/c": _END + _CELL, "/v": _END + _VALUE, "/t": _END + _VALUE, "/f": _END + _FORMULA, "/i": _END + _INLINE,
    "/r": _END + _ROW,
}  # fmt: skip
_KINDS = np.zeros(1 << 16, np.uint8)
for _pair, _kind in _OPENING.items():
    _KINDS[int.from_bytes(_pair.encode(), "little")] = _kind
_TAIL = re.compile(rb'(?: (s)="(\d{1,5})"| (t)="(\w{1,9})"| [\w:]+="[^"&]*")*')
_MASKS = np.array([(1 << 8 * length) - 1 for length in range(9)], np.uint64)
_PAD = bytes(32)


class Unusual(Exception):
    """XML that is right, perhaps, but not of the usual shape."""


@dataclass(frozen=True)
class Found:
    """Rows by number from 1, and their filled cells: the row by its position, the column from 0, the value."""

    rows: Numbers
    owners: Numbers
    columns: Numbers
    values: Objects
    errors: list[tuple[int, str]] = field(default_factory=list)  # position of the cell, what it shows


def scan(chunk: bytes, book: Book) -> Found:
    """The rows and cells of some whole rows of ``sheetData``.

    Raises:
        Unusual: not of the shape that is known here.
        Unreadable: a cell refers to a text that is not there.
    """
    view = _View(chunk)
    cells, rows = np.flatnonzero(view.kind == _CELL), np.flatnonzero(view.kind == _ROW)
    numbers, digits = view.row_numbers(rows)
    owners = np.searchsorted(rows, cells) - 1
    _need(not len(owners) or owners[0] >= 0)
    columns, ends = view.columns(cells, digits, owners)
    # Cells that hold nothing but a style end in "/>".
    held = view.marks.take(view.closed[cells] - 1) != ord("/")
    cells, owners, columns, ends = cells[held], owners[held], columns[held], ends[held]
    holds = view.holds(cells, ends, book)
    texts = np.flatnonzero(view.kind == _VALUE)
    of = np.searchsorted(cells, texts) - 1
    _need(not len(of) or (of[0] >= 0 and bool((np.diff(of) > 0).all())))
    starts, stops = view.closed[texts] + 1, view.opened[texts + 1]
    filled = (stops > starts) | (holds[of] == Holds.TEXT)
    of, starts, stops = of[filled], starts[filled], stops[filled]
    values = np.full(len(cells), "", object)
    errors: list[tuple[int, str]] = []
    _fill(values, errors, of, holds[of], _Spans(view, starts, stops), book)
    if (view.kind == _FORMULA).any():
        formulas = np.searchsorted(cells, np.flatnonzero(view.kind == _FORMULA)) - 1
        errors += [(int(cell), UNCOMPUTED) for cell in np.setdiff1d(formulas, of)]
    return Found(numbers, owners, columns, values, errors)


def _need(holds: bool) -> None:
    if not holds:
        raise Unusual


class _View:
    """A piece of XML with the place and kind of each tag in it."""

    def __init__(self, chunk: bytes) -> None:
        self.chunk = chunk + _PAD
        self.marks = np.frombuffer(self.chunk, np.uint8)
        # The eight bytes from each place on, as one number: a short text is compared at one stroke.
        self.words: Words = np.ndarray((len(self.chunk) - 7,), "<u8", self.chunk, strides=(1,))
        self.opened: Numbers = np.flatnonzero(self.marks == ord("<"))
        self.closed: Numbers = np.flatnonzero(self.marks == ord(">"))
        _need(len(self.opened) == len(self.closed))
        _need(bool((self.opened < self.closed).all() and (self.closed[:-1] < self.opened[1:]).all()))
        second = self.marks.take(self.opened + 2).astype(np.uint16) << 8
        self.kind = _KINDS.take(self.marks.take(self.opened + 1) | second)
        counts = np.bincount(self.kind, minlength=16)
        bare = np.bincount(self.kind[self.marks.take(self.closed - 1) == ord("/")], minlength=16)
        # All tags are known, each that is opened is closed, and no value is written in some other way.
        _need(counts[_OTHER] == 0 and bare[_VALUE] == 0 and bare[_INLINE] == 0)
        for kind in (_CELL, _VALUE, _FORMULA, _INLINE, _ROW):
            _need(counts[kind] - bare[kind] == counts[_END + kind])
        values = np.flatnonzero(self.kind == _VALUE)
        _need(not len(values) or values[-1] + 1 < len(self.kind))
        _need(bool((self.kind[values + 1] == _END + _VALUE).all()))

    def starts_with(self, places: Numbers, text: bytes) -> bool:
        """Whether all places begin with a text of at most eight bytes."""
        return bool((self.words[places] & _MASKS[len(text)] == int.from_bytes(text, "little")).all())

    def row_numbers(self, rows: Numbers) -> tuple[Numbers, Numbers]:
        """The number of each row, and how many digits it has."""
        _need(self.starts_with(self.opened[rows] + 1, b'row r="'))
        first = self.opened[rows] + 8
        digits = np.zeros(len(rows), np.int64)
        for place in range(8):
            sign = self.marks[first + place]
            digits += (digits == place) & (sign >= ord("0")) & (sign <= ord("9"))
        _need(bool(((digits > 0) & (digits < 8) & (self.marks[first + digits] == ord('"'))).all()))
        numbers, right = whole_numbers(self.words[first], digits)
        _need(bool(right.all() and (numbers > 0).all() and (np.diff(numbers) > 0).all()))
        return numbers, digits

    def columns(self, cells: Numbers, digits: Numbers, owners: Numbers) -> tuple[Numbers, Numbers]:
        """The column of each cell, and where its reference ends."""
        _need(self.starts_with(self.opened[cells] + 1, b'c r="'))
        first = self.opened[cells] + 6
        column = np.zeros(len(cells), np.int64)
        letters = np.zeros(len(cells), np.int64)
        for place in range(3):
            sign = self.marks[first + place].astype(np.int64) - ord("A")
            more = (letters == place) & (sign >= 0) & (sign < 26)
            if not more.any():
                break
            column[more] = column[more] * 26 + sign[more] + 1
            letters += more
        ends = first + letters + digits[owners]
        _need(bool(((column > 0) & (column <= 16_384) & (self.marks[ends] == ord('"'))).all()))
        return column - 1, ends + 1

    def holds(self, cells: Numbers, starts: Numbers, book: Book) -> npt.NDArray[np.uint8]:
        """What each cell holds, from what stands between its reference and the end of its tag."""
        lengths = self.closed[cells] - starts
        _need(not len(cells) or bool((lengths >= 0).all() and (lengths <= 32).all()))
        # Few tails differ. Their bytes are mixed into one number each; then one of each kind is looked at.
        longest = int(lengths.max(initial=0))
        words = [self.words[starts + at] & _MASKS[np.clip(lengths - at, 0, 8)] for at in range(0, max(longest, 1), 8)]
        key = words[0].copy()
        for word in words[1:]:
            key = key * np.uint64(0x9E3779B97F4A7C15) + word
        _, sample, which = np.unique(key, return_index=True, return_inverse=True)
        for word in words:
            _need(bool((word == word[sample][which]).all()))
        tails = [self.chunk[starts[one] : starts[one] + lengths[one]] for one in sample]
        return np.array([_holds(tail, book) for tail in tails], np.uint8)[which]


def _holds(tail: bytes, book: Book) -> int:
    match = _TAIL.fullmatch(tail)
    if match is None:
        raise Unusual
    return book.holds(match[4].decode() if match[3] else "", int(match[2]) if match[1] else 0)


@dataclass(frozen=True)
class _Spans:
    """Pieces of text in a view."""

    view: _View
    starts: Numbers
    stops: Numbers

    def take(self, mask: Any) -> "_Spans":
        return _Spans(self.view, self.starts[mask], self.stops[mask])

    def pieces(self) -> list[bytes]:
        chunk = self.view.chunk
        return [chunk[start:stop] for start, stop in zip(self.starts.tolist(), self.stops.tolist(), strict=True)]

    def texts(self) -> list[str]:
        """As text; equal ones are read once and share one object, for clerks' lists repeat themselves."""
        pieces = self.pieces()
        different = list(dict.fromkeys(pieces))
        whole = b"\0".join(different).decode()
        texts = whole.split("\0")
        if "&" in whole or "\r" in whole or "_x" in whole:
            texts = [plain_text(text) for text in texts]
        known = dict(zip(different, texts, strict=True))
        return [known[piece] for piece in pieces]

    def numbers(self) -> npt.NDArray[np.float64]:
        """As numbers; short whole ones are read at one stroke."""
        lengths = self.stops - self.starts
        whole, right = whole_numbers(self.view.words[self.starts], lengths)
        numbers = whole.astype(np.float64)
        rest = self.take(~right).pieces()
        if rest:
            _need(b"_" not in b"".join(rest))
            numbers[~right] = [float(piece) for piece in rest]
            _need(bool(np.isfinite(numbers).all()))
        return numbers


def whole_numbers(words: Words, lengths: Numbers) -> tuple[Numbers, npt.NDArray[np.bool_]]:
    """Decimal digits, up to eight in a word, as numbers; and which of them are nothing but digits."""
    short = (lengths > 0) & (lengths <= 8)
    # The last digit is moved to the highest byte, so that what is missing counts as leading zeros.
    shift = (8 * (8 - np.where(short, lengths, 8))).astype(np.uint64)
    value = (words << shift) ^ (np.uint64(0x3030303030303030) << shift)
    right = short & ((((value + np.uint64(0x7676767676767676)) | value) & np.uint64(0x8080808080808080)) == 0)
    # Two, four, then eight digits at a time.
    value = value * np.uint64(10) + (value >> np.uint64(8))
    pairs = np.uint64(0x000000FF000000FF)
    value = (value & pairs) * np.uint64(0x000F424000000064) + (value >> np.uint64(16) & pairs) * np.uint64(
        0x0000271000000001
    )
    return np.where(right, value >> np.uint64(32), 0).astype(np.int64), right


def _fill(values: Objects, errors: list[tuple[int, str]], of: Numbers, holds: Any, spans: _Spans, book: Book) -> None:
    """Put what each text says into its cell."""
    try:
        for kind in np.unique(holds).tolist():
            mask = holds == kind
            values[of[mask]] = _read(spans.take(mask), Holds(kind), book)
    except (ValueError, UnicodeDecodeError) as cause:
        raise Unusual from cause
    if (holds == Holds.ERROR).any():
        at = of[holds == Holds.ERROR]
        errors += [(int(cell), str(values[cell])) for cell in at]
        values[at] = ""


def _read(spans: _Spans, kind: Holds, book: Book) -> Any:
    match kind:
        case Holds.SHARED:
            places = spans.numbers().astype(np.int64)
            if len(places) and int(places.max()) >= len(book.strings):
                raise Unreadable("已损坏（共享文本不全）", "请重新导出或另存后再放入")
            return book.strings[places]
        case Holds.NUMBER:
            return spans.numbers()
        case Holds.DAY | Holds.SPAN:
            serials, which = np.unique(spans.numbers(), return_inverse=True)
            days: list[Cell] = [moment(serial, kind, book.from_1904) for serial in serials.tolist()]
            return _objects(days)[which]
        case Holds.TRUTH:
            return _objects([piece in (b"1", b"true") for piece in spans.pieces()])
        case Holds.ISO_DAY:
            return _objects([iso_moment(text) for text in spans.texts()])
        case _:
            return _objects(spans.texts())


def _objects(items: list[Any]) -> Objects:
    """A list as an array of what is in it, whatever that is."""
    made = np.empty(len(items), object)
    made[:] = items
    return made

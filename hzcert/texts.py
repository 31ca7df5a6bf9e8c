"""A column of text as Arrow holds it: a twentieth of the memory of so many Python strings, every different text looked at once."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import cast, overload

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

Lines = npt.NDArray[np.int64]
_NUL = "\0"


class Texts(Sequence[str]):
    """Text for each entry; reads as a sequence of ``str``, and works column-wise through ``array``."""

    def __init__(self, held: pa.LargeStringArray | pa.DictionaryArray) -> None:
        self._held = held

    @cached_property
    def array(self) -> pa.LargeStringArray:
        """The texts one after the other."""
        return self._held.dictionary_decode() if isinstance(self._held, pa.DictionaryArray) else self._held

    @cached_property
    def _coded(self) -> pa.DictionaryArray:
        """Every different text once, and which of them each entry has."""
        return self._held if isinstance(self._held, pa.DictionaryArray) else self._held.dictionary_encode()

    def __len__(self) -> int:
        """How many entries."""
        return len(self._held)

    @overload
    def __getitem__(self, line: int) -> str: ...
    @overload
    def __getitem__(self, line: slice) -> "Texts": ...
    def __getitem__(self, line: int | slice) -> "str | Texts":
        """The text of one entry, or of some that follow each other."""
        return Texts(self._held[line]) if isinstance(line, slice) else str(self._held[line])

    def __iter__(self) -> Iterator[str]:
        """All texts, one after the other."""
        return iter(self.array.to_pylist())

    def __eq__(self, other: object) -> bool:
        """Whether another sequence holds the same texts."""
        return isinstance(other, Sequence) and list(self) == list(other)

    __hash__ = None  # type: ignore[assignment]

    @cached_property
    def distinct(self) -> list[str]:
        """Every different text, in the order in which they first stand."""
        found: list[str] = self._coded.dictionary.to_pylist()
        return found

    @cached_property
    def firsts(self) -> Lines:
        """For every different text the entry where it first stands."""
        which = self._coded.indices.to_numpy()
        found = np.zeros(len(self.distinct), dtype=np.int64)  # of a text that no entry has: any
        found[which[::-1]] = np.arange(len(which) - 1, -1, -1)  # the last that is put in stays
        return found

    def lines_of(self, wanted: Iterable[str]) -> Lines:
        """The entries that have one of these texts, in their order."""
        return np.flatnonzero(mask_of(pc.is_in(self.array, pa.array(list(wanted), pa.large_string()))))

    def matching(self, pattern: str) -> list[str]:
        """The different texts in which a pattern of RE2 is found."""
        texts = self._coded.dictionary if "_coded" in self.__dict__ or self._held is not self.array else self.array
        found: list[str] = texts.filter(pc.match_substring_regex(texts, pattern)).unique().to_pylist()
        return found

    def each(self, clean: Callable[[str], str]) -> "Texts":
        """A function of every text, worked out once for each that is different."""
        new = [clean(text) for text in self.distinct]
        if new == self.distinct:
            return self
        return Texts(pa.array(new, pa.large_string()).take(self._coded.indices))

    def renamed(self, names: Mapping[str, str]) -> "Texts":
        """The same with some texts in place of others."""
        lines = self.lines_of(names) if names else np.empty(0, dtype=np.int64)
        return self.patched(dict(zip(lines.tolist(), (names[text] for text in self.at(lines)), strict=True)))

    def patched(self, changes: Mapping[int, str]) -> "Texts":
        """The same with some entries' texts in place of their old ones."""
        if not changes:
            return self
        mask = np.zeros(len(self), dtype=np.bool_)
        mask[list(changes)] = True
        new = pa.array([changes[line] for line in sorted(changes)], pa.large_string())
        return Texts(pc.replace_with_mask(self.array, pa.array(mask), new))

    def or_else(self, other: "Texts") -> "Texts":
        """The same with the texts of another column where it has none."""
        return Texts(pc.if_else(pc.equal(self.array, ""), other.array, self.array))

    def at(self, lines: Lines) -> list[str]:
        """The texts of some entries."""
        found: list[str] = self.array.take(pa.array(lines)).to_pylist()
        return found

    def taken(self, lines: Sequence[int]) -> "Texts":
        """The column with these entries alone; where they follow each other, nothing is copied."""
        if lines and lines[-1] - lines[0] + 1 == len(lines):
            return self[lines[0] : lines[-1] + 1]
        return Texts(self.array.take(pa.array(lines, pa.int64())))

    def series(self) -> pd.Series:
        """The column as pandas has it; nothing is copied."""
        column: pd.Series = self.array.to_pandas()
        return column


def texts_of(cells: Sequence[object]) -> Texts | None:
    """Cells as a column of text, if all of them are text."""
    if isinstance(cells, Texts):
        return cells
    try:
        ends, text = packed(cells)
    except (TypeError, UnicodeError):
        return None
    if len(ends) != len(cells):  # a text has a NUL in it
        return Texts(pa.array(cells, pa.large_string()))
    return Texts(arrow(len(cells), np.append(0, ends), text))


def packed(cells: Iterable[object]) -> tuple[Lines, npt.NDArray[np.uint8]]:
    """Texts as the bytes of all, and where each ends; a third of the time that Arrow takes to look at one after another.

    A NUL stands between them on the way: there are more ends than texts where one has a NUL itself.

    Raises:
        TypeError: one is no text.
        UnicodeError: one can't be written as UTF-8.
    """
    marked = np.frombuffer(f"{_NUL.join(cast('Iterable[str]', cells))}{_NUL}".encode(), np.uint8)
    marks = marked == 0
    ends = np.flatnonzero(marks)
    return ends - np.arange(len(ends)), marked[~marks]


def arrow(count: int, offsets: object, text: object) -> pa.LargeStringArray:
    """So many texts as Arrow has them, from where they begin and end (64 bits each) and the bytes of all; nothing is copied."""
    return pa.LargeStringArray.from_buffers(count, pa.py_buffer(offsets), pa.py_buffer(text))


def numbered(which: object, words: Texts) -> Texts:
    """Texts by their places among some words, 32 bits each; nothing is copied."""
    numbers = np.frombuffer(cast("memoryview", which), np.int32)
    return Texts(pa.DictionaryArray.from_arrays(pa.array(numbers), words.array))


def mask_of(array: pa.BooleanArray) -> npt.NDArray[np.bool_]:
    """A column of yes and no as numpy has it, and may be written to."""
    return np.array(array.to_numpy(zero_copy_only=False), dtype=np.bool_)


def repeated(text: str, times: int) -> Texts:
    """One text so many times."""
    return Texts(pa.repeat(pa.scalar(text, pa.large_string()), times))


def joined(columns: Iterable[Texts]) -> Texts:
    """Columns one below the other."""
    arrays = [column.array for column in columns]
    if len(arrays) == 1:
        return Texts(arrays[0])
    return Texts(pa.concat_arrays(arrays) if arrays else pa.array([], pa.large_string()))

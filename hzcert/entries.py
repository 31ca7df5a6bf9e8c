"""Entries as the rules see them: the holders table with everything that several rules ask of it, worked out once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import TypeVar, cast

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from hzcert import dates, idnumber
from hzcert.policy import Authority, Phase, Policy
from hzcert.table import Mask, Table
from hzcert.titles import LEVELS, Title

Days = npt.NDArray[np.int64]
T = TypeVar("T")

# What a title is found by, and what its phase hangs on.
TITLED = ("title", "series")
LEVELLED = ("level", "title", "series")
PHASED = ("level", "title", "series", "specialty")


@dataclass(frozen=True)
class Distinct:
    """The different values of a column, or of several together, and which of them each entry has."""

    places: Days  # by entry, the place of its value among the values
    parts: tuple[pa.Array, ...]  # the values, one array for each column

    def where(self, test: Callable[..., object]) -> Mask:
        """Which entries have a value that passes; each value is tried once, however many entries have it."""
        values = zip(*(part.to_pylist() for part in self.parts), strict=True)
        return np.array([bool(test(*value)) for value in values], dtype=np.bool_)[self.places]

    def renumbered(self, meaning: Callable[..., object]) -> Days:
        """By entry, a number that is equal where the values mean the same."""
        numbers: dict[object, int] = {}
        values = zip(*(part.to_pylist() for part in self.parts), strict=True)
        found = [numbers.setdefault(meaning(*value), len(numbers)) for value in values]
        return np.array(found, dtype=np.int64)[self.places]

    def matching(self, pattern: str) -> Mask:
        """Which entries have a text in the first of these columns that a pattern of RE2's is found in."""
        return mask(pc.match_substring_regex(self.parts[0], pattern))[self.places]

    def counts(self) -> list[int]:
        """How many entries have each value."""
        return [int(count) for count in np.bincount(self.places, minlength=len(self.parts[0]))]


@dataclass(frozen=True)
class Entries:
    """The holders with everything that several rules ask of them, column by column."""

    holders: Table
    policy: Policy
    as_of: date
    authority: Authority
    _known: dict[object, object] = field(default_factory=dict, compare=False)

    def __len__(self) -> int:
        """How many entries."""
        return len(self.holders)

    def __getitem__(self, name: str) -> pd.Series:
        """One column of text."""
        return self.holders.column(name)

    def text(self, name: str, line: int) -> str:
        """One field of one entry."""
        return self.holders.text(name, line)

    def given(self, name: str) -> Mask:
        """Which entries say something in this field."""
        return self.once(("given", name), lambda: mask(pc.not_equal(self.holders.texts(name), "")))

    def nobody(self) -> Mask:
        """No entry at all."""
        return np.zeros(len(self), dtype=np.bool_)

    def distinct(self, *names: str) -> Distinct:
        """The different values of these fields together."""
        return self.once(names, lambda: _one(self.holders.texts(names[0])) if len(names) == 1 else self._several(names))

    def keys(self, *names: str) -> Days:
        """Small numbers that are equal where these fields are."""
        return self.distinct(*names).places

    def values(self, name: str) -> list[str]:
        """The different values of a field, by key."""
        return [str(text) for text in self.distinct(name).parts[0].to_pylist()]

    def where(self, names: str | tuple[str, ...], test: Callable[..., object]) -> Mask:
        """Which entries have values in these fields that pass a test."""
        return self.distinct(*((names,) if isinstance(names, str) else names)).where(test)

    def one_of(self, name: str, values: Sequence[str]) -> Mask:
        """Which entries have one of these values in a field."""
        wanted = frozenset(values)
        return self.where(name, lambda text: text in wanted)

    def has_word(self, name: str, words: Sequence[str]) -> Mask:
        """Whose field contains one of these words."""
        return self.where(name, lambda text: any(word in text for word in words))

    def case(self, *cases: str) -> Mask:
        """Which entries are of one of these cases (业务类型)."""
        return self.one_of("case", cases)

    def day(self, name: str) -> Days:
        """A date as a number YYYYMMDD, the day 0 where only the month is given; 0 where there is none."""
        return self.once(("day", name), lambda: self._days(name))

    @cached_property
    def today(self) -> int:
        """The day of processing (办理日期) as a number YYYYMMDD."""
        return number_of(self.as_of)

    @cached_property
    def ids(self) -> idnumber.Numbers:
        """The ID numbers, taken apart."""
        return idnumber.parse(self["id_number"])

    @cached_property
    def id_sound(self) -> Mask:
        """Whose ID number can be believed: form, check character and date of birth hold."""
        born = self.ids.births
        return self.ids.formed & self.ids.check_holds & (born > 0) & (born <= self.today)

    def titles(self, title: str, series: str) -> tuple[Title, ...]:
        """The titles that a name may mean."""
        return self.once(("titles", title, series), lambda: self.policy.title_table.find(title, series))

    def titles_at(self, line: int) -> tuple[Title, ...]:
        """The titles that one entry may mean."""
        return self.titles(self.text("title", line), self.text("series", line))

    def group(self, level: str, title: str, series: str) -> str:
        """The notice's level (高级, 中级, 初级) of an entry; empty where its title speaks against the level given."""
        agreed = level in LEVELS and {found.level for found in self.titles(title, series)} <= {level}
        return self.policy.level_group(level) if agreed else ""

    def rank(self, group: str) -> int:
        """The place of one of the notice's levels, 0 the highest."""
        return next(at for at, each in enumerate(self.policy.levels) if each.name == group)

    def in_group(self, *groups: str) -> Mask:
        """Which entries are of one of the notice's levels."""
        return self.where(LEVELLED, lambda *given: self.group(*given) in groups)

    def phase(self, level: str, title: str, series: str, specialty: str) -> Phase | None:
        """The phase of the exchange that an entry belongs to (二)."""
        found = self.titles(title, series)
        return self.policy.phase(level, found[0].series if found else "", specialty, self.as_of)

    def first_other(self, same: Callable[["Entries"], Days], line: int) -> int:
        """The first other entry that has the same number of a kind."""
        keys, alike = self.once(("alike", same), lambda: (found := same(self), _lines_of_doubles(found)))
        found = alike[int(keys[line])]
        return found[0] if found[0] != line else found[1]

    def _days(self, name: str) -> Days:
        column = self.distinct(name)
        return dates.numbers(pd.Series(column.parts[0].to_pylist(), dtype="str"))[column.places]

    def _several(self, names: tuple[str, ...]) -> Distinct:
        columns = [self.distinct(name) for name in names]
        keys = numbered_together(*(column.places for column in columns))
        first = np.empty(keys.max(initial=-1) + 1, dtype=np.int64)
        first[keys[::-1]] = np.arange(len(keys) - 1, -1, -1)  # the first entry of each: written last
        return Distinct(keys, tuple(column.parts[0].take(pa.array(column.places[first])) for column in columns))

    def once(self, key: object, make: Callable[[], T]) -> T:
        """What is made, the first time, and kept."""
        if key not in self._known:
            self._known[key] = make()
        return cast("T", self._known[key])


def numbered_together(*keys: Days) -> Days:
    """Small numbers that are equal where all of these are."""
    together = keys[0]
    for each in keys[1:]:  # as a number of several digits, renumbered before it can overflow
        together, _ = pd.factorize(together * (each.max(initial=0) + 1) + each)
    return together


def repeated(keys: Days) -> Mask:
    """Which entries have a key that another has too."""
    return mask(np.bincount(keys)[keys] > 1)


def number_of(day: date) -> int:
    """A day as a number YYYYMMDD."""
    return day.year * 10_000 + day.month * 100 + day.day


def iso(number: int) -> str:
    """A number YYYYMMDD as ISO text, YYYY-MM where the day is 0."""
    year, month, day = number // 10_000, number // 100 % 100, number % 100
    return f"{year:04}-{month:02}-{day:02}" if day else f"{year:04}-{month:02}"


def earlier(one: Days, other: Days | int) -> Mask:
    """Which dates are surely before others: where one says no day, the months are compared. No date is before none."""
    months = one // 100 < np.asarray(other) // 100
    days = (one % 100 > 0) & (np.asarray(other) % 100 > 0) & (one < other)
    return np.asarray((one > 0) & (np.asarray(other) > 0) & (months | days))


def years_between(birth: Days, day: Days) -> Days:
    """Whole years from a date of birth to another date; to the end of the month where no day is given."""
    last = np.where(day % 100 > 0, day, day + 31)
    return (last - birth) // 10_000


def mask(values: object) -> Mask:
    """Any column of truth values as a mask."""
    return np.asarray(values, dtype=np.bool_)


def _one(texts: pa.LargeStringArray) -> Distinct:
    if len(texts) and not pc.any(pc.not_equal(texts, "")).as_py():  # nobody has filled it in
        return Distinct(np.zeros(len(texts), dtype=np.int64), (texts[:1],))
    coded = texts.dictionary_encode()
    places = np.asarray(coded.indices.to_numpy(zero_copy_only=False), dtype=np.int64)
    return Distinct(places, (coded.dictionary,))


def _lines_of_doubles(keys: Days) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for line in np.flatnonzero(pd.Series(keys).duplicated(keep=False)).tolist():
        found.setdefault(int(keys[line]), []).append(line)
    return found

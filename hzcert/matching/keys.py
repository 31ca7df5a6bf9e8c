"""Both tables as numbers: every different value of a column is looked at once, however many rows have it."""

import csv
import re
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from importlib.resources import files

import numpy as np
import pandas as pd
import pyarrow as pa

from hzcert import dates, documents, idnumber, names
from hzcert.matching import spelling, units
from hzcert.matching.joining import Hashes, Ints
from hzcert.policy import Policy
from hzcert.table import Mask, Table
from hzcert.titles import BROAD_LEVELS, Title, Titles

NOTHING = -1  # the number of an empty cell

_OLD_NUMBER = re.compile(r"\d{15}", re.ASCII)
_QUALIFICATION = re.compile(r"(?:专业)?(?:技术)?(?:任职|职务)?(?:资格|职称|职务)$")


@dataclass(frozen=True)
class Coded:
    """One column of both tables: its different values, and by row which of them stands there, ours and theirs."""

    values: list[str]
    ours: Ints
    theirs: Ints

    def numbered(self, keys: Sequence[Hashable]) -> tuple[Ints, Ints]:
        """Numbers that are equal where the keys of the values are; ``NOTHING`` for an empty key."""
        numbers: dict[Hashable, int] = {}
        found = [numbers.setdefault(key, len(numbers)) if key else NOTHING for key in keys]
        return self.spread(np.array(found, dtype=np.int64))

    def spread(self, by_value: Ints) -> tuple[Ints, Ints]:
        """What was worked out by value, by row of both tables."""
        return by_value[self.ours], by_value[self.theirs]


def coded(ours: pa.LargeStringArray, theirs: pa.LargeStringArray) -> Coded:
    """A column of both tables, each different value once."""
    both = pa.chunked_array([ours, theirs], pa.large_string()).combine_chunks().dictionary_encode()
    both = both.combine_chunks() if isinstance(both, pa.ChunkedArray) else both
    places = np.asarray(both.indices.to_numpy(zero_copy_only=False), dtype=np.int64)
    return Coded(both.dictionary.to_pylist(), places[: len(ours)], places[len(ours) :])


@dataclass(frozen=True)
class Side:
    """One of the two tables, in numbers by row."""

    letters: Ints  # the name letter by letter
    name: Ints  # its key
    former: Ints  # the key of a former name
    document: Ints
    body: Ints  # of the document number, the office that gave it
    year: Ints
    serial: Ints
    unit: Ints  # the unit as its parts are numbered
    newest: Ints  # its newest name by the office's table: for finding, never for deciding
    core: Ints  # without place and legal form
    title: Ints  # the set of titles that it may mean
    specialty: Ints
    obtained: Ints  # YYYYMMDD, the day 0 where it is not given
    published: Ints  # the date of the document
    born: Ints
    sex: Ints
    person: Ints  # the ID number

    def __len__(self) -> int:
        """How many rows."""
        return len(self.name)


@dataclass(frozen=True)
class Keys:
    """Both tables in numbers, and what the numbers stand for."""

    ours: Side
    theirs: Side
    names: list[str]  # by key of a name
    units: list[units.Parts]
    titles: list[frozenset[str]]
    specialties: list[str]
    people: list[str]
    later: Mapping[str, tuple[str, ...]]  # from a unit's old name all later ones
    holders: Table = field(repr=False)
    published: Table = field(repr=False)

    @cached_property
    def unit_bits(self) -> Hashes:
        """The characters of each unit as one number."""
        return units.bits(self.units)

    @cached_property
    def old_units(self) -> Mask:
        """Which units were renamed."""
        return np.array([each.bare in self.later for each in self.units], dtype=np.bool_)


def make_keys(
    holders: Table,
    published: Table,
    policy: Policy,
    document_fields: Mapping[str, str],
    renamed: Sequence[tuple[str, str]],
) -> Keys:
    """Both tables in numbers."""

    def both(name: str) -> Coded:
        return coded(holders.texts(name), published.texts(name))

    spelt = both("name")
    tidy = spelling.letters(spelt.values)
    former = both("former_name")
    keyed = spelling.keys(tidy)
    known: dict[str, int] = {"": NOTHING}
    name_numbers = np.array([known.setdefault(key, len(known) - 1) for key in keyed], dtype=np.int64)
    former_keys = spelling.keys(spelling.letters(former.values))
    former_numbers = np.array([known.setdefault(key, len(known) - 1) for key in former_keys], dtype=np.int64)
    letters, name, before = spelt.numbered(tidy), spelt.spread(name_numbers), former.spread(former_numbers)
    document = coded(cited(holders, document_fields), published.texts("document_no"))
    parts = [documents.parts(value) for value in document.values]
    bodies: dict[str, int] = {"": NOTHING}
    body = np.array([bodies.setdefault(part[0], len(bodies) - 1) for part in parts], dtype=np.int64)
    year, serial = (np.array([part[at] for part in parts], dtype=np.int64) for at in (1, 2))
    documents_numbered = document.numbered(
        [
            part if part[0] and min(part[1:]) >= 0 else value and documents.tidy(value)
            for part, value in zip(parts, document.values, strict=True)
        ]
    )
    unit = both("employer")
    places = units.places_of(policy.province, policy.city, tuple(policy.regions))
    taken = units.take_apart(unit.values, places)
    newer = units.unit_renames(renamed, places)
    unit_numbers: dict[str, int] = {"": NOTHING}
    by_value = np.array([unit_numbers.setdefault(each.key, len(unit_numbers) - 1) for each in taken], dtype=np.int64)
    distinct = list({each.key: each for each in taken if each.key}.values())
    newest = unit.numbered([newer[each.bare][-1] if each.bare in newer else each.bare for each in taken])
    core = unit.numbered([each.core for each in taken])
    ours_titled, theirs_titled, titles = _titles(holders, published, policy.title_table)
    specialty = both("specialty")
    special = spelling.in_common_form([names.unit_key(value) for value in specialty.values])
    special_numbers: dict[str, int] = {"": NOTHING}
    special_ids = np.array(
        [special_numbers.setdefault(each, len(special_numbers) - 1) for each in special], dtype=np.int64
    )
    people = both("id_number")
    whole = [_whole_number(value) for value in people.values]
    sexes = both("sex").numbered(both("sex").values)
    dated = {each: _days(both(each)) for each in ("obtained_on", "document_date", "birth_date")}
    person = people.numbered(whole)
    sides = [
        Side(
            letters=letters[at], name=name[at], former=before[at], document=documents_numbered[at],
            body=document.spread(body)[at], year=document.spread(year)[at], serial=document.spread(serial)[at],
            unit=unit.spread(by_value)[at], newest=newest[at], core=core[at],
            title=(ours_titled, theirs_titled)[at], specialty=specialty.spread(special_ids)[at],
            obtained=dated["obtained_on"][at], published=dated["document_date"][at], born=dated["birth_date"][at],
            sex=sexes[at], person=person[at],
        )
        for at in (0, 1)
    ]  # fmt: skip
    known.pop("")
    special_numbers.pop("")
    numbers_of_people = [value for value in dict.fromkeys(whole) if value]
    return Keys(
        sides[0],
        sides[1],
        list(known),
        distinct,
        titles,
        list(special_numbers),
        numbers_of_people,
        newer,
        holders,
        published,
    )


def cited(holders: Table, document_fields: Mapping[str, str]) -> pa.LargeStringArray:
    """The number of the document that each entry is held against: by its case, another field than the usual one."""
    usual = holders.texts("document_no")
    cases = holders.texts("case")
    found = usual
    for case, name in document_fields.items():
        if name == "document_no":
            continue
        here = pa.compute.and_(pa.compute.equal(cases, case), pa.compute.not_equal(holders.texts(name), ""))
        found = pa.compute.if_else(here, holders.texts(name), found)
    return found


def _whole_number(number: str) -> str:
    """An ID number of 15 digits as the one of 18 that belongs to it; anything else as it is."""
    return idnumber.lengthen(number) if _OLD_NUMBER.fullmatch(number) else number


def _titles(holders: Table, published: Table, table: Titles) -> tuple[Ints, Ints, list[frozenset[str]]]:
    """The set of titles of each row, numbered; the level narrows it where it names some of them."""
    parts = [coded(holders.texts(name), published.texts(name)) for name in ("title", "series", "level")]
    sets: dict[frozenset[str], int] = {frozenset(): NOTHING}
    found: list[Ints] = []
    for at in ("ours", "theirs"):
        columns = [getattr(part, at) for part in parts]
        together = (columns[0] * len(parts[1].values) + columns[1]) * len(parts[2].values) + columns[2]
        places, numbers = pd.factorize(together)
        by_number = []
        for number in numbers.tolist():
            rest, level = divmod(number, len(parts[2].values))
            title, series = divmod(rest, len(parts[1].values))
            meant = title_codes(parts[0].values[title], parts[1].values[series], parts[2].values[level], table)
            by_number.append(sets.setdefault(meant, len(sets) - 1))
        found.append(np.array(by_number, dtype=np.int64)[places] if len(together) else together)
    sets.pop(frozenset())
    return found[0], found[1], list(sets)


@lru_cache(maxsize=1 << 12)
def _no_brackets(text: str) -> str:
    return re.sub(r"[(（][^)）]*[)）]", "", text)


def _named(title: str, series: str, table: Titles) -> tuple[Title, ...]:
    plain = names.unit_key(title)
    meant = _aliases().get(plain, plain)
    return table.find(title, series) or table.find(meant, series) or table.find(_no_brackets(title), series)


def title_codes(title: str, series: str, level: str, table: Titles) -> frozenset[str]:
    """The codes of the titles that a name may mean, by its aliases too; its own key where it is none that we know."""
    if not title:
        return frozenset()
    plain = names.unit_key(title)
    found = _named(title, series, table)
    if not found and (bare := _QUALIFICATION.sub("", title)) != title:  # 工程师资格
        found, plain = _named(bare, series, table), names.unit_key(bare)
    if not found:  # 水利工程师: the longest title that it ends in
        found = next(
            (known for start in range(1, len(plain) - 1) if (known := _named(plain[start:], series, table))), ()
        )
    levels = BROAD_LEVELS.get(level, (level,))
    fitting = [each.code for each in found if each.level in levels]
    return frozenset(fitting or [each.code for each in found] or [plain])


@lru_cache(maxsize=1)
def _aliases() -> dict[str, str]:
    """Short forms of titles (高工), and what they are short for."""
    with files("hzcert.data").joinpath("title_aliases.csv").open(encoding="utf-8") as lines:
        return {word: row["title"] for row in csv.DictReader(lines) for word in row["aliases"].split()}


def _days(column: Coded) -> tuple[Ints, Ints]:
    return column.spread(dates.numbers(pd.Series(column.values, dtype="str")))


def by_pairs(one: Ints, other: Ints, judge: Callable[[int, int], int], default: int = 0) -> Ints:
    """A judgement on pairs of numbers, made once for each different pair; ``default`` where one is ``NOTHING``."""
    found = np.full(len(one), default, dtype=np.int64)
    given = np.flatnonzero((one >= 0) & (other >= 0))
    if len(given):
        width = int(other.max()) + 1
        places, pairs = pd.factorize(one[given] * width + other[given])
        judged = [judge(*divmod(pair, width)) for pair in pairs.tolist()]
        found[given] = np.array(judged, dtype=np.int64)[places]
    return found

"""Which published rows may be an entry's, and what speaks for and against each: points, whole numbers that one can add up."""

import re
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from hzcert import idnumber
from hzcert.matching import spelling, units
from hzcert.matching.joining import Ints, join, join_numbered, mixed, pairs_once
from hzcert.matching.keys import Keys, Side, by_pairs
from hzcert.matching.units import Unit
from hzcert.table import Mask

Points = npt.NDArray[np.int64]


class Name(IntEnum):
    """How two names compare, the weakest first."""

    OTHER = 0  # another name, with the same ID number or by a person's decision
    ODD = 1  # one character more, or any other one
    SLIP = 2  # one character another of its sound or shape, or two turned round
    GAP = 3  # a character was not written on one side, or a rare one as several
    FORMER = 4
    VARIANT = 5  # the same but for variants, dots and spaces
    SAME = 6  # letter by letter


class Document(IntEnum):
    """How two document numbers compare, the weakest first."""

    OTHER = 0
    UNKNOWN = 1  # not given on one side
    SLIP = 2  # one part differs: the office, the year or the serial
    PARTIAL = 3  # what is given agrees, and a part is not given
    SAME = 4


class Said(IntEnum):
    """How two values of any other field compare."""

    OTHER = -1
    UNKNOWN = 0
    SAME = 1


class When(IntEnum):
    """How far two dates are from each other."""

    FAR = -1  # more than 400 days
    UNKNOWN = 0
    APART = 1
    NEAR = 2  # up to 200 days
    SAME = 3  # up to 31


# What each agreement and difference is worth. Found on invented sets with known truth, of which nothing is in the product.
NAME_POINTS = np.array([0, 2, 9, 11, 20, 22, 25])
DOCUMENT_POINTS = np.array([-4, 0, 8, 24, 35])
UNIT_POINTS = np.array([0, 0, 8, 22, 24, 24, 28, 30, 30])
TITLE_POINTS = {Said.OTHER: -18, Said.UNKNOWN: 0, Said.SAME: 10}
WHEN_POINTS = {When.FAR: -6, When.UNKNOWN: 0, When.APART: 0, When.NEAR: 7, When.SAME: 10}
SPECIALTY_POINTS = {Said.OTHER: -2, Said.UNKNOWN: 0, Said.SAME: 6}
BORN_POINTS = {Said.OTHER: -30, Said.UNKNOWN: 0, Said.SAME: 25}
SEX_POINTS = {Said.OTHER: -30, Said.UNKNOWN: 0, Said.SAME: 0}
PERSON_POINTS = {Said.OTHER: -30, Said.UNKNOWN: 0, Said.SAME: 60}

WHOLE = re.compile(r"\d{17}[\dX]")
_MOST_NAMESAKES = 40  # rows of one name that are looked at for that name alone
_MOST_NEIGHBOURS = 400


@dataclass(frozen=True)
class Pairs:
    """Pairs of an entry and a published row, with how each field compares and what it comes to."""

    ours: Ints
    theirs: Ints
    points: Points
    name: Ints
    document: Ints
    unit: Ints
    title: Ints
    when: Ints
    specialty: Ints
    born: Ints
    sex: Ints
    person: Ints

    def __len__(self) -> int:
        """How many pairs."""
        return len(self.ours)

    def take(self, chosen: Mask | Ints) -> "Pairs":
        """Some of them."""
        return Pairs(**{name: getattr(self, name)[chosen] for name in self.__dataclass_fields__})

    @staticmethod
    def joined(one: "Pairs", other: "Pairs") -> "Pairs":
        """Both together."""
        return Pairs(
            **{name: np.concatenate([getattr(one, name), getattr(other, name)]) for name in one.__dataclass_fields__}
        )


# --- candidates -----------------------------------------------------------------------------------------------------


def by_name(keys: Keys, theirs: Ints) -> tuple[Ints, Ints]:
    """Rows with the same name (or ID number): in the same document, in the same unit, or anywhere if the name is rare."""
    ours, rows = keys.ours, keys.theirs
    found: list[tuple[Ints, Ints]] = []
    everyone = np.arange(len(ours), dtype=np.int64)
    theirs_named = theirs[rows.name[theirs] >= 0]
    namesakes = np.bincount(rows.name[theirs_named], minlength=len(keys.names))
    # Names that many have: for the others all rows of the name are looked at in any case.
    theirs_often = theirs_named[namesakes[rows.name[theirs_named]] > _MOST_NAMESAKES]
    for own_names in (ours.name, ours.former):
        mine = everyone[own_names >= 0]
        left, right = join_numbered(own_names[mine], rows.name[theirs_named], len(keys.names), _MOST_NAMESAKES)
        found.append((mine[left], theirs_named[right]))
        often = mine[namesakes[own_names[mine]] > _MOST_NAMESAKES]
        for ours_also, theirs_also in (
            (ours.document, rows.document),
            (ours.core, rows.core),
            (ours.newest, rows.newest),
        ):
            here, there = often[ours_also[often] >= 0], theirs_often[theirs_also[theirs_often] >= 0]
            left, right = join(mixed(own_names[here], ours_also[here]), mixed(rows.name[there], theirs_also[there]))
            found.append((here[left], there[right]))
    here, there = everyone[ours.person >= 0], theirs[rows.person[theirs] >= 0]
    if len(there):
        left, right = join_numbered(ours.person[here], rows.person[there], len(keys.people))
        found.append((here[left], there[right]))
    return pairs_once(found, len(rows))


def by_slip(keys: Keys, ours: Ints, theirs: Ints) -> tuple[Ints, Ints]:
    """Rows whose name is within one slip of an entry's, in the same document or with the same unit and title."""
    mine, rows = keys.ours, keys.theirs
    ours, theirs = ours[mine.name[ours] >= 0], theirs[rows.name[theirs] >= 0]
    if not len(ours) or not len(theirs):
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    # Only rows of documents and units that these entries name can be theirs.
    theirs = theirs[np.isin(rows.document[theirs], mine.document[ours]) | np.isin(rows.core[theirs], mine.core[ours])]
    left_at, left_key = _spread(keys.names, mine.name[ours])
    right_at, right_key = _spread(keys.names, rows.name[theirs])
    left_line, right_line = ours[left_at], theirs[right_at]
    found: list[tuple[Ints, Ints]] = []
    for left_with, right_with in (
        ((mine.document,), (rows.document,)),
        ((mine.core, mine.title), (rows.core, rows.title)),
    ):
        here = np.logical_and.reduce([each[left_line] >= 0 for each in left_with])
        there = np.logical_and.reduce([each[right_line] >= 0 for each in right_with])
        left, right = join(
            left_key[here] ^ mixed(*(each[left_line[here]] for each in left_with)),
            right_key[there] ^ mixed(*(each[right_line[there]] for each in right_with)),
            _MOST_NEIGHBOURS,
        )
        found.append((left_line[here][left], right_line[there][right]))
    return pairs_once(found, len(rows))


def _spread(values: list[str], names_of: Ints) -> tuple[Ints, npt.NDArray[np.uint64]]:
    """The numbers that tell neighbours, of each of these names in turn: by position, and the number."""
    mine = np.bincount(names_of, minlength=len(values)) > 0
    used, places = np.flatnonzero(mine), (np.cumsum(mine) - 1)[names_of]
    owners, found = spelling.neighbours([values[each] for each in used.tolist()])
    found = found[np.argsort(owners, kind="stable")]
    counts = np.bincount(owners, minlength=len(used))
    first = np.cumsum(counts) - counts
    each = counts[places]
    at = np.repeat(np.arange(len(places), dtype=np.int64), each)
    within = np.arange(len(at), dtype=np.int64) - np.repeat(np.cumsum(each) - each, each)
    return at, found[np.repeat(first[places], each) + within]


# --- points ---------------------------------------------------------------------------------------------------------


def weigh(keys: Keys, left: Ints, right: Ints, *, every: bool = False) -> Pairs:
    """How each pair compares, field by field; pairs whose names are no slip apart are left out, unless ``every`` one counts."""
    ours, theirs = keys.ours, keys.theirs
    name = _names(keys, left, right)
    name = np.maximum(name, Name.OTHER) if every else name
    near = name >= 0
    left, right, name = left[near], right[near], name[near]
    document = _documents(ours, theirs, left, right)
    unit = _units(keys, left, right)
    title = by_pairs(
        ours.title[left],
        theirs.title[right],
        lambda one, other: Said.SAME if keys.titles[one] & keys.titles[other] else Said.OTHER,
    )
    when = _when(ours.obtained[left], theirs.obtained[right])
    issued = _when(ours.published[left], theirs.published[right])
    when = np.where(when == When.UNKNOWN, np.minimum(issued, When.NEAR), when)
    # A document is signed some time after the review: its date and the day of obtaining are no more than near.
    for one, other in ((ours.obtained[left], theirs.published[right]), (ours.published[left], theirs.obtained[right])):
        when = np.where(when == When.UNKNOWN, np.minimum(_when(one, other), When.NEAR), when)
    specialty = by_pairs(
        ours.specialty[left], theirs.specialty[right], lambda one, other: _specialties(keys, one, other)
    )
    born = _born(ours.born[left], theirs.born[right])
    sex = _said(ours.sex[left], theirs.sex[right])
    person = _persons(keys, left, right)
    points = NAME_POINTS[name] + DOCUMENT_POINTS[document] + UNIT_POINTS[unit]
    points += _table(TITLE_POINTS, title) + _table(WHEN_POINTS, when) + _table(SPECIALTY_POINTS, specialty)
    # One number says date of birth and sex at once: it does not count thrice.
    against = np.minimum(np.minimum(_table(BORN_POINTS, born), _table(SEX_POINTS, sex)), _table(PERSON_POINTS, person))
    # And it says who it is, not which certificate: nothing for one of another number and another time or title.
    other = (document == Document.OTHER) & ((when == When.FAR) | (title == Said.OTHER))
    speaks = np.where(other, 0, np.maximum(_table(BORN_POINTS, born), _table(PERSON_POINTS, person)))
    points += np.where(against < 0, against, speaks)
    return Pairs(left, right, points, name, document, unit, title, when, specialty, born, sex, person)


def borne_out(keys: Keys, left: Ints, right: Ints) -> tuple[Ints, Ints]:
    """Of pairs with unlike names those that something else speaks for: the unit, which may not be given, the ID number or the birth.

    A weak name alone is nobody, and to compare names takes longest.
    """
    unit = _units(keys, left, right)
    kept = (unit >= units.GOOD) | (unit == Unit.UNKNOWN)
    rest = np.flatnonzero(~kept)
    born = _born(keys.ours.born[left[rest]], keys.theirs.born[right[rest]])
    kept[rest] = (born > 0) | (_persons(keys, left[rest], right[rest]) == Said.SAME)
    return left[kept], right[kept]


def _table(points: dict[Said, int] | dict[When, int], values: Ints) -> Points:
    lowest = min(int(each) for each in points)
    weights = np.zeros(max(int(each) for each in points) - lowest + 1, dtype=np.int64)
    for each, worth in points.items():
        weights[int(each) - lowest] = worth
    found: Points = weights[values - lowest]
    return found


def unwritten(keys: Keys) -> Mask:
    """Which names, by key, have a character that was not written; one line at least."""
    return np.array([spelling.GAP in name for name in keys.names] or [False], dtype=np.bool_)


def _names(keys: Keys, left: Ints, right: Ints) -> Ints:
    ours, theirs = keys.ours, keys.theirs
    slips = {"gap": int(Name.GAP), "like": int(Name.SLIP), "more": int(Name.ODD), "odd": int(Name.ODD)}
    found = np.full(len(left), -1, dtype=np.int64)
    # What is not written on both sides may be two characters: 王?芳 and 王?芳 are alike, not the same.
    whole = ~unwritten(keys)
    equal = (ours.name[left] == theirs.name[right]) & whole[np.maximum(ours.name[left], 0)]
    rest = np.flatnonzero(~equal)
    found[rest] = by_pairs(
        ours.name[left[rest]],
        theirs.name[right[rest]],
        lambda one, other: slips.get(spelling.within_a_slip(keys.names[one], keys.names[other]), -1),
        default=-1,
    )
    former = ours.former[left]
    found[(former == theirs.name[right]) & (former >= 0) & whole[np.maximum(former, 0)]] = Name.FORMER
    found[equal] = Name.VARIANT
    found[equal & (ours.letters[left] == theirs.letters[right])] = Name.SAME
    # Whoever has the same ID number is looked at, whatever the name.
    same_person = (ours.person[left] == theirs.person[right]) & (ours.person[left] >= 0)
    found[(found < 0) & same_person] = Name.OTHER
    return found


def _documents(ours: Side, theirs: Side, left: Ints, right: Ints) -> Ints:
    one, other = ours.document[left], theirs.document[right]
    found = np.full(len(left), Document.OTHER, dtype=np.int64)
    agree = np.zeros(len(left), dtype=np.int64)
    lacking = np.zeros(len(left), dtype=np.int64)
    parsed = (ours.serial[left] >= 0) & (theirs.serial[right] >= 0)
    for mine, rows in ((ours.body, theirs.body), (ours.year, theirs.year), (ours.serial, theirs.serial)):
        here, there = mine[left], rows[right]
        lacking += (here < 0) | (there < 0)
        agree += (here >= 0) & (here == there)
    found[parsed & (agree == 2) & (lacking == 0)] = Document.SLIP
    found[parsed & (agree == 2) & (lacking == 1)] = Document.PARTIAL
    found[(one < 0) | (other < 0)] = Document.UNKNOWN
    found[(one >= 0) & (one == other)] = Document.SAME
    return found


def _units(keys: Keys, left: Ints, right: Ints) -> Ints:
    ours, theirs = keys.ours, keys.theirs
    one, other = ours.unit[left], theirs.unit[right]
    found = np.full(len(left), Unit.OTHER, dtype=np.int64)
    found[(one < 0) | (other < 0)] = Unit.UNKNOWN
    same = (one >= 0) & (one == other)
    renamed = np.zeros(len(left), dtype=np.bool_)
    if keys.later:
        maybe = np.flatnonzero((one >= 0) & (other >= 0) & ~same)
        maybe = maybe[keys.old_units[one[maybe]] | keys.old_units[other[maybe]]]
        renamed[maybe] = by_pairs(one[maybe], other[maybe], lambda a, b: _renamed(keys, a, b)) > 0
    found[same] = Unit.SAME
    found[renamed] = Unit.RENAMED
    rest = np.flatnonzero((one >= 0) & (other >= 0) & ~same)
    if len(rest):
        mine, rows = keys.unit_bits[one[rest]], keys.unit_bits[other[rest]]
        shared = np.bitwise_count(mine & rows)
        fewest = np.minimum(np.bitwise_count(mine), np.bitwise_count(rows))
        rest = rest[shared * 5 >= fewest * 3]
        judged = by_pairs(one[rest], other[rest], lambda a, b: int(units.relation(keys.units[a], keys.units[b])))
        found[rest] = np.where(renamed[rest] & (judged != Unit.FOLDED), Unit.RENAMED, judged)
    return found


def _renamed(keys: Keys, one: int, other: int) -> int:
    """Whether one unit is what the other became; two that became one are not each other."""
    ours, theirs = keys.units[one].bare, keys.units[other].bare
    return int(theirs in keys.later.get(ours, ()) or ours in keys.later.get(theirs, ()))


def _when(one: Ints, other: Ints) -> Ints:
    given = (one > 0) & (other > 0)
    apart = np.abs(_day_number(one) - _day_number(other))
    months = ((one % 100 == 0) | (other % 100 == 0)) & (one // 100 == other // 100)
    found = np.full(len(one), When.FAR, dtype=np.int64)
    found[apart <= 400] = When.APART
    found[apart <= 200] = When.NEAR
    found[(apart <= 31) | months] = When.SAME
    found[~given] = When.UNKNOWN
    return found


def _day_number(dates: Ints) -> Ints:
    """A date YYYYMMDD as days, near enough; a month without its day as its middle."""
    day = dates % 100
    return dates // 10_000 * 365 + dates // 100 % 100 * 30 + np.where(day > 0, day, 15)


def _born(one: Ints, other: Ints) -> Ints:
    months = one // 100 == other // 100
    days = (one % 100 == 0) | (other % 100 == 0) | (one == other)
    found = np.where(months & days, int(Said.SAME), int(Said.OTHER))
    return np.where((one > 0) & (other > 0), found, int(Said.UNKNOWN))


def _said(one: Ints, other: Ints) -> Ints:
    found = np.where(one == other, int(Said.SAME), int(Said.OTHER))
    return np.where((one >= 0) & (other >= 0), found, int(Said.UNKNOWN))


def _specialties(keys: Keys, one: int, other: int) -> Said:
    short, long = sorted((keys.specialties[one], keys.specialties[other]), key=len)
    return Said.SAME if short in long or long.startswith(short[:2]) else Said.OTHER


def _persons(keys: Keys, left: Ints, right: Ints) -> Ints:
    one, other = keys.ours.person[left], keys.theirs.person[right]
    found = _said(one, other)
    rest = np.flatnonzero(found == Said.OTHER)
    found[rest] = by_pairs(one[rest], other[rest], lambda a, b: _people(keys.people[a], keys.people[b]))
    return found


def _people(ours: str, theirs: str) -> Said:
    if theirs in idnumber.cut_forms(ours):
        return Said.SAME
    if not WHOLE.fullmatch(theirs):
        return Said.UNKNOWN
    # One wrong digit says nothing; another birth is another person.
    return Said.UNKNOWN if sum(a != b for a, b in zip(ours, theirs, strict=False)) <= 2 else Said.OTHER

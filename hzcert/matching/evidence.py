"""What evidence suffices for a row to be an entry's (依据): which fields must agree, and how rare a name must be where one does not."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import prod

import numpy as np
import numpy.typing as npt
import pandas as pd

from hzcert.matching import spelling
from hzcert.matching.joining import Hashes, Ints, distinct, mixed
from hzcert.matching.keys import Keys
from hzcert.matching.pairs import Document, Name, Pairs, Said, When
from hzcert.matching.units import GOOD, Unit
from hzcert.table import Mask

# A namesake in the same document must be less likely than one in so many: where the unit differs, and where none is given.
_RARE, _RARE_ENOUGH, _RARE_IF_CAUTIOUS = 400, 40, 1000
# How common a name is that the batch does not tell: of two characters and of more; counted as if so many people were known.
_SHORT_NAME, _LONG_NAME, _KNOWN_PEOPLE = 3e-5, 2e-6, 3000
# Somebody else with as much of the name must be less likely than one in so many, where a character is like the other or not written.
_UNLIKE_ENOUGH = 200
_ALIKE, _UNTYPED = (
    1 / 30,
    1 / 80,
)  # of characters, how many sound or look like one; of names, how many have one that keyboards lack
# How many people in a hundred have a surname, and a character of a given name, counted as if a hundred were known besides the lists.
_FIRST, _REST, _HUNDRED = 2, 1, 100


@dataclass(frozen=True)
class Limits:
    """What evidence suffices, from the policy."""

    least: int  # points
    lead: int  # over the next row of the entry, and over the next entry of the row
    shown: int  # points from which a row is worth a look
    cautious: bool = False


def suffices(keys: Keys, rows: Ints, found: Pairs, groups: Ints, limits: Limits) -> tuple[Mask, Mask]:
    """Which pairs have evidence enough, whatever else there is; and which would have, but for a character in another's place.

    A good name with the document and unit; with the document alone where hardly a namesake can be in it; with unit and
    title where the document is not given or badly written and the date agrees. A weak name needs more; one with another
    character in one's place is a brother's or sister's as well as a slip: by itself it does only where the batch has few such.
    """
    good = found.name >= Name.FORMER
    document, cited_otherwise = found.document >= Document.PARTIAL, found.document == Document.OTHER
    unit, elsewhere = found.unit >= GOOD, found.unit <= Unit.ALIKE
    title, dated = found.title == Said.SAME, found.when >= When.NEAR
    against = (found.born < 0) | (found.sex < 0) | (found.person < 0)
    odds = np.where(found.unit == Unit.UNKNOWN, _RARE_ENOUGH, _RARE_IF_CAUTIOUS if limits.cautious else _RARE)
    rare = _rare(keys, rows, found, groups, odds)
    others = good & ~against
    (any_title, other_title, same_title, in_document) = (
        _has_other(found, others & each)
        for each in (unit, unit & (found.title != Said.OTHER), unit & title, found.document == Document.SAME)
    )
    by_all = good & document & unit & ((found.title >= Said.UNKNOWN) | ~same_title)
    by_document = good & elsewhere & (found.when >= When.UNKNOWN)
    by_document &= document
    by_document &= (found.unit == Unit.UNKNOWN) | (found.specialty >= Said.UNKNOWN) | (found.born > 0)
    by_document &= (title & (rare | (found.born > 0))) | ((found.title == Said.UNKNOWN) & (found.born > 0))
    undocumented = ~document & ~((found.when == When.FAR) & ((found.born <= 0) | cited_otherwise)) & ~other_title
    by_unit = good & unit & title & undocumented & (~cited_otherwise | dated | (found.specialty > 0) | (found.born > 0))
    by_slip = ~good & unit & title & ~same_title
    by_slip &= (document & ~in_document) | (dated & ~document & ~cited_otherwise & ~any_title)
    more = _one_more(keys, found) & (found.document == Document.SAME)
    sure = (found.document == Document.SAME) & (found.unit >= Unit.FOLDED) & (found.when >= When.UNKNOWN) & ~against
    worth = by_slip & (found.born <= 0) & ((found.name >= Name.SLIP) | more | sure)
    worth &= _expected(keys, rows, found, worth) * _UNLIKE_ENOUGH < 1
    unlike = worth & (found.name == Name.ODD) & ~more & (not limits.cautious)
    by_slip &= (document & (found.born > 0)) | (worth & ((found.name == Name.GAP) if limits.cautious else ~unlike))
    # An ID number is a name that nobody shares; which certificate is meant, document or title say.
    known = (found.person == Said.SAME) & (good | unit) & (document | (title & undocumented))
    enough = by_all | by_document | by_unit | by_slip | known
    # What speaks against the person needs everything else to speak for it: then it is one to look at.
    enough &= ~against | (by_all & title)
    if limits.cautious:
        # A name of another character is another person's; another unit is too, unless by the name that can hardly be.
        sure_unit = found.unit >= Unit.FOLDED
        without_unit = by_document & (title | (found.born > 0)) & (rare | (found.born > 0))
        without_number = by_unit & sure_unit & ~cited_otherwise & dated
        written_alike = by_slip & (found.name >= Name.SLIP) & sure_unit & (found.document == Document.SAME)
        # Nor is a number read where another row of the name, unit and title has one that a slip makes of it.
        enough &= ~_has_other(found, others & unit & title & (found.document >= Document.SLIP))
        enough &= ~against & (by_all | without_unit | without_number | written_alike | known)
    least = found.points >= limits.least
    return np.asarray(enough & least, dtype=np.bool_), np.asarray(unlike & least, dtype=np.bool_)


def _has_other(found: Pairs, strong: Mask) -> Mask:
    """Whether an entry has another row of this kind.

    Beside another row of its name and unit, a number that is not given or badly written, another title or a slip in the name
    is no evidence; nor is a slip in the name beside somebody of the very name in the document.
    """
    counts = np.bincount(found.ours[strong], minlength=int(found.ours.max(initial=-1)) + 1)
    return np.asarray(counts[found.ours] > strong, dtype=np.bool_)


def _one_more(keys: Keys, found: Pairs) -> Mask:
    """Whether one of the two names has a character more than the other."""
    length = np.array([len(name) for name in keys.names] or [0], dtype=np.int64)
    return np.asarray(length[keys.ours.name[found.ours]] != length[keys.theirs.name[found.theirs]], dtype=np.bool_)


def _rare(keys: Keys, rows: Ints, found: Pairs, groups: Ints, odds: Ints) -> Mask:
    """Whether another person of the name in the same document would be an odd chance, by how common the name is here."""
    theirs, ours = keys.theirs, keys.ours
    people = _different_people(theirs.name[rows], theirs.core[rows], len(keys.names))
    entries = distinct(groups)
    here = _different_people(ours.name[entries], ours.person[entries], len(keys.names))
    common = np.maximum(people, here)[np.maximum(theirs.name[found.theirs], 0)]
    short = np.array([len(name) < 3 for name in keys.names] or [False], dtype=np.bool_)
    usual = np.where(short, _SHORT_NAME, _LONG_NAME)[np.maximum(theirs.name[found.theirs], 0)]
    share = (common - 1 + usual * _KNOWN_PEOPLE) / (max(len(rows), len(entries)) + _KNOWN_PEOPLE)
    size = _rows_alike(theirs.document, rows)[found.theirs]
    # A number without its office, or its year, may be that of several documents: whoever is in one of them counts.
    partial = found.document == Document.PARTIAL
    no_office = partial & ((ours.body[found.ours] < 0) | (theirs.body[found.theirs] < 0))
    for lacking, rest in (
        (no_office, mixed(theirs.year, theirs.serial)),
        (partial & ~no_office, mixed(theirs.body, theirs.serial)),
    ):
        if lacking.any():
            size[lacking] = _rows_alike(rest, rows)[found.theirs[lacking]]
    return np.asarray(share * size * odds < 1, dtype=np.bool_)


def _expected(keys: Keys, rows: Ints, found: Pairs, among: Mask) -> npt.NDArray[np.float64]:
    """By pair, of those with a slip or a gap in the name, how many others of the unit in the document one expects to have as much of it."""
    size = _rows_alike(mixed(keys.theirs.document, keys.theirs.core), rows)[found.theirs]
    worth = np.flatnonzero(among)
    pairs = zip(keys.ours.name[found.ours[worth]].tolist(), keys.theirs.name[found.theirs[worth]].tolist(), strict=True)
    share = np.zeros(len(found), dtype=np.float64)
    share[worth] = _shares(keys, rows, [(keys.names[one], keys.names[other]) for one, other in pairs])
    return share * size


def _shares(keys: Keys, rows: Ints, names: Sequence[tuple[str, str]]) -> npt.NDArray[np.float64]:
    """How large a share of the people in the lists has what each two names have in common, and beside it a character like theirs.

    Surname and given name count each for itself.
    """
    people = np.bincount(keys.theirs.name[rows][keys.theirs.name[rows] >= 0], minlength=len(keys.names))
    firsts: Counter[str] = Counter()
    rests: Counter[str] = Counter()
    for name, count in zip(keys.names, people.tolist(), strict=True):
        if count:
            firsts[name[:1]] += count
            for sign in name[1:]:
                rests[sign] += count
    total = len(rows) + _HUNDRED
    found = []
    for one, other in names:
        turned = sorted(one) == sorted(other)
        first, rest = (one[:1], one[1:]) if turned else spelling.in_common(one, other)
        # Less the row itself.
        known = [(max(firsts[sign] - 1, 0) + _FIRST) / total for sign in first]
        known += [(max(rests[sign] - 1, 0) + _REST) / total for sign in rest]
        how = "turned" if turned else spelling.within_a_slip(one, other)
        rare = how == "gap" and spelling.lacks_a_rare_one(one, other)
        found.append(prod(known) * (_UNTYPED if rare else _ALIKE if how == "like" else 1))
    return np.array(found, dtype=np.float64)


def _rows_alike(numbers: Hashes | Ints, rows: Ints) -> Ints:
    """By published row, how many of those that count have its number."""
    found = np.zeros(len(numbers), dtype=np.int64)
    alike, _ = pd.factorize(numbers[rows])
    found[rows] = np.bincount(alike)[alike]
    return found


def _different_people(names_of: Ints, by: Ints, count: int) -> Ints:
    """How many different people have each name, told apart by unit or number."""
    width = int(by.max(initial=0)) + 1
    known = (names_of >= 0) & (by >= 0)
    found = np.bincount(distinct(names_of[known] * width + by[known]) // width, minlength=count)
    unknown = np.bincount(names_of[(names_of >= 0) & (by < 0)], minlength=count) > 0
    return np.maximum(found, unknown)

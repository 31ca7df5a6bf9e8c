"""Which row is whose: accepted only where the evidence suffices and leads on both sides, else shown with what speaks for it.

No row is given to an entry because it alone is left: that is how a wrong person gets in.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from itertools import combinations

import numpy as np
import numpy.typing as npt
from rapidfuzz.distance import Levenshtein

from hzcert.matching import pairs as weighing
from hzcert.matching import spelling
from hzcert.matching.keys import NOTHING, Ints, Keys
from hzcert.matching.pairs import Document, Name, Pairs, Said, When
from hzcert.matching.spelling import Hashes
from hzcert.matching.units import GOOD, Unit
from hzcert.table import Mask


class Verdict(IntEnum):
    """What came of one entry."""

    NONE = 0  # no row comes near
    LINKED = 1
    TIED = 2  # several rows, none of which leads
    RIVALS = 3  # another person claims the same row with as much right
    WEAK = 4  # a row comes near, and the evidence does not suffice
    TAKEN = 5  # what comes near is surely somebody else's
    AGAIN = 6  # the same person's same certificate once more
    DECIDED = 7  # a person has decided it
    REFUSED = 8  # a person has decided that it is none of them


@dataclass(frozen=True)
class Limits:
    """What evidence suffices, from the policy."""

    least: int  # points
    lead: int  # over the next row of the entry, and over the next entry of the row
    shown: int  # points from which a row is worth a look
    cautious: bool = False


@dataclass(frozen=True)
class Settled:
    """By entry what came of it, its row if it has one, the pair that says most for it, and who else claims the row."""

    verdict: Ints
    row: Ints
    pair: Ints
    rival: Ints
    lead: Ints
    pairs: Pairs
    candidates: Mapping[int, tuple[int, ...]]  # rows to look at, the likeliest first


_FEW = 5  # candidates that are shown
# A namesake in the same document must be less likely than one in so many: where the unit differs, and where none is given.
_RARE, _RARE_ENOUGH, _RARE_IF_CAUTIOUS = 400, 40, 4000
# How common a name is that the batch does not tell: of two characters and of more; counted as if so many people were known.
_SHORT_NAME, _LONG_NAME, _KNOWN_PEOPLE = 3e-5, 2e-6, 3000
# Somebody else with as much of the name must be less likely than one in so many, where one character differs.
_ODD_ENOUGH = 200


def settle(
    keys: Keys,
    rows: Ints,
    limits: Limits,
    decided: Mapping[int, int],
    barred: frozenset[tuple[int, int]],
) -> Settled:
    """Which row is whose.

    Args:
        keys: both tables in numbers.
        rows: the published rows that count, of a list filed twice those of the first.
        limits: what suffices.
        decided: by entry, the row that a person has given it.
        barred: pairs of entry and row that a person has refused.
    """
    groups = same_person(keys)
    found = weighing.weigh(keys, *weighing.by_name(keys, rows))
    firm = _firm(found, _leads(found, len(keys.ours), len(keys.theirs), groups), limits)
    everyone = np.arange(len(keys.ours), dtype=np.int64)
    # Whoever wants no risk looks for names like it beside every entry's row, not only where the row is in doubt.
    unsure = everyone if limits.cautious else np.setdiff1d(everyone, found.ours[firm])
    width = len(keys.theirs)
    slipped = [weighing.by_slip(keys, unsure, rows)]
    # A row whose name is not written out may be that of an entry that has found another one.
    unread = rows[weighing.unwritten(keys)[np.maximum(keys.theirs.name[rows], 0)]]
    if len(unread) and len(unsure) < len(everyone):
        slipped.append(weighing.by_slip(keys, everyone, unread))
    numbers = np.unique(np.concatenate([left * width + right for left, right in slipped]))
    numbers = numbers[~np.isin(numbers, found.ours * width + found.theirs)]
    near = weighing.weigh(keys, *weighing.borne_out(keys, numbers // max(width, 1), numbers % max(width, 1)))
    # A list without units takes a likely slip.
    worth = (near.unit >= GOOD) | (near.name >= Name.SLIP) | (near.person == Said.SAME) | (near.born > 0)
    found = Pairs.joined(found, near.take(worth))
    found = found.take(np.lexsort((found.theirs, -found.points, found.ours)))
    if decided or barred:
        found = found.take(_open(found, decided, barred))
    return _settled(keys, rows, found, groups, limits, decided, frozenset(line for line, _ in barred))


def _open(found: Pairs, decided: Mapping[int, int], barred: frozenset[tuple[int, int]]) -> Mask:
    """The pairs that no decision has closed: not refused, and neither the entry nor the row given away."""
    lines, taken = list(decided), list(decided.values())
    kept = ~np.isin(found.ours, lines) & ~np.isin(found.theirs, taken)
    if barred:
        refused = [pair in barred for pair in zip(found.ours.tolist(), found.theirs.tolist(), strict=True)]
        kept &= ~np.array(refused, dtype=np.bool_)
    return np.asarray(kept, dtype=np.bool_)


def same_person(keys: Keys) -> Ints:
    """Entries that are one certificate of one person, numbered alike, by the first of them.

    The same ID number and title are one certificate, unless document and specialty or year say two. So are the same name,
    birth, title and document with an ID number that one or two digits tell apart: one of them is a slip.
    """
    ours = keys.ours
    same: list[tuple[int, int]] = []
    # Only a whole number is one person's: what clerks write for one that they do not know is not.
    whole = np.array([bool(weighing.WHOLE.fullmatch(number)) for number in keys.people] or [False], dtype=np.bool_)
    numbered = (ours.person >= 0) & (ours.title >= 0) & whole[np.maximum(ours.person, 0)]
    for lines in _alike(weighing.mixed(ours.person, ours.title), numbered):
        kinds: dict[tuple[int, int, int], int] = {}
        for line in lines:
            kind = int(ours.document[line]), int(ours.specialty[line]), int(ours.obtained[line]) // 10_000
            same.append((line, kinds.setdefault(kind, line)))
        same += (pair for pair in combinations(kinds.values(), 2) if _one_certificate(keys, *pair))
    near = weighing.mixed(ours.name, ours.title, ours.born, ours.document)
    given = (ours.name >= 0) & (ours.title >= 0) & (ours.born > 0) & (ours.document >= 0)
    for lines in _alike(near, given):
        people = {keys.people[ours.person[line]] if ours.person[line] >= 0 else "": line for line in lines}
        for (one, line), (two, other) in combinations(people.items(), 2):
            if Levenshtein.distance(one, two, score_cutoff=2) <= 2:
                same.append((line, other))
    return _joined(len(ours), same)


def _joined(count: int, same: list[tuple[int, int]]) -> Ints:
    """Numbers that are equal for all that a chain of pairs joins, whatever the order of the pairs: the first of them."""
    group = list(range(count))

    def root(line: int) -> int:
        while group[line] != line:
            group[line] = group[group[line]]
            line = group[line]
        return line

    for one, other in same:
        first, last = sorted((root(one), root(other)))
        group[last] = first
    for line in sorted({line for pair in same for line in pair}):
        group[line] = root(line)
    return np.array(group, dtype=np.int64)


def _alike(numbers: Hashes, given: Mask) -> list[list[int]]:
    """Lines that have one number, several together; few of many."""
    lines = np.flatnonzero(given)
    order = lines[np.argsort(numbers[lines], kind="stable")]
    ordered = numbers[order]
    starts = np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1]])) if len(order) else order
    ends = np.concatenate([starts[1:], [len(order)]])
    several = np.flatnonzero(ends - starts > 1)
    return [order[starts[at] : ends[at]].tolist() for at in several.tolist()]


def _one_certificate(keys: Keys, line: int, other: int) -> bool:
    ours = keys.ours
    documents = ours.document[line], ours.document[other]
    if min(documents) < 0 or documents[0] == documents[1]:
        both = ours.specialty[line], ours.specialty[other]
        return bool(min(both) < 0 or both[0] == both[1] or documents[0] == documents[1] >= 0)
    specialties = ours.specialty[line], ours.specialty[other]
    years = ours.obtained[line] // 10_000, ours.obtained[other] // 10_000
    apart = min(years) > 0 and abs(int(years[0]) - int(years[1])) > 0
    return bool(not apart and (min(specialties) < 0 or specialties[0] == specialties[1]))


@dataclass(frozen=True)
class _Leads:
    """By pair, how far it is before the next row of its entry, and before the next person's claim on its row."""

    over_rows: Ints
    over_rivals: Ints
    rival: Ints  # by pair, an entry of the person whose claim on the row is the strongest other one


def _leads(found: Pairs, entries: int, rows: int, groups: Ints) -> _Leads:
    count = len(found)
    over_rows = np.full(count, 999, dtype=np.int64)
    over_rivals = np.full(count, 999, dtype=np.int64)
    rival = np.full(count, NOTHING, dtype=np.int64)
    if not count:
        return _Leads(over_rows, over_rivals, rival)
    best, second = _two_best(found.ours, found.points, found.theirs, entries)
    top = best[found.ours]
    mine = np.arange(count) == top
    other = np.where(mine, second[found.ours], top)
    over_rows = np.where(other >= 0, found.points - found.points[other], 999)
    best, second = _two_best(found.theirs, found.points, groups[found.ours], rows)
    top = best[found.theirs]
    mine = groups[found.ours] == groups[found.ours[top]]
    other = np.where(mine, second[found.theirs], top)
    over_rivals = np.where(other >= 0, found.points - found.points[other], 999)
    rival = np.where(other >= 0, found.ours[other], NOTHING)
    return _Leads(over_rows, over_rivals, rival)


def _two_best(by: Ints, points: Ints, kind: Ints, count: int) -> tuple[Ints, Ints]:
    """For each number in ``by`` the pair with most points, and the next of another kind; ``NOTHING`` where there is none."""
    best = np.full(count, NOTHING, dtype=np.int64)
    second = np.full(count, NOTHING, dtype=np.int64)
    order = np.lexsort((kind, points, by))  # of equal points the lowest kind last but one: the order is the data's own
    best[by[order]] = order  # the last written has most
    others = order[kind[order] != kind[best[by[order]]]]
    second[by[others]] = others
    return best, second


def _firm(found: Pairs, leads: _Leads, limits: Limits) -> Mask:
    """Pairs that need no further look: the same document, name, unit and title, ahead of all others."""
    return np.asarray(
        (found.name >= Name.VARIANT)
        & (found.document == Document.SAME)
        & (found.unit >= Unit.FOLDED)
        & (found.title >= Said.UNKNOWN)
        & (found.specialty >= Said.UNKNOWN)
        & (found.points >= limits.least)
        & (leads.over_rows >= limits.lead)
        & (leads.over_rivals >= limits.lead),
        dtype=np.bool_,
    )


def suffices(keys: Keys, rows: Ints, found: Pairs, groups: Ints, limits: Limits) -> Mask:
    """Which pairs have evidence enough, whatever else there is.

    A good name with the document and unit; with the document alone where hardly a namesake can be in it; with unit and
    title where the document is not given or badly written and the date agrees. A weak name needs more.
    """
    good = found.name >= Name.FORMER
    # An ID number is a name that nobody shares.
    known = found.person == Said.SAME
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
    undocumented = ~document & ~((found.when == When.FAR) & (found.born <= 0)) & ~other_title
    by_unit = good & unit & title & undocumented & (~cited_otherwise | dated | (found.specialty > 0) | (found.born > 0))
    by_slip = ~good & unit & title & ~same_title
    by_slip &= (document & ~in_document) | (dated & ~document & ~cited_otherwise & ~any_title)
    odd = by_slip & document & (found.name < Name.SLIP) & (found.born <= 0)
    by_slip &= (found.name >= Name.SLIP) | (document & (found.born > 0)) | _hardly_another(keys, rows, found, odd)
    enough = by_all | by_document | by_unit | by_slip | (known & (good | unit))
    # What speaks against the person needs everything else to speak for it: then it is one to look at.
    enough &= ~against | (by_all & title)
    if limits.cautious:
        # No name is read that is not alike, or one with a gap; another unit is another person, unless by the name that can hardly be.
        sure_unit = found.unit >= Unit.FOLDED
        without_unit = by_document & (title | (found.born > 0)) & (rare | (found.born > 0))
        without_number = by_unit & sure_unit & ~cited_otherwise & dated
        written_alike = by_slip & (found.name >= Name.SLIP) & sure_unit & (found.document == Document.SAME)
        # Nor is a number read where another row of the name, unit and title has one that a slip makes of it.
        enough &= ~_has_other(found, others & unit & title & (found.document >= Document.SLIP))
        enough &= ~against & (by_all | without_unit | without_number | written_alike | known)
    return np.asarray(enough & (found.points >= limits.least), dtype=np.bool_)


def _has_other(found: Pairs, strong: Mask) -> Mask:
    """Whether an entry has another row of this kind.

    Beside another row of its name and unit, a number that is not given or badly written, another title or a slip in the name
    is no evidence; nor is a slip in the name beside somebody of the very name in the document.
    """
    counts = np.bincount(found.ours[strong], minlength=int(found.ours.max(initial=-1)) + 1)
    return np.asarray(counts[found.ours] > strong, dtype=np.bool_)


def _rare(keys: Keys, rows: Ints, found: Pairs, groups: Ints, odds: Ints) -> Mask:
    """Whether another person of the name in the same document would be an odd chance, by how common the name is here."""
    theirs, ours = keys.theirs, keys.ours
    people = _different_people(theirs.name[rows], theirs.core[rows], len(keys.names))
    entries = np.unique(groups)
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
        (no_office, weighing.mixed(theirs.year, theirs.serial)),
        (partial & ~no_office, weighing.mixed(theirs.body, theirs.serial)),
    ):
        if lacking.any():
            size[lacking] = _rows_alike(rest, rows)[found.theirs[lacking]]
    return np.asarray(share * size * odds < 1, dtype=np.bool_)


def _hardly_another(keys: Keys, rows: Ints, found: Pairs, among: Mask) -> Mask:
    """Whether, of these pairs, somebody else of the unit in the document would by an odd chance have so much of the name, unit and document being sure."""
    theirs = keys.theirs
    size = _rows_alike(weighing.mixed(theirs.document, theirs.core), rows)[found.theirs]
    sure = (found.document == Document.SAME) & (found.unit >= Unit.FOLDED) & (found.when >= When.UNKNOWN)
    worth = np.flatnonzero(among & sure & (found.name == Name.ODD))
    share = np.ones(len(found), dtype=np.float64)
    share[worth] = _shares(keys, rows, keys.ours.name[found.ours[worth]], theirs.name[found.theirs[worth]])
    return np.asarray(sure & (share * size * _ODD_ENOUGH < 1), dtype=np.bool_)


def _shares(keys: Keys, rows: Ints, ours: Ints, theirs: Ints) -> npt.NDArray[np.float64]:
    """How large a share of the people in the lists has what each two names have in common: surname and given name each for itself.

    One character alone in common is no name: a share of 1.
    """
    people = np.bincount(keys.theirs.name[rows][keys.theirs.name[rows] >= 0], minlength=len(keys.names))
    firsts: Counter[str] = Counter()
    others: Counter[str] = Counter()
    for name, count in zip(keys.names, people.tolist(), strict=True):
        if count:
            firsts[name[:1]] += count
            for sign in name[1:]:
                others[sign] += count
    total = max(len(rows), 1)
    found = np.ones(len(ours), dtype=np.float64)
    for place, (one, other) in enumerate(zip(ours.tolist(), theirs.tolist(), strict=True)):
        first, rest = spelling.in_common(keys.names[one], keys.names[other])
        if len(first) + len(rest) >= 2:
            found[place] = np.prod(
                [max(firsts[sign], 1) / total for sign in first] + [max(others[sign], 1) / total for sign in rest]
            )
    return found


def _rows_alike(numbers: Hashes | Ints, rows: Ints) -> Ints:
    """By published row, how many of those that count have its number."""
    found = np.zeros(len(numbers), dtype=np.int64)
    distinct, places, counts = np.unique(numbers[rows], return_inverse=True, return_counts=True)
    found[rows] = counts[places] if len(distinct) else 0
    return found


def _different_people(names_of: Ints, by: Ints, count: int) -> Ints:
    """How many different people have each name, told apart by unit or number."""
    width = int(by.max(initial=0)) + 1
    known = (names_of >= 0) & (by >= 0)
    found = np.bincount(np.unique(names_of[known] * width + by[known]) // width, minlength=count)
    unknown = np.bincount(names_of[(names_of >= 0) & (by < 0)], minlength=count) > 0
    return np.maximum(found, unknown)


def _settled(
    keys: Keys,
    rows: Ints,
    found: Pairs,
    groups: Ints,
    limits: Limits,
    decided: Mapping[int, int],
    refused: frozenset[int],
) -> Settled:
    count = len(keys.ours)
    leads = _leads(found, count, len(keys.theirs), groups)
    enough = suffices(keys, rows, found, groups, limits)
    best, _ = _two_best(found.ours, found.points, found.theirs, count)
    has = best >= 0
    top = np.maximum(best, 0)
    ahead = leads.over_rows >= limits.lead
    alone = leads.over_rivals >= limits.lead
    linked = np.zeros(count, dtype=np.bool_)
    verdict = np.full(count, Verdict.NONE, dtype=np.int64)
    row = np.full(count, NOTHING, dtype=np.int64)
    rival = np.full(count, NOTHING, dtype=np.int64)
    lead = np.zeros(count, dtype=np.int64)
    if len(found):
        lead[has] = np.minimum(leads.over_rows, leads.over_rivals)[top[has]]
        linked = has & (enough & ahead & alone)[top]
        verdict[linked] = Verdict.LINKED
        row[linked] = found.theirs[top[linked]]
        owner = np.full(len(keys.theirs), NOTHING, dtype=np.int64)
        owner[row[linked]] = np.flatnonzero(linked)
        # What comes near, less what is surely another's.
        beaten = (owner[found.theirs] >= 0) & (groups[owner[found.theirs]] != groups[found.ours])
        beaten &= leads.over_rivals <= -limits.lead
        shown = found.points >= limits.shown
        rest = ~linked & has
        tied = rest & (enough & ahead & ~alone & ~beaten)[top]
        verdict[tied] = Verdict.RIVALS
        rival[tied] = leads.rival[top[tied]]
        near = shown & ~beaten & rest[found.ours] & ~tied[found.ours]
        some = np.bincount(found.ours[near], minlength=count)
        verdict[rest & ~tied & (some > 1)] = Verdict.TIED
        verdict[rest & ~tied & (some == 1)] = Verdict.WEAK
        nothing = rest & ~tied & (some == 0)
        lost = np.bincount(found.ours[shown & beaten], minlength=count) > 0
        verdict[nothing & lost] = Verdict.TAKEN
        rival[nothing & lost] = owner[found.theirs[top[nothing & lost]]]
        # The same person asks for the same row again, if under another title.
        again = np.flatnonzero(nothing & lost & (rival >= 0) & (keys.ours.person >= 0))
        again = again[keys.ours.person[again] == keys.ours.person[rival[again]]]
        verdict[again] = Verdict.AGAIN
        chosen = np.flatnonzero(near | (shown & tied[found.ours]))
    else:
        chosen = np.zeros(0, dtype=np.int64)
    candidates = _candidates(found, chosen)
    for line, given in decided.items():
        verdict[line], row[line] = Verdict.DECIDED, given
    for line in refused:
        if verdict[line] in (Verdict.NONE, Verdict.TAKEN):
            verdict[line] = Verdict.REFUSED
    _again(keys, groups, verdict, row, rival, np.where(has, found.points[top] if len(found) else 0, 0))
    return Settled(verdict, row, best, rival, lead, found, candidates)


def _candidates(found: Pairs, chosen: Ints) -> dict[int, tuple[int, ...]]:
    """By entry the rows worth a look, the likeliest first; pairs stand in that order already."""
    listed: dict[int, list[int]] = {}
    for line, row in zip(found.ours[chosen].tolist(), found.theirs[chosen].tolist(), strict=True):
        rows = listed.setdefault(line, [])
        if len(rows) < _FEW:
            rows.append(row)
    return {line: tuple(rows) for line, rows in listed.items()}


def _again(keys: Keys, groups: Ints, verdict: Ints, row: Ints, rival: Ints, points: Ints) -> None:
    """Of several entries of one certificate one stands for all: decided, linked, with most points; the others are repeats."""
    sizes = np.bincount(groups, minlength=len(groups))
    several = np.flatnonzero(sizes[groups] > 1)
    members: dict[int, list[int]] = {}
    for line in several.tolist():
        members.setdefault(int(groups[line]), []).append(line)
    for lines in members.values():
        best = min(_standing(verdict, points, line) for line in lines)
        first = [line for line in lines if _standing(verdict, points, line) == best]
        kept = first[0] if len(first) == 1 else min(first, key=lambda line: (keys.said(line), line))
        for line in lines:
            if line != kept:
                verdict[line], row[line], rival[line] = Verdict.AGAIN, NOTHING, kept
    # Whoever is told of another entry is told of the one that stands.
    told = np.flatnonzero(rival >= 0)
    told = told[(verdict[rival[told]] == Verdict.AGAIN) & (rival[rival[told]] != told)]
    rival[told] = rival[rival[told]]


def _standing(verdict: Ints, points: Ints, line: int) -> tuple[bool, bool, int]:
    """What puts one of several entries of a certificate before the others: the smaller, the better."""
    return bool(verdict[line] != Verdict.DECIDED), bool(verdict[line] != Verdict.LINKED), -int(points[line])

"""Which row is whose: accepted only where the evidence suffices and leads on both sides, else shown with what speaks for it.

No row is given to an entry because it alone is left: that is how a wrong person gets in.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import IntEnum

import numpy as np
import pandas as pd
import pyarrow as pa

from hzcert.fields import HEADINGS
from hzcert.matching import evidence, persons
from hzcert.matching import pairs as weighing
from hzcert.matching.evidence import Limits
from hzcert.matching.joining import Ints, pairs_once
from hzcert.matching.keys import NOTHING, Keys
from hzcert.matching.pairs import Document, Name, Pairs, Said
from hzcert.matching.units import GOOD, Unit
from hzcert.table import Mask, Table


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
# Of so many entries that are given a row at most one may be a stranger; and strangers counted besides those seen.
_WRONG_IN, _UNSEEN = 10_000, 0.2


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
    groups = persons.same_person(keys)
    found = weighing.weigh(keys, *weighing.by_name(keys, rows))
    firm = _firm(found, _leads(found, groups, _Order.none(keys)), limits)
    everyone = np.arange(len(keys.ours), dtype=np.int64)
    # Whoever wants no risk looks for names like it beside every entry's row, not only where the row is in doubt.
    unsure = everyone if limits.cautious else np.delete(everyone, found.ours[firm])
    width = len(keys.theirs)
    slipped = [weighing.by_slip(keys, unsure, rows)]
    # A row whose name is not written out may be that of an entry that has found another one.
    unread = rows[weighing.unwritten(keys)[np.maximum(keys.theirs.name[rows], 0)]]
    if len(unread) and len(unsure) < len(everyone):
        slipped.append(weighing.by_slip(keys, everyone, unread))
    left, right = pairs_once(slipped, width)
    new = ~pd.Index(left * width + right).isin(found.ours * width + found.theirs)
    near = weighing.weigh(keys, *weighing.borne_out(keys, left[new], right[new]))
    # A list without units takes a likely slip.
    worth = (near.unit >= GOOD) | (near.name >= Name.SLIP) | (near.person == Said.SAME) | (near.born > 0)
    found = Pairs.joined(found, near.take(worth))
    if decided or barred:
        found = found.take(_open(found, decided, barred))
    order = _order(keys, found, groups)
    found = found.take(np.lexsort((order.rows[found.theirs], -found.points, found.ours)))
    return _settled(keys, rows, found, groups, order, limits, decided, frozenset(line for line, _ in barred))


def _open(found: Pairs, decided: Mapping[int, int], barred: frozenset[tuple[int, int]]) -> Mask:
    """The pairs that no decision has closed: not refused, and neither the entry nor the row given away."""
    lines, taken = list(decided), list(decided.values())
    kept = ~np.isin(found.ours, lines) & ~np.isin(found.theirs, taken)
    if barred:
        refused = [pair in barred for pair in zip(found.ours.tolist(), found.theirs.tolist(), strict=True)]
        kept &= ~np.array(refused, dtype=np.bool_)
    return np.asarray(kept, dtype=np.bool_)


@dataclass(frozen=True)
class _Order:
    """By line of both tables, of those that nothing else puts in order, which comes first by what they say: never by where they stand."""

    entries: Ints
    rows: Ints

    @staticmethod
    def none(keys: Keys) -> "_Order":
        """Where it does not matter."""
        return _Order(np.zeros(len(keys.ours), dtype=np.int64), np.zeros(len(keys.theirs), dtype=np.int64))


def _order(keys: Keys, found: Pairs, groups: Ints) -> _Order:
    """Rows with equal points for one entry, entries with equal points for one row, and those of one certificate."""
    several = np.flatnonzero(np.bincount(groups, minlength=len(groups))[groups] > 1)
    rivals = np.union1d(_equals(found.theirs, found.points, found.ours), several)
    return _Order(_ranks(keys.holders, rivals), _ranks(keys.published, _equals(found.ours, found.points, found.theirs)))


def _equals(by: Ints, points: Ints, lines: Ints) -> Ints:
    """The lines that have as many points as another one for the same number in ``by``."""
    order = np.lexsort((points, by))
    same = (by[order][1:] == by[order][:-1]) & (points[order][1:] == points[order][:-1])
    return np.union1d(lines[order[1:][same]], lines[order[:-1][same]])


def _ranks(table: Table, lines: Ints) -> Ints:
    """By line of a table, for those given, which comes first by all that it says: the fuller of two before the emptier."""
    found = np.zeros(len(table), dtype=np.int64)
    columns = [table.texts(name).take(pa.array(lines)).to_pylist() for name in HEADINGS]
    said = [tuple(text or "\U0010ffff" for text in line) for line in zip(*columns, strict=True)]
    found[lines[sorted(range(len(lines)), key=said.__getitem__)]] = np.arange(len(lines))
    return found


@dataclass(frozen=True)
class _Leads:
    """By pair, how far it is before the next row of its entry, and before the next person's claim on its row."""

    over_rows: Ints
    over_rivals: Ints
    rival: Ints  # by pair, an entry of the person whose claim on the row is the strongest other one


def _leads(found: Pairs, groups: Ints, order: _Order) -> _Leads:
    count = len(found)
    over_rows = np.full(count, 999, dtype=np.int64)
    over_rivals = np.full(count, 999, dtype=np.int64)
    rival = np.full(count, NOTHING, dtype=np.int64)
    if not count:
        return _Leads(over_rows, over_rivals, rival)
    best, second = _two_best(found.ours, found.points, found.theirs, order.rows[found.theirs], len(order.entries))
    top = best[found.ours]
    mine = np.arange(count) == top
    other = np.where(mine, second[found.ours], top)
    over_rows = np.where(other >= 0, found.points - found.points[other], 999)
    best, second = _two_best(found.theirs, found.points, groups[found.ours], order.entries[found.ours], len(order.rows))
    top = best[found.theirs]
    mine = groups[found.ours] == groups[found.ours[top]]
    other = np.where(mine, second[found.theirs], top)
    over_rivals = np.where(other >= 0, found.points - found.points[other], 999)
    rival = np.where(other >= 0, found.ours[other], NOTHING)
    return _Leads(over_rows, over_rivals, rival)


def _two_best(by: Ints, points: Ints, kind: Ints, rank: Ints, count: int) -> tuple[Ints, Ints]:
    """For each number in ``by`` the pair with most points, and the next of another kind; ``NOTHING`` where there is none.

    Of equal points the first by rank comes first.
    """
    best = np.full(count, NOTHING, dtype=np.int64)
    second = np.full(count, NOTHING, dtype=np.int64)
    order = np.lexsort((-rank, points, by))
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


def _settled(
    keys: Keys,
    rows: Ints,
    found: Pairs,
    groups: Ints,
    order: _Order,
    limits: Limits,
    decided: Mapping[int, int],
    refused: frozenset[int],
) -> Settled:
    count = len(keys.ours)
    best, _ = _two_best(found.ours, found.points, found.theirs, order.rows[found.theirs], count)
    verdict = np.full(count, Verdict.NONE, dtype=np.int64)
    row, rival = (np.full(count, NOTHING, dtype=np.int64) for _ in range(2))
    lead, points = (np.zeros(count, dtype=np.int64) for _ in range(2))
    settled = Settled(verdict, row, best, rival, lead, found, {})
    if len(found):
        has = np.flatnonzero(best >= 0)
        points[has] = found.points[best[has]]
        leads = _leads(found, groups, order)
        lead[has] = np.minimum(leads.over_rows, leads.over_rivals)[best[has]]
        ahead, alone = leads.over_rows >= limits.lead, leads.over_rivals >= limits.lead
        enough, unlike = evidence.suffices(keys, rows, found, groups, limits)
        _link(settled, enough & ahead & alone)
        if _strangers_are_few(settled, keys, rows, groups, unlike):
            enough |= unlike
            _link(settled, enough & ahead & alone)
        claims = enough & ahead
        settled = replace(settled, candidates=_leave(settled, keys, groups, leads, claims, limits))
    for line, given in decided.items():
        verdict[line], row[line] = Verdict.DECIDED, given
    for line in refused:
        if verdict[line] in (Verdict.NONE, Verdict.TAKEN):
            verdict[line] = Verdict.REFUSED
    _again(groups, order, verdict, row, rival, points)
    return settled


def _link(settled: Settled, sure: Mask) -> None:
    """Give the entries their rows whose best pair is sure."""
    has = np.flatnonzero(settled.pair >= 0)
    linked = has[sure[settled.pair[has]]]
    settled.verdict[linked] = Verdict.LINKED
    settled.row[linked] = settled.pairs.theirs[settled.pair[linked]]


def _strangers_are_few(settled: Settled, keys: Keys, rows: Ints, groups: Ints, unlike: Mask) -> bool:
    """Whether a name with another character in one's place may be read in this batch.

    A stranger of such a name, a brother say, comes beside rows that others have claimed as well as to those that nobody has: how
    many come to the first tells how many of the second would be given to strangers.
    """
    found, linked = settled.pairs, settled.verdict == Verdict.LINKED
    claimed = np.zeros(len(keys.theirs), dtype=np.bool_)
    claimed[settled.row[linked]] = True
    near = unlike & claimed[found.theirs] & ~linked[found.ours]
    of_owner = np.isin(groups[found.ours], groups[linked])
    strangers = len(np.unique(found.ours[near & ~of_owner]))
    documents = np.unique(keys.theirs.document[claimed])
    left = int(np.isin(keys.theirs.document[rows], documents).sum()) - int(claimed.sum())
    return (strangers + _UNSEEN) * left * _WRONG_IN < int(claimed.sum()) ** 2


def _leave(
    settled: Settled, keys: Keys, groups: Ints, leads: _Leads, claims: Mask, limits: Limits
) -> dict[int, tuple[int, ...]]:
    """Say of the other entries why they have no row; what may be theirs is to be looked at."""
    found, verdict, rival = settled.pairs, settled.verdict, settled.rival
    count, top = len(verdict), np.maximum(settled.pair, 0)
    linked = verdict == Verdict.LINKED
    owner = np.full(len(keys.theirs), NOTHING, dtype=np.int64)
    owner[settled.row[linked]] = np.flatnonzero(linked)
    # What comes near, less what is surely another's.
    beaten = (owner[found.theirs] >= 0) & (groups[owner[found.theirs]] != groups[found.ours])
    beaten &= leads.over_rivals <= -limits.lead
    shown = found.points >= limits.shown
    rest = ~linked & (settled.pair >= 0)
    tied = rest & (claims & (leads.over_rivals < limits.lead) & ~beaten)[top]
    verdict[tied] = Verdict.RIVALS
    rival[tied] = leads.rival[top[tied]]
    rest &= ~tied
    near = shown & ~beaten & rest[found.ours]
    some = np.bincount(found.ours[near], minlength=count)
    verdict[rest & (some > 1)] = Verdict.TIED
    verdict[rest & (some == 1)] = Verdict.WEAK
    lost = rest & (some == 0) & (np.bincount(found.ours[shown & beaten], minlength=count) > 0)
    verdict[lost] = Verdict.TAKEN
    rival[lost] = owner[found.theirs[top[lost]]]
    # The same person asks for the same row again, if under another title.
    again = np.flatnonzero(lost & (rival >= 0) & (keys.ours.person >= 0))
    again = again[keys.ours.person[again] == keys.ours.person[rival[again]]]
    verdict[again] = Verdict.AGAIN
    return _candidates(found, np.flatnonzero(near | (shown & tied[found.ours])))


def _candidates(found: Pairs, chosen: Ints) -> dict[int, tuple[int, ...]]:
    """By entry the rows worth a look, the likeliest first; pairs stand in that order already."""
    listed: dict[int, list[int]] = {}
    for line, row in zip(found.ours[chosen].tolist(), found.theirs[chosen].tolist(), strict=True):
        rows = listed.setdefault(line, [])
        if len(rows) < _FEW:
            rows.append(row)
    return {line: tuple(rows) for line, rows in listed.items()}


def _again(groups: Ints, order: _Order, verdict: Ints, row: Ints, rival: Ints, points: Ints) -> None:
    """Of several entries of one certificate one stands for all: decided, linked, with most points; the others are repeats."""
    sizes = np.bincount(groups, minlength=len(groups))
    several = np.flatnonzero(sizes[groups] > 1)
    members: dict[int, list[int]] = {}
    for line in several.tolist():
        members.setdefault(int(groups[line]), []).append(line)
    for lines in members.values():
        kept = min(lines, key=lambda line: (*_standing(verdict, points, line), order.entries[line]))
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

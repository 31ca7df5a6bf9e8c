"""What a comparison with published documents says (核对结果的说法), for all entries at once: level, reason, differences, runners-up."""

from collections.abc import Callable, Sequence
from functools import wraps
from typing import cast

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from hzcert.fields import HEADINGS
from hzcert.matches import LEVELS, Matches, Status, reason_of
from hzcert.matching import differing
from hzcert.matching.pairs import Document, Name, Said
from hzcert.matching.settle import Verdict
from hzcert.matching.units import GOOD
from hzcert.table import Table

Ints = npt.NDArray[np.int64]
_LEVELS = tuple(LEVELS)
_NAMES = {Name.ODD: "odd", Name.SLIP: "slip", Name.GAP: "gap", Name.FORMER: "former", Name.VARIANT: "variant"}


def one(text: str) -> pa.LargeStringScalar:
    """One text for all rows of a column."""
    return pa.scalar(text, pa.large_string())


def column(texts: Sequence[str]) -> pa.LargeStringArray:
    """A column of these texts."""
    return pa.array(texts, pa.large_string())


def joined(*parts: object) -> pa.LargeStringArray:
    """Texts side by side."""
    return pc.binary_join_element_wise(*parts, one(""))


def chosen(texts: pa.LargeStringArray, lines: Ints) -> pa.LargeStringArray:
    """The texts of these lines, in their order."""
    return texts.take(pa.array(lines))


def put(texts: pa.LargeStringArray, lines: Ints, new: pa.LargeStringArray) -> pa.LargeStringArray:
    """The same with other texts at these lines, which are in order."""
    mask = np.zeros(len(texts), dtype=np.bool_)
    mask[lines] = True
    return pc.replace_with_mask(texts, pa.array(mask), new)


def _once(of_all: Callable[[Matches], pa.LargeStringArray]) -> Callable[[Matches], pa.LargeStringArray]:
    """What is said of all entries, worked out when it is first asked for."""

    @wraps(of_all)
    def kept(matches: Matches) -> pa.LargeStringArray:
        if of_all not in matches.words:
            matches.words[of_all] = of_all(matches)
        return matches.words[of_all]

    return kept


def places(table: Table) -> pa.LargeStringArray:
    """Where each row stands, in a clerk's words: what ``str(table.where(line))`` says, for all at once."""
    sheet = table.texts("sheet")
    within = pc.if_else(pc.equal(sheet, ""), one(""), joined(one(" ["), sheet, one("]")))
    numbers = pa.array(table.row_numbers).cast(pa.large_string())
    return joined(table.texts("file"), within, one(" 第"), numbers, one("行"))


def levels(matches: Matches) -> Ints:
    """By entry the level on which its row was found, as its place in LEVELS; -1 where it has none."""
    settled = matches.settled
    found = np.full(len(matches), -1, dtype=np.int64)
    found[settled.row >= 0] = _LEVELS.index("decided")
    lines = _linked(matches)
    pairs, at = settled.pairs, settled.pair[lines]
    document = pairs.document[at] >= Document.PARTIAL
    own = np.where(document & (pairs.unit[at] >= GOOD), _LEVELS.index("document"), _LEVELS.index("document_only"))
    own = np.where(document, own, _LEVELS.index("unit"))
    for kind, level in _NAMES.items():
        own[pairs.name[at] == kind] = _LEVELS.index(level)
    own[pairs.person[at] == Said.SAME] = _LEVELS.index("person")
    found[lines] = own
    return found


@_once
def level_names(matches: Matches) -> pa.LargeStringArray:
    """By entry the name of the level on which its row was found; empty where it has none."""
    found = levels(matches)
    return chosen(column([*_LEVELS, ""]), np.where(found < 0, len(_LEVELS), found))


def _linked(matches: Matches) -> Ints:
    """The entries whose row was found, and given by nobody."""
    settled = matches.settled
    return np.flatnonzero((settled.row >= 0) & (settled.verdict != Verdict.DECIDED) & (settled.pair >= 0))


@_once
def differences(matches: Matches) -> pa.LargeStringArray:
    """By entry in what it and its row differ, field by field, in a clerk's words; empty where in nothing."""
    lines = np.flatnonzero(matches.noteworthy & (matches.place >= 0))
    place, row = matches.place[lines], matches.settled.row[lines]
    said = column([""] * len(lines))
    for name in differing.FIELDS:
        here = np.flatnonzero(matches.unlike.fields[name][place])
        if not len(here):
            continue
        ours = matches.document if name == "document_no" else matches.holders.texts(name)
        sides = chosen(ours, lines[here]), chosen(matches.published.texts(name), row[here])
        mine, theirs = (pc.if_else(pc.equal(each, ""), one("（空）"), each) for each in sides)
        how = column([_how(matches.unlike.kind(name, at)) for at in place[here].tolist()])
        words = joined(one(f"{HEADINGS[name]}填报为“"), mine, one("”，公布为“"), theirs, one("”"), how)
        before = chosen(said, here)
        between = pc.if_else(pc.equal(before, ""), one(""), one("；"))
        said = put(said, here, joined(before, between, words))
    return put(column([""] * len(matches)), lines, said)


def _how(kind: str) -> str:
    return f"（{differing.KINDS[kind]}）" if kind in differing.KINDS else ""


@_once
def reasons(matches: Matches) -> pa.LargeStringArray:
    """By entry why it was decided as it was, in a clerk's words."""
    lines = _linked(matches)
    which = levels(matches)[lines] * 4 + (matches.status[lines] == Status.MATCHED) * 2 + matches.noteworthy[lines]
    words = [reason_of(level, matched=bool(code & 2), differs=bool(code & 1)) for level in LEVELS for code in range(4)]
    found = put(column([""] * len(matches)), lines, chosen(column(words), which))
    rest = np.union1d(np.setdiff1d(np.arange(len(matches)), lines), np.array(list(matches.taken), dtype=np.int64))
    return put(found, rest, column([matches.match(line).reason for line in rest.tolist()]))


@_once
def runners_up(matches: Matches) -> pa.LargeStringArray:
    """By entry that has a row: the row that comes next, and its points; empty where none comes near."""
    pairs, settled = matches.settled.pairs, matches.settled
    own = settled.row[pairs.ours]
    other = np.flatnonzero((own >= 0) & (own != pairs.theirs) & (pairs.points > 0))
    ours, theirs, worth = (each[other] for each in (pairs.ours, pairs.theirs, pairs.points))
    first = np.unique(ours, return_index=True)[1]  # pairs stand in order
    place = chosen(places(matches.published), theirs[first])
    words = joined(place, one("（"), pa.array(worth[first]).cast(pa.large_string()), one("分）"))
    return put(column([""] * len(matches)), ours[first], words)


def points(matches: Matches, lines: Ints, rows: Ints) -> Ints:
    """What speaks for these rows to be these entries', in points; 0 where one was never a candidate."""
    pairs, width = matches.settled.pairs, len(matches.published)
    known, asked = pairs.ours * width + pairs.theirs, lines * width + rows
    order = np.argsort(known, kind="stable")
    at = np.minimum(np.searchsorted(known[order], asked), max(len(known) - 1, 0))
    if not len(known):
        return np.zeros(len(asked), dtype=np.int64)
    found = order[at]
    return cast("Ints", np.where(known[found] == asked, pairs.points[found], 0))

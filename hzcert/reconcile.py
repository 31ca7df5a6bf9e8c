"""Entries held against published documents (核对, 三.4): a certificate is made only for what was published.

Levels in order, best first; each is named in words that a clerk reads. What is not certain is never accepted.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from hzcert import codes, wording
from hzcert.casebook import decided, sheets
from hzcert.decisions import Decisions
from hzcert.entries import numbered_together
from hzcert.fields import HEADINGS
from hzcert.findings import Code, Finding
from hzcert.matches import LEVELS, Difference, Match, Matches, Status, place_of
from hzcert.matching import differing, keys, pairs, settle
from hzcert.matching.evidence import Limits
from hzcert.matching.pairs import Document, Pairs
from hzcert.matching.settle import Verdict
from hzcert.policy import Policy
from hzcert.table import Table

__all__ = [
    "LEVELS",
    "Difference",
    "Match",
    "Matches",
    "Status",
    "compare",
    "decided",
    "evidence",
    "findings",
    "records",
    "sheets",
    "unclaimed_record",
]

Ints = npt.NDArray[np.int64]


def compare(
    holders: Table,
    published: Table,
    policy: Policy,
    as_of: date,
    decisions: Decisions | None = None,
    renamed: Sequence[tuple[str, str]] = (),
) -> Matches:
    """Every entry against the published rows; a row serves one entry only.

    Args:
        holders: the entries.
        published: the rows of all published lists.
        policy: the regulation.
        as_of: the day whose rules hold.
        decisions: what a person has decided before.
        renamed: units' old names and the new ones, as the office has listed them.
    """
    rules = policy.reconcile
    document_fields = rules.document_field.on(as_of).value
    numbers = keys.make_keys(holders, published, policy, document_fields, renamed)
    alike = _first_alike(published)
    rows = np.flatnonzero(alike == np.arange(len(alike)))
    given = decisions or Decisions()
    settled = settle.settle(numbers, rows, _limits(policy, as_of), given.accepted, given.refused)
    document = keys.cited(holders, document_fields)
    lines = np.flatnonzero(settled.row >= 0)
    linked = lines[settled.verdict[lines] != Verdict.DECIDED]
    decided = lines[settled.verdict[lines] == Verdict.DECIDED]
    compared = settled.pairs.take(settled.pair[linked])
    compared = Pairs.joined(compared, pairs.weigh(numbers, decided, settled.row[decided], every=True))
    place = np.full(len(holders), -1, dtype=np.int64)
    place[np.concatenate([linked, decided])] = np.arange(len(compared))
    struck = rules.struck_words.on(as_of).value
    unlike = differing.unlike(numbers, holders, published, compared, struck)
    passing = unlike.accepted(frozenset(rules.accepted_differences.on(as_of).value))
    status = np.full(len(holders), Status.MISSING, dtype=object)
    for verdict, word in _STATUSES.items():
        status[settled.verdict == verdict] = word
    status[linked] = np.array([Status.DIFFERS, Status.MATCHED], dtype=object)[passing[place[linked]].astype(np.int64)]
    held = np.isin(numbers.ours.document, numbers.theirs.document[rows])
    claimed = np.zeros(len(published), dtype=np.bool_)
    claimed[settled.row[lines]] = True
    for line, shown in settled.candidates.items():
        if status[line] in (Status.AMBIGUOUS, Status.DUPLICATE):
            claimed[list(shown)] = True
    unclaimed = tuple(np.flatnonzero(~claimed[alike]).tolist())
    return Matches(
        holders, published, settled, status, unlike, place, document, held | (numbers.ours.document < 0), unclaimed,
        given.words,
    )  # fmt: skip


_STATUSES = {
    Verdict.TIED: Status.AMBIGUOUS,
    Verdict.WEAK: Status.AMBIGUOUS,
    Verdict.RIVALS: Status.DUPLICATE,
    Verdict.AGAIN: Status.DUPLICATE,
    Verdict.DECIDED: Status.MATCHED,
}


def _limits(policy: Policy, as_of: date) -> Limits:
    rules = policy.reconcile
    cautious = rules.cautious.on(as_of).value
    evidence = (rules.cautious_evidence if cautious else rules.evidence).on(as_of).value
    return Limits(evidence["least"], evidence["lead"], evidence["shown"], cautious)


def _first_alike(published: Table) -> Ints:
    """For each published row the first that says the same in every field, in another list: one list filed twice.

    Two such rows of one list are two namesakes, and stay two.
    """
    count = len(published)
    if not count:
        return np.zeros(0, dtype=np.int64)
    said = numbered_together(*(pd.factorize(published.rows[name])[0] for name in HEADINGS))
    here = numbered_together(said, *(pd.factorize(published.rows[name])[0] for name in ("file", "sheet")))
    times = np.asarray(pd.Series(here).groupby(here).cumcount(), dtype=np.int64)
    whole = numbered_together(said, times)
    first = np.full(int(whole.max()) + 1, count, dtype=np.int64)
    np.minimum.at(first, whole, np.arange(count))
    return np.asarray(first[whole], dtype=np.int64)


def findings(
    holders: Table, published: Table, matches: Matches, in_error: frozenset[int] = frozenset()
) -> Iterator[Finding]:
    """What a clerk has to look at, by entry.

    An entry that cites no document and is ``in_error`` already (the number is compulsory) needs no second finding.
    """
    status, decided = matches.status, matches.settled.verdict == Verdict.DECIDED
    said, why = wording.differences(matches), wording.reasons(matches)

    def at(lines: npt.NDArray[np.bool_], code: Code, gap: str, texts: pa.LargeStringArray) -> list[Finding]:
        chosen = np.flatnonzero(lines & matches.noteworthy)
        return holders.findings_at(chosen, code, "", lambda line: {gap: texts[line].as_py()})

    uncited = np.zeros(len(matches), dtype=np.bool_)
    if in_error:
        uncited[list(in_error)] = True
        uncited &= np.asarray(pc.equal(matches.document, ""), dtype=np.bool_)
    yield from at((status == Status.MATCHED) & decided, codes.DECIDED, "reason", why)
    yield from at((status == Status.MATCHED) & ~decided, codes.DIFFERENCE_ACCEPTED, "differences", said)
    yield from at(
        (status == Status.DIFFERS) & ~(uncited & _no_number_alone(matches)), codes.DIFFERS, "differences", said
    )
    yield from _several(holders, published, matches, np.flatnonzero(status == Status.AMBIGUOUS))
    yield from _claimed_twice(holders, matches, np.flatnonzero(status == Status.DUPLICATE))
    held = matches.document_held | np.asarray(pc.equal(matches.document, ""), dtype=np.bool_)
    yield from _not_held(holders, matches, np.flatnonzero((status == Status.MISSING) & ~held))
    yield from at((status == Status.MISSING) & held & ~uncited, codes.UNPUBLISHED, "reason", why)


def _not_held(holders: Table, matches: Matches, lines: Ints) -> Iterator[Finding]:
    """Entries that cite a document of which nothing was received, in the field that cites it."""
    usual = np.asarray(pc.not_equal(holders.texts("document_no").take(pa.array(lines)), ""), dtype=np.bool_)
    kinds = (
        (lines[usual], codes.DOCUMENT_NOT_HELD, "document_no"),
        (lines[~usual], codes.DOCUMENT_NOT_HELD, "transfer_confirmed_no"),
    )
    return _in_order(holders, kinds, lambda line: {"document_no": matches.cited(line)})


def _no_number_alone(matches: Matches) -> npt.NDArray[np.bool_]:
    """Entries that differ from their row in nothing but that one side has no document number."""
    fields, found = matches.unlike.fields, np.flatnonzero(matches.place >= 0)
    others = np.logical_or.reduce([mask for name, mask in fields.items() if name != "document_no"])
    alone = fields["document_no"] & (matches.unlike.kinds["document_no"] == Document.UNKNOWN) & ~others
    mask = np.zeros(len(matches), dtype=np.bool_)
    mask[found] = alone[matches.place[found]]
    return mask


def _several(holders: Table, published: Table, matches: Matches, lines: Ints) -> Iterator[Finding]:
    """Entries of which several rows may be the right one, each with all of them."""
    rows = {line: matches.match(line).candidates for line in lines.tolist()}
    every = sorted({row for some in rows.values() for row in some})
    names, units = ([published.text(name, row) for row in every] for name in ("name", "employer"))
    shown = zip(published.wheres(every), names, units, strict=True)
    told = dict(zip(every, (f"{where} {name} {unit}".strip() for where, name, unit in shown), strict=True))
    yield from holders.findings_at(
        lines, codes.AMBIGUOUS, "", lambda line: {"candidates": "；".join(told[row] for row in rows[line])}
    )


def _claimed_twice(holders: Table, matches: Matches, lines: Ints) -> Iterator[Finding]:
    """Entries whose row another one claims: the same person's same certificate, or somebody else."""
    people, rivals = holders.texts("id_number"), matches.settled.rival
    for line, other in matches.taken.items():
        yield holders.finding(line, codes.CLAIMED_TWICE, other=other)
    lines = lines[rivals[lines] >= 0]
    others = dict(zip(lines.tolist(), holders.wheres(rivals[lines]), strict=True))
    own = np.asarray(pc.equal(people.take(pa.array(lines)), people.take(pa.array(rivals[lines]))), dtype=np.bool_)
    kinds = ((lines[own], codes.SAME_CERTIFICATE, ""), (lines[~own], codes.CLAIMED_TWICE, ""))
    yield from _in_order(holders, kinds, lambda line: {"other": others[line]})


def _in_order(
    holders: Table, kinds: Iterable[tuple[Ints, Code, str]], says: Callable[[int], Mapping[str, object]]
) -> Iterator[Finding]:
    """Findings of several kinds, each at its entries and in its field, in the order of the entries."""
    found = {
        line: finding
        for lines, code, name in kinds
        for line, finding in zip(lines.tolist(), holders.findings_at(lines, code, name, says), strict=True)
    }
    yield from (found[line] for line in sorted(found))


def evidence(matches: Matches, lines: Ints) -> dict[str, pa.Array]:
    """On what these entries were found to agree, for the register: the published row, its document, and how (三.4)."""
    published, rows = matches.published, matches.settled.row[lines]
    names = {"file": "file", "sheet": "sheet", "document": "document_no"}
    said = {
        "reason": wording.reasons,
        "differences": wording.differences,
        "next": wording.runners_up,
        "level": wording.level_names,
    }
    return {
        **{own: wording.chosen(published.texts(name), rows) for own, name in names.items()},
        **{own: wording.chosen(of_all(matches), lines) for own, of_all in said.items()},
        "row": pa.array(published.row_numbers[rows]),
    }


def records(matches: Matches, *, show_ids: bool) -> Iterator[dict[str, object]]:
    """Every entry's match and every row that nobody claimed, as the JSON objects of the contract."""
    for line in range(len(matches)):
        yield matches.match(line).record(matches.holders, matches.published, show_ids=show_ids)
    for line in matches.unclaimed:
        yield unclaimed_record(matches.published, line)


def unclaimed_record(published: Table, line: int) -> dict[str, object]:
    """A published row without an entry, as one JSON object of the contract."""
    return {"type": "unclaimed", "published": place_of(published, line)}

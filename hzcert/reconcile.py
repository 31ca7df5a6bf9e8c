"""Entries held against published documents (核对, 三.4): a certificate is made only for what was published.

Levels in order, best first; each is named in words that a clerk reads. What is not certain is never accepted.
"""

from collections.abc import Iterator, Sequence
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd

from hzcert import codes
from hzcert.casebook import decided, sheets
from hzcert.decisions import Decisions
from hzcert.entries import numbered_together
from hzcert.findings import Finding
from hzcert.matches import LEVELS, Difference, Match, Matches, Status, place_of
from hzcert.matching import differing, keys, pairs, settle
from hzcert.matching.pairs import Pairs
from hzcert.matching.settle import Limits, Verdict
from hzcert.policy import Policy
from hzcert.table import HEADINGS, Table

__all__ = [
    "LEVELS",
    "Difference",
    "Match",
    "Matches",
    "Status",
    "compare",
    "decided",
    "findings",
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
    people = holders.column("id_number")
    for line in np.flatnonzero(matches.noteworthy).tolist():
        at, match = holders.finding, matches.match(line)
        words = "；".join(map(str, match.differences))
        match match.status:
            case Status.MATCHED if match.level == "decided":
                yield at(line, codes.DECIDED, reason=match.reason)
            case Status.MATCHED:
                yield at(line, codes.DIFFERENCE_ACCEPTED, differences=words)
            case Status.DIFFERS:
                only = {each.kind for each in match.differences} == {"document_no:missing"}
                if not (only and not match.document_cited and line in in_error):
                    yield at(line, codes.DIFFERS, differences=words)
            case Status.AMBIGUOUS:
                places = (
                    f"{published.where(row)} {published.text('name', row)} {published.text('employer', row)}".strip()
                    for row in match.candidates
                )
                yield at(line, codes.AMBIGUOUS, candidates="；".join(places))
            case Status.DUPLICATE if match.rival is not None:
                same = people.iloc[line] == people.iloc[match.rival]
                code = codes.SAME_CERTIFICATE if same else codes.CLAIMED_TWICE
                yield at(line, code, other=holders.where(match.rival))
            case Status.MISSING if not match.document_held:
                yield at(line, codes.DOCUMENT_NOT_HELD, matches.cited_in(line), document_no=matches.cited(line))
            case Status.MISSING if match.document_cited or line not in in_error:
                yield at(line, codes.UNPUBLISHED, reason=match.reason)


def unclaimed_record(published: Table, line: int) -> dict[str, object]:
    """A published row without an entry, as one JSON object of the contract."""
    return {"type": "unclaimed", "published": place_of(published, line)}

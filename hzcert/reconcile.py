"""Entries held against published documents (核对, 三.4): a certificate is made only for what was published.

Levels in order, best first; each is named in words that a clerk reads. What is not certain is never accepted.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from hzcert import codes
from hzcert.entries import numbered_together
from hzcert.findings import Finding, mask
from hzcert.matching import differing, keys, pairs, settle
from hzcert.matching.pairs import Document, Name, Pairs
from hzcert.matching.settle import Limits, Settled, Verdict
from hzcert.matching.units import GOOD
from hzcert.policy import Policy
from hzcert.sheets.writing import Column, Look, Row, Sheet
from hzcert.table import HEADINGS, Mask, Table

Ints = npt.NDArray[np.int64]


class Status(StrEnum):
    """What the comparison says of one entry."""

    MATCHED = "matched"
    DIFFERS = "differs"
    AMBIGUOUS = "ambiguous"
    MISSING = "missing"
    DUPLICATE = "duplicate"


@dataclass(frozen=True, slots=True)
class Difference:
    """One field in which an entry and a published row do not agree, and in what way."""

    field: str
    ours: str
    theirs: str
    kind: str = ""

    def __str__(self) -> str:
        """In a clerk's words."""
        how = f"（{differing.KINDS[self.kind]}）" if self.kind in differing.KINDS else ""
        return f"{HEADINGS[self.field]}填报为“{self.ours or '（空）'}”，公布为“{self.theirs or '（空）'}”{how}"


@dataclass(frozen=True)
class Match:
    """What was decided on one entry: its line, the published line, and why."""

    line: int
    status: Status
    reason: str
    published: int | None = None
    candidates: tuple[int, ...] = ()
    differences: tuple[Difference, ...] = ()
    rival: int | None = None  # another entry that claims the same published row
    document_held: bool = True
    document_cited: bool = True
    level: str = ""
    points: int = 0
    lead: int = 0

    def record(self, holders: Table, published: Table, *, show_ids: bool = False) -> dict[str, object]:
        """As one JSON object of the contract."""
        where = holders.where(self.line)
        shown = (lambda text: text) if show_ids else mask
        return {
            "type": "match",
            "file": where.file,
            "sheet": where.sheet,
            "row": where.row,
            "status": str(self.status),
            "published": None if self.published is None else _place(published, self.published),
            "candidates": [_place(published, line) for line in self.candidates],
            "differences": [
                {"field": each.field, "ours": shown(each.ours), "theirs": shown(each.theirs), "kind": each.kind}
                for each in self.differences
            ],
            "reason": shown(self.reason),
            "level": self.level or None,
            "points": self.points,
            "lead": self.lead,
        }


# The ways in which a row is found to be an entry's, best first, in a clerk's words.
LEVELS: Mapping[str, str] = {
    "decided": "经办人认定",
    "document": "文号、姓名、单位相符",
    "document_only": "文号、姓名相符，单位不同或没有写",
    "unit": "姓名、单位、资格名称相符，文号不同或没有写",
    "former": "曾用名相符",
    "variant": "姓名是异体或繁体写法，其他相符",
    "gap": "姓名有字没有写出，其他相符",
    "slip": "姓名有一个音近、形近或颠倒的字，其他相符",
    "odd": "姓名差一个字，其他相符",
}


@dataclass(frozen=True)
class Matches:
    """Every entry's match in the order of the entries, and the published rows that nobody claimed; in columns."""

    holders: Table = field(repr=False)
    published: Table = field(repr=False)
    settled: Settled = field(repr=False)
    status: npt.NDArray[np.object_] = field(repr=False)
    unlike: differing.Unlike = field(repr=False)
    place: Ints = field(repr=False)  # by entry, where its row stands among those compared; -1 for none
    document: pa.Array = field(repr=False)
    document_held: Mask = field(repr=False)
    unclaimed: tuple[int, ...] = ()
    decided_by: Mapping[int, str] = field(default_factory=dict)  # by entry, who decided it and why

    def __len__(self) -> int:
        """How many entries."""
        return len(self.status)

    def counts(self) -> dict[str, int]:
        """How many entries of each status, and rows unclaimed."""
        found = Counter(self.status.tolist())
        return {str(status): found[status] for status in Status} | {"unclaimed": len(self.unclaimed)}

    @property
    def agreed(self) -> Mask:
        """Which entries are accepted."""
        return np.asarray(self.status == Status.MATCHED, dtype=np.bool_)

    @property
    def noteworthy(self) -> Mask:
        """Which entries there is something to say about: not accepted, or accepted with a difference or by a person."""
        differs = np.zeros(len(self), dtype=np.bool_)
        linked = self.place >= 0
        differs[linked] = np.logical_or.reduce(list(self.unlike.fields.values()))[self.place[linked]]
        return np.asarray(~self.agreed | differs | (self.settled.verdict == Verdict.DECIDED), dtype=np.bool_)

    def cited(self, line: int) -> str:
        """The document that an entry is held against."""
        return str(self.document[line].as_py())

    def cited_in(self, line: int) -> str:
        """The field that cites it: the confirmation of a transfer-in that cites no other."""
        return "document_no" if self.holders.text("document_no", line) else "transfer_confirmed_no"

    @cached_property
    def matches(self) -> tuple[Match, ...]:
        """Every entry's match, as one looks at them one at a time."""
        return tuple(self.match(line) for line in range(len(self)))

    def match(self, line: int) -> Match:
        """What was decided on one entry."""
        settled, status = self.settled, self.status[line]
        verdict = Verdict(int(settled.verdict[line]))
        row = int(settled.row[line])
        found = row if row >= 0 else None
        rival = int(settled.rival[line])
        cited = str(self.document[line].as_py())
        held = bool(self.document_held[line])
        pair = int(settled.pair[line])
        shown = settled.candidates.get(line, ())
        differences = self._differences(line, row) if found is not None else ()
        level = self._level(line, pair) if found is not None else ""
        points = int(settled.pairs.points[pair]) if pair >= 0 else 0
        return Match(
            line,
            status,
            self._reason(verdict, status, level, line, shown, cited, held, differences),
            found,
            () if found is not None or status is Status.MISSING else shown,
            differences,
            rival if rival >= 0 else None,
            held or not cited,
            bool(cited),
            level,
            points,
            int(settled.lead[line]) if found is not None else 0,
        )

    def _differences(self, line: int, row: int) -> tuple[Difference, ...]:
        place = int(self.place[line])
        found = []
        for name in differing.FIELDS:
            if not self.unlike.fields[name][place]:
                continue
            ours = str(self.document[line].as_py()) if name == "document_no" else self.holders.text(name, line)
            kind = self.unlike.kind(name, place)
            found.append(Difference(name, ours, self.published.text(name, row), kind if kind != name else ""))
        return tuple(found)

    def _level(self, line: int, pair: int) -> str:
        if self.settled.verdict[line] == Verdict.DECIDED or pair < 0:
            return "decided"
        found = self.settled.pairs
        name, document, unit = (int(each[pair]) for each in (found.name, found.document, found.unit))
        if name <= Name.VARIANT:
            return {
                Name.ODD: "odd",
                Name.SLIP: "slip",
                Name.GAP: "gap",
                Name.FORMER: "former",
                Name.VARIANT: "variant",
            }[Name(name)]
        if document >= Document.PARTIAL:
            return "document" if unit >= GOOD else "document_only"
        return "unit"

    def _reason(
        self,
        verdict: Verdict,
        status: Status,
        level: str,
        line: int,
        shown: tuple[int, ...],
        cited: str,
        held: bool,
        differences: tuple[Difference, ...],
    ) -> str:
        """Why, in a clerk's words."""
        match verdict:
            case Verdict.DECIDED:
                return self.decided_by.get(line, LEVELS["decided"])
            case Verdict.LINKED:
                if status is Status.MATCHED and differences:
                    return f"{LEVELS[level]}，出入在政策接受之内"
                return f"{LEVELS[level]}，其他有出入" if differences else f"{LEVELS[level]}，没有出入"
            case Verdict.RIVALS:
                return "公布文件中的这一行还有另一份填报要用"
            case Verdict.AGAIN:
                return "与另一份填报是同一人的同一证书"
            case Verdict.TIED:
                return self._why_tied(shown)
            case Verdict.WEAK:
                return "公布文件中有一行相近，但依据不足以认定"
            case Verdict.TAKEN:
                return "相近的一行属于另一份填报"
            case Verdict.REFUSED:
                return "经办人认定都不是"
        if not cited:
            return "没有填公布文号，无法核对"
        return f"{cited} 中没有此姓名和资格名称" if held else f"没有收到 {cited}"

    def _why_tied(self, shown: tuple[int, ...]) -> str:
        documents = {self.published.text("document_no", row) for row in shown}
        return "同一文件中有几行可能是此人" if len(documents) == 1 else "几份公布文件中有几行可能是此人"


def compare(
    holders: Table,
    published: Table,
    policy: Policy,
    as_of: date,
    decisions: "Decisions | None" = None,
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


@dataclass(frozen=True)
class Decisions:
    """What persons have decided, by position in both tables: whose row is whose, and whose it is not."""

    accepted: Mapping[int, int] = field(default_factory=dict)
    refused: frozenset[tuple[int, int]] = frozenset()
    words: Mapping[int, str] = field(default_factory=dict)  # by entry, who decided it and why


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
    return {"type": "unclaimed", "published": _place(published, line)}


def _place(published: Table, line: int) -> dict[str, object]:
    where = published.where(line)
    return {"file": where.file, "sheet": where.sheet, "row": where.row}


_WORDS = {
    Status.MATCHED: "相符",
    Status.DIFFERS: "有出入",
    Status.AMBIGUOUS: "难以分辨",
    Status.MISSING: "未公布",
    Status.DUPLICATE: "重复",
}


def sheets(holders: Table, published: Table, matches: Matches) -> Iterator[Sheet]:
    """The workbook of the reconciliation: every entry with what was decided and why, and rows that nobody claimed."""
    columns = (
        Column("结果", 8, centred=True),
        Column("姓名", 10),
        Column("资格名称", 16),
        Column("工作单位", 26),
        Column("公布文号", 18),
        Column("填报处", 30),
        Column("公布处", 30),
        Column("理由", 30),
        Column("出入", 44),
    )
    yield Sheet("核对结果", columns, decided(holders, published, matches), title="与公布文件核对结果")
    left = (
        Column("姓名", 10),
        Column("资格名称", 16),
        Column("工作单位", 30),
        Column("公布文号", 18),
        Column("公布处", 36),
    )
    if matches.unclaimed:
        yield Sheet("公布而未报", left, _left(published, matches), title="公布文件中尚无人申报的")


def decided(holders: Table, published: Table, matches: Matches) -> Iterator[Row]:
    """A row for each entry: what was decided, the places on both sides, the reason, the differences."""
    looks: Mapping[Status, Look] = {Status.MATCHED: "plain", Status.DIFFERS: "warning", Status.AMBIGUOUS: "warning"}
    columns = [holders.texts(name) for name in ("name", "title", "employer")]
    for line in range(len(matches)):
        match = matches.match(line)
        theirs = match.candidates if match.published is None else (match.published,)
        cells = [_WORDS[match.status], *(str(column[line].as_py()) for column in columns)]
        cells += [matches.cited(line), str(holders.where(line))]
        cells += ["；".join(str(published.where(line)) for line in theirs), match.reason]
        yield Row((*cells, "；".join(map(str, match.differences))), looks.get(match.status, "error"))


def _left(published: Table, matches: Matches) -> Iterator[list[str]]:
    rows = published.rows
    for line in matches.unclaimed:
        cells = [str(rows[name].iloc[line]) for name in ("name", "title", "employer", "document_no")]
        yield [*cells, str(published.where(line))]

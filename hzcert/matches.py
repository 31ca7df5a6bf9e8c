"""What the comparison with published documents comes to (核对结果), by entry and in columns; and why, in a clerk's words."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from hzcert.fields import HEADINGS
from hzcert.findings import mask
from hzcert.matching import differing
from hzcert.matching.pairs import Document, Name, Said
from hzcert.matching.settle import Settled, Verdict
from hzcert.matching.units import GOOD
from hzcert.table import Mask, Table

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
            "published": None if self.published is None else place_of(published, self.published),
            "candidates": [place_of(published, line) for line in self.candidates],
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
    "person": "身份证号相符",
    "document": "文号、姓名、单位对得上",
    "document_only": "文号、姓名对得上，单位不同或没有写",
    "unit": "姓名、单位、资格名称对得上，文号不同或没有写",
    "former": "曾用名相符",
    "variant": "姓名是异体或繁体写法",
    "gap": "姓名有字没有写出",
    "slip": "姓名有一个音近、形近或颠倒的字",
    "odd": "姓名差一个字",
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
    taken: Mapping[int, str] = field(default_factory=dict)  # by entry, who of an earlier batch has its row
    words: dict[object, pa.Array] = field(
        default_factory=dict, repr=False, compare=False
    )  # what wording.py has worked out

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
    def linked(self) -> Ints:
        """The accepted entries that the program has found to be published, and no person."""
        return np.flatnonzero(self.agreed & (self.settled.verdict != Verdict.DECIDED))

    def less(self, taken: Mapping[int, str]) -> "Matches":
        """The same, those entries not accepted whose rows earlier batches have used for other people."""
        if not taken:
            return self
        status = self.status.copy()
        status[list(taken)] = Status.DUPLICATE
        return replace(self, status=status, taken=taken, words={})

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
        if found.person[pair] == Said.SAME:
            return "person"
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
        if line in self.taken:
            return f"公布文件中的这一行，以前的批次已由另一人（{self.taken[line]}）用去"
        match verdict:
            case Verdict.DECIDED:
                return self.decided_by.get(line, LEVELS["decided"])
            case Verdict.LINKED:
                return reason_of(level, matched=status is Status.MATCHED, differs=bool(differences))
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


def reason_of(level: str, *, matched: bool, differs: bool) -> str:
    """Why an entry was found to be published, in a clerk's words."""
    if not differs:
        return f"{LEVELS[level]}，没有出入"
    return f"{LEVELS[level]}，出入在政策接受之内" if matched else f"{LEVELS[level]}，有出入"


def place_of(published: Table, line: int) -> dict[str, object]:
    """Where a published row stands, as the contract has it."""
    where = published.where(line)
    return {"file": where.file, "sheet": where.sheet, "row": where.row}

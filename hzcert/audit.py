"""The register proved (验真): the chain link by link, and all that is derived from it worked out again."""

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

from hzcert import codes, lives
from hzcert.findings import Finding, Where
from hzcert.policy import Policy
from hzcert.store import GENESIS, Book, Line, open_register, proves, shown_url


@dataclass(frozen=True)
class Audit:
    """What was proved: how many events, the end of the chain, and what does not agree."""

    events: int
    files: int
    numbers: int
    head: str
    problems: tuple[Finding, ...]
    ranges: tuple[dict[str, Any], ...] = ()


@dataclass(slots=True)
class _Standing:
    """Where a certificate stands by its events alone."""

    state: str = ""
    marks: int = 0
    number: str = ""
    reissues: int = 0
    said: int = 0  # the hash of what its last entry says in the columns of its file


@dataclass
class _Replay:
    """All that follows from the events, worked out anew."""

    files: dict[int, _Standing] = field(default_factory=dict)
    numbers: dict[str, tuple[int, str, int, str, str]] = field(
        default_factory=dict
    )  # file, scope, serial, day, standing
    ranges: list[dict[str, Any]] = field(default_factory=list)
    agreed: set[bytes] = field(default_factory=set)  # the fingerprints of entries that agreed
    wrong: list[int] = field(default_factory=list)  # events that could not follow

    def take(self, line: Line) -> None:
        """One more event."""
        seq, file, kind, data = line[0], line[1], line[2], line[7]
        if not file:
            if kind in ("range_handed", "range_taken"):
                self.ranges.append({"kind": kind, "seq": seq, **json.loads(data)})
            if kind == "agreed":
                self._agree(data)
            return
        standing = self.files.get(file)
        if standing is None:
            standing = self.files[file] = _Standing()
        why, state, marks = lives.follow(kind, standing.state, standing.marks) if kind in lives.STEPS else ("?", "", 0)
        if why:
            self.wrong.append(seq)
            return
        standing.state, standing.marks = state, marks
        if kind == "reconciled":
            if '"agreed":' not in data:
                self._agree(data)
        elif kind in _PARSED:
            said = json.loads(data)
            if kind in _ENTERING:
                standing.said = _hash(said.get("entry", said))
            if kind in lives.NUMBERING or kind == "voided":
                self._number(standing, file, kind, said, line[3])

    def _agree(self, data: str) -> None:
        _, _, rest = data.partition('"fingerprint":"')
        self.agreed.add(bytes.fromhex(rest[:64]))

    def _number(self, standing: _Standing, file: int, kind: str, said: dict[str, Any], day: str) -> None:
        number = str(said.get("number", ""))
        if kind in lives.REVOKING and standing.number in self.numbers:
            self.numbers[standing.number] = (*self.numbers[standing.number][:4], lives.REVOKING[kind])
        if kind == "voided":
            standing.number = ""
            return
        if not number or (kind == "arrived" and number == standing.number):  # which a reissue gave it before it came
            return
        standing.number = number
        if said.get("reissue") and kind != "reissued":
            standing.reissues = max(standing.reissues, 1)
        standing.reissues += kind == "reissued"
        scope, serial = str(said.get("scope", "")), int(said.get("serial", 0))
        self.numbers[number] = (file, scope, serial, str(said.get("numbered_on", day)), "valid")


_ENTERING = ("entered", "amended", "imported", "migrated")
_PARSED = frozenset({*_ENTERING, *lives.NUMBERING, "voided"})
_COLUMNS = ("id_number", "name", "title", "specialty", "level", "region", "document_no")


def _hash(said: Mapping[str, Any]) -> int:
    return hash(tuple(said.get(name, "") for name in _COLUMNS))


NOTED = "记下的末尾散列值（链上没有它：末尾被截去，或不是这本登记簿）"


def prove(book: Book, also: _Replay | None = None, expected: str = "") -> list[int]:
    """The first event that does not agree with its hash; none: the whole chain holds; 0: without the head as it was noted."""
    seq, before = 0, GENESIS
    take = also.take if also is not None else None
    seen = not expected
    with closing(book.each_event()) as lines:
        for line in lines:
            seq += 1
            if not proves(line, seq, before):
                return [seq]
            before = line[8]
            if take is not None:
                take(line)
            if not seen and before == expected:
                seen = True
    head = book.head()
    if (head.seq, head.hash) != (seq, before):
        return [seq + 1]
    return [] if seen else [0]


def verify(url: str, policy: Policy, expected: str = "") -> Audit:
    """Prove the chain, and work out again all that is derived from it: files, numbers, counters.

    Raises:
        RegisterError: it can't be opened.
    """
    place = Where(shown_url(url))
    with open_register(url, reading=True) as book:
        replay = _Replay()
        found = [codes.DERIVED_WRONG.at(place, what=f"数据库文件（{said}）") for said in book.problems()[:5]]
        broken = prove(book, replay, expected)
        found += [
            codes.CHAIN_BROKEN.at(place, seq=seq) if seq else codes.DERIVED_WRONG.at(place, what=NOTED)
            for seq in broken
        ]
        if not broken:
            wrong = [*(f"第 {seq} 号事件的次序" for seq in replay.wrong), *_derived(book, replay), *_counted(book)]
            found += [codes.DERIVED_WRONG.at(place, what=what) for what in wrong]
        head = book.head()
        ranges = tuple({**row, "used": max(0, row["next"] - row["first"])} for row in book.counters())
    return Audit(head.seq, len(replay.files), len(replay.numbers), head.hash, tuple(found), ranges)


def _derived(book: Book, replay: _Replay) -> Iterator[str]:
    """Files and numbers that are not what the events say."""
    files = 0
    for row in book.each_file():
        files += 1
        standing = replay.files.get(row["id"])
        own = (row["state"], row["marks"], row["number"], row["reissues"], _hash(row))
        if standing is None or own != (
            standing.state, standing.marks, standing.number, standing.reissues, standing.said
        ):  # fmt: skip
            yield f"案卷 {row['id']}（{row['name']}）"
    if files != len(replay.files) or book.head().files != files:
        yield "案卷的数目"
    numbers = 0
    for row in book.each_number():
        numbers += 1
        if replay.numbers.get(row["number"]) != (
            row["file"], row["scope"], row["serial"], row["numbered_on"], row["standing"]
        ):  # fmt: skip
            yield f"编号 {row['number']}"
    if numbers != len(replay.numbers):
        yield "编号的数目"
    if replay.agreed != {bytes.fromhex(fingerprint) for fingerprint in book.each_agreed()}:
        yield "核对相符的记录"


def _counted(book: Book) -> Iterator[str]:
    """Serials of a counter that were skipped or given beyond it: there may be no gap."""
    by_scope: dict[str, list[int]] = {}
    for row in book.each_number():
        if row["serial"]:
            by_scope.setdefault(row["scope"], []).append(row["serial"])
    for scope, rows in _grouped(book.counters()):
        given = set(by_scope.get(scope, ()))
        handed = [row for row in rows if row["holder"]]
        for row in rows:
            if row["holder"]:
                continue
            passed = {serial for each in handed for serial in range(each["first"], each["last"] + 1)}
            wanted = range(row["first"], row["next"])
            if missing := [serial for serial in wanted if serial not in given and serial not in passed]:
                yield f"{scope} 的流水号 {missing[0]}"
        ends = [(row["first"], max(row["last"] if row["holder"] else 0, row["next"] - 1)) for row in rows]
        lowest = min(first for first, _ in ends)
        if beyond := [s for s in given if s >= lowest and not any(first <= s <= last for first, last in ends)]:
            yield f"{scope} 的流水号 {min(beyond)}"


def _grouped(rows: Iterable[dict[str, Any]]) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    by_scope: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        by_scope.setdefault(row["scope"], []).append(row)
    return iter(by_scope.items())

"""The register proved (验真): the chain link by link, and all that is derived from it worked out again."""

import json
from collections.abc import Iterable, Iterator
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
    fingerprint: str = ""


@dataclass
class _Replay:
    """All that follows from the events, worked out anew."""

    files: dict[int, _Standing] = field(default_factory=dict)
    numbers: dict[str, tuple[int, str, int, str]] = field(default_factory=dict)  # file, scope, serial, standing
    ranges: list[dict[str, Any]] = field(default_factory=list)
    agreed: int = 0
    wrong: list[int] = field(default_factory=list)  # events that could not follow

    def take(self, line: Line) -> None:
        """One more event."""
        seq, file, kind, data = line[0], line[1], line[2], line[7]
        if not file:
            if kind in ("range_handed", "range_taken"):
                self.ranges.append({"kind": kind, "seq": seq, **json.loads(data)})
            self.agreed += kind == "agreed"
            return
        standing = self.files.get(file)
        if standing is None:
            standing = self.files[file] = _Standing()
        why, state, marks = lives.follow(kind, standing.state, standing.marks) if kind in lives.STEPS else ("?", "", 0)
        if why:
            self.wrong.append(seq)
            return
        standing.state, standing.marks = state, marks
        self.agreed += kind == "reconciled" and '"agreed":' not in data
        if kind in lives.NUMBERING or kind == "voided":
            self._number(standing, file, kind, json.loads(data))

    def _number(self, standing: _Standing, file: int, kind: str, said: dict[str, Any]) -> None:
        number = str(said.get("number", ""))
        if kind in lives.REVOKING and standing.number in self.numbers:
            owner, scope, serial, _ = self.numbers[standing.number]
            self.numbers[standing.number] = (owner, scope, serial, lives.REVOKING[kind])
        if kind == "voided":
            standing.number = ""
            return
        if not number:
            return
        standing.number = number
        standing.reissues += kind == "reissued" or bool(said.get("reissue"))
        self.numbers[number] = (file, str(said.get("scope", "")), int(said.get("serial", 0)), "valid")


def prove(book: Book, also: _Replay | None = None, expected: str = "") -> list[int]:
    """The first event that does not agree with its hash (none: the whole chain holds); ``expected`` is the head as noted."""
    seq, before = 0, GENESIS
    take = also.take if also is not None else None
    seen = not expected
    for line in book.each_event():
        seq += 1
        if not proves(line, seq, before):
            return [seq]
        before = line[8]
        if take is not None:
            take(line)
        if not seen and before == expected:
            seen = True
    head = book.head()
    return [] if (head.seq, head.hash) == (seq, before) and seen else [seq + 1]


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
        found += [codes.CHAIN_BROKEN.at(place, seq=seq) for seq in broken]
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
        own = (row["state"], row["marks"], row["number"], row["reissues"])
        if standing is None or own != (standing.state, standing.marks, standing.number, standing.reissues):
            yield f"案卷 {row['id']}（{row['name']}）"
    if files != len(replay.files) or book.head().files != files:
        yield "案卷的数目"
    numbers = 0
    for row in book.each_number():
        numbers += 1
        if replay.numbers.get(row["number"]) != (row["file"], row["scope"], row["serial"], row["standing"]):
            yield f"编号 {row['number']}"
    if numbers != len(replay.numbers):
        yield "编号的数目"


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
        ends = [(row["first"], row["last"] if row["holder"] else row["next"] - 1) for row in rows]
        lowest = min(first for first, _ in ends)
        if beyond := [s for s in given if s >= lowest and not any(first <= s <= last for first, last in ends)]:
            yield f"{scope} 的流水号 {min(beyond)}"


def _grouped(rows: Iterable[dict[str, Any]]) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    by_scope: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        by_scope.setdefault(row["scope"], []).append(row)
    return iter(by_scope.items())

"""One register merged into another (并入): a county's file into the city's. Conflicts are shown, nothing is overwritten."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hzcert import audit, codes, lives
from hzcert.desk import KEPT, Clerk, Desk, File, key_of
from hzcert.errors import RegisterError
from hzcert.findings import Finding, Where
from hzcert.policy import Policy
from hzcert.store import Book, Draft, Line, Stamp, canonical, open_register

_TWICE_FOR_ALL = ("entered", "reviewed", "reconciled", "assessed", "rostered", "transferred")


@dataclass(frozen=True)
class Merged:
    """What came of it: certificates that are new here, that went on, that were the same, and conflicts."""

    new: int
    gone_on: int
    same: int
    events: int
    findings: tuple[Finding, ...]


@dataclass
class _Plan:
    """What is to be written of one file of the other register."""

    file: File
    is_new: bool
    lines: list[Line]
    numbers: list[dict[str, Any]]
    standings: dict[str, str]


def merge(source: Path, policy: Policy, clerk: Clerk, url: str, *, moment: str, dry_run: bool = False) -> Merged:
    """Merge another register's certificates with all their events; whole certificates that conflict are left out.

    Raises:
        RegisterError: one of them can't be used, the other's chain is broken, or it is this register itself.
    """
    if not source.is_file():
        raise RegisterError(f"找不到登记簿 {source}", "请检查路径")
    with open_register(str(source), reading=True) as other, open_register(url, reading=dry_run) as book:
        if other.id == book.id:
            raise RegisterError(f"{source} 就是这个登记簿，或是它的备份", "请指明另一个登记簿")
        if audit.prove(other):
            raise RegisterError(f"{source} 的事件链不完整", "请先在原处 hzcert register verify，查明后再并入")
        return _merge(other, book, source, Desk(book, policy, clerk, moment), Where(source.name), dry_run=dry_run)


def _merge(other: Book, book: Book, source: Path, desk: Desk, where: Where, *, dry_run: bool) -> Merged:
    seen = book.merged(other.id)
    theirs = other.files()
    ours = {key_of(file): file for file in book.of_people(file["id_number"] for file in theirs)}
    plans: list[_Plan] = []
    found: list[Finding] = []
    same = 0
    next_id = book.head().files
    for some in _some(theirs):
        told: dict[int, list[Line]] = {}
        for line in other.events_of(file["id"] for file in some):
            told.setdefault(line[1], []).append(line)
        numbers: dict[int, list[dict[str, Any]]] = {}
        for row in other.numbers_of(file["id"] for file in some):
            numbers.setdefault(row["file"], []).append(row)
        for file in some:
            lines = [line for line in told.get(file["id"], []) if line[0] not in seen]
            if not lines:
                same += 1
                continue
            plan = _plan(book, file, ours.get(key_of(file)), lines, numbers.get(file["id"], []), next_id + 1)
            if isinstance(plan, str):
                found.append(
                    codes.HISTORIES_PART.at(where, str(file["number"]), why=f"{file['name']} {file['title']}：{plan}")
                )
                continue
            if not plan.lines:
                same += 1
                continue
            next_id += plan.is_new
            plans.append(plan)
    taken = _taken(book, plans, where)
    found += taken.values()
    plans = [plan for plan in plans if plan.file["id"] not in taken]
    if not dry_run:
        _write(other, book, plans, desk, source)
    events = sum(len(plan.lines) for plan in plans)
    new = sum(plan.is_new for plan in plans)
    return Merged(new, len(plans) - new, same, events, tuple(found))


def _plan(
    book: Book, file: File, ours: File | None, lines: list[Line], numbers: list[dict[str, Any]], own: int
) -> _Plan | str:
    """What of a file's events goes on from what is here, or why it can't."""
    if ours is None:
        fresh = file | {"id": own}
        return _Plan(fresh, True, lines, [row | {"file": own} for row in numbers], {})
    here = dict(ours)
    known = {(line[2], line[7]) for line in book.events_of([ours["id"]])}
    wanted: list[Line] = []
    new_numbers: list[dict[str, Any]] = []
    standings: dict[str, str] = {}
    by_number = {row["number"]: row for row in numbers}
    for line in lines:
        kind, data = line[2], line[7]
        if (kind, data) in known:
            continue
        why, state, marks = lives.follow(kind, here["state"], here["marks"])
        if why and kind in _TWICE_FOR_ALL and here["state"]:
            if kind == "entered" and file["fingerprint"] != ours["fingerprint"]:
                return "两边填报的内容不同"
            continue
        if why:
            return f"那边{lives.label(kind)}，这里{why}"
        here["state"], here["marks"] = state, marks
        wanted.append(line)
        said = json.loads(data)
        if kind in lives.REVOKING and here["number"]:
            standings[here["number"]] = lives.REVOKING[kind]
        if kind == "voided":
            here["number"] = ""
        elif kind in lives.NUMBERING and (number := str(said.get("number", ""))) not in ("", here["number"]):
            here["number"] = number
            here["reissues"] += kind == "reissued"
            if number in by_number:
                new_numbers.append(by_number[number] | {"file": ours["id"]})
        elif kind == "amended":
            here |= {name: file[name] for name in (*KEPT, "fingerprint")}
    for row in new_numbers:
        row["standing"] = standings.pop(row["number"], "valid")
    return _Plan(here, False, wanted, new_numbers, standings)


def _taken(book: Book, plans: Iterable[_Plan], where: Where) -> dict[int, Finding]:
    """The files whose numbers belong to somebody else here."""
    wanted = {row["number"]: plan for plan in plans for row in plan.numbers}
    found: dict[int, Finding] = {}
    held = [row for row in book.numbers(wanted) if row["file"] != wanted[row["number"]].file["id"]]
    owners = {file["id"]: file for file in book.files(row["file"] for row in held)}
    for row in held:
        owner = owners[row["file"]]
        whose = f"{owner['name']} {owner['title']}"
        found[wanted[row["number"]].file["id"]] = codes.NUMBER_TAKEN.at(where, number=row["number"], whose=whose)
    serials = book.serials({(row["scope"], row["serial"]) for plan in plans for row in plan.numbers if row["serial"]})
    for plan in plans:
        for row in plan.numbers:
            holder = serials.get((row["scope"], row["serial"]))
            if holder is not None and holder != row["number"] and plan.file["id"] not in found:
                found[plan.file["id"]] = codes.NUMBER_TAKEN.at(where, number=row["number"], whose=holder)
    return found


def _write(other: Book, book: Book, plans: list[_Plan], desk: Desk, source: Path) -> None:
    """Append the events as they were, each under its own day, operator and authority."""
    stamp = Stamp(desk.clerk.day.isoformat(), desk.moment, desk.clerk.operator, desk.clerk.authority)
    files = _number_files(book, plans)
    taken = _events(other, book, plans)
    if not taken.drafts:
        return
    said = {
        "register": other.id,
        "head": other.head().hash,
        "events": len(taken.drafts),
        "certificates": len(plans),
        "file": source.name,
    }
    merger: Draft = (0, "merged", canonical(said), None)
    written = book.append([merger, *taken.drafts], stamp, files=files)
    book.add_files([plan.file for plan in plans if plan.is_new])
    book.change_files([plan.file for plan in plans if not plan.is_new])
    book.add_numbers([row for plan in plans for row in plan.numbers])
    book.stand_numbers({number: standing for plan in plans for number, standing in plan.standings.items()})
    known = book.agreed(taken.agreed)
    book.add_agreed({own: seq for own, seq in taken.agreed.items() if own not in known})
    origins = zip(taken.origins, written[1:], strict=True)
    book.add_merged(other.id, [(origin[0], origin[8], seq) for origin, seq in origins])
    _count(other, book, {row["scope"] for plan in plans for row in plan.numbers})


def _number_files(book: Book, plans: Iterable[_Plan]) -> int:
    """Give new files their numbers here, and say how many there are then: plans that were left out leave no hole."""
    after = book.head().files
    for plan in plans:
        if plan.is_new:
            after += 1
            plan.file["id"] = after
            for row in plan.numbers:
                row["file"] = after
    return after


@dataclass(frozen=True)
class _Events:
    """Another register's events as they are about to be written here, where they come from, and what agreed by them."""

    drafts: list[Draft] = field(default_factory=list)
    origins: list[Line] = field(default_factory=list)
    agreed: dict[str, int] = field(default_factory=dict)


def _events(other: Book, book: Book, plans: list[_Plan]) -> _Events:
    """The events of these plans in their order, and those of no certificate that they point at; each but once."""
    head, seen = book.head(), book.merged(other.id)
    agreed_there = _agreed_there(other, plans)
    known = book.agreed(agreed_there.values())
    loose = [line for line in other.events(agreed_there).values() if line[0] not in seen]
    places: dict[int, int] = {}
    taken = _Events()
    pairs = [(0, line) for line in loose] + [(plan.file["id"], line) for plan in plans for line in plan.lines]
    for own, line in sorted(pairs, key=lambda pair: pair[1][0]):
        data = json.loads(line[7])
        if not own and data["fingerprint"] in known:
            continue
        seq = head.seq + len(taken.drafts) + 2  # the event of the merger itself comes first
        places[line[0]] = seq
        text = line[7]
        if data.get("agreed"):
            there = int(data["agreed"])
            here = places.get(there) or known.get(agreed_there.get(there, "")) or 0
            text = canonical(data | {"agreed": here})
        elif line[2] in ("agreed", "reconciled") and data.get("fingerprint"):
            taken.agreed.setdefault(data["fingerprint"], seq)
        taken.drafts.append((own, line[2], text, Stamp(*line[3:7])))
        taken.origins.append(line)
    return taken


def _agreed_there(other: Book, plans: Iterable[_Plan]) -> dict[int, str]:
    """Events of the other register that say with what an entry agreed, which later events point at."""
    found: dict[int, str] = {}
    for plan in plans:
        for line in plan.lines:
            if line[2] == "reconciled" and (there := json.loads(line[7]).get("agreed")):
                found[int(there)] = ""
    for seq, line in other.events(found).items():
        found[seq] = str(json.loads(line[7]).get("fingerprint", ""))
    return found


def _count(other: Book, book: Book, scopes: Iterable[str]) -> None:
    """The other register's counts stand here as its own: what it gave is given."""
    for scope in sorted(scopes):
        here = {(row["first"], row["holder"]): row for row in book.counters(scope)}
        for row in other.counters(scope):
            if row["holder"]:
                continue
            handed = next((each for (first, holder), each in here.items() if first == row["first"] and holder), None)
            if handed:
                book.move_counter(scope, row["first"], row["next"], handed["holder"])
            elif (row["first"], "") not in here and row["next"] > row["first"]:
                last = row["last"] or row["next"] - 1
                book.add_counter(row | {"last": last, "holder": scope.rpartition("-")[2]})


def _some(files: list[File]) -> Iterable[list[File]]:
    for start in range(0, len(files), 5_000):
        yield files[start : start + 5_000]

"""What the register says (查档): the history of certificates, in words, where each stands, and how many stand where."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from hzcert import codes, lives
from hzcert.asked import Asked
from hzcert.desk import File
from hzcert.fields import HEADINGS
from hzcert.findings import Finding, Where
from hzcert.language import word, words
from hzcert.lives import Mark, State
from hzcert.lookup import Lookup, fits
from hzcert.policy import Policy
from hzcert.store import Book, Line, open_register


@dataclass(frozen=True)
class Event:
    """One line of a history: when, what, which, who; the words that a clerk reads."""

    seq: int
    day: str
    at: str
    kind: str
    operator: str
    authority: str
    data: Mapping[str, Any]
    hash: str
    text: str = ""

    @property
    def label(self) -> str:
        """What it is called: its kind, or of an entry that was held against nothing, that."""
        return lives.UNHELD if self.data.get("reason") == lives.UNHELD else lives.label(self.kind)


@dataclass(frozen=True)
class History:
    """All that happened to one certificate."""

    file: File
    numbers: tuple[Mapping[str, Any], ...]
    events: tuple[Event, ...]


def history(asked: Sequence[Asked], url: str) -> tuple[list[History], list[Finding]]:
    """What happened to certificates, and where they stand.

    Raises:
        RegisterError: the register can't be used.
    """
    found: list[Finding] = []
    stories: list[History] = []
    with open_register(url, reading=True) as book:
        lookup = Lookup(book, asked)
        chosen: dict[int, File] = {}
        strangers: list[Asked] = []
        for each in asked:
            files = [file for file in lookup.candidates(each) if fits(file, each)]
            if not files:
                strangers.append(each)
            chosen |= {file["id"]: file for file in files}
        for each, noted in zip(strangers, _noted(book, strangers), strict=True):
            stories += noted
            if not noted:
                found.append(codes.NOT_REGISTERED.at(each.where, whose=str(each)))
        lines = book.events_of(chosen)
        numbers = book.numbers_of(chosen)
        lines += _told_of_the_old(book, chosen.values(), numbers)
        lines.sort()
        events = [_event(line) for line in lines]
        proofs = book.events(int(each.data["agreed"]) for each in events if each.data.get("agreed"))
    by_file: dict[int, list[Event]] = {}
    for line, event in zip(lines, events, strict=True):
        by_file.setdefault(line[1], []).append(event)
    for own, file in chosen.items():
        told = []
        entry: Mapping[str, Any] = {}
        for event in by_file.get(own, []):
            data = event.data
            if data.get("agreed") and (proof := proofs.get(int(data["agreed"]))):
                data = json.loads(proof[7]) | data
            dated = {"on": event.day, **data} if event.kind in lives.CHANGING_HANDS else data
            told.append(replace(event, data=data, text=tell(event.kind, dated, entry)))
            entry = data.get("entry", entry)
        stories.append(History(file, tuple(row for row in numbers if row["file"] == own), tuple(told)))
    return stories, found


def _told_of_the_old(book: Book, files: Iterable[File], numbers: Iterable[Mapping[str, Any]]) -> list[Line]:
    """What became of certificates as the old ones of others: collected and destroyed for a new one of the same holder (三.5)."""
    own = {row["number"]: row["file"] for row in numbers}
    whose = {file["id_number"]: file["id"] for file in files if file["id"] in set(own.values())}
    lines = book.events_of((file["id"] for file in book.of_people(whose)), *lives.OF_THE_OLD)
    old = [(own.get(str(json.loads(line[7]).get("old_number", ""))), line) for line in lines]
    return [(line[0], file, *line[2:]) for file, line in old if file is not None and file != line[1]]


def _noted(book: Book, asked: Sequence[Asked]) -> list[list[History]]:
    """What is kept of entries that have no certificate yet: with what they agreed, and what a person has decided (三.4)."""
    wanted = {each.id_number for each in asked if each.id_number}
    by_entry: dict[str, dict[tuple[str, ...], list[Event]]] = {}
    for line in book.events_of([0], "agreed", "decided") if wanted else ():
        data = json.loads(line[7])
        if (whose := data.get("id_number")) in wanted:
            own = tuple(str(data.get(name, "")) for name in _NOTED)
            event = replace(_event(line), text=tell(line[2], data, {}))
            by_entry.setdefault(whose, {}).setdefault(own, []).append(event)
    return [
        [
            History(dict.fromkeys(HEADINGS, "") | dict(zip(_NOTED, own, strict=True)) | _NO_FILE, (), tuple(events))
            for own, events in by_entry.get(each.id_number, {}).items()
            if all(each.said.get(name, "") in ("", own[at]) for at, name in enumerate(_NOTED[:3]))
        ]
        for each in asked
    ]


_NOTED = ("id_number", "name", "title", "document_no")
_NO_FILE: File = {"id": 0, "number": "", "state": State.NEW, "marks": 0}


def _event(line: Line) -> Event:
    seq, _, kind, day, at, operator, authority, data, hash_ = line
    return Event(seq, day, at, kind, operator, authority, json.loads(data), hash_)


def tell(kind: str, data: Mapping[str, Any], before: Mapping[str, Any]) -> str:
    """What an event says, as a file note would."""
    entry = data.get("entry", {})
    parts: list[tuple[str, object]] = []  # sentences and what fills them
    if kind in ("entered", "imported"):
        said = (entry.get("title"), entry.get("specialty"), entry.get("level"), entry.get("case"))
        parts += [("{}", "，".join(filter(None, said))), ("公布文号 {}", entry.get("document_no"))]
    elif kind == "amended":
        changed = [name for name in HEADINGS if entry.get(name, "") != before.get(name, "")]
        parts += [
            ("{}", word("{heading}由“{before}”改为“{after}”").format(
                heading=word(HEADINGS[name]), before=before.get(name) or word("（空）"), after=entry.get(name) or word("（空）")
            ))
            for name in changed
        ]  # fmt: skip
    elif kind == "decided":
        shown = data.get("published", {})
        parts += [("{}", data.get("decision")), ("认定人 {}", data.get("who")), ("理由：{}", data.get("why"))]
        parts += [("公布文件 {}", shown.get("document")), ("对照 {}", _place(shown)), ("认定表 {}", data.get("file"))]
    elif kind in ("reconciled", "agreed"):
        parts += [("公布文件 {}", data.get("document")), ("见 {}", _place(data)), ("出入：{}", data.get("differences"))]
        parts += [("其次相近的是 {}", data.get("next"))]
    elif kind == "assessed":
        parts.append(("{}", word("免费")) if data.get("exempt") else ("{} 元", data.get("amount")))
    parts.append(("见 {}", _place(data.get("source", {}))))
    if kind != "decided":
        data = {name: said for name, said in data.items() if said != lives.UNHELD}  # its label says so
        parts += [(template, data.get(name)) for name, template in {**_TOLD, **_TOLD_OF.get(kind, {})}.items()]
    parts.append(("SHA-256 {}…", str(data.get("sha256", ""))[:16]))
    return word("；").join(word(template).format(words(str(filling))) for template, filling in parts if filling)


def _place(said: Mapping[str, Any]) -> str:
    return str(Where(said["file"], said.get("sheet") or None, said.get("row"))) if said.get("file") else ""


_TOLD: Mapping[str, str] = {
    "old_number": "旧证 {}", "number": "编号 {}", "replaces": "代替 {}", "run": "第 {} 次", "output": "文件 {}", "page": "第 {} 页",
    "package": "移交包 {}", "unit": "交 {}", "received_by": "签收 {}", "newspaper": "刊登于 {}", "on": "日期 {}", "notice": "遗失声明：{}", "loss_notice": "遗失声明：{}",
    "confirmed_by": "确认机关 {}", "from": "原单位 {}", "list": "清单 {}", "witness": "监销 {}", "by": "销毁人 {}", "reason": "{}", "note": "{}",
}  # fmt: skip
# What the same word means in one kind of event.
_TOLD_OF: Mapping[str, Mapping[str, str]] = {
    "numbered": {"number": "{}"}, "reissued": {"number": "新编号 {}"}, "collected": {"number": "新证 {}", "on": "收回日期 {}"},
    "destroyed": {"number": "新证 {}"}, "lost": {"on": "刊登日期 {}"}, "issued": {"on": "领取日期 {}"}, "handed": {"on": "交付日期 {}"},
    "signed": {"on": "签收日期 {}"},
    "arrived": {"on": "收到日期 {}"}, "transferred": {"document": "确认文号 {}", "on": "确认日期 {}"},
}  # fmt: skip


def stands(file: File) -> str:
    """Where a certificate stands, in words."""
    marks = [word for mark, word in lives.MARKS.items() if file["marks"] & mark]
    return "，".join([lives.STATES[State(file["state"])], *marks])


def status(policy: Policy, day: date, url: str) -> list[dict[str, object]]:
    """How many certificates stand where, by the notice's level, by region and by phase against its deadline (二)."""
    rows: dict[tuple[str, str, str], dict[str, int]] = {}
    deadlines: dict[str, date] = {}
    with open_register(url, reading=True) as book:
        for level, region, series, specialty, state, marks, count in book.counts():
            phase = policy.phase(level, series, specialty, day)
            name = phase.name if phase else ""
            if phase:
                deadlines[name] = phase.deadline
            row = rows.setdefault((policy.level_group(level) or level, region, name), {})
            row["all"] = row.get("all", 0) + count
            row[state] = row.get(state, 0) + count
            row["destroyed"] = row.get("destroyed", 0) + (count if marks & Mark.DESTROYED else 0)
    return [
        {
            "type": "status",
            "level": level,
            "region": region,
            "phase": phase,
            "deadline": deadlines[phase].isoformat() if phase else None,
            "days_left": (deadlines[phase] - day).days if phase else None,
            **{str(state): row.get(str(state), 0) for state in State if state},
            "old_destroyed": row["destroyed"],
            "all": row["all"],
            "open": row["all"] - row.get("issued", 0),
        }
        for (level, region, phase), row in sorted(rows.items())
    ]

"""The life of certificates, step by step (办理): issued, lost, reissued, void, destroyed; and what the register says of them."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from hzcert import codes, lives
from hzcert.asked import Asked
from hzcert.desk import Clerk, Desk, File, allowed, compose, key_of, scope
from hzcert.errors import RegisterError, UsageError
from hzcert.fields import HEADINGS, REISSUE, TRANSFER_IN
from hzcert.findings import Finding, Where
from hzcert.language import word, words
from hzcert.lives import Mark, State
from hzcert.policy import Policy
from hzcert.store import Book, Line, exists, open_register, shown_url
from hzcert.titles import Title

Record = Mapping[str, object]


@dataclass(frozen=True)
class Done:
    """What a command came to: one record a certificate, and what was found."""

    records: tuple[dict[str, object], ...]
    findings: tuple[Finding, ...]
    files: tuple[File, ...] = ()


Say = Callable[[Asked, File], dict[str, object]]


# --- which certificate is meant -------------------------------------------------------------------------------------


def choose(candidates: Sequence[File], asked: Asked, kind: str) -> tuple[list[File], str]:
    """Of a person's certificates those that may be meant, and why none of them can take the step."""
    said = [file for file in candidates if _fits(file, asked)]
    able = [file for file in said if not lives.follow(kind, file["state"], file["marks"])[0]]
    if len(said) > 1 and able:
        return able, ""
    if len(said) == 1 and not able:
        return said, lives.follow(kind, said[0]["state"], said[0]["marks"])[0]
    return (said, "") if said else ([], "")


def _fits(file: File, asked: Asked) -> bool:
    return all(
        not asked.said.get(name) or asked.said[name] == file[name] for name in ("name", "title", "specialty", "level")
    )


class _Lookup:
    """The files of all that a command is asked about, looked up at once."""

    def __init__(self, book: Book, asked: Iterable[Asked]) -> None:
        wanted = list(asked)
        rows = book.numbers(each.number for each in wanted if each.number)
        self.standings = {row["number"]: row["standing"] for row in rows}
        whose = {row["number"]: row["file"] for row in rows}
        people = book.of_people(each.id_number for each in wanted if each.id_number)
        files = {file["id"]: file for file in people}
        files |= {file["id"]: file for file in book.files(set(whose.values()) - set(files))}
        self._by_number = {number: files[own] for number, own in whose.items()}
        self._by_person: dict[str, list[File]] = {}
        for file in files.values():
            self._by_person.setdefault(file["id_number"], []).append(file)

    def old_numbers(self, book: Book) -> dict[int, str]:
        """The numbers of the old certificates, by file, as the entries have them."""
        files = {file["id"] for held in self._by_person.values() for file in held}
        return {own: said["old_certificate_no"] for own, said in entries(book, files).items()}

    def candidates(self, asked: Asked, *, by_number: bool = True) -> list[File]:
        """The files that may be meant."""
        if by_number and asked.number:
            file = self._by_number.get(asked.number)
            fits = file is not None and asked.id_number in ("", file["id_number"])
            return [file] if file is not None and fits else []
        return self._by_person.get(asked.id_number, [])


# --- taking a step --------------------------------------------------------------------------------------------------


def carry_out(
    kind: str,
    asked: Sequence[Asked],
    say: Say,
    policy: Policy,
    clerk: Clerk,
    url: str,
    *,
    moment: str,
    dry_run: bool = False,
) -> Done:
    """Take one step with every certificate that is asked about; those that can't take it are findings, the others go on.

    Raises:
        RegisterError: the register can't be used.
    """
    records, found, files = [], [], []
    if dry_run and not exists(url):
        raise RegisterError(f"找不到登记簿 {shown_url(url)}", "请用 --register 指明")
    with open_register(url, reading=dry_run) as book:
        desk, lookup, taken = Desk(book, policy, clerk, moment), _Lookup(book, asked), set[int]()
        say = _naming(lookup.old_numbers(book), say) if kind in _OF_THE_OLD else say
        for each in asked:
            file, problem = _meant(lookup, each, kind, taken, desk, say)
            if file is None or problem is not None:
                found += [problem] if problem is not None else []
                if file is not None and problem is not None and problem.code is codes.ALREADY_DONE:
                    files.append(file)
                continue
            taken.add(file["id"])
            before = file["number"]
            _take(desk, kind, file, each, say(each, file))
            files.append(file)
            records.append(_record(kind, file) | ({"certificate_no": before} if kind == "voided" else {}))
        if not dry_run:
            desk.close()
    return Done(tuple(records), tuple(found), tuple(files))


_CHANGING_HANDS = ("issued", "handed", "signed")  # on the day of the event, if no other is said
_OF_THE_OLD = ("collected", "destroyed")  # steps with the old certificate, which has a number of its own


def _naming(old: Mapping[int, str], say: Say) -> Say:
    """What a step says, and the old certificate's number besides, where the entry has one."""

    def said(each: Asked, file: File) -> dict[str, object]:
        return say(each, file) | ({"old_number": old[file["id"]]} if old.get(file["id"]) else {})

    return said


def _meant(
    lookup: _Lookup, asked: Asked, kind: str, taken: set[int], desk: Desk, say: Say
) -> tuple[File | None, Finding | None]:
    """The certificate that is meant, or why the step can't be taken."""
    where, whose, label, clause = asked.where, str(asked), lives.label(kind), lives.STEPS[kind].clause
    candidates = lookup.candidates(asked, by_number=kind != "arrived")
    files, why = choose(candidates, asked, kind)
    if not files:
        return None, codes.NOT_REGISTERED.at(where, whose=whose)
    if len(files) > 1:
        named = "、".join(f"{file['title']} {file['specialty']} {file['number']}".strip() for file in files)
        return None, codes.SEVERAL.at(where, whose=whose, step=label, candidates=named)
    (file,) = files
    old = bool(asked.number) and kind != "arrived" and lookup.standings.get(asked.number) != "valid"
    if file["id"] in taken or (
        (why or old or kind == "signed") and _said_before(desk, kind, file, asked, say(asked, file))
    ):
        return file, codes.ALREADY_DONE.at(where, step=label, clause=clause)
    if why:
        return None, codes.IMPOSSIBLE.at(where, step=label, why=why, clause=clause)
    if old:
        standing = _STANDINGS[lookup.standings[asked.number]]
        return None, codes.IMPOSSIBLE.at(
            where, step=label, why=f"编号 {asked.number} {standing}，现号 {file['number'] or '无'}", clause=clause
        )
    if kind == "lost" and not (
        (said := say(asked, file)).get("loss_notice") or (said.get("newspaper") and said.get("on"))
    ):
        return None, codes.IMPOSSIBLE.at(where, step=label, why="没有写报纸和刊登日期", clause=clause)
    if (on := str(say(asked, file).get("on", ""))) > (today := desk.clerk.day.isoformat()):
        return None, codes.IMPOSSIBLE.at(where, step=label, why=f"所写的 {on} 在办理日期 {today} 之后", clause=clause)
    able = allowed(kind, file, desk.policy, desk.clerk.day)
    if desk.clerk.authority not in {each.code for each in able}:
        mine = desk.policy.authority(desk.clerk.authority).name
        who = "、".join(each.name for each in able) or "（通知没有这一步）"
        return None, codes.NOT_THEIRS.at(where, step=label, who=who, mine=mine, clause=clause)
    if kind == "numbered" and file["case"] == TRANSFER_IN and not file["marks"] & Mark.CONFIRMED:
        return None, codes.UNCONFIRMED_NUMBER.at(where)
    return file, _foreign(kind, file, asked, desk)


_STANDINGS = {"void": "已作废", "revoked": "已由补发代替", "valid": "有效"}


def _foreign(kind: str, file: File, asked: Asked, desk: Desk) -> Finding | None:
    """A number that comes from elsewhere: one is needed where another authority makes the certificate, and must be free."""
    number = asked.said.get("new_number", "") if kind != "arrived" else asked.number or asked.said.get("new_number", "")
    if kind not in ("arrived", "reissued") or (not number and kind == "arrived"):
        return None
    known = number == file["number"] and kind == "arrived"
    if number and not known and (rows := desk.book.numbers([number])):
        (owner,) = desk.book.files([rows[0]["file"]])
        return codes.NUMBER_TAKEN.at(asked.where, number=number, whose=f"{owner['name']} {owner['title']}")
    if kind == "arrived" and number and file["number"] and not known:
        own = file["number"]
        why = f"补发的编号是 {own}，不是 {number}"
        return codes.IMPOSSIBLE.at(asked.where, step=lives.label(kind), why=why, clause=lives.STEPS[kind].clause)
    maker = desk.policy.maker(file["level"], file["region"], desk.clerk.day)
    if not number and maker is not None and maker.code != desk.clerk.authority:
        mine = desk.policy.authority(desk.clerk.authority).name
        return codes.NOT_THEIRS.at(
            asked.where, step="编补发的号", who=maker.name, mine=mine, clause=lives.STEPS[kind].clause
        )
    return None


def _said_before(desk: Desk, kind: str, file: File, asked: Asked, data: Mapping[str, object]) -> bool:
    """Whether the last event of this kind says the same: the command was run before."""
    before = desk.book.events_of([file["id"]], kind)
    if not before:
        return False
    last = json.loads(before[-1][7])
    said = {name: value for name, value in last.items() if name not in _GIVEN}
    wanted = {name: value for name, value in data.items() if name not in _GIVEN}
    if kind == "voided":
        return said == wanted and last.get("number") == (asked.number or last["number"])
    if kind == "arrived" and (asked.number or asked.said.get("new_number", "")) not in ("", file["number"]):
        return False
    if kind in _CHANGING_HANDS:  # of a reissue it is another certificate that changes hands
        return said == wanted and last.get("number", "") == (asked.number or file["number"])
    return said == wanted


_GIVEN = ("number", "scope", "serial", "replaces", "sha256", "reissue", "old_number")


def _take(desk: Desk, kind: str, file: File, asked: Asked, data: dict[str, object]) -> None:
    if kind == "numbered" and file["case"] == REISSUE and not file["reissues"]:
        file["reissues"] = 1
        data = data | {"reissue": 1}
    if kind in ("numbered", "reissued"):
        replaces = {"replaces": file["number"]} if kind == "reissued" else {}
        desk.give(file, kind, data | replaces, asked.said.get("new_number", ""))
    elif (
        kind == "arrived" and (number := asked.number or asked.said.get("new_number", "")) and number != file["number"]
    ):
        desk.give(file, kind, data, number)
    elif kind == "voided":
        desk.void(file, data)
    else:
        desk.take(file, kind, ({"number": file["number"]} if file["number"] else {}) | data)


def _record(kind: str, file: File) -> dict[str, object]:
    return {
        "type": "step",
        "step": kind,
        "id_number": file["id_number"],
        "name": file["name"],
        "title": file["title"],
        "specialty": file["specialty"],
        "certificate_no": file["number"] or None,
        "state": file["state"],
    }


# --- ranges of numbers ----------------------------------------------------------------------------------------------


def hand_range(
    holder: str,
    count: int,
    policy: Policy,
    clerk: Clerk,
    url: str,
    *,
    moment: str,
    file: str = "",
    dry_run: bool = False,
) -> tuple[dict[str, object], bool]:
    """Hand the next serials of an authority's own count to it, so that it can number in a register of its own.

    Args:
        holder: the authority.
        count: how many serials.
        policy: the regulation.
        clerk: who hands them.
        url: the register.
        moment: now.
        file: the name of the file in which they go; what went in it before goes in it again.
        dry_run: nothing is written.

    Returns:
        The range, and whether it was handed before.

    Raises:
        RegisterError: there are not so many left.
        UsageError: there is no such authority.
    """
    name, where = policy.authority(holder).name, scope(clerk.day, holder)
    with open_register(url, reading=dry_run) as book:
        desk = Desk(book, policy, clerk, moment)
        before = desk.handed_before(where, count, holder, file)
        if before:
            first, last = before
        elif dry_run:
            rows = [row for row in book.counters(where) if not row["holder"]]
            first = int(rows[-1]["next"]) if rows else book.highest_serial(where) + 1
            last = first + count - 1
        else:
            first, last = desk.hand_range(where, count, holder, file)
            desk.close()
    said = {"type": "range", "scope": where, "first": first, "last": last, "authority": holder, "name": name}
    return said, before is not None


def take_range(
    where: str, first: int, last: int, policy: Policy, clerk: Clerk, url: str, *, moment: str
) -> tuple[dict[str, object], bool]:
    """Take a range that another register handed over; the range, and whether it was taken before.

    Raises:
        RegisterError: numbers of this count are given here already.
        UsageError: it is another authority's.
    """
    if where.rpartition("-")[2] != clerk.authority:
        raise UsageError(f"号段 {where} 不是本机关（{clerk.authority}）的", "请用 --authority 指明机关")
    with open_register(url) as book:
        before = any((row["first"], row["last"], row["holder"]) == (first, last, "") for row in book.counters(where))
        if not before:
            desk = Desk(book, policy, clerk, moment)
            desk.take_range(where, first, last)
            desk.close()
    return {"type": "range", "scope": where, "first": first, "last": last, "authority": clerk.authority}, before


# --- an older system's table ----------------------------------------------------------------------------------------


def take_over(
    rows: Sequence[Asked], policy: Policy, clerk: Clerk, url: str, *, moment: str, dry_run: bool = False
) -> Done:
    """Import certificates of an older system, numbers and all; what is here already is left as it is."""
    records, found = [], []
    with open_register(url, reading=dry_run, begun=False) as book:
        desk = Desk(book, policy, clerk, moment)
        held = {key_of(file): file for file in book.of_people(each.id_number for each in rows)}
        numbers = {row["number"]: row["file"] for row in book.numbers(each.number for each in rows)}
        given: dict[str, str] = {}
        for each in rows:
            entry, why = _importable(each, policy)
            if why:
                found.append(codes.UNFIT_FOR_IMPORT.at(each.where, why=why))
                continue
            known = held.get(desk.key(entry))
            if each.number in given or (
                each.number in numbers and (known is None or numbers[each.number] != known["id"])
            ):
                whose = given.get(each.number) or _owner(book, numbers[each.number])
                found.append(codes.NUMBER_TAKEN.at(each.where, number=each.number, whose=whose))
                continue
            if known is not None:
                same = known["number"] == each.number
                found.append(
                    codes.ALREADY_DONE.at(each.where, step=lives.label("imported"))
                    if same
                    else codes.HISTORIES_PART.at(each.where, why=f"登记簿中此证编号为{known['number'] or '（空）'}")
                )
                continue
            own = _own_serial(each.number, {"title_code": desk.key(entry)[1], **entry}, policy)
            if own and any(not row["holder"] for row in book.counters(own["scope"])):
                why = f"编号 {each.number} 属于本登记簿自己编号的 {own['scope']}"
                found.append(codes.UNFIT_FOR_IMPORT.at(each.where, why=why))
                continue
            file = desk.open_file(entry)
            held[desk.key(entry)] = file
            given[each.number] = f"{file['name']} {file['title']}"
            said = {name: entry[name] for name in HEADINGS if entry[name]}
            where = {"file": each.where.file, "sheet": each.where.sheet or "", "row": each.where.row}
            day = each.said.get("numbered_on", "")
            desk.give(
                file, "imported", {"entry": said, "source": where} | ({"numbered_on": day} if day else {}), each.number,
                **own, **({"numbered_on": day} if day else {}),
            )  # fmt: skip
            records.append(_record("imported", file))
        if not dry_run:
            desk.close()
    return Done(tuple(records), tuple(found))


def _owner(book: Book, own: int) -> str:
    (file,) = book.files([own])
    return f"{file['name']} {file['title']}"


def _importable(asked: Asked, policy: Policy) -> tuple[dict[str, str], str]:
    """A row as an entry, its level and region made out; or why it can't be imported."""
    entry = {name: asked.said.get(name, "") for name in HEADINGS} | {"id_number": asked.id_number}
    missing = [HEADINGS[name] for name in ("id_number", "name", "title") if not entry[name]]
    missing += [] if asked.number else ["证书编号"]
    if missing:
        return entry, f"没有{'、'.join(missing)}"
    if len(asked.id_number) != 18:
        return entry, "身份证号不是 18 位"
    titles = policy.title_table.find(entry["title"], entry["series"])
    if not titles:
        return entry, f"不认识资格名称“{entry['title']}”"
    entry["level"] = entry["level"] or titles[0].level
    entry["series"] = entry["series"] or titles[0].series
    entry["region"] = policy.region_spellings.get(entry["region"], entry["region"])
    entry["case"] = entry["case"] or policy.entry.default_case.values[0].value
    if not policy.level_group(entry["level"]):
        return entry, f"不认识级别“{entry['level']}”"
    if entry["region"] not in policy.regions:
        return entry, f"不认识属地“{entry['region']}”"
    return entry, ""


def _own_serial(number: str, file: File, policy: Policy) -> dict[str, Any]:
    """Scope and serial of a number that was made by the policy's own template, so that it is never given again."""
    title = Title(file["title_code"], file["title"], file["series"], file["level"])
    for authority in policy.authorities:
        year, rest = number[1:5], number[5 + len(authority.code) + 2 : -1]
        if not (year.isascii() and year.isdigit() and rest.isascii() and rest.isdigit() and 1900 < int(year) < 3000):
            continue
        day = date(int(year), 12, 31)
        template = policy.certificate.number.on(day).value if day >= policy.issued_on else ""
        letter = policy.letter(file["level"])
        if template and compose(template, letter, day, authority.code, title, int(rest)) == number:
            return {"scope": scope(day, authority.code), "serial": int(rest), "authority": authority.code}
    return {}


# --- what the register says -----------------------------------------------------------------------------------------


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
        lookup = _Lookup(book, asked)
        chosen: dict[int, File] = {}
        strangers: list[Asked] = []
        for each in asked:
            files = [file for file in lookup.candidates(each) if _fits(file, each)]
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
            dated = {"on": event.day, **data} if event.kind in _CHANGING_HANDS else data
            told.append(replace(event, data=data, text=tell(event.kind, dated, entry)))
            entry = data.get("entry", entry)
        stories.append(History(file, tuple(row for row in numbers if row["file"] == own), tuple(told)))
    return stories, found


def _told_of_the_old(book: Book, files: Iterable[File], numbers: Iterable[Mapping[str, Any]]) -> list[Line]:
    """What became of certificates as the old ones of others: collected and destroyed for a new one of the same holder (三.5)."""
    own = {row["number"]: row["file"] for row in numbers}
    whose = {file["id_number"]: file["id"] for file in files if file["id"] in set(own.values())}
    lines = book.events_of((file["id"] for file in book.of_people(whose)), *_OF_THE_OLD)
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


def entries(book: Book, files: Iterable[int]) -> dict[int, dict[str, str]]:
    """What the last entry of each of these certificates says, field by field."""
    found: dict[int, dict[str, str]] = {}
    for line in book.events_of(files, "entered", "amended", "imported", "migrated"):
        data = json.loads(line[7])
        said = data.get("entry", data)
        found[line[1]] = {name: str(said.get(name, "")) for name in HEADINGS}
    return found


def find(text: str, url: str, most: int = 100) -> list[File]:
    """Certificates by a part of a name, an ID number, a number or a unit.

    Raises:
        RegisterError: the register can't be used.
    """
    with open_register(url, reading=True) as book:
        return book.search(text, most)


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

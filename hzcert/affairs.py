"""The life of certificates, step by step (办理): issued, lost, reissued, void, destroyed."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from hzcert import codes, lives
from hzcert.asked import Asked
from hzcert.desk import Clerk, Desk, File, allowed, compose, key_of, scope
from hzcert.errors import RegisterError, UsageError
from hzcert.fields import HEADINGS, REISSUE, TRANSFER_IN
from hzcert.findings import Finding
from hzcert.lives import Mark
from hzcert.lookup import Lookup, choose
from hzcert.policy import Policy
from hzcert.store import Book, exists, open_register, shown_url
from hzcert.titles import Title


@dataclass(frozen=True)
class Done:
    """What a command came to: one record a certificate, and what was found."""

    records: tuple[dict[str, object], ...]
    findings: tuple[Finding, ...]
    files: tuple[File, ...] = ()


Say = Callable[[Asked, File], dict[str, object]]


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
        desk, lookup, taken = Desk(book, policy, clerk, moment), Lookup(book, asked), set[int]()
        say = _naming(lookup.old_numbers(book), say) if kind in lives.OF_THE_OLD else say
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


def _naming(old: Mapping[int, str], say: Say) -> Say:
    """What a step says, and the old certificate's number besides, where the entry has one."""

    def said(each: Asked, file: File) -> dict[str, object]:
        return say(each, file) | ({"old_number": old[file["id"]]} if old.get(file["id"]) else {})

    return said


def _meant(
    lookup: Lookup, asked: Asked, kind: str, taken: set[int], desk: Desk, say: Say
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
    if kind in lives.CHANGING_HANDS:  # of a reissue it is another certificate that changes hands
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

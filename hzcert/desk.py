"""The desk at which the register is kept (登记台): steps are tried against the table of lives and the notice's authorities.

One transaction, one desk. What is done here is written when the desk is closed, all of it or nothing.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import cached_property, lru_cache
from operator import itemgetter
from string import Formatter
from typing import Any

from hzcert import lives, names
from hzcert.errors import RegisterError
from hzcert.fields import REISSUE
from hzcert.lives import State
from hzcert.policy import Authority, Kind, Policy
from hzcert.store import Book, Draft, Stamp, canonical
from hzcert.titles import Title

File = dict[str, Any]
_AT_ONCE = 5_000  # events
_KINDS: tuple[Kind, ...] = ("county", "city", "province")  # of the county: the region's own bureau
Key = tuple[str, str, str]  # ID number, code of the title, folded specialty


@dataclass(frozen=True, slots=True)
class Clerk:
    """Who does it, for which authority, on which day."""

    day: date
    authority: str
    operator: str = ""


_VALUES = {str(digit): digit for digit in range(10)} | {chr(ord("A") + place): place + 1 for place in range(26)}


def check_character(number: str) -> str:
    """The check character of a certificate number: ISO 7064 MOD 11-2, the level's letter counted as A 1, B 2 ...

    >>> check_character("C20073305000800001")
    '4'
    """
    # The last digits change, and what stands before them is the same many times over.
    check = (12 - _remainder(number[-3:], _remainder(number[-6:-3], _remainder(number[:-6])))) % 11
    return "X" if check == 10 else str(check)


@lru_cache(maxsize=32_768)
def _remainder(signs: str, before: int = 0) -> int:
    for sign in signs:
        before = (before + _VALUES[sign]) * 2 % 11
    return before


def moment() -> str:
    """Now, as events have it."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def compose(template: str, letter: str, day: date, area: str, title: Title, serial: int) -> str:
    """A certificate number by the policy's template, with its check character."""
    number = _but_serial(template, letter, day.year, area, title.code[:2]).format(serial)
    return number + check_character(number)


@lru_cache(maxsize=4096)
def _but_serial(template: str, letter: str, year: int, area: str, series: str) -> str:
    """A template of which only the serial is left to be filled in: all else is the same many times over."""
    known = {"letter": letter, "year": year, "area": area, "series": series}
    filled = ""
    for text, name, form, turned in Formatter().parse(template):
        filled += _as_it_stands(text)
        if name is not None:
            how = (f"!{turned}" if turned else "") + (f":{form}" if form else "")
            filled += f"{{0{how}}}" if name == "serial" else _as_it_stands(f"{{{name}{how}}}".format_map(known))
    return filled


def _as_it_stands(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")


def scope(day: date, authority_code: str) -> str:
    """Where serials count from one: a year and an authority."""
    return f"{day.year}-{authority_code}"


def title_of(entry: Mapping[str, str], policy: Policy) -> Title | None:
    """The title of an entry as the standard or the policy has it."""
    return next(iter(policy.title_table.find(entry["title"], entry["series"])), None)


def key(entry: Mapping[str, str], policy: Policy) -> Key:
    """What makes an entry's certificate the same again: person, title, specialty however spelt."""
    title = title_of(entry, policy)
    return entry["id_number"], title.code if title else "", names.unit_key(entry["specialty"])


KEPT = (
    "name", "series", "title", "specialty", "level", "region", "employer", "department", "case", "document_no",
)  # fmt: skip


_KEPT = itemgetter(*KEPT)
_NEW = str(State.NEW)  # an enumeration takes ten times as long to ask


def key_of(file: Mapping[str, Any]) -> Key:
    """The key of a file."""
    return file["id_number"], file["title_code"], file["specialty_key"]


def allowed(kind: str, file: Mapping[str, Any], policy: Policy, day: date) -> list[Authority]:
    """The authorities that may take a step with a certificate (三.2, 三.4, 三.5, 五.1, 五.2); empty: nobody.

    Raises:
        UsageError: the policy does not say.
    """
    if file["region"] not in policy.regions or not policy.level_group(file["level"]):
        return []
    line = policy.responsibility(file["level"], file["region"], day)
    own, city, province = (policy.body(kind_, file["region"]) for kind_ in _KINDS)
    maker = policy.body(line.makes, file["region"])
    match lives.STEPS[kind].who:
        case "makes":
            found = [maker]
        case "reissues" | "confirms":  # the province's through the city
            body = maker if lives.STEPS[kind].who == "reissues" else policy.body(line.reviews, file["region"])
            found = [body, city] if body == province else [body]
        case "hands_out":
            body = policy.body(line.hands_out, file["region"])
            found = [body, own] if file["state"] == State.HANDED else [body]
        case "destroys":
            found = [policy.body(line.destroys, file["region"])]
        case "sends":
            found = [city] if line.roster_to == "province" else []
        case "files":
            found = [maker] if line.roster_to != line.makes and line.roster_to == "city" else []
        case "collects":
            found = [own, city, policy.body(line.destroys, file["region"])]
        case _:
            found = [own, city, province]
    return list({each.code: each for each in found}.values())


class Desk:
    """Steps that are taken in one transaction, and the numbers that they take."""

    def __init__(self, book: Book, policy: Policy, clerk: Clerk, at: str) -> None:
        self.book, self.policy, self.clerk, self.moment = book, policy, clerk, at
        self._stamp = Stamp(clerk.day.isoformat(), at, clerk.operator, clerk.authority)
        self._drafts: list[Draft] = []
        self._new: list[File] = []
        self._changed: dict[int, File] = {}
        self._numbers: list[dict[str, Any]] = []
        self._standings: dict[str, str] = {}
        self._agreed: dict[str, int] = {}  # by fingerprint: the number of its event
        self._keys: dict[tuple[str, str, str], tuple[str, str]] = {}
        self._titles: dict[tuple[str, str, str, str], tuple[str, Title]] = {}
        self._counters: dict[str, list[dict[str, Any]]] = {}
        self._head = book.head()
        self._before = self._files = self._head.files
        self._next = self._head.seq + 1  # the number of the next event

    def key(self, entry: Mapping[str, str]) -> Key:
        """What makes an entry's certificate the same again; of one title and specialty looked up once."""
        said = entry["title"], entry["series"], entry["specialty"]
        if said not in self._keys:
            self._keys[said] = key(entry, self.policy)[1:]
        return entry["id_number"], *self._keys[said]

    def open_file(self, entry: Mapping[str, str], own: Key | None = None) -> File:
        """A new file for an entry's certificate, with nothing in it yet."""
        self._files += 1
        id_number, title_code, specialty_key = own or self.key(entry)
        name, series, title, specialty, level, region, employer, department, case, document_no = _KEPT(entry)
        file: File = {
            "id": self._files, "id_number": id_number, "title_code": title_code, "specialty_key": specialty_key,
            "name": name, "series": series, "title": title, "specialty": specialty, "level": level, "region": region,
            "employer": employer, "department": department, "case": case, "document_no": document_no, "fingerprint": "",
            "reissues": 0, "state": _NEW, "marks": 0, "number": "",
        }  # fmt: skip
        self._new.append(file)
        return file

    def refusal(self, file: File, kind: str) -> str:
        """Why a step can't be taken with this certificate now; empty where it can."""
        return lives.follow(kind, file["state"], file["marks"])[0]

    def take(self, file: File, kind: str, data: Mapping[str, object] | str) -> None:
        """Take a step that may be taken, and say something of it (canonical JSON where it is made already).

        Raises:
            RegisterError: it can't follow where the certificate stands; callers ask first, and this is the last guard.
        """
        why, state, marks = lives.follow(kind, file["state"], file["marks"])
        if why:
            raise RegisterError(f"{lives.label(kind)}：{why}", "请用 hzcert register history 查看这份证书")
        file["state"], file["marks"] = state, marks
        own = file["id"]
        if own <= self._before:
            self._changed[own] = file
        self._draft(own, kind, data if isinstance(data, str) else canonical(data))

    def _draft(self, own: int, kind: str, text: str) -> None:
        self._drafts.append((own, kind, text, None))
        self._next += 1
        if len(self._drafts) >= _AT_ONCE and not self.book.reading:
            self._send()

    def _send(self) -> None:
        self._head = self.book.add_events(self._drafts, self._stamp, self._head)
        self._drafts.clear()

    def note(self, kind: str, data: Mapping[str, object]) -> None:
        """An event of the register itself."""
        self._draft(0, kind, canonical(data))

    def enter(self, file: File, entry: Mapping[str, str], own: str, said: str) -> None:
        """Enter what an entry says, or what it says otherwise than before (三.3)."""
        kind = "amended" if file["state"] else "entered"
        if kind == "amended":
            file.update(zip(KEPT, _KEPT(entry), strict=True))
        file["fingerprint"] = own
        self.take(file, kind, said)

    def agree(self, file: File | None, own: str, evidence: Mapping[str, object]) -> None:
        """Note that an entry agrees with the published documents (三.4)."""
        self._agreed[own] = self._next
        if file is None:
            self.note("agreed", {"fingerprint": own, **evidence})
        else:
            self.take(file, "reconciled", {"fingerprint": own, **evidence})

    def agree_many(self, prints: Iterable[str], said: Iterable[str]) -> None:
        """Note that entries without a file agree with the published documents: what is said of each as canonical JSON (三.4)."""
        for own, data in zip(prints, said, strict=True):
            self._agreed[own] = self._next
            self._draft(0, "agreed", data)

    def give(self, file: File, kind: str, data: Mapping[str, object], number: str = "", /, **own: object) -> str:
        """Give a certificate a number: the next of this authority, or one that was given elsewhere."""
        row: dict[str, Any] = {
            "number": number, "scope": "", "serial": 0, "file": file["id"], "reissue": 0, "standing": "valid",
            "authority": self.clerk.authority, "policy": self.policy.name, "numbered_on": self._stamp.day,
        }  # fmt: skip
        if number:
            row.update({"scope": f"外来-{number}", **own})
        else:
            row["scope"] = where = self._scope
            row["serial"] = serial = self._serial(where)
            row["number"] = number = self._compose(file, serial)
        before = str(file["number"])
        file["number"] = number
        if kind == "reissued":
            file["reissues"] += 1
        row["reissue"] = int(file["reissues"] > 0)
        self.take(file, kind, {"number": number, "scope": row["scope"], "serial": row["serial"], **data})
        if before and kind in lives.REVOKING:
            self._standings[before] = lives.REVOKING[kind]
        self._numbers.append(row)
        return number

    def _compose(self, file: File, serial: int) -> str:
        """A file's next number; what all numbers of one title share is looked up once."""
        own = file["title_code"], file["title"], file["series"], file["level"]
        if own not in self._titles:
            self._titles[own] = self.policy.letter(file["level"]), Title(*own)
        letter, title = self._titles[own]
        return compose(self._template, letter, self.clerk.day, self.clerk.authority, title, serial)

    @cached_property
    def _scope(self) -> str:
        return scope(self.clerk.day, self.clerk.authority)

    @cached_property
    def _template(self) -> str:
        return self.policy.certificate.number.on(self.clerk.day).value

    def void(self, file: File, data: Mapping[str, object]) -> None:
        """Void a misprinted certificate; its number stays in the register and is never used again."""
        self._standings[file["number"]] = lives.REVOKING["voided"]
        self.take(file, "voided", {"number": file["number"], **data})
        file["number"] = ""

    def _serial(self, where: str) -> int:
        """The next serial of a scope, from this register's own ranges.

        Raises:
            RegisterError: the ranges that were handed to it are used up.
        """
        own = self._own(where)
        for row in own:
            if not row["last"] or row["next"] <= row["last"]:
                row["next"] += 1
                return int(row["next"]) - 1
        raise RegisterError(f"{where} 的号段已经用完", "请向上级领取新的号段（hzcert register number --take-range）")

    def _own(self, where: str) -> list[dict[str, Any]]:
        if where not in self._counters:
            rows = [row | {"was": row["next"]} for row in self.book.counters(where) if not row["holder"]]
            if not rows:
                first = self.book.highest_serial(where) + 1
                rows = [{"scope": where, "first": first, "last": 0, "next": first, "holder": "", "was": 0}]
            self._counters[where] = rows
        return self._counters[where]

    def handed_before(self, where: str, count: int, holder: str, file: str) -> tuple[int, int] | None:
        """The serials that went to an authority in a file of this name: the command is run again, or its file was lost."""
        wanted = {"scope": where, "to": holder, "file": file}
        for line in self.book.events_of([0], "range_handed") if file else ():
            said = json.loads(line[7])
            if said | wanted == said and said["last"] - said["first"] + 1 == count:
                return int(said["first"]), int(said["last"])
        return None

    def hand_range(self, where: str, count: int, holder: str, file: str = "") -> tuple[int, int]:
        """Hand the next serials of a scope to another authority, in a file: they are no longer given here."""
        row = self._own(where)[-1]
        if row["last"] and row["next"] + count - 1 > row["last"]:
            raise RegisterError(
                f"{where} 的号段已经用完", "请向上级领取新的号段（hzcert register number --take-range）"
            )
        first, last = row["next"], row["next"] + count - 1
        row["next"] = last + 1
        self.book.add_counter({"scope": where, "first": first, "last": last, "next": first, "holder": holder})
        # What was given before the range and what comes after it are two stretches of the same count.
        named = {"file": file} if file else {}
        self.note("range_handed", {"scope": where, "first": first, "last": last, "to": holder, **named})
        return int(first), int(last)

    def take_range(self, where: str, first: int, last: int) -> None:
        """Take a range that another register handed to this one."""
        rows = self.book.counters(where)
        mine = [row for row in rows if not row["holder"]]
        if any(not row["last"] for row in mine):
            raise RegisterError(f"{where} 在这里已经自行编号，不能再领取号段", "请与上级核对号段")
        if any(row["first"] <= last and first <= row["last"] for row in rows):
            raise RegisterError(f"号段 {first}–{last} 与已有的号段重叠", "请与上级核对号段")
        self.book.add_counter({"scope": where, "first": first, "last": last, "next": first, "holder": ""})
        self.note("range_taken", {"scope": where, "first": first, "last": last})

    def close(self) -> int:
        """Write all that was done; how many events that was."""
        before = self.book.head().seq
        if self._next == before + 1:
            return 0
        self._send()
        self.book.add_files(self._new)
        self.book.change_files(list(self._changed.values()))
        self.book.add_numbers(self._numbers)
        self.book.stand_numbers(self._standings)
        self.book.add_agreed(self._agreed)
        for rows in self._counters.values():
            for row in rows:
                if not row["was"]:
                    self.book.add_counter({name: row[name] for name in ("scope", "first", "last", "next", "holder")})
                elif row["next"] != row["was"]:
                    self.book.move_counter(row["scope"], row["first"], row["next"])
        self.book.end(replace(self._head, files=self._files))
        return self._next - before - 1


def is_reissue(entry: Mapping[str, str]) -> bool:
    """Whether an entry asks for a certificate in the place of a lost one (五.2)."""
    return entry["case"] == REISSUE

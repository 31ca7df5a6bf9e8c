"""Certificate numbers (编号): entries on their way into the register, numbers given once and without gaps, and what stands against it."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from hzcert import codes, lives, names
from hzcert.desk import Clerk, Desk, File, Key, is_reissue, key_of, moment
from hzcert.fields import TRANSFER_IN
from hzcert.findings import Finding, Where, mask
from hzcert.intake import Intake
from hzcert.lives import UNHELD, Mark, State
from hzcert.policy import Policy
from hzcert.store import Book, canonical, open_register
from hzcert.table import Table

_REVIEWED = int(Mark.REVIEWED)  # a flag of an enumeration takes ten times as long to ask
Record = Mapping[str, object]
Said = Mapping[int, Record]  # by position in the table
_NOBODY: Said = {}
WHOSE = ("id_number", "name", "title", "document_no")
PART = 20_000  # entries


@dataclass(frozen=True)
class Numbers:
    """The number of each entry that got one, the day on which it did, and findings on what the register knows otherwise."""

    by_line: Mapping[int, str]
    given_on: Mapping[int, date]
    findings: tuple[Finding, ...]
    new: int


def mine(holders: Table, policy: Policy, as_of: date, authority_code: str) -> list[int]:
    """The entries whose certificates this authority makes (三.4), in the order in which they are numbered."""
    rank = {group.name: place for place, group in enumerate(policy.levels)}
    intake = Intake(holders)
    texts = [intake.texts(name) for name in ("level", "region", "department")]
    lines: dict[tuple[str, str, str], list[int]] = {}
    for line, said in enumerate(zip(*texts, strict=True)):
        lines.setdefault(said, []).append(line)
    made: dict[tuple[int, str], list[int]] = {}
    for (level, region, department), own in lines.items():
        maker = policy.maker(level, region, as_of)
        if maker is not None and maker.code == authority_code:
            place = rank[policy.level_group(level)], policy.submitting_unit(department, region)
            made.setdefault(place, []).extend(own)
    return [line for place in sorted(made) for line in sorted(made[place])]


def number(
    holders: Table,
    policy: Policy,
    day: date,
    authority_code: str,
    url: str,
    *,
    dry_run: bool = False,
    operator: str = "",
    agreed: Said = _NOBODY,
    fees: Said = _NOBODY,
    decided: Sequence[Record] = (),
    give: bool = True,
) -> Numbers:
    """Enter entries, and number those whose certificates this authority makes; a dry run shows the numbers and takes none.

    Args:
        holders: entries without errors.
        policy: the regulation.
        day: the day of processing.
        authority_code: who does it.
        url: the register.
        dry_run: nothing is written.
        operator: the person who does it.
        agreed: what published row each entry agreed with (三.4), by position; those not named must have agreed before.
        fees: what each entry costs, and why (四), by position.
        decided: what clerks have decided on entries, kept with the certificates that are among these (三.4).
        give: whether numbers are given; otherwise entries are only entered.

    Raises:
        RegisterError: the register can't be opened, is locked, or refuses.
    """
    order = mine(holders, policy, day, authority_code) if give else []
    with open_register(url, reading=dry_run, begun=False) as book:
        desk = Desk(book, policy, Clerk(day, authority_code, operator), moment())
        batch = _Batch(desk, holders, set(order), agreed, fees, decided)
        for line in order:
            batch.handle(line)
        for line in range(len(holders)):
            if line not in batch.own:
                batch.handle(line)
        if not dry_run:
            book.forget_agreed(batch.anew)
            desk.close()
    return Numbers(batch.numbers, batch.given_on, tuple(batch.found), batch.new)


class _Batch:
    """A batch on its way into the register, entry by entry; what the register knows of all of them is looked up at once."""

    def __init__(
        self, desk: Desk, holders: Table, own: set[int], agreed: Said, fees: Said, decided: Sequence[Record]
    ) -> None:
        self.own, self._agreed, self._fees = own, agreed, fees
        self.numbers: dict[int, str] = {}
        self.given_on: dict[int, date] = {}
        self.found: list[Finding] = []
        self.new = 0
        self.anew: set[str] = set()
        self._desk, self._holders, self._intake = desk, holders, Intake(holders)
        self._records, self._prints = self._intake.records, self._intake.prints
        self._keys = [desk.key(entry) for entry in self._records]
        self._people = _People(desk, self._intake.texts("id_number"))
        self._known = desk.book.agreed(self._prints)
        held = self._people.by_key
        self._people.hold_rows([entry for entry, own in zip(self._records, self._keys, strict=True) if own not in held])
        self._bare = let_pass(desk.book, self._known)
        self._deciding = _Deciding(desk, decided, earlier=bool(self._known))

    def handle(self, line: int) -> None:
        """Enter one entry, and number it if that is asked for here; or find out why not."""
        entry, key_ = self._records[line], self._keys[line]
        numbering = line in self.own
        if numbering and (refused := self._people.otherwise(self._holders, line, entry, key_)):
            self.found += refused
        elif line not in self._agreed and self._prints[line] not in self._known:
            self.found.append(self._holders.finding(line, codes.UNRECONCILED))
        elif (taken := self._people.taken(entry, key_)) and self._claims(line):
            self.found.append(self._holders.finding(line, codes.CLAIMED_TWICE, other=taken))
        else:
            file = self._enter(line, entry, key_)
            self._deciding.keep(file, entry)
            self._reconcile(line, file, entry)
            if line in self._fees and not self._desk.refusal(file, "assessed"):
                self._desk.take(file, "assessed", self._fees[line])
            if numbering:
                self._number(line, file, entry)

    def _claims(self, line: int) -> bool:
        return _claims(self._desk.book, self._agreed.get(line), self._known.get(self._prints[line]))

    def _enter(self, line: int, entry: Mapping[str, str], key_: Key) -> File:
        """Enter an entry as it was handed in and checked (三.2, 三.3), and the confirmation of one who transfers in (五.1)."""
        desk, own = self._desk, self._prints[line]
        file, new = self._people.file(entry, key_)
        if new or file["fingerprint"] != own:
            desk.enter(file, entry, own, self._intake.said(line))
        if not file["marks"] & _REVIEWED:
            desk.take(file, "reviewed", "{}")
        if entry["case"] == TRANSFER_IN and entry["transfer_confirmed_no"] and not desk.refusal(file, "transferred"):
            desk.take(file, "transferred", {"document": entry["transfer_confirmed_no"]})
        return file

    def _reconcile(self, line: int, file: File, entry: Mapping[str, str]) -> None:
        """Note on what an entry agreed with the published documents (三.4): now, before, or now on better evidence."""
        own = self._prints[line]
        if own not in self._known:
            self._desk.agree(file, own, self._agreed[line])
            self._known[own] = 0
        elif own in self._bare and "file" in self._agreed.get(line, {}):
            self._desk.agree(None, own, {name: entry[name] for name in WHOSE} | dict(self._agreed[line]))
            self.anew.add(own)
            self._bare.discard(own)
        elif file["state"] == State.ENTERED:
            self._desk.take(file, "reconciled", {"fingerprint": own, "agreed": self._known[own]})

    def _number(self, line: int, file: File, entry: Mapping[str, str]) -> None:
        before, day = file["number"], self._desk.clerk.day
        if problem := _number(self._desk, file, entry, self._holders, line):
            self.found.append(problem)
            return
        number = self.numbers[line] = file["number"]
        if number == before:
            self.given_on[line] = self._people.given_on[before]
        else:
            self.given_on[line] = self._people.given_on[number] = day
            self.new += 1


def _claims(book: Book, evidence: Record | None, agreed: int | None) -> bool:
    """Whether a new entry claims its published row for itself (三.4), by what it agreed with just now or in an earlier event.

    Whom a clerk has recognised, and whom no list was held against, claims no row of another's.
    """
    said = evidence or json.loads(book.events([agreed or 0])[agreed or 0][7])
    return "file" in said and said.get("level") != "decided"


class _Deciding:
    """Clerks' decisions, to be kept with the certificates that they are about, each once (三.4)."""

    def __init__(self, desk: Desk, decided: Sequence[Record], *, earlier: bool) -> None:
        self._desk = desk
        # Entries that were reconciled by a command of its own were decided on before they had a certificate.
        before = [json.loads(line[7]) for line in desk.book.events_of([0], "decided")] if earlier else []
        self._about: dict[tuple[object, ...], dict[str, Record]] = {}
        for each in [*before, *decided]:
            self._about.setdefault(_whose(each), {})[canonical(each)] = each

    def keep(self, file: File, entry: Mapping[str, str]) -> None:
        """Note what was decided on an entry, unless it was noted before."""
        if not self._about or not (about := self._about.get(_whose(entry))):
            return
        known = {line[7] for line in self._desk.book.events_of([file["id"]], "decided")}
        for text, each in about.items():
            if text not in known:
                self._desk.take(file, "decided", each)
        del self._about[_whose(entry)]


def _whose(said: Mapping[str, Any]) -> tuple[object, ...]:
    return tuple(said.get(name, "") for name in WHOSE)


class _People:
    """What the register has of some people already: their files, and the days of their numbers."""

    def __init__(self, desk: Desk, id_numbers: Iterable[str]) -> None:
        self._desk = desk
        held: list[File] = desk.book.of_people(id_numbers) if desk.book.head().files else []
        self.by_key = {key_of(file): file for file in held}
        self._of: dict[str, list[File]] = {}
        self._rows: dict[tuple[str, ...], list[File]] = {}
        for file in held:
            self._of.setdefault(file["id_number"], []).append(file)
        rows = desk.book.numbers_of(file["id"] for file in held if file["number"])
        self.given_on = {row["number"]: date.fromisoformat(row["numbered_on"]) for row in rows}

    def hold_rows(self, entries: Sequence[Mapping[str, str]]) -> None:
        """Look up who holds published rows already that these entries, which are new, may claim (三.4)."""
        if not entries or not self._desk.book.head().files:
            return
        rows = [(entry["name"], entry["document_no"]) for entry in entries if entry["document_no"]]
        for file in self._desk.book.of_rows(rows):
            self._rows.setdefault((file["name"], file["document_no"], file["title_code"]), []).append(file)

    def taken(self, entry: Mapping[str, str], own: Key) -> str:
        """Who else was entered for the published row of a new entry: the same name, document, title and unit, another person."""
        if not self._rows or own in self.by_key:
            return ""
        for file in self._rows.get((entry["name"], entry["document_no"], own[1]), ()):
            same_unit = names.unit_key(file["employer"]) == names.unit_key(entry["employer"])
            specialties = {file["specialty_key"], own[2]} - {""}
            if file["id_number"] != own[0] and same_unit and len(specialties) < 2 and file["state"] != State.VOID:
                return f"登记簿中的 {file['number'] or mask(file['id_number'])}"
        return ""

    def file(self, entry: Mapping[str, str], own: Key) -> tuple[File, bool]:
        """The file of an entry's certificate, and whether it is new."""
        if known := self.by_key.get(own):
            return known, False
        file = self.by_key[own] = self._desk.open_file(entry, own)
        self._of.setdefault(own[0], []).append(file)
        return file, True

    def otherwise(self, holders: Table, line: int, entry: Mapping[str, str], own: Key) -> list[Finding]:
        """What is known otherwise: another name on this certificate, or one document's title under another specialty."""
        held = self._of.get(own[0])
        return list(self._differences(held, holders, line, entry, own)) if held else []

    def _differences(
        self, held: Sequence[File], holders: Table, line: int, entry: Mapping[str, str], own: Key
    ) -> Iterator[Finding]:
        for file in held:
            known = key_of(file)
            if not file["number"]:
                continue
            if known == own and file["name"] != entry["name"]:
                yield holders.finding(
                    line, codes.REGISTERED_OTHERWISE, "", number=file["number"], registered=file["name"]
                )
            elif known != own and known[:2] == own[:2] and file["document_no"] == entry["document_no"]:
                said = file["specialty"] or "（空）"
                yield holders.finding(line, codes.REGISTERED_SPECIALTY, "", number=file["number"], registered=said)
            elif known == own and file["reissues"] and not is_reissue(entry) and file["state"] != State.VOID:
                yield holders.finding(line, codes.REVOKED, "", state="已补发", number=file["number"])
            elif known == own and file["state"] == State.LOST and not is_reissue(entry):
                yield holders.finding(line, codes.REVOKED, "", state="已登记遗失", number=file["number"])


def _number(desk: Desk, file: File, entry: Mapping[str, str], holders: Table, line: int) -> Finding | None:
    """Give an entry's certificate its number if it has none; why not, if it can have none."""
    wants = is_reissue(entry)
    if entry["case"] == TRANSFER_IN and not file["marks"] & Mark.CONFIRMED and not file["number"]:
        return holders.finding(line, codes.UNCONFIRMED_NUMBER, "")
    if file["state"] == State.LOST and wants:
        used = [json.loads(event[7]).get("notice") for event in desk.book.events_of([file["id"]], "reissued")]
        if entry["loss_notice"] in used:
            return holders.finding(line, codes.REVOKED, "", state="已再次登记遗失", number=file["number"])
        desk.give(file, "reissued", {"notice": entry["loss_notice"], "replaces": file["number"]})
    elif file["number"] and wants and not file["reissues"]:
        if why := desk.refusal(file, "lost"):
            return holders.finding(line, codes.IMPOSSIBLE, "", step=lives.label("lost"), why=why, clause="五.2")
        desk.take(file, "lost", {"notice": entry["loss_notice"], "number": file["number"]})
        desk.give(file, "reissued", {"notice": entry["loss_notice"], "replaces": file["number"]})
    elif not file["number"]:
        if why := desk.refusal(file, "numbered"):
            return holders.finding(line, codes.IMPOSSIBLE, "", step=lives.label("numbered"), why=why, clause="三.4")
        if wants and not file["reissues"]:
            file["reissues"] = 1
        desk.give(file, "numbered", {"reissue": 1} if wants else {})
    return None


def earlier(
    holders: Table, lines: Sequence[int], policy: Policy, day: date, authority: str, url: str
) -> tuple[dict[int, str], list[Finding]]:
    """What earlier batches have done of these entries (三.4); nothing is written.

    By position who else was entered for the published row of one that is new; and a finding for each certificate that was
    numbered then, from another place than now.
    """
    taken: dict[int, str] = {}
    found: list[Finding] = []
    with open_register(url, reading=True, begun=False) as book:
        if not book.head().files:
            return taken, found
        desk = Desk(book, policy, Clerk(day, authority), moment())
        for first in range(0, len(lines), PART):
            some = lines[first : first + PART]
            chosen = np.zeros(len(holders), dtype=np.bool_)
            chosen[some] = True
            part = holders.take(chosen)
            records = Intake(part).records
            people = _People(desk, (entry["id_number"] for entry in records))
            people.hold_rows(records)
            taken |= {
                line: who
                for line, entry in zip(some, records, strict=True)
                if (who := people.taken(entry, desk.key(entry)))
            }
            found += _numbered_before(desk, people, part, records)
    return taken, found


def _numbered_before(
    desk: Desk, people: _People, holders: Table, records: Sequence[Mapping[str, str]]
) -> Iterator[Finding]:
    """Entries whose certificates have numbers, and were first entered from other files or rows than these."""
    files = {line: file for line, entry in enumerate(records) if (file := people.by_key.get(desk.key(entry)))}
    entered = desk.book.events_of([file["id"] for file in files.values() if file["number"]], "entered")
    places = {event[1]: json.loads(event[7])["source"] for event in reversed(entered)}  # the first of each file
    for line, file in files.items():
        said = places.get(file["id"])
        here = holders.where(line)
        if said and (said.get("file"), said.get("row")) != (here.file, here.row) and not is_reissue(records[line]):
            where = Where(said.get("file") or "", said.get("sheet") or None, said.get("row"))
            yield holders.finding(line, codes.EARLIER, "", number=file["number"], where=where)


def let_pass(book: Book, agreed: Mapping[str, int]) -> set[str]:
    """The fingerprints, of those that agreed, of entries that were let pass without any published document."""
    seqs = book.saying(agreed.values(), UNHELD)
    return {own for own, seq in agreed.items() if seq in seqs}

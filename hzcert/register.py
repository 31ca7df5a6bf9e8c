"""The register as a batch meets it (登记): entries and what agrees, certificate numbers given once and without gaps, what was printed."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import numpy as np
import pyarrow as pa

from hzcert import codes, lives, names
from hzcert.desk import Clerk, Desk, File, Key, check_character, is_reissue, key, key_of
from hzcert.fields import TRANSFER_IN
from hzcert.findings import Finding, Where, mask
from hzcert.intake import Intake, fingerprint
from hzcert.lives import UNHELD, Mark, State
from hzcert.policy import Policy
from hzcert.store import Book, canonical, canonical_rows, exists, open_register
from hzcert.table import Table

__all__ = ["UNHELD", "check_character", "fingerprint", "key"]

_REVIEWED = int(Mark.REVIEWED)  # a flag of an enumeration takes ten times as long to ask
Record = Mapping[str, object]
Said = Mapping[int, Record]  # by position in the table
_NOBODY: Said = {}
SPARSE = ("differences", "document", "level", "next")  # of evidence: what has nothing to say is left out
_WHOSE = ("id_number", "name", "title", "document_no")
_PART = 20_000  # entries


@dataclass(frozen=True)
class Numbers:
    """The number of each entry that got one, the day on which it did, and findings on what the register knows otherwise."""

    by_line: Mapping[int, str]
    given_on: Mapping[int, date]
    findings: tuple[Finding, ...]
    new: int


@dataclass(frozen=True, slots=True)
class Revoked:
    """A number that is no longer good: lost, revoked by a reissue, void, or destroyed as the old one of another."""

    number: str
    why: str  # lost, revoked, void, destroyed


@dataclass(frozen=True, slots=True)
class Output:
    """A file on which a certificate or an entry stands: its name, its SHA-256, the page; of a reprint, why."""

    name: str
    sha256: str
    page: int = 0
    reason: str = ""


def moment() -> str:
    """Now, as events have it."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


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
    with open_register(url, reading=dry_run) as book:
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
        self._bare = _bare(desk.book, self._known)
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
            self._desk.agree(None, own, {name: entry[name] for name in _WHOSE} | dict(self._agreed[line]))
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
    return tuple(said.get(name, "") for name in ("id_number", "name", "title", "document_no"))


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
    with open_register(url, reading=True) as book:
        if not book.head().files:
            return taken, found
        desk = Desk(book, policy, Clerk(day, authority), moment())
        for first in range(0, len(lines), _PART):
            some = lines[first : first + _PART]
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


def known_numbers(holders: Table, policy: Policy, url: str) -> dict[int, str]:
    """The numbers that the register holds already, by position in the table; none is taken."""
    records = Intake(holders).records
    with open_register(url, reading=True) as book:
        files = {key_of(file): file for file in book.of_people(entry["id_number"] for entry in records)}
    found: dict[int, str] = {}
    for line, entry in enumerate(records):
        file = files.get(key(entry, policy))
        if file and file["number"] and (is_reissue(entry) or not file["reissues"]):
            found[line] = file["number"]
    return found


def remember_reconciled(
    holders: Table,
    day: date,
    url: str,
    *,
    evidence: Callable[[slice], Mapping[str, pa.Array]] = lambda _: {},
    policy: Policy | None = None,
    authority: str = "",
    operator: str = "",
) -> None:
    """Note that these entries agree with the published documents, so that they may be listed and printed (三.4).

    ``evidence`` says of some that follow each other, column by column, with what row each agreed, and how.
    """
    known: set[str] = set()
    anew: set[str] = set()
    with open_register(url) as book:
        desk = Desk(book, policy, Clerk(day, authority, operator), moment())  # type: ignore[arg-type]
        for number, some in enumerate(holders.parts(_PART)):  # what is said of a million entries takes gigabytes
            prints = Intake(some).prints
            before = book.agreed(prints)
            bare = _bare(book, before)
            known.update(before.keys() - bare)
            whose = {name: some.texts(name) for name in _WHOSE} | {"fingerprint": pa.array(prints, pa.large_string())}
            found = evidence(slice(number * _PART, number * _PART + len(some)))
            said = dict(zip(reversed(prints), reversed(canonical_rows({**whose, **found}, SPARSE)), strict=True))
            new = [own for own in dict.fromkeys(prints) if own not in known]
            desk.agree_many(new, map(said.__getitem__, new))
            known.update(new)
            anew |= bare & set(prints)
        book.forget_agreed(anew)
        desk.close()


def remember_decisions(
    decided: Sequence[Record], policy: Policy, day: date, authority: str, url: str, *, operator: str = ""
) -> int:
    """Keep clerks' decisions on what a program must not decide, as evidence (三.4); how many were not kept before."""
    if not decided:
        return 0
    with open_register(url) as book:
        desk = Desk(book, policy, Clerk(day, authority, operator), moment())
        known = {line[7] for line in book.events_of([0], "decided")}  # their data
        new = [each for each in decided if canonical(each) not in known]
        for each in new:
            desk.note("decided", each)
        desk.close()
    return len(new)


def unreconciled(holders: Table, url: str) -> list[Finding]:
    """A finding for each entry that was never held against the published documents as it stands now (三.4)."""
    prints = Intake(holders).prints
    with open_register(url, reading=True) as book:
        agreed = book.agreed(prints)
    return [holders.finding(line, codes.UNRECONCILED) for line, own in enumerate(prints) if own not in agreed]


def unheld(holders: Table, url: str) -> list[int]:
    """Those of these entries that were let pass without any published document, by position (三.4)."""
    prints = Intake(holders).prints
    with open_register(url, reading=True) as book:
        bare = _bare(book, book.agreed(prints))
    return [line for line, own in enumerate(prints) if own in bare]


def _bare(book: Book, agreed: Mapping[str, int]) -> set[str]:
    """The fingerprints, of those that agreed, of entries that were let pass without any published document."""
    seqs = book.saying(agreed.values(), UNHELD)
    return {own for own, seq in agreed.items() if seq in seqs}


def remember_printed(
    printed: Mapping[str, Output], policy: Policy, day: date, authority: str, url: str, *, operator: str = ""
) -> int:
    """Note that certificates were printed, by their numbers (三.4); how many were not noted with the same output before."""
    with open_register(url) as book:
        rows = book.numbers(printed)
        files = {file["id"]: file for file in book.files(row["file"] for row in rows)}
        whose = [(files[row["file"]], row["number"]) for row in rows]
        said = {file["id"]: _output(printed[own]) | {"number": own} for file, own in whose if file["number"] == own}
        return _remember(Desk(book, policy, Clerk(day, authority, operator), moment()), "printed", files, said)


def prints_of(numbers: Iterable[str], url: str) -> dict[str, list[str]]:
    """The files onto which certificates were printed before, by their numbers, in order."""
    with open_register(url, reading=True) as book:
        rows = book.numbers(numbers)
        events = book.events_of([row["file"] for row in rows], "printed")
    found: dict[str, list[str]] = {}
    for event in events:
        said = json.loads(event[7])
        found.setdefault(str(said.get("number", "")), []).append(str(said.get("output", "")))
    return {row["number"]: found[row["number"]] for row in rows if row["number"] in found}


def remember_rostered(
    holders: Table,
    rosters: Mapping[int, Output],
    policy: Policy,
    day: date,
    authority: str,
    url: str,
    *,
    operator: str = "",
) -> int:
    """Note on which roster entries stand, by position (三.4); how many were not noted with the same roster before."""
    records = Intake(holders).records
    with open_register(url) as book:
        held = book.of_people(entry["id_number"] for entry in records)
        by_key = {key_of(file): file for file in held}
        said = {}
        for line, output in rosters.items():
            if file := by_key.get(key(records[line], policy)):
                said[file["id"]] = _output(output)
        files = {file["id"]: file for file in held}
        return _remember(Desk(book, policy, Clerk(day, authority, operator), moment()), "rostered", files, said)


def _output(output: Output) -> dict[str, object]:
    page = {"page": output.page} if output.page else {}
    reason = {"reason": output.reason} if output.reason else {}
    return {"output": output.name, "sha256": output.sha256, **page, **reason}


def _remember(desk: Desk, kind: str, files: Mapping[int, File], said: Mapping[int, dict[str, Any]]) -> int:
    """Take a step with each file of which it can be taken and was not taken with the same words before."""
    before: dict[int, list[dict[str, Any]]] = {}
    for event in desk.book.events_of(said, kind):
        before.setdefault(event[1], []).append(json.loads(event[7]))
    new = 0
    for own in sorted(said):
        earlier = [each for each in before.get(own, ()) if each.get("number") == said[own].get("number")]
        if earlier and _same(earlier[-1], said[own]):
            continue
        again = {"run": len(earlier) + 1, "reason": AGAIN} if earlier else {}
        if not desk.refusal(files[own], kind):
            desk.take(files[own], kind, again | said[own])
            new += 1
    desk.close()
    return new


AGAIN = "与上一次不同，重新制作"  # why a batch's own list or page is made once more


def _same(before: Mapping[str, object], said: Mapping[str, object]) -> bool:
    """Whether an earlier event names the same output, whichever time it was, and with the same reason if one is given."""
    rest = ("run",) if "reason" in said else ("run", "reason")
    return {name: value for name, value in before.items() if name not in rest} == said


def revoked(url: str) -> list[Revoked]:
    """Every number that is no longer good: its certificate lost, revoked by a reissue, void or destroyed."""
    with open_register(url, reading=True) as book:
        gone = {
            row["number"]: row["standing"] if row["standing"] != "valid" else str(row["state"])
            for row in book.revoked()
        }
        gone = {**dict.fromkeys(_destroyed(book), "destroyed"), **gone}
    return [Revoked(number, why) for number, why in sorted(gone.items())]


def _destroyed(book: Book) -> Iterator[str]:
    """Numbers of certificates that were taken in and destroyed for another of the same holder (三.5)."""
    pairs = book.followed(Mark.DESTROYED)
    old: dict[int, str] = {}
    for line in book.events_of({own for _, own in pairs}, "entered", "amended", "imported", "migrated"):
        data = json.loads(line[7])
        old[line[1]] = str(data.get("entry", data).get("old_certificate_no", ""))
    for number, own in pairs:
        # What a clerk wrote counts for the holder's own certificates alone: a slip of the pen revokes nobody else's.
        if "".join(old.get(own, "").split()).upper() == number.upper():
            yield number


def check(url: str) -> None:
    """Make sure that the register can be used, before anything else is written.

    Raises:
        RegisterError: it can't be opened, is locked, is newer, or is no register.
    """
    with open_register(url, reading=not exists(url)):
        pass


def evidence_of(published: Table, line: int, reason: str, level: str = "") -> dict[str, object]:
    """On what an entry was found to agree: the published row, its document, and how (三.4)."""
    where = published.where(line)
    said: dict[str, object] = {"file": where.file, "sheet": where.sheet or "", "row": where.row, "reason": reason}
    document = published.text("document_no", line)
    return said | ({"document": document} if document else {}) | ({"level": level} if level else {})

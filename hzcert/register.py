"""The register as a batch meets it (登记): what agrees with published documents, what was printed, what is no longer good."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pyarrow as pa

from hzcert import codes
from hzcert.desk import Clerk, Desk, File, check_character, is_reissue, key, key_of, moment
from hzcert.findings import Finding
from hzcert.intake import Intake, fingerprint
from hzcert.lives import UNHELD, Mark
from hzcert.numbering import PART, WHOSE, Numbers, earlier, let_pass, mine, number
from hzcert.policy import Policy
from hzcert.store import Book, canonical, canonical_rows, exists, open_register
from hzcert.table import Table

__all__ = ["UNHELD", "Numbers", "check_character", "earlier", "fingerprint", "key", "mine", "moment", "number"]

Record = Mapping[str, object]
SPARSE = ("differences", "document", "level", "next")  # of evidence: what has nothing to say is left out


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


def known_numbers(holders: Table, policy: Policy, url: str) -> dict[int, str]:
    """The numbers that the register holds already, by position in the table; none is taken."""
    records = Intake(holders).records
    with open_register(url, reading=True, begun=False) as book:
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
        for part, some in enumerate(holders.parts(PART)):  # what is said of a million entries takes gigabytes
            prints = Intake(some).prints
            before = book.agreed(prints)
            bare = let_pass(book, before)
            known.update(before.keys() - bare)
            whose = {name: some.texts(name) for name in WHOSE} | {"fingerprint": pa.array(prints, pa.large_string())}
            found = evidence(slice(part * PART, part * PART + len(some)))
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
    with open_register(url, reading=True, begun=False) as book:
        agreed = book.agreed(prints)
    return [holders.finding(line, codes.UNRECONCILED) for line, own in enumerate(prints) if own not in agreed]


def unheld(holders: Table, url: str) -> list[int]:
    """Those of these entries that were let pass without any published document, by position (三.4)."""
    prints = Intake(holders).prints
    with open_register(url, reading=True, begun=False) as book:
        bare = let_pass(book, book.agreed(prints))
    return [line for line, own in enumerate(prints) if own in bare]


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
    with open_register(url, reading=True, begun=False) as book:
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
    with open_register(url, reading=True, begun=False) as book:
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
    for given, own in pairs:
        # What a clerk wrote counts for the holder's own certificates alone: a slip of the pen revokes nobody else's.
        if "".join(old.get(own, "").split()).upper() == given.upper():
            yield given


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

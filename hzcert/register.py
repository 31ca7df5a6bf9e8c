"""Certificate numbers (证书编号) from the register: given once, in order, without gaps, and the same on every run."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from hzcert import codes, names
from hzcert.findings import Finding
from hzcert.policy import Policy
from hzcert.store import Key, Row, open_register, register_path
from hzcert.table import HEADINGS, REISSUE, Table
from hzcert.titles import Title


@dataclass(frozen=True)
class Numbers:
    """The number of each entry that got one, the day on which it did, and findings on what the register knows otherwise."""

    by_line: Mapping[int, str]
    given_on: Mapping[int, date]
    findings: tuple[Finding, ...]
    new: int


def check_character(number: str) -> str:
    """The check character of a certificate number: ISO 7064 MOD 11-2, the level's letter counted as A 1, B 2 ...

    >>> check_character("C20073305000800001")
    '4'
    """
    remainder = 0
    for sign in number:
        remainder = (remainder + (int(sign) if sign.isdigit() else ord(sign) - ord("A") + 1)) * 2 % 11
    check = (12 - remainder) % 11
    return "X" if check == 10 else str(check)


def compose(template: str, letter: str, day: date, area: str, title: Title, serial: int) -> str:
    """A certificate number by the policy's template, with its check character."""
    parts = {"letter": letter, "year": day.year, "area": area, "series": title.code[:2], "serial": serial}
    number = template.format(**parts)
    return number + check_character(number)


def key(entry: Mapping[str, str], policy: Policy) -> Key:
    """What makes an entry's certificate the same again: person, title, specialty however spelt, and whether a reissue."""
    title = _title(entry, policy)
    return entry["id_number"], title.code, names.unit_key(entry["specialty"]), int(entry["case"] == REISSUE)


def fingerprint(entry: Mapping[str, str]) -> str:
    """The hash of all that an entry says of the person and the qualification: one changed letter makes another."""
    said = [entry[name] for name in HEADINGS if name not in ("phone", "remark")]
    return hashlib.sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()


def _title(entry: Mapping[str, str], policy: Policy) -> Title:
    return policy.title_table.find(entry["title"], entry["series"])[0]


def mine(holders: Table, policy: Policy, as_of: date, authority_code: str) -> list[int]:
    """The entries whose certificates this authority makes (三.4), in the order in which they are numbered."""
    rank = {group.name: place for place, group in enumerate(policy.levels)}
    found = []
    for line, entry in enumerate(holders.records()):
        maker = policy.maker(entry["level"], entry["region"], as_of)
        if maker is not None and maker.code == authority_code:
            unit = policy.submitting_unit(entry["department"], entry["region"])
            found.append((rank[policy.level_group(entry["level"])], unit, line))
    return [line for *_, line in sorted(found)]


def assign(
    entries: Sequence[tuple[int, Mapping[str, str]]],
    known: Mapping[Key, Row],
    last: int,
    policy: Policy,
    day: date,
    authority_code: str,
) -> tuple[dict[int, Row], list[Row]]:
    """A line of the register for each entry: the one that it holds, or a new one with the next serial; and the new ones."""
    template = policy.certificate.number.on(day).value
    lines: dict[int, Row] = {}
    new: list[Row] = []
    for line, entry in entries:
        id_number, title_code, specialty_key, reissue = own = key(entry, policy)
        if own in known:
            lines[line] = known[own]
            continue
        serial, title = last + len(new) + 1, _title(entry, policy)
        lines[line] = {
            "number": compose(template, policy.letter(entry["level"]), day, authority_code, title, serial),
            "scope": scope(day, authority_code),
            "serial": serial,
            "id_number": id_number,
            "title_code": title_code,
            "specialty_key": specialty_key,
            "reissue": reissue,
            "authority": authority_code,
            "policy": policy.name,
            "numbered_on": day.isoformat(),
            **{name: entry[name] for name in ("name", "title", "specialty", "level", "region", "document_no")},
        }
        new.append(lines[line])
    return lines, new


def scope(day: date, authority_code: str) -> str:
    """Where serials count from one: a year and an authority."""
    return f"{day.year}-{authority_code}"


def number(
    holders: Table, policy: Policy, day: date, authority_code: str, url: str, *, dry_run: bool = False
) -> Numbers:
    """Number the entries whose certificates this authority makes; a dry run shows the numbers and takes none.

    Raises:
        RegisterError: the register can't be opened, is locked, or refuses.
    """
    records = list(holders.records())
    mine_ = [(line, records[line]) for line in mine(holders, policy, day, authority_code)]
    with open_register(url, dry_run=dry_run) as book:
        held = book.of_people(entry["id_number"] for _, entry in mine_)
        found = [finding for line, entry in mine_ for finding in _otherwise(holders, line, entry, held, policy)]
        refused = {finding.where.row_key for finding in found}
        fit = [(line, entry) for line, entry in mine_ if holders.where(line).row_key not in refused]
        lines, new = assign(
            fit,
            {_key_of(row): row for row in held},
            book.last_serial(scope(day, authority_code)),
            policy,
            day,
            authority_code,
        )
        book.add(new)
    return Numbers(
        {line: str(row["number"]) for line, row in lines.items()},
        {line: date.fromisoformat(str(row["numbered_on"])) for line, row in lines.items()},
        tuple(found),
        len(new),
    )


def known_numbers(holders: Table, policy: Policy, url: str) -> dict[int, str]:
    """The numbers that the register holds already, by position in the table; none is taken."""
    records = list(holders.records())
    with open_register(url, dry_run=True) as book:
        held = {_key_of(row): str(row["number"]) for row in book.of_people(entry["id_number"] for entry in records)}
    keys = (key(entry, policy) for entry in records)
    return {line: held[own] for line, own in enumerate(keys) if own in held}


def remember_reconciled(holders: Table, day: date, url: str) -> None:
    """Note that these entries agree with the published documents, so that they may be listed and printed (三.4)."""
    with open_register(url) as book:
        book.add_reconciled([fingerprint(entry) for entry in holders.records()], day.isoformat())


def unreconciled(holders: Table, url: str) -> list[Finding]:
    """A finding for each entry that was never held against the published documents as it stands now (三.4)."""
    prints = [fingerprint(entry) for entry in holders.records()]
    with open_register(url, dry_run=True) as book:
        agreed = book.reconciled(prints)
    return [holders.finding(line, codes.UNRECONCILED) for line, own in enumerate(prints) if own not in agreed]


def check(url: str) -> None:
    """Make sure that the register can be used, before anything else is written.

    Raises:
        RegisterError: it can't be opened, is locked, is newer, or is no register.
    """
    with open_register(url, dry_run=not register_path(url).exists()):
        pass


def _key_of(row: Row) -> Key:
    return str(row["id_number"]), str(row["title_code"]), str(row["specialty_key"]), int(str(row["reissue"]))


def _otherwise(
    holders: Table, line: int, entry: Mapping[str, str], held: Sequence[Row], policy: Policy
) -> Iterator[Finding]:
    """What the register knows otherwise: another name on this certificate, or one document's title under another specialty."""
    own = key(entry, policy)
    for row in held:
        known = _key_of(row)
        if known == own and row["name"] != entry["name"]:
            yield holders.finding(line, codes.REGISTERED_OTHERWISE, "", number=row["number"], registered=row["name"])
        elif (
            known != own and known[:2] == own[:2] and known[3] == own[3] and row["document_no"] == entry["document_no"]
        ):
            said = row["specialty"] or "（空）"
            yield holders.finding(line, codes.REGISTERED_SPECIALTY, "", number=row["number"], registered=said)

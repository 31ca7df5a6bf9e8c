"""Certificate numbers (证书编号) from the register: given once, in order, without gaps, and the same on every run."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from hzcert import codes
from hzcert.findings import Finding
from hzcert.policy import Policy
from hzcert.store import Book, Key, Row, open_register
from hzcert.table import Table
from hzcert.titles import Title

REISSUE = "遗失补发"


@dataclass(frozen=True)
class Numbers:
    """The number of each entry that got one, and findings on entries that the register knows otherwise."""

    by_line: Mapping[int, str]
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


def key(entry: Mapping[str, str]) -> Key:
    """What makes an entry's certificate the same certificate: ID number, title, specialty, and whether it is a reissue."""
    return entry["id_number"], entry["title"], entry["specialty"], int(entry["case"] == REISSUE)


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
) -> tuple[dict[int, str], list[Row]]:
    """Numbers for entries, by line: the one the register holds, or the next serial; and the register's new lines."""
    template = policy.certificate.number.on(day).value
    numbers: dict[int, str] = {}
    rows: list[Row] = []
    for line, entry in entries:
        if held := known.get(key(entry)):
            numbers[line] = str(held["number"])
            continue
        title = policy.title_table.find(entry["title"], entry["series"])[0]
        serial = last + len(rows) + 1
        numbers[line] = compose(template, policy.letter(entry["level"]), day, authority_code, title, serial)
        id_number, name_of_title, specialty, reissue = key(entry)
        rows.append(
            {
                "number": numbers[line],
                "scope": scope(day, authority_code),
                "serial": serial,
                "id_number": id_number,
                "title": name_of_title,
                "specialty": specialty,
                "reissue": reissue,
                "authority": authority_code,
                "policy": policy.name,
                "numbered_on": day.isoformat(),
                **{name: entry[name] for name in ("name", "level", "region", "document_no")},
            }
        )
    return numbers, rows


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
    lines = mine(holders, policy, day, authority_code)
    with open_register(url, dry_run=dry_run) as book:
        known = book.find([key(records[line]) for line in lines])
        found = list(_otherwise(holders, records, lines, known))
        refused = {finding.where for finding in found}
        fit = [(line, records[line]) for line in lines if holders.where(line, "name") not in refused]
        numbers, rows = assign(fit, known, _last(book, day, authority_code), policy, day, authority_code)
        book.add(rows)
    return Numbers(numbers, tuple(found), len(rows))


def _last(book: Book, day: date, authority_code: str) -> int:
    return book.last_serial(scope(day, authority_code))


def _otherwise(
    holders: Table, records: Sequence[Mapping[str, str]], lines: Sequence[int], known: Mapping[Key, Row]
) -> list[Finding]:
    """Entries whose certificate the register holds under another name."""
    return [
        holders.finding(line, codes.REGISTERED_OTHERWISE, "", number=held["number"], registered=held["name"])
        for line in lines
        if (held := known.get(key(records[line]))) and held["name"] != records[line]["name"]
    ]

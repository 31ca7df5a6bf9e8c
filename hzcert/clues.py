"""What else a batch knows of an ID number that a spreadsheet has cut (线索): photos' names and lists that have the whole number.

They are named for a person to confirm. Nothing is put in: a hundred people share the fifteen digits that are left.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import PurePath

import pandas as pd

from hzcert import codes, idnumber
from hzcert.batch import Input
from hzcert.findings import Finding, some_of
from hzcert.table import Table

Known = tuple[str, str]  # a whole ID number, and where it was seen, in a clerk's words


def of_photos(photos: Iterable[Input]) -> Iterator[Known]:
    """The ID numbers in the names of photos."""
    for photo in photos:
        if number := idnumber.find_in(PurePath(photo.shown).stem):
            yield number, f"照片 {photo.shown}"


def of_list(published: Table) -> Iterator[Known]:
    """The ID numbers of a list."""
    for line, number in enumerate(published.column("id_number")):
        if number:
            yield number, f"名单 {published.where(line)} {published.column('name').iloc[line]}"


def with_candidates(found: Iterable[Finding], holders: Table, known: Iterable[Known]) -> list[Finding]:
    """The same findings, those of cut ID numbers (HZ108) with the whole numbers that fit what is left and the sex."""
    findings = list(found)
    if not any(finding.code is codes.ID_DAMAGED for finding in findings):
        return findings
    seen: dict[str, str] = {}
    for number, where in known:
        seen.setdefault(number, where)
    by_digits: dict[str, dict[str, str]] = defaultdict(dict)
    for number, is_right in zip(seen, idnumber.right(pd.Series(list(seen), dtype="str")), strict=True):
        for digits in idnumber.cut_forms(number) if is_right else ():
            by_digits[digits][number] = seen[number]
    sexes = dict(zip(holders.places(), holders.column("sex"), strict=True))
    return [
        finding.knowing(clue=_clue(by_digits[finding.value], sexes.get(_place(finding), "")))
        if finding.code is codes.ID_DAMAGED and finding.value in by_digits
        else finding
        for finding in findings
    ]


def _place(finding: Finding) -> tuple[str, str, int, int]:
    file, sheet, row, block = finding.where.row_key
    return file, sheet, row or 0, block


def _clue(fitting: Mapping[str, str], sex: str) -> str:
    of_sex = {"男": "13579", "女": "02468"}.get(sex, "0123456789")
    named = [f"{number}（{where}）" for number, where in sorted(fitting.items()) if number[16] in of_sex]
    return f"；可能是 {some_of(named, '个')}" if named else ""

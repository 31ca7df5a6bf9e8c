"""Columns of dates (日期栏) as ISO text: months that became days, tenths that lost a nought, what the ID number decides."""

import re
from collections.abc import Sequence, Set
from datetime import date

from hzcert import codes, dates, names
from hzcert.fields import HEADINGS
from hzcert.findings import Finding, Where
from hzcert.headings import heading_key
from hzcert.parts import Part, plain, plain_text
from hzcert.sheets.grid import Cell, as_text
from hzcert.texts import Texts

_UNREAD = "\0"
_ONE, _OCTOBER = re.compile(r"(?:\d{4}|\d{2})\.1"), re.compile(r"(?:\d{4}|\d{2})\.10")
_FEWEST_MONTHS = 3  # different first days of months; by chance that many are so once in 27,000


def date_text(cell: Cell) -> str:
    """A date as ISO text, or as it was given, after a mark, where it can't be read."""
    iso = dates.read(plain(cell) if isinstance(cell, str) else cell)
    if iso is None and isinstance(cell, str):  # once more without radicals and what can't be seen
        iso = dates.read(names.tidy_text(plain(cell)))
    return _UNREAD + plain_text(cell) if iso is None else iso


def canonical_dates(name: str, part: Part, texts: Texts, numbers: Texts, found: list[Finding]) -> Texts:
    """Dates as ISO text; what can't be read stays as it was, with a finding."""
    cells = part.cells[name]
    days = [] if isinstance(cells, Texts) else [line for line, cell in enumerate(cells) if isinstance(cell, date)]
    if name == "birth_date":
        texts = texts.patched(_birth_months(part, texts, numbers, days, found))
    # A file without types, or a table of ours, in which a number has become text.
    if not part.sheet or part.sheet.startswith("第 ") or "id_number_given" in part.cells:
        cut = _cut_months(cells, numbers if name == "birth_date" else None)
        texts = texts.patched({line: _UNREAD + plain(as_text(cells[line])) for line in cut})
    if name == "obtained_on" and _are_months({cells[line] for line in days}):
        found.append(codes.MONTHS_ONLY.at(Where(part.file, part.sheet or None), heading=HEADINGS[name]))
        texts = texts.patched({line: texts[line][:7] for line in days})
    unread = {}
    for line in texts.lines_of(texts.matching(f"^{_UNREAD}")).tolist():
        text = texts[line].removeprefix(_UNREAD)
        if text and (line, name) not in part.errors:
            text = _undecided(name, cells[line], text, numbers[line], part.where(line, name), found)
        unread[line] = text
    return texts.patched(unread)


def _birth_months(
    part: Part, texts: Texts, numbers: Texts, days: Sequence[int], found: list[Finding]
) -> dict[int, str]:
    """Months typed into date cells, which made first days of them: the ID number tells, of the same month, another day.

    Where the heading asks for the day (出生日期) and others have one, the first is a day like any other, and a wrong one.
    """
    months = [line for line in days if texts[line].endswith("-01") and _is_month_of(texts[line], numbers[line])]
    column = part.layout.get("birth_date")
    asks_for_days = column is not None and "日" in heading_key(column.heading)
    if not months or (asks_for_days and any(not texts[line].endswith("-01") for line in days)):
        return {}
    found += [codes.BIRTH_FIRST.at(part.where(line, "birth_date"), texts[line], value=texts[line]) for line in months]
    return {line: texts[line][:7] for line in months}


def _cut_months(cells: Sequence[Cell], numbers: Texts | None) -> list[int]:
    """Texts such as 1995.1 in a file without types, which a spreadsheet may have made of 1995.10.

    One 1995.10 in the same column shows that it was no column of numbers: then only a birth is undecided that would be in
    October by its ID number (``numbers``, of a column of births).
    """
    maybe = cells.matching(r"\.1") if isinstance(cells, Texts) else {cell for cell in cells if isinstance(cell, str)}
    texts = {cell: plain(cell) for cell in maybe}
    ones = {cell for cell, text in texts.items() if _ONE.fullmatch(text)}
    if not ones:
        return []
    lines = (
        cells.lines_of(ones).tolist()
        if isinstance(cells, Texts)
        else [line for line, cell in enumerate(cells) if isinstance(cell, str) and cell in ones]
    )
    if any(_OCTOBER.fullmatch(text) for text in texts.values()):
        return [line for line in lines if numbers and _born_in_october(numbers[line], plain(str(cells[line]))[:-2])]
    return lines


def _born_in_october(id_number: str, year: str) -> bool:
    """Whether an ID number says October of a year of four or two digits."""
    return len(id_number) == 18 and id_number[6:10].endswith(year) and id_number[10:12] == "10"


def _are_months(days: Set[Cell]) -> bool:
    """Whether the dates of a column are months that a spreadsheet shows as such (1998年3月): all are first days."""
    return len(days) >= _FEWEST_MONTHS and all(isinstance(day, date) and day.day == 1 for day in days)


def _is_month_of(first: str, id_number: str) -> bool:
    """Whether an ID number says another day of the month that begins on a day."""
    digits = first.replace("-", "")
    return len(id_number) == 18 and id_number[6:12] == digits[:6] and id_number[12:14] != digits[6:]


def _undecided(name: str, cell: Cell, text: str, id_number: str, where: Where, found: list[Finding]) -> str:
    """A date that does not read as one: what the ID number makes of it, or the text as it is."""
    either = dates.candidates(float(text) if _ONE.fullmatch(text) else cell)
    born = f"{id_number[6:10]}-{id_number[10:12]}" if len(id_number) == 18 else ""
    if name == "birth_date" and born in either:
        words = {"value": text, "candidates": "、".join(either), "settled": born}
        found.append(codes.DATE_SETTLED.at(where, text, **words))
        return born
    code = codes.DATE_AMBIGUOUS if either else codes.DATE_UNREADABLE
    words = {"heading": HEADINGS[name], "value": text, "candidates": "、".join(either)}
    found.append(code.at(where, text, field=name, **words))
    return text

"""The columns of one sheet as canonical text (规范化), and a finding for each real change and each failure.

Column by column: a value that stands in a thousand rows is looked at once.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import date
from typing import cast

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from hzcert import codes, dates, documents, idnumber, names, titles
from hzcert.findings import Finding, Where
from hzcert.policy import Policy
from hzcert.sheets.grid import Cell, as_text
from hzcert.table import HEADINGS, Column

_DATES = ("birth_date", "obtained_on", "document_date", "retired_on")
_NAMES = ("name", "former_name")
_TEXTS = ("employer", "department", "series", "specialty", "committee")
_DOCUMENTS = ("document_no", "transfer_confirmed_no")
_WAYS = {"评审通过": "评审", "评委会评审": "评审", "考试合格": "考试", "考试通过": "考试"}
_SEXES = {"1": "男", "2": "女", "男性": "男", "女性": "女"}
_SCIENTIFIC = re.compile(r"-?\d(?:\.\d+)?[Ee]\+?\d{2,3}")
_SPACES = re.compile(r"\s+")
_NOT_PLAIN = re.compile(r"\s|^['=]")
_SERIES_OF = re.compile(r"(.+)[（(]([^（）()]+)[)）]")
# The same for RE2, whose \\s is ASCII's alone.
_NOT_PLAIN_RE2 = r"[\s\x0b\x1c-\x1f\x{85}\x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}]|^['=]"
_PLAIN_NAME = re.compile(r"[\u4e00-\u9fff]+")  # Han characters that no table changes, and nothing else

_UNREAD = "\0"
_FIRST_SERIAL = 10_000  # smaller numbers are years, or years with a month
_ONE, _OCTOBER = re.compile(r"(?:\d{4}|\d{2})\.1"), re.compile(r"(?:\d{4}|\d{2})\.10")
_STEP = 64  # between the doubles of 18 digits
_FEWEST_MONTHS = 3  # different first days of months; by chance that many are so once in 27,000
_MAY_BE_EMPTY = (
    "former_name", "employer", "department", "committee", "old_certificate_no", "retired_on", "transfer_confirmed_no",
    "loss_notice", "phone", "remark",
)  # fmt: skip
_NOTHING = frozenset({"无", "/", "-", "--", "—", "——", "暂无", "不详", "没有", "空"})  # what clerks write for nothing

# And where something must be said: what says that it is not.
_SAYS_NOTHING: Mapping[str, frozenset[str]] = {
    "name": _NOTHING | {"待定", "同上", "无名", "姓名", "示范", "未知"},
    "document_no": _NOTHING | {"待定", "待查", "同上", "未知"},
    "obtained_by": _NOTHING | {"待定", "同上", "未知"},
    "title": _NOTHING | {"待定", "同上", "未知"},
    "transfer_confirmed_no": _NOTHING | {"待确认", "未确认", "办理中", "正在办理", "待定"},
    "loss_notice": _NOTHING | {"未登报", "未登", "未", "没登", "待登报", "待定"},
    "old_certificate_no": _NOTHING | {"遗失", "已遗失", "丢失", "见原件", "见原证", "待查"},
}
_UNSEEN = str.maketrans("", "", "\u200b\u200c\u200d\u2060\ufeff\u00ad")

Texts = list[str]


@dataclass(frozen=True)
class Part:
    """The entries of one sheet: the cells of each field column by column, and where they stand."""

    file: str
    sheet: str
    rows: Sequence[int]  # as the spreadsheet shows them
    cells: Mapping[str, Sequence[Cell]]
    layout: Mapping[str, Column]
    errors: Set[tuple[int, str]]  # entries (by position) and fields whose cell is an error of a formula
    above: Mapping[str, str]  # what holds for every entry that does not say otherwise
    unit: str = ""  # the submitting unit, as the lines above have it
    days_late: int = 0  # of numbers that stand for days

    def where(self, line: int, name: str) -> Where:
        """The place of one field of an entry, by position."""
        column = self.layout.get(name)
        row = column.row or self.rows[line] if column else self.rows[line]
        return Where(
            self.file, self.sheet or None, row, column.letter if column else None, column.heading if column else None
        )


def normalise(part: Part, policy: Policy, as_of: date) -> tuple[dict[str, Texts], list[Finding]]:
    """Every field that the sheet has as canonical text, all of one length; and what was found on the way."""
    found: list[Finding] = []
    clean = _cleaners(policy)
    part = _in_time(part)
    columns = {
        name: each(cells, clean.get(name, _plain_text)) for name, cells in part.cells.items() if name != "id_number"
    }
    if "name" in columns:
        found += _changed_names(part, columns["name"])
    if "id_number" in part.cells:
        numbers, given = _id_numbers(part, found)
        carried = columns.get("id_number_given", [""] * len(given))
        columns["id_number"] = numbers
        columns["id_number_given"] = (
            [old or new for old, new in zip(carried, given, strict=True)] if any(carried) else given
        )
    for name in (*_TEXTS, "title", "former_name"):
        found += _changed_texts(part, name, columns)
    if "series" in columns and "specialty" not in columns:
        columns |= _series_and_specialty(columns["series"], policy)
    for name in columns.keys() & {*_MAY_BE_EMPTY, *_SAYS_NOTHING}:
        nothing = {text for text in set(columns[name]) if text and _is_nothing(name, text)}
        if nothing:
            columns[name] = ["" if text in nothing else text for text in columns[name]]
    numbers = columns.get("id_number", [""] * len(part.rows))
    for name in _DATES:
        if name in columns:
            columns[name] = _dates(name, part, columns[name], numbers, found)
    for name, value in {"case": policy.entry.default_case.on(as_of).value, **part.above}.items():
        columns[name] = [text or value for text in columns.get(name, [""] * len(part.rows))]
    if not titles.BROAD_LEVELS.keys().isdisjoint(columns.get("level", ())):
        columns["level"] = _narrowed(columns, policy)
    return columns, found


def _in_time(part: Part) -> Part:
    """The same, numbers that stand for days counted from where most workbooks count."""
    if not part.days_late:
        return part
    late = {
        name: [
            cell + part.days_late if isinstance(cell, float) and cell >= _FIRST_SERIAL else cell
            for cell in part.cells[name]
        ]
        for name in _DATES
        if name in part.cells
    }
    return replace(part, cells={**part.cells, **late})


def each(cells: Sequence[Cell], clean: Callable[[Cell], str]) -> Texts:
    """A function of every cell, worked out once for each that is different."""
    kinds = set(map(type, cells))
    if kinds <= {str}:
        texts = cast("Sequence[str]", cells)
        if clean is _plain_text and _all_plain(texts):
            return list(texts)
        known = {text: clean(text) for text in set(texts)}
        # One object for equal texts is quicker to write into a table; not worth it where nearly all are different.
        if len(known) * 4 > len(texts) and all(text == new for text, new in known.items()):
            return list(texts)
        return [known[text] for text in texts]
    # 1, 1.0 and True are one key of a dictionary, and not one text.
    by_kind = {pair: clean(pair[1]) for pair in set(zip(map(type, cells), cells, strict=True))}
    return [by_kind[type(cell), cell] for cell in cells]


def _all_plain(texts: Sequence[str]) -> bool:
    """Whether no text has anything that ``plain`` would change, looked at in one go."""
    return not pc.any(pc.match_substring_regex(pa.array(texts, pa.large_string()), _NOT_PLAIN_RE2)).as_py()


def _is_nothing(name: str, text: str) -> bool:
    """Whether a text only says that there is nothing, or can't be seen."""
    seen = text.translate(_UNSEEN).strip()
    return not seen or seen in _SAYS_NOTHING.get(name, _NOTHING)


def _plain_text(cell: Cell) -> str:
    return plain(as_text(cell))


def plain(text: str) -> str:
    """Text with single spaces, as it was typed."""
    if not _NOT_PLAIN.search(text):
        return text
    return _SPACES.sub(" ", as_typed(text))


def as_typed(text: str) -> str:
    """Text without spaces around it and without what only says that it is text: an apostrophe before it, ="..." in CSV.

    >>> as_typed(" '=1 "), as_typed('="0572"')
    ('=1', '0572')
    """
    text = text.strip()
    if text.startswith('="') and text.endswith('"') and len(text) > 2:
        return text[2:-1].strip()
    return text.removeprefix("'")


def _tidy_name(cell: Cell) -> str:
    text = as_text(cell)
    if _PLAIN_NAME.fullmatch(text):
        return text
    return names.tidy(as_typed(text)) if plain(text) else ""


def _changed_names(part: Part, after: Texts) -> Iterator[Finding]:
    """Names that are not as they were given, but for spaces around them."""
    for line, (cell, name) in enumerate(zip(part.cells["name"], after, strict=True)):
        if cell != name and (before := as_text(cell).strip()) != name:
            why = "、".join(names.tidied(as_typed(before))[1]) or "撇号"
            yield codes.TIDIED_NAME.at(part.where(line, "name"), before, before=before, after=name, why=why)


def _changed_texts(part: Part, name: str, columns: Mapping[str, Texts]) -> Iterator[Finding]:
    """Texts that are not as they were given, but for spaces around them and the width of brackets and spaces."""
    cells = part.cells.get(name, ())
    texts = {cell: plain(cell) for cell in set(cells) if isinstance(cell, str)}
    suspects = {cell for cell, text in texts.items() if text and not _PLAIN_NAME.fullmatch(text)}
    for line, cell in enumerate(cells) if suspects else ():
        if cell in suspects and (after := columns[name][line]) != (before := texts[cell]) and after:
            steps = names.tidied if name in _NAMES else names.tidied_text
            why = "、".join(steps(before)[1]) or "空格"
            words = {"heading": HEADINGS[name], "before": before, "after": after, "why": why}
            yield codes.TIDIED_TEXT.at(part.where(line, name), before, field=name, **words)


def _series_and_specialty(texts: Texts, policy: Policy) -> dict[str, Texts]:
    """One column for both, such as 工程技术人员(水利水电工程), taken apart; a series may have brackets of its own."""
    known = {title.series for titles in policy.title_table.by_spelling.values() for title in titles}
    pairs = {text: _SERIES_OF.fullmatch(text) for text in set(texts) if text not in known}
    series = [found[1] if (found := pairs.get(text)) else text for text in texts]
    return {"series": series, "specialty": [found[2] if (found := pairs.get(text)) else "" for text in texts]}


def _cleaners(policy: Policy) -> dict[str, Callable[[Cell], str]]:
    """What makes a cell of each field canonical text, where that is more than plain text."""

    def of_text(clean: Callable[[str], str]) -> Callable[[Cell], str]:
        return lambda cell: clean(text) if (text := _plain_text(cell)) else ""

    return {
        **dict.fromkeys(_NAMES, _tidy_name),
        **dict.fromkeys(_TEXTS, of_text(names.tidy_text)),
        **dict.fromkeys(_DOCUMENTS, of_text(documents.tidy)),
        **dict.fromkeys(_DATES, _date_text),
        "title": of_text(lambda text: _SPACES.sub("", names.tidy_text(text))),
        "sex": of_text(lambda text: _SEXES.get(_folded(text), _folded(text))),
        "level": of_text(lambda text: titles.tidy_level(_folded(text))),
        "region": of_text(lambda text: policy.region_spellings.get(_folded(text), _folded(text))),
        "case": of_text(_folded),
        "obtained_by": of_text(lambda text: _WAYS.get(_folded(text), _folded(text))),
    }


def _folded(text: str) -> str:
    """A word of a list, without spaces, radicals and what can't be seen."""
    return _SPACES.sub("", names.tidy_text(text))


def _id_numbers(part: Part, found: list[Finding]) -> tuple[Texts, Texts]:
    """ID numbers in the 18-character form, and as given; those that are right as they stand are not looked at further."""
    cells = part.cells["id_number"]
    numbers = [cell if isinstance(cell, str) else "" for cell in cells]
    given = list(numbers)
    right = idnumber.well_formed(pd.Series(numbers, dtype="str"))
    for line in _cut_as_text(numbers):
        numbers[line] = given[line] = cut = idnumber.cut_number(float(numbers[line]))
        found.append(codes.ID_DAMAGED.at(part.where(line, "id_number"), cut))
    for line in np.flatnonzero(~right).tolist():
        if plain(as_text(cells[line])):
            numbers[line], given[line] = _id_number(cells[line], part.where(line, "id_number"), found)
        else:
            numbers[line], given[line] = "", ""
    return numbers, given


def _cut_as_text(numbers: Texts) -> list[int]:
    """Numbers that were cut before they became text: all end in 000, or all are what a double holds, multiples of 64.

    One may end so by nature. Several and no other, or one that its check character disowns, did not.
    """
    long = [line for line, number in enumerate(numbers) if len(number) == 18 and number.isdecimal()]
    if len({numbers[line] for line in long}) > 1 and all(int(numbers[line]) % _STEP == 0 for line in long):
        return long
    cut = [line for line in long if numbers[line].endswith("000") and numbers[line][0] != "0"]
    if not cut:
        return []
    whole = sum(len(number) == 18 and number.isdecimal() for number in numbers)
    column = pd.Series([numbers[line] for line in cut], dtype="str")
    disowned = not idnumber.check_holds(column).all()
    return cut if disowned or (len(cut) == whole and len(set(column)) > 1) else []


def _id_number(cell: Cell, where: Where, found: list[Finding]) -> tuple[str, str]:
    """The ID number in the 18-character form, and as given; a number that a spreadsheet has cut is left unlike one."""
    raw = as_typed(as_text(cell)) if str(cell).startswith("=") else as_text(cell).strip()
    if (isinstance(cell, float | int) and abs(cell) >= 1e15) or _SCIENTIFIC.fullmatch(raw):
        cut = idnumber.cut_number(abs(float(raw)))  # a sign before it says nothing
        found.append(codes.ID_DAMAGED.at(where, cut))
        return cut, cut
    given = idnumber.compact(raw)
    if given != raw:
        found.append(codes.TIDIED_ID.at(where, raw, after=given, why="、".join(idnumber.reasons(raw))))
    old_form = re.fullmatch(r"[0-9]{15}", given) is not None
    return (idnumber.lengthen(given) if old_form else given), given


def _date_text(cell: Cell) -> str:
    """A date as ISO text, or as it was given, after a mark, where it can't be read."""
    iso = dates.read(plain(cell) if isinstance(cell, str) else cell)
    if iso is None and isinstance(cell, str):  # once more without radicals and what can't be seen
        iso = dates.read(names.tidy_text(plain(cell)))
    return _UNREAD + _plain_text(cell) if iso is None else iso


def _dates(name: str, part: Part, texts: Texts, numbers: Texts, found: list[Finding]) -> Texts:
    """Dates as ISO text; what can't be read stays as it was, with a finding."""
    if name == "birth_date":
        # A month typed into a date cell becomes its first day: the ID number tells, of the same month, another one.
        for line, cell in enumerate(part.cells[name]):
            if isinstance(cell, date) and texts[line].endswith("-01") and _is_month_of(texts[line], numbers[line]):
                texts[line] = texts[line][:7]
    cells = part.cells[name]
    # A file without types, or a table of ours, in which a number has become text.
    if not part.sheet or part.sheet.startswith("第 ") or "id_number_given" in part.cells:
        for line in _cut_months(cells):
            texts[line] = _UNREAD + plain(as_text(cells[line]))
    if name == "obtained_on" and _are_months(cells):
        found.append(codes.MONTHS_ONLY.at(Where(part.file, part.sheet or None), heading=HEADINGS[name]))
        texts = [text[:7] if isinstance(cell, date) else text for cell, text in zip(cells, texts, strict=True)]
    for line in [line for line, text in enumerate(texts) if text.startswith(_UNREAD)]:
        text = texts[line].removeprefix(_UNREAD)
        if text and (line, name) not in part.errors:
            text = _undecided(name, cells[line], text, numbers[line], part.where(line, name), found)
        texts[line] = text
    return texts


def _cut_months(cells: Sequence[Cell]) -> list[int]:
    """Texts such as 1995.1 in a file without types, which a spreadsheet may have made of 1995.10.

    One 1995.10 in the same column shows that it never was a column of numbers.
    """
    texts = {cell: plain(cell) for cell in set(cells) if isinstance(cell, str)}
    if any(_OCTOBER.fullmatch(text) for text in texts.values()):
        return []
    ones = {cell for cell, text in texts.items() if _ONE.fullmatch(text)}
    return [line for line, cell in enumerate(cells) if cell in ones] if ones else []


def _are_months(cells: Sequence[Cell]) -> bool:
    """Whether the dates of a column are months that a spreadsheet shows as such (1998年3月): all are first days."""
    days = {cell for cell in set(cells) if isinstance(cell, date)}
    return len(days) >= _FEWEST_MONTHS and all(day.day == 1 for day in days)


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


def _narrowed(columns: Mapping[str, Texts], policy: Policy) -> Texts:
    """高级 and 初级 as one of the five levels, where title and series tell which."""
    nothing = [""] * len(columns["level"])
    triples = list(zip(columns["level"], columns.get("title", nothing), columns.get("series", nothing), strict=True))
    known = {triple: _narrow(*triple, policy) for triple in set(triples) if triple[0] in titles.BROAD_LEVELS}
    return [known.get(triple, triple[0]) for triple in triples]


def _narrow(level: str, title: str, series: str, policy: Policy) -> str:
    possible = {found.level for found in policy.title_table.find(title, series)} & set(titles.BROAD_LEVELS[level])
    return possible.pop() if len(possible) == 1 else level

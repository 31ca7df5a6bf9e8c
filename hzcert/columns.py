"""The columns of one sheet as canonical text (规范化), and a finding for each real change and each failure.

Column by column: a value that stands in a thousand rows is looked at once.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from math import isfinite

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from hzcert import codes, dates, documents, idnumber, names, titles
from hzcert.fields import HEADINGS
from hzcert.findings import Finding, Where
from hzcert.headings import heading_key
from hzcert.policy import Policy
from hzcert.sheets.grid import Cell, as_text
from hzcert.table import Column
from hzcert.texts import Texts, repeated, texts_of

_DATES = ("birth_date", "obtained_on", "document_date", "retired_on")
_NAMES = ("name", "former_name")
_TEXTS = ("employer", "department", "series", "specialty", "committee")
_DOCUMENTS = ("document_no", "transfer_confirmed_no")
_WAYS = {"评审通过": "评审", "评委会评审": "评审", "考试合格": "考试", "考试通过": "考试"}
_SEXES = {"1": "男", "2": "女", "1.0": "男", "2.0": "女", "男性": "男", "女性": "女"}
_SCIENTIFIC = re.compile(r"-?\d(?:\.\d+)?[Ee][+-]?\d{2,3}")
_WITH_FRACTION, _DIGITS_KEPT = re.compile(r"[0-9]{15,18}\.0"), 15
_SPACES = re.compile(r"\s+")
_NOT_PLAIN = re.compile(r"\s|^['=]")
_SERIES_OF = re.compile(r"(.+)[（(]([^（）()]+)[)）]")
# The same for RE2, whose \\s is ASCII's alone.
_NOT_PLAIN_RE2 = r"[\s\x0b\x1c-\x1f\x{85}\x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}]|^['=]"
_PLAIN_NAME = re.compile(r"[\u4e00-\u9fff]+")  # Han characters that no table changes, and nothing else

_UNREAD = "\0"
_FIRST_SERIAL, _LAST_SERIAL = 10_000, 80_000  # smaller numbers are years, or years with a month; larger ones 197003
_ONE, _OCTOBER = re.compile(r"(?:\d{4}|\d{2})\.1"), re.compile(r"(?:\d{4}|\d{2})\.10")
_SCIENTIFIC_RE2 = r"^-?[0-9](?:\.[0-9]+)?[Ee]\+?[0-9]{2,3}$"
_LONGEST_NUMBER = 1e15  # beyond, a spreadsheet keeps no more digits
_NUMBERED = frozenset({"old_certificate_no", "document_no", "transfer_confirmed_no"})
_KEPT_AS_TYPED = _NUMBERED | {"name", "employer", "department", "series", "specialty", "title", "committee"}
_NATURAL = 50  # of so many numbers hardly two end in 000
_STEP = 64  # between the doubles of 18 digits
_FEWEST_MONTHS = 3  # different first days of months; by chance that many are so once in 27,000
_MAY_BE_EMPTY = (
    "former_name", "employer", "department", "specialty", "committee", "old_certificate_no", "retired_on", "transfer_confirmed_no",
    "loss_notice", "phone", "remark",
)  # fmt: skip
_NOTHING = frozenset(
    [
        "无",
        "/",
        "-",
        "--",
        "—",
        "——",
        "暂无",
        "不详",
        "没有",
        "空",
        "空白",
        "未知",
        "待定",
        "略",
        "见附件",
        "(空)",
        "（空）",
        "?",
        "？",
        "…",
        "……",
        "...",
        "NULL",
        "null",
        "N/A",
        "n/a",
        "NaN",
        "nan",
        "None",
        "xxx",
        "XXX",
        "1900-01-00",
        "1900/1/0",
    ]
)  # what clerks write for nothing

# And where something must be said: what says that it is not.
_SAYS_NOTHING: Mapping[str, frozenset[str]] = {
    "name": _NOTHING | {"待定", "同上", "无名", "示范", "未知", *HEADINGS.values()},
    "document_no": _NOTHING | {"待定", "待查", "同上", "未知"},
    "obtained_by": _NOTHING | {"待定", "同上", "未知"},
    "title": _NOTHING | {"待定", "同上", "未知"},
    "transfer_confirmed_no": _NOTHING | {"待确认", "未确认", "办理中", "正在办理", "待定"},
    "loss_notice": _NOTHING | {"未登报", "未登", "未", "没登", "待登报", "待定"},
    "old_certificate_no": _NOTHING | {"遗失", "已遗失", "丢失", "见原件", "见原证", "待查"},
}
_UNSEEN = str.maketrans("", "", "\u200b\u200c\u200d\u2060\ufeff\u00ad")

# Texts that may say nothing besides those words: with spaces around them, and with signs that can't be seen.
_MAYBE_NOTHING = r"^\s|\s$|[\x{200b}-\x{200d}\x{2060}\x{feff}\x{ad}]"
_NOT_HAN = r"[^\x{4e00}-\x{9fff}]"  # what _PLAIN_NAME lacks


@dataclass(frozen=True)
class Again:
    """A further column of a field that the sheet has already; who can't be two persons must say the same in both."""

    name: str
    column: Column
    cells: Sequence[Cell]


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
    block: int = 0  # which of several lists on the sheet
    again: tuple[Again, ...] = ()  # further columns of the same meaning

    def where(self, line: int, name: str) -> Where:
        """The place of one field of an entry, by position."""
        column = self.layout.get(name)
        row = column.row or self.rows[line] if column else self.rows[line]
        letter, heading = (column.letter, column.heading) if column else (None, None)
        return Where(self.file, self.sheet or None, row, letter, heading, self.block)


def normalise(part: Part, policy: Policy, as_of: date) -> tuple[dict[str, Texts], list[Finding]]:
    """Every field that the sheet has as canonical text, all of one length; and what was found on the way."""
    found: list[Finding] = []
    clean = _cleaners(policy)
    part = _with_second_columns(_in_time(part), clean, found)
    part = replace(part, cells={name: _as_texts(cells) for name, cells in part.cells.items()})
    found += _changed_cells(part)
    columns = {
        name: each(cells, clean.get(name, _plain_text)) for name, cells in part.cells.items() if name != "id_number"
    }
    if "name" in columns:
        found += _changed_names(part, columns["name"])
    if "id_number" in part.cells:
        numbers, given = _id_numbers(part, found)
        columns["id_number"] = numbers
        columns["id_number_given"] = (
            columns["id_number_given"].or_else(given) if "id_number_given" in columns else given
        )
    for name in (*_TEXTS, "title", "former_name"):
        found += _changed_texts(part, name, columns)
    if "series" in columns and "specialty" not in columns:
        columns |= _series_and_specialty(columns["series"], policy)
    for name in columns.keys() & {*_MAY_BE_EMPTY, *_SAYS_NOTHING}:
        maybe = {*_SAYS_NOTHING.get(name, _NOTHING), *columns[name].matching(_MAYBE_NOTHING)}
        columns[name] = columns[name].renamed({text: "" for text in maybe if text and _is_nothing(name, text)})
    numbers = columns.get("id_number", repeated("", len(part.rows)))
    for name in _DATES:
        if name in columns:
            columns[name] = _dates(name, part, columns[name], numbers, found)
    for name, value in {"case": policy.entry.default_case.on(as_of).value, **part.above}.items():
        held = repeated(value, len(part.rows))
        columns[name] = columns[name].or_else(held) if name in columns else held
    if "level" in columns and not titles.BROAD_LEVELS.keys().isdisjoint(columns["level"].distinct):
        columns["level"] = _narrowed(columns, policy)
    return columns, found


def _in_time(part: Part) -> Part:
    """The same, numbers that stand for days counted from where most workbooks count."""
    if not part.days_late:
        return part
    late = {
        name: [
            cell + part.days_late if isinstance(cell, float) and _FIRST_SERIAL <= cell < _LAST_SERIAL else cell
            for cell in part.cells[name]
        ]
        for name in _DATES
        if name in part.cells
    }
    return replace(part, cells={**part.cells, **late})


def _with_second_columns(part: Part, clean: Mapping[str, Callable[[Cell], str]], found: list[Finding]) -> Part:
    """The same, what is empty filled from a second column of the same meaning; where both say something, they must agree."""
    filled = {second.name: list(part.cells[second.name]) for second in part.again}
    for second in part.again:
        first = filled[second.name]
        cleaned = clean.get(second.name, _plain_text) if second.name != "id_number" else _compact
        for line, (one, other) in enumerate(zip(first, second.cells, strict=True)):
            said, also = cleaned(one), cleaned(other)
            place = part.where(line, second.name)
            words = {"first": place.heading, "heading": second.column.heading}
            where = replace(place, column=second.column.letter, heading=second.column.heading)
            if also and not said:
                first[line] = other
                found.append(codes.SECOND_USED.at(where, as_text(other), field=second.name, **words))
            elif said and also and said != also and not (second.name in _DATES and dates.same(said, also)):
                words |= {"one": as_text(one), "other": as_text(other)}
                found.append(codes.TWO_VALUES.at(where, as_text(other), field=second.name, **words))
    return replace(part, cells={**part.cells, **filled})


def _compact(cell: Cell) -> str:
    """An ID number to compare: the old form and the new one of it say the same."""
    number = idnumber.compact(plain(as_text(cell)))
    return idnumber.lengthen(number) if re.fullmatch("[0-9]{15}", number) else number


def _changed_cells(part: Part) -> Iterator[Finding]:
    """Texts that a spreadsheet has made into something else: a date, a yes or no, a number that it has cut."""
    for name in _KEPT_AS_TYPED & part.cells.keys():
        cells = part.cells[name]
        if isinstance(cells, Texts):
            cut = cells.matching(_SCIENTIFIC_RE2) if name in _NUMBERED else ()
            odd = [(line, "科学记数的数字") for line in cells.lines_of(cut).tolist()]
        else:
            kinds = ((line, _kind_of(cell, name)) for line, cell in enumerate(cells) if not isinstance(cell, str))
            odd = [(line, kind) for line, kind in kinds if kind]
        for line, kind in odd:
            if (line, name) not in part.errors:
                text = as_text(cells[line])
                where = part.where(line, name)
                yield codes.CELL_CHANGED.at(where, text, field=name, heading=HEADINGS[name], value=text, kind=kind)
        if name == "old_certificate_no" and not isinstance(cells, Texts):
            count = sum(_is_number(cell) for cell in cells)
            if count:
                place = part.where(0, name)
                sheet = Where(part.file, part.sheet or None, None, place.column, place.heading)
                yield codes.ZEROS_LOST.at(sheet, field=name, heading=HEADINGS[name], count=count)


def _is_number(cell: Cell) -> bool:
    return isinstance(cell, float | int) and not isinstance(cell, bool) and 0 < cell < _LONGEST_NUMBER


def _kind_of(cell: Cell, name: str) -> str:
    """What a spreadsheet has made of a text, in a clerk's word; empty where it is as it was typed."""
    match cell:
        case bool():
            return "真假值"
        case datetime() | date() | time() | timedelta():
            return "日期或时间"
        case float() | int() if abs(cell) >= _LONGEST_NUMBER and name in _NUMBERED:
            return "数字（只保留前十五位）"
    return ""


def _as_texts(cells: Sequence[Cell]) -> Sequence[Cell]:
    texts = texts_of(cells)
    return cells if texts is None else texts


def each(cells: Sequence[Cell], clean: Callable[[Cell], str]) -> Texts:
    """A function of every cell, worked out once for each that is different."""
    if isinstance(cells, Texts):
        if clean is _plain_text:
            return cells.renamed({text: plain(text) for text in cells.matching(_NOT_PLAIN_RE2)})
        return cells.each(clean)
    # 1, 1.0 and True are one key of a dictionary, and not one text.
    different: dict[tuple[type, Cell], int] = {}
    which = [different.setdefault((type(cell), cell), len(different)) for cell in cells]
    new = pa.array([clean(cell) for _, cell in different], pa.large_string())
    return Texts(new.take(pa.array(which, pa.int64())))


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
    cells = part.cells["name"]
    for line in cells.lines_of(cells.matching(_NOT_HAN)) if isinstance(cells, Texts) else range(len(cells)):
        cell, name = cells[line], after[line]
        if cell != name and (before := as_text(cell).strip()) != name:
            why = "、".join(names.tidied(as_typed(before))[1]) or "撇号"
            yield codes.TIDIED_NAME.at(part.where(line, "name"), before, before=before, after=name, why=why)


def _changed_texts(part: Part, name: str, columns: Mapping[str, Texts]) -> Iterator[Finding]:
    """Texts that are not as they were given, but for spaces around them and the width of brackets and spaces."""
    cells = part.cells.get(name, ())
    if isinstance(cells, Texts):
        new = zip(cells.distinct, columns[name].at(cells.firsts), strict=True)
        lines = cells.lines_of(cell for cell, after in new if after and cell != after).tolist()
    else:
        lines = [line for line, cell in enumerate(cells) if isinstance(cell, str)]
    for line in lines:
        before, after = plain(as_text(cells[line])), columns[name][line]
        if after and after != before:
            steps = names.tidied if name in _NAMES else names.tidied_text
            why = "、".join(steps(before)[1]) or "空格"
            words = {"heading": HEADINGS[name], "before": before, "after": after, "why": why}
            yield codes.TIDIED_TEXT.at(part.where(line, name), before, field=name, **words)


def _series_and_specialty(texts: Texts, policy: Policy) -> dict[str, Texts]:
    """One column for both, such as 工程技术人员(水利水电工程), taken apart; a series may have brackets of its own."""
    known = {title.series for titles in policy.title_table.by_spelling.values() for title in titles}
    pairs = {text: found for text in texts.distinct if text not in known and (found := _SERIES_OF.fullmatch(text))}
    return {
        "series": texts.each(lambda text: pairs[text][1] if text in pairs else text),
        "specialty": texts.each(lambda text: pairs[text][2] if text in pairs else ""),
    }


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
    column = cells if isinstance(cells, Texts) else each(cells, lambda cell: cell if isinstance(cell, str) else "")
    numbers: dict[int, str] = {}
    given: dict[int, str] = {}
    for line in _cut_as_text(column):
        numbers[line] = given[line] = cut = idnumber.cut_number(float(column[line]))
        found.append(codes.ID_DAMAGED.at(part.where(line, "id_number"), cut))
    for line in np.flatnonzero(~idnumber.well_formed(column.series())).tolist():
        numbers[line], given[line] = (
            _id_number(cells[line], part.where(line, "id_number"), found) if plain(as_text(cells[line])) else ("", "")
        )
    return column.patched(numbers), column.patched(given)


def _cut_as_text(numbers: Texts) -> list[int]:
    """Numbers that were cut before they became text: all end in 000, or all are what a double holds, multiples of 64.

    One may end so by nature. Several and no other, or one that its check character disowns, did not.
    """
    is_long = pc.and_(pc.equal(pc.utf8_length(numbers.array), 18), pc.utf8_is_decimal(numbers.array))
    long = np.flatnonzero(is_long.to_numpy(zero_copy_only=False))
    whole = numbers.array.filter(is_long)
    if all(int(number) % _STEP == 0 for number in Texts(whole)) and len(whole.unique()) > 1:
        return list(long.tolist())
    is_cut = pc.and_not(pc.ends_with(whole, "000"), pc.starts_with(whole, "0"))
    cut = Texts(whole.filter(is_cut))
    if not len(cut):
        return []
    disowned = not idnumber.check_holds(cut.series()).all()
    # By nature one number in 1,100 ends so, and one in eleven of those with 00 before the check character.
    alike = pc.sum(pc.match_substring_regex(whole, "00.$")).as_py()
    many = len(set(cut)) > 1 and len(cut) * _NATURAL > len(whole) and len(cut) * 3 > alike
    certain = disowned or many
    return list(long[is_cut.to_numpy(zero_copy_only=False)].tolist()) if certain else []


def _id_number(cell: Cell, where: Where, found: list[Finding]) -> tuple[str, str]:
    """The ID number in the 18-character form, and as given; a number that a spreadsheet has cut is left unlike one."""
    raw = as_typed(as_text(cell)) if str(cell).startswith("=") else as_text(cell).strip()
    if _WITH_FRACTION.fullmatch(raw):  # as programs write whole numbers: 330521700312003.0
        raw = raw.removesuffix(".0")
        cell = raw if len(raw) <= _DIGITS_KEPT else float(raw)
    if (isinstance(cell, float | int) and abs(cell) >= 1e15) or _SCIENTIFIC.fullmatch(raw):
        number = abs(float(raw))  # a sign before it says nothing
        cut = idnumber.cut_number(number) if isfinite(number) else raw.removeprefix("-")
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


def _narrowed(columns: Mapping[str, Texts], policy: Policy) -> Texts:
    """高级 and 初级 as one of the five levels, where title and series tell which."""
    nothing = repeated("", len(columns["level"]))
    broad = columns["level"].lines_of(titles.BROAD_LEVELS)
    triples = zip(*(columns.get(name, nothing).at(broad) for name in ("level", "title", "series")), strict=True)
    narrow = lru_cache(maxsize=None)(lambda triple: _narrow(triple, policy))
    return columns["level"].patched(dict(zip(broad.tolist(), map(narrow, triples), strict=True)))


def _narrow(triple: tuple[str, ...], policy: Policy) -> str:
    level, title, series = triple
    possible = {found.level for found in policy.title_table.find(title, series)} & set(titles.BROAD_LEVELS[level])
    return possible.pop() if len(possible) == 1 else level

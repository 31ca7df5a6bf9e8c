"""The columns of one sheet as canonical text (规范化), and a finding for each real change and each failure.

Column by column: a value that stands in a thousand rows is looked at once.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from functools import lru_cache

from hzcert import codes, datecells, dates, documents, idcells, names, titles
from hzcert.fields import HEADINGS
from hzcert.findings import Finding, Where
from hzcert.parts import SPACES, Part, as_texts, as_typed, each, plain, plain_text
from hzcert.policy import Policy
from hzcert.sheets.grid import Cell, as_text
from hzcert.texts import Texts, repeated

_DATES = ("birth_date", "obtained_on", "document_date", "retired_on")
_NAMES = ("name", "former_name")
_TEXTS = ("employer", "department", "series", "specialty", "committee")
_DOCUMENTS = ("document_no", "transfer_confirmed_no")
_WAYS = {"评审通过": "评审", "评委会评审": "评审", "考试合格": "考试", "考试通过": "考试"}
_SEXES = {"1": "男", "2": "女", "1.0": "男", "2.0": "女", "男性": "男", "女性": "女"}
_SERIES_OF = re.compile(r"(.+)[（(]([^（）()]+)[)）]")
_PLAIN_NAME = re.compile(r"[\u4e00-\u9fff]+")  # Han characters that no table changes, and nothing else

_FIRST_SERIAL, _LAST_SERIAL = 10_000, 80_000  # smaller numbers are years, or years with a month; larger ones 197003
_SCIENTIFIC_RE2 = r"^-?[0-9](?:\.[0-9]+)?[Ee]\+?[0-9]{2,3}$"
_LONGEST_NUMBER = 1e15  # beyond, a spreadsheet keeps no more digits
_NUMBERED = frozenset({"old_certificate_no", "document_no", "transfer_confirmed_no"})
_KEPT_AS_TYPED = _NUMBERED | {"name", "employer", "department", "series", "specialty", "title", "committee"}
_MAY_BE_EMPTY = (
    "former_name", "employer", "department", "specialty", "committee", "old_certificate_no", "retired_on", "transfer_confirmed_no",
    "loss_notice", "phone", "remark",
)  # fmt: skip
# What clerks write for nothing.
_NOTHING = frozenset({
    "无", "/", "-", "--", "—", "——", "暂无", "不详", "没有", "空", "空白", "未知", "待定", "略", "见附件", "(空)", "（空）", "?",
    "？", "…", "……", "...", "NULL", "null", "N/A", "n/a", "NaN", "nan", "None", "xxx", "XXX", "1900-01-00", "1900/1/0",
})  # fmt: skip

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


def normalise(part: Part, policy: Policy, as_of: date) -> tuple[dict[str, Texts], list[Finding]]:
    """Every field that the sheet has as canonical text, all of one length; and what was found on the way."""
    found: list[Finding] = []
    clean = _cleaners(policy)
    part = _with_second_columns(_in_time(part), clean, found)
    part = replace(part, cells={name: as_texts(cells) for name, cells in part.cells.items()})
    found += _changed_cells(part)
    columns = {
        name: each(cells, clean.get(name, plain_text)) for name, cells in part.cells.items() if name != "id_number"
    }
    if "name" in columns:
        found += _changed_names(part, columns["name"])
    if "id_number" in part.cells:
        numbers, given = idcells.id_numbers(part, found)
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
            columns[name] = datecells.canonical_dates(name, part, columns[name], numbers, found)
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
        cleaned = clean.get(second.name, plain_text) if second.name != "id_number" else idcells.compact
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


def _is_nothing(name: str, text: str) -> bool:
    """Whether a text only says that there is nothing, or can't be seen."""
    seen = text.translate(_UNSEEN).strip()
    return not seen or seen in _SAYS_NOTHING.get(name, _NOTHING)


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
        return lambda cell: clean(text) if (text := plain_text(cell)) else ""

    return {
        **dict.fromkeys(_NAMES, _tidy_name),
        **dict.fromkeys(_TEXTS, of_text(names.tidy_text)),
        **dict.fromkeys(_DOCUMENTS, of_text(documents.tidy)),
        **dict.fromkeys(_DATES, datecells.date_text),
        "title": of_text(lambda text: SPACES.sub("", names.tidy_text(text))),
        "sex": of_text(lambda text: _SEXES.get(_folded(text), _folded(text))),
        "level": of_text(lambda text: titles.tidy_level(_folded(text))),
        "region": of_text(lambda text: policy.region_spellings.get(_folded(text), _folded(text))),
        "case": of_text(_folded),
        "obtained_by": of_text(lambda text: _WAYS.get(_folded(text), _folded(text))),
    }


def _folded(text: str) -> str:
    """A word of a list, without spaces, radicals and what can't be seen."""
    return SPACES.sub("", names.tidy_text(text))


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

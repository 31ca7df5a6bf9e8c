"""Headings (表头) of clerks' sheets: the rows they stand in, the field that each column holds, what the lines above say.

A table of aliases says what a heading means; an office adds its own. ``ignored`` headings are known and not ours,
``group`` headings stand over others and add nothing (基本情况), ``other`` ones make what is below them another's (联系人).
"""

import csv
import difflib
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from importlib.resources import files

from hzcert import codes, dates, documents
from hzcert.errors import UsageError
from hzcert.fields import FIELDS, HEADINGS
from hzcert.findings import Finding, Where
from hzcert.sheets.grid import Cell, Grid, as_text, letter
from hzcert.table import CARRIED, Column
from hzcert.titles import tidy_level

_NEAR, _FAR = 30, 1000  # rows: a header is looked for in the first 30, and further down only if there is none
_DEEPEST = 3  # rows of one header
_WIDEST = 256  # columns
_FEWEST = 3  # fields that make a row a header
_OURS = frozenset(FIELDS) | frozenset(CARRIED)
_PERSON = frozenset({"name", "id_number", "title"})
_TOPS = frozenset({"group", "other"})

_AS_FORMULA = re.compile(r'^="(.*)"$')  # as CSV says that it is text
_BRACKETS = re.compile(r"\(.*?\)|\[.*?\]|【.*?】|〔.*?〕|〈.*?〉|<.*?>")
# In brackets behind a heading, what makes something else of it: 姓名（拼音）.
_ELSE = re.compile(
    r".[（(【\[](拼音|英文|外文|曾用名?|原|旧|老|前|新|学历|行政|配偶|家属|联系人|父亲|母亲|拟[报评聘]|聘任)[^，,、]*[）)】\]]\s*$"
)
_ELSE_MEANS = {
    "新": "ignored",
    "拼音": "ignored",
    "英文": "ignored",
    "外文": "ignored",
    "曾用": "former_name",
    "曾用名": "former_name",
}
_BRACKET = re.compile(r"[()\[\]【】〔〕〈〉<>]")
_NUMBERED = re.compile(r"^\d{1,2}[.、](?=\D)")
_SIGNS = re.compile(r"[\s*:、,，/★☆※●○◆◇■□▲△#√。;；\u200b-\u200f\ufeff]+|必填|选填")
_OR = re.compile(r"[/／、|]")
_STEM = re.compile(r"(?:情况|信息)$")
_FORMAT = re.compile(r"(?:格式|例如|如|例|[Yy]{2,4}[-.年]?[Mm]).*$")
_BEFORE = re.compile("原(?!.*证)|前任|曾(?!用)")  # over others: of what was before, 原取得资格
_UNITS = re.compile(r"(?:年月日|年月)$")

# Above a list, cells of one row are apart by tabs; what belongs together stands on one line.
_GAP = r"[^\S\n]*"
_UNIT_ABOVE = re.compile(
    rf"(?:填报|呈报|报送)单位(?:名称)?{_GAP}(?:[（(]盖章[）)])?{_GAP}[：:\t]{_GAP}(?:[（(]盖章[）)])?{_GAP}([^\s：:，,]++)(?!{_GAP}[：:])"
)
_SAID = re.compile(r"[^\W_]")  # more than the line to write on
_SEAL = re.compile(r"[（(](?:盖|公|签|印)?章[）)]?$")
_DAY_ABOVE = re.compile(rf"(?:公布|发文|印发)(?:日期|时间){_GAP}[：:\t]{_GAP}(\S+)")
# 经公示无异议 is said of those who were granted it.
PROVISIONAL_WORDS = re.compile(r"(?<!经)(?<!经过)公示(?!无异议|期?满|结束|期?后|期间?内?无)")
_LEVEL_WORD = r"(正高|副高|高|中|初|助理|员)"
_LEVEL_ABOVE = re.compile(
    rf"(?:级别|等级|资格级别){_GAP}[：:\t]{_GAP}{_LEVEL_WORD}\s*级?(?![\u4e00-\u9fff])"
    rf"|[省市县区]\s*(?:具有)?\s*[（(]?\s*{_LEVEL_WORD}\s*[）)]?\s*级\s*(?:专业技术|职称)"
)


@dataclass(frozen=True)
class Above:
    """What the lines above a header say: submitting unit, level, document number and its date; empty where they don't."""

    unit: str = ""
    level: str = ""
    document_no: str = ""
    document_date: str = ""
    provisional: bool = False  # put up for objections (公示), not granted yet

    def or_else(self, other: "Above") -> "Above":
        """This, and what another list's lines above say of its document and unit where these don't; a level is each list's own."""
        unit = self.unit or other.unit
        if self.document_no:
            return replace(self, unit=unit)
        return replace(
            self,
            unit=unit,
            document_no=other.document_no,
            document_date=other.document_date,
            provisional=other.provisional or self.provisional,
        )


@dataclass(frozen=True)
class Header:
    """Where the headings of one sheet stand (rows from 0, both included), and which column (from 0) holds a field."""

    first: int
    last: int
    columns: Mapping[str, int]
    headings: tuple[str, ...]  # of every column, the rows of the header joined
    meanings: tuple[str, ...]  # of every column: a field, ignored, other, or empty for an unknown one

    def layout(self) -> dict[str, Column]:
        """The letter and the office's own heading of each field."""
        return {name: Column(letter(place), self.headings[place]) for name, place in self.columns.items()}


@lru_cache(maxsize=1)
def aliases() -> dict[str, str]:
    """Every known heading by its key, and what it means: a field, ``ignored``, ``group`` or ``other``."""
    with files("hzcert.data").joinpath("headings.csv").open(encoding="utf-8") as lines:
        return {
            heading_key(alias): row["field"] for row in csv.DictReader(lines) for alias in row["aliases"].split()
        } | {heading_key(word): name for name, heading in {**HEADINGS, **CARRIED}.items() for word in (name, heading)}


def with_own(own: Mapping[str, str]) -> dict[str, str]:
    """The aliases with an office's own: its heading, and a field's key or any heading that we know.

    Raises:
        UsageError: a field that there is none.
    """
    known = dict(aliases())
    for heading, meant in own.items():
        name = meant if meant in _OURS or meant == "ignored" else aliases().get(heading_key(meant), "")
        if not heading_key(heading) or name not in _OURS | {"ignored"}:
            fields = "、".join(f"{key}（{word}）" for key, word in HEADINGS.items())
            raise UsageError(
                f"栏目对应“{heading}={meant}”不对：没有“{meant}”这一栏", f"可用的栏目：{fields}；不读的写 ignored"
            )
        known[heading_key(heading)] = name
    return known


@lru_cache(maxsize=1 << 14)
def heading_key(heading: str) -> str:
    r"""What two spellings of one heading share: no spaces, no signs, no number before it, nothing in brackets.

    >>> heading_key("评委会名称\n（考核认定单位名称）"), heading_key("姓　名*"), heading_key("3、取得时间【必填】")
    ('评委会名称', '姓名', '取得时间')
    """
    plain = _AS_FORMULA.sub(r"\1", unicodedata.normalize("NFKC", heading).strip())
    bare = _SIGNS.sub("", _NUMBERED.sub("", _BRACKETS.sub("", plain)))
    return bare or _SIGNS.sub("", _BRACKET.sub("", plain))  # 【姓名】 is all in brackets


def meaning(heading: str, known: Mapping[str, str]) -> str:
    """What one heading means; empty for an unknown one. A form of writing after it is no part of it.

    >>> meaning("出生年月 如1970.01", aliases()), meaning("取得时间（年月）", aliases()), meaning("血型", aliases())
    ('birth_date', 'obtained_on', '')
    """
    key = heading_key(heading)
    if (other := _ELSE.search(heading)) and key in known:
        if known[key] == "old_certificate_no" and other[1] in ("原", "旧", "老"):
            return known[key]
        if other[1] == "新" and known[key] != "old_certificate_no":
            return known[key]  # of units and titles the new ones are those that hold
        return _ELSE_MEANS.get(other[1], "")
    if key in known:
        return known[key]
    shorter = _FORMAT.sub("", key)
    if name := known.get(shorter) or known.get(_UNITS.sub("", shorter), ""):
        return name
    # 手机/电话 is one of two words for the same.
    said = {known.get(heading_key(part), "") for part in _OR.split(heading)} - {""}
    return said.pop() if len(said) == 1 and _OR.search(heading) else ""


@dataclass(frozen=True)
class _Top:
    """The upper part of a sheet, what its headings can mean, and the top left cell of every merged one."""

    rows: Sequence[Sequence[Cell]]
    known: Mapping[str, str]
    covered: Mapping[tuple[int, int], tuple[int, int]]

    def text(self, row: int, place: int) -> str:
        """What stands in a cell, merged or not."""
        row, place = self.covered.get((row, place), (row, place))
        line = self.rows[row]
        return as_text(line[place]).strip() if place < len(line) else ""


def find_header(grid: Grid, known: Mapping[str, str]) -> Header | None:
    """The rows whose headings name the most fields: at least three, and one of them of the person or the title."""
    begin = next((at for at, row in enumerate(grid.rows) if any(row)), 0)
    for start, end in ((begin, begin + _NEAR), (begin + _NEAR, begin + _FAR)):
        widest = _WIDEST + _left_of(grid.rows[begin:end])
        rows = [row[:widest] for row in grid.rows[: end + _DEEPEST]]
        top = _Top(rows, known, _covered(grid, end + _DEEPEST, widest))
        found = [pair for first in range(start, min(end, len(rows))) for pair in _headers_at(top, first)]
        if found:
            return max(found, key=lambda pair: pair[1])[0]  # of equal ones the first
    return None


def _left_of(rows: Sequence[Sequence[Cell]]) -> int:
    """How many columns are empty before the first filled one: some lists begin far to the right."""
    starts = (next((place for place, cell in enumerate(row) if cell != "" and cell is not None), -1) for row in rows)
    return min((start for start in starts if start >= 0), default=0)


class HeaderReader:
    """The headers that begin in given rows of a sheet, each looked at once."""

    def __init__(self, grid: Grid, known: Mapping[str, str]) -> None:
        self._grid, self._known = grid, known

    @cached_property
    def _top(self) -> _Top:
        return _Top(self._grid.rows, self._known, _covered(self._grid, len(self._grid.rows)))

    def at(self, first: int) -> Header:
        """The header that begins in a row: of one row or more, or of this one alone if its headings name nobody."""
        return next((header for header, _ in _headers_at(self._top, first)), _header(self._top, first, first)[0])


def _covered(grid: Grid, end: int, widest: int = _WIDEST) -> dict[tuple[int, int], tuple[int, int]]:
    return {
        (row, place): (top, left)
        for top, left, bottom, right in grid.merged
        if top < end
        for row in range(top, min(bottom + 1, end))
        for place in range(left, min(right + 1, widest))
    }


def _headers_at(top: _Top, first: int) -> Iterator[tuple[Header, tuple[int, int, int]]]:
    """The header that begins in a row, of one row or of more, and how good it is."""
    texts = [text for cell in top.rows[first] if isinstance(cell, str) and (text := cell.strip())]
    if not texts or any(text.endswith(("：", ":")) and top.known.get(heading_key(text)) == "other" for text in texts):
        return  # 负责人： is where somebody signs, and stands over nothing
    found = [_header(top, first, first)]
    for last in range(first + 1, min(first + _DEEPEST, len(top.rows))):
        if not _all_headings(top, first, last):
            break
        found.append(_header(top, first, last))
    best, score = max(found, key=lambda pair: pair[1])
    person = len(best.columns.keys() & _PERSON)
    # Two that name a person are a header too: what it lacks is then said, with what comes near.
    if (len(best.columns) >= _FEWEST and person) or person >= 2:
        yield best, score


def _all_headings(top: _Top, first: int, last: int) -> bool:
    """Whether a further row can belong to a header: nothing but text, most of it headings below other headings."""
    cells = [(place, cell) for place, cell in enumerate(top.rows[last]) if as_text(cell).strip()]
    if not cells or not all(isinstance(cell, str) for _, cell in cells):
        return False
    if [cell for _, cell in cells] == [cell for cell in top.rows[last - 1] if as_text(cell).strip()]:
        return False  # the same header again
    named = sum(bool(_meant(_parts(top, first, last, place), top.known)[0]) for place, _ in cells)
    return named * 2 > len(cells)


def _header(top: _Top, first: int, last: int) -> tuple[Header, tuple[int, int, int]]:
    """The header of some rows, and how good it is: fields told, headings read whole, and the group headings above."""
    width = max(len(row) for row in top.rows[first : last + 1])
    parts = [_parts(top, first, last, place) for place in range(width)]
    meant = [_meant(each, top.known) for each in parts]
    columns: dict[str, int] = {}
    # The prescribed heading before any alias of it, an alias before what stands below something unknown.
    ranks = [
        0 if name in HEADINGS and heading_key("".join(each)) == heading_key(HEADINGS[name]) else 1 if whole else 2
        for each, (name, _, whole) in zip(parts, meant, strict=True)
    ]
    for wanted in range(3):
        for place, (name, _, _) in enumerate(meant):
            if name in _OURS and ranks[place] == wanted:
                columns.setdefault(name, place)
    # 姓名 below something unknown is ours only while no other column is the name.
    meanings = tuple(
        "" if name in _OURS and not whole and columns[name] != place else name
        for place, (name, _, whole) in enumerate(meant)
    )
    headings = tuple(
        " ".join(each[drop:] if name else each) for each, (name, drop, _) in zip(parts, meant, strict=True)
    )
    others = sum(name == "other" for name in meanings)
    wholes = sum(whole and name in _OURS for name, _, whole in meant)
    groups = {known for each in parts for part in each[:-1] if (known := top.known.get(heading_key(part))) in _TOPS}
    score = (len(columns) + others, wholes, len(groups))
    return Header(first, last, columns, headings, meanings), score


def _meant(parts: Sequence[str], known: Mapping[str, str]) -> tuple[str, int, bool]:
    """What the headings above each other mean together, how many were left out for it, and whether none was unknown."""
    for drop in range(len(parts)):
        above = [known.get(heading_key(part), "") for part in parts[:drop]]
        if "other" in above or any(_BEFORE.match(heading_key(part)) for part in parts[:drop]):
            return "other", 0, True
        rest = "".join(parts[drop + 1 :])
        name = meaning(parts[drop] + rest, known)
        if not name and rest:  # 资格情况 over 名称
            name = meaning(_STEM.sub("", heading_key(parts[drop])) + rest, known)
        if name and name not in _TOPS:
            return name, drop, all(each == "group" for each in above)
    return "", 0, True


def _parts(top: _Top, first: int, last: int, place: int) -> list[str]:
    """The headings above each other in one column, from the top down."""
    parts: list[str] = []
    if top.covered.get((last, place), (last, place))[1] < place:
        return parts  # the rest of a heading that is merged over several columns
    for row in range(first, last + 1):
        text = top.text(row, place)
        if not text and any(top.text(below, place) for below in range(row + 1, last + 1)):
            text = _from_the_left(top, row, place)
        if text and text not in parts:
            parts.append(text)
    return parts


def _from_the_left(top: _Top, row: int, place: int) -> str:
    """The heading that was once merged over this empty cell too: the nearest to the left that is not merged still."""
    for left in range(place - 1, -1, -1):
        if text := top.text(row, left):
            return "" if (row, left) in top.covered else text
    return ""


def read_above(grid: Grid, before: int, first: int = 0) -> Above:
    """What the lines above a header (or in a form, all its lines) say."""
    lines = ("\t".join(text for cell in row if (text := as_text(cell).strip())) for row in grid.rows[first:before])
    text = "\n".join(dict.fromkeys(line for line in lines if line))
    unit, day, level = _UNIT_ABOVE.search(text), _DAY_ABOVE.search(text), _LEVEL_ABOVE.search(text)
    word = (level[1] or level[2]) if level else ""
    return Above(
        _SEAL.sub("", unit[1]) if unit and heading_key(unit[1]) not in aliases() and _SAID.search(unit[1]) else "",
        tidy_level(word if word in ("助理", "员") else f"{word}级") if word else "",
        _document_above(text),
        (dates.read(day[1]) or "") if day else "",
        PROVISIONAL_WORDS.search(text) is not None,
    )


def _document_above(text: str) -> str:
    """The document number above a list: one that stands alone in its cell, else the first that is named."""
    alone = (documents.tidy(line) for line in re.split(r"[\t\n\r]+", text))
    return next(filter(documents.is_number, alone), "") or documents.find_in(text)


def side_by_side(header: Header) -> list[int]:
    """Where each further list begins, when several stand beside each other under the same headings again."""
    names = [place for place, name in enumerate(header.meanings) if name == "name"]
    others = max(header.meanings.count(name) for name in ("title", "id_number"))
    if len(names) < 2 or others < len(names):
        return []
    # What stands before the name in the first list (a running number) does so in the others.
    before = names[0] - min(place for place, heading in enumerate(header.headings) if heading)
    return [place - before for place in names[1:]]


def judge_header(grid: Grid, header: Header | None, compulsory: Iterable[str]) -> list[Finding]:
    """What is wrong with a sheet's headings: none, unknown ones, the same twice, a compulsory one missing."""
    sheet = Where(grid.file, grid.name or None)
    if header is None:
        return [codes.NO_HEADER.at(sheet)]
    found: list[Finding] = []
    unknown: list[str] = []
    for place, (name, heading) in enumerate(zip(header.meanings, header.headings, strict=True)):
        where = Where(grid.file, grid.name or None, header.last + 1, letter(place), heading or None)
        if name in _OURS and header.columns[name] != place:
            first = header.headings[header.columns[name]]
            found.append(codes.COLUMN_TWICE.at(where, heading, heading=heading, first=first))
        elif heading and not name:
            unknown.append(heading)
            found.append(codes.COLUMN_UNKNOWN.at(where, heading, heading=heading))
    if missing := [HEADINGS[name] for name in compulsory if name not in header.columns]:
        near = [word for name in missing for word in difflib.get_close_matches(name, unknown, cutoff=0.3)]
        nearest = "、".join(dict.fromkeys(near or unknown)) or "无"
        where = Where(grid.file, grid.name or None, header.last + 1)
        found.append(codes.NO_COLUMN.at(where, missing="、".join(missing), nearest=nearest))
    return found


def is_heading(cell: Cell, known: Mapping[str, str]) -> bool:
    """Whether a cell is a heading that we know."""
    return isinstance(cell, str) and heading_key(cell) in known

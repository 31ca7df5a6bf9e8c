"""Which rows below a header are entries, and what the others are (行): headers again, examples, totals, footers, bands."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cache, partial

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from hzcert.fields import FIELDS
from hzcert.headings import Above, Header, HeaderReader, heading_key, is_heading, read_above
from hzcert.idnumber import compact
from hzcert.sheets.grid import Cell, Grid, as_text
from hzcert.sheets.longrows import LongRows, column_of
from hzcert.table import Mask
from hzcert.texts import Texts, mask_of, repeated, texts_of

_EXAMPLE = re.compile(
    r"[（(【\[]?(?:填写|填表)?(?:示例|范例|样例|例子|举例|例如)\s*\d*(?:行)?\s*(?:[：:）)】\]]|$)|[（(【\[]?例\s*\d*\s*(?:[：:）)】\]]|$)"
    r"|(?:此|本)行(?:为|是)?(?:示例|范例|样例|例子)|(?:填写)?(?:示例|范例|样例)[，,。；;]|样表$|[eE]\.?[gG]\.?$"
)
# A remark may begin with 例： and speak of the person.
_EXAMPLE_REMARK = re.compile(
    r"[（(【\[]?(?:(?:填写|填表)?(?:示例|范例|样例|例子|举例|例如)\s*\d*(?:行)?|(?:此|本)行(?:为|是)?(?:示例|范例|样例|例子)|例\s*\d*|[eE]\.?[gG]\.?)[，,。；;：:]?(?:请?勿?删除?|不要删除?|不?可删除?|填写时删除?|仅供参考)*[）)】\]]?"
)
_MAYBE_EXAMPLE = r"[例样此本]|[eE]\.?[gG]"  # without one of these nothing is an example
_EXAMPLE_NAME = re.compile(
    r"示例|样例|填写例|举例|[（(【\[](?:范例|例如?\s*\d*[）)】\]：:])|范例[）)】\]：:]"
)  # 范例 may be a name
_TOTAL_NAME = re.compile(r"(?:合|小|总|共|累)\s*计")
_TOTAL = re.compile(
    r".{0,16}?(?:合\s*计|小\s*计|总\s*计|共\s*计|本\s*页|人\s*数|总\s*数)\s*(?:[：:（(\d]|$)|合计|以上共|共\s*\d+\s*(?:人|份)"
)
_FOOTER = re.compile(
    r"(?:(?:填\s*表|填\s*报|审\s*核|制\s*表|经\s*办|复\s*核|批\s*准|汇\s*总|录\s*入|上\s*报)\s*(?:人|单\s*位|日\s*期|时\s*间|说\s*明)?"
    r"|(?:单位)?负\s*责\s*人|联\s*系\s*(?:人|电\s*话)|日\s*期|说\s*明|备\s*注|注|附)\s*\d*\s*(?:[：:（(]|$)|[（(—-]*以下(?:空白|无正文)"
)
_SHORTEST_TITLE = 5  # characters
_TITLE = re.compile(r"名单|名册|信息表|一览|人员|[：:]$|示例|范例|样例|填写")
_EXAMPLE_TITLE = re.compile(
    r"[（(【\[]?(?:填写|填表|填报|正确)?(?:示例|范例|样例|例子|举例|示范|样表)(?:如下)?(?:[（(].*[）)])?[）)】\]]?[：:]?"
)
_LIST_TITLE = re.compile(
    r"第[一二三四五六七八九十\d]+批|.*(?:名单|名册|花名册|一览表|登记表|情况表|汇总表)(?:[（(].*[）)])?$|.*[（(]续[）)]$"
)
_UNIT_BAND = re.compile(r".{2,}[（(：:]\s*(?:共|计)?\s*\d+\s*[人名位][）)]?$")
_PAGE = re.compile(r"第\s*\d+\s*页|共\s*\d+\s*页|第\s*\d+\s*页[，,、/\s]*共\s*\d+\s*页|\d+\s*/\s*\d+\s*页")
_PAGE_TOTAL = re.compile(
    r"(?:[一二三四五六七八九十\d]+|本|每|此|该|当)\s*页\s*(?:小|合|总|共)?\s*计?(?:人数)?\s*[：:]?"
)
# 1, 2, 3 or A, B, C or 甲, 乙, 丙 below the headings; and how to fill in each column.
_COLUMN_MARK = re.compile(
    r"\d{1,2}(?:\.0)?|[A-Za-z]{1,2}|[甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥]|[①-⑳]|[（(]\d{1,2}[）)]|（?[一二三四五六七八九十]{1,2}）?"
)
_HINT = re.compile(
    r"(?:如|例如|格式|照|按照?|填写?|请|从|下拉|选择|文本|数字)(?=.).*(?:\d|填|选|身份证|证书|格式|文件|原件)|\d+\s*位|男\s*[/、或]\s*女|(?:必|选|可不?|不)填|[Yy]{4}"
)
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_UNIT = re.compile(
    r"(?:局|所|院|校|学|园|司|厂|站|心|委|办|会|队|馆|部|处|团|社|室|中|店|场|库|系统|政府|乡|镇|街道)(?:[（(].*[）)])?$"
)
_SHORT_UNIT = re.compile(r"(?:示例|样例)(?:[小中大]学|学[校院]|医院|公司|工厂|[书商]店|车站|[农林]场)")
_SHORTEST_UNIT = 5  # characters; of the words with which units end, no name of so many does
_COUNT = re.compile(r"\d+(?:\.0)?|[（(]?(?:共|计)?\s*\d+\s*[人名位份][）)]?|[一二三四五六七八九十]+[、.．]?|\d+[、.．]")
_NOTES = frozenset({"必填", "选填", "可选", "必选", "非必填", "可不填"})
_LONGEST_NAME = 25
_NAMELIKE = re.compile(r"(?s)(?=.*[^\W_])[^：:计填]+").fullmatch  # no footer's words
# Who stands alone in a row, with no more than a name: a few Han characters, or words of letters and dots.
_MAY_BE_NAME = re.compile(
    r"[\u2e80-\u9fff\uf900-\ufaff\U00020000-\U000323af\s]{1,6}|[A-Za-z\u00c0-\u024f]+|[^\W\d_]+(?:[\s·•‧・．.'-]+[^\W\d_]+)+"
)
_ODD_NAME = re.compile(r"(?=.*[\u4e00-\u9fff])[^：:，,。；;、\d]{2,8}")
_NO_NAME = re.compile(
    r"(?:[县区市级组表类批局所院校站厂队馆部处科团社室]|人员|职称|部分|系统|单位|空白|正文|盖章|情况|意见|属实|说明)[\d一二三四五六七八九十]*$"
)
_LABEL = re.compile(r".{1,20}[：:][\s_＿—－年月日-]*")
_AS_EXAMPLE = re.compile(r"(?:例?如|例)\s*[：:]")
_MOST_OF_A_FOOTER = 4  # cells of fields
_FEWEST_DIGITS = 6
_HAN = re.compile("[\u4e00-\u9fff]")
_SIGNED = re.compile(
    r"(?:\d{4}|[二一][〇○零一二三四五六七八九]{3})年.{1,3}月.{1,3}日$|.*[（(](?:盖章|公章|签章|签字|章)[）)]\s*$"
)
_DIGITS_OF_A_NUMBER = 12  # what is left of an ID number that was typed badly; a date has eight
_BAND = re.compile(r"[（(]?[一二三四五六七八九十]+[）)]?\s*[、.．]|[（(][一二三四五六七八九十\d]{1,2}[）)]\s*\D")


class Cut(StrEnum):
    """What a row is that is no entry; the value is what a clerk reads."""

    HEADER = "重复的表头"
    EXAMPLE = "示例"
    TOTAL = "合计、小计"
    FOOTER = "填表人、说明等"
    BAND = "分组的标题"
    STRUCK = "划掉的行"


_ID_NUMBER = re.compile(r"\d{15}|\d{17}[\dXx]")
_FEWEST_HEADINGS = 3
_FEWEST_CELLS = 3


@dataclass
class Lines:
    """The rows of one sheet: entries and what is cut by their place in the grid, and how many hold but a running number."""

    entries: list[int] = field(default_factory=list)
    cut: dict[int, Cut] = field(default_factory=dict)
    numbered: int = 0
    other_header: int | None = None  # where a header of other columns ends what could be read
    texts: dict[int, Texts] = field(default_factory=dict)  # columns looked at that are text from top to bottom


def sort_rows(grid: Grid, header: Header, known: Mapping[str, str]) -> Lines:
    """Tell entries from all else, row by row: what has an ID number is an entry, unless it is an example."""
    rows, begin = grid.rows, header.last + 1
    kept, end = Lines(), len(rows)
    texts_at = cache(partial(_texts_at, rows, kept.texts))
    examples = _examples(texts_at, header)
    surely = _surely_entries(rows, texts_at, header, known)
    surely[[*range(min(begin, len(rows))), *examples]] = False
    held = {
        row
        for top, left, bottom, _ in grid.merged
        if left in (header.columns.get("name"), header.columns.get("id_number"))
        for row in range(top + 1, min(bottom, len(grid.rows) - 1) + 1)
    }
    bands = {top for top, left, _, right in grid.merged if right - left >= 2}
    above = read_above(grid, header.first)
    again_at, in_example = _headers_again(grid, header, known), is_example_block(grid, header)
    for at in (np.flatnonzero(~surely[begin:]) + begin).tolist():
        row = rows[at]
        if at in kept.cut:
            continue  # a further line of a header that was met again
        _sort_row(row, at, header, known, at in examples, at in bands, at in held, kept)
        if kept.cut.get(at) is Cut.HEADER:
            again = again_at(at)
            titles = range(begins_at(grid, at, header.last + 1), at)
            if (
                in_example
                or is_example_block(grid, again)
                or _differs(again, header)
                or _says_otherwise(read_above(grid, at, titles.start), above)
            ):
                kept.other_header = end = at
                del kept.cut[at]
                break
            # The title of a further page.
            kept.cut |= {row: Cut.BAND for row in titles if row in kept.entries}
            kept.entries = [row for row in kept.entries if row not in titles]
            kept.cut |= dict.fromkeys(range(at, again.last + 1), Cut.HEADER)
    kept.entries = sorted([*np.flatnonzero(surely[:end]).tolist(), *kept.entries])
    return kept


def _surely_entries(
    rows: Sequence[list[Cell]], texts_at: Callable[[int], Texts], header: Header, known: Mapping[str, str]
) -> Mask:
    """The rows that need no second look, nearly all of a long list: an ID number; or a name, a title and some more."""
    columns = header.columns
    names, titles, numbers = (
        texts_at(columns[name]) if name in columns else repeated("", len(rows))
        for name in ("name", "title", "id_number")
    )
    surely = mask_of(pc.match_substring_regex(numbers.array, r"(?s)^[0-9]{6}.{9}"))
    if isinstance(rows, LongRows):
        surely |= _plainly_named(rows, names, titles, known)
    rest = np.flatnonzero(~surely)
    for at, name, title in zip(rest.tolist(), names.at(rest), titles.at(rest), strict=True):
        named = name and title.strip() and title != "0" and _NAMELIKE(name) and not _COLUMN_MARK.fullmatch(name)
        if named and not is_heading(name, known) and not is_heading(title, known):
            surely[at] = len(row := rows[at]) - row.count("") >= _FEWEST_CELLS
    return surely


def _plainly_named(rows: LongRows, names: Texts, titles: Texts, known: Mapping[str, str]) -> Mask:
    """Rows of a long list with a name of two to four Chinese characters, a title, and one cell more; no heading is among them."""
    words = [title for title in titles.distinct if title.strip() and title != "0" and not is_heading(title, known)]
    titled = np.zeros(len(rows), dtype=np.bool_)
    titled[titles.lines_of(words)] = True
    # A name of such characters is its own key, so that whether it is a heading needs no second look.
    named = mask_of(pc.match_substring_regex(names.array, r"^[\x{4e00}-\x{9fff}]{2,4}$"))
    named &= ~mask_of(pc.match_substring_regex(names.array, r"[计填]|^[一二三四五六七八九十]{1,2}$"))
    named &= ~mask_of(pc.is_in(names.array, pa.array(list(known), pa.large_string())))
    filled = np.zeros(len(rows), dtype=np.int64)
    for place in range(rows.width):
        column = rows.column(place)
        filled += (
            mask_of(pc.not_equal(column.array, ""))
            if isinstance(column, Texts)
            else np.array([cell != "" for cell in column], dtype=np.bool_)
        )
    return np.asarray(named & titled & (filled >= _FEWEST_CELLS), dtype=np.bool_)


def _texts_at(rows: Sequence[list[Cell]], whole: dict[int, Texts], place: int) -> Texts:
    """One column, empty where there is no text; one that is all text is kept."""
    cells = column_of(rows, place)
    texts = texts_of(cells)
    if texts is None:
        return Texts(pa.array([cell if isinstance(cell, str) else "" for cell in cells], pa.large_string()))
    whole[place] = texts
    return texts


def _headers_again(grid: Grid, header: Header, known: Mapping[str, str]) -> Callable[[int], Header]:
    """The header that begins in a row further down; the same rows again, as on every page, are looked at no further."""
    ours = [texts_of_row(grid.rows[at]) for at in range(header.first, header.last + 1)]
    headers = HeaderReader(grid, known)

    def at_row(at: int) -> Header:
        here = grid.rows[at : at + len(ours)]
        if [texts_of_row(row) for row in here] == ours:
            return replace(header, first=at, last=at + len(ours) - 1)
        return headers.at(at)

    return at_row


def _says_otherwise(again: Above, first: Above) -> bool:
    """Whether the lines above a header that is met again are of another list: another level, unit, document or standing."""
    pairs = ((again.level, first.level), (again.unit, first.unit), (again.document_no, first.document_no))
    # A list that is only put up for objections (公示) is another one too.
    return (again.provisional and not first.provisional) or any(new and new != old for new, old in pairs)


def texts_of_row(row: Sequence[Cell]) -> list[str]:
    """What a row says, cell by cell, up to its last filled one."""
    texts = [as_text(cell).strip() for cell in row]
    while texts and not texts[-1]:
        texts.pop()
    return texts


def _differs(again: Header, header: Header) -> bool:
    """Whether a header further down names other fields than the first one does in the same columns."""
    fields = {place: name for place, name in enumerate(again.meanings) if name in FIELDS}
    ours = dict(enumerate(header.meanings))
    return len(set(fields.values())) >= _FEWEST_HEADINGS and any(
        ours.get(place) != name for place, name in fields.items()
    )


def begins_at(grid: Grid, header_row: int, after: int) -> int:
    """The row in which the lines above a header begin: titles and units that stand right above it, below anybody else."""
    at = header_row
    while at > after and not texts_of_row(grid.rows[at - 1]):
        at -= 1
    if at == after:
        return header_row if after else 0
    start = at
    while start > after and _is_title(texts_of_row(grid.rows[start - 1])):
        start -= 1
    return start if start < at else header_row


def _is_title(cells: Sequence[str]) -> bool:
    """Whether a row is one of those that stand above a list: a title, a unit, 示例; never one that may be a person."""
    texts = [text for text in cells if text]
    if not texts or any(_ID_NUMBER.fullmatch(text) or _TOTAL.match(text) for text in texts):
        return False
    if len(texts) == 1:
        return len(texts[0]) >= _SHORTEST_TITLE or _TITLE.search(texts[0]) is not None
    return re.match(r".{2,8}[：:]", texts[0]) is not None


def is_example_block(grid: Grid, header: Header) -> bool:
    """Whether the lines right above a header, or its own first one, say that what follows is an example (填写示例)."""
    first = begins_at(grid, header.first, 0)
    said = (texts_of_row(row) for row in grid.rows[first : header.last + 1])
    return any(_EXAMPLE_TITLE.fullmatch(texts[-1]) for texts in said if texts and not any(texts[:-1]))


def people_above(grid: Grid, header: Header) -> list[int]:
    """Rows above a header that hold an ID number: of people whom nobody would read."""
    return [at for at, row in enumerate(grid.rows[: header.first]) if any(map(may_be_id, row))]


def may_be_id(cell: Cell) -> bool:
    """Whether a cell is an ID number, or what is left of one that was typed as a number."""
    if isinstance(cell, str):
        return len(cell) >= 15 and _ID_NUMBER.fullmatch(compact(cell)) is not None
    return isinstance(cell, int | float) and 1e17 <= cell < 1e18


def _examples(texts_at: Callable[[int], Texts], header: Header) -> set[int]:
    """The rows that say that they are an example, in the first cell, the name or the remark."""
    found: set[int] = set()
    for place in {0, *(header.columns[name] for name in ("name", "remark") if name in header.columns)}:
        column = texts_at(place)
        is_mark = (
            _is_example_name
            if place == header.columns.get("name")
            else _EXAMPLE_REMARK.fullmatch
            if place == header.columns.get("remark")
            else _EXAMPLE.match
        )
        marks = [text for text in column.matching(_MAYBE_EXAMPLE) if is_mark(text.strip())]
        found |= set(column.lines_of(marks).tolist())
    return {at for at in found if at > header.last}


def _is_example_name(text: str) -> bool:
    """Whether a name says that it is one of an example; 范例 alone may be somebody's."""
    if _SHORT_UNIT.fullmatch(text) or (len(text) >= _SHORTEST_UNIT and _UNIT.search(text)):
        return False  # 样例小学 is a unit in the wrong column
    return text != "范例" and (_EXAMPLE.match(text) or _EXAMPLE_NAME.search(text)) is not None


def _sort_row(
    row: Sequence[Cell],
    at: int,
    header: Header,
    known: Mapping[str, str],
    example: bool,
    band: bool,
    held: bool,
    kept: Lines,
) -> None:
    texts = [text for cell in row if (text := as_text(cell).strip())]
    if not texts:
        return
    said = {
        name: text
        for name, place in header.columns.items()
        if place < len(row) and (text := as_text(row[place]).strip())
    }
    if example or sum(bool(_AS_EXAMPLE.match(text)) for text in texts) >= 2:
        kept.cut[at] = Cut.EXAMPLE
    elif _has_digits_of_a_number(said.get("id_number", "")):
        kept.entries.append(at)
    elif all(map(_LABEL.fullmatch, texts)) and not _names_a_person(texts, known):
        kept.cut[at] = Cut.FOOTER
    elif sum(is_heading(text, known) for text in texts) >= 3 or _NOTES.issuperset(texts):
        kept.cut[at] = Cut.HEADER
    elif kind := _not_a_person(texts, said, band) or (None if held else _nobody(texts, said)):
        kept.cut[at] = kind
    elif set(said.values()) == {"0"}:
        kept.numbered += 1  # formulas below the last entry show 0 for nothing
    elif said:
        kept.entries.append(at)
    elif len(texts) == 1 and texts[0].isdigit():
        kept.numbered += 1
    else:
        kept.cut[at] = Cut.BAND if len(texts) == 1 else Cut.FOOTER


def _names_a_person(texts: Sequence[str], known: Mapping[str, str]) -> bool:
    """Whether labels are those of a person: 姓名：, 身份证号：."""
    return any(known.get(heading_key(text)) in ("name", "id_number") for text in texts)


def _not_a_person(texts: Sequence[str], said: Mapping[str, str], band: bool) -> Cut | None:
    """A total, a footer or a band: no ID number, and hardly anything that an entry has."""
    first = texts[0]
    if all(map(_PAGE.fullmatch, texts)):
        return Cut.FOOTER
    if not any(map(str.isalnum, "".join(texts))):
        return Cut.FOOTER  # a row of dashes
    if len(texts) >= _FEWEST_HEADINGS and all(map(_COLUMN_MARK.fullmatch, texts)):
        return Cut.HEADER
    if sum(bool(_HINT.match(text)) for text in texts) >= 2:
        return Cut.FOOTER
    if len(texts) <= 2 and not said.keys() & {"name", "id_number"} and all(map(_NUMBER.fullmatch, texts)):
        return Cut.TOTAL if set(texts) != {"0"} and said else None
    if _is_unit_band(texts, said.get("name", "")):
        return Cut.BAND
    if _PAGE_TOTAL.fullmatch(first) and not any(map(_ID_NUMBER.fullmatch, texts)):
        return Cut.TOTAL
    lone = not said.keys() & {"title", "employer", "document_no"} or len(texts) <= 2
    if _is_signed(texts) or (lone and (_FOOTER.match(first) or _SIGNED.match(first))):
        return Cut.FOOTER
    if _TOTAL_NAME.fullmatch(said.get("name", "")):
        return Cut.TOTAL
    if lone and any(_TOTAL.match(text) for text in (first, said.get("name", ""), said.get("employer", "")) if text):
        return Cut.TOTAL
    if len(texts) == 1 and not said.keys() - {"name"} and len(first) > _LONGEST_NAME:
        return Cut.FOOTER
    if len(texts) == 1 and (band or any(each.match(first) for each in (_BAND, _UNIT_BAND, _LIST_TITLE))):
        return Cut.BAND
    return None


def _nobody(texts: Sequence[str], said: Mapping[str, str]) -> Cut | None:
    """Words that stand where people do, and name nobody: no title, no document, nothing like a name or a number."""
    if not said or said.keys() & {"title", "document_no"} or set(said.values()) == {"0"}:
        return None
    name = said.get("name", "")
    may_be_name = _MAY_BE_NAME.fullmatch(name) and not _NO_NAME.search(name) and name not in ("男", "女")
    number = said.get("id_number", "")
    may_be_number = sum(map(str.isdigit, number)) >= _FEWEST_DIGITS and not _HAN.search(number)
    if may_be_name or may_be_number:
        return None
    if len(texts) == 1:
        return Cut.BAND
    if _ODD_NAME.fullmatch(name) and not _NO_NAME.search(name):
        return None  # 王?明, 张三（已故）
    return Cut.FOOTER if len(said) <= _MOST_OF_A_FOOTER else None


def _is_unit_band(texts: Sequence[str], name: str) -> bool:
    """Whether a unit stands where the names do, with at most a running number before it and a count behind it."""
    others = [text for text in texts if text != name]
    return (
        len(name) >= _SHORTEST_UNIT
        and _UNIT.search(name) is not None
        and len(others) < len(texts) <= 3
        and all(map(_COUNT.fullmatch, others))
    )


def _is_signed(texts: Sequence[str]) -> bool:
    """Whether a row is one of those who sign, spread over the columns: 填表人：张某 | 审核人：李某."""
    signed = sum(bool(_FOOTER.match(text)) and ("：" in text or ":" in text) for text in texts)
    return bool(_FOOTER.match(texts[0])) and signed * 2 >= len(texts)


def _has_digits_of_a_number(text: str) -> bool:
    return sum(sign.isdigit() for sign in text) >= _DIGITS_OF_A_NUMBER and not _FOOTER.match(text)


def row_list(numbers: Sequence[int]) -> str:
    """Row numbers for people: runs of three and more as first and last, and no more than a line holds.

    >>> row_list([4, 5, 7]), row_list([4, 5, 6, 9])
    ('4、5、7', '4至6、9')
    """
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    words = [
        word
        for run in runs
        for word in ([f"{run[0]}至{run[-1]}"] if len(run) >= 3 else [str(number) for number in run])
    ]
    return "、".join(words[:_MOST_WORDS]) + ("等" if len(words) > _MOST_WORDS else "")


_MOST_WORDS = 40

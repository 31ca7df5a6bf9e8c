"""Documents that correct others (更正) or take people back: which they are, what they say, and what they do to the published rows."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from hzcert import codes, dates, documents, headings, names
from hzcert.docfacts import Facts, counts_in, titles_in
from hzcert.fields import HEADINGS
from hzcert.findings import Finding, Where
from hzcert.policy import Policy
from hzcert.sheets.grid import Grid, as_text
from hzcert.table import Table

_STRUCK = re.compile(r"取消|撤销|撤消|除名|作废|收回|不予(?:确认|公布)")
_CORRECTS = re.compile(r"更正|勘误|应为|更改为")
_QUOTED = re.compile(
    r"[“\"「]?(?P<before>[^“”\"「」，。；、：:（）()\s]{2,30})[”\"」]?(?:一?[，,]?\s*(?:应更正为|更正为|应改为|更改为|改为|应为))[“\"「]?(?P<after>[^“”\"「」，。；、（）()\s]{2,30})[”\"」]?"
)
# Headings of a table of corrections: what was published, and what it should have been.
_WRONG = re.compile(r"(?:原|误|错误|更正前|公布)(?!.*文号).{0,8}|.{0,8}(?:更正前|[（(]误[）)]|有误)").fullmatch
_RIGHT = re.compile(r"(?:更正(?!前)|改正|改为|应为|正确|正).{0,8}|.{0,8}(?:更正后|更正为|[（(]正[）)])").fullmatch
# A list may say that the old certificates are taken in (收回), and take nobody back.
_OF_A_NOTICE = re.compile(
    r"取消|撤销|撤消|除名|作废|不予(?:确认|公布)|(?:关于|决定)[^，。；]{0,12}收回|更正|勘误|应为|更改为"
)
_LONGEST_NOTICE = 20_000  # rows
# 测试丙，姓名更正为测试柄
_FIELD_CHANGED = re.compile(
    r"(?P<field>姓名|工作单位|单位|专业技术资格|任职资格|资格名称|资格|取得资格时间|资格取得时间|取得时间)[，,]?(?:应为|(?:应|由[^，。；]{2,30}?)?(?:更正|更改|改)为)[“\"「]?(?P<after>[^“”\"「」，。；、：:（）()\s]{2,30})"
)
_FIELDS = {
    "姓名": "name",
    "工作单位": "employer",
    "单位": "employer",
    "取得资格时间": "obtained_on",
    "资格取得时间": "obtained_on",
    "取得时间": "obtained_on",
}
_ENDS_OF_FIELDS = ("姓名", "单位", "资格", "时间")


@dataclass(frozen=True)
class Notice:
    """A document that corrects others or takes people back."""

    where: Where
    document_no: str
    cited: tuple[str, ...]
    sentences: tuple[str, ...]
    struck: bool


def is_notice(text: str) -> bool:
    """Whether words correct a document, or take people back."""
    return (_STRUCK.search(text) is not None and not _is_award(text)) or _CORRECTS.search(text) is not None


def halves(grid: Grid) -> list[Grid]:
    """A sheet that corrects a document or takes people back as its words and its table; nothing for a list of people."""
    if len(grid.rows) > _LONGEST_NOTICE:
        return []
    pairs, header = pairs_of(grid), headings.find_header(grid, headings.aliases())
    top = pairs[0] if pairs else header.first if header else 0
    lines = [" ".join(filter(None, (as_text(cell).strip() for cell in row))) for row in grid.rows[:top]]
    said = "\n".join(lines)
    if not is_notice(said) or not _OF_A_NOTICE.search(said):
        return []
    return [replace(grid, rows=[[line] for line in lines]), replace(grid, rows=list(grid.rows[top:]))]


def pairs_of(grid: Grid) -> tuple[int, list[tuple[int, int]]] | None:
    """Of a table of corrections the row of headings, and the columns of what was wrong and what is right."""
    for at, row in enumerate(grid.rows[:20]):
        texts = [re.sub(r"\s+", "", as_text(cell)) for cell in row]
        wrong, right = ([place for place, text in enumerate(texts) if shape(text)] for shape in (_WRONG, _RIGHT))
        if wrong and len(wrong) == len(right):
            return at, list(zip(wrong, right, strict=True))
    return None


def told(grid: Grid) -> Iterator[str]:
    """The rows of a notice's table as sentences."""
    top, pairs = pairs_of(grid) or (-1, [])
    paired = {place for pair in pairs for place in pair}
    for row in grid.rows[top + 1 :]:
        texts = [as_text(cell).strip() for cell in row]
        context = " ".join(text for place, text in enumerate(texts) if text and place not in paired)
        if not pairs:
            yield context
        for before, after in pairs:
            if max(before, after) < len(texts) and texts[before] and texts[after] and texts[before] != texts[after]:
                yield f"{context}，“{texts[before]}”应为“{texts[after]}”"


def notice_of(lines: Sequence[str], facts: Facts, where: Where) -> Notice:
    """What a notice says, and of which documents."""
    text = "\n".join(lines)
    # With words of the sentence before them: 取消湖人专[2005]99号.
    cited = [documents.tidy(found[0]) for found in documents.ANYWHERE.finditer(text)]
    cited = [each for each in cited if not facts.document_no or not each.endswith(facts.document_no)]
    sentences = tuple(part.strip() for line in lines for part in re.split(r"[。；;]", line) if part.strip())
    struck = _STRUCK.search(text) is not None and not re.search("应为|更正为|改为", text)
    return Notice(where, facts.document_no, tuple(dict.fromkeys(cited)), sentences, struck)


def _is_award(text: str) -> bool:
    """Whether a document grants titles, whatever else it says: 具有…资格 with people in it."""
    return (
        bool(counts_in(text))
        and re.search("具有|取得|获得", text) is not None
        and "取消" not in text[:120]
        and "撤销" not in text[:120]
    )


# --- what they do to lists ---------------------------------------------------------------------------------------

_CORRECTED = ("name", "employer", "title", "level", "obtained_on")


def applied(table: Table, notices: Iterable[Notice], policy: Policy) -> tuple[Table, list[Finding]]:
    """The published rows as notices have corrected them: names and units put right, people taken back marked in the remark."""
    found: list[Finding] = []
    columns = {name: table.texts(name).to_pylist() for name in (*_CORRECTED, "document_no", "remark")}
    changed = False
    for notice in notices:
        among = [
            line
            for line, number in enumerate(columns["document_no"])
            if not notice.cited or (number and any(each.endswith(number) for each in notice.cited))
        ]
        done = list(
            _strike(notice, columns, among) if notice.struck else _correct(notice, columns, among, table, found, policy)
        )
        changed = changed or bool(done)
        if not done and not any(map(_changes, notice.sentences)):
            said = next((each for each in notice.sentences if _STRUCK.search(each) or _CORRECTS.search(each)), "")
            found.append(codes.NOTICE_OPEN.at(notice.where, said, said=said[:80]))
    if not changed:
        return table, found
    rows = table.rows.assign(**{name: np.array(texts, dtype=object) for name, texts in columns.items()})
    return Table(rows.astype(dict.fromkeys(columns, table.rows["name"].dtype)), table.layout), found


def _strike(notice: Notice, columns: dict[str, list[str]], among: Sequence[int]) -> Iterator[int]:
    """Mark those whom a notice takes back: named in it, with their unit where several have the name."""
    text = "\n".join(notice.sentences)
    by_name: dict[str, list[int]] = {}
    for line in among:
        if columns["name"][line] and columns["name"][line] in text:
            by_name.setdefault(columns["name"][line], []).append(line)
    for lines in by_name.values():
        told = [line for line in lines if columns["employer"][line] and columns["employer"][line] in text]
        # Where it can't be told who is meant, nobody of the name is accepted unseen.
        for line in told or lines:
            mark = f"撤销（{notice.document_no or notice.where.file}）"
            columns["remark"][line] = f"{columns['remark'][line]} {mark}".strip()
            yield line


def _correct(
    notice: Notice,
    columns: dict[str, list[str]],
    among: Sequence[int],
    table: Table,
    found: list[Finding],
    policy: Policy,
) -> Iterator[int]:
    for sentence in notice.sentences:
        for name, before, after in _changes(sentence):
            meant = list(_meant(sentence, name, before, after, columns, among, policy))
            if not meant:
                found.append(codes.NOTICE_OPEN.at(notice.where, sentence, said=sentence[:80]))
            for field_name, line, new in meant:
                old, columns[field_name][line] = columns[field_name][line], new
                if field_name == "title" and (known := policy.title_table.find(new)) and columns["level"][line]:
                    columns["level"][line] = known[0].level
                words = {
                    "notice": notice.document_no or notice.where.file,
                    "heading": HEADINGS[field_name],
                    "before": old,
                    "after": new,
                }
                found.append(table.finding(line, codes.CORRECTED, field_name, **words))
                yield line


def _changes(sentence: str) -> list[tuple[str, str, str]]:
    """What a sentence changes: the field where it is named, what was wrong where that is said, and what is right."""
    quoted = [("", match["before"], match["after"]) for match in _QUOTED.finditer(sentence)]
    quoted = [each for each in quoted if each[1] not in _FIELDS and not each[1].endswith(_ENDS_OF_FIELDS)]
    changed = _FIELD_CHANGED.search(sentence)
    return quoted or ([(_FIELDS.get(changed["field"], "title"), "", changed["after"])] if changed else [])


def _meant(
    sentence: str,
    name: str,
    before: str,
    after: str,
    columns: dict[str, list[str]],
    among: Sequence[int],
    policy: Policy,
) -> Iterator[tuple[str, int, str]]:
    """The field, the rows and the new words that a correction is about; nothing where it can't be told."""
    day, new_day = dates.read(before) if before else "", dates.read(after) or ""
    old_title, new_title = (next(iter(titles_in(words, policy)), None) if words else None for words in (before, after))
    people = [line for line in among if columns["name"][line] and columns["name"][line] in sentence]
    people = [line for line in people if columns["employer"][line] in sentence] or people
    for field_name in [name] if name else ["name", "employer", "title", "obtained_on"]:
        match field_name:
            case "name":
                lines = [line for line in people if not before or before.endswith(columns["name"][line])]
                lines, new = lines if len(lines) == 1 else [], names.tidy(after)
            case "employer":
                known = [line for line in among if columns["employer"][line]]
                lines = [line for line in known if before.endswith(columns["employer"][line])] if before else people
                # Of one person, or of all of the unit.
                lines, new = [line for line in lines if line in people] or lines, after
            case "title":
                said = old_title.name if old_title else ""
                lines = [line for line in people if new_title and (not before or columns["title"][line] == said)]
                new = new_title.name if new_title else ""
            case _:
                held = people or (list(among) if before else [])
                lines, new = (
                    [line for line in held if not before or (day and columns["obtained_on"][line] == day)],
                    new_day,
                )
        if lines and new and (before or len(lines) == 1):
            yield from ((field_name, line, new) for line in lines)
            return

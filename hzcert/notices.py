"""Published documents in words (公布文件): their number, date, committee and title; people by unit; what they correct or take back."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from hzcert import codes, dates, documents, headings, names
from hzcert.fields import HEADINGS
from hzcert.findings import Finding, Where
from hzcert.headings import PROVISIONAL_WORDS
from hzcert.policy import Policy
from hzcert.sheets.grid import Cell, Grid, as_text
from hzcert.table import Table

_DIGITS = {sign: value for value, sign in enumerate("零一二三四五六七八九")} | {"〇": 0, "○": 0, "两": 2}
_NUMERAL = r"[0-9０-９零〇○一二三四五六七八九十百两]+"
_COUNT = re.compile(rf"[等共计](?P<count>{_NUMERAL})(?:人|名|位|同志)")
_COMMITTEE = re.compile(r"经(?P<committee>[^，。；,;：:]{4,40}?(?:评审委员会|评委会|考核小组))")
_DAY = r"[0-9０-９〇○零一二三四五六七八九]{4}年[0-9０-９一二三四五六七八九十元]{1,3}月(?:[0-9０-９一二三四五六七八九十廿]{1,3}日)?"
_PASSED = re.compile(rf"(?P<day>{_DAY})[^。；]{{0,12}}?(?:评审|审定|考试|会议)[^。；]{{0,6}}(?:通过|合格|审定)")
_SIGNED = re.compile(rf"(?P<day>{_DAY})\s*(?:印发)?")
_TITLE = re.compile(
    r"(?:具有|取得|获得|确认|授予|评为|聘任)(?P<titles>[^，。；：:]{2,60}?)(?:专业技术)?(?:职务)?(?:任职)?资格"
)
_SECTION = re.compile(r"^\s*(?:[（(]?[一二三四五六七八九十0-9]+[）)、．.]\s*)(?P<words>[^：:]{2,40})$")
_NAMED = re.compile(
    r"^\s*(?:[（(]?[0-9一二三四五六七八九十]+[）)、．.]\s*)?(?P<unit>[^：:，。；]{2,40})[：:]\s*(?P<people>.+)$"
)
_NO_UNIT = re.compile(
    r"附件|抄送|抄报|主送|主题词|联系|电话|地址|网址|说明|注意|备注|时间|日期|监督|举报|发至|校对|签发|负责人|单位$"
)
_HAN = r"\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"
_PERSON = re.compile(rf"[{_HAN}?？□*]{{2,4}}|[{_HAN}]{{2,8}}(?:[·•・．.][{_HAN}]{{1,8}})+")
# A name of another people whose dot was lost; no name ends as a unit does.
_LONG_PERSON = re.compile(rf"[{_HAN}]{{4,8}}[{_HAN}](?<![局院所校厂司站馆社队园处办店场学会室科行台部委县区市镇村])")
_ASIDE = re.compile(r"[（(]([^）)]*)[）)]")
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
    r"(?P<field>姓名|工作单位|单位|专业技术资格|任职资格|资格名称|资格|取得资格时间|资格取得时间|取得时间)[，,]?(?:应|由[^，。；]{2,30}?)?(?:更正|更改|改)为[“\"「]?(?P<after>[^“”\"「」，。；、：:（）()\s]{2,30})"
)
_FIELDS = {
    "姓名": "name",
    "工作单位": "employer",
    "单位": "employer",
    "取得资格时间": "obtained_on",
    "资格取得时间": "obtained_on",
    "取得时间": "obtained_on",
}
_HEADER = (
    "name",
    "sex",
    "employer",
    "title",
    "level",
    "obtained_on",
    "committee",
    "document_no",
    "document_date",
    "remark",
)


PROVISIONAL = "公示名单"  # the remark of every row of such a list: a person may still be struck off


@dataclass(frozen=True, slots=True)
class Named:
    """A title as a document names it, and its level where the name says."""

    name: str
    level: str


@dataclass(frozen=True)
class Facts:
    """What a document says of itself and of all the people in it."""

    document_no: str = ""
    document_date: str = ""
    titles: tuple[Named, ...] = ()
    level: str = ""
    committee: str = ""
    obtained_on: str = ""
    counts: tuple[int, ...] = ()
    provisional: bool = False


@dataclass(frozen=True)
class Notice:
    """A document that corrects others or takes people back."""

    where: Where
    document_no: str
    cited: tuple[str, ...]
    sentences: tuple[str, ...]
    struck: bool


@dataclass
class Document:
    """One published file in words: what it says of itself, its lists as grids, and what it corrects."""

    facts: Facts
    grids: list[Grid] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    shown: str = ""


def numeral(text: str) -> int:
    """A number in digits or in Chinese, up to 999; 0 for what is none.

    >>> numeral("12"), numeral("十二"), numeral("一百零五"), numeral("二十"), numeral("１３")
    (12, 12, 105, 20, 13)
    """
    if text.isdigit():
        return int(text)
    hundreds, mark, rest = text.partition("百")
    total = _DIGITS.get(hundreds, 1) * 100 if mark else 0
    rest = rest if mark else hundreds
    tens, mark, ones = rest.strip("零〇").partition("十")
    if mark:
        return total + _DIGITS.get(tens, 1) * 10 + _DIGITS.get(ones, 0)
    return total + _DIGITS.get(tens, 0)


def facts_of(lines: Sequence[str], policy: Policy) -> Facts:
    """What the words of a document say of all the people in it."""
    text = "\n".join(lines)
    alone = [number for line in lines if documents.is_number(number := documents.tidy(line.strip()))]
    signed = [day for line in lines if (match := _SIGNED.fullmatch(line.strip())) and (day := dates.read(match["day"]))]
    passed = _PASSED.search(text)
    committee = _COMMITTEE.search(text)
    committee_words = re.sub(rf"{_DAY}$", "", committee["committee"]) if committee else ""
    # Whoever passes it, is not what is passed: a title inside the committee's name is none.
    found = [title for match in _TITLE.finditer(text) for title in _titles(match["titles"], policy)]
    if not found:
        head = "\n".join(line for line in lines[:12] if re.search("名单|人员|资格|职称", line))
        found = _titles(head, policy)
    level = re.search("正高|副高|高级|中级|初级|助理级|员级", " ".join(lines[:12]))
    counts = [numeral(match["count"].translate(_HALF)) for match in _COUNT.finditer(text)]
    return Facts(
        alone[0] if alone else documents.find_in(text),
        signed[-1] if signed else "",
        tuple(dict.fromkeys(found)),
        level[0] if level and not found else "",
        committee_words,
        (dates.read(passed["day"]) or "") if passed else "",
        tuple(counts),
        PROVISIONAL_WORDS.search(text) is not None,
    )


_LONGEST_TITLE = 16
_MOST_SECTIONED = 100_000  # rows; a longer list has its title in a column
_HALF = str.maketrans("０１２３４５６７８９", "0123456789")


def _titles(words: str, policy: Policy) -> list[Named]:
    """The titles that some words name, the longest spelling first; 中学一级教师、小学高级教师 are two."""
    found: dict[str, Named] = {}
    for part in re.split(r"[、，,和及与；;\n]|等[0-9一二三四五六七八九十百]+[人名位]", words):
        plain = re.sub(r"\s+", "", part)
        if named := next(_named(plain, policy), None):
            found.setdefault(named.name, named)
    return list(found.values())


def _named(plain: str, policy: Policy) -> Iterator[Named]:
    for start in range(len(plain)):
        for end in range(min(len(plain), start + _LONGEST_TITLE), start + 1, -1):
            if known := policy.title_table.find(plain[start:end]):
                levels = {title.level for title in known}
                # 高级教师 may be two: then it stays as it is written, and the row's own words decide.
                yield Named(
                    known[0].name if len(known) == 1 else plain[start:end], levels.pop() if len(levels) == 1 else ""
                )
                return


def read_document(parts: Sequence[Grid], policy: Policy) -> Document:
    """A document of lines and tables: its lists with what its words say of them, ready to be read as any list is."""
    lines = [as_text(row[0]).strip() if row else "" for grid in parts if _is_prose(grid) for row in grid.rows]
    document = Document(facts_of(lines, policy))
    facts = document.facts
    text = "\n".join(lines)
    prose = next((grid for grid in parts if _is_prose(grid)), None)
    shown = parts[0].file if parts else ""
    tables = [grid for grid in parts if not _is_prose(grid)]
    if _is_notice(text):
        told = [line for grid in tables for line in _told(grid)]
        document.notices.append(_notice([*lines, *told], facts, Where(shown, prose.name if prose else None)))
        if document.notices[0].struck or any(map(_pairs, tables)):
            return document
    for grid in tables:
        document.grids.append(completed(grid, facts, policy))
    rows, unread = _people(lines, facts, policy)
    if rows and not tables:
        header: list[Cell] = [HEADINGS[name] for name in _HEADER]
        document.grids.append(Grid(shown, prose.name if prose else "", [header, *rows]))
    if not tables:
        document.findings += [codes.LINE_UNREAD.at(Where(shown, None), line, text=line[:60]) for line in unread]
    return document


def _is_prose(grid: Grid) -> bool:
    return all(len(row) <= 1 for row in grid.rows)


def _is_notice(text: str) -> bool:
    """Whether words correct a document, or take people back."""
    return (_STRUCK.search(text) is not None and not _is_award(text)) or _CORRECTS.search(text) is not None


def halves(grid: Grid) -> list[Grid]:
    """A sheet that corrects a document or takes people back as its words and its table; nothing for a list of people."""
    if len(grid.rows) > _LONGEST_NOTICE:
        return []
    pairs, header = _pairs(grid), headings.find_header(grid, headings.aliases())
    top = pairs[0] if pairs else header.first if header else 0
    lines = [" ".join(filter(None, (as_text(cell).strip() for cell in row))) for row in grid.rows[:top]]
    said = "\n".join(lines)
    if not _is_notice(said) or not _OF_A_NOTICE.search(said):
        return []
    return [replace(grid, rows=[[line] for line in lines]), replace(grid, rows=list(grid.rows[top:]))]


def _pairs(grid: Grid) -> tuple[int, list[tuple[int, int]]] | None:
    """Of a table of corrections the row of headings, and the columns of what was wrong and what is right."""
    for at, row in enumerate(grid.rows[:20]):
        texts = [re.sub(r"\s+", "", as_text(cell)) for cell in row]
        wrong, right = ([place for place, text in enumerate(texts) if shape(text)] for shape in (_WRONG, _RIGHT))
        if wrong and len(wrong) == len(right):
            return at, list(zip(wrong, right, strict=True))
    return None


def _told(grid: Grid) -> Iterator[str]:
    """The rows of a notice's table as sentences."""
    top, pairs = _pairs(grid) or (-1, [])
    paired = {place for pair in pairs for place in pair}
    for row in grid.rows[top + 1 :]:
        texts = [as_text(cell).strip() for cell in row]
        context = " ".join(text for place, text in enumerate(texts) if text and place not in paired)
        if not pairs:
            yield context
        for before, after in pairs:
            if max(before, after) < len(texts) and texts[before] and texts[after] and texts[before] != texts[after]:
                yield f"{context}，“{texts[before]}”应为“{texts[after]}”"


def _is_award(text: str) -> bool:
    """Whether a document grants titles, whatever else it says: 具有…资格 with people in it."""
    return (
        _COUNT.search(text) is not None
        and re.search("具有|取得|获得", text) is not None
        and "取消" not in text[:120]
        and "撤销" not in text[:120]
    )


def _notice(lines: Sequence[str], facts: Facts, where: Where) -> Notice:
    text = "\n".join(lines)
    # With words of the sentence before them: 取消湖人专[2005]99号.
    cited = [documents.tidy(found[0]) for found in documents.ANYWHERE.finditer(text)]
    cited = [each for each in cited if not facts.document_no or not each.endswith(facts.document_no)]
    sentences = tuple(part.strip() for line in lines for part in re.split(r"[。；;]", line) if part.strip())
    struck = _STRUCK.search(text) is not None and not re.search("应为|更正为|改为", text)
    return Notice(where, facts.document_no, tuple(dict.fromkeys(cited)), sentences, struck)


def completed(grid: Grid, facts: Facts, policy: Policy) -> Grid:
    """A table with columns for what only the words around it say: number, date, committee, title by section."""
    header = _header(grid)
    if header is None:
        return grid
    last, columns = header
    wanted = [name for name in _HEADER[3:-1] if name not in columns]
    width = max(map(len, grid.rows))
    rows: list[list[Cell]] = []
    title = facts.titles[0] if len(facts.titles) == 1 else None
    if facts.provisional:
        wanted = [*wanted, "remark"] if "remark" not in columns else wanted
    for at, row in enumerate(grid.rows):
        texts = [text for cell in row if (text := as_text(cell).strip())]
        said = _section(texts[0], policy) if len(set(texts)) == 1 and at > last else None
        title = said or title
        full = [*row, *[""] * (width - len(row))]
        if at == last:
            full += [HEADINGS[name] for name in wanted]
        elif at > last and len(texts) > 1:
            full += [_said(name, facts, title) for name in wanted]
            if facts.provisional and "remark" in columns:
                place = columns["remark"]
                full[place] = f"{as_text(full[place])} {PROVISIONAL}".strip()
        rows.append(full)
    return replace(grid, rows=rows)


def _header(grid: Grid) -> tuple[int, Mapping[str, int]] | None:
    """The last row of a table's headings, and where its fields are; in words' tables 姓名 and one more are enough."""
    if found := headings.find_header(grid, headings.aliases()):
        return found.last, found.columns
    for at, row in enumerate(grid.rows[:10]):
        meant = {headings.meaning(as_text(cell), headings.aliases()): place for place, cell in enumerate(row)}
        if "name" in meant:
            return at, {name: place for name, place in meant.items() if name in HEADINGS}
    return None


def titled(grid: Grid, policy: Policy) -> Grid:
    """A sheet whose title stands above the list or between its people, and in no column, with a column for it."""
    header = headings.find_header(grid, headings.aliases())
    if header is None or "title" in header.columns or len(grid.rows) > _MOST_SECTIONED:
        return grid
    lines = [" ".join(filter(None, (as_text(cell).strip() for cell in row))) for row in grid.rows[: header.first]]
    facts = replace(facts_of(lines, policy), document_no="", document_date="", committee="", provisional=False)
    return completed(grid, facts, policy) if facts.titles else grid


def _said(name: str, facts: Facts, title: Named | None) -> str:
    match name:
        case "title":
            return title.name if title else ""
        case "level":
            return title.level if title else facts.level
        case "remark":
            return PROVISIONAL if facts.provisional else ""
        case _:
            return str(getattr(facts, name))


def _section(line: str, policy: Policy) -> Named | None:
    """The title that a line between people is about: 一、工程师（3人）."""
    match = _SECTION.match(line) or re.match(r"^\s*(?P<words>[^：:，。]{2,24})(?:[（(][^）)]*[）)])?\s*$", line)
    found = _titles(match["words"], policy) if match else []
    return found[0] if len(found) == 1 else None


def _people(lines: Sequence[str], facts: Facts, policy: Policy) -> tuple[list[list[Cell]], list[str]]:
    """People of lines such as 单位：姓名 姓名 姓名, and lines that seem to name people and can't be read."""
    rows: list[list[Cell]] = []
    unread: list[str] = []
    unit, title = "", facts.titles[0] if len(facts.titles) == 1 else None
    for line in lines:
        if not line or documents.is_number(documents.tidy(line)) or _SIGNED.fullmatch(line):
            unit = ""
            continue
        if (said := _section(line, policy)) is not None:
            title, unit = said, ""
            continue
        match = _NAMED.match(line)
        whose, words = (match["unit"].strip(), match["people"]) if match else (unit, line)
        if match and _NO_UNIT.search(whose):
            unit = ""
            continue
        people = list(_split(words))
        if people and whose and all(people):
            unit = whose
            for name, sex, remark in filter(None, people):
                remark = f"{remark} {PROVISIONAL}".strip() if facts.provisional else remark
                said_of = {"name": name, "sex": sex, "employer": whose, "remark": remark}
                rows.append([said_of.get(each) or _said_or_nothing(each, facts, title, said_of) for each in _HEADER])
        elif match and sum(map(bool, people)) >= 1:
            unread.append(line)
        else:
            unit = ""
    return rows, unread


def _said_or_nothing(name: str, facts: Facts, title: Named | None, said: dict[str, str]) -> str:
    return "" if name in said else _said(name, facts, title)


def _split(words: str) -> Iterator[tuple[str, str, str] | None]:
    """People of a line, each with sex and what else stands in brackets; None for what is nobody.

    Names of two characters are padded to three with a space between: two single characters in a row are one name.
    """
    tokens = [token for token in re.split(r"[\s、，,；;。]+", re.sub(r"\s*([（(])", r"\1", words)) if token]
    at = 0
    while at < len(tokens):
        token = tokens[at]
        following = tokens[at + 1] if at + 1 < len(tokens) else ""
        if len(_ASIDE.sub("", token)) == 1 and len(_ASIDE.sub("", following)) == 1:
            token, at = token + following, at + 1
        at += 1
        aside = _ASIDE.findall(token)
        bare = _ASIDE.sub("", token)
        sex = next((word for word in aside if word in ("男", "女")), "")
        rest = "；".join(word for word in aside if word not in ("男", "女"))
        yield (bare, sex, rest) if _PERSON.fullmatch(bare) or _LONG_PERSON.fullmatch(bare) else None


# --- what notices do to lists ---------------------------------------------------------------------------------------


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
        if not done:
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
        quoted = [(match["before"], match["after"]) for match in _QUOTED.finditer(sentence)]
        changed = _FIELD_CHANGED.search(sentence)
        for name, before, after in [
            ("", *each)
            for each in quoted
            if each[0] not in _FIELDS and not each[0].endswith(("姓名", "单位", "资格", "时间"))
        ] or ([(_FIELDS.get(changed["field"], "title"), "", changed["after"])] if changed else []):
            for field_name, line, new in _meant(sentence, name, before, after, columns, among, policy):
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
    old_title, new_title = (next(iter(_titles(words, policy)), None) if words else None for words in (before, after))
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


def counted(table: Table, papers: Iterable[Document]) -> Iterator[Finding]:
    """Documents of which not as many people were read as they say (等N人): a check that costs nothing."""
    numbers, sources = table.texts("document_no").to_pylist(), table.texts("file").to_pylist()
    whole = Counter(numbers)
    by_file = Counter(zip(numbers, sources, strict=True))
    for paper in papers:
        facts = paper.facts
        if not facts.counts or not facts.document_no or paper.notices:
            continue
        read = whole[facts.document_no]
        said = {max(facts.counts), sum(facts.counts)}
        if said.isdisjoint({read, by_file[facts.document_no, paper.shown]}):
            told = max(facts.counts)
            yield codes.COUNT_DIFFERS.at(Where(paper.shown), document_no=facts.document_no, said=told, read=read)

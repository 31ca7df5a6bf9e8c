"""The workbook of the reconciliation (核对工作簿): results, cases to decide side by side, who has not come, what was decided."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from difflib import SequenceMatcher

from hzcert import decisions
from hzcert.decisions import Decisions
from hzcert.findings import mask_id
from hzcert.matches import Match, Matches, Status
from hzcert.sheets.writing import Column, Look, Marked, Row, Sheet
from hzcert.table import HEADINGS, Table

_WORDS = {
    Status.MATCHED: "相符",
    Status.DIFFERS: "有出入",
    Status.AMBIGUOUS: "难以分辨",
    Status.MISSING: "未公布",
    Status.DUPLICATE: "重复",
}


def sheets(
    holders: Table, published: Table, matches: Matches, given: Decisions | None = None, notice: str = ""
) -> Iterator[Sheet]:
    """The workbook of the reconciliation.

    Args:
        holders: the entries.
        published: the published rows.
        matches: what came of them.
        given: what persons have decided.
        notice: what stands above every sheet, where there is something to be said.
    """
    above = (notice,) if notice else ()
    columns = (
        Column("结果", 8, centred=True),
        Column("姓名", 10),
        Column("资格名称", 16),
        Column("工作单位", 26),
        Column("公布文号", 18),
        Column("填报处", 30),
        Column("公布处", 30),
        Column("理由", 30),
        Column("出入", 44),
    )
    yield Sheet("核对结果", columns, decided(holders, published, matches), title="与公布文件核对结果", above=above)
    cases = list(_cases(matches))
    if cases:
        rows = _case_rows(holders, published, matches, cases)
        yield Sheet("待认定", _CASE_COLUMNS, rows, title="待经办人认定", above=(*above, *_HOW))
    if matches.unclaimed:
        units = _units_left(published, matches)
        yield Sheet("未报人数", _UNIT_COLUMNS, units, title="公布文件中尚无人申报的，按单位", above=above)
        yield Sheet("公布而未报", _LEFT_COLUMNS, _left(published, matches), title="公布文件中尚无人申报的", above=above)
    if given is not None and (given.applied or given.findings):
        yield Sheet(
            "认定记录", _RECORD_COLUMNS, list(_record(holders, published, given)), title="认定记录", above=above
        )


_HOW = (
    "逐行对照：红色的字是两边不同的地方。在“认定”一栏选 是此人、不是 或 待查，写明认定理由和经办人；每份填报至多一行选 是此人。",
    "填好后另存为批次文件夹里的 decisions.xlsx（或用 --decisions 指明），再运行一次。填报或公布的内容改动以后，原来的认定自动作废。",
)
_SIDE = ("name", "employer", "title", "specialty", "obtained_on", "document_no")
_SIDE_WIDTHS = {"name": 8, "employer": 18, "title": 12, "specialty": 10, "obtained_on": 10, "document_no": 15}
_CASE_COLUMNS = (
    Column("例", 4, "count"),
    *(Column(f"{HEADINGS[name]}（{side}）", _SIDE_WIDTHS[name]) for name in _SIDE for side in ("填报", "公布")),
    Column("身份证号", 14, one_line=True),
    Column("名单另写", 14),
    Column("填报处", 14),
    Column("公布处", 14),
    Column("疑点", 20),
    Column("分数", 5, "count"),
    Column(decisions.WORD, 8, centred=True, options=decisions.WORDS, hint="是此人：就是公布的这一行；不是：不是这一行；待查：先放着"),
    Column(decisions.WHY, 16, hint="凭什么认定，如：查过原评审表"),
    Column(decisions.WHO, 8, hint="认定人的姓名"),
    Column(decisions.KEY, 26, one_line=True),
)  # fmt: skip
_UNIT_COLUMNS = (Column("工作单位", 40), Column("人数", 8, "count"), Column("公布文号", 60))
_LEFT_COLUMNS = (
    Column("姓名", 10),
    Column("资格名称", 16),
    Column("工作单位", 30),
    Column("公布文号", 18),
    Column("公布处", 36),
)
_RECORD_COLUMNS = (
    Column("认定处", 30),
    Column("姓名", 10),
    Column("公布处", 30),
    Column(decisions.WORD, 8, centred=True),
    Column(decisions.WHY, 26),
    Column(decisions.WHO, 8),
    Column("结果", 44),
)


def _cases(matches: Matches) -> Iterator[Match]:
    """What a person has to decide: rows to choose from, or one that differs."""
    for line, status in enumerate(matches.status.tolist()):
        if status in (Status.AMBIGUOUS, Status.DIFFERS) or (
            status is Status.DUPLICATE and line in matches.settled.candidates
        ):
            match = matches.match(line)
            if match.published is not None or match.candidates:
                yield match


def _case_rows(holders: Table, published: Table, matches: Matches, cases: list[Match]) -> Iterator[Row]:
    """A row for each entry and published row that may belong together; entries in turns of two shades."""
    rows_of = [(match.published,) if match.published is not None else match.candidates for match in cases]
    ours = decisions.key_of(holders, [match.line for match in cases])
    theirs = decisions.key_of(published, [row for rows in rows_of for row in rows if row is not None])
    for number, (match, rows) in enumerate(zip(cases, rows_of, strict=True), start=1):
        why = match.reason if not match.differences else "；".join(map(str, match.differences))
        for row in rows:
            if row is None:
                continue
            cells: list[object] = [number]
            for name in _SIDE:
                mine = matches.cited(match.line) if name == "document_no" else holders.text(name, match.line)
                cells += side_by_side(mine, published.text(name, row))
            said = [
                f"{HEADINGS[name]} {text}"
                for name in ("sex", "birth_date", "level", "remark")
                if (text := published.text(name, row))
            ]
            cells += [mask_id(holders.text("id_number", match.line)), "；".join(said)]
            cells += [str(holders.where(match.line)), str(published.where(row)), why, matches.points(match.line, row)]
            cells += ["", "", "", f"{ours[match.line]}-{theirs[row]}"]
            yield Row(cells, "plain" if number % 2 else "shade")


def side_by_side(ours: str, theirs: str) -> tuple[Marked, Marked]:
    """Two texts, the characters marked that only one of them has.

    >>> side_by_side("沈云川", "沈云州")[0].parts
    (('沈云', False), ('川', True))
    """
    if not ours or not theirs:  # what one side does not say can't differ
        return Marked(((ours, False),)), Marked(((theirs, False),))
    left: list[tuple[str, bool]] = []
    right: list[tuple[str, bool]] = []
    for tag, start, end, from_, to in SequenceMatcher(None, ours, theirs, autojunk=False).get_opcodes():
        left.append((ours[start:end], tag != "equal"))
        right.append((theirs[from_:to], tag != "equal"))
    return Marked(_joined(left)), Marked(_joined(right))


def _joined(parts: list[tuple[str, bool]]) -> tuple[tuple[str, bool], ...]:
    """Parts that are not empty, neighbours of one kind as one."""
    found: list[tuple[str, bool]] = []
    for text, differs in parts:
        if found and found[-1][1] == differs:
            found[-1] = found[-1][0] + text, differs
        elif text:
            found.append((text, differs))
    return tuple(found)


def _units_left(published: Table, matches: Matches) -> list[list[object]]:
    """Who has not come yet, by unit: those with most people first."""
    people: dict[str, int] = defaultdict(int)
    documents: dict[str, dict[str, None]] = defaultdict(dict)
    units, numbers = published.texts("employer"), published.texts("document_no")
    for line in matches.unclaimed:
        unit = str(units[line].as_py()) or "（没有写单位）"
        people[unit] += 1
        documents[unit][str(numbers[line].as_py())] = None
    order = sorted(people, key=lambda unit: (-people[unit], unit))
    return [[unit, people[unit], "、".join(sorted(filter(None, documents[unit])))] for unit in order]


def _record(holders: Table, published: Table, given: Decisions) -> Iterator[Row]:
    """Every decision that came with this run, and what became of it."""
    for each, line, row in given.applied:
        result = "已采用" if each.word == decisions.YES else "已采用：不再列出这一行"
        cells = [
            str(each.where),
            holders.text("name", line),
            str(published.where(row)),
            each.word,
            each.why,
            each.who,
            result,
        ]
        yield Row(cells)
    for finding in given.findings:
        yield Row([str(finding.where), "", "", finding.value, "", "", finding.message], "warning")


def decided(holders: Table, published: Table, matches: Matches) -> Iterator[Row]:
    """A row for each entry: what was decided, the places on both sides, the reason, the differences."""
    looks: Mapping[Status, Look] = {Status.MATCHED: "plain", Status.DIFFERS: "warning", Status.AMBIGUOUS: "warning"}
    columns = [holders.texts(name) for name in ("name", "title", "employer")]
    ours, theirs_at = _places(holders), _places(published)
    for line in range(len(matches)):
        match = matches.match(line)
        theirs = match.candidates if match.published is None else (match.published,)
        cells = [_WORDS[match.status], *(str(column[line].as_py()) for column in columns)]
        cells += [matches.cited(line), ours[line], "；".join(theirs_at[row] for row in theirs), match.reason]
        yield Row((*cells, "；".join(map(str, match.differences))), looks.get(match.status, "error"))


def _places(table: Table) -> list[str]:
    """Where each row stands, in a clerk's words: what ``str(table.where(line))`` says, for all at once."""
    return [f"{file} [{sheet}] 第{row}行" if sheet else f"{file} 第{row}行" for file, sheet, row, *_ in table.places()]


def _left(published: Table, matches: Matches) -> Iterator[list[str]]:
    columns = [published.texts(name) for name in ("name", "title", "employer", "document_no")]
    places = _places(published)
    for line in matches.unclaimed:
        yield [*(str(column[line].as_py()) for column in columns), places[line]]

"""The workbook of the reconciliation (核对工作簿): results, cases to decide side by side, who has not come, what was decided."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from hzcert import decisions, wording
from hzcert.decisions import Decisions
from hzcert.fields import HEADINGS
from hzcert.findings import mask_id
from hzcert.matches import Matches, Status
from hzcert.sheets.columnwise import Cells, Coded, Columns, Marked
from hzcert.sheets.writing import Column, Look, Row, Sheet
from hzcert.table import Table
from hzcert.wording import chosen, column, joined, one

_WORDS = {
    Status.MATCHED: "相符",
    Status.DIFFERS: "有出入",
    Status.AMBIGUOUS: "难以分辨",
    Status.MISSING: "未公布",
    Status.DUPLICATE: "重复",
}
_LOOKS: Mapping[Status, Look] = {
    Status.MATCHED: "plain",
    Status.DIFFERS: "warning",
    Status.AMBIGUOUS: "warning",
    Status.MISSING: "error",
    Status.DUPLICATE: "error",
}
_UNDECIDED = [Status.AMBIGUOUS, Status.DIFFERS, Status.DUPLICATE]
_NO_UNIT = "（没有写单位）"
Ints = npt.NDArray[np.int64]


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
    rows = decided(holders, published, matches)
    yield Sheet("核对结果", _RESULT_COLUMNS, rows, title="与公布文件核对结果", above=above)
    cases = _cases(matches)
    if len(cases.line):
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


_RESULT_COLUMNS = (
    Column("结果", 8, centred=True),
    Column("姓名", 10),
    Column("资格名称", 16),
    Column("工作单位", 26),
    Column("公布文号", 18),
    Column("填报处", 30),
    Column("公布处", 30),
    Column("理由", 30),
    Column("出入", 44),
    Column("分数", 5, centred=True),
    Column("其次相近的一行", 30),
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
    Column("疑点", 32),
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


@dataclass(frozen=True)
class Cases:
    """What a person has to decide: pairs of an entry and a row that may be its own, the entry's in turn numbered from 1."""

    number: Ints
    line: Ints
    row: Ints


def _cases(matches: Matches) -> Cases:
    """Entries with rows to choose from, or with one that differs."""
    shown = matches.settled.candidates
    pairs: list[tuple[int, int]] = []
    for each in np.flatnonzero(np.isin(matches.status, _UNDECIDED)).tolist():
        found = int(matches.settled.row[each])
        pairs += [(each, other) for other in ((found,) if found >= 0 else shown.get(each, ()))]
    line, row = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
    return Cases(np.unique(line, return_inverse=True)[1].reshape(-1) + 1, line, row)


def _case_rows(holders: Table, published: Table, matches: Matches, cases: Cases) -> Columns:
    """A row for each entry and published row that may belong together; entries in turns of two shades."""
    line, row = cases.line, cases.row
    sides: list[Cells] = []
    for name in _SIDE:
        mine = matches.document if name == "document_no" else holders.texts(name)
        sides += _side_by_side(chosen(mine, line), chosen(published.texts(name), row))
    said = column([""] * len(line))
    for name in ("sex", "birth_date", "level", "remark"):
        words = chosen(published.texts(name), row)
        between = pc.if_else(pc.equal(said, ""), one(""), one("；"))
        said = pc.if_else(pc.equal(words, ""), said, joined(said, between, one(f"{HEADINGS[name]} "), words))
    differences = chosen(wording.differences(matches), line)
    why = pc.if_else(pc.equal(differences, ""), chosen(wording.reasons(matches), line), differences)
    ours, theirs = decisions.key_of(holders, line.tolist()), decisions.key_of(published, row.tolist())
    keys = [f"{ours[mine]}-{theirs[its]}" for mine, its in zip(line.tolist(), row.tolist(), strict=True)]
    empty = column([""] * len(line))
    cells = (
        cases.number,
        *sides,
        column([mask_id(number) for number in chosen(holders.texts("id_number"), line).to_pylist()]),
        said,
        chosen(wording.places(holders), line),
        chosen(wording.places(published), row),
        why,
        wording.points(matches, line, row),
        *(empty, empty, empty),
        column(keys),
    )
    return Columns(cells, ("shade", "plain"), cases.number % 2)


def _side_by_side(ours: pa.LargeStringArray, theirs: pa.LargeStringArray) -> tuple[Coded, Coded]:
    """Two columns side by side, each different pair of texts compared once."""
    mine, its = ours.dictionary_encode(), theirs.dictionary_encode()
    codes = mine.indices.to_numpy().astype(np.int64) * len(its.dictionary) + its.indices.to_numpy()
    used, which = np.unique(codes, return_inverse=True)
    left, right = mine.dictionary.to_pylist(), its.dictionary.to_pylist()
    words = [side_by_side(left[code // len(right)], right[code % len(right)]) for code in used.tolist()]
    return Coded([each for each, _ in words], which.reshape(-1)), Coded([each for _, each in words], which.reshape(-1))


def side_by_side(ours: str, theirs: str) -> tuple[Marked, Marked]:
    """Two texts, the characters marked that only one of them has.

    >>> side_by_side("沈云川", "沈云州")[0].parts
    (('沈云', False), ('川', True))
    """
    if not ours or not theirs or ours == theirs:  # what one side does not say can't differ
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
    left = np.array(matches.unclaimed, dtype=np.int64)
    units, numbers = (chosen(published.texts(name), left).to_pylist() for name in ("employer", "document_no"))
    for unit, number in zip(units, numbers, strict=True):
        people[unit or _NO_UNIT] += 1
        documents[unit or _NO_UNIT][number] = None
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


def decided(holders: Table, published: Table, matches: Matches) -> Columns:
    """A row for each entry: what was decided, the places on both sides, the reason, the differences, what came next."""
    statuses = np.argmax([matches.status == status for status in _WORDS], axis=0)
    rows = matches.settled.row
    found = np.flatnonzero(rows >= 0)
    theirs = wording.places(published)
    at = wording.put(column([""] * len(rows)), found, chosen(theirs, rows[found]))
    shown = {
        line: "；".join(theirs[row].as_py() for row in match.candidates)
        for line in np.flatnonzero((rows < 0) & np.isin(matches.status, _UNDECIDED)).tolist()
        if (match := matches.match(line)).candidates
    }
    at = wording.put(at, np.array(list(shown), dtype=np.int64), column(list(shown.values())))
    points = np.zeros(len(rows), dtype=np.int64)
    points[found] = wording.points(matches, found, rows[found])
    worth = pc.if_else(pa.array(points > 0), pa.array(points).cast(pa.large_string()), one(""))
    cells = (
        chosen(column(list(_WORDS.values())), statuses),
        *(holders.texts(name) for name in ("name", "title", "employer")),
        matches.document,
        wording.places(holders),
        at,
        wording.reasons(matches),
        wording.differences(matches),
        worth,
        wording.runners_up(matches),
    )
    return Columns(cells, tuple(_LOOKS.values()), statuses)


def _left(published: Table, matches: Matches) -> Columns:
    left = np.array(matches.unclaimed, dtype=np.int64)
    texts = [published.texts(name) for name in ("name", "title", "employer", "document_no")]
    return Columns([chosen(each, left) for each in (*texts, wording.places(published))])

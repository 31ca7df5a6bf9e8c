"""Whatever stands in a sheet, nothing makes a fault of ours, and every row is an entry, is cut and said, or holds nothing."""

import datetime as dt
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

import openpyxl
from hypothesis import example, given, settings
from hypothesis import strategies as st

from hzcert import areas, columns, headings, ingest, lines
from hzcert.batch import take_in
from hzcert.fields import HEADINGS
from hzcert.sheets.grid import Grid, as_text
from hzcert.table import Column
from people import id_number

ONE = id_number("1970-03-12", "男")
WORDS = [
    "姓名", "身份证号", "资格名称", "级别", "合计", "小计：3人", "填表人：王某", "例1", "说明", "一、工程系列", "沈云川", "沈　云川", "工程师", "0", "无",
    "/", "'", "中级", "高级", "男", ONE, ONE[:15] + "000", f"'{ONE}", ONE.lower(), "3.3E+17", "1970.1", "1998-12", "Dec-98", "德清县（盖章）", "\u200b",
    "⼾", "？", "2007年9月10日", "x" * 300,
]  # fmt: skip
CELLS = (
    st.sampled_from(WORDS)
    | st.just("")
    | st.text(max_size=8)
    | st.floats()
    | st.integers(-(10**19), 10**19)
    | st.booleans()
    | st.dates(dt.date(1900, 1, 1), dt.date(2100, 1, 1))
    | st.datetimes(dt.datetime(1900, 1, 1), dt.datetime(2100, 1, 1))  # noqa: DTZ001 - as a spreadsheet has it
    | st.times()
    | st.timedeltas()
    | st.none()
)
SHEETS = st.lists(st.lists(CELLS, max_size=7), max_size=12)
HEAD = ["序号", "姓名", "身份证号", "资格名称", "级别", "备注"]


@given(SHEETS)
def test_every_row_is_an_entry_or_cut_or_holds_nothing(rows):
    grid = Grid("名单.xlsx", "Sheet1", [HEAD, *rows])
    known = headings.aliases()
    header = headings.find_header(grid, known)
    sorted_ = lines.sort_rows(grid, header, known)
    end = len(grid.rows) if sorted_.other_header is None else sorted_.other_header
    filled = [at for at in range(header.last + 1, end) if any(as_text(cell).strip() for cell in grid.rows[at])]
    assert len(sorted_.entries) + len(sorted_.cut) + sorted_.numbered == len(filled)
    assert sorted({*sorted_.entries, *sorted_.cut} - set(filled)) == []


PIECES = st.sampled_from(
    [
        HEAD, ["姓名", "资格名称", "身份证号", "级别"], ["身份证号", "姓名", "性别", "备注"], ["湖州市中级人员名单"], ["填写示例："],
        ["填报单位：德清县水利局"], [], [1, "沈云川", ONE, "工程师", "中级"], ["沈云川", "工程师", ONE, "中级"], [ONE, "沈云川", "男"],
    ]
)  # fmt: skip


@given(st.lists(PIECES, max_size=14))
@example([[ONE, "沈云川", "男"], HEAD])
@example([["填写示例："], HEAD, [1, "沈云川", ONE, "工程师"], HEAD, [1, "沈云川", ONE, "工程师"]])
def test_everybody_is_in_one_list_of_a_sheet_or_said(rows):
    grid = Grid("名单.xlsx", "Sheet1", rows)
    found = areas.lists_of(grid, headings.aliases(), ("id_number", "name", "title"))
    if found[0].header is None:
        return  # said of the whole sheet
    told: Counter[int] = Counter()
    for area in found:
        end = area.rows.other_header
        below = [] if end is None else [at for at in range(end, len(area.grid.rows)) if area.grid.rows[at]]
        told.update([*area.rows.entries, *area.rows.cut, *below, *lines.people_above(area.grid, area.header)])
    people = [at for at, row in enumerate(rows) if ONE in row]
    assert [told[at] for at in people] == [1] * len(people)


@given(st.sampled_from(list(HEADINGS)), st.lists(CELLS, min_size=1, max_size=6))
@example("level", ["A´"])
@example("id_number", [-1e15, "-3.3052119700312E+17"])
@example("id_number", [1.7976931348623151e308])
def test_any_cell_becomes_text_and_a_second_time_changes_nothing(policy, name, cells):
    def normalised(given):
        part = columns.Part(
            "f", "s", list(range(2, len(given) + 2)), {name: given}, {name: Column("A", name)}, set(), {}
        )
        return columns.normalise(part, policy, dt.date(2007, 9, 15))

    texts, _ = normalised(cells)
    assert {len(column) for column in texts.values()} == {len(cells)}
    assert all(isinstance(text, str) for column in texts.values() for text in column)
    if name not in ("birth_date", "obtained_on", "document_date", "retired_on"):  # an unread date stays as it was
        assert normalised(texts[name])[0][name] == texts[name]


@settings(max_examples=25)
@given(SHEETS)
def test_any_workbook_is_read_or_refused_in_words(policy, rows):
    book = openpyxl.Workbook()
    for number, row in enumerate([HEAD, *rows], start=1):
        for place, cell in enumerate(row, start=1):
            try:
                book.active.cell(number, place).value = cell
            except (ValueError, OverflowError, openpyxl.utils.exceptions.IllegalCharacterError):
                continue  # the library writes no such cell
    with TemporaryDirectory() as folder:
        path = Path(folder) / "名单.xlsx"
        try:
            book.save(path)
        except (ValueError, OverflowError):
            return
        found = ingest.read_list([take_in(path, Path(folder))], ingest.HOLDERS, policy, dt.date(2007, 9, 15))
    assert all(finding.message and finding.remedy for finding in found.findings)

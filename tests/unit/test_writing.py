"""Workbooks, CSV and Parquet: what goes in as text comes out as text, on any machine and on paper."""

import io
import time
from datetime import date
from decimal import Decimal

import openpyxl
import pytest
from xlsxwriter.worksheet import Worksheet

from hzcert.batch import whole_file
from hzcert.errors import OutputError, UsageError
from hzcert.sheets import measure, writing
from hzcert.sheets.reading import read
from hzcert.sheets.safe import clean, sheet_name
from hzcert.sheets.writing import Column, Marked, Row, Sheet, write_lines, write_table, write_workbook

DAY = date(2007, 6, 1)
COLUMNS = (Column("姓名", 10), Column("身份证号", 20), Column("金额", 10, "money"))


def written(path, *rows, **given):
    """A sheet of these rows, written and read back with openpyxl."""
    write_workbook(path, [Sheet("表", given.pop("columns", COLUMNS), list(rows), **given)], DAY)
    return openpyxl.load_workbook(path)["表"]


@pytest.mark.parametrize(
    "typed",
    [
        "=1+1",
        '=HYPERLINK("http://example.invalid","甲")',
        "{=SUM(A1:A2)}",
        "+86-572-2033099",
        "-2+3",
        "@SUM(A1)",
        "http://example.invalid/",
        "mailto:a@example.invalid",
        "330521197003120113",
        "00123",
        "1E5",
        "2007-06-01",
        "TRUE",
        " 前后空格 ",
        "<r><t>甲</t></r> ",
        "甲\n乙",
        "𠀀𪚥㑇䶮",
        "a&b<c>\"d'",
    ],
)
def test_what_a_clerk_typed_stays_the_text_it_was(typed, tmp_path):
    sheet = written(tmp_path / "表.xlsx", (typed, typed, typed))
    for cell in sheet[2]:
        assert (cell.value, cell.data_type, cell.hyperlink) == (typed, "s", None)
    assert sheet["A2"].number_format == sheet["B2"].number_format == "@"
    assert read(tmp_path / "表.xlsx", "表.xlsx")[0].rows[1] == [typed] * 3


def test_text_that_looks_like_the_writers_own_markup_does_not_break_the_file(tmp_path):
    assert written(tmp_path / "表.xlsx", ("<r>甲</r>", "", ""))["A2"].value == "<r>甲</r> "


def test_text_that_looks_like_an_escape_of_the_format_is_kept(tmp_path):
    written(tmp_path / "表.xlsx", ("_x0041_", "", ""))
    assert read(tmp_path / "表.xlsx", "表.xlsx")[0].rows[1][0] == "_x0041_"  # openpyxl would not undo the escape


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param("甲\x00乙", "甲␀乙", id="NUL"),
        pytest.param("甲\x1b乙", "甲␛乙", id="ESC"),
        pytest.param("甲\x7f", "甲␡", id="DEL"),
        pytest.param("甲\x85乙", "甲\ufffd乙", id="C1"),
        pytest.param("甲\ud800", "甲\ufffd", id="半个代理对"),
        pytest.param("甲\uffff", "甲\ufffd", id="非字符"),
        pytest.param("甲\r\n乙\t丙", "甲\n乙\t丙", id="换行和制表符"),
    ],
)
def test_control_characters_are_shown_not_written(value, expected, tmp_path):
    assert clean(value) == expected
    assert written(tmp_path / "表.xlsx", (value, "", ""))["A2"].value == expected


def test_numbers_are_numbers_as_long_as_a_spreadsheet_keeps_their_digits(tmp_path):
    sheet = written(tmp_path / "表.xlsx", ("", 330521197003120113, Decimal("1234.50")))
    assert (sheet["B2"].value, sheet["B2"].data_type) == ("330521197003120113", "s")
    assert (sheet["C2"].value, sheet["C2"].number_format) == (1234.5, "#,##0.00")


@pytest.mark.parametrize("text", ["字" * 40_000, "𠀀" * 20_000], ids=["BMP", "增补平面"])
def test_a_text_too_long_for_a_cell_is_cut_and_says_so(text, tmp_path):
    value = written(tmp_path / "表.xlsx", (text, "", ""))["A2"].value
    assert value.endswith("……（过长，已截断）")
    assert len(value.encode("utf-16-le")) // 2 in (32_766, 32_767)


def test_the_same_sheets_are_the_same_bytes_whenever_and_wherever(tmp_path, monkeypatch):
    files = []
    for zone in ("UTC", "Asia/Shanghai", "America/New_York"):
        monkeypatch.setenv("TZ", zone)
        time.tzset()
        path = tmp_path / f"{zone.replace('/', '-')}.xlsx"
        written(path, ("甲", "330521197003120113", Decimal("10.00")), title="名单", ready=3)
        files.append(path.read_bytes())
    monkeypatch.undo()
    time.tzset()
    assert files[0] == files[1] == files[2]


@pytest.mark.parametrize("held", [True, False])
def test_cells_are_written_as_xlsxwriter_writes_them(held, tmp_path, monkeypatch):
    columns = (Column("单位", 12), Column("日期", 12, "date"), Column("份数", 6, "count"), Column("金额", 8, "money"))
    rows = [
        Row(("填报单位：甲 & 乙",), "group", merged=True), ("<甲>", "2007-11-20", 3, Decimal("1.50")), ("", "", "", ""),
        (" 乙 _x0041_\n丙", "2007-11", 0, None), Row((Marked((("沈", False), ("云", True))), "", 1, 2), "error"),
    ]  # fmt: skip
    sheets = [Sheet("名单", columns, rows, title="花名册", above=("说明",), below=("签名",), ready=2)]
    write_workbook(tmp_path / "ours.xlsx", sheets, DAY, held=held)
    monkeypatch.setattr(writing, "QuickSheet", Worksheet)
    write_workbook(tmp_path / "theirs.xlsx", sheets, DAY, held=held)
    assert (tmp_path / "ours.xlsx").read_bytes() == (tmp_path / "theirs.xlsx").read_bytes()


def test_the_day_that_stands_in_the_file_is_the_one_given(tmp_path):
    written(tmp_path / "表.xlsx")
    assert openpyxl.load_workbook(tmp_path / "表.xlsx").properties.created.date() == DAY


@pytest.mark.parametrize(
    ("wanted", "given"),
    [
        ("德清县[2007]:甲/乙?*\\", "德清县_2007__甲_乙___"),
        ("'引号'", "引号"),
        ("", "表"),
        ("History", "History表"),
        ("很长的名称" * 10, "很长的名称" * 6 + "很"),
    ],
)
def test_names_of_sheets_are_legal(wanted, given, tmp_path):
    assert sheet_name(wanted, set()) == given
    write_workbook(tmp_path / "表.xlsx", [Sheet(wanted, COLUMNS, [])], DAY)
    assert openpyxl.load_workbook(tmp_path / "表.xlsx").sheetnames == [given]


def test_no_two_sheets_have_one_name(tmp_path):
    wanted = ["单位", "单位", "abc", "ABC", "长" * 40, "长" * 41]
    write_workbook(tmp_path / "表.xlsx", [Sheet(name, COLUMNS, []) for name in wanted], DAY)
    names = openpyxl.load_workbook(tmp_path / "表.xlsx").sheetnames
    assert names == ["单位", "单位(2)", "abc", "ABC(2)", "长" * 31, "长" * 28 + "(2)"]


@pytest.mark.parametrize(("count", "sizes"), [(0, [0]), (6, [6]), (7, [6, 1]), (12, [6, 6]), (13, [6, 6, 1])])
@pytest.mark.parametrize("kind", [list, iter], ids=["在手", "流式"])
def test_rows_beyond_a_sheet_go_on_in_the_next(count, sizes, kind, tmp_path):
    rows = [(f"第{number}人", "", "") for number in range(count)]
    sheet = Sheet("名单", COLUMNS, kind(rows), title="标题", above=("说明",), below=("填表人：",))
    write_workbook(tmp_path / "表.xlsx", [sheet], DAY, most_rows=10)
    pages = openpyxl.load_workbook(tmp_path / "表.xlsx").worksheets
    found = [[cell.value for cell in page["A"][3:] if cell.value] for page in pages]
    assert [value for page in found for value in page] == [row[0] for row in rows] + ["填表人："]
    assert [len(page) for page in found] == [*sizes[:-1], sizes[-1] + 1]
    assert all([page["A1"].value, page["A3"].value] == ["标题", "姓名"] for page in pages)


def test_it_prints_on_a4_with_its_headings_on_every_page(tmp_path):
    sheet = written(tmp_path / "表.xlsx", ("甲", "", ""), title="标题", above=("填报单位：",))
    setup = sheet.page_setup
    assert (setup.orientation, setup.paperSize, setup.fitToHeight) == ("landscape", 9, 0)
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert sheet.print_title_rows == "$1:$3"
    assert sheet.freeze_panes == "A4"
    assert sheet.oddFooter.center.text == "第 &P 页 共 &N 页"
    assert {cell.font.name for row in sheet for cell in row if cell.value} == {"宋体"}
    assert sheet["A4"].border.left.style == "thin"
    assert sheet["A1"].coordinate in sheet.merged_cells


def test_choices_and_hints_help_a_person_typing(tmp_path):
    columns = (
        Column("性别", 6, options=("男", "女"), compulsory=True),
        Column("身份证号", 20, hint="18 位"),
        Column("长单", 9, options=tuple("选项" * 10 + str(number) for number in range(20))),
    )
    sheet = written(tmp_path / "表.xlsx", columns=columns, ready=5)
    said = {str(each.sqref): (each.type, each.formula1, each.prompt) for each in sheet.data_validations.dataValidation}
    assert said == {"A2:A6": ("list", '"男,女"', None), "B2:B6": (None, None, "18 位")}
    assert (sheet["A1"].font.color.rgb, sheet["B1"].font.color.rgb) == ("FFC00000", None) or sheet[
        "B1"
    ].font.color.theme
    assert all(sheet[f"{letter}6"].number_format == "@" for letter in "ABC")


def test_severity_shows_as_colour(tmp_path):
    rows = [Row((look, "", ""), look) for look in ("error", "warning", "info", "plain")]
    sheet = written(tmp_path / "表.xlsx", *rows)
    colours = [sheet[f"A{row}"].fill.fgColor.rgb for row in range(2, 6)]
    assert len(set(colours)) == 4


def test_a_row_is_high_enough_for_its_longest_cell(tmp_path):
    long = "湖州市工程技术人员中级职务评审委员会"  # 18 characters, 36 half columns
    sheet = written(tmp_path / "表.xlsx", ("甲", "", ""), (long, "", ""))
    assert sheet.row_dimensions[2].height == measure.USUAL_HEIGHT
    assert sheet.row_dimensions[3].height >= 4 * measure.LINE


@pytest.mark.parametrize("wider", [1.0, 1.03, 1.06])
@pytest.mark.parametrize("lines", [1, 2, 3])
@pytest.mark.parametrize("head", [60.0, 95.0])
def test_signatures_never_stand_alone_on_the_last_page(head, lines, wider):
    foot, total_width = 28.0, measure.PAGE_WIDTH * 1.2  # printed at five sixths: the page holds more
    page = measure.PAGE_HEIGHT * 1.2 * wider - head
    for count in range(4, 200):
        row = measure.height(lines, measure.spare_height([lines] * count, head, foot, total_width))
        last = count % int(page // row) or int(page // row)
        assert last >= 2, f"{count} rows"
        assert last * row + foot <= page, f"{count} rows"


TABLE = {"name": "姓名", "id_number": "身份证号", "remark": "备注"}
ROWS = [("沈云川", "330521197003120113", '甲,乙\n"丙"'), ("陈石", "33052119700312012X", "")]


@pytest.mark.parametrize("ending", [".xlsx", ".csv", ".tsv", ".XLSX"])
def test_a_table_reads_back_as_it_was_written(ending, tmp_path):
    path = tmp_path / f"人员{ending}"
    write_table(path, TABLE, iter(ROWS), DAY)
    (grid,) = read(path, path.name)
    assert [tuple(row) for row in grid.rows] == [tuple(TABLE.values()), *ROWS]


def test_parquet_has_the_keys_and_keeps_text(tmp_path):
    path = tmp_path / "人员.parquet"
    write_table(path, TABLE, iter([*ROWS, (None, "=1", "甲\ud800")]), DAY)
    (grid,) = read(path, path.name)
    assert [tuple(row) for row in grid.rows] == [tuple(TABLE), *ROWS, ("", "=1", "甲\ufffd")]
    again = tmp_path / "再写.parquet"
    write_table(again, TABLE, iter([*ROWS, (None, "=1", "甲\ud800")]), DAY)
    assert again.read_bytes() == path.read_bytes()


def test_csv_opens_as_utf8_in_a_chinese_excel(tmp_path):
    write_table(tmp_path / "人员.csv", TABLE, ROWS, DAY)
    assert (tmp_path / "人员.csv").read_bytes().startswith("\ufeff姓名,身份证号,备注\r\n".encode())


@pytest.mark.parametrize(
    ("typed", "line"),
    [
        ("=1+1", "'=1+1"),
        (" =1+1", "' =1+1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("+86-572-2033099", "'+86-572-2033099"),
        ("-1+1", "'-1+1"),
        ("＝1+1", "'＝1+1"),
        ("\t=1", "'\t=1"),
        ("-5", "-5"),
        ("-", "-"),
        ("甲=乙", "甲=乙"),
    ],
)
def test_csv_carries_no_formulas(typed, line):
    out = io.StringIO()
    write_lines(out, ["备注"], [(typed,)])
    assert out.getvalue() == f"备注\r\n{line}\r\n"


@pytest.mark.parametrize("name", ["人员.docx", "人员", "人员.xls"])
def test_other_endings_are_refused(name, tmp_path):
    with pytest.raises(UsageError, match=r"xlsx|不能写成"):
        write_table(tmp_path / name, TABLE, ROWS, DAY)
    assert not (tmp_path / name).exists()


def test_what_can_not_be_written_is_an_output_error(tmp_path):
    (tmp_path / "名单").write_text("这是文件，不是文件夹")
    with pytest.raises(OutputError, match="不能写入"), whole_file(tmp_path / "名单" / "表.xlsx") as temporary:
        write_workbook(temporary, [], DAY)
    with pytest.raises(OSError, match="No such file"):
        write_workbook(tmp_path / "没有" / "表.xlsx", [], DAY)

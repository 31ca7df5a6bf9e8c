"""Sheets as offices lay them out: where the headings stand, which rows are people, and what is said of the others."""

import openpyxl
import pytest

from hzcert import ingest
from hzcert.batch import take_in
from hzcert.ingest import HOLDERS, PUBLISHED
from people import id_number

ONE, TWO = id_number("1970-03-12", "男"), id_number("1981-11-02", "女")
HEAD = ["序号", "姓名", "身份证号", "资格名称"]
FIRST, SECOND = [1, "沈云川", ONE, "工程师"], [2, "陈雨桐", TWO, "经济师"]


@pytest.fixture
def read(tmp_path, policy, as_of):
    def read_sheet(*rows, merged=(), kind=HOLDERS, more=lambda book: None):
        book = openpyxl.Workbook()
        for row in rows:
            book.active.append(row)
        for area in merged:
            book.active.merge_cells(area)
        more(book)
        book.save(tmp_path / "名单.xlsx")
        return ingest.read_list([take_in(tmp_path / "名单.xlsx", tmp_path)], kind, policy, as_of)

    return read_sheet


def codes_of(found):
    return [finding.code.id for finding in found.findings]


TWO_LINES = (
    ["序号", "姓名", "基本情况", None, "资格情况", None, None, "联系人", None],
    [None, None, "性别", "身份证号", "名称", "级别", "取得时间", "姓名", "电话"],
    [1, "沈云川", "男", ONE, "工程师", "中级", "1998-12", "李某", "13800001234"],
)


@pytest.mark.parametrize(
    "merged",
    [
        pytest.param(("A1:A2", "B1:B2", "C1:D1", "E1:G1", "H1:I1"), id="合并"),
        pytest.param((), id="合并已拆，空着"),
    ],
)
def test_headings_on_two_lines_are_joined(read, merged):
    rows = [TWO_LINES[0], [*TWO_LINES[1][:4], "资格名称", *TWO_LINES[1][5:]], TWO_LINES[2]]
    found = read(*rows, merged=merged)
    ((entry,), where) = (found.table.records(), found.table.where(0, "obtained_on"))
    assert (entry["name"], entry["title"], entry["obtained_on"], entry["phone"]) == ("沈云川", "工程师", "1998-12", "")
    assert (entry["row"], str(where), codes_of(found)) == (3, "名单.xlsx [Sheet] G3", [])


def test_a_heading_over_two_columns_is_one_column(read):
    rows = [["姓名", None, "身份证号", None, "资格名称"], ["沈云川", None, ONE, None, "工程师"]]
    found = read(*rows, merged=("A1:B1", "C1:D1", "A2:B2", "C2:D2"))
    assert (found.table.column("id_number").tolist(), codes_of(found)) == ([ONE], [])


def test_what_is_merged_over_several_rows_counts_for_each(read):
    head = ["姓名", "身份证号", "工作单位", "资格名称"]
    rows = [head, ["沈云川", ONE, "样例所", "工程师"], [None, None, None, "经济师"], ["陈雨桐", TWO, None, "经济师"]]
    found = read(*rows, merged=("A2:A3", "B2:B3", "C2:C4"))
    assert found.table.column("id_number").tolist() == [ONE, ONE, TWO]
    assert found.table.column("employer").tolist() == ["样例所"] * 3
    rows[2] = [None, None, None, None, "水利"]
    found = read([*head, "专业"], *rows[1:], merged=("A2:A3", "B2:B3", "C2:C4", "D2:D3"))
    assert found.table.column("specialty").tolist() == ["", "水利", ""]


def test_the_lines_above_say_unit_and_level(read):
    line = "填报单位名称：（盖章）德清县水利局     填报人：张某     电话：0572     填报日期：2007年9月10日"
    found = read(["湖州市中级专业技术资格证书人员信息表"], [line], HEAD, FIRST, merged=("A1:D1", "A2:D2"))
    ((entry,), (said,)) = (found.table.records(), found.findings)
    assert (entry["department"], entry["level"], said.code.id) == ("德清县水利局", "中级", "HZ114")
    blank = read(["填报单位（盖章）：     填表人：     填报日期："], HEAD, FIRST)
    assert (blank.table.column("department").tolist(), codes_of(blank)) == ([""], [])


def test_bands_subtotals_examples_and_footers_are_no_people(read):
    rows = [
        HEAD,
        ["例1", "张三", "330501197001010018", "工程师"],
        ["", "李四（示例）", "330501197001010018", "工程师"],
        ["一、工程系列"],
        FIRST,
        ["小计：1人"],
        ["小计", None, 1],
        HEAD,
        SECOND,
        [None, "合计", None, 2],
        ["本页小计：2人 合计：2人 填表人：张三"],
        ["2007年9月10日"],
    ]
    found = read(*rows, merged=("A4:D4",))
    assert found.table.column("row").tolist() == [5, 9]
    assert codes_of(found) == ["HZ103"]
    assert found.counts["rows_cut"] == 9


def test_a_sheet_filled_by_formulas_is_not_read_twice(read):
    def copy(book):
        sheet = book.create_sheet("打印")
        for row in (HEAD, FIRST, SECOND, [0, 0, 0, 0], ["0", "0", "0", "0"]):
            sheet.append(row)

    found = read(HEAD, FIRST, SECOND, more=copy)
    assert found.table.column("sheet").tolist() == ["Sheet", "Sheet"]
    assert [(finding.code.id, finding.where.sheet) for finding in found.findings] == [("HZ115", "打印")]


def test_what_is_hidden_is_read_and_said(read):
    def hide(book):
        book.active.row_dimensions[3].hidden = True
        hidden = book.create_sheet("去年")
        hidden.sheet_state = "hidden"
        hidden.append(HEAD)
        hidden.append([1, "王水清", id_number("1975-06-30", "男"), "工程师"])
        book.create_sheet("代码").append(["男"])
        book["代码"].sheet_state = "hidden"

    found = read(HEAD, FIRST, SECOND, more=hide)
    assert found.table.column("name").tolist() == ["沈云川", "陈雨桐", "王水清"]
    assert sorted(codes_of(found)) == ["HZ116", "HZ122", "HZ123"]


def test_several_people_on_one_row_are_read_where_each_has_all_headings(read):
    head, people = ["姓名", "工作单位", "资格名称"], ["沈云川", "样例所", "工程师", "陈雨桐", "样例院", "经济师"]
    side = read(["姓名", "身份证号", "资格名称"] * 2, ["沈云川", ONE, "工程师", "陈雨桐", TWO, "经济师"])
    assert (side.table.column("name").tolist(), codes_of(side)) == (["沈云川", "陈雨桐"], [])
    refused = read([*["姓名", "身份证号", "资格名称"], *["姓名", "身份证号"]], ["沈云川", ONE, "工程师", "陈雨桐", TWO])
    assert (len(refused.table), codes_of(refused)) == (0, ["HZ127"])
    found = read(["湖人专[2005]99号"], head * 2, people, ["王水清", "样例所", "工程师"], kind=PUBLISHED)
    assert found.table.column("name").tolist() == ["沈云川", "王水清", "陈雨桐"]
    assert set(found.table.column("document_no")) == {"湖人专[2005]99号"}
    assert found.table.column("row").tolist() == [3, 4, 3]


def test_headings_with_all_that_offices_write_around_them(read):
    head = [
        "1.序号",
        "*姓　名\n（必填）",
        "身份证号码（18位）",
        "出生年月\n(如1970.01)",
        "【资格名称】",
        "取得时间（年月日）",
    ]
    found = read(head, [1, "沈云川", ONE, "1970-03", "工程师", "1998.12.3"])
    ((entry,),) = (list(found.table.records()),)
    assert (entry["title"], entry["obtained_on"], codes_of(found)) == ("工程师", "1998-12-03", [])


def test_a_missing_heading_is_one_finding_with_what_comes_near(read):
    found = read(["姓名", "身份证号", "现资格名称"], ["沈云川", ONE, "工程师"])
    (said,) = [finding for finding in found.findings if finding.severity == "error"]
    assert said.code.id == "HZ102"
    assert "现资格名称" in said.remedy


def test_series_and_specialty_in_one_column_are_taken_apart(read):
    head = [*HEAD, "系列(专业)"]
    found = read(head, [*FIRST, "工程技术人员(水利水电工程)"], [*SECOND, "卫生技术人员（护理）"])
    pairs = found.table.rows[["series", "specialty"]].to_numpy().tolist()
    assert pairs == [["工程技术人员", "水利水电工程"], ["卫生技术人员（护理）", ""]]


@pytest.mark.parametrize(
    ("field", "cell", "code", "after", "why"),
    [
        ("姓名", "沈　云川", "HZ106", "沈云川", "空格"),
        ("姓名", "买买提•艾力", "HZ106", "买买提·艾力", "间隔号"),
        ("姓名", "沈云川（女）", "HZ106", "沈云川", "注明的性别"),
        ("身份证号", f"{ONE[:6]} {ONE[6:]}", "HZ107", ONE, "空格"),
        ("资格名称", "⼯程师", "HZ121", "工程师", "部首"),
        ("资格名称", "工 程 师", "HZ121", "工程师", "空格"),
    ],
)
def test_every_change_says_what_it_became_and_why(read, field, cell, code, after, why):
    row = [*FIRST]
    row[HEAD.index(field)] = cell
    (said,) = read(HEAD, row).findings
    assert (said.code.id, said.severity, said.value) == (code, "info", cell)
    assert after in said.message
    assert why in said.message


FORM = (
    ["湖州市具有 中 级专业技术资格证书人员情况信息表"],
    ["填报单位", "德清县水利局", None, None, "填表日期：2007年9月1日"],
    ["姓  名", "沈云川", "性别", "男", "照片"],
    ["身份证\n号码", *ONE],
    ["出生年月", "1970.03", "民族", "汉"],
    ["工作单位", "样例所", None, "联系电话", "0572-2033099"],
    ["专业技术资格名称", "工程师", "专业", "水利"],
    ["取得时间", "1998.12", "取得方式", None],
    ["单位意见", "同意（盖章）"],
    ["填表说明：1.姓名照身份证填写"],
)


def test_another_offices_form_with_a_box_for_each_digit(read):
    found = read(*FORM, merged=("A1:E1",))
    ((entry,),) = (list(found.table.records()),)
    assert (entry["name"], entry["id_number"], entry["phone"]) == ("沈云川", ONE, "0572-2033099")
    assert (entry["department"], entry["level"], entry["obtained_by"]) == ("德清县水利局", "中级", "")
    assert (str(found.table.where(0, "title")), found.counts["forms"]) == ("名单.xlsx [Sheet] B7", 1)


def test_people_beside_each_other_in_a_form_are_refused(read):
    fields = {
        "姓名": ("沈云川", "陈雨桐"),
        "身份证号": (ONE, TWO),
        "性别": ("男", "女"),
        "资格名称": ("工程师", "经济师"),
    }
    rows = [[label, *values] for label, values in fields.items()]
    found = read(*rows, ["级别", "中级", "中级"], ["取得时间", "1998-12", "2005-12"])
    assert (len(found.table), codes_of(found)) == (0, ["HZ118"])


def test_a_unit_that_is_left_blank_above_is_not_the_next_heading(read):
    rows = [["填报单位", None, "级别", "中级"], ["填报单位：", None], ["人员名单"], HEAD, FIRST]
    ((entry,),) = (list(read(*rows).table.records()),)
    assert (entry["department"], entry["level"]) == ("", "中级")


def test_short_headings_under_a_group_and_two_words_for_one_thing(read):
    rows = [
        ["姓名", "身份证号", "资格情况", None, "公布情况", None, "手机/电话"],
        [None, None, "名称", "级别", "文号", "日期", None],
    ]
    found = read(*rows, ["沈云川", ONE, "工程师", "中级", "湖人专[1999]12号", "1999-01-20", "0572-2033099"])
    ((entry,),) = (list(found.table.records()),)
    assert (entry["title"], entry["level"], entry["document_no"]) == ("工程师", "中级", "湖人专[1999]12号")
    assert (entry["document_date"], entry["phone"], codes_of(found)) == ("1999-01-20", "0572-2033099", [])


@pytest.mark.parametrize(
    "last",
    [
        "经办：王某",
        "复核人：李某",
        "附：证书复印件",
        "联系电话：0572-2033099",
        "以上人员情况属实，如有虚假，由本单位承担一切责任，特此证明。",
    ],
)
def test_what_is_signed_under_the_names_is_no_person(read, last):
    found = read(["姓名", "身份证号", "资格名称"], FIRST[1:], [last])
    assert (len(found.table), codes_of(found)) == (1, ["HZ103"])


def test_text_that_a_csv_file_guards_is_read_as_it_was(tmp_path, policy, as_of):
    line = f'"=""沈云川""","=""{ONE}""",工程师,"=""0572"""'
    (tmp_path / "名单.csv").write_text(f"姓名,身份证号,资格名称,电话\n{line}\n", encoding="utf-8")
    found = ingest.read_list([take_in(tmp_path / "名单.csv", tmp_path)], HOLDERS, policy, as_of)
    ((entry,),) = (list(found.table.records()),)
    assert (entry["name"], entry["id_number"], entry["phone"]) == ("沈云川", ONE, "0572")


def test_a_list_with_its_headings_on_every_page_is_a_list(read):
    head = ["姓名", "身份证号", "资格名称", "级别", "专业", "工作单位"]
    people = [
        [f"沈{name}", id_number("1970-03-12", "男", at), "工程师", "中级", "水利", "样例所"]
        for at, name in enumerate("云川石竹")
    ]
    found = read(*(row for person in people for row in (head, person)))
    assert found.table.column("row").tolist() == [2, 4, 6, 8]
    assert codes_of(found) == ["HZ103"]


@pytest.mark.parametrize(
    "row",
    [
        pytest.param(
            ["填表人：张某", "审核人：李某", "联系电话：0572-20330999", "填报日期：2007年9月"], id="落款占满各栏"
        ),
        pytest.param(["", "必填", "必填", "选填"], id="填写要求"),
        pytest.param(["", "样例水利设计院（3人）"], id="单位小标题"),
        pytest.param(["", "（以下空白）"], id="以下空白"),
        pytest.param(["总人数：1"], id="人数"),
    ],
)
def test_a_row_of_other_words_is_no_person(read, row):
    found = read(HEAD, FIRST, row)
    assert (len(found.table), codes_of(found)) == (1, ["HZ103"])


def test_a_person_with_a_footers_word_beside_is_a_person(read):
    head = ["姓名", "身份证号", "资格名称", "工作单位", "备注"]
    rows = [
        ["沈云川", "", "", "", "说明"],
        ["计云川", "", "工程师", "样例所", "备注：补报"],
        ["填小川", ONE, "工程师", "", "合计"],
    ]
    found = read(head, *rows, ["陈雨桐", "", "", "日期：不详", ""])
    assert found.table.column("row").tolist() == [2, 3, 4, 5]


@pytest.mark.parametrize(
    "row",
    [
        ["", "此表须加盖公章"], ["", "", "1、本表一式三份；"], ["单位意见：", "", "", "主管部门意见："], ["", "续表"], ["高级职称"], ["", "在职人员"],
        ["", "负责人：", "", "填表人：", "", "电话："], ["平均年龄", "", "", "", "45"],  ["", "主管部门审核意见", "", "", "（公章）"],
        ["", "累计", "", "6"], ["", "承诺：以上信息真实无误"], ["", "湖州市建设局下属单位"], ["", "- 1 -"], ["", "如：张三", "如：330521197003120030"],
    ],
)  # fmt: skip
def test_what_names_nobody_is_no_person(read, row):
    head = [*HEAD, "级别"]
    assert [entry["row"] for entry in read(head, FIRST, row, SECOND).table.records()] == [2, 4]
    pages = [["人员名单"], head, FIRST, row, ["人员名单"], head, SECOND]
    assert [entry["row"] for entry in read(*pages).table.records()] == [3, 7]


@pytest.mark.parametrize(
    "name", ["买买提·艾力", "欧阳云川", "沈", "沈 川", "何计", "范例", "Ömür", "王?明", "张三（已故）"]
)
def test_a_person_of_whom_hardly_anything_is_said_is_one(read, name):
    for row in ([2, name, "", "", ""], [2, name, "", "工程师", ""], ["", name, "", "", "德清县样例小学"]):
        found = read([*HEAD, "工作单位"], FIRST, row)
        assert [entry["row"] for entry in found.table.records()] == [2, 3], (name, row)


def test_a_list_that_begins_far_to_the_right_is_read(read):
    left = [""] * 400
    found = read([*left, *HEAD], [*left, *FIRST])
    assert [(entry["name"], entry["row"]) for entry in found.table.records()] == [("沈云川", 2)]
    assert found.table.where(0, "name").column == "OL"

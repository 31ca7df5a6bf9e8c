"""Values and sheets as hurried clerks leave them: spellings, cut numbers, lists on lists; nothing wrong passes, nothing good is refused."""

from collections.abc import Callable
from datetime import date, datetime, time
from pathlib import Path

import openpyxl
import pytest

from hzcert import ingest, validate
from hzcert.batch import Input
from hzcert.docfacts import PROVISIONAL
from hzcert.fields import HEADINGS
from hzcert.policy import Policy
from hzcert.table import lines_in_error

GOOD = {
    "id_number": "330521197003120030", "name": "沈云川", "sex": "男", "birth_date": "1970-03-12", "employer": "德清县样例水利设计所",
    "department": "德清县水利局", "region": "德清县", "series": "工程技术人员", "title": "工程师", "specialty": "水利水电工程",
    "level": "中级", "obtained_by": "评审", "obtained_on": "1998-12", "committee": "湖州市工程技术人员中级职务评审委员会",
    "document_no": "湖人专[1999]12号", "document_date": "1999-01-20", "old_certificate_no": "旧0001", "case": "换发", "remark": "",
}  # fmt: skip
OTHER = GOOD | {"id_number": "330521197003120110", "name": "钮雨桐", "old_certificate_no": "旧0002"}


@pytest.fixture
def judged(tmp_path: Path, policy: Policy, as_of: date) -> Callable[..., tuple[list[str], list[bool]]]:
    def judge(*rows: list[object], epoch: date | None = None) -> tuple[list[str], list[bool]]:
        book = openpyxl.Workbook()
        if epoch:
            book.epoch = datetime.combine(epoch, time())
        for row in rows:
            book.active.append(row)
        book.save(tmp_path / "a.xlsx")
        read = ingest.read_list([Input(tmp_path / "a.xlsx", "a.xlsx", 0, "")], ingest.HOLDERS, policy, as_of)
        found = [*read.findings, *validate.check(read.table, policy, as_of, policy.authority("330500"))]
        return sorted({each.code.id for each in found}), lines_in_error(read.table, found).tolist()

    return judge


def _sheet(*people: dict[str, object]) -> list[list[object]]:
    return [[HEADINGS[name] for name in GOOD], *([person[name] for name in GOOD] for person in people)]


@pytest.mark.parametrize(
    ("changed", "codes"),
    [
        ({}, []),
        ({"sex": "\ufeff男"}, []),
        ({"region": "德清 县\u200b"}, []),
        ({"case": "换 发"}, []),
        ({"birth_date": "1970年3⽉12日"}, []),
        ({"obtained_by": "评 审\u200b"}, []),
        ({"obtained_by": "评 审\u200b", "committee": "杭州市工程技术人员中级职务评审委员会"}, ["HZ311"]),
        ({"obtained_by": "评审通过", "committee": "杭州市工程技术人员中级职务评审委员会"}, ["HZ311"]),
        ({"obtained_by": "确认", "committee": "上海市人事局"}, ["HZ311"]),
        ({"document_no": "不详"}, ["HZ201"]),
        ({"obtained_by": "无"}, ["HZ201"]),
        ({"name": "待定"}, ["HZ201"]),
        ({"case": "遗失补发", "loss_notice": "未登报"}, ["HZ343"]),
        ({"case": "遗失补发", "loss_notice": "\u200b"}, ["HZ343"]),
        ({"committee": "湖州工程技术人员中级职务评审委员会"}, []),
        ({"region": "浙江省湖州市德清县"}, []),
        ({"remark": "示例，请删除"}, ["HZ103"]),
        ({"id_number": "33052119700312003Ο".replace("Ο", "〇")}, ["HZ107"]),
        ({"id_number": "3.30521197003120E+017"}, ["HZ108"]),
    ],
)
def test_one_value_is_judged_by_what_it_says(judged, changed, codes) -> None:
    found, in_error = judged(*_sheet(GOOD | changed, OTHER))
    assert [code for code in found if code in codes] == codes
    if "HZ103" in codes:  # an example is nobody
        assert in_error == [False]
    else:
        assert in_error == [bool(set(codes) - {"HZ107"}), False]


def test_numbers_that_are_all_multiples_of_64_were_cut(judged) -> None:
    cut = [str(int(float(int(number)))) for number in ("330521197003120030", "330521197003120110")]
    found, in_error = judged(*_sheet(GOOD | {"id_number": cut[0]}, OTHER | {"id_number": cut[1]}))
    assert "HZ108" in found
    assert in_error == [True, True]


def test_noughts_take_no_good_number_along(judged) -> None:
    good = GOOD | {"id_number": "330521197001019000", "sex": "女", "birth_date": "1970-01-01"}
    found, in_error = judged(*_sheet(good, OTHER | {"id_number": "0" * 18}))
    assert "HZ108" not in found
    assert in_error == [False, True]


def test_a_prescribed_heading_comes_before_its_aliases(judged, tmp_path: Path, policy: Policy, as_of: date) -> None:
    head, first = _sheet(GOOD)
    judged([*head, "证书编号"], [*first, "新0001"])
    judged(["证书编号", *head], ["新0001", *first])
    read = ingest.read_list([Input(tmp_path / "a.xlsx", "a.xlsx", 0, "")], ingest.HOLDERS, policy, as_of)
    assert read.table.text("old_certificate_no", 0) == "旧0001"


def test_an_unfilled_line_above_is_no_department(judged, tmp_path: Path, policy: Policy, as_of: date) -> None:
    judged(["填报单位：＿＿＿＿＿"], *_sheet(GOOD | {"department": ""}))
    read = ingest.read_list([Input(tmp_path / "a.xlsx", "a.xlsx", 0, "")], ingest.HOLDERS, policy, as_of)
    assert read.table.text("department", 0) == ""


def test_a_dot_more_is_no_other_name(judged) -> None:
    twice = GOOD | {"name": "买买提·阿不都"}, GOOD | {"name": "买买提阿不都", "title": "高级工程师", "level": "副高"}
    assert "HZ213" not in judged(*_sheet(*twice))[0]


@pytest.fixture
def read(judged, tmp_path: Path, policy: Policy, as_of: date) -> Callable[..., list[tuple[str, str, str]]]:
    def read_rows(*rows: list[object]) -> list[tuple[str, str, str]]:
        """Name, title and place of the ID number of everybody on a sheet."""
        judged(*rows)
        table = ingest.read_list([Input(tmp_path / "a.xlsx", "a.xlsx", 0, "")], ingest.HOLDERS, policy, as_of).table
        return [
            (row["name"], row["title"], table.where(at, "id_number").cell) for at, row in enumerate(table.records())
        ]

    return read_rows


SHORT = ["序号", "姓名", "身份证号", "资格名称", "级别", "取得时间"]
SHORT_ONE = [1, "沈云川", GOOD["id_number"], "工程师", "中级", "1998-12"]


def test_two_lists_below_each_other_are_both_read(read, judged) -> None:
    title = ["湖州市初级专业技术资格证书人员信息表"]
    head, second = _sheet(OTHER)
    turned = [head[::-1], second[::-1]]
    assert read(SHORT, SHORT_ONE, [], title, head, second, [], *turned) == [
        ("沈云川", "工程师", "C2"),
        ("钮雨桐", "工程师", "A6"),
        ("钮雨桐", "工程师", "S9"),
    ]
    found, in_error = judged(SHORT, SHORT_ONE, [], title, head, second)
    assert not {"HZ102", "HZ128", "HZ129"} & set(found)
    assert in_error == [True, False]  # the first lacks what the second has


def test_an_error_in_one_list_is_none_in_the_list_beside_it(judged, read) -> None:
    head, good = _sheet(GOOD)
    bad = list((OTHER | {"sex": "女"}).values())
    found, in_error = judged([*head, None, *head], [*good, None, *bad])
    assert "HZ205" in found
    assert in_error == [False, True]
    assert [place for *_, place in read([*head, None, *head], [*good, None, *bad])] == ["A2", "U2"]


def test_people_above_the_only_header_are_not_lost_in_silence(judged) -> None:
    found, _ = judged(SHORT_ONE, [], *_sheet(OTHER))
    assert "HZ128" in found


def test_a_header_without_a_compulsory_column_ends_what_is_read(judged) -> None:
    head, first = _sheet(GOOD)
    found, in_error = judged(head, first, ["姓名", "资格名称", "级别", "备注"], ["钮雨桐", "工程师", "中级", ""])
    assert "HZ129" in found
    assert in_error == [False]  # and nobody was read by the wrong columns


def test_an_example_with_a_header_of_its_own_is_nobody(judged, read) -> None:
    head, first, second = _sheet(GOOD, OTHER)
    example = ["填写示例："], head, first, ["正式填写："], head, second
    assert [name for name, *_ in read(*example)] == ["钮雨桐"]
    found, in_error = judged(*example)
    assert ("HZ103" in found, in_error) == (True, [False])
    assert [name for name, *_ in read(head, second, [], ["【样例】"], head, first)] == ["钮雨桐"]
    assert [name for name, *_ in read(["样例"], head, first)] == ["沈云川"], "alone it is the list"


def test_a_header_of_another_order_is_read_by_its_own_columns(judged) -> None:
    head, first, second = _sheet(GOOD, OTHER | {"obtained_on": "1997-12"})
    turned = [dict(zip(GOOD, row, strict=True)) for row in (head, second)]
    for row in turned:
        row["obtained_on"], row["document_date"] = row["document_date"], row["obtained_on"]
    found, in_error = judged(head, first, *(list(row.values()) for row in turned))
    assert "HZ322" not in found, "documents after what they grant"
    assert in_error == [False, False]


def test_a_header_again_is_no_other(judged) -> None:
    head, first, second = _sheet(GOOD, OTHER)
    found, in_error = judged(head, first, head, second)
    assert "HZ129" not in found
    assert in_error == [False, False]


def _with(head: str, *cells: object) -> list[list[object]]:
    """The good list with one more column."""
    rows = _sheet(GOOD, OTHER)
    return [[*row, cell] for row, cell in zip(rows, (head, *cells), strict=True)]


@pytest.mark.parametrize(
    ("head", "cells", "wrong"),
    [
        ("证件号码", (GOOD["id_number"], OTHER["id_number"]), [False, False]),
        ("证件号码", (f"'{GOOD['id_number']} ", ""), [False, False]),
        ("证件号码", (GOOD["id_number"], GOOD["id_number"]), [False, True]),
        ("持证人", ("沈 云川", "钮雨同"), [False, True]),
        ("姓名（拼音）", ("Shen Yunchuan", "Niu Yutong"), [False, False]),
        ("姓名（曾用）", ("沈大川", ""), [False, False]),
        ("出生日期", ("1970.03.12", "1970-04"), [False, True]),
        ("申报职称", ("高级工程师", "工程师"), [False, False]),  # 资格名称 is the prescribed heading
    ],
)
def test_two_columns_of_one_meaning_must_agree(judged, head, cells, wrong) -> None:
    found, in_error = judged(*_with(head, *cells))
    assert in_error == wrong
    assert ("HZ130" in found) == any(wrong)


def test_two_words_for_a_title_that_differ_are_undecided(judged) -> None:
    rows = _with("申报职称", "高级工程师", "工程师")
    rows[0][list(GOOD).index("title")] = "现有职称"
    found, in_error = judged(*rows)
    assert ("HZ130" in found, in_error) == (True, [True, False])


def test_an_empty_number_is_taken_from_the_second_column(judged, tmp_path: Path, policy: Policy, as_of: date) -> None:
    rows = _with("证件号码", "", OTHER["id_number"])
    rows[2][0] = ""
    found, in_error = judged(*rows)
    assert ("HZ131" in found, in_error) == (True, [False, False])


@pytest.mark.parametrize(
    ("heading", "others", "codes", "wrong"),
    [
        ("出生年月", date(1970, 3, 12), {"HZ132"}, False),
        ("出生日期", date(1970, 3, 1), {"HZ132"}, False),
        ("出生日期", date(1970, 3, 12), {"HZ206"}, True),
    ],
)
def test_a_date_cell_on_the_first_is_a_month_only_where_months_are_asked_for(
    judged, heading, others, codes, wrong
) -> None:
    rows = _sheet(GOOD | {"birth_date": date(1970, 3, 1)}, OTHER | {"birth_date": others})
    rows[0][list(GOOD).index("birth_date")] = heading
    found, in_error = judged(*rows)
    assert {"HZ132", "HZ206"} & set(found) == codes
    assert in_error == [wrong, False]


@pytest.mark.parametrize(
    "row",
    [
        ["", "第1页，共3页"],
        ["第 1 页", "共 3 页"],
        ["一页小计", "", "", "", "", "", "", "", 12, "人"],
        ["", "德清县水利局"],
        ["1", "德清县水利局", "3人"],
        ["", "湖州市样例小学（含幼儿园）"],
    ],
)
def test_page_feet_and_units_over_their_people_are_no_persons(judged, row) -> None:
    found, in_error = judged(*_sheet(GOOD, OTHER), row)
    assert ("HZ103" in found, in_error) == (True, [False, False])


@pytest.fixture
def book(tmp_path: Path, policy: Policy, as_of: date) -> Callable[..., tuple[list[str], list[str]]]:
    def read_book(**sheets: list[list[object]]) -> tuple[list[str], list[str]]:
        """Names and codes of a workbook of several sheets."""
        made = openpyxl.Workbook()
        made.remove(made.active)
        for title, rows in sheets.items():
            made.create_sheet(title)
            for row in rows:
                made[title].append(row)
        made.save(tmp_path / "b.xlsx")
        found = ingest.read_list([Input(tmp_path / "b.xlsx", "b.xlsx", 0, "")], ingest.HOLDERS, policy, as_of)
        return found.table.column("name").tolist(), sorted(each.code.id for each in found.findings)

    return read_book


PROSE = [["填表说明"], ["1．一人一行"], ["2．级别填", "中级"], ["联系电话", "0572-2033099"]]


def test_a_sheet_of_prose_beside_a_list_is_no_error(book) -> None:
    assert book(填表说明=PROSE, 名单=_sheet(GOOD)) == (["沈云川"], ["HZ133"])
    assert book(填表说明=PROSE) == ([], ["HZ101"]), "alone it may be what should have been a list"
    people = [["沈云川", GOOD["id_number"], "工程师"]]
    assert book(名单=_sheet(OTHER), 补报=people)[1] == ["HZ101"], "people without a header are never passed over"
    assert book(名单=_sheet(OTHER), 补报=[["沈云川", "男", "工程师"]])[1] == ["HZ101"]


def test_a_sheet_called_example_is_one_beside_a_list(book) -> None:
    assert book(填写示例=_sheet(GOOD), 名单=_sheet(OTHER)) == (["钮雨桐"], ["HZ103"])
    assert book(样表=_sheet(GOOD)) == (["沈云川"], [])


def test_a_family_is_nobody(judged, tmp_path: Path, policy: Policy, as_of: date) -> None:
    head, first = _sheet(GOOD)
    judged(
        [*head, "家庭成员", "", ""],
        [*([""] * len(head)), "姓名", "身份证号", "联系电话"],
        [*first, "沈大", "330521194003120037", "1"],
    )
    read = ingest.read_list([Input(tmp_path / "a.xlsx", "a.xlsx", 0, "")], ingest.HOLDERS, policy, as_of)
    assert (read.table.column("name").tolist(), read.table.column("id_number").tolist()) == (
        ["沈云川"],
        [GOOD["id_number"]],
    )
    assert not {"HZ105", "HZ127", "HZ130"} & {each.code.id for each in read.findings}


@pytest.mark.parametrize("value", [197003, 19700312.0])
def test_months_typed_as_numbers_count_no_days_from_1904(judged, value) -> None:
    _, in_error = judged(*_sheet(GOOD | {"birth_date": value}), epoch=date(1904, 1, 1))
    assert in_error == [False]


def test_a_heading_in_place_of_a_name_is_no_name(judged) -> None:
    found, in_error = judged(*_sheet(GOOD | {"name": "身份证号"}))
    assert ("HZ201" in found, in_error) == (True, [True])


@pytest.mark.parametrize("name", ["employer", "specialty", "department", "committee"])
@pytest.mark.parametrize("value", ["同上", "〃", "0", 0])
def test_what_stands_for_the_line_above_or_for_nothing_is_no_value(judged, name, value) -> None:
    assert judged(*_sheet(OTHER, GOOD | {name: value}))[1] == [False, True]


@pytest.mark.parametrize(
    ("value", "wrong"), [("沈云川同志", True), ("沈云川先生", True), ("先生", False), ("沈同志", False)]
)
def test_how_one_speaks_of_somebody_is_no_name(judged, value, wrong) -> None:
    assert judged(*_sheet(GOOD | {"name": value}))[1] == [wrong]


def test_what_stands_under_a_former_qualification_is_not_the_present_one(read) -> None:
    heads = [
        ["姓名", "身份证号", "原取得资格", None, "换证资格", None],
        [None, None, "资格名称", "取得时间", "资格名称", "取得时间"],
    ]
    found = read(*heads, ["沈云川", GOOD["id_number"], "助理工程师", "1993-12", "工程师", "1998-12"])
    assert found == [("沈云川", "工程师", "B3")]


def test_two_certificates_in_one_row_are_never_read_as_one(judged) -> None:
    head, first = _sheet(GOOD)
    found, in_error = judged([*head, "资格名称", "级别", "取得时间"], [*first, "高级工程师", "副高", "2003-12"])
    assert ("HZ130" in found, in_error) == (True, [True])


@pytest.mark.parametrize(
    "row",
    [
        list(range(1, len(GOOD) + 1)),
        list("ABCDEFGHIJKLMNOPQRS"),
        list("甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申"),
        ["18位", "照身份证填写", "男/女", "如1970-03", *[""] * 15],
        ["---"] * len(GOOD),
        [*[""] * 10, 3],
        ["", "（二）中级"],
    ],
)
def test_marks_of_columns_hints_and_sums_are_no_persons(judged, row) -> None:
    head, first, second = _sheet(GOOD, OTHER)
    for rows in ([head, row, first, second], [head, first, row, second]):
        found, in_error = judged(*rows)
        assert ("HZ103" in found, in_error) == (True, [False, False])


def test_titles_of_further_pages_are_no_persons(judged, read) -> None:
    head, first, second = _sheet(GOOD, OTHER)
    page = [["湖州市换证人员名单"], head]
    assert judged(*page, first, *page, second)[1] == [False, False]


def test_a_title_of_another_level_begins_another_list(judged) -> None:
    junior = OTHER | {"title": "助理工程师", "committee": "湖州市工程技术人员初级职务评审委员会"}
    rows = [[cell for name, cell in zip(GOOD, row, strict=True) if name != "level"] for row in _sheet(GOOD, junior)]
    titles = [[f"湖州市{level}级专业技术资格证书人员信息表"] for level in "中初"]
    assert judged(titles[0], rows[0], rows[1], [], titles[1], rows[0], rows[2])[1] == [False, False]
    assert judged(titles[0], rows[0], rows[2], [], titles[1], rows[0], rows[1])[1] == [True, True]


def test_a_person_called_as_examples_are_is_a_person(judged) -> None:
    assert judged(*_sheet(GOOD | {"name": "范例"}))[1] == [False]
    assert judged(*_sheet(GOOD, OTHER | {"name": "张三（范例）"}))[1] == [False]


@pytest.mark.parametrize("unit", ["样例小学", "示例医院", "样例学校", "德清县样例小学"])
def test_a_unit_called_sample_in_the_column_of_names_is_not_passed_over(judged, unit: str) -> None:
    found, in_error = judged(*_sheet(GOOD | {"name": unit}, OTHER))
    assert ("HZ103" in found, len(in_error)) == (False, 2)


@pytest.mark.parametrize("name", ["样例", "示例一", "张三（样例）", "样例张三", "示例人员"])
def test_a_name_that_says_example_is_nobody(judged, name: str) -> None:
    found, in_error = judged(*_sheet(GOOD | {"name": name}, OTHER))
    assert ("HZ103" in found, in_error) == (True, [False])


def test_lists_of_several_documents_on_one_sheet_keep_their_own(tmp_path: Path, policy: Policy, as_of: date) -> None:
    def published(*rows: list[object]) -> list[tuple[str, str, str]]:
        book = openpyxl.Workbook()
        for row in rows:
            book.active.append(row)
        book.save(tmp_path / "p.xlsx")
        found = ingest.read_list([Input(tmp_path / "p.xlsx", "p.xlsx", 0, "")], ingest.PUBLISHED, policy, as_of)
        return [(row["name"], row["document_no"], row["remark"]) for row in found.table.records()]

    head, one, two = ["姓名", "工作单位", "资格名称"], ["沈云川", "样例所", "工程师"], ["钮雨桐", "样例院", "工程师"]
    first, second = ["湖人专[1999]12号"], ["湖人专[2000]7号"]
    assert published(first, head, one, [], second, head, two) == [("沈云川", first[0], ""), ("钮雨桐", second[0], "")]
    assert published(first, head, one, second, head[::-1], two[::-1]) == [
        ("沈云川", first[0], ""),
        ("钮雨桐", second[0], ""),
    ]
    assert published(first, head, one, [], ["2000年评审通过人员公示名单"], head, two) == [
        ("沈云川", first[0], ""),
        ("钮雨桐", first[0], PROVISIONAL),
    ]
    assert published(first, head, [*one[:2], "工程师"], ["一、经济师"], head, two) == [
        ("沈云川", first[0], ""),
        ("钮雨桐", first[0], ""),
    ]


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"obtained_on": "03/10/05"}, "HZ111"),
        ({"obtained_on": "98/12/3"}, ""),
        ({"obtained_on": "98.12.03"}, ""),
        ({"obtained_on": "12/03/98"}, "HZ110"),
    ],
)
def test_years_of_two_digits_that_may_stand_last_are_undecided(judged, changed, code) -> None:
    found, in_error = judged(*_sheet(GOOD | changed))
    assert ({"HZ110", "HZ111"} & set(found), in_error) == ({code} - {""}, [bool(code)])


def test_what_stands_under_the_old_certificate_is_what_is_exchanged(read) -> None:
    heads = [["姓名", "身份证号", "原资格证书情况", None], [None, None, "资格名称", "取得时间"]]
    assert read(*heads, ["沈云川", GOOD["id_number"], "工程师", "1998-12"]) == [("沈云川", "工程师", "B3")]

"""Values and sheets as hurried clerks leave them: spellings, cut numbers, lists on lists; nothing wrong passes, nothing good is refused."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from hzcert import ingest, validate
from hzcert.batch import Input
from hzcert.policy import Policy
from hzcert.table import HEADINGS, lines_in_error

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

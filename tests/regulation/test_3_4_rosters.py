"""三.4 花名册 (附件4)."""

from datetime import date

import pytest

from hzcert import roster
from hzcert.errors import InputError
from hzcert.sheets.writing import Row
from people import QUALIFICATIONS, holder, holders, table

DAY = date(2007, 6, 1)


def built(policy, *people, numbers=None):
    return roster.build(table(*people), numbers or {}, policy, DAY, policy.authority("330500"))


def rows(made):
    """The entries of a roster's sheet, without its bands."""
    return [row for row in roster.sheet(made).rows if not isinstance(row, Row)]


@pytest.mark.parametrize(
    ("level", "region", "file_name"),
    [
        pytest.param("正高", "市本级", "花名册-高级-报浙江省人事厅.xlsx", id="正高, 报省"),
        pytest.param("副高", "安吉县", "花名册-高级-报浙江省人事厅.xlsx", id="县里的高级, 也由市报省"),
        pytest.param("中级", "市本级", "花名册-中级-存湖州市人事局职评中心.xlsx", id="中级, 存职评中心"),
        pytest.param("中级", "德清县", "花名册-中级-存湖州市人事局职评中心.xlsx", id="县里的中级, 由市制证"),
        pytest.param("助理级", "市本级", "花名册-初级-市本级-存湖州市人事局职评中心.xlsx", id="市本级初级, 存职评中心"),
        pytest.param("员级", "德清县", "花名册-初级-德清县-报湖州市人事局职评中心.xlsx", id="县初级, 报职评中心备案"),
        pytest.param("助理级", "南浔区", "花名册-初级-南浔区-报湖州市人事局职评中心.xlsx", id="区初级, 报职评中心备案"),
    ],
)
def test_where_a_roster_goes(level, region, file_name, policy):
    (made,) = built(policy, holder(level=level, region=region))
    assert made.file_name == file_name


@pytest.mark.parametrize(
    ("level", "title"),
    [
        ("副高", "湖州市高级专业技术资格证书持有人员花名册"),
        ("中级", "湖州市中级专业技术资格证书持有人员花名册"),
        ("员级", "湖州市初级专业技术资格证书持有人员花名册"),
    ],
)
def test_the_title_is_word_for_word(level, title, policy):
    (made,) = built(policy, holder(level=level))
    assert roster.sheet(made).title == made.title == title


def test_every_entry_stands_in_exactly_one_roster(policy):
    made = built(policy, *holders(53))
    assert [each.file_name for each in made] == [
        "花名册-高级-报浙江省人事厅.xlsx",
        "花名册-中级-存湖州市人事局职评中心.xlsx",
        "花名册-初级-市本级-存湖州市人事局职评中心.xlsx",
        "花名册-初级-德清县-报湖州市人事局职评中心.xlsx",
    ]
    assert sorted(line for each in made for group in each.groups for line in group.lines) == list(range(53))


def test_a_roster_has_as_many_lines_as_entries(policy):
    for made in built(policy, *holders(53)):
        assert [row[0] for row in rows(made)] == list(range(1, len(made) + 1))
        assert roster.sheet(made).rows[-1].cells == (f"合计：{len(made)} 份",)


def test_entries_stand_by_unit_and_there_by_certificate_number(policy):
    people = [
        holder(name="甲", department="湖州市教育局", row=2),
        holder(name="乙", row=3),
        holder(name="丙", row=4),
        holder(name="丁", row=5),
        holder(name="戊", department="湖州市教育局", row=6),
    ]
    numbers = {
        0: "C2007330500080000211",
        1: "C2007330500080000424",
        2: "C2007330500080000334",
        4: "C2007330500080000115",
    }
    (made,) = built(policy, *people, numbers=numbers)
    assert [(group.unit, group.lines) for group in made.groups] == [
        ("德清县人事局", (2, 1, 3)),
        ("湖州市教育局", (4, 0)),
    ]
    assert roster.order(table(*people), numbers, policy) == [2, 1, 3, 4, 0]


def test_the_order_of_what_came_in_does_not_matter(policy):
    people = holders(40)
    (forward, *_), (backward, *_) = built(policy, *people), built(policy, *reversed(people))
    assert rows(forward) == rows(backward)


def test_copies_of_the_published_documents_go_to_the_province_only(policy):
    senior = QUALIFICATIONS[1]
    made = built(policy, holder(**senior), holder(**senior | {"document_no": "浙人专[1999]3号"}), holder())
    assert [each.enclosed for each in made] == [("浙人专[1999]3号", "浙人专[2001]45号"), ()]
    assert roster.sheet(made[0]).below[0] == "附：公布文件复印件 2 份：浙人专[1999]3号、浙人专[2001]45号"


def test_a_transfer_in_encloses_its_confirmation(policy):
    (made,) = built(policy, holder(**QUALIFICATIONS[1], case="调入确认", transfer_confirmed_no="浙人专确[2007]8号"))
    assert made.enclosed == ("浙人专确[2007]8号",)


def test_one_line_of_the_roster(policy):
    given = holder(retired_on="2005-06-30", case="遗失补发", loss_notice="样例日报 2007-05-08", former_name="沈川")
    (made,) = built(policy, given, numbers={0: "C2007330500080000211"})
    headings = [column.heading for column in roster.sheet(made).columns]
    assert dict(zip(headings, rows(made)[0], strict=True)) == {
        "序号": 1,
        "姓名": "沈云川",
        "性别": "男",
        "出生年月": "1970-03",
        "身份证号": given["id_number"],
        "工作单位": "德清县样例水利设计所",
        "系列(专业)": "工程技术人员(水利水电工程)",
        "资格名称": "工程师",
        "级别": "中级",
        "取得方式": "评审",
        "取得时间": "1998-12-03",
        "评审组织": "湖州市工程技术人员中级职务评审委员会",
        "公布文号": "湖人专[1999]12号",
        "原证书编号": "旧00001",
        "新证书编号": "C2007330500080000211",
        "离退休时间": "2005-06-30",
        "业务类型/备注": "遗失补发；曾用名 沈川；遗失声明 样例日报 2007-05-08",
    }


@pytest.mark.parametrize(
    ("person", "office"),
    [
        pytest.param(QUALIFICATIONS[1], "湖州市人事局", id="高级由市人事局打印报省"),
        pytest.param(QUALIFICATIONS[0], "湖州市人事局", id="中级由市人事局打印"),
        pytest.param(QUALIFICATIONS[2], "德清县人事局", id="县初级由县人事局填报"),
    ],
)
def test_the_office_that_fills_it_in_signs(person, office, policy):
    (made,) = built(policy, holder(**person))
    signatures = roster.sheet(made).below[-1]
    assert signatures.startswith(f"填报单位（盖章）：{office}")
    assert signatures.endswith("填报日期：2007年6月1日")
    assert all(word in signatures for word in ("填表人：", "审核人：", "联系电话："))


@pytest.mark.parametrize("wrong", [{"level": "高级"}, {"level": ""}, {"region": "上海市"}, {"region": ""}])
def test_what_was_not_checked_is_refused_by_its_place(wrong, policy):
    with pytest.raises(InputError, match=r"名单\.xlsx \[Sheet1\] 第2行"):
        built(policy, holder(**wrong))


def test_no_entries_no_rosters(policy):
    assert built(policy) == []


def test_a_county_signs_its_rosters_and_sends_each_to_the_city(policy):
    county = policy.authority("330521")
    people = table(
        *(
            holder(**kind)
            for kind in ({}, {"title": "助理工程师", "level": "助理级"}, {"title": "高级工程师", "level": "副高"})
        )
    )
    made = roster.build(people, {}, policy, DAY, county)
    assert [each.file_name for each in made] == [
        "花名册-高级-报湖州市人事局职评中心.xlsx",
        "花名册-中级-报湖州市人事局职评中心.xlsx",
        "花名册-初级-德清县-报湖州市人事局职评中心.xlsx",
    ]
    assert {each.filed_by for each in made} == {"德清县人事局"}

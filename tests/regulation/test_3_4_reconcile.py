"""三.4: entries held one by one against the published documents."""

import pytest

from hzcert import reconcile
from hzcert.reconcile import Status
from people import holder, table

ROW = {"file": "公布.xlsx", "sheet": "Sheet1", "case": "", "id_number": "", "sex": "", "birth_date": ""}


def published(*changes):
    return table(*(holder(**(ROW | {"row": 5 + place} | change)) for place, change in enumerate(changes)))


@pytest.fixture
def status(policy, as_of):
    def compare(entries, lists):
        found = reconcile.compare(table(*entries), lists, policy, as_of)
        return [str(match.status) for match in found.matches]

    return compare


@pytest.mark.parametrize(
    ("published_as", "expected"),
    [
        pytest.param({}, "matched", id="全部相符"),
        pytest.param({"document_no": "湖人专[1998]12号"}, "differs", id="另一份文件"),
        pytest.param({"employer": "长兴县样例水利局"}, "differs", id="单位不同"),
        pytest.param({"employer": ""}, "matched", id="公布名单没有单位"),
        pytest.param({"employer": "德清县样例水利设计所　"}, "matched", id="单位只差空格"),
        pytest.param({"specialty": "给排水"}, "differs", id="专业不同"),
        pytest.param({"title": "经济师", "series": ""}, "differs", id="同一文件同一单位的此人，资格名称不同"),
        pytest.param(
            {"title": "经济师", "series": "", "employer": "长兴县样例水利局"}, "ambiguous", id="资格名称和单位都不同"
        ),
        pytest.param({"name": "沈云州"}, "differs", id="姓名差一字，其余相符"),
        pytest.param({"name": "王五"}, "missing", id="另一个人"),
        pytest.param({"obtained_on": "1998-12"}, "matched", id="取得时间只到月"),
        pytest.param({"id_number": "3.30521197003120E+17"}, "matched", id="名单上的身份证号被截断，所余相符"),
        pytest.param({"id_number": "3.30521197103120E+17"}, "differs", id="名单上的身份证号被截断，所余不符"),
        pytest.param({"obtained_on": "1998-11"}, "differs", id="取得时间不同"),
    ],
)
def test_one_entry_one_row(status, published_as, expected):
    assert status([holder()], published(published_as)) == [expected]


def test_namesakes_in_one_document_are_told_apart_by_their_unit(status):
    rows = published({"employer": "样例甲厂"}, {"employer": "样例乙厂"})
    assert status([holder(employer="样例乙厂")], rows) == ["matched"]


def test_namesakes_that_nothing_tells_apart_are_never_accepted(status):
    assert status([holder()], published({}, {"row": 9})) == ["ambiguous"]
    rows = published({"employer": "样例甲厂"}, {"employer": "样例乙厂"})
    assert status([holder()], rows) == ["ambiguous"]


def test_a_list_that_was_filed_twice_is_one_list(status, policy, as_of):
    assert status([holder()], published({}, {"file": "副本.xlsx"})) == ["matched"]
    found = reconcile.compare(table(holder()), published({}, {"file": "副本.xlsx"}), policy, as_of)
    assert found.unclaimed == ()


@pytest.mark.parametrize(
    "said",
    [
        pytest.param({"id_number": "330521197103120030"}, id="名单上是另一个身份证号"),
        pytest.param({"sex": "女"}, id="名单上是另一性别"),
        pytest.param({"level": "副高"}, id="名单上是另一级别"),
        pytest.param({"remark": "公示期间有异议，取消资格"}, id="名单上已除名"),
        pytest.param({"remark": "公示名单"}, id="只是公示，还没有公布"),
        pytest.param({"name": "沈·云川"}, id="姓名多一个间隔号"),
    ],
)
def test_what_a_list_says_otherwise_sets_aside(status, said):
    assert status([holder()], published(said)) == ["differs"]


def test_a_school_teachers_title_means_the_level_of_the_list(status):
    teacher = holder(title="高级教师（中学）", series="中学教师", level="副高")
    assert status([teacher], published({"title": "高级教师", "series": "", "level": "中级"})) == ["differs"]
    assert status([teacher], published({"title": "高级教师", "series": "", "level": "高级"})) == ["matched"]


def test_a_former_name_finds_the_row_and_leaves_the_decision_to_a_person(status):
    assert status([holder(name="王云川", former_name="沈云川")], published({})) == ["differs"]


def test_two_persons_who_claim_one_row_are_both_set_aside(status):
    other = holder(birth_date="1971-03-12", row=3)
    assert status([holder(), other], published({})) == ["duplicate", "duplicate"]


def test_the_same_person_again_is_the_later_entry(status):
    assert status([holder(), holder(row=3)], published({})) == ["matched", "duplicate"]


def test_two_certificates_of_one_person_claim_a_row_each(status):
    second = holder(title="经济师", series="经济", row=3)
    assert status([holder(), second], published({}, {"title": "经济师"})) == ["matched", "matched"]


def test_a_name_that_is_near_but_another_persons_is_not_published(policy, as_of):
    entries = table(holder(), holder(name="沈云州", birth_date="1971-03-12", row=3))
    found = reconcile.compare(entries, published({}), policy, as_of)
    assert [match.status for match in found.matches] == [Status.MATCHED, Status.MISSING]


def test_a_document_that_is_not_held_is_said(policy, as_of):
    entries = table(holder(document_no="湖人专[2001]9号", name="王五"))
    rows = published({})
    found = list(reconcile.findings(entries, rows, reconcile.compare(entries, rows, policy, as_of)))
    assert [(f.code.id, f.field) for f in found] == [("HZ506", "document_no")]


def test_5_1_transfer_ins_are_held_against_their_confirmation(status):
    transfer = holder(case="调入确认", document_no="苏人专[1999]3号", transfer_confirmed_no="湖人专[2007]18号")
    assert status([transfer], published({"document_no": "湖人专[2007]18号"})) == ["matched"]
    assert status([transfer], published({"document_no": "苏人专[1999]3号"})) == ["differs"]


def test_rows_that_nobody_claimed_are_listed(policy, as_of):
    found = reconcile.compare(table(holder()), published({}, {"name": "王五"}), policy, as_of)
    assert found.unclaimed == (1,)


def test_an_entry_without_document_number_is_never_matched(status):
    assert status([holder(document_no="")], published({"document_no": ""})) == ["differs"]
    assert status([holder(document_no="")], published({})) == ["differs"]


def test_a_difference_that_the_policy_accepts_is_accepted_and_told(policy, as_of):
    lenient = policy.reconcile.accepted_differences
    rule = lenient.model_copy(update={"values": (lenient.values[0].model_copy(update={"value": ("employer",)}),)})
    changed = policy.model_copy(
        update={"reconcile": policy.reconcile.model_copy(update={"accepted_differences": rule})}
    )
    entries, rows = table(holder()), published({"employer": "改名前的单位"})
    found = reconcile.compare(entries, rows, changed, as_of)
    assert [match.status for match in found.matches] == [Status.MATCHED]
    assert [f.code.id for f in reconcile.findings(entries, rows, found)] == ["HZ507"]

"""三.4, 三.5, 五.2: who prints which certificates, what stands on them, and in which order they lie."""

from datetime import date

import pytest

from hzcert import render
from hzcert.codes import NO_GLYPH, NO_ROOM
from people import QUALIFICATIONS, holder, table

DAY = date(2007, 11, 20)
CITY, DEQING, PROVINCE = "330500", "330521", "330000"
INTERMEDIATE, SENIOR, JUNIOR_DEQING, JUNIOR_CITY = QUALIFICATIONS[0], QUALIFICATIONS[1], *QUALIFICATIONS[2:4]


@pytest.fixture(scope="module")
def press(policy):
    return render.open_press(policy, DAY)


def faces(policy, *people, **numbers):
    """Certificates of some people, numbered in order unless told otherwise."""
    given = numbers.get("numbers") or {line: f"C{line:04}" for line in range(len(people))}
    return render.faces(table(*people), given, policy, dict.fromkeys(given, DAY), numbers.get("photos"))


@pytest.fixture
def face(policy, tmp_path):
    def make(**given):
        return faces(policy, holder(**given), photos=tmp_path)[0]

    return make


@pytest.mark.parametrize(
    ("kind", "maker"),
    [
        pytest.param(SENIOR, PROVINCE, id="高级由省制证, 市不打印"),
        pytest.param(INTERMEDIATE, CITY, id="县里的中级由市制证"),
        pytest.param(JUNIOR_CITY, CITY, id="市本级初级由市制证"),
        pytest.param(JUNIOR_DEQING, DEQING, id="德清县初级由德清县制证"),
    ],
)
def test_each_certificate_is_made_by_one_authority(kind, maker, policy):
    makers = [code for code in (CITY, DEQING, PROVINCE) if render.made_by(table(holder(**kind)), policy, code, DAY)[0]]
    assert makers == [maker]


def test_an_entry_of_no_known_level_is_made_by_nobody(policy):
    assert not render.made_by(table(holder(level="特级")), policy, CITY, DAY).any()


def test_the_day_of_the_qualification_and_the_day_of_printing_are_two_dates(face, press):
    certificate = face(obtained_on="1998-12-03")
    assert (certificate.says("obtained_on"), certificate.says("issued_on")) == ("1998年12月3日", "2007年11月20日")
    texts = [placed.text for placed in render.page_for(certificate, press).texts]
    assert texts.count("1998年12月3日") == texts.count("2007年11月20日") == 1


def test_a_month_stays_a_month(face):
    assert face(obtained_on="1998-12").says("obtained_on") == "1998年12月"


@pytest.mark.parametrize(("case", "mark"), [("遗失补发", "补发"), ("换发", ""), ("新发", ""), ("调入确认", "")])
def test_only_a_reissue_is_marked(case, mark, face, press):
    page = render.page_for(face(case=case), press)
    assert [placed.text for placed in page.texts].count("补发") == len(mark) // 2 == len(page.marks)


def test_the_authority_that_makes_it_stands_on_it(policy, tmp_path):
    made = faces(policy, holder(), holder(**JUNIOR_DEQING), photos=tmp_path)
    assert [certificate.says("issuer") for certificate in made] == ["湖州市人事局", "德清县人事局"]


def test_only_entries_with_a_number_are_printed(policy, tmp_path):
    made = faces(policy, holder(name="沈云川"), holder(name="陈雨桐"), numbers={1: "C0001"}, photos=tmp_path)
    assert [certificate.says("name") for certificate in made] == ["陈雨桐"]
    assert made[0].photo == f"{tmp_path}/{made[0].says('id_number')}.jpg"


def test_volumes_hold_one_level_each_and_lie_as_they_are_handed_out(policy, tmp_path):
    made = faces(
        policy,
        holder(**JUNIOR_CITY, department="湖州市教育局"),
        holder(department="湖州市水利局"),
        holder(department="湖州市教育局"),
        holder(department="湖州市教育局"),
        numbers={0: "E1", 1: "C1", 2: "C9", 3: "C5"},
        photos=tmp_path,
    )
    laid = [(v.file_name, [c.certificate_no for c in v.certificates]) for v in render.volumes(made, policy, DAY)]
    assert laid == [("证书-中级-001.pdf", ["C5", "C9", "C1"]), ("证书-初级-001.pdf", ["E1"])]


def test_a_full_volume_is_followed_by_another(policy, tmp_path):
    size = policy.certificate.pages_per_volume.on(DAY).value
    [certificate] = faces(policy, holder(), photos=tmp_path)
    laid = render.volumes([certificate] * (size + 1), policy, DAY)
    assert [(v.file_name, len(v.certificates)) for v in laid] == [
        ("证书-中级-001.pdf", size),
        ("证书-中级-002.pdf", 1),
    ]


def test_a_sign_that_no_font_has_keeps_the_certificate_from_being_printed(press):
    people = table(holder(), holder(name="沈\ue000\ue001", row=7))
    found = render.judge_holders(people, press)
    assert [(f.code, f.where.row, f.value) for f in found] == [(NO_GLYPH, 7, "沈\ue000\ue001")] * 2
    assert [("U+E000" in f.message, "U+E001" in f.message) for f in found] == [(True, False), (False, True)]
    assert "姓名" in found[0].message


def test_what_does_not_fit_keeps_the_certificate_from_being_printed(press):
    found = render.judge_holders(table(holder(employer="湖州市样例水利设计研究" * 9)), press)
    assert [f.code for f in found] == [NO_ROOM]
    assert "工作单位" in found[0].message


def test_a_certificate_is_judged_without_a_number(policy, tmp_path, press):
    [certificate] = faces(policy, holder(name="沈\ue000"), numbers={0: ""}, photos=tmp_path)
    assert [(f.code, f.where.heading) for f in render.judge(certificate, press)] == [(NO_GLYPH, "姓名")]


def test_good_entries_have_nothing_against_them(policy, tmp_path, press):
    [certificate] = faces(policy, holder(), photos=tmp_path)
    assert list(render.judge(certificate, press)) == []
    assert render.judge_holders(table(holder()), press) == []

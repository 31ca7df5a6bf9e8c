"""三.3 title, level and series: every line of GB/T 8561 and of the policy is good as it stands, and only so."""

from datetime import date

import pytest

from hzcert import validate
from hzcert.policy import load_policy
from hzcert.titles import LEVELS, make_titles
from people import holder, table

POLICY = load_policy("huzhou-2007-35").policy
TITLES = sorted({title for found in POLICY.title_table.by_spelling.values() for title in found}, key=lambda t: t.code)
SENIOR = {"正高", "副高"}


def of_title(of, /, **given):
    """A holder of a title, reviewed where it may be; old enough for any level."""
    senior = of.level in SENIOR
    reviewed = {"committee": "浙江省高级评审委员会" if senior else "湖州市中初级评审委员会"}
    said = {
        "title": of.name,
        "series": of.series,
        "level": of.level,
        "specialty": "样例专业",
        "birth_date": "1950-03-12",
    }
    return holder(**(said | reviewed | given))


def judge(*people):
    city = POLICY.authority("330500")
    return [(f.code.id, f.where.row) for f in validate.check(table(*people), POLICY, date(2007, 9, 15), city)]


def apart(make):
    """One holder a title, each a person and a certificate of its own."""
    return [
        make(
            title,
            row=row,
            old_certificate_no=f"旧{row}",
            birth_date=f"19{40 + row // 84}-{1 + row % 12:02}-{1 + row % 28:02}",
        )
        for row, title in enumerate(TITLES, 2)
    ]


def test_there_are_235_titles_of_the_standard_and_the_policys_own():
    assert len(TITLES) == 235 + len(POLICY.titles)
    assert len({title.code for title in TITLES}) == len(TITLES)
    assert {title.level for title in TITLES} == set(LEVELS)


def test_every_title_is_good_under_its_own_series_and_level():
    assert judge(*apart(of_title)) == []


@pytest.mark.parametrize("level", LEVELS)
def test_every_title_at_another_level_is_refused(level):
    found = judge(*apart(lambda title, **given: of_title(title, **(given | {"level": level}))))
    wrong = {row for row, title in enumerate(TITLES, 2) if title.level != level}
    assert {row for code, row in found if code == "HZ303"} == wrong


def test_every_title_in_a_series_that_is_not_its_own_is_refused():
    other = "会计专业人员"
    found = judge(*apart(lambda title, **given: of_title(title, **(given | {"series": other}))))
    wrong = {row for row, title in enumerate(TITLES, 2) if title.series != other}
    assert {row for code, row in found if code == "HZ304"} == wrong


def test_only_the_teachers_need_their_series():
    found = judge(*apart(lambda title, **given: of_title(title, **(given | {"title": title.bare, "series": ""}))))
    unclear = {TITLES[row - 2].bare for code, row in found if code == "HZ305"}
    assert unclear == {"高级教师", "一级教师", "二级教师"}
    assert {code for code, _ in found} == {"HZ305"}


@pytest.mark.parametrize(
    ("title", "series", "level", "expected"),
    [
        pytest.param("高级记者", "新闻", "正高", [], id="高级记者是正高"),
        pytest.param("主任记者", "新闻", "副高", [], id="主任记者是副高"),
        pytest.param("主任医师", "卫生", "正高", [], id="主任医师是正高"),
        pytest.param("高级教练", "体育", "副高", [], id="高级教练是副高"),
        pytest.param("一级演员", "艺术", "正高", [], id="一级演员是正高"),
        pytest.param("一级播音员", "播音", "中级", [], id="一级播音员是中级"),
        pytest.param("馆员", "图书资料", "中级", [], id="馆员是中级"),
        pytest.param("馆员", "图书资料", "员级", ["HZ303"], id="馆员不是员级"),
        pytest.param("护士", "医疗卫生", "员级", [], id="护士是员级"),
        pytest.param("一级教师", "中学教师", "中级", [], id="中学一级教师是中级"),
        pytest.param("一级教师", "小学教师", "助理级", [], id="小学一级教师是助理级"),
        pytest.param("小学高级教师", "中小学教师系列", "中级", [], id="中小学教师系列，写明小学"),
        pytest.param("中学高级教师", "中小学教师", "副高", [], id="中小学教师系列，写明中学"),
        pytest.param("高级教师", "中小学教师", "中级", ["HZ305"], id="中小学教师系列，没有写明"),
        pytest.param("幼儿园高级教师", "幼儿园教师", "中级", [], id="幼儿园同小学"),
        pytest.param("工程师", "建筑工程", "中级", [], id="专业写在系列里"),
        pytest.param("教授级高级工程师", "工程", "正高", [], id="标准没有的正高"),
        pytest.param("教授级高级工程师", "工程", "副高", ["HZ303"], id="教授级不是副高"),
        pytest.param("副主任中医师", "卫生技术", "副高", [], id="中医"),
        pytest.param("农经师", "农业", "中级", [], id="农经"),
        pytest.param("馆员", "文物博物", "中级", [], id="系列的全称"),
        pytest.param("会计师", "财会", "中级", [], id="财会"),
        pytest.param("会计师", "统计", "中级", ["HZ304"], id="会计师不属统计"),
        pytest.param("特级教师", "中学教师", "正高", ["HZ301"], id="特级教师是荣誉，不是资格"),
        pytest.param("工程师（水利）", "工程", "中级", ["HZ301"], id="专业不写进资格名称"),
    ],
)
def test_levels_are_looked_up_and_never_read_out_of_the_words(title, series, level, expected):
    reviewed = {"committee": "浙江省高级评审委员会" if level in SENIOR else "湖州市中初级评审委员会"}
    people = holder(title=title, series=series, level=level, birth_date="1950-03-12", specialty="样例", **reviewed)
    assert [code for code, _ in judge(people)] == expected


def test_the_standard_alone_has_235():
    assert len({title.code for found in make_titles().by_spelling.values() for title in found}) == 235


@pytest.mark.parametrize(
    ("title", "level", "series"),
    [
        ("正高级工程师", "正高", "工程技术人员"),
        ("正高级教师", "正高", "中小学教师"),
        ("正高级会计师", "正高", "会计人员"),
        ("一级翻译", "副高", "翻译专业人员"),
        ("三级翻译", "助理级", "翻译"),
        ("中级教练", "中级", "体育专业人员"),
        ("一级文学创作", "正高", "艺术专业人员"),
        ("中级轮机员", "中级", "船舶专业技术人员"),
        ("助理实验师", "助理级", "实验技术人才"),
    ],
)
def test_3_3_later_titles_have_the_level_of_the_published_table(policy, as_of, city, title, level, series):
    def found(**given):
        entry = holder(title=title, series=series, specialty="", committee="", **given)
        return {f.code.id for f in validate.check(table(entry), policy, as_of, city)} & {"HZ301", "HZ303", "HZ304"}

    assert found(level=level) == set()
    assert found(level="员级") == {"HZ303"}

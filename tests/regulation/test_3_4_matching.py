"""三.4: whom the comparison takes for whom, on invented sets of which the truth is known; and that its reasons are true."""

import re
import unicodedata
from datetime import date
from importlib.resources import files

import numpy as np
import pytest

from benchmarks.decades import _OLD_FORMS, _TITLES
from benchmarks.reconcile import LINKED, MAKERS, measures
from hzcert import reconcile, wording
from hzcert.fields import HEADINGS
from hzcert.policy import load_policy
from hzcert.reconcile import Status
from hzcert.table import Table
from people import holder, holders, table

AS_OF = date(2007, 9, 15)


@pytest.fixture(scope="module")
def compared(policy):
    """Sets and what was found in them, made once for the tests of this module."""
    kept = {}

    def compare(maker, entries, seed):
        if (maker, entries, seed) not in kept:
            known = MAKERS[maker](entries, seed)
            found = reconcile.compare(known.holders, known.published, policy, AS_OF, renamed=known.renamed)
            kept[maker, entries, seed] = known, found
        return kept[maker, entries, seed]

    return compare


@pytest.mark.parametrize(("maker", "seed"), [("county", 31), ("decades", 31), ("decades", 32)])
def test_hardly_a_wrong_person_gets_in(compared, maker, seed):
    found = measures(*compared(maker, 1500, seed))
    assert found["precision"] >= 0.999
    assert found["never_accepted"] == 0, "公布文件中没有的人"
    assert found["rows_twice"] == 0, "一行只给一人"
    assert found["recall_clear"] >= 0.98
    assert found["duplicates_found"] >= 0.97


@pytest.fixture(scope="module")
def careful(tmp_path_factory):
    """The shipped policy, cautious."""
    shipped = files("hzcert.data").joinpath("policies", "huzhou-2007-35.toml").read_text(encoding="utf-8")
    path = tmp_path_factory.mktemp("policy") / "从严.toml"
    path.write_text(re.sub(r"(?m)^(cautious = .*value = )false", r"\1true", shipped), encoding="utf-8")
    found = load_policy(str(path)).policy
    assert found.reconcile.cautious.on(AS_OF).value
    return found


@pytest.mark.parametrize("maker", ["county", "decades"])
def test_a_cautious_policy_takes_nobody_wrongly(careful, maker):
    known = MAKERS[maker](1500, 33)
    found = measures(known, reconcile.compare(known.holders, known.published, careful, AS_OF, renamed=known.renamed))
    assert found["wrong"] == 0
    assert found["recall_clear"] >= 0.95


# --- the reasons, held against a comparison that shares nothing with the matcher ---------------------------------------

_BRACKETS = "〔〕［］【】（）()"
_DIGITS = str.maketrans("〇○零一二三四五六七八九", "000123456789")


def _plain(text):
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text))


def _number(text):
    """The parts of a document number, as the maker of the set writes them."""
    text = _plain(text)
    found = re.fullmatch(
        r"(?P<office>[^\[〔【（(]*?)字?[\[〔【(](?P<year>[^\]〕】)]+)[\]〕】)]第?0*(?P<serial>\d+)号?", text
    )
    if not found:
        return text
    year = found["year"].translate(_DIGITS)
    year = year if len(year) == 4 else ("19" if int(year) > 50 else "20") + year
    return found["office"], year, found["serial"]


_ALIASES = {alias: title for _, grades, _ in _TITLES for title, _, aliases in grades for alias in aliases}


def _title(text):
    return _ALIASES.get(text, text)


def _unit(text):
    return re.sub(r"[()]", "", _plain(text))


def _differing(holders, line, published, row):
    """The fields that a clerk with both papers before him would name, but for those on which two clerks may not agree."""
    ours, theirs = (
        {name: side.text(name, at) for name in ("name", "sex", "birth_date", "title", "employer", "specialty", "obtained_on", "document_no")}
        for side, at in ((holders, line), (published, row))
    )  # fmt: skip
    found = set()
    if _plain(ours["name"]) != _plain(theirs["name"]):
        found.add("name")
    if not ours["document_no"] or _number(ours["document_no"]) != _number(theirs["document_no"]):
        found.add("document_no")
    if theirs["employer"] and _unit(ours["employer"]) != _unit(theirs["employer"]):
        found.add("employer")
    if not theirs["title"] or _title(ours["title"]) != _title(theirs["title"]):
        found.add("title")
    if theirs["sex"] and ours["sex"] != theirs["sex"]:
        found.add("sex")
    if theirs["birth_date"] and not ours["birth_date"].startswith(theirs["birth_date"]):
        found.add("birth_date")
    if theirs["specialty"] and ours["specialty"] != theirs["specialty"]:
        found.add("specialty")
    if theirs["obtained_on"]:
        shorter = min(len(ours["obtained_on"]), len(theirs["obtained_on"]))
        if ours["obtained_on"][:shorter] != theirs["obtained_on"][:shorter]:
            found.add("obtained_on")
    return found


def _modern(name):
    """In today's characters; 肖 is another surname than 萧, though many write it so."""
    today = {old: new for new, old in _OLD_FORMS.items()} | {"蕭": "萧"}
    return "".join(today.get(sign, sign) for sign in _plain(name))


@pytest.mark.parametrize("seed", [31, 32])
def test_the_differences_that_are_stated_are_those_that_there_are(compared, seed):
    known, found = compared("decades", 1500, seed)
    looked_at = 0
    for line in np.flatnonzero(np.isin(found.status, LINKED)).tolist():
        match = found.match(line)
        stated = {each.field for each in match.differences}
        actual = _differing(known.holders, line, known.published, match.published)
        assert stated - {"level"} == actual, (match, known.holders.text("document_no", line))
        for each in match.differences:
            theirs = known.published.text(each.field, match.published)
            assert (each.ours, each.theirs) == (known.holders.text(each.field, line), theirs)
        assert (match.status is Status.MATCHED) == (
            {each.kind for each in match.differences} <= {"employer:folded", "employer:renamed"}
        )
        looked_at += len(stated)
    assert looked_at > 200, "出入很少的一套数据说明不了什么"


@pytest.mark.parametrize("seed", [31, 32])
def test_the_kind_of_a_difference_is_what_it_says(compared, seed):
    known, found = compared("decades", 1500, seed)
    told = dict(known.renamed)
    for line in np.flatnonzero(np.isin(found.status, LINKED)).tolist():
        for each in found.match(line).differences:
            ours, theirs = each.ours, each.theirs
            match each.kind:
                case "name:variant":
                    assert _modern(ours) == _modern(theirs)
                case "name:former":
                    assert _modern(known.holders.text("former_name", line)) == _modern(theirs)
                case "name:slip" | "name:odd" | "name:gap":
                    assert _modern(ours) != _modern(theirs)
                case "document_no:missing":
                    assert not ours
                case "document_no:partial":
                    assert ours.startswith(("[", "〔"))
                    assert _number(theirs)[1:] == _number(ours)[1:]
                case "document_no:slip":
                    same = [a == b for a, b in zip(_number(ours), _number(theirs), strict=True)]
                    assert sum(same) == 2
                case "employer:renamed":
                    while theirs in told and theirs != ours:
                        theirs = told[theirs]
                    assert theirs == ours or theirs != each.theirs


@pytest.mark.parametrize("seed", [31, 32])
def test_who_is_not_found_is_not_there_and_runners_up_are_shown_in_order(compared, seed):
    known, found = compared("decades", 1500, seed)
    by_number = {}
    for row, number in enumerate(known.published.texts("document_no").to_pylist()):
        by_number.setdefault(_number(number), []).append(row)
    for line in range(len(found)):
        match = found.match(line)
        if match.status is Status.MISSING and "没有此姓名和资格名称" in match.reason:
            cited = by_number[_number(known.holders.text("document_no", line))]
            name, title = known.holders.text("name", line), _title(known.holders.text("title", line))
            assert not [
                row
                for row in cited
                if known.published.text("name", row) == name and _title(known.published.text("title", row)) == title
            ]
        pairs = found.settled.pairs
        worth = dict(
            zip(pairs.theirs[pairs.ours == line].tolist(), pairs.points[pairs.ours == line].tolist(), strict=True)
        )
        points = [worth[row] for row in match.candidates]
        assert points == sorted(points, reverse=True)
        assert min(points, default=45) >= 45
        if match.status is Status.DUPLICATE and "同一人的同一证书" in match.reason:
            both = [known.holders.text("id_number", each) for each in (line, match.rival)]
            whole = {number[:6] + "19" + number[6:] if len(number) == 15 else number[:17] for number in both}
            assert len(whole) == 1


# --- order -------------------------------------------------------------------------------------------------------------


EVIDENCE = ("name", "document", "unit", "title", "when", "specialty", "born", "sex", "person")


def _reordered(given, order):
    return Table(given.rows.iloc[order].reset_index(drop=True))


def _said(given, line):
    return () if line is None else tuple(given.text(name, line) for name in HEADINGS)


@pytest.mark.parametrize("maker", ["county", "archive", "decades"])
def test_the_order_of_lines_decides_nothing(policy, compared, maker):
    known, found = compared(maker, 2000, 31)
    chance = np.random.default_rng(5)
    order, shelf = chance.permutation(len(known.holders)), chance.permutation(len(known.published))
    holders, published = _reordered(known.holders, order), _reordered(known.published, shelf)
    again = reconcile.compare(holders, published, policy, AS_OF, renamed=known.renamed)

    def outcome(matches, line):
        """What was decided and how, and the rows by what they say; two entries that say the same are one."""
        match = matches.match(line)
        shown = [_said(matches.published, each) for each in match.candidates]
        pair = matches.settled.pair[line]
        evidence = [int(getattr(matches.settled.pairs, name)[pair]) for name in EVIDENCE] if pair >= 0 else []
        return (
            *(_said(matches.holders, each) for each in (line, match.rival)),
            *(str(match.status), match.reason, match.level, match.points, match.lead, evidence, match.differences),
            *(_said(matches.published, match.published), shown, next_best[id(matches)][line].rpartition("（")[2]),
        )

    next_best = {id(each): wording.runners_up(each).to_pylist() for each in (found, again)}
    before = sorted((outcome(found, line) for line in range(len(found))), key=repr)
    assert before == sorted((outcome(again, line) for line in range(len(again))), key=repr)
    assert [again.match(line).line for line in range(len(again))] == list(range(len(again)))


def test_one_certificate_handed_in_twice_is_told_from_two(policy):
    lists = table(
        holder(file="公布.xlsx", id_number="", case=""),
        holder(file="公布.xlsx", row=6, id_number="", case="", document_no="湖人专[2003]8号", title="高级工程师", level="副高", obtained_on="2002-12-01", document_date="2003-01-20"),
    )  # fmt: skip
    one = holder()
    old = one | {"id_number": one["id_number"][:6] + one["id_number"][8:17], "row": 6, "employer": "样例水利设计所"}
    higher = one | {"row": 7, "title": "高级工程师", "level": "副高", "document_no": "湖人专[2003]8号", "obtained_on": "2002-12-01", "document_date": "2003-01-20"}  # fmt: skip
    mistitled = one | {"row": 8, "title": "助理工程师", "level": "助理级"}
    found = reconcile.compare(table(one, old, higher, mistitled), lists, policy, AS_OF)
    assert found.status.tolist() == [Status.MATCHED, Status.DUPLICATE, Status.MATCHED, Status.DUPLICATE]
    assert found.match(1).rival == found.match(3).rival == 0


def test_what_is_not_written_on_both_sides_may_be_two_people(policy):
    ours = table(holder(name="沈?川"))
    lists = table(
        holder(file="公布.xlsx", name="沈?川", id_number=""),
        holder(file="公布.xlsx", row=6, name="沈云川", id_number=""),
    )
    assert reconcile.compare(ours, lists, policy, AS_OF).status.tolist() == [Status.AMBIGUOUS]


def test_beside_the_very_name_a_slip_is_no_evidence(policy):
    other = {"file": "公布.xlsx", "id_number": "", "sex": "", "birth_date": ""}
    lists = table(
        holder(**other, name="沈云传"),
        holder(**other, row=6, document_no="湖人专[1998]40号", document_date="1998-04-01", obtained_on="1998-02-01"),
    )
    assert reconcile.compare(table(holder()), lists, policy, AS_OF).status.tolist() == [Status.AMBIGUOUS]


LISTED = {"file": "公布.xlsx", "id_number": "", "sex": "", "birth_date": ""}


@pytest.mark.parametrize(
    ("name", "listed", "born", "expected"),
    [
        ("沈云川", "沈云峰", "", Status.AMBIGUOUS),  # a brother
        ("沈云川", "沈云峰", "1970-03", Status.DIFFERS),
        ("沈云川", "沈川", "", Status.DIFFERS),  # one left out
        ("沈川", "沈*", "", Status.AMBIGUOUS),  # anybody can write 川
        ("沈川", "沈", "", Status.AMBIGUOUS),
        ("沈翀", "沈*", "", Status.DIFFERS),
        ("沈翀", "沈", "", Status.DIFFERS),
    ],
)
def test_another_character_is_another_person_unless_the_birth_agrees(policy, name, listed, born, expected):
    lists = table(holder(**LISTED | {"birth_date": born}, name=listed))
    assert reconcile.compare(table(holder(name=name)), lists, policy, AS_OF).status.tolist() == [expected]


@pytest.mark.parametrize(("strangers", "expected"), [(0, Status.DIFFERS), (1, Status.AMBIGUOUS)])
def test_another_character_is_read_where_many_come_and_nobody_with_a_name_like_another_person_s(
    policy, strangers, expected
):
    many, alone = holders(100), {"employer": "德清县孤例厂", "birth_date": "1971-02-03"}
    other = {"employer": "德清县另例厂", "birth_date": "1972-03-04"}
    ours = [holder(name="韦蓝翎", **alone), *many, holder(name="褚墨白", **other)]
    brothers = [holder(name="褚墨岩", **other | {"birth_date": "1969-01-01"})] * strangers
    unsaid = {"id_number": "", "birth_date": "", "sex": "", "case": "", "file": "公布.xlsx"}
    lists = [each | unsaid for each in [holder(name="韦蓝峰", **alone), *many, holder(name="褚墨白", **other)]]
    found = reconcile.compare(table(*ours, *brothers), table(*lists), policy, AS_OF)
    assert [found.status[0], *found.status[102:]] == [expected, *[Status.MISSING] * strangers]


def test_a_cautious_policy_leaves_a_slip_in_the_name_to_a_person(policy, careful):
    ours, lists = table(holder(name="沈云传")), table(holder(**LISTED))
    found = [reconcile.compare(ours, lists, each, AS_OF).status.tolist() for each in (policy, careful)]
    assert found == [[Status.DIFFERS], [Status.AMBIGUOUS]]


def test_a_birth_in_another_list_says_nothing_of_the_certificate(policy):
    earlier = {
        "document_no": "湖人专[1993]4号",
        "title": "",
        "obtained_on": "1993-01-01",
        "document_date": "1993-02-01",
    }
    lists = table(
        holder(**LISTED, employer=""), holder(**LISTED | {"birth_date": "1970-03"} | earlier, row=6),
    )  # fmt: skip
    match = reconcile.compare(table(holder()), lists, policy, AS_OF).match(0)
    assert [match.published, match.level] == [0, "document_only"]


EARLIER = {"document_no": "湖人专[1993]4号", "obtained_on": "1993-01-01", "document_date": "1993-02-01"}


@pytest.mark.parametrize(
    "listed",
    [EARLIER, EARLIER | {"title": "助理工程师", "level": "助理级"}, {"title": "助理工程师", "document_no": ""}],
)
def test_an_id_number_in_a_list_is_the_person_and_not_the_certificate(policy, listed):
    match = reconcile.compare(table(holder()), table(holder(**{"file": "公布.xlsx", **listed})), policy, AS_OF).match(0)
    assert match.published is None


def test_an_id_number_finds_a_person_of_another_name(policy):
    match = reconcile.compare(table(holder(name="钱望舒")), table(holder(file="公布.xlsx")), policy, AS_OF).match(0)
    assert [match.status, match.reason] == [Status.DIFFERS, "身份证号相符，有出入"]
    assert [str(each) for each in match.differences] == ["姓名填报为“钱望舒”，公布为“沈云川”"]


def test_a_reason_does_not_say_that_the_rest_agrees_where_it_does_not(policy):
    lists = table(holder(**LISTED, name="沈雲川", employer="长兴县样例水利局"))
    match = reconcile.compare(table(holder()), lists, policy, AS_OF).match(0)
    assert [match.reason, {each.field for each in match.differences}] == [
        "姓名是异体或繁体写法，有出入",
        {"name", "employer"},
    ]


@pytest.mark.parametrize(("field", "kind"), [("specialty", "specialty:missing"), ("obtained_on", "")])
def test_what_the_list_says_and_the_entry_does_not_is_to_be_looked_at(policy, field, kind):
    match = reconcile.compare(table(holder(**{field: ""})), table(holder(**LISTED)), policy, AS_OF).match(0)
    assert [match.status, [(each.field, each.kind) for each in match.differences]] == [Status.DIFFERS, [(field, kind)]]


@pytest.mark.parametrize(("colleagues", "expected"), [(0, Status.DIFFERS), (60, Status.AMBIGUOUS)])
def test_a_like_character_in_a_common_name_may_be_a_colleague(policy, colleagues, expected):
    other = {"file": "公布.xlsx", "id_number": "", "sex": "", "birth_date": ""}
    signs = "丁卜力之久凡川马飞元夫木太友历尤戈比切瓦止少水贝见牛毛气升长仁什片化仇"
    people = [f"{'张王'[at % 2]}{signs[at // 2]}" for at in range(colleagues)]
    lists = table(*(holder(**other, row=5 + at, name=name) for at, name in enumerate(["张苓", *people])))
    found = reconcile.compare(table(holder(name="张若")), lists, policy, AS_OF)
    assert found.status.tolist() == [expected]


@pytest.mark.parametrize(
    "written",
    [
        "湖人专字〔1999〕第012号", "湖州市人事局湖人专(1999年)12号文", "[1999]湖人专12号", "湖人专1999-12", "湖人专［九九］十二号",
        "湖人专【1999】12",
    ],
)  # fmt: skip
def test_one_document_in_every_form_of_its_number(policy, written):
    lists = table(holder(file="公布.xlsx", id_number=""))
    found = reconcile.compare(table(holder(document_no=written)), lists, policy, AS_OF)
    assert [found.match(0).status, found.match(0).differences] == [Status.MATCHED, ()]

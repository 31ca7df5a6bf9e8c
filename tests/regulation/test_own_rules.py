"""An office's own rules: data in its policy file, each kind held against entries, and refused when written wrongly."""

from importlib.resources import files

import pytest

from hzcert import validate
from hzcert.errors import UsageError
from hzcert.findings import Severity
from hzcert.policy import load_policy
from hzcert.rulebook import rule_details, rule_records, rule_rows
from people import holder, holders, table

SHIPPED = files("hzcert.data").joinpath("policies/huzhou-2007-35.toml").read_text(encoding="utf-8")
RULE = {
    "code": '"OWN01"',
    "field": '"phone"',
    "kind": '"required"',
    "severity": '"error"',
    "clause": '"本局办事指南 2"',
    "says": '"{heading}“{value}”不合本局规定"',
    "remedy": '"请改正"',
}


@pytest.fixture
def policy_with(tmp_path):
    def load(*rules):
        written = [
            "\n[[rules]]\n" + "".join(f"{key} = {value}\n" for key, value in (RULE | rule).items() if value is not None)
            for rule in rules
        ]
        path = tmp_path / "本局.toml"
        path.write_text(SHIPPED + "".join(written), encoding="utf-8")
        return load_policy(str(path)).policy

    return load


@pytest.fixture
def broken(policy_with, city, as_of):
    def check(rule, *people):
        found = validate.check(table(*people), policy_with(rule), as_of, city)
        return [finding.where.row for finding in found if finding.code.id == "OWN01"]

    return check


def rows(field, *values, **given):
    """Different people, one for each value of a field, on rows from 2."""
    return [person | {field: value} for person, value in zip(holders(len(values), **given), values, strict=True)]


REQUIRED = {"kind": '"required"'}
ALLOWED = {"kind": '"allowed"', "field": '"department"', "values": '["德清县水利局", "德清县建设局"]'}
LENGTH = {"kind": '"length"', "field": '"employer"', "least": "4", "most": "6"}
PATTERN = {"kind": '"pattern"', "pattern": '"(0572-?)?\\\\d{7,8}|1\\\\d{10}"'}
DATES = {"kind": '"dates"', "field": '"obtained_on"', "since": "1990-06-15", "until": "2006-06-15"}
UNIQUE = {"kind": '"unique"', "field": '"phone"'}


@pytest.mark.parametrize(
    ("rule", "field", "values", "expected"),
    [
        pytest.param(REQUIRED, "phone", ["2033099", "", "13800001234"], [3], id="必填"),
        pytest.param(REQUIRED | {"case": '["新发"]'}, "phone", [""], [], id="必填，只管新发"),
        pytest.param(REQUIRED | {"case": '["新发", "换发"]'}, "phone", [""], [2], id="必填，新发和换发"),
        pytest.param(ALLOWED, "department", ["德清县水利局", "德清县卫生局", "", "德清县水利局 "], [3, 5], id="只许，空着不管"),
        pytest.param(LENGTH, "employer", ["样例三", "样例四字", "样例单位六字", "样例单位七个字", "", "𠮷𠮷𠮷𠮷"], [2, 5], id="长度按字数"),
        pytest.param(LENGTH | {"least": None}, "employer", ["一", "样例单位七个字"], [3], id="最长"),
        pytest.param(LENGTH | {"most": None}, "employer", ["样例三", "样例单位七个字样例单位七个字"], [2], id="最短"),
        pytest.param(LENGTH | {"least": None, "most": "0"}, "employer", ["一", ""], [2], id="最长 0 字，就是不许填"),
        pytest.param(PATTERN, "phone", ["2033099", "0572-2033099", "13800001234", "203309", "2033099转8", "a2033099", ""], [5, 6, 7], id="样式，从头到尾"),
        pytest.param(PATTERN | {"pattern": '"a|b"'}, "phone", ["a", "b", "ab", "ca"], [4, 5], id="样式中的或，也从头到尾"),
        pytest.param(
            DATES, "obtained_on",
            ["1990-06-14", "1990-06-15", "1990-06", "1990-05", "2006-06-15", "2006-06-16", "2006-06", "2006-07", "不详", ""],
            [2, 5, 7, 9, 10], id="日期，只有月份的要整月在外才算",
        ),
        pytest.param(DATES | {"since": None}, "obtained_on", ["1950-01-01", "2006-06-16"], [3], id="日期，只有止"),
        pytest.param(DATES | {"until": None}, "obtained_on", ["1990-06-14", "2007-01-01"], [2], id="日期，只有起"),
        pytest.param(UNIQUE, "phone", ["2033099", "2033098", "2033099", "", ""], [2, 4], id="不重复，空着不算"),
        pytest.param(UNIQUE | {"together_with": '["region"]'}, "phone", ["1", "1", "1"], [2, 4], id="同一属地内不重复"),
    ],
)  # fmt: skip
def test_each_kind(broken, rule, field, values, expected):
    assert broken(rule, *rows(field, *values)) == expected


def test_a_finding_has_the_offices_words_its_place_and_its_severity(policy_with, city, as_of):
    people = table(holder(phone="203309"))
    (finding,) = validate.check(people, policy_with(PATTERN | {"severity": '"warning"'}), as_of, city)
    assert (finding.code.id, finding.severity, finding.field) == ("OWN01", Severity.WARNING, "phone")
    assert (finding.message, finding.remedy) == ("联系电话“203309”不合本局规定", "请改正")
    assert (finding.code.clause, finding.where.row, finding.value) == ("本局办事指南 2", 2, "203309")


def test_several_rules_hold_together(policy_with, city, as_of):
    law = policy_with(REQUIRED, PATTERN | {"code": '"OWN02"'}, ALLOWED | {"code": '"OWN03"', "severity": '"info"'})
    found = validate.check(table(holder(), holder(phone="1", department="x", row=3)), law, as_of, city)
    assert [(f.code.id, f.where.row) for f in found if f.code.id.startswith("OWN")] == [
        ("OWN01", 2), ("OWN02", 3), ("OWN03", 3),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("rule", "word"),
    [
        ({"code": '"HZ999"'}, "code"),
        ({"code": None}, "code"),
        ({"clause": None}, "clause"),
        ({"clause": '""'}, "clause"),
        ({"says": '""'}, "says"),
        ({"field": '"telephone"'}, "telephone"),
        ({"kind": '"regexp"'}, "kind"),
        ({"severity": '"fatal"'}, "severity"),
        ({"least": "3"}, "required"),
        (LENGTH | {"least": '"x"'}, "least"),
        (LENGTH | {"least": "-1"}, "least"),
        (LENGTH | {"least": "7"}, "least"),
        (LENGTH | {"least": None, "most": None}, "most"),
        (ALLOWED | {"values": "[]"}, "values"),
        (ALLOWED | {"values": '"a"'}, "values"),
        (ALLOWED | {"pattern": '"a"'}, "values"),
        (PATTERN | {"pattern": '"(("'}, "pattern"),
        (PATTERN | {"pattern": '"a)|(b"'}, "pattern"),
        (PATTERN | {"pattern": None}, "pattern"),
        (DATES | {"since": '"1990"'}, "since"),
        (DATES | {"since": "2007-01-01"}, "since"),
        (DATES | {"field": '"phone"'}, "phone"),
        (UNIQUE | {"together_with": '["foo"]'}, "foo"),
        ({"says": '"{who}"'}, "heading"),
        ({"remedy": '"{"'}, "heading"),
        ({"case": '["年检"]'}, "年检"),
        ({"lest": "3"}, "lest"),
    ],
)
def test_a_rule_that_is_written_wrongly_is_refused_with_file_and_key(policy_with, rule, word):
    with pytest.raises(UsageError) as refused:
        policy_with(rule)
    assert "本局.toml" in refused.value.message and "rules" in refused.value.message
    assert word in refused.value.message
    assert "Input should" not in refused.value.message and "Value error" not in refused.value.message


def test_a_code_is_used_once(policy_with):
    with pytest.raises(UsageError, match="OWN01"):
        policy_with(REQUIRED, PATTERN)


def test_the_rulebook_lists_them(policy_with):
    law = policy_with(PATTERN | {"severity": '"warning"'})
    (record,) = [each for each in rule_records(law, None) if each.get("code") == "OWN01"]
    assert (record["severity"], record["field"], record["clause"]) == ("warning", "phone", "本局办事指南 2")
    assert [row[0] for row in rule_rows(law)][-1] == "OWN01"
    assert dict(rule_details(law, "own01"))["代码"] == "OWN01"
    with pytest.raises(UsageError, match="OWN02"):
        rule_records(law, "OWN02")
    assert "OWN01" not in {each.get("code") for each in rule_records(load_policy("huzhou-2007-35").policy, None)}

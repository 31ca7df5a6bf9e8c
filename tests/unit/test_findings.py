"""Findings as data: masked, ordered, and in the contract's words."""

import pytest

from hzcert import codes
from hzcert.findings import Where, in_order, mask


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("330521197003120030", "33052119******0030"),
        ("33052119700312003X", "33052119******003X"),
        ("330521700312003", "330521******003"),
        ("photos/1.330521197003120030.jpg", "photos/1.33052119******0030.jpg"),
        ("photos/IMG330521197003120030.jpg", "photos/IMG33052119******0030.jpg"),
        ("330521 19700312 0030.jpg", "330521 1********0030.jpg"),
        ("3.30521197003120E+17", "3.305211********E+17"),
        ("证书 C200733050008000012", "证书 C200733050008000012"),
        ("电话 13800001234，湖人专[2005]99号", "电话 13800001234，湖人专[2005]99号"),
    ],
)
def test_id_numbers_are_hidden_wherever_they_stand(text, shown):
    assert mask(text) == shown


def test_a_record_has_the_contracts_keys_and_no_whole_number():
    where = Where("名单 330521197003120030.xlsx", "330521197003120030", 7, "E", "身份证号码")
    record = codes.ID_CHECK.at(where, "330521197003120030").record()
    assert list(record) == [
        "type", "code", "severity", "file", "sheet", "row", "column", "heading", "field", "value", "message", "remedy", "clause",
    ]  # fmt: skip
    assert "330521197003120030" not in str(record)
    assert codes.ID_CHECK.at(where, "330521197003120030").record(show_ids=True)["value"] == "330521197003120030"


def test_what_is_no_number_in_an_id_column_is_shown():
    finding = codes.ID_FORM.at(Where("a.xlsx"), "湖州市建设局（盖章）", length=10)
    assert finding.record()["value"] == "湖州市建设局（盖章）"


def test_findings_stand_in_the_order_of_their_places():
    places = [
        Where("b", None, 1),
        Where("a", "S", 10, "B"),
        Where("a", "S", 10, "AA"),
        Where("a", "S", 9, "Z"),
        Where("a", "S", 10, "A"),
    ]
    found = in_order(codes.SEX_UNKNOWN.at(place) for place in places)
    assert [str(each.where) for each in found] == ["a [S] Z9", "a [S] A10", "a [S] B10", "a [S] AA10", "b 第1行"]

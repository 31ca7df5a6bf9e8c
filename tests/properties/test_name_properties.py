"""Names: whatever a clerk's program has put into one, the name on the ID card comes out, and why is said."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hzcert import names, variants

HAN = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=2, max_size=4)
DOTTED = st.lists(HAN, min_size=2, max_size=3)
KANGXI = [chr(point) for point in range(0x2F00, 0x2FD6)]
SUPPLEMENT = [chr(point) for point in range(0x2E80, 0x2EF4) if point != 0x2E9A]
PRIVATE = [chr(point) for point in range(0xE815, 0xE865)]


@given(HAN, st.sampled_from([" ", "　", "\u00a0", "\u200b", "\ufeff", "\t", "\u2009", "\U000e0100"]))
def test_what_stands_between_the_characters_of_a_name_goes(name, sign):
    assert names.tidy(sign.join(name)) == name
    assert names.tidy(f"{sign}{name}{sign}") == name


@given(DOTTED, st.sampled_from("·•‧・．･∙⋅●.˙"), st.sampled_from(["", " ", "　"]))
def test_every_dot_becomes_the_one_of_the_id_card(parts, dot, space):
    assert names.tidy(f"{space}{dot}{space}".join(parts)) == "·".join(parts)


@given(HAN | DOTTED.map("·".join) | st.from_regex(r"[A-Z][a-z]{1,8}( [A-Z][a-z]{1,8}){0,2}", fullmatch=True))
def test_a_name_with_nothing_wrong_stays(name):
    assert names.tidied(name) == (name, ())
    assert names.strange_characters(name) == ""


@given(st.text())
def test_tidying_twice_changes_nothing_more(text):
    assert names.tidied(names.tidy(text)) == (names.tidy(text), ())
    assert names.tidy_text(names.tidy_text(text)) == names.tidy_text(text)


@pytest.mark.parametrize(
    ("given", "name", "why"),
    [
        pytest.param("⼾⼤⻢", "户大马", ("部首",), id="康熙部首和部首补充"),
        pytest.param("⿈⻩", "黄黄", ("部首",), id="黄的两种部首"),
        pytest.param("⻰⾶⾒", "龙飞见", ("部首",), id="繁体部首按大陆字形"),
        pytest.param("王\ue863", "王䶮", ("自造字",), id="GBK 时代的䶮"),
        pytest.param("\ue81e云", "\u9fb4云", ("自造字",), id="GB 18030-2022 改定的码位"),
        pytest.param("\uf9d1子", "六子", ("兼容字",), id="兼容汉字"),
        pytest.param("Ｊｏｈｎ　Ｓｍｉｔｈ", "John Smith", ("全角", "空格"), id="全角字母"),
        pytest.param("阿不都 • 热合曼", "阿不都·热合曼", ("间隔号", "空格"), id="间隔号"),
        pytest.param("阿不都.热合曼", "阿不都·热合曼", ("间隔号",), id="半角句点"),
        pytest.param("\u200b王　芳", "王芳", ("不可见字符", "空格"), id="不可见字符"),
    ],
)
def test_every_change_has_its_reason(given, name, why):
    assert names.tidied(given) == (name, why)


def test_every_kangxi_radical_becomes_a_character_of_the_mainland():
    folded = [variants.fold(sign) for sign in KANGXI]
    assert all(len(sign) == 1 and not "\u2e80" <= sign <= "\u2fdf" for sign in folded)
    other_form = {a: b for a, b in zip(KANGXI, folded, strict=True) if unicodedata.normalize("NFKC", a) != b}
    assert len(other_form) == 23
    assert {other_form["⼾"], other_form["⾺"], other_form["⿓"]} == {"户", "马", "龙"}


def test_a_radical_that_stands_for_no_character_is_strange_and_never_another_one():
    left = [sign for sign in SUPPLEMENT if variants.fold(sign) == sign]
    assert set(left) < set("⺀⺄⺇⺈⺌⺍⺧⺪⺮⺴⺵⺶⺷⺸⺻⺼⺽⻇⻊⻕⻞⻡?")
    assert all(names.strange_characters(f"王{sign}") == sign for sign in left)


def test_every_private_character_of_gbk_gets_its_place():
    folded = [variants.fold(sign) for sign in PRIVATE]
    assert not [sign for sign in folded if unicodedata.category(sign) == "Co"]
    assert len(set(folded)) == len(PRIVATE)


def test_private_characters_of_other_fonts_stay_and_are_strange():
    assert names.tidied("王\ue000") == ("王\ue000", ())
    assert names.strange_characters("王\ue000") == "\ue000"


def test_units_and_titles_keep_their_stops():
    assert names.tidy_text("湖州⽔利 设计院 No.2") == "湖州水利设计院No.2"
    assert names.tidy_text("⾼级⼯程师") == "高级工程师"
    assert names.unit_key("湖州（水利）设计院") == names.unit_key("湖州(⽔利)设计院")


@given(st.text(st.sampled_from("一龥丁鿿王李沈湖州市09AZaz"), min_size=1))
def test_what_is_taken_for_tidy_at_once_is_tidy(text):
    assert names.tidied_text(text) == (text, ())


@given(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF))
def test_no_step_changes_a_unified_character(sign):
    assert names.tidied_text(sign) == (sign, ())

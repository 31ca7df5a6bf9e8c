"""Document numbers (文号): every bracket and numeral comes to one form, and that form stays."""

from hypothesis import given
from hypothesis import strategies as st

from hzcert import documents

CHINESE = str.maketrans("0123456789", "〇一二三四五六七八九")
BODIES = st.sampled_from(["湖人专", "浙人专", "德人专", "湖人职改", "长人劳社专"])
YEARS = st.integers(1980, 2009)
SERIALS = st.integers(1, 9999)
BRACKETS = st.sampled_from(["[]", "〔〕", "［］", "【】", "()", "（）", "﹝﹞"])
WRITTEN = st.sampled_from(
    [
        lambda body, pair, year, serial: f"{body}{pair[0]}{year}{pair[1]}{serial}号",
        lambda body, pair, year, serial: f"{body} {pair[0]}{year}{pair[1]} {serial} 号",
        lambda body, pair, year, serial: f"{body}{pair[0]}{year}{pair[1]}第{serial:03}号",
        lambda body, pair, year, serial: f"{body}{pair[0]}{str(year).translate(CHINESE)}{pair[1]}{serial}号",
        lambda body, pair, year, serial: f"{body}{pair[0]}{year % 100:02}{pair[1]}{serial}号",
    ]
)


@given(WRITTEN, BODIES, BRACKETS, YEARS, SERIALS)
def test_every_spelling_comes_to_one_form(write, body, pair, year, serial):
    number = documents.tidy(write(body, pair, year, serial))
    assert number == f"{body}[{year}]{serial}号"
    assert documents.is_number(number)
    assert documents.year(number) == year


@given(WRITTEN, BODIES, BRACKETS, YEARS, SERIALS)
def test_a_number_is_found_in_a_title(write, body, pair, year, serial):
    written = write(body, pair, year, serial).replace(" ", "")
    if "﹝" not in written:
        title = f"关于公布{written[:0]}资格的通知 {written}"
        assert documents.find_in(title) == f"{body}[{year}]{serial}号"


@given(st.text(st.sampled_from("湖人专〔〕[]()（）【】第号年0123456789〇一九○ 　Ａ⼈\u200b"), max_size=24))
def test_tidying_twice_changes_nothing_more(text):
    once = documents.tidy(text)
    assert documents.tidy(once) == once


@given(st.text(max_size=20))
def test_what_is_no_number_has_no_year(text):
    assert documents.is_number(text) or documents.year(text) == 0

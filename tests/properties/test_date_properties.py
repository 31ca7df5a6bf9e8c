"""Whatever spelling a clerk chooses for a day, the day that was meant comes back, or nothing does."""

import datetime as dt

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hzcert import dates

DIGITS = "〇一二三四五六七八九"
DAYS = st.dates(dt.date(1920, 1, 1), dt.date(2019, 12, 31))


def spelt(number):
    """A number below 100 in Chinese: 二十一."""
    tens, ones = divmod(number, 10)
    return ("" if tens == 0 else "十" if tens == 1 else f"{DIGITS[tens]}十") + (DIGITS[ones] if ones else "")


def years(day):
    return "".join(DIGITS[int(sign)] for sign in str(day.year))


def full_width(text):
    return text.translate({ord(sign): ord(sign) + 0xFEE0 for sign in "0123456789./-"})


WHOLE = {
    "ISO": lambda d: d.isoformat(),
    "点": lambda d: f"{d.year}.{d.month:02}.{d.day:02}",
    "点，不补零": lambda d: f"{d.year}.{d.month}.{d.day}",
    "斜线": lambda d: f"{d.year}/{d.month}/{d.day}",
    "两位年": lambda d: f"{d.year % 100:02}.{d.month}.{d.day}",
    "八位": lambda d: f"{d:%Y%m%d}",
    "年月日": lambda d: f"{d.year}年{d.month}月{d.day}日",
    "年月号": lambda d: f"{d.year} 年 {d.month} 月 {d.day} 号 ",
    "点，带日": lambda d: f"{d.year}.{d.month}.{d.day}日",
    "汉字": lambda d: f"{years(d)}年{spelt(d.month)}月{spelt(d.day)}日",
    "汉字，圆圈零": lambda d: f"{years(d)}年{spelt(d.month)}月{spelt(d.day)}日".replace("〇", "○"),
    "汉字，字母零": lambda d: f"{years(d)}年{spelt(d.month)}月{spelt(d.day)}日".replace("〇", "O"),
    "全角": lambda d: full_width(f"{d.year}.{d.month:02}.{d.day:02}"),
    "带时刻": lambda d: f"{d.isoformat()} 00:00:00",
    "带时刻，斜线": lambda d: f"{d.year}/{d.month}/{d.day} 0:00",
    "日期格": lambda d: d,
    "时刻格": lambda d: dt.datetime(d.year, d.month, d.day, 8, 30),  # noqa: DTZ001 - as a spreadsheet has it
    "英文": lambda d: f"{d.day}-{d:%b-%y}",
    "生": lambda d: f"{d.year}年{d.month}月{d.day}日生",
    "八位数字": lambda d: int(f"{d:%Y%m%d}"),
    "八位浮点数": lambda d: float(f"{d:%Y%m%d}"),
}
MONTHS = {
    "点": lambda d: f"{d.year}.{d.month:02}",
    "两位年": lambda d: f"{d.year % 100:02}.{d.month:02}",
    "六位": lambda d: f"{d:%Y%m}",
    "六位数字": lambda d: int(f"{d:%Y%m}"),
    "横线": lambda d: f"{d.year}-{d.month}",
    "年月": lambda d: f"{d.year}年{d.month}月",
    "年月份": lambda d: f"{d.year}年{d.month}月份",
    "汉字": lambda d: f"{years(d)}年{spelt(d.month)}月",
    "英文": lambda d: f"{d:%b-%y}",
    "文本浮点数": lambda d: f"{d:%Y%m}.0",
    "末尾点": lambda d: f"{d.year}.{d.month:02}.",
}


@pytest.mark.parametrize("spelling", WHOLE)
@given(DAYS)
def test_a_day_in_any_spelling(spelling, day):
    assert dates.read(WHOLE[spelling](day)) == day.isoformat()


@pytest.mark.parametrize("spelling", MONTHS)
@given(DAYS)
def test_a_month_in_any_spelling(spelling, day):
    assert dates.read(MONTHS[spelling](day)) == day.isoformat()[:7]


@given(st.dates(dt.date(1927, 5, 18), dt.date(2099, 12, 31)), st.sampled_from([int, float, str, lambda n: n + 0.375]))
def test_a_serial_number_is_its_day_or_may_be_a_month_too(day, kind):
    number = (day - dt.date(1899, 12, 30)).days
    read = dates.read(kind(number))
    if read is None:
        assert day.isoformat()[:7] in dates.candidates(kind(number))
        assert dt.date(1952, 1, 9) <= day <= dt.date(1957, 6, 22)
    else:
        assert read == day.isoformat()


@given(st.integers(1900, 2099), st.integers(1, 12))
def test_a_month_typed_as_a_number_is_read_or_left_open_never_wrong(year, month):
    number = float(f"{year}.{month:02}")
    if month in (1, 10):
        typed = float(f"{year}.1")
        assert dates.read(typed) is None
        assert dates.candidates(typed) == (f"{year}-01", f"{year}-10")
    if month != 10:
        assert dates.read(number) == f"{year}-{month:02}"


@pytest.mark.parametrize(
    "text", ["至今", "已退休", "1970", "2005年", "1970.13", "1970.00", "1970-02-30", "19700230", "10/5/1970", "不详", "2005-2007", "十月五日", "3456.7", "一九七年十月"]
)  # fmt: skip
def test_what_is_no_date(text):
    assert dates.read(text) is None


@pytest.mark.parametrize("text", ["", "　", "无", "—", "/", "未退休", None])
def test_what_says_that_there_is_none(text):
    assert dates.read(text) == ""


@given(st.one_of(st.text(), st.integers(), st.floats(), st.booleans(), st.times(), st.datetimes()))
def test_any_cell_is_a_date_or_is_none_and_never_an_error(cell):
    read = dates.read(cell)
    assert read is None or read == "" or dates.read(read) == read
    assert read is None or not dates.candidates(cell)


@given(st.lists(st.one_of(DAYS.map(dt.date.isoformat), DAYS.map(lambda d: d.isoformat()[:7]), st.text(max_size=12))))
def test_a_column_as_numbers_orders_as_its_texts_do(texts):
    numbers = dates.numbers(pd.Series(texts, dtype="str")).tolist()
    for text, number in zip(texts, numbers, strict=True):
        whole = f"{number // 10_000:04}-{number // 100 % 100:02}-{number % 100:02}"
        assert number == 0 or whole.removesuffix("-00") == text

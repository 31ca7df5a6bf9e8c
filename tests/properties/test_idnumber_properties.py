"""ID numbers (GB 11643): what the check character catches, and that a column is judged as each of its numbers is."""

import datetime as dt
from datetime import date

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hzcert import idnumber

BODIES = st.builds(
    lambda area, born, serial: f"{area}{born:%Y%m%d}{serial:03}",
    st.sampled_from(["330501", "330521", "332201", "810000"]),
    st.dates(dt.date(1900, 1, 1), dt.date(2020, 12, 31)),
    st.integers(0, 999),
)
NUMBERS = BODIES.map(lambda body: body + idnumber.check_character(body))
ANYTHING = NUMBERS | st.text(max_size=20) | st.from_regex(r"[0-9]{15}|[0-9]{17}[0-9X]|[0-9]{17}[^0-9X]", fullmatch=True)


def column(*numbers):
    return pd.Series(numbers, dtype="str")


@given(NUMBERS)
def test_a_sound_number_is_well_formed_and_holds(number):
    parsed = idnumber.parse(column(number))
    assert parsed.formed.all() and parsed.check_holds.all()
    assert f"{parsed.births[0]}" == number[6:14]
    assert idnumber.births(column(number)).iloc[0].replace("-", "") == number[6:14]
    assert parsed.male[0] == (int(number[16]) % 2 == 1)
    assert parsed.divisions[0] == int(number[:6])


@given(NUMBERS, st.integers(0, 16), st.integers(1, 9))
def test_one_wrong_digit_always_shows(number, place, off_by):
    wrong = str((int(number[place]) + off_by) % 10)
    assert not idnumber.check_holds(column(number[:place] + wrong + number[place + 1 :])).any()


@given(NUMBERS, st.integers(0, 15))
def test_two_digits_swapped_always_show(number, place):
    one, other = number[place], number[place + 1]
    swapped = number[:place] + other + one + number[place + 2 :]
    assert idnumber.check_holds(column(swapped)).all() == (one == other)


@given(st.lists(ANYTHING, max_size=6))
def test_a_column_is_judged_as_each_number_is(numbers):
    parsed = idnumber.parse(column(*numbers))
    for place, number in enumerate(numbers):
        plain = number.isascii()
        formed = plain and len(number) == 18 and number[:17].isdigit() and (number[17].isdigit() or number[17] == "X")
        assert parsed.formed[place] == formed
        assert parsed.old_form[place] == (plain and len(number) == 15 and number.isdigit())
        assert parsed.check_holds[place] == (not formed or idnumber.check_character(number[:17]) == number[17])
        try:
            born = date(int(number[6:10]), int(number[10:12]), int(number[12:14])) if formed else None
        except ValueError:
            born = None
        known = born is not None and born.year >= 1900
        assert parsed.births[place] == (int(f"{born:%Y%m%d}") if known else 0)


@given(NUMBERS.filter(lambda number: number[6:8] == "19"))
def test_the_old_form_lengthens_to_the_new_one(number):
    assert idnumber.lengthen(number[:6] + number[8:17]) == number


@given(NUMBERS, st.sampled_from([" ", "\t", "\u3000", "'", "\u200b"]))
def test_what_clerks_add_goes_and_what_looks_alike_is_read(number, sign):
    typed = sign.join((number[:6], number[6:14], number[14:]))
    assert idnumber.compact(typed) == number
    assert idnumber.compact(typed.translate(str.maketrans("0123456789X", "０１２３４５６７８９ｘ"))) == number
    assert idnumber.compact(number.replace("X", "Х")) == number


@given(NUMBERS.filter(lambda number: not number.endswith("X")))
def test_a_number_that_a_spreadsheet_has_cut_is_known_by_what_is_left(number):
    excel, others = float(number[:15] + "000"), float(number)
    forms = idnumber.cut_forms(number)
    assert {idnumber.cut_number(excel), idnumber.cut_number(others)} == forms
    assert all(abs(float(form) - float(number)) < 1000 + 64 for form in forms), "doubles of this size are 64 apart"


@given(NUMBERS, st.integers(0, 16), st.integers(1, 9))
def test_right_is_a_number_without_a_fault(number, place, off_by):
    wrong = number[:place] + str((int(number[place]) + off_by) % 10) + number[place + 1 :]
    body = f"{number[:6]}19700231{number[14:17]}"
    unborn = body + idnumber.check_character(body)
    assert idnumber.right(column(number, wrong, unborn, number[:17], "")).tolist() == [True, False, False, False, False]


@given(NUMBERS, st.sampled_from(["{}.jpg", "沈云川_{}", "{} (2)", "IMG-{}-1", "沈云川{}"]))
def test_a_number_is_found_in_a_file_name(number, name):
    assert idnumber.find_in(name.format(number)) == number


@pytest.mark.parametrize("text", ["", "3305211970031200300", "名单2007", "330521197003120030和330521197003120022"])
def test_no_number_or_several_are_none(text):
    assert idnumber.find_in(text) == ""

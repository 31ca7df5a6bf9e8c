"""Citizen ID numbers (公民身份号码, GB 11643-1999): form, date of birth, sex and check character, column by column.

Division codes are no part of this: a number keeps the code of the time when it was issued (see ``divisions``).
"""

import re
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

Mask = npt.NDArray[np.bool_]
Digits = npt.NDArray[np.uint8]
Days = npt.NDArray[np.int64]

# ISO 7064 MOD 11-2: weights are powers of two modulo eleven, so that every single wrong digit
# and every swap of neighbours shows.
_WEIGHTS: Days = np.array([pow(2, 17 - place, 11) for place in range(17)], dtype=np.int64)
_CHECK_CHARACTERS = "10X98765432"
_OLDEST = 1900  # year of birth; nobody alive was born before
_X = 40  # stands for X among digits
_CHECK_DIGITS: Digits = np.array([_X if sign == "X" else int(sign) for sign in _CHECK_CHARACTERS], dtype=np.uint8)
_MONTHS: Days = np.array([0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31], dtype=np.int64)

# Full-width digits, the letter O for nought, and what clerks type for X: Cyrillic and Roman letters, the cross.
_LOOK_ALIKES = str.maketrans("０１２３４５６７８９OoＯｏОо〇", "01234567890000000") | str.maketrans(
    dict.fromkeys("ＸｘxХхⅩⅹ×✕ΧχＸ╳✖", "X")
)
_NOT_PART = re.compile(r"[\s\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff'‘’`´＇_‐‑–—－-]+")


def compact(text: str) -> str:
    """The number without spaces, apostrophes and look-alikes: 18 or 15 characters when nothing else is wrong.

    >>> compact("'330521 19840312 012ｘ")
    '33052119840312012X'
    """
    return _NOT_PART.sub("", text).translate(_LOOK_ALIKES)


def reasons(text: str) -> tuple[str, ...]:
    """Why ``compact`` changes a text, in a clerk's words.

    >>> reasons("'330521 19840312 012ｘ"), reasons("33052119840312O12Х")
    (('空格、撇号等', 'X 的写法'), ('字母 O', 'X 的写法'))
    """
    kept = _NOT_PART.sub("", text)
    steps = {
        "空格、撇号等": kept != text,
        "全角": any("\uff10" <= sign <= "\uff19" for sign in kept),
        "字母 O": any(sign in "OoＯｏОо〇" for sign in kept),
        "X 的写法": any(sign.translate(_LOOK_ALIKES) == "X" != sign for sign in kept),
    }
    return tuple(reason for reason, holds in steps.items() if holds)


def check_character(body: str) -> str:
    """The check character of 17 digits (GB 11643, ISO 7064 MOD 11-2).

    >>> check_character("11010519491231002")
    'X'
    """
    total = sum(int(digit) * int(weight) for digit, weight in zip(body, _WEIGHTS, strict=True))
    return _CHECK_CHARACTERS[total % 11]


def lengthen(number: str) -> str:
    """The 18-character number that belongs to a 15-digit one (the century 19 put in, the check character added).

    >>> lengthen("110105491231002")
    '11010519491231002X'
    """
    body = f"{number[:6]}19{number[6:]}"
    return body + check_character(body)


def cut_number(number: float) -> str:
    """What is left of an 18-digit number in a spreadsheet's cell (数字格式): fifteen digits, and no more is claimed.

    >>> cut_number(330521197003120030.0)
    '3.30521197003120E+17'
    """
    return f"{number:.14E}"


def cut_forms(number: str) -> set[str]:
    """What can be left of a number that was typed as one: Excel puts noughts for the last three digits, others round.

    A number that ends in X can't be typed as a number.

    >>> sorted(cut_forms("330521197003120965")), cut_forms("33052119700312003X")
    (['3.30521197003120E+17', '3.30521197003121E+17'], set())
    """
    if not number.isdecimal():
        return set()
    return {cut_number(float(digits)) for digits in (number, f"{number[:15]}000")}


@dataclass(frozen=True)
class Numbers:
    """A column of ID numbers, taken apart once."""

    formed: Mask  # 17 digits and a digit or X
    old_form: Mask  # 15 digits: the form before 1999, still valid in 2007
    digits: Digits  # (n, 18); X is 40, rows of malformed numbers are 0

    @cached_property
    def check_holds(self) -> Mask:
        """Which end in the right check character; those not well formed count as held."""
        # float32 holds every sum exactly (at most 9 * 10 * 17), and is what numpy multiplies fastest.
        sums = self.digits[:, :17].astype(np.float32) @ _WEIGHTS.astype(np.float32)
        return np.asarray(~self.formed | (self.digits[:, 17] == _CHECK_DIGITS[sums.astype(np.int64) % 11]))

    @cached_property
    def births(self) -> Days:
        """Dates of birth as YYYYMMDD; 0 where the number is not well formed or holds no date that can be."""
        year, month, day = (self._number(first, last) for first, last in ((6, 10), (10, 12), (12, 14)))
        leap = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
        longest = _MONTHS[np.where((month >= 1) & (month <= 12), month, 0)] + (leap & (month == 2))
        real = self.formed & (year >= _OLDEST) & (day >= 1) & (day <= longest)
        return np.where(real, year * 10_000 + month * 100 + day, 0)

    @cached_property
    def male(self) -> Mask:
        """Whose sequence (顺序码) is odd."""
        return np.asarray(self.digits[:, 16] % 2 == 1)

    @cached_property
    def divisions(self) -> Days:
        """The first six digits as a number; 0 where the number is not well formed."""
        return self._number(0, 6)

    def _number(self, first: int, last: int) -> Days:
        """The digits from one place to before another as one number."""
        found = np.zeros(len(self.digits), dtype=np.int64)
        for place in range(first, last):
            found = found * 10 + self.digits[:, place]
        return found


def parse(column: pd.Series) -> Numbers:
    """A column of text taken apart, a million numbers in a third of a second."""
    text = pa.array(column, pa.large_string(), from_pandas=True)
    text = text.combine_chunks() if isinstance(text, pa.ChunkedArray) else text
    length = np.asarray(pc.binary_length(text).fill_null(0).to_numpy(zero_copy_only=False))
    digits = np.zeros((len(text), 18), dtype=np.uint8)
    formed = length == 18
    signs = _bytes(text.filter(pa.array(formed)), 18)
    signs[:, 17][signs[:, 17] == ord("X")] = ord("0") + _X
    signs -= ord("0")  # what is below "0" wraps around to more than 9
    good = (signs[:, :17] <= 9).all(axis=1) & ((signs[:, 17] <= 9) | (signs[:, 17] == _X))
    formed[formed] = good
    digits[formed] = signs[good]
    old_form = length == 15
    old_form[old_form] = (_bytes(text.filter(pa.array(old_form)), 15) - ord("0") <= 9).all(axis=1)
    return Numbers(formed, old_form, digits)


def is_old_form(numbers: pd.Series) -> Mask:
    """Which are 15 digits."""
    return parse(numbers).old_form


def well_formed(numbers: pd.Series) -> Mask:
    """Which are 17 digits and a digit or X."""
    return parse(numbers).formed


def check_holds(numbers: pd.Series) -> Mask:
    """Which end in the right check character; those not well formed count as held."""
    return parse(numbers).check_holds


def right(numbers: pd.Series) -> Mask:
    """Which are without a fault as far as the number itself tells: form, date of birth and check character."""
    parsed = parse(numbers)
    return np.asarray(parsed.formed & (parsed.births > 0) & parsed.check_holds)


def births(numbers: pd.Series) -> pd.Series:
    """Dates of birth as ISO text; empty where the number is not well formed or holds no date of the calendar."""
    found = [f"{day // 10_000:04}-{day // 100 % 100:02}-{day % 100:02}" if day else "" for day in parse(numbers).births]
    return pd.Series(found, index=numbers.index, dtype="str")


def sexes(numbers: pd.Series) -> pd.Series:
    """男 where the sequence (顺序码) is odd, 女 where it is even; empty where the number is not well formed."""
    parsed = parse(numbers)
    found = np.where(~parsed.formed, "", np.where(parsed.male, "男", "女"))
    return pd.Series(found, index=numbers.index, dtype="str")


_IN_TEXT = re.compile(r"(?<!\d)(?:\d{17}[\dX]|\d{15})(?![\dX])")


def find_in(text: str) -> str:
    """The one ID number inside a longer text such as a file name, in the 18-character form; empty if there is none.

    >>> find_in("张三_33052119840312012x(1)")
    '33052119840312012X'
    >>> find_in("photo330521198403120004 2"), find_in("330521 19840312 0004")
    ('330521198403120004', '330521198403120004')
    """
    # As it stands first: taking spaces out would join a number to its neighbour, and turn the o of photo into a nought.
    as_it_stands = "".join(sign if sign in "Oo" else sign.translate(_LOOK_ALIKES) for sign in text)
    found = _IN_TEXT.findall(as_it_stands) or _IN_TEXT.findall(compact(text))
    distinct = {lengthen(number) if len(number) == 15 else number for number in found}
    return distinct.pop() if len(distinct) == 1 else ""


def age_on(birth: str, day: date) -> int:
    """Whole years between an ISO date of birth and a day."""
    year, month, date_of_month = (int(part) for part in birth.split("-"))
    return day.year - year - ((day.month, day.day) < (month, date_of_month))


def _bytes(texts: pa.LargeStringArray, size: int) -> npt.NDArray[np.uint8]:
    """Texts that are each so many bytes long, as an array of bytes that may be written to."""
    data = texts.buffers()[2]
    if data is None or not len(texts):
        return np.zeros((0, size), dtype=np.uint8)
    start = texts.offset * size
    return np.frombuffer(data, np.uint8, len(texts) * size, start).reshape(-1, size).copy()

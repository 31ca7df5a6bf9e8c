"""Citizen ID numbers (公民身份号码, GB 11643-1999): form, date of birth, sex and check character, column by column.

Division codes are no part of this: a number keeps the code of the time when it was issued (see ``divisions``).
"""

import re
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd

Mask = npt.NDArray[np.bool_]
Digits = npt.NDArray[np.int64]

# ISO 7064 MOD 11-2: weights are powers of two modulo eleven, so that every single wrong digit
# and every swap of neighbours shows.
_WEIGHTS: Digits = np.array([pow(2, 17 - place, 11) for place in range(17)], dtype=np.int64)
_CHECK_CHARACTERS = "10X98765432"

# Full-width digits, the letter O for nought, and what clerks type for X: Cyrillic and Roman letters, the cross.
_LOOK_ALIKES = str.maketrans("０１２３４５６７８９OoＯｏ", "01234567890000") | str.maketrans(
    dict.fromkeys("ＸｘxХхⅩⅹ×✕", "X")
)
_NOT_PART = re.compile(r"[\s\u200b-\u200f\u2060\ufeff'‘’`]+")


def compact(text: str) -> str:
    """The number without spaces, apostrophes and look-alikes: 18 or 15 characters when nothing else is wrong.

    >>> compact("'330521 19840312 012ｘ")
    '33052119840312012X'
    """
    return _NOT_PART.sub("", text).translate(_LOOK_ALIKES)


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


def is_old_form(numbers: pd.Series) -> Mask:
    """Which are 15 digits: the form before 1999, still valid in 2007."""
    return np.asarray(numbers.str.fullmatch(r"[0-9]{15}").to_numpy(), dtype=np.bool_)


def well_formed(numbers: pd.Series) -> Mask:
    """Which are 17 digits and a digit or X."""
    return np.asarray(numbers.str.fullmatch(r"[0-9]{17}[0-9X]").to_numpy(), dtype=np.bool_)


def check_holds(numbers: pd.Series) -> Mask:
    """Which end in the right check character; those not well formed count as held."""
    formed = well_formed(numbers)
    digits = _digits(numbers, formed)
    expected = np.array([ord(c) for c in _CHECK_CHARACTERS])[(digits[:, :17] @ _WEIGHTS) % 11]
    last = digits[:, 17] + ord("0")
    return np.asarray(~formed | (last == expected), dtype=np.bool_)


def births(numbers: pd.Series) -> pd.Series:
    """Dates of birth as ISO text; empty where the number is not well formed or holds no date of the calendar."""
    formed = well_formed(numbers)
    text = numbers.where(formed, "")
    iso = text.str.slice(6, 10) + "-" + text.str.slice(10, 12) + "-" + text.str.slice(12, 14)
    on_calendar = pd.to_datetime(iso, format="%Y-%m-%d", errors="coerce").notna().to_numpy() & formed
    return iso.where(on_calendar, "")


def sexes(numbers: pd.Series) -> pd.Series:
    """男 where the sequence (顺序码) is odd, 女 where it is even; empty where the number is not well formed."""
    formed = well_formed(numbers)
    odd = _digits(numbers, formed)[:, 16] % 2 == 1
    return pd.Series(np.where(~formed, "", np.where(odd, "男", "女")), index=numbers.index, dtype="str")


def find_in(text: str) -> str:
    """The one ID number inside a longer text such as a file name, in the 18-character form; empty if there is none.

    >>> find_in("张三_33052119840312012x(1)")
    '33052119840312012X'
    """
    found = re.findall(r"(?<!\d)(?:\d{17}[\dX]|\d{15})(?![\dX])", compact(text))
    distinct = {lengthen(number) if len(number) == 15 else number for number in found}
    return distinct.pop() if len(distinct) == 1 else ""


def age_on(birth: str, day: date) -> int:
    """Whole years between an ISO date of birth and a day."""
    year, month, date_of_month = (int(part) for part in birth.split("-"))
    return day.year - year - ((day.month, day.day) < (month, date_of_month))


def _digits(numbers: pd.Series, formed: Mask) -> Digits:
    """The 18 characters as numbers, an (n, 18) array; X is 40, places of malformed numbers are 0."""
    fixed = np.where(formed, numbers.to_numpy(dtype=object), "0" * 18).astype("U18")
    return fixed.view(np.uint32).reshape(-1, 18).astype(np.int64) - ord("0")

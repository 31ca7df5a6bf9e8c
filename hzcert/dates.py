"""Dates as clerks write them, read into ISO text: ``YYYY-MM-DD``, or ``YYYY-MM`` where the day is not given."""

import re
from calendar import monthrange
from datetime import date, datetime, timedelta
from math import isfinite
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import pandas as pd

_EPOCH = date(1899, 12, 30)  # day 0 of a spreadsheet's serial numbers, from 1900-03-01 on
_SERIALS = range(10_000, 80_000)  # 1927 to 2119; a smaller number may be a year
_LIKELY = range(1900, 2100)
_PIVOT = 20  # two digits of a year: nobody in this field was born or qualified before 1920

# What a clerk writes into a date that there is none of: not retired, say.
_NOTHING = frozenset(
    (
        "无",
        "未",
        "否",
        "-",
        "--",
        "/",
        "在职",
        "未退休",
        "未离退休",
        "尚未退休",
        "未退",
        "1900-01-00",
        "1900/1/0",
        "1900-1-0",
    )
)

_NUMERALS = "〇一二三四五六七八九"
_DIGITS = str.maketrans("〇○零◯OoＯｏ一二三四五六七八九", "00000000123456789")
_PLAIN = str.maketrans("０１２３４５６７８９．。－—–−‐／、，,：", "0123456789..-----/...:")
_TIME = re.compile(r"(?:\s+|[Tt])\s*\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|\+00:?00)?$")
_NUMERAL = "[0-9〇○零◯OoＯｏ一二三四五六七八九十廿卅元]"
_WRITTEN = re.compile(
    rf"(?:公元)?(?P<year>{_NUMERAL}{{2,4}})[-./年](?P<month>{_NUMERAL}{{1,3}})"
    rf"(?:月份?|[-./月](?P<day>{_NUMERAL}{{1,3}})[日号]?)?(?:出?生)?"
)
_PACKED = re.compile(r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})?(?:日|\.0)?")
_ISO = re.compile(r"[0-9]{4}-[0-9]{2}(?:-[0-9]{2})?")
# What Excel makes of 1998-12 in its own format (Dec-98), and of a day (3-Dec-98).
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_ENGLISH = re.compile(
    rf"(?:(?P<day>\d{{1,2}})-)?(?P<month>{'|'.join(_MONTHS)})-(?P<year>\d{{4}}|\d{{2}})", re.IGNORECASE
)
_SLASHED = re.compile(r"(\d{2})/(\d{1,2})/(\d{2})", re.ASCII)
_YEAR_LAST = re.compile(r"(\d{1,2})([/.-])(\d{1,2})\2(\d{4})", re.ASCII)
_WEEKDAY = re.compile(r"(?<=日)[(（]?(?:星期|周)[一二三四五六日天][)）]?$")
_SERIAL = re.compile(r"(\d{5})(?:\.\d+)?")


def read(cell: object) -> str | None:
    """A cell as ISO text; empty for an empty cell, None for what is no date or can't be decided.

    >>> read("1970年10月"), read("19701005"), read("70.10"), read("二○○五年十二月三日"), read(25842), read("Dec-98")
    ('1970-10', '1970-10-05', '1970-10', '2005-12-03', '1970-10-01', '1998-12')
    >>> read("8/30/1997"), read("30.8.1997"), read("10/8/1997")
    ('1997-08-30', '1997-08-30', None)
    >>> read(1970.1) is None
    True
    """
    if isinstance(cell, datetime | date):
        return _iso(cell.year, cell.month, cell.day)
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return _from_number(float(cell))
    text = str(cell or "")
    if _ISO.fullmatch(text) and text not in _NOTHING:  # as nearly all are
        return _iso(int(text[:4]), int(text[5:7]), int(text[8:]) if len(text) == 10 else None)
    text = text.translate(_PLAIN).strip()
    text = re.sub(r"\s+", "", _TIME.sub("", text)).removeprefix("'").rstrip(".-/") or text
    text = _WEEKDAY.sub("", text) or text
    if not text or text in _NOTHING:
        return ""
    return _from_text(text)


def candidates(cell: object) -> tuple[str, ...]:
    """The months that an undecidable number may mean.

    1970.1 is January, or October typed as 1970.10; 19705 is May, or the serial number of a day in 1953; 03/10/05 is of 2003
    as we write days, and of 2005 as programs of other countries do; those write 10/8/1997 too, in October or in August.

    >>> candidates(1970.1), candidates("19705"), candidates("03/10/05"), candidates("10/8/1997")
    (('1970-01', '1970-10'), ('1953-12', '1970-05'), ('2003-10', '2005-03', '2005-10'), ('1997-08', '1997-10'))
    """
    if isinstance(cell, str):
        if len(readings := _of_two_digits(cell)) > 1:
            return readings
        if len(days := _year_last(cell)) > 1:
            return tuple(sorted(iso[:7] for iso in days))
    if isinstance(cell, str) and _SERIAL.fullmatch(cell.strip()):
        cell = float(cell)
    if isinstance(cell, bool) or not isinstance(cell, int | float) or not isfinite(cell) or read(cell) is not None:
        return ()
    whole = int(cell)
    if _is_month_or_serial(cell):
        serial = _EPOCH + timedelta(days=whole)
        return serial.isoformat()[:7], f"{whole // 10}-{whole % 10:02}"
    year = _year(whole) if whole in _LIKELY or _PIVOT <= whole < 100 else 0
    if year and round(cell * 100 - whole * 100, 6) == 10:
        return f"{year}-01", f"{year}-10"
    return ()


def same(one: str, other: str) -> bool:
    """Whether two ISO dates agree as far as both say: a month agrees with any of its days."""
    shared = min(len(one), len(other))
    return one[:shared] == other[:shared]


def earliest(iso: str) -> str:
    """The first day that an ISO date may mean."""
    return iso if len(iso) == 10 else f"{iso}-01"


def last_day(iso: str) -> date:
    """The last day that an ISO date may mean: itself, or the last of its month.

    >>> last_day("2007-04").isoformat(), last_day("2007-04-12").isoformat()
    ('2007-04-30', '2007-04-12')
    """
    year, month, *day = (int(part) for part in iso.split("-"))
    return date(year, month, day[0] if day else monthrange(year, month)[1])


def chinese(iso: str) -> str:
    """An ISO date in Chinese with digits.

    >>> chinese("2005-12-03"), chinese("2005-12")
    ('2005年12月3日', '2005年12月')
    """
    numbers = [int(part) for part in iso.split("-")]
    return "".join(f"{number}{unit}" for number, unit in zip(numbers, "年月日", strict=False))


def numerals(iso: str) -> str:
    """An ISO date in Chinese numerals, as it stands on certificates.

    >>> numerals("2007-11-20"), numerals("2010-10-01"), numerals("1998-12")
    ('二〇〇七年十一月二十日', '二〇一〇年十月一日', '一九九八年十二月')
    """
    year, *rest = iso.split("-")
    said = "".join(_NUMERALS[int(digit)] for digit in year) + "年"
    return said + "".join(_below_hundred(int(part)) + unit for part, unit in zip(rest, "月日", strict=False))


def _below_hundred(number: int) -> str:
    tens, ones = divmod(number, 10)
    return (_NUMERALS[tens] if tens > 1 else "") + ("十" if tens else "") + (_NUMERALS[ones] if ones else "")


def numbers(column: "pd.Series") -> npt.NDArray[np.int64]:
    """ISO dates as numbers YYYYMMDD, the day 0 where only the month is given; 0 for what is no ISO date.

    >>> import pandas as pd
    >>> numbers(pd.Series(["1970-10-05", "1970-10", "", "1970.10"])).tolist()
    [19701005, 19701000, 0, 0]
    """
    import pyarrow as pa  # here, since workers that print need none of it
    import pyarrow.compute as pc

    text = pa.array(column, pa.large_string(), from_pandas=True)
    formed = pc.match_substring_regex(text, r"^\d{4}-\d{2}(-\d{2})?$")
    digits = pc.replace_substring(pc.if_else(formed, text, "0"), "-", "")
    found = np.asarray(pc.cast(digits, pa.int64()).fill_null(0).to_numpy(zero_copy_only=False), dtype=np.int64)
    return np.where((found > 0) & (found < 1_000_000), found * 100, found)


def _from_number(number: float) -> str | None:
    if not isfinite(number):
        return None
    whole = int(number)
    if whole in _SERIALS:
        day = _EPOCH + timedelta(days=whole)
        return None if _is_month_or_serial(number) else _iso(day.year, day.month, day.day)
    if number == whole:
        packed = _PACKED.fullmatch(str(whole))
        return _from_parts(packed) if packed else None
    # 1970.05 and 1970.12 are months, and so is 1970.5 since no month is the fiftieth; 1970.1 may be January or October.
    hundredths = round(number * 100)
    if abs(number * 100 - hundredths) > 1e-6 or not (whole in _LIKELY or _PIVOT <= whole < 100):
        return None
    month = hundredths % 100
    if month == 10:
        return None
    return _iso(_year(whole), month // 10 if month % 10 == 0 else month, None)


def _is_month_or_serial(number: float) -> bool:
    """Whether a whole number of five digits may be a year and a month of one digit, as well as a serial number."""
    return number == int(number) and int(number) // 10 in _LIKELY and int(number) % 10 > 0


def _from_text(text: str) -> str | None:
    if len(_of_two_digits(text)) > 1:
        return None
    if match := _PACKED.fullmatch(text) or _WRITTEN.fullmatch(text):
        return _from_parts(match)
    if match := _ENGLISH.fullmatch(text):
        month = _MONTHS.index(match["month"].lower()) + 1
        return _iso(_year(int(match["year"])), month, int(match["day"]) if match["day"] else None)
    if len(days := _year_last(text)) == 1:
        return days.pop()
    return _from_number(float(text)) if _SERIAL.fullmatch(text) else None


def _year_last(text: str) -> set[str]:
    """The days that 10/8/1997 may be: the month first, or the day."""
    match = _YEAR_LAST.fullmatch(text.translate(_PLAIN).strip())
    if match is None:
        return set()
    one, two, year = int(match[1]), int(match[3]), int(match[4])
    return {iso for iso in (_iso(year, one, two), _iso(year, two, one)) if iso}


def _of_two_digits(text: str) -> tuple[str, ...]:
    """The months that 03/10/05 may be of: the year first as here, or last; years in full can't be mistaken."""
    match = _SLASHED.fullmatch(text.translate(_PLAIN).strip())
    if match is None:
        return ()
    one, two, three = (int(part) for part in match.groups())
    read = (_iso(_year(one), two, three), _iso(_year(three), one, two), _iso(_year(three), two, one))
    return tuple(sorted({iso[:7] for iso in read if iso})) if read[0] else ()


def _from_parts(match: re.Match[str]) -> str | None:
    year, month, day = match["year"].translate(_DIGITS), _number(match["month"]), _number(match["day"])
    if not year.isdigit() or len(year) == 3 or month is None or (match["day"] and day is None):
        return None
    return _iso(_year(int(year)), month, day)


def _year(number: int) -> int:
    """A year in full."""
    return number if number >= 100 else number + (1900 if number >= _PIVOT else 2000)


def _number(text: str | None) -> int | None:
    """A month or a day in digits of either kind: 12, 十二, 一二, 廿一, 元.

    >>> _number("二十一"), _number("廿一"), _number("元"), _number("一○"), _number("十廿")
    (21, 21, 1, 10, None)
    """
    if text is None:
        return None
    plain = {"元": "1"}.get(text, text).replace("廿", "二十").replace("卅", "三十").translate(_DIGITS)
    tens, ten, ones = plain.partition("十")
    if not ten:
        return int(plain) if plain.isdigit() and len(plain) <= 2 else None
    if len(tens) > 1 or len(ones) > 1 or not (tens + ones + "0").isdigit():
        return None
    return int(tens or 1) * 10 + int(ones or 0)


def _iso(year: int, month: int, day: int | None) -> str | None:
    try:
        found = date(year, month, 1 if day is None else day)
    except ValueError:
        return None
    if found.year not in _LIKELY:
        return None
    return found.isoformat()[:7] if day is None else found.isoformat()

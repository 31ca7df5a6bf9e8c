"""Dates as clerks write them, read into ISO text: ``YYYY-MM-DD``, or ``YYYY-MM`` where the day is not given."""

import re
from datetime import date, datetime, timedelta

_EPOCH = date(1899, 12, 30)  # day 0 of a spreadsheet's serial numbers, from 1900-03-01 on
_CHINESE_DIGITS = str.maketrans("〇○零一二三四五六七八九", "000123456789")
_FULL_WIDTH = str.maketrans("０１２３４５６７８９．－／", "0123456789.-/")
_LIKELY = range(1900, 2100)

_NUMERIC = re.compile(r"(\d{4})[-./年](\d{1,2})(?:月|(?:[-./月](\d{1,2})日?)?)(?:[ T]0?0:00(?::00)?)?")
_SHORT = re.compile(r"(\d{2})[-./年](\d{1,2})(?:月|(?:[-./月](\d{1,2})日?)?)")
_PACKED = re.compile(r"(\d{4})(\d{2})(\d{2})?")
_CHINESE = re.compile(
    r"([〇○零一二三四五六七八九]{4})年([一二三四五六七八九十]{1,2})月(?:([一二三四五六七八九十]{1,3})日)?"
)


def read(cell: object) -> str | None:
    """A cell as ISO text; empty for an empty cell, None for what is no date or can't be decided.

    >>> read("1970年10月"), read("19701005"), read("70.10"), read("二○○五年十二月三日"), read(25842)
    ('1970-10', '1970-10-05', '1970-10', '2005-12-03', '1970-10-01')
    >>> read(1970.1) is None
    True
    """
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, int | float):
        return _from_number(float(cell))
    text = re.sub(r"[\s\u3000]+", "", str(cell or "")).translate(_FULL_WIDTH)
    if not text:
        return ""
    return _from_text(text)


def candidates(cell: object) -> tuple[str, ...]:
    """The months that an undecidable number may mean: 1970.1 is January, or October typed as 1970.10.

    >>> candidates(1970.1)
    ('1970-01', '1970-10')
    """
    if isinstance(cell, float) and read(cell) is None and f"{cell:.2f}".endswith(".10") and int(cell) in _LIKELY:
        return f"{int(cell)}-01", f"{int(cell)}-10"
    return ()


def same(one: str, other: str) -> bool:
    """Whether two ISO dates agree as far as both say: a month agrees with any of its days."""
    shared = min(len(one), len(other))
    return one[:shared] == other[:shared]


def earliest(iso: str) -> str:
    """The first day that an ISO date may mean."""
    return iso if len(iso) == 10 else f"{iso}-01"


def latest(iso: str) -> str:
    """The last day that an ISO date may mean; never before any of its days."""
    return iso if len(iso) == 10 else f"{iso}-31"


def chinese(iso: str) -> str:
    """An ISO date in Chinese with digits.

    >>> chinese("2005-12-03"), chinese("2005-12")
    ('2005年12月3日', '2005年12月')
    """
    numbers = [int(part) for part in iso.split("-")]
    return "".join(f"{number}{unit}" for number, unit in zip(numbers, "年月日", strict=False))


def _from_number(number: float) -> str | None:
    whole = int(number)
    if number == whole:
        if whole in range(10_000, 80_000):  # a serial number: 1927 to 2119
            return (_EPOCH + timedelta(days=whole)).isoformat()
        packed = _PACKED.fullmatch(str(whole))
        return _iso(packed.groups()) if packed else None
    hundredths = round(number * 100)
    # 1970.05 and 1970.12 are months; 1970.1 may be January or October.
    if whole in _LIKELY and abs(number * 100 - hundredths) < 1e-6 and hundredths % 10:
        return _iso((str(whole), str(hundredths % 100), None))
    return None


def _from_text(text: str) -> str | None:
    if match := _CHINESE.fullmatch(text):
        year, month, day = match.groups()
        return _iso((year.translate(_CHINESE_DIGITS), _chinese_number(month), _chinese_number(day)))
    for pattern in (_NUMERIC, _PACKED):
        if match := pattern.fullmatch(text):
            return _iso(match.groups())
    if match := _SHORT.fullmatch(text):
        year, month, day = match.groups()
        # Two digits of a year: nobody in this field was born or qualified before 1920.
        return _iso((f"{'19' if int(year) >= 20 else '20'}{year}", month, day))
    return None


def _chinese_number(text: str | None) -> str | None:
    if text is None:
        return None
    tens, ten, ones = text.rpartition("十")
    if not ten:
        return text.translate(_CHINESE_DIGITS)
    return str((int(tens.translate(_CHINESE_DIGITS)) if tens else 1) * 10 + int(ones.translate(_CHINESE_DIGITS) or 0))


def _iso(parts: tuple[str | None, ...]) -> str | None:
    year, month, day = parts
    try:
        found = date(int(year or 0), int(month or 0), int(day or 1))
    except ValueError:
        return None
    if found.year not in _LIKELY:
        return None
    return found.isoformat() if day else found.isoformat()[:7]

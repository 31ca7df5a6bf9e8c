"""What a number or a moment in a sheet's XML stands for, by its words and its format."""

import re
from datetime import datetime, time
from xml.etree import ElementTree

from hzcert.sheets.grid import Cell

BUILTIN_MONTHS = (17, 27, 36, 50, 52, 57)  # mmm-yy, and the East Asian 年月 (ECMA-376 18.8.30)
_NO_SIGN_OF_A_DAY = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]', re.IGNORECASE)
_NUMBER = re.compile(r"\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,4})?\s*", re.ASCII)


def shows_month(code: str) -> bool:
    """Whether a format shows the year and month of a date and hides its day.

    >>> shows_month('yyyy"年"m"月"'), shows_month('e"年"m"月"'), shows_month('yyyy"年"m"月"d"日"'), shows_month("yyyy")
    (True, True, False, False)
    """
    # East Asian formats write the year as e too.
    signs = _NO_SIGN_OF_A_DAY.sub("", code.partition(";")[0].lower())
    return ("y" in signs or "e" in signs) and "m" in signs and "d" not in signs and "h" not in signs


def shows_day(code: str) -> bool:
    """Whether a format shows a number as a day.

    >>> shows_day("yyyy-mm-dd"), shows_day("Short Date"), shows_day("0.00"), shows_day("h:mm")
    (True, True, False, False)
    """
    signs = _NO_SIGN_OF_A_DAY.sub("", code.partition(";")[0].lower())
    return ("y" in signs and "d" in signs and "general" not in signs) or code in (
        "Short Date",
        "Medium Date",
        "Long Date",
    )


def month_styles(root: ElementTree.Element) -> frozenset[int]:
    """The cell styles that show a date without its day, from ``xl/styles.xml``."""
    codes: dict[str, bool] = {}
    styles: list[str] = []
    for part in root:
        match part.tag.rpartition("}")[2]:
            case "numFmts":
                codes |= {form.get("numFmtId", ""): shows_month(form.get("formatCode", "")) for form in part}
            case "cellXfs":
                styles = [form.get("numFmtId", "0") for form in part]
    builtin = {str(number): True for number in BUILTIN_MONTHS}
    return frozenset(place for place, number in enumerate(styles) if (builtin | codes).get(number, False))


def iso_moment(text: str) -> Cell:
    """A day or moment in ISO words; what is none stays text."""
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        return text
    return when.date() if when.time() == time.min and len(text) <= 10 else when.replace(tzinfo=None)


def plain_number(text: str) -> Cell:
    """A number as XML writes it; what is none stays text, as an ID number with an X does in a column of numbers."""
    return float(text) if _NUMBER.fullmatch(text) else text

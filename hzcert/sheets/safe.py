"""Text made safe for files that others open: what a cell, a sheet's name and a line of CSV may hold."""

import re

MOST_SIGNS = 32_767  # UTF-16 units in a cell
MOST_NAME = 31  # UTF-16 units in a sheet's name
_CUT = "……（过长，已截断）"


def clean(value: object) -> str:
    r"""Any value as text that a file can hold; control characters are shown as their pictures.

    >>> clean("甲\x07乙\r\n丙"), clean(None)
    ('甲␇乙\n丙', '')
    """
    if value is None:
        return ""
    text = str(value)
    return _UNSAFE.sub(_safe, text.replace("\r\n", "\n"))


_UNSAFE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def _safe(match: re.Match[str]) -> str:
    sign = ord(match[0])
    return chr(0x2400 + sign) if sign < 0x20 else "\u2421" if sign == 0x7F else "\ufffd"


def cell_text(value: object) -> str:
    """Any value as text that fits into a cell; what is too long ends in a mark."""
    text = shorten(clean(value), MOST_SIGNS, _CUT)
    # XlsxWriter takes such a text for rich text of its own making, and would write it as it is into the XML.
    return f"{text} " if text.startswith("<r>") and text.endswith("</r>") else text


def sheet_name(wanted: str, taken: set[str]) -> str:
    """A name that a workbook allows and does not have yet, which is then added to those taken (in lower case)."""
    name = re.sub(r"[\[\]:*?/\\]", "_", clean(wanted)).replace("\n", " ").strip("' ") or "表"
    name = f"{name}表" if name.lower() == "history" else name  # the one word that Excel keeps for itself
    for number in range(1, len(taken) + 2):
        tail = f"({number})" if number > 1 else ""
        offered = shorten(name, MOST_NAME - len(tail)).strip("' ") + tail
        if offered.lower() not in taken:
            break
    taken.add(offered.lower())
    return offered


def defused(value: object) -> str:
    """A value as text that no spreadsheet takes for a formula; numbers stay as they are.

    >>> defused("=1+1"), defused("-5"), defused("-"), defused("＝甲")
    ("'=1+1", '-5', '-', "'＝甲")
    """
    text = clean(value)
    harmless = not text.lstrip().startswith(_FORMULA_SIGNS) and not text.startswith("\t")
    return text if harmless or _NUMBER.fullmatch(text) else f"'{text}"


# Excel takes the full-width forms for the signs themselves.
_FORMULA_SIGNS = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
_NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?|-+")


def shorten(text: str, most: int, mark: str = "") -> str:
    """At most so many UTF-16 units, which is how a spreadsheet counts; what is cut off is marked."""
    if len(text) * 2 <= most or len(text.encode("utf-16-le")) // 2 <= most:
        return text
    return text.encode("utf-16-le")[: (most - len(mark)) * 2].decode("utf-16-le", "ignore") + mark


def link_address(path: str, sheet: str, cell: str) -> str:
    """What XlsxWriter calls the address of a cell in another file, or (without a path) in this one; empty: none can be.

    >>> link_address("../holders/甲 #1.xlsx", "张三's", "E7"), link_address("", "表", "A1")
    ("external:../holders/甲%20%231.xlsx#'张三''s'!E7", "internal:'表'!A1")
    >>> link_address("a.csv", "", "A7"), link_address("a:b.csv", "", "A7")
    ('external:./a.csv', '')
    """
    place = f"'{sheet.replace(chr(39), chr(39) * 2)}'!{cell}" if sheet else ""
    if not path:
        return f"internal:{place}"
    # A colon or a backslash would make another path of it elsewhere; a name that can't be shown can't be written.
    if clean(path) != path or ":" in path or "\\" in path or "\n" in path or len(path) > _MOST_LINK:
        return ""
    escaped = "".join(f"%{ord(sign):02X}" if sign in _ESCAPED else sign for sign in path)
    near = escaped if escaped.startswith("../") else f"./{escaped}"
    return f"external:{near}#{place}" if place else f"external:{near}"


_ESCAPED = '%#"<>[]^`{} \t'
_MOST_LINK = 1000  # signs, less than programs allow

"""Text that was read in another encoding than it was written in (乱码): 锟斤拷, 娌堜簯宸 for 沈云川, ÉòÔÆ´¨.

Such text is often made of letters and characters that could stand in a name, so that no single one of them tells.
"""

import re
from contextlib import suppress

_UTF8_LEADS = range(0xE4, 0xEA)  # of the characters that names are made of
_CONTINUES = range(0x80, 0xC0)
_MANY, _NEARLY_ALL = 4, 0.75  # characters, and the share of bytes that are theirs


def _looks_of_utf8() -> str:
    """What the first two bytes of a Han character in UTF-8 look like in GBK."""
    pairs = (bytes((lead, second)) for lead in _UTF8_LEADS for second in _CONTINUES)
    return "".join(pair.decode("gbk", "ignore") for pair in pairs)


# What unknown characters become when they are saved as GBK, and what debuggers and empty memory leave.
_LEFT_OVER = "锟斤|斤拷|拷锟|烫烫|屯屯"
# Two bytes of more than seven bits in a row, in the letters and signs of Western Europe.
_LATIN = "[\u00a1-\u00ff\u0152-\u0192][\u0080-\u00ff\u0152-\u0192\u02c6\u02dc\u2013-\u203a\u20ac\u2122]"
_LOOKS = _looks_of_utf8()
_RARE_IN_BIG5, _COMMON_IN_GB = range(0xC9, 0xFA), range(0xB0, 0xD8)  # first bytes
_LONG_TEXT = 5  # characters; so many do not happen to fit


def _looks_of_gb() -> str:
    """What characters of GB 2312 look like in Big5, as far as Big5 seldom has them and GB 2312 never."""
    pairs = (bytes((lead, second)).decode("big5", "ignore") for lead in _RARE_IN_BIG5 for second in range(0xA1, 0xFF))
    return "".join(sign for sign in pairs if sign and not sign.encode("gb2312", "ignore"))


_OF_GB = _looks_of_gb()
MAY_BE = f"{_LEFT_OVER}|{_LATIN}|[{_LOOKS}].|[{_OF_GB}]"  # in words that Python's expressions and RE2's share
_HAN_RUN = re.compile(f"[{_LOOKS}][\u3400-\u9fff\ue000-\uf8ff\u20ac]{{1,}}")


def is_garbled(text: str) -> bool:
    """Whether a text can only have come about by reading it in the wrong encoding.

    >>> [is_garbled(text) for text in ("锟斤拷", "娌堜簯宸", "ÉòÔÆ´¨", "æ²ˆäº‘å·", "昄噙帡")]
    [True, True, True, True, True]
    >>> [is_garbled(text) for text in ("浔阳小学", "José Ñandú", "沈云川", "葛玹", "陈堃珺", "陳雲川")]
    [False, False, False, False, False, False]
    """
    if re.search(_LEFT_OVER, text):
        return True
    return any(_was_utf8(run) for run in _HAN_RUN.findall(text)) or _was_latin(text) or _was_gb(text)


def _was_utf8(run: str) -> bool:
    """Whether characters of GBK are the bytes of Han characters in UTF-8, the last of which may be cut off."""
    try:
        raw = run.encode("gbk")
    except UnicodeEncodeError:
        return False
    for end in range(len(raw), max(len(raw) - 3, 2), -1):
        with suppress(UnicodeDecodeError):
            meant = raw[:end].decode("utf-8")
            # Two characters that GB 2312 has are a name; two that it lacks, and whose bytes fit, are none.
            return (end >= 6 or not any(map(_is_usual, run))) and _is_usual(meant)
    # In a longer text some bytes are lost in the middle too: nearly all of the others must fit.
    meant = raw.decode("utf-8", "ignore")
    return len(meant) >= _MANY and len(meant) * 3 >= len(raw) * _NEARLY_ALL and _is_usual(meant)


def _was_gb(text: str) -> bool:
    """Whether characters of Big5 are the bytes of the 3,755 usual ones of GB 2312; most of a short text must be strange to that."""
    try:
        raw = text.encode("big5")
    except UnicodeEncodeError:
        return False
    if len(raw) != 2 * len(text) or len(text) < 2 or not set(raw[::2]) <= set(_COMMON_IN_GB) or min(raw[1::2]) < 0xA1:
        return False
    strange = sum(not sign.encode("gb2312", "ignore") for sign in text)
    rare = any(sign in _OF_GB for sign in text)
    return rare and (len(text) >= _LONG_TEXT or strange * 2 > len(text))


def _was_latin(text: str) -> bool:
    """Whether letters of Latin-1 are the bytes of Chinese text."""
    if re.search(_LATIN, text) is None:
        return False
    raw = b"".join(sign.encode("cp1252") if _is_western(sign) else sign.encode("latin-1", "ignore") for sign in text)
    high = sum(byte >= 0x80 for byte in raw)
    if high * 4 < len(raw) * 3:  # a Western name has some such letters, and more others
        return False
    with suppress(UnicodeDecodeError):
        return any(map(_is_han, raw.decode("utf-8")))
    with suppress(UnicodeDecodeError):
        return high >= 4 and any(map(_is_han, raw.decode("gbk")))
    return _starts_as_utf8(raw)


def _starts_as_utf8(raw: bytes) -> bool:
    """Whether bytes begin with a Han character in UTF-8, its rest lost."""
    with suppress(UnicodeDecodeError):
        return _is_han(raw[:3].decode("utf-8")[:1])
    return False


def _is_western(sign: str) -> bool:
    with suppress(UnicodeEncodeError):
        return bool(sign.encode("cp1252"))
    return False


def _is_usual(meant: str) -> bool:
    """Whether all is what names are made of: characters of GB 2312."""
    with suppress(UnicodeEncodeError):
        return bool(meant.replace("·", "").encode("gb2312")) and any(map(_is_han, meant))
    return False


def _is_han(sign: str) -> bool:
    return "\u4e00" <= sign <= "\u9fff"

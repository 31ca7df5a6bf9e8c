"""Document numbers (文号) in every bracket and numeral form, read into one (GB/T 9704-2012)."""

import re
import unicodedata

from hzcert import variants

# 二OO五 is typed with letters too.
_CHINESE_DIGITS = str.maketrans("〇○零OoＯ一二三四五六七八九", "000000123456789")
_UNITS = {"百": 100, "十": 10, "廿": 20, "卅": 30}
_IN_WORDS = re.compile(r"(?<=\))第?(?P<serial>[〇○零一二三四五六七八九十百廿卅]{1,7})(?=号?$)")
_SHAPE = re.compile(r"(?P<org>\D{1,16}?)\(?(?P<year>\d{4}|\d{2})\)第?0*(?P<serial>\d{1,5})号?")
_AROUND = re.compile(r"《?([^《》]+号)》?(?:文件?)?")
_OURS = re.compile(r"\D{1,16}\[(?P<year>[0-9]{4})\][0-9]{1,5}号")
_UNBRACKETED = re.compile(r"(?P<org>\D{1,16}?)(?P<year>(?:19|20)\d\d)(?:年?第|[年-])0*(?P<serial>\d{1,5})号")
ANYWHERE = re.compile(
    r"[\u4e00-\u9fff]{2,12}[〔［\[【（(〈「『{<]\s*[\d〇○零OoＯ一二三四五六七八九]{2,4}\s*[〕］\]】）)〉」』}>]\s*第?\s*[\d〇○零一二三四五六七八九十百廿卅]{1,7}\s*号"
)

# Words of a sentence that lead to a document number: 根据浙人专[2007]57号.
_LEADING = re.compile(r"^[\u4e00-\u9fff]*(?:根据|按照|依据|关于|公布|转发|印发|通知|文件|见|以|由|经|及|和|与)")


def tidy(text: str) -> str:
    """A document number in one form, with square brackets as the 2007 notice has it; other text without spaces.

    >>> tidy("湖人专〔1999〕第02号"), tidy("湖人专（二○○三）12号"), tidy("湖人专［99］2 号")
    ('湖人专[1999]2号', '湖人专[2003]12号', '湖人专[1999]2号')
    >>> tidy("湖人专〔2005〕九十九号"), tidy("湖人专（二OO五）一百零五号"), tidy("湖人专2005年第9号"), tidy("文号：湖人专「2005」9号")
    ('湖人专[2005]99号', '湖人专[2005]105号', '湖人专[2005]9号', '湖人专[2005]9号')
    >>> tidy("《湖人专[1999]12号》"), tidy("湖人专[1999]12号文件")
    ('湖人专[1999]12号', '湖人专[1999]12号')
    """
    plain = re.sub(r"\s+", "", unicodedata.normalize("NFKC", variants.fold(text)))
    plain = re.sub(r"^(?:公布|发文)?(?:文号|字号):", "", _AROUND.sub(r"\1", plain))
    folded = re.sub(r"[〔\[【〖《〈「『<{(]", "(", plain)
    folded = re.sub(r"[〕\]】〗》〉」』>})]", ")", folded)
    bracket = folded.find("(")
    folded = _IN_WORDS.sub(lambda found: str(_number(found["serial"])), folded)
    folded = folded[:bracket] + folded[bracket:].translate(_CHINESE_DIGITS) if bracket > 0 else folded
    match = _SHAPE.fullmatch(folded) or _UNBRACKETED.fullmatch(folded)
    if not match:
        return plain
    year = match["year"]
    if len(year) == 2:
        year = f"{'19' if int(year) >= 50 else '20'}{year}"
    return f"{match['org']}[{year}]{match['serial']}号"


def _number(words: str) -> int:
    """A number in Chinese, by its digits alone or with tens and hundreds: 一二, 十二, 一百零五, 廿三."""
    if not set(words) & set(_UNITS):
        return int(words.translate(_CHINESE_DIGITS))
    total, digit = 0, 0
    for sign in words.translate(_CHINESE_DIGITS):
        if sign.isdigit():
            digit = int(sign)
        else:
            total += _UNITS[sign] * (digit or 1) if sign in "百十" else _UNITS[sign]
            digit = 0
    return total + digit


def is_number(text: str) -> bool:
    """Whether a text is a document number in our form."""
    return _OURS.fullmatch(text) is not None


def year(text: str) -> int:
    """The year of a document number in our form; 0 for what is none.

    >>> year("湖人专[1999]2号"), year("湖人专")
    (1999, 0)
    """
    match = _OURS.fullmatch(text)
    return int(match["year"]) if match else 0


def find_in(text: str) -> str:
    """The first document number in a longer text such as a title, in our form; empty if there is none.

    >>> find_in("根据浙人专〔2007〕57号文件"), find_in("湖人专[2005]99号")
    ('浙人专[2007]57号', '湖人专[2005]99号')
    """
    match = ANYWHERE.search(text)
    return tidy(_LEADING.sub("", match[0])) if match else ""

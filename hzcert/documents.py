"""Document numbers (文号) in every bracket and numeral form, read into one (GB/T 9704-2012)."""

import re
import unicodedata

from hzcert import variants

# 二OO五 is typed with letters too.
_CHINESE_DIGITS = str.maketrans("〇○零OoＯ一二三四五六七八九", "000000123456789")
_UNITS = {"百": 100, "十": 10, "廿": 20, "卅": 30}
_IN_WORDS = re.compile(r"(?<=\))第?(?P<serial>[〇○零一二三四五六七八九十百廿卅]{1,7})(?=号?$)")
_SHAPE = re.compile(r"(?P<org>[^\d(]\D{0,15}?)\(?(?P<year>\d{4}|\d{2})\)第?0*(?P<serial>\d{1,5})号?")
# 湖人专(2005年)第99号文, 湖人专2005-99, (2005)湖人专99号, (2005)99号, 湖人专99号: what is written of the three parts.
_PARTS = re.compile(
    r"(?P<before>[^\d(]*)(?:\(?(?P<year>(?:19|20)\d{2}|\d{2}(?=\)))年?\)?)?(?P<after>[^\d(]*?)[-—－/第]*(?P<serial>\d{1,5})号?(?:文件?)?"
)
# 湖州市人事局湖人专: who wrote it, before the code that the writer has; 湖人专字: a word that some leave out.
_WRITER = re.compile(r"^.*(?:局|厅|政府|委员会|办公室)(?=[^局厅]{2,}$)")
_YEAR_FIRST = re.compile(r"^\([^()]{2,6}\)")
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
    plain = _plain(text)
    folded = _folded(plain)
    match = _SHAPE.fullmatch(folded) or _UNBRACKETED.fullmatch(folded)
    return f"{match['org']}[{_whole_year(match['year'])}]{match['serial']}号" if match else plain


def parts(text: str) -> tuple[str, int, int]:
    """A document number's office, year and serial in any form; empty or -1 for what it does not say.

    >>> parts("湖人专字〔二○○五〕第099号"), parts("湖州市人事局湖人专(2005年)99号文"), parts("湖人专2005-99")
    (('湖人专', 2005, 99), ('湖人专', 2005, 99), ('湖人专', 2005, 99))
    >>> parts("[二OO五]湖人专99号"), parts("〔99〕九十九号"), parts("湖人专2号"), parts("见附件")
    (('湖人专', 2005, 99), ('', 1999, 99), ('湖人专', -1, 2), ('', -1, -1))
    """
    match = _PARTS.fullmatch(_folded(_plain(text)))
    if not match:
        return "", -1, -1
    office = re.sub(r"[()第年号]+", "", match["before"] + match["after"]).removesuffix("字")
    return _WRITER.sub("", office), _whole_year(match["year"]) if match["year"] else -1, int(match["serial"])


def _whole_year(digits: str) -> int:
    """A year of four digits, or of two."""
    return int(digits) if len(digits) > 2 else int(digits) + (1900 if int(digits) >= 50 else 2000)


def _plain(text: str) -> str:
    """A text without spaces, and without what stands around a document number."""
    plain = re.sub(r"\s+", "", unicodedata.normalize("NFKC", variants.fold(text)))
    return re.sub(r"^(?:公布|发文)?(?:文号|字号):", "", _AROUND.sub(r"\1", plain))


def _folded(plain: str) -> str:
    """A document number with round brackets and the digits 0 to 9."""
    folded = re.sub(r"[〔\[【〖《〈「『<{(]", "(", plain)
    folded = re.sub(r"[〕\]】〗》〉」』>})]", ")", folded)
    folded = _IN_WORDS.sub(lambda found: str(_number(found["serial"])), folded)
    folded = _YEAR_FIRST.sub(lambda found: found[0].translate(_CHINESE_DIGITS), folded)
    bracket = folded.find("(")
    return folded[:bracket] + folded[bracket:].translate(_CHINESE_DIGITS) if bracket > 0 else folded


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

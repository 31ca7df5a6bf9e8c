"""Document numbers (文号) in every bracket and numeral form, read into one (GB/T 9704-2012)."""

import re
import unicodedata

from hzcert import variants

_CHINESE_DIGITS = str.maketrans("〇○零一二三四五六七八九", "000123456789")
_SHAPE = re.compile(r"(?P<org>\D{1,16}?)\(?(?P<year>\d{4}|\d{2})\)第?0*(?P<serial>\d{1,5})号?")
_AROUND = re.compile(r"《?([^《》]+号)》?(?:文件?)?")
_OURS = re.compile(r"\D{1,16}\[(?P<year>[0-9]{4})\][0-9]{1,5}号")
ANYWHERE = re.compile(r"[\u4e00-\u9fff]{2,12}[〔［\[【（(][\d〇○零一二三四五六七八九]{2,4}[〕］\]】）)]第?\d{1,5}号")

# Words of a sentence that lead to a document number: 根据浙人专[2007]57号.
_LEADING = re.compile(r"^[\u4e00-\u9fff]*(?:根据|按照|依据|关于|公布|转发|印发|通知|文件|见|以|由|经|及|和|与)")


def tidy(text: str) -> str:
    """A document number in one form, with square brackets as the 2007 notice has it; other text without spaces.

    >>> tidy("湖人专〔1999〕第02号"), tidy("湖人专（二○○三）12号"), tidy("湖人专［99］2 号")
    ('湖人专[1999]2号', '湖人专[2003]12号', '湖人专[1999]2号')
    >>> tidy("《湖人专[1999]12号》"), tidy("湖人专[1999]12号文件")
    ('湖人专[1999]12号', '湖人专[1999]12号')
    """
    plain = re.sub(r"\s+", "", unicodedata.normalize("NFKC", variants.fold(text)))
    plain = _AROUND.sub(r"\1", plain)
    folded = re.sub(r"[〔\[【〖《<{(]", "(", plain)
    folded = re.sub(r"[〕\]】〗》>})]", ")", folded)
    bracket = folded.find("(")
    folded = folded[:bracket] + folded[bracket:].translate(_CHINESE_DIGITS) if bracket > 0 else folded
    match = _SHAPE.fullmatch(folded)
    if not match:
        return plain
    year = match["year"]
    if len(year) == 2:
        year = f"{'19' if int(year) >= 50 else '20'}{year}"
    return f"{match['org']}[{year}]{match['serial']}号"


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

"""Names (姓名): what clerks' programs put into them, taken out again; and keys to compare them by."""

import re
import unicodedata

# Every sign that stands for the dot in a minority or foreign name becomes U+00B7, the sign that GB/T 15834 and the ID
# card use. NFKC is no help: it leaves most of them alone and turns the full-width stop into a full stop.
_DOTS = str.maketrans(dict.fromkeys("•‧・．∙⋅●･᛫◦⸱", "·"))
_INVISIBLE = re.compile(r"[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\ufe00-\ufe0f]")
_HAN = r"\u2e80-\u2fdf\u3007\u3400-\u9fff\uf900-\ufaff\U00020000-\U000323af"
_SPACE_BY_HAN = re.compile(rf"(?<=[{_HAN}·])\s+|\s+(?=[{_HAN}·])")
_ONLY_NAME_SIGNS = re.compile(rf"[{_HAN}]+(?:·[{_HAN}]+)*")


def tidy(name: str) -> str:
    """A name as the ID card has it: no spaces inside Han names, no invisible signs, one kind of dot.

    >>> tidy("买买提 • 阿不都"), tidy("王　芳"), tidy("John  Smith")
    ('买买提·阿不都', '王芳', 'John Smith')
    """
    text = _INVISIBLE.sub("", name).translate(_DOTS).replace("\u3000", " ").strip()
    return re.sub(r"\s+", " ", _SPACE_BY_HAN.sub("", text))


def is_han(name: str) -> bool:
    """Whether a name is Han characters with at most dots between them."""
    return _ONLY_NAME_SIGNS.fullmatch(name) is not None


def strange_characters(name: str) -> str:
    """What can't stand in a name: private-use, control and replacement characters, question marks, digits.

    >>> strange_characters("王?\ue81e"), strange_characters("玛依拉·艾力")
    ('?\ue81e', '')
    """
    return "".join(
        sign
        for sign in name
        if sign in "?？�□■*＊" or sign.isdigit() or unicodedata.category(sign) in {"Co", "Cc", "Cn", "Cs"}
    )


def key(name: str) -> str:
    """What two spellings of one name share: no spaces, no dots, no case. For finding, never for deciding."""
    return re.sub(r"[\s·.]+", "", tidy(name)).casefold()


def unit_key(unit: str) -> str:
    """What two spellings of one unit (单位) share: full width folded, no spaces and brackets."""
    return re.sub(r"[\s()（）\[\]【】〔〕]+", "", unicodedata.normalize("NFKC", _INVISIBLE.sub("", unit)))

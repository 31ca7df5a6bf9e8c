"""Names (姓名) and other Han text: what clerks' programs put into them, taken out again; and keys to compare them by."""

import re
import unicodedata
from functools import lru_cache

from hzcert import variants
from hzcert.variants import fold as fold

_HAN = r"\u2e80-\u2fdf\u3007\u3400-\u9fff\uf900-\ufaff\U00020000-\U000323af"
# Spaces stand beside Han characters and dots to align names on paper; between Latin words they belong there.
_SPACE_BY_HAN = re.compile(rf"(?<=[{_HAN}·])\s+|\s+(?=[{_HAN}·])")
_STOP_BETWEEN_HAN = re.compile(rf"(?<=[{_HAN}])\s*[.．]\s*(?=[{_HAN}])")
_SEX_AFTER = re.compile(r"(?<=.)[（(][男女][)）]$")  # as published lists tell namesakes apart
_ONLY_NAME_SIGNS = re.compile(rf"[{_HAN}]+(?:·[{_HAN}]+)*")
# Letters and digits alone: a full-width bracket is how the standard writes titles.
_FULL_WIDTH = str.maketrans(
    {
        chr(point + 0xFEE0): chr(point)
        for first, last in (("0", "9"), ("A", "Z"), ("a", "z"))
        for point in range(ord(first), ord(last) + 1)
    }
)


def tidy(name: str) -> str:
    """A name as the ID card has it: no spaces inside Han names, no invisible signs, one kind of dot, no radicals.

    >>> tidy("买买提 • 阿不都"), tidy("王　芳"), tidy("John  Smith"), tidy("⻢⼤⼾")
    ('买买提·阿不都', '王芳', 'John Smith', '马大户')
    """
    return tidied(name)[0]


def tidied(name: str) -> tuple[str, tuple[str, ...]]:
    """A name made tidy, and why each change was made, in a clerk's words.

    >>> tidied("⻢　芳")
    ('马芳', ('部首', '空格'))
    """
    return variants.walk(name, _name_steps())


def tidy_text(text: str) -> str:
    """A unit, title or specialty (单位、资格名称、专业) made tidy as a name is, its dots and stops left alone."""
    return tidied_text(text)[0]


def tidied_text(text: str) -> tuple[str, tuple[str, ...]]:
    """The same, and why each change was made."""
    return variants.walk(text, _name_steps(dots=False))


def is_han(name: str) -> bool:
    """Whether a name is Han characters with at most dots between them."""
    return _ONLY_NAME_SIGNS.fullmatch(name) is not None


def strange_characters(name: str) -> str:
    r"""What can't stand in a name: private-use, control and replacement characters, bare radicals, question marks, digits.

    >>> strange_characters("王?\ue000"), strange_characters("玛依拉·艾力")
    ('?\ue000', '')
    """
    return "".join(sign for sign in name if _is_strange(sign))


def key(name: str) -> str:
    """What two spellings of one name share: no spaces, no dots, no case. For finding, never for deciding."""
    return re.sub(r"[\s·.]+", "", tidy(name)).casefold()


def unit_key(unit: str) -> str:
    """What two spellings of one unit (单位) share: full width and radicals folded, no spaces and brackets."""
    return re.sub(r"[\s()（）\[\]【】〔〕]+", "", unicodedata.normalize("NFKC", fold(unit)))


@lru_cache(maxsize=2)
def _name_steps(*, dots: bool = True) -> tuple[variants.Step, ...]:
    table = variants.table("间隔号") | {ord("．"): "·"}
    dotted: variants.Step = ("间隔号", lambda text: _STOP_BETWEEN_HAN.sub("·", text.translate(table)))
    return (
        *variants.fold_steps(),
        ("全角", lambda text: text.translate(_FULL_WIDTH)),
        *((dotted,) if dots else ()),
        ("空格", lambda text: re.sub(r"\s+", " ", _SPACE_BY_HAN.sub("", text)).strip()),
        *((("注明的性别", lambda text: _SEX_AFTER.sub("", text)),) if dots else ()),
    )


def _is_strange(sign: str) -> bool:
    return (
        sign in "?？�□■*＊〓"
        or sign.isdigit()
        or "\u2e80" <= sign <= "\u2fdf"
        or "\u31c0" <= sign <= "\u31ef"
        or unicodedata.category(sign) in {"Co", "Cc", "Cn", "Cs"}
    )

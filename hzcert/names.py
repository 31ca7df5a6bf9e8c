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
# The characters themselves, block by block: Python's own tables lag behind Unicode, and miss those of its newest blocks.
_CHARACTER = (
    r"\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0002a6df\U0002a700-\U0002ebe0\U0002ebf0-\U0002ee5d"
    r"\U0002f800-\U0002fa1d\U00030000-\U00033479"
)
_ONLY_NAME_SIGNS = re.compile(rf"[{_CHARACTER}]+(?:·[{_CHARACTER}]+)*")
_IS_CHARACTER = re.compile(f"[{_CHARACTER}]")
_TIDY = re.compile(r"[\u4e00-\u9fff0-9A-Za-z]+")  # what no step changes
_MISPLACED_DOT = re.compile(r"^·|·(?=·|$)")
CALLED = r"..(?:同志|先生|女士|小姐)$"  # how one speaks of somebody, on no ID card
_SIGNS_OF_LATIN_NAMES = " -'’.,"
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
    return text if _TIDY.fullmatch(text) else tidied_text(text)[0]


def tidied_text(text: str) -> tuple[str, tuple[str, ...]]:
    """The same, and why each change was made."""
    return variants.walk(text, _name_steps(dots=False))


def is_han(name: str) -> bool:
    """Whether a name is Han characters with at most dots between them."""
    return _ONLY_NAME_SIGNS.fullmatch(name) is not None


def strange_characters(name: str) -> str:
    r"""What can't stand in a name: digits, brackets and other signs, private-use and control characters, bare radicals.

    Letters of other scripts can in names without a Han character, and what Latin names are written with; A to Z in all.

    >>> strange_characters("王?\ue000"), strange_characters("玛依拉·艾力"), strange_characters("张三（小）")
    ('?\ue000', '', '（）')
    >>> strange_characters("王ㄦ"), strange_characters("阿Y"), strange_characters("Ömür")
    ('ㄦ', '', '')
    >>> strange_characters("Mary-Ann O'Neil"), strange_characters("张-三"), strange_characters("阿不都·")
    ('', '-', '·')
    """
    mixed = _IS_CHARACTER.search(name) is not None
    signs = "·" if mixed else "·" + _SIGNS_OF_LATIN_NAMES
    may_stand = _is_character_or_plain_letter if mixed else _is_letter
    strange = "".join(sign for sign in name if sign not in signs and not may_stand(sign))
    called = re.search(CALLED, name)
    return strange + ("·" if _MISPLACED_DOT.search(name) else "") + (called[0][2:] if called else "")


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


def _is_letter(sign: str) -> bool:
    """A letter of any script, or a mark on one; private-use and unassigned characters are none."""
    return _IS_CHARACTER.match(sign) is not None or unicodedata.category(sign)[0] in "LM"


def _is_character_or_plain_letter(sign: str) -> bool:
    return _IS_CHARACTER.match(sign) is not None or (sign.isascii() and sign.isalpha())

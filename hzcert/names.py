"""Names (姓名) and other Han text: what clerks' programs put into them, taken out again; and keys to compare them by."""

import csv
import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache
from importlib.resources import files

_INVISIBLE = re.compile(
    r"[\u00ad\u034f\u061c\u115f\u1160\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff"
    r"\uffa0\ufff9-\ufffb\U000e0100-\U000e01ef]"
)
_HAN = r"\u2e80-\u2fdf\u3007\u3400-\u9fff\uf900-\ufaff\U00020000-\U000323af"
# Spaces stand beside Han characters and dots to align names on paper; between Latin words they belong there.
_SPACE_BY_HAN = re.compile(rf"(?<=[{_HAN}·])\s+|\s+(?=[{_HAN}·])")
_STOP_BETWEEN_HAN = re.compile(rf"(?<=[{_HAN}])\s*[.．]\s*(?=[{_HAN}])")
_ONLY_NAME_SIGNS = re.compile(rf"[{_HAN}]+(?:·[{_HAN}]+)*")
_COMPATIBLE = re.compile(r"[\uf900-\ufaff\U0002f800-\U0002fa1f]")
# Letters and digits alone: a full-width bracket is how the standard writes titles.
_FULL_WIDTH = str.maketrans(
    {
        chr(point + 0xFEE0): chr(point)
        for first, last in (("0", "9"), ("A", "Z"), ("a", "z"))
        for point in range(ord(first), ord(last) + 1)
    }
)

Step = tuple[str, Callable[[str], str]]


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
    return _walk(name, _name_steps())


def tidy_text(text: str) -> str:
    """A unit, title or specialty (单位、资格名称、专业) made tidy as a name is, its dots and stops left alone."""
    return _walk(text, _name_steps(dots=False))[0]


def is_han(name: str) -> bool:
    """Whether a name is Han characters with at most dots between them."""
    return _ONLY_NAME_SIGNS.fullmatch(name) is not None


def strange_characters(name: str) -> str:
    """What can't stand in a name: private-use, control and replacement characters, bare radicals, question marks, digits.

    >>> strange_characters("王?\\ue000"), strange_characters("玛依拉·艾力")
    ('?\\ue000', '')
    """
    return "".join(sign for sign in name if _is_strange(sign))


def key(name: str) -> str:
    """What two spellings of one name share: no spaces, no dots, no case. For finding, never for deciding."""
    return re.sub(r"[\s·.]+", "", tidy(name)).casefold()


def unit_key(unit: str) -> str:
    """What two spellings of one unit (单位) share: full width and radicals folded, no spaces and brackets."""
    return re.sub(r"[\s()（）\[\]【】〔〕]+", "", unicodedata.normalize("NFKC", fold(unit)))


def fold(text: str) -> str:
    """A text without invisible signs, its radicals and private-use characters as the mainland characters they stand for.

    NFKC is wrong for mainland text: it makes the radical of 户 into 戶 and leaves that of 马 alone.

    >>> fold("⼾⻢⿈⻩\\ue863")
    '户马黄黄䶮'
    """
    return _walk(text, _fold_steps())[0]


def _walk(text: str, steps: tuple[Step, ...]) -> tuple[str, tuple[str, ...]]:
    """A text after all steps, and the reasons of those that changed something."""
    reasons = []
    for reason, step in steps:
        changed = step(text)
        if changed != text:
            reasons.append(reason)
            text = changed
    return text, tuple(reasons)


@lru_cache(maxsize=2)
def _name_steps(*, dots: bool = True) -> tuple[Step, ...]:
    table = _variants()["间隔号"] | {ord("．"): "·"}
    dotted: Step = ("间隔号", lambda text: _STOP_BETWEEN_HAN.sub("·", text.translate(table)))
    return (
        *_fold_steps(),
        ("全角", lambda text: text.translate(_FULL_WIDTH)),
        *((dotted,) if dots else ()),
        ("空格", lambda text: re.sub(r"\s+", " ", _SPACE_BY_HAN.sub("", text)).strip()),
    )


@lru_cache(maxsize=1)
def _fold_steps() -> tuple[Step, ...]:
    radicals, private = _variants()["部首"], _variants()["自造字"]
    return (
        ("不可见字符", lambda text: _INVISIBLE.sub("", text)),
        ("自造字", lambda text: text.translate(private)),
        ("部首", lambda text: text.translate(radicals)),
        # Canonically the same characters, kept apart only for round trips with older sets.
        ("兼容字", lambda text: _COMPATIBLE.sub(lambda found: unicodedata.normalize("NFC", found[0]), text)),
    )


@lru_cache(maxsize=1)
def _variants() -> dict[str, dict[int, str]]:
    """The fold table by kind: what stands at a code point, and what it becomes."""
    found: dict[str, dict[int, str]] = {}
    with files("hzcert.data").joinpath("variants.csv").open(encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            found.setdefault(row["kind"], {})[int(row["point"], 16)] = row["becomes"]
    return found


def _is_strange(sign: str) -> bool:
    return (
        sign in "?？�□■*＊〓"
        or sign.isdigit()
        or "\u2e80" <= sign <= "\u2fdf"
        or "\u31c0" <= sign <= "\u31ef"
        or unicodedata.category(sign) in {"Co", "Cc", "Cn", "Cs"}
    )

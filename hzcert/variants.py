"""Characters that stand for others (异体): signs that nobody sees, radicals, private-use characters of old fonts.

NFKC is no help with mainland text: it makes the radical of 户 into 戶 and leaves that of 马 alone. The table is our own.
"""

import csv
import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache
from importlib.resources import files

Step = tuple[str, Callable[[str], str]]  # the reason for a change, in a clerk's word, and what makes it

_INVISIBLE = re.compile(
    r"[\u00ad\u034f\u061c\u115f\u1160\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff"
    r"\uffa0\ufff9-\ufffb\U000e0100-\U000e01ef]"
)
_COMPATIBLE = re.compile(r"[\uf900-\ufaff\U0002f800-\U0002fa1f]")


def fold(text: str) -> str:
    r"""A text without invisible signs, its radicals and private-use characters as the mainland characters they stand for.

    >>> fold("⼾⻢⿈⻩\ue863")
    '户马黄黄䶮'
    """
    return walk(text, fold_steps())[0]


def walk(text: str, steps: tuple[Step, ...]) -> tuple[str, tuple[str, ...]]:
    """A text after all steps, and the reasons of those that changed something."""
    reasons = []
    for reason, step in steps:
        changed = step(text)
        if changed != text:
            reasons.append(reason)
            text = changed
    return text, tuple(reasons)


@lru_cache(maxsize=1)
def fold_steps() -> tuple[Step, ...]:
    """The steps of ``fold``."""
    radicals, private = table("部首"), table("自造字")
    return (
        ("不可见字符", lambda text: _INVISIBLE.sub("", text)),
        ("自造字", lambda text: text.translate(private)),
        ("部首", lambda text: text.translate(radicals)),
        # Canonically the same characters, kept apart only for round trips with older sets.
        ("兼容字", lambda text: _COMPATIBLE.sub(lambda found: unicodedata.normalize("NFC", found[0]), text)),
    )


def table(kind: str) -> dict[int, str]:
    """What stands at a code point, and what it becomes: of one kind (部首, 自造字, 间隔号)."""
    return {point: becomes for point, (becomes, its) in _variants().items() if its == kind}


@lru_cache(maxsize=1)
def _variants() -> dict[int, tuple[str, str]]:
    with files("hzcert.data").joinpath("variants.csv").open(encoding="utf-8") as lines:
        return {int(row["point"], 16): (row["becomes"], row["kind"]) for row in csv.DictReader(lines)}

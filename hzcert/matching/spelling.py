"""Names as keys (姓名): what two spellings share, and which names come within one slip of each other."""

import csv
import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

import numpy as np
import numpy.typing as npt

from hzcert import names

Ints = npt.NDArray[np.int64]
Hashes = npt.NDArray[np.uint64]

GAP = "*"  # a character that was not written: a blank, a question mark, a picture, its sound in letters
_HAN = r"\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"
_PLAIN = re.compile(r"[\u4e00-\u9fff]+")
_DESCRIBED = re.compile(rf"[(（\[【〔][^)）\]】〕]*[)）\]】〕](?=.)|[(（\[【〔][^)）\]】〕{_HAN}]*[)）\]】〕]$")
_ASIDE = re.compile(r"[(（\[【〔][^)）\]】〕]*[)）\]】〕]$")  # 王芳（大）: a word that tells namesakes apart
_NOT_HAN = re.compile(rf"[^{_HAN}]+")
_SOUND = re.compile(r"[0-9A-Za-zÀ-ɏ]")
_HAS_HAN = re.compile(f"[{_HAN}]")
_LONGEST = 12  # characters of a name that are looked at for slips
_SECOND_LEVEL = 0xD8  # where GB 2312 begins with what is used less
_RUN = 3  # a rare character may be written as up to so many others: 喆 as 吉吉
_ODD = np.random.default_rng(1).integers(1 << 40, 1 << 62, _LONGEST + 2, dtype=np.uint64) | np.uint64(1)


@lru_cache(maxsize=1)
def common_forms() -> dict[int, str]:
    """Traditional characters and variants (繁体、异体), and the character that stands for each on the mainland."""
    with files("hzcert.data").joinpath("han.csv").open(encoding="utf-8") as lines:
        return {ord(row["variant"]): row["common"] for row in csv.DictReader(lines)}


def in_common_form(texts: Sequence[str]) -> list[str]:
    """Texts with traditional characters and variants in their common form."""
    return "\0".join(texts).translate(common_forms()).split("\0") if texts else []


def letters(values: Sequence[str]) -> list[str]:
    """Names as they are held letter by letter: tidy, and nothing else."""
    return [value if _PLAIN.fullmatch(value) else names.tidy(value) for value in values]


def keys(tidy: Sequence[str]) -> list[str]:
    """What two spellings of one name share; a character that is not there is a ``GAP``.

    >>> keys(["陳國華", "买买提·阿不都", "王?芳", "王zhe芳", "王(吉吉)芳", "王??", "John Smith"])
    ['陈国华', '买买提阿不都', '王*芳', '王*芳', '王*芳', '王**', 'johnsmith']
    """
    return [text if _PLAIN.fullmatch(text) else _key(text) for text in in_common_form(tidy)]


def _key(text: str) -> str:
    if not _HAS_HAN.search(text):
        return re.sub(r"[\s·.*]+", "", text).casefold()
    described = _ASIDE.sub("", _DESCRIBED.sub("?", text))
    described = described if len(described) > 1 else _ASIDE.sub("?", text)  # 王（吉吉）: how a character is made up
    return _NOT_HAN.sub(_gaps, re.sub(r"[\s·.]+", "", described))


def _gaps(signs: re.Match[str]) -> str:
    """Of signs that each stand for a character as many gaps; a sound in letters, or a number, is one."""
    text = signs[0]
    return GAP if _SOUND.search(text) else GAP * len(text)


@lru_cache(maxsize=1 << 16)
def within_a_slip(one: str, other: str) -> str:
    """How two keys of names differ by one slip, if they do.

    ``gap``: a character was not written, or a rare one as several; ``like``: one for another of its sound or shape, one
    twice, or two turned round; ``more``: one more; ``odd``: one for any other.

    >>> within_a_slip("王*芳", "王小芳"), within_a_slip("王小芳", "王晓芳"), within_a_slip("王喆", "王吉吉"), within_a_slip("王小芳", "王国芳")
    ('gap', 'like', 'gap', 'odd')
    >>> within_a_slip("王小芳", "王芳小"), within_a_slip("王小芳", "王芳"), within_a_slip("王小芳", "李晓芳"), within_a_slip("王芳", "王小明")
    ('like', 'more', '', '')
    >>> within_a_slip("王小芳", "王小小芳"), within_a_slip("王婷", "王强婵"), within_a_slip("王淼", "王三水")
    ('like', '', 'gap')
    """
    if one == other:
        return "gap" if GAP in one else ""
    if GAP in one or GAP in other:
        return "gap" if _fits(one, other) or _fits(other, one) else ""
    before = _shared(one, other)
    after = _shared(one[before:][::-1], other[before:][::-1])
    left, right = one[before : len(one) - after], other[before : len(other) - after]
    short, long = sorted((left, right), key=len)
    if before + after == 0 or len(long) > _RUN:
        return ""
    if len(short) == len(long) == 1:
        return "like" if alike(short, long) else "odd"
    if len(short) == 0 and len(long) == 1:
        fuller = max(one, other, key=len)
        twice = long in (fuller[before - 1 : before], fuller[before + 1 : before + 2])
        lost = len(one) == 1 or len(other) == 1 or not _in_gb2312(long)
        return "gap" if lost else "like" if twice else "more"
    if before and len(short) == 1 < len(long):
        return "gap" if _is_made_of(short, long) else ""
    return "like" if len(short) == len(long) == 2 and left == right[::-1] else ""


def in_common(one: str, other: str) -> tuple[str, str]:
    """What two names share before and after the place where they differ: of the first character, and of the others.

    >>> in_common("王小芳", "王国芳"), in_common("李小芳", "王小芳"), in_common("王芳", "王小芳")
    (('王', '芳'), ('', '小芳'), ('王', '芳'))
    """
    before = _shared(one, other)
    after = _shared(one[before:][::-1], other[before:][::-1])
    shared = one[:before] + one[len(one) - after :]
    return (shared[:1], shared[1:]) if before else ("", shared)


def lacks_a_rare_one(one: str, other: str) -> bool:
    """Whether what one name lacks, or has in parts, is a character that a clerk may not find on the keyboard.

    >>> lacks_a_rare_one("王*", "王喆"), lacks_a_rare_one("王吉吉", "王喆"), lacks_a_rare_one("王", "王敏"), lacks_a_rare_one("王*", "王敏")
    (True, True, False, False)
    """
    return any(is_rare(sign) for sign in {*one} ^ {*other} if sign != GAP)


@dataclass(frozen=True, slots=True)
class _Sign:
    sounds: frozenset[str]
    corners: str
    radical: str
    strokes: int


@lru_cache(maxsize=1)
def _signs() -> dict[str, _Sign]:
    """How the characters of names sound and look."""
    with files("hzcert.data").joinpath("signs.csv").open(encoding="utf-8") as lines:
        return {
            row["sign"]: _Sign(
                frozenset(map(_blurred, row["sounds"].split())), row["corners"], row["radical"], int(row["strokes"])
            )
            for row in csv.DictReader(lines)
        }


def _blurred(sound: str) -> str:
    """A syllable without what many ears here do not tell apart: z and zh, n and ng, n and l."""
    return re.sub("^n", "l", re.sub("^([zcs])h", r"\1", sound)).removesuffix("g")


def alike(one: str, other: str) -> bool:
    """Whether two characters sound or look so much alike that one is written for the other.

    >>> alike("小", "晓"), alike("芳", "芬"), alike("健", "建"), alike("国", "明")
    (True, True, True, False)
    """
    first, second = _signs().get(one), _signs().get(other)
    if first is None or second is None:
        return False
    if first.sounds & second.sounds:
        return True
    same = sum(a == b for a, b in zip(first.corners, second.corners, strict=False))
    near = first.radical == second.radical and abs(first.strokes - second.strokes) <= 2
    return same >= 3 or (same >= 2 and near)


def _is_made_of(sign: str, parts: str) -> bool:
    """Whether a rare character was written as its parts: 喆 as 吉吉, 玥 as 王月, 淼 as 三水; their strokes are those of the whole.

    >>> _is_made_of("喆", "吉吉"), _is_made_of("玥", "王月"), _is_made_of("淼", "三水"), _is_made_of("鑫", "宏锦")
    (True, True, True, False)
    """
    if not is_rare(sign):
        return False
    whole = _signs().get(sign)
    if whole is None:  # rarer than any in the table
        return True
    parts = parts[1:] * 3 if len(parts) == 2 and parts[0] == "三" else parts
    known = [part for each in parts if (part := _signs().get(each)) is not None]
    if len(known) < len(parts):
        return False
    strokes = sum(_strokes(part) for part in known)
    # One of the parts is its radical, or they are one part twice or thrice: 宏锦 is not 鑫.
    by_radical = any(part.radical == whole.radical and (part.strokes <= 0 or len(set(parts)) == 1) for part in known)
    return by_radical and abs(strokes - _strokes(whole)) <= 1


# The radicals 1 to 214 stand in order of their strokes: the last one of one stroke, of two, and so on.
_LAST_OF_STROKES = (6, 29, 60, 94, 117, 146, 166, 175, 186, 194, 200, 204, 208, 210, 211, 213, 214)


def _strokes(sign: _Sign) -> int:
    """The strokes of a character: its radical's, and the rest."""
    number = int("".join(filter(str.isdecimal, sign.radical)) or 0)
    return bisect_left(_LAST_OF_STROKES, number) + 1 + sign.strokes


def is_rare(sign: str) -> bool:
    """Whether a character is beyond the 3,755 of everyday use, so that a clerk may not find it on the keyboard."""
    return not _in_gb2312(sign) or sign.encode("gb2312")[0] >= _SECOND_LEVEL


def _in_gb2312(sign: str) -> bool:
    """Whether old programs have a character at all."""
    try:
        return bool(sign.encode("gb2312"))
    except UnicodeEncodeError:
        return False


def _fits(pattern: str, text: str) -> bool:
    """Whether a key with gaps can be another key, each gap standing for one character or for none."""
    if GAP not in pattern or len(pattern.replace(GAP, "")) < 1:
        return False
    return re.fullmatch(".?".join(map(re.escape, pattern.split(GAP))), text) is not None


def _shared(one: str, other: str) -> int:
    count = 0
    for left, right in zip(one, other, strict=False):
        if left != right:
            break
        count += 1
    return count


def neighbours(values: Sequence[str]) -> tuple[Ints, Hashes]:
    """Numbers that names within one slip have in common: whose each is (by position), and the number.

    What is left of a name without one to three characters side by side, and the characters in any order.
    """
    points = np.array([value[:_LONGEST] for value in values], dtype=f"U{_LONGEST}")
    signs = points.view(np.uint32).reshape(len(values), _LONGEST).astype(np.uint64)
    lengths = (signs > 0).sum(axis=1)
    owners: list[Ints] = []
    found: list[Hashes] = []
    for length in range(1, _LONGEST + 1):
        mine = np.flatnonzero(lengths == length)
        if not len(mine):
            continue
        of_length = signs[mine][:, :length]
        for kept in _kept(length):
            owners.append(mine)
            found.append(_hash(of_length[:, kept]))
        if length > 2:
            owners.append(mine)
            found.append((of_length * of_length * _ODD[0]).sum(axis=1, dtype=np.uint64) ^ _ODD[-1])
    if not owners:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.uint64)
    return np.concatenate(owners), np.concatenate(found)


def _kept(length: int) -> Iterable[list[int]]:
    """The places that are left of a name: all, or all but one to three side by side; never none."""
    yield list(range(length))
    for run in range(1, min(_RUN, length - 1) + 1):
        for start in range(length - run + 1):
            yield [place for place in range(length) if not start <= place < start + run]


def _hash(signs: Hashes) -> Hashes:
    width = signs.shape[1]
    mixed: Hashes = (signs * _ODD[:width]).sum(axis=1, dtype=np.uint64) ^ (_ODD[-2] * np.uint64(width))
    return mixed

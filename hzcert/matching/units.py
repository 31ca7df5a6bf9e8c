"""Units (单位): what is the same one under another spelling, an old name, a short form, or with a slip."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import numpy.typing as npt
from rapidfuzz.distance import Levenshtein

from hzcert import names
from hzcert.matching.spelling import in_common_form


class Unit(IntEnum):
    """How two units compare, the weakest first."""

    UNKNOWN = 0  # one of them is not given
    OTHER = 1
    ALIKE = 2  # much the same, and not surely one
    SLIP = 3  # one slip of the pen, or two in a long name
    SHORT = 4  # a part of the other, or a short form of it
    SEEN = 5  # several others have moved from one to the other, as this batch shows
    FOLDED = 6  # the same but for places before it and the legal form behind it
    RENAMED = 7  # the same by the office's table of renamed units
    SAME = 8


# Which of them speak for the same unit.
GOOD = Unit.SLIP
_LEGAL = re.compile(r"(?:股份|集团|控股)*(?:有限)?(?:责任)?(?:总)?公司$|集团$")
_NUMERALS = str.maketrans("一二三四五六七八九〇零两", "123456789002")
_BETWEEN = re.compile(r"[·.,，、\-—]+")
_ORDINAL = re.compile("第(?=[一二三四五六七八九十0-9])")
_NUMERAL = re.compile(r"[0-9十百]")
# Characters of which one more or another one makes another unit: 城东小学 is not 城西小学.
_TELLING = frozenset(
    "东西南北中上下前后左右大小新老内外甲乙丙丁戊省市县区镇乡村男女初高幼总分附一二三四五六七八九十0123456789"
)
_TOWNS = frozenset("镇乡")  # left out of short forms: 上墅卫生院 is 上墅镇卫生院
_SHORT_ENDINGS = (("小", "小学"), ("中", "中学"))
_OTHER_WHEN_ADDED = ("附属", "附中", "附小", "附院", "分校", "幼儿园", "离退休", "退休", "工会", "筹建", "联合", "中心")
_CITY = "市"  # the place of a unit of the city or the province itself
_TYPES = (
    "局",
    "院",
    "所",
    "校",
    "厂",
    "司",
    "站",
    "馆",
    "社",
    "队",
    "园",
    "处",
    "办",
    "店",
    "场",
    "学",
    "会",
    "室",
    "科",
    "行",
    "台",
    "部",
)


@dataclass(frozen=True, slots=True)
class Parts:
    """One unit, taken apart: its key, the place before it, and what is left without place and legal form."""

    key: str
    place: str
    core: str
    numerals: str

    @property
    def bare(self) -> str:
        """County and core: what all spellings of the unit share; that it is the city's is often left out."""
        return f"{self.place.removeprefix(_CITY)} {self.core}" if self.core else ""


@dataclass(frozen=True)
class Places:
    """The places that stand before the names of units here: the city's, and those of its counties and districts."""

    above: tuple[str, ...]  # province and city, long forms first
    below: Mapping[str, str]  # counties and districts in any form, and the one meant

    def cut(self, key: str) -> tuple[str, str]:
        """The place that a unit is of, as near as it says, and what follows."""
        place, rest = "", key
        for word in self.above:
            if rest.startswith(word) and len(rest) - len(word) >= 2:
                place, rest = _CITY, rest[len(word) :]
        for word, meant in self.below.items():
            if rest.startswith(word) and len(rest) - len(word) >= 2:
                return meant, rest[len(word) :]
        return place, rest


def places_of(province: str, city: str, regions: Sequence[str]) -> Places:
    """The places of a policy: 浙江省湖州市 with 德清县 and others; without their last character too."""
    above = [province, province.rstrip("省"), city, city.rstrip("市")]
    long = {region: region for region in regions if region[-1:] in "县区市"}
    short = {region[:-1]: region for region in long if len(region) > 2}
    both = long | short
    ordered = dict(sorted(both.items(), key=lambda pair: (-len(pair[0]), pair[0])))
    return Places(tuple(word for word in above if word), ordered)


def take_apart(units: Sequence[str], places: Places) -> list[Parts]:
    """Every unit taken apart."""
    found = []
    for key in in_common_form([names.unit_key(unit) for unit in units]):
        place, rest = places.cut(key)
        core = _ORDINAL.sub("", _BETWEEN.sub("", rest))
        bare = _LEGAL.sub("", core)
        core = bare if len(bare) >= 2 else core
        found.append(Parts(key, place, core, "".join(_NUMERAL.findall(core.translate(_NUMERALS)))))
    return found


def unit_renames(pairs: Sequence[tuple[str, str]], places: Places) -> dict[str, tuple[str, ...]]:
    """From each old name, whatever its spelling, all later ones, the newest last: 甲→乙 and 乙→丙 lead from 甲 to 乙 and 丙.

    A unit that was divided has several; two that were joined lead to one, and are not each other.
    """
    old, new = (take_apart([pair[at] for pair in pairs], places) for at in (0, 1))
    steps: dict[str, list[str]] = {}
    for one, other in zip(old, new, strict=True):
        if one.bare and other.bare and other.bare != one.bare:
            steps.setdefault(one.bare, []).append(other.bare)
    found = {}
    for name in steps:
        later: dict[str, None] = {}
        ahead = [name]
        while ahead:
            following = [each for each in steps.get(ahead.pop(0), ()) if each != name and each not in later]
            later |= dict.fromkeys(following)
            ahead += following
        found[name] = tuple(later)
    return found


def relation(one: Parts, other: Parts) -> Unit:
    """How two units compare, by their names alone."""
    if not one.key or not other.key:
        return Unit.UNKNOWN
    if one.key == other.key:
        return Unit.SAME
    near = one.place == other.place or not one.place or not other.place
    if one.core == other.core:
        return Unit.FOLDED if near else Unit.OTHER
    if one.numerals != other.numerals or not (near or _CITY in (one.place, other.place)):
        return Unit.OTHER
    short, long = sorted((one.core, other.core), key=lambda text: (len(text), text))
    if (
        len(short) >= (2 if short[0] in _TELLING and one.place == other.place else 3)
        and near
        and _is_short_form(short, long)
    ):
        return Unit.SHORT
    apart = Levenshtein.distance(short, long, score_cutoff=3)
    if near and len(short) >= 4 and apart <= (1 if len(short) < 8 else 2) and not _tells(short, long):
        return Unit.SLIP
    if apart <= max(1, len(long) // 3) and not _tells(short, long):
        return Unit.ALIKE
    return Unit.OTHER


def _is_short_form(short: str, long: str) -> bool:
    """Whether a name is a part of another, or its characters stand in the other in order, kind of unit and all."""
    if short in long:
        more = long.replace(short, "", 1)
        if any(word in more for word in _OTHER_WHEN_ADDED):
            return False
        return long.startswith(short) or (long.endswith(short) and not more[-1:].isdigit())
    ending = next((more for less, more in _SHORT_ENDINGS if short.endswith(less) and long.endswith(more)), "")
    short = short[:-1] + ending if ending else short  # 三合二小: 三合镇第二小学
    if short[0] != long[0] or short[-1] != long[-1] or short[-1] not in _TYPES or len(short) * 3 < len(long):
        return False
    rest = iter(long)
    in_order = all(sign in rest for sign in short)
    added = list(long)
    for sign in short:
        if sign in added:
            added.remove(sign)
    return in_order and not _TELLING.difference(_TOWNS).intersection(added)


def _tells(one: str, other: str) -> bool:
    """Whether what differs is a character that makes another unit."""
    edits = Levenshtein.opcodes(one, other)
    differing = "".join(
        one[edit.src_start : edit.src_end] + other[edit.dest_start : edit.dest_end]
        for edit in edits
        if edit.tag != "equal"
    )
    return not _TELLING.isdisjoint(differing)


def bits(cores: Sequence[Parts]) -> npt.NDArray[np.uint64]:
    """The characters of each core as one number of 64 bits: two that share few can't be one unit."""
    signs = np.frombuffer("".join(parts.core for parts in cores).encode("utf-32-le"), np.uint32).astype(np.uint64)
    marks = np.uint64(1) << (signs * np.uint64(0x9E3779B1) >> np.uint64(7) & np.uint64(63))
    lengths = np.array([len(parts.core) for parts in cores], dtype=np.int64)
    found = np.zeros(len(cores), dtype=np.uint64)
    written = np.flatnonzero(lengths)
    found[written] = np.bitwise_or.reduceat(marks, (np.cumsum(lengths) - lengths)[written]) if len(written) else 0
    return found

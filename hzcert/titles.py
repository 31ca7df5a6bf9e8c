"""Titles (资格名称), series (系列) and levels (级别) of GB/T 8561-2001, with what a policy adds.

The level is looked up, never read out of the words: 高级记者 is 正高 but 高级教练 is 副高; 馆员 is 中级.
"""

import csv
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from hzcert import variants

LEVELS = ("正高", "副高", "中级", "助理级", "员级")

# How clerks write a level. 高级 and 初级 are the notice's own words for two levels each; the title says which.
_LEVEL_WORDS = {
    "正高级": "正高", "副高级": "副高", "中": "中级", "助理": "助理级", "助级": "助理级", "员": "员级", "技术员级": "员级",
}  # fmt: skip
_LEVEL_IN_LEVEL = re.compile(r"([^()（）]+)[(（]([^()（）]+)[)）]")
BROAD_LEVELS: dict[str, tuple[str, ...]] = {"高级": ("正高", "副高"), "初级": ("助理级", "员级")}


@dataclass(frozen=True, slots=True)
class Title:
    """One qualification of the standard or of a policy: ``052 高级教师（中学）, 中学教师, 副高``."""

    code: str
    name: str
    series: str
    level: str

    @property
    def bare(self) -> str:
        """The name without what stands in brackets to tell it from its namesakes."""
        return self.name.partition("（")[0]


@dataclass(frozen=True)
class Titles:
    """The table of titles, found by any of their spellings."""

    by_spelling: dict[str, tuple[Title, ...]]

    def find(self, name: str, series: str = "") -> tuple[Title, ...]:
        """All titles that a name may mean, narrowed by the series where one is given and fits."""
        found = self.by_spelling.get(_key(name), ())
        fitting = tuple(title for title in found if series_fits(series, title.series))
        return fitting or found


def make_titles(extra: Iterable[Title] = ()) -> Titles:
    """The standard's titles and a policy's own."""
    spellings: dict[str, dict[str, Title]] = {}
    for title in (*_standard(), *extra):
        for spelling in _spellings(title):
            spellings.setdefault(_key(spelling), {})[title.code] = title
    return Titles({spelling: tuple(found.values()) for spelling, found in spellings.items()})


def tidy_level(text: str) -> str:
    """A level in the canonical word, as far as the word alone tells.

    >>> tidy_level("副高级"), tidy_level("初级"), tidy_level("助理级"), tidy_level("初级（助理级）")
    ('副高', '初级', '助理级', '助理级')
    """
    word = _key(text)
    if found := _LEVEL_IN_LEVEL.fullmatch(word):  # 高级（副高）; 中级（副高） says two things
        broad, narrow = tidy_level(found[1]), tidy_level(found[2])
        return narrow if narrow in BROAD_LEVELS.get(broad, ()) else broad if narrow == broad else word
    word = word.removesuffix("职称").removesuffix("职务") or word
    return _LEVEL_WORDS.get(word, word)


def series_fits(given: str, series: str) -> bool:
    """Whether what a clerk wrote for a series can mean this one: its words, in order, inside the standard's, or another name.

    >>> series_fits("工程系列", "工程技术人员"), series_fits("卫生", "卫生技术人员（护理）"), series_fits("会计", "经济专业人员")
    (True, True, False)
    >>> series_fits("中小学教师系列", "小学教师"), series_fits("医疗卫生", "卫生技术人员（医师）"), series_fits("财会", "统计专业人员")
    (True, True, False)
    """
    word = re.sub(r"(?:技术|专业)?(?:人员)?(?:系列|专业)?$", "", _key(given))
    rest = iter(_key(series))
    return all(sign in rest for sign in word) or series.partition("（")[0] in _other_names().get(word, ())


def _spellings(title: Title) -> Iterable[str]:
    """工程师; 讲师（高校） also as 高校讲师 and, where nothing tells it from its namesakes, as 讲师."""
    kind = title.name.partition("（")[2].rstrip("）")
    yield from {title.name, title.bare, f"{kind}{title.bare}"}


def _key(text: str) -> str:
    # Without the spaces, an accent that stood apart may join the letter before it.
    return unicodedata.normalize("NFC", re.sub(r"\s+", "", unicodedata.normalize("NFKC", variants.fold(text))))


@lru_cache(maxsize=1)
def _other_names() -> dict[str, tuple[str, ...]]:
    """What series are called besides, and the standard's that are meant."""
    with files("hzcert.data").joinpath("series.csv").open(encoding="utf-8") as lines:
        return {_key(row["word"]): tuple(row["series"].split()) for row in csv.DictReader(lines)}


@lru_cache(maxsize=1)
def _standard() -> tuple[Title, ...]:
    with files("hzcert.data").joinpath("titles.csv").open(encoding="utf-8") as lines:
        return tuple(Title(row["code"], row["title"], row["series"], row["level"]) for row in csv.DictReader(lines))

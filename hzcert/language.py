"""The language in which people are spoken to (语言): Chinese as it stands in the code, English from a catalogue.

One run speaks one language, so that it is said once, at the edge, and not handed through every call. Findings keep the
words that fill their messages, and are put into sentences only when somebody reads them. What has no English is shown
in Chinese, which is honest: titles, levels and names of units are the data's own words.
"""

import re
import tomllib
from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cached_property, lru_cache
from importlib.resources import files

CHINESE, ENGLISH = "zh", "en"
_spoken: ContextVar[str] = ContextVar("language", default=CHINESE)


@dataclass(frozen=True)
class Said:
    """What one kind of finding says and asks for, with gaps."""

    says: str = ""
    remedy: str = ""


@dataclass(frozen=True)
class Phrase:
    """A Chinese sentence with gaps, and the English one with the same gaps."""

    chinese: str
    english: str

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """All that the Chinese sentence can say; made when first looked for, since most runs look for none."""
        return pattern(self.chinese)


@dataclass(frozen=True)
class Catalogue:
    """All that is said in English: by code, words by their Chinese, sentences with gaps, and help."""

    codes: Mapping[str, Said]
    words: Mapping[str, str]
    phrases: Sequence[Phrase]
    sentences: Sequence[Phrase]
    help: Mapping[str, str]


def speak(language: str) -> None:
    """Speak this language from here on."""
    _spoken.set(language)


def spoken() -> str:
    """The language that is spoken."""
    return _spoken.get()


def preferred(environment: Mapping[str, str]) -> str:
    """The language that a locale asks for: Chinese, unless it is an English one.

    >>> preferred({"LANG": "en_GB.UTF-8"}), preferred({"LANG": "C.UTF-8"}), preferred({"LANG": "en_US", "LC_ALL": "zh_CN"})
    ('en', 'zh', 'zh')
    """
    named = next((environment[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if environment.get(name)), "")
    return ENGLISH if named.lower().startswith("en") else CHINESE


@lru_cache(maxsize=1)
def catalogue() -> Catalogue:
    """The English catalogue."""
    raw = files("hzcert.data").joinpath("locale", "en.toml").read_text(encoding="utf-8")
    content = tomllib.loads(raw)
    return Catalogue(
        {code: Said(**said) for code, said in content["codes"].items()},
        content["words"],
        _phrases(content["phrases"]),
        _phrases(content["sentences"]),
        content["help"],
    )


def _phrases(table: Mapping[str, str]) -> tuple[Phrase, ...]:
    """Sentences as patterns, the most telling first."""
    longest = sorted(table, key=lambda chinese: -len(_GAP.sub("", chinese)))
    return tuple(Phrase(chinese, table[chinese]) for chinese in longest)


_GAP = re.compile(r"\{(\w+)\}")
# What may fill some gaps, a row or column and one part of a list; others take anything.
_GAPS = dict.fromkeys(("first", "last"), r"[0-9A-Z]+") | dict.fromkeys(("one", "other"), "[^、]+?")
_PLAIN = re.compile(r"[0-9A-Z-]+|.+\.[A-Za-z]{2,5}")  # rows, cells, dates, files: a list of them belongs to no language


def pattern(template: str) -> re.Pattern[str]:
    """A sentence with gaps as the pattern of all that it can say.

    >>> pattern("找不到 {path}").fullmatch("找不到 a.xlsx")["path"]
    'a.xlsx'
    """
    parts = _GAP.split(template)
    said = (
        f"(?P<{part}>{_GAPS.get(part, '.*?')})" if place % 2 else re.escape(part) for place, part in enumerate(parts)
    )
    return re.compile("".join(said), re.DOTALL)


def said(code: str) -> Said:
    """What is said of a code in the language spoken; empty where the code's own Chinese stands."""
    return catalogue().codes.get(code, Said()) if _spoken.get() == ENGLISH else Said()


def word(text: str) -> str:
    """A word of ours, given in Chinese; as it stands where it is nobody's but the data's.

    >>> word("错误")
    '错误'
    """
    return catalogue().words.get(text, text) if _spoken.get() == ENGLISH else text


def words(text: str) -> str:
    """What fills the gap of a message: a word, a sentence or a list of them, each put into the language spoken."""
    return _in_english(text) if _spoken.get() == ENGLISH else text


def sentence(text: str) -> str:
    """What a command says to a person, such as why it could not go on, put into the language spoken."""
    if _spoken.get() != ENGLISH:
        return text
    return catalogue().words.get(text) or _by_phrase(text, catalogue().sentences) or _in_english(text)


def help_text(text: str) -> str:
    """A text of ``--help`` in the language spoken."""
    if _spoken.get() != ENGLISH:
        return text
    return catalogue().help.get(text, text.replace("例：", "Example: "))


@lru_cache(maxsize=1 << 14)
def _in_english(text: str) -> str:
    """A text in English as far as it is ours."""
    known = catalogue()
    if text in known.words:
        return known.words[text]
    parts = text.split("；")
    if len(parts) > 1 and all(_in_english(part) != part for part in parts):
        return "; ".join(map(_in_english, parts))
    if phrase := _by_phrase(text, known.phrases):
        return phrase
    parts = text.split("、")
    ours = [_in_english(part) for part in parts] if len(parts) > 1 else parts
    return ", ".join(ours) if ours != parts or all(map(_PLAIN.fullmatch, parts)) else text


def _by_phrase(text: str, phrases: Sequence[Phrase]) -> str:
    """A text by the first phrase that it is an instance of; empty where there is none."""
    for phrase in phrases:
        if found := phrase.pattern.fullmatch(text):
            return phrase.english.format(**{name: _in_english(value) for name, value in found.groupdict().items()})
    return ""

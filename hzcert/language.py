"""The language in which people are spoken to (语言): Chinese as it stands in the code, English from a catalogue.

One run speaks one language, so that it is said once, at the edge, and not handed through every call. Findings keep the
words that fill their messages, and are put into sentences only when somebody reads them.
"""

import tomllib
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

CHINESE, ENGLISH = "zh", "en"
_spoken: ContextVar[str] = ContextVar("language", default=CHINESE)


@dataclass(frozen=True)
class Said:
    """What one kind of finding says and asks for, with gaps; and an example: what breaks it, and what to write instead."""

    says: str = ""
    remedy: str = ""
    wrong: str = ""
    right: str = ""


@dataclass(frozen=True)
class Catalogue:
    """What one language says: by code, and words and phrases by their Chinese."""

    codes: Mapping[str, Said]
    words: Mapping[str, str]


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


@lru_cache(maxsize=2)
def catalogue(language: str) -> Catalogue:
    """All that is translated; in Chinese, only the examples."""
    raw = files("hzcert.data").joinpath("locale", f"{language}.toml").read_text(encoding="utf-8")
    content = tomllib.loads(raw)
    codes = {code: Said(**said) for code, said in content["codes"].items()}
    return Catalogue(codes, content.get("words", {}))


def said(code: str) -> Said:
    """What is said of a code in the language spoken; empty where the code's own Chinese stands."""
    here, chinese = catalogue(_spoken.get()).codes.get(code, Said()), catalogue(CHINESE).codes.get(code, Said())
    return Said(here.says, here.remedy, here.wrong or chinese.wrong, here.right or chinese.right)


def word(text: str) -> str:
    """A word or phrase of ours, given in Chinese; as it stands where it is nobody's but the data's.

    >>> word("错误")
    '错误'
    """
    return catalogue(ENGLISH).words.get(text, text) if _spoken.get() == ENGLISH else text


def words(text: str) -> str:
    """A list of words such as headings, each put into the language spoken."""
    if _spoken.get() != ENGLISH:
        return text
    return ", ".join(map(word, text.split("、"))) if "、" in text else word(text)

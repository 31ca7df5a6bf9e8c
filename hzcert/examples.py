"""An example of each kind of finding (例): what breaks the rule, and what to write instead."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

from hzcert.fields import HEADINGS
from hzcert.language import spoken, word


@dataclass(frozen=True, slots=True)
class Example:
    """What is wrong and what is right, a line each, in the language spoken."""

    wrong: tuple[str, ...]
    right: tuple[str, ...]


@lru_cache(maxsize=1)
def given() -> Mapping[str, Mapping[str, Any]]:
    """The examples as they are written down, by code."""
    return tomllib.loads(files("hzcert.data").joinpath("examples.toml").read_text(encoding="utf-8"))


def example(code: str) -> Example | None:
    """The example of one code; an office's own rules have none."""
    if code not in given():
        return None
    return Example(_lines(given()[code], "wrong"), _lines(given()[code], "right"))


def _lines(said: Mapping[str, Any], side: str) -> tuple[str, ...]:
    if f"{side}_text" in said:
        return (said[f"{side}_text"][spoken()],)
    if f"{side}_sheet" in said:
        return tuple(" | ".join(map(str, row)).rstrip(" |") for row in said[f"{side}_sheet"])
    entries: Sequence[Mapping[str, object]] = said[side] if isinstance(said[side], list) else [said[side]]
    return tuple("; ".join(_field(name, value) for name, value in entry.items()) for entry in entries)


def _field(name: str, value: object) -> str:
    return f"{word(HEADINGS[name])}: {value if value != '' else word('（空）')}"

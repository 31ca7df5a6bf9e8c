"""The hash chain: every event carries the SHA-256 of itself and of the hash before it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from typing import NamedTuple

import orjson

GENESIS = "0" * 64
Line = tuple[int, int, str, str, str, str, str, str, str]  # an event as its table has it


def canonical(data: Mapping[str, object]) -> str:
    """Data as canonical JSON: keys in order, no spaces, characters as they are.

    >>> canonical({"b": 1, "a": "张"})
    '{"a":"张","b":1}'
    """
    return orjson.dumps(data, option=orjson.OPT_SORT_KEYS).decode()


class Draft(NamedTuple):
    """An event that is about to be written: of which file (0: the register), of which kind, what it says."""

    file: int
    kind: str
    data: str
    day: str = ""  # other than the run's: of an event that is taken over from elsewhere
    at: str = ""
    operator: str = ""
    authority: str = ""


@dataclass(frozen=True, slots=True)
class Stamp:
    """What all events of one run share: the day, the moment, who did it, for which authority."""

    day: str
    at: str
    operator: str
    authority: str


def link(drafts: Iterable[Draft], stamp: Stamp, seq: int, before: str) -> Iterator[Line]:
    """Lines for the table of events, each linked to the one before."""
    usual = _words(stamp.day, stamp.at, stamp.operator, stamp.authority)
    for file, kind, data, day, at, operator, authority in drafts:
        seq += 1
        own, words = (stamp.day, stamp.at, stamp.operator, stamp.authority), usual
        if at or day:
            own = (day, at, operator, authority) if at else (day, *own[1:])
            words = _words(*own)
        before = sha256(f'{before}[{seq},{file},"{kind}",{words},{data}]'.encode()).hexdigest()
        yield (seq, file, kind, *own, data, before)


@lru_cache(maxsize=64)  # the words of one run are the same many times over
def _words(*words: str) -> str:
    return ",".join(orjson.dumps(word).decode() for word in words)


def proves(line: Line, seq: int, before: str) -> bool:
    """Whether a line is what its hash says, and follows the one before."""
    own, file, kind, day, at, operator, authority, data, hash_ = line
    if own != seq:
        return False
    text = f'{before}[{own},{file},"{kind}",{_words(day, at, operator, authority)},{data}]'
    return sha256(text.encode()).hexdigest() == hash_

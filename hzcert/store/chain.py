"""The hash chain: every event carries the SHA-256 of itself and of the hash before it."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256

import orjson
import pyarrow as pa
import pyarrow.compute as pc

from hzcert.texts import Texts

GENESIS = "0" * 64
Line = tuple[int, int, str, str, str, str, str, str, str]  # an event as its table has it


def canonical(data: Mapping[str, object] | str) -> str:
    """Data as canonical JSON: keys in order, no spaces, characters as they are.

    >>> canonical({"b": 1, "a": "张"})
    '{"a":"张","b":1}'
    """
    return orjson.dumps(data, option=orjson.OPT_SORT_KEYS).decode()


def canonical_rows(columns: Mapping[str, pa.Array], sparse: Collection[str] = ()) -> list[str]:
    """The same of every row of some columns; of ``sparse`` ones an empty text is left out.

    >>> canonical_rows({"b": pa.array([1, 2]), "a": pa.array(["张", ""], pa.large_string())}, sparse=["a"])
    ['{"a":"张","b":1}', '{"b":2}']
    """
    nothing, parts = pa.scalar("", pa.large_string()), []
    for name in sorted(columns):
        column = columns[name]
        number = pa.types.is_integer(column.type)
        said = column.cast(pa.large_string()) if number else Texts(column).each(canonical).array
        said = pc.binary_join_element_wise(pa.scalar(f',"{name}":', pa.large_string()), said, nothing)
        parts.append(pc.if_else(pc.equal(column, ""), nothing, said) if name in sparse else said)
    return [f"{{{text[1:]}}}" for text in pc.binary_join_element_wise(*parts, nothing).to_pylist()]


@dataclass(frozen=True, slots=True)
class Stamp:
    """What all events of one run share: the day, the moment, who did it, for which authority."""

    day: str
    at: str
    operator: str
    authority: str


# An event that is about to be written: of which file (0: the register), of which kind, what it says; and a stamp of its own,
# if it is taken over from elsewhere. A bare tuple, since a million are made at a time.
Draft = tuple[int, str, str, Stamp | None]


def link(drafts: Iterable[Draft], stamp: Stamp, seq: int, before: str) -> list[Line]:
    """Lines for the table of events, each linked to the one before."""
    lines = []
    last: Stamp | None = None
    for file, kind, data, own in drafts:
        seq += 1
        said = own or stamp
        if said is not last:
            day, at, operator, authority = said.day, said.at, said.operator, said.authority
            last, words = said, _words(day, at, operator, authority)
        before = sha256(f'{before}[{seq},{file},"{kind}",{words},{data}]'.encode()).hexdigest()
        lines.append((seq, file, kind, day, at, operator, authority, data, before))
    return lines


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

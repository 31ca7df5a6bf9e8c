"""In what an entry and its row differ, field by field and kind by kind; what a list does not say can't differ."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow.compute as pc

from hzcert import dates
from hzcert.matching.joining import Ints
from hzcert.matching.keys import Keys, by_pairs, coded
from hzcert.matching.pairs import Document, Name, Pairs, Said
from hzcert.matching.units import Unit
from hzcert.table import Mask, Table
from hzcert.titles import BROAD_LEVELS

FIELDS = (
    "document_no", "name", "id_number", "sex", "birth_date", "title", "level", "employer", "specialty", "obtained_on", "remark",
)  # fmt: skip
# Kinds of differences that a policy may name besides a whole field, and what a clerk calls them.
KINDS: Mapping[str, str] = {
    "name:variant": "异体、繁体或间隔号不同",
    "name:gap": "有字没有写出",
    "name:slip": "音近、形近或颠倒的一个字",
    "name:odd": "差一个字",
    "name:former": "公布的是曾用名",
    "document_no:partial": "文号没有写全",
    "document_no:missing": "一边没有文号",
    "document_no:slip": "文号有一处不同",
    "employer:folded": "只差地名或公司的形式",
    "employer:renamed": "单位已更名",
    "employer:seen": "本批多人同样改变的单位",
    "employer:short": "单位简称或分支",
    "employer:slip": "单位差一两个字",
    "specialty:missing": "填报没有写",
}
_NAMES = {
    Name.ODD: "name:odd",
    Name.SLIP: "name:slip",
    Name.GAP: "name:gap",
    Name.FORMER: "name:former",
    Name.VARIANT: "name:variant",
}
_DOCUMENTS = {
    Document.PARTIAL: "document_no:partial",
    Document.UNKNOWN: "document_no:missing",
    Document.SLIP: "document_no:slip",
}
_UNITS = {
    Unit.FOLDED: "employer:folded", Unit.RENAMED: "employer:renamed", Unit.SEEN: "employer:seen", Unit.SHORT: "employer:short",
    Unit.SLIP: "employer:slip",
}  # fmt: skip


_BY_FIELD: Mapping[str, Mapping[int, str]] = {
    field: {int(kind): word for kind, word in table.items()}
    for field, table in (
        ("name", _NAMES),
        ("document_no", _DOCUMENTS),
        ("employer", _UNITS),
        ("specialty", {Said.UNKNOWN: "specialty:missing"}),
    )
}


@dataclass(frozen=True)
class Unlike:
    """Of some pairs the fields in which they differ, and of names, documents and units the kind of difference."""

    fields: Mapping[str, Mask]
    kinds: Mapping[str, Ints]

    def kind(self, name: str, place: int) -> str:
        """The kind of a difference; the field itself where there is no nearer word."""
        return _BY_FIELD[name].get(int(self.kinds[name][place]), name) if name in self.kinds else name

    def accepted(self, accepted: frozenset[str]) -> Mask:
        """Which pairs differ in nothing that the policy does not let pass."""
        count = len(next(iter(self.fields.values())))
        passing = np.ones(count, dtype=np.bool_)
        for name, differs in self.fields.items():
            if name in accepted:
                continue
            let_by = np.zeros(count, dtype=np.bool_)
            for kind, word in _BY_FIELD.get(name, {}).items():
                if word in accepted:
                    let_by |= self.kinds[name] == kind
            passing &= ~differs | let_by
        return passing


def unlike(keys: Keys, holders: Table, published: Table, found: Pairs, struck: tuple[str, ...]) -> Unlike:
    """In what these pairs differ. Names were folded to find the row; here they are held letter by letter."""
    ours, theirs, left, right = keys.ours, keys.theirs, found.ours, found.theirs
    given = {name: _given(published, name)[right] for name in FIELDS}
    level = coded(holders.texts("level"), published.texts("level"))
    fits = by_pairs(
        level.ours[left], level.theirs[right], lambda a, b: int(_level_fits(level.values[a], level.values[b]))
    )
    fields: dict[str, Mask] = {
        "document_no": (ours.document[left] != theirs.document[right]) | (ours.document[left] < 0),
        "name": ours.letters[left] != theirs.letters[right],
        "id_number": given["id_number"] & (found.person != Said.SAME),
        "sex": found.sex == Said.OTHER,
        "birth_date": found.born == Said.OTHER,
        "title": found.title != Said.SAME,
        "level": given["level"] & (fits == 0),
        "employer": given["employer"] & (found.unit != Unit.SAME),
        "specialty": given["specialty"] & (ours.specialty[left] != theirs.specialty[right]),
        "obtained_on": given["obtained_on"] & ~_same_day(holders, published, left, right),
        "remark": _struck(published, struck)[right],
    }
    kinds = {"name": found.name, "document_no": found.document, "employer": found.unit, "specialty": found.specialty}
    return Unlike({name: np.asarray(mask, dtype=np.bool_) for name, mask in fields.items()}, kinds)


def _given(table: Table, name: str) -> Mask:
    return np.asarray(pc.not_equal(table.texts(name), ""), dtype=np.bool_)


def _level_fits(ours: str, theirs: str) -> bool:
    """Whether a list's level, which may be the notice's broad word (高级, 初级), holds the entry's."""
    return ours in BROAD_LEVELS.get(theirs, (theirs,)) or theirs in BROAD_LEVELS.get(ours, ())


def _same_day(holders: Table, published: Table, left: Ints, right: Ints) -> Mask:
    column = coded(holders.texts("obtained_on"), published.texts("obtained_on"))
    same = by_pairs(
        column.ours[left], column.theirs[right], lambda a, b: int(dates.same(column.values[a], column.values[b]))
    )
    return same.astype(np.bool_) & _given(holders, "obtained_on")[left]


def _struck(published: Table, words: tuple[str, ...]) -> Mask:
    """Rows whose remark takes a person back."""
    remarks = coded(published.texts("remark")[:0], published.texts("remark"))
    return np.array([any(word in value for word in words) for value in remarks.values], dtype=np.bool_)[remarks.theirs]

"""Entries as the register takes them in (录入): records, their text as events have it, and their fingerprints, column by column."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from hashlib import sha256
from operator import itemgetter

from hzcert.fields import FIELDS, HEADINGS
from hzcert.store import canonical
from hzcert.table import Table

_PRINTED = tuple(name for name in HEADINGS if name not in ("phone", "remark"))
_SAID = itemgetter(*_PRINTED)


def fingerprint(entry: Mapping[str, str]) -> str:
    """The hash of all that an entry says of the person and the qualification: one changed letter makes another."""
    return _hash(map(canonical, _SAID(entry)))


def _hash(quoted: Iterable[str]) -> str:
    return sha256(f"[{', '.join(quoted)}]".encode()).hexdigest()


class Intake:
    """The entries of a table; what repeats itself in a column is looked at once, since there may be a million."""

    def __init__(self, holders: Table) -> None:
        self._holders = holders
        self._columns: dict[str, tuple[list[str], list[int]]] = {}

    def __len__(self) -> int:
        """How many entries."""
        return len(self._holders)

    def _column(self, name: str) -> tuple[list[str], list[int]]:
        """The different texts of a column, and which of them each entry has."""
        if name not in self._columns:
            coded = self._holders.texts(name).dictionary_encode()
            self._columns[name] = coded.dictionary.to_pylist(), coded.indices.to_numpy().tolist()
        return self._columns[name]

    def texts(self, name: str, said: Mapping[str, str] | None = None) -> Sequence[str]:
        """One column; of each text what is said for it instead."""
        words, which = self._column(name)
        shown = words if said is None else [said[word] for word in words]
        return [shown[each] for each in which]

    def _quoted(self, name: str, before: str = "", after: str = "") -> Sequence[str]:
        """One column in quotation marks, and what stands around each; nothing of an empty text, if anything does."""
        bare = not before and not after
        words, which = self._column(name)
        shown = [f"{before}{canonical(word)}{after}" if word or bare else "" for word in words]
        return [shown[each] for each in which]

    @cached_property
    def records(self) -> list[dict[str, str]]:
        """Entries as dictionaries, of their canonical fields alone."""
        columns = [self.texts(name) for name in FIELDS]
        return [dict(zip(FIELDS, row, strict=True)) for row in zip(*columns, strict=True)]

    @cached_property
    def prints(self) -> list[str]:
        """The fingerprint of each entry."""
        return [_hash(row) for row in zip(*(self._quoted(name) for name in _PRINTED), strict=True)]

    @cached_property
    def _said(self) -> tuple[list[Sequence[str]], Sequence[str], Sequence[str], list[int]]:
        fields = [self._quoted(name, f'"{name}":', ",") for name in sorted(HEADINGS) if any(self._column(name)[0])]
        return fields, self._quoted("file"), self._quoted("sheet"), self._holders.row_numbers.tolist()

    def said(self, line: int) -> str:
        """What an entry says and where it stands, as the event of its entering has it: canonical JSON."""
        fields, files, sheets, rows = self._said
        entry = "".join([column[line] for column in fields])[:-1]
        place = f'{{"file":{files[line]},"row":{rows[line]},"sheet":{sheets[line]}}}'
        return f'{{"entry":{{{entry}}},"source":{place}}}'

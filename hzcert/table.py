"""The canonical columns, and tables of them that know where each row came from."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from hzcert.fields import FIELDS
from hzcert.findings import Code, Finding, Where, errors
from hzcert.texts import Texts

# What each row carries besides its place: the ID number as the clerk gave it (15 digits, say), and what an earlier run
# decided (接受 or 退回) where the table comes from one.
CARRIED: Mapping[str, str] = {"id_number_given": "原填身份证号", "result": "结果"}
ACCEPTED, SET_ASIDE = "接受", "退回"
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Column:
    """Where a field stands in one sheet: column letter, the office's own heading; in a form of one person also the row."""

    letter: str
    heading: str
    row: int = 0  # of the value in a form; 0: each entry has its own


_NO_COLUMN = Column("", "")
Lines = Sequence[int] | npt.NDArray[np.int64]
Layout = Mapping[tuple[str, str, int], Mapping[str, Column]]  # by file, sheet, and which of several lists on it


@dataclass(frozen=True)
class Table:
    """Holders or published rows: one line an entry, canonical columns of text (empty: not given), and their places."""

    rows: pd.DataFrame
    layout: Layout = field(default_factory=dict)
    _texts: dict[str, pa.LargeStringArray] = field(default_factory=dict, init=False, compare=False, repr=False)

    def __len__(self) -> int:
        """How many entries."""
        return len(self.rows)

    def column(self, name: str) -> pd.Series:
        """One column."""
        return self.rows[name]

    def texts(self, name: str) -> pa.LargeStringArray:
        """One column as Arrow has it, which gives out a single cell fifty times faster than pandas does."""
        if name not in self._texts:
            texts = pa.array(self.rows[name], pa.large_string(), from_pandas=True)
            self._texts[name] = texts.combine_chunks() if isinstance(texts, pa.ChunkedArray) else texts
        return self._texts[name]

    def text(self, name: str, line: int) -> str:
        """One field of one entry, by position in the table."""
        return str(self.texts(name)[line].as_py())

    def where(self, line: int, field_name: str = "") -> Where:
        """The place of one entry, or of one of its fields, by position in the table."""
        return self._places([line], field_name)[0]

    def wheres(self, lines: Lines) -> list[Where]:
        """The places of some entries."""
        return self._places(lines, "")

    def finding(self, line: int, code: Code, field_name: str = "", /, **words: object) -> Finding:
        """A finding about one field of one entry (the code's own field, unless another is named)."""
        return self.findings_at([line], code, field_name, lambda _: words)[0]

    def findings(self, mask: Mask, code: Code, /, **words: object) -> list[Finding]:
        """One finding for each entry under the mask."""
        return self.findings_at(np.flatnonzero(mask), code, "", lambda _: words)

    def findings_at(
        self, lines: Lines, code: Code, field_name: str, says: Callable[[int], Mapping[str, object]]
    ) -> list[Finding]:
        """One finding for each of these entries, with the words that belong to it."""
        name = field_name or code.field
        shown = "id_number_given" if name == "id_number" else name
        places = self._places(lines, name)
        values = self._at(shown, lines) if shown in self.rows.columns else [""] * len(places)
        return [
            code.at(where, value, field=name, **says(int(line)))
            for line, where, value in zip(lines, places, values, strict=True)
        ]

    def _at(self, name: str, lines: Lines) -> list[str]:
        """A field of these entries."""
        found: list[str] = self.texts(name).take(pa.array(lines, pa.int64())).to_pylist()
        return found

    def _places(self, lines: Lines, field_name: str) -> list[Where]:
        """The places of a field of these entries."""
        at = np.asarray(lines, dtype=np.int64)
        rows, blocks = self.row_numbers[at].tolist(), self.blocks[at].tolist()
        each = zip(self._at("file", lines), self._at("sheet", lines), rows, blocks, strict=True)
        return [self._place(*place, field_name) for place in each]

    def _place(self, file: str, sheet: str, row: int, block: int, field_name: str) -> Where:
        column = self.layout.get((file, sheet, block), {}).get(field_name, _NO_COLUMN)
        return Where(file, sheet or None, column.row or row, column.letter or None, column.heading or None, block)

    @cached_property
    def row_numbers(self) -> npt.NDArray[np.int64]:
        """The row of each entry in its sheet, as the spreadsheet program shows it."""
        return np.asarray(self.rows["row"], dtype=np.int64)

    @cached_property
    def blocks(self) -> npt.NDArray[np.int64]:
        """Which of several lists on its sheet each entry stands in."""
        return np.asarray(self.rows["block"], dtype=np.int64)

    def places(self) -> Iterator[tuple[str, str, int, int]]:
        """File, sheet and row of each entry, and which of several lists on the sheet: the ``row_key`` of its findings."""
        file, sheet = (self.texts(name).to_pylist() for name in ("file", "sheet"))
        return zip(file, sheet, self.row_numbers.tolist(), self.blocks.tolist(), strict=True)

    def take(self, mask: Mask) -> "Table":
        """The entries under the mask."""
        return replace(self, rows=self.rows[mask].reset_index(drop=True))

    def parts(self, size: int) -> Iterator["Table"]:
        """The table in parts of so many entries."""
        for first in range(0, len(self), size):
            yield replace(self, rows=self.rows.iloc[first : first + size])

    def records(self) -> Iterator[dict[str, Any]]:
        """Entries as dictionaries, for what is made one at a time."""
        for record in self.rows.to_dict("records"):
            yield cast("dict[str, Any]", record)


def make_table(records: Iterable[Mapping[str, object]], layout: Layout | None = None) -> Table:
    """A table from dictionaries; what a record does not name is empty text."""
    lines = list(records)
    columns = {name: [str(line.get(name) or "") for line in lines] for name in (*FIELDS, *CARRIED, "file", "sheet")}
    rows = [int(str(line.get("row") or 0)) for line in lines]
    return table_of(columns, rows, layout)


def table_of(
    columns: Mapping[str, Sequence[str] | pa.Array | pa.ChunkedArray],
    rows: Sequence[int],
    layout: Layout | None = None,
    blocks: Sequence[int] = (),
) -> Table:
    """A table from columns of text, as many as there are ``rows`` (their numbers); a column not given is empty."""
    nothing = pa.repeat(pa.scalar("", pa.large_string()), len(rows))
    texts = {name: _as_text(columns.get(name, nothing)) for name in (*FIELDS, *CARRIED, "file", "sheet")}
    given = texts["id_number_given"]
    texts["id_number_given"] = pc.if_else(pc.equal(given, ""), texts["id_number"], given)
    frame = pa.table(texts).to_pandas()  # Arrow's text stays Arrow's: nothing is copied
    frame["row"] = np.array(rows, dtype=np.int64)
    frame["block"] = np.array(blocks if blocks else 0, dtype=np.uint8)
    return Table(frame, layout or {})


def _as_text(column: Sequence[str] | pa.Array | pa.ChunkedArray) -> pa.Array | pa.ChunkedArray:
    if isinstance(column, Texts):
        return column.array
    if isinstance(column, pa.Array | pa.ChunkedArray):
        return column.cast(pa.large_string())
    return pa.array(column, pa.large_string())


def lines_in_error(entries: Table, found: Iterable[Finding]) -> Mask:
    """Which entries have a finding of severity error."""
    places = {finding.where.row_key for finding in errors(found) if finding.where.row is not None}
    # A form is one entry on many rows: an error on any of them is its own.
    forms = {key for key, columns in entries.layout.items() if any(column.row for column in columns.values())}
    faulty = {(file, sheet, block) for file, sheet, _, block in places} & forms
    in_error = np.zeros(len(entries), dtype=np.bool_)
    # Few rows have a number that an error has: only for those the file and the sheet are looked at.
    numbers, blocks = entries.row_numbers, entries.blocks
    maybe = (
        np.isin(numbers, [row or 0 for _, _, row, _ in places]) if not faulty else np.ones(len(entries), dtype=np.bool_)
    )
    for line in np.flatnonzero(maybe).tolist():
        file, sheet, block = entries.text("file", line), entries.text("sheet", line), int(blocks[line])
        in_error[line] = (file, sheet, int(numbers[line]), block) in places or (file, sheet, block) in faulty
    return in_error

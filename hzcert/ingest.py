"""Clerks' sheets and forms become the holders table, or findings (导入). Published lists are read the same way."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import chain
from typing import TYPE_CHECKING

from hzcert import codes, headings, lines, listing
from hzcert.annexes import OPTIONS_TITLE
from hzcert.batch import Input
from hzcert.fields import HEADINGS
from hzcert.findings import Finding, Where
from hzcert.onesheet import HOLDERS, PUBLISHED, Kind, ReadSheet, read_sheet, seems_to_have_people
from hzcert.pictures import Picture
from hzcert.policy import Policy
from hzcert.sheets.grid import Grid, as_text
from hzcert.sheets.reading import read
from hzcert.table import CARRIED, Table, table_of
from hzcert.texts import joined, repeated

if TYPE_CHECKING:
    from hzcert.notices import Document

__all__ = ["HOLDERS", "PUBLISHED", "Ingested", "Kind", "read_list", "written_rows"]

# How a published list was spelt is nobody's fault here; that something of it was not read is.
_OF_PUBLISHED = (
    codes.NO_HEADER,
    codes.NO_COLUMN,
    codes.ROWS_CUT,
    codes.COLUMN_TWICE,
    codes.SHEET_TWICE,
    codes.HIDDEN_SHEET,
    codes.HIDDEN_ROWS,
    codes.NO_LIST,
    codes.HIDDEN_NO_LIST,
    codes.ERROR_CELL,
    codes.READ_NOTE,
    codes.SIDE_BY_SIDE,
    codes.PEOPLE_ABOVE,
    codes.OTHER_HEADER,
    codes.NOBODY_READ,
)
_COUNTED = ("files", "sheets", "forms", "sheets_twice", "rows_hidden", "rows_numbered", "pictures", "rows_cut")


@dataclass(frozen=True)
class Ingested:
    """What came of some files: entries, findings, pasted pictures, and how many rows that are no entries were passed over."""

    table: Table
    findings: tuple[Finding, ...]
    counts: Mapping[str, int] = field(default_factory=dict)
    pictures: tuple[Picture, ...] = ()
    papers: "tuple[Document, ...]" = ()  # published documents in words


def _same_list(one: ReadSheet, other: ReadSheet) -> bool:
    """Whether one sheet only repeats another, as one filled by formulas does: same people and contents, in the same order.

    A formula shows 0 for an empty cell, and goes on below the last entry.
    """
    names = [name for name in one.part.cells if name in other.part.cells]
    if one.part.sheet == other.part.sheet:  # who stands twice on one sheet was handed in twice
        return False
    if not {"id_number", "name"} <= set(names) or not one.part.rows or not other.part.rows:
        return False
    # Nearly all pairs of sheets begin with different people, and are looked at no further.
    begins_alike = all(one.texts[name][0] == other.texts[name][0] for name in ("id_number", "name"))
    return begins_alike and _rows_of(one, names) == _rows_of(other, names)


def _rows_of(sheet: ReadSheet, names: list[str]) -> list[tuple[str, ...]]:
    rows = list(zip(*(("" if text == "0" else text for text in sheet.texts[name]) for name in names), strict=True))
    defaults = [place for place, name in enumerate(names) if name not in ("case", *sheet.part.above)]
    while rows and not any(rows[-1][place] for place in defaults):
        rows.pop()
    return rows


def _without_twins(sheets: list[ReadSheet], found: list[Finding], counts: Counter[str]) -> Iterator[ReadSheet]:
    """The sheets of one file, of those that repeat each other only the one that says most."""
    for place, sheet in enumerate(sheets):
        twins = [(at, other) for at, other in enumerate(sheets) if at != place and _same_list(sheet, other)]
        better = [other for at, other in twins if (other.filled(), -at) > (sheet.filled(), -place)]
        if better:
            where = Where(sheet.part.file, sheet.part.sheet or None)
            found.append(codes.SHEET_TWICE.at(where, other=better[0].part.sheet))
            counts["sheets_twice"] += 1
        else:
            yield sheet


def read_list(
    inputs: Iterable[Input],
    kind: Kind,
    policy: Policy,
    as_of: date,
    own_headings: Mapping[str, str] | None = None,
    password: str | None = None,
) -> Ingested:
    """All entries of some files, in order of file, sheet and row, with what was found on the way.

    Args:
        inputs: the files.
        kind: holders, or a published list.
        policy: the regulation.
        as_of: the day whose rules hold.
        own_headings: an office's own headings, and the field (or a heading that we know) that each stands for.
        password: opens the files that are locked with one.

    Raises:
        InputError: a file can't be read at all.
        UsageError: an own heading stands for no field.
    """
    known = headings.with_own(own_headings or {})
    found: list[Finding] = []
    counts: Counter[str] = Counter(dict.fromkeys(_COUNTED, 0))
    kept: list[ReadSheet] = []
    papers: list[Document] = []
    for source in inputs:
        counts["files"] += 1
        sheets: list[ReadSheet] = []
        problems: list[Finding] = []
        odd: list[Finding] = []  # of sheets without a header
        before = len(papers)
        for grid in _grids(source, kind, policy, password, papers):
            if not any(as_text(cell).strip() for row in grid.rows for cell in row) or _is_ours(grid):
                continue
            read_, told = read_sheet(grid, kind, known, policy, as_of)
            counts["sheets"] += not read_
            sheets += read_
            headless = [each.code for each in told] == [codes.NO_HEADER] and not seems_to_have_people(grid, kind)
            (odd if headless else problems).extend(told)
        # Beside a list, a sheet of prose or sums is none that lacks its header.
        a_list = any(sheet.part.rows for sheet in sheets)
        found += problems
        found += [codes.NO_LIST.at(each.where) if a_list else each for each in odd]
        if kind is PUBLISHED and not (sheets or problems or odd or any(map(_says_more, papers[before:]))):
            found.append(codes.NOBODY_READ.at(Where(source.shown)))
        kept += _without_twins(_without_example_sheets(sheets), found, counts)
    for sheet in kept:
        found += sheet.found
        counts.update(sheet.counts)
    table = _table(kept)
    if kind is PUBLISHED:
        from hzcert import published

        found = [finding for finding in found if finding.code in _OF_PUBLISHED]
        found += [finding for paper in papers for finding in paper.findings]
        table, told = published.applied(table, papers, policy)
        found += told
    pasted = tuple(chain.from_iterable(sheet.pictures for sheet in kept))
    return Ingested(table, tuple(found), dict(counts), pasted, tuple(papers))


def _says_more(paper: "Document") -> bool:
    """Whether a document without people corrects another one, says how many it has (HZ513), or has been told of already."""
    return bool(paper.notices or paper.facts.counts or paper.findings)


def _grids(source: Input, kind: Kind, policy: Policy, password: str | None, found: "list[Document]") -> Iterable[Grid]:
    """The sheets of a file; of a published document in words, the lists in it, with what its words say of them."""
    if kind is not PUBLISHED:
        return read(source.path, source.shown, password)
    from hzcert import published  # here, since lists of holders have no need of it

    return published.grids(source, policy, password, found)


_EXAMPLE_SHEET = re.compile(r"[（(【]?(?:填写|填表|填报)?(?:示例|样例|范例|样表|示范)(?:表|页)?\d*[）)】]?")
_MOST_EXAMPLES = 3


def _without_example_sheets(sheets: list[ReadSheet]) -> list[ReadSheet]:
    """The same, the few people of a sheet that is called 示例 told as such where another sheet has the list."""
    examples = [
        sheet
        for sheet in sheets
        if _EXAMPLE_SHEET.fullmatch(sheet.part.sheet.strip()) and len(sheet.part.rows) <= _MOST_EXAMPLES
    ]
    if not any(sheet.part.rows for sheet in sheets if sheet not in examples):
        return sheets
    return [_as_examples(sheet) if sheet in examples and sheet.part.rows else sheet for sheet in sheets]


def _as_examples(sheet: ReadSheet) -> ReadSheet:
    """A sheet whose people are examples: nobody, and said."""
    part = replace(sheet.part, rows=[], cells={name: [] for name in sheet.part.cells}, again=())
    where = Where(part.file, part.sheet or None)
    rows = lines.row_list(list(sheet.part.rows))
    said = codes.ROWS_CUT.at(where, count=len(sheet.part.rows), kinds=lines.Cut.EXAMPLE.value, rows=rows)
    counts = Counter({"sheets": sheet.counts["sheets"], "rows_cut": sheet.counts["rows_cut"] + len(sheet.part.rows)})
    return ReadSheet(part, {name: repeated("", 0) for name in sheet.texts}, [said], counts, [])


def _is_ours(grid: Grid) -> bool:
    """Whether a sheet is of our own making: what can be chosen in a blank, or the list of findings in an annotated copy."""
    title = as_text(grid.rows[0][0]) if grid.rows and grid.rows[0] else ""
    return title.startswith(OPTIONS_TITLE) or listing.is_ours(title)


def _table(sheets: list[ReadSheet]) -> Table:
    """One table of all sheets."""
    rows = [number for sheet in sheets for number in sheet.part.rows]
    texts = {
        name: joined(sheet.texts.get(name) or repeated("", len(sheet.part.rows)) for sheet in sheets)
        for name in {name: None for sheet in sheets for name in sheet.texts}
    }
    texts["file"] = joined(repeated(sheet.part.file, len(sheet.part.rows)) for sheet in sheets)
    texts["sheet"] = joined(repeated(sheet.part.sheet, len(sheet.part.rows)) for sheet in sheets)
    layout = {(sheet.part.file, sheet.part.sheet, sheet.part.block): sheet.part.layout for sheet in sheets}
    blocks = (
        [sheet.part.block for sheet in sheets for _ in sheet.part.rows] if any(s.part.block for s in sheets) else ()
    )
    return table_of(texts, rows, layout, blocks)


# The headings of a written holders table: ours, what is carried along, and where each row came from.
WRITTEN: Mapping[str, str] = {
    **HEADINGS,
    **CARRIED,
    "certificate_no": "新证书编号",
    "file": "来源文件",
    "sheet": "来源工作表",
    "row": "来源行",
}


def written_rows(table: Table, numbers: Mapping[int, str] | None = None) -> Iterator[list[object]]:
    """The cells of a written holders table, under the headings of ``WRITTEN``; numbers by position in the table."""
    for line, record in enumerate(table.records()):
        known = record | {"certificate_no": (numbers or {}).get(line, "")}
        yield [known[name] for name in WRITTEN]

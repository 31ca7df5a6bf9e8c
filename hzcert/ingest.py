"""Clerks' sheets and forms become the holders table, or findings (导入). Published lists are read the same way."""

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import chain
from operator import itemgetter
from typing import TYPE_CHECKING

from hzcert import areas, codes, columns, formsheet, headings, lines, listing, pictures
from hzcert.annexes import OPTIONS_TITLE
from hzcert.areas import Area
from hzcert.batch import Input
from hzcert.docfacts import PROVISIONAL
from hzcert.fields import HEADINGS
from hzcert.findings import Finding, Where
from hzcert.parts import Again, Part
from hzcert.pictures import Picture
from hzcert.policy import Policy
from hzcert.sheets.grid import Cell, Grid, Place, as_text, letter
from hzcert.sheets.longrows import LongRows, column_of, put
from hzcert.sheets.reading import read
from hzcert.table import CARRIED, Column, Table, table_of
from hzcert.texts import Texts, joined, repeated

if TYPE_CHECKING:
    from hzcert.notices import Document


@dataclass(frozen=True)
class Kind:
    """One kind of list: the columns that it can't do without, and whether one person's forms may stand for it."""

    compulsory: tuple[str, ...]
    forms: bool


HOLDERS = Kind(("id_number", "name", "title"), forms=True)
PUBLISHED = Kind(("name", "title"), forms=False)

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


@dataclass
class _Sheet:
    """One sheet as read: its entries as canonical text, what was found, and its pictures."""

    part: Part
    texts: dict[str, Texts]
    found: list[Finding]
    counts: Counter[str]
    pictures: list[Picture]

    def filled(self) -> int:
        """How many cells say something."""
        return sum(1 for texts in self.texts.values() for text in texts if text and text != "0")


# --- one sheet ------------------------------------------------------------------------------------------------------


def _list_part(area: Area, first: Area, kept: Sequence[int], kind: Kind, policy: Policy) -> Part:
    """The entries of a list, column by column; what is merged over several rows counts for each of them."""
    grid, header = area.grid, area.header
    assert header is not None
    layout = header.layout()
    cells = _columns(grid.rows, header.columns, kept, area.rows.texts)
    _fill_merged(cells, grid, header, kept)
    numbers = [at + 1 for at in kept] if not grid.numbers else [grid.number(at) for at in kept]
    above = headings.read_above(grid, header.first)
    if first is not area and first.header:
        above = above.or_else(headings.read_above(first.grid, first.header.first))
    said = _from_above(above, kind, policy, "region" in header.columns)
    return Part(
        grid.file,
        grid.name,
        numbers,
        cells,
        layout,
        frozenset(_fields_at(grid.errors, layout, numbers)),
        said,
        above.unit,
        grid.days_late,
        area.block,
        tuple(_second_columns(header, grid.rows, kept)),
    )


# Who a person is can't be said in two ways; what he has can, under the prescribed heading and besides.
_OF_THE_PERSON = frozenset({"id_number", "name", "sex", "birth_date"})
_OF_THE_TITLE = frozenset({"title", "level", "obtained_on", "document_no"})


def _second_columns(header: headings.Header, rows: Sequence[list[Cell]], kept: Sequence[int]) -> Iterator[Again]:
    """Further columns that must say the same as the first of their meaning."""
    for place, name in enumerate(header.meanings):
        if name in _OF_THE_PERSON | _OF_THE_TITLE and (first := header.columns[name]) != place:
            keys = [headings.heading_key(header.headings[at]) for at in (first, place)]
            # 资格名称 and 资格名称 again are of two certificates; 资格名称 and 申报职称 may differ.
            if name in _OF_THE_PERSON or keys[0] == keys[1] or keys[0] != headings.heading_key(HEADINGS[name]):
                cells = _columns(rows, {name: place}, kept, {})[name]
                yield Again(name, Column(letter(place), header.headings[place]), cells)


def _columns(
    rows: Sequence[list[Cell]], places: Mapping[str, int], kept: Sequence[int], known: Mapping[int, Texts]
) -> dict[str, Sequence[Cell]]:
    """The cells of some columns in these rows; of some columns the texts are known already."""
    if isinstance(rows, LongRows):
        return {name: _at(rows.column(place), kept) for name, place in places.items()}
    picked = [rows[at] for at in kept]
    shortest = min(map(len, picked), default=0)

    def cells(place: int) -> Sequence[Cell]:
        if place in known:
            return known[place].taken(kept)
        return list(map(itemgetter(place), picked)) if place < shortest else column_of(picked, place)

    return {name: cells(place) for name, place in places.items()}


def _at(column: Texts | list[Cell], kept: Sequence[int]) -> Sequence[Cell]:
    return column.taken(kept) if isinstance(column, Texts) else [column[at] for at in kept]


def _fill_merged(cells: dict[str, Sequence[Cell]], grid: Grid, header: headings.Header, kept: Sequence[int]) -> None:
    """Put what is merged over several rows into each of them."""
    at_column = {place: name for name, place in header.columns.items()}
    tall = [area for area in grid.merged if area[2] > area[0] and area[1] in at_column]
    filled: dict[str, list[Cell]] = {name: [*cells[name]] for name in {at_column[left] for _, left, _, _ in tall}}
    left_over = len(kept) * len(at_column)  # merged areas do not overlap, unless a file is damaged
    for top, left, bottom, _ in tall:
        first, last = bisect_left(kept, top), bisect_right(kept, bottom)
        left_over -= last - first
        if first < last and kept[first] == top and left_over >= 0:
            column = filled[at_column[left]]
            column[first + 1 : last] = [cell or column[first] for cell in column[first + 1 : last]]
    cells |= filled


def _other_lists(grid: Grid, header: headings.Header, rows: lines.Lines) -> Iterator[Finding]:
    """People that no header was read for: above the one that was found, or below another one of other columns."""
    header_row = header.last + 1
    if above := lines.people_above(grid, header):
        where = Where(grid.file, grid.name or None, above[0] + 1)
        yield codes.PEOPLE_ABOVE.at(where, rows=lines.row_list([at + 1 for at in above]), header=header_row)
    if rows.other_header is not None:
        yield codes.OTHER_HEADER.at(Where(grid.file, grid.name or None, rows.other_header + 1), header=header_row)


def _form_part(grid: Grid, form: formsheet.Form, policy: Policy) -> Part:
    """The one entry of a form."""
    layout = form.layout()
    cells = {name: [cell] for name, cell in form.cells(grid).items()}
    above = _from_above(form.above, HOLDERS, policy, has_region=True)
    return Part(
        grid.file, grid.name, [form.row], cells, layout, frozenset(_fields_at(grid.errors, layout, [form.row])), above
    )


def _from_above(above: headings.Above, kind: Kind, policy: Policy, has_region: bool) -> dict[str, str]:
    """What the lines above a list say for all its entries."""
    if kind is PUBLISHED:
        said = {"document_no": above.document_no, "document_date": above.document_date}
        return said | ({"remark": PROVISIONAL} if above.provisional else {})
    region = policy.region_spellings.get(above.unit, "")
    said = {"level": above.level, "department": "" if region else above.unit, "region": "" if has_region else region}
    return {name: text for name, text in said.items() if text}


def _fields_at(
    places: Mapping[Place, str], layout: Mapping[str, Column], numbers: Sequence[int]
) -> dict[tuple[int, str], str]:
    """What is said of some cells, by the entry (by position) and field that each is."""
    if not places:
        return {}
    position = {number: line for line, number in enumerate(numbers)}
    of_form = {(column.row, column.letter): name for name, column in layout.items() if column.row}
    of_list = {column.letter: name for name, column in layout.items() if not column.row}
    found: dict[tuple[int, str], str] = {}
    for (row, place), said in places.items():
        if name := of_form.get((row + 1, letter(place))):
            found[0, name] = said
        elif (name := of_list.get(letter(place))) and row + 1 in position:
            found[position[row + 1], name] = said
    return found


def _with_errors(grid: Grid) -> Grid:
    """The same sheet, its errors of formulas visible as text: never read as empty."""
    put(grid.rows, grid.errors)
    return grid


def _told(grid: Grid, part: Part, texts: Mapping[str, Texts], cut: Mapping[int, lines.Cut]) -> Iterator[Finding]:
    """What was passed over, what is hidden, what came from above, and which cells are errors."""
    sheet = Where(grid.file, grid.name or None)
    if cut:
        kinds = "；".join(dict.fromkeys(cut.values()))
        rows = lines.row_list([grid.number(at) for at in cut])
        yield codes.ROWS_CUT.at(sheet, count=len(cut), kinds=kinds, rows=rows)
    for note in grid.notes if part.block == 0 else ():
        yield codes.READ_NOTE.at(sheet, note=note)
    if grid.hidden and part.block == 0:
        yield codes.HIDDEN_SHEET.at(sheet)
    if hidden := _hidden(grid, part):
        yield codes.HIDDEN_ROWS.at(sheet, count=len(hidden), rows=lines.row_list(hidden))
    for line, name in sorted(part.errors):
        text = as_text(part.cells[name][line])
        where = part.where(line, name)
        yield codes.ERROR_CELL.at(
            where, text, field=name, heading=where.heading or HEADINGS.get(name, name), value=text
        )
    yield from _struck_out(grid, part)
    if not part.rows:
        return
    if "region" in part.above and "region" not in part.cells:
        yield codes.REGION_DERIVED.at(sheet, part.unit, unit=part.unit, region=part.above["region"])
    used = {
        name: text
        for name, text in part.above.items()
        if name in ("department", "level") and not all(as_text(cell).strip() for cell in part.cells.get(name, [""]))
    }
    if used:
        words = "、".join(HEADINGS[name] for name in used)
        yield codes.TITLE_USED.at(sheet, headings=words, values="、".join(used.values()))


_MAY_BE_STRUCK = frozenset({"phone", "remark"})  # what nothing rests on
_FEWEST_STRUCK = 3  # cells, all that are filled, to be a row that was struck out


def _struck_out(grid: Grid, part: Part) -> Iterator[Finding]:
    """Cells with text that somebody has struck out, and entries of which all is."""
    struck: dict[int, dict[str, str]] = {}
    places = dict(grid.struck)
    for top, left, bottom, _ in grid.merged if places else ():
        if (top, left) in places:  # what is merged over several rows is struck out in each of them
            places |= {(row, left): places[top, left] for row in range(top, min(bottom, len(grid.rows) - 1) + 1)}
    for (line, name), said in _fields_at(places, part.layout, part.rows).items():
        text = said.strip() or as_text(part.cells[name][line]).strip()
        if text and name not in _MAY_BE_STRUCK:
            struck.setdefault(line, {})[name] = text
    for line, texts in sorted(struck.items()):
        filled = sum(bool(as_text(part.cells[name][line]).strip()) for name in part.cells.keys() - _MAY_BE_STRUCK)
        if len(texts) >= max(filled, _FEWEST_STRUCK):
            where = replace(part.where(line, "name"), column=None, heading=None)
            text = texts.get("name") or next(iter(texts.values()))
            yield codes.STRUCK_OUT.at(where, text, heading="整行", struck=text)
            continue
        for name, text in texts.items():
            where = part.where(line, name)
            yield codes.STRUCK_OUT.at(where, text, field=name, heading=where.heading or HEADINGS[name], struck=text)


def _hidden(grid: Grid, part: Part) -> list[int]:
    """The rows of entries that are hidden or filtered away."""
    return [number for number in part.rows if number in grid.hidden_rows] if grid.hidden_rows else []


def _read_sheet(
    grid: Grid, kind: Kind, known: Mapping[str, str], policy: Policy, as_of: date
) -> tuple[list[_Sheet], list[Finding]]:
    """The lists of one sheet with their entries, or the entry of its form; and findings that say why there are none."""
    sheet = Where(grid.file, grid.name or None)
    if form := formsheet.find_form(_with_errors(grid), known) if kind.forms else None:
        if form.twice:
            return [], [codes.FORM_TWICE.at(sheet)]
        if not form.is_filled(grid):
            return [], []
        if form.is_annex_3:
            return [], [codes.NOT_A_FORM.at(sheet)]
        return [_read_part(grid, _form_part(grid, form, policy), {}, [], kind, policy, as_of, is_form=True)], []
    read_: list[_Sheet] = []
    problems: list[Finding] = []
    lists = areas.lists_of(grid, known, kind.compulsory)
    if lists[0].header is None and grid.hidden and not _seems_to_have_people(grid):
        return [], [codes.HIDDEN_NO_LIST.at(sheet)]
    for area in lists:
        if area.header and headings.side_by_side(area.header):
            problems.append(codes.SIDE_BY_SIDE.at(sheet))
            continue
        found = headings.judge_header(area.grid, area.header, kind.compulsory)
        if area.header is None or any(finding.code is codes.NO_COLUMN for finding in found):
            problems += found
            continue
        rows = area.rows
        if area.is_example:
            rows = lines.Lines(
                [], rows.cut | dict.fromkeys(rows.entries, lines.Cut.EXAMPLE), other_header=rows.other_header
            )
        if kind is PUBLISHED and area.grid.struck:  # who is struck out was not granted anything
            rows = _without_struck(area, rows)
        found += _other_lists(area.grid, area.header, rows)
        part = _list_part(area, lists[0], rows.entries, kind, policy)
        read_.append(_read_part(area.grid, part, rows.cut, found, kind, policy, as_of))
        read_[-1].counts["rows_numbered"] += rows.numbered
    return read_, problems


def _without_struck(area: Area, rows: lines.Lines) -> lines.Lines:
    """The same rows, those with a field that is struck out told from entries."""
    places = frozenset(area.header.columns.values()) if area.header else frozenset()
    struck = {row for row, place in area.grid.struck if place in places}
    cut = {row: lines.Cut.STRUCK for row in rows.entries if row in struck}
    return replace(rows, entries=[row for row in rows.entries if row not in struck], cut=rows.cut | cut)


def _read_part(
    grid: Grid,
    part: Part,
    cut: Mapping[int, lines.Cut],
    found: list[Finding],
    kind: Kind,
    policy: Policy,
    as_of: date,
    *,
    is_form: bool = False,
) -> _Sheet:
    """Entries as canonical text, with their pictures and with what is to be said of them."""
    texts, changes = columns.normalise(part, policy, as_of)
    if part.above.get("remark") == PROVISIONAL:
        texts["remark"] = texts["remark"].each(lambda said: said if PROVISIONAL in said else f"{PROVISIONAL} {said}")
    numbers = texts.get("id_number", repeated("", len(part.rows)))
    mine, said, held = pictures.of_sheet(grid, part, numbers, is_form=is_form) if kind.forms else ([], [], 0)
    found += [*changes, *said, *_told(grid, part, texts, cut)]
    counts = Counter(
        sheets=part.block == 0, forms=is_form, rows_cut=len(cut), rows_hidden=len(_hidden(grid, part)), pictures=held
    )
    return _Sheet(part, texts, found, counts, mine)


# --- the sheets of a file, and all files ----------------------------------------------------------------------------


def _same_list(one: _Sheet, other: _Sheet) -> bool:
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


def _rows_of(sheet: _Sheet, names: list[str]) -> list[tuple[str, ...]]:
    rows = list(zip(*(("" if text == "0" else text for text in sheet.texts[name]) for name in names), strict=True))
    defaults = [place for place, name in enumerate(names) if name not in ("case", *sheet.part.above)]
    while rows and not any(rows[-1][place] for place in defaults):
        rows.pop()
    return rows


def _without_twins(sheets: list[_Sheet], found: list[Finding], counts: Counter[str]) -> Iterator[_Sheet]:
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
    kept: list[_Sheet] = []
    papers: list[Document] = []
    for source in inputs:
        counts["files"] += 1
        sheets: list[_Sheet] = []
        problems: list[Finding] = []
        odd: list[Finding] = []  # of sheets without a header
        before = len(papers)
        for grid in _grids(source, kind, policy, password, papers):
            if not any(as_text(cell).strip() for row in grid.rows for cell in row) or _is_ours(grid):
                continue
            read_, told = _read_sheet(grid, kind, known, policy, as_of)
            counts["sheets"] += not read_
            sheets += read_
            headless = [each.code for each in told] == [codes.NO_HEADER] and not _seems_to_have_people(grid, kind)
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


def _seems_to_have_people(grid: Grid, kind: Kind = HOLDERS) -> bool:
    """Whether a sheet without a header may hold people: an ID number, a sex in a row of several cells; in a published list, rows at all."""
    for row in grid.rows:
        texts = [text for cell in row if (text := as_text(cell).strip())]
        if len(texts) >= 3 and (kind is PUBLISHED or not {"男", "女"}.isdisjoint(texts)):
            return True
        if any(lines.may_be_id(cell) for cell in row):
            return True
    return False


_EXAMPLE_SHEET = re.compile(r"[（(【]?(?:填写|填表|填报)?(?:示例|样例|范例|样表|示范)(?:表|页)?\d*[）)】]?")
_MOST_EXAMPLES = 3


def _without_example_sheets(sheets: list[_Sheet]) -> list[_Sheet]:
    """The same, the few people of a sheet that is called 示例 told as such where another sheet has the list."""
    examples = [
        sheet
        for sheet in sheets
        if _EXAMPLE_SHEET.fullmatch(sheet.part.sheet.strip()) and len(sheet.part.rows) <= _MOST_EXAMPLES
    ]
    if not any(sheet.part.rows for sheet in sheets if sheet not in examples):
        return sheets
    return [_as_examples(sheet) if sheet in examples and sheet.part.rows else sheet for sheet in sheets]


def _as_examples(sheet: _Sheet) -> _Sheet:
    """A sheet whose people are examples: nobody, and said."""
    part = replace(sheet.part, rows=[], cells={name: [] for name in sheet.part.cells}, again=())
    where = Where(part.file, part.sheet or None)
    rows = lines.row_list(list(sheet.part.rows))
    said = codes.ROWS_CUT.at(where, count=len(sheet.part.rows), kinds=lines.Cut.EXAMPLE.value, rows=rows)
    counts = Counter({"sheets": sheet.counts["sheets"], "rows_cut": sheet.counts["rows_cut"] + len(sheet.part.rows)})
    return _Sheet(part, {name: repeated("", 0) for name in sheet.texts}, [said], counts, [])


def _is_ours(grid: Grid) -> bool:
    """Whether a sheet is of our own making: what can be chosen in a blank, or the list of findings in an annotated copy."""
    title = as_text(grid.rows[0][0]) if grid.rows and grid.rows[0] else ""
    return title.startswith(OPTIONS_TITLE) or listing.is_ours(title)


def _table(sheets: list[_Sheet]) -> Table:
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

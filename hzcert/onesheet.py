"""One sheet (一张表): its lists or its form, as entries of canonical text with what was found on the way."""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from operator import itemgetter
from typing import TYPE_CHECKING

from hzcert import areas, codes, columns, formsheet, headings, lines, pictures
from hzcert.areas import Area
from hzcert.docfacts import PROVISIONAL
from hzcert.fields import HEADINGS
from hzcert.findings import Finding, Where
from hzcert.parts import Again, Part
from hzcert.pictures import Picture
from hzcert.policy import Policy
from hzcert.sheets.grid import Cell, Grid, Place, as_text, letter
from hzcert.sheets.longrows import LongRows, column_of, put
from hzcert.table import Column
from hzcert.texts import Texts, repeated

if TYPE_CHECKING:
    pass


@dataclass(frozen=True)
class Kind:
    """One kind of list: the columns that it can't do without, and whether one person's forms may stand for it."""

    compulsory: tuple[str, ...]
    forms: bool


HOLDERS = Kind(("id_number", "name", "title"), forms=True)
PUBLISHED = Kind(("name", "title"), forms=False)


@dataclass
class ReadSheet:
    """One sheet as read: its entries as canonical text, what was found, and its pictures."""

    part: Part
    texts: dict[str, Texts]
    found: list[Finding]
    counts: Counter[str]
    pictures: list[Picture]

    def filled(self) -> int:
        """How many cells say something."""
        return sum(1 for texts in self.texts.values() for text in texts if text and text != "0")


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


def read_sheet(
    grid: Grid, kind: Kind, known: Mapping[str, str], policy: Policy, as_of: date
) -> tuple[list[ReadSheet], list[Finding]]:
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
    read_: list[ReadSheet] = []
    problems: list[Finding] = []
    lists = areas.lists_of(grid, known, kind.compulsory)
    if lists[0].header is None and grid.hidden and not seems_to_have_people(grid):
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
) -> ReadSheet:
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
    return ReadSheet(part, texts, found, counts, mine)


def seems_to_have_people(grid: Grid, kind: Kind = HOLDERS) -> bool:
    """Whether a sheet without a header may hold people: an ID number, a sex in a row of several cells; in a published list, rows at all."""
    for row in grid.rows:
        texts = [text for cell in row if (text := as_text(cell).strip())]
        if len(texts) >= 3 and (kind is PUBLISHED or not {"男", "女"}.isdisjoint(texts)):
            return True
        if any(lines.may_be_id(cell) for cell in row):
            return True
    return False

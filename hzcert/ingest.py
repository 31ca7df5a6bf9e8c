"""Clerks' sheets become the holders table, or findings (导入). Published lists are read the same way."""

import csv
import difflib
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from importlib.resources import files

from hzcert import codes, dates, documents, idnumber, listing, names, titles
from hzcert.batch import Input
from hzcert.findings import Finding, Where
from hzcert.policy import Policy
from hzcert.sheets.reading import Cell, Grid, as_text, letter, read
from hzcert.table import CARRIED, HEADINGS, Column, Table, make_table

_HEADER_WITHIN = 30  # rows; a header further down is none
_DATES = ("birth_date", "obtained_on", "document_date", "retired_on")
_DOCUMENTS = ("document_no", "transfer_confirmed_no")
_SEXES = {"1": "男", "2": "女", "男性": "男", "女性": "女"}
_FOOTER = re.compile(
    r"(?:合\s*计|小\s*计|总\s*计|本页|填表人|填报人|审核人|制表|经办人|填报日期|说明|备注|注)\s*(?:[：:（(]|$)|合计|以上共|\d{4}年\d{1,2}月\d{1,2}日$|.*[（(]盖章[）)]"
)
_DIGITS_OF_A_NUMBER = 12  # what is left of an ID number that was typed badly; a date has eight
_MAY_BE_EMPTY = {
    "former_name", "employer", "department", "committee", "old_certificate_no", "retired_on", "transfer_confirmed_no",
    "loss_notice", "phone", "remark",
}  # fmt: skip
_NOTHING = {"无", "/", "-", "—", "——", "暂无", "不详", "没有", "空"}  # what clerks write for nothing
_UNIT_ABOVE = re.compile(
    r"(?:填报|呈报|报送)单位(?:名称)?\s*(?:[（(]盖章[）)])?\s*[：:]\s*(?:[（(]盖章[）)])?\s*([^\s：:，,]+)"
)
_DAY_ABOVE = re.compile(r"(?:公布|发文|印发)(?:日期|时间)\s*[：:]\s*(\S+)")
_SCIENTIFIC = re.compile(r"\d(?:\.\d+)?[Ee]\+?\d{2}")


@dataclass(frozen=True)
class Kind:
    """One kind of list: the columns that it can't do without."""

    compulsory: tuple[str, ...]


PROVISIONAL = "公示名单"  # the remark of every row of such a list: a person may still be struck off
HOLDERS = Kind(("id_number", "name", "title"))
PUBLISHED = Kind(("name", "title"))


@dataclass(frozen=True)
class Ingested:
    """What came of some files: entries, findings, and how many rows that are no entries were passed over."""

    table: Table
    findings: tuple[Finding, ...]
    counts: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class _Header:
    """Where the headings of one sheet stand, and what stands above them."""

    row: int  # counted from 0
    columns: Mapping[str, int]
    unit: str
    document_no: str
    document_date: str
    provisional: bool  # put up for objections (公示), not granted yet


@lru_cache(maxsize=1)
def aliases() -> dict[str, str]:
    """Every known heading, and the field that it means (``ignored``: known, and not ours)."""
    with files("hzcert.data").joinpath("headings.csv").open(encoding="utf-8") as lines:
        return {
            heading_key(alias): row["field"] for row in csv.DictReader(lines) for alias in row["aliases"].split()
        } | {heading_key(word): name for name, heading in {**HEADINGS, **CARRIED}.items() for word in (name, heading)}


def heading_key(heading: str) -> str:
    r"""What two spellings of one heading share: no spaces, no signs, nothing in brackets.

    >>> heading_key("评委会名称\n（考核认定单位名称）"), heading_key("姓　名*")
    ('评委会名称', '姓名')
    """
    plain = unicodedata.normalize("NFKC", heading)
    return re.sub(r"\(.*?\)|[\s*:、,，/]+", "", plain)


def find_header(grid: Grid) -> tuple[int, list[str]] | None:
    """The row (from 0) whose cells name the most fields, at least three and the name among them; and those fields."""
    best: tuple[int, int, list[str]] | None = None
    for number, row in enumerate(grid.rows[:_HEADER_WITHIN]):
        named = [aliases().get(heading_key(as_text(cell)), "") for cell in row]
        score = len({name for name in named if name and name != "ignored"})
        if "name" in named and score >= 3 and (best is None or score > best[0]):
            best = (score, number, named)
    return (best[1], best[2]) if best else None


def entries(grid: Grid, header: _Header) -> Iterator[tuple[int, dict[str, Cell]] | int]:
    """Rows below the header: an entry with its row number, or the bare number of a row that is cut."""
    for number, row in enumerate(grid.rows[header.row + 1 :], start=header.row + 2):
        texts = [as_text(cell).strip() for cell in row]
        if not any(texts):
            continue
        cells = {name: row[place] for name, place in header.columns.items() if place < len(row)}
        if _is_cut(texts, cells):
            yield number
        elif any(as_text(cell).strip() for cell in cells.values()):
            yield number, cells


def _is_cut(texts: Sequence[str], cells: Mapping[str, Cell]) -> bool:
    """Whether a row is a footer, a note or a repeated header and no entry: no ID number, and hardly anything else."""
    number = as_text(cells.get("id_number", ""))
    if sum(sign.isdigit() for sign in number) >= _DIGITS_OF_A_NUMBER:
        return False
    if sum(heading_key(text) in aliases() for text in texts) >= 3:
        return True
    said = {name for name, cell in cells.items() if as_text(cell).strip()}
    lone = not said & {"title", "employer", "document_no"} or sum(map(bool, texts)) <= 2
    return lone and _FOOTER.match(next(text for text in texts if text)) is not None


def read_list(inputs: Iterable[Input], kind: Kind, policy: Policy, as_of: date) -> Ingested:
    """All entries of some files, in order of file, sheet and row, with what was found on the way.

    Raises:
        InputError: a file can't be read at all.
    """
    found: list[Finding] = []
    records: list[dict[str, object]] = []
    layout: dict[tuple[str, str], dict[str, Column]] = {}
    counts: Counter[str] = Counter(files=0, sheets=0, rows_cut=0)
    for source in inputs:
        counts["files"] += 1
        for grid in read(source.path, source.shown):
            if not any(as_text(cell).strip() for row in grid.rows for cell in row):
                continue
            if listing.is_ours(as_text(grid.rows[0][0]) if grid.rows[0] else ""):
                continue
            counts["sheets"] += 1
            header = _header(grid, kind, found, layout)
            if header is None:
                continue
            base, derived = _base(grid, header, kind, policy)
            found += derived
            cut: list[int] = []
            for line in entries(grid, header):
                if isinstance(line, int):
                    cut.append(line)
                    continue
                number, cells = line
                place = _Place(grid, number, layout[grid.file, grid.name])
                records.append(base | {"row": number} | _entry(cells, base, policy, as_of, place, found))
            counts["rows_cut"] += len(cut)
            if cut and kind is HOLDERS:
                rows = "、".join(str(number) for number in cut)
                found.append(
                    codes.ROWS_CUT.at(
                        Where(grid.file, grid.name or None), count=len(cut), kinds="合计、填表人、说明等", rows=rows
                    )
                )
    if kind is PUBLISHED:  # how a published list was spelt is nobody's fault here
        found = [finding for finding in found if finding.code in (codes.NO_HEADER, codes.NO_COLUMN)]
    return Ingested(make_table(records, layout), tuple(found), dict(counts))


def _header(
    grid: Grid, kind: Kind, found: list[Finding], layout: dict[tuple[str, str], dict[str, Column]]
) -> _Header | None:
    """The header of a sheet, or findings that say why there is none."""
    sheet = Where(grid.file, grid.name or None)
    header = find_header(grid)
    if header is None:
        found.append(codes.NO_HEADER.at(sheet))
        return None
    row, fields = header
    columns: dict[str, int] = {}
    unknown: list[str] = []
    for place, (name, cell) in enumerate(zip(fields, grid.rows[row], strict=True)):
        heading = as_text(cell).strip()
        where = Where(grid.file, grid.name or None, row + 1, letter(place), heading or None)
        if name in columns:
            first = as_text(grid.rows[row][columns[name]]).strip()
            found.append(codes.COLUMN_TWICE.at(where, heading, heading=heading, first=first))
        elif name and name != "ignored":
            columns[name] = place
        elif heading and not name:
            unknown.append(heading)
            found.append(codes.COLUMN_UNKNOWN.at(where, heading, heading=heading))
    layout[grid.file, grid.name] = {
        name: Column(letter(place), as_text(grid.rows[row][place]).strip()) for name, place in columns.items()
    }
    if missing := [HEADINGS[name] for name in kind.compulsory if name not in columns]:
        near = [word for name in missing for word in difflib.get_close_matches(name, unknown, cutoff=0.3)]
        nearest = "、".join(dict.fromkeys(near or unknown)) or "无"
        where = Where(grid.file, grid.name or None, row + 1)
        found.append(codes.NO_COLUMN.at(where, missing="、".join(missing), nearest=nearest))
        return None
    above = "\n".join(
        dict.fromkeys(as_text(cell) for line in grid.rows[:row] for cell in line if as_text(cell).strip())
    )
    unit, day = _UNIT_ABOVE.search(above), _DAY_ABOVE.search(above)
    document_date = (dates.read(day[1]) or "") if day else ""
    return _Header(row, columns, unit[1] if unit else "", _document_above(above), document_date, "公示" in above)


def _document_above(text: str) -> str:
    """The document number above a list: one that stands alone in its cell, else the first that is named."""
    alone = (documents.tidy(line) for line in text.splitlines())
    return next(filter(documents.is_number, alone), "") or documents.find_in(text)


def _base(grid: Grid, header: _Header, kind: Kind, policy: Policy) -> tuple[dict[str, object], list[Finding]]:
    """What holds for every entry of a sheet: its place, and what the lines above the header say."""
    base: dict[str, object] = {"file": grid.file, "sheet": grid.name}
    if kind is PUBLISHED:
        base |= {"document_no": header.document_no, "document_date": header.document_date}
        return base | ({"remark": PROVISIONAL} if header.provisional else {}), []
    region = policy.region_spellings.get(header.unit, "")
    if header.unit and not region:
        base["department"] = header.unit
    if not region or "region" in header.columns:
        return base, []
    where = Where(grid.file, grid.name or None)
    return base | {"region": region}, [codes.REGION_DERIVED.at(where, header.unit, unit=header.unit, region=region)]


@dataclass(frozen=True)
class _Place:
    """One row, and the columns of its sheet: makes the places of findings."""

    grid: Grid
    row: int
    columns: Mapping[str, Column]

    def of(self, name: str) -> Where:
        """The place of one field."""
        column = self.columns.get(name)
        return Where(
            self.grid.file,
            self.grid.name or None,
            self.row,
            column.letter if column else None,
            column.heading if column else None,
        )


def _entry(
    cells: Mapping[str, Cell],
    base: Mapping[str, object],
    policy: Policy,
    as_of: date,
    place: _Place,
    found: list[Finding],
) -> dict[str, object]:
    """One row as canonical text, every real change recorded as a finding."""
    entry: dict[str, object] = {
        name: text
        for name, cell in cells.items()
        if (text := _plain(as_text(cell))) and (name not in _MAY_BE_EMPTY or text not in _NOTHING)
    }
    for name in ("name", "former_name"):
        if name in entry:
            entry[name] = names.tidy(as_text(cells[name]).strip().removeprefix("'"))
    if (before := as_text(cells.get("name", "")).strip()) != entry.get("name", ""):
        found.append(codes.TIDIED_NAME.at(place.of("name"), before, before=before, after=entry.get("name", "")))
    if "id_number" in entry:
        number, given = _id_number(cells["id_number"], place, found)
        entry |= {"id_number": number, "id_number_given": entry.get("id_number_given", given)}
    for name in _DOCUMENTS:
        if name in entry:
            entry[name] = documents.tidy(str(entry[name]))
    for name, clean in _CLEANERS.items():
        if name in entry:
            entry[name] = clean(str(entry[name]), policy)
    for name in _DATES:
        if name in entry:
            entry[name] = _date(name, cells[name], str(entry.get("id_number", "")), place, found)
    entry.setdefault("case", policy.entry.default_case.on(as_of).value)
    if entry.get("level") in titles.BROAD_LEVELS:
        entry["level"] = _narrow(str(entry["level"]), str(entry.get("title", "")), str(entry.get("series", "")), policy)
    return entry


_CLEANERS: Mapping[str, Callable[[str, Policy], str]] = {
    "sex": lambda text, _: _SEXES.get(text, text),
    "level": lambda text, _: titles.tidy_level(text),
    "region": lambda text, policy: policy.region_spellings.get(text, text),
    "title": lambda text, _: re.sub(r"\s+", "", text),
    "employer": lambda text, _: names.tidy(text),
    "department": lambda text, _: names.tidy(text),
}


def _plain(text: str) -> str:
    return re.sub(r"\s+", " ", text.replace("\u3000", " ").replace("\u00a0", " ")).strip().removeprefix("'")


def _id_number(cell: Cell, place: _Place, found: list[Finding]) -> tuple[str, str]:
    """The ID number in the 18-character form, and as given; a number that a spreadsheet has cut is left unlike one."""
    raw = as_text(cell).strip()
    if (isinstance(cell, float | int) and abs(cell) >= 1e15) or _SCIENTIFIC.fullmatch(raw):
        cut = f"{float(raw):.14E}"
        found.append(codes.ID_DAMAGED.at(place.of("id_number"), cut))
        return cut, cut
    given = idnumber.compact(raw)
    if given != raw:
        found.append(codes.TIDIED_ID.at(place.of("id_number"), raw))
    old_form = re.fullmatch(r"[0-9]{15}", given) is not None
    return (idnumber.lengthen(given) if old_form else given), given


def _date(name: str, cell: Cell, id_number: str, place: _Place, found: list[Finding]) -> str:
    """A date as ISO text; what can't be read stays as it was, with a finding."""
    iso = dates.read(cell)
    text, either = _plain(as_text(cell)), dates.candidates(cell)
    born = f"{id_number[6:10]}-{id_number[10:12]}" if len(id_number) == 18 else ""
    if iso is not None:
        # A month typed into a date cell becomes its first day: the ID number tells, of the same month, another one.
        first_of = isinstance(cell, date) and iso.endswith("-01") and name == "birth_date" and iso[:7] == born
        return iso[:7] if first_of and id_number[12:14] != "01" else iso
    if name == "birth_date" and born in either:
        words = {"value": text, "candidates": "、".join(either), "settled": born}
        found.append(codes.DATE_SETTLED.at(place.of(name), text, **words))
        return born
    code = codes.DATE_AMBIGUOUS if either else codes.DATE_UNREADABLE
    heading = HEADINGS[name]
    found.append(code.at(place.of(name), text, field=name, heading=heading, value=text, candidates="、".join(either)))
    return text


def _narrow(level: str, title: str, series: str, policy: Policy) -> str:
    """高级 or 初级 as one of the five levels, where the title tells which."""
    possible = {found.level for found in policy.title_table.find(title, series)} & set(titles.BROAD_LEVELS[level])
    return possible.pop() if len(possible) == 1 else level


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

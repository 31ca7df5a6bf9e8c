"""The list of findings (问题清单): a workbook that goes back to the units, a sheet each; a table; JSON lines."""

import json
import os
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path, PurePath

from hzcert import language
from hzcert.batch import Input
from hzcert.findings import Finding, Severity, brief, mask
from hzcert.language import sentence, word
from hzcert.sheets.safe import sheet_name
from hzcert.sheets.writing import MOST_LINKS, Column, Link, Row, Sheet
from hzcert.table import Table

OURS = "问题清单（hzcert 批注的副本）"  # the title of the list in an annotated copy, by which it is told
NO_DEPARTMENT = "无主管部门"  # the entry names neither a department nor an employer
NO_UNIT = "未归到单位"  # about a file or a photo of which nobody can tell whose it is
_MOST_UNITS = 300  # sheets; each keeps a temporary file open while the workbook is written
_REST = "其余单位"
COLUMNS = (
    Column("程度", 6, centred=True),
    Column("代码", 8, centred=True),
    Column("文件", 22),
    Column("工作表", 10),
    Column("单元格", 8, centred=True),
    Column("行", 6, "count"),
    Column("列", 5, centred=True),
    Column("栏目", 12),
    Column("内容", 22),
    Column("问题", 40),
    Column("怎么办", 34),
    Column("依据", 8, centred=True),
)
_SUMMARY = (
    Column("项目", 60),
    Column("代码", 9, centred=True),
    Column("程度", 8, centred=True),
    Column("依据", 10, centred=True),
    Column("错误", 9, "count"),
    Column("警告", 9, "count"),
    Column("提示", 9, "count"),
    Column("合计", 9, "count"),
)
_KEYS = (
    "severity",
    "code",
    "file",
    "sheet",
    "cell",
    "row",
    "column",
    "heading",
    "value",
    "message",
    "remedy",
    "clause",
)
HEADINGS: Mapping[str, str] = {
    "unit": "单位",
    **{key: column.heading for key, column in zip(_KEYS, COLUMNS, strict=True)},
}
_ID = re.compile(r"(?<!\d)(?:\d{17}[\dXx]|\d{15})(?!\d)")


def lines(found: Iterable[Finding], *, show_ids: bool) -> Iterator[str]:
    """Findings as JSON lines, ID numbers masked unless asked for."""
    for finding in found:
        yield json.dumps(finding.record(show_ids=show_ids), ensure_ascii=False) + "\n"


def is_ours(title: str) -> bool:
    """Whether a sheet that begins so is the list of an annotated copy, which a clerk sent in again with the rest."""
    return title == OURS or (title.isascii() and title == language.catalogue().words[OURS])


def units(found: Sequence[Finding], entries: Table) -> list[str]:
    """The unit that each finding goes back to: the department of its entry, or else the employer.

    What is about no entry goes to the unit of its sheet or file, where there is only one; a photo to its holder's.
    """
    columns = (entries.column(name) for name in ("department", "employer", "id_number", "id_number_given"))
    by_row: dict[tuple[str, str, int | None, int], str] = {}
    by_sheet: dict[tuple[str, ...], set[str]] = defaultdict(set)
    by_id: dict[str, str] = {}
    for place, department, employer, *numbers in zip(entries.places(), *columns, strict=True):
        unit = str(department or employer or NO_DEPARTMENT)
        by_row[place] = unit
        by_sheet[place[:2]].add(unit)
        by_sheet[place[:1]].add(unit)
        by_id |= dict.fromkeys(map(str, numbers), unit)

    def unit_of(finding: Finding) -> str:
        file, sheet, *_ = finding.where.row_key
        number = _ID.search(PurePath(file).name)
        alone = (by_sheet[key] for key in ((file, sheet), (file,)) if len(by_sheet.get(key, ())) == 1)
        return (
            by_row.get(finding.where.row_key)
            or next((unit for each in alone for unit in each), "")
            or by_id.get(number[0].upper() if number else "", NO_UNIT)
        )

    return [unit_of(finding) for finding in found]


def links(files: Iterable[Input], target: Path) -> dict[str, str]:
    """For each file by its name in findings, its path as seen from the folder of ``target``."""
    base = target.parent.resolve()
    return {each.shown: Path(os.path.relpath(each.path.resolve(), base)).as_posix() for each in files}


def rows(found: Sequence[Finding], entries: Table, *, show_ids: bool) -> Iterator[list[object]]:
    """Findings as a table under ``HEADINGS``."""
    for unit, finding in zip(units(found, entries), found, strict=True):
        yield [unit, *map(str, line(finding, None, show_ids=show_ids).cells)]


def sheets(found: Sequence[Finding], entries: Table, paths: Mapping[str, str], *, show_ids: bool) -> Iterator[Sheet]:
    """How many of each kind and for each unit, then a sheet for each unit: every finding, with a link to its cell.

    ``paths`` say where the files lie, seen from the folder of the workbook.
    """
    of_unit: dict[str, list[Finding]] = defaultdict(list)
    for unit, finding in zip(units(found, entries), found, strict=True):
        of_unit[unit].append(finding)
    order = sorted(of_unit, key=lambda unit: (unit in (NO_DEPARTMENT, NO_UNIT), unit))
    taken: set[str] = set()
    summary = sheet_name(word("汇总"), taken)
    many = len(order) > _MOST_UNITS
    alone = order[: _MOST_UNITS - 1] if many else order
    names = {unit: sheet_name(mask(word(unit)), taken) for unit in alone}
    rest = sheet_name(word(_REST), taken) if many else ""
    title = word("问题汇总")
    yield Sheet(summary, spoken(_SUMMARY), list(_totals(found, of_unit, order, names, rest)), title=title)
    for unit, name in names.items():
        lined = (line(finding, paths.get(finding.where.file), show_ids=show_ids) for finding in of_unit[unit])
        yield _sheet(name, lined, unit)
    if rest:
        together = _together({unit: of_unit[unit] for unit in order[len(alone) :]}, paths, show_ids)
        yield _sheet(rest, together, _REST)


def _sheet(name: str, lined: Iterable[Row], unit: str) -> Sheet:
    title = sentence(f"{mask(word(unit))}问题清单")
    return Sheet(name, spoken(COLUMNS), lined, title=title, most_rows=MOST_LINKS)


def spoken(columns: Iterable[Column]) -> tuple[Column, ...]:
    """Columns with their headings in the language spoken."""
    return tuple(replace(column, heading=word(column.heading)) for column in columns)


def _totals(
    found: Sequence[Finding],
    of_unit: Mapping[str, Sequence[Finding]],
    order: Iterable[str],
    names: Mapping[str, str],
    rest: str,
) -> Iterator[Row]:
    yield Row((word("按单位"),), "group", merged=True)
    for unit in order:
        link = Link(mask(word(unit)), "", names.get(unit, rest), "A1")
        yield Row((link, "", "", "", *_numbers(of_unit[unit])))
    yield Row((word("按问题"),), "group", merged=True)
    of_code = Counter(finding.code for finding in found)
    for code in sorted(of_code, key=lambda code: (list(Severity).index(code.severity), code.id)):
        number = of_code[code]
        counts = [number if code.severity is severity else "" for severity in Severity]
        cells = (brief(code.template), code.id, code.severity.label, code.clause, *counts, number)
        yield Row(cells, code.severity.value)
    yield Row((word("合计"), "", "", "", *_numbers(found)), "total")


def _numbers(found: Iterable[Finding]) -> list[int | str]:
    """How many of each severity, and of all; nothing where there is none."""
    counts = Counter(finding.severity for finding in found)
    return [*(counts[severity] or "" for severity in Severity), counts.total()]


def _together(of_unit: Mapping[str, Iterable[Finding]], paths: Mapping[str, str], show_ids: bool) -> Iterator[Row]:
    """Many units on one sheet, each under its name."""
    for unit, found in of_unit.items():
        yield Row((mask(word(unit)),), "group", merged=True)
        for finding in found:
            yield line(finding, paths.get(finding.where.file), show_ids=show_ids)


def line(finding: Finding, path: str | None, *, show_ids: bool) -> Row:
    """One finding under ``COLUMNS``; ``path`` leads to its file, an empty one stays in the workbook, None leads nowhere."""
    record = finding.record(show_ids=show_ids)
    names = ("row", "column", "heading", "value", "message", "remedy", "clause")
    rest = ["" if record[name] is None else record[name] for name in names]
    place = _place(finding, path, show_ids)
    cells = (finding.severity.label, finding.code.id, record["file"], record["sheet"] or "", place, *rest)
    return Row(cells, finding.severity.value)


def _place(finding: Finding, path: str | None, show_ids: bool) -> object:
    """The address of the cell, which leads there; no link may show an ID number that the list masks."""
    where = finding.where
    text = where.cell or (word("第{row}行").format(row=where.row) if where.row else "")
    sheet = where.sheet or ""
    if path is None or not (show_ids or mask(path + sheet) == path + sheet):
        return text
    return Link(text or word("打开"), path, sheet, where.cell or (f"A{where.row}" if where.row else "A1"))

"""Workbooks of Excel 2007 and later, and of WPS: xlsx, xlsm, and .et where it is a zip."""

import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from xml.etree import ElementTree

import numpy as np

from hzcert.sheets.grid import Cell, Grid, Place, Unreadable, letter
from hzcert.sheets.guard import Budget, Parts
from hzcert.sheets.xlsx_sheet import Gathered, read_sheet
from hzcert.sheets.xlsx_strings import read_strings
from hzcert.sheets.xlsx_values import Book, read_styles

_DAMAGED = "请重新导出或另存后再放入"


@dataclass(frozen=True)
class Relation:
    """One line of a part's ``.rels``: what kind of part it leads to, and where that is."""

    kind: str  # the last word of its type, such as worksheet
    target: str


def read_xlsx(raw: bytes, shown: str) -> list[Grid]:
    """All sheets that hold cells, in the workbook's order.

    Raises:
        Unreadable: it is damaged, or holds more than it may.
    """
    budget = Budget()
    parts = Parts(raw, budget)
    del raw
    start = relations(parts, "")
    main = next((each.target for each in start.values() if each.kind == "officeDocument"), "xl/workbook.xml")
    workbook, related = parts.tree(main), relations(parts, main)
    book = _book(parts, workbook, related)
    pasted = _pasted(parts, main)
    grids = []
    for sheet in named(workbook, "sheet"):
        leads_to = related.get(attribute(sheet, "id"))
        if leads_to is None or leads_to.kind != "worksheet":
            continue  # a chart or a dialogue: no cells
        gathered = read_sheet(parts.chunks(leads_to.target), book, budget)
        pictures = anchored(parts, leads_to.target, gathered.drawing) if gathered.drawing else {}
        pictures |= take_pasted(gathered, pasted)
        hidden = sheet.get("state", "visible") != "visible"
        grids.append(_grid(gathered, shown, sheet.get("name", ""), hidden, pictures))
    if not grids:
        raise Unreadable("中没有工作表", _DAMAGED)
    return grids


def _grid(gathered: Gathered, shown: str, name: str, hidden: bool, pictures: Mapping[Place, bytes]) -> Grid:
    notes = []
    if gathered.hidden_columns:
        columns = "、".join(
            letter(first) if first == last else f"{letter(first)} 至 {letter(last)}"
            for first, last in gathered.hidden_columns
        )
        notes.append(f"有隐藏的列：{columns}")
    errors = {place: shows for place, shows in gathered.errors.items() if place not in pictures}
    return Grid(
        shown,
        name,
        gathered.rows,
        hidden,
        frozenset(number for number in gathered.hidden if number <= len(gathered.rows)),
        tuple(gathered.merged),
        pictures,
        tuple(notes),
        errors,
    )


def _book(parts: Parts, workbook: ElementTree.Element, related: Mapping[str, Relation]) -> Book:
    by_kind = {each.kind: each.target for each in related.values()}
    styles, strings = by_kind.get("styles", ""), by_kind.get("sharedStrings", "")
    since = {about.get("date1904") for about in named(workbook, "workbookPr")}
    return Book(
        read_strings(parts.chunks(strings)) if strings in parts else np.empty(0, object),
        read_styles(parts.tree(styles)) if styles in parts else (),
        bool(since & {"1", "true"}),
    )


def relations(parts: Parts, name: str) -> dict[str, Relation]:
    """Where the relations of a part lead, by their id; links out of the file are left out."""
    folder, file = posixpath.split(name)
    rels = posixpath.join(folder, "_rels", f"{file}.rels")
    if rels not in parts:
        return {}
    return {
        line.get("Id", ""): Relation(
            line.get("Type", "").rpartition("/")[2],
            posixpath.normpath(posixpath.join("/", folder, line.get("Target", "").replace("\\", "/"))).lstrip("/"),
        )
        for line in named(parts.tree(rels), "Relationship")
        if line.get("TargetMode") != "External"
    }


def named(root: ElementTree.Element, name: str) -> Iterator[ElementTree.Element]:
    """All elements of a name, in whatever namespace."""
    return (each for each in root.iter() if each.tag.rpartition("}")[2] == name)


def attribute(element: ElementTree.Element, name: str) -> str:
    """An attribute by its name, in whatever namespace."""
    return next((value for key, value in element.items() if key.rpartition("}")[2] == name), "")


def anchored(parts: Parts, sheet: str, drawing: str) -> dict[Place, bytes]:
    """The pictures that lie on a sheet, by the cell under their upper left corner; of several on one cell the first."""
    leads_to = relations(parts, sheet).get(drawing)
    if leads_to is None or leads_to.target not in parts:
        return {}
    related = relations(parts, leads_to.target)
    pictures: dict[Place, bytes] = {}
    for anchor in parts.tree(leads_to.target):
        start = next(named(anchor, "from"), None)
        if start is None:
            continue
        row, column = (next((each.text for each in named(start, name)), None) for name in ("row", "col"))
        if not (row and column and row.strip().isdecimal() and column.strip().isdecimal()):
            continue
        picture = _embedded(parts, anchor, related)
        if picture:
            pictures.setdefault((int(row), int(column)), picture)
    return pictures


def _embedded(parts: Parts, element: ElementTree.Element, related: Mapping[str, Relation]) -> bytes:
    """The bytes of the picture that an element shows; none where it shows none."""
    for blip in named(element, "blip"):
        leads_to = related.get(attribute(blip, "embed"))
        if leads_to is not None and leads_to.target in parts:
            return parts.read(leads_to.target)
    return b""


def _pasted(parts: Parts, main: str) -> dict[str, bytes]:
    """The pictures that WPS keeps in cells, by the ID that their formula names."""
    folder = posixpath.dirname(main)
    images = posixpath.join(folder, "cellimages.xml")
    if images not in parts:
        return {}
    related = relations(parts, images)
    pictures = {}
    for image in named(parts.tree(images), "cellImage"):
        about = next(named(image, "cNvPr"), None)
        if about is not None and (picture := _embedded(parts, image, related)):
            pictures[about.get("name", "")] = picture
    return pictures


def take_pasted(gathered: Gathered, pasted: Mapping[str, bytes]) -> dict[Place, bytes]:
    """The pictures of one sheet's DISPIMG formulas, whose cells are emptied."""
    if not pasted:
        return {}
    for row, cells in enumerate(gathered.rows):
        for place, cell in enumerate(cells):
            if (name := _pasted_name(cell)) is not None:
                gathered.pictured.setdefault((row, place), name)
    pictures = {place: pasted[name] for place, name in gathered.pictured.items() if name in pasted}
    for row, place in pictures:
        if row < len(gathered.rows) and place < len(gathered.rows[row]):
            gathered.rows[row][place] = ""
    return pictures


def _pasted_name(cell: Cell) -> str | None:
    if not isinstance(cell, str) or "DISPIMG(" not in cell:
        return None
    return cell.partition('DISPIMG("')[2].partition('"')[0] or None

"""Word documents (.docx) as runs of lines and tables, in their order: text boxes, tables in tables, changes that are still tracked."""

import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from hzcert.sheets import guard
from hzcert.sheets.grid import Cell, Grid, Place, Range, Unreadable

if TYPE_CHECKING:
    from docx.oxml.xmlchemy import BaseOxmlElement

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_DELETED = frozenset({f"{_W}del", f"{_W}moveFrom"})
_BREAKS = {f"{_W}tab": "\t", f"{_W}br": "\n", f"{_W}cr": "\n", f"{_W}noBreakHyphen": "-"}
_FALLBACK = (
    "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"  # the same once more, for old programs
)
_BOX = f"{_W}txbxContent"
_DEEPEST = 50  # tables in tables
_WIDEST = 100  # columns that a cell goes over


@dataclass
class _Said:
    """The text of a paragraph or cell as it stands, and what of it is struck out."""

    text: str = ""
    struck: str = ""


@dataclass
class _Lines:
    """Lines until the next table."""

    rows: list[list[Cell]] = field(default_factory=list)
    struck: list[str] = field(default_factory=list)


def read_word(raw: bytes, shown: str) -> Iterator[Grid]:
    """Every table as a grid, and every run of lines between them as one of a single column."""
    import docx  # here, since only documents need it

    guard.Parts(raw, guard.Budget()).read("word/document.xml")  # refuses what would burst
    try:
        body = docx.Document(io.BytesIO(raw)).element.body
    except Exception as cause:  # nobody has listed what a damaged file makes python-docx raise
        raise Unreadable("已损坏", "请在 Word 或 WPS 里打开后另存，再放入") from cause
    if body is None:
        raise Unreadable("已损坏", "请在 Word 或 WPS 里打开后另存，再放入")
    yield from _parts(body, shown)


def _parts(body: "BaseOxmlElement", shown: str) -> Iterator[Grid]:
    lines, tables = _Lines(), 0
    for block in _blocks(body, 0):
        if block.tag != f"{_W}tbl":
            said = _said(block)
            lines.rows += [[line] for line in said.text.split("\n")]
            lines.struck += [said.struck] if said.struck.strip() else []
            continue
        if lines.rows:
            yield _prose(lines, shown)
            lines = _Lines()
        tables += 1
        yield _table(block, shown, f"表{tables}")
    if lines.rows:
        yield _prose(lines, shown)


def _prose(lines: _Lines, shown: str) -> Grid:
    notes = (f"划掉的文字没有读：{'；'.join(text.strip() for text in lines.struck)}",) if lines.struck else ()
    return Grid(shown, "正文", lines.rows, notes=notes)


def _blocks(inside: "BaseOxmlElement", depth: int) -> "Iterator[BaseOxmlElement]":
    """Paragraphs and tables in their order; a text box after its paragraph, and a table that only holds others as what is in it."""
    if depth > _DEEPEST:
        raise Unreadable("里的表格套得太深", "请另存为简单的表格再放入")
    for child in inside:
        if child.tag in (f"{_W}p", f"{_W}tbl"):
            if child.tag == f"{_W}tbl" and next(_within(child, f"{_W}tbl"), None) is not None:
                for cell in _within(child, f"{_W}tc"):
                    yield from _blocks(cell, depth + 1)
                continue
            yield child
            for box in _within(child, _BOX):
                yield from _blocks(box, depth + 1)
        elif isinstance(child.tag, str) and child.tag not in _DELETED and child.tag != _FALLBACK:
            yield from _blocks(child, depth + 1)  # content controls, customs marks and the like


def _within(element: "BaseOxmlElement", tag: str) -> "Iterator[BaseOxmlElement]":
    """What of a tag lies in an element, not in another of the same tag."""
    for child in element:
        if child.tag == tag:
            yield child
        elif child.tag not in _DELETED and child.tag != _FALLBACK:
            yield from _within(child, tag)


def _said(paragraph: "BaseOxmlElement") -> _Said:
    """What a paragraph says: no deleted text, no box that stands in it; what is struck out apart."""
    said = _Said()
    for run in _runs(paragraph):
        text = "".join(
            (each.text or "") if each.tag == f"{_W}t" else _BREAKS[each.tag]
            for each in run
            if each.tag == f"{_W}t" or each.tag in _BREAKS
        )
        if _is_struck(run):
            said.struck += text
        else:
            said.text += text
    return said


def _runs(element: "BaseOxmlElement") -> "Iterator[BaseOxmlElement]":
    for child in element:
        if child.tag == f"{_W}r":
            yield child
        elif child.tag not in _DELETED and child.tag not in (_FALLBACK, _BOX):
            yield from _runs(child)


def _is_struck(run: "BaseOxmlElement") -> bool:
    marks = [run.find(f"{_W}rPr/{_W}{name}") for name in ("strike", "dstrike")]
    return any(mark is not None and mark.get(f"{_W}val", "1") not in ("0", "false", "off") for mark in marks)


def _table(table: "BaseOxmlElement", shown: str, name: str) -> Grid:
    """A table, its merged cells said once, in their upper left one."""
    rows: list[list[Cell]] = []
    merged: list[Range] = []
    struck: dict[Place, str] = {}
    tall: dict[int, tuple[int, int]] = {}  # by column, from which row and to which column a cell goes on
    for at, row in enumerate(_within(table, f"{_W}tr")):
        cells: list[Cell] = [""] * _skipped(row)
        for cell in _within(row, f"{_W}tc"):
            place, span = len(cells), _number(cell, "gridSpan", 1)
            said = [_said(paragraph) for paragraph in _within(cell, f"{_W}p")]
            goes_on = cell.find(f"{_W}tcPr/{_W}vMerge")
            if goes_on is not None and goes_on.get(f"{_W}val", "continue") == "continue" and place in tall:
                cells += [""] * span
                continue
            _close(merged, tall, place, at - 1)
            text = "\n".join(each.text for each in said).strip()
            if gone := "".join(each.struck for each in said).strip():
                struck[at, place] = gone if text else ""
                text = text or gone
            cells += [text, *[""] * (span - 1)]
            if goes_on is not None:
                tall[place] = at, place + span - 1
            elif span > 1:
                merged.append((at, place, at, place + span - 1))
        rows.append(cells)
    for place in list(tall):
        _close(merged, tall, place, len(rows) - 1)
    return Grid(shown, name, rows, merged=tuple(merged), struck=struck)


def _close(merged: list[Range], tall: dict[int, tuple[int, int]], place: int, last: int) -> None:
    """End a cell that went over several rows."""
    if place in tall:
        first, right = tall.pop(place)
        if last > first or right > place:
            merged.append((first, place, last, right))


def _skipped(row: "BaseOxmlElement") -> int:
    """How many columns a row leaves out at its beginning."""
    return _count(row.find(f"{_W}trPr/{_W}gridBefore"), 0)


def _number(cell: "BaseOxmlElement", name: str, otherwise: int) -> int:
    return max(1, _count(cell.find(f"{_W}tcPr/{_W}{name}"), otherwise))


def _count(element: "BaseOxmlElement | None", otherwise: int) -> int:
    """A number of columns, within reason; a damaged one is as good as none."""
    said = "" if element is None else str(element.get(f"{_W}val"))
    return min(int(said), _WIDEST) if said.isdecimal() else otherwise

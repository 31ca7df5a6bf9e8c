"""A filled form of one person (信息表): each label left of its value. Read as one entry, like a row of a list."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hzcert.annexes import ANNEX_3
from hzcert.fields import FIELDS
from hzcert.headings import Above, heading_key, meaning, read_above
from hzcert.sheets.grid import Cell, Grid, as_text, letter
from hzcert.table import Column

_ID = re.compile(r"\d{17}[\dXx]|\d{15}")
_TALLEST, _WIDEST = 80, 40  # rows and columns of a form
_FEWEST, _FEWEST_ROWS = 6, 4  # labels, and rows that they stand in
_NO_VALUE = re.compile(r"照片|相片|[（(](?:盖|公|签)?章[）)]|签字|签名")  # what a form prints beside a label
_BOX = re.compile(r"[0-9０-９XxＸｘ]?")
_UNTOUCHED = frozenset({"level", "case", "region"})  # what a blank may bring along
_ONCE = ("name", "id_number")


@dataclass(frozen=True)
class Form:
    """One form as found: the cell (from 0) of each field's value, and what the lines above say."""

    values: Mapping[str, tuple[int, int]]
    labels: Mapping[str, str]
    above: Above
    is_annex_3: bool
    twice: tuple[int, int] | None  # a second label of the name or the ID number: another form on the same sheet

    def cells(self, grid: Grid) -> dict[str, Cell]:
        """The value of each field; empty text where nothing was filled in."""
        return {name: _value(grid.rows[row], place, name) for name, (row, place) in self.values.items()}

    def is_filled(self, grid: Grid) -> bool:
        """Whether anything about a person was filled in."""
        return any(as_text(cell).strip() for name, cell in self.cells(grid).items() if name not in _UNTOUCHED)

    def layout(self) -> dict[str, Column]:
        """The place of each value, and its label."""
        return {name: Column(letter(place), self.labels[name], row + 1) for name, (row, place) in self.values.items()}

    @property
    def row(self) -> int:
        """The row of the entry, as the spreadsheet shows it: that of the ID number, or of what comes first."""
        return self.values.get("id_number", min(self.values.values()))[0] + 1


def find_form(grid: Grid, known: Mapping[str, str]) -> Form | None:
    """The form on a sheet: labels spread over the page, never most of them in one row as in a list; None for a list."""
    if not grid.rows or len(grid.rows) > _TALLEST:
        return None
    known_cells = [
        (row, place, name)
        for row, cells in enumerate(grid.rows)
        for place, cell in enumerate(cells[:_WIDEST])
        if isinstance(cell, str) and (name := meaning(cell, known))
    ]
    labels = [each for each in known_cells if each[2] in FIELDS]
    rows = [row for row, _, _ in labels]
    if len({name for *_, name in labels}) < _FEWEST or len(set(rows)) < _FEWEST_ROWS:
        return None
    taken = {(row, place) for row, place, _ in known_cells}
    beside = sum((row, place + 1) in taken for row, place, _ in labels)
    # Headings stand side by side, on every page of a list again; labels have their values between them.
    if beside * 2 > len(labels) or max(rows.count(row) for row in set(rows)) * 2 > len(rows):
        return None
    numbers = {
        (row, place)
        for row, cells in enumerate(grid.rows)
        for place, cell in enumerate(cells)
        if isinstance(cell, str) and _ID.fullmatch(cell.strip())
    }
    if any((row + 1, place) in numbers for row, place in numbers):
        return None  # people one below another
    values: dict[str, tuple[int, int]] = {}
    words: dict[str, str] = {}
    twice = None
    for row, place, name in labels:
        if name in values:
            twice = twice or ((row, place) if name in _ONCE else None)
            continue
        values[name] = row, _value_place(grid, row, place, taken)
        words[name] = heading_key(as_text(grid.rows[row][place]))
    if all(name in values and _more_values(grid, *values[name], taken) for name in _ONCE):
        twice = values["name"]  # people beside each other
    top = [as_text(cell) for cells in grid.rows[: min(rows)] for cell in cells]
    annex_3 = any(ANNEX_3 in re.sub(r"\s+", "", text) for text in top)
    return Form(values, words, read_above(grid, min(rows)), annex_3, twice)


def _value(cells: Sequence[Cell], place: int, name: str) -> Cell:
    """What stands in a cell; the boxes of an ID number, a digit each, together."""
    if place >= len(cells):
        return ""
    boxes = [as_text(cell).strip() for cell in cells[place : place + 18]]
    return (
        "".join(boxes) if name == "id_number" and len(boxes) >= 15 and all(map(_BOX.fullmatch, boxes)) else cells[place]
    )


def _more_values(grid: Grid, row: int, place: int, labels: set[tuple[int, int]]) -> bool:
    """Whether another value of more than one character follows before the next label."""
    for at in range(place + 1, len(grid.rows[row])):
        text = as_text(grid.rows[row][at]).strip()
        if (row, at) in labels or _NO_VALUE.search(text):
            return False
        if len(text) > 1:
            return True
    return False


def _value_place(grid: Grid, row: int, label: int, labels: set[tuple[int, int]]) -> int:
    """The column of the value that belongs to a label: the first cell with something in it before the next label."""
    start = label + 1
    for top, left, bottom, right in grid.merged:
        if top <= row <= bottom and left <= label <= right:
            start = right + 1
    cells: Sequence[Cell] = grid.rows[row]
    for place in range(start, len(cells)):
        text = as_text(cells[place]).strip()
        if (row, place) in labels or _NO_VALUE.search(text):
            break
        if text:
            return place
    return start

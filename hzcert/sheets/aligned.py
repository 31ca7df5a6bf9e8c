"""Tables without rules: lines whose words stand below headings, in a PDF file or in plain text."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from statistics import median

from hzcert.sheets.grid import Cell, Range

NAME = "姓名"  # the heading that no list of people lacks
_SINGLE = re.compile(r"[\u3400-\u9fff]")
_DAY = re.compile(r".*年.{1,3}月.{1,3}日")
_SECTION = re.compile(r"[（(]?[一二三四五六七八九十]+[）)、．.]")


@dataclass(frozen=True, slots=True)
class Word:
    """A piece of text without a space, and where it stands on its page."""

    text: str
    left: float
    right: float
    top: float
    bottom: float


Line = list[Word]


@dataclass
class Table:
    """A table that may go on on the next page: ruled, with its edges, or by the places of its headings alone."""

    rows: list[list[Cell]] = field(default_factory=list)
    merged: list[Range] = field(default_factory=list)
    edges: tuple[float, ...] = ()
    heads: Line = field(default_factory=list)
    tops: list[float] = field(default_factory=list)  # of the rows, where there are no rules


def heads(line: Line) -> Line:
    """A line's headings, if it has that of names and another."""
    found = paired(line)
    return found if len(found) > 1 and any(word.text == NAME for word in found) else []


def paired(line: Line) -> Line:
    """A line's words, two single characters that stand beside each other as one: 姓 名, 沈 石."""
    found: Line = []
    for word in line:
        before = found[-1] if found else None
        near = before is not None and word.left - before.right < 3 * (word.bottom - word.top)
        if before and near and _SINGLE.fullmatch(before.text) and _SINGLE.fullmatch(word.text):
            found[-1] = Word(before.text + word.text, before.left, word.right, before.top, before.bottom)
        else:
            found.append(word)
    return found


def tables_in(lines: Sequence[Line], table: Table | None = None) -> Iterator[list[Line] | Table]:
    """Runs of lines and the tables among them in their order; ``table`` may go on."""
    run: list[Line] = []
    pitch, last = _pitch(lines), 0.0
    for line in lines:
        found = heads(line)
        if found and table and [head.text for head in found] == table.rows[0]:
            table.heads, last = found, line[0].top
            continue
        row = _row(paired(line), table.heads) if table and not found else []
        if (table and sum(map(bool, row)) > 1) or (table and len(line) == 1 and _SECTION.match(line[0].text)):
            table.rows.append([*row] if sum(map(bool, row)) > 1 else [line[0].text])
            table.tops.append(line[0].top)
            last = line[0].top
        elif table and last and any(row) and line[0].top - last < 0.85 * pitch:
            _more(table.rows[-1], row)
        else:
            if table:
                yield table
            table = None
            if not found:
                run.append(line)
                continue
            if run:
                yield run
                run = []
            table = Table([[head.text for head in found]], heads=found, tops=[line[0].top])
            last = line[0].top
    if table:
        yield table
    elif run:
        yield run


def _pitch(lines: Sequence[Line]) -> float:
    """How far the rows of tables are apart."""
    tops = [line[0].top for line in lines if len(line) > 1]
    return median(below - above for above, below in pairwise(tops)) if len(tops) > 1 else 0.0


def _row(line: Line, headings: Line) -> list[str]:
    """A line's words below the headings that they stand under or next to; empty for a line that goes across several."""
    cells = [""] * len(headings)
    if len(line) == len(headings):
        for at, (word, head) in enumerate(zip(line, headings, strict=True)):
            # Headings stand in the middle of their columns, what is below them may not.
            headings[at] = replace(head, left=min(head.left, word.left), right=max(head.right, word.right))
        return [word.text for word in line]
    for word in line:
        under = [at for at, head in enumerate(headings) if word.left < head.right and word.right > head.left]
        if len(under) > 1:
            return []
        at = under[0] if under else min(range(len(headings)), key=lambda each: _far(word, headings[each]))
        cells[at] = f"{cells[at]} {word.text}" if cells[at] else word.text
    return [] if _DAY.fullmatch("".join(cells)) else cells


def _far(word: Word, head: Word) -> float:
    return max(head.left - word.right, word.left - head.right)


def _more(cells: list[Cell], row: Sequence[str]) -> None:
    """Put the second line of cells behind the first."""
    for at, text in enumerate(row):
        if text and at < len(cells):
            cells[at] = f"{cells[at]}{text}"

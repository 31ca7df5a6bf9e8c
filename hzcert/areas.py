"""The lists of one sheet (分表): one below another with headings of its own, or side by side, each as a sheet of its own in its place."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from hzcert.headings import Header, HeaderReader, find_header, side_by_side
from hzcert.lines import Lines, begins_at, is_example_block, people_above, sort_rows
from hzcert.sheets.grid import Cell, Grid

_MOST = 200  # lists on one sheet; what is below is said, not read


@dataclass(frozen=True)
class Area:
    """One list: the sheet with all else left empty, its header and its rows; without a header nothing was found."""

    grid: Grid
    header: Header | None
    rows: Lines
    block: int = 0
    is_example: bool = False


def lists_of(grid: Grid, known: Mapping[str, str], compulsory: Iterable[str]) -> list[Area]:
    """The lists of a sheet from the top down; only such as have all the compulsory columns are parted from others."""
    needed = frozenset(compulsory)
    header = find_header(grid, known)
    if header is None:
        return [Area(grid, None, Lines())]
    pending = list(_beside_each_other(grid, header, known, needed))
    whole: list[Area] = []
    while pending:
        piece = pending.pop(0)
        header = find_header(piece, known)
        if header is None:
            continue
        rows = sort_rows(piece, header, known)
        cut = _where_to_cut(piece, header, rows, known, needed) if len(whole) + len(pending) < _MOST else None
        if cut is None:
            whole.append(Area(piece, header, rows, is_example=is_example_block(piece, header)))
        else:
            pending[:0] = [_only_rows(piece, 0, cut), _only_rows(piece, cut, len(piece.rows))]
    # An example stands beside what it is an example of: alone it is the list itself.
    examples = [area.is_example for area in whole]
    return [
        replace(area, block=number, is_example=area.is_example and not all(examples))
        for number, area in enumerate(whole)
    ]


def _where_to_cut(
    grid: Grid, header: Header, rows: Lines, known: Mapping[str, str], needed: frozenset[str]
) -> int | None:
    """The row from which another whole list stands, above or below the header that was found; None if there is none."""
    start = begins_at(grid, header.first, 0)
    upper = _only_rows(grid, 0, start)
    above = find_header(upper, known) if any(upper.rows) else None
    if (
        above
        and needed <= above.columns.keys()
        and (people_above(grid, header) or sort_rows(upper, above, known).entries)
    ):
        return start
    if rows.other_header is None:
        return None
    start = begins_at(grid, rows.other_header, header.last + 1)
    return start if needed <= HeaderReader(grid, known).at(rows.other_header).columns.keys() else None


def _beside_each_other(grid: Grid, header: Header, known: Mapping[str, str], needed: frozenset[str]) -> Iterator[Grid]:
    """A list that is printed in several columns of people, each as a list of its own; if one lacks a column, all as one."""
    starts = side_by_side(header)
    blocks = list(_only_columns(grid, header, starts)) if starts else []
    found = [find_header(block, known) for block in blocks]
    if blocks and all(each and needed <= each.columns.keys() for each in found):
        yield from blocks
    else:
        yield grid


def _only_columns(grid: Grid, header: Header, starts: Sequence[int]) -> Iterator[Grid]:
    """The columns from each start to the next; the lines above the header hold for all."""
    for first, last in zip([0, *starts], [*starts, max(map(len, grid.rows))], strict=True):

        def only(row: list[Cell], at: int, first: int = first, last: int = last) -> list[Cell]:
            whole = at < header.first
            return row if whole else [cell if first <= place < last else "" for place, cell in enumerate(row[:last])]

        yield replace(
            grid,
            rows=[only(row, at) for at, row in enumerate(grid.rows)],
            merged=tuple(area for area in grid.merged if area[0] < header.first or first <= area[1] < last),
            pictures={place: data for place, data in grid.pictures.items() if first <= place[1] < last},
            errors={place: text for place, text in grid.errors.items() if first <= place[1] < last},
        )


def _only_rows(grid: Grid, first: int, end: int) -> Grid:
    """The rows from one to before another, each in its place."""
    nothing: list[Cell] = []
    return replace(
        grid,
        rows=[*[nothing] * first, *grid.rows[first:end]],
        merged=tuple(area for area in grid.merged if first <= area[0] < end),
        pictures={place: data for place, data in grid.pictures.items() if first <= place[0] < end},
        errors={place: text for place, text in grid.errors.items() if first <= place[0] < end},
    )

"""Published documents (公布文件): the lists in them, and what their words say of these."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from hzcert import corrections, namelists, notices
from hzcert.batch import Input
from hzcert.errors import InputError
from hzcert.findings import Finding
from hzcert.notices import Document
from hzcert.policy import Policy
from hzcert.sheets.papers import is_paper, read_page, read_paper, read_prose
from hzcert.sheets.reading import Grid, as_text, read
from hzcert.table import Table


def grids(source: Input, policy: Policy, password: str | None, found: list[Document]) -> Iterable[Grid]:
    """The sheets of a table; of a document in words, the lists in it, with what its words say of them."""
    if is_paper(source.path):
        return _in_words(read_paper(source.path, source.shown), policy, found)
    if page := read_page(source.path, source.shown):
        return _in_words(page, policy, found)
    try:
        parts = read(source.path, source.shown, password)
    except InputError:
        prose = read_prose(source.path, source.shown)
        if prose is None:
            raise
        return _in_words(prose, policy, found)
    words = [corrections.halves(grid) for grid in parts]
    if not any(words) and not any(map(namelists.has_list, parts)):
        return _in_words([_as_lines(grid) for grid in parts], policy, found)
    lists: list[Grid] = []
    for grid, both in zip(parts, words, strict=True):
        if both:  # it corrects another document, or takes people back
            found.append(replace(notices.read_document(both, policy), shown=source.shown))
        lists += found[-1].grids if both else [namelists.titled(grid, policy)]
    return lists


def _in_words(parts: Sequence[Grid], policy: Policy, found: list[Document]) -> Iterable[Grid]:
    """The lists of a document in words; its parts as they are, where its words say nothing."""
    paper = notices.read_document(parts, policy)
    if not paper.grids and not paper.notices and not paper.facts.document_no:
        return parts
    found.append(paper)
    return paper.grids


def _as_lines(grid: Grid) -> Grid:
    """A sheet of lines: every row as one cell."""
    return replace(grid, rows=[[" ".join(filter(None, (as_text(cell).strip() for cell in row)))] for row in grid.rows])


def applied(table: Table, papers: Sequence[Document], policy: Policy) -> tuple[Table, list[Finding]]:
    """Published rows after the documents that correct others or take people back; and what was found of their counts."""
    table, told = corrections.applied(table, [notice for paper in papers for notice in paper.notices], policy)
    return table, [*told, *notices.counted(table, papers)]

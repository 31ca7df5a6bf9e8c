"""Published documents in words (公布文件): their lists as grids that are read as any list is, and what they correct or take back."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from hzcert import codes, corrections, namelists
from hzcert.corrections import Notice
from hzcert.docfacts import Facts, facts_of
from hzcert.findings import Finding, Where
from hzcert.policy import Policy
from hzcert.sheets.grid import Grid, as_text
from hzcert.table import Table


@dataclass
class Document:
    """One published file in words: what it says of itself, its lists as grids, and what it corrects."""

    facts: Facts
    grids: list[Grid] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    shown: str = ""


def read_document(parts: Sequence[Grid], policy: Policy) -> Document:
    """A document of lines and tables: its lists with what its words say of them."""
    prose = [grid for grid in parts if namelists.is_prose(grid)]
    tables = [grid for grid in parts if not namelists.is_prose(grid)]
    lines = [as_text(row[0]).strip() if row else "" for grid in prose for row in grid.rows]
    document = Document(facts_of(lines, policy), shown=parts[0].file if parts else "")
    for grid in prose:
        where = Where(grid.file, grid.name or None)
        document.findings += [codes.READ_NOTE.at(where, note=note) for note in grid.notes]
    if corrections.is_notice("\n".join(lines)):
        told = [line for grid in tables for line in corrections.told(grid)]
        where = Where(document.shown, prose[0].name or None if prose else None)
        document.notices.append(corrections.notice_of([*lines, *told], document.facts, where))
        if document.notices[0].struck or any(map(corrections.pairs_of, tables)):
            return document
    found = namelists.lists_of(parts, document.facts, policy)
    document.grids += found.grids
    document.findings += [codes.LINE_UNREAD.at(where, line, text=line[:60]) for where, line in found.unread]
    return document


def counted(table: Table, papers: Iterable[Document]) -> Iterator[Finding]:
    """Documents of which not as many people were read as they say (等N人): a check that costs nothing."""
    numbers, sources = table.texts("document_no").to_pylist(), table.texts("file").to_pylist()
    whole = Counter(numbers)
    by_file = Counter(zip(numbers, sources, strict=True))
    for paper in papers:
        facts = paper.facts
        if not facts.counts or not facts.document_no or paper.notices:
            continue
        read = whole[facts.document_no]
        said = {max(facts.counts), sum(facts.counts)}
        if said.isdisjoint({read, by_file[facts.document_no, paper.shown]}):
            told = max(facts.counts)
            yield codes.COUNT_DIFFERS.at(Where(paper.shown), document_no=facts.document_no, said=told, read=read)

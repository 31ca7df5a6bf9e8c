"""A clerk's decisions (经办人认定) on cases that a program must not decide: their keys, read back, held against the data.

A decision is about an entry and a published row as they stood. Its key is what both say, so that it falls with the first
letter that is changed under it, and never slips to another row when lines move.
"""

import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from hzcert import codes
from hzcert.errors import InputError
from hzcert.fields import HEADINGS
from hzcert.findings import Finding, Where
from hzcert.sheets.grid import Cell, Grid, as_text
from hzcert.table import Table

YES, NO, LATER = "是此人", "不是", "待查"
WORDS = (YES, NO, LATER)
KEY, WORD, WHY, WHO = "核对码", "认定", "认定理由", "经办人"
_KEY = re.compile(r"[0-9a-f]{12}-[0-9a-f]{12}")
# What an entry or a row says; a telephone number decides nothing.
_SAID = tuple(name for name in HEADINGS if name != "phone")


@dataclass(frozen=True, slots=True)
class Decision:
    """One line that a clerk has filled in, and where it stands."""

    where: Where
    key: str
    word: str
    why: str
    who: str

    def __str__(self) -> str:
        """In a clerk's words."""
        return f"{self.word}（{self.who}：{self.why}）"


@dataclass(frozen=True)
class Decisions:
    """What persons have decided, by position in both tables: whose row is whose, and whose it is not."""

    accepted: Mapping[int, int] = field(default_factory=dict)
    refused: frozenset[tuple[int, int]] = frozenset()
    words: Mapping[int, str] = field(default_factory=dict)  # by entry, who decided it and why
    applied: tuple[tuple[Decision, int, int], ...] = ()  # each with its entry and row
    findings: tuple[Finding, ...] = ()


def key_of(table: Table, lines: Iterable[int]) -> dict[int, str]:
    """By line, the half of a key that stands for it: a hash of all that it says, and of equal lines which one it is."""
    wanted = set(lines)
    if not wanted:
        return {}
    # Equal lines have equal names: only those need to be looked at to tell the first from the second.
    names = table.texts("name")
    near = np.flatnonzero(pc.is_in(names, names.take(pa.array(sorted(wanted)))))
    columns = [table.texts(name).take(pa.array(near)) for name in _SAID]
    texts = pc.binary_join_element_wise(*columns, pa.scalar("\x1f", pa.large_string())).to_pylist()
    times: Counter[str] = Counter()
    found = {}
    for line, text in zip(near.tolist(), texts, strict=True):
        times[text] += 1
        if line in wanted:
            found[line] = hashlib.sha256(f"{text}\x1f{times[text]}".encode()).hexdigest()[:12]
    return found


def read(grids: Sequence[Grid], shown: str) -> tuple[list[Decision], list[Finding]]:
    """What a clerk has decided, in any sheet that has the columns of the cases; and lines that can't be used.

    Raises:
        InputError: no sheet has them.
    """
    sheets = [(grid, header) for grid in grids if (header := _header(grid))]
    if not sheets:
        raise InputError(
            f"{shown} 里没有认定表（要有核对码、认定、认定理由、经办人各栏）",
            "请用 reconciliation.xlsx 的“待认定”工作表填写后放入",
        )
    decided: list[Decision] = []
    found: list[Finding] = []
    for grid, (top, places) in sheets:
        for at in range(top + 1, len(grid.rows)):
            cells = {name: _text(grid.rows[at], place) for name, place in places.items()}
            word = cells[WORD]
            if word in ("", LATER) or cells[KEY] == KEY:
                continue
            where = Where(grid.file, grid.name or None, at + 1)
            decision = Decision(where, cells[KEY].lower(), word, cells[WHY], cells[WHO])
            if problem := _problem(decision):
                found.append(codes.DECISION_UNUSABLE.at(where, word, why=problem))
            else:
                decided.append(decision)
    return decided, found


def _problem(decision: Decision) -> str:
    if decision.word not in WORDS:
        return f"认定只能是{YES}、{NO}或{LATER}"
    if not _KEY.fullmatch(decision.key):
        return "核对码残缺"
    missing = [word for word, text in ((WHO, decision.who), (WHY, decision.why)) if not text]
    return f"没有写{'、'.join(missing)}" if missing else ""


def _header(grid: Grid) -> tuple[int, dict[str, int]] | None:
    for at, row in enumerate(grid.rows[:20]):
        texts = [_text(row, place) for place in range(len(row))]
        if all(word in texts for word in (KEY, WORD, WHY, WHO)):
            return at, {word: texts.index(word) for word in (KEY, WORD, WHY, WHO)}
    return None


def _text(row: Sequence[Cell], place: int) -> str:
    cell = row[place] if place < len(row) else ""
    text = cell.isoformat() if isinstance(cell, date | datetime) else as_text(cell)
    return re.sub(r"\s+", " ", text).strip()


def held_against(decided: Sequence[Decision], holders: Table, published: Table) -> Decisions:
    """Decisions as they apply to these entries and rows; those whose data have changed, or that contradict each other, do not."""
    if not decided:
        return Decisions()
    ours = {own: line for line, own in key_of(holders, range(len(holders))).items()}
    theirs = {own: line for line, own in key_of(published, range(len(published))).items()}
    found: list[Finding] = []
    open_: list[tuple[Decision, int, int]] = []
    for each in decided:
        mine, _, row = each.key.partition("-")
        gone = [word for word, half, known in (("填报", mine, ours), ("公布", row, theirs)) if half not in known]
        if gone:
            found.append(codes.DECISION_STALE.at(each.where, each.word, what="、".join(gone)))
        else:
            open_.append((each, ours[mine], theirs[row]))
    applied = list(_without_conflicts(open_, found))
    accepted = {line: row for each, line, row in applied if each.word == YES}
    words = {line: f"经办人认定：{each}" for each, line, _ in applied if each.word == YES}
    refused = frozenset((line, row) for each, line, row in applied if each.word == NO)
    return Decisions(accepted, refused, words, tuple(applied), tuple(found))


def _without_conflicts(
    given: Sequence[tuple[Decision, int, int]], found: list[Finding]
) -> Iterator[tuple[Decision, int, int]]:
    """Decisions that no other contradicts: one row an entry, one entry a row, no yes and no on one pair."""
    of_entry: dict[int, list[tuple[Decision, int]]] = defaultdict(list)
    of_row: dict[int, list[tuple[Decision, int]]] = defaultdict(list)
    of_pair: dict[tuple[int, int], list[tuple[Decision, str]]] = defaultdict(list)
    for each, line, row in given:
        of_pair[line, row].append((each, each.word))
        if each.word == YES:
            of_entry[line].append((each, row))
            of_row[row].append((each, line))
    seen: set[tuple[int, int]] = set()
    for each, line, row in given:
        if others := _otherwise(of_pair[line, row], each.word):
            why = f"同一行既写了是此人，又写了不是（见{others}）"
        elif each.word == YES and (others := _otherwise(of_entry[line], row)):
            why = f"同一份填报认定了公布文件中的几行（见{others}）"
        elif each.word == YES and (others := _otherwise(of_row[row], line)):
            why = f"公布文件中的同一行认定给了几份填报（见{others}）"
        else:
            if (line, row) not in seen:
                seen.add((line, row))
                yield each, line, row
            continue
        found.append(codes.DECISION_UNUSABLE.at(each.where, each.word, why=why))


def _otherwise(said: Sequence[tuple[Decision, object]], own: object) -> str:
    """Where something else was decided, as a clerk finds it."""
    return "、".join(
        dict.fromkeys(
            f"{each.where.sheet or each.where.file} 第{each.where.row}行" for each, other in said if other != own
        )
    )

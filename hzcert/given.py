"""The files that a command is given (所给的文件), and the entries in them."""

import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from hzcert import decisions, ingest
from hzcert.batch import Input, inventory, take_in
from hzcert.decisions import Decision
from hzcert.errors import InputError, UsageError
from hzcert.findings import Finding, errors
from hzcert.settings import Settings
from hzcert.sheets.grid import Grid, as_text
from hzcert.sheets.reading import read

STDIO = Path("-")


@contextmanager
def inputs(paths: Sequence[Path], *outputs: Path) -> Iterator[list[Input]]:
    """The files that arguments name: a file, all files of a folder, or ``-`` for standard input.

    Raises:
        InputError: one is missing.
        UsageError: an output is one of them, or lies in a folder of them.
    """
    with TemporaryDirectory() as spool:
        found: list[Input] = []
        for path in paths:
            keep_apart(path, *outputs)
            if path == STDIO:
                copy = Path(spool) / "标准输入"
                copy.write_bytes(sys.stdin.buffer.read())
                found.append(take_in(copy, Path(spool)))
            elif path.is_dir():
                found += inventory(path, path.parent)
            elif path.exists():
                found.append(take_in(path, path.parent))
            else:
                raise InputError(f"找不到 {path}", "请检查路径")
        if not found:
            raise InputError(f"{'、'.join(map(str, paths))} 里没有文件", "请检查路径")
        yield _told_apart(found)


def keep_apart(source: Path, *outputs: Path) -> None:
    """Refuse an output that is an input, or lies in a folder of inputs: inputs are never changed.

    Raises:
        UsageError: it is.
    """
    for output in outputs:
        if STDIO not in (source, output) and output.resolve().is_relative_to(source.resolve()):
            raise UsageError(f"输出 {output} 与输入 {source} 重叠", "请写到别处；输入的文件从不改动")


def _told_apart(found: list[Input]) -> list[Input]:
    """Files of one name from different folders are called by their whole paths."""
    times = Counter(each.shown for each in found)
    return [replace(each, shown=str(each.path)) if times[each.shown] > 1 else each for each in found]


def read_list(files: Sequence[Input], kind: ingest.Kind, settings: Settings) -> ingest.Ingested:
    """Lists of one kind, read as this run's settings say."""
    return ingest.read_list(
        files, kind, settings.policy, settings.as_of, own_headings=settings.columns, password=settings.password
    )


@dataclass(frozen=True)
class Aids:
    """What an office knows besides the lists: its clerks' decisions, and units that were renamed."""

    decisions: Sequence[Decision] = ()
    findings: Sequence[Finding] = ()
    renamed: Sequence[tuple[str, str]] = ()
    files: Sequence[Input] = ()


def read_aids(decided: Path | None, units: Path | None, root: Path, settings: Settings) -> Aids:
    """What an office knows besides the lists, of the files that it names.

    Raises:
        InputError: a file is missing, can't be read, or lacks the columns.
    """
    files: list[Input] = []
    made: list[Decision] = []
    found: list[Finding] = []
    renamed: list[tuple[str, str]] = []
    if decided is not None:
        files.append(_one(decided, root))
        made, found = decisions.read(read(decided, files[-1].shown, settings.password), files[-1].shown)
    if units is not None:
        files.append(_one(units, root))
        renamed = _renamed(read(units, files[-1].shown, settings.password), files[-1].shown)
    return Aids(made, found, renamed, files)


def _one(path: Path, root: Path) -> Input:
    if not path.is_file():
        raise InputError(f"找不到 {path}", "请检查路径")
    return take_in(path, root if path.is_relative_to(root) else path.parent)


_OLD, _NEW = ("旧名称", "原名称", "旧名", "原名", "更名前"), ("新名称", "现名称", "新名", "现名", "更名后")


def _renamed(grids: Sequence[Grid], shown: str) -> list[tuple[str, str]]:
    """Old and new names of units, from a table with a column of each."""
    for grid in grids:
        for at, row in enumerate(grid.rows[:10]):
            words = [as_text(cell).strip() for cell in row]
            old, new = ([place for place, word in enumerate(words) if word in known] for known in (_OLD, _NEW))
            if old and new:
                texts = ([as_text(cell).strip() for cell in line] for line in grid.rows[at + 1 :])
                widest = max(old[0], new[0])
                return [
                    (line[old[0]], line[new[0]])
                    for line in texts
                    if len(line) > widest and line[old[0]] and line[new[0]]
                ]
    raise InputError(f"{shown} 里没有单位更名表", "请写旧名称、新名称两栏，每行一个更名")


def read_entries(paths: Sequence[Path], settings: Settings, *outputs: Path) -> ingest.Ingested:
    """Entries of clerks' files, or of a table that an earlier command wrote.

    Raises:
        InputError: nobody is in them, and no finding says why.
    """
    with inputs(paths, *outputs) as files:
        read = read_list(files, ingest.HOLDERS, settings)
    return somebody(read)


def somebody(read: ingest.Ingested) -> ingest.Ingested:
    """What was read, if anybody was, or a finding says why nobody is there.

    Raises:
        InputError: the lists are empty.
    """
    if not len(read.table) and not errors(read.findings):
        raise InputError("名单里没有读到任何人员", "请检查表头下面是否填了人员")
    return read

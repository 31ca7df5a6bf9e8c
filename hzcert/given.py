"""The files that a command is given (所给的文件), and the entries in them."""

import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from hzcert import ingest
from hzcert.batch import Input, inventory, take_in
from hzcert.errors import InputError, UsageError
from hzcert.findings import errors
from hzcert.settings import Settings

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

"""Copies of a whole register (备份、恢复): from either kind of store to either kind. A backup is a register file itself."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, delete, func, select

from hzcert.errors import RegisterError
from hzcert.store.book import CHUNK, Book
from hzcert.store.opening import in_words, open_register, shown_url
from hzcert.store.schema import AGREED, COUNTER, EVENT, FILE, HEAD, MERGED, META, NUMBER

_TABLES = (META, HEAD, EVENT, FILE, NUMBER, COUNTER, AGREED, MERGED)


def back_up(url: str, target: Path) -> int:
    """Copy a register into a new file, which is a register itself; how many events it has.

    Raises:
        RegisterError: it can't be read, or the file can't be written.
    """
    with open_register(url, reading=True) as source, open_register(str(target)) as copy:
        events = _copy(source, copy)
    # Without a log, so that it is one file wherever it is read.
    with in_words(str(target)), closing(sqlite3.connect(target)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
    return events


def restore(backup: Path, url: str) -> int:
    """Copy a backup into a register that has nothing in it; how many events it has.

    Raises:
        RegisterError: there is something in the register already, or one of them can't be used.
    """
    with ExitStack() as opened:
        source = opened.enter_context(open_register(str(backup), reading=True))
        target = opened.enter_context(open_register(url))
        if target.head().seq > 1:
            raise RegisterError(f"登记簿 {shown_url(url)} 里已有内容，不覆盖", "请恢复到另一个登记簿，或先移走这一个")
        return _copy(source, target)


def _copy(source: Book, target: Book) -> int:
    origin, copy = source._connection, target._connection
    _clear(copy, postgres=target.postgres)
    for table in _TABLES:
        for lines in _lines(origin, table):
            target._load(table, lines)
    return int(copy.scalar(select(func.count()).select_from(EVENT)) or 0)


def _lines(origin: Connection, table: Any) -> Iterator[Sequence[Sequence[Any]]]:
    order = list(table.primary_key.columns)
    chosen = select(table).order_by(*order)
    streamed = {"stream_results": True, "yield_per": CHUNK}
    for some in origin.execute(chosen, execution_options=streamed).partitions(CHUNK):
        yield [tuple(line) for line in some]


def _clear(copy: Connection, *, postgres: bool) -> None:
    """Take away what a new register says of itself: the copy says what the original does."""
    if postgres:
        copy.exec_driver_sql("ALTER TABLE event DISABLE TRIGGER event_guard")
        copy.execute(delete(EVENT))
        copy.exec_driver_sql("ALTER TABLE event ENABLE TRIGGER event_guard")
    else:
        guard = copy.exec_driver_sql("SELECT sql FROM sqlite_master WHERE name = 'event_no_DELETE'").scalar_one()
        copy.exec_driver_sql("DROP TRIGGER event_no_DELETE")
        copy.execute(delete(EVENT))
        copy.exec_driver_sql(str(guard))
    for table in (META, HEAD):
        copy.execute(delete(table))

"""The register's tables and statements (登记簿): SQLite through SQLAlchemy Core. Decides nothing."""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

from sqlalchemy import (
    Column,
    Connection,
    Engine,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    create_engine,
    event,
    func,
    insert,
    select,
    text,
)
from sqlalchemy.exc import DBAPIError

from hzcert.errors import RegisterError, UsageError

Item = TypeVar("Item")
SCHEMA = 1
_WAIT_SECONDS = 20
_CHUNK = 5_000

_METADATA = MetaData()
_META = Table(
    "meta",
    _METADATA,
    Column("key", Text, primary_key=True),
    Column("value", Text, nullable=False),
    sqlite_strict=True,
)
# One line for every number that was ever given. Lines are added, and never changed or removed.
_CERTIFICATE = Table(
    "certificate",
    _METADATA,
    Column("number", Text, primary_key=True),
    Column("scope", Text, nullable=False),
    Column("serial", Integer, nullable=False),
    # What makes it the same certificate again: person, title by its code, specialty with its spelling folded.
    Column("id_number", Text, nullable=False),
    Column("title_code", Text, nullable=False),
    Column("specialty_key", Text, nullable=False),
    # STRICT tables know no booleans: 1 where this certificate replaces a lost one (补发).
    Column("reissue", Integer, nullable=False),
    Column("name", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("specialty", Text, nullable=False),
    Column("level", Text, nullable=False),
    Column("region", Text, nullable=False),
    Column("authority", Text, nullable=False),
    Column("document_no", Text, nullable=False),
    Column("policy", Text, nullable=False),
    Column("numbered_on", Text, nullable=False),
    UniqueConstraint("scope", "serial"),
    UniqueConstraint("id_number", "title_code", "specialty_key", "reissue"),
    sqlite_strict=True,
)

# Entries that were held against the published documents and agreed (三.4), by the hash of all that they say.
_RECONCILED = Table(
    "reconciled",
    _METADATA,
    Column("fingerprint", Text, primary_key=True),
    Column("reconciled_on", Text, nullable=False),
    sqlite_strict=True,
)

Key = tuple[str, str, str, int]  # ID number, code of the title, folded specialty, reissue
Row = Mapping[str, object]


class Book:
    """The register inside one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def of_people(self, id_numbers: Iterable[str]) -> list[Row]:
        """All lines of these people."""
        found: list[Row] = []
        for some in _chunks(sorted(set(id_numbers))):
            chosen = select(_CERTIFICATE).where(_CERTIFICATE.c.id_number.in_(some)).order_by(_CERTIFICATE.c.number)
            found += [dict(line) for line in self._connection.execute(chosen).mappings()]
        return found

    def last_serial(self, scope: str) -> int:
        """The last serial given in a scope; 0 before the first."""
        last = self._connection.scalar(select(func.max(_CERTIFICATE.c.serial)).where(_CERTIFICATE.c.scope == scope))
        return int(last or 0)

    def add(self, rows: Sequence[Row]) -> None:
        """New lines."""
        for some in _chunks(rows):
            self._connection.execute(insert(_CERTIFICATE), [dict(row) for row in some])

    def reconciled(self, fingerprints: Iterable[str]) -> set[str]:
        """Which of these entries have agreed with the published documents before."""
        found: set[str] = set()
        for some in _chunks(sorted(set(fingerprints))):
            chosen = select(_RECONCILED.c.fingerprint).where(_RECONCILED.c.fingerprint.in_(some))
            found.update(self._connection.scalars(chosen))
        return found

    def add_reconciled(self, fingerprints: Iterable[str], day: str) -> None:
        """Entries that agree with the published documents."""
        new = sorted(set(fingerprints) - self.reconciled(fingerprints))
        for some in _chunks(new):
            lines = [{"fingerprint": fingerprint, "reconciled_on": day} for fingerprint in some]
            self._connection.execute(insert(_RECONCILED), lines)


def _chunks(items: Sequence[Item]) -> Iterator[Sequence[Item]]:
    for start in range(0, len(items), _CHUNK):
        yield items[start : start + _CHUNK]


@contextmanager
def open_register(url: str, *, dry_run: bool = False) -> Iterator[Book]:
    """The register in one transaction: all of it is kept at the end, or none of it. A dry run keeps nothing.

    Raises:
        RegisterError: it can't be opened, is locked by another run, is newer than this program, or is no register.
        UsageError: it is of a kind that can't be used.
    """
    path = register_path(url)
    try:
        with TemporaryDirectory() as scratch:
            # A dry run works on a copy: the register itself may lie where nothing can be written.
            database = _copy(path, Path(scratch)) if dry_run else _touched(path)
            engine = _engine(database)
            try:
                with engine.connect() as connection, connection.begin():
                    _prepare(connection, path)
                    yield Book(connection)
            finally:
                engine.dispose()
    except (DBAPIError, sqlite3.Error, OSError) as cause:
        problem = str(getattr(cause, "orig", None) or cause)
        locked = "locked" in problem
        raise RegisterError(
            f"登记簿 {path} {'正被另一个任务占用' if locked else f'不能使用：{problem}'}",
            "请等另一个任务结束后再运行" if locked else "请检查路径、权限和磁盘空间；登记簿没有改动",
        ) from cause


def _touched(path: Path) -> Path:
    """The register's file, made private before anything is in it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600, exist_ok=True)
    return path


def _copy(path: Path, folder: Path) -> Path:
    """A copy of the register with what is not yet in its main file; an empty one where there is none."""
    for each in (path, path.with_name(f"{path.name}-wal")):
        if each.exists():
            (folder / each.name).write_bytes(each.read_bytes())
    return folder / path.name


def register_path(url: str) -> Path:
    """The file of a register: a path, or ``sqlite:///path``.

    Raises:
        UsageError: another kind of database.
    """
    if url.startswith("sqlite:///"):
        return Path(url.removeprefix("sqlite:///"))
    if "://" in url:
        raise UsageError(f"登记簿 {url.partition('://')[0]} 还不能使用", "请用 SQLite 登记簿：一个文件的路径")
    return Path(url)


def _engine(database: Path) -> Engine:
    engine = create_engine(f"sqlite:///{database}", connect_args={"timeout": _WAIT_SECONDS})

    @event.listens_for(engine, "connect")
    def _on_connect(connection: sqlite3.Connection, _: object) -> None:
        connection.isolation_level = None  # transactions begin where we say so, below
        for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _on_begin(connection: Connection) -> None:
        # The writer's lock at once: two runs that both read the last serial would give it twice.
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def _prepare(connection: Connection, path: Path) -> None:
    """Make the tables in an empty file; refuse one that is not ours or is newer."""
    tables = set(connection.scalars(text("SELECT name FROM sqlite_master WHERE type = 'table'")))
    if not tables:
        _METADATA.create_all(connection)
        connection.execute(insert(_META), {"key": "schema", "value": str(SCHEMA)})
        return
    if not set(_METADATA.tables) <= tables:
        raise RegisterError(f"{path} 不是 hzcert 的登记簿", "请检查 --register")
    schema = int(connection.scalar(select(_META.c.value).where(_META.c.key == "schema")) or 0)
    if schema > SCHEMA:
        raise RegisterError(f"登记簿 {path} 由更新的 hzcert 建立（版式 {schema}，本程序 {SCHEMA}）", "请升级 hzcert")

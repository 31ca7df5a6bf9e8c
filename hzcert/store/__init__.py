"""The register's tables and statements (登记簿): SQLite through SQLAlchemy Core. Decides nothing."""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

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
    Column("id_number", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("specialty", Text, nullable=False),
    # STRICT tables know no booleans: 1 where this certificate replaces a lost one (补发).
    Column("reissue", Integer, nullable=False),
    Column("name", Text, nullable=False),
    Column("level", Text, nullable=False),
    Column("region", Text, nullable=False),
    Column("authority", Text, nullable=False),
    Column("document_no", Text, nullable=False),
    Column("policy", Text, nullable=False),
    Column("numbered_on", Text, nullable=False),
    UniqueConstraint("scope", "serial"),
    UniqueConstraint("id_number", "title", "specialty", "reissue"),
    sqlite_strict=True,
)

Key = tuple[str, str, str, int]  # ID number, title, specialty, reissue
Row = Mapping[str, object]


class Book:
    """The register inside one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def find(self, keys: Sequence[Key]) -> dict[Key, Row]:
        """The lines that exist already for these certificates."""
        wanted = set(keys)
        found: dict[Key, Row] = {}
        people = sorted({key[0] for key in keys})
        for start in range(0, len(people), _CHUNK):
            chosen = select(_CERTIFICATE).where(_CERTIFICATE.c.id_number.in_(people[start : start + _CHUNK]))
            for line in self._connection.execute(chosen).mappings():
                key = (line["id_number"], line["title"], line["specialty"], line["reissue"])
                if key in wanted:
                    found[key] = dict(line)
        return found

    def last_serial(self, scope: str) -> int:
        """The last serial given in a scope; 0 before the first."""
        last = self._connection.scalar(select(func.max(_CERTIFICATE.c.serial)).where(_CERTIFICATE.c.scope == scope))
        return int(last or 0)

    def add(self, rows: Sequence[Row]) -> None:
        """New lines."""
        for start in range(0, len(rows), _CHUNK):
            self._connection.execute(insert(_CERTIFICATE), [dict(row) for row in rows[start : start + _CHUNK]])


@contextmanager
def open_register(url: str, *, dry_run: bool = False) -> Iterator[Book]:
    """The register in one transaction: all of it is kept at the end, or none of it. A dry run keeps nothing.

    Raises:
        RegisterError: it can't be opened, is locked by another run, is newer than this program, or is no register.
        UsageError: it is of a kind that can't be used.
    """
    path = register_path(url)
    memory = dry_run and not path.exists()
    try:
        if not memory:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch(mode=0o600, exist_ok=True)
        engine = _engine(":memory:" if memory else str(path))
        try:
            with engine.connect() as connection, connection.begin() as transaction:
                _prepare(connection, path)
                yield Book(connection)
                if dry_run:
                    transaction.rollback()
        finally:
            engine.dispose()
    except (DBAPIError, sqlite3.Error, OSError) as cause:
        problem = str(getattr(cause, "orig", None) or cause)
        locked = "locked" in problem
        raise RegisterError(
            f"登记簿 {path} {'正被另一个任务占用' if locked else f'不能使用：{problem}'}",
            "请等另一个任务结束后再运行" if locked else "请检查路径、权限和磁盘空间；登记簿没有改动",
        ) from cause


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


def _engine(database: str) -> Engine:
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
    if not {"meta", "certificate"} <= tables:
        raise RegisterError(f"{path} 不是 hzcert 的登记簿", "请检查 --register")
    schema = int(connection.scalar(select(_META.c.value).where(_META.c.key == "schema")) or 0)
    if schema > SCHEMA:
        raise RegisterError(f"登记簿 {path} 由更新的 hzcert 建立（版式 {schema}，本程序 {SCHEMA}）", "请升级 hzcert")

"""Opening the register (打开登记簿): engines, locks, what fails and how it is said; migrations forward, a backup first."""

import importlib.util
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import quote

from sqlalchemy import Connection, Engine, NullPool, create_engine, event, func, select, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError

from hzcert.errors import RegisterError, UsageError
from hzcert.store import migrations
from hzcert.store.book import Book
from hzcert.store.schema import METADATA, SCHEMA, make_indexes

_WAIT_SECONDS = 60.0
_WRITER = 7_235_035  # the key of the writer's lock on PostgreSQL: one register a schema
_LOCKED = "55P03"


@contextmanager
def open_register(url: str, *, reading: bool = False, begun: bool = True) -> Iterator[Book]:
    """The register in one transaction: all of it is kept at the end, or none of it. Reading changes nothing at all.

    A file that isn't there reads as an empty register; a database without tables does where none need have been ``begun``.

    Raises:
        RegisterError: it can't be opened, is locked by another run, is newer than this program, or is no register.
        UsageError: it is of a kind that can't be used.
    """
    with in_words(url):
        opened = (
            _postgres(url, reading=reading, begun=begun)
            if is_postgres(url)
            else _sqlite(register_path(url), reading=reading)
        )
        with opened as connection:
            book = Book(connection, reading=reading)
            try:
                yield book
            except BaseException as error:
                book.arrive(error)
                raise
            book.arrive()


@contextmanager
def in_words(url: str) -> Iterator[None]:
    """What databases and the system refuse, in words a person can act on."""
    try:
        yield
    except (SQLAlchemyError, sqlite3.Error, OSError) as cause:
        if isinstance(cause, SQLAlchemyError) and not isinstance(cause, DBAPIError):
            raise
        raise _problem(url, cause) from cause


def _problem(url: str, cause: Exception) -> RegisterError:
    original = getattr(cause, "orig", None) or cause
    problem = " ".join(str(original).split())
    shown = shown_url(url)
    if "locked" in problem or getattr(original, "sqlstate", "") == _LOCKED:
        return RegisterError(f"登记簿 {shown} 正被另一个任务占用", "请等另一个任务结束后再运行")
    if "full" in problem or "No space" in problem:
        return RegisterError(f"登记簿 {shown} 不能写入：{problem}", "磁盘已满，请腾出空间后再运行；登记簿没有改动")
    return RegisterError(f"登记簿 {shown} 不能使用：{problem}", "请检查路径、权限和磁盘空间；登记簿没有改动")


# --- which one ------------------------------------------------------------------------------------------------------


def is_postgres(url: str) -> bool:
    """Whether a register lies on a PostgreSQL server."""
    return url.partition("://")[0] in ("postgresql", "postgresql+psycopg", "postgres") and "://" in url


def register_path(url: str) -> Path:
    """The file of a register: a path, or ``sqlite:///path``.

    Raises:
        UsageError: another kind of database.
    """
    if url.startswith("sqlite:///"):
        return Path(url.removeprefix("sqlite:///"))
    if "://" in url:
        raise UsageError(
            f"登记簿 {url.partition('://')[0]} 不能使用",
            "请用 SQLite 登记簿（一个文件的路径），或 postgresql+psycopg://",
        )
    return Path(url)


def shown_url(url: str) -> str:
    """A register as one may show it: no password in it."""
    if not is_postgres(url):
        return str(register_path(url))
    try:
        return make_url(url).render_as_string(hide_password=True)
    except ArgumentError:
        return url.partition("://")[0]


def exists(url: str) -> bool:
    """Whether a register is there; one on a server is taken to be."""
    return is_postgres(url) or register_path(url).exists()


# --- PostgreSQL -----------------------------------------------------------------------------------------------------

# A server that has not counted a table's rows yet takes a question about four of them for a large one: compiling it and
# starting helpers takes it up to half a second.
_FEW_ROWS = "SET LOCAL jit = off; SET LOCAL max_parallel_workers_per_gather = 0"


@contextmanager
def _postgres(url: str, *, reading: bool, begun: bool) -> Iterator[Connection]:
    if importlib.util.find_spec("psycopg") is None:
        raise UsageError("没有安装 PostgreSQL 的驱动", "请安装：pip install 'hzcert[postgres]'")
    try:
        address = make_url(url).set(drivername="postgresql+psycopg")
    except ArgumentError as cause:
        raise UsageError("登记簿的地址写得不对", "请写成 postgresql+psycopg://用户@主机:端口/数据库") from cause
    import psycopg

    level = "REPEATABLE READ" if reading else "READ COMMITTED"
    # No table has an hstore; and each thing that the server is asked takes a fair part of a certificate's history.
    engine = create_engine(
        address, poolclass=NullPool, isolation_level=level, use_native_hstore=False,
        execution_options={"postgresql_readonly": reading},
    )  # fmt: skip
    if reading:
        engine.dialect.initialize = lambda connection: None  # type: ignore[method-assign]  # asks what only writing needs
    try:
        with engine.connect() as connection, connection.begin():
            connection.exec_driver_sql(_FEW_ROWS)
            if not reading:
                connection.execute(text(f"SET LOCAL lock_timeout = {int(_WAIT_SECONDS * 1000)}"))
                # One writer at a time: two that both read the end of the chain would both add to it.
                connection.execute(select(func.pg_advisory_xact_lock(_WRITER)))
            if not _is_there(connection, url):
                if reading and begun:
                    raise RegisterError(f"{shown_url(url)} 里还没有登记簿", "请先运行一次写登记簿的命令，如 hzcert run")
                if reading:
                    with _nothing() as empty:
                        yield empty
                    return
                migrations.create(connection)
            elif not reading:
                make_indexes(connection, _names(connection))
            yield connection
    except psycopg.Error as cause:  # of what goes to the driver past SQLAlchemy: COPY
        raise _problem(url, cause) from cause
    finally:
        engine.dispose()


# --- SQLite ---------------------------------------------------------------------------------------------------------


@contextmanager
def _nothing() -> Iterator[Connection]:
    """An empty register, for what is only asked."""
    with _begun(_engine(lambda: sqlite3.connect(":memory:"), "BEGIN")) as connection:
        migrations.create(connection)
        yield connection


@contextmanager
def _sqlite(path: Path, *, reading: bool) -> Iterator[Connection]:
    if not reading:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600, exist_ok=True)  # private before anything is in it
        with _begun(_writer(path)) as connection:
            _make_ready(connection, path)
            yield connection
        return
    with ExitStack() as later:
        if path.exists() and (path.stat().st_size or _log(path).exists()):
            with _begun(_reader(path, later)) as connection:
                empty = not _names(connection)  # a run was killed before it had made them
                if not empty and not _is_old(connection, path):
                    yield connection
                    return
        else:
            empty = True
        if empty:
            with _nothing() as connection:
                yield connection
            return
        # An earlier form is read from a copy that is brought forward: reading changes nothing.
        copy = _copied(path, later)
        with _begun(_writer(copy)) as connection:
            migrations.forward(connection)
            yield connection


@contextmanager
def _begun(engine: Engine) -> Iterator[Connection]:
    try:
        with engine.connect() as connection, connection.begin():
            yield connection
    finally:
        engine.dispose()


def _engine(connect: Any, begin: str) -> Engine:
    engine = create_engine("sqlite://", creator=connect, poolclass=NullPool)

    @event.listens_for(engine, "connect")
    def _on_connect(connection: sqlite3.Connection, _: object) -> None:
        connection.isolation_level = None  # transactions begin where we say so, below

    @event.listens_for(engine, "begin")
    def _on_begin(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine


def _writer(path: Path) -> Engine:
    def connect() -> sqlite3.Connection:
        # Events go in from a thread, one thread at a time.
        connection = sqlite3.connect(path, timeout=_WAIT_SECONDS, isolation_level=None, check_same_thread=False)
        try:
            # Large pages take long lines in twice as fast; a register that is there keeps its own.
            for pragma in (
                "page_size = 16384",
                "journal_mode = WAL",
                "synchronous = FULL",
                "foreign_keys = ON",
                "cache_size = -65536",
            ):
                connection.execute(f"PRAGMA {pragma}")
        except BaseException:
            connection.close()
            raise
        return connection

    # The writer's lock at once: two runs that both read the last serial would give it twice.
    return _engine(connect, "BEGIN IMMEDIATE")


def _reader(path: Path, later: ExitStack) -> Engine:
    """Without a trace in the register's folder where it can be, and from a copy where it lies open half-written."""

    def opened(file: Path, mode: str) -> sqlite3.Connection:
        address = f"file:{quote(str(file.resolve()))}?{mode}"
        return sqlite3.connect(address, uri=True, timeout=_WAIT_SECONDS, isolation_level=None)

    def connect() -> sqlite3.Connection:
        connection = opened(path, "mode=ro")
        try:
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        except sqlite3.OperationalError:
            connection.close()
            # It lies where nothing can be written, not even the index of its log.
            if _log(path).exists() and _log(path).stat().st_size:
                return sqlite3.connect(_copied(path, later), isolation_level=None)
            return opened(path, "immutable=1")
        except BaseException:
            connection.close()
            raise
        return connection

    return _engine(connect, "BEGIN")


def _log(path: Path) -> Path:
    return path.with_name(f"{path.name}-wal")


def _copied(path: Path, later: ExitStack) -> Path:
    """A copy of a register with what is not yet in its main file, kept until later."""
    folder = Path(later.enter_context(TemporaryDirectory()))
    for each in (path, _log(path)):
        if each.exists():
            (folder / each.name).write_bytes(each.read_bytes())
    return folder / path.name


def _make_ready(connection: Connection, path: Path) -> None:
    """Make the tables in an empty file; bring an earlier form forward, a backup first."""
    if not (there := _names(connection)):
        migrations.create(connection)
    elif _is_old(connection, path):
        back_up_before(path)
        migrations.forward(connection)
    else:
        make_indexes(connection, there)


def back_up_before(path: Path) -> Path:
    """A backup of a register that is about to be brought forward, beside it: ``register.db.schema1.bak``."""
    target = path.with_name(f"{path.name}.schema{_schema_of(path)}.bak")
    number = 1
    while target.exists():
        number += 1
        target = path.with_name(f"{path.name}.schema{_schema_of(path)}.{number}.bak")
    target.touch(mode=0o600)
    address = f"file:{quote(str(path.resolve()))}?mode=ro"
    with closing(sqlite3.connect(address, uri=True)) as source, closing(sqlite3.connect(target)) as copy:
        source.backup(copy)
    return target


def _schema_of(path: Path) -> str:
    with closing(sqlite3.connect(f"file:{quote(str(path.resolve()))}?mode=ro", uri=True)) as source:
        return str(source.execute("SELECT value FROM meta WHERE key = 'schema'").fetchone()[0])


def _names(connection: Connection) -> set[str]:
    """The tables and indexes that are there, asked for at once."""
    if connection.dialect.name == "sqlite":
        asked = "SELECT name FROM sqlite_master WHERE type IN ('table', 'index')"
    else:
        asked = "SELECT relname FROM pg_class WHERE relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = current_schema())"
    return set(connection.scalars(text(asked)))


def _is_old(connection: Connection, path: Path) -> bool:
    """Whether a register has an earlier form; refuses what is none, or is newer."""
    return not _is_there(connection, str(path))


def _is_there(connection: Connection, url: str) -> bool:
    """Whether the tables are there in today's form; False: none, or an earlier form.

    Raises:
        RegisterError: a newer one, or no register of ours.
    """
    tables = _names(connection)
    if "meta" not in tables:
        if connection.dialect.name == "postgresql" and not tables & set(METADATA.tables):
            return False
        raise RegisterError(f"{shown_url(url)} 不是 hzcert 的登记簿", "请检查 --register")
    schema = connection.scalar(text("SELECT value FROM meta WHERE key = 'schema'"))
    if schema is None or not str(schema).isdigit():
        raise RegisterError(f"{shown_url(url)} 不是 hzcert 的登记簿", "请检查 --register")
    if int(schema) > SCHEMA:
        raise RegisterError(
            f"登记簿 {shown_url(url)} 由更新的 hzcert 建立（版式 {schema}，本程序 {SCHEMA}）", "请升级 hzcert"
        )
    if int(schema) == SCHEMA and not set(METADATA.tables) <= tables:
        raise RegisterError(f"{shown_url(url)} 不是 hzcert 的登记簿", "请检查 --register")
    return int(schema) == SCHEMA

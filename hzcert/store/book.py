"""The register inside one transaction: its statements, and nothing decided."""

from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import chain as joined
from itertools import islice
from operator import itemgetter
from typing import Any, TypeVar

import orjson
from sqlalchemy import (
    Column,
    Connection,
    Select,
    Table,
    Text,
    delete,
    func,
    insert,
    literal,
    or_,
    select,
    text,
    tuple_,
    update,
)  # fmt: skip
from sqlalchemy import cast as sql_cast
from sqlalchemy.dialects import postgresql
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.sql.selectable import TableValuedAlias

from hzcert.store import chain
from hzcert.store.chain import Draft, Line, Stamp
from hzcert.store.schema import AGREED, COUNTER, EVENT, FILE, HEAD, MERGED, META, NUMBER

Item = TypeVar("Item")
Row = Mapping[str, Any]
CHUNK = 10_000
_AT_ONCE = 1_000  # lines in one statement; other threads run while SQLite takes them in
_STREAMED = {"stream_results": True, "yield_per": CHUNK}
FILE_COLUMNS = tuple(FILE.columns.keys())
NUMBER_COLUMNS = tuple(NUMBER.columns.keys())


@dataclass(frozen=True, slots=True)
class Head:
    """The end of the chain, and how many files there are."""

    seq: int
    hash: str
    files: int


class Book:
    """The register inside one transaction."""

    def __init__(self, connection: Connection, *, reading: bool = False) -> None:
        self._opened = connection
        self.reading = reading
        self.postgres = connection.dialect.name == "postgresql"
        self._copying: AbstractContextManager[Any] | None = None
        self._copy: Any = None
        self._writer: Executor | None = None
        self._writing: Future[None] | None = None

    @property
    def _connection(self) -> Connection:
        """The connection, free for the next statement: events that are under way arrive first."""
        self.arrive()
        return self._opened

    # --- reading ----------------------------------------------------------------------------------------------------

    @property
    def id(self) -> str:
        """What tells this register from all others."""
        return str(self._connection.scalar(select(META.c.value).where(META.c.key == "id")))

    def head(self) -> Head:
        """The end of the chain."""
        seq, hash_, files = self._connection.execute(select(HEAD.c.seq, HEAD.c.hash, HEAD.c.files)).one()
        return Head(int(seq), str(hash_), int(files))

    def of_people(self, id_numbers: Iterable[str]) -> list[dict[str, Any]]:
        """All files of these people."""
        return self._rows(FILE, FILE.c.id_number, sorted(set(id_numbers)), FILE.c.id)

    def of_rows(self, rows: Iterable[tuple[str, str]]) -> list[dict[str, Any]]:
        """Files of these names under these documents."""
        found: list[dict[str, Any]] = []
        for some in chunks(sorted(set(rows))):
            said = self._each_of(some)
            pairs = select(*(_cell(said, place, postgres=self.postgres) for place in (0, 1)))
            chosen = select(FILE).where(tuple_(FILE.c.name, FILE.c.document_no).in_(pairs)).order_by(FILE.c.id)
            found += [dict(row) for row in self._connection.execute(chosen).mappings()]
        return found

    def files(self, ids: Iterable[int] | None = None) -> list[dict[str, Any]]:
        """These files, or all."""
        if ids is None:
            return [dict(row) for row in self._connection.execute(select(FILE).order_by(FILE.c.id)).mappings()]
        return self._rows(FILE, FILE.c.id, sorted(set(ids)), FILE.c.id)

    def search(self, text: str, most: int) -> list[dict[str, Any]]:
        """Files with this text in the name, the ID number, the number or the unit; so many at most."""
        columns = (FILE.c.name, FILE.c.id_number, FILE.c.number, FILE.c.employer, FILE.c.department)
        given = select(NUMBER.c.file).where(NUMBER.c.number.contains(text, autoescape=True))
        said = or_(*(column.contains(text, autoescape=True) for column in columns), FILE.c.id.in_(given))
        chosen = select(FILE).where(said).order_by(FILE.c.id).limit(most)
        return [dict(row) for row in self._connection.execute(chosen).mappings()]

    def each_file(self) -> Iterator[Row]:
        """Every file in order, without holding them all."""
        return self._each(select(FILE).order_by(FILE.c.id))

    def each_number(self) -> Iterator[Row]:
        """Every number, by scope and serial, without holding them all."""
        return self._each(select(NUMBER).order_by(NUMBER.c.scope, NUMBER.c.serial, NUMBER.c.number))

    def numbers(self, numbers: Iterable[str]) -> list[dict[str, Any]]:
        """These numbers, as far as they were given."""
        return self._rows(NUMBER, NUMBER.c.number, sorted(set(numbers)), NUMBER.c.number)

    def serials(self, wanted: Iterable[tuple[str, int]]) -> dict[tuple[str, int], str]:
        """The numbers that have these serials."""
        found: dict[tuple[str, int], str] = {}
        by_scope: dict[str, list[int]] = {}
        for scope, serial in sorted(wanted):
            by_scope.setdefault(scope, []).append(serial)
        for scope, serials in by_scope.items():
            for some in chunks(serials):
                chosen = select(NUMBER.c.serial, NUMBER.c.number).where(
                    NUMBER.c.scope == scope, self._among(NUMBER.c.serial, some)
                )
                found |= {(scope, int(serial)): str(number) for serial, number in self._connection.execute(chosen)}
        return found

    def numbers_of(self, files: Iterable[int]) -> list[dict[str, Any]]:
        """All numbers that these files have had."""
        return self._rows(NUMBER, NUMBER.c.file, sorted(set(files)), NUMBER.c.number)

    def revoked(self) -> list[dict[str, Any]]:
        """Numbers that are no longer in force, or whose certificate is lost, with the state of its file."""
        chosen = (
            select(NUMBER, FILE.c.state)
            .join(FILE, FILE.c.id == NUMBER.c.file)
            .where((NUMBER.c.standing != "valid") | (FILE.c.state == "lost"))
            .order_by(NUMBER.c.number)
        )
        return [dict(row) for row in self._connection.execute(chosen).mappings()]

    def followed(self, mark: int) -> list[tuple[str, int]]:
        """Numbers in force whose holder has another file with a mark: the number, and that file."""
        other = FILE.alias()
        chosen = (
            select(NUMBER.c.number, other.c.id)
            .join(FILE, FILE.c.id == NUMBER.c.file)
            .join(other, (other.c.id_number == FILE.c.id_number) & (other.c.id != FILE.c.id))
            .where((NUMBER.c.standing == "valid") & (other.c.marks.op("&")(mark) != 0))
            .order_by(NUMBER.c.number, other.c.id)
        )
        return [(str(number), int(own)) for number, own in self._connection.execute(chosen)]

    def events_of(self, files: Iterable[int], *kinds: str) -> list[Line]:
        """The events of these files in order, of all kinds or of some."""
        found: list[Line] = []
        for some in chunks(sorted(set(files))):
            chosen = select(EVENT).where(self._among(EVENT.c.file, some)).order_by(EVENT.c.seq)
            if kinds:
                chosen = chosen.where(EVENT.c.kind.in_(kinds))
            found += [tuple(line) for line in self._connection.execute(chosen)]
        return sorted(found)

    def each_event(self) -> Generator[Line, None, None]:
        """All events in order, without holding them all; close it if it is not read to its end."""
        # The driver's own cursor: proving a chain reads all of it, and a row object each would cost as much again.
        chosen = f"SELECT {', '.join(EVENT.columns.keys())} FROM event ORDER BY seq"
        if self.postgres:
            with self._driver().cursor(binary=True) as cursor, closing(cursor.stream(chosen, size=CHUNK)) as lines:
                yield from lines  # the server sends the next ones while these are looked at
        else:
            with closing(self._driver().cursor()) as cursor:
                yield from cursor.execute(chosen)

    def agreed(self, fingerprints: Iterable[str]) -> dict[str, int]:
        """Which of these entries have agreed with the published documents before, and the events that say so."""
        return {
            row["fingerprint"]: row["seq"]
            for row in self._rows(AGREED, AGREED.c.fingerprint, sorted(set(fingerprints)), AGREED.c.seq)
        }

    def events(self, seqs: Iterable[int]) -> dict[int, Line]:
        """Events by their number."""
        found = self._rows(EVENT, EVENT.c.seq, sorted(set(seqs)), EVENT.c.seq)
        return {int(row["seq"]): tuple(row.values()) for row in found}

    def saying(self, seqs: Iterable[int], words: str) -> set[int]:
        """Which of these events say some words."""
        found: set[int] = set()
        for some in chunks(sorted(set(seqs))):
            chosen = select(EVENT.c.seq).where(self._among(EVENT.c.seq, some), EVENT.c.data.contains(words))
            found.update(int(seq) for (seq,) in self._connection.execute(chosen))
        return found

    def each_agreed(self) -> Iterator[str]:
        """The fingerprint of every entry that agreed with the published documents."""
        return (str(each) for each in self._connection.scalars(select(AGREED.c.fingerprint)))

    def counters(self, scope: str = "") -> list[dict[str, Any]]:
        """The counters of a scope, or all."""
        chosen = select(COUNTER).order_by(COUNTER.c.scope, COUNTER.c.first)
        if scope:
            chosen = chosen.where(COUNTER.c.scope == scope)
        return [dict(row) for row in self._connection.execute(chosen).mappings()]

    def highest_serial(self, scope: str) -> int:
        """The highest serial of a scope, handed ranges included; 0 before the first."""
        given = self._connection.scalar(select(func.max(NUMBER.c.serial)).where(NUMBER.c.scope == scope))
        handed = [int(row["last"]) for row in self.counters(scope)]
        return max([int(given or 0), *handed])

    def merged(self, register: str) -> dict[int, str]:
        """Another register's events that were merged before: their hashes by their number there."""
        chosen = select(MERGED.c.origin, MERGED.c.hash).where(MERGED.c.register == register)
        return {int(origin): str(hash_) for origin, hash_ in self._connection.execute(chosen)}

    def counts(self) -> list[tuple[str, str, str, str, str, int, int]]:
        """How many files there are: by level, region, series, specialty, state and marks."""
        by = (FILE.c.level, FILE.c.region, FILE.c.series, FILE.c.specialty, FILE.c.state, FILE.c.marks)
        chosen = select(*by, func.count()).group_by(*by).order_by(*by)
        return [tuple(row) for row in self._connection.execute(chosen)]

    def problems(self) -> list[str]:
        """What the database itself finds wrong with its file."""
        if self.postgres:
            return []
        said = [str(line) for line in self._connection.scalars(text("PRAGMA integrity_check"))]
        return [] if said == ["ok"] else said

    # --- writing ----------------------------------------------------------------------------------------------------

    def append(self, drafts: Sequence[Draft], stamp: Stamp, files: int | None = None) -> range:
        """Add events to the end of the chain, and say their numbers; ``files`` is how many files there are from now on."""
        head = self.head()
        if not drafts:
            return range(0)
        end = self.add_events(drafts, stamp, head)
        self.end(end if files is None else replace(end, files=files))
        return range(head.seq + 1, end.seq + 1)

    def add_events(self, drafts: Sequence[Draft], stamp: Stamp, head: Head) -> Head:
        """Add events behind an end of the chain that is not written down yet; the new end.

        They are taken in while the next ones are being made, until something else is asked: by a server, whose COPY
        stays open, or by SQLite in a thread.
        """
        lines = chain.link(drafts, stamp, head.seq, head.hash)
        if self.postgres:
            if self._copy is None:
                copying = self._copy_into(EVENT)
                self._copy = copying.__enter__()
                self._copying = copying
            for line in lines:
                self._copy.write_row(line)
        elif len(lines) < _AT_ONCE:
            self._load(EVENT, lines)
        else:
            driver = self._opened.connection.driver_connection
            self._writer = self._writer or ThreadPoolExecutor(1)
            if self._writing:
                self._writing.result()
            self._writing = self._writer.submit(_insert, driver, EVENT, lines)
        return replace(head, seq=lines[-1][0], hash=lines[-1][-1]) if lines else head

    def arrive(self, error: BaseException | None = None) -> None:
        """Wait until events under way have arrived; after an error they are called back."""
        if self._copying is not None:
            copying, self._copying, self._copy = self._copying, None, None
            copying.__exit__(type(error) if error else None, error, None)
        if self._writer is not None:
            writer, writing, self._writer, self._writing = self._writer, self._writing, None, None
            writer.shutdown()
            if writing and not error:
                writing.result()

    def end(self, head: Head) -> None:
        """Write down the end of the chain."""
        self._connection.execute(update(HEAD).values(seq=head.seq, hash=head.hash, files=head.files))

    def add_files(self, rows: Sequence[Row]) -> None:
        """New files."""
        self._load(FILE, map(itemgetter(*FILE_COLUMNS), rows))

    def change_files(self, rows: Sequence[Row]) -> None:
        """What events have left of files that were there."""
        names = [name for name in FILE_COLUMNS if name != "id"]
        for some in chunks(rows):
            self._change(FILE, names, [(*(row[name] for name in names), row["id"]) for row in some])

    def add_numbers(self, rows: Sequence[Row]) -> None:
        """Numbers that were given."""
        self._load(NUMBER, map(itemgetter(*NUMBER_COLUMNS), rows))

    def stand_numbers(self, standings: Mapping[str, str]) -> None:
        """Numbers that are voided or revoked."""
        self._change(NUMBER, ["standing"], [(standing, number) for number, standing in standings.items()])

    def add_agreed(self, fingerprints: Mapping[str, int]) -> None:
        """Entries that agree with the published documents, and the event that says so."""
        self._load(AGREED, ((own, fingerprints[own]) for own in sorted(fingerprints)))  # in the order of their index

    def forget_agreed(self, fingerprints: Iterable[str]) -> None:
        """Take out entries that are about to be noted again on better evidence; the events of the first time stay."""
        for some in chunks(sorted(fingerprints)):
            self._connection.execute(delete(AGREED).where(self._among(AGREED.c.fingerprint, some)))

    def add_merged(self, register: str, lines: Sequence[tuple[int, str, int]]) -> None:
        """Another register's events that are here now: their number and hash there, their number here."""
        self._load(MERGED, ((register, *line) for line in lines))

    def add_counter(self, row: Row) -> None:
        """A counter, or a range handed to another authority."""
        self._connection.execute(insert(COUNTER), dict(row))

    def move_counter(self, scope: str, first: int, next_: int, holder: str = "") -> None:
        """Serials were given, here or by the holder of a range."""
        chosen = (COUNTER.c.scope == scope) & (COUNTER.c.first == first) & (COUNTER.c.holder == holder)
        self._connection.execute(update(COUNTER).where(chosen).values(next=next_))

    # --- how it is done ---------------------------------------------------------------------------------------------

    def _rows(
        self, table: Table, column: ColumnElement[Any], values: Sequence[Any], order: ColumnElement[Any]
    ) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        for some in chunks(values):
            chosen = select(table).where(self._among(column, some)).order_by(order)
            found += [dict(row) for row in self._connection.execute(chosen).mappings()]
        return found

    def _each(self, chosen: Select[Any]) -> Iterator[Row]:
        with closing(self._connection.execute(chosen, execution_options=_STREAMED)) as found:
            for row in found.mappings():
                yield dict(row)

    def _among(self, column: ColumnElement[Any], values: Sequence[Any]) -> ColumnElement[bool]:
        """Whether a column is one of these: many values as one parameter, so that the statement stays the same."""
        said = self._each_of(values).c.value
        if self.postgres:
            # Whatever is known of the table, its index is used.
            return column == func.any(func.array(select(sql_cast(said, column.type)).scalar_subquery()))
        return column.in_(select(said))

    def _each_of(self, values: Sequence[Any]) -> TableValuedAlias:
        said = literal(orjson.dumps(values).decode(), Text)
        if self.postgres:
            return func.json_array_elements_text(sql_cast(said, postgresql.JSON)).table_valued("value")
        return func.json_each(said).table_valued("value")

    def _load(self, table: Table, lines: Iterable[Sequence[Any]]) -> None:
        """Add lines at the speed of the driver, while they are made: COPY on PostgreSQL, many in a statement on SQLite."""
        if self.postgres:
            with self._copy_into(table) as copy:
                for line in lines:
                    copy.write_row(line)
            return
        _insert(self._driver(), table, lines)

    @contextmanager
    def _copy_into(self, table: Table) -> Iterator[Any]:
        """COPY in the server's own form: twice as fast as text, for us and for the server."""
        statement = f"COPY {table.name} ({_names(table)}) FROM STDIN (FORMAT BINARY)"
        with self._driver().cursor() as cursor, cursor.copy(statement) as copy:
            copy.set_types(["int8" if column.type.python_type is int else "text" for column in table.columns])
            yield copy

    def _driver(self) -> Any:
        return self._connection.connection.driver_connection

    def _change(self, table: Table, names: Sequence[str], lines: Sequence[Sequence[Any]]) -> None:
        """Change columns of lines; the last value of each is its key."""
        if not lines:
            return
        key: Column[Any] = next(iter(table.primary_key.columns))
        mark = "%s" if self.postgres else "?"
        columns = ", ".join(f'"{name}" = {mark}' for name in names)
        self._run_many(f'UPDATE {table.name} SET {columns} WHERE "{key.name}" = {mark}', lines)

    def _run_many(self, statement: str, lines: Sequence[Sequence[Any]]) -> None:
        if lines:
            self._connection.exec_driver_sql(statement, [tuple(line) for line in lines])


def _cell(rows: TableValuedAlias, place: int, *, postgres: bool) -> ColumnElement[Any]:
    """One value of each row, where rows are JSON."""
    if postgres:
        return func.json_array_element_text(sql_cast(rows.c.value, postgresql.JSON), place)
    return func.json_extract(rows.c.value, f"$[{place}]")


def _insert(driver: Any, table: Table, lines: Iterable[Sequence[Any]]) -> None:
    rest = iter(lines)
    with closing(driver.cursor()) as cursor:
        while some := list(islice(rest, _AT_ONCE)):
            cursor.execute(_insertion(table, len(some)), [*joined.from_iterable(some)])


@lru_cache(maxsize=64)
def _insertion(table: Table, count: int) -> str:
    """A statement that takes so many lines at once."""
    line = f"({', '.join('?' * len(table.columns))})"
    return f"INSERT INTO {table.name} ({_names(table)}) VALUES {', '.join([line] * count)}"


def _names(table: Table) -> str:
    return ", ".join(f'"{column.name}"' for column in table.columns)


def chunks(items: Sequence[Item]) -> Iterator[Sequence[Item]]:
    """Some at a time."""
    for start in range(0, len(items), CHUNK):
        yield items[start : start + CHUNK]

"""The register's tables (版式), the same on SQLite and PostgreSQL. Events are only ever added; the rest follows from them."""

from collections.abc import Collection

from sqlalchemy import BigInteger, Column, Connection, Index, Integer, MetaData, Table, Text, UniqueConstraint, text

SCHEMA = 2

METADATA = MetaData()


def _table(name: str, *parts: Column[int] | Column[str] | UniqueConstraint | Index, rowid: bool = True) -> Table:
    return Table(name, METADATA, *parts, sqlite_strict=True, sqlite_with_rowid=rowid)


def _text(name: str, *, key: bool = False) -> Column[str]:
    return Column(name, Text, primary_key=key, nullable=False)


def _whole(name: str, *, key: bool = False) -> Column[int]:
    # SQLite takes only INTEGER for its row number, and BIGINT elsewhere is what a province needs.
    kind = BigInteger().with_variant(Integer(), "sqlite")
    return Column(name, kind, primary_key=key, nullable=False, autoincrement=False)


META = _table("meta", _text("key", key=True), _text("value"))
# One row: the last event's number and hash, and how many files there are. Whoever writes holds it.
HEAD = _table("head", _whole("one", key=True), _whole("seq"), _text("hash"), _whole("files"))
# file 0: an event of the register itself. ``data`` is canonical JSON; ``hash`` covers the whole line and the hash before.
EVENT = _table(
    "event",
    _whole("seq", key=True),
    _whole("file"),
    _text("kind"),
    _text("day"),
    _text("at"),
    _text("operator"),
    _text("authority"),
    _text("data"),
    _text("hash"),
    Index("event_of_file", "file"),
)
# One line a certificate (案卷): who, what, and where its events have left it.
FILE = _table(
    "file",
    _whole("id", key=True),
    # What makes it the same certificate again: person, title by its code, specialty with its spelling folded.
    _text("id_number"),
    _text("title_code"),
    _text("specialty_key"),
    *(
        _text(name)
        for name in (
            "name",
            "series",
            "title",
            "specialty",
            "level",
            "region",
            "employer",
            "department",
            "case",
            "document_no",
            "fingerprint",
        )
    ),
    _whole("reissues"),
    _text("state"),
    _whole("marks"),
    _text("number"),  # the one in force; empty: none
    UniqueConstraint("id_number", "title_code", "specialty_key"),
    Index("file_of_row", "name", "document_no"),  # who was entered for a published row
)
# One line for every number that was ever given: in force (valid), voided, or revoked by a reissue.
NUMBER = _table(
    "number",
    _text("number", key=True),
    _text("scope"),
    _whole("serial"),
    _whole("file"),
    _whole("reissue"),
    _text("standing"),
    _text("authority"),
    _text("policy"),
    _text("numbered_on"),
    UniqueConstraint("scope", "serial"),
    Index("number_of_file", "file"),
    rowid=False,
)
# Where serials come from: whole numbers from first to last (0: without end), the next to be given, and whose they are.
COUNTER = _table(
    "counter",
    _text("scope", key=True),
    _whole("first", key=True),
    _whole("last"),
    _whole("next"),
    _text("holder", key=True),  # empty: this register; else the authority that was handed the range
)
# Entries that were held against the published documents and agreed (三.4), by the hash of all that they say.
AGREED = _table("agreed", _text("fingerprint", key=True), _whole("seq"), rowid=False)
# Another register's events that were merged, so that they are merged once.
MERGED = _table(
    "merged", _text("register", key=True), _whole("origin", key=True), _text("hash"), _whole("seq"), rowid=False
)

_SQLITE_GUARDS = tuple(
    f"CREATE TRIGGER event_no_{what} BEFORE {what} ON event BEGIN SELECT RAISE(ABORT, 'events are only ever added'); END"
    for what in ("UPDATE", "DELETE")
)
_POSTGRES_GUARDS = (
    "CREATE FUNCTION hzcert_event_guard() RETURNS trigger LANGUAGE plpgsql AS "
    "$$ BEGIN RAISE EXCEPTION 'events are only ever added'; END $$",
    "CREATE TRIGGER event_guard BEFORE UPDATE OR DELETE OR TRUNCATE ON event "
    "FOR EACH STATEMENT EXECUTE FUNCTION hzcert_event_guard()",
)


def make_indexes(connection: Connection, there: Collection[str]) -> None:
    """Make the indexes that are not there yet. They change no form: whoever knows nothing of one still keeps it right."""
    for table in METADATA.sorted_tables:
        for index in table.indexes:
            if index.name not in there:
                index.create(connection)


def make(connection: Connection) -> None:
    """Make the tables, and the guards that keep events from being changed."""
    METADATA.create_all(connection)
    for guard in _SQLITE_GUARDS if connection.dialect.name == "sqlite" else _POSTGRES_GUARDS:
        connection.execute(text(guard.replace(":", "\\:")))

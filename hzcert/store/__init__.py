"""The register's tables and statements (登记簿), on SQLite or PostgreSQL through SQLAlchemy Core. Decides nothing."""

from hzcert.store.book import Book, Head, Row
from hzcert.store.chain import GENESIS, Draft, Line, Stamp, canonical, canonical_rows, proves
from hzcert.store.copying import back_up, restore
from hzcert.store.opening import exists, is_postgres, open_register, register_path, shown_url
from hzcert.store.schema import SCHEMA

__all__ = [
    "GENESIS", "SCHEMA", "Book", "Draft", "Head", "Line", "Row", "Stamp", "back_up", "canonical",
    "canonical_rows", "exists", "is_postgres",
    "open_register", "proves", "register_path", "restore", "shown_url",
]  # fmt: skip

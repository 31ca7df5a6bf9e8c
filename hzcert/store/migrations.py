"""Registers of earlier forms, brought forward (升级) one form at a time, inside the transaction that opens them."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, insert, text

from hzcert.store.book import Book
from hzcert.store.chain import GENESIS, Draft, Stamp, canonical
from hzcert.store.schema import HEAD, META, SCHEMA, make


def now() -> str:
    """The moment at which something is written down, as events have it."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def create(connection: Connection, register: str = "") -> None:
    """A new register: its tables, its name, and the event that says so."""
    make(connection)
    register = register or secrets.token_hex(8)
    connection.execute(insert(META), [{"key": "schema", "value": str(SCHEMA)}, {"key": "id", "value": register}])
    connection.execute(insert(HEAD), {"one": 1, "seq": 0, "hash": GENESIS, "files": 0})
    Book(connection).append([(0, "created", canonical({"register": register, "schema": SCHEMA}), None)], _stamp())


def _stamp() -> Stamp:
    moment = now()
    return Stamp(moment[:10], moment, "hzcert", "")


def forward(connection: Connection) -> None:
    """Bring a register to today's form."""
    while (schema := int(str(connection.scalar(text("SELECT value FROM meta WHERE key = 'schema'"))))) < SCHEMA:
        _STEPS[schema](connection)


def _from_1(connection: Connection) -> None:
    """Lines of certificates become files, numbers and events; what each was is kept in its event."""
    old = [
        dict(row)
        for row in connection.execute(
            text("SELECT * FROM certificate ORDER BY id_number, title_code, specialty_key, reissue, scope, serial")
        ).mappings()
    ]
    agreed = [
        (str(row[0]), str(row[1]))
        for row in connection.execute(
            text("SELECT fingerprint, reconciled_on FROM reconciled ORDER BY reconciled_on, fingerprint")
        )
    ]
    for table in ("certificate", "reconciled", "meta"):
        connection.execute(text(f"DROP TABLE {table}"))
    create(connection)
    book = Book(connection)
    files: dict[tuple[object, ...], dict[str, Any]] = {}
    numbers: list[dict[str, Any]] = []
    drafts: list[Draft] = []
    stamp = _stamp()
    for row in old:
        key = (row["id_number"], row["title_code"], row["specialty_key"])
        file = files.setdefault(key, _file_of(len(files) + 1, row))
        for earlier in numbers:
            if file["number"] and earlier["number"] == file["number"]:
                earlier["standing"] = "revoked"
        file |= {"number": row["number"], "state": "numbered", "reissues": row["reissue"]}
        numbers.append(
            {name: row[name] for name in ("number", "scope", "serial", "reissue", "authority", "policy", "numbered_on")}
            | {"file": file["id"], "standing": "valid"}
        )
        own_day = replace(stamp, day=str(row["numbered_on"]))
        drafts.append((int(file["id"]), "migrated", canonical(row | {"schema": 1}), own_day))
    book.append(drafts, stamp, files=len(files))
    book.add_files(list(files.values()))
    book.add_numbers(numbers)
    for scope in sorted({str(row["scope"]) for row in old}):
        last = max(int(row["serial"]) for row in old if row["scope"] == scope)
        book.add_counter({"scope": scope, "first": 1, "last": 0, "next": last + 1, "holder": ""})
    of_entries: list[Draft] = [
        (0, "agreed", canonical({"fingerprint": each}), replace(stamp, day=day)) for each, day in agreed
    ]
    written = book.append(of_entries, stamp)
    book.add_agreed({each: seq for (each, _), seq in zip(agreed, written, strict=True)})


def _file_of(own: int, row: Mapping[str, Any]) -> dict[str, Any]:
    empty = dict.fromkeys(("series", "employer", "department", "case", "fingerprint"), "")
    names = ("id_number", "title_code", "specialty_key", "name", "title", "specialty", "level", "region", "document_no")
    return (
        empty
        | {name: row[name] for name in names}
        | {"id": own, "state": "numbered", "reissues": 0, "marks": 0, "number": ""}
    )


_STEPS: Mapping[int, Callable[[Connection], None]] = {1: _from_1}

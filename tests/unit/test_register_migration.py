"""A register of an earlier form opens: a backup first, then every line of it as a file, a number and an event."""

import sqlite3
from contextlib import closing

import pytest

from hzcert import register
from hzcert.store import open_register
from people import holder, table

SCHEMA_1 = """
CREATE TABLE meta ("key" TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY ("key")) STRICT;
CREATE TABLE certificate (number TEXT NOT NULL, scope TEXT NOT NULL, serial INTEGER NOT NULL, id_number TEXT NOT NULL,
 title_code TEXT NOT NULL, specialty_key TEXT NOT NULL, reissue INTEGER NOT NULL, name TEXT NOT NULL,
 title TEXT NOT NULL, specialty TEXT NOT NULL, level TEXT NOT NULL, region TEXT NOT NULL, authority TEXT NOT NULL,
 document_no TEXT NOT NULL, policy TEXT NOT NULL, numbered_on TEXT NOT NULL, PRIMARY KEY (number),
 UNIQUE (scope, serial), UNIQUE (id_number, title_code, specialty_key, reissue)) STRICT;
CREATE TABLE reconciled (fingerprint TEXT NOT NULL, reconciled_on TEXT NOT NULL, PRIMARY KEY (fingerprint)) STRICT;
INSERT INTO meta VALUES ('schema', '1');
"""


@pytest.fixture
def old(tmp_path, policy):
    """A register as the first version wrote it: one certificate and its reissue, and one that was only reconciled."""
    path = tmp_path / "register.db"
    entry = table(holder()).rows.to_dict("records")[0]
    id_number, code, specialty = register.key(entry, policy)
    rest = (entry["name"], entry["title"], entry["specialty"], "中级", "德清县", "330500", entry["document_no"])
    with closing(sqlite3.connect(path)) as book:
        book.execute("PRAGMA journal_mode = WAL")
        book.executescript(SCHEMA_1)
        for serial, (number, reissue) in enumerate((("C200733050008000012", 0), ("C200733050008000020", 1)), 1):
            row = (number, "2007-330500", serial, id_number, code, specialty, reissue, *rest, "huzhou-2007-35", "2007-11-20")  # fmt: skip
            book.execute(f"INSERT INTO certificate VALUES ({','.join('?' * len(row))})", row)
        book.execute("INSERT INTO reconciled VALUES (?, '2007-11-20')", (register.fingerprint(entry),))
        book.commit()
    return path


def test_it_is_brought_forward_with_a_backup(old, tmp_path, policy, as_of):
    people = table(holder(case="遗失补发"), holder())
    assert register.known_numbers(people, policy, str(old)) == {0: "C200733050008000020"}, "reading changes nothing"
    assert not list(tmp_path.glob("*.bak"))
    register.check(str(old))
    (backup,) = tmp_path.glob("*.bak")
    assert backup.name == "register.db.schema1.bak"
    assert backup.stat().st_mode & 0o077 == 0
    with closing(sqlite3.connect(backup)) as book:
        assert book.execute("SELECT count(*) FROM certificate").fetchone() == (2,)
    assert register.unreconciled(table(holder()), str(old)) == []
    assert register.revoked(str(old)) == [register.Revoked("C200733050008000012", "revoked")]
    with open_register(str(old), reading=True) as book:
        assert [line[2] for line in book.each_event()] == ["created", "migrated", "migrated", "agreed"]
        assert book.counters() == [{"scope": "2007-330500", "first": 1, "last": 0, "next": 3, "holder": ""}]


def test_numbers_go_on_after_it(old, policy, as_of):
    other = table(holder(name="王五", birth_date="1971-01-01"))
    numbers = register.number(other, policy, as_of, "330500", str(old), agreed={0: {"reason": "相符"}})
    assert numbers.by_line[0][-6:-1] == "00003"

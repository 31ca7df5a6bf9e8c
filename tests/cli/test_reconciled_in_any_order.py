"""三.4: who is taken for whom hangs on what lists and entries say, and never on where it stands; the same run makes the same bytes."""

import csv

import numpy as np
import openpyxl
import pytest

from benchmarks.reconcile import MAKERS
from hzcert.fields import HEADINGS

PLACES = ("填报处", "公布处", "其次相近的一行", "例")


@pytest.fixture(scope="module")
def known():
    return MAKERS["county"](1000, 41)


def write(path, table, lines):
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8-sig", newline="") as out:
        rows = csv.writer(out)
        rows.writerow(HEADINGS.values())
        rows.writerows([table.text(name, int(line)) for name in HEADINGS] for line in lines)


def put_in(folder, known, order, shelf):
    """Entries in this order in one file; published rows in this order in three files."""
    write(folder / "holders" / "1.csv", known.holders, order)
    for number, part in enumerate(np.array_split(shelf, 3)):
        write(folder / "published" / f"{number}.csv", known.published, part)


def sheet_of(path, name):
    """The lines of a sheet of the workbook, without what only says where they stand."""
    sheet = openpyxl.load_workbook(path, read_only=True)[name]
    rows = [[str(cell or "") for cell in row] for row in sheet.iter_rows(values_only=True)]
    top = next(at for at, row in enumerate(rows) if "工作单位" in row or "核对码" in row)
    kept = [place for place, heading in enumerate(rows[top]) if heading not in PLACES]
    return sorted([row[place] for place in kept] for row in rows[top + 1 :])


@pytest.fixture
def reconcile(hzcert):
    def run(folder, out="核对.xlsx", *more):
        lists = (folder / "holders", folder / "published")
        where = ("--out", folder / out, "--register", folder / "register.db", "--as-of", "2007-09-15")
        hzcert("reconcile", *lists, *where, *more)
        return folder / out

    return run


def test_shuffled_lines_and_files_come_to_the_same_workbook(reconcile, known, tmp_path):
    chance = np.random.default_rng(7)
    orders = [(len(table), chance.permutation(len(table))) for table in (known.holders, known.published)]
    put_in(tmp_path / "甲", known, *(np.arange(count) for count, _ in orders))
    put_in(tmp_path / "乙", known, *(order for _, order in orders))
    one, other = (reconcile(tmp_path / name) for name in ("甲", "乙"))
    for name in ("核对结果", "待认定", "未报人数", "公布而未报"):
        rows = sheet_of(one, name)
        assert rows == sheet_of(other, name)
        assert len(rows) > 10


def test_the_same_run_makes_the_same_bytes(reconcile, known, tmp_path):
    put_in(tmp_path, known, np.arange(len(known.holders)), np.arange(len(known.published)))
    one, other = reconcile(tmp_path), reconcile(tmp_path, "又一次.xlsx", "--workers", 2)
    assert one.read_bytes() == other.read_bytes()

"""三.4: units that were renamed, known only from the office's own table."""

import csv

import openpyxl
import pytest

from hzcert.fields import HEADINGS
from people import holder

DAY = ("--as-of", "2007-11-20")
ROW = {"id_number": "", "sex": "", "birth_date": "", "case": ""}


def write(path, people):
    with path.open("w", encoding="utf-8-sig", newline="") as out:
        lines = csv.writer(out)
        lines.writerow(HEADINGS.values())
        lines.writerows([person.get(name, "") for name in HEADINGS] for person in people)


@pytest.fixture
def reconcile(hzcert, tmp_path):
    def run(now, then, *more):
        write(tmp_path / "holders.csv", [holder(employer=now)])
        write(tmp_path / "published.csv", [holder(**ROW, employer=then)])
        ran = hzcert("reconcile", tmp_path / "holders.csv", tmp_path / "published.csv", "--out", tmp_path / "核对.xlsx", "--register", tmp_path / "r.db", *DAY, "--format", "jsonl", *more)  # fmt: skip
        return next(line for line in ran.lines if line["type"] == "match")

    return run


def as_csv(path, rows):
    path.write_text(
        "旧名称,新名称,依据\n" + "".join(f"{old},{new},湖编[2003]7号\n" for old, new in rows), encoding="gb18030"
    )


def as_workbook(path, rows):
    book = openpyxl.Workbook()
    book.active.append(["本局所知单位更名一览"])
    book.active.append(["序号", "原名称", "现名称"])
    for number, (old, new) in enumerate(rows, 1):
        book.active.append([number, old, new])
    book.save(path)


TABLE = [
    ("湖州丝绸机械厂", "湖州天和机械厂"),
    ("湖州天和机械厂", "天和集团有限公司"),
    ("湖州棉纺厂", "天和集团有限公司"),
]


@pytest.mark.parametrize(
    ("now", "then", "status"),
    [
        pytest.param("湖州天和机械厂", "湖州丝绸机械厂", "matched", id="更名"),
        pytest.param("天和集团有限公司", "湖州市丝绸机械厂", "matched", id="两次更名，旧名多写了市"),
        pytest.param("湖州丝绸机械厂", "浙江天和集团有限责任公司", "matched", id="本人仍填旧名"),
        pytest.param("湖州棉纺厂", "湖州丝绸机械厂", "differs", id="后来并入同一单位的另一单位"),
    ],
)
@pytest.mark.parametrize(("name", "make"), [("units.csv", as_csv), ("更名.xlsx", as_workbook)])
def test_an_office_says_which_units_were_renamed(reconcile, tmp_path, name, make, now, then, status):
    make(tmp_path / name, TABLE)
    found = reconcile(now, then, "--units", tmp_path / name)
    assert found["status"] == status
    kinds = [each["kind"] for each in found["differences"] if each["field"] == "employer"]
    assert kinds == (["employer:renamed"] if status == "matched" else [""])


def test_without_the_table_nothing_is_known_of_it(reconcile):
    found = reconcile("天和集团有限公司", "湖州丝绸机械厂")
    assert (found["status"], found["differences"][0]["kind"]) == ("differs", "")

"""三.4: duplicates across earlier batches are told by the register: one person's certificate again, another person for a used row."""

from datetime import date

import openpyxl
import pytest
from test_decisions import decide, write

from hzcert import register
from people import holder, id_number, table

OTHER = {"id_number": id_number("1975-06-01", "男", 7), "birth_date": "1975-06-01"}
ROW = {"file": "published.csv", "sheet": "", "row": 2, "reason": "文号、姓名、单位相符"}
YES = {"认定": "是此人", "认定理由": "查过原评审表", "经办人": "李云"}
BARE = {"id_number": "", "sex": "", "birth_date": "", "case": ""}


@pytest.fixture
def batch(hzcert, tmp_path, policy):
    """Reconcile some entries against one list in a register that numbers what has agreed."""
    common = ("--register", tmp_path / "r.db", "--as-of", "2007-11-20", "--format", "jsonl")
    write(tmp_path / "published.csv", [holder(**BARE)])

    def run(name, *people, more=()):
        write(tmp_path / f"{name}.csv", people)
        return hzcert("reconcile", tmp_path / f"{name}.csv", tmp_path / "published.csv", "--out", tmp_path / f"{name}.xlsx", *common, *more)  # fmt: skip

    assert run("一批", holder()).code == 0
    first = table(holder(file="一批.csv", sheet="", row=2))
    numbered = register.number(first, policy, date(2007, 11, 20), "330500", str(tmp_path / "r.db"), agreed={0: ROW})
    assert len(numbered.by_line) == 1
    return run


def codes_of(ran):
    return [line["code"] for line in ran.lines if line["type"] == "finding"]


def test_another_person_for_a_row_that_an_earlier_batch_has_used(batch, tmp_path):
    ran = batch("二批", holder(**OTHER))
    match = next(line for line in ran.lines if line["type"] == "match")
    assert (ran.code, match["status"], codes_of(ran)) == (1, "duplicate", ["HZ504"])
    assert "以前的批次" in match["reason"]
    # A clerk who knows better says so, in the workbook.
    assert "待认定" in openpyxl.load_workbook(tmp_path / "二批.xlsx").sheetnames
    decide(tmp_path / "二批.xlsx", tmp_path / "d.xlsx", lambda _: YES)
    ran = batch("二批", holder(**OTHER), more=("--decisions", tmp_path / "d.xlsx"))
    assert (ran.code, ran.summary["counts"]["matched"]) == (0, 1)


def test_who_agreed_before_another_was_numbered_on_the_row_gets_no_number_for_it(hzcert, tmp_path, policy):
    common = ("--register", tmp_path / "r.db", "--as-of", "2007-11-20", "--format", "jsonl")
    write(tmp_path / "published.csv", [holder(**BARE)])
    for name, person in (("一批", holder()), ("二批", holder(**OTHER))):
        write(tmp_path / f"{name}.csv", [person])
        out = tmp_path / f"{name}.xlsx"
        ran = hzcert("reconcile", tmp_path / f"{name}.csv", tmp_path / "published.csv", "--out", out, *common)
        assert (ran.code, ran.summary["counts"]["matched"]) == (0, 1), "neither has a certificate yet"

    def numbered(person):
        return register.number(table(person), policy, date(2007, 11, 20), "330500", str(tmp_path / "r.db"))

    assert len(numbered(holder()).by_line) == 1
    late = numbered(holder(**OTHER))
    assert (late.by_line, [finding.code.id for finding in late.findings]) == ({}, ["HZ504"])
    assert len(numbered(holder()).by_line) == 1, "whose number it is, keeps it"


@pytest.mark.parametrize(
    ("again", "expected"),
    [
        pytest.param({}, ["HZ517"], id="同一人的同一证书，又报一次"),
        pytest.param({"phone": "0572-2033099"}, ["HZ517"], id="只改了电话"),
    ],
)
def test_the_same_certificate_of_an_earlier_batch_is_told(batch, again, expected):
    ran = batch("二批", holder(**again))
    assert (ran.code, ran.summary["counts"]["matched"]) == (0, 1)
    assert codes_of(ran) == expected


def test_a_batch_that_is_run_again_repeats_nobody(batch):
    assert codes_of(batch("一批", holder())) == []

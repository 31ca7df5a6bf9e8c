"""三.4: cases that a program must not decide, decided by a clerk in the workbook, fed back, kept, and refused when the data change."""

import csv
import json
import sqlite3
from contextlib import closing

import openpyxl
import pytest

from hzcert.fields import HEADINGS
from people import holder

DAY = ("--as-of", "2007-11-20")


def write(path, people):
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8-sig", newline="") as out:
        lines = csv.writer(out)
        lines.writerow(HEADINGS.values())
        lines.writerows([person.get(name, "") for name in HEADINGS] for person in people)


def namesakes(count):
    """So many persons, each with a namesake of another employer in the same document; the entries say a third employer."""
    entries, rows = [], []
    for number in range(count):
        name = f"沈{'云禾竹书望'[number % 5]}{'川田安远舒'[number // 5]}"
        born = f"19{50 + number}-03-12"
        entries.append(holder(name=name, birth_date=born, employer="德清县样例水利设计所"))
        bare = {"name": name, "id_number": "", "sex": "", "birth_date": "", "case": ""}
        rows += [holder(**bare, employer=f"样例{which}厂") for which in "甲乙"]
    return entries, rows


@pytest.fixture
def given(tmp_path):
    entries, rows = namesakes(20)
    write(tmp_path / "holders.csv", entries)
    write(tmp_path / "published.csv", rows)
    return tmp_path


@pytest.fixture
def reconcile(hzcert, given):
    def run(*more):
        return hzcert("reconcile", given / "holders.csv", given / "published.csv", "--out", given / "核对.xlsx", "--register", given / "register.db", *DAY, "--format", "jsonl", *more)  # fmt: skip

    return run


def decide(path, out, choose):
    """Fill in the sheet of cases as a clerk would, and save it under another name."""
    book = openpyxl.load_workbook(path)
    sheet = book["待认定"]
    top = next(cell.row for row in sheet.iter_rows() for cell in row if cell.value == "核对码")
    places = {cell.value: cell.column for cell in sheet[top]}
    for number in range(top + 1, sheet.max_row + 1):
        if sheet.cell(number, places["核对码"]).value:
            row = {word: sheet.cell(number, place).value for word, place in places.items()}
            for word, text in choose(row).items():
                sheet.cell(number, places[word]).value = text
    book.save(out)


def by_unit(row):
    mine = row["工作单位（公布）"] == "样例甲厂"
    return {"认定": "是此人" if mine else "不是", "认定理由": "查过原评审表", "经办人": "李云"}


def test_cases_are_decided_applied_kept_and_explained(reconcile, given):
    ran = reconcile()
    assert (ran.code, ran.summary["counts"]["ambiguous"]) == (1, 20)
    decide(given / "核对.xlsx", given / "decisions.xlsx", by_unit)
    ran = reconcile("--decisions", given / "decisions.xlsx")
    assert (ran.code, ran.summary["counts"]["matched"]) == (0, 20)
    match = next(line for line in ran.lines if line["type"] == "match")
    assert match["level"] == "decided" and "李云：查过原评审表" in match["reason"]
    assert [each["field"] for each in match["differences"]] == ["employer"]
    book = openpyxl.load_workbook(given / "核对.xlsx")
    assert "待认定" not in book.sheetnames and book["认定记录"].max_row >= 42
    assert "李云：查过原评审表" in str(book["核对结果"]["H3"].value)
    assert reconcile("--decisions", given / "decisions.xlsx").code == 0
    with closing(sqlite3.connect(given / "register.db")) as book:
        kept = [json.loads(data) for (data,) in book.execute("SELECT data FROM event WHERE kind = 'decided'")]
    assert len(kept) == 40, "each decision once, however often it is applied"
    assert {(each["who"], each["why"]) for each in kept} == {("李云", "查过原评审表")}


def test_a_decision_falls_when_the_data_change_under_it(reconcile, given):
    reconcile()
    decide(given / "核对.xlsx", given / "decisions.xlsx", by_unit)
    entries, rows = namesakes(20)
    entries[0]["specialty"] = "给排水"
    rows[3]["employer"] = "样例丙厂"
    write(given / "holders.csv", entries)
    write(given / "published.csv", rows)
    ran = reconcile("--decisions", given / "decisions.xlsx")
    stale = [line for line in ran.lines if line.get("code") == "HZ510"]
    assert (len(stale), ran.summary["counts"]["matched"]) == (3, 19)
    assert {line["file"] for line in stale} == {"decisions.xlsx"}


@pytest.mark.parametrize(
    ("filled", "code"),
    [
        pytest.param({"认定": "是此人", "认定理由": "", "经办人": "李云"}, "HZ511", id="没有理由"),
        pytest.param({"认定": "是此人", "认定理由": "查过", "经办人": " "}, "HZ511", id="没有经办人"),
        pytest.param({"认定": "对的", "认定理由": "查过", "经办人": "李云"}, "HZ511", id="别的字"),
        pytest.param({"认定": "是此人", "认定理由": "查过", "经办人": "李云"}, "HZ511", id="两行都选是此人"),
        pytest.param({"认定": "是此人", "认定理由": "查过", "经办人": "李云", "核对码": "1"}, "HZ511", id="核对码残缺"),
        pytest.param({"认定": "待查", "认定理由": "", "经办人": ""}, None, id="待查"),
    ],
)
def test_what_can_not_be_used_decides_nothing(reconcile, given, filled, code):
    reconcile()
    decide(given / "核对.xlsx", given / "decisions.xlsx", lambda _: filled)
    ran = reconcile("--decisions", given / "decisions.xlsx")
    assert ran.summary["counts"]["matched"] == 0
    assert {line["code"] for line in ran.lines if line.get("code", "").startswith("HZ51")} == (
        {code} if code else set()
    )


def test_a_workbook_without_the_columns_is_refused(reconcile, given):
    assert reconcile("--decisions", given / "holders.csv").code == 3
    assert reconcile("--decisions", given / "nowhere.xlsx").code == 3


def test_the_register_tells_what_was_decided_and_agreed_before_there_is_a_certificate(reconcile, given, hzcert):
    reconcile()
    decide(given / "核对.xlsx", given / "decisions.xlsx", by_unit)
    reconcile("--decisions", given / "decisions.xlsx")
    entry = namesakes(1)[0][0]
    ran = hzcert("register", "history", entry["id_number"], "--register", given / "register.db", "--format", "jsonl")
    told = [line["text"] for line in ran.lines if line["type"] == "event"]
    assert (ran.code, len(told)) == (0, 3)
    assert any("是此人；认定人 李云；理由：查过原评审表" in each for each in told[:2])
    assert any("不是；" in each for each in told[:2])
    assert "出入：工作单位填报为“德清县样例水利设计所”，公布为“样例甲厂”" in told[2]
    ran = hzcert("register", "history", "33050119800101001X", "--register", given / "register.db")
    assert ran.code == 1


def test_decisions_that_contradict_each_other_name_each_other(reconcile, given):
    reconcile()
    yes = {"认定": "是此人", "认定理由": "查过", "经办人": "李云"}
    decide(given / "核对.xlsx", given / "decisions.xlsx", lambda row: yes if row["例"] == 1 else {})
    ran = reconcile("--decisions", given / "decisions.xlsx")
    told = [line for line in ran.lines if line.get("code") == "HZ511"]
    assert [f"第{line['row']}行" in other["message"] for line, other in zip(told, reversed(told), strict=True)] == [
        True
    ] * 2


def test_any_step_may_be_a_registers_first(hzcert, given, tmp_path, register_url):
    ran = hzcert("reconcile", tmp_path / "holders.csv", tmp_path / "published.csv", "--out", tmp_path / "核对.xlsx", "--register", register_url, "--format", "jsonl", *DAY)  # fmt: skip
    assert (ran.code, ran.summary["counts"]["ambiguous"]) == (1, 20), ran.err


def test_a_dry_import_needs_no_register(hzcert, tmp_path, register_url):
    old = tmp_path / "旧系统.csv"
    old.write_text("身份证号,姓名,资格名称,级别,属地,证书编号\n330521196001010017,周八,工程师,中级,德清县,旧字第0001号\n", encoding="utf-8")  # fmt: skip
    ran = hzcert("register", "import", old, "--dry-run", "--register", register_url, "--format", "jsonl", *DAY)
    assert (ran.code, ran.summary["counts"]["done"]) == (0, 1), ran.err
    missing = hzcert("register", "verify", "--register", register_url, *DAY)
    assert missing.code == 5 and "登记簿" in missing.err

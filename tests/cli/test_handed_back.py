"""What goes back to the units: the workbook of findings and the annotated copies, from the commands that write them."""

import csv
import hashlib
import json
import stat

import pytest
from openpyxl import load_workbook

DAY = ("--as-of", "2007-11-20")


def contents(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_run_writes_findings_that_lead_to_the_source_and_copies_of_lists_with_findings(hzcert, messy, tmp_path):
    before = contents(messy / "holders")
    ran = hzcert("run", messy, "--annotate", tmp_path / "back", "--format", "jsonl")
    assert ran.code == 1
    assert contents(messy / "holders") == before
    found = [line for line in ran.lines if line["type"] == "finding"]
    book = load_workbook(messy / "out" / "findings.xlsx")
    assert sum(page.max_row - 2 for page in book.worksheets[1:]) == len(found), "all of them, no cut-off"
    links = [cell for page in book.worksheets[1:] for row in page.iter_rows(3) for cell in row if cell.hyperlink]
    assert len(links) > 60
    for cell in links:
        target = messy / "out" / cell.hyperlink.target.replace("\\", "/").replace("%20", " ")
        assert target.resolve().is_relative_to(messy), cell.hyperlink.target
        assert target.is_file()
    copies = {path for path in contents(tmp_path / "back") if path != "manifest.json"}
    assert copies == {line["file"] for line in found if line["file"].startswith("holders/")}
    assert all(str(tmp_path / "back" / name) in ran.summary["outputs"] for name in copies)
    page = load_workbook(tmp_path / "back" / "holders" / "人员.xlsx")["人员"]
    marked = {cell.coordinate for row in page.iter_rows() for cell in row if cell.comment}
    wanted = {f"{line['column']}{line['row']}" for line in found if line["file"] == "holders/人员.xlsx"}
    assert marked == wanted
    manifest = json.loads((tmp_path / "back" / "manifest.json").read_text(encoding="utf-8"))
    for written in manifest["outputs"]:
        raw = (tmp_path / "back" / written["path"]).read_bytes()
        assert hashlib.sha256(raw).hexdigest() == written["sha256"]
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in (tmp_path / "back").rglob("*") if path.is_file())


def test_a_second_run_changes_no_byte(hzcert, messy, tmp_path):
    hzcert("run", messy, "--annotate", tmp_path / "back")
    before = contents(tmp_path / "back") | contents(messy / "out")
    assert hzcert("run", messy, "--annotate", tmp_path / "back", "--workers", "1").code == 1
    assert contents(tmp_path / "back") | contents(messy / "out") == before


@pytest.mark.parametrize("where", ["out", "holders", "holders/back", "photos"])
def test_copies_are_kept_apart_from_inputs_and_results(hzcert, small, where):
    before = contents(small / "holders")
    ran = hzcert("run", small, "--annotate", small / where)
    assert ran.code == 2
    assert contents(small / "holders") == before
    assert not (small / "out").exists()


def test_a_file_of_somebody_else_ends_in_4_before_anything_is_written(hzcert, messy, tmp_path):
    (tmp_path / "back" / "holders").mkdir(parents=True)
    (tmp_path / "back" / "holders" / "人员.xlsx").write_bytes(b"theirs")
    ran = hzcert("validate", messy / "holders", "--annotate", tmp_path / "back", *DAY)
    assert ran.code == 4
    assert (tmp_path / "back" / "holders" / "人员.xlsx").read_bytes() == b"theirs"


def test_validate_writes_its_findings_as_a_workbook_or_a_table(hzcert, messy, tmp_path):
    ran = hzcert("validate", messy / "holders", "--out", tmp_path / "out" / "f.xlsx", *DAY, "--format", "jsonl")
    found = [line for line in ran.lines if line["type"] == "finding"]
    assert (ran.code, ran.summary["outputs"]) == (1, [str(tmp_path / "out" / "f.xlsx")])
    book = load_workbook(tmp_path / "out" / "f.xlsx")
    assert sum(page.max_row - 2 for page in book.worksheets[1:]) == len(found)
    hzcert("validate", messy / "holders", "--out", tmp_path / "f.csv", *DAY)
    with (tmp_path / "f.csv").open(encoding="utf-8-sig", newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert [row["代码"] for row in rows] == [line["code"] for line in found]
    assert {row["单位"] for row in rows} == set(book.sheetnames[1:])
    ran = hzcert("validate", messy / "holders", "--out", "-", *DAY)
    assert ran.out.splitlines()[0].startswith("单位,程度,代码")
    assert len(list(csv.reader(ran.out.splitlines()))) >= len(found) + 1
    assert hzcert("validate", messy / "holders", "--out", messy / "holders" / "f.xlsx", *DAY).code == 2
    assert hzcert("validate", messy / "holders", "--out", tmp_path / "f.doc", *DAY).code == 2
    hzcert("validate", messy / "holders", "--out", tmp_path / "dry.xlsx", "--dry-run", *DAY)
    assert not (tmp_path / "dry.xlsx").exists()


def test_ingest_annotates_what_it_found_while_reading(hzcert, messy, tmp_path):
    ran = hzcert("ingest", messy / "holders", "--out", tmp_path / "a.csv", "--annotate", tmp_path / "back", *DAY)
    assert ran.code == 1
    assert "批注的副本在" in ran.out
    page = load_workbook(tmp_path / "back" / "holders" / "读入.xlsx")["名单"]
    assert any(cell.comment and "HZ108" in cell.comment.text for row in page.iter_rows() for cell in row)


def test_a_rule_is_explained_with_an_example(hzcert):
    shown = hzcert("rules", "hz203").out
    assert "330521197003120031" in shown and "330521197003120030" in shown
    (rule, _) = hzcert("rules", "HZ203", "--format", "jsonl", "--show-ids", "--lang", "en").lines
    assert rule["example"] == {"wrong": ["ID number: 330521197003120031"], "right": ["ID number: 330521197003120030"]}
    assert rule["message"].startswith("The check character")

"""`hzcert report`: the page that says what became of a batch."""

import json
import re

import pytest

HAN = re.compile(r"[\u3400-\u9fff]")


@pytest.fixture
def told(hzcert, messy):
    ran = hzcert("run", messy, "--format", "jsonl", "--as-of", "2007-11-20")
    return messy, ran.summary, (messy / "out" / "report.html").read_text(encoding="utf-8")


def hashes_of(batch):
    manifest = json.loads((batch / "out" / "manifest.json").read_text(encoding="utf-8"))
    return {each["path"]: each["sha256"] for each in manifest["outputs"]}


def cells(page):
    """What stands in the cells of all tables, row by row."""
    rows = re.findall(r"<tr>(.*?)</tr>", page, re.DOTALL)
    return [
        [re.sub(r"<[^>]*>", "", cell).strip() for cell in re.findall(r"<t[dh].*?</t[dh]>", row, re.DOTALL)]
        for row in rows
    ]


def test_the_report_has_the_counts_of_the_summary_and_every_kind_of_finding(told, hzcert):
    batch, summary, page = told
    read, accepted, set_aside = summary["counts"]["entries"].values()
    assert f"{read} = {accepted} + {set_aside}" in page
    of_units = json.loads((batch / "out" / "manifest.json").read_text(encoding="utf-8"))["units"]
    assert (sum(each["read"] for each in of_units), sum(each["accepted"] for each in of_units)) == (read, accepted)
    rows = cells(page)
    for each in of_units:
        counted = [str(each["read"]), str(each["accepted"]), str(each["read"] - each["accepted"])]
        assert any(row[0] == each["unit"] and row[1:4] == counted for row in rows)
    found = [json.loads(line) for line in (batch / "out" / "findings.jsonl").read_text(encoding="utf-8").splitlines()]
    kinds = {row[0]: int(row[5]) for row in rows if len(row) == 6 and row[5].isdigit() and row[0].startswith("HZ")}
    assert kinds == {code: sum(each["code"] == code for each in found) for code in {each["code"] for each in found}}


def test_no_id_number_stands_whole_in_the_report_unless_asked_for(told, hzcert):
    batch, _, page = told
    assert not re.search(r"(?<![0-9a-f])\d{17}[\dX](?![0-9a-f])", page)
    hzcert("run", batch, "--as-of", "2007-11-20", "--show-ids")
    whole = (batch / "out" / "report.html").read_text(encoding="utf-8")
    assert re.search(r"(?<![0-9a-f])3305\d{13}[\dX](?![0-9a-f])", whole)


def test_told_again_it_is_the_same_and_in_english_the_manifest_lists_the_new_one(told, hzcert):
    batch, _, page = told
    manifest = (batch / "out" / "manifest.json").read_bytes()
    assert hzcert("report", batch).code == 0
    assert (batch / "out" / "report.html").read_text(encoding="utf-8") == page
    assert (batch / "out" / "manifest.json").read_bytes() == manifest
    before = hashes_of(batch)
    assert hzcert("report", batch, "--lang", "en").code == 0
    english = (batch / "out" / "report.html").read_text(encoding="utf-8")
    headings = re.findall(r"<(?:h1|h2|h3|th|dt|summary)[^>]*>([^<]*)<", english)
    assert headings and not [each for each in headings if HAN.search(each)]
    assert {name for name, digest in hashes_of(batch).items() if before[name] != digest} == {"report.html"}
    hzcert("run", batch, "--as-of", "2007-11-20")
    assert hashes_of(batch) == before, "the next run takes it over like any output of its own"


def test_elsewhere_and_dry(told, hzcert, tmp_path):
    batch, _, page = told
    before = hashes_of(batch)
    target = tmp_path / "报告" / "一.html"
    assert hzcert("report", batch, "--out", target, "--dry-run").code == 0
    assert not target.exists()
    assert hzcert("report", batch, "--out", target).code == 0
    assert target.read_text(encoding="utf-8") == page
    assert target.stat().st_mode & 0o777 == 0o600
    assert hashes_of(batch) == before


def test_without_a_run_or_with_findings_changed_there_is_no_report(told, hzcert):
    batch, _, page = told
    with (batch / "out" / "findings.jsonl").open("a", encoding="utf-8") as file:
        file.write("\n")
    ran = hzcert("report", batch)
    assert (ran.code, "改动过" in ran.err) == (3, True)
    (batch / "out" / "manifest.json").unlink()
    ran = hzcert("report", batch)
    assert (ran.code, "hzcert run" in ran.err) == (3, True)
    assert (batch / "out" / "report.html").read_text(encoding="utf-8") == page


def test_what_was_not_held_against_published_lists_is_said_at_the_top(hzcert, clean):
    for path in (clean / "published").iterdir():
        path.unlink()
    hzcert("run", clean, "--without-published")
    page = (clean / "out" / "report.html").read_text(encoding="utf-8")
    assert '<p class="loud">没有与公布文件核对</p>' in page

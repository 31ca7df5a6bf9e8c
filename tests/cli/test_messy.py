"""The messy sample: each planted fault is found at its place with its clause, and nothing else is."""

import csv
from collections import Counter


def test_every_planted_fault_and_nothing_else(hzcert, messy):
    batch = messy
    with (batch / "expected.csv").open(encoding="utf-8-sig", newline="") as lines:
        planted = Counter(
            (row["code"], row["file"], row["sheet"], row["row"], row["column"], row["clause"])
            for row in csv.DictReader(lines)
        )
    ran = hzcert("run", batch, "--format", "jsonl", "--show-ids")
    assert ran.code == 1
    found = Counter(
        (line["code"], line["file"], line["sheet"] or "", str(line["row"] or ""), line["column"] or "", line["clause"])
        for line in ran.lines
        if line["type"] == "finding"
    )
    assert found - planted == Counter(), "found, and not planted"
    assert planted - found == Counter(), "planted, and not found"


def test_entries_add_up_and_each_one_set_aside_has_an_error(hzcert, messy):
    ran = hzcert("run", messy, "--format", "jsonl")
    entries = ran.summary["counts"]["entries"]
    assert entries["read"] == entries["accepted"] + entries["set_aside"]
    with_error = {
        (line["file"], line["sheet"], line["row"])
        for line in ran.lines
        if line.get("severity") == "error" and line["row"] and line["file"].startswith("holders/")
    }
    matches = {
        (line["file"], line["sheet"], line["row"]): line["status"] for line in ran.lines if line["type"] == "match"
    }
    assert len(with_error & set(matches)) == entries["set_aside"]
    accepted = set(matches) - with_error
    assert {matches[place] for place in accepted} == {"matched"}
    fees = {(line["file"], line["sheet"], line["row"]) for line in ran.lines if line["type"] == "fee"}
    assert fees == accepted

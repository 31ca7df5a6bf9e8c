"""`hzcert run` on the clean sample: whole, countable, repeatable."""

import hashlib
import json
import re
import signal
import subprocess
import sys
import time

import pytest
from pypdf import PdfReader


def hashes(folder):
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_every_accepted_holder_has_photo_fee_roster_line_and_one_page(hzcert, clean):
    ran = hzcert("run", clean, "--format", "jsonl", "--show-ids")
    assert ran.code == 0
    assert [line for line in ran.lines if line.get("severity") == "error"] == []
    counts = ran.summary["counts"]
    entries = counts["entries"]
    assert entries["read"] == entries["accepted"] + entries["set_aside"] == entries["accepted"] > 140
    assert counts["fees"]["payable"] + counts["fees"]["exempt"] == entries["accepted"]
    assert counts["rosters"]["rows"] == entries["accepted"]
    assert counts["reconciliation"]["matched"] == entries["accepted"]
    photos = [line for line in ran.lines if line["type"] == "photo"]
    assert {line["status"] for line in photos} == {"ok", "normalized"}
    for photo in photos:
        assert (photo["width"], photo["height"]) == (280, 420)
        assert photo["bytes"] <= 50_000
        assert (clean / "out" / photo["output"]).stat().st_size == photo["bytes"]
    pages = [line for line in ran.lines if line["type"] == "certificate"]
    numbers = [page["certificate_no"] for page in pages]
    assert len(numbers) == len(set(numbers)) == counts["certificates"]["certificates"]
    for output in {page["output"] for page in pages}:
        reader = PdfReader(clean / "out" / output)
        mine = {page["page"]: page["certificate_no"] for page in pages if page["output"] == output}
        assert sorted(mine) == list(range(1, len(reader.pages) + 1))
        for number, page in enumerate(reader.pages, 1):
            assert mine[number] in page.extract_text()
    assert not [page for page in pages if page["certificate_no"].startswith(("A", "B"))], "高级证书由省厅制作"


def test_the_manifest_tells_every_file_and_adds_up(hzcert, clean):
    hzcert("run", clean)
    manifest = json.loads((clean / "out" / "manifest.json").read_text(encoding="utf-8"))
    written = {output["path"]: output["sha256"] for output in manifest["outputs"]}
    assert written == {name: digest for name, digest in hashes(clean / "out").items() if name != "manifest.json"}
    taken = {each["path"]: each["sha256"] for each in manifest["inputs"]}
    ours = {name: digest for name, digest in hashes(clean).items() if not name.startswith(("out/", "register.db"))}
    assert taken == ours
    for name in ("holders.xlsx", "reconciliation.xlsx", "fees.xlsx", "findings.xlsx", "findings.jsonl"):
        assert name in written
    assert manifest["as_of"] == "2007-11-20"
    assert re.fullmatch("[0-9a-f]{64}", manifest["policy"]["sha256"])


def test_run_twice_changes_no_number_and_no_byte_whatever_the_workers(hzcert, clean):
    before = hashes(clean)
    hzcert("run", clean, "--workers", "1")
    first = hashes(clean / "out")
    hzcert("run", clean, "--workers", "2")
    assert hashes(clean / "out") == first
    assert {name: digest for name, digest in hashes(clean).items() if name in before} == before, "inputs untouched"


def test_out_deleted_is_made_again_the_same(hzcert, small):
    import shutil

    hzcert("run", small)
    first = hashes(small / "out")
    shutil.rmtree(small / "out")
    hzcert("run", small)
    assert hashes(small / "out") == first


def test_a_dry_run_writes_nothing_and_takes_no_number(hzcert, small):
    before = hashes(small)
    dry = hzcert("run", small, "--dry-run", "--format", "jsonl")
    assert hashes(small) == before
    assert not (small / "register.db").exists()
    wet = hzcert("run", small, "--format", "jsonl")
    certificates = [[line for line in ran.lines if line["type"] == "certificate"] for ran in (dry, wet)]
    assert certificates[0] == certificates[1]


def test_id_numbers_are_masked_on_screen_and_in_findings(hzcert, clean):
    ran = hzcert("run", clean, "--format", "jsonl", "--verbose")
    whole = re.compile(r"(?<![0-9A-Za-z])\d{17}[\dX](?![0-9A-Za-z])")
    assert not whole.search(ran.out + ran.err)
    assert not whole.search((clean / "out" / "findings.jsonl").read_text(encoding="utf-8"))
    for path in (clean / "out").rglob("*"):
        if path.is_file():
            assert path.stat().st_mode & 0o077 == 0, path


def test_json_is_one_object(hzcert, small):
    ran = hzcert("run", small, "--format", "json")
    whole = json.loads(ran.out)
    assert whole["summary"]["command"] == "run"
    assert {item["type"] for item in whole["items"]} >= {"photo", "match", "fee", "unclaimed"}


def test_strict_makes_warnings_count(hzcert, clean):
    assert hzcert("run", clean, "--strict").code == 1


@pytest.mark.parametrize("moment", [0.3, 1.2, 2.0, 2.6, 3.4])
def test_kill_9_and_run_again_gives_the_same_bytes(hzcert, small, tmp_path, moment):
    import shutil

    twin = shutil.copytree(small, tmp_path / "undisturbed")
    hzcert("run", twin)
    running = subprocess.Popen([sys.executable, "-m", "hzcert", "run", str(small)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # fmt: skip
    time.sleep(moment)
    running.send_signal(signal.SIGKILL)
    running.wait()
    hzcert("run", small)
    assert hashes(small / "out") == hashes(twin / "out")


def test_entries_that_left_the_batch_leave_no_output(hzcert, clean):
    hzcert("run", clean)
    (clean / "holders" / "安吉县.csv").unlink()
    before = len(list((clean / "out" / "rosters").iterdir()))
    hzcert("run", clean)
    assert len(list((clean / "out" / "rosters").iterdir())) == before - 2  # its workbook and its PDF

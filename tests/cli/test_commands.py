"""Each command alone, and how each ends when something is wrong."""

import json
import os
import subprocess
import sys

import pytest
from openpyxl import load_workbook

DAY = ("--as-of", "2007-11-20")


def test_help_is_there_for_every_command_and_imports_nothing_heavy(hzcert):
    for command in (
        [], ["run"], ["init"], ["ingest"], ["photos"], ["photos", "normalize"], ["photos", "check"], ["validate"],
        ["reconcile"], ["fees"], ["roster"], ["roster", "build"], ["print"], ["rules"],
    ):  # fmt: skip
        ran = hzcert(*command, "--help")
        assert ran.code == 0
        assert "Usage" in ran.out
        if command and command not in (["photos"], ["roster"]):
            assert f"例：hzcert {' '.join(command)}" in ran.out
    code = "import sys; from hzcert import cli; print([m for m in ('pandas', 'cv2', 'reportlab', 'PIL') if m in sys.modules])"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert loaded.stdout.strip() == "[]"


def test_the_path_step_by_step_comes_to_the_same_as_run(hzcert, clean, tmp_path):
    out = tmp_path / "steps"
    ran = hzcert("ingest", clean / "holders", "--out", out / "holders.xlsx", *DAY, "--format", "jsonl")
    assert (ran.code, ran.summary["counts"]["read"]) == (0, 153)
    ran = hzcert("photos", "normalize", clean / "photos", out / "photos", *DAY, "--format", "jsonl")
    assert ran.code == 0
    assert hzcert("photos", "check", out / "photos", *DAY).code == 0
    ran = hzcert("validate", out / "holders.xlsx", "--photos", out / "photos", *DAY, "--format", "jsonl")
    assert (ran.code, ran.summary["counts"]) == (0, {"read": 153, "accepted": 153, "set_aside": 0})
    register = ("--register", out / "register.db")
    refused = hzcert("print", out / "holders.xlsx", "--photos", out / "photos", "--out", out / "certificates", *register, *DAY, "--format", "jsonl")  # fmt: skip
    assert (refused.code, refused.summary["counts"]["certificates"]) == (1, 0), "nobody was reconciled yet"
    assert {line["code"] for line in refused.lines if line.get("severity") == "error"} == {"HZ508"}
    ran = hzcert("reconcile", out / "holders.xlsx", clean / "published", "--out", out / "核对.xlsx", *register, *DAY, "--format", "jsonl")  # fmt: skip
    assert (ran.code, ran.summary["counts"]["matched"]) == (0, 153)
    ran = hzcert("fees", out / "holders.xlsx", "--out", out / "fees.xlsx", *DAY, "--format", "jsonl")
    assert ran.code == 0
    fees = ran.summary["counts"]
    assert hzcert("roster", "build", out / "holders.xlsx", "--out", out / "rosters", *register, *DAY).code == 0
    ran = hzcert("print", out / "holders.xlsx", "--photos", out / "photos", "--out", out / "certificates", *register, *DAY, "--format", "jsonl")  # fmt: skip
    assert ran.code == 0
    pages = [line for line in ran.lines if line["type"] == "certificate"]
    whole = hzcert("run", clean, "--format", "jsonl")
    assert whole.summary["counts"]["fees"] == fees
    assert {page["certificate_no"] for page in pages} == {
        line["certificate_no"] for line in whole.lines if line["type"] == "certificate"
    }
    assert sorted(path.name for path in (out / "rosters").iterdir()) == sorted(
        path.name for path in (clean / "out" / "rosters").iterdir()
    )


def test_what_was_changed_after_it_was_reconciled_is_not_printed(hzcert, small, tmp_path):
    hzcert("run", small)
    table, pictures = small / "out" / "holders.xlsx", small / "out" / "photos"

    def print_(path):
        return hzcert("print", path, "--photos", pictures, "--out", tmp_path / "pdf", "--register", small / "register.db", "--reprint", "试印", *DAY, "--format", "jsonl")  # fmt: skip

    ran = print_(table)
    assert (ran.code, ran.err) == (0, "")
    before = ran.summary["counts"]["certificates"]
    book = load_workbook(table)
    page = book.active
    place = {cell.value: cell.column for cell in page[1]}
    lines = [row for row in range(2, page.max_row + 1) if page.cell(row, place["级别"]).value == "中级"]
    page.cell(lines[0], place["结果"]).value = "退回"
    page.cell(lines[1], place["工作单位"]).value = "另一个单位"
    book.save(tmp_path / "changed.xlsx")
    ran = print_(tmp_path / "changed.xlsx")
    assert (ran.code, ran.summary["counts"]["certificates"]) == (1, before - 2)
    assert [line["code"] for line in ran.lines if line.get("severity") == "error"] == ["HZ508"]


def test_inputs_are_never_outputs(hzcert, small, tmp_path):
    table = small / "holders" / "安吉县.csv"
    before = table.read_bytes()
    fails(hzcert("ingest", table, "--out", table, *DAY), 2, "重叠")
    fails(hzcert("fees", small / "holders", "--out", small / "holders" / "fees.csv", *DAY), 2, "重叠")
    fails(hzcert("reconcile", table, small / "published", "--out", small / "published" / "r.xlsx", *DAY), 2, "重叠")
    fails(hzcert("photos", "normalize", small / "photos", small / "photos" / "out"), 2, "重叠")
    assert table.read_bytes() == before


def test_a_photo_that_no_longer_stands_is_taken_away(hzcert, small, tmp_path):
    hzcert("photos", "normalize", small / "photos", tmp_path / "photos")
    photo = next(path for path in (small / "photos").iterdir() if (tmp_path / "photos" / f"{path.stem}.jpg").exists())
    photo.write_text("not a photo")
    assert hzcert("photos", "normalize", small / "photos", tmp_path / "photos").code == 1
    assert not (tmp_path / "photos" / f"{photo.stem}.jpg").exists()


def test_files_of_one_name_are_told_apart(hzcert, small, tmp_path):
    for name in ("甲", "乙"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "名单.csv").write_bytes((small / "holders" / "安吉县.csv").read_bytes())
    ran = hzcert("validate", tmp_path / "甲" / "名单.csv", tmp_path / "乙" / "名单.csv", *DAY, "--format", "jsonl")
    assert ran.summary["counts"]["set_aside"] == ran.summary["counts"]["read"] / 2, "乙 repeats 甲"
    assert len({line["file"] for line in ran.lines if line.get("code") == "HZ330"}) == 1


def test_nobody_in_the_lists(hzcert, small):
    (small / "holders" / "安吉县.csv").write_text("身份证号,姓名,资格名称,级别\n", encoding="utf-8")
    fails(hzcert("run", small), 3, "没有读到")
    fails(hzcert("validate", small / "holders"), 3, "没有读到")


def test_a_folder_that_the_batch_file_names_must_be_there(hzcert, small):
    (small / "batch.toml").write_text('photos = "nowhere"\nas_of = 2007-11-20\n', encoding="utf-8-sig")
    fails(hzcert("run", small), 3, "nowhere")


def test_options_of_a_batch_file(hzcert, small):
    with (small / "batch.toml").open("a", encoding="utf-8") as file:
        file.write('format = "jsonl"\ndry_run = true\n')
    ran = hzcert("run", small)
    assert ran.summary["outputs"] == []
    assert not (small / "out").exists()


def test_standard_input_and_output(clean):
    source = (clean / "holders" / "安吉县.csv").read_bytes()
    command = [sys.executable, "-m", "hzcert", "ingest", "-", "--out", "-", *DAY]
    ran = subprocess.run(command, input=source, capture_output=True, check=False)
    assert ran.returncode == 0
    assert ran.stdout.decode("utf-8").startswith("身份证号,姓名,")
    command = [sys.executable, "-m", "hzcert", "validate", "-", *DAY, "--format", "jsonl"]
    again = subprocess.run(command, input=ran.stdout, capture_output=True, check=False)
    assert again.returncode == 0
    assert json.loads(again.stdout.splitlines()[-1])["counts"]["accepted"] == ran.stdout.count(b"\n") - 1


def test_csv_and_parquet_results(hzcert, clean, tmp_path):
    for ending in ("csv", "tsv", "parquet"):
        path = tmp_path / f"fees.{ending}"
        assert hzcert("fees", clean / "holders", "--out", path, *DAY).code == 0
        assert path.stat().st_size > 1000
    assert hzcert("fees", clean / "holders", "--out", tmp_path / "fees.doc", *DAY).code == 2


def test_init_makes_a_batch_that_can_be_filled_in(hzcert, tmp_path):
    folder = tmp_path / "批次"
    assert hzcert("init", folder).code == 0
    assert sorted(path.name for path in folder.iterdir()) == ["batch.toml", "holders", "photos", "published", "空白表"]
    assert hzcert("init", folder).code == 4
    ran = hzcert("run", folder)
    assert ran.code == 3
    assert "holders" in ran.err


def test_rules_are_all_there_with_their_clause(hzcert, policy):
    from hzcert.codes import CODES

    ran = hzcert("rules", "--format", "jsonl")
    rules = [line for line in ran.lines if line["type"] == "rule"]
    assert [rule["code"] for rule in rules] == list(CODES)
    assert all(clause in policy.clauses for rule in rules for clause in rule["clause"].split())
    figures = [line for line in ran.lines if line["type"] == "figure"]
    assert {"photo.width", "fee.exemption.retired_by", "phases", "scope.review_words"} <= {f["figure"] for f in figures}
    assert all(figure["clause"] for figure in figures)
    assert "HZ203" in hzcert("rules", "hz203").out
    assert hzcert("rules", "HZ999").code == 2


# --- what is wrong, and the exit code it must have -------------------------------------------------------------------


def fails(ran, code, *words):
    assert ran.code == code, ran.err
    assert "Traceback" not in ran.err + ran.out
    for word in words:
        assert word in ran.err
    assert ran.err.count("错误") == 1, "one clear message"


def test_a_missing_folder(hzcert, tmp_path):
    fails(hzcert("run", tmp_path / "nowhere"), 3, "nowhere")
    fails(hzcert("validate", tmp_path / "nowhere"), 3, "nowhere")
    fails(hzcert("photos", "normalize", tmp_path / "nowhere", tmp_path / "out"), 3, "nowhere")


def test_an_empty_folder(hzcert, tmp_path):
    fails(hzcert("run", tmp_path), 3, "holders")


def test_a_workbook_that_is_a_jpeg(hzcert, small):
    photo = next((small / "photos").glob("*.jpg"))
    (small / "holders" / "名单.xlsx").write_bytes(photo.read_bytes())
    fails(hzcert("run", small), 3, "名单.xlsx", "JPEG")
    assert not (small / "out").exists(), "nothing is written before all lists are read"


def test_a_photo_that_is_text(hzcert, small):
    photo = next((small / "photos").glob("*.jpg"))
    photo.write_text("not a photo")
    ran = hzcert("run", small, "--format", "jsonl")
    assert ran.code == 1
    found = [line["code"] for line in ran.lines if line.get("severity") == "error"]
    assert set(found) == {"HZ401", "HZ417"}
    assert ran.summary["counts"]["entries"]["set_aside"] == found.count("HZ417")


@pytest.mark.parametrize(
    ("text", "word"),
    [("autority = '330500'", "autority"), ("authority = ", "TOML"), ("as_of = 'tomorrow'", "as_of")],
)
def test_a_batch_file_that_is_wrong(hzcert, small, text, word):
    (small / "batch.toml").write_text(text)
    fails(hzcert("run", small), 2, "batch.toml", word)


def test_wrong_options(hzcert, small):
    fails(hzcert("run", small, "--authority", "999999"), 2, "999999")
    fails(hzcert("run", small, "--policy", "no-such"), 2, "no-such")
    fails(hzcert("run", small, "--as-of", "gestern"), 2, "gestern")
    fails(hzcert("run", small, "--as-of", "2006-01-01"), 2, "尚未生效")
    assert hzcert("run", small, "--no-such-option").code == 2
    assert hzcert("run").code == 2


def test_a_policy_without_an_amount_or_with_a_strange_key(hzcert, small):
    from importlib.resources import files

    shipped = files("hzcert.data").joinpath("policies/huzhou-2007-35.toml").read_text(encoding="utf-8")
    start = shipped.index("[fee.amount]")
    end = shipped.index("[fee.exemption]")
    (small / "own.toml").write_text(shipped[:start] + "[fee.amount]\n\n" + shipped[end:], encoding="utf-8")
    fails(hzcert("run", small, "--policy", small / "own.toml"), 2, "fee.amount", "换发")
    (small / "own.toml").write_text(shipped.replace("min_ratio =", "min_ration ="), encoding="utf-8")
    fails(hzcert("run", small, "--policy", small / "own.toml"), 2, "min_ration")


def test_results_among_the_inputs_are_refused(hzcert, small):
    for out in (small, small / "photos", small / "holders" / "out"):
        fails(hzcert("run", small, "--out", out), 2, "重叠")


def test_an_output_folder_that_can_not_be_written(hzcert, small, tmp_path):
    (tmp_path / "file").write_text("a file")
    fails(hzcert("run", small, "--out", tmp_path / "file"), 4)
    fails(hzcert("run", small, "--out", "/proc/out"), 4)
    (small / "out").symlink_to(tmp_path)
    fails(hzcert("run", small), 4, "链接")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_an_output_folder_without_permission(hzcert, small, tmp_path):
    (tmp_path / "closed").mkdir(mode=0o500)
    fails(hzcert("run", small, "--out", tmp_path / "closed" / "out"), 4, "权限")


def test_a_register_that_can_not_be_used(hzcert, small):
    (small / "register.db").write_text("no register at all" * 100)
    fails(hzcert("run", small), 5, "register.db")
    fails(hzcert("run", small, "--register", "postgresql+psycopg://127.0.0.1:9/hz"), 5, "postgresql")


def test_decisions_are_not_passed_over_in_silence(hzcert, small):
    (small / "decisions.xlsx").write_bytes(b"")
    fails(hzcert("run", small), 3, "decisions.xlsx")


def test_settings_come_from_the_command_line_then_the_environment_then_the_batch(hzcert, small, monkeypatch):
    def day():
        return json.loads((small / "out" / "manifest.json").read_text(encoding="utf-8"))["as_of"]

    hzcert("run", small)
    assert day() == "2007-11-20"
    monkeypatch.setenv("HZCERT_AS_OF", "2007-11-21")
    hzcert("run", small)
    assert day() == "2007-11-21"
    hzcert("run", small, "--as-of", "2007-11-22")
    assert day() == "2007-11-22"


def test_a_county_runs_its_own(hzcert, small):
    ran = hzcert("run", small, "--authority", "330523", "--format", "jsonl")
    assert ran.code == 0
    pages = [line["certificate_no"] for line in ran.lines if line["type"] == "certificate"]
    assert pages and all(number[0] in "DE" and number[5:11] == "330523" for number in pages), "只制作本县的初级证书"
    assert hzcert("run", small, "--authority", "330521").code == 1, "安吉县的人不归德清县"


def test_a_defect_is_reported_with_its_own_exit_code(hzcert, small, monkeypatch):
    from pathlib import Path

    def broken(*_arguments, **_words):
        raise ZeroDivisionError("330521197003120030")

    monkeypatch.setattr("hzcert.pipeline.run", broken)
    ran = hzcert("run", small)
    assert ran.code == 70
    report = Path(ran.err.split("报告在 ")[1].split("，")[0])
    text = report.read_text(encoding="utf-8")
    report.unlink()
    assert "ZeroDivisionError" in text
    assert "330521197003120030" not in text

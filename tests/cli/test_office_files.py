"""What an office's own files need: forms, own headings, passwords, pictures inside the sheets."""

import io
import re

import openpyxl
import pytest
import xlsxwriter
from msoffcrypto.format.ooxml import OOXMLFile

from people import id_number

DAY = ("--as-of", "2007-11-20")
ID = id_number("1970-03-12", "男")
ROWS = [["姓名", "身份证号", "资格", "技术等级"], ["沈云川", ID, "工程师", "中级"]]


@pytest.fixture
def odd(tmp_path):
    path = tmp_path / "名单.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(ROWS):
            sheet.write_row(number, 0, row)
    return path


def entry_of(path):
    header, entry = openpyxl.load_workbook(path).active.iter_rows(values_only=True)
    return dict(zip(header, entry, strict=True))


def test_blank_forms(hzcert, tmp_path):
    ran = hzcert("forms", tmp_path / "空白表", "--format", "jsonl")
    assert (ran.code, ran.summary["counts"]["files"], len(list((tmp_path / "空白表").iterdir()))) == (0, 6, 6)
    (tmp_path / "空白表" / "公布名单.xlsx").write_bytes(b"filled in")
    assert hzcert("forms", tmp_path / "空白表").code == 4


def test_own_headings_by_option_environment_and_batch_file(hzcert, odd, tmp_path, monkeypatch):
    out = tmp_path / "out.xlsx"
    ran = hzcert("ingest", odd, "--out", out, "--format", "jsonl", *DAY)
    assert {line["code"] for line in ran.lines if line["type"] == "finding"} == {"HZ102", "HZ104"}
    ran = hzcert(
        "ingest", odd, "--out", out, "--map", "资格=资格名称", "--map", "技术等级=level", "--format", "jsonl", *DAY
    )
    assert (ran.code, [line for line in ran.lines if line["type"] == "finding"]) == (0, [])
    entry = entry_of(out)
    assert (entry["资格名称"], entry["级别"]) == ("工程师", "中级")
    monkeypatch.setenv("HZCERT_MAP", "资格=title 技术等级=ignored")
    assert hzcert("ingest", odd, "--out", out, *DAY).code == 0
    assert (entry_of(out)["资格名称"], entry_of(out)["级别"]) == ("工程师", None)


@pytest.mark.parametrize("given", ["资格", "资格=", "=title", "资格=没有这一栏"])
def test_own_headings_that_are_wrong(hzcert, odd, tmp_path, given):
    ran = hzcert("ingest", odd, "--out", tmp_path / "out.xlsx", "--map", given, *DAY)
    assert ran.code == 2
    assert given in ran.err or "没有这一栏" in ran.err


def test_own_headings_of_a_batch(hzcert, small):
    table = small / "holders" / "安吉县.csv"
    text = table.read_bytes().decode("gb18030")
    heading = "姓名"
    table.write_bytes(text.replace(heading, "人员", 1).encode("gb18030"))
    assert hzcert("run", small).code == 1
    with (small / "batch.toml").open("a", encoding="utf-8") as file:
        file.write('\n[columns]\n"人员" = "姓名"\n')
    assert hzcert("run", small).code == 0


def test_a_locked_workbook(hzcert, odd, tmp_path, monkeypatch):
    locked = tmp_path / "locked" / "名单.xlsx"
    locked.parent.mkdir()
    with odd.open("rb") as plain, locked.open("wb") as out:
        OOXMLFile(plain).encrypt("芝麻1", out)
    options = ("--out", tmp_path / "out.xlsx", "--map", "资格=title", "--map", "技术等级=level", *DAY)
    for more in ((), ("--password", "wrong")):
        ran = hzcert("ingest", locked, *options, *more)
        assert ran.code == 3
        assert "密码" in ran.err
    assert hzcert("ingest", locked, *options, "--password", "芝麻1").code == 0
    monkeypatch.setenv("HZCERT_PASSWORD", "芝麻1")
    assert hzcert("ingest", locked, *options).code == 0


def test_photos_pasted_into_a_list_are_used(hzcert, small, tmp_path):
    """A workbook with the photos in its rows takes the place of the photos' own files."""
    table = small / "holders" / "安吉县.csv"
    header, *rows = [line.split(",") for line in table.read_bytes().decode("gb18030").splitlines() if line.strip()]
    photos = {path.stem.upper(): path for path in (small / "photos").iterdir()}
    pasted = 0
    with xlsxwriter.Workbook(tmp_path / "安吉县.xlsx") as book:
        sheet = book.add_worksheet("名单")
        for number, row in enumerate([header, *rows]):
            sheet.set_row(number, 80)
            sheet.write_row(number, 0, row)
            photo = photos.get(next((cell for cell in row if re.fullmatch(r"\d{17}[\dX]", cell)), ""))
            if photo and photo.suffix.lower() == ".jpg":
                sheet.insert_image(
                    number,
                    len(header),
                    "p.jpg",
                    {"image_data": io.BytesIO(photo.read_bytes()), "x_scale": 0.2, "y_scale": 0.2},
                )
                pasted += 1
    before = hzcert("run", small, "--out", tmp_path / "1", "--format", "jsonl")
    table.unlink()
    (tmp_path / "安吉县.xlsx").rename(small / "holders" / "安吉县.xlsx")
    for photo in photos.values():
        if photo.suffix.lower() == ".jpg":
            photo.unlink()
    ran = hzcert("run", small, "--out", tmp_path / "2", "--format", "jsonl")
    assert pasted > 5
    assert before.summary["counts"]["photos"] == ran.summary["counts"]["photos"]
    assert ran.code == 0

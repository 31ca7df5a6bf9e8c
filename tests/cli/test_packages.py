"""Packages (三.4, 三.5): what is handed over is whole, the same each time, and checked on the other side."""

import json
import shutil
import subprocess
import sys
import zipfile

import openpyxl
import pytest

from cli.conftest import copy_of

DAY = ("--as-of", "2007-11-20")


@pytest.fixture(scope="module")
def batch(tmp_path_factory):
    """The clean batch after a run, to be copied."""
    folder = copy_of("huzhou-2007", tmp_path_factory.mktemp("packed"))
    command = [sys.executable, "-m", "hzcert", "run", folder, "--quiet", *DAY]
    assert subprocess.run(command, check=False, capture_output=True).returncode == 0
    return folder


@pytest.fixture
def run(batch, tmp_path):
    return shutil.copytree(batch, tmp_path / "batch")


def test_to_the_province_and_back(hzcert, run, tmp_path):
    packed = hzcert("pack", "province", run, "--format", "jsonl", *DAY)
    assert (packed.code, packed.summary["counts"]) == (
        0,
        {"read": 27, "packages": 1, "certificates": 27, "set_aside": 0},
    )
    (archive,) = (run / "移交").glob("*.zip")
    folder = archive.with_suffix("")
    assert {path.name for path in folder.iterdir()} == {
        "花名册",
        "照片",
        "公布文件",
        "人员信息.xlsx",
        "manifest.json",
        "交接单.xlsx",
    }
    assert len(list((folder / "照片").iterdir())) == 27
    cover = [str(cell) for row in openpyxl.load_workbook(folder / "交接单.xlsx").active.values for cell in row if cell]
    assert any("移交人签字" in cell for cell in cover)
    before = archive.read_bytes()
    for form in ("jsonl", "json", "text"):
        again = hzcert("pack", "province", run, "--format", form, *DAY)
        assert again.code == 0 and again.out.strip()
        assert archive.read_bytes() == before, "the same package is the same bytes"
    told = hzcert("register", "verify", "--register", run / "register.db")
    assert told.code == 0
    province = ("--register", tmp_path / "province.db", "--authority", "330000", *DAY)
    assert hzcert("unpack", archive, *province, "--out", tmp_path / "got").code == 0
    assert (tmp_path / "got" / "花名册").is_dir()
    assert hzcert("unpack", archive, *province, "--out", tmp_path / "got").code == 0, "it lies there as it was unpacked"
    (tmp_path / "got" / "manifest.json").unlink()
    assert hzcert("unpack", archive, *province, "--out", tmp_path / "got").code == 0, "broken off, and gone on with"
    (tmp_path / "got" / "别的.txt").touch()
    assert hzcert("unpack", archive, *province, "--out", tmp_path / "got").code == 4, "there is something else"
    assert hzcert("unpack", folder, *province).code == 0, "the folder is as good"
    events = hzcert("register", "export", "--events", "--out", "-", *province).out
    assert events.count("unpacked") == 1, "a receipt is entered once"
    assert hzcert("unpack", archive, *DAY, "--register", tmp_path / "x.db").code == 1, "it is for the province"


def test_to_the_units_in_bulk(hzcert, run):
    packed = hzcert("pack", "unit", run, "--unit", "湖州市卫生局", "--format", "jsonl", *DAY)
    assert packed.code == 1, "the seniors' certificates have not come from the province yet"
    assert {line["code"] for line in packed.lines if line["type"] == "finding"} == {"HZ602"}
    assert [line["to"] for line in packed.lines if line["type"] == "package"] == ["湖州市卫生局"]
    status = hzcert("register", "status", "--register", run / "register.db", "--format", "jsonl", *DAY)
    assert (
        sum(line["handed"] for line in status.lines if line["type"] == "status")
        == packed.summary["counts"]["certificates"]
    )
    (package,) = [path for path in (run / "移交").iterdir() if path.is_dir()]
    signing = (
        "register",
        "issue",
        package / "发放清单.xlsx",
        "--register",
        run / "register.db",
        "--format",
        "jsonl",
        *DAY,
    )
    assert hzcert(*signing, "--signed-by", "李四", "--unit", "湖州市卫生局").code == 2
    signed = hzcert(*signing, "--signed-by", "李四", "--on", "2007-11-19")
    assert (signed.code, signed.summary["counts"]["done"]) == (0, packed.summary["counts"]["certificates"])
    again = hzcert(*signing, "--signed-by", "李四", "--on", "2007-11-19")
    assert (again.summary["counts"]["done"], again.summary["counts"]["already"]) == (
        0,
        signed.summary["counts"]["done"],
    )
    number = next(line["certificate_no"] for line in signed.lines if line.get("step") == "signed")
    told = hzcert("register", "history", number, "--register", run / "register.db", *DAY).out
    assert "单位签收" in told and "签收 李四" in told and "签收日期 2007-11-19" in told
    assert hzcert(*signing).code == 0, "the unit's people have theirs"
    assert hzcert(*signing, "--signed-by", "王五").code == 1, "they are no longer the unit's"


def test_a_county_files_with_the_city_what_it_made(hzcert, run):
    assert hzcert("pack", "city", run, *DAY).code == 2, "the city does not file with itself"
    county = ("--authority", "330521", *DAY)
    assert hzcert("run", run, "--quiet", *county).code in (0, 1)
    packed = hzcert("pack", "city", run, "--format", "jsonl", *county)
    assert packed.code == 0, packed.out
    (folder,) = [path for path in (run / "移交").iterdir() if path.is_dir()]
    assert any("初级" in path.name for path in (folder / "花名册").iterdir())
    status = hzcert("register", "export", "--out", "-", "--register", run / "register.db")
    assert status.out.count("已备案") >= 1


@pytest.mark.parametrize("fault", ["altered", "missing", "added", "climbs", "no package"])
def test_what_is_wrong_with_a_package_is_found(hzcert, run, tmp_path, fault):
    hzcert("pack", "unit", run, "--unit", "湖州市卫生局", *DAY)
    (archive,) = (run / "移交").glob("*.zip")
    broken = tmp_path / "broken.zip"
    with zipfile.ZipFile(archive) as source, zipfile.ZipFile(broken, "w") as target:
        for name in source.namelist():
            data = source.read(name)
            if name == "manifest.json" and fault == "climbs":
                data = json.dumps(json.loads(data) | {"files": [{"path": "../../x", "size": 1, "sha256": ""}]}).encode()
            if name == "发放清单.xlsx" and fault == "missing":
                continue
            if name == "manifest.json" and fault == "no package":
                continue
            target.writestr(name, data + b" " if name == "发放清单.xlsx" and fault == "altered" else data)
        if fault == "added":
            target.writestr("别的.exe", b"x")
    ran = hzcert("unpack", broken, "--out", tmp_path / "got", "--register", tmp_path / "r.db", *DAY)
    assert ran.code == (3 if fault in ("climbs", "no package") else 1), ran.err
    assert not (tmp_path / "got").exists()
    if ran.code == 1:
        assert "HZ610" in ran.out

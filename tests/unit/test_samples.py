"""The sample batches: who is in them, how big they are, and that the script writes the same bytes each time."""

import csv
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pandas as pd
from PIL import Image, ImageChops
from python_calamine import CalamineWorkbook

from hzcert import idnumber
from hzcert.codes import CODES
from hzcert.findings import Severity
from samples.portraits import portrait

SAMPLES = Path(__file__).parents[2] / "samples"
BATCHES = ("huzhou-2007", "messy")
INPUTS = ("holders", "photos", "published")
# samples/README.md says why files alone can't bring these about.
NOT_PLANTED = {"HZ316", "HZ327", "HZ508", "HZ702", "HZ420", "HZ421", "HZ422", "HZ424", "HZ507", "HZ701"}
NOT_PLANTED |= {f"HZ6{number:02}" for number in range(1, 100)}  # the register's own commands
NOT_PLANTED |= {
    "HZ803",
    "HZ804",
    "HZ806",
    *(f"HZ81{number}" for number in range(1, 10)),
}  # printing again; what stands on a roster; codes that are checked
NOT_PLANTED |= {f"HZ{number}" for number in range(509, 520)}  # clerks' decisions, notices, and batches without lists
NOT_PLANTED |= {
    f"HZ{number}"
    for number in (
        *range(114, 133),
        *range(135, 140),
        *range(214, 218),
        308,
        309,
        *range(317, 320),
        *range(324, 327),
        328,
        329,
        *range(346, 356),
        437,
        438,
        442,
    )
}
BEYOND_ONE_ENTRY = ("HZ101", "HZ102", "HZ103", "HZ104", "HZ105", "HZ113", "HZ133", "HZ402", "HZ414", "HZ415")

Cells = list[list[object]]


def files(folder: Path) -> dict[str, Path]:
    own = [folder / name for name in ("batch.toml", "expected.csv") if (folder / name).exists()]
    found = [*own, *(path for part in INPUTS for path in (folder / part).iterdir())]
    return {path.relative_to(folder).as_posix(): path for path in found}


def sheets(path: Path) -> dict[str, Cells]:
    if path.suffix == ".csv":
        text = path.read_bytes().decode("gb18030" if path.stem in ("安吉县", "三县公布文件") else "utf-8-sig")
        return {"": [list(row) for row in csv.reader(text.splitlines())]}
    book = CalamineWorkbook.from_path(path)
    return {name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names}


def expected() -> list[dict[str, str]]:
    with (SAMPLES / "messy" / "expected.csv").open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.DictReader(lines))


def run_twice(tmp_path: Path) -> tuple[Path, Path]:
    """Two runs at once, with other hashes of text: no set or dictionary may leave its order in a file."""
    folders = (tmp_path / "one", tmp_path / "two")
    runs = [
        subprocess.Popen(
            [sys.executable, str(SAMPLES / "make.py"), str(folder)],
            env=os.environ | {"PYTHONHASHSEED": str(number)},
            stdout=subprocess.DEVNULL,
        )
        for number, folder in enumerate(folders, start=1)
    ]
    assert [run.wait() for run in runs] == [0, 0]
    return folders


def test_the_script_writes_the_same_bytes_each_time_and_what_is_committed(tmp_path: Path) -> None:
    one, two = run_twice(tmp_path)
    for batch in BATCHES:
        first, second, kept = (files(folder / batch) for folder in (one, two, SAMPLES))
        assert first.keys() == second.keys() == kept.keys()
        assert [name for name in first if first[name].read_bytes() != second[name].read_bytes()] == []
        for name in kept:
            if name.startswith("photos/"):  # another libjpeg may write other bytes
                continue
            same = kept[name].read_bytes() == first[name].read_bytes()
            assert same or (name.endswith((".xlsx", ".xls")) and sheets(kept[name]) == sheets(first[name])), name


def test_both_together_stay_small() -> None:
    assert sum(path.stat().st_size for batch in BATCHES for path in files(SAMPLES / batch).values()) < 6_000_000


def test_the_clean_batch_has_153_entries_of_146_holders_with_a_photo_each() -> None:
    folder = SAMPLES / "huzhou-2007"
    numbers: list[str] = []
    for path in (folder / "holders").iterdir():
        for cells in sheets(path).values():
            numbers += [number for row in cells for cell in row if (number := idnumber.find_in(str(cell)))]
    photos = [idnumber.find_in(path.stem) for path in (folder / "photos").iterdir()]
    assert (len(numbers), len(set(numbers)), len(photos)) == (153, 146, 146)
    assert set(photos) == set(numbers)
    assert idnumber.check_holds(pd.Series(numbers, dtype="str")).all()


def test_its_holders_come_in_six_makes_of_workbook() -> None:
    holders = SAMPLES / "huzhou-2007" / "holders"
    assert Counter(path.suffix for path in holders.iterdir()) == {".xlsx": 4, ".xls": 1, ".csv": 1}
    assert [*sheets(holders / "吴兴南浔区.xlsx")] == ["中级", "初级"]
    assert sheets(holders / "德清县.xlsx")["换证名单"][1][0] == "填报单位：德清县人事局    填报日期：2007年9月10日"


def test_its_photos_come_in_every_kind() -> None:
    pictures = [Image.open(path) for path in (SAMPLES / "huzhou-2007" / "photos").iterdir()]
    assert {each.format for each in pictures} == {"JPEG", "PNG", "BMP", "TIFF"}
    assert Counter(each.mode for each in pictures)["CMYK"] == 1
    assert sum(each.getexif().get(0x0112) == 6 for each in pictures) == 1
    assert sum(each.size == (280, 420) and each.info.get("dpi") == (200, 200) for each in pictures) == 1
    for each in pictures:
        each.close()


def test_every_code_that_files_can_bring_is_planted() -> None:
    assert {line["code"] for line in expected()} == CODES.keys() - NOT_PLANTED


def test_the_plan_cites_the_clause_of_each_code() -> None:
    assert [line for line in expected() if line["clause"] != CODES[line["code"]].clause] == []


def test_the_plan_points_at_files_and_cells_that_are_there() -> None:
    for line in expected():
        path = SAMPLES / "messy" / line["file"]
        if line["code"] == "HZ805":  # of what is written, not of what came
            continue
        assert path.is_file(), line
        if line["row"]:
            row = sheets(path)[line["sheet"]][int(line["row"]) - 1]
            assert any(str(cell).strip() for cell in row), line
            assert not line["column"] or ord(line["column"]) - ord("A") < len(row), line


def test_no_entry_has_two_faults() -> None:
    rows = [line for line in expected() if line["row"] and line["code"] not in BEYOND_ONE_ENTRY]
    places = Counter((line["file"], line["sheet"], line["row"]) for line in rows)
    assert [place for place, count in places.items() if count > 1] == []
    errors = [line for line in rows if CODES[line["code"]].severity is Severity.ERROR]
    assert len(errors) == 61


def test_a_seed_is_a_face() -> None:
    one, again, other = (portrait(seed, 280, 420) for seed in (7, 7, 8))
    assert one.tobytes() == again.tobytes()
    assert (
        ImageChops.difference(one, other).convert("L").point(lambda level: 255 * (level > 24)).histogram()[255] > 5_000
    )

"""The photo commands as a script sees them: archives, resuming, judging without writing, contact sheets."""

import json
import zipfile
from contextlib import nullcontext
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image, ImageFilter
from pypdf import PdfReader

from hzcert import work
from people import id_number
from samples.portraits import portrait

SHEN, CHEN, LU = id_number("1970-03-12", "男", 1), id_number("1981-11-02", "女", 2), id_number("1975-06-30", "女", 3)


@pytest.fixture
def received(tmp_path: Path) -> Path:
    folder = tmp_path / "received"
    folder.mkdir()
    portrait(1, 600, 900).save(folder / f"沈云川_{SHEN}(1).JPG", quality=90)
    portrait(4, 320, 448).save(folder / f"{CHEN}.png")
    portrait(3, 600, 900, background=(60, 120, 200)).save(folder / f"{LU}.jpg", quality=90)
    return folder


def photos_of(ran) -> dict[str, dict[str, object]]:
    return {line["source"]: line for line in ran.lines if line["type"] == "photo"}


def jpeg(image: Image.Image) -> bytes:
    out = BytesIO()
    image.save(out, "JPEG", quality=90)
    return out.getvalue()


# --- zip archives ---------------------------------------------------------------------------------------------------


def test_photos_in_an_archive_are_read_in_place(hzcert, tmp_path: Path):
    with zipfile.ZipFile(tmp_path / "照片.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"一科/{SHEN}.jpg", jpeg(portrait(1, 600, 900)))
        archive.writestr(f"__MACOSX/._{SHEN}.jpg", b"litter")
        archive.writestr("二科/说明.txt", "不是照片")
        archive.writestr("../../evil.jpg", jpeg(portrait(2, 300, 420)))
    before = (tmp_path / "照片.zip").read_bytes()
    ran = hzcert("photos", "normalize", tmp_path / "照片.zip", tmp_path / "out", "--format", "jsonl", "--show-ids")
    shots = photos_of(ran)
    assert shots[f"照片.zip/一科/{SHEN}.jpg"]["status"] == "normalized"
    assert [line["code"] for line in shots["照片.zip/二科/说明.txt"]["findings"]] == ["HZ402", "HZ401"]
    assert len(shots) == 3 and ran.code == 1
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [f"{SHEN}.jpg", "manifest.json"]
    assert not (tmp_path.parent / "evil.jpg").exists()
    assert (tmp_path / "照片.zip").read_bytes() == before


def test_names_that_an_old_program_packed_are_read_as_chinese(hzcert, tmp_path: Path):
    name = f"沈云川{SHEN}.jpg"
    raw = name.encode("gb18030")
    # Old programs neither know UTF-8 nor its flag.
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as archive:
        info = zipfile.ZipInfo("x" * len(raw))
        archive.writestr(info, jpeg(portrait(1, 300, 420)))
    (tmp_path / "b.zip").write_bytes((tmp_path / "b.zip").read_bytes().replace(b"x" * len(raw), raw))
    ran = hzcert("photos", "check", tmp_path / "b.zip", "--format", "jsonl", "--show-ids")
    assert list(photos_of(ran)) == [f"b.zip/{name}"]
    assert ran.code == 0


def damaged_archives() -> dict[str, bytes]:
    whole = BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb.bmp", bytes(600_000_000 // 4))
        archive.writestr("bomb2.bmp", bytes(600_000_000 // 4))
    cut = BytesIO()
    with zipfile.ZipFile(cut, "w") as archive:
        archive.writestr(f"{SHEN}.jpg", jpeg(portrait(1, 300, 420)))
    return {"炸弹": whole.getvalue(), "没有传完": cut.getvalue()[:-30]}


@pytest.mark.parametrize("kind", ["炸弹", "没有传完"])
def test_an_odd_archive_is_a_finding(kind: str, hzcert, tmp_path: Path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / f"{SHEN}.zip").write_bytes(damaged_archives()[kind])
    portrait(1, 300, 420).save(tmp_path / "in" / f"{CHEN}.jpg", quality=90)
    ran = hzcert("photos", "check", tmp_path / "in", "--format", "jsonl", "--show-ids")
    shots = photos_of(ran)
    assert shots[f"{CHEN}.jpg"]["status"] == "ok"
    assert [line["code"] for line in shots[f"{SHEN}.zip"]["findings"]] == ["HZ401"]


# --- resuming -------------------------------------------------------------------------------------------------------


def in_this_process(monkeypatch) -> None:
    """Photos are done where they can be watched."""
    from hzcert import photodesk

    monkeypatch.setattr(photodesk, "executor", lambda *_given, **_words: nullcontext(work.Here()))


def worked_on(monkeypatch) -> list[str]:
    """The photos that are really read, from here on."""
    from hzcert import photos

    in_this_process(monkeypatch)
    seen: list[str] = []
    real = photos.normalise_one
    monkeypatch.setattr(photos, "normalise_one", lambda job: seen.append(job.shown) or real(job))
    return seen


def test_what_was_done_is_not_done_again(hzcert, received: Path, tmp_path: Path, monkeypatch):
    arguments = ("photos", "normalize", received, tmp_path / "out", "--workers", "1", "--format", "jsonl", "--show-ids")
    seen = worked_on(monkeypatch)
    first = hzcert(*arguments)
    assert len(seen) == 3
    before = {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()}
    seen.clear()
    second = hzcert(*arguments)
    assert seen == []
    assert second.out == first.out
    assert {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()} == before


@pytest.mark.parametrize("harm", ["deleted", "changed"])
def test_a_photo_that_does_not_stand_as_written_is_done_again(
    harm: str, hzcert, received: Path, tmp_path: Path, monkeypatch
):
    arguments = ("photos", "normalize", received, tmp_path / "out", "--workers", "1", "--format", "jsonl", "--show-ids")
    hzcert(*arguments)
    written = (tmp_path / "out" / f"{SHEN}.jpg").read_bytes()
    if harm == "deleted":
        (tmp_path / "out" / f"{SHEN}.jpg").unlink()
    else:
        (tmp_path / "out" / f"{SHEN}.jpg").write_bytes(b"x")
    seen = worked_on(monkeypatch)
    hzcert(*arguments)
    assert len(seen) == 1
    assert (tmp_path / "out" / f"{SHEN}.jpg").read_bytes() == written


def test_another_policy_does_everything_again(hzcert, received: Path, tmp_path: Path, monkeypatch):
    arguments = ("photos", "normalize", received, tmp_path / "out", "--workers", "1", "--format", "jsonl")
    hzcert(*arguments)
    policy = Path(__file__).parents[2] / "hzcert" / "data" / "policies" / "huzhou-2007-35.toml"
    text = policy.read_text(encoding="utf-8").replace("value = 50000", "value = 20000")
    (tmp_path / "own.toml").write_text(text, encoding="utf-8")
    seen = worked_on(monkeypatch)
    hzcert(*arguments, "--policy", tmp_path / "own.toml")
    assert len(seen) == 3
    assert (tmp_path / "out" / f"{SHEN}.jpg").stat().st_size <= 20_000


def test_a_run_that_was_broken_off_goes_on_where_it_ended(hzcert, received: Path, tmp_path: Path, monkeypatch):
    from hzcert import photos

    real, done = photos.normalise_one, []

    def breaks(job):
        if len(done) == 2:
            raise KeyboardInterrupt
        done.append(job.shown)
        return real(job)

    arguments = ("photos", "normalize", received, tmp_path / "out", "--workers", "1", "--format", "jsonl", "--show-ids")
    in_this_process(monkeypatch)
    monkeypatch.setattr(photos, "normalise_one", breaks)
    assert hzcert(*arguments).code == 130
    assert not (tmp_path / "out" / "manifest.json").exists()
    monkeypatch.setattr(photos, "normalise_one", real)
    seen = worked_on(monkeypatch)
    ran = hzcert(*arguments)
    assert len(seen) <= 2 and ran.code == 1  # the one in hand, and one that was done but not yet written
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == sorted(
        [f"{CHEN}.jpg", f"{SHEN}.jpg", "manifest.json"]
    )


def test_the_manifest_lists_what_came_and_what_was_made(hzcert, received: Path, tmp_path: Path):
    hzcert("photos", "normalize", received, tmp_path / "out")
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text(encoding="utf-8"))
    assert [each["path"] for each in manifest["outputs"]] == sorted([f"{CHEN}.jpg", f"{SHEN}.jpg"])
    assert len(manifest["inputs"]) == len(manifest["photos"]["done"]) == 3
    assert manifest["counts"]["photos"] == {"read": 3, "ok": 0, "normalized": 2, "rejected": 1}


def test_a_second_folder_may_be_added_to_the_same_place(hzcert, received: Path, tmp_path: Path):
    other = tmp_path / "other"
    other.mkdir()
    portrait(5, 300, 420).save(other / f"{LU}.jpg", quality=90)
    hzcert("photos", "normalize", received, tmp_path / "out")
    assert hzcert("photos", "normalize", other, tmp_path / "out").code == 0
    assert sorted(path.stem for path in (tmp_path / "out").glob("*.jpg")) == sorted([SHEN, CHEN, LU])


# --- judging without writing ----------------------------------------------------------------------------------------


def test_check_judges_as_normalize_does(hzcert, received: Path, tmp_path: Path):
    checked = photos_of(hzcert("photos", "check", received, "--format", "jsonl", "--show-ids"))
    made = photos_of(hzcert("photos", "normalize", received, tmp_path / "out", "--format", "jsonl", "--show-ids"))
    accepted = {name: shot["status"] != "rejected" for name, shot in made.items()}
    assert {name: shot["status"] != "rejected" for name, shot in checked.items()} == accepted
    told = {line["code"] for shot in checked.values() for line in shot["findings"]}
    assert told == {"HZ406", "HZ437"}


def test_the_notices_literal_bounds_are_for_photos_made_elsewhere(hzcert, tmp_path: Path):
    for name, size in ((f"{SHEN}.jpg", (300, 420)), (f"{CHEN}.jpg", (320, 480)), (f"陆 {LU}.jpg", (280, 420))):
        portrait(1 + len(name), *size).save(tmp_path / name, quality=88)
    lenient = hzcert("photos", "check", tmp_path, "--format", "jsonl", "--show-ids")
    assert lenient.code == 0
    strict = hzcert("photos", "check", tmp_path, "--strict-notice", "--format", "jsonl", "--show-ids")
    found = {name: [line["code"] for line in shot["findings"]] for name, shot in photos_of(strict).items()}
    assert found == {f"{SHEN}.jpg": [], f"{CHEN}.jpg": ["HZ422"], f"陆 {LU}.jpg": ["HZ402"]}
    assert strict.code == 1


def test_finished_photos_that_are_known_are_not_read_again(hzcert, received: Path, tmp_path: Path, monkeypatch):
    hzcert("photos", "normalize", received, tmp_path / "out")
    seen = worked_on(monkeypatch)
    ran = hzcert("photos", "check", tmp_path / "out", "--workers", "1", "--format", "jsonl", "--show-ids")
    assert (ran.code, seen) == (0, [])
    assert ran.summary["counts"] == {"read": 2, "ok": 2, "normalized": 0, "rejected": 0}
    strict = hzcert("photos", "check", tmp_path / "out", "--strict-notice", "--format", "jsonl")
    assert (strict.code, strict.summary["warnings"]) == (0, 0)


def test_a_finished_photo_that_was_changed_is_judged_anew(hzcert, received: Path, tmp_path: Path):
    hzcert("photos", "normalize", received, tmp_path / "out")
    portrait(3, 280, 420, background=(60, 120, 200)).save(tmp_path / "out" / f"{SHEN}.jpg", quality=88)
    ran = hzcert("photos", "check", tmp_path / "out", "--format", "jsonl", "--show-ids")
    assert ran.code == 1
    assert [line["code"] for line in photos_of(ran)[f"{SHEN}.jpg"]["findings"]] == ["HZ406"]


# --- contact sheets -------------------------------------------------------------------------------------------------


def test_a_contact_sheet_shows_the_rejected_ones_with_their_reasons(hzcert, received: Path, tmp_path: Path):
    assert hzcert("photos", "sheet", received, "-o", tmp_path / "s.pdf", "--as-of", "2007-11-20").code == 1
    (page,) = PdfReader(tmp_path / "s.pdf").pages
    text = page.extract_text()
    assert "HZ406" in text and "背景不是白色" in text
    assert LU not in text and f"{LU[:8]}******{LU[-4:]}" in text
    assert len(page.images) == 1
    again = (tmp_path / "s.pdf").read_bytes()
    hzcert("photos", "sheet", received, "-o", tmp_path / "s.pdf", "--as-of", "2007-11-20", "--workers", "1")
    assert (tmp_path / "s.pdf").read_bytes() == again


def test_a_contact_sheet_says_all_that_is_wrong(hzcert, tmp_path: Path):
    (tmp_path / "in").mkdir()
    image = portrait(1, 120, 180, background=(90, 140, 200)).convert("L").filter(ImageFilter.GaussianBlur(2))
    image.save(tmp_path / "in" / "照片.png")
    assert hzcert("photos", "sheet", tmp_path / "in", "-o", tmp_path / "s.pdf").code == 1
    text = PdfReader(tmp_path / "s.pdf").pages[0].extract_text()
    told = {"HZ402", "HZ403", "HZ405", "HZ406", "HZ410"}
    assert {code for code in told if code in text} == told and "……" not in text


def test_a_contact_sheet_may_show_everybody_and_be_a_page(hzcert, received: Path, tmp_path: Path):
    (received / "<img src=x>.jpg").write_bytes(b"no photo")
    assert hzcert("photos", "sheet", received, "-o", tmp_path / "s.html", "--all").code == 1
    text = (tmp_path / "s.html").read_text(encoding="utf-8")
    assert text.count("<figure") == 4 and text.count("data:image/jpeg") == 3
    assert "<img src=x>" not in text and "&lt;img src=x&gt;" in text
    assert "不能读取" in text and SHEN not in text


def test_a_contact_sheet_of_good_photos_says_so(hzcert, tmp_path: Path):
    (tmp_path / "in").mkdir()
    portrait(1, 300, 420).save(tmp_path / "in" / f"{SHEN}.jpg", quality=90)
    assert hzcert("photos", "sheet", tmp_path / "in", "-o", tmp_path / "s.pdf").code == 0
    assert "没有不合格的照片" in PdfReader(tmp_path / "s.pdf").pages[0].extract_text()
    assert hzcert("photos", "sheet", tmp_path / "in", "-o", tmp_path / "s.docx").code == 2
    assert hzcert("photos", "sheet", tmp_path / "in", "-o", tmp_path / "in" / "s.pdf").code == 2

"""三.1 and 三.3: a recent colour photo of one bare-headed person on white; JPG, its size, its bytes and its name."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from hzcert import belonging, codes, photos, shots, work
from hzcert.batch import inventory
from hzcert.findings import Finding, Severity, Where
from hzcert.imaging import Measure, face
from hzcert.policy import PhotoSpec, Policy, load_policy
from hzcert.table import make_table
from people import holder, id_number
from samples.portraits import portrait

SHEN, CHEN = id_number("1970-03-12", "男", 1), id_number("1981-11-02", "女", 2)
LU = id_number("1975-06-30", "女", 3)
SPEC = load_policy("huzhou-2007-35").policy.photo_spec(date(2007, 6, 1))
WRONG = "1" if SHEN.endswith("0") else "0"
NO_DAY = id_number("1970-02-30", "男")
IN_PLACE = Where(f"photos/{SHEN}.jpg")


@pytest.fixture
def spec(policy: Policy) -> PhotoSpec:
    return policy.photo_spec(date(2007, 6, 1))


def measured(**given: Any) -> Measure:
    """The numbers of a photo in its normal form with nothing wrong in it."""
    good: dict[str, Any] = {
        "width": 280, "height": 420, "format": "JPEG", "bytes": 30_000, "dpi": 200, "faces": 1, "score": 0.93, "turned": 0,
        "head": 0.63, "off_centre": 0.01, "gap": 0.07, "white": 1.0, "colour": 12.0, "tones": 4.0, "sharpness": 0.5, "contrast": 60.0,
        "dark": 0.1, "bright": 0.05,
    }  # fmt: skip
    return Measure(**(good | given))


def found(measure: Measure, spec: PhotoSpec, *, received: bool, where: Where = IN_PLACE) -> list[str]:
    return [finding.code.id for finding in photos.judge(measure, spec, where, received=received)]


# --- 三.3 in place: 高宽比约为3：2, 不大于300×420像素, 不小于200×280像素, 50K以内 ------------------------------------


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        pytest.param({}, [], id="280×420, 合格"),
        pytest.param({"width": 300, "height": 420}, [], id="300×420, 上限, 合格"),
        pytest.param({"width": 200, "height": 280}, [], id="200×280, 下限, 合格"),
        pytest.param({"width": 276, "height": 417}, [], id="二寸照片每英寸200像素扫描, 合格"),
        pytest.param({"width": 199, "height": 280}, [codes.PHOTO_SMALL], id="宽不足一个像素"),
        pytest.param({"width": 200, "height": 279}, [codes.PHOTO_SMALL], id="高不足一个像素"),
        pytest.param({"width": 301, "height": 420}, [codes.PHOTO_LARGE], id="宽超出一个像素"),
        pytest.param({"width": 300, "height": 421}, [codes.PHOTO_LARGE], id="高超出一个像素"),
        pytest.param({"width": 300, "height": 400}, [codes.PHOTO_RATIO], id="小二寸, 高宽比 1.33"),
        pytest.param({"width": 260, "height": 416}, [codes.PHOTO_RATIO], id="太长, 高宽比 1.60"),
        pytest.param({"bytes": 51_200}, [], id="51200 字节, 合格"),
        pytest.param({"bytes": 51_201}, [codes.PHOTO_BYTES], id="超出一个字节"),
        pytest.param({"format": "PNG"}, [codes.PHOTO_FORMAT], id="扩展名是 jpg, 内容是 PNG"),
    ],
)
def test_photos_in_place_keep_the_letter_of_the_notice(given: dict[str, Any], expected: list[Any], spec: PhotoSpec):
    assert found(measured(**given), spec, received=False) == [code.id for code in expected]


def test_a_jpeg_under_another_ending_is_no_jpg_file(spec: PhotoSpec):
    assert found(measured(), spec, received=False, where=Where(f"{SHEN}.png")) == ["HZ420"]
    assert found(measured(), spec, received=False, where=Where(f"{SHEN}.JPG")) == []


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        pytest.param({"width": 3000, "height": 4000, "bytes": 5_000_000, "format": "PNG"}, [], id="手机照片, 可裁"),
        pytest.param({"width": 199, "height": 300}, [codes.PHOTO_SMALL], id="太小"),
        pytest.param({"width": 1000, "height": 2500}, [], id="高是宽的 2.5 倍, 可裁"),
        pytest.param({"width": 1000, "height": 2501}, [codes.PHOTO_SHAPE], id="太长"),
        pytest.param({"width": 2501, "height": 1000}, [codes.PHOTO_SHAPE], id="太扁"),
    ],
)
def test_photos_as_received_must_only_be_large_enough_to_cut(
    given: dict[str, Any], expected: list[Any], spec: PhotoSpec
):
    assert found(measured(**given), spec, received=True) == [code.id for code in expected]


# --- 三.1: 近期免冠白底二寸彩色照片 -----------------------------------------------------------------------------------


@pytest.mark.parametrize("received", [True, False])
@pytest.mark.parametrize(
    ("given", "expected"),
    [
        pytest.param({"colour": 2.4}, [codes.PHOTO_GREY], id="黑白照片"),
        pytest.param({"colour": 2.5, "tones": 0.8}, [codes.PHOTO_ONE_TONE], id="泛黄的黑白照片"),
        pytest.param({"white": 0.59}, [codes.PHOTO_BACKGROUND], id="不是白底"),
        pytest.param({"white": 0.65}, [codes.PHOTO_UNEVEN], id="白底有阴影"),
        pytest.param({"mouth_pale": 12.1}, [codes.PHOTO_MASKED], id="蓝口罩"),
        pytest.param({"mouth_detail": 15.9}, [codes.PHOTO_MASKED], id="黑口罩"),
        pytest.param({"shadow": 0.0076}, [codes.PHOTO_UNEVEN], id="头旁有影子"),
        pytest.param({"things": 0.031}, [codes.PHOTO_BACKGROUND], id="白底前有景物"),
        pytest.param({"things": 0.03}, [], id="头发蓬松"),
        pytest.param({"white": 0.85}, [], id="白底"),
        pytest.param({"faces": 2}, [codes.PHOTO_FACES], id="两个人"),
        pytest.param({"sharpness": 0.179}, [codes.PHOTO_BLURRED], id="模糊"),
        pytest.param({"sharpness": 0.18}, [codes.PHOTO_SOFT], id="不够清晰"),
        pytest.param({"contrast": 24.9}, [codes.PHOTO_EXPOSURE], id="反差太小"),
        pytest.param({"dark": 0.46}, [codes.PHOTO_EXPOSURE], id="过暗"),
        pytest.param({"bright": 0.13}, [codes.PHOTO_EXPOSURE], id="过亮"),
        pytest.param({"head": 0.44}, [codes.PHOTO_HEAD], id="头太小"),
        pytest.param({"head": 0.81}, [codes.PHOTO_HEAD], id="头太大"),
        pytest.param({"off_centre": 0.09}, [codes.PHOTO_HEAD], id="偏在一边"),
        pytest.param({"gap": -0.06}, [codes.PHOTO_HEAD], id="头顶碰着上边"),
        pytest.param({"gap": -0.11}, [codes.PHOTO_CUT_OFF], id="头顶被裁去"),
        pytest.param({"gap": 0.0, "cut_above": 0.7}, [codes.PHOTO_HEAD], id="头发碰着上边"),
        pytest.param({"gap": -0.01, "cut_above": 0.61}, [codes.PHOTO_CUT_OFF], id="头发和头顶被裁去"),
        pytest.param({"gap": -0.01, "cut_above": 0.2}, [], id="几根头发碰着上边"),
        pytest.param({"hair": 0.13}, [codes.PHOTO_HEAD], id="头上有别的东西"),
        pytest.param({"chin": 0.91}, [codes.PHOTO_HEAD], id="下巴快到下边"),
        pytest.param({"chin": 0.98}, [codes.PHOTO_CUT_OFF], id="下巴被裁去"),
        pytest.param({"room": 0.04, "off_centre": 0.3}, [codes.PHOTO_CUT_OFF], id="半边脸被裁去"),
        pytest.param({"contrast": 14.9}, [codes.PHOTO_NO_LIGHT], id="脸灰成一片"),
        pytest.param({"dark": 0.71}, [codes.PHOTO_NO_LIGHT], id="脸黑成一片"),
        pytest.param({"light": 114.0}, [codes.PHOTO_EXPOSURE], id="逆光"),
        pytest.param({"light": 79.0}, [codes.PHOTO_NO_LIGHT], id="逆光, 看不清脸"),
        pytest.param({"bright": 0.31}, [codes.PHOTO_NO_LIGHT], id="脸白成一片"),
        pytest.param({"turned": 90}, [codes.PHOTO_TURNED], id="躺着的照片"),
    ],
)
def test_the_photo_is_a_colour_portrait_on_white(
    given: dict[str, Any], expected: list[Any], received: bool, spec: PhotoSpec
):
    assert found(measured(**given), spec, received=received) == [code.id for code in expected]


def test_without_a_face_nothing_is_said_of_the_face(spec: PhotoSpec):
    nothing = measured(faces=0, score=0.0, head=0.0, sharpness=0.0, contrast=0.0, white=0.1, colour=0.0)
    assert found(nothing, spec, received=True) == ["HZ405", "HZ406", "HZ408"]


def test_every_photo_finding_cites_its_clause(spec: PhotoSpec):
    bad = measured(width=100, height=500, bytes=99_999, format="GIF", colour=0.0, white=0.0, faces=0)
    for finding in photos.judge(bad, spec, IN_PLACE, received=False):
        assert finding.code.clause in ("三.1", "三.3")
        assert finding.severity is Severity.ERROR
        assert "{" not in finding.message


# --- the walk -----------------------------------------------------------------------------------------------------


class Kept(dict[str, bytes]):
    """What was handed over to be written, each person once."""

    def keep(self, number: str, jpeg: bytes) -> None:
        assert number not in self
        self[number] = jpeg


def received(folder: Path, files: dict[str, Image.Image]) -> Path:
    folder.mkdir(exist_ok=True)
    for name, image in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        image.save(folder / name, **({"quality": 92} if name.lower().endswith(".jpg") else {}))
    return folder


def normalised(folder: Path, spec: PhotoSpec) -> tuple[list[photos.PhotoResult], Kept]:
    kept = Kept()
    results = photos.normalise(inventory(folder, folder), spec, work.Here(), work.Silent(), kept.keep)
    return results, kept


def ids(result: photos.PhotoResult) -> list[str]:
    return [finding.code.id for finding in result.findings]


def test_what_is_written_is_sharp_enough_the_next_time_too(tmp_path: Path, spec: PhotoSpec):
    # What is blurred by 3.2 pixels is sharp enough before its JPEG takes some of it away.
    for blur, status in ((2.6, "normalized"), (3.2, "rejected")):
        folder = tmp_path / str(blur)
        blurred = portrait(7, 420, 630).filter(ImageFilter.GaussianBlur(blur))
        (result,), kept = normalised(received(folder, {f"{SHEN}.jpg": blurred}), spec)
        assert (result.status, "HZ410" in ids(result)) == (status, status == "rejected")
        assert result.measure and (result.measure.width, result.measure.height) == (420, 630), "as received"
        for number, jpeg in kept.items():
            (folder / "again").mkdir()
            (folder / "again" / f"{number}.jpg").write_bytes(jpeg)
            (again,), _ = normalised(folder / "again", spec)
            assert again.status == "ok"


@pytest.mark.parametrize(
    ("given", "doubt"),
    [
        ({}, False), ({"sharpness": 0.19}, True), ({"gap": -0.09}, True), ({"chin": 0.96}, True), ({"room": 0.06}, True),
        ({"faces": 0, "sharpness": 0.0}, False),
    ],
)  # fmt: skip
def test_what_is_near_a_limit_is_judged_as_it_will_be_written(given: dict[str, Any], doubt: bool, spec: PhotoSpec):
    assert shots._in_doubt(measured(**given), spec) is doubt


def test_what_is_written_is_the_normal_form(tmp_path: Path, spec: PhotoSpec):
    exif = Image.Exif()
    exif[0x010E] = "沈云川 13800000000"  # a description that must not travel on
    folder = received(tmp_path, {})
    portrait(1, 600, 900).save(folder / f"沈云川 {SHEN}.jpg", exif=exif, comment="scanner")
    (result,), kept = normalised(folder, spec)
    assert (result.status, result.used, ids(result)) == ("normalized", True, [])
    with Image.open(BytesIO(kept[SHEN])) as photo:
        assert (photo.format, photo.mode, photo.size) == ("JPEG", "RGB", (280, 420))
        assert photo.info.keys() == {"jfif", "jfif_version", "jfif_unit", "jfif_density", "dpi"}
        assert photo.info["dpi"] == (200, 200)
    assert len(kept[SHEN]) == result.bytes <= 50_000
    assert (result.width, result.height, result.jpeg) == (280, 420, None)


def test_a_photo_in_its_normal_form_keeps_every_byte(tmp_path: Path, spec: PhotoSpec):
    portrait(2, 280, 420).save(tmp_path / f"{SHEN}.jpg", quality=90, dpi=(200, 200))
    (result,), kept = normalised(tmp_path, spec)
    assert result.status == "ok"
    assert kept[SHEN] == (tmp_path / f"{SHEN}.jpg").read_bytes()


def test_a_small_head_in_the_normal_form_is_told_but_not_cut_again(tmp_path: Path, spec: PhotoSpec):
    portrait(2, 280, 420, head=0.36, top=0.3).save(tmp_path / f"{SHEN}.jpg", quality=90, dpi=(200, 200))
    (result,), kept = normalised(tmp_path, spec)
    assert (result.status, ids(result)) == ("ok", ["HZ418"])
    assert kept[SHEN] == (tmp_path / f"{SHEN}.jpg").read_bytes()


def test_an_office_that_takes_grey_photos_gets_them_in_three_colours(tmp_path: Path, spec: PhotoSpec):
    portrait(2, 280, 420).convert("L").save(tmp_path / f"{SHEN}.jpg", quality=90, dpi=(200, 200))
    (result,), kept = normalised(tmp_path, replace(spec, min_colour=0.0, min_tones=0.0))
    assert result.status == "normalized"
    with Image.open(BytesIO(kept[SHEN])) as photo:
        assert photo.mode == "RGB"


@pytest.mark.parametrize(
    "words",
    [
        pytest.param({"quality": 90}, id="没有写分辨率"),
        pytest.param({"quality": 90, "dpi": (96, 96)}, id="分辨率不对"),
        pytest.param({"quality": 90, "dpi": (200, 200), "progressive": True}, id="渐进式"),
        pytest.param({"quality": 90, "dpi": (200, 200), "comment": b"x"}, id="带注释"),
        pytest.param({"quality": 100, "dpi": (200, 200), "subsampling": 0}, id="超过 50000 字节"),
    ],
)
def test_the_right_size_alone_is_not_the_normal_form(words: dict[str, Any], tmp_path: Path, spec: PhotoSpec):
    portrait(2, 280, 420, noise=24).save(tmp_path / f"{SHEN}.jpg", **words)
    (result,), kept = normalised(tmp_path, spec)
    assert result.status == "normalized"
    again = received(tmp_path / "again", {})
    (again / f"{SHEN}.jpg").write_bytes(kept[SHEN])
    (result,), twice = normalised(again, spec)
    assert (result.status, twice) == ("ok", kept)


@pytest.mark.parametrize(
    ("image", "expected"),
    [
        pytest.param(lambda: portrait(3, 413, 579).convert("L"), ["HZ405"], id="黑白"),
        pytest.param(lambda: portrait(3, 413, 579, background=(67, 142, 219)), ["HZ406"], id="蓝底"),
        pytest.param(lambda: portrait(3, 413, 579, background=(200, 200, 200)), ["HZ406"], id="浅灰底"),
        pytest.param(lambda: Image.effect_noise((413, 579), 60), ["HZ405", "HZ406", "HZ408"], id="没有人"),
        pytest.param(lambda: portrait(3, 160, 240), ["HZ403"], id="太小"),
    ],
)
def test_an_unfit_photo_is_rejected_and_not_written(
    image: Callable[[], Image.Image], expected: list[str], tmp_path: Path, spec: PhotoSpec
):
    (result,), kept = normalised(received(tmp_path, {f"{SHEN}.png": image()}), spec)
    assert (result.status, ids(result), kept) == ("rejected", expected, {})


@pytest.mark.parametrize(
    "name", ["沈云川.jpg", f"{SHEN[:-1]}.jpg", f"{SHEN[:-1]}{WRONG}.jpg", f"{NO_DAY}.jpg", f"{SHEN}_{CHEN}.jpg"]
)
def test_a_name_without_one_good_id_number_is_refused(name: str, tmp_path: Path, spec: PhotoSpec):
    (result,), kept = normalised(received(tmp_path, {name: portrait(4, 300, 420)}), spec)
    assert (result.status, ids(result), result.id_number, kept) == ("rejected", ["HZ402"], "", {})


def test_a_fifteen_digit_name_is_the_eighteen_digit_person(tmp_path: Path, spec: PhotoSpec):
    old = SHEN[:6] + SHEN[8:17]
    (result,), kept = normalised(received(tmp_path, {f"{old}.jpg": portrait(4, 300, 420)}), spec)
    assert (result.id_number, list(kept)) == (SHEN, [SHEN])


def test_one_picture_under_two_persons_is_neithers(tmp_path: Path, spec: PhotoSpec):
    image = portrait(5, 300, 420)
    one, other = normalised(received(tmp_path, {f"{SHEN}.jpg": image, f"{CHEN}.jpg": image}), spec)[0]
    assert {one.status, other.status} == {"rejected"}
    assert [ids(one), ids(other)] == [["HZ416"], ["HZ416"]]
    assert other.shown in one.findings[0].message
    assert other.shown not in str(one.record(None)["findings"])  # masked for the world


def test_of_several_photos_of_one_person_the_best_is_used(tmp_path: Path, spec: PhotoSpec):
    folder = received(
        tmp_path,
        {
            f"a/{SHEN}.jpg": portrait(6, 300, 420),
            f"b/{CHEN}.jpg": portrait(8, 300, 420),
            f"c/{SHEN}.jpg": portrait(6, 600, 840),
            f"d/{SHEN}.jpg": portrait(6, 900, 1260).convert("L"),
        },
    )
    results, kept = normalised(folder, spec)
    assert [result.shown[0] for result in results] == ["a", "b", "c", "d"]
    assert [result.used for result in results] == [False, True, True, False]
    assert [ids(result) for result in results] == [["HZ415"], [], [], ["HZ405", "HZ415"]]
    assert f"c/{SHEN}.jpg" in results[0].findings[0].message
    assert set(kept) == {SHEN, CHEN}


def test_workers_change_nothing(tmp_path: Path, spec: PhotoSpec):
    files = {f"{id_number('1970-03-12', '女', n)}.jpg": portrait(n, 300, 420) for n in range(5)}
    folder = received(tmp_path, files)
    kept = Kept()
    with work.executor(2) as on:
        results = photos.normalise(inventory(folder, folder), spec, on, work.Silent(), kept.keep)
    assert (results, kept) == normalised(folder, spec)


def test_every_photo_moves_the_bar(tmp_path: Path, spec: PhotoSpec):
    class Bar:
        steps = 0

        def advance(self, steps: int = 1) -> None:
            self.steps += steps

    files = {"x.jpg": portrait(1, 300, 420), f"{SHEN}.jpg": portrait(2, 300, 420), f"a/{SHEN}.png": portrait(2, 30, 42)}
    folder, bar = received(tmp_path, files), Bar()
    photos.check(inventory(folder, folder), spec, work.Here(), bar)
    assert bar.steps == 3


# --- in place -----------------------------------------------------------------------------------------------------


def checked(folder: Path, spec: PhotoSpec) -> list[photos.PhotoResult]:
    return photos.check(inventory(folder, folder), spec, work.Here(), work.Silent())


def test_in_place_the_name_is_the_number_and_nothing_else(tmp_path: Path, spec: PhotoSpec):
    folder = received(tmp_path, {f"{SHEN}.jpg": portrait(7, 300, 420), f"{CHEN} 陈.jpg": portrait(8, 300, 420)})
    good, named = checked(folder, spec)
    assert (good.status, ids(good)) == ("ok", [])
    assert (named.status, ids(named), named.id_number) == ("rejected", ["HZ402"], CHEN)


def test_in_place_nothing_is_cut_first(tmp_path: Path, spec: PhotoSpec):
    (result,) = checked(received(tmp_path, {f"{SHEN}.jpg": portrait(7, 600, 900)}), spec)
    assert (result.status, ids(result)) == ("rejected", ["HZ421", "HZ422"])
    assert (result.width, result.height, result.bytes) == (600, 900, (tmp_path / f"{SHEN}.jpg").stat().st_size)


def test_what_normalise_writes_passes_the_check(tmp_path: Path, spec: PhotoSpec):
    source = received(tmp_path / "in", {f"{SHEN}.jpg": portrait(9, 1600, 1200, head=0.4, top=0.3, aside=0.2)})
    _, kept = normalised(source, spec)
    place = received(tmp_path / "out", {})
    (place / f"{SHEN}.jpg").write_bytes(kept[SHEN])
    assert [ids(result) for result in checked(place, spec)] == [[]]


# --- holders and photos -------------------------------------------------------------------------------------------


def result(number: str, status: photos.Status = "normalized", *found: Finding) -> photos.PhotoResult:
    return photos.PhotoResult(f"photos/{number}.jpg", number, status, 280, 420, 30_000, found)


def linked(results: list[photos.PhotoResult], *numbers: str) -> list[tuple[str, str]]:
    people = make_table(
        [holder(id_number=number, file="名单.xlsx", sheet="", row=line) for line, number in enumerate(numbers, 2)]
    )
    return [(finding.code.id, str(finding.where)) for finding in belonging.link(people, results)]


def test_a_holder_without_photo_is_set_aside():
    assert linked([result(SHEN)], SHEN, CHEN) == [("HZ413", "名单.xlsx 第3行")]


def test_a_holder_with_a_rejected_photo_is_told_why():
    grey = codes.PHOTO_GREY.at(Where(f"photos/{SHEN}.jpg"), measured="0.0", limit=2.5)
    people = make_table([holder(id_number=SHEN)])
    (finding,) = belonging.link(people, [result(SHEN, "rejected", grey)])
    assert (finding.code.id, finding.field, finding.value) == ("HZ417", "id_number", SHEN)
    assert f"photos/{SHEN}.jpg" in finding.message and "HZ405" in finding.message


def test_one_good_photo_among_rejected_ones_is_enough():
    assert linked([result(SHEN, "rejected"), result(SHEN)], SHEN) == []


def test_a_photo_without_holder_is_told_at_the_photo():
    assert linked([result(SHEN), result(CHEN, "rejected")], SHEN) == [("HZ414", f"photos/{CHEN}.jpg")]


def test_a_photo_without_a_name_belongs_to_nobody():
    assert linked([result("", "rejected")], SHEN) == [("HZ413", "名单.xlsx 第2行")]


@pytest.mark.parametrize("number", ["", "33052119700312", SHEN[:-1] + WRONG, NO_DAY])
def test_a_faulty_id_number_is_finding_enough(number: str):
    assert linked([], number) == []


def test_two_certificates_of_one_holder_share_his_photo():
    assert linked([result(SHEN)], SHEN, SHEN) == []
    assert linked([], SHEN, SHEN) == [("HZ413", "名单.xlsx 第2行"), ("HZ413", "名单.xlsx 第3行")]


def test_the_record_of_the_contract_hides_the_number(tmp_path: Path, spec: PhotoSpec):
    (one,), _ = normalised(received(tmp_path, {f"{SHEN}.jpg": portrait(7, 300, 420)}), spec)
    hidden, shown = one.record(f"photos/{SHEN}.jpg"), one.record(f"photos/{SHEN}.jpg", show_ids=True)
    assert hidden["output"] == f"photos/{SHEN[:8]}******{SHEN[-4:]}.jpg"
    assert SHEN not in str(hidden)
    assert list(shown) == ["type", "source", "output", "status", "width", "height", "bytes", "findings"]
    assert (shown["type"], shown["output"], shown["status"]) == ("photo", f"photos/{SHEN}.jpg", "normalized")


# --- whose a photo may be ------------------------------------------------------------------------------------------


def proposed(name: str, *people: tuple[str, str]) -> str:
    """Whom a photo of this name is proposed to belong to; empty where nobody is."""
    table = make_table(
        [
            holder(id_number=number, name=called, file="名单.xlsx", sheet="", row=row)
            for row, (number, called) in enumerate(people, 2)
        ]
    )
    found = belonging.link(table, [photos.PhotoResult(name, "", "rejected", 0, 0, 0, ())])
    told = [finding for finding in found if finding.code is codes.PHOTO_PROPOSED]
    assert len(told) <= 1
    return told[0].message if told else ""


def swapped(number: str) -> str:
    place = next(place for place in range(6, 16) if number[place] != number[place + 1])
    return number[:place] + number[place + 1] + number[place] + number[place + 2 :]


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(f"{SHEN[:-1]}{WRONG}.jpg", id="末位填错"),
        pytest.param(f"{SHEN[:-1]}.jpg", id="少一位"),
        pytest.param(f"{SHEN[:9]}{SHEN[10:]}.jpg", id="中间少一位"),
        pytest.param(f"{SHEN[:12]}7{SHEN[12:]}.jpg", id="多一位"),
        pytest.param(f"{swapped(SHEN)}.jpg", id="相邻两位颠倒"),
        pytest.param(f"{SHEN[:6]}{SHEN[8:16]}9.jpg", id="15 位, 末位填错"),
        pytest.param("沈云川.jpg", id="只有姓名"),
        pytest.param("财政局 沈云川 照片.jpg", id="名中有姓名"),
    ],
)
def test_the_likely_holder_is_proposed_and_never_assumed(name: str):
    message = proposed(name, (SHEN, "沈云川"), (CHEN, "陈丽"))
    assert f"沈云川 {SHEN}" in message and "陈丽" not in message and "没有采用" in message


@pytest.mark.parametrize("name", ["IMG_0231.jpg", f"{id_number('1999-09-09', '女', 7)}.jpg", "陈.jpg", ".jpg"])
def test_nobody_is_proposed_for_want_of_anybody(name: str):
    assert proposed(name, (SHEN, "沈云川"), (CHEN, "陈")) == ""


def test_of_two_alike_both_are_named():
    both = proposed("沈云川.jpg", (SHEN, "沈云川"), (CHEN, "沈云川"))
    assert SHEN in both and CHEN in both


def test_who_has_a_photo_is_not_proposed():
    table = make_table([holder(id_number=SHEN, name="沈云川")])
    found = belonging.link(table, [result(SHEN), photos.PhotoResult("沈云川.jpg", "", "rejected", 0, 0, 0, ())])
    assert [finding.code.id for finding in found] == []


def test_a_fifteen_digit_name_is_said(tmp_path: Path, spec: PhotoSpec):
    old = SHEN[:6] + SHEN[8:17]
    (one,), kept = normalised(received(tmp_path, {f"{old}.jpg": portrait(4, 300, 420)}), spec)
    assert (ids(one), list(kept)) == (["HZ426"], [SHEN])
    assert SHEN in one.findings[0].message


@pytest.mark.parametrize("name", ["{}ｘ(1).JPG", "张三_{}x.jpg", "{}Ｘ 副本.jpg"])
def test_the_number_is_found_inside_names_of_any_kind(name: str, tmp_path: Path, spec: PhotoSpec):
    ending = next(number for n in range(60) if (number := id_number("1970-03-12", "女", n)).endswith("X"))
    wide = ending[:-1].translate(str.maketrans("0123456789", "０１２３４５６７８９"))
    for digits in (ending[:-1], wide):
        folder = received(tmp_path / digits, {name.format(digits): portrait(4, 300, 420)})
        (one,), kept = normalised(folder, spec)
        assert (ids(one), list(kept)) == ([], [ending])


# --- the better of several, and photos that look the same ----------------------------------------------------------


def test_the_sharper_of_two_photos_is_used(tmp_path: Path, spec: PhotoSpec):
    blurred = portrait(6, 600, 900).filter(ImageFilter.GaussianBlur(1.6))
    folder = received(tmp_path, {f"a/{SHEN}.jpg": blurred, f"b/{SHEN}.jpg": portrait(6, 560, 840)})
    results, _ = normalised(folder, spec)
    assert [each.used for each in results] == [False, True]


def test_a_photo_without_warnings_is_used_before_a_larger_one(tmp_path: Path, spec: PhotoSpec):
    near = portrait(6, 1200, 1800, head=0.85, top=0.05)
    folder = received(tmp_path, {f"a/{SHEN}.jpg": near, f"b/{SHEN}.jpg": portrait(6, 300, 450)})
    results, _ = normalised(folder, spec)
    assert [each.used for each in results] == [False, True]


def test_the_same_picture_saved_again_for_another_is_told(tmp_path: Path, spec: PhotoSpec):
    image = portrait(5, 600, 900)
    folder = received(
        tmp_path, {f"{SHEN}.png": image, f"{CHEN}.jpg": image.resize((413, 620)), f"{LU}.jpg": portrait(8, 600, 900)}
    )
    results, kept = normalised(folder, spec)
    assert {each.id_number: ids(each) for each in results} == {SHEN: ["HZ433"], CHEN: ["HZ433"], LU: []}
    assert set(kept) == {SHEN, CHEN, LU}


def test_the_same_picture_twice_for_one_person_is_only_spare(tmp_path: Path, spec: PhotoSpec):
    image = portrait(5, 600, 900)
    folder = received(tmp_path, {f"a/{SHEN}.png": image, f"b/{SHEN}.jpg": image.resize((413, 620))})
    results, _ = normalised(folder, spec)
    assert sorted(map(ids, results)) == [[], ["HZ415"]]


# --- marks that do not belong on a photo ---------------------------------------------------------------------------


def dated(image: Image.Image) -> None:
    font = ImageFont.load_default(size=image.height // 28)
    ImageDraw.Draw(image).text((image.width * 0.55, image.height * 0.93), "2007 5 18", fill=(255, 140, 20), font=font)


def stapled(image: Image.Image) -> None:
    wide, high = image.size
    ImageDraw.Draw(image).line(
        (wide * 0.04, high * 0.05, wide * 0.26, high * 0.06), fill=(120, 120, 125), width=wide // 90
    )


def framed(image: Image.Image) -> None:
    wide, high = image.size
    ImageDraw.Draw(image).rectangle(
        (wide * 0.02, wide * 0.02, wide * 0.98, high - wide * 0.02), outline=(0, 0, 0), width=wide // 100
    )


def sealed(image: Image.Image) -> None:
    wide, high = image.size
    pen = ImageDraw.Draw(image)
    for reach in (0.42, 0.30, 0.27, 0.24, 0.20):  # a ring, and what stands in it
        box = (wide * (1.02 - reach), high - wide * reach, wide * (1.02 + reach), high + wide * reach)
        pen.arc(box, 180, 270, fill=(215, 50, 45), width=wide // (32 if reach > 0.4 else 60))


def capped(image: Image.Image, colour: tuple[int, int, int] = (200, 20, 30)) -> None:
    wide, high = image.size
    ImageDraw.Draw(image).ellipse((wide * 0.22, high * 0.05, wide * 0.78, high * 0.33), fill=colour)


def capped_in_slate(image: Image.Image) -> None:
    capped(image, (80, 82, 108))


def hatted_in(colour: tuple[int, int, int]) -> Callable[[Image.Image], None]:
    """A hat with a brim, in a colour that hair may have."""

    def hatted(image: Image.Image) -> None:
        wide, high = image.size
        pen = ImageDraw.Draw(image)
        pen.rounded_rectangle((wide * 0.25, high * 0.04, wide * 0.75, high * 0.30), radius=wide * 0.12, fill=colour)
        pen.ellipse((wide * 0.12, high * 0.25, wide * 0.88, high * 0.32), fill=colour)

    return hatted


def shaded(image: Image.Image) -> None:
    for x, y, reach in _eyes(image, 0.095):
        ImageDraw.Draw(image).ellipse((x - reach, y - reach * 0.7, x + reach, y + reach * 1.2), fill=(34, 32, 34))


def _eyes(image: Image.Image, share: float) -> Iterator[tuple[float, float, float]]:
    """Where the eyes are, and a share of the picture's width."""
    scale = image.height / face.LONG_SIDE
    for x, y in face.find(face.small_copy(np.asarray(image)), SPEC).marks[:2]:
        yield x * scale, y * scale, image.width * share


def flashed(image: Image.Image) -> None:
    for x, y, reach in _eyes(image, 0.022):
        ImageDraw.Draw(image).ellipse((x - reach, y - reach, x + reach, y + reach), fill=(210, 30, 30))


@pytest.mark.parametrize(
    ("mark", "expected"),
    [
        pytest.param(dated, "HZ429", id="印有日期"),
        pytest.param(stapled, "HZ430", id="订书钉"),
        pytest.param(framed, "HZ428", id="黑框"),
        pytest.param(sealed, "HZ442", id="骑缝章"),
        pytest.param(capped, "HZ431", id="红帽子"),
        pytest.param(capped_in_slate, "HZ431", id="青灰帽子"),
        pytest.param(hatted_in((20, 20, 22)), "HZ431", id="黑礼帽"),
        pytest.param(hatted_in((70, 48, 32)), "HZ431", id="棕礼帽"),
        pytest.param(hatted_in((120, 120, 122)), "HZ431", id="灰礼帽"),
        pytest.param(shaded, "HZ441", id="墨镜"),
        pytest.param(flashed, "HZ432", id="红眼"),
    ],
)
@pytest.mark.parametrize("seed", range(4))
def test_what_does_not_belong_there_is_told(
    mark: Callable[[Image.Image], None], expected: str, seed: int, tmp_path: Path, spec: PhotoSpec
):
    image = portrait(seed, 560, 840)
    mark(image)
    (one,), kept = normalised(received(tmp_path, {f"{SHEN}.png": image}), spec)
    assert (ids(one), list(kept)) == ([expected], [SHEN])


def signed(image: Image.Image, text: str, place: tuple[float, float], colour: tuple[int, int, int]) -> Image.Image:
    font = ImageFont.load_default(size=image.height // 26)
    at = (round(image.width * place[0]), round(image.height * place[1]))
    ImageDraw.Draw(image).text(at, text, fill=colour, font=font)
    return image


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(
    ("text", "place", "colour"),
    [
        pytest.param("2007 6 12", (0.62, 0.93), (250, 250, 250), id="白字右下"),
        pytest.param("2007.06.12", (0.04, 0.93), (250, 250, 250), id="白字左下"),
        pytest.param("2007.06.12", (0.04, 0.02), (20, 20, 20), id="黑字左上"),
        pytest.param("'07 06 12", (0.6, 0.02), (255, 150, 20), id="橙字右上"),
        pytest.param("06 12 2007", (0.5, 0.02), (230, 50, 40), id="红字右上"),
    ],
)
def test_dates_of_any_colour_are_told(
    text: str, place: tuple[float, float], colour: tuple[int, int, int], seed: int, tmp_path: Path, spec: PhotoSpec
):
    image = signed(portrait(seed, 560, 840), text, place, colour)
    (one,), _ = normalised(received(tmp_path, {f"{SHEN}.png": image}), spec)
    assert "HZ429" in ids(one)


def test_a_date_of_a_camera_held_upright_is_told(tmp_path: Path, spec: PhotoSpec):
    lying = signed(portrait(1, 560, 840).rotate(90, expand=True), "2007 6 12", (0.62, 0.93), (255, 150, 20))
    (one,), _ = normalised(received(tmp_path, {f"{SHEN}.png": lying}), spec)
    assert set(ids(one)) >= {"HZ429", "HZ423"}


def chequered(draw: ImageDraw.ImageDraw, wide: int, high: int) -> None:
    for step in range(0, wide, 22):
        draw.line((step, high * 0.8, step, high), fill=(240, 240, 240), width=3)
        draw.line((0, high * 0.8 + step, wide, high * 0.8 + step), fill=(240, 240, 240), width=3)


def dotted(draw: ImageDraw.ImageDraw, wide: int, high: int) -> None:
    for x in range(10, wide, 30):
        for y in range(round(high * 0.8), high, 30):
            draw.ellipse((x, y, x + 12, y + 14), fill=(245, 245, 245))


def buttoned(draw: ImageDraw.ImageDraw, wide: int, high: int) -> None:
    for y in range(round(high * 0.85), high, 40):
        draw.ellipse((wide / 2 - 8, y, wide / 2 + 8, y + 16), fill=(240, 230, 200))


def pearled(draw: ImageDraw.ImageDraw, wide: int, high: int) -> None:
    for step in range(-9, 10):
        x, y = wide / 2 + step * 17, high * (0.93 - 0.0012 * step**2)
        draw.ellipse((x - 8, y - 8, x + 8, y + 8), fill=(250, 250, 240))


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("worn", [chequered, dotted, buttoned, pearled])
def test_what_is_worn_is_no_date(
    worn: Callable[[ImageDraw.ImageDraw, int, int], None], seed: int, tmp_path: Path, spec: PhotoSpec
):
    image = portrait(seed, 560, 840)
    worn(ImageDraw.Draw(image), *image.size)
    (one,), _ = normalised(received(tmp_path, {f"{SHEN}.png": image}), spec)
    assert "HZ429" not in ids(one)


@pytest.mark.parametrize("degrees", [-17, -14, 14, 17])
def test_a_head_that_leans_far_is_left_and_told(degrees: int, tmp_path: Path, spec: PhotoSpec):
    leaning = portrait(9, 900, 1200, head=0.4, top=0.25).rotate(-degrees, Image.Resampling.BICUBIC, fillcolor="white")
    (one,), _ = normalised(received(tmp_path, {f"{SHEN}.png": leaning}), spec)
    assert "HZ427" in ids(one)
    assert one.measure is not None and one.measure.roll == pytest.approx(degrees, abs=2)


@pytest.mark.parametrize("degrees", [-6, -3, 3, 6])
def test_a_leaning_head_is_set_upright(degrees: int, tmp_path: Path, spec: PhotoSpec):
    leaning = portrait(9, 900, 1200, head=0.4, top=0.25).rotate(-degrees, Image.Resampling.BICUBIC, fillcolor="white")
    (one,), kept = normalised(received(tmp_path, {f"{SHEN}.png": leaning}), spec)
    assert ids(one) == ["HZ435"]
    assert one.measure is not None and one.measure.straightened == pytest.approx(-degrees, abs=0.6)
    again = received(tmp_path / "again", {})
    (again / f"{SHEN}.jpg").write_bytes(kept[SHEN])
    (upright,), _ = normalised(again, spec)
    assert (upright.status, ids(upright)) == ("ok", [])
    assert upright.measure is not None and abs(upright.measure.roll) < 1

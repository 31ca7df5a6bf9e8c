"""Photo files that are broken, lie, or are no photos: each is a finding with a reason, never a traceback or a hang."""

import os
import struct
import subprocess
import sys
import zlib
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

from hzcert import imaging, photos
from hzcert.errors import InputError
from hzcert.policy import PhotoSpec, Policy, load_policy
from samples.portraits import portrait

SPEC = load_policy("huzhou-2007-35").policy.photo_spec(date(2007, 6, 1))


@pytest.fixture
def spec(policy: Policy) -> PhotoSpec:
    return policy.photo_spec(date(2007, 6, 1))


def saved(image: Image.Image, kind: str = "JPEG", **words: Any) -> bytes:
    out = BytesIO()
    image.save(out, kind, **words)
    return out.getvalue()


GOOD = saved(portrait(1, 240, 360), quality=80)
HALVED, WHOLE = (saved(portrait(1, 64, 96), progressive=True, subsampling=colour) for colour in ("4:2:0", "4:4:4"))
PROGRESSIVE = b"\xff\xc2"


def outcome(path: Path, spec: PhotoSpec) -> photos.PhotoResult:
    return photos.normalise_one(photos.PhotoJob(path, path.name, 0, "", spec, check=False))


def why(path: Path, spec: PhotoSpec) -> str:
    """Why a file can't be read; it must be the only finding."""
    result = outcome(path, spec)
    assert [finding.code.id for finding in result.findings] == ["HZ401"]
    assert (result.status, result.jpeg) == ("rejected", None)
    return result.findings[0].message


def png(width: int, height: int, rows: bytes, *, depth: int = 1) -> bytes:
    """A greyscale PNG that says what it likes of its size."""

    def chunk(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    header = struct.pack(">IIBBBBB", width, height, depth, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def taller(jpeg: bytes, width: int, height: int, *, frame: bytes = b"\xff\xc0") -> bytes:
    """A JPEG whose header is changed to another size."""
    at = jpeg.index(frame) + 5
    return jpeg[:at] + struct.pack(">HH", height, width) + jpeg[at + 4 :]


def with_scans(count: int) -> bytes:
    """A progressive JPEG with its last scan so many times."""
    data = saved(portrait(1, 64, 96), progressive=True)
    last = data.rindex(b"\xff\xda")
    return data[:last] + data[last:-2] * count + b"\xff\xd9"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        pytest.param(b"", "空", id="空文件"),
        pytest.param(b"\0" * 4096, "空", id="全是零的文件"),
        pytest.param("姓名,身份证号".encode(), "不是照片", id="文本"),
        pytest.param(b"%PDF-1.7\n%....", "PDF", id="PDF"),
        pytest.param(b"PK\x03\x04 word/document.xml", "Word", id="Word 文件"),
        pytest.param(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "HEIC", id="HEIC 改名为 jpg"),
        pytest.param(b"<svg xmlns='http://www.w3.org/2000/svg'/>", "网页或 XML", id="SVG"),
        pytest.param(saved(Image.new("RGB", (65_500, 1))), "太长", id="一行六万像素"),
        pytest.param(saved(Image.new("RGB", (1, 33_000))), "太长", id="一列三万像素"),
        pytest.param(saved(portrait(1, 240, 360), "JPEG2000"), "JPEG 2000", id="JPEG 2000"),
        pytest.param(saved(portrait(1, 240, 360), "ICO"), "图标", id="图标"),
        pytest.param(b"\xff\xd8\xff", "已损坏", id="只有三个字节"),
        pytest.param(GOOD[: len(GOOD) // 2], "不完整", id="只传了一半"),
        pytest.param(GOOD[:-2], "不完整", id="缺结尾"),
        pytest.param(GOOD[:200], "已损坏|不完整", id="只有文件头"),
        pytest.param(taller(GOOD, 65500, 65500), "像素太多", id="JPEG 自称四十亿像素"),
        pytest.param(taller(GOOD, 15_000, 14_000), "像素太多", id="JPEG 自称两亿一千万像素"),
        pytest.param(taller(HALVED, 9_000, 8_000, frame=PROGRESSIVE), "至多 70 百万", id="渐进式 JPEG 七千二百万像素"),
        pytest.param(taller(WHOLE, 6_000, 6_000, frame=PROGRESSIVE), "至多 35 百万", id="渐进式 JPEG 色度不减"),
        pytest.param(png(30_000, 30_000, zlib.compress(bytes(100_000))), "像素太多", id="PNG 解压炸弹"),
        pytest.param(png(9_000, 8_000, zlib.compress(b"")), "已损坏|不完整", id="PNG 七千二百万像素，没有像素"),
        pytest.param(png(2**31 - 1, 2**31 - 1, b""), "像素太多|已损坏", id="PNG 自称无限大"),
        pytest.param(png(300, 420, zlib.compress(b"")), "已损坏|不完整", id="PNG 没有像素"),
        pytest.param(b"\xff\xd8" + b"\xff\xe1\0\2" * 20_000, "分段太多", id="没完没了的分段"),
        pytest.param(with_scans(100), "遍扫描", id="渐进式扫描炸弹"),
    ],
)
def test_unreadable_files_get_a_reason(content: bytes, reason: str, tmp_path: Path, spec: PhotoSpec):
    path = tmp_path / "photo.jpg"
    path.write_bytes(content)
    message = why(path, spec)
    assert any(word in message for word in reason.split("|")), message


def test_a_text_bomb_in_a_png_is_refused(tmp_path: Path, spec: PhotoSpec):
    notes = PngImagePlugin.PngInfo()
    notes.add_text("comment", "x" * 3_000_000, zip=True)
    portrait(1, 100, 150).save(tmp_path / "photo.png", pnginfo=notes)
    assert "已损坏" in why(tmp_path / "photo.png", spec)


def test_limits_are_the_policys(tmp_path: Path, spec: PhotoSpec):
    path = tmp_path / "photo.jpg"
    path.write_bytes(GOOD)
    assert "文件太大" in why(path, replace(spec, max_source_bytes=len(GOOD) - 1))
    assert "像素太多" in why(path, replace(spec, max_pixels=240 * 360 - 1))
    assert outcome(path, replace(spec, max_source_bytes=len(GOOD), max_pixels=240 * 360)).status == "normalized"


MOST = """
import sys
from pathlib import Path
from hzcert import imaging, work
from hzcert.policy import load_policy
from datetime import date
work.keep_memory()
spec = load_policy("huzhou-2007-35").policy.photo_spec(date(2007, 6, 1))
given = imaging.portrait(imaging.load(Path(sys.argv[1]), spec), spec, trim=True)
imaging.measure(given, *imaging.cut(given, spec))
print(next(int(line.split()[1]) // 1024 for line in open("/proc/self/status") if line.startswith("VmHWM")))
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="only Linux tells the most memory of a process")
@pytest.mark.parametrize(
    ("kind", "mode", "words"),
    [("PNG", "RGBA", {"compress_level": 1}), ("JPEG", "RGB", {"progressive": True, "subsampling": "4:4:4"})],
)
def test_a_picture_that_is_read_whole_is_held_once(kind: str, mode: str, words: dict[str, Any], tmp_path: Path):
    side = 4_800  # 23 million pixels: 92 MB in Pillow's hands, 138 MB as coefficients
    portrait(1, 300, 300).resize((side, side), Image.Resampling.NEAREST).convert(mode).save(
        tmp_path / "photo", kind, **words
    )
    ran = subprocess.run([sys.executable, "-c", MOST, tmp_path / "photo"], capture_output=True, text=True, check=True)
    assert int(ran.stdout) < 120 + 6 * side * side / 1e6


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(lambda path: os.mkfifo(path), id="命名管道"),
        pytest.param(lambda path: path.symlink_to("/dev/zero"), id="指向设备的链接"),
        pytest.param(lambda path: path.mkdir(), id="文件夹"),
    ],
)
def test_what_is_no_regular_file_is_never_opened(make: Callable[[Path], None], tmp_path: Path, spec: PhotoSpec):
    make(tmp_path / "photo.jpg")
    assert "不是普通文件" in why(tmp_path / "photo.jpg", spec)


def test_a_link_is_as_good_as_the_photo_that_it_leads_to(tmp_path: Path, spec: PhotoSpec):
    (tmp_path / "real.jpg").write_bytes(GOOD)
    (tmp_path / "link.jpg").symlink_to(tmp_path / "real.jpg")
    assert outcome(tmp_path / "link.jpg", spec).status == "normalized"
    (tmp_path / "loop.jpg").symlink_to(tmp_path / "loop.jpg")
    assert why(tmp_path / "loop.jpg", spec)


def test_a_file_that_went_away_is_told(tmp_path: Path, spec: PhotoSpec):
    assert "打不开" in why(tmp_path / "photo.jpg", spec)


@pytest.mark.parametrize(
    "exif",
    [b"Exif\0\0garbage", b"Exif\0\0II*\0\xff\xff\xff\xff", b"Exif\0\0MM\0*\0\0\0\x08\xff\xff", b"Exif\0\0"],
    ids=["garbage", "directory outside", "endless directory", "empty"],
)
def test_a_damaged_exif_block_does_not_cost_the_photo(exif: bytes, tmp_path: Path, spec: PhotoSpec):
    portrait(1, 300, 420).save(tmp_path / "photo.jpg", exif=exif)
    assert outcome(tmp_path / "photo.jpg", spec).status == "normalized"


@pytest.mark.parametrize("profile", [b"no profile", b"\0" * 128], ids=["text", "noughts"])
def test_a_damaged_colour_profile_is_left_out(profile: bytes, tmp_path: Path, spec: PhotoSpec):
    portrait(1, 300, 420).save(tmp_path / "photo.jpg", icc_profile=profile, quality=90)
    plain = tmp_path / "plain.jpg"
    portrait(1, 300, 420).save(plain, quality=90)
    assert outcome(tmp_path / "photo.jpg", spec).jpeg == outcome(plain, spec).jpeg


@pytest.mark.parametrize("size", [(1, 1), (1, 3000), (3000, 1), (7, 9), (25, 24), (2, 500)])
@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_tiny_and_endless_pictures_are_judged_like_any(
    size: tuple[int, int], kind: str, tmp_path: Path, spec: PhotoSpec
):
    path = tmp_path / "photo.jpg"
    path.write_bytes(saved(Image.new("RGB", size, "red"), kind))
    for check in (False, True):
        result = photos.normalise_one(photos.PhotoJob(path, path.name, 0, "", spec, check))
        found = {finding.code.id for finding in result.findings}
        assert found >= {"HZ403", "HZ408"}
        assert "HZ401" not in found


def test_a_photo_with_more_behind_it_is_the_first_one(tmp_path: Path, spec: PhotoSpec):
    pages = [portrait(1, 300, 420), Image.new("RGB", (300, 420), "red")]
    for name, kind in (("a.tif", "TIFF"), ("a.gif", "GIF"), ("a.jpg", "MPO"), ("a.webp", "WEBP")):
        pages[0].save(tmp_path / name, kind, save_all=True, append_images=pages[1:])
        result = outcome(tmp_path / name, spec)
        told = [] if name == "a.jpg" else ["HZ425"]  # how telephones keep a preview
        assert (result.status, [finding.code.id for finding in result.findings]) == ("normalized", told)


def test_bytes_behind_the_end_are_not_passed_on(tmp_path: Path, spec: PhotoSpec):
    path = tmp_path / "photo.jpg"
    path.write_bytes(saved(portrait(1, 280, 420), dpi=(200, 200)) + b"<?php")
    result = outcome(path, spec)
    assert result.status == "normalized" and result.jpeg is not None
    assert result.jpeg.endswith(b"\xff\xd9") and b"php" not in result.jpeg


def accepts_or_explains(content: bytes, path: Path) -> None:
    path.write_bytes(content)
    try:
        source = imaging.load(path, SPEC)
        given = imaging.portrait(source, SPEC, trim=True)
        photo, window = imaging.cut(given, SPEC)
    except InputError as problem:
        assert problem.message
        return
    assert photo.shape == (420, 280, 3)
    imaging.measure(given, photo, window)


SAMPLES = {
    kind: saved(portrait(1, 60, 90), kind, **words)
    for kind, words in {"JPEG": {"progressive": True}, "PNG": {}, "TIFF": {"compression": "tiff_lzw"}, "BMP": {}, "GIF": {}, "WEBP": {}}.items()
}  # fmt: skip


@pytest.mark.parametrize("kind", SAMPLES)
@settings(max_examples=40, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_damage_anywhere_is_explained(kind: str, data: st.DataObject, tmp_path: Path):
    content = bytearray(SAMPLES[kind])
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, min(len(content) - 1, 900)))] = data.draw(st.integers(0, 255))
    end = data.draw(st.integers(len(content) // 2, len(content)))
    accepts_or_explains(bytes(content[:end]), tmp_path / "photo.jpg")


@settings(max_examples=60, suppress_health_check=list(HealthCheck))
@given(
    start=st.sampled_from([b"\xff\xd8\xff\xe0", b"\x89PNG\r\n\x1a\n", b"II*\0", b"BM", b"GIF89a", b"RIFF"]),
    rest=st.binary(),
)
def test_noise_behind_a_true_beginning_is_explained(start: bytes, rest: bytes, tmp_path: Path):
    accepts_or_explains(start + rest, tmp_path / "photo.jpg")

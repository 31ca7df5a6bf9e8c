"""Damaged, lying and oversized workbooks end in cells or in a refusal, never in a traceback, a hang or all memory taken."""

import io
import random
import zipfile
from itertools import islice
from pathlib import Path

import mutations
import pytest

from hzcert.errors import InputError
from hzcert.sheets.reading import read

_EACH = {kind: 4 if kind in mutations.SLOW else 40 for kind in mutations.KINDS}


@pytest.mark.parametrize("kind", mutations.KINDS)
def test_a_whole_workbook_is_read(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "名单"
    path.write_bytes(mutations.KINDS[kind]())
    head, first = islice((list(row) for row in read(path, "名单")[0].rows), 2)
    assert (head[:4], first[0]) == (["姓名", "身份证号", "资格名称", "取得时间"], "张0")


@pytest.mark.parametrize("kind", mutations.KINDS)
def test_a_damaged_workbook_is_read_or_refused(kind: str, tmp_path: Path) -> None:
    assert {mutations.outcome(kind, seed, tmp_path) for seed in range(_EACH[kind])} <= {"read", "refused"}


@pytest.mark.parametrize("kind", ["xlsx", "xls", "ods", "parquet"])
def test_a_truncated_workbook_is_refused(kind: str, tmp_path: Path) -> None:
    raw = mutations.KINDS[kind]()
    path = tmp_path / "名单"
    path.write_bytes(raw[: len(raw) // 2])
    with pytest.raises(InputError, match="名单"):
        read(path, "名单")


def _zip_of(raw: bytes, name: str, content: bytes) -> bytes:
    """The same zip with another content of one member."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for member in source.namelist():
            target.writestr(member, content if member == name else source.read(member))
    return out.getvalue()


@pytest.mark.parametrize(
    ("kind", "member"),
    [
        ("xlsx", "xl/worksheets/sheet1.xml"),
        ("xlsx", "xl/sharedStrings.xml"),
        ("xlsx", "xl/styles.xml"),
        ("ods", "content.xml"),
    ],
)
def test_a_zip_bomb_is_refused(kind: str, member: str, tmp_path: Path) -> None:
    raw = _zip_of(mutations.KINDS[kind](), member, b" " * (300 << 20))
    assert len(raw) < 1 << 20
    path = tmp_path / "名单"
    path.write_bytes(raw)
    with pytest.raises(InputError, match="名单"):
        read(path, "名单")


def test_a_zip_that_lies_about_its_sizes_is_refused(tmp_path: Path) -> None:
    """The directory says that a member is small; what comes out of it is not."""
    raw = bytearray(_zip_of(mutations.KINDS["xlsx"](), "xl/worksheets/sheet1.xml", b"<" * (100 << 20)))
    with zipfile.ZipFile(io.BytesIO(raw)) as file:
        size = file.getinfo("xl/worksheets/sheet1.xml").file_size
    true, false = size.to_bytes(4, "little"), (1000).to_bytes(4, "little")
    path = tmp_path / "名单"
    path.write_bytes(raw.replace(true, false))
    with pytest.raises(InputError, match="名单"):
        read(path, "名单")


def test_random_bytes_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "名单"
    for start in (b"", b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"PAR1", b"\x09\x08\x10\x00"):
        path.write_bytes(start + random.Random(start).randbytes(5000))
        with pytest.raises(InputError, match="名单"):
            read(path, "名单")

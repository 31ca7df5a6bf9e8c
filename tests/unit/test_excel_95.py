"""Workbooks of Excel 5.0 and 95 (BIFF5), alone and in the file that Windows keeps them in; as .xls or .et."""

import io
import struct
from pathlib import Path

import pytest
from xlwt.CompoundDoc import XlsDoc

from hzcert.sheets.reading import read

ROWS: list[list[object]] = [
    ["姓名", "身份证号", "取得时间"],
    ["沈云川", "330521197003120030", 34670.0],
    ["王雨桐", 330521198111020000.0, ""],
]
_PLAIN, _DAY, _STRUCK = 15, 16, 17  # styles


def _record(kind: int, body: bytes = b"") -> bytes:
    return struct.pack("<HH", kind, len(body)) + body


def _cell(row: int, place: int, value: object, style: int) -> bytes:
    if isinstance(value, float):
        return _record(0x203, struct.pack("<HHHd", row, place, _DAY if value < 1e6 else style, value))
    text = str(value).encode("gbk")
    return _record(0x204, struct.pack("<HHHH", row, place, style, len(text)) + text)


def _book(rows: list[list[object]], page: int | None, rich: bytes = b"", style: int = _PLAIN) -> bytes:
    """One sheet 名单, its texts in GBK, whatever code page it says."""
    shape, name = b"yyyy\\-mm\\-dd", "名单".encode("gbk")
    start = _record(0x809, struct.pack("<HHHH", 0x500, 5, 0, 1995))
    start += _record(0x42, struct.pack("<H", page)) if page else b""
    for number in range(6):
        font = struct.pack("<HHHHHBBBB", 200, 8 if number == 5 else 0, 0x7FFF, 400, 0, 0, 0, 134, 0)
        start += _record(0x31, font + b"\x04Song")
    start += _record(0x41E, struct.pack("<H", 164) + bytes([len(shape)]) + shape)
    for font, number, kind in [*[(0, 0, 0xFFF5)] * 15, (0, 0, 1), (0, 164, 1), (6, 0, 1)]:
        start += _record(0xE0, struct.pack("<HHHHHHHH", font, number, kind, 0x20, 0, 0, 0, 0))
    at = len(start) + 4 + 7 + len(name) + 4
    start += _record(0x85, struct.pack("<IHB", at, 0, len(name)) + name) + _record(0x0A)
    cells = (_cell(*at, value, style) for *at, value in _places(rows))
    return start + _record(0x809, struct.pack("<HHHH", 0x500, 0x10, 0, 1995)) + b"".join(cells) + rich + _record(0x0A)


def _places(rows: list[list[object]]) -> list[tuple[int, int, object]]:
    return [(row, place, cell) for row, cells in enumerate(rows) for place, cell in enumerate(cells) if cell != ""]


def _in_windows_file(stream: bytes) -> bytes:
    """The same in a file of streams, where that of Excel 95 is called Book."""
    out = io.BytesIO()
    XlsDoc().save(out, stream)
    whole, now = "Workbook\0".encode("utf-16-le"), "Book\0".encode("utf-16-le")
    at = out.getvalue().index(whole)
    raw = bytearray(out.getvalue())
    raw[at : at + len(whole)] = now.ljust(len(whole), b"\0")
    raw[at + 64 : at + 66] = struct.pack("<H", len(now))
    return bytes(raw)


@pytest.mark.parametrize("name", ["a.xls", "a.et"])
@pytest.mark.parametrize("bare", [True, False])
def test_excel_95_is_read_as_the_later_ones_are(tmp_path: Path, name: str, bare: bool) -> None:
    stream = _book(ROWS, 936)
    (tmp_path / name).write_bytes(stream if bare else _in_windows_file(stream))
    (grid,) = read(tmp_path / name, name)
    assert (grid.name, grid.rows[0], [str(cell) for cell in grid.rows[1]], grid.notes) == (
        "名单", ROWS[0], ["沈云川", "330521197003120030", "1994-12-02"], (),
    )  # fmt: skip
    assert grid.rows[2][:2] == ["王雨桐", 330521198111020000.0]


@pytest.mark.parametrize("page", [None, 1252])
def test_gbk_that_calls_itself_western_is_read_and_said(tmp_path: Path, page: int | None) -> None:
    (tmp_path / "a").write_bytes(_in_windows_file(_book(ROWS, page)))
    (grid,) = read(tmp_path / "a", "a")
    assert (grid.name, grid.rows[1][0]) == ("名单", "沈云川")
    assert grid.notes == ("文件自称是西文编码，文字按 GBK 读入",)


def test_what_is_struck_out_in_excel_95_is_known(tmp_path: Path) -> None:
    text = "高级工程师".encode("gbk")
    runs = bytes([0, 6, 4, 0])  # the fonts from the first byte and from the fifth one on
    rich = _record(0xD6, struct.pack("<HHHH", 1, 0, _PLAIN, len(text)) + text + bytes([2]) + runs)
    (tmp_path / "a").write_bytes(_book([["姓名"]], 936, rich, _STRUCK))
    (grid,) = read(tmp_path / "a", "a")
    assert grid.rows == [["姓名"], ["高级工程师"]]
    assert grid.struck == {(0, 0): "", (1, 0): "高级"}

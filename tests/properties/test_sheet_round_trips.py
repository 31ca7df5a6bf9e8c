"""Whatever text a table holds, it comes back as it was from every kind of file that we write or another program makes of it."""

import csv
import shutil
import subprocess
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from hzcert.sheets.grid import Grid
from hzcert.sheets.reading import read
from hzcert.sheets.safe import cell_text
from hzcert.sheets.text import _MOVED
from hzcert.sheets.writing import Column, Sheet, write_workbook

_OFFICE = shutil.which("soffice")
# What clerks' cells hold, and what trips programs up: other alphabets, formulas, escapes, numbers as text, spaces, lines.
_TEXT = st.one_of(
    st.text(max_size=30),
    st.text("张三𠮷·•ＡＢ１２３４５６Xx '\"=+-@_&<>;,\t\n%#", max_size=12),
    st.sampled_from(
        [
            "=1+1",
            "'0123",
            "330521197001010127",
            "1E5",
            "1970.10",
            "_x0041_",
            "_x000D_",
            "TRUE",
            "#N/A",
            " 甲 ",
            "甲\n乙",
            "0",
            "-",
            "<r>",
        ]
    ),
)
_TABLES = st.integers(1, 6).flatmap(lambda width: st.lists(st.lists(_TEXT, min_size=width, max_size=width), max_size=8))


def _written(path: Path, tables: list[list[list[str]]]) -> None:
    """One workbook, a sheet for each table, no headings' looks in the way of what is tested."""
    write_workbook(
        path,
        [
            Sheet(f"表{place}", tuple(Column(f"栏{at}", 12) for at in range(len(table[0]) if table else 1)), table)
            for place, table in enumerate(tables)
        ],
        date(2007, 9, 15),
    )


def _came_back(grid: Grid, table: list[list[str]]) -> bool:
    """Whether the sheet holds the table under its headings, empty cells and rows at the ends left aside."""
    return _plain(grid.rows[1:]) == _plain([[cell_text(cell) for cell in row] for row in table])


def _plain(rows: list[list[object]]) -> list[list[object]]:
    kept = [_until_last(row) for row in rows]
    while kept and not kept[-1]:
        kept.pop()
    return kept


def _until_last(row: list[object]) -> list[object]:
    end = len(row)
    while end and row[end - 1] in ("", None):
        end -= 1
    return list(row[:end])


@given(_TABLES)
def test_text_comes_back_from_xlsx(table: list[list[str]]) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "a.xlsx"
        _written(path, [table])
        (grid,) = read(path, "a")
        assert _came_back(grid, table)


@given(_TABLES, st.sampled_from(["utf-8", "utf-8-sig", "gb18030", "utf-16"]), st.sampled_from([",", "\t", ";"]))
def test_text_comes_back_from_csv(table: list[list[str]], encoding: str, delimiter: str) -> None:
    lines = [[cell_text(cell) for cell in row] for row in table]
    lines = [["栏", *("栏" for _ in range(5))], *lines]
    with TemporaryDirectory() as folder:
        path = Path(folder) / "a.csv"
        with path.open("w", encoding=encoding, newline="", errors="replace") as file:
            csv.writer(file, delimiter=delimiter).writerows(lines)
        (grid,) = read(path, "a")
    # What Python's GB 18030 keeps in the private-use area is a character of its own by now.
    moved = _MOVED if encoding == "gb18030" else {}
    expected = [[cell.encode(encoding, "replace").decode(encoding).translate(moved) for cell in row] for row in lines]
    assert _plain(list(grid.rows)) == _plain([list(row) for row in expected])


@pytest.mark.skipif(_OFFICE is None, reason="LibreOffice is not installed")
@pytest.mark.parametrize("kind", ["xls", "ods", "xlsx"])
def test_text_comes_back_from_what_libreoffice_makes_of_it(kind: str) -> None:
    @given(st.lists(_TABLES, min_size=20, max_size=20))
    @settings(max_examples=3, phases=[Phase.generate], suppress_health_check=list(HealthCheck), database=None)
    def through_office(tables: list[list[list[str]]]) -> None:
        with TemporaryDirectory() as folder:
            path = Path(folder) / "a.xlsx"
            if kind == "ods":
                tables = [[[_without_tabs(cell) for cell in row] for row in table] for table in tables]
            _written(path, tables)
            made = _converted(path, kind)
            for grid, table in zip(read(made, "a"), tables, strict=True):
                assert _came_back(grid, table)

    through_office()


def _without_tabs(text: str) -> str:
    """LibreOffice itself drops the tabs of a cell with several lines when it writes ods."""
    return text.replace("\t", " ") if "\n" in cell_text(text) else text


def _converted(path: Path, kind: str) -> Path:
    out = path.parent / "out"
    subprocess.run(
        [str(_OFFICE), f"-env:UserInstallation=file://{path.parent}/profile", "--headless", "--convert-to", kind,
         "--outdir", str(out), str(path)],
        check=True, capture_output=True, timeout=300,
    )  # fmt: skip
    return out / f"a.{kind}"

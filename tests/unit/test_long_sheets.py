"""Long xlsx sheets are read column by column where each column holds one kind of cell, and cell by cell where not: the cells are the same."""

from datetime import date, datetime
from importlib.util import find_spec
from pathlib import Path

import pytest
import xlsxwriter
from python_calamine import CalamineWorkbook

from hzcert.sheets.bycolumn import FEWEST
from hzcert.sheets.longrows import LongRows
from hzcert.sheets.reading import read
from people import id_number

ROWS = FEWEST + 1_000
ODD = 12_345  # a row far from both ends
HEADINGS = ("序号", "身份证号", "姓名", "工作单位", "出生日期")


def _row(number: int) -> list[object]:
    born = date(1950 + number % 40, 1 + number % 12, 1 + number % 28)
    unit = f"湖州市样例单位{number % 300}" * 3
    return [number, id_number(str(born), "男", number % 499), f"沈{number}", unit if number % 7 else "", born]


def _write(path: Path, changes: dict[tuple[int, int], object]) -> None:
    book = xlsxwriter.Workbook(path, {"constant_memory": True, "default_date_format": "yyyy-mm-dd"})
    sheet = book.add_worksheet()
    sheet.merge_range(0, 0, 0, 4, "专业技术资格证书换发人员信息表")
    sheet.write_row(2, 0, HEADINGS)
    for at in range(3, ROWS):
        if at % 1_000 != 500:  # an empty row now and then
            cells = _row(at)
            for place, cell in enumerate(cells):
                if changes.get((at, place)) == "#N/A":
                    sheet.write_formula(at, place, "=NA()", None, "#N/A")
                else:
                    sheet.write(at, place, changes.get((at, place), cell))
    sheet.write_row(ROWS, 0, ["合计", ROWS - 3])
    book.close()


def _compare(path: Path) -> LongRows | list[list[object]]:
    """What is read, after it was held against the reader of cells."""
    (grid,) = read(path, path.name)
    with path.open("rb") as file:
        sheet = CalamineWorkbook.from_filelike(file).get_sheet_by_index(0)
        cells = sheet.to_python(skip_empty_area=False)
    assert len(grid.rows) == len(cells)
    assert grid.merged == tuple((*first, *last) for first, last in sheet.merged_cell_ranges)
    for number, (ours, theirs) in enumerate(zip(grid.rows, cells, strict=True), 1):
        both = [[(type(cell), cell) for cell in row + [""] * (5 - len(row))] for row in (ours, theirs)]
        assert both[0] == both[1], number
    return grid.rows


by_column = pytest.mark.skipif(find_spec("fastexcel") is None, reason="read cell by cell where there is no fastexcel")


@by_column
def test_a_long_sheet_of_one_kind_of_cell_a_column_is_read_by_column(tmp_path: Path) -> None:
    _write(tmp_path / "a.xlsx", {})
    assert isinstance(_compare(tmp_path / "a.xlsx"), LongRows)


@pytest.mark.parametrize(
    ("place", "cell"),
    [
        pytest.param(1, 330521197003120011.0, id="身份证号按数字录入"),
        pytest.param(0, "十二", id="序号是文字"),
        pytest.param(4, "1970.10", id="日期是文字"),
        pytest.param(4, 25842.0, id="日期是序列数"),
        pytest.param(4, datetime.fromisoformat("1970-03-12T08:30"), id="日期带时刻"),
        pytest.param(2, True, id="姓名是逻辑值"),
    ],
)
def test_an_odd_cell_far_from_both_ends_is_seen_as_it_is(tmp_path: Path, place: int, cell: object) -> None:
    _write(tmp_path / "a.xlsx", {(ODD, place): cell})
    rows = _compare(tmp_path / "a.xlsx")
    assert (type(rows[ODD][place]), rows[ODD][place]) == (type(cell), cell)


@by_column
def test_an_error_in_a_column_of_text_is_told(tmp_path: Path) -> None:
    _write(tmp_path / "a.xlsx", {(ODD, 3): "#N/A"})
    (grid,) = read(tmp_path / "a.xlsx", "a.xlsx")
    assert (dict(grid.errors), grid.rows[ODD][3]) == ({(ODD, 3): "#N/A"}, "")
    assert isinstance(grid.rows, LongRows)

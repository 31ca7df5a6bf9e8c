"""Long tables written column by column are, byte for byte, what they are row by row."""

from datetime import date
from zipfile import ZipFile

import numpy as np
import openpyxl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hzcert.sheets import columnwise
from hzcert.sheets.columnwise import Coded, Columns, Marked
from hzcert.sheets.writing import Column, Row, Sheet, write_workbook

DAY = date(2007, 6, 1)
COLUMNS = (
    Column("例", 4, "count"),
    Column("姓名", 8),
    Column("单位", 12, centred=True),
    Column("证号", 14, one_line=True),
    Column("对照", 10),
)
LOOKS = ("plain", "shade", "error")
ODD = [
    "",
    " 前",
    "后　",
    "a&b",
    "<r>甲</r>",
    "甲\n乙",
    "_x0041_",
    "=1+1",
    "\x07",
    "330521197003120113",
    "甲\r\n乙",
    "\ue0f1",
    "1" * 40,
]
TEXTS = st.one_of(st.sampled_from(ODD), st.text(alphabet="甲乙丙丁1aA (（·㑇𠀀", max_size=30))
MARKED = st.builds(
    lambda texts, first: Marked(tuple((text, bool((at + first) % 2)) for at, text in enumerate(texts))),
    st.lists(TEXTS.filter(bool), max_size=5),
    st.integers(0, 1),
)

# Formats are numbered as they are first used: here in the same order.
RED = Marked((("甲", True),))
FIRST = Sheet("先", COLUMNS, [Row((1, "甲", "乙", "丙", word), look) for look in LOOKS for word in ("甲", RED)])
LAST = Sheet("后", COLUMNS[:1], [[1]])


def columns(numbers, names, units, ids, marked, look):
    """Rows of all kinds of cells."""
    words = list(dict.fromkeys(marked))
    texts = [pa.array(each, pa.large_string()) for each in (names, units, ids)]
    which = np.array([words.index(each) for each in marked], dtype=np.int64)
    return Columns(
        [np.array(numbers, dtype=np.int64), *texts, Coded(words, which)], LOOKS, np.array(look, dtype=np.int64)
    )


def parts(path):
    """What a workbook is made of."""
    with ZipFile(path) as book:
        return {name: book.read(name) for name in book.namelist()}


def both(tmp_path, rows, most_rows=1_048_576, **given_):
    """The two workbooks."""
    sheet = Sheet("表", COLUMNS, rows, title="名单", above=("说明",), **given_)
    write_workbook(tmp_path / "列.xlsx", [FIRST, sheet, LAST], DAY, most_rows)
    other = Sheet("表", COLUMNS, iter(rows), title="名单", above=("说明",), **given_)
    write_workbook(tmp_path / "行.xlsx", [FIRST, other, LAST], DAY, most_rows)
    return parts(tmp_path / "列.xlsx"), parts(tmp_path / "行.xlsx")


CELLS = st.tuples(st.integers(0, 10**9), TEXTS, TEXTS, TEXTS, MARKED, st.integers(0, len(LOOKS) - 1))


@settings(max_examples=40)
@given(rows=st.lists(CELLS, max_size=12))
def test_the_same_bytes_as_row_by_row(rows, tmp_path_factory):
    by_column, by_row = both(
        tmp_path_factory.mktemp("列"), columns(*([list(x) for x in zip(*rows, strict=True)] or [[]] * 6))
    )
    assert by_column == by_row


@pytest.mark.parametrize("most", [7, 8, 1_048_576])
def test_rows_beyond_what_a_sheet_holds_go_on_in_a_further_one(most, tmp_path, monkeypatch):
    monkeypatch.setattr(columnwise, "_BLOCK", 3)
    rows = columns(
        range(9), "甲乙丙丁戊己庚辛壬", ODD[:9], ODD[4:13], [Marked((("甲", False), ("乙", True)))] * 9, [0, 1, 2] * 3
    )
    by_column, by_row = both(tmp_path, rows, most, below=() if most == 7 else ("以上",))
    assert by_column == by_row
    assert len(openpyxl.load_workbook(tmp_path / "列.xlsx").sheetnames) == (3 if most > 100 else 5)

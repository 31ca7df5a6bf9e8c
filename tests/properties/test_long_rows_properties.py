"""A long sheet's rows, held column by column, read as a list of the same rows does."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from hzcert.sheets.longrows import LongRows, column_of, put
from hzcert.texts import Texts

CELLS = st.text(max_size=3) | st.floats(allow_nan=False) | st.integers() | st.booleans() | st.dates(date(1900, 1, 1))
ROWS = st.lists(st.lists(st.text(max_size=3), max_size=4), max_size=25) | st.lists(
    st.lists(CELLS, max_size=4), max_size=25
)


@given(ROWS, st.integers(1, 9), st.data())
def test_rows_come_back_padded_to_one_length(rows, block, data):
    held = LongRows(iter(rows), block)
    width = max(map(len, rows), default=0)
    padded = [row + [""] * (width - len(row)) for row in rows]
    assert same(list(held), padded)
    assert same([held[at] for at in range(len(held))], padded)
    first, last = sorted(data.draw(st.tuples(st.integers(0, 25), st.integers(0, 25))))
    assert same(held[first:last], padded[first:last])
    assert same(held[::-1], padded[::-1])
    for place in range(width + 1):
        column = [[*row, ""][place] for row in padded]
        assert same([column_of(held, place)], [column])
        assert same([column_of(padded, place)], [column])
        assert (
            isinstance(held.column(place), Texts)
            or not all(isinstance(cell, str) for cell in column)
            or any("\0" in cell for cell in column)
        )


@given(ROWS, st.dictionaries(st.tuples(st.integers(0, 30), st.integers(0, 6)), CELLS, max_size=5))
def test_cells_are_put_into_either_kind_of_rows(rows, cells):
    held, listed = LongRows(iter(rows), 4), [list(row) for row in rows]
    put(held, cells)
    put(listed, cells)
    width = max(map(len, listed), default=0)
    assert same(list(held), [row + [""] * (width - len(row)) for row in listed])


def same(some, others):
    """1, 1.0 and True are equal, and not the same."""
    return some == others and [list(map(type, row)) for row in some] == [list(map(type, row)) for row in others]

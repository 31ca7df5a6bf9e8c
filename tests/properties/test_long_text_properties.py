"""A long text's rows, held column by column, read as a list of the same rows does."""

from hypothesis import given
from hypothesis import strategies as st

from hzcert.sheets.longtext import LongText

ROWS = st.lists(
    st.lists(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=3), max_size=4),
    max_size=25,
)


@given(ROWS, st.integers(1, 9), st.data())
def test_rows_come_back_padded_to_one_length(rows, block, data):
    held = LongText(iter(rows), block)
    width = max(map(len, rows), default=0)
    padded = [row + [""] * (width - len(row)) for row in rows]
    assert list(held) == padded == [held[at] for at in range(len(held))]
    first, last = sorted(data.draw(st.tuples(st.integers(0, 25), st.integers(0, 25))))
    assert held[first:last] == padded[first:last]
    assert held[::-1] == padded[::-1]
    for place in range(width + 1):
        assert held.column(place) == [[*row, ""][place] for row in padded]

"""A column of text as Arrow holds it says what a list of the same texts would."""

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hzcert.texts import Texts, joined, repeated, texts_of

COLUMNS = st.lists(st.text(st.sampled_from("王李甲a1 \u200b"), max_size=3), max_size=30)


@given(COLUMNS, st.data())
def test_a_column_is_read_and_changed_as_a_list_is(given_, data):
    column = texts_of(given_)
    assert list(column) == given_ == [column[line] for line in range(len(column))]
    assert column.distinct == list(dict.fromkeys(given_))
    assert [given_[line] for line in column.firsts] == column.distinct
    assert column.each(str.upper) == [text.upper() for text in given_]
    changes = data.draw(
        st.dictionaries(st.sampled_from(range(len(given_))), st.text(max_size=2)) if given_ else st.just({})
    )
    assert column.patched(changes) == [changes.get(line, text) for line, text in enumerate(given_)]
    names = {"王": "李", "": "无"}
    assert column.renamed(names) == [names.get(text, text) for text in given_]
    assert column.lines_of(["王", ""]).tolist() == [line for line, text in enumerate(given_) if text in ("王", "")]
    assert set(column.matching("王|a")) == {text for text in given_ if "王" in text or "a" in text}
    assert column.or_else(repeated("-", len(given_))) == [text or "-" for text in given_]
    assert joined([column, column]) == [*given_, *given_]
    assert column.series().tolist() == given_


@pytest.mark.parametrize("cells", [[1.0], ["a", None], ["a", 1], [True]])
def test_what_is_not_all_text_is_no_column_of_text(cells):
    assert texts_of(cells) is None


def test_what_is_one_already_stays_as_it_is():
    column = Texts(pa.array(["a"], pa.large_string()))
    assert texts_of(column) is column

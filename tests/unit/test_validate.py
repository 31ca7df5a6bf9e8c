"""Four times the entries take about four times as long, however much is wrong with them."""

import time
from datetime import date

import pytest

from hzcert import validate
from hzcert.policy import load_policy
from hzcert.table import lines_in_error
from people import holders, table

POLICY = load_policy("huzhou-2007-35").policy


def seconds(count, given):
    entries = table(*holders(count, **given))
    start = time.process_time()
    found = validate.check(entries, POLICY, date(2007, 9, 15), POLICY.authority("330500"))
    lines_in_error(entries, found)
    return time.process_time() - start


@pytest.mark.parametrize(
    "given",
    [
        pytest.param({}, id="doubles alone"),
        pytest.param({"sex": "不明", "retired_on": "1990-01", "obtained_on": "1985-01"}, id="ages"),
        pytest.param({"id_number": "330521197003120018", "old_certificate_no": "旧1"}, id="all one person"),
        pytest.param({"name": "", "level": "", "region": "余杭区"}, id="empty fields"),
    ],
)
def test_time_grows_with_the_rows(given):
    seconds(500, given)  # tables are read once
    few, many = (min(seconds(count, given) for _ in range(2)) for count in (2_000, 8_000))
    assert many < 9 * few, f"{few:.3f} s, {many:.3f} s"  # a column worked out for each finding makes it sixteen times

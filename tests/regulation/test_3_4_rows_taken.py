"""三.4: a published row serves one person, in earlier batches too; the register knows who was entered for it."""

from datetime import date

import pytest

from hzcert import register
from people import holder, id_number, table

DAY = date(2007, 11, 20)
ROW = {"file": "公布.xlsx", "sheet": "Sheet1", "row": 5, "reason": "文号、姓名、单位相符", "level": "document"}


@pytest.fixture
def enter(tmp_path, policy):
    def run(entry, said=ROW):
        found = register.number(table(entry), policy, DAY, "330500", str(tmp_path / "r.db"), agreed={0: said})
        return [finding.code.id for finding in found.findings], found.by_line

    return run


OTHER = {"id_number": id_number("1975-06-01", "男", 7), "birth_date": "1975-06-01"}


@pytest.mark.parametrize(
    ("changes", "said", "expected"),
    [
        pytest.param(OTHER, ROW, ["HZ504"], id="另一人，同名、同文件、同资格、同单位"),
        pytest.param(OTHER | {"employer": "德清县（样例）水利设计所"}, ROW, ["HZ504"], id="单位只多了括号"),
        pytest.param(OTHER | {"employer": "安吉县样例水利局"}, ROW, [], id="另一单位的同名者"),
        pytest.param(OTHER | {"specialty": "给排水"}, ROW, [], id="专业不同的同名者"),
        pytest.param(OTHER, ROW | {"level": "decided"}, [], id="经办人认定过"),
        pytest.param({"phone": "0572-2033099"}, ROW, [], id="同一人的同一证书再报一次"),
    ],
)
def test_a_row_that_an_earlier_batch_has_used(enter, changes, said, expected):
    codes, first = enter(holder())
    assert (codes, len(first)) == ([], 1)
    codes, numbers = enter(holder(**changes), said)
    assert codes == expected
    assert bool(numbers) == (not expected)
    if "phone" in changes:
        assert numbers == first, "同一证书，编号不变"

"""四 换证费用."""

import tomllib
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from hzcert import fees
from hzcert.errors import InputError, UsageError
from hzcert.policy import Policy, load_policy
from hzcert.sheets.writing import Row
from people import holder, holders, table

CASES = tomllib.loads(Path(__file__).with_name("fees.toml").read_text(encoding="utf-8"))["case"]
DAY = date(2007, 6, 1)


def with_day_counts(policy: Policy, counts: bool) -> Policy:
    raw = policy.model_dump()
    raw["fee"]["exemption"]["day_counts"]["values"][0]["value"] = counts
    return Policy.model_validate(raw)


@pytest.mark.parametrize("case", [pytest.param(case, id=case["name"]) for case in CASES])
def test_what_a_certificate_costs(case, policy):
    given, expect = case["given"], case["expect"]
    rules = with_day_counts(policy, given["day_counts"]) if "day_counts" in given else policy
    fee = fees.fee_for(given["case"], given["retired_on"], rules, DAY)
    assert (str(fee.amount), fee.exempt, fee.clause) == (expect["amount"], expect["exempt"], case["clause"])
    assert expect["says"] in fee.reason


def test_each_certificate_is_charged_also_the_second_of_one_holder(policy):
    twice = table(holder(), holder(title="高级工程师", level="副高", row=3))
    assert [fee.amount for fee in fees.assess(twice, policy, DAY)] == [Decimal("10.00")] * 2


def test_the_amount_of_the_day_holds_and_is_always_in_cents(policy):
    raw = policy.model_dump()
    raw["fee"]["amount"]["换发"]["values"] += ({"since": date(2008, 1, 1), "value": Decimal(8), "clause": "四"},)
    later = Policy.model_validate(raw)
    assert str(fees.fee_for("换发", "", later, date(2007, 12, 31)).amount) == "10.00"
    assert str(fees.fee_for("换发", "", later, date(2008, 1, 1)).amount) == "8.00"


def test_before_the_notice_there_is_no_fee_to_name(policy):
    with pytest.raises(UsageError, match="尚未生效"):
        fees.fee_for("换发", "", policy, date(2007, 3, 31))


def test_a_policy_without_an_amount_is_refused(tmp_path):
    shipped = Path(fees.__file__).with_name("data") / "policies" / "huzhou-2007-35.toml"
    text = shipped.read_text(encoding="utf-8")
    start = text.index("[fee.amount]")
    own = tmp_path / "own.toml"
    own.write_text(text[:start] + "[fee.amount]\n" + text[text.index("[fee.exemption]") :], encoding="utf-8")
    with pytest.raises(UsageError, match=r"fee\.amount"):
        load_policy(str(own))


def test_an_unknown_case_is_named_with_its_place(policy):
    with pytest.raises(InputError, match=r"名单\.xlsx \[Sheet1\] 第9行：业务类型“换证”没有规定收费"):
        fees.assess(table(holder(case="换证", row=9)), policy, DAY)


def test_each_submitting_unit_owes_its_own(policy):
    people = table(
        holder(),
        holder(retired_on="2006-01-31", row=3),
        holder(region="市本级", row=4),
        holder(department="德清县教育局", row=5),
    )
    owed = fees.by_unit(people, fees.assess(people, policy, DAY), policy)
    assert [(each.unit, each.payable, each.exempt, str(each.amount)) for each in owed] == [
        ("德清县人事局", 1, 1, "10.00"),
        ("德清县教育局", 1, 0, "10.00"),
        ("湖州市人事局", 1, 0, "10.00"),
    ]


def test_the_record_says_where_how_much_and_why(policy):
    people = table(holder(retired_on="2005-06-30", row=7))
    (fee,) = fees.assess(people, policy, DAY)
    assert fee.record(people) == {
        "type": "fee",
        "file": "名单.xlsx",
        "sheet": "Sheet1",
        "row": 7,
        "amount": "0.00",
        "exempt": True,
        "clause": "四",
        "reason": "2005年6月30日离退休，在2007年4月30日以前（含当日），免费换发",
    }


def test_the_workbook_adds_up(policy):
    people = table(*holders(23), holder(retired_on="2005-06", row=40))
    found = fees.assess(people, policy, DAY)
    summary, details = fees.sheets(people, found, policy, DAY)
    *units, total = summary.rows
    assert isinstance(total, Row)
    assert total.cells[2:6] == tuple(sum(column) for column in list(zip(*units, strict=True))[2:6])
    assert total.cells[2:6] == (24, 23, 1, Decimal("230.00"))
    assert len(list(details.rows)) == 24
    assert fees.counts(found) == {"payable": 23, "exempt": 1, "amount": "230.00"}
    assert summary.below[0] == "合计人民币（大写）：贰佰叁拾元整"


@pytest.mark.parametrize(
    ("amount", "expected"),
    [
        ("0", "零元整"),
        ("0.05", "伍分"),
        ("10.00", "壹拾元整"),
        ("10.05", "壹拾元零伍分"),
        ("107.60", "壹佰零柒元陆角整"),
        ("1005.32", "壹仟零伍元叁角贰分"),
        ("20000.00", "贰万元整"),
        ("100030.00", "壹拾万零叁拾元整"),
        ("100001000.00", "壹亿零壹仟元整"),
    ],
)
def test_capital_numerals_as_on_receipts(amount, expected):
    assert fees.capitals(Decimal(amount)) == expected

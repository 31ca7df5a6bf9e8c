"""What holds for every fee (四)."""

import re
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from hzcert import fees
from hzcert.policy import load_policy
from people import holder, table

POLICY = load_policy("huzhou-2007-35").policy
DAY = date(2007, 6, 1)
CASES = st.sampled_from(["换发", "新发", "调入确认", "遗失补发"])
DAYS = st.dates(date(1990, 1, 1), date(2008, 12, 31))
PEOPLE = st.lists(
    st.fixed_dictionaries(
        {
            "case": CASES,
            "retired_on": st.one_of(st.just(""), DAYS.map(date.isoformat)),
            "department": st.sampled_from(["", "湖州市教育局", "长兴县卫生局"]),
            "region": st.sampled_from(["市本级", "德清县"]),
        }
    ),
    max_size=30,
)


@given(CASES, DAYS, DAYS)
def test_who_retires_later_never_pays_less(case, one, other):
    earlier, later = sorted((one, other))
    pays = [fees.fee_for(case, day.isoformat(), POLICY, DAY).amount for day in (earlier, later)]
    assert pays[0] <= pays[1]


@given(CASES, st.dates(date(2006, 1, 1), date(2008, 6, 1)))
def test_a_month_is_free_exactly_when_all_of_its_days_are(case, day):
    first = day.replace(day=1)
    days = [first + timedelta(days=number) for number in range(31)]
    of_month = [each for each in days if each.month == first.month]
    free = [fees.fee_for(case, each.isoformat(), POLICY, DAY).exempt for each in of_month]
    assert fees.fee_for(case, f"{first:%Y-%m}", POLICY, DAY).exempt == all(free)


@given(CASES, st.one_of(st.just(""), DAYS.map(date.isoformat), st.text(max_size=12)))
def test_exempt_means_nothing_to_pay_and_there_is_always_a_reason(case, retired_on):
    fee = fees.fee_for(case, retired_on, POLICY, DAY)
    assert fee.exempt == (fee.amount == 0)
    assert fee.reason


@given(PEOPLE, st.randoms(use_true_random=False))
def test_what_the_units_owe_adds_up_in_any_order(people, chance):
    entries = [holder(**person) for person in people]
    shuffled = list(entries)
    chance.shuffle(shuffled)
    owed = []
    for given_people in (table(*entries), table(*shuffled)):
        found = fees.assess(given_people, POLICY, DAY)
        totals = fees.by_unit(given_people, found, POLICY)
        assert sum(each.payable + each.exempt for each in totals) == len(people)
        assert sum((each.amount for each in totals), Decimal(0)) == sum((fee.amount for fee in found), Decimal(0))
        owed.append(totals)
    assert owed[0] == owed[1]


@given(st.decimals(0, Decimal("999999999999.99"), places=2))
def test_capital_numerals_mean_the_amount(amount):
    assert read_capitals(fees.capitals(amount)) == amount


def read_capitals(text: str) -> Decimal:
    """Capital numerals back to a number, by another way than they were made."""
    digits = {sign: value for value, sign in enumerate("零壹贰叁肆伍陆柒捌玖")}
    yuan, _, rest = text.rpartition("元")
    total = 0
    for group, unit in (("亿", 10**8), ("万", 10**4), ("", 1)):
        head, _, yuan = yuan.rpartition(group) if group else (yuan, "", "")
        worth = {"仟": 1000, "佰": 100, "拾": 10, "": 1}
        total += unit * sum(
            digits[digit] * worth[place] for digit, place in re.findall(r"([零壹贰叁肆伍陆柒捌玖])([仟佰拾]?)", head)
        )
    cents = sum(
        digits[digit] * {"角": 10, "分": 1}[place]
        for digit, place in re.findall(r"([壹贰叁肆伍陆柒捌玖])(角|分)", rest)
    )
    return Decimal(total) + Decimal(cents) / 100

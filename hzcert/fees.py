"""What each certificate costs, who pays nothing, and what each submitting unit owes (收费, 四)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from hzcert import dates
from hzcert.errors import InputError
from hzcert.policy import Policy
from hzcert.sheets.writing import Column, Row, Sheet
from hzcert.table import Table

_CENT = Decimal("0.01")
_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("", "拾", "佰", "仟")
_FOURS = ("", "万", "亿", "万亿")


@dataclass(frozen=True, slots=True)
class Fee:
    """What one entry costs in yuan, and why; ``line`` is its position in the table."""

    line: int
    amount: Decimal
    exempt: bool
    clause: str
    reason: str

    def record(self, holders: Table) -> dict[str, object]:
        """As one JSON object of the contract."""
        where = holders.where(self.line)
        return {
            "type": "fee",
            "file": where.file,
            "sheet": where.sheet,
            "row": where.row,
            "amount": str(self.amount),
            "exempt": self.exempt,
            "clause": self.clause,
            "reason": self.reason,
        }

    def said(self) -> dict[str, object]:
        """As the register keeps it."""
        return {"amount": str(self.amount), "exempt": self.exempt, "clause": self.clause, "reason": self.reason}


@dataclass(frozen=True, slots=True)
class UnitFees:
    """What one submitting unit (填报单位) owes: certificates that are paid for, free ones, yuan."""

    unit: str
    payable: int
    exempt: int
    amount: Decimal


def fee_for(case: str, retired_on: str, policy: Policy, as_of: date, line: int = 0) -> Fee:
    """The fee of one certificate (四).

    Args:
        case: 业务类型; empty is the policy's default case.
        retired_on: ISO date or month; empty: not retired.
        policy: the regulation.
        as_of: the day whose amounts hold.
        line: position of the entry in its table.

    Raises:
        UsageError: the policy says nothing for that day.
        KeyError: the policy knows no such case.
    """
    case = case or policy.entry.default_case.on(as_of).value
    amount = policy.fee.amount[case].on(as_of)
    exemption = policy.fee.exemption.retired_by.on(as_of)
    in_time, retirement = _retired_in_time(retired_on, policy, as_of)
    if in_time and case in policy.fee.exemption.cases.on(as_of).value:
        return Fee(line, Decimal("0.00"), True, exemption.clause, f"{retirement}，免费换发")
    if in_time:
        retirement += f"，但{case}不在免费之列"
    return Fee(line, amount.value.quantize(_CENT), False, amount.clause, f"{retirement}，收工本费")


def assess(holders: Table, policy: Policy, as_of: date) -> list[Fee]:
    """The fee of every entry, in the order of the table (四).

    Raises:
        InputError: an entry's case is none of the policy's.
    """
    known: dict[tuple[str, str], Fee] = {}
    found: list[Fee] = []
    for line, given in enumerate(zip(holders.column("case"), holders.column("retired_on"), strict=True)):
        if given not in known:
            case, retired_on = (str(each) for each in given)
            if case and case not in policy.fee.amount:
                raise InputError(
                    f"{holders.where(line, 'case')}：业务类型“{case}”没有规定收费",
                    "请先运行 hzcert validate，改正后再算",
                )
            known[given] = fee_for(case, retired_on, policy, as_of)
        found.append(replace(known[given], line=line))
    return found


def by_unit(holders: Table, fees: Iterable[Fee], policy: Policy) -> list[UnitFees]:
    """What each submitting unit owes (三.2), by name."""
    units = _units(holders, policy)
    totals: dict[str, UnitFees] = {}
    for fee in fees:
        unit = units[fee.line]
        so_far = totals.get(unit) or UnitFees(unit, 0, 0, Decimal("0.00"))
        totals[unit] = UnitFees(
            unit, so_far.payable + (not fee.exempt), so_far.exempt + fee.exempt, so_far.amount + fee.amount
        )
    return [totals[unit] for unit in sorted(totals)]


def counts(fees: Sequence[Fee]) -> dict[str, object]:
    """Certificates that are paid for, free ones, and what comes to be paid, as a decimal string in yuan."""
    exempt = sum(fee.exempt for fee in fees)
    amount = sum((fee.amount for fee in fees), Decimal("0.00"))
    return {"payable": len(fees) - exempt, "exempt": exempt, "amount": str(amount)}


def capitals(amount: Decimal) -> str:
    """An amount in yuan in the capital numerals of receipts (人民币大写), up to 9,999 billion.

    >>> capitals(Decimal("10.00")), capitals(Decimal("100030.05")), capitals(Decimal("0.50")), capitals(Decimal(0))
    ('壹拾元整', '壹拾万零叁拾元零伍分', '伍角整', '零元整')
    """
    yuan, cents = divmod(int(amount.quantize(_CENT) * 100), 100)
    tenths, hundredths = divmod(cents, 10)
    text = f"{_whole(yuan)}元" if yuan else ""
    if tenths:
        text += f"{_DIGITS[tenths]}角"
    elif hundredths and yuan:
        text += "零"
    if hundredths:
        return f"{text}{_DIGITS[hundredths]}分"
    return f"{text or '零元'}整"


def sheets(holders: Table, fees: Sequence[Fee], policy: Policy, as_of: date) -> list[Sheet]:
    """The sheets of fees.xlsx: what each unit owes, and every entry with its reason."""
    return [_summary(by_unit(holders, fees, policy), policy, as_of), _details(holders, fees, policy, as_of)]


def _retired_in_time(retired_on: str, policy: Policy, as_of: date) -> tuple[bool, str]:
    """Whether a holder retired before the day of the exemption, in words too.

    A month alone is in time when all of its days are: nobody is let off, or made to pay, by a guess at the day.
    """
    if not retired_on:
        return False, "未离退休"
    iso = dates.read(retired_on)
    if not iso:
        return False, f"离退休时间“{retired_on}”无法辨认，按未离退休计"
    limit = policy.fee.exemption.retired_by.on(as_of).value
    counts = policy.fee.exemption.day_counts.on(as_of).value
    bound = f"{dates.chinese(limit.isoformat())}以前（{'含' if counts else '不含'}当日）"
    first, last = date.fromisoformat(dates.earliest(iso)), dates.last_day(iso)
    if last < limit or (counts and last == limit):
        return True, f"{dates.chinese(iso)}离退休，在{bound}"
    if first < limit or (counts and first == limit):
        return False, f"离退休时间只填到月（{dates.chinese(iso)}），不能确定在{bound}，补填日期前按不免费计"
    return False, f"{dates.chinese(iso)}离退休，不在{bound}"


def _units(holders: Table, policy: Policy) -> list[str]:
    """The submitting unit of every entry."""
    columns = (holders.column("department"), holders.column("region"))
    return [policy.submitting_unit(str(unit), str(region)) for unit, region in zip(*columns, strict=True)]


def _whole(number: int) -> str:
    """A whole number above nought in capitals; noughts between digits are said once."""
    text, gap = "", False
    fours = [number // 10 ** (4 * place) % 10_000 for place in range(len(_FOURS))]
    for place in reversed(range(len(_FOURS))):
        if not fours[place]:
            gap = True
            continue
        if text and (gap or fours[place] < 1000):
            text += "零"
        text, gap = text + _four(fours[place]) + _FOURS[place], False
    return text


def _four(number: int) -> str:
    """Up to four digits, without the nought that may stand before them."""
    text, gap = "", False
    for place in reversed(range(4)):
        digit = number // 10**place % 10
        if digit:
            text += ("零" if gap and text else "") + _DIGITS[digit] + _PLACES[place]
        gap = not digit
    return text


def _heading(policy: Policy, as_of: date) -> str:
    return f"依据：{policy.document_no} 四　　收费标准以 {dates.chinese(as_of.isoformat())} 为准　　单位：元"


def _summary(totals: Sequence[UnitFees], policy: Policy, as_of: date) -> Sheet:
    columns = (
        Column("序号", 6, "count"),
        Column("填报单位", 44),
        Column("证书（份）", 12, "count"),
        Column("收费（份）", 12, "count"),
        Column("免费（份）", 12, "count"),
        Column("金额", 16, "money"),
        Column("人民币（大写）", 30),
        Column("备注", 14),
    )
    lines = [
        (
            number,
            each.unit,
            each.payable + each.exempt,
            each.payable,
            each.exempt,
            each.amount,
            capitals(each.amount),
            "",
        )
        for number, each in enumerate(totals, start=1)
    ]
    payable, exempt = sum(each.payable for each in totals), sum(each.exempt for each in totals)
    amount = sum((each.amount for each in totals), Decimal("0.00"))
    return Sheet(
        "分单位汇总",
        columns,
        [*lines, Row(("", "合计", payable + exempt, payable, exempt, amount, capitals(amount), ""), "total")],
        title=f"{policy.city}换发专业技术资格证书工本费汇总表",
        above=(_heading(policy, as_of),),
        below=(f"合计人民币（大写）：{capitals(amount)}", "收款人：　　　　　　　　审核人：　　　　　　　　日期："),
    )


def _details(holders: Table, fees: Sequence[Fee], policy: Policy, as_of: date) -> Sheet:
    columns = (
        Column("序号", 5, "count"),
        Column("填报单位", 18),
        Column("姓名", 8),
        Column("身份证号", 19, centred=True, one_line=True),
        Column("资格名称", 20),
        Column("级别", 7, centred=True),
        Column("业务类型", 9, centred=True),
        Column("离退休时间", 12, "date"),
        Column("金额", 9, "money"),
        Column("是否免费", 5, centred=True),
        Column("依据", 5, centred=True),
        Column("说明", 34),
    )
    units = _units(holders, policy)
    fields = ("name", "id_number", "title", "level", "case", "retired_on")
    given = list(zip(*(holders.column(name) for name in fields), strict=True))
    in_order = sorted(fees, key=lambda fee: (units[fee.line], fee.line))
    lines = [
        (number, units[fee.line], *given[fee.line], fee.amount, "是" if fee.exempt else "", fee.clause, fee.reason)
        for number, fee in enumerate(in_order, start=1)
    ]
    return Sheet(
        "明细",
        columns,
        lines,
        title=f"{policy.city}换发专业技术资格证书工本费明细表",
        above=(_heading(policy, as_of),),
    )

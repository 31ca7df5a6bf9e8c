"""The rules as one can read them (规则): every code with its clause, and every figure of the policy with its own."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from pydantic import BaseModel

from hzcert.codes import CODES
from hzcert.errors import UsageError
from hzcert.examples import example
from hzcert.fields import HEADINGS
from hzcert.figures import Figure
from hzcert.findings import Code, Severity, brief
from hzcert.language import word
from hzcert.outcome import Record
from hzcert.ownrules import codes_of
from hzcert.policy import Phase, Policy, Responsibility

_KINDS = {"province": "省", "city": "市", "county": "县区"}


def chosen(policy: Policy, code: str | None) -> list[Code]:
    """All kinds of findings, the office's own last, or the one that is asked for.

    Raises:
        UsageError: there is no such code.
    """
    known = CODES | codes_of(policy.rules)
    if code is None:
        return list(known.values())
    if code.upper() not in known:
        raise UsageError(f"没有规则 {code}", "hzcert rules 列出全部规则")
    return [known[code.upper()]]


def clause_text(policy: Policy, clause: str) -> str:
    """What clauses such as ``三.2 三.4`` rule, in the notice's words."""
    return "；".join(policy.clauses[each] for each in clause.split() if each in policy.clauses)


def rule_records(policy: Policy, code: str | None) -> list[Record]:
    """Rules as JSON objects, and (when not one is asked for) the policy's figures."""
    rules: list[Record] = [
        {
            "type": "rule",
            "code": each.id,
            "severity": str(each.severity),
            "field": each.field or None,
            "clause": each.clause,
            "clause_text": clause_text(policy, each.clause),
            "message": brief(each.template),
            "remedy": brief(each.remedy_template),
            "example": _example(each.id),
        }
        for each in chosen(policy, code)
    ]
    names = ("figure", "label", "since", "value", "clause")
    figures: list[Record] = [
        {"type": "figure", **dict(zip(names, row, strict=True))}
        for row in (figure_rows(policy) if code is None else ())
    ]
    return rules + figures


def rule_rows(policy: Policy) -> Iterator[Sequence[str]]:
    """Every rule as a row: code, severity, clause, message, remedy."""
    for each in chosen(policy, None):
        yield each.id, each.severity.label, each.clause, brief(each.template), brief(each.remedy_template)


def rule_details(policy: Policy, code: str) -> Iterator[Sequence[str]]:
    """All that there is to know of one rule, a line each: what it is about, and an example."""
    (rule,) = chosen(policy, code)
    yield word("代码"), rule.id
    yield word("程度"), f"{rule.severity.label} ({word(_MEANS[rule.severity])})"
    yield word("栏目"), word(HEADINGS.get(rule.field, "")) or "-"
    yield word("依据"), f"{rule.clause} {clause_text(policy, rule.clause)}"
    yield word("问题"), brief(rule.template)
    yield word("怎么办"), brief(rule.remedy_template)
    shown = example(rule.id)
    for label, lines in (("错例", shown.wrong), ("对例", shown.right)) if shown else ():
        for place, line in enumerate(lines):
            yield "" if place else word(label), line


# What a severity comes to.
_MEANS: Mapping[Severity, str] = {
    Severity.ERROR: "退回，改正后再报",
    Severity.WARNING: "不退回，请人看一眼",
    Severity.INFO: "只是告知",
}


def _example(code: str) -> Record | None:
    shown = example(code)
    return None if shown is None else {"wrong": list(shown.wrong), "right": list(shown.right)}


def figure_rows(policy: Policy) -> Iterator[Sequence[str]]:
    """Every figure of a policy through time: its key, label, first day, value and clause."""
    for authority in policy.authorities:
        yield (
            f"authorities.{authority.code}",
            _KINDS[authority.kind],
            str(policy.issued_on),
            authority.name,
            authority.clause,
        )
    for duty in policy.responsibilities:
        where = "、".join(_KINDS[kind] for kind in duty.where)
        yield "responsibilities", f"{duty.level}（{where}）", str(duty.since), _duty(duty), duty.clause
    for phase in policy.phases:
        yield "phases", f"换证期限：{phase.name}", str(phase.since), _phase(phase), phase.clause
    parts = {
        name: getattr(policy, name) for name in ("scope", "entry", "photo", "reconcile", "roster", "fee", "certificate")
    }
    yield from _figures("", parts)
    for title in policy.titles:
        yield (
            f"titles.{title.code}",
            "扩充的资格名称",
            str(policy.issued_on),
            f"{title.name} {title.series} {title.level}",
            title.clause,
        )


def _figures(prefix: str, part: object) -> Iterator[Sequence[str]]:
    if isinstance(part, Figure):
        for value in part.values:
            yield prefix, part.label, str(value.since), _shown(value.value), value.clause
        return
    inside = part if isinstance(part, Mapping) else {name: getattr(part, name) for name in _fields(part)}
    for name, each in inside.items():
        yield from _figures(f"{prefix}.{name}" if prefix else str(name), each)


def _fields(part: object) -> Sequence[str]:
    return list(type(part).model_fields) if isinstance(part, BaseModel) else []


def _shown(value: object) -> str:
    if isinstance(value, tuple | list):
        return "、".join(map(str, value)) or "（无）"
    if isinstance(value, Mapping):
        return "，".join(f"{key}：{each}" for key, each in value.items())
    if isinstance(value, bool):
        return "是" if value else "否"
    return value.isoformat() if isinstance(value, date) else str(value)


def _duty(duty: Responsibility) -> str:
    words = {
        "终审": duty.reviews,
        "制证": duty.makes,
        "花名册报": duty.roster_to,
        "发证": duty.hands_out,
        "销毁旧证": duty.destroys,
    }
    return "，".join(f"{what}：{_KINDS[who]}" for what, who in words.items())


def _phase(phase: Phase) -> str:
    limits = [*phase.levels, *phase.series, *phase.specialty_words]
    return f"{phase.deadline} 前（{'、'.join(limits)}）"

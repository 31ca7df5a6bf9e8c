"""What a policy file must be besides well-formed (政策自查): words that name something, templates that can be filled."""

from collections.abc import Iterator
from datetime import date
from string import Formatter

from hzcert.fields import HEADINGS
from hzcert.figures import Figure
from hzcert.policy import Policy

# Without these no entry can be reviewed, numbered or put on a roster.
_ALWAYS = {"id_number", "name", "title", "level", "region"}
_EVIDENCE = {"least", "lead", "shown"}
_NUMBER = {"letter", "year", "area", "series", "serial"}


def problems(policy: Policy) -> Iterator[str]:
    """Everything that is wrong with a policy, each with its key."""
    if not any(authority.kind == "city" for authority in policy.authorities):
        yield 'authorities：没有市级机关（kind = "city"）'
    for case, words in policy.entry.required.items():
        for value in words.values:
            if unknown := set(value.value) - set(HEADINGS):
                yield f"entry.required.{case}：没有栏目 {'、'.join(sorted(unknown))}"
            if missing := _ALWAYS - set(value.value):
                yield f"entry.required.{case}：不能缺 {'、'.join(sorted(missing))}"
    for fields in policy.reconcile.document_field.values:
        for case, name in fields.value.items():
            if name not in HEADINGS:
                yield f"reconcile.document_field.{case}：没有栏目 {name}"
    for value in policy.reconcile.accepted_differences.values:
        if unknown := {word for word in value.value if word.partition(":")[0] not in HEADINGS}:
            yield f"reconcile.accepted_differences：没有栏目 {'、'.join(sorted(unknown))}"
    for name in ("evidence", "cautious_evidence"):
        for limits in getattr(policy.reconcile, name).values:
            if set(limits.value) != _EVIDENCE or min(limits.value.values()) < 0:
                yield f"reconcile.{name}：应有 {'、'.join(sorted(_EVIDENCE))}，都不小于零"
    for number in policy.certificate.number.values:
        yield from _template("certificate.number", number.value, _NUMBER, needs="serial")
    for title in policy.roster.title.values:
        yield from _template("roster.title", title.value, {"city", "level", "province"}, needs="level")
    if any(value.value < 1 for value in policy.certificate.pages_per_volume.values):
        yield "certificate.pages_per_volume：至少 1 页"
    for name in ("min_sharpness", "good_sharpness"):
        if any(value.value > 1 for value in policy.photo[name].values):
            yield f"photo.{name}：是人脸处细部与粗部之比，不大于 1（随附的政策写 0.18 和 0.25）"
    for case, figure in policy.fee.amount.items():
        if any(value.value < 0 for value in figure.values):
            yield f"fee.amount.{case}：金额不能小于零"
    yield from _clauses(policy)


def _template(key: str, template: str, known: set[str], needs: str) -> Iterator[str]:
    """What is wrong with a text that is filled in."""
    try:
        named = {name for _, name, _, _ in Formatter().parse(template) if name is not None}
        filled = dict.fromkeys(known & named, "0") | {"serial": 1, "year": date.max.year}
        if not named <= known:
            yield f"{key}：不认识 {'、'.join(sorted(named - known))}，可用 {'、'.join(sorted(known))}"
        elif needs not in named:
            yield f"{key}：缺少 {{{needs}}}"
        else:
            template.format(**filled)
    except (ValueError, KeyError, IndexError) as cause:
        yield f"{key}：不成格式（{cause}）"


def _clauses(policy: Policy) -> Iterator[str]:
    """Figures that cite a clause which the policy does not name."""
    for part in ("scope", "entry", "photo", "reconcile", "roster", "fee", "certificate"):
        for key, figure in _figures(part, getattr(policy, part)):
            for value in figure.values:
                if strange := set(value.clause.split()) - set(policy.clauses):
                    yield f"{key}：没有条款 {'、'.join(sorted(strange))}"


def _figures(key: str, part: object) -> Iterator[tuple[str, Figure[object]]]:
    if isinstance(part, Figure):
        yield key, part
        return
    inside = part.items() if isinstance(part, dict) else vars(part).items()
    for name, each in inside:
        if isinstance(each, Figure | dict) or hasattr(each, "model_fields_set"):
            yield from _figures(f"{key}.{name}", each)

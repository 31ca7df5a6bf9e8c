"""Every rule on every entry (审核). The rules are one table: what a rule finds, who breaks it, and the words for it."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial

import numpy as np

from hzcert import codes, divisions, names
from hzcert.entries import Days, Entries, iso
from hzcert.fields import HEADINGS
from hzcert.findings import Code, Finding, in_order
from hzcert.ownrules import OwnRule
from hzcert.policy import Authority, Policy
from hzcert.rules import own, papers, person, qualification
from hzcert.table import Mask, Table

Says = Callable[[Entries, int], Mapping[str, object]]


def _nothing(entries: Entries, line: int) -> Mapping[str, object]:
    return {}


@dataclass(frozen=True)
class Rule:
    """One rule: what it finds, who breaks it, and the words that fill the finding's message."""

    code: Code
    breaks: Callable[[Entries], Mask]
    says: Says = _nothing
    field: str = ""  # where it is not the code's own


# --- the words ------------------------------------------------------------------------------------------------------


def _other(same: Callable[[Entries], Days]) -> Says:
    """The first other entry that has the same number of this kind, by its place."""
    return lambda e, i: {"other": e.holders.where(e.first_other(same, i))}


def _titles(e: Entries, i: int) -> Mapping[str, object]:
    found = e.titles_at(i)
    return {
        "title": e.text("title", i),
        "expected": "或".join(dict.fromkeys(title.level for title in found)),
        "candidates": "、".join(f"{title.name}（{title.level}）" for title in found),
    }


def _series(e: Entries, i: int) -> Mapping[str, object]:
    return {"title": e.text("title", i), "expected": "或".join(title.series for title in e.titles_at(i))}


def _deadline(e: Entries, i: int) -> Mapping[str, object]:
    phase = e.phase(*(e.text(name, i) for name in ("level", "title", "series", "specialty")))
    return {"deadline": phase.deadline if phase else ""}


def _right_authority(e: Entries, i: int) -> Mapping[str, object]:
    region = e.text("region", i)
    return {"region": region, "authority": e.authority.name, "right": e.policy.regions[region].name}


def _elsewhere(name: str) -> Says:
    def words(e: Entries, i: int) -> Mapping[str, object]:
        unit = e.text(name, i)
        named = "、".join(qualification.named_regions(e, unit))
        return {"unit": unit, "named": named, "region": e.text("region", i)}

    return words


def _committee_levels(e: Entries, i: int) -> Mapping[str, object]:
    said = qualification.committee_levels(e, e.text("committee", i))
    return {"said": "、".join(said), "level": e.text("level", i)}


def _document_year(e: Entries, i: int) -> Mapping[str, object]:
    name = "document_date" if e.day("document_date")[i] else "obtained_on"
    number, day = e.text("document_no", i), e.text(name, i)
    return {"document_no": number, "heading": HEADINGS[name], "day": day}


def _age(name: str) -> Says:
    return lambda e, i: {"age": papers.age_at(e, name)[i], "level": e.text("level", i)}


def _said(*given: str) -> Says:
    """The entry's own words in some fields."""
    return lambda e, i: {name: e.text(name, i) for name in given}


def _day_of_processing(e: Entries, i: int) -> Mapping[str, object]:
    return {"as_of": e.as_of}


def _youngest(e: Entries, i: int) -> Mapping[str, object]:
    return {"age": e.policy.entry.youngest.on(e.as_of).value}


def _since(e: Entries, i: int) -> Mapping[str, object]:
    return {"since": papers.first_issue_since(e)}


def _points(signs: str) -> str:
    # Never digit by digit: it may be an ID number that stands there.
    each = dict.fromkeys("数字" if sign.isdecimal() else f"{sign}（U+{ord(sign):04X}）" for sign in signs)
    return "、".join(each)


def _unspoilt(name: str) -> Rule:
    return Rule(
        codes.TEXT_STRANGE,
        lambda e: person.text_strange(e, name),
        lambda e, i: {"heading": HEADINGS[name], "signs": person.spoilt(e.text(name, i))},
        name,
    )


def _ungarbled(name: str) -> Rule:
    return Rule(
        codes.GARBLED,
        lambda e: person.text_garbled(e, name),
        lambda e, i: {"heading": HEADINGS[name]},
        name,
    )


_FREE_TEXTS = ("employer", "department", "series", "specialty", "committee", "document_no", "old_certificate_no")
_OTHER_TEXTS = ("former_name", "obtained_by", "transfer_confirmed_no", "loss_notice")

# --- the table ------------------------------------------------------------------------------------------------------

RULES: tuple[Rule, ...] = (
    Rule(codes.ID_FORM, person.id_malformed, lambda e, i: {"length": len(e.text("id_number_given", i))}),
    Rule(codes.ID_CHECK, person.id_check_fails),
    Rule(codes.ID_BIRTH, person.id_born_never),
    Rule(codes.SEX_DIFFERS, person.sex_differs, lambda e, i: {"expected": "男" if e.ids.male[i] else "女"}),
    Rule(codes.BIRTH_DIFFERS, person.birth_differs, lambda e, i: {"expected": iso(int(e.ids.births[i]))}),
    Rule(codes.ID_OLD_FORM, person.id_in_old_form, lambda e, i: {"lengthened": e.text("id_number", i)}),
    Rule(codes.ID_DIVISION, person.division_unknown, lambda e, i: {"code": e.text("id_number", i)[:6]}),
    Rule(
        codes.ID_DIVISION_GONE,
        person.division_gone,
        lambda e, i: {"code": e.text("id_number", i)[:6], "last": divisions.last_year(e.ids.divisions[i : i + 1])[0]},
    ),
    Rule(codes.ID_PROVINCE, person.province_unknown, lambda e, i: {"code": e.text("id_number", i)[:2]}),
    Rule(
        codes.NAME_STRANGE,
        person.name_strange,
        lambda e, i: {"signs": _points(names.strange_characters(e.text("name", i)))},
    ),
    Rule(codes.NO_PERSON, person.name_of_no_person, _said("name")),
    Rule(codes.ID_ROUND, person.id_round),
    Rule(codes.NAME_NOT_HAN, person.name_not_han),
    Rule(codes.NAME_SHORT, person.name_of_one_sign),
    *map(_unspoilt, (*_FREE_TEXTS, *_OTHER_TEXTS)),
    *map(_ungarbled, ("name", *_FREE_TEXTS)),
    Rule(codes.SEX_UNKNOWN, person.sex_unknown),
    Rule(codes.TWO_NAMES, person.same_id_two_names, _other(lambda e: e.keys("id_number"))),
    Rule(codes.TITLE_UNKNOWN, qualification.title_unknown),
    Rule(codes.TITLE_AMBIGUOUS, qualification.title_ambiguous, _titles),
    Rule(codes.LEVEL_UNKNOWN, qualification.level_unknown),
    Rule(codes.LEVEL_DIFFERS, qualification.level_differs, _titles),
    Rule(codes.SERIES_DIFFERS, qualification.series_differs, _series),
    Rule(codes.REGION_UNKNOWN, qualification.region_unknown, lambda e, i: {"known": "、".join(e.policy.regions)}),
    Rule(
        codes.CASE_UNKNOWN,
        lambda e: e.given("case") & ~e.case(*e.policy.entry.cases.on(e.as_of).value),
        lambda e, i: {"known": "、".join(e.policy.entry.cases.on(e.as_of).value)},
    ),
    Rule(codes.DEPARTMENT_ELSEWHERE, lambda e: qualification.unit_elsewhere(e, "department"), _elsewhere("department")),
    Rule(codes.EMPLOYER_ELSEWHERE, lambda e: qualification.unit_elsewhere(e, "employer"), _elsewhere("employer")),
    Rule(
        codes.DEPARTMENT_OF_FEW,
        qualification.department_of_few,
        lambda e, i: {
            "employer": e.text("employer", i),
            "usual": qualification.usual_departments(e)[e.text("employer", i)],
        },
    ),
    Rule(codes.OUT_NATIONAL, qualification.national_examination),
    Rule(codes.OUT_REVIEW, qualification.review_elsewhere),
    Rule(codes.OUT_EXAM, qualification.examination_elsewhere),
    Rule(codes.WAY_UNLISTED, qualification.way_unlisted, lambda e, i: {"way": e.text("obtained_by", i)}),
    Rule(codes.OUT_SENIOR, qualification.senior_elsewhere),
    Rule(codes.COUNTY_REVIEW, qualification.county_review_too_high, _said("committee", "level")),
    Rule(codes.COMMITTEE_LEVEL, qualification.committee_of_higher_level, _committee_levels),
    Rule(codes.COMMITTEE_LOWER, qualification.committee_of_lower_level, _committee_levels),
    Rule(codes.NO_COMMITTEE_NAME, qualification.committee_is_none, _said("committee")),
    Rule(codes.COMMITTEE_AS_UNIT, qualification.employer_is_committee, _said("employer")),
    Rule(codes.NO_COMMITTEE, qualification.committee_missing),
    Rule(codes.PHASE_OVER, qualification.phase_over, _deadline),
    Rule(codes.NOT_OURS, qualification.not_this_authority, _right_authority),
    Rule(codes.OBTAINED_LATER, lambda e: papers.in_future(e, "obtained_on"), _day_of_processing),
    Rule(codes.OBTAINED_YOUNG, papers.obtained_too_young, _youngest),
    Rule(codes.OBTAINED_YOUNG_FOR_LEVEL, papers.obtained_young_for_level, _age("obtained_on")),
    Rule(codes.OBTAINED_OLD, papers.obtained_very_old, _age("obtained_on")),
    Rule(codes.COMMITTEE_EARLY, papers.obtained_before_its_region, _said("committee")),
    Rule(codes.DOCUMENT_EARLIER, papers.document_before_obtained),
    Rule(codes.DOCUMENT_LATER, papers.document_in_future, _day_of_processing),
    Rule(codes.DOCUMENT_LATER, papers.document_number_in_future, _day_of_processing, "document_no"),
    Rule(codes.DOCUMENT_YEAR, papers.document_of_another_year, _document_year),
    Rule(codes.DOCUMENT_FORM, lambda e: papers.document_malformed(e, "document_no")),
    Rule(codes.SAME_CERTIFICATE, papers.certificate_twice, _other(papers.certificates)),
    Rule(codes.SAME_OLD_NUMBER, papers.old_number_twice, _other(papers.old_numbers)),
    Rule(
        codes.OLD_NUMBER_IS_DOCUMENT,
        papers.old_number_is_document,
        lambda e, i: {"number": e.text("old_certificate_no", i)},
    ),
    Rule(codes.NEW_TOO_OLD, papers.first_issue_too_old, _since),
    Rule(codes.EXCHANGE_TOO_NEW, papers.exchange_too_new, _since),
    Rule(codes.UNCONFIRMED, lambda e: e.case("调入确认") & ~e.given("transfer_confirmed_no")),
    Rule(codes.CONFIRMATION_FORM, lambda e: papers.document_malformed(e, "transfer_confirmed_no")),
    Rule(
        codes.CONFIRMED_OTHERWISE,
        lambda e: papers.of_another_case(e, "transfer_confirmed_no", "调入确认"),
        _said("case"),
    ),
    Rule(
        codes.CONFIRMATION_YEAR,
        papers.confirmed_out_of_time,
        lambda e, i: {"number": e.text("transfer_confirmed_no", i), "obtained_on": e.text("obtained_on", i)},
    ),
    Rule(codes.NO_LOSS_NOTICE, lambda e: e.case("遗失补发") & ~e.given("loss_notice")),
    Rule(codes.LOSS_NOTICE_VAGUE, papers.loss_notice_vague),
    Rule(codes.LOSS_NOTICE_DATE, papers.loss_notice_out_of_time, _said("obtained_on")),
    Rule(codes.LOST_OTHERWISE, lambda e: papers.of_another_case(e, "loss_notice", "遗失补发"), _said("case")),
    Rule(codes.RETIRED_LATER, lambda e: papers.in_future(e, "retired_on"), _day_of_processing),
    Rule(codes.RETIRED_CHILD, papers.retired_as_child, _youngest),
    Rule(codes.RETIRED_YOUNG, papers.retired_young, _age("retired_on")),
    Rule(codes.OBTAINED_RETIRED, papers.obtained_after_retirement, _said("retired_on")),
    Rule(codes.NO_OLD_NUMBER, lambda e: e.case("换发") & ~e.given("old_certificate_no")),
)


def _own(rule: OwnRule) -> Rule:
    return Rule(rule.finding_code, lambda e: own.breaks(e, rule), lambda e, i: own.words(e, rule, i))


def rules_of(policy: Policy) -> Iterator[Rule]:
    """The rules of the notice and the field, and the office's own."""
    yield from RULES
    yield from map(_own, policy.rules)


def check(
    holders: Table, policy: Policy, as_of: date, authority: Authority, read: Iterable[Finding] = ()
) -> list[Finding]:
    """Every rule on every entry, in order of file, sheet and row.

    Args:
        holders: the entries.
        policy: the regulation.
        as_of: the day whose rules hold.
        authority: whose entries they are.
        read: what was found on reading: of a cell that shows an error of a formula nothing more is to be said.
    """
    entries = Entries(holders, policy, as_of, authority)
    found = [*_missing(entries)]
    for rule in rules_of(policy):
        lines = np.flatnonzero(rule.breaks(entries))
        if len(lines):
            found += holders.findings_at(lines, rule.code, rule.field, partial(rule.says, entries))
    if void := {_cell(each) for each in read if each.code is codes.ERROR_CELL}:
        found = [each for each in found if _cell(each) not in void]
    return in_order(found)


def _cell(finding: Finding) -> tuple[str, str | None, int | None, str | None]:
    where = finding.where
    return where.file, where.sheet, where.row, where.column


def _missing(e: Entries) -> Iterator[Finding]:
    """Compulsory fields that are empty, by case (三.1, 五)."""
    known = e.policy.entry.required
    default = e.policy.entry.default_case.on(e.as_of).value
    for case, words in known.items():
        of_case = e.where("case", lambda text, case=case: (text if text in known else default) == case)
        for name in words.on(e.as_of).value:
            lines = np.flatnonzero(of_case & ~e.given(name))
            yield from e.holders.findings_at(lines, codes.MISSING, name, partial(_heading, name))


def _heading(name: str, line: int) -> Mapping[str, object]:
    return {"heading": HEADINGS[name]}

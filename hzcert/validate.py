"""Every rule on every entry (审核). The rules are one table: what a rule finds, who breaks it, and the words for it."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from hzcert import codes, dates, divisions, documents, idnumber, names
from hzcert.entries import Entries, iso_dates, mask
from hzcert.findings import Code, Finding, in_order
from hzcert.policy import Authority, Policy
from hzcert.table import EXCHANGE, FIRST_ISSUE, HEADINGS, REISSUE, TRANSFER_IN, Mask, Table
from hzcert.titles import BROAD_LEVELS, LEVELS, series_fits

_SENIOR = "高级"


Says = Callable[[Entries, int], Mapping[str, object]]


def _nothing(entries: Entries, line: int) -> Mapping[str, object]:
    return {}


@dataclass(frozen=True)
class Rule:
    """One rule: what it finds, who breaks it, and the words that fill the finding's message."""

    code: Code
    breaks: Callable[[Entries], Mask]
    says: Says = _nothing


# --- 三.1, 三.3 the person ------------------------------------------------------------------------------------------


def id_malformed(e: Entries) -> Mask:
    """Neither 18 characters nor 15 digits; one that a spreadsheet has cut is reported where it was read."""
    return e.given("id_number") & ~e.id_formed & ~mask(e["id_number"].str.contains("E+", regex=False))


def id_born_never(e: Entries) -> Mask:
    """The date of birth inside the number is not of the calendar, or after today."""
    born = e.id_birth
    return e.id_formed & mask((born == "") | (born > e.as_of.isoformat()))


def division_unknown(e: Entries) -> Mask:
    """The first six digits were never published as a division, though the province exists.

    Residents' permits (8) and foreigners' cards (9) carry other codes there.
    """
    known = e["id_number"].str.slice(0, 6).isin(divisions.codes()) | e["id_number"].str.match("[89]")
    return e.id_sound & ~mask(known) & ~province_unknown(e)


def province_unknown(e: Entries) -> Mask:
    """The first two digits are no province's."""
    return e.id_sound & ~mask(e["id_number"].str.slice(0, 2).isin(divisions.provinces()))


def sex_differs(e: Entries) -> Mask:
    """性别 is not what the 17th digit of the ID number says (GB 11643)."""
    return e.id_sound & mask(e["sex"].isin(["男", "女"])) & mask(e["sex"] != idnumber.sexes(e["id_number"]))


def birth_differs(e: Entries) -> Mask:
    """出生年月 is not the ID number's, as far as both say."""
    given, born = e["birth_date"], e.id_birth
    month_differs = given.str.slice(0, 7) != born.str.slice(0, 7)
    day_differs = (given.str.len() == 10) & (given != born)
    return e.id_sound & iso_dates(given) & mask(month_differs | day_differs)


def same_id_two_names(e: Entries) -> Mask:
    """One ID number under several names; a former name (曾用名) of either settles it."""
    frame = pd.DataFrame({"id": e["id_number"], "name": e["name"], "former": e["former_name"]})
    frame = frame[e.id_sound & e.given("name")]
    several = frame.groupby("id")["name"].nunique()
    suspects = frame[frame["id"].isin(several[several > 1].index)]
    broken = np.zeros(len(e.holders), dtype=np.bool_)
    for _, group in suspects.groupby("id"):
        if len(set(group["name"]) - set(group["former"])) > 1:
            broken[group.index] = True
    return broken


# --- 三.3, 三.2 the qualification -----------------------------------------------------------------------------------


def title_unknown(e: Entries) -> Mask:
    """The title is neither in GB/T 8561 nor among the policy's own."""
    return e.given("title") & np.array([not found for found in e.titles], dtype=np.bool_)


def title_ambiguous(e: Entries) -> Mask:
    """A bare title that means different levels in different series: 高级教师 of middle and of primary schools."""
    return np.array([len({title.level for title in found}) > 1 for found in e.titles], dtype=np.bool_)


def level_unknown(e: Entries) -> Mask:
    """None of the five levels (高级 and 初级, where the title tells which, were read as one of them)."""
    return e.given("level") & ~mask(e["level"].isin([*LEVELS, *BROAD_LEVELS]))


def level_differs(e: Entries) -> Mask:
    """The level is not the title's."""
    known = mask(e["level"].isin([*LEVELS, *BROAD_LEVELS]))
    same = np.array(
        [not found or level in {t.level for t in found} for level, found in zip(e["level"], e.titles, strict=True)],
        dtype=np.bool_,
    )
    return known & ~same & ~title_ambiguous(e)


def series_differs(e: Entries) -> Mask:
    """The series is not the title's."""
    return e.given("series") & np.array(
        [
            bool(found) and not any(series_fits(series, title.series) for title in found)
            for series, found in zip(e["series"], e.titles, strict=True)
        ],
        dtype=np.bool_,
    )


def not_this_authority(e: Entries) -> Mask:
    """A county's bureau takes its own region's entries only; the city's and the province's take all (三.2)."""
    if e.authority.kind != "county":
        return np.zeros(len(e.holders), dtype=np.bool_)
    return mask(e["region"].isin(list(e.policy.regions))) & mask(e["region"] != e.authority.region)


# --- 一 scope -------------------------------------------------------------------------------------------------------


def national_examination(e: Entries) -> Mask:
    """By an examination of the nation or the province, under whatever name the way is given: not exchanged."""
    scope = e.policy.scope
    words = scope.national_words.on(e.as_of).value
    examined = mask(e["obtained_by"].isin(scope.examined.on(e.as_of).value))
    otherwise = _native(e) & _lower(e) & ~_reviewed(e) & ~mask(e["obtained_by"].isin(scope.confirmed.on(e.as_of).value))
    return ((examined | otherwise) & e.has_word("committee", words)) | e.has_word("obtained_by", words)


def _reviewed(e: Entries) -> Mask:
    return mask(e["obtained_by"].isin(e.policy.scope.reviewed.on(e.as_of).value))


def _lower(e: Entries) -> Mask:
    return mask(e.level_group.isin(["中级", "初级"]))


def committee_missing(e: Entries) -> Mask:
    """Obtained by review, and nothing says by whose."""
    return _native(e) & _reviewed(e) & ~e.given("committee")


def _native(e: Entries) -> Mask:
    """Obtained here: not confirmed after a transfer (五.1)."""
    return ~e.case(TRANSFER_IN)


def review_elsewhere(e: Entries) -> Mask:
    """Intermediate or junior, reviewed by a committee that is not of this city."""
    scope = e.policy.scope
    ours = e.has_word("committee", scope.review_words.on(e.as_of).value)
    return _native(e) & _reviewed(e) & _lower(e) & e.given("committee") & ~ours


def examination_elsewhere(e: Entries) -> Mask:
    """By an examination that neither the city's bureau nor (for junior ones) a county's has held."""
    scope = e.policy.scope
    examined = mask(e["obtained_by"].isin(scope.examined.on(e.as_of).value)) & ~national_examination(e)
    by_city = e.has_word("committee", scope.city_exam_words.on(e.as_of).value)
    by_county = e.has_word("committee", scope.county_exam_words.on(e.as_of).value) & mask(e.level_group == "初级")
    return _native(e) & examined & ~by_city & ~by_county


def way_unlisted(e: Entries) -> Mask:
    """A way that the notice does not list, such as 初定: for a person to decide."""
    scope = e.policy.scope
    listed = [
        way for words in (scope.reviewed, scope.examined, scope.confirmed) for way in words.on(e.as_of).value
    ]  # fmt: skip
    return _native(e) & e.given("obtained_by") & ~mask(e["obtained_by"].isin(listed)) & ~national_examination(e)


def senior_elsewhere(e: Entries) -> Mask:
    """Senior, reviewed by a committee that is not of the province."""
    senior = mask(e.level_group == _SENIOR)
    ours = e.has_word("committee", e.policy.scope.senior_words.on(e.as_of).value)
    return _native(e) & senior & e.given("committee") & ~ours & ~national_examination(e)


def phase_over(e: Entries) -> Mask:
    """The deadline of the certificate's phase has passed (二)."""
    late = np.array([phase is not None and e.as_of > phase.deadline for phase in e.phases], dtype=np.bool_)
    return late & e.case(*e.policy.entry.phased_cases.on(e.as_of).value)


# --- 三.4 dates and documents ---------------------------------------------------------------------------------------


def obtained_in_future(e: Entries) -> Mask:
    """Obtained after the day of processing."""
    return iso_dates(e["obtained_on"]) & mask(e["obtained_on"] > e.as_of.isoformat())


def obtained_too_young(e: Entries) -> Mask:
    """Obtained before the least age."""
    youngest = e.policy.entry.youngest.on(e.as_of).value
    pairs = zip(e.id_birth, e["obtained_on"], iso_dates(e["obtained_on"]) & e.id_sound, strict=True)
    return np.array(
        [bool(fit and idnumber.age_on(born, dates.last_day(obtained)) < youngest) for born, obtained, fit in pairs],
        dtype=np.bool_,
    )


def document_before_obtained(e: Entries) -> Mask:
    """The document is dated before the day on which the qualification was obtained."""
    shared = np.minimum(e["document_date"].str.len(), e["obtained_on"].str.len())
    earlier = [
        document[:size] < obtained[:size]
        for document, obtained, size in zip(e["document_date"], e["obtained_on"], shared, strict=True)
    ]
    return iso_dates(e["document_date"]) & iso_dates(e["obtained_on"]) & np.array(earlier, dtype=np.bool_)


def document_malformed(e: Entries) -> Mask:
    """A document number that is none."""
    formed = np.array([documents.is_number(text) for text in e["document_no"]], dtype=np.bool_)
    return e.given("document_no") & ~formed


# --- doubles --------------------------------------------------------------------------------------------------------


def certificate_twice(e: Entries) -> Mask:
    """The same ID number, title and specialty again: the later entry."""
    keys = pd.DataFrame({name: e[name] for name in ("id_number", "title", "specialty")})
    return e.id_sound & e.given("title") & mask(keys.duplicated(keep="first"))


def old_number_twice(e: Entries) -> Mask:
    """One old certificate number on entries for different certificates."""
    frame = pd.DataFrame({name: e[name] for name in ("old_certificate_no", "id_number", "title", "specialty")})
    distinct = frame.drop_duplicates()
    shared = distinct["old_certificate_no"][distinct["old_certificate_no"].duplicated(keep=False)]
    return e.given("old_certificate_no") & mask(frame["old_certificate_no"].isin(set(shared)))


# --- 五 the cases ---------------------------------------------------------------------------------------------------


def first_issue_too_old(e: Entries) -> Mask:
    """新发 of a qualification from before 2007 (五.3)."""
    since = e.policy.entry.first_issue_since.on(e.as_of).value.isoformat()
    return e.case(FIRST_ISSUE) & iso_dates(e["obtained_on"]) & mask(e["obtained_on"] < since[:7])


def exchange_too_new(e: Entries) -> Mask:
    """换发 of a qualification that got the new certificate at once (五.3)."""
    since = e.policy.entry.first_issue_since.on(e.as_of).value.isoformat()
    return e.case(EXCHANGE) & iso_dates(e["obtained_on"]) & mask(e["obtained_on"] >= since[:7])


def retired_in_future(e: Entries) -> Mask:
    """Retired after the day of processing: not retired yet."""
    return iso_dates(e["retired_on"]) & mask(e["retired_on"] > e.as_of.isoformat())


def _strange(e: Entries) -> Mask:
    return np.array([bool(names.strange_characters(name)) for name in e["name"]], dtype=np.bool_)


def _not_han(e: Entries) -> Mask:
    return e.given("name") & ~_strange(e) & np.array([not names.is_han(name) for name in e["name"]], dtype=np.bool_)


def _other(e: Entries, line: int, *same: str) -> Mapping[str, object]:
    """The first other entry that shares these fields, by its place."""
    alike = np.ones(len(e.holders), dtype=np.bool_)
    for name in same:
        alike &= mask(e[name] == e[name].iloc[line])
    alike[line] = False
    return {"other": e.holders.where(int(np.flatnonzero(alike)[0]))}


def _titles(e: Entries, line: int) -> Mapping[str, object]:
    found = e.titles[line]
    return {
        "title": e["title"].iloc[line],
        "expected": "或".join(dict.fromkeys(title.level for title in found)),
        "candidates": "、".join(f"{title.name}（{title.level}）" for title in found),
    }


RULES: tuple[Rule, ...] = (
    Rule(codes.ID_FORM, id_malformed, lambda e, i: {"length": len(e["id_number_given"].iloc[i])}),
    Rule(codes.ID_CHECK, lambda e: ~idnumber.check_holds(e["id_number"]) & ~id_born_never(e)),
    Rule(codes.ID_BIRTH, id_born_never),
    Rule(codes.SEX_DIFFERS, sex_differs, lambda e, i: {"expected": idnumber.sexes(e["id_number"].iloc[[i]]).iloc[0]}),
    Rule(codes.BIRTH_DIFFERS, birth_differs, lambda e, i: {"expected": e.id_birth.iloc[i]}),
    Rule(
        codes.ID_OLD_FORM,
        lambda e: idnumber.is_old_form(e["id_number_given"]) & e.id_sound,
        lambda e, i: {"lengthened": e["id_number"].iloc[i]},
    ),
    Rule(codes.ID_DIVISION, division_unknown, lambda e, i: {"code": e["id_number"].iloc[i][:6]}),
    Rule(codes.ID_PROVINCE, province_unknown, lambda e, i: {"code": e["id_number"].iloc[i][:2]}),
    Rule(codes.NAME_STRANGE, _strange, lambda e, i: {"signs": _points(names.strange_characters(e["name"].iloc[i]))}),
    Rule(codes.NAME_NOT_HAN, _not_han),
    Rule(codes.SEX_UNKNOWN, lambda e: e.given("sex") & ~mask(e["sex"].isin(["男", "女"]))),
    Rule(codes.TWO_NAMES, same_id_two_names, lambda e, i: _other(e, i, "id_number")),
    Rule(codes.TITLE_UNKNOWN, title_unknown),
    Rule(codes.TITLE_AMBIGUOUS, title_ambiguous, _titles),
    Rule(codes.LEVEL_UNKNOWN, level_unknown),
    Rule(codes.LEVEL_DIFFERS, level_differs, _titles),
    Rule(
        codes.SERIES_DIFFERS,
        series_differs,
        lambda e, i: {"title": e["title"].iloc[i], "expected": "或".join(t.series for t in e.titles[i])},
    ),
    Rule(
        codes.REGION_UNKNOWN,
        lambda e: e.given("region") & ~mask(e["region"].isin(list(e.policy.regions))),
        lambda e, i: {"known": "、".join(e.policy.regions)},
    ),
    Rule(
        codes.CASE_UNKNOWN,
        lambda e: e.given("case") & ~e.case(*e.policy.entry.cases.on(e.as_of).value),
        lambda e, i: {"known": "、".join(e.policy.entry.cases.on(e.as_of).value)},
    ),
    Rule(codes.OUT_NATIONAL, national_examination),
    Rule(codes.OUT_REVIEW, review_elsewhere),
    Rule(codes.OUT_EXAM, examination_elsewhere),
    Rule(codes.WAY_UNLISTED, way_unlisted, lambda e, i: {"way": e["obtained_by"].iloc[i]}),
    Rule(codes.OUT_SENIOR, senior_elsewhere),
    Rule(codes.NO_COMMITTEE, committee_missing),
    Rule(codes.PHASE_OVER, phase_over, lambda e, i: {"deadline": phase.deadline if (phase := e.phases[i]) else ""}),
    Rule(
        codes.NOT_OURS,
        not_this_authority,
        lambda e, i: {
            "region": e["region"].iloc[i],
            "authority": e.authority.name,
            "right": e.policy.regions[e["region"].iloc[i]].name,
        },
    ),
    Rule(codes.OBTAINED_LATER, obtained_in_future, lambda e, i: {"as_of": e.as_of}),
    Rule(codes.OBTAINED_YOUNG, obtained_too_young, lambda e, i: {"age": e.policy.entry.youngest.on(e.as_of).value}),
    Rule(codes.DOCUMENT_EARLIER, document_before_obtained),
    Rule(codes.DOCUMENT_FORM, document_malformed),
    Rule(codes.SAME_CERTIFICATE, certificate_twice, lambda e, i: _other(e, i, "id_number", "title", "specialty")),
    Rule(codes.SAME_OLD_NUMBER, old_number_twice, lambda e, i: _other(e, i, "old_certificate_no")),
    Rule(codes.NEW_TOO_OLD, first_issue_too_old, lambda e, i: _since(e)),
    Rule(codes.EXCHANGE_TOO_NEW, exchange_too_new, lambda e, i: _since(e)),
    Rule(codes.UNCONFIRMED, lambda e: e.case(TRANSFER_IN) & ~e.given("transfer_confirmed_no")),
    Rule(codes.NO_LOSS_NOTICE, lambda e: e.case(REISSUE) & ~e.given("loss_notice")),
    Rule(codes.RETIRED_LATER, retired_in_future, lambda e, i: {"as_of": e.as_of}),
    Rule(codes.NO_OLD_NUMBER, lambda e: e.case(EXCHANGE) & ~e.given("old_certificate_no")),
)


def check(holders: Table, policy: Policy, as_of: date, authority: Authority) -> list[Finding]:
    """Every rule on every entry, in order of file, sheet and row."""
    entries = Entries(holders, policy, as_of, authority)
    found = [*_missing(entries)]
    for rule in RULES:
        for line in np.flatnonzero(rule.breaks(entries)):
            found.append(holders.finding(int(line), rule.code, "", **rule.says(entries, int(line))))
    return in_order(found)


def _missing(e: Entries) -> Iterator[Finding]:
    """Compulsory fields that are empty, by case (三.1, 五)."""
    known = e.policy.entry.required
    default = e.policy.entry.default_case.on(e.as_of).value
    case = e["case"].map(lambda text: text if text in known else default)
    for name_of_case, words in known.items():
        for name in words.on(e.as_of).value:
            for line in np.flatnonzero(mask(case == name_of_case) & ~e.given(name)):
                yield e.holders.finding(int(line), codes.MISSING, name, heading=HEADINGS[name])


def _since(e: Entries) -> Mapping[str, object]:
    return {"since": dates.chinese(e.policy.entry.first_issue_since.on(e.as_of).value.isoformat())}


def _points(signs: str) -> str:
    return "、".join(f"{sign}（U+{ord(sign):04X}）" for sign in signs)

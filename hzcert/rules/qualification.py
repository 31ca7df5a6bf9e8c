"""Rules on the qualification (三.3), on who may give it (一), and on where the holder belongs (三.2)."""

import re
from collections.abc import Callable

from hzcert.entries import LEVELLED, PHASED, TITLED, Entries
from hzcert.table import Mask
from hzcert.titles import BROAD_LEVELS, LEVELS, series_fits

SENIOR, INTERMEDIATE, JUNIOR = "高级", "中级", "初级"
KNOWN_LEVELS = frozenset((*LEVELS, *BROAD_LEVELS))
_LEVEL_WORDS = re.compile(r"高(?=级|、|[中初]|评[委审])|中(?=级|、|初[级评]|评[委审])|初(?=级|评[委审])")


# --- 三.3 title, level, series --------------------------------------------------------------------------------------


def title_unknown(e: Entries) -> Mask:
    """The title is neither in GB/T 8561 nor among the policy's own."""
    return e.given("title") & e.where(TITLED, lambda *given: not e.titles(*given))


def title_ambiguous(e: Entries) -> Mask:
    """A bare title that means different levels in different series: 高级教师 of middle and of primary schools."""
    return e.where(TITLED, lambda *given: len({title.level for title in e.titles(*given)}) > 1)


def level_unknown(e: Entries) -> Mask:
    """None of the five levels (高级 and 初级, where the title tells which, were read as one of them)."""
    return e.given("level") & ~e.one_of("level", tuple(KNOWN_LEVELS))


def level_differs(e: Entries) -> Mask:
    """The level is not the title's."""

    def differs(level: str, title: str, series: str) -> bool:
        levels = {found.level for found in e.titles(title, series)}
        return level in KNOWN_LEVELS and len(levels) == 1 and level not in levels

    return e.where(LEVELLED, differs)


def series_differs(e: Entries) -> Mask:
    """The series is not the title's."""

    def differs(title: str, series: str) -> bool:
        found = e.titles(title, series)
        return bool(series and found) and not any(series_fits(series, each.series) for each in found)

    return e.where(TITLED, differs)


# --- 一 scope -------------------------------------------------------------------------------------------------------


def national_examination(e: Entries) -> Mask:
    """By an examination of the nation or the province, under whatever name the way is given: not exchanged."""
    scope = e.policy.scope
    words = scope.national_words.on(e.as_of).value
    confirmed = e.one_of("obtained_by", scope.confirmed.on(e.as_of).value)
    otherwise = _native(e) & e.in_group(INTERMEDIATE, JUNIOR) & ~_reviewed(e) & ~confirmed
    return ((_examined(e) | otherwise) & e.has_word("committee", words)) | e.has_word("obtained_by", words)


def committee_missing(e: Entries) -> Mask:
    """Obtained by review, and nothing says by whose."""
    return _native(e) & _reviewed(e) & ~e.given("committee")


def committee_is_none(e: Entries) -> Mask:
    """Obtained by review, and the committee has not one word that a committee's name has."""
    words = e.policy.scope.committee_words.on(e.as_of).value
    return _native(e) & _reviewed(e) & e.given("committee") & ~e.has_word("committee", words)


def employer_is_committee(e: Entries) -> Mask:
    """The employer's name is a review committee's."""
    return e.has_word("employer", e.policy.scope.only_committee_words.on(e.as_of).value)


def review_elsewhere(e: Entries) -> Mask:
    """Intermediate or junior, reviewed by a committee that is not of this city."""
    scope = e.policy.scope
    ours = _is_ours(e, scope.review_words.on(e.as_of).value, scope.review_beginnings.on(e.as_of).value)
    return _native(e) & _reviewed(e) & e.in_group(INTERMEDIATE, JUNIOR) & e.given("committee") & ~ours


def examination_elsewhere(e: Entries) -> Mask:
    """By an examination that neither the city's bureau nor (for junior ones) a county's has held."""
    scope = e.policy.scope
    by_city = e.has_word("committee", scope.city_exam_words.on(e.as_of).value)
    by_county = e.has_word("committee", scope.county_exam_words.on(e.as_of).value) & e.in_group(JUNIOR)
    return _native(e) & _examined(e) & ~national_examination(e) & ~by_city & ~by_county


def way_unlisted(e: Entries) -> Mask:
    """A way that the notice does not list, such as 初定: for a person to decide."""
    scope = e.policy.scope
    listed = [way for words in (scope.reviewed, scope.examined, scope.confirmed) for way in words.on(e.as_of).value]
    return _native(e) & e.given("obtained_by") & ~e.one_of("obtained_by", listed) & ~national_examination(e)


def senior_elsewhere(e: Entries) -> Mask:
    """Senior, reviewed by a committee that is not of the province."""
    scope = e.policy.scope
    ours = _is_ours(e, scope.senior_words.on(e.as_of).value, scope.senior_beginnings.on(e.as_of).value)
    return _native(e) & e.in_group(SENIOR) & e.given("committee") & ~ours & ~national_examination(e)


def county_review_too_high(e: Entries) -> Mask:
    """Reviewed by a county's committee, which gives junior qualifications only."""
    allowed = e.policy.scope.county_review_levels.on(e.as_of).value
    higher = e.in_group(*(group.name for group in e.policy.levels if group.name not in allowed))
    return (
        _native(e) & _reviewed(e) & higher & e.where("committee", lambda text: _county(e, text)) & ~senior_elsewhere(e)
    )


def committee_of_lower_level(e: Entries) -> Mask:
    """The committee's name says only lower levels (高级, 中级, 初级) than the certificate's: it can't have given it."""
    return _committee_says(e, lambda said, group: all(e.rank(each) > e.rank(group) for each in said))


def committee_of_higher_level(e: Entries) -> Mask:
    """The committee's name says another level than the certificate's, and a higher one: it may have given it."""
    return _committee_says(
        e, lambda said, group: group not in said and any(e.rank(each) < e.rank(group) for each in said)
    )


def _committee_says(e: Entries, test: Callable[[tuple[str, ...], str], bool]) -> Mask:
    """Whose committee says levels in its name that, held against the certificate's, pass a test."""

    def passes(committee: str, level: str, title: str, series: str) -> bool:
        group, said = e.group(level, title, series), committee_levels(e, committee)
        return bool(group and said) and test(said, group)

    told = _native(e) & _reviewed(e) & e.where(("committee", *LEVELLED), passes)
    return told & ~review_elsewhere(e) & ~senior_elsewhere(e)


def committee_levels(e: Entries, committee: str) -> tuple[str, ...]:
    """The notice's levels that a committee's name says: 中级, 中初级, 高、中级."""
    plain = committee
    for words in e.policy.scope.level_words_passed_over.on(e.as_of).value:
        plain = plain.replace(words, "")
    return tuple(dict.fromkeys(f"{sign}级" for sign in _LEVEL_WORDS.findall(plain)))


def phase_over(e: Entries) -> Mask:
    """The deadline of the certificate's phase has passed (二)."""

    def late(*given: str) -> bool:
        phase = e.phase(*given)
        return phase is not None and e.as_of > phase.deadline

    return e.case(*e.policy.entry.phased_cases.on(e.as_of).value) & e.where(PHASED, late)


# --- 三.2 where the holder belongs ----------------------------------------------------------------------------------


def region_unknown(e: Entries) -> Mask:
    """None of the policy's regions."""
    return e.given("region") & ~e.one_of("region", tuple(e.policy.regions))


def not_this_authority(e: Entries) -> Mask:
    """A county's bureau takes its own region's entries only; the city's and the province's take all."""
    if e.authority.kind != "county":
        return e.nobody()
    return e.one_of("region", [region for region in e.policy.regions if region != e.authority.region])


def unit_elsewhere(e: Entries, name: str) -> Mask:
    """A unit (工作单位, 主管部门) that is named after another county than the entry's region."""

    def elsewhere(unit: str, region: str) -> bool:
        named = named_regions(e, unit)
        return bool(named) and region in e.policy.regions and region not in named

    return e.where((name, "region"), elsewhere)


def named_regions(e: Entries, unit: str) -> tuple[str, ...]:
    """The counties and districts whose whole name a unit carries."""
    return tuple(
        region for region, authority in e.policy.regions.items() if authority.kind == "county" and region in unit
    )


def department_of_few(e: Entries) -> Mask:
    """An employer whose entries name several departments (主管部门): those that name one of the rarer."""
    usual = usual_departments(e)
    return e.where(("employer", "department"), lambda unit, head: bool(head) and usual.get(unit, head) != head)


def usual_departments(e: Entries) -> dict[str, str]:
    """The department that most entries of an employer name, where there are several and one is named more than any other."""
    return e.once("usual departments", lambda: _usual_departments(e))


def _usual_departments(e: Entries) -> dict[str, str]:
    both = e.distinct("employer", "department")
    counts: dict[str, list[tuple[int, str]]] = {}
    for count, unit, head in zip(both.counts(), *(part.to_pylist() for part in both.parts), strict=True):
        if unit and head:
            counts.setdefault(unit, []).append((count, head))
    ranked = {unit: sorted(heads, reverse=True) for unit, heads in counts.items() if len(heads) > 1}
    return {unit: heads[0][1] for unit, heads in ranked.items() if heads[0][0] > heads[1][0]}


def _native(e: Entries) -> Mask:
    """Obtained here: not confirmed after a transfer (五.1)."""
    return ~e.case("调入确认")


def _reviewed(e: Entries) -> Mask:
    """By review, or by a confirmation (确认): of a transfer-in it is another's, of anybody else it must be this city's too."""
    scope = e.policy.scope
    ways = (*scope.reviewed.on(e.as_of).value, *scope.confirmed.on(e.as_of).value)
    return e.one_of("obtained_by", ways)


def _examined(e: Entries) -> Mask:
    return e.one_of("obtained_by", e.policy.scope.examined.on(e.as_of).value)


def _is_ours(e: Entries, words: tuple[str, ...], beginnings: tuple[str, ...]) -> Mask:
    """Whose committee has one of these words in its name, or begins with one that means ours: 市工程技术人员…."""
    return e.has_word("committee", words) | e.where("committee", lambda text: text.startswith(beginnings))


def _county(e: Entries, committee: str) -> bool:
    """Whether a committee is a county's: it begins with a county's name, long or short, after the city's at most."""
    plain = committee.removeprefix(e.policy.province).removeprefix(e.policy.city)
    names = [
        word
        for each in e.policy.regions.values()
        if each.kind == "county"
        for word in (each.region, *each.region_words)
    ]
    return plain.startswith((*names, "县", "区"))

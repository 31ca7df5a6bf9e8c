"""Rules on dates, documents, doubles and cases (三.3, 三.4, 四, 五)."""

import re

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from hzcert import dates, documents, names
from hzcert.entries import TITLED, Days, Entries, earlier, number_of, numbered_together, repeated, years_between
from hzcert.rules.qualification import named_regions
from hzcert.table import Mask

_MAY_BE_SPELT_OTHERWISE = r"[^0-9A-Z\x{4e00}-\x{9fa5}()\[\]-]"
# A year in brackets, as document numbers have it; and what two spellings of such a number may differ in.
_IN_BRACKETS = r"[(\[（［〔【〖{]\s*\d{2,4}\s*[)\]）］〕】〗}]"
_NOT_COMPARED = r"[^\p{Han}0-9]|第0*"
_DATE_IN_TEXT = re.compile(r"(?:19|20)\d\d(?:[-./年]\d{1,2}[-./月]\d{1,2}|\d{4}(?!\d))")


# --- dates ----------------------------------------------------------------------------------------------------------


def in_future(e: Entries, name: str) -> Mask:
    """A date after the day of processing."""
    return e.day(name) > e.today


_UNKNOWN = 999  # years, of which nobody is so old


def age_at(e: Entries, name: str) -> Days:
    """Whole years at a date, by the ID number; ``_UNKNOWN`` where one of them is not known."""
    day = e.day(name)
    known = e.id_sound & (day > 0)
    return e.once(("age", name), lambda: np.where(known, years_between(e.ids.births, day), _UNKNOWN))


def obtained_too_young(e: Entries) -> Mask:
    """Obtained before the least age."""
    return age_at(e, "obtained_on") < e.policy.entry.youngest.on(e.as_of).value


def obtained_young_for_level(e: Entries) -> Mask:
    """Obtained at an age at which hardly anybody has this level."""
    usual = e.policy.entry.youngest_by_level.on(e.as_of).value
    young, age = e.nobody(), age_at(e, "obtained_on")
    for level, least in usual.items():
        young |= e.one_of("level", [level]) & (age < least)
    return young & ~obtained_too_young(e)


def obtained_before_its_region(e: Entries) -> Mask:
    """Given by a body of a district that was not founded yet."""
    found = e.nobody()
    for region, authority in e.policy.regions.items():
        if authority.founded_on:
            theirs = e.where("committee", lambda text, region=region: region in named_regions(e, text))
            found |= theirs & earlier(e.day("obtained_on"), number_of(authority.founded_on))
    return found


def document_before_obtained(e: Entries) -> Mask:
    """The document is dated before the day on which the qualification was obtained."""
    return earlier(e.day("document_date"), e.day("obtained_on"))


def document_of_another_year(e: Entries) -> Mask:
    """The year in the document's number is not that of its date; without one, it is before the qualification's."""
    year, dated, obtained = _year(e, "document_no"), e.day("document_date") // 10_000, e.day("obtained_on") // 10_000
    differs = np.where(dated > 0, year != dated, year < obtained)
    return (year > 0) & differs & ~document_before_obtained(e) & ~document_number_in_future(e)


def document_number_in_future(e: Entries) -> Mask:
    """Its number is of a year to come; where its date is too, that is said of the date."""
    return (_year(e, "document_no") > e.as_of.year) & ~in_future(e, "document_date") & ~in_future(e, "obtained_on")


def document_in_future(e: Entries) -> Mask:
    """Dated after the day of processing; where the qualification is too, that is said of it."""
    return in_future(e, "document_date") & ~in_future(e, "obtained_on")


def _year(e: Entries, name: str) -> Days:
    """The year in a document's number; 0 where there is none."""
    return np.array([documents.year(text) for text in e.values(name)], dtype=np.int64)[e.keys(name)]


def document_malformed(e: Entries, name: str) -> Mask:
    """A document number that is none."""
    return e.given(name) & ~e.where(name, documents.is_number)


# --- doubles --------------------------------------------------------------------------------------------------------


def certificates(e: Entries) -> Days:
    """Small numbers that are equal where person, title and specialty are, however spelt: as the register knows them."""
    return e.once("certificates", lambda: _certificates(e))


def _certificates(e: Entries) -> Days:
    person = e.keys("id_number")
    lines = np.flatnonzero(repeated(person))  # who stands in one entry has one certificate: nothing else to compare
    titled, specialty = e.distinct(*TITLED), e.distinct("specialty")
    titles = titled.renumbered(lambda title, series: found[0].code if (found := e.titles(title, series)) else title)
    specialties = specialty.renumbered(names.unit_key)
    numbers = person.copy()
    numbers[lines] = len(e) + numbered_together(titles[lines], specialties[lines], person[lines])
    return numbers


def certificate_twice(e: Entries) -> Mask:
    """The same certificate again: the later entry."""
    found = e.nobody()
    lines = np.flatnonzero(repeated(e.keys("id_number")))
    found[lines] = pd.Series(certificates(e)[lines]).duplicated(keep="first")
    return e.id_sound & e.given("title") & found


def old_number_is_document(e: Entries) -> Mask:
    """The number of the entry's own document stands where that of the old certificate should (证号或批文号)."""
    lines = np.flatnonzero(e.distinct("old_certificate_no").matching(_IN_BRACKETS))
    number, document, confirmed = (
        pc.replace_substring_regex(e.holders.texts(name).take(pa.array(lines)), _NOT_COMPARED, "")
        for name in ("old_certificate_no", "document_no", "transfer_confirmed_no")
    )
    found = e.nobody()
    found[lines] = pc.or_(pc.equal(number, document), pc.equal(number, confirmed))
    return found


def old_numbers(e: Entries) -> Days:
    """Small numbers that are equal where the old certificate number is, however spelt."""
    return e.once("old numbers", lambda: _old_numbers(e))


def _old_numbers(e: Entries) -> Days:
    distinct = e.distinct("old_certificate_no")
    (texts,) = distinct.parts
    if not pc.any(pc.match_substring_regex(texts, _MAY_BE_SPELT_OTHERWISE)).as_py():
        return distinct.places
    folded = pc.utf8_upper(pc.replace_substring_regex(pc.utf8_normalize(texts, "NFKC"), r"\s+", ""))
    alike = np.asarray(folded.dictionary_encode().indices, dtype=np.int64)
    return alike[distinct.places]


def old_number_twice(e: Entries) -> Mask:
    """One old certificate number on entries for different certificates."""
    numbers = old_numbers(e)
    # Everybody in one document may have its number there.
    lines = np.flatnonzero(e.given("old_certificate_no") & repeated(numbers) & ~old_number_is_document(e))
    frame = pd.DataFrame({"number": numbers[lines], "certificate": certificates(e)[lines]}).drop_duplicates()
    shared = frame["number"][frame["number"].duplicated()]
    found = e.nobody()
    found[lines] = np.isin(numbers[lines], shared)
    return found


# --- 四, 五 the cases -----------------------------------------------------------------------------------------------


def first_issue_too_old(e: Entries) -> Mask:
    """新发 of a qualification from before 2007 (五.3)."""
    day = e.day("obtained_on")
    return e.case("新发") & (day > 0) & (day // 100 < _first_issue(e))


def exchange_too_new(e: Entries) -> Mask:
    """换发 of a qualification that got the new certificate at once (五.3)."""
    return e.case("换发") & (e.day("obtained_on") // 100 >= _first_issue(e))


def first_issue_since(e: Entries) -> str:
    """The day from which all new certificates are in the new form, in Chinese."""
    return dates.chinese(e.policy.entry.first_issue_since.on(e.as_of).value.isoformat())


def obtained_very_old(e: Entries) -> Mask:
    """Obtained at an age at which hardly anybody obtains anything."""
    age = age_at(e, "obtained_on")
    return (age > e.policy.entry.oldest.on(e.as_of).value) & (age < _UNKNOWN)


def retired_as_child(e: Entries) -> Mask:
    """Retired before the age at which one can have obtained anything, or before birth."""
    return age_at(e, "retired_on") < e.policy.entry.youngest.on(e.as_of).value


def retired_young(e: Entries) -> Mask:
    """Retired at an age at which hardly anybody retires."""
    least = e.policy.entry.youngest_retired.on(e.as_of).value
    return (age_at(e, "retired_on") < least) & ~in_future(e, "retired_on") & ~retired_as_child(e)


def obtained_after_retirement(e: Entries) -> Mask:
    """Obtained after the holder had retired."""
    return earlier(e.day("retired_on"), e.day("obtained_on")) & ~in_future(e, "obtained_on")


def loss_notice_vague(e: Entries) -> Mask:
    """A loss notice (遗失声明) that names no newspaper or no date."""
    vague = e.where("loss_notice", lambda text: not any(map(str.isdigit, text)) or not any(map(str.isalpha, text)))
    return e.given("loss_notice") & vague


def confirmed_out_of_time(e: Entries) -> Mask:
    """A confirmation whose number is of a year before the qualification, or to come."""
    year = _year(e, "transfer_confirmed_no")
    return (year > 0) & ((year < e.day("obtained_on") // 10_000) | (year > e.as_of.year))


def loss_notice_out_of_time(e: Entries) -> Mask:
    """A loss notice from before the qualification, or to come."""
    told = np.array([_last_day_in(text) for text in e.values("loss_notice")], dtype=np.int64)[e.keys("loss_notice")]
    return earlier(told, e.day("obtained_on")) | (told > e.today)


def _last_day_in(text: str) -> int:
    """The last date in a text such as 湖州日报 2007年6月12日第3版, as a number; 0 where none can be read."""
    days = [iso for found in _DATE_IN_TEXT.findall(text) if (iso := dates.read(found))]
    return max((int(f"{iso.replace('-', ''):0<8}") for iso in days), default=0)


def of_another_case(e: Entries, name: str, case: str) -> Mask:
    """A field that belongs to one case, filled in an entry of another."""
    return e.given(name) & ~e.case(case) & e.one_of("case", e.policy.entry.cases.on(e.as_of).value)


def _first_issue(e: Entries) -> int:
    return number_of(e.policy.entry.first_issue_since.on(e.as_of).value) // 100

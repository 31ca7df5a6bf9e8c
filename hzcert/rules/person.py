"""Rules on the person (三.1, 三.3): ID number, date of birth, sex, name."""

import re
from collections import defaultdict
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from hzcert import divisions, garbling, idnumber, names
from hzcert.entries import Entries, mask, repeated
from hzcert.table import Mask

SEXES = ("男", "女")

# Characters that every font has, with at most dots between them: nothing else to ask about such a name.
_PLAIN_NAME = r"^[\x{3400}-\x{4db5}\x{4e00}-\x{9fa5}]+(?:·[\x{3400}-\x{4db5}\x{4e00}-\x{9fa5}]+)*$"
# A spreadsheet's errors; what is left of characters that a program did not know; private-use and control characters.
# In words that Python's expressions and RE2's share.
_SPOILT = re.compile(
    r"#(?:N/A|REF!|VALUE!|NAME\?|DIV/0!|NULL!|NUM!|SPILL!|CALC!|GETTING_DATA)|[?？]{2,}|[\x00-\x1f\x7f□"
    "\u2400-\u2421\x80-\x9f\ufffd\ue000-\uf8ff\U000f0000-\U0010ffff]"
    # What refers to the line above, and numbers, such as the nought that a formula makes of an empty cell.
    "|^(?:同上|同前|同左|[-—]*[〃″”“\"＂']+[-—]*)$"
)
_NUMBER = re.compile(r"^-?\d+(?:\.\d+)?$")
_WORDS = frozenset({"employer", "department", "series", "specialty", "committee"})  # never a bare number
# Five characters and more that end like a unit's name, four in a unit's own words, and what stands for a name.
_NO_PERSON = (
    r"^(?:[\x{4e00}-\x{9fff}]{4,}[局所院厂站校社处队部]"
    r"|[\x{4e00}-\x{9fff}]{2,}(?:学校|中学|小学|公司|中心|委员会|集团|银行|医院|大学|学院|办公室|协会)"
    r"|[\x{4e00}-\x{9fff}]?某某?|[xX×*＊]{2,}|见附件|略|同志)$"
)
_CUT = re.compile(r"\d\.\d+E\+\d\d")


def id_malformed(e: Entries) -> Mask:
    """Neither 18 characters nor 15 digits; one that a spreadsheet has cut is reported where it was read."""
    broken = np.flatnonzero(e.given("id_number") & ~e.ids.formed)
    cut = [_CUT.fullmatch(text) is not None for text in e["id_number"].iloc[broken]]
    return _at(e, broken[~mask(cut)])


def id_check_fails(e: Entries) -> Mask:
    """The last character is not the one that belongs to the others; a date that can't be is said first."""
    return ~e.ids.check_holds & ~id_born_never(e)


def id_born_never(e: Entries) -> Mask:
    """The date of birth inside the number is not of the calendar, or after today."""
    born = e.ids.births
    return mask(e.ids.formed & ((born == 0) | (born > e.today)))


def id_in_old_form(e: Entries) -> Mask:
    """Given in 15 digits, which were still valid in 2007."""
    length = pc.binary_length(e.holders.texts("id_number_given"))
    short = np.flatnonzero(mask(pc.equal(length, 15)))
    return _at(e, short[idnumber.is_old_form(e["id_number_given"].iloc[short])]) & e.id_sound


def division_unknown(e: Entries) -> Mask:
    """The first six digits were never published as a division, though the province exists."""
    first = e.ids.divisions
    return e.id_sound & ~divisions.known(first) & divisions.in_province(first)


def division_gone(e: Entries) -> Mask:
    """The first six digits were no longer in use when the holder was born; lists may lag behind by a year."""
    return e.id_sound & (e.ids.births // 10_000 > divisions.last_year(e.ids.divisions) + 1)


def province_unknown(e: Entries) -> Mask:
    """The first two digits are no province's."""
    return e.id_sound & ~divisions.in_province(e.ids.divisions)


def sex_differs(e: Entries) -> Mask:
    """性别 is not what the 17th digit of the ID number says (GB 11643)."""
    said_male, said_female = e.one_of("sex", SEXES[:1]), e.one_of("sex", SEXES[1:])
    return e.id_sound & ((said_male & ~e.ids.male) | (said_female & e.ids.male))


def sex_unknown(e: Entries) -> Mask:
    """Neither 男 nor 女."""
    return e.given("sex") & ~e.one_of("sex", SEXES)


def birth_differs(e: Entries) -> Mask:
    """出生年月 is not the ID number's, as far as both say."""
    given, born = e.day("birth_date"), e.ids.births
    same = np.where(given % 100 > 0, given == born, given // 100 == born // 100)
    return mask(e.id_sound & (given > 0) & ~same)


def name_strange(e: Entries) -> Mask:
    """Signs in the name that no name has."""
    return _names(e, lambda name: names.strange_characters(name) != "")


def name_of_no_person(e: Entries) -> Mask:
    """A unit, a title, a region or a word that stands for a name (某某, 略) where the name should be."""
    words = {*e.policy.title_table.by_spelling, *e.policy.region_spellings, *SEXES}
    names, *units = (e.holders.texts(name) for name in ("name", "employer", "department"))
    as_unit = np.logical_or.reduce([mask(pc.equal(names, unit)) for unit in units])
    return mask(as_unit | e.distinct("name").matching(_NO_PERSON) | e.one_of("name", tuple(words))) & e.given("name")


def id_round(e: Entries) -> Mask:
    """Ends in 000, as what a spreadsheet has cut does, and one right number in 1,100."""
    return e.id_sound & mask(pc.ends_with(e.holders.texts("id_number"), "000"))


def name_not_han(e: Entries) -> Mask:
    """A name in other characters than Han."""
    return _names(e, lambda name: not names.is_han(name)) & ~name_strange(e)


def name_of_one_sign(e: Entries) -> Mask:
    """A name of a single Han character, as is left of one that was cut."""
    return e.where("name", lambda name: len(name) == 1 and names.is_han(name))


def text_strange(e: Entries, name: str) -> Mask:
    """A field that holds what no clerk has meant: a sign of no character, a spreadsheet's own error, 同上, a number for a word."""
    distinct = e.distinct(name)
    found = distinct.matching(_SPOILT.pattern)
    return found | distinct.matching(_NUMBER.pattern) if name in _WORDS else found


def text_garbled(e: Entries, name: str) -> Mask:
    """A field whose text was once read in another encoding than it was written in."""
    distinct = e.distinct(name)
    maybe = mask(pc.match_substring_regex(distinct.parts[0], garbling.MAY_BE))
    garbled = np.zeros(len(maybe), dtype=np.bool_)
    garbled[maybe] = [garbling.is_garbled(text) for text in distinct.parts[0].filter(pa.array(maybe)).to_pylist()]
    return garbled[distinct.places]


def spoilt(text: str) -> str:
    """What of a text can't have been meant: #N/A, ???, 同上, control, private-use and replacement characters, a bare number.

    >>> spoilt("#N/A"), spoilt("水利??"), spoilt("什么？"), spoilt("3#机组"), spoilt("同上"), spoilt("0")
    ('#N/A', '??', '', '', '同上', '0')
    """
    return "".join(_SPOILT.findall(text)) or "".join(_NUMBER.findall(text))


def same_id_two_names(e: Entries) -> Mask:
    """One ID number under several names; a former name (曾用名) of either settles it."""
    person = e.keys("id_number")
    # Most people stand in one entry: nobody asks for the names of those.
    lines = np.flatnonzero(e.id_sound & e.given("name") & repeated(person))
    said, former = defaultdict[int, set[str]](set), defaultdict[int, set[str]](set)
    texts = (e.holders.texts(name).take(pa.array(lines)).to_pylist() for name in ("name", "former_name"))
    for key, name, before in zip(person[lines].tolist(), *texts, strict=True):
        said[key].add(name)
        if before:
            former[key].update(re.split("[、，,/]", before))
    several = {
        key
        for key, called in said.items()
        if len(called) > 1 and len({name.replace("·", "") for name in called - former[key]}) > 1
    }
    return _at(e, lines[np.isin(person[lines], list(several))])


def _names(e: Entries, test: Callable[[str], bool]) -> Mask:
    """Which names pass a test; those of plain characters don't, and are not tried."""
    distinct = e.distinct("name")
    plain, called = (mask(pc.match_substring_regex(distinct.parts[0], each)) for each in (_PLAIN_NAME, names.CALLED))
    odd = ~plain | called
    passed = np.zeros(len(odd), dtype=np.bool_)
    passed[odd] = [name != "" and test(name) for name in distinct.parts[0].filter(pa.array(odd)).to_pylist()]
    return passed[distinct.places]


def _at(e: Entries, lines: npt.NDArray[np.int64]) -> Mask:
    """The entries at these lines."""
    found = e.nobody()
    found[lines] = True
    return found

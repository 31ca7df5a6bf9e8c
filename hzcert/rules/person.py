"""Rules on the person (三.1, 三.3): ID number, date of birth, sex, name."""

import re
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from hzcert import divisions, idnumber, names
from hzcert.entries import Entries, mask
from hzcert.table import Mask

SEXES = ("男", "女")

# Characters that every font has, with at most dots between them: nothing else to ask about such a name.
_PLAIN_NAME = r"^[\x{3400}-\x{4db5}\x{4e00}-\x{9fa5}]+(?:·[\x{3400}-\x{4db5}\x{4e00}-\x{9fa5}]+)*$"
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
    return idnumber.parse(e["id_number_given"]).old_form & e.id_sound


def division_unknown(e: Entries) -> Mask:
    """The first six digits were never published as a division, though the province exists.

    Residents' permits (8) and foreigners' cards (9) carry other codes there.
    """
    first = e.ids.divisions
    return e.id_sound & ~divisions.known(first) & (first < 800_000) & divisions.in_province(first)


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


def name_not_han(e: Entries) -> Mask:
    """A name in other characters than Han."""
    return _names(e, lambda name: not names.is_han(name)) & ~name_strange(e)


def same_id_two_names(e: Entries) -> Mask:
    """One ID number under several names; a former name (曾用名) of either settles it."""
    keys = e.distinct("id_number").places
    asked = e.id_sound & e.given("name")
    lines = np.flatnonzero(asked)[pd.Series(keys[asked]).duplicated(keep=False).to_numpy()]
    frame = pd.DataFrame({"id": keys[lines], "name": e["name"].iloc[lines].array, "line": lines})
    frame["former"] = e["former_name"].iloc[lines].array
    broken = e.nobody()
    for _, group in frame.groupby("id"):
        if len(set(group["name"]) - set(group["former"])) > 1:
            broken[group["line"].to_numpy()] = True
    return broken


def _names(e: Entries, test: Callable[[str], bool]) -> Mask:
    """Which names pass a test; those of plain characters don't, and are not tried."""
    texts = pa.array(e["name"], pa.large_string(), from_pandas=True)
    plain = np.asarray(pc.match_substring_regex(texts, _PLAIN_NAME).to_numpy(zero_copy_only=False), dtype=np.bool_)
    odd = np.flatnonzero(~plain & e.given("name"))
    passed = [test(name) for name in e["name"].iloc[odd]]
    return _at(e, odd[mask(passed)])


def _at(e: Entries, lines: npt.NDArray[np.int64]) -> Mask:
    """The entries at these lines."""
    found = e.nobody()
    found[lines] = True
    return found

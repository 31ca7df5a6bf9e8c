"""Entries as the rules see them: the holders table with everything that several rules ask of it."""

import re
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np
import pandas as pd

from hzcert import idnumber
from hzcert.policy import Authority, Phase, Policy
from hzcert.table import Mask, Table
from hzcert.titles import LEVELS, Title


@dataclass(frozen=True)
class Entries:
    """The holders with everything that several rules ask of them, worked out once, column by column."""

    holders: Table
    policy: Policy
    as_of: date
    authority: Authority

    def __getitem__(self, name: str) -> pd.Series:
        """One column of text."""
        return self.holders.column(name)

    def given(self, name: str) -> Mask:
        """Which entries say something in this field."""
        return mask(self[name] != "")

    def case(self, *cases: str) -> Mask:
        """Which entries are of one of these cases (业务类型)."""
        return mask(self["case"].isin(cases))

    @cached_property
    def id_formed(self) -> Mask:
        """Whose ID number is 17 digits and a digit or X."""
        return idnumber.well_formed(self["id_number"])

    @cached_property
    def id_birth(self) -> pd.Series:
        """The date of birth that the ID number holds; empty where it holds none."""
        return idnumber.births(self["id_number"])

    @cached_property
    def id_sound(self) -> Mask:
        """Whose ID number can be believed: form, check character and date of birth hold."""
        born = self.id_birth
        alive = mask((born != "") & (born <= self.as_of.isoformat()))
        return self.id_formed & idnumber.check_holds(self["id_number"]) & alive

    @cached_property
    def titles(self) -> list[tuple[Title, ...]]:
        """The titles that each entry may mean."""
        found: dict[tuple[str, str], tuple[Title, ...]] = {}
        table = self.policy.title_table
        pairs = list(zip(self["title"], self["series"], strict=True))
        for title, series in set(pairs):
            found[title, series] = table.find(title, series)
        return [found[pair] for pair in pairs]

    @cached_property
    def level_group(self) -> pd.Series:
        """The notice's level (高级, 中级, 初级) of each entry; empty where its title speaks against the level given."""
        groups = {level: self.policy.level_group(level) for level in LEVELS}
        pairs = zip(self["level"], self.titles, strict=True)
        agreed = [level if {title.level for title in found} <= {level} else "" for level, found in pairs]
        return pd.Series([groups.get(level, "") for level in agreed], dtype="str")

    @cached_property
    def phases(self) -> list[Phase | None]:
        """The phase of the exchange that each entry belongs to (二)."""
        series = [found[0].series if found else "" for found in self.titles]
        return [
            self.policy.phase(level, each, specialty, self.as_of)
            for level, each, specialty in zip(self["level"], series, self["specialty"], strict=True)
        ]

    def has_word(self, name: str, words: tuple[str, ...]) -> Mask:
        """Whose field contains one of these words."""
        return mask(self[name].str.contains("|".join(map(re.escape, words)) or r"(?!)", regex=True))


def iso_dates(column: pd.Series) -> Mask:
    """Which are dates in our form, and not text that could not be read."""
    return mask(column.str.fullmatch(r"\d{4}-\d{2}(?:-\d{2})?"))


def mask(values: object) -> Mask:
    """Any column of truth values as a mask."""
    return np.asarray(values, dtype=np.bool_)

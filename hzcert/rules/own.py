"""An office's own rules (本办公室的规则) held against entries."""

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd
import pyarrow as pa

from hzcert.entries import Entries, earlier, mask, number_of
from hzcert.ownrules import Kind, OwnRule, matches
from hzcert.table import Mask


def breaks(e: Entries, rule: OwnRule) -> Mask:
    """Which entries break one rule of the office; an empty field breaks only one that requires it."""
    asked = e.case(*rule.case) if rule.case else ~e.nobody()
    if rule.kind == "required":
        return asked & ~e.given(rule.field)
    return asked & e.given(rule.field) & _BREAKS[rule.kind](e, rule)


def words(e: Entries, rule: OwnRule, line: int) -> Mapping[str, object]:
    """The words of an office's finding."""
    return {"value": e.text(rule.field, line), "heading": rule.heading}


def _not_allowed(e: Entries, rule: OwnRule) -> Mask:
    return ~e.one_of(rule.field, rule.values)


def _too_long_or_short(e: Entries, rule: OwnRule) -> Mask:
    length = np.asarray(e[rule.field].str.len(), dtype=np.int64)
    most = rule.most if rule.most is not None else np.iinfo(np.int64).max
    return (length < (rule.least or 0)) | (length > most)


def _unlike_pattern(e: Entries, rule: OwnRule) -> Mask:
    texts = pa.array(e[rule.field], pa.large_string(), from_pandas=True)
    return ~mask(matches(texts, rule.pattern or "").to_numpy(zero_copy_only=False))


def _out_of_dates(e: Entries, rule: OwnRule) -> Mask:
    """Surely before the first day or after the last: a month alone is, when all of it is. What is no date is out."""
    day = e.day(rule.field)
    too_early = earlier(day, number_of(rule.since)) if rule.since else e.nobody()
    too_late = earlier(np.full_like(day, number_of(rule.until)), day) if rule.until else e.nobody()
    return mask((day == 0) | too_early | too_late)


def _not_unique(e: Entries, rule: OwnRule) -> Mask:
    keys = pd.Series(e.keys(rule.field, *rule.together_with)).where(e.given(rule.field))
    return mask(keys.duplicated(keep=False) & keys.notna())


_BREAKS: Mapping[Kind, Callable[[Entries, OwnRule], Mask]] = {
    "allowed": _not_allowed,
    "length": _too_long_or_short,
    "pattern": _unlike_pattern,
    "dates": _out_of_dates,
    "unique": _not_unique,
}

"""Division codes (行政区划代码, GB/T 2260), every one that was ever published.

An ID number carries the code of the place and time of its issue, which for most holders is years after birth: so
a code is looked up among all of history, and an unknown one is a warning and no more.
"""

import csv
from functools import lru_cache
from importlib.resources import files
from itertools import islice

import numpy as np
import numpy.typing as npt

Mask = npt.NDArray[np.bool_]
Codes = npt.NDArray[np.int64]

_STILL = 9999
_RESIDENTS = [810_000, 820_000, 830_000]  # 港澳台居民居住证


def known(first_six: Codes) -> Mask:
    """Which six digits were ever published, as numbers; of a foreigner's card (9), the province in digits two and three."""
    foreign = (first_six >= 900_000) & _provincial()[first_six // 1_000 % 100]
    return foreign | (_last_years()[first_six] > 0)


def last_year(first_six: Codes) -> Codes:
    """The last year in which six digits were published; 9999 where they still are, or never were."""
    found = _last_years()[first_six]
    return np.where(found == 0, _STILL, found)


def in_province(first_six: Codes) -> Mask:
    """Which six digits begin with a province's two."""
    return _provincial()[first_six // 10_000]


@lru_cache(maxsize=1)
def _last_years() -> Codes:
    """By code, the last year of any list that has it, 0 for none; the roll-up codes xx01 (市辖区) have no end."""
    found = np.zeros(1_000_000, dtype=np.int64)
    with files("hzcert.data").joinpath("divisions.csv").open(encoding="utf-8") as lines:
        for code, _, _, last in islice(csv.reader(lines), 1, None):
            found[int(code)] = max(found[int(code)], int(last))
            found[int(code[:4] + "01")] = _STILL
    found[found == found[found < _STILL].max()] = _STILL  # in the newest list
    found[_RESIDENTS] = _STILL
    return found


@lru_cache(maxsize=1)
def _provincial() -> Mask:
    """The first two digits that a province ever had, and of residents' permits; 91 to 98 for foreigners' cards."""
    found = np.zeros(100, dtype=np.bool_)
    found[np.flatnonzero(_last_years()) // 10_000] = True
    found[91:99] = True
    return found

"""Division codes (行政区划代码, GB/T 2260), every one that was ever published.

An ID number carries the code of the place and time of its issue, which for most holders is years after birth: so
a code is looked up among all of history, and an unknown one is a warning and no more.
"""

import csv
from collections.abc import Iterable
from functools import lru_cache
from importlib.resources import files

import numpy as np
import numpy.typing as npt

Mask = npt.NDArray[np.bool_]
Codes = npt.NDArray[np.int64]


@lru_cache(maxsize=1)
def codes() -> frozenset[str]:
    """All codes ever published, and the roll-up codes xx01 (市辖区) that real numbers carry."""
    with files("hzcert.data").joinpath("divisions.csv").open(encoding="utf-8") as lines:
        published = {row["code"] for row in csv.DictReader(lines)}
    return frozenset(published | {f"{code[:4]}01" for code in published})


@lru_cache(maxsize=1)
def provinces() -> frozenset[str]:
    """The first two digits that a province ever had; 81 to 83 for residents' permits, 91 to 99 for foreigners' cards."""
    return frozenset({code[:2] for code in codes()} | {"81", "82", "83"} | {f"9{digit}" for digit in range(1, 10)})


def known(first_six: Codes) -> Mask:
    """Which six digits were ever published, as numbers."""
    return _published()[first_six]


def in_province(first_six: Codes) -> Mask:
    """Which six digits begin with a province's two."""
    return _provincial()[first_six // 10_000]


@lru_cache(maxsize=1)
def _published() -> Mask:
    return _table(1_000_000, (int(code) for code in codes()))


@lru_cache(maxsize=1)
def _provincial() -> Mask:
    return _table(100, (int(code) for code in provinces()))


def _table(size: int, members: Iterable[int]) -> Mask:
    found = np.zeros(size, dtype=np.bool_)
    found[list(members)] = True
    return found

"""Whole numbers that stand for what is in the tables: which are equal, and all pairs of them; by hash tables and sorting of numbers.

NumPy's own ``unique`` and ``isin`` take ten times as long on what there is most of here, many numbers of which few are equal.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

Ints = npt.NDArray[np.int64]
Hashes = npt.NDArray[np.uint64]

_MIX = np.uint64(0x9E3779B97F4A7C15)


def mixed(*keys: Ints) -> Hashes:
    """Several numbers as one of 64 bits, equal where all are; by chance about once in 10^12 pairs, which points then tell."""
    found = np.zeros(len(keys[0]), dtype=np.uint64)
    for each in keys:
        found = (found ^ each.astype(np.uint64)) * _MIX
        found ^= found >> np.uint64(29)
    return found


def join(ours: Hashes, theirs: Hashes, most: int = 0) -> tuple[Ints, Ints]:
    """All pairs with an equal key; of a key that has more than ``most`` on their side, none."""
    both, keys = pd.factorize(np.concatenate([ours, theirs]))
    return join_numbered(both[: len(ours)], both[len(ours) :], len(keys), most)


def join_numbered(ours: Ints, theirs: Ints, count: int, most: int = 0) -> tuple[Ints, Ints]:
    """All pairs with an equal number below ``count``; of a number that has more than ``most`` on their side, none."""
    sizes = np.bincount(theirs, minlength=count)
    first = np.cumsum(sizes) - sizes
    if most:
        sizes[sizes > most] = 0
    times = sizes[ours]
    left = np.repeat(np.arange(len(ours), dtype=np.int64), times)
    within = np.arange(len(left), dtype=np.int64) - np.repeat(np.cumsum(times) - times, times)
    return left, np.argsort(theirs, kind="stable")[np.repeat(first[ours], times) + within].astype(np.int64)


def distinct(numbers: Ints) -> Ints:
    """Every different number once, in order."""
    found = np.sort(numbers)
    return found[np.append(True, found[1:] != found[:-1])] if len(found) else found


def pairs_once(found: Sequence[tuple[Ints, Ints]], width: int) -> tuple[Ints, Ints]:
    """Every pair once, in order; ``width`` is more than any number on the right."""
    if not found:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    numbers = distinct(np.concatenate([left * width + right for left, right in found]))
    return numbers // max(width, 1), numbers % max(width, 1)

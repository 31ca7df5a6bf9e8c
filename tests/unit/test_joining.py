"""Pairs of equal numbers are found whole, and those of a number that too many have not at all."""

import numpy as np
import pytest

from hzcert.matching.joining import distinct, join, mixed, pairs_once


@pytest.mark.parametrize("most", [0, 1, 3])
def test_pairs_are_those_that_a_double_loop_finds(most: int) -> None:
    """Every entry with every row of its key, unless more rows than ``most`` have it."""
    chance = np.random.default_rng(5)
    ours, theirs = chance.integers(0, 40, 60), chance.integers(0, 40, 80)
    rows = np.bincount(theirs, minlength=40)
    wanted = {
        (left, right)
        for left, key in enumerate(ours)
        for right, other in enumerate(theirs)
        if key == other and not (most and rows[key] > most)
    }
    left, right = join(mixed(ours), mixed(theirs), most)
    assert len(left) == len(wanted)
    assert set(zip(left.tolist(), right.tolist(), strict=True)) == wanted


def test_nothing_on_a_side_makes_no_pair() -> None:
    """An empty table joins with nothing."""
    some, none = mixed(np.arange(3)), mixed(np.zeros(0, dtype=np.int64))
    assert [len(each) for each in (*join(some, none), *join(none, some), *join(none, none))] == [0] * 6


def test_pairs_come_once_and_in_order() -> None:
    """However often and in whatever order they were found."""
    found = [(np.array([2, 0]), np.array([1, 3])), (np.array([2, 1]), np.array([1, 0]))]
    left, right = pairs_once(found, 4)
    assert list(zip(left.tolist(), right.tolist(), strict=True)) == [(0, 3), (1, 0), (2, 1)]
    assert distinct(np.array([3, 1, 3], dtype=np.int64)).tolist() == [1, 3]

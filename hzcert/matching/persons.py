"""Which entries are one certificate of one person (同一证书), handed in twice."""

from itertools import combinations

import numpy as np
from rapidfuzz.distance import Levenshtein

from hzcert.matching import pairs as weighing
from hzcert.matching.joining import Hashes, Ints, mixed
from hzcert.matching.keys import Keys
from hzcert.table import Mask


def same_person(keys: Keys) -> Ints:
    """Entries that are one certificate of one person, numbered alike, by the first of them.

    The same ID number and title are one certificate, unless document and specialty or year say two. So are the same name,
    birth, title and document with an ID number that one or two digits tell apart: one of them is a slip.
    """
    ours = keys.ours
    same: list[tuple[int, int]] = []
    # Only a whole number is one person's: what clerks write for one that they do not know is not.
    whole = np.array([bool(weighing.WHOLE.fullmatch(number)) for number in keys.people] or [False], dtype=np.bool_)
    numbered = (ours.person >= 0) & (ours.title >= 0) & whole[np.maximum(ours.person, 0)]
    for lines in _alike(mixed(ours.person, ours.title), numbered):
        kinds: dict[tuple[int, int, int], int] = {}
        for line in lines:
            kind = int(ours.document[line]), int(ours.specialty[line]), int(ours.obtained[line]) // 10_000
            same.append((line, kinds.setdefault(kind, line)))
        same += (pair for pair in combinations(kinds.values(), 2) if _one_certificate(keys, *pair))
    near = mixed(ours.name, ours.title, ours.born, ours.document)
    given = (ours.name >= 0) & (ours.title >= 0) & (ours.born > 0) & (ours.document >= 0)
    for lines in _alike(near, given):
        people = {keys.people[ours.person[line]] if ours.person[line] >= 0 else "": line for line in lines}
        for (one, line), (two, other) in combinations(people.items(), 2):
            if Levenshtein.distance(one, two, score_cutoff=2) <= 2:
                same.append((line, other))
    return _joined(len(ours), same)


def _joined(count: int, same: list[tuple[int, int]]) -> Ints:
    """Numbers that are equal for all that a chain of pairs joins, whatever the order of the pairs: the first of them."""
    group = list(range(count))

    def root(line: int) -> int:
        while group[line] != line:
            group[line] = group[group[line]]
            line = group[line]
        return line

    for one, other in same:
        first, last = sorted((root(one), root(other)))
        group[last] = first
    for line in sorted({line for pair in same for line in pair}):
        group[line] = root(line)
    return np.array(group, dtype=np.int64)


def _alike(numbers: Hashes, given: Mask) -> list[list[int]]:
    """Lines that have one number, several together; few of many."""
    lines = np.flatnonzero(given)
    order = lines[np.argsort(numbers[lines], kind="stable")]
    ordered = numbers[order]
    starts = np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1]])) if len(order) else order
    ends = np.concatenate([starts[1:], [len(order)]])
    several = np.flatnonzero(ends - starts > 1)
    return [order[starts[at] : ends[at]].tolist() for at in several.tolist()]


def _one_certificate(keys: Keys, line: int, other: int) -> bool:
    ours = keys.ours
    documents = ours.document[line], ours.document[other]
    if min(documents) < 0 or documents[0] == documents[1]:
        both = ours.specialty[line], ours.specialty[other]
        return bool(min(both) < 0 or both[0] == both[1] or documents[0] == documents[1] >= 0)
    specialties = ours.specialty[line], ours.specialty[other]
    years = ours.obtained[line] // 10_000, ours.obtained[other] // 10_000
    apart = min(years) > 0 and abs(int(years[0]) - int(years[1])) > 0
    return bool(not apart and (min(specialties) < 0 or specialties[0] == specialties[1]))

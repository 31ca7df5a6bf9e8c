"""Photos that look the same (相同照片): different persons' photos that are one picture, told by a perceptual hash."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from hzcert import codes, imaging
from hzcert.findings import Where, some_of
from hzcert.photospec import PhotoSpec
from hzcert.shots import PhotoResult


def alike(results: Sequence[PhotoResult], spec: PhotoSpec) -> list[PhotoResult]:
    """The results, those told that look like another person's photo (perceptual hash)."""
    hashed = [
        (place, imaging.fingerprint_bits(result.measure.fingerprint))
        for place, result in enumerate(results)
        if result.id_number and result.measure and result.measure.faces and result.measure.fingerprint
    ]
    shared = {
        finding.where.file for result in results for finding in result.findings if finding.code == codes.PHOTO_SHARED
    }
    others: dict[int, list[str]] = defaultdict(list)
    for one, other in _near(hashed, spec.max_same_share):
        first, second = results[one], results[other]
        # The very same file was told already (HZ416).
        if first.id_number != second.id_number and not {first.shown, second.shown} <= shared:
            others[one].append(second.shown)
            others[other].append(first.shown)
    told = list(results)
    for place, shown in others.items():
        finding = codes.PHOTO_SIMILAR.at(Where(told[place].shown), other=some_of(sorted(shown), "张"))
        told[place] = replace(told[place], findings=(*told[place].findings, finding))
    return told


def _near(hashed: Sequence[tuple[int, bytes]], share: float) -> Iterator[tuple[int, int]]:
    """Pairs whose hashes differ in no more than this share of the bits that are set in them.

    They are dealt out to groups by eights, so that each sees all of the picture, and only those that agree in all of a group
    are compared. With up to 47 bits that differ one group must agree; with a hundred, one still does nearly always.
    """
    if len(hashed) < 2:
        return
    bits = np.frombuffer(b"".join(each for _, each in hashed), dtype=np.uint8).reshape(len(hashed), -1)
    words = bits.view(np.uint64)
    filled = np.bitwise_count(words).sum(axis=1)
    pairs = _agreeing(_group_keys(bits))
    for start in range(0, len(pairs), _AT_ONCE):
        some = pairs[start : start + _AT_ONCE]
        apart = np.bitwise_count(words[some[:, 0]] ^ words[some[:, 1]]).sum(axis=1)
        for one, other in some[apart <= share * filled[some].sum(axis=1)].tolist():
            yield hashed[one][0], hashed[other][0]


def _agreeing(keys: npt.NDArray[np.uint64]) -> npt.NDArray[np.int64]:
    """The pairs that agree in all of a group, each once, the first before the other."""
    count = keys.shape[1]
    found = [np.empty(0, dtype=np.int64)]
    for group in keys:
        order = np.argsort(group, kind="stable")
        alike = group[order]
        for step in range(1, min(_MOST_COMPARED + 1, count)):
            same = alike[step:] == alike[:-step]  # and so are those between
            if not same.any():
                break
            found.append(order[:-step][same] * count + order[step:][same])
    return np.column_stack(np.divmod(np.unique(np.concatenate(found)), count))


_GROUPS = 48


def _group_keys(bits: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint64]:
    """For each group of bits a number that is the same where the bits are; one for each hash."""
    keys = np.empty((_GROUPS, len(bits)), dtype=np.uint64)
    for start in range(0, len(bits), _AT_ONCE):
        some = bits[start : start + _AT_ONCE]
        some = np.pad(some, ((0, 0), (0, -some.shape[1] % (8 * _GROUPS))))
        dealt = np.ascontiguousarray(some.reshape(len(some), -1, _GROUPS).transpose(2, 0, 1)).view(np.uint64)
        mixed = _MIXER ** np.arange(1, dealt.shape[2] + 1, dtype=np.uint64)
        keys[:, start : start + len(some)] = ((dealt ^ (dealt >> np.uint64(29))) * mixed).sum(axis=2)
    return keys


_MIXER = np.uint64(0x9E3779B97F4A7C15)
_AT_ONCE = 1024  # hashes, or pairs of them, at a time
_MOST_COMPARED = 32  # that share a group: a thousand copies of one picture need not be compared each with each

"""Holders and photos (人与照片): who has none, which photo is nobody's, and whose it most likely is."""

import re
from collections.abc import Iterator, Sequence
from pathlib import PurePath

import numpy as np
import numpy.typing as npt

from hzcert import codes, idnumber
from hzcert.findings import Finding, Where, errors, some_of
from hzcert.shots import PhotoResult
from hzcert.table import Mask, Table


def link(holders: Table, results: Sequence[PhotoResult]) -> list[Finding]:
    """Holders without a photo, or with a rejected one, at their rows; photos without a holder, at the photos.

    A holder whose ID number is itself at fault is left out: that finding comes first.
    """
    numbers = holders.column("id_number")
    accepted = {result.id_number for result in results if result.accepted}
    rejected = {result.id_number: result for result in reversed(results) if not result.accepted}
    bare = idnumber.right(numbers) & ~numbers.isin(accepted).to_numpy()
    refused = np.asarray(numbers.isin(rejected).to_numpy(), dtype=np.bool_)
    found = list(holders.findings(bare & ~refused, codes.PHOTO_MISSING))
    for line in np.flatnonzero(bare & refused):
        photo = rejected[str(numbers.iloc[line])]
        reasons = "、".join(dict.fromkeys(finding.code.id for finding in errors(photo.findings)))
        found.append(holders.finding(int(line), codes.PHOTO_REJECTED, source=photo.shown, codes=reasons))
    held = set(numbers)
    astray = [result for result in results if result.id_number not in held]
    for result in astray:
        if result.id_number:
            found.append(codes.PHOTO_NO_HOLDER.at(Where(result.shown), result.id_number))
    return [*found, *_proposed(holders, np.asarray(bare, dtype=np.bool_), astray)]


def _proposed(holders: Table, bare: Mask, astray: Sequence[PhotoResult]) -> Iterator[Finding]:
    """Whom a photo most likely belongs to that nobody's ID number names; never taken for granted."""
    lines = np.flatnonzero(bare)
    if not lines.size or not astray:
        return
    numbers = [str(number) for number in holders.column("id_number").iloc[lines]]
    names = [str(name) for name in holders.column("name").iloc[lines]]
    digits = np.array([[ord(sign) for sign in number] for number in numbers], dtype=np.uint8)
    for result in astray:
        stem = PurePath(result.shown).stem
        scores = _likeness(stem, digits)
        called = np.array([len(name) >= _SHORTEST_NAME and name in stem for name in names], dtype=np.bool_)
        scores = scores - _CALLED * called
        likely = np.flatnonzero(scores <= _LIKELY)
        best = likely[np.argsort(scores[likely], kind="stable")]
        best = best[scores[best] <= scores[best[0]] + 0.5] if best.size else best
        candidates = dict.fromkeys(
            f"{names[line]} {numbers[line]}（{_why(round(float(scores[line] + _CALLED * called[line])), bool(called[line]))}）"
            for line in best.tolist()
        )
        if candidates:
            words = some_of([*candidates], "人")
            yield codes.PHOTO_PROPOSED.at(Where(result.shown), PurePath(result.shown).name, candidates=words)


_LIKELY = 3.0  # signs of the number that may differ
_CALLED = 16.0  # signs that the name in full counts for
_SHORTEST_NAME = 2
_FAR = 18.0
_DIGITS = re.compile(r"[0-9]{13,20}[Xx]?")


def _why(apart: int, called: bool) -> str:
    number = f"号码差 {apart} 位" if apart < _FAR else ""
    return "，".join(filter(None, ("文件名中有姓名" if called else "", number)))


def _likeness(stem: str, digits: npt.NDArray[np.uint8]) -> npt.NDArray[np.float64]:
    """By how many signs each number differs from the one in a file name that is most like it: wrong, missing, one too many."""
    least = np.full(len(digits), _FAR)
    for text in _DIGITS.findall(idnumber.compact(stem)):
        number = text.upper()
        if len(number) == 15:
            number = idnumber.lengthen(number)
        if 16 <= len(number) <= 20:
            least = np.minimum(least, _apart(number, digits))
    return least


def _apart(number: str, digits: npt.NDArray[np.uint8]) -> npt.NDArray[np.float64]:
    """The distance of a number from each of several of 18 signs: wrong ones, two neighbours swapped, one missing or too many."""
    signs = np.frombuffer(number.encode("ascii"), dtype=np.uint8)
    size = digits.shape[1]
    if len(signs) == size:
        wrong = digits != signs
        apart = wrong.sum(axis=1).astype(np.float64)
        swapped = (digits[:, :-1] == signs[1:]) & (digits[:, 1:] == signs[:-1]) & wrong[:, :-1] & wrong[:, 1:]
        return np.asarray(apart - swapped.any(axis=1), dtype=np.float64)  # a swap is one slip
    if len(signs) == size - 1:
        before = np.cumsum(np.pad(digits[:, :-1] != signs, ((0, 0), (1, 0))), axis=1)
        after = np.cumsum(np.pad(digits[:, 1:] != signs, ((0, 0), (0, 1)))[:, ::-1], axis=1)[:, ::-1]
        return np.asarray(1.0 + (before + after).min(axis=1), dtype=np.float64)
    if len(signs) == size + 1:
        before = np.cumsum(np.pad(digits != signs[:-1], ((0, 0), (1, 0))), axis=1)
        after = np.cumsum(np.pad(digits != signs[1:], ((0, 0), (0, 1)))[:, ::-1], axis=1)[:, ::-1]
        return np.asarray(1.0 + (before + after).min(axis=1), dtype=np.float64)
    return np.full(len(digits), _FAR)

"""Photos (照片): whose they are, the better of several, whom they belong to; each cut and judged by its worker (``shots``)."""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import astuple, dataclass, replace
from hashlib import sha256
from itertools import groupby
from pathlib import PurePath
from typing import Protocol

import numpy as np
import numpy.typing as npt
import pandas as pd

from hzcert import archives, codes, idnumber, imaging, shots, work
from hzcert.batch import Input
from hzcert.errors import InputError
from hzcert.findings import Finding, Severity, Where, errors
from hzcert.ledger import Note
from hzcert.photospec import PhotoSpec
from hzcert.shots import Jpeg, PhotoJob, PhotoResult, Status, judge, normalise_one
from hzcert.table import Mask, Table

__all__ = ["Jpeg", "PhotoJob", "PhotoResult", "Status", "check", "judge", "normalise", "normalise_one"]

_WHOLE_NUMBER = re.compile(r"[0-9]{17}[0-9X]")
_ONLY_NUMBER = re.compile(r"[0-9]{17}[0-9Xx]|[0-9]{15}")
_MOST_NAMED = 3  # others, or candidates, that a finding names


# --- what came in ------------------------------------------------------------------------------------------------


def unpacked(inputs: Iterable[Input], spec: PhotoSpec) -> list[Input]:
    """The photos received: those in zip archives one by one, read where they are."""
    found: list[Input] = []
    for each in inputs:
        if each.member or each.fault or not (each.packed and archives.is_archive(each.path)):
            found.append(each)
            continue
        try:
            listed = list(archives.members(each.path, spec.max_source_bytes))
        except InputError as problem:
            found.append(replace(each, fault=problem.message))
            continue
        found += [
            Input(each.path, f"{each.shown}/{member.shown}", member.size, member.sha256, member.name, member.fault)
            for member in listed
        ]
    return found


# --- whose photo it is -------------------------------------------------------------------------------------------


def jobs(inputs: Sequence[Input], spec: PhotoSpec, *, check: bool, literal: bool = True) -> list[PhotoJob]:
    """One job a file, in input order, with what the name and its neighbours tell: no ID number, another's picture.

    As received, the ID number may stand anywhere in the name; in place, the name must be the number (三.3).
    """
    numbers = _numbers([PurePath(each.shown).stem for each in inputs])
    owners: dict[str, dict[str, str]] = defaultdict(dict)  # the picture: its owners, each with one of his files
    for each, number in zip(inputs, numbers, strict=True):
        if number and not each.fault:
            owners[each.sha256].setdefault(number, each.shown)
    made = []
    for each, number in zip(inputs, numbers, strict=True):
        where, stem = Where(each.shown), PurePath(each.shown).stem
        known = []
        if not number or (check and literal and not _ONLY_NUMBER.fullmatch(stem)):
            known.append(codes.PHOTO_NAME.at(where, PurePath(each.shown).name))
        elif number != stem and number not in idnumber.compact(stem):
            known.append(codes.PHOTO_OLD_NAME.at(where, PurePath(each.shown).name, lengthened=number))
        others = []
        if number and len(sharing := owners[each.sha256]) > 1:
            others = [shown for owner, shown in sharing.items() if owner != number]
        if others:
            known.append(codes.PHOTO_SHARED.at(where, other=_named(others)))
        made.append(
            PhotoJob(
                each.path,
                each.shown,
                each.size,
                number,
                spec,
                check,
                tuple(known),
                literal=literal,
                member=each.member,
                sha256=each.sha256,
                fault=each.fault,
            )
        )
    return made


def _named(others: Sequence[str]) -> str:
    more = f"等 {len(others)} 张" if len(others) > _MOST_NAMED else ""
    return "、".join(others[:_MOST_NAMED]) + more


def _numbers(stems: list[str]) -> list[str]:
    """The valid ID number in each file name, in its 18-character form; empty where there is none."""
    whole = _WHOLE_NUMBER.fullmatch
    found = pd.Series([stem if whole(stem) else idnumber.find_in(stem) for stem in stems], dtype="str")
    return found.where(_valid(found), "").tolist()


def _valid(numbers: pd.Series) -> Mask:
    """Which are ID numbers without a fault: their form, check character and date of birth."""
    return idnumber.right(numbers)


# --- the better of several ---------------------------------------------------------------------------------------


def settle(results: Sequence[PhotoResult]) -> list[PhotoResult]:
    """Of one person's photos choose the one to use: an accepted one, with the fewest warnings, the best by its numbers."""
    if len(results) == 1:
        return [replace(results[0], used=True) if results[0].accepted else results[0]]
    best = min(results, key=_rank)
    if not best.accepted:
        return list(results)
    return [replace(result, used=True) if result is best else _spare(result, best) for result in results]


def _rank(result: PhotoResult) -> tuple[bool, int, float, str]:
    warnings = sum(finding.severity is Severity.WARNING for finding in result.findings)
    return not result.accepted, warnings, -_worth(result), result.shown


def _worth(result: PhotoResult) -> float:
    """How good a photo is by our own measures, about 0 to 4: sharp, white, the head well placed, enough pixels."""
    measure = result.measure
    if measure is None or result.findings is None:
        return 0.0
    sharp = min(measure.sharpness, 0.6) / 0.6
    placed = 1 - min(2 * abs(measure.head - 0.63) + measure.off_centre + abs(measure.yaw), 1.0)
    pixels = min(measure.width * measure.height / _ENOUGH_PIXELS, 1.0)
    return round(sharp + measure.white + placed + 2 * pixels, 2)  # finer than this is chance


_ENOUGH_PIXELS = 560 * 840  # twice the normal form each way; more shows no more in print


def _spare(result: PhotoResult, best: PhotoResult) -> PhotoResult:
    finding = codes.PHOTO_SPARE.at(Where(result.shown), used=best.shown)
    return replace(result, findings=(*result.findings, finding), jpeg=None)


# --- photos that look the same -----------------------------------------------------------------------------------


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
        finding = codes.PHOTO_SIMILAR.at(Where(told[place].shown), other=_named(sorted(shown)))
        told[place] = replace(told[place], findings=(*told[place].findings, finding))
    return told


def _near(hashed: Sequence[tuple[int, bytes]], share: float) -> Iterator[tuple[int, int]]:
    """Pairs whose hashes differ in no more than this share of the bits that are set in them.

    They are dealt out to groups by eights, so that each sees all of the picture, and only those that agree in all of a group
    are compared. With up to 47 bits that differ one group must agree; with a hundred, one still does nearly always.
    """
    if len(hashed) < 2:
        return
    bits = np.array([np.frombuffer(each, dtype=np.uint8) for _, each in hashed])
    filled = np.bitwise_count(bits).sum(axis=1)
    pairs = _agreeing(_group_keys(bits))
    for start in range(0, len(pairs), _AT_ONCE):
        some = pairs[start : start + _AT_ONCE]
        apart = np.bitwise_count(bits[some[:, 0]] ^ bits[some[:, 1]]).sum(axis=1)
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


# --- holders and photos ------------------------------------------------------------------------------------------


def link(holders: Table, results: Sequence[PhotoResult]) -> list[Finding]:
    """Holders without a photo, or with a rejected one, at their rows; photos without a holder, at the photos.

    A holder whose ID number is itself at fault is left out: that finding comes first.
    """
    numbers = holders.column("id_number")
    accepted = {result.id_number for result in results if result.accepted}
    rejected = {result.id_number: result for result in reversed(results) if not result.accepted}
    bare = _valid(numbers) & ~numbers.isin(accepted).to_numpy()
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
            more = f"等 {len(candidates)} 人" if len(candidates) > _MOST_NAMED else ""
            words = "、".join([*candidates][:_MOST_NAMED]) + more
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


# --- the walk: read, check, decide, write ------------------------------------------------------------------------


class Known(Protocol):
    """What earlier runs know."""

    def find(self, sha256: str) -> Note | None:
        """What became of a photo as received."""

    def add(self, note: Note) -> None:
        """Note what became of a photo."""


@dataclass(frozen=True)
class Before:
    """What a run may build on: notes of earlier runs, and whether a photo stands as it was written (``stands``)."""

    notes: Known
    stands: Callable[[str, str], bool]


def normalise(
    inputs: Sequence[Input],
    spec: PhotoSpec,
    on: Executor,
    progress: work.Progress,
    keep: Callable[[str, Jpeg], None],
    before: Before | None = None,
) -> list[PhotoResult]:
    """Photos as received into the normal form: ``keep`` is given ID number and JPEG of each person's photo.

    Results come in input order and hold no JPEGs: what is kept in memory does not grow with their number.
    """
    given = jobs(inputs, spec, check=False)
    done = {} if before is None else _done_before(given, before.notes)
    return alike(_walk(given, on, progress, keep, done, before), spec)


def check(
    inputs: Sequence[Input],
    spec: PhotoSpec,
    on: Executor,
    progress: work.Progress,
    *,
    literal: bool = True,
    known: Mapping[str, Note] | None = None,
    thumb: int = 0,
    everybody: bool = False,
) -> list[PhotoResult]:
    """Photos held against 三.3 and 三.1, in input order; nothing is written.

    Args:
        inputs: the files.
        spec: the rules of the day.
        on: where the work runs.
        progress: is told of every photo.
        literal: they are in place, and must keep the notice's bounds as they are; else they are judged as ``normalise``
            judges them.
        known: what is known of photos that were written before, by the hash of what was written.
        thumb: the height of small copies that are wanted, in pixels.
        everybody: of all photos, not only of rejected ones.
    """
    given = jobs(inputs, spec, check=True, literal=literal)
    if thumb:
        given = [replace(job, thumb=thumb, thumb_if_good=everybody) for job in given]
    done = {} if known is None or thumb else _judged_before(given, known)
    return alike(_walk(given, on, progress, lambda _number, _jpeg: None, done), spec)


def _done_before(given: Sequence[PhotoJob], notes: Known) -> dict[int, PhotoResult]:
    """What earlier runs came to, for photos that are the same to the byte, under the same rules."""
    done = {}
    for place, job in enumerate(given):
        note = None if job.fault else notes.find(job.sha256)
        if note is None:
            continue
        if note.measure is None:
            done[place] = shots.unreadable(job, note.why)
            continue
        result = shots.judged(job, note.measure)
        if result.accepted and note.output:
            status: Status = "ok" if note.status == "ok" else "normalized"
            result = replace(result, status=status, width=note.width, height=note.height, bytes=note.bytes)
        if result.accepted == bool(note.output) or not result.accepted:
            done[place] = result
    return done


def _judged_before(given: Sequence[PhotoJob], known: Mapping[str, Note]) -> dict[int, PhotoResult]:
    """The judgement of photos that were written before, by the numbers that they were written with."""
    done = {}
    for place, job in enumerate(given):
        note = known.get(job.sha256)
        if note is None or note.measure is None:
            continue
        measure = note.measure
        if note.status != "ok":  # then the numbers are those of the picture that it was cut from
            measure = replace(
                measure, width=note.width, height=note.height, bytes=note.bytes, format="JPEG", dpi=job.spec.dpi,
                turned=0, straightened=0.0, pages=False, flawed=False,
            )  # fmt: skip
        done[place] = shots.judged(job, measure)
    return done


def _note(job: PhotoJob, result: PhotoResult) -> Note:
    numbers = astuple(result.measure) if result.measure else ()
    output = sha256(result.jpeg).hexdigest() if result.jpeg is not None else ""
    return Note(job.sha256, output, result.status, result.width, result.height, result.bytes, result.why, numbers)


def _walk(
    given: Sequence[PhotoJob],
    on: Executor,
    progress: work.Progress,
    keep: Callable[[str, Jpeg], None],
    known: Mapping[int, PhotoResult],
    before: Before | None = None,
) -> list[PhotoResult]:
    person = {job.id_number: place for place, job in reversed(list(enumerate(given)))}  # whose first photo it is
    owner = [person[job.id_number] if job.id_number else place for place, job in enumerate(given)]
    # One person's photos are done one after another, so that no others wait in memory for the choice.
    order = sorted(range(len(given)), key=lambda place: (owner[place], place))
    done: dict[int, PhotoResult] = {}
    results = _results(given, order, on, progress, known, before)
    for _, photos in groupby(zip(order, results, strict=True), key=lambda pair: owner[pair[0]]):
        places, together = zip(*photos, strict=True)
        for place, result in zip(places, settle(together), strict=True):
            if result.used:
                _kept(given[place], result, keep, before)
            done[place] = result if result.jpeg is None else replace(result, jpeg=None)
    return [done[place] for place in range(len(given))]


def _results(
    given: Sequence[PhotoJob],
    order: Sequence[int],
    on: Executor,
    progress: work.Progress,
    known: Mapping[int, PhotoResult],
    before: Before | None,
) -> Iterator[PhotoResult]:
    """The results in this order: those known as they are, the others from the workers."""
    wanted = (_carried(given[place], on) for place in order if place not in known)
    seconds = given[0].spec.max_seconds if given else 0
    fresh = work.run_all(
        normalise_one, wanted, on, progress, lost=shots.lost, weigh=lambda job: len(job.data or b""), seconds=seconds
    )
    for place in order:
        if place in known:
            progress.advance()
            yield known[place]
            continue
        result = next(fresh)
        if before is not None:
            before.notes.add(_note(given[place], result))
        yield result
    for _ in fresh:  # so that the last one, too, moves the bar
        raise AssertionError("more results than photos")


def _carried(job: PhotoJob, on: Executor) -> PhotoJob:
    """A job as it travels: to a cluster with the file's content, since no disk need be shared."""
    if not isinstance(on, work.Cluster) or job.fault:
        return job
    try:
        return replace(job, data=shots.content(job))
    except InputError as problem:
        return replace(job, fault=problem.message)


def _kept(job: PhotoJob, result: PhotoResult, keep: Callable[[str, Jpeg], None], before: Before | None) -> None:
    """Hand over a photo that is to be used, unless it stands where it belongs already."""
    jpeg = result.jpeg
    if jpeg is None and before is not None:
        note = before.notes.find(job.sha256)
        if note is not None and before.stands(job.id_number, note.output):
            return
        jpeg = normalise_one(job).jpeg  # known, but not there: another photo was used, or somebody took it away
    if jpeg is not None:
        keep(job.id_number, jpeg)


def counts(results: Iterable[PhotoResult]) -> dict[str, int]:
    """How many photos there are, and how many of each status."""
    found = Counter(result.status for result in results)
    return {"read": found.total(), "ok": found["ok"], "normalized": found["normalized"], "rejected": found["rejected"]}

"""Photos (照片): whose name they bear, the better of several, what earlier runs did; each cut and judged by its worker (``shots``)."""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import astuple, dataclass, replace
from hashlib import sha256
from itertools import groupby
from pathlib import PurePath
from typing import Protocol

import pandas as pd

from hzcert import archives, codes, idnumber, shots, work
from hzcert.batch import Input
from hzcert.errors import InputError
from hzcert.findings import Severity, Where, some_of
from hzcert.ledger import Note
from hzcert.lookalikes import alike
from hzcert.photospec import PhotoSpec
from hzcert.shots import Jpeg, PhotoJob, PhotoResult, Status, judge, normalise_one

__all__ = ["Jpeg", "PhotoJob", "PhotoResult", "Status", "check", "judge", "normalise", "normalise_one"]

_WHOLE_NUMBER = re.compile(r"[0-9]{17}[0-9X]")
_ONLY_NUMBER = re.compile(r"[0-9]{17}[0-9Xx]|[0-9]{15}")


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
    paths = [PurePath(each.shown) for each in inputs]
    numbers = _numbers([path.stem for path in paths])
    owners: dict[str, dict[str, str]] = defaultdict(dict)  # the picture: its owners, each with one of his files
    for each, number in zip(inputs, numbers, strict=True):
        if number and not each.fault:
            owners[each.sha256].setdefault(number, each.shown)
    made = []
    for each, path, number in zip(inputs, paths, numbers, strict=True):
        where, stem = Where(each.shown), path.stem
        known = []
        if not number or (check and literal and not _ONLY_NUMBER.fullmatch(stem)):
            known.append(codes.PHOTO_NAME.at(where, path.name))
        elif number != stem and number not in idnumber.compact(stem):
            known.append(codes.PHOTO_OLD_NAME.at(where, path.name, lengthened=number))
        others = []
        if number and len(sharing := owners[each.sha256]) > 1:
            others = [shown for owner, shown in sharing.items() if owner != number]
        if others:
            known.append(codes.PHOTO_SHARED.at(where, other=some_of(others, "张")))
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


def _numbers(stems: list[str]) -> list[str]:
    """The valid ID number in each file name, in its 18-character form; empty where there is none."""
    whole = _WHOLE_NUMBER.fullmatch
    found = pd.Series([stem if whole(stem) else idnumber.find_in(stem) for stem in stems], dtype="str")
    return found.where(idnumber.right(found), "").tolist()


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

"""Photos (照片): measured, judged against 三.1 and 三.3, cut to the normal form and named by ID number."""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path, PurePath
from typing import Literal

import numpy as np
import pandas as pd

from hzcert import codes, idnumber, imaging, work
from hzcert.batch import Input
from hzcert.errors import InputError
from hzcert.findings import Finding, Where, errors, mask
from hzcert.imaging import Measure
from hzcert.policy import PhotoSpec
from hzcert.table import Mask, Table

Status = Literal["ok", "normalized", "rejected"]
Jpeg = bytes

_ONLY_NUMBER = re.compile(r"[0-9]{17}[0-9Xx]|[0-9]{15}")
_JPG_ENDINGS = (".jpg", ".jpeg")


@dataclass(frozen=True, slots=True)
class PhotoJob:
    """One photo to be done, as it travels to a worker: where it lies, whose it is, and what its name already tells."""

    path: Path
    shown: str
    size: int
    id_number: str
    spec: PhotoSpec
    check: bool
    known: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class PhotoResult:
    """What became of one photo: ``jpeg`` on its way from a worker only, ``used`` when it is the one its holder gets.

    Width, height (pixels) and bytes are of what was accepted, or else of the file as received.
    """

    shown: str
    id_number: str
    status: Status
    width: int
    height: int
    bytes: int
    findings: tuple[Finding, ...]
    jpeg: Jpeg | None = None
    measure: Measure | None = None
    used: bool = False

    @property
    def accepted(self) -> bool:
        """Whether it may stand on a certificate."""
        return self.status != "rejected"

    def record(self, output: str | None, *, show_ids: bool = False) -> dict[str, object]:
        """As one JSON object of the contract, ID numbers masked unless asked for."""
        return {
            "type": "photo",
            "source": self.shown if show_ids else mask(self.shown),
            "output": output if show_ids or output is None else mask(output),
            "status": self.status,
            "width": self.width,
            "height": self.height,
            "bytes": self.bytes,
            "findings": [finding.record(show_ids=show_ids) for finding in self.findings],
        }


# --- judging: numbers in, findings out ---------------------------------------------------------------------------


def judge(measure: Measure, spec: PhotoSpec, where: Where, *, received: bool) -> Iterator[Finding]:
    """Hold a photo's numbers against the rules: as received and still to be cut, or in place and final (三.3)."""
    yield from (_judge_received if received else _judge_in_place)(measure, spec, where)
    yield from _judge_print(measure, spec, where)
    yield from _judge_person(measure, spec, where)


def _judge_received(measure: Measure, spec: PhotoSpec, where: Where) -> Iterator[Finding]:
    """Whether the normal form can be cut from it."""
    yield from _too_small(measure, spec, where)
    long, short = max(measure.width, measure.height), min(measure.width, measure.height)
    if long > spec.max_source_ratio * short:
        yield codes.PHOTO_SHAPE.at(where, ratio=_ratio(measure))


def _judge_in_place(measure: Measure, spec: PhotoSpec, where: Where) -> Iterator[Finding]:
    """Format, size, shape and bytes, literally (三.3)."""
    ending = PurePath(where.file).suffix.lower()
    if measure.format != "JPEG" or ending not in _JPG_ENDINGS:
        yield codes.PHOTO_FORMAT.at(
            where, format=measure.format if measure.format != "JPEG" else ending or "没有扩展名"
        )
    if measure.bytes > spec.max_bytes:
        yield codes.PHOTO_BYTES.at(where, bytes=measure.bytes, limit=spec.max_bytes)
    yield from _too_small(measure, spec, where)
    if measure.width > spec.max_width or measure.height > spec.max_height:
        yield codes.PHOTO_LARGE.at(
            where, width=measure.width, height=measure.height, max_width=spec.max_width, max_height=spec.max_height
        )
    if not spec.min_ratio <= measure.height / measure.width <= spec.max_ratio:
        yield codes.PHOTO_RATIO.at(where, ratio=_ratio(measure), min_ratio=spec.min_ratio, max_ratio=spec.max_ratio)


def _too_small(measure: Measure, spec: PhotoSpec, where: Where) -> Iterator[Finding]:
    if measure.width < spec.min_width or measure.height < spec.min_height:
        yield codes.PHOTO_SMALL.at(
            where, width=measure.width, height=measure.height, min_width=spec.min_width, min_height=spec.min_height
        )


def _judge_print(measure: Measure, spec: PhotoSpec, where: Where) -> Iterator[Finding]:
    """Colour and white background (三.1)."""
    if measure.colour < spec.min_colour:
        yield codes.PHOTO_GREY.at(where, measured=f"{measure.colour:.1f}", limit=spec.min_colour)
    elif measure.tones < spec.min_tones:
        yield codes.PHOTO_ONE_TONE.at(where, measured=f"{measure.tones:.1f}", limit=spec.min_tones)
    if measure.white < spec.min_white:
        yield codes.PHOTO_BACKGROUND.at(where, measured=f"{measure.white:.1%}", limit=f"{spec.min_white:.0%}")
    elif measure.white < spec.even_white:
        yield codes.PHOTO_UNEVEN.at(where, measured=f"{measure.white:.1%}", limit=f"{spec.even_white:.0%}")


def _judge_person(measure: Measure, spec: PhotoSpec, where: Where) -> Iterator[Finding]:
    """One person, sharp, well lit, upright, the head of a fitting size (三.1). Without a face there is no more to say."""
    if not measure.faces:
        yield codes.PHOTO_NO_FACE.at(where)
        return
    if measure.faces > 1:
        yield codes.PHOTO_FACES.at(where, count=measure.faces)
    if measure.sharpness < spec.min_sharpness:
        yield codes.PHOTO_BLURRED.at(where, measured=f"{measure.sharpness:.1f}", limit=spec.min_sharpness)
    elif measure.sharpness < spec.good_sharpness:
        yield codes.PHOTO_SOFT.at(where, measured=f"{measure.sharpness:.1f}", limit=spec.good_sharpness)
    if faults := _light_faults(measure, spec):
        yield codes.PHOTO_EXPOSURE.at(where, measured="；".join(faults))
    misplaced = measure.off_centre > spec.max_off_centre or measure.gap < spec.min_gap
    if misplaced or not spec.min_head <= measure.head <= spec.max_head:
        words = f"{measure.head:.0%}，偏离中线 {measure.off_centre:.0%}，头顶留白 {measure.gap:.0%}"
        yield codes.PHOTO_HEAD.at(where, measured=words)
    if measure.turned:
        yield codes.PHOTO_TURNED.at(where, degrees=measure.turned)


def _light_faults(measure: Measure, spec: PhotoSpec) -> list[str]:
    faults = (
        (measure.contrast < spec.min_contrast, f"反差 {measure.contrast:.1f}，应有 {spec.min_contrast}"),
        (measure.dark > spec.max_dark, f"过暗部分 {measure.dark:.0%}，至多 {spec.max_dark:.0%}"),
        (measure.bright > spec.max_bright, f"过亮部分 {measure.bright:.0%}，至多 {spec.max_bright:.0%}"),
    )
    return [words for broken, words in faults if broken]


def _ratio(measure: Measure) -> str:
    return f"{measure.height / measure.width:.2f}"


# --- whose photo it is -------------------------------------------------------------------------------------------


def jobs(inputs: Sequence[Input], spec: PhotoSpec, *, check: bool) -> list[PhotoJob]:
    """One job a file, in input order, with what the name and its neighbours tell: no ID number, another's picture.

    As received, the ID number may stand anywhere in the name; in place, the name must be the number (三.3).
    """
    numbers = _numbers([PurePath(each.shown).stem for each in inputs])
    owners: dict[str, dict[str, str]] = defaultdict(dict)  # the picture: its owners, each with one of his files
    for each, number in zip(inputs, numbers, strict=True):
        if number:
            owners[each.sha256].setdefault(number, each.shown)
    made = []
    for each, number in zip(inputs, numbers, strict=True):
        where = Where(each.shown)
        known = []
        if not number or (check and not _ONLY_NUMBER.fullmatch(PurePath(each.shown).stem)):
            known.append(codes.PHOTO_NAME.at(where, PurePath(each.shown).name))
        others = [shown for owner, shown in owners[each.sha256].items() if owner != number] if number else []
        if others:
            known.append(codes.PHOTO_SHARED.at(where, other="、".join(others)))
        made.append(PhotoJob(each.path, each.shown, each.size, number, spec, check, tuple(known)))
    return made


def _numbers(stems: list[str]) -> list[str]:
    """The valid ID number in each file name, in its 18-character form; empty where there is none."""
    found = pd.Series([idnumber.find_in(stem) for stem in stems], dtype="str")
    return found.where(_valid(found), "").tolist()


def _valid(numbers: pd.Series) -> Mask:
    """Which are ID numbers without a fault: their form, check character and date of birth."""
    born = np.asarray((idnumber.births(numbers) != "").to_numpy(), dtype=np.bool_)
    return np.asarray(idnumber.check_holds(numbers) & born, dtype=np.bool_)


def settle(results: Sequence[PhotoResult]) -> list[PhotoResult]:
    """Of one person's photos choose the one to use: an accepted one, of most pixels, first by name."""
    best = min(results, key=_rank)
    if not best.accepted:
        return list(results)
    return [replace(result, used=True) if result is best else _spare(result, best) for result in results]


def _rank(result: PhotoResult) -> tuple[bool, int, str]:
    size = result.measure.width * result.measure.height if result.measure else 0
    return not result.accepted, -size, result.shown


def _spare(result: PhotoResult, best: PhotoResult) -> PhotoResult:
    finding = codes.PHOTO_SPARE.at(Where(result.shown), used=best.shown)
    return replace(result, findings=(*result.findings, finding), jpeg=None)


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
    for result in results:
        if result.id_number and result.id_number not in held:
            found.append(codes.PHOTO_NO_HOLDER.at(Where(result.shown), result.id_number))
    return found


# --- the walk: read, check, decide, write ------------------------------------------------------------------------


def normalise_one(job: PhotoJob) -> PhotoResult:
    """The whole way of one photo, in a worker: read, cut, measure, judge; the JPEG if it is accepted."""
    where = Where(job.shown)
    try:
        source = imaging.load(job.path, job.spec)
        given = imaging.portrait(source, job.spec, trim=not job.check)
        photo, window = imaging.whole(given, job.spec) if job.check else imaging.cut(given, job.spec)
    except InputError as problem:
        found = (*job.known, codes.PHOTO_UNREADABLE.at(where, why=problem.message))
        return PhotoResult(job.shown, job.id_number, "rejected", 0, 0, job.size, found)
    measure = imaging.measure(given, photo, window)
    found = (*job.known, *judge(measure, job.spec, where, received=not job.check))
    received = PhotoResult(
        job.shown, job.id_number, "ok", measure.width, measure.height, measure.bytes, found, None, measure
    )
    if errors(found):
        return replace(received, status="rejected")
    if job.check:
        return received
    if given.is_normal(job.spec) and source.plain and len(source.data) <= job.spec.target_bytes:
        return replace(received, jpeg=source.data)  # not a byte is changed
    jpeg = imaging.encode(photo, job.spec)
    return replace(received, status="normalized", width=photo.width, height=photo.height, bytes=len(jpeg), jpeg=jpeg)


def normalise(
    inputs: Sequence[Input],
    spec: PhotoSpec,
    on: Executor,
    progress: work.Progress,
    keep: Callable[[str, Jpeg], None],
) -> list[PhotoResult]:
    """Photos as received into the normal form: ``keep`` is given ID number and JPEG of each person's photo.

    Results come in input order and hold no JPEGs: what is kept in memory does not grow with their number.
    """
    return _walk(jobs(inputs, spec, check=False), on, progress, keep)


def check(inputs: Sequence[Input], spec: PhotoSpec, on: Executor, progress: work.Progress) -> list[PhotoResult]:
    """Photos in place held against 三.3 and 三.1, in input order; nothing is written."""
    return _walk(jobs(inputs, spec, check=True), on, progress, lambda _number, _jpeg: None)


def _walk(
    given: Sequence[PhotoJob], on: Executor, progress: work.Progress, keep: Callable[[str, Jpeg], None]
) -> list[PhotoResult]:
    person = {job.id_number: place for place, job in reversed(list(enumerate(given)))}  # whose first photo it is
    owner = [person[job.id_number] if job.id_number else place for place, job in enumerate(given)]
    # One person's photos are done one after another, so that no others wait in memory for the choice.
    order = sorted(range(len(given)), key=lambda place: (owner[place], place))
    results = work.run_all(normalise_one, (given[place] for place in order), on, progress)
    done: dict[int, PhotoResult] = {}
    for _, photos in groupby(zip(order, results, strict=True), key=lambda pair: owner[pair[0]]):
        places, together = zip(*photos, strict=True)
        for place, result in zip(places, settle(together), strict=True):
            if result.used and result.jpeg is not None:
                keep(result.id_number, result.jpeg)
            done[place] = replace(result, jpeg=None)
    return [done[place] for place in range(len(given))]


def counts(results: Iterable[PhotoResult]) -> dict[str, int]:
    """How many photos there are, and how many of each status."""
    found = Counter(result.status for result in results)
    return {"read": found.total(), "ok": found["ok"], "normalized": found["normalized"], "rejected": found["rejected"]}

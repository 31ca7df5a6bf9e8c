"""One photo (一张照片): the job that travels to a worker, its judgement by 三.1 and 三.3, and what comes back.

Light on purpose: a worker loads this and the imaging room, and no tables.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePath
from typing import Literal

from hzcert import archives, codes, imaging
from hzcert.errors import InputError
from hzcert.findings import Finding, Where, errors, mask
from hzcert.imaging import Measure
from hzcert.photospec import PhotoSpec

Status = Literal["ok", "normalized", "rejected"]
Jpeg = bytes

_JPG_ENDINGS = (".jpg", ".jpeg")


@dataclass(frozen=True, slots=True)
class PhotoJob:
    """One photo to be done, as it travels to a worker: where it lies, whose it is, and what its name already tells.

    ``check``: nothing is written; then ``literal``: it is in place and must keep the notice's bounds as it is. ``member``
    names it in a zip archive. ``data`` is its content where the worker can't reach the file.
    """

    path: Path
    shown: str
    size: int
    id_number: str
    spec: PhotoSpec
    check: bool
    known: tuple[Finding, ...] = ()
    literal: bool = True
    member: str = ""
    sha256: str = ""
    data: bytes | None = field(default=None, repr=False)
    fault: str = ""  # why it can't be read, where that is known already
    thumb: int = 0  # the height in pixels of the small copy that is wanted besides; 0: none
    thumb_if_good: bool = False


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
    why: str = ""  # it could not be read
    thumb: Jpeg | None = field(default=None, repr=False)

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


def judge(measure: Measure, spec: PhotoSpec, where: Where, *, received: bool, check: bool = False) -> Iterator[Finding]:
    """Hold a photo's numbers against the rules: as received and still to be cut, or in place and final (三.3).

    With ``check`` a photo as received is told where it is not in the notice's form yet.
    """
    if received:
        yield from _judge_received(measure, spec, where)
        if check and (faults := list(_form_faults(measure, spec, where))):
            yield codes.PHOTO_NOT_YET.at(where, why="；".join(fault.message for fault in faults))
    else:
        yield from _judge_in_place(measure, spec, where)
    yield from _judge_file(measure, where)
    yield from _judge_print(measure, spec, where)
    yield from _judge_person(measure, spec, where)
    yield from _judge_marks(measure, spec, where)


def _judge_received(measure: Measure, spec: PhotoSpec, where: Where) -> Iterator[Finding]:
    """Whether the normal form can be cut from it."""
    yield from _too_small(measure, spec, where)
    long, short = max(measure.width, measure.height), min(measure.width, measure.height)
    if long > spec.max_source_ratio * short:
        yield codes.PHOTO_SHAPE.at(where, ratio=_ratio(measure))


def _judge_in_place(measure: Measure, spec: PhotoSpec, where: Where) -> Iterator[Finding]:
    """Format, size, shape and bytes, literally (三.3)."""
    yield from _form_faults(measure, spec, where)
    if measure.dpi not in (0, spec.dpi) and measure.format == "JPEG":
        yield codes.PHOTO_RESOLUTION.at(where, dpi=measure.dpi, wanted=spec.dpi)


def _form_faults(measure: Measure, spec: PhotoSpec, where: Where) -> Iterator[Finding]:
    if measure.format != "JPEG":
        yield codes.PHOTO_FORMAT.at(where, format=measure.format)
    elif not where.file.lower().endswith(_JPG_ENDINGS):
        yield codes.PHOTO_FORMAT.at(where, format=PurePath(where.file).suffix.lower() or "没有扩展名")
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


def _judge_file(measure: Measure, where: Where) -> Iterator[Finding]:
    """What the file holds besides."""
    if measure.pages:
        yield codes.PHOTO_PAGES.at(where)
    if measure.torn > 1:
        yield codes.PHOTO_TORN.at(where)
    elif measure.torn and measure.faces:  # of what shows nobody there is no more to say
        yield codes.PHOTO_BAND.at(where)
    if measure.flawed:
        yield codes.PHOTO_FLAWED.at(where)


def _judge_print(measure: Measure, spec: PhotoSpec, where: Where) -> Iterator[Finding]:
    """Colour and white background (三.1)."""
    if measure.colour < spec.min_colour:
        yield codes.PHOTO_GREY.at(where, measured=f"{measure.colour:.1f}", limit=spec.min_colour)
    elif measure.tones < spec.min_tones:
        yield codes.PHOTO_ONE_TONE.at(where, measured=f"{measure.tones:.1f}", limit=spec.min_tones)
    if measure.white < spec.min_white:
        yield codes.PHOTO_BACKGROUND.at(where, measured=f"{measure.white:.1%}", limit=f"{spec.min_white:.0%}")
    elif measure.torn > 1:  # how even the wall is, and what stands before it, can't be told by a damaged picture
        return
    elif measure.things > spec.max_things:
        seen, limit = (
            f"{measure.white:.1%}，两侧景物 {measure.things:.1%}",
            f"{spec.min_white:.0%}，景物至多 {spec.max_things:.1%}",
        )
        yield codes.PHOTO_BACKGROUND.at(where, measured=seen, limit=limit)
    elif measure.white < spec.even_white:
        yield codes.PHOTO_UNEVEN.at(
            where, measured=f"近白部分 {measure.white:.1%}", limit=f"至少 {spec.even_white:.0%}"
        )
    elif measure.shade > spec.max_shade:
        measured, limit = f"明暗相差 {measure.shade:.0f} 级", f"不超过 {spec.max_shade:.0f} 级"
        yield codes.PHOTO_UNEVEN.at(where, measured=measured, limit=limit)
    elif measure.shadow > spec.max_shadow:
        measured, limit = f"头旁的阴影占 {measure.shadow:.1%}", f"至多 {spec.max_shadow:.2%}"
        yield codes.PHOTO_UNEVEN.at(where, measured=measured, limit=limit)


def _judge_person(measure: Measure, spec: PhotoSpec, where: Where) -> Iterator[Finding]:
    """One person, sharp, well lit, upright, the head of a fitting size (三.1). Without a face there is no more to say."""
    if not measure.faces:
        yield codes.PHOTO_NO_FACE.at(where)
        return
    if measure.faces > 1:
        yield codes.PHOTO_FACES.at(where, count=measure.faces)
    if measure.sharpness < spec.min_sharpness:
        yield codes.PHOTO_BLURRED.at(where, measured=f"{measure.sharpness:.3f}", limit=spec.min_sharpness)
    elif measure.sharpness < spec.good_sharpness:
        yield codes.PHOTO_SOFT.at(where, measured=f"{measure.sharpness:.3f}", limit=spec.good_sharpness)
    if faults := _light_faults(measure, spec.least_contrast, spec.most_dark, spec.most_bright, spec.least_light):
        yield codes.PHOTO_NO_LIGHT.at(where, measured="；".join(faults))
    elif faults := _light_faults(measure, spec.min_contrast, spec.max_dark, spec.max_bright, spec.min_light):
        yield codes.PHOTO_EXPOSURE.at(where, measured="；".join(faults))
    if faults := _cut_off(measure, spec):
        yield codes.PHOTO_CUT_OFF.at(where, measured="；".join(faults))
    elif _misplaced(measure, spec):
        words = f"{measure.head:.0%}，偏离中线 {measure.off_centre:.0%}，头顶留白 {measure.gap:.0%}"
        if measure.chin > spec.max_chin:
            words += f"，下巴以下 {1 - measure.chin:.0%}"
        if measure.hair > spec.max_hair:
            words += f"，头上的头发或别的东西高 {measure.hair:.0%}"
        yield codes.PHOTO_HEAD.at(where, measured=words)
    if measure.turned:
        yield codes.PHOTO_TURNED.at(where, degrees=measure.turned)
    if measure.straightened:
        yield codes.PHOTO_STRAIGHTENED.at(where, degrees=f"{abs(measure.straightened):.1f}")
    if faults := _pose_faults(measure, spec):
        yield codes.PHOTO_POSE.at(where, measured="；".join(faults))
    # Before a coloured wall, and in grey, too much looks like a hat; such a photo is refused anyhow.
    fit = measure.white >= spec.min_white and measure.colour >= spec.min_colour
    if fit and measure.cover > spec.max_cover:
        yield codes.PHOTO_COVERED.at(where, measured=f"{measure.cover:.0%}", limit=f"{spec.max_cover:.0%}")
    if measure.eye_light < spec.min_eye_light:
        yield codes.PHOTO_DARK_GLASSES.at(where, measured=f"{measure.eye_light:.0%}", limit=f"{spec.min_eye_light:.0%}")
    masked = measure.mouth_pale > spec.max_mouth_pale or measure.mouth_detail < spec.min_mouth_detail
    if masked and measure.torn < 2:
        yield codes.PHOTO_MASKED.at(where)
    if measure.red_eye > spec.max_red_eye:
        yield codes.PHOTO_RED_EYE.at(where, measured=f"{measure.red_eye:.0%}", limit=f"{spec.max_red_eye:.0%}")


def _light_faults(measure: Measure, contrast: float, dark: float, bright: float, light: float) -> list[str]:
    """What breaks these limits."""
    faults = (
        (measure.contrast < contrast, "反差 {:.1f}，应有 {}", measure.contrast, contrast),
        (measure.dark > dark, "过暗部分 {:.0%}，至多 {:.0%}", measure.dark, dark),
        (measure.bright > bright, "过亮部分 {:.0%}，至多 {:.0%}", measure.bright, bright),
        (measure.light < light, "脸上亮处只有 {:.0f} 级，应有 {:.0f} 级", measure.light, light),
    )
    return [words.format(seen, limit) for broken, words, seen, limit in faults if broken]


def _cut_off(measure: Measure, spec: PhotoSpec) -> list[str]:
    """Where an edge of the photo cuts off part of the head."""
    above = measure.gap < 0 and measure.cut_above > spec.max_cut_above
    faults = (
        (measure.gap < spec.highest_crown or above, "头顶在照片以上 {:.0%}", -measure.gap),
        (measure.chin > spec.lowest_chin, "下巴在照片高的 {:.0%} 处", measure.chin),
        (measure.room < spec.min_room, "脸到照片侧边只有脸宽的 {:.0%}", max(measure.room, 0)),
    )
    return [words.format(seen) for broken, words, seen in faults if broken]


def _misplaced(measure: Measure, spec: PhotoSpec) -> bool:
    """Whether the head is too large or too small, or not where it should be."""
    return (
        measure.off_centre > spec.max_off_centre
        or measure.gap < spec.min_gap
        or measure.hair > spec.max_hair
        or measure.cut_above > spec.max_touching
        or measure.chin > spec.max_chin
        or not spec.min_head <= measure.head <= spec.max_head
    )


def _pose_faults(measure: Measure, spec: PhotoSpec) -> list[str]:
    roll, yaw, pitch = abs(measure.roll), abs(measure.yaw), measure.pitch
    faults = (
        (roll > spec.max_roll, "歪斜 {:.0f} 度，至多 {:.0f} 度", roll, spec.max_roll),
        (yaw > spec.max_yaw, "脸偏向一侧 {:.2f}，至多 {}", yaw, spec.max_yaw),
        (pitch < spec.min_pitch, "仰头 {:.2f}，至少 {}", pitch, spec.min_pitch),
        (pitch > spec.max_pitch, "低头 {:.2f}，至多 {}", pitch, spec.max_pitch),
    )
    return [words.format(seen, limit) for broken, words, seen, limit in faults if broken]


def _judge_marks(measure: Measure, spec: PhotoSpec, where: Where) -> Iterator[Finding]:
    """What does not belong on a portrait."""
    if measure.frame:
        yield codes.PHOTO_FRAME.at(where, count=measure.frame)
    if measure.stamp:
        yield codes.PHOTO_STAMP.at(where, count=measure.stamp)
    if measure.seal > spec.max_seal:
        yield codes.PHOTO_SEALED.at(where, measured=f"{measure.seal:.1%}", limit=f"{spec.max_seal:.0%}")
    # On a background that is not white nothing stands out.
    if measure.specks > spec.max_specks and measure.white >= spec.min_white:
        yield codes.PHOTO_SPECKS.at(where, measured=f"{measure.specks:.2%}", limit=f"{spec.max_specks:.2%}")


def _ratio(measure: Measure) -> str:
    return f"{measure.height / measure.width:.2f}"


# --- the way of one photo ----------------------------------------------------------------------------------------


def normalise_one(job: PhotoJob) -> PhotoResult:
    """The whole way of one photo, in a worker: read, cut, measure, judge; the JPEG if it is accepted."""
    literal = job.check and job.literal
    try:
        source = imaging.parse(content(job), job.spec)
        given = imaging.portrait(source, job.spec, trim=not literal)
        photo, window = imaging.whole(given, job.spec) if literal else imaging.cut(given, job.spec)
    except InputError as problem:
        return unreadable(job, problem.message)
    measure = imaging.measure(given, photo, window)
    received, jpeg = judged(job, measure), None
    if received.accepted and not literal and _in_doubt(measure, job.spec) and not given.is_normal(job.spec):
        jpeg = imaging.encode(photo, job.spec)
        again = normalise_one(replace(job, data=jpeg, check=True, literal=False, thumb=0))
        if not again.accepted and again.measure:  # so that nothing is written that would be refused the next time
            file = {name: getattr(measure, name) for name in ("width", "height", "format", "bytes", "dpi")}
            received = judged(job, replace(again.measure, **file))
    if job.thumb and (job.thumb_if_good or not received.accepted):
        shown = imaging.thumbnail(photo if received.accepted or literal else given.image, job.thumb)
        received = replace(received, thumb=shown)
    if not received.accepted or job.check:
        return received
    if given.is_normal(job.spec) and source.plain and not given.flawed and len(source.data) <= job.spec.target_bytes:
        return replace(received, jpeg=source.data)  # not a byte is changed
    jpeg = jpeg or imaging.encode(photo, job.spec)
    return replace(
        received, status="normalized", width=job.spec.width, height=job.spec.height, bytes=len(jpeg), jpeg=jpeg
    )


def _in_doubt(measure: Measure, spec: PhotoSpec) -> bool:
    """Whether a photo is so near a limit that it may be refused once it is written: its JPEG takes some away, the face is found anew."""
    return measure.faces > 0 and (
        measure.sharpness < spec.min_sharpness + spec.sharpness_lost
        or measure.gap < spec.highest_crown + spec.place_moved
        or measure.chin > spec.lowest_chin - spec.place_moved
        or measure.room < spec.min_room + spec.place_moved
    )


def judged(job: PhotoJob, measure: Measure) -> PhotoResult:
    """What a photo's numbers come to."""
    where = Where(job.shown)
    found = (
        *job.known,
        *judge(measure, job.spec, where, received=not (job.check and job.literal), check=job.check),
    )
    status: Status = "rejected" if errors(found) else "ok"
    if status == "rejected":  # then normalising it is not what it wants
        found = tuple(finding for finding in found if finding.code != codes.PHOTO_NOT_YET)
    if status == "ok" and any(finding.code == codes.PHOTO_NOT_YET for finding in found):
        status = "normalized"  # as normalising it would say
    return PhotoResult(
        job.shown, job.id_number, status, measure.width, measure.height, measure.bytes, found, None, measure
    )


def unreadable(job: PhotoJob, why: str) -> PhotoResult:
    """A photo that nothing can be said of but that it can't be read."""
    found = (*job.known, codes.PHOTO_UNREADABLE.at(Where(job.shown), why=why))
    return PhotoResult(job.shown, job.id_number, "rejected", 0, 0, job.size, found, why=why)


def lost(job: PhotoJob) -> PhotoResult:
    """A photo whose worker died each time, or took too long."""
    return unreadable(job, "处理时程序中断或超时（内存不足，或文件有意损坏）")


def content(job: PhotoJob) -> bytes:
    """A photo's file.

    Raises:
        InputError: it can't be read, or is too large.
    """
    if job.fault:
        raise InputError(job.fault)
    if job.data is not None:
        return job.data
    if job.member:
        return archives.read_member(job.path, job.member, job.spec.max_source_bytes)
    return imaging.read(job.path, job.spec.max_source_bytes)

"""Certificates (制证): who gets one is decided elsewhere; here each is set on its page, and pages go into volumes.

三.4: the authority that makes a certificate prints it from entries that agree with the published documents. A text
that no font can draw, or that does not fit, is found before a number is given: a certificate is whole or not printed.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from itertools import groupby
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from hzcert import dates
from hzcert.codes import NO_GLYPH, NO_ROOM
from hzcert.errors import InputError, UsageError
from hzcert.fields import HEADINGS, REISSUE
from hzcert.findings import Code, Finding, Where
from hzcert.press.design import Area, Back, Box, Dates, Design, Style
from hzcert.press.designfile import load_design, open_fonts
from hzcert.press.fonts import Fonts
from hzcert.press.layout import Layout
from hzcert.press.page import Page, Placed, place, setting_of
from hzcert.work import Progress, run_all

if TYPE_CHECKING:  # a worker that prints starts up in half the time without them
    from hzcert.policy import Policy
    from hzcert.press.draw import Leaf
    from hzcert.table import Mask, Table

MARK = "补发"
Split = Literal["level", "unit", "holder", "one"]
_DATES = frozenset({"birth_date", "obtained_on", "document_date", "retired_on", "issued_on"})
_SHOWN: Mapping[Dates, Callable[[str], str]] = {"digits": dates.chinese, "numerals": dates.numerals, "iso": str}
_NO_NAME = re.compile(r"[^\w\u3400-\u9fff]+")  # what may stand in no file name
_PART = 1_000  # entries that are looked at together
_LONGEST_NAME = 40  # of a unit in a file name
_KEPT = 8_000  # settings of texts that are kept: units, titles and dates come again and again, names do not
_ISO = re.compile(r"\d{4}-\d{2}(-\d{2})?")


@dataclass(frozen=True, slots=True)
class Certificate:
    """One certificate (证书) to be printed: what there is to say by field of the design, the photo's JPEG or where it lies."""

    certificate_no: str
    level_group: str
    unit: str
    texts: Mapping[str, str]
    photo: str | Path | bytes
    reissue: bool
    where: Where
    note: str = ""

    def says(self, field: str, dates_as: Dates = "digits") -> str:
        """What it says in a field of the design; empty for nothing."""
        if field == "certificate_no":
            return self.certificate_no
        if field == "reissue":
            return MARK if self.reissue else ""
        return _shown(field, self.texts.get(field, ""), dates_as)

    def in_box(self, box: Box) -> str:
        """What it says in a box of the design; empty for nothing."""
        if box.field:
            return self.says(box.field, box.dates)
        return box.says({name: self.says(name, box.dates) for name in box.fields})


@dataclass(frozen=True, slots=True)
class Printed:
    """Where a certificate was printed: file and page, the first being 1."""

    certificate_no: str
    output: str
    page: int

    def record(self) -> dict[str, object]:
        """As one JSON object of the contract."""
        return {
            "type": "certificate",
            "certificate_no": self.certificate_no,
            "output": self.output,
            "page": self.page,
        }


@dataclass(frozen=True, slots=True)
class Volume:
    """Certificates that go into one PDF (册), in the order of their pages."""

    file_name: str
    certificates: tuple[Certificate, ...]

    def pages(self, press: "Press | None" = None) -> Iterator[Printed]:
        """What is on which page; a page each, unless the press lays several on a sheet or prints both sides."""
        for number, certificate in enumerate(self.certificates):
            page = press.layout.sheet_of(number, press.design) if press else number + 1
            yield Printed(certificate.certificate_no, self.file_name, page)


Sealer = Callable[[Certificate, bytes], str]
"""From a certificate and its photo to the code that proves it (验证码)."""


@dataclass(frozen=True)
class Press:
    """All that pages are set with: a design (版式) and its fonts, how they lie on paper, what proves them."""

    design: Design
    fonts: Fonts
    layout: Layout = field(default_factory=Layout)
    sealer: Sealer | None = None
    kept: dict[tuple[int, str, str], tuple[Placed, ...] | None] = field(default_factory=dict, compare=False, repr=False)

    def __reduce__(self) -> tuple[object, ...]:
        """Travels to workers without what it keeps."""
        return Press, (self.design, self.fonts, self.layout, self.sealer)


def open_press(policy: "Policy", day: date, design: str = "") -> Press:
    """A design, or else the one in force on a day (五.4), and its fonts.

    Raises:
        InputError, UsageError: the design is missing or wrong.
    """
    opened = load_design(design or policy.certificate.design.on(day).value)
    return Press(opened, open_fonts(opened))


def made_by(holders: "Table", policy: "Policy", authority: str, day: date) -> "Mask":
    """Whose certificates the authority with this division code makes (三.4); entries of no known level or region: none."""

    @cache
    def makes(level: str, region: str) -> bool:
        maker = policy.maker(level, region, day)
        return maker is not None and maker.code == authority

    pairs = zip(holders.column("level"), holders.column("region"), strict=True)
    return np.array([makes(level, region) for level, region in pairs], dtype=np.bool_)


def faces(
    holders: "Table",
    numbers: Mapping[int, str],
    policy: "Policy",
    issued_on: Mapping[int, date],
    folder: Path,
    notes: Mapping[int, str] = MappingProxyType({}),
) -> list[Certificate]:
    """The certificates of those entries, by their line in the table, that have a number; photos lie in a folder under ID numbers.

    ``notes`` are set small at the foot of some: what must be known of a certificate that is not as others are.
    """
    made = []
    same: dict[str, str] = {}  # units, titles and days come again and again: each is held once
    for line, record, where in _entries(holders):
        if line not in numbers:
            continue
        maker = policy.maker(record["level"], record["region"], issued_on[line])
        said = {"issuer": maker.name if maker else "", "issued_on": issued_on[line].isoformat()}
        said |= {field: record[field] for field in HEADINGS if record[field]}
        made.append(
            Certificate(
                numbers[line],
                policy.level_group(record["level"]),
                policy.submitting_unit(record["department"], record["region"]),
                {field: same.setdefault(text, text) for field, text in said.items()},
                f"{folder}/{record['id_number']}.jpg",
                record["case"] == REISSUE,
                where,
                notes.get(line, ""),
            )
        )
    return made


def _entries(holders: "Table") -> Iterator[tuple[int, dict[str, Any], Where]]:
    """Entries with their position and place; so many at a time, since as dictionaries they take ten times the room."""
    first = 0
    for part in holders.parts(_PART):
        places = part.wheres(range(len(part)))
        for line, (record, where) in enumerate(zip(part.records(), places, strict=True), first):
            yield line, record, where
        first += len(part)


def judge(certificate: Certificate, press: Press) -> Iterator[Finding]:
    """What keeps a certificate from being printed; it needs no number yet."""
    for box in _boxes(press.design):
        text = certificate.in_box(box)
        for code, words in _faults(text, box.heading, *_place_of(box, press)):
            yield code.at(replace(certificate.where, heading=box.heading), text, **words)


def judge_holders(holders: "Table", press: Press) -> list[Finding]:
    """What would keep entries from being printed, line by line; each different text is looked at once.

    Give it only those entries whose certificates this authority makes: others are for another's press.
    """
    found: list[tuple[int, Finding]] = []
    for box in _boxes(press.design):
        if not set(box.fields) <= set(HEADINGS):
            continue  # what the office itself says: looked at when the page is set
        place_of = _place_of(box, press)
        given = list(zip(*(holders.column(name) for name in box.fields), strict=True))
        said = {words: _said(box, words) for words in dict.fromkeys(given)}
        faults = {words: list(_faults(text, box.heading, *place_of)) for words, text in said.items()}
        if not any(faults.values()):
            continue
        for line, words in enumerate(given):
            for code, parts in faults[words]:
                found.append((line, holders.finding(line, code, box.fields[0], **parts)))
    return [finding for _, finding in sorted(found, key=lambda each: each[0])]


def _said(box: Box, words: tuple[str, ...]) -> str:
    return box.says({name: _shown(name, word, box.dates) for name, word in zip(box.fields, words, strict=True)})


def page_for(certificate: Certificate, press: Press) -> Page:
    """A certificate on its page: what stands where, nothing drawn yet.

    Raises:
        UsageError: it can't be printed whole; ``judge`` says so beforehand, and why.
    """
    return _page(certificate, press, press.design)


def back_of(certificate: Certificate, press: Press) -> Page | None:
    """The back of a certificate; None where the design has none.

    Raises:
        UsageError: it can't be printed whole.
    """
    return _page(certificate, press, press.design.back) if press.design.back else None


def _page(certificate: Certificate, press: Press, side: Design | Back) -> Page:
    texts: list[Placed] = []
    marks = []
    kept, level_group = press.kept, certificate.level_group
    if len(kept) > _KEPT:
        kept.clear()
    for box in side.boxes:
        text = certificate.in_box(box) or box.empty
        if not text:
            continue
        known = id(box), text, level_group
        if known not in kept:
            kept[known] = _set(box, text, level_group, press)
        placed = kept[known]
        if placed is None:
            raise UsageError(
                f"证书 {certificate.certificate_no} 的{box.heading}“{text}”印不出来", "请换用更大的版式或加上字库"
            )
        texts += placed
        if box.framed:
            marks.append(press.design.room(box))
    back = isinstance(side, Back)
    if certificate.note and not back:
        texts += _note(certificate.note, press)
    return Page(level_group, tuple(texts), tuple(marks), back=back)


def _note(note: str, press: Press) -> tuple[Placed, ...]:
    """A note at the foot of a page, in the design's first font."""
    width, height = press.design.page
    style = Style(font=next(iter(press.design.fonts)), size=6, min_size=4, align="centre")
    room = Area(x=4, y=height - 4.5, w=width - 8, h=3.5)
    return place(note, room, style, press.fonts, style.colour) or ()


def _set(box: Box, text: str, level_group: str, press: Press) -> tuple[Placed, ...] | None:
    style, room, fonts = _place_of(box, press)
    if fonts.missing(style.font, text):
        return None
    return place(text, room, style, fonts, press.design.colour(style.colour, level_group))


def volumes(
    certificates: list[Certificate], policy: "Policy", issued_on: date, by: Split = "level", size: int | None = None
) -> list[Volume]:
    """Certificates in volumes, in the order of the rosters: level, submitting unit, then number.

    So those that a county or department handed in together lie together when they are handed out (三.5). ``by`` is what
    has a file of its own: each level, unit or holder, or nothing; ``size`` the most certificates of a file.
    """
    most = size or policy.certificate.pages_per_volume.on(issued_on).value
    rank = {group.name: place for place, group in enumerate(policy.levels)}
    ordered = sorted(certificates, key=lambda c: (rank[c.level_group], c.unit, c.certificate_no))
    made: list[Volume] = []
    taken: dict[str, int] = {}
    for name, group in groupby(ordered, key=lambda certificate: _volume_name(certificate, by)):
        held = tuple(group)
        if by == "one":
            most = size or len(held)
        for start in range(0, len(held), most):
            taken[name] = taken.get(name, 0) + 1
            number = "" if by == "holder" and taken[name] == 1 else f"-{taken[name]:03}"
            made.append(Volume(f"证书-{name}{number}.pdf", held[start : start + most]))
    return made


def _volume_name(certificate: Certificate, by: Split) -> str:
    """What a volume is called: no path is ever built from what a clerk typed, and no ID number stands in it."""
    if by == "one":
        return "全部"
    if by == "holder":
        return _NO_NAME.sub("", certificate.certificate_no)
    if by == "unit":
        return f"{certificate.level_group}-{_NO_NAME.sub('', certificate.unit)[:_LONGEST_NAME] or '无单位'}"
    return certificate.level_group


def write_volumes(
    made: Sequence[Volume], press: Press, scratch: Path, on: Executor, progress: Progress
) -> Iterator[tuple[Volume, Path]]:
    """Write volumes, several at a time, each to a file beside ``scratch`` that the caller puts in its place.

    The largest come first, so that no worker is left with one when the others have nothing more to do.
    """
    ordered = sorted(made, key=lambda volume: -len(volume.certificates))
    jobs = [
        _Job(scratch.with_name(f"{scratch.name}{number:04}.pdf"), volume, press)
        for number, volume in enumerate(ordered, 1)
    ]
    try:
        for job, done in zip(jobs, run_all(_write_job, jobs, on, progress, in_flight=4, together=1), strict=True):
            yield job.volume, done
    finally:
        for job in jobs:
            job.path.unlink(missing_ok=True)


@dataclass(frozen=True, slots=True)
class _Job:
    path: Path
    volume: Volume
    press: Press


def get_ready(press: Press) -> None:
    """Load what pages are drawn with, fonts and all: what a worker can do while the list is still being checked."""
    from hzcert.press import draw  # noqa: F401

    for chain in press.fonts.chains:
        press.fonts.measure(chain, "")


def _write_job(job: _Job) -> Path:
    write_volume(job.path, job.volume, job.press)
    return job.path


def write_volume(path: Path, volume: Volume, press: Press) -> None:
    """Write a volume, its photos read one at a time.

    Raises:
        InputError: a photo can't be read.
    """
    # Here and not above: whoever does not print need not wait for ReportLab.
    from hzcert.press.draw import About, write_pdf

    first = volume.certificates[0]
    title = f"{press.design.title}（{first.level_group}）"
    day = max(certificate.texts["issued_on"] for certificate in volume.certificates)
    subject = "，".join([Path(volume.file_name).stem, *sorted({each.note for each in volume.certificates} - {""})])
    about = About(title, first.says("issuer"), subject, date.fromisoformat(day))
    leaves = (_leaf(certificate, press) for certificate in volume.certificates)
    write_pdf(path, leaves, press.design, press.fonts, about, press.layout)


def _leaf(certificate: Certificate, press: Press) -> "Leaf":
    from hzcert.press.draw import Leaf

    photo = _photo(certificate)
    front = page_for(certificate, press) if press.layout.sides != "back" else None
    if front and press.sealer and press.design.qr and not press.design.across:
        front = replace(front, code=press.sealer(certificate, photo))
    return Leaf(front, back_of(certificate, press) if press.layout.sides != "front" else None, photo)


def _boxes(design: Design) -> tuple[Box, ...]:
    return (*design.boxes, *(design.back.boxes if design.back else ()))


def _place_of(box: Box, press: Press) -> tuple[Style, Area, Fonts]:
    return press.design.styles[box.style], press.design.room(box), press.fonts


def _faults(text: str, heading: str, style: Style, room: Area, fonts: Fonts) -> Iterator[tuple[Code, dict[str, str]]]:
    """Why a text can't stand in its room: signs that no font has, or too long even at the smallest size."""
    missing = fonts.missing(style.font, text)
    for sign in missing:
        yield NO_GLYPH, {"heading": heading, "text": text, "sign": sign, "point": f"U+{ord(sign):04X}"}
    if not missing and setting_of(text, room, style, fonts) is None:
        yield NO_ROOM, {"heading": heading, "text": text}


def _shown(field: str, value: str, dates_as: Dates) -> str:
    return _SHOWN[dates_as](value) if field in _DATES and _ISO.fullmatch(value) else value


def _photo(certificate: Certificate) -> bytes:
    if isinstance(certificate.photo, bytes):
        return certificate.photo
    try:
        return Path(certificate.photo).read_bytes()
    except OSError as cause:
        raise InputError(
            f"证书 {certificate.certificate_no} 的照片不能读取：{cause.strerror}", "请先运行 hzcert photos normalize"
        ) from cause

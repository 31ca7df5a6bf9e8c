"""Certificates (制证): who gets one is decided elsewhere; here each is set on its page, and pages go into volumes.

三.4: the authority that makes a certificate prints it from entries that agree with the published documents. A text
that no font can draw, or that does not fit, is found before a number is given: a certificate is whole or not printed.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from itertools import groupby
from pathlib import Path

import numpy as np

from hzcert import dates
from hzcert.codes import NO_GLYPH, NO_ROOM
from hzcert.errors import InputError, UsageError
from hzcert.findings import Code, Finding, Where
from hzcert.policy import Policy
from hzcert.press.design import Area, Box, Design, Style, load_design, open_fonts
from hzcert.press.fonts import Fonts
from hzcert.press.page import Page, Placed, place, setting_of
from hzcert.table import HEADINGS, REISSUE, Mask, Table

MARK = "补发"
_DATES = frozenset({"birth_date", "obtained_on", "document_date", "retired_on"})
_ISO = re.compile(r"\d{4}-\d{2}(-\d{2})?")


@dataclass(frozen=True, slots=True)
class Certificate:
    """One certificate (证书) to be printed: ``texts`` by field of the design, the photo's JPEG or where it lies."""

    certificate_no: str
    level_group: str
    unit: str
    texts: Mapping[str, str]
    photo: Path | bytes
    reissue: bool
    where: Where

    def says(self, field: str) -> str:
        """What it says in a field of the design; empty for nothing."""
        own = {"certificate_no": self.certificate_no, "reissue": MARK if self.reissue else ""}
        return own.get(field, self.texts.get(field, ""))


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

    def pages(self) -> Iterator[Printed]:
        """What is on which page."""
        for page, certificate in enumerate(self.certificates, 1):
            yield Printed(certificate.certificate_no, self.file_name, page)


@dataclass(frozen=True, slots=True)
class Press:
    """All that pages are set with: a design (版式) and its fonts."""

    design: Design
    fonts: Fonts


def open_press(policy: Policy, day: date) -> Press:
    """The design in force on a day (五.4), and its fonts.

    Raises:
        InputError, UsageError: the design is missing or wrong.
    """
    design = load_design(policy.certificate.design.on(day).value)
    return Press(design, open_fonts(design))


def made_by(holders: Table, policy: Policy, authority: str, day: date) -> Mask:
    """Whose certificates the authority with this division code makes (三.4); entries of no known level or region: none."""

    @cache
    def makes(level: str, region: str) -> bool:
        maker = policy.maker(level, region, day)
        return maker is not None and maker.code == authority

    pairs = zip(holders.column("level"), holders.column("region"), strict=True)
    return np.array([makes(level, region) for level, region in pairs], dtype=np.bool_)


def faces(
    holders: Table, numbers: Mapping[int, str], policy: Policy, issued_on: Mapping[int, date], photos: Path
) -> list[Certificate]:
    """The certificates of those entries, by their line in the table, that have a number; photos lie under ID numbers."""
    made = []
    for line, record in enumerate(holders.records()):
        if line not in numbers:
            continue
        maker = policy.maker(record["level"], record["region"], issued_on[line])
        texts = {field: _shown(field, record[field]) for field in HEADINGS}
        texts |= {"issuer": maker.name if maker else "", "issued_on": dates.chinese(issued_on[line].isoformat())}
        made.append(
            Certificate(
                numbers[line],
                policy.level_group(record["level"]),
                policy.submitting_unit(record["department"], record["region"]),
                texts,
                photos / f"{record['id_number']}.jpg",
                record["case"] == REISSUE,
                holders.where(line),
            )
        )
    return made


def judge(certificate: Certificate, press: Press) -> Iterator[Finding]:
    """What keeps a certificate from being printed; it needs no number yet."""
    for box in press.design.boxes:
        text = certificate.says(box.field)
        for code, words in _faults(text, box.heading, *_place_of(box, press)):
            yield code.at(replace(certificate.where, heading=box.heading), text, **words)


def judge_holders(holders: Table, press: Press) -> list[Finding]:
    """What would keep entries from being printed, line by line; each different text is looked at once.

    Give it only those entries whose certificates this authority makes: others are for another's press.
    """
    found: list[tuple[int, Finding]] = []
    for box in press.design.boxes:
        if box.field not in HEADINGS:
            continue
        column, place_of = holders.column(box.field), _place_of(box, press)
        faults = {text: list(_faults(_shown(box.field, text), box.heading, *place_of)) for text in column.unique()}
        faulty = column.isin([text for text, kinds in faults.items() if kinds])
        for line in np.flatnonzero(faulty):
            for code, words in faults[column.iloc[line]]:
                found.append((int(line), holders.finding(int(line), code, box.field, **words)))
    return [finding for _, finding in sorted(found, key=lambda each: each[0])]


def page_for(certificate: Certificate, press: Press) -> Page:
    """A certificate on its page: what stands where, nothing drawn yet.

    Raises:
        UsageError: it can't be printed whole; ``judge`` says so beforehand, and why.
    """
    texts: list[Placed] = []
    marks = []
    for box in press.design.boxes:
        text = certificate.says(box.field) or box.empty
        style, room, fonts = _place_of(box, press)
        if not text:
            continue
        colour = press.design.colour(style.colour, certificate.level_group)
        placed = None if fonts.missing(style.font, text) else place(text, room, style, fonts, colour)
        if placed is None:
            raise UsageError(
                f"证书 {certificate.certificate_no} 的{box.heading}“{text}”印不出来", "请换用更大的版式或加上字库"
            )
        texts += placed
        if box.framed:
            marks.append(room)
    return Page(certificate.level_group, tuple(texts), tuple(marks))


def volumes(certificates: list[Certificate], policy: Policy, issued_on: date) -> list[Volume]:
    """Certificates in volumes of one level each, in the order of the rosters: submitting unit, then number.

    So those that a county or department handed in together lie together when they are handed out (三.5).
    """
    size = policy.certificate.pages_per_volume.on(issued_on).value
    rank = {group.name: place for place, group in enumerate(policy.levels)}
    ordered = sorted(certificates, key=lambda c: (rank[c.level_group], c.unit, c.certificate_no))
    made = []
    for level_group, group in groupby(ordered, key=lambda certificate: certificate.level_group):
        held = tuple(group)
        for number, start in enumerate(range(0, len(held), size), 1):
            made.append(Volume(f"证书-{level_group}-{number:03}.pdf", held[start : start + size]))
    return made


def write_volume(path: Path, volume: Volume, press: Press) -> None:
    """Write a volume, its photos read one at a time.

    Raises:
        InputError: a photo can't be read.
    """
    # Here and not above: whoever does not print need not wait for ReportLab.
    from hzcert.press.draw import About, write_pdf

    first = volume.certificates[0]
    title = f"{press.design.title}（{first.level_group}）"
    about = About(title, first.says("issuer"), Path(volume.file_name).stem)
    pages = ((page_for(certificate, press), _photo(certificate)) for certificate in volume.certificates)
    write_pdf(path, pages, press.design, press.fonts, about)


def _place_of(box: Box, press: Press) -> tuple[Style, Area, Fonts]:
    return press.design.styles[box.style], press.design.room(box), press.fonts


def _faults(text: str, heading: str, style: Style, room: Area, fonts: Fonts) -> Iterator[tuple[Code, dict[str, str]]]:
    """Why a text can't stand in its room: signs that no font has, or too long even at the smallest size."""
    missing = fonts.missing(style.font, text)
    for sign in missing:
        yield NO_GLYPH, {"heading": heading, "text": text, "sign": sign, "point": f"U+{ord(sign):04X}"}
    if not missing and setting_of(text, room, style, fonts) is None:
        yield NO_ROOM, {"heading": heading, "text": text}


def _shown(field: str, value: str) -> str:
    return dates.chinese(value) if field in _DATES and _ISO.fullmatch(value) else value


def _photo(certificate: Certificate) -> bytes:
    if isinstance(certificate.photo, bytes):
        return certificate.photo
    try:
        return certificate.photo.read_bytes()
    except OSError as cause:
        raise InputError(
            f"证书 {certificate.certificate_no} 的照片不能读取：{cause.strerror}", "请先运行 hzcert photos normalize"
        ) from cause

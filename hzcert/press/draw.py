"""Pages into a PDF: one background a level, fonts cut down, photos as they came, and the same bytes every time."""

import hashlib
import io
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from pathlib import Path

from reportlab import rl_config
from reportlab.lib.colors import Color, HexColor
from reportlab.pdfbase.pdfutils import readJPEGInfo
from reportlab.pdfgen.canvas import Canvas

from hzcert.errors import InputError
from hzcert.press.design import Area, Design, Stroke
from hzcert.press.fonts import Fonts
from hzcert.press.idfont import register
from hzcert.press.page import POINTS, Page, Placed, background

# Streams go into the file as they are: text-safe encoding would add a quarter to every photo. ReportLab knows this
# only as a setting of the whole process.
rl_config.useA85 = 0


@dataclass(frozen=True, slots=True)
class About:
    """What a PDF says of itself."""

    title: str
    author: str
    subject: str


@dataclass(frozen=True, slots=True)
class _Photo:
    """A JPEG in the form in which ReportLab embeds it without decoding."""

    content: bytes

    def __str__(self) -> str:
        """Its name in the document: a photo drawn twice is embedded once."""
        return hashlib.sha256(self.content).hexdigest()

    def jpeg_fh(self) -> io.BytesIO:
        """The bytes as they came."""
        return io.BytesIO(self.content)


def write_pdf(path: Path, pages: Iterable[tuple[Page, bytes]], design: Design, fonts: Fonts, about: About) -> None:
    """Write pages, each with the JPEG of its photo, one after another.

    Raises:
        InputError: a photo is no JPEG.
    """
    width, height = (length * POINTS for length in design.page)
    # Named, or ReportLab would enter a Helvetica that is not embedded.
    first = register(fonts.faces(next(iter(design.styles.values())).font)[0])
    with path.open("wb") as target:
        canvas = Canvas(target, (width, height), pageCompression=1, invariant=1, initialFontName=first, lang="zh-CN")
        canvas.setTitle(about.title)
        canvas.setAuthor(about.author)
        canvas.setSubject(about.subject)
        canvas.setViewerPreference("DisplayDocTitle", "true")
        drawn: set[str] = set()
        for number, (page, photo) in enumerate(pages, 1):
            if page.level_group not in drawn:
                _background(canvas, design, page.level_group, fonts)
                drawn.add(page.level_group)
            canvas.doForm(_form_name(page.level_group))
            _photo(canvas, design, photo, number)
            for mark in page.marks:
                _stroke(canvas, design, design.mark, page.level_group)
                canvas.rect(*_corner(design, mark), mark.w * POINTS, mark.h * POINTS)
            _texts(canvas, design, page.texts)
            canvas.showPage()
        canvas.save()


def _background(canvas: Canvas, design: Design, level_group: str, fonts: Fonts) -> None:
    """Everything that the certificates of a level share, kept once and referred to by each page."""
    placed = background(design, level_group, fonts)
    canvas.beginForm(_form_name(level_group))
    for ground in design.grounds:
        _stroke(canvas, design, ground, level_group)
        left, right = ground.x * POINTS, ground.right * POINTS
        count = int(ground.h / ground.step)
        heights = (_up(design, ground.y + ground.step * number) for number in range(count + 1))
        canvas.lines([(left, height, right, height) for height in heights])
    for frame in design.frames:
        _stroke(canvas, design, frame, level_group)
        canvas.rect(*_corner(design, frame), frame.w * POINTS, frame.h * POINTS)
    for rule in design.rules:
        _stroke(canvas, design, rule, level_group)
        canvas.line(rule.x * POINTS, _up(design, rule.y), (rule.x + rule.w) * POINTS, _up(design, rule.y))
    _stroke(canvas, design, design.underline, level_group)
    for box in design.boxes:
        if box.label:
            room, height = design.room(box), _up(design, box.bottom + design.underline.gap)
            canvas.line(room.x * POINTS, height, room.right * POINTS, height)
    _texts(canvas, design, placed)
    canvas.endForm()


def _texts(canvas: Canvas, design: Design, texts: Iterable[Placed]) -> None:
    for bold, group in groupby(texts, key=lambda placed: placed.bold):
        text = canvas.beginText()
        if bold:
            canvas.setLineWidth(bold)
            text.setTextRenderMode(2)
        for placed in group:
            text.setFont(register(placed.face), placed.size)
            text.setFillColor(_ink(placed.colour))
            text.setStrokeColor(_ink(placed.colour))
            text.setCharSpace(placed.spacing)
            text.setTextOrigin(placed.x * POINTS, _up(design, placed.y))
            text.textOut(placed.text)
        text.setTextRenderMode(0)
        canvas.drawText(text)


def _photo(canvas: Canvas, design: Design, photo: bytes, page: int) -> None:
    try:
        readJPEGInfo(io.BytesIO(photo))
    except Exception as cause:  # whatever a damaged header does to ReportLab's reader
        raise InputError(f"第 {page} 页的照片不是 JPG 文件", "请先运行 hzcert photos normalize") from cause
    x, y = _corner(design, design.photo)
    width, height = design.photo.w * POINTS, design.photo.h * POINTS
    canvas.drawImage(_Photo(photo), x, y, width, height, preserveAspectRatio=True)


def _stroke(canvas: Canvas, design: Design, stroke: Stroke, level_group: str) -> None:
    canvas.setLineWidth(stroke.line * POINTS)
    canvas.setStrokeColor(_ink(design.colour(stroke.colour, level_group, stroke.shade)))


@cache
def _ink(colour: str) -> Color:
    return HexColor(colour)


def _corner(design: Design, area: Area) -> tuple[float, float]:
    """The lower left corner of an area, as ReportLab counts: in points, upwards."""
    return area.x * POINTS, _up(design, area.bottom)


def _up(design: Design, y: float) -> float:
    return (design.page[1] - y) * POINTS


def _form_name(level_group: str) -> str:
    # Names in a PDF are plain letters and digits.
    return f"L{level_group.encode().hex()}"

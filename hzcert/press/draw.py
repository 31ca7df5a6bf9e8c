"""Pages into a PDF: one background a level, fonts cut down, photos as they came, and the same bytes every time.

What every page says anew is written as PDF operators straight away: ReportLab's text objects would take three times as long.
"""

import hashlib
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import islice
from math import atan2, cos, hypot, sin
from pathlib import Path

from reportlab.lib.colors import Color, HexColor
from reportlab.pdfbase.pdfutils import readJPEGInfo
from reportlab.pdfgen.canvas import Canvas

from hzcert.errors import InputError
from hzcert.press import archive, code, guilloche
from hzcert.press.design import QUIET_MODULES, Area, Back, Design, Stroke
from hzcert.press.fonts import Fonts
from hzcert.press.idfont import font_of, register
from hzcert.press.layout import Layout, Slot
from hzcert.press.page import POINTS, Page, Placed, background

About = archive.About
_APART = 0.2  # ems between signs from which on a text says itself in one piece
_ACROSS = "#c8102e"  # of the mark across a page that is no certificate
_ACROSS_SHARE = 0.42  # of the page's diagonal


@dataclass(frozen=True, slots=True)
class Leaf:
    """One certificate's front and back, whichever is printed, and its photo's JPEG."""

    front: Page | None
    back: Page | None
    photo: bytes


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


@dataclass(frozen=True, slots=True)
class _Press:
    """What is drawn with, for one document."""

    canvas: Canvas
    design: Design
    fonts: Fonts
    drawn: set[str]  # backgrounds that are in the document


def write_pdf(
    path: Path,
    leaves: Iterable[Leaf],
    design: Design,
    fonts: Fonts,
    about: About,
    layout: Layout | None = None,
) -> None:
    """Write certificates, one after another.

    Raises:
        InputError: a photo is no JPEG.
    """
    layout = layout or Layout()
    size = tuple(length * POINTS for length in layout.paper(design))
    # Named, or ReportLab would enter a Helvetica that is not embedded.
    first = register(fonts.faces(next(iter(design.styles.values())).font)[0])
    with path.open("wb") as target:
        canvas = Canvas(target, size, pageCompression=1, invariant=1, initialFontName=first, lang="zh-CN")
        archive.describe(canvas, about)
        press = _Press(canvas, design, fonts, set())
        slots = layout.slots(design)
        number = 0
        backs: list[list[Leaf]] = []
        rest = iter(leaves)
        while group := list(islice(rest, len(slots))):
            if layout.sides != "back":
                _sheet(press, layout, [(leaf.front, leaf.photo) for leaf in group], slots, number)
            if layout.sides in ("back", "duplex"):
                _backs(press, layout, group, number)
            elif layout.sides == "stacked":
                backs.append([Leaf(None, leaf.back, b"") for leaf in group])
            number += len(group)
        for group in backs:
            _backs(press, layout, group, 0)
        canvas.save()


def _backs(press: _Press, layout: Layout, group: list[Leaf], number: int) -> None:
    _sheet(press, layout, [(leaf.back, leaf.photo) for leaf in group], layout.slots(press.design, back=True), number)


def _sheet(
    press: _Press, layout: Layout, pages: list[tuple[Page | None, bytes]], slots: list[Slot], number: int
) -> None:
    """One side of one sheet."""
    canvas, design = press.canvas, press.design
    move = layout.printer.matrix(layout.paper(design)[1] * POINTS)
    if move:
        canvas.addLiteral(f"q {move} cm")
    for at, ((page, photo), slot) in enumerate(zip(pages, slots, strict=False), number + 1):
        if slot.placed:
            canvas.addLiteral(f"q {slot.matrix(design, layout.paper(design)[1])} cm")
        if page is not None:
            _page(press, page, photo, at)
        if slot.placed:
            canvas.addLiteral("Q")
    if lines := layout.cut_marks(design):
        up = layout.paper(design)[1]
        canvas.addLiteral("q 0.25 w 0 G")
        canvas.addLiteral(" ".join(f"{_mm(x)} {_mm(up - y)} m {_mm(a)} {_mm(up - b)} l S" for x, y, a, b in lines))
        canvas.addLiteral("Q")
    if move:
        canvas.addLiteral("Q")
    archive.end_page(canvas)


def _page(press: _Press, page: Page, photo: bytes, number: int) -> None:
    """One side of one certificate."""
    canvas, design = press.canvas, press.design
    name = _form_name(page)
    if not design.overprint:
        if name not in press.drawn:
            _background(press, page)
            press.drawn.add(name)
        canvas.doForm(name)
    if not page.back:
        _photo(canvas, design, photo, number)
    if page.marks:
        canvas.addLiteral("q " + _pen(design, design.mark, page.level_group))
        for mark in page.marks:
            canvas.addLiteral(_rectangle(design, mark) + " S")
        canvas.addLiteral("Q")
    canvas.addLiteral(_texts(canvas, design, page.texts))
    if page.code and design.qr:
        canvas.addLiteral(_code(design, design.qr, page.code))
    if design.across:
        canvas.addLiteral(_across(press))


def _background(press: _Press, page: Page) -> None:
    """Everything that the certificates of a level share on one side, kept once and referred to by each page."""
    canvas, design, level_group = press.canvas, press.design, page.level_group
    side: Design | Back = design.back if page.back and design.back else design
    placed = background(design, level_group, press.fonts, side)
    canvas.beginForm(_form_name(page), 0, 0, design.page[0] * POINTS, design.page[1] * POINTS)
    for line in _figures(design, side, level_group):
        canvas.addLiteral(line)
    canvas.addLiteral(_texts(canvas, design, placed))
    canvas.endForm()


def _figures(design: Design, side: Design | Back, level_group: str) -> Iterator[str]:
    for ground in side.grounds:
        lines = (_up(design, ground.y + ground.step * number) for number in range(int(ground.h / ground.step) + 1))
        left, right = _mm(ground.x), _mm(ground.right)
        drawn = " ".join(f"{left} {height} m {right} {height} l" for height in lines)
        yield f"q {_pen(design, ground, level_group)} {drawn} S Q"
    for figure in side.guilloches:
        yield f"q 1 j {_pen(design, figure, level_group)}"
        for curve in guilloche.curves(figure):
            points = [f"{_mm(x)} {_up(design, y)}" for x, y in curve]
            pieces = (" ".join(points[at : at + 3]) + " c" for at in range(1, len(points), 3))
            yield f"{points[0]} m " + " ".join(pieces) + " s"
        yield "Q"
    for frame in side.frames:
        yield f"q {_pen(design, frame, level_group)} {_rectangle(design, frame)} S Q"
    for rule in side.rules:
        height = _up(design, rule.y)
        yield f"q {_pen(design, rule, level_group)} {_mm(rule.x)} {height} m {_mm(rule.x + rule.w)} {height} l S Q"
    yield f"q {_pen(design, design.underline, level_group)}"
    for box in side.boxes:
        if box.label:
            room, height = design.room(box), _up(design, box.bottom + design.underline.gap)
            yield f"{_mm(room.x)} {height} m {_mm(room.right)} {height} l S"
    yield "Q"


def _texts(canvas: Canvas, design: Design, texts: Iterable[Placed]) -> str:
    """Operators that set texts; what does not change from one to the next is not said again."""
    said = ["q BT"]
    face = size = colour = spacing = bold = None
    height, open_pieces = design.page[1], 0
    for placed in texts:
        font = font_of(placed.face)
        if placed.face is not face or placed.size != size:
            face, size = placed.face, placed.size
            said.append(f"{font.getSubsetInternalName(0, canvas._doc)} {size:.4g} Tf")
        if placed.colour != colour:
            colour = placed.colour
            said.append(f"{_ink(colour)} rg {_ink(colour)} RG")
        if placed.spacing != spacing:
            spacing = placed.spacing
            said.append(f"{spacing:.3f} Tc")
        if placed.bold != bold:
            bold = placed.bold
            said.append(f"{bold:.3f} w 2 Tr" if bold else "0 Tr")
        turn = "0 -1 1 0" if placed.turned else "1 0 0 1"
        x, y = placed.x * POINTS, (height - placed.y) * POINTS
        shown = f"{turn} {x:.2f} {y:.2f} Tm <{font.codes(placed.text, canvas._doc)}> Tj"
        if placed.whole:  # or a reader mixes its lines with what stands beside them
            said.append(_span(placed.whole))
            open_pieces = placed.pieces
        elif not open_pieces and spacing > _APART * placed.size:  # or a reader takes each sign for a word
            said.append(_span(placed.text))
            open_pieces = 1
        said.append(shown)
        if open_pieces:
            open_pieces -= 1
            if not open_pieces:
                said.append("EMC")
    said.append("ET Q")
    return " ".join(said)


def _span(text: str) -> str:
    """What begins a piece of the page that says a text, however it is drawn."""
    codes = ("\ufeff" + text).encode("utf-16-be").hex()
    return f"/Span <</ActualText <{codes}>>> BDC"


def _across(press: _Press) -> str:
    """The words across a page that is no certificate: outlines, so that what is below can be read."""
    canvas, design = press.canvas, press.design
    width, height = (length * POINTS for length in design.page)
    face = press.fonts.faces(next(iter(design.styles.values())).font)[0]
    font, words = font_of(face), design.across
    size = min(_ACROSS_SHARE * hypot(width, height) / face.width(words), 0.5 * height)
    angle = atan2(height, width)
    along, up = face.width(words) * size / 2, 0.38 * size
    x = width / 2 - along * cos(angle) + up * sin(angle)
    y = height / 2 - along * sin(angle) - up * cos(angle)
    turned = f"{cos(angle):.4f} {sin(angle):.4f} {-sin(angle):.4f} {cos(angle):.4f} {x:.2f} {y:.2f} Tm"
    name, codes = font.getSubsetInternalName(0, canvas._doc), font.codes(words, canvas._doc)
    return f"q {_ink(_ACROSS)} RG 0.6 w BT 1 Tr {name} {size:.2f} Tf {turned} <{codes}> Tj ET Q"


def _code(design: Design, area: Area, said: str) -> str:
    """A code as a picture of one bit a module, which printers draw without a seam, on white."""
    symbol = code.encode(said)
    side, x, y = area.w * POINTS, area.x * POINTS, (design.page[1] - area.bottom) * POINTS
    quiet = QUIET_MODULES * side / symbol.size
    white = f"1 g {x - quiet:.2f} {y - quiet:.2f} {side + 2 * quiet:.2f} {side + 2 * quiet:.2f} re f "
    return (
        f"q {'' if design.overprint else white}0 g {side:.3f} 0 0 {side:.3f} {x:.2f} {y:.2f} cm "
        f"BI /W {symbol.size} /H {symbol.size} /IM true /BPC 1 /F /AHx ID {symbol.rows.hex()}> EI Q"
    )


def _photo(canvas: Canvas, design: Design, photo: bytes, number: int) -> None:
    try:
        readJPEGInfo(io.BytesIO(photo))
    except Exception as cause:  # whatever a damaged header does to ReportLab's reader
        raise InputError(f"第 {number} 页的照片不是 JPG 文件", "请先运行 hzcert photos normalize") from cause
    x, y = design.photo.x * POINTS, (design.page[1] - design.photo.bottom) * POINTS
    width, height = design.photo.w * POINTS, design.photo.h * POINTS
    canvas.drawImage(_Photo(photo), x, y, width, height, preserveAspectRatio=True)


def _pen(design: Design, stroke: Stroke, level_group: str) -> str:
    return f"{_mm(stroke.line)} w {_ink(design.colour(stroke.colour, level_group, stroke.shade))} RG"


@cache
def _ink(colour: str) -> str:
    ink: Color = HexColor(colour)
    return " ".join(f"{part:.3g}" for part in (ink.red, ink.green, ink.blue))


def _rectangle(design: Design, area: Area) -> str:
    return f"{_mm(area.x)} {_up(design, area.bottom)} {_mm(area.w)} {_mm(area.h)} re"


def _mm(length: float) -> str:
    return f"{length * POINTS:.2f}"


def _up(design: Design, y: float) -> str:
    """A height as PDF counts it: in points, upwards."""
    return _mm(design.page[1] - y)


def _form_name(page: Page) -> str:
    # Names in a PDF are plain letters and digits.
    return f"{'B' if page.back else 'L'}{page.level_group.encode().hex()}"

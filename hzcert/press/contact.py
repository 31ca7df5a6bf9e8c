"""Contact sheets (照片小样) as PDF: pictures in rows on A4, each with its words below."""

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from reportlab import rl_config
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from hzcert.press.fonts import Fonts
from hzcert.press.idfont import register
from hzcert.press.setting import break_lines

Tone = Literal["good", "doubtful", "bad"]

rl_config.useA85 = 0
_INK = {"good": (0.0, 0.45, 0.2), "doubtful": (0.65, 0.42, 0.0), "bad": (0.75, 0.05, 0.1)}
_ACROSS, _DOWN = 5, 4
_MARGIN, _GAP = 12 * mm, 4 * mm
_HEAD = 12 * mm
_PICTURE = 42 * mm  # high
_SIZES, _LEADING = (6.5, 5.6, 5.0), 1.26  # the largest in which all that is said has room; times the size
_CHAIN = "hei"
_UNKNOWN = "〓"  # stands for a sign that no font has


@dataclass(frozen=True, slots=True)
class Tile:
    """One picture (a JPEG; none where it can't be read), its name, what is said of it, and how bad that is."""

    picture: bytes | None
    name: str
    lines: tuple[str, ...]
    tone: Tone


def write(path: Path, title: str, tiles: Sequence[Tile], fonts: Fonts, empty: str, unread: str) -> None:
    """Write a sheet of pictures; the same tiles give the same bytes. ``unread`` stands where a picture can't be read."""
    canvas = Canvas(str(path), pagesize=A4, invariant=1)
    canvas.setTitle(title)
    pages = [tiles[start : start + _ACROSS * _DOWN] for start in range(0, len(tiles), _ACROSS * _DOWN)] or [()]
    for number, page in enumerate(pages, 1):
        _write_line(canvas, fonts, f"{title}　{number}/{len(pages)}", _MARGIN, A4[1] - _MARGIN - 5 * mm, 11)
        if not page:
            _write_line(canvas, fonts, empty, _MARGIN, A4[1] - _MARGIN - _HEAD - 5 * mm, 10)
        for place, tile in enumerate(page):
            _draw(canvas, fonts, tile, unread, place % _ACROSS, place // _ACROSS)
        canvas.showPage()
    canvas.save()


def _draw(canvas: Canvas, fonts: Fonts, tile: Tile, unread: str, column: int, row: int) -> None:
    wide = (A4[0] - 2 * _MARGIN - (_ACROSS - 1) * _GAP) / _ACROSS
    high = (A4[1] - 2 * _MARGIN - _HEAD - (_DOWN - 1) * _GAP) / _DOWN
    left, top = _MARGIN + column * (wide + _GAP), A4[1] - _MARGIN - _HEAD - row * (high + _GAP)
    canvas.setStrokeColorRGB(*_INK[tile.tone])
    canvas.setLineWidth(1.2)
    canvas.line(left, top + 1, left + wide, top + 1)
    if tile.picture is None:
        canvas.setFillGray(0.9)
        canvas.rect(left, top - _PICTURE, wide, _PICTURE, stroke=0, fill=1)
        canvas.setFillGray(0.4)
        middle = left + (wide - fonts.measure(_CHAIN, unread)(unread) * 8) / 2
        _write_line(canvas, fonts, unread, middle, top - _PICTURE / 2 - 3, 8)
    else:
        reader = ImageReader(io.BytesIO(tile.picture))
        width, height = reader.getSize()
        scale = min(wide / width, _PICTURE / height)
        canvas.drawImage(
            reader, left + (wide - width * scale) / 2, top - _PICTURE + (_PICTURE - height * scale) / 2,
            width * scale, height * scale,
        )  # fmt: skip
    size, lines, said = _fitted(fonts, tile, wide, high - _PICTURE - 1)
    level = top - _PICTURE - _LEADING * size
    for ink, line in (*(((0.1, 0.1, 0.1), line) for line in lines), *((_INK[tile.tone], line) for line in said)):
        canvas.setFillColorRGB(*ink)
        _write_line(canvas, fonts, line, left, level, size)
        level -= _LEADING * size


def _fitted(fonts: Fonts, tile: Tile, wide: float, high: float) -> tuple[float, list[str], list[str]]:
    """Size, lines of the name and lines of what is said: all of it where there is room for it in a size that can be read.

    In the least size one thing said follows the other on the same line.
    """
    for size in _SIZES:
        room = int(high / (_LEADING * size))
        lines = _broken(fonts, [tile.name], wide / size)[:2]
        said = _broken(fonts, tile.lines if size > _SIZES[-1] else [" ".join(tile.lines)], wide / size)
        if len(lines) + len(said) <= room:
            return size, lines, said
    return size, lines, [*said[: room - len(lines) - 1], "……"]


def _broken(fonts: Fonts, texts: Iterable[str], ems: float) -> list[str]:
    lines: list[str] = []
    for text in texts:
        known = _known(fonts, text)
        lines += break_lines(known, fonts.measure(_CHAIN, known), ems)
    return lines


def _known(fonts: Fonts, text: str) -> str:
    """A text without signs that can't be drawn."""
    plain = "".join(sign if sign.isprintable() else " " for sign in text)
    missing = set(fonts.missing(_CHAIN, plain))
    return "".join(_UNKNOWN if sign in missing else sign for sign in plain) if missing else plain


def _write_line(canvas: Canvas, fonts: Fonts, text: str, left: float, level: float, size: float) -> None:
    for run in fonts.runs(_CHAIN, _known(fonts, text)):
        canvas.setFont(register(run.face), size)
        canvas.drawString(left, level, run.text)
        left += run.face.width(run.text) * size

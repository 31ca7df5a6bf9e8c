"""What stands where on one certificate, before anything is drawn: the golden files are listings of this."""

from collections.abc import Iterator
from dataclasses import dataclass

from hzcert.errors import UsageError
from hzcert.press.design import Area, Design, Style
from hzcert.press.fonts import Face, Fonts
from hzcert.press.setting import LEADING, RISE, Setting, fit

POINTS = 72 / 25.4  # a millimetre in points


@dataclass(frozen=True, slots=True)
class Placed:
    """A run of text: where its baseline begins in mm from the top-left corner, size, stroke and spacing in points."""

    x: float
    y: float
    size: float
    face: Face
    text: str
    colour: str
    spacing: float = 0
    bold: float = 0

    @property
    def right(self) -> float:
        """Where it ends, in mm."""
        return self.x + (self.face.width(self.text) * self.size + self.spacing * (len(self.text) - 1)) / POINTS


@dataclass(frozen=True, slots=True)
class Page:
    """All of one certificate but its photo: the level whose background it stands on, its texts, and framed marks."""

    level_group: str
    texts: tuple[Placed, ...]
    marks: tuple[Area, ...] = ()

    def listing(self) -> str:
        """One line a text, for people who compare pages."""
        lines = [f"{t.x:6.1f} {t.y:6.1f} {t.size:6.2f}pt {t.face.name} {t.text}" for t in self.texts]
        lines += [f"{mark.x:6.1f} {mark.y:6.1f} {mark.w:.1f}x{mark.h:.1f} 加框" for mark in self.marks]
        return "\n".join([self.level_group, *lines, ""])


def setting_of(text: str, area: Area, style: Style, fonts: Fonts) -> Setting | None:
    """How a text is set in an area, or None when it does not fit. Every sign must be in the style's fonts."""
    room = area.w * POINTS, area.h * POINTS
    return fit(text, fonts.measure(style.font, text), room, (style.size, style.min_size), style.lines)


def place(text: str, area: Area, style: Style, fonts: Fonts, colour: str) -> tuple[Placed, ...] | None:
    """A text in its area, in the middle of its height; None when it does not fit."""
    setting = setting_of(text, area, style, fonts)
    return tuple(_placed(setting, area, style, fonts, colour)) if setting else None


def background(design: Design, level_group: str, fonts: Fonts) -> tuple[Placed, ...]:
    """The words and labels that all certificates of a level share.

    Raises:
        UsageError: the design's own words do not fit, or its fonts lack a sign of them.
    """
    placed: list[Placed] = []
    for words in design.fixed_words():
        style = design.styles[words.style]
        if fonts.missing(style.font, words.text):
            raise UsageError(f"版式 {design.name} 的字库中没有“{words.text}”的字形", "请在版式文件 [fonts] 中加上字库")
        set_words = place(words.text, words, style, fonts, design.colour(style.colour, level_group))
        if set_words is None:
            raise UsageError(f"版式 {design.name} 中“{words.text}”放不下", "请把它的位置放大或字号改小")
        placed += set_words
    return tuple(placed)


def _placed(setting: Setting, area: Area, style: Style, fonts: Fonts, colour: str) -> Iterator[Placed]:
    size, across = setting.size, area.w * POINTS
    top = area.y + (area.h - setting.height / POINTS) / 2
    for number, line in enumerate(setting.lines):
        baseline = top + size * (RISE + LEADING * number) / POINTS
        left = across - fonts.measure(style.font, line)(line) * size
        spacing = left / (len(line) - 1) if style.align == "spread" and len(line) > 1 else 0
        x = area.x + {"left": 0.0, "spread": 0.0, "centre": left / 2, "right": left}[style.align] / POINTS
        for run in fonts.runs(style.font, line):
            placed = Placed(x, baseline, size, run.face, run.text, colour, spacing, style.bold)
            yield placed
            x = placed.right + spacing / POINTS

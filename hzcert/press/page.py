"""What stands where on one certificate, before anything is drawn: the golden files are listings of this."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import groupby

from hzcert.errors import UsageError
from hzcert.press.design import Area, Back, Design, Style
from hzcert.press.fonts import Face, Fonts
from hzcert.press.setting import LEADING, RISE, Setting, Width, fit

POINTS = 72 / 25.4  # a millimetre in points
_MIDDLE = 0.38  # from the baseline to the middle of a Chinese sign's square, in ems
# What lies on its side where lines run downwards; Latin letters and digits do too.
_TURNED = frozenset("（）()《》〈〉【】「」『』〔〕[]—–-…·：:")


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
    turned: bool = False  # lies on its right side and runs downwards
    whole: str = ""  # of a text in several pieces, on its first: all of it, for those who find and copy
    pieces: int = 1

    @property
    def length(self) -> float:
        """How long it is, in mm."""
        return (self.face.width(self.text) * self.size + self.spacing * (len(self.text) - 1)) / POINTS

    @property
    def right(self) -> float:
        """Where it ends, in mm."""
        return self.x + self.length


@dataclass(frozen=True, slots=True)
class Page:
    """All of one certificate but its photo: the level whose background it stands on, its texts, framed marks, its code."""

    level_group: str
    texts: tuple[Placed, ...]
    marks: tuple[Area, ...] = ()
    code: str = ""
    back: bool = False

    def listing(self) -> str:
        """One line a text, for people who compare pages."""
        lines = [f"{t.x:6.1f} {t.y:6.1f} {t.size:6.2f}pt {t.face.name} {t.text}" for t in self.texts]
        lines += [f"{mark.x:6.1f} {mark.y:6.1f} {mark.w:.1f}x{mark.h:.1f} 加框" for mark in self.marks]
        return "\n".join([self.level_group, *lines, ""])


def setting_of(text: str, area: Area, style: Style, fonts: Fonts) -> Setting | None:
    """How a text is set in an area, or None when it does not fit. Every sign must be in the style's fonts."""
    room = area.w * POINTS, area.h * POINTS
    if style.vertical:
        room = room[1], room[0]
    return fit(text, _measure(text, style, fonts), room, (style.size, style.min_size), style.lines)


def _measure(text: str, style: Style, fonts: Fonts) -> Width:
    """What measures a text of a style and its parts in ems, room between signs and all."""
    plain = fonts.measure(style.font, text)
    between = _between(text, style)
    if not between:
        return plain
    return lambda part: plain(part) + between * max(len(part) - 1, 0)


def _between(text: str, style: Style) -> float:
    """The room between signs in ems: the style's own, and what spreads a short Chinese text to its full width."""
    if 1 < len(text) < style.justify and all(sign >= "\u3400" for sign in text):
        return max(style.spacing, (style.justify - len(text)) / (len(text) - 1))
    return style.spacing


def place(text: str, area: Area, style: Style, fonts: Fonts, colour: str) -> tuple[Placed, ...] | None:
    """A text in its area, in the middle of its height; None when it does not fit."""
    setting = setting_of(text, area, style, fonts)
    if setting is None:
        return None
    way = _downwards if style.vertical else _placed
    first, *rest = way(text, setting, area, style, fonts, colour)
    if rest and len(setting.lines) > 1:
        first = replace(first, whole=text, pieces=1 + len(rest))
    return first, *rest


def background(design: Design, level_group: str, fonts: Fonts, side: Design | Back | None = None) -> tuple[Placed, ...]:
    """The words and labels that all certificates of a level share, on one side.

    Raises:
        UsageError: the design's own words do not fit, or its fonts lack a sign of them.
    """
    placed: list[Placed] = []
    for words in design.fixed_words(side):
        style = design.styles[words.style]
        if fonts.missing(style.font, words.text):
            raise UsageError(f"版式 {design.name} 的字库中没有“{words.text}”的字形", "请在版式文件 [fonts] 中加上字库")
        set_words = place(words.text, words, style, fonts, design.colour(style.colour, level_group))
        if set_words is None:
            raise UsageError(f"版式 {design.name} 中“{words.text}”放不下", "请把它的位置放大或字号改小")
        placed += set_words
    return tuple(placed)


def _placed(text: str, setting: Setting, area: Area, style: Style, fonts: Fonts, colour: str) -> Iterator[Placed]:
    size, across = setting.size, area.w * POINTS
    top = area.y + (area.h - setting.height / POINTS) / 2
    measure, between = _measure(text, style, fonts), _between(text, style) * size
    for number, line in enumerate(setting.lines):
        baseline = top + size * (RISE + LEADING * number) / POINTS
        left = across - measure(line) * size
        spacing = between
        if style.align == "spread" and len(line) > 1:
            spacing += left / (len(line) - 1)
        x = area.x + {"left": 0.0, "spread": 0.0, "centre": left / 2, "right": left}[style.align] / POINTS
        for run in fonts.runs(style.font, line):
            y, bold = baseline - run.rise * size / POINTS, style.bold + run.bold * size
            placed = Placed(x, y, size, run.face, run.text, colour, spacing, bold)
            yield placed
            x = placed.right + spacing / POINTS


def _downwards(text: str, setting: Setting, area: Area, style: Style, fonts: Fonts, colour: str) -> Iterator[Placed]:
    """Lines from right to left; Latin letters, digits and brackets lie on their side."""
    size, down = setting.size, area.h * POINTS
    measure, between = _measure(text, style, fonts), _between(text, style) * size / POINTS
    middle = area.x + (area.w + setting.height / POINTS) / 2 - size / 2 / POINTS
    for number, line in enumerate(setting.lines):
        centre = middle - size * LEADING * number / POINTS
        left = down - measure(line) * size
        y = area.y + {"left": 0.0, "spread": 0.0, "centre": left / 2, "right": left}[style.align] / POINTS
        for turned, signs in groupby(line, key=_lies):
            for run in fonts.runs(style.font, "".join(signs)):
                bold = style.bold + run.bold * size
                for part in (run.text,) if turned else run.text:
                    beside = _MIDDLE - run.rise if turned else run.face.width(part) / 2
                    rise = 0 if turned else RISE - run.rise
                    x, foot = centre - beside * size / POINTS, y + rise * size / POINTS
                    placed = Placed(x, foot, size, run.face, part, colour, between * POINTS, bold, turned)
                    yield placed
                    y += placed.length + between


def _lies(sign: str) -> bool:
    return sign in _TURNED or sign < "\u2000"

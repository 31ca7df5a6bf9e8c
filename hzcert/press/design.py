"""A certificate's design (版式): boxes in millimetres from the page's top-left corner, read from TOML.

Offices replace it freely (五.4), so it is checked when it is read: nothing off the page, no text where the photo or the
code stands, where the embossing seal (钢印) will be struck, or, but for who issues it and when, where the seal (公章) goes.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Literal, TypeAlias, get_args

from pydantic import Field, model_validator

from hzcert.errors import UsageError
from hzcert.fields import HEADINGS
from hzcert.figures import Strict
from hzcert.press.fonts import SHIPPED

Align = Literal["left", "centre", "right", "spread"]
# What a certificate says besides the holder's own fields: number, making authority, day of printing, mark of a reissue.
OwnField = Literal["certificate_no", "issuer", "issued_on", "reissue"]
FIELDS: frozenset[str] = frozenset((*HEADINGS, *get_args(OwnField)))
OWN_HEADINGS: Mapping[str, str] = {
    "certificate_no": "证书编号", "issuer": "发证机关", "issued_on": "发证日期", "reissue": "补发",
}  # fmt: skip
# How a date stands: 2007年11月20日, 二〇〇七年十一月二十日, 2007-11-20.
Dates = Literal["digits", "numerals", "iso"]
_GAP = re.compile(r"\{([a-z_]+)\}")
_UNDER_SEAL = frozenset({"issuer", "issued_on"})  # the seal is struck over who issues it and when, as on all such paper
QUIET_MODULES = 4  # white around a code
_FEWEST_MODULES = 57  # a side of the smallest code that holds what is signed

Mm: TypeAlias = Annotated[float, Field(ge=0)]
Length: TypeAlias = Annotated[float, Field(gt=0)]
# "level" is the colour of the notice's level; a shade is how much of a colour stands on the white.
Colour: TypeAlias = Annotated[str, Field(pattern=r"^(level|#[0-9a-f]{6})$")]
Shade: TypeAlias = Annotated[float, Field(gt=0, le=1)]


class Area(Strict):
    """A rectangle on the page, in mm."""

    x: Mm
    y: Mm
    w: Length
    h: Length

    @property
    def right(self) -> float:
        """Its right edge."""
        return self.x + self.w

    @property
    def bottom(self) -> float:
        """Its lower edge."""
        return self.y + self.h

    def overlaps(self, other: "Area") -> bool:
        """Whether the two share more than an edge."""
        return self.x < other.right and other.x < self.right and self.y < other.bottom and other.y < self.bottom


class Stroke(Strict):
    """How a line is drawn: its thickness in mm, colour and shade."""

    line: Length
    colour: Colour = "level"
    shade: Shade = 1


class Frame(Area, Stroke):
    """A border around an area."""


class Ground(Area, Stroke):
    """Fine level rules over an area (底纹), ``step`` mm apart."""

    step: Length


class Guilloche(Area, Stroke):
    """Fine curves (扭索纹): a ``band`` around an area, or a ``rosette`` that fills it."""

    kind: Literal["band", "rosette"]
    strands: int = Field(default=4, ge=1, le=24)
    period: Length = 6
    """Of a band: mm from wave to wave."""
    depth: Length = 2
    """Of a band: how wide it is, in mm."""
    petals: int = Field(default=12, ge=3, le=60)

    @model_validator(mode="after")
    def _drawable(self) -> "Guilloche":
        if self.kind == "band" and min(self.w, self.h) < 4 * self.depth:
            raise ValueError("depth 太大，边带放不下")
        return self


class Rule(Stroke):
    """A level line (横线) from ``x``, ``y`` on, ``w`` mm long."""

    x: Mm
    y: Mm
    w: Length


class Style(Strict):
    """How a text is set: sizes in points. A text that does not fit at ``min_size`` is not printed."""

    font: str
    size: Length
    min_size: Length
    lines: int = Field(default=1, ge=1)
    align: Align = "left"
    colour: Colour = "#1a1a1a"
    bold: float = Field(default=0, ge=0)
    """A stroke around the outlines, in points: the fonts that are shipped have no bold."""
    spacing: float = Field(default=0, ge=0)
    """More room between signs, in ems."""
    justify: int = Field(default=0, ge=0, le=12)
    """Shorter texts of Chinese signs are spread to the width of so many: two-character names beside longer ones."""
    vertical: bool = False
    """Signs below each other, lines from right to left."""

    @model_validator(mode="after")
    def _in_order(self) -> "Style":
        if self.min_size > self.size:
            raise ValueError("min_size 不能大于 size")
        if self.vertical and self.align == "spread":
            raise ValueError("竖排不能用 align = spread")
        return self


class Words(Area):
    """Fixed words, in the middle of their area's height."""

    text: str = Field(min_length=1)
    style: str
    with_code: bool = False
    """Only where a code stands on the certificate."""


class Box(Area):
    """One field of the certificate, with its label (栏目) before it; ``empty`` is what stands for a field not given.

    ``text`` in place of ``field`` is a sentence with fields in braces: 经{committee}{obtained_by}，具备{title}任职资格.
    """

    field: str = ""
    text: str = ""
    style: str
    label: str = ""
    empty: str = ""
    dates: Dates = "digits"
    framed: bool = False
    """A border that is drawn only where the field says something: for a mark such as 补发."""

    @model_validator(mode="after")
    def _says_something(self) -> "Box":
        if bool(self.field) == bool(self.text):
            raise ValueError("field 和 text 要写且只写一个")
        return self

    @property
    def heading(self) -> str:
        """What people call the field."""
        return self.label or HEADINGS.get(self.field) or OWN_HEADINGS.get(self.field) or self.field or self.text

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields that it says something of."""
        return (self.field,) if self.field else tuple(_GAP.findall(self.text))

    def says(self, words: Mapping[str, str]) -> str:
        """What stands in it, given what each of its fields says."""
        return words[self.field] if self.field else _GAP.sub(lambda gap: words[gap[1]], self.text)


class Underline(Stroke):
    """The line under a field that has a label, ``gap`` mm below its box."""

    gap: Mm


class Label(Strict):
    """The column that labels stand in, at the left of their boxes: width and the gap after it in mm."""

    w: Length
    gap: Mm
    style: str


class Back(Strict):
    """The back (背面) of a certificate: on a sheet printed on both sides."""

    frames: tuple[Frame, ...] = ()
    grounds: tuple[Ground, ...] = ()
    guilloches: tuple[Guilloche, ...] = ()
    rules: tuple[Rule, ...] = ()
    words: tuple[Words, ...] = ()
    boxes: tuple[Box, ...] = ()


class Sheet(Strict):
    """Several certificates on one sheet (拼版): its size, columns and rows, the room between them in mm."""

    page: tuple[Length, Length]
    columns: int = Field(ge=1, le=10)
    rows: int = Field(ge=1, le=10)
    scale: float = Field(default=1, gt=0, le=4)
    gap: tuple[Mm, Mm] = (0, 0)
    cut_marks: Mm = 0
    """How long the marks at the corners are, in mm; none for 0."""


class Design(Strict):
    """A whole design. Colours go by the notice's levels (高级, 中级, 初级)."""

    name: str
    title: str
    page: tuple[Length, Length]
    overprint: bool = False
    """The fields alone, for stock that has everything else printed on it (套打)."""
    across: str = ""
    """Words across the whole page, such as 校样: then it is no certificate, and carries no code."""
    colours: dict[str, Colour]
    fonts: dict[str, tuple[str, ...]]
    styles: dict[str, Style]
    label: Label
    underline: Underline
    mark: Stroke
    photo: Area
    embossing: Area
    seal: Area
    qr: Area | None = None
    sheet: Sheet | None = None
    back: Back | None = None
    frames: tuple[Frame, ...] = ()
    grounds: tuple[Ground, ...] = ()
    guilloches: tuple[Guilloche, ...] = ()
    rules: tuple[Rule, ...] = ()
    words: tuple[Words, ...] = ()
    boxes: tuple[Box, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _whole(self) -> "Design":
        problems = [*_unknown_names(self), *_misplaced(self), *_narrow(self)]
        if problems:
            raise ValueError("；".join(problems))
        return self

    def room(self, box: Box) -> Area:
        """Where the field itself stands: the box without its label."""
        if not box.label:
            return box
        taken = self.label.w + self.label.gap
        return Area(x=box.x + taken, y=box.y, w=box.w - taken, h=box.h)

    @property
    def code_zone(self) -> Area | None:
        """Where the code stands with the white that it needs around it."""
        if self.qr is None:
            return None
        white = min(QUIET_MODULES * self.qr.w / _FEWEST_MODULES, self.qr.x, self.qr.y)
        return Area(x=self.qr.x - white, y=self.qr.y - white, w=self.qr.w + 2 * white, h=self.qr.h + 2 * white)

    def without_code(self) -> "Design":
        """The same design for certificates that carry no code: nothing on them speaks of one."""
        changed: dict[str, object] = {"words": _not_of_code(self.words)}
        if self.back:
            changed["back"] = self.back.model_copy(update={"words": _not_of_code(self.back.words)})
        return self.model_copy(update=changed)

    def fixed_words(self, side: "Design | Back | None" = None) -> Iterator[Words]:
        """All that is the same on every certificate on one side: the words and the labels."""
        printed = side or self
        yield from printed.words
        for box in printed.boxes:
            if box.label:
                yield Words(x=box.x, y=box.y, w=self.label.w, h=box.h, text=box.label, style=self.label.style)

    def colour(self, colour: str, level_group: str, shade: float = 1) -> str:
        """A colour of the design as ``#rrggbb``, for one of the notice's levels.

        Raises:
            UsageError: the design has no colour for that level.
        """
        if level_group not in self.colours:
            raise UsageError(f"版式 {self.name} 没有{level_group}的颜色", "请在版式文件 [colours] 中补上")
        sixes = self.colours[level_group] if colour == "level" else colour
        parts = (int(sixes[start : start + 2], 16) for start in (1, 3, 5))
        return "#" + "".join(f"{round(255 - (255 - part) * shade):02x}" for part in parts)


def _not_of_code(words: tuple[Words, ...]) -> tuple[Words, ...]:
    return tuple(each for each in words if not each.with_code)


def _unknown_names(design: Design) -> Iterator[str]:
    boxes = (*design.boxes, *(design.back.boxes if design.back else ()))
    fixed = (*design.words, *(design.back.words if design.back else ()))
    used = [words.style for words in fixed] + [box.style for box in boxes] + [design.label.style]
    for style in sorted(set(used) - set(design.styles)):
        yield f"styles 中没有 {style}"
    for font in sorted({style.font for style in design.styles.values()} - set(design.fonts)):
        yield f"fonts 中没有 {font}"
    for chain, entries in design.fonts.items():
        if not set(entries) & set(SHIPPED):
            yield f"fonts.{chain} 中至少要有 {'、'.join(SHIPPED)} 之一"
    for field in sorted({field for box in boxes for field in box.fields} - FIELDS):
        yield f"boxes 中不认识的字段 {field}"
    for box in boxes:
        if "{" in _GAP.sub("", box.text) or "}" in _GAP.sub("", box.text):
            yield f"boxes 的“{box.text}”中花括号不成对"


def _misplaced(design: Design) -> Iterator[str]:
    width, height = design.page
    areas = [
        *_side("", design),
        ("photo", design.photo), ("embossing", design.embossing), ("seal", design.seal),
        *([("qr", design.qr)] if design.qr else []),
        *(_side("back.", design.back) if design.back else []),
    ]  # fmt: skip
    for name, area in areas:
        if area.right > width or area.bottom > height:
            yield f"{name} 超出页面"
    for back, side in (("", design), ("back.", design.back)):
        for n, rule in enumerate(side.rules if side else (), 1):
            if rule.x + rule.w > width or rule.y > height:
                yield f"{back}rules 第 {n} 个超出页面"
    code = design.code_zone
    zones = [("照片", design.photo), ("钢印", design.embossing), *([("验证码", code)] if code else [])]
    for name, area in _texts(design):
        for kept, zone in zones:
            if area.overlaps(zone):
                yield f"{name} 压在{kept}的位置上"
        stamped = isinstance(area, Box) and set(area.fields) <= _UNDER_SEAL
        if area.overlaps(design.seal) and not stamped:
            yield f"{name} 压在公章的位置上"
    if design.qr and abs(design.qr.w - design.qr.h) > 0.01:
        yield "qr 应是正方形"
    for zone_name, zone in (("照片", design.photo), ("钢印", design.embossing), ("公章", design.seal)):
        if code and code.overlaps(zone):
            yield f"qr 压在{zone_name}的位置上"
    if design.sheet and not _fits(design, design.sheet):
        yield "sheet 放不下：行、列、间隔或 scale 太大"


def _texts(side: Design | Back) -> list[tuple[str, Area]]:
    texts: list[tuple[str, Area]] = [(f"words“{words.text}”", words) for words in side.words]
    return [*texts, *((f"boxes 的 {box.field or box.text}", box) for box in side.boxes)]


def _side(where: str, side: Design | Back) -> Iterator[tuple[str, Area]]:
    for name, area in _texts(side):
        yield f"{where}{name}", area
    for kind in ("frames", "grounds", "guilloches"):
        for n, area in enumerate(getattr(side, kind), 1):
            yield f"{where}{kind} 第 {n} 个", area


def _fits(design: Design, sheet: Sheet) -> bool:
    across = design.page[0] * sheet.scale * sheet.columns + sheet.gap[0] * (sheet.columns - 1)
    down = design.page[1] * sheet.scale * sheet.rows + sheet.gap[1] * (sheet.rows - 1)
    return across <= sheet.page[0] + 1e-6 and down <= sheet.page[1] + 1e-6


def _narrow(design: Design) -> Iterator[str]:
    for box in (*design.boxes, *(design.back.boxes if design.back else ())):
        if box.label and box.w <= design.label.w + design.label.gap:
            yield f"boxes 的 {box.field or box.text} 放不下栏目名"

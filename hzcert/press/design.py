"""A certificate's design (版式): boxes in millimetres from the page's top-left corner, read from TOML.

Offices replace it freely (五.4), so it is checked when it is read: nothing off the page, no text where the photo stands
or where the embossing seal (钢印) will be struck.
"""

import tomllib
from collections.abc import Iterator
from glob import has_magic
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Literal, TypeAlias, get_args

from pydantic import Field, ValidationError, model_validator

from hzcert.errors import InputError, UsageError
from hzcert.figures import Strict, describe
from hzcert.press.fonts import SHIPPED, Fonts
from hzcert.table import HEADINGS

Align = Literal["left", "centre", "right", "spread"]
# What a certificate says besides the holder's own fields: number, making authority, day of printing, mark of a reissue.
OwnField = Literal["certificate_no", "issuer", "issued_on", "reissue"]
FIELDS: frozenset[str] = frozenset((*HEADINGS, *get_args(OwnField)))

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

    @model_validator(mode="after")
    def _in_order(self) -> "Style":
        if self.min_size > self.size:
            raise ValueError("min_size 不能大于 size")
        return self


class Words(Area):
    """Fixed words, in the middle of their area's height."""

    text: str = Field(min_length=1)
    style: str


class Box(Area):
    """One field of the certificate, with its label (栏目) before it; ``empty`` is what stands for a field not given."""

    field: str
    style: str
    label: str = ""
    empty: str = ""
    framed: bool = False
    """A border that is drawn only where the field says something: for a mark such as 补发."""

    @property
    def heading(self) -> str:
        """What people call the field."""
        return self.label or HEADINGS.get(self.field, self.field)


class Underline(Stroke):
    """The line under a field that has a label, ``gap`` mm below its box."""

    gap: Mm


class Label(Strict):
    """The column that labels stand in, at the left of their boxes: width and the gap after it in mm."""

    w: Length
    gap: Mm
    style: str


class Design(Strict):
    """A whole design. Colours go by the notice's levels (高级, 中级, 初级)."""

    name: str
    title: str
    page: tuple[Length, Length]
    colours: dict[str, Colour]
    fonts: dict[str, tuple[str, ...]]
    styles: dict[str, Style]
    label: Label
    underline: Underline
    mark: Stroke
    photo: Area
    embossing: Area
    seal: Area
    frames: tuple[Frame, ...] = ()
    grounds: tuple[Ground, ...] = ()
    rules: tuple[Rule, ...] = ()
    words: tuple[Words, ...] = ()
    boxes: tuple[Box, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _whole(self) -> "Design":
        problems = [*_unknown_names(self), *_misplaced(self)]
        if problems:
            raise ValueError("；".join(problems))
        return self

    def room(self, box: Box) -> Area:
        """Where the field itself stands: the box without its label."""
        if not box.label:
            return box
        taken = self.label.w + self.label.gap
        return Area(x=box.x + taken, y=box.y, w=box.w - taken, h=box.h)

    def fixed_words(self) -> Iterator[Words]:
        """All that is the same on every certificate: the words and the labels."""
        yield from self.words
        for box in self.boxes:
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


def load_design(name: str) -> Design:
    """A design that hzcert ships, by name, or an office's own, by path.

    Raises:
        InputError: there is no such file.
        UsageError: it is no TOML, or breaks the model.
    """
    shipped = files("hzcert.data").joinpath("designs", f"{name}.toml")
    try:
        raw = shipped.read_bytes() if "/" not in name and shipped.is_file() else Path(name).read_bytes()
    except OSError as cause:
        raise InputError(f"找不到版式 {name}", "请用内置版式的名称（如 zhejiang-booklet）或版式文件的路径") from cause
    try:
        design = Design.model_validate(tomllib.loads(raw.decode("utf-8")))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as cause:
        raise UsageError(f"版式文件 {name} 不是正确的 TOML：{cause}", "请改正后再试") from cause
    except ValidationError as cause:
        raise UsageError(
            f"版式文件 {name} 有误：{describe(cause)}", "请改正后再试；写法见 docs/certificates.md"
        ) from cause
    return design.model_copy(update={"fonts": _beside(design.fonts, Path(name).parent)})


def open_fonts(design: Design) -> Fonts:
    """The fonts of a design, with those of its files that this machine has."""
    return Fonts(
        {
            chain: tuple(path for entry in entries for path in _font_files(entry))
            for chain, entries in design.fonts.items()
        }
    )


def _beside(chains: dict[str, tuple[str, ...]], folder: Path) -> dict[str, tuple[str, ...]]:
    """Chains whose relative paths start at the design's own folder."""
    return {
        chain: tuple(entry if entry in SHIPPED else str(folder / entry) for entry in entries)
        for chain, entries in chains.items()
    }


def _font_files(entry: str) -> list[Path]:
    """The files that an entry of a chain means: a shipped face, or what is there under a path or pattern."""
    if entry in SHIPPED:
        return [SHIPPED[entry]]
    path = Path(entry)
    if not has_magic(entry):
        return [path] if path.is_file() else []
    return sorted(Path(path.anchor).glob(str(path.relative_to(path.anchor))))


def _unknown_names(design: Design) -> Iterator[str]:
    used = [words.style for words in design.words] + [box.style for box in design.boxes] + [design.label.style]
    for style in sorted(set(used) - set(design.styles)):
        yield f"styles 中没有 {style}"
    for font in sorted({style.font for style in design.styles.values()} - set(design.fonts)):
        yield f"fonts 中没有 {font}"
    for chain, entries in design.fonts.items():
        if not set(entries) & set(SHIPPED):
            yield f"fonts.{chain} 中至少要有 {'、'.join(SHIPPED)} 之一"
    for field in sorted({box.field for box in design.boxes} - FIELDS):
        yield f"boxes 中不认识的字段 {field}"


def _misplaced(design: Design) -> Iterator[str]:
    width, height = design.page
    texts: list[tuple[str, Area]] = [(f"words“{words.text}”", words) for words in design.words]
    texts += [(f"boxes 的 {box.field}", box) for box in design.boxes]
    areas: list[tuple[str, Area]] = [("photo", design.photo), ("embossing", design.embossing), ("seal", design.seal)]
    areas += [(f"frames 第 {n} 个", frame) for n, frame in enumerate(design.frames, 1)]
    areas += [(f"grounds 第 {n} 个", ground) for n, ground in enumerate(design.grounds, 1)]
    for name, area in (*texts, *areas):
        if area.right > width or area.bottom > height:
            yield f"{name} 超出页面"
    for n, rule in enumerate(design.rules, 1):
        if rule.x + rule.w > width or rule.y > height:
            yield f"rules 第 {n} 个超出页面"
    for name, area in texts:
        for kept, zone in (("照片", design.photo), ("钢印", design.embossing)):
            if area.overlaps(zone):
                yield f"{name} 压在{kept}的位置上"
    for box in design.boxes:
        if box.label and box.w <= design.label.w + design.label.gap:
            yield f"boxes 的 {box.field} 放不下栏目名"

"""Font files (字库): what they can draw and how wide, and chains of them that are tried sign by sign."""

import struct
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import groupby
from pathlib import Path

import pylopdf_fonts_zh_cn
import uharfbuzz as hb
from fontTools.pens.areaPen import AreaPen
from fontTools.pens.boundsPen import BoundsPen
from fontTools.pens.perimeterPen import PerimeterPen

from hzcert.errors import UsageError

# The faces that are always there, by the word that a design uses for them.
SHIPPED: Mapping[str, Path] = {
    "serif": pylopdf_fonts_zh_cn.serif_path(),
    "sans": pylopdf_fonts_zh_cn.sans_path(),
}


_SAMPLE = 32  # signs whose outlines tell how a face is built
_HEAVIEST = 0.03  # ems that a stroke may add to a face


@dataclass(frozen=True, slots=True)
class Build:
    """How the Chinese signs of a face are built, in ems: how thick their strokes, how high their middle."""

    stroke: float
    middle: float


class _Advances(dict[str, float]):
    """The advance of each sign in ems, asked of HarfBuzz once."""

    def __init__(self, font: hb.Font, units: int) -> None:
        super().__init__()
        self.font, self.units = font, units

    def __missing__(self, sign: str) -> float:
        glyph = self.font.get_nominal_glyph(ord(sign)) or 0
        advance: float = self.font.get_glyph_h_advance(glyph) / self.units
        self[sign] = advance
        return advance


class Face:
    """One font file, with TrueType or CFF outlines. Opened by ``open_face``, which keeps one of each."""

    def __init__(self, path: Path) -> None:
        """Open a font file.

        Raises:
            UsageError: it is no font, or one whose outlines can't be put into a PDF.
        """
        try:
            self.hb = hb.Face(hb.Blob.from_file_path(str(path)))
        except (OSError, hb.HarfBuzzError) as cause:
            raise UsageError(f"字库 {path} 不能读取", "请检查版式文件中的 fonts") from cause
        tables = set(self.hb.table_tags)
        if not tables & {"glyf", "CFF "} or "fvar" in tables:
            raise UsageError(f"字库 {path} 没有可以嵌入 PDF 的字形（可变字库、点阵字库不能用）", "请换一个字库")
        self.path = path
        self.is_cff = "CFF " in tables
        self.name = self.hb.get_name(hb.OTNameIdPredefined.POSTSCRIPT_NAME) or path.stem
        self.signs = frozenset(map(chr, self.hb.unicodes))
        self._font = hb.Font(self.hb)
        self._advances = _Advances(self._font, self.hb.upem)

    @cached_property
    def build(self) -> Build | None:
        """How its Chinese signs are built, by a sample of them; None when it has hardly any."""
        chinese = sorted(sign for sign in self.signs if _is_chinese(sign))
        if len(chinese) < _SAMPLE:
            return None
        strokes, middles = [], []
        for sign in chinese[:: len(chinese) // _SAMPLE][:_SAMPLE]:
            area, around, bounds = AreaPen(), PerimeterPen(), BoundsPen(None)
            for pen in (area, around, bounds):
                self._font.draw_glyph_with_pen(self.glyph(sign), pen)
            if around.value and bounds.bounds:
                # A stroke that is long and thin has twice its length around it.
                strokes.append(2 * abs(area.value) / around.value)
                middles.append((bounds.bounds[1] + bounds.bounds[3]) / 2)
        middle = sorted(middles)[len(middles) // 2]
        return Build(sorted(strokes)[len(strokes) // 2] / self.hb.upem, middle / self.hb.upem)

    def glyph(self, sign: str) -> int:
        """The number of the glyph that draws a sign; 0 for none."""
        return self._font.get_nominal_glyph(ord(sign)) or 0

    def width(self, text: str) -> float:
        """The width of a text in ems."""
        return sum(map(self._advances.__getitem__, text))

    def vertical(self) -> tuple[float, float]:
        """Ascent and descent (below zero) in ems."""
        extents = self._font.get_font_extents("ltr")
        return extents.ascender / self.hb.upem, extents.descender / self.hb.upem

    def bounds(self) -> list[float]:
        """The box around all its glyphs: left, bottom, right, top in ems."""
        corners: tuple[int, ...] = struct.unpack(">4h", self.hb.reference_table("head").data[36:44])
        return [corner / self.hb.upem for corner in corners]


@cache
def open_face(path: Path) -> Face:
    """The face of a font file, opened once in this process."""
    return Face(path)


@dataclass(frozen=True, slots=True)
class Run:
    """A piece of text that one face draws; where it stands in for another, what makes it as heavy and as high, in ems."""

    face: Face
    text: str
    bold: float = 0
    rise: float = 0


@dataclass(frozen=True)
class Fonts:
    """Chains of font files by the name that a design gives them; the first file that has a sign draws it."""

    chains: Mapping[str, tuple[Path, ...]]

    def faces(self, chain: str) -> tuple[Face, ...]:
        """The faces of a chain, in order."""
        return tuple(map(open_face, self.chains[chain]))

    def missing(self, chain: str, text: str) -> str:
        """The signs of a text that no face of the chain has, each once, in order."""
        left = set(text)
        for path in self.chains[chain]:
            left -= open_face(path).signs
            if not left:  # as nearly always after the first: large fonts are opened only when needed
                return ""
        return "".join(sign for sign in dict.fromkeys(text) if sign in left)

    def runs(self, chain: str, text: str) -> tuple[Run, ...]:
        """A text in pieces of one face each; every sign must be in the chain."""
        first = open_face(self.chains[chain][0])
        if first.signs.issuperset(text):
            return (Run(first, text),)
        return tuple(_runs(self.faces(chain), text))

    def measure(self, chain: str, text: str) -> Callable[[str], float]:
        """What measures a text and its parts in ems; every sign must be in the chain."""
        first = open_face(self.chains[chain][0])
        if first.signs.issuperset(text):
            return first.width
        return lambda part: sum(run.face.width(run.text) for run in self.runs(chain, part))


def _runs(faces: tuple[Face, ...], text: str) -> Iterator[Run]:
    chosen = ((next(face for face in faces if sign in face.signs), _is_chinese(sign), sign) for sign in text)
    for (face, chinese), signs in groupby(chosen, key=lambda each: each[:2]):
        bold, rise = _likeness(faces[0], face) if chinese and face is not faces[0] else (0.0, 0.0)
        yield Run(face, "".join(sign for *_, sign in signs), bold, rise)


def _likeness(first: Face, other: Face) -> tuple[float, float]:
    """A stroke around the outlines and a shift upwards that make a face look like the first; it can't be made lighter."""
    wanted, given = first.build, other.build
    if wanted is None or given is None:
        return 0.0, 0.0
    return min(max(0.0, wanted.stroke - given.stroke), _HEAVIEST), wanted.middle - given.middle


def _is_chinese(sign: str) -> bool:
    return "\u3400" <= sign <= "\u9fff" or "\U00020000" <= sign <= "\U0003ffff"

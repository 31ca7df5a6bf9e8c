"""A font program with nothing but the signs of one document, each under the code that the document gives it."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from types import SimpleNamespace

import uharfbuzz as hb
from fontTools.cffLib import CFFFontSet

from hzcert.press.fonts import Face

# What a PDF viewer needs to draw TrueType outlines by glyph number; the rest of the file would only add bytes.
_NEEDED = {"glyf", "loca", "head", "hhea", "hmtx", "maxp"}


@dataclass(frozen=True, slots=True)
class Subset:
    """A program that draws the i-th sign under code i + 1; code 0 is the missing glyph."""

    program: bytes
    glyph_map: bytes
    """Two bytes a code, the glyph's number in the program; empty for CFF, where the code is the glyph's number."""


def subset(face: Face, signs: Sequence[str]) -> Subset:
    """Cut a face down to some signs. Two signs may share a glyph: each still gets a code of its own."""
    wanted = hb.SubsetInput()
    wanted.unicode_set.update(map(ord, signs))
    wanted.flags = hb.SubsetFlags.NO_HINTING | hb.SubsetFlags.DESUBROUTINIZE
    wanted.layout_feature_tag_set.clear()
    if not face.is_cff:
        dropped = set(face.hb.table_tags) - _NEEDED
        wanted.drop_table_tag_set.update(int.from_bytes(tag.encode("ascii"), "big") for tag in dropped)
    plan = hb.SubsetPlan(face.hb, wanted)
    cut = plan.execute()
    numbers = plan.old_to_new_glyph_mapping
    glyphs = [0, *(numbers[face.glyph(sign)] for sign in signs)]
    if face.is_cff:
        return Subset(_in_order(cut.reference_table("CFF ").data, glyphs), b"")
    return Subset(cut.blob.data, b"".join(glyph.to_bytes(2, "big") for glyph in glyphs))


def _in_order(program: bytes, glyphs: Sequence[int]) -> bytes:
    """A CFF program with its glyphs in a new order, some of them twice, and known by their places."""
    fonts = CFFFontSet()
    fonts.decompile(io.BytesIO(program), None)
    top = fonts.topDictIndex[0]
    names = [".notdef", *(f"cid{code:05d}" for code in range(1, len(glyphs)))]
    # All are read before the charset changes, by which fontTools finds them.
    outlines = top.CharStrings.charStringsIndex
    outlines.items = [outlines[glyph] for glyph in glyphs]
    top.CharStrings.charStrings = {name: place for place, name in enumerate(names)}
    top.charset = names
    if hasattr(top, "ROS"):
        # CID-keyed: each glyph also names the private dictionary that its outline is written against.
        top.FDSelect.gidArray = [top.FDSelect.gidArray[glyph] for glyph in glyphs]
        top.FDSelect.format = None
        top.CIDCount = len(glyphs)
    else:
        top.Encoding = "StandardEncoding"
    written = io.BytesIO()
    fonts.compile(written, SimpleNamespace(recalcBBoxes=False))
    return written.getvalue()

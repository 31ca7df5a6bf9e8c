"""A face as ReportLab's canvas can use it: one Type0 font with two-byte codes a document, cut down when it is saved.

ReportLab's own font class refuses CFF outlines, draws a missing glyph without a word, changes fonts every 256 signs,
and writes signs beyond U+FFFF so that they can't be found or copied. This one speaks the same protocol (that of
"dynamic fonts") and does none of it.
"""

import hashlib
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

from reportlab.pdfbase import pdfdoc, pdfmetrics

from hzcert.press.fonts import Face
from hzcert.press.subset import Subset, subset

_CMAP_LINES = 100  # the most that one bfchar section may hold


class MissingGlyphError(ValueError):
    """A sign that the face can't draw was about to be drawn: what calls the press should have asked first."""


class _Codes(dict[str, str]):
    """The code of each sign that one document has drawn with a face, as four hexadecimal digits, in order of first use."""

    def __init__(self, face: Face) -> None:
        super().__init__()
        self._face = face

    def __missing__(self, sign: str) -> str:
        if sign not in self._face.signs:
            raise MissingGlyphError(f"{self._face.name} has no glyph for U+{ord(sign):04X}")
        code = self[sign] = f"{len(self) + 1:04x}"
        return code


@dataclass(slots=True)
class _Used:
    """What one document has drawn with a face."""

    code_of: _Codes
    internal_name: str = ""


class IdFont:
    """A face under a name that ``Canvas.setFont`` knows. Get one from ``register``."""

    # What ReportLab asks of a dynamic font.
    _dynamicFont = 1
    _multiByte = 0
    shapable = False
    substitutionFonts: tuple[()] = ()
    encName = "Identity-H"

    def __init__(self, name: str, face: Face) -> None:
        self.fontName = self.name = name
        self.opened = face
        self.face = self  # its name is all that ReportLab reads of it
        self.ascent, self.descent = (1000 * ems for ems in face.vertical())
        self._used: WeakKeyDictionary[Any, _Used] = WeakKeyDictionary()

    def stringWidth(self, text: str, size: float, encoding: str = "") -> float:
        """The width of a text in points."""
        return self.opened.width(text) * size

    def splitString(self, text: str, doc: Any, encoding: str = "") -> list[tuple[int, bytes]]:
        """A text as the codes that this document draws it with.

        Raises:
            MissingGlyphError: the face lacks a sign.
        """
        return [(0, bytes.fromhex(self.codes(text, doc)))]

    def codes(self, text: str, doc: Any) -> str:
        """A text as this document draws it, in hexadecimal digits.

        Raises:
            MissingGlyphError: the face lacks a sign.
        """
        return "".join(map(self._of(doc).code_of.__getitem__, text))

    def _of(self, doc: Any) -> _Used:
        used = self._used.get(doc)
        if used is None:
            used = self._used[doc] = _Used(_Codes(self.opened))
        return used

    def getSubsetInternalName(self, subset: int, doc: Any) -> str:
        """The name of the font object in page streams; the first call enters the font into the document."""
        used = self._of(doc)
        if not used.internal_name:
            used.internal_name = f"I{len(doc.fontMapping) + 1}"
            doc.fontMapping[self.fontName] = f"/{used.internal_name}"
            doc.delayedFonts.append(self)
        return f"/{used.internal_name}"

    def addObjects(self, doc: Any) -> None:
        """Write the font objects, now that every sign of the document is known."""
        used = self._used.pop(doc)
        signs = list(used.code_of)
        program = subset(self.opened, signs)
        tag = _tag(program.program, signs)
        objects = _objects(doc, self.opened, signs, program, f"{tag}+{self.opened.name}")
        doc.idToObject["BasicFonts"].dict[used.internal_name] = doc.Reference(objects, used.internal_name)


def register(face: Face) -> str:
    """Make a face known to ReportLab; returns the name to give to ``setFont``."""
    # The path keeps apart two files that call themselves the same; it never reaches the document.
    name = f"{face.name}@{face.path}"
    if name not in pdfmetrics._fonts:
        pdfmetrics.registerFont(IdFont(name, face))
    return name


def font_of(face: Face) -> IdFont:
    """A face as the canvas has it."""
    found: IdFont = pdfmetrics.getFont(register(face))
    return found


def to_unicode(signs: list[str]) -> bytes:
    """The CMap by which a reader finds and copies text: UTF-16 for every sign, surrogates and all."""
    lines = [
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap",
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def",
        "/CMapName /Adobe-Identity-UCS def /CMapType 2 def",
        "1 begincodespacerange <0000> <FFFF> endcodespacerange",
    ]
    for start in range(0, len(signs), _CMAP_LINES):
        part = signs[start : start + _CMAP_LINES]
        lines.append(f"{len(part)} beginbfchar")
        lines += [f"<{start + n:04X}> <{sign.encode('utf-16-be').hex().upper()}>" for n, sign in enumerate(part, 1)]
        lines.append("endbfchar")
    lines.append("endcmap CMapName currentdict /CMap defineresource pop end end")
    return "\n".join(lines).encode("ascii")


def _tag(program: bytes, signs: list[str]) -> str:
    """Six capitals made from what is embedded: the same document, the same name."""
    number = int.from_bytes(hashlib.sha256(program + "".join(signs).encode()).digest()[:8], "big")
    letters = []
    for _ in range(6):
        number, letter = divmod(number, 26)
        letters.append(chr(ord("A") + letter))
    return "".join(letters)


def _objects(doc: Any, face: Face, signs: list[str], program: Subset, name: str) -> Any:
    ascent, descent = face.vertical()
    descriptor = {
        "Type": "/FontDescriptor",
        "FontName": f"/{name}",
        "Flags": 4,
        "FontBBox": pdfdoc.PDFArray([1000 * edge for edge in face.bounds()]),
        "ItalicAngle": 0,
        "Ascent": 1000 * ascent,
        "Descent": 1000 * descent,
        "CapHeight": 1000 * ascent,
        "StemV": 80,
    }
    if face.is_cff:
        descriptor["FontFile3"] = _stream(doc, program.program, Subtype=pdfdoc.PDFName("CIDFontType0C"))
    else:
        descriptor["FontFile2"] = _stream(doc, program.program, Length1=len(program.program))
    system = {"Registry": pdfdoc.PDFString("Adobe"), "Ordering": pdfdoc.PDFString("Identity"), "Supplement": 0}
    descendant = {
        "Type": "/Font",
        "Subtype": "/CIDFontType0" if face.is_cff else "/CIDFontType2",
        "BaseFont": f"/{name}",
        "CIDSystemInfo": pdfdoc.PDFDictionary(system),
        "FontDescriptor": doc.Reference(pdfdoc.PDFDictionary(descriptor)),
        "DW": 1000,
        "W": pdfdoc.PDFArray([1, pdfdoc.PDFArray([1000 * face.width(sign) for sign in signs])]),
    }
    if not face.is_cff:
        descendant["CIDToGIDMap"] = _stream(doc, program.glyph_map)
    return pdfdoc.PDFDictionary(
        {
            "Type": "/Font",
            "Subtype": "/Type0",
            "BaseFont": f"/{name}",
            "Encoding": "/Identity-H",
            "DescendantFonts": pdfdoc.PDFArray([doc.Reference(pdfdoc.PDFDictionary(descendant))]),
            "ToUnicode": _stream(doc, to_unicode(signs)),
        }
    )


def _stream(doc: Any, content: bytes, **entries: object) -> Any:
    stream = pdfdoc.PDFStream(content=content, filters=[pdfdoc.PDFZCompress])
    stream.dictionary.dict.update(entries)
    return doc.Reference(stream)

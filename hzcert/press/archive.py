"""What makes a PDF fit to be kept (PDF/A-2b): its description twice over, and what its colours mean."""

from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from typing import Any
from xml.sax.saxutils import escape

from reportlab import rl_config
from reportlab.pdfbase import pdfdoc
from reportlab.pdfgen.canvas import Canvas

# Streams go into the file as they are: text-safe encoding would add a quarter to every photo. ReportLab knows this
# only as a setting of the whole process.
rl_config.useA85 = 0

_CREATOR = "hzcert"
_PRODUCER = "ReportLab PDF Library"
_PACKET = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/"
 xmlns:pdf="http://ns.adobe.com/pdf/1.3/" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/">
<dc:format>application/pdf</dc:format>
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>
<dc:creator><rdf:Seq><rdf:li>{author}</rdf:li></rdf:Seq></dc:creator>
<dc:description><rdf:Alt><rdf:li xml:lang="x-default">{subject}</rdf:li></rdf:Alt></dc:description>
<dc:language><rdf:Bag><rdf:li>zh-CN</rdf:li></rdf:Bag></dc:language>
<xmp:CreateDate>{moment}</xmp:CreateDate><xmp:ModifyDate>{moment}</xmp:ModifyDate>
<xmp:CreatorTool>{creator}</xmp:CreatorTool>
<pdf:Producer>{producer}</pdf:Producer>
<pdfaid:part>2</pdfaid:part><pdfaid:conformance>B</pdfaid:conformance>
</rdf:Description></rdf:RDF></x:xmpmeta>
<?xpacket end="w"?>"""


@dataclass(frozen=True, slots=True)
class About:
    """What a PDF says of itself; ``day`` is that of its making."""

    title: str
    author: str
    subject: str
    day: date = date(2000, 1, 1)


def describe(canvas: Canvas, about: About) -> None:
    """Enter a document's title, language, description and colours."""
    doc: Any = canvas._doc
    canvas.setTitle(about.title)
    canvas.setAuthor(about.author)
    canvas.setSubject(about.subject)
    canvas.setCreator(_CREATOR)
    canvas.setProducer(_PRODUCER)
    canvas.setViewerPreference("DisplayDocTitle", "true")
    canvas.setDateFormatter(lambda *_: f"D:{about.day:%Y%m%d}000000+08'00'")
    metadata = pdfdoc.PDFStream(content=_packet(about).encode("utf-8"), filters=[])
    metadata.dictionary.dict.update(Type=pdfdoc.PDFName("Metadata"), Subtype=pdfdoc.PDFName("XML"))
    profile = pdfdoc.PDFStream(
        content=files("hzcert.data").joinpath("srgb.icc").read_bytes(), filters=[pdfdoc.PDFZCompress]
    )
    profile.dictionary.dict["N"] = 3
    intent = pdfdoc.PDFDictionary(
        {
            "Type": pdfdoc.PDFName("OutputIntent"),
            "S": pdfdoc.PDFName("GTS_PDFA1"),
            "OutputConditionIdentifier": pdfdoc.PDFString("sRGB IEC61966-2.1"),
            "Info": pdfdoc.PDFString("sRGB IEC61966-2.1"),
            "DestOutputProfile": doc.Reference(profile),
        }
    )
    catalog = doc.Catalog
    # ReportLab writes the entries that it knows of; this one it does not.
    catalog.__NoDefault__ = [*catalog.__NoDefault__, "OutputIntents"]
    catalog.__Refs__ = catalog.__NoDefault__
    catalog.Metadata, catalog.OutputIntents = metadata, pdfdoc.PDFArray([intent])


def end_page(canvas: Canvas) -> None:
    """End a page, without the empty transition that ReportLab gives to each: nothing of a slide show is in what is kept."""
    canvas.showPage()
    canvas._doc.Pages.pages[-1].Trans = None


def _packet(about: About) -> str:
    said = {"title": about.title, "author": about.author, "subject": about.subject}
    moment = f"{about.day.isoformat()}T00:00:00+08:00"
    words = {name: escape(text) for name, text in said.items()}
    return _PACKET.format(**words, moment=moment, creator=_CREATOR, producer=_PRODUCER)

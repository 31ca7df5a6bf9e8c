"""Contact sheets (照片小样): photos to look at, each with its reasons, on paper or in a browser."""

import xml.etree.ElementTree as ET
from base64 import b64encode
from collections.abc import Iterable, Sequence
from pathlib import Path

from hzcert import codes, language
from hzcert.errors import UsageError
from hzcert.findings import Finding, Severity, mask
from hzcert.press import contact
from hzcert.press.contact import Tile, Tone
from hzcert.press.designfile import load_design, open_fonts
from hzcert.shots import PhotoResult

ENDINGS = (".pdf", ".html", ".htm")
THUMB = 300  # pixels high
_CSS = """
body { font: 14px/1.5 "Noto Sans SC", "Microsoft YaHei", sans-serif; margin: 1.5rem; color: #222; background: #fff }
h1 { font-size: 1.2rem }
main { display: grid; grid-template-columns: repeat(auto-fill, minmax(11rem, 1fr)); gap: 1rem }
figure { margin: 0; padding: .5rem; border-top: 3px solid; break-inside: avoid; overflow-wrap: anywhere }
img { display: block; max-width: 100%; height: 15rem; object-fit: contain; margin: 0 auto }
figcaption { font-size: .85rem; color: #222 }
ul { margin: .3rem 0 0; padding-left: 1.1rem }
.good { border-color: #0a7a3a } .doubtful { border-color: #a86c00 } .bad { border-color: #c00d1a }
.doubtful ul { color: #8a5800 } .bad ul { color: #b00c18 }
.none { height: 15rem; background: #e8e8e8; display: grid; place-items: center; color: #666 }
"""


def tiles(results: Iterable[PhotoResult], *, everybody: bool, show_ids: bool) -> list[Tile]:
    """What is to be shown: the rejected photos, or all."""
    shown = (lambda text: text) if show_ids else mask
    return [
        Tile(
            result.thumb,
            shown(result.shown),
            tuple(shown(_said(finding)) for finding in _worst_first(result.findings)),
            _tone(result),
        )
        for result in results
        if everybody or not result.accepted
    ]


def _worst_first(found: Sequence[Finding]) -> list[Finding]:
    # That a photo has still to be cut is true of nearly all that come in.
    kept = [
        finding for finding in found if finding.severity is not Severity.INFO and finding.code != codes.PHOTO_NOT_YET
    ]
    return sorted(kept, key=lambda finding: finding.severity is not Severity.ERROR)


def _said(finding: Finding) -> str:
    return f"{finding.code.id} {finding.message}"


def _tone(result: PhotoResult) -> Tone:
    if not result.accepted:
        return "bad"
    return "doubtful" if _worst_first(result.findings) else "good"


def ending_of(path: Path) -> str:
    """The ending of a sheet's file, which says what it is.

    Raises:
        UsageError: no such sheet can be written.
    """
    ending = path.suffix.lower()
    if ending not in ENDINGS or path.is_dir():
        raise UsageError(f"照片小样不能写成 {path}", "请写成 .pdf 或 .html")
    return ending


def write(path: Path, title: str, shown: Sequence[Tile], *, ending: str) -> None:
    """Write a contact sheet."""
    empty = language.sentence("没有不合格的照片")
    if ending == ".pdf":
        contact.write(path, title, shown, open_fonts(load_design("zhejiang-booklet")), empty, language.word("不能读取"))
    else:
        path.write_bytes(page(title, shown, empty))


def page(title: str, shown: Sequence[Tile], empty: str) -> bytes:
    """A contact sheet as one page of HTML that needs nothing else."""
    spoken = "en" if language.spoken() == language.ENGLISH else "zh"
    html = ET.Element("html", lang=spoken)
    head = ET.SubElement(html, "head")
    ET.SubElement(head, "meta", charset="utf-8")
    ET.SubElement(head, "title").text = title
    ET.SubElement(head, "style").text = _CSS
    body = ET.SubElement(html, "body")
    ET.SubElement(body, "h1").text = title
    if not shown:
        ET.SubElement(body, "p").text = empty
    main = ET.SubElement(body, "main")
    for tile in shown:
        figure = ET.SubElement(main, "figure", {"class": tile.tone})
        if tile.picture is None:
            ET.SubElement(figure, "div", {"class": "none"}).text = language.word("不能读取")
        else:
            data = f"data:image/jpeg;base64,{b64encode(tile.picture).decode()}"
            ET.SubElement(figure, "img", {"src": data, "alt": _clean(tile.name)})
        ET.SubElement(figure, "figcaption").text = _clean(tile.name)
        if tile.lines:
            items = ET.SubElement(figure, "ul")
            for line in tile.lines:
                ET.SubElement(items, "li").text = _clean(line)
    written: bytes = ET.tostring(html, encoding="utf-8", method="html")
    return b"<!DOCTYPE html>\n" + written


def _clean(text: str) -> str:
    """Without signs that no page may hold."""
    return "".join(sign if sign.isprintable() else "\ufffd" for sign in text)

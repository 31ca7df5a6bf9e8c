"""Text that is struck out (删除线) in an xlsx workbook: taken back by whoever struck it, and still in its cell."""

import html
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from xml.etree import ElementTree

from hzcert.sheets.guard import feed, xml_parser

_NOT = ("0", "false", "none")
_RUN = re.compile(rb"<(?:\w+:)?r>(.*?)</(?:\w+:)?r>", re.DOTALL)
_STRIKE = re.compile(rb"""<(?:\w+:)?strike(?:\s+val=["'](\w+)["'])?\s*/?>""")
_TEXT = re.compile(rb"<(?:\w+:)?t(?:\s[^>]*)?>(.*?)</(?:\w+:)?t>", re.DOTALL)


@dataclass(frozen=True)
class Struck:
    """What is struck out in a workbook: cell styles, and parts of shared texts by the number of the text."""

    styles: frozenset[int] = frozenset()
    texts: Mapping[int, str] = field(default_factory=dict)


def struck_styles(root: ElementTree.Element) -> frozenset[int]:
    """The cell styles whose font strikes all out, from ``xl/styles.xml``."""
    fonts: list[bool] = []
    styles: list[str] = []
    for part in root:
        match _local(part.tag):
            case "fonts":
                fonts = [any(_local(each.tag) == "strike" and _is_on(each.attrib) for each in font) for font in part]
            case "cellXfs":
                styles = [form.get("fontId", "0") for form in part]
    struck = {str(place) for place, is_struck in enumerate(fonts) if is_struck}
    return frozenset(place for place, font in enumerate(styles) if font in struck)


def struck_texts(chunks: Iterable[bytes]) -> dict[int, str]:
    """The parts of shared texts that are struck out, from ``xl/sharedStrings.xml``.

    Raises:
        Unreadable: it is not well-formed.
    """
    reader = _Texts()
    feed(xml_parser(reader.start, reader.end, reader.say), chunks)
    return {number: text for number, text in reader.found.items() if text}


class _Texts:
    """Goes through shared texts run by run."""

    def __init__(self) -> None:
        self.found: dict[int, str] = {}
        self._number = -1
        self._struck = self._in_text = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        match _local(name):
            case "si":
                self._number += 1
                self._struck = False
            case "r":
                self._struck = False
            case "strike":
                self._struck = _is_on(attributes)
            case "t":
                self._in_text = True

    def end(self, name: str) -> None:
        if _local(name) == "t":
            self._in_text = False
        elif _local(name) == "r":
            self._struck = False

    def say(self, text: str) -> None:
        if self._struck and self._in_text:
            self.found[self._number] = self.found.get(self._number, "") + text


def struck_text(xml: bytes) -> str:
    """What of a text within its cell is struck out.

    >>> struck_text(b"<r><rPr><strike/></rPr><t>A</t></r><r><rPr><strike val='0'/></rPr><t>B</t></r>")
    'A'
    """
    runs = (
        run for run in _RUN.findall(xml) if (found := _STRIKE.search(run)) and (found[1] or b"").decode() not in _NOT
    )
    return "".join(html.unescape(b"".join(_TEXT.findall(run)).decode("utf-8", "replace")) for run in runs)


def _is_on(attributes: Mapping[str, str]) -> bool:
    return attributes.get("val", "1") not in _NOT


def _local(tag: str) -> str:
    return re.split("[}:]", tag)[-1]

"""The texts that the cells of an xlsx workbook share."""

import re
from collections.abc import Iterator
from xml.parsers import expat

import numpy as np

from hzcert.sheets.grid import Unreadable
from hzcert.sheets.guard import no_doctype
from hzcert.sheets.xlsx_values import Objects, plain_text, unescape

_MOST = 20_000_000  # texts
_PLAIN = re.compile(r'<si><t(?: xml:space="preserve")?>([^<]*)</t></si>')
_ITEM = re.compile(r"<si(?: [^>]*)?(?:/>|>(.*?)</si>)", re.DOTALL)
_PHONETIC = re.compile(r"<rPh[ >].*?</rPh>", re.DOTALL)
_RUN = re.compile(r"<t(?: [^>]*)?(?:/>|>([^<]*)</t>)")


def read_strings(chunks: Iterator[bytes]) -> Objects:
    """All shared texts, in order; runs of several looks are joined, readings (拼音) left out.

    Raises:
        Unreadable: damaged, or too many.
    """
    texts: list[str] = []
    slow: _Slow | None = None
    left = b""
    for chunk in chunks:
        if slow is not None:
            slow.feed(chunk)
            continue
        left += chunk
        if not texts and _unusual(left):
            slow = _Slow(texts)
            slow.feed(left)
            continue
        cut = max(left.rfind(b"</si>") + 5, left.rfind(b"<si/>") + 5)
        if cut > 4:
            texts += _read_piece(left[:cut])
            left = left[cut:]
        if len(left) > 32 << 20 or len(texts) > _MOST:
            raise Unreadable("中的文本太多或太长", "请分成几个文件")
    if slow is not None:
        slow.close()
    elif not left.rstrip().endswith((b"</sst>", b"/>")):
        raise Unreadable("已损坏（共享文本不完整）", "请重新导出或另存后再放入")
    made = np.empty(len(texts), object)
    made[:] = texts
    return made


def _unusual(head: bytes) -> bool:
    """Whether the XML has another shape than the usual: a prefix on its names, an encoding that is not UTF-8."""
    root = re.search(rb"<(?:\w+:)?sst[ />]", head[:4096])
    declared = re.search(rb"""encoding=["']([\w.-]+)["']""", head[:200])
    other = declared is not None and declared[1].lower() not in (b"utf-8", b"utf8")
    return other or root is None or not root[0].startswith(b"<sst")


def _read_piece(piece: bytes) -> list[str]:
    try:
        text = piece.decode()
    except UnicodeDecodeError as cause:
        raise Unreadable("已损坏（文本不是 UTF-8）", "请重新导出或另存后再放入") from cause
    if "<!" in text:
        return _slowly(piece)
    found: list[str] = _PLAIN.findall(text)
    if len(found) != text.count("<si"):
        found = ["".join(_RUN.findall(_PHONETIC.sub("", item))) for item in _ITEM.findall(text)]
    if "&" in text or "\r" in text or "_x" in text:
        found = [plain_text(each) for each in found]
    return found


def _slowly(piece: bytes) -> list[str]:
    texts: list[str] = []
    slow = _Slow(texts)
    slow.feed(piece if b"<sst" in piece[:4096] else b"<sst>" + piece)
    return texts


class _Slow:
    """Reads shared texts element by element."""

    def __init__(self, texts: list[str]) -> None:
        self._texts = texts
        self._parts: list[str] = []
        self._phonetic = False
        self._parser = expat.ParserCreate()
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.StartDoctypeDeclHandler = self._doctype

    def feed(self, data: bytes) -> None:
        self._parse(data, final=False)

    def close(self) -> None:
        self._parse(b"", final=True)

    def _parse(self, data: bytes, *, final: bool) -> None:
        try:
            self._parser.Parse(data, final)
        except (expat.ExpatError, ValueError, LookupError) as cause:
            raise Unreadable("已损坏（共享文本的 XML 不完整）", "请重新导出或另存后再放入") from cause
        if len(self._texts) > _MOST:
            raise Unreadable("中的文本太多", "请分成几个文件")

    def _doctype(self, *_: object) -> None:
        raise no_doctype()

    def _start(self, name: str, _: dict[str, str]) -> None:
        match name.rpartition(":")[2]:
            case "si":
                self._parts = []
            case "rPh":
                self._phonetic = True
            case "t" if not self._phonetic:
                self._parser.CharacterDataHandler = self._parts.append

    def _end(self, name: str) -> None:
        match name.rpartition(":")[2]:
            case "si":
                self._texts.append(unescape("".join(self._parts)))
            case "rPh":
                self._phonetic = False
            case "t":
                self._parser.CharacterDataHandler = None

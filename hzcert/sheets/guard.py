"""Bounds on what a file may cost: bytes on disk, bytes once inflated, rows and cells; and XML without entities."""

import io
import stat
import struct
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree
from xml.parsers import expat

from isal import isal_zlib
from isal.igzip_lib import IsalError

from hzcert.sheets.grid import Unreadable

MOST_BYTES = 1 << 30  # of a file; a million rows of twenty columns take a tenth of it
MOST_TEXT = 1 << 32  # of a text, which is read bit by bit: five million rows take a third of it
MOST_LINES = 10_000_000
MOST_INFLATED = 3 << 29  # of what is read of one file, in all; a million rows of twenty columns take half of it
MOST_RATIO = 250  # inflated to packed; long sheets of one repeated row reach 100, a bomb 1000
SMALL = 32 << 20  # bytes; below this nothing is a bomb
MOST_PART = 64 << 20  # bytes; of a part that is held whole (styles, relations, a drawing, a picture)
MOST_MEMBERS = 50_000
MOST_ROWS = 5_000_000  # of one file
MOST_CELLS = 60_000_000  # of one file, filled ones and those between them
_CHUNK = 1 << 20
_START = 1 << 12
_LOCAL_HEADER = 30  # bytes of a member's own header before its name (APPNOTE.TXT 4.3.7)


def load(path: Path) -> bytes:
    """The bytes of an ordinary file of a possible size.

    Raises:
        Unreadable: it is missing, is no file, is locked, or is too large.
    """
    size(path)
    with refused():
        return path.read_bytes()


def size(path: Path, most: int = MOST_BYTES) -> int:
    """The bytes that an ordinary file of a possible size has.

    Raises:
        Unreadable: it is missing, is no file, is locked, or is too large.
    """
    with refused():
        about = path.stat()
    if not stat.S_ISREG(about.st_mode):
        raise Unreadable("不是普通文件", "请放入 Excel 工作簿或 CSV 文件")
    if about.st_size > most:
        raise Unreadable(f"太大（{about.st_size >> 20} MB，最多 {most >> 20} MB）", "请分成几个文件")
    return about.st_size


def start(path: Path) -> bytes:
    """The first bytes of a file.

    Raises:
        Unreadable: it can't be opened.
    """
    with refused(), path.open("rb") as file:
        return file.read(_START)


@contextmanager
def refused() -> Iterator[None]:
    """Turn what the system says of a file into a refusal."""
    try:
        yield
    except OSError as cause:
        raise Unreadable(f"不能读取：{cause.strerror}", "请检查路径和权限") from cause


@dataclass
class Budget:
    """What is left to spend on one file."""

    rows: int = MOST_ROWS
    cells: int = MOST_CELLS
    inflated: int = MOST_INFLATED

    def spend(self, rows: int, cells: int) -> None:
        """Take rows and cells off what is left.

        Raises:
            Unreadable: it is used up.
        """
        self.rows -= rows
        self.cells -= cells
        if self.rows < 0 or self.cells < 0:
            raise Unreadable("行数或单元格数超出可以处理的范围", "请删去表格之外多余的单元格，或分成几个文件")

    def inflate(self, count: int) -> None:
        """Take inflated bytes off what is left.

        Raises:
            Unreadable: it is used up.
        """
        self.inflated -= count
        if self.inflated < 0:
            raise Unreadable("解压后太大", "请分成几个文件")


class Parts:
    """The members of a zip, by name in lower case; each is bounded while it is inflated, and its checksum is checked."""

    def __init__(self, raw: bytes, budget: Budget) -> None:
        try:
            with zipfile.ZipFile(io.BytesIO(raw)) as file:
                members = file.infolist()
        except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, IndexError, struct.error) as cause:
            raise Unreadable("已损坏（压缩包不完整）", "请重新导出或另存后再放入") from cause
        self._raw = memoryview(raw)
        if len(members) > MOST_MEMBERS:
            raise Unreadable(f"不是电子表格，而是有 {len(members)} 个文件的压缩包", "请解压后放入其中的表格")
        self._members = {info.filename.replace("\\", "/").lstrip("/").lower(): info for info in members}
        if len(self._members) < len(members):
            # Which of them counts is for each reader to guess.
            raise Unreadable("已损坏（压缩包里有同名的文件）", "请在电子表格程序中打开，另存后再放入")
        self._budget = budget

    def __contains__(self, name: str) -> bool:
        return name.lower() in self._members

    def names(self) -> list[str]:
        """All names, in lower case."""
        return list(self._members)

    def size(self, name: str) -> int:
        """The bytes that one member says it has once inflated; none where it is missing."""
        info = self._members.get(name.lower())
        return info.file_size if info else 0

    def chunks(self, name: str) -> Iterator[bytes]:
        """The inflated bytes of one member, some megabytes at a time.

        Raises:
            Unreadable: it is missing, damaged, locked, or far larger than it should be.
        """
        info = self._members.get(name.lower())
        if info is None:
            raise Unreadable(f"已损坏（缺少 {name}）", "请重新导出或另存后再放入")
        self._check(info)
        checksum = size = 0
        try:
            for chunk in _inflated(self._packed(info), info.compress_type == zipfile.ZIP_DEFLATED):
                self._budget.inflate(len(chunk))
                checksum, size = isal_zlib.crc32(chunk, checksum), size + len(chunk)
                if size > info.file_size:
                    raise _damaged(info)  # larger than it says
                yield chunk
        except (IsalError, EOFError) as cause:  # type: ignore[misc]  # its stubs call it an instance
            raise _damaged(info) from cause
        if checksum != info.CRC:
            raise _damaged(info)

    def _packed(self, info: zipfile.ZipInfo) -> memoryview:
        """The bytes of one member as they lie in the file."""
        at = info.header_offset
        header = bytes(self._raw[at : at + _LOCAL_HEADER])
        if len(header) < _LOCAL_HEADER or not header.startswith(b"PK\x03\x04"):
            raise _damaged(info)
        start = at + _LOCAL_HEADER + int.from_bytes(header[26:28], "little") + int.from_bytes(header[28:30], "little")
        packed = self._raw[start : start + info.compress_size]
        if len(packed) < info.compress_size:
            raise _damaged(info)
        return packed

    def _check(self, info: zipfile.ZipInfo) -> None:
        if info.flag_bits & 1:
            raise Unreadable("有密码保护", "请去掉密码后再放入")
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise Unreadable("用了电子表格不用的压缩方法", "请在电子表格程序中另存后再放入")
        if info.file_size > SMALL and info.file_size > MOST_RATIO * info.compress_size:
            raise Unreadable(f"像是压缩炸弹（{info.filename} 解压后有 {info.file_size >> 20} MB）", "请查明文件的来历")

    def read(self, name: str, most: int = MOST_PART) -> bytes:
        """The whole of one member.

        Raises:
            Unreadable: as ``chunks``, or it is larger than ``most``.
        """
        whole = bytearray()
        for chunk in self.chunks(name):
            whole += chunk
            if len(whole) > most:
                raise Unreadable(f"中的 {name} 太大", "请在电子表格程序中另存后再放入")
        return bytes(whole)

    def tree(self, name: str) -> ElementTree.Element:
        """One member as a tree of XML.

        Raises:
            Unreadable: as ``read``, or it is no well-formed XML, or defines entities.
        """
        return tree(self.read(name))


def _damaged(info: zipfile.ZipInfo) -> Unreadable:
    return Unreadable(f"已损坏（{info.filename} 不完整）", "请重新导出或另存后再放入")


def _inflated(packed: memoryview, deflated: bool) -> Iterator[bytes]:
    """The bytes of a member, some megabytes at a time; ISA-L takes a fourth of the time that zlib takes."""
    if not deflated:
        yield from (bytes(packed[at : at + _CHUNK]) for at in range(0, len(packed), _CHUNK))
        return
    inflater = isal_zlib.decompressobj(wbits=-15)
    for at in range(0, len(packed), _CHUNK):
        waiting: bytes | memoryview = packed[at : at + _CHUNK]
        while len(waiting) and not inflater.eof:
            yield inflater.decompress(waiting, _CHUNK)
            waiting = inflater.unconsumed_tail
    while not inflater.eof:
        chunk = inflater.decompress(b"", _CHUNK)
        if not chunk:
            raise EOFError
        yield chunk


def tree(data: bytes) -> ElementTree.Element:
    """XML as a tree; a document type, which no spreadsheet has and every XML bomb needs, is refused.

    Raises:
        Unreadable: it is not well-formed, or has a document type.
    """
    builder = ElementTree.TreeBuilder()
    parser = ElementTree.XMLParser(target=_Plain(builder))
    try:
        parser.feed(data)
        root: ElementTree.Element = parser.close()
    except (ElementTree.ParseError, ValueError, LookupError) as cause:
        raise Unreadable("已损坏（XML 不完整）", "请重新导出或另存后再放入") from cause
    return root


class _Plain:
    """Builds a tree, and refuses a document type."""

    def __init__(self, builder: ElementTree.TreeBuilder) -> None:
        self.start = builder.start
        self.end = builder.end
        self.data = builder.data
        self.close = builder.close

    def doctype(self, name: str, pubid: str | None, system: str | None) -> None:
        raise no_doctype()


def xml_parser(
    start: Callable[[str, dict[str, str]], None],
    end: Callable[[str], None],
    say: Callable[[str], None] | None = None,
    encoding: str | None = None,
) -> expat.XMLParserType:
    """A parser that tells of elements as they come, for XML too long for a tree; a document type is refused as in a tree."""
    parser = expat.ParserCreate(encoding)
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, say
    parser.StartDoctypeDeclHandler = _refuse_doctype
    return parser


def feed(parser: expat.XMLParserType, chunks: Iterable[bytes], remedy: str = "请重新导出或另存后再放入") -> None:
    """Give a parser all there is.

    Raises:
        Unreadable: it is not well-formed, or has a document type.
    """
    try:
        for chunk in chunks:
            parser.Parse(chunk, False)
        parser.Parse(b"", True)
    except (expat.ExpatError, ValueError, LookupError) as cause:
        raise Unreadable("已损坏（XML 不完整）", remedy) from cause


def _refuse_doctype(*_: object) -> None:
    raise no_doctype()


def no_doctype() -> Unreadable:
    """The refusal of XML that defines entities."""
    return Unreadable("中的 XML 带有文档类型定义，电子表格不用它", "请查明文件的来历")

"""What a file is, told by its content; what is no table is refused by its name."""

import re
from enum import Enum, auto

from hzcert.sheets.grid import Unreadable
from hzcert.sheets.guard import Budget, Parts


class Kind(Enum):
    """The kinds of file that hold a table."""

    XLSX = auto()
    XLSB = auto()
    ODS = auto()
    OLE = auto()  # an old workbook, one with a password, or what else Windows once kept in such a file
    XLS = auto()  # the oldest workbooks, without such a file around them
    PARQUET = auto()
    TEXT = auto()  # CSV, or a table in HTML or XML


# What a file that is no table begins with, and what to call it.
_NO_TABLE = {
    b"\xff\xd8\xff": "JPEG 图片",
    b"\x89PNG": "PNG 图片",
    b"GIF8": "GIF 图片",
    b"II*\x00": "TIFF 图片",
    b"MM\x00*": "TIFF 图片",
    b"%PDF": "PDF 文件",
    b"%!PS": "PostScript 文件",
    b"{\\rtf": "RTF 文档",
    b"Rar!": "RAR 压缩包",
    b"7z\xbc\xaf": "7z 压缩包",
    b"\x1f\x8b": "gzip 压缩包",
    b"SQLite format 3": "SQLite 数据库",
    b"\x00\x01\x00\x00Standard": "Access 数据库",
    b"MZ": "Windows 程序",
    b"\x7fELF": "程序",
}
_BARE = tuple(
    b"\x09" + bytes([version]) + length
    for version in (0, 2, 4, 8)
    for length in (b"\x04\0", b"\x06\0", b"\x08\0", b"\x10\0")
)
_OLE, _PARQUET = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"PAR1"
_ZIPS = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
# What a zip holds, and what to call it then; the first that is there counts.
_ZIPPED = {
    "word/document.xml": "Word 文档",
    "ppt/presentation.xml": "演示文稿",
    "ofd.xml": "OFD 版式文件",
    "index/document.iwa": "Numbers 表格或 Pages 文稿",
    "meta-inf/container.xml": "电子书",
    "androidmanifest.xml": "安卓程序",
    "meta-inf/manifest.mf": "Java 程序",
}
_OPEN_DOCUMENT = {"text": "文字文档（odt）", "presentation": "演示文稿（odp）", "graphics": "绘图（odg）"}
REMEDY = "请放入 Excel 或 WPS 工作簿、CSV 文件，并移走这个文件"
_PAGES = "邮件或单个文件网页（mht）"
_PAPERS = ("Word 文档", "RTF 文档", "文字文档（odt）", _PAGES)
_REMEDY_OF_PAPER = "名单请另存为 Excel 或 WPS 工作簿；公布文件请在 Word 或 WPS 里打开，另存为 docx 后放入"


def tell(raw: bytes) -> Kind:
    """The kind of a file.

    Raises:
        Unreadable: it is empty, or something that holds no table.
    """
    if not raw.strip(b"\0 \t\r\n"):
        raise Unreadable("是空文件", "请检查文件，重新导出后再放入")
    if raw.startswith(_ZIPS):
        return _zipped(raw)
    if raw.startswith(_OLE):
        return Kind.OLE
    if raw.startswith(_BARE):
        return Kind.XLS
    if raw.startswith(_PARQUET):
        return Kind.PARQUET
    if raw.startswith(b"BM") and int.from_bytes(raw[2:6], "little") == len(raw):
        raise no_table("BMP 图片")
    if raw.startswith(b"RIFF") and raw[8:12] == b"WEBP":
        raise no_table("WebP 图片")
    for magic, name in _NO_TABLE.items():
        if raw.startswith(magic):
            raise no_table(name)
    return Kind.TEXT


def is_text(start: bytes) -> bool:
    """Whether what a file begins with is text, as far as that tells."""
    others = (*_ZIPS, _OLE, *_BARE, _PARQUET, b"BM", b"RIFF", *_NO_TABLE)
    return bool(start.strip(b"\0 \t\r\n")) and not start.startswith(others)


def no_table(name: str) -> Unreadable:
    """The refusal of something that is no table."""
    return Unreadable(f"不是表格，而是 {name}", _REMEDY_OF_PAPER if name in _PAPERS else REMEDY)


def _zipped(raw: bytes) -> Kind:
    parts = Parts(raw, Budget())
    names = set(parts.names())
    if "xl/workbook.bin" in names:
        return Kind.XLSB
    if "xl/workbook.xml" in names:
        return Kind.XLSX
    if "mimetype" in names and "content.xml" in names:
        return _open_document(parts)
    if "[content_types].xml" in names and b"spreadsheetml" in parts.read("[content_types].xml"):
        return Kind.XLSX
    for member, name in _ZIPPED.items():
        if member in names:
            raise no_table(name)
    raise Unreadable("不是表格，而是压缩包", "请解压后放入其中的表格")


def _open_document(parts: Parts) -> Kind:
    kind = parts.read("mimetype", 1000).decode("latin-1").strip().rpartition("opendocument.")[2]
    if kind.startswith("spreadsheet"):
        if "meta-inf/manifest.xml" in parts and b"encryption-data" in parts.read("META-INF/manifest.xml"):
            raise Unreadable("有密码保护", "请在电子表格程序中去掉密码后再放入（ods 的密码在这里不能解开）")
        return Kind.ODS
    raise no_table(_OPEN_DOCUMENT.get(kind.partition("-")[0], "OpenDocument 文件"))


class Words(Enum):
    """What a text is."""

    LINES = auto()  # CSV or its like
    HTML = auto()
    SHEET_XML = auto()  # SpreadsheetML 2003


_ROOT = re.compile(
    r"\s*(?:<\?xml[^>]*>|<\?mso[^>]*>|<!--.*?-->|<!doctype[^>]*>|\s+)*<([\w:]+)", re.DOTALL | re.IGNORECASE
)
_FLAT = re.compile(r'office:mimetype="application/vnd\.oasis\.opendocument\.(\w+)')
_TABLE = re.compile(r"<table[\s>]", re.IGNORECASE)
_OTHER_TEXT = {
    "{\\rtf": "RTF 文档",
    '{"': "JSON 文件",
    "[{": "JSON 文件",
    "BEGIN:V": "名片或日历",
    "%PDF": "PDF 文件",
}


def tell_text(text: str) -> Words:
    """What a text is.

    Raises:
        Unreadable: a page without a table, XML of another kind, JSON and the like.
    """
    head = text[:65_536].lstrip("\ufeff \t\r\n")
    for start, name in _OTHER_TEXT.items():
        if head.startswith(start):
            raise no_table(name)
    if head[:1000].lower().startswith(("mime-version:", "from:", "message-id:")):
        raise no_table(_PAGES)
    if not head.startswith("<"):
        return Words.LINES
    root = _ROOT.match(head)
    name = root[1].rpartition(":")[2].lower() if root else ""
    if name == "workbook" and "urn:schemas-microsoft-com:office:spreadsheet" in head:
        return Words.SHEET_XML
    if name == "document" and (flat := _FLAT.search(head)):
        if flat[1] == "spreadsheet":
            raise Unreadable(
                "是单个 XML 文件的 OpenDocument 表格（fods），不能直接读",
                "请用 LibreOffice 打开，另存为 ods 或 xlsx 后再放入",
            )
        raise no_table(_OPEN_DOCUMENT.get(flat[1], "OpenDocument 文件"))
    if head.lower().startswith("<?xml") and name not in ("html", "table"):
        raise no_table("XML 文件")
    if _TABLE.search(text):
        return Words.HTML
    raise no_table(
        "没有表格的网页" if name in ("html", "head", "body", "div") or "<html" in head.lower() else "XML 文件"
    )

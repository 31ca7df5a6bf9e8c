"""Workbooks of every kind, damaged in every way that a seed decides.

    python tests/faults/mutations.py 20000          # all of them; prints what each kind came to

Every damaged file must end in cells or in a refusal that names it, within seconds and bounded memory.
"""

import io
import random
import resource
import sys
import time
import zipfile
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa
import pyarrow.parquet as pq
import xlsxwriter
import xlwt
from PIL import Image

from hzcert.errors import InputError
from hzcert.sheets.bycolumn import FEWEST
from hzcert.sheets.reading import read

_ROWS = [
    ["姓名", "身份证号", "资格名称", "取得时间"],
    *([f"张{n}", f"33052119700101{n:04}", "工程师", "1998-12"] for n in range(40)),
]
_SECONDS, _MEGABYTES = 60, 3000


def _xlsx() -> bytes:
    out, picture = io.BytesIO(), io.BytesIO()
    Image.new("RGB", (20, 30)).save(picture, "PNG")
    with xlsxwriter.Workbook(out) as book:
        sheet, other = book.add_worksheet("名单"), book.add_worksheet("另一")
        for at, row in enumerate(_ROWS):
            sheet.write_row(at, 0, row)
            other.write_row(at + 2, 3, [at, date(1998, 12, 1)], book.add_format({"num_format": "yyyy-mm"}))
        sheet.merge_range(50, 0, 51, 2, "合计")
        sheet.write_formula(52, 0, "=1/0", value="#DIV/0!")
        sheet.set_row(5, None, None, {"hidden": True})
        sheet.insert_image(3, 6, "a.png", {"image_data": picture})
    return out.getvalue()


def _long_xlsx() -> bytes:
    """A sheet that is taken over by column."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        sheet = book.add_worksheet("名单")
        for at in range(FEWEST + 10):
            sheet.write_row(at, 0, (_ROWS[1 + (at - 1) % 40] if at else _ROWS[0]) * 3)
    return out.getvalue()


def _xls() -> bytes:
    book, out = xlwt.Workbook(), io.BytesIO()
    sheet = book.add_sheet("名单")
    for row, cells in enumerate(_ROWS):
        for column, cell in enumerate(cells):
            sheet.write(row, column, cell)
    sheet.write(60, 1, date(1998, 12, 1), xlwt.easyxf(num_format_str="yyyy-mm"))
    sheet.row(4).hidden = True
    book.save(out)
    return out.getvalue()


def _ods() -> bytes:
    lines = "".join(
        "<table:table-row>" + "".join(f'<table:table-cell office:value-type="string"><text:p>{cell}</text:p></table:table-cell>' for cell in row)
        + "</table:table-row>"
        for row in _ROWS
    )  # fmt: skip
    names = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text")
    )
    content = (
        f'<?xml version="1.0"?><office:document-content {names} office:version="1.2"><office:body><office:spreadsheet>'
        f'<table:table table:name="名单">{lines}</table:table></office:spreadsheet></office:body></office:document-content>'
    )
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("mimetype", kind, zipfile.ZIP_STORED)
        file.writestr("content.xml", content)
        file.writestr(
            "META-INF/manifest.xml",
            '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
            f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{kind}"/></manifest:manifest>',
        )
    return out.getvalue()


def _csv() -> bytes:
    return "\r\n".join(",".join(row) for row in _ROWS).encode("gb18030")


def _html() -> bytes:
    lines = "".join("<tr>" + "".join(f"<td rowspan=1>{cell}</td>" for cell in row) + "</tr>" for row in _ROWS)
    return f"<html><head><meta charset=utf-8></head><body><table>{lines}</table></body></html>".encode()


def _sheet_xml() -> bytes:
    name = "urn:schemas-microsoft-com:office:spreadsheet"
    lines = "".join(
        "<Row>" + "".join(f'<Cell><Data ss:Type="String">{cell}</Data></Cell>' for cell in row) + "</Row>"
        for row in _ROWS
    )
    return (
        f'<?xml version="1.0"?><Workbook xmlns="{name}" xmlns:ss="{name}"><Worksheet ss:Name="名单"><Table>{lines}'
        "</Table></Worksheet></Workbook>"
    ).encode()


def _parquet() -> bytes:
    out = io.BytesIO()
    pq.write_table(pa.table({heading: [row[at] for row in _ROWS[1:]] for at, heading in enumerate(_ROWS[0])}), out)
    return out.getvalue()


KINDS: dict[str, Callable[[], bytes]] = {
    "xlsx": cache(_xlsx), "long-xlsx": cache(_long_xlsx), "xls": _xls, "ods": _ods, "csv": _csv, "html": _html, "sheet-xml": _sheet_xml, "parquet": _parquet,
}  # fmt: skip
SLOW = {
    "xls",
    "ods",
    "html",
    "long-xlsx",
}  # long, or read in a process of their own, which takes a third of a second to start


def damaged(kind: str, luck: random.Random) -> bytes:
    """The workbook of a kind with bytes flipped, cut, doubled or put in; of a zip, also inside a member."""
    raw = KINDS[kind]()
    if kind in ("xlsx", "long-xlsx", "ods") and luck.random() < 0.75:
        return _with_member_damaged(raw, luck)
    return _bytes_damaged(raw, luck)


def _with_member_damaged(raw: bytes, luck: random.Random) -> bytes:
    """A zip that is whole, in which one member is not, or is missing, or is another's."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        names = source.namelist()
        victim = luck.choice(names)
        for name in names:
            content = source.read(name)
            if name == victim:
                match luck.randrange(6):
                    case 0:
                        continue
                    case 1:
                        content = source.read(luck.choice(names))
                    case 2 if len(content) > 10:
                        content = content[: luck.randrange(len(content))]
                    case _:
                        content = _bytes_damaged(content, luck)
            target.writestr(name, content)
    return out.getvalue()


_WORDS = [
    b"<",
    b">",
    b"&",
    b'"',
    b"\0",
    b"99999999999",
    b"-1",
    b"1048576",
    b"XFD1048576",
    b"<!--",
    b"]]>",
    b'<c r="A9999999">',
    b"\xff\xfe",
]


def _bytes_damaged(raw: bytes, luck: random.Random) -> bytes:
    data = bytearray(raw)
    for _ in range(luck.choice([1, 1, 2, 5, 20])):
        if not data:
            break
        at = luck.randrange(len(data))
        match luck.randrange(6):
            case 0:
                data[at] ^= 1 << luck.randrange(8)
            case 1:
                data[at] = luck.randrange(256)
            case 2:
                del data[at : at + luck.choice([1, 4, 100])]
            case 3:
                data[at:at] = data[at : at + luck.choice([1, 8, 200])]
            case 4:
                data[at:at] = luck.choice(_WORDS)
            case _:
                # A number becomes another one: sizes, counts, references.
                digits = [place for place in range(at, min(at + 200, len(data))) if 48 <= data[place] <= 57]
                for place in digits[: luck.choice([1, 3])]:
                    data[place] = luck.choice(b"0123456789")
    return bytes(data)


def outcome(kind: str, seed: int, folder: Path) -> str:
    """What reading one damaged file comes to: ``read`` or ``refused``; anything else is a defect."""
    path = folder / f"{kind}-{seed}.xlsx"
    path.write_bytes(damaged(kind, random.Random(f"{kind}-{seed}")))
    began = time.monotonic()
    try:
        read(path, path.name)
        result = "read"
    except InputError as refusal:
        assert path.name in str(refusal)
        result = "refused"
    assert time.monotonic() - began < _SECONDS, "too long"
    path.unlink()
    return result


def _many(kind: str, seeds: range) -> Counter[str]:
    # Above what a reader may use; what the libraries have mapped already counts too.
    resource.setrlimit(resource.RLIMIT_AS, (_MEGABYTES << 20, _MEGABYTES << 20))
    counts: Counter[str] = Counter()
    with TemporaryDirectory() as folder:
        for seed in seeds:
            try:
                counts[f"{kind} {outcome(kind, seed, Path(folder))}"] += 1
            except BaseException as defect:
                counts[f"DEFECT {kind}-{seed}: {type(defect).__name__} {defect}"[:300]] += 1
    return counts


def main(total: int) -> None:
    """All seeds in processes, a tenth of them of the kinds that take longer."""
    each = {kind: total // 30 if kind in SLOW else total * 9 // 10 // (len(KINDS) - len(SLOW)) for kind in KINDS}
    jobs = [
        (kind, range(start, min(start + 100, count))) for kind, count in each.items() for start in range(0, count, 100)
    ]
    counts: Counter[str] = Counter()
    with ProcessPoolExecutor() as pool:
        for place, done in enumerate(pool.map(_many, *zip(*jobs, strict=True))):
            counts += done
            if place % 20 == 19:
                sys.stderr.write(f"{sum(counts.values())} of {sum(each.values())}\n")
    for what, count in sorted(counts.items()):
        sys.stdout.write(f"{count:7} {what}\n")


if __name__ == "__main__":
    main(int(sys.argv[1]))

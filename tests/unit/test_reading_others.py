"""What is read of ods, xls and SpreadsheetML beyond the cells themselves."""

import io
import struct
import zipfile
from datetime import date
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlwt
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from hzcert.errors import InputError
from hzcert.sheets.grid import DAYS_TO_1904
from hzcert.sheets.reading import read

_NAMES = (
    " ".join(f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text"))
    + ' xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"'
)


def _ods(path: Path, rows: str) -> None:
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("mimetype", kind)
        file.writestr(
            "content.xml",
            f'<?xml version="1.0"?><office:document-content {_NAMES} office:version="1.2"><office:body>'
            f'<office:spreadsheet><table:table table:name="名单">{rows}</table:table></office:spreadsheet>'
            "</office:body></office:document-content>",
        )
        file.writestr(
            "META-INF/manifest.xml",
            '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
            f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{kind}"/></manifest:manifest>',
        )


def test_ods_tells_merged_cells_months_errors_and_hidden_rows(tmp_path: Path) -> None:
    shown = "".join(
        f'<table:table-cell office:value-type="date" office:date-value="1998-12-01"><text:p>{text}</text:p></table:table-cell>'
        for text in ("1998年12月", "1998-12", "1998年12月1日")
    )
    _ods(
        tmp_path / "a",
        '<table:table-row><table:table-cell office:value-type="string" table:number-rows-spanned="2">'
        f"<text:p>沈云川</text:p></table:table-cell>{shown}</table:table-row>"
        '<table:table-row table:visibility="filter"><table:covered-table-cell/>'
        '<table:table-cell office:value-type="string" calcext:value-type="error"><text:p>#N/A</text:p></table:table-cell>'
        "</table:table-row>",
    )
    (grid,) = read(tmp_path / "a", "a")
    assert grid.rows[0] == ["沈云川", "1998-12", "1998-12", date(1998, 12, 1)]
    assert grid.merged == ((0, 0, 1, 0),)
    assert grid.hidden_rows == {2}
    assert grid.errors == {(1, 1): "#N/A"}


def test_xls_tells_months_hidden_rows_and_merged_cells(tmp_path: Path) -> None:
    book = xlwt.Workbook()
    sheet = book.add_sheet("名单")
    for column, shape in enumerate(('yyyy"年"m"月"', "yyyy-mm-dd")):
        sheet.write(0, column, date(1998, 12, 1), xlwt.easyxf(num_format_str=shape))
    sheet.write_merge(1, 2, 0, 0, "沈云川")
    sheet.row(2).hidden = True
    sheet.write(2, 1, "在此")
    book.save(str(tmp_path / "a"))
    (grid,) = read(tmp_path / "a", "a")
    assert grid.rows[0] == ["1998-12", date(1998, 12, 1)]
    assert grid.merged == ((1, 0, 2, 0),)
    assert grid.hidden_rows == {3}


def test_hidden_columns_are_told_in_xls_ods_and_xlsb(tmp_path: Path) -> None:
    book = xlwt.Workbook()
    sheet = book.add_sheet("名单")
    for column in range(5):
        sheet.write(0, column, f"栏{column}")
        sheet.col(column).hidden = column in (1, 3, 4)
    book.save(str(tmp_path / "a"))
    cells = "".join(
        f'<table:table-cell office:value-type="string"><text:p>栏{n}</text:p></table:table-cell>' for n in range(5)
    )
    columns = "".join(
        f'<table:table-column table:number-columns-repeated="{count}" table:visibility="{seen}"/>'
        for count, seen in ((1, "visible"), (1, "collapse"), (1, "visible"), (900, "collapse"))
    )
    _ods(tmp_path / "b", f"{columns}<table:table-row>{cells}</table:table-row>")
    away = [_record(60, _long(first, last, 0, 0), b"\x01\0") for first, last in ((1, 1), (3, 900))]
    _xlsb(tmp_path / "c", {"名单": b"".join(away) + _row(0, *((f"栏{n}", 0) for n in range(5)))}, ())
    for name in "abc":
        (grid,) = read(tmp_path / name, name)
        assert (grid.rows, grid.notes) == ([[f"栏{n}" for n in range(5)]], ("有隐藏的列：B、D 至 E",)), name


def test_sheet_xml_tells_months(tmp_path: Path) -> None:
    name = "urn:schemas-microsoft-com:office:spreadsheet"
    shapes = {"m": "yyyy&quot;年&quot;m&quot;月&quot;", "d": "yyyy\\-mm\\-dd"}
    styles = "".join(
        f'<Style ss:ID="{style}"><NumberFormat ss:Format="{shape}"/></Style>' for style, shape in shapes.items()
    )
    cells = "".join(
        f'<Cell ss:StyleID="{style}"><Data ss:Type="DateTime">1998-12-01T00:00:00.000</Data></Cell>' for style in shapes
    )
    (tmp_path / "a").write_text(
        f'<?xml version="1.0"?><Workbook xmlns="{name}" xmlns:ss="{name}"><Styles>{styles}</Styles>'
        f'<Worksheet ss:Name="名单"><Table><Row>{cells}</Row></Table></Worksheet></Workbook>',
        encoding="utf-8",
    )
    (grid,) = read(tmp_path / "a", "a")
    assert grid.rows == [["1998-12", date(1998, 12, 1)]]


def test_numbers_of_sheet_xml_that_are_shown_as_days_are_days(tmp_path: Path) -> None:
    name = "urn:schemas-microsoft-com:office:spreadsheet"
    shapes = {"d": "yyyy\\-mm\\-dd", "s": "Short Date", "m": "yyyy&quot;年&quot;m&quot;月&quot;", "n": "0.00"}
    styles = "".join(
        f'<Style ss:ID="{style}"><NumberFormat ss:Format="{shape}"/></Style>' for style, shape in shapes.items()
    )
    cells = "".join(f'<Cell ss:StyleID="{style}"><Data ss:Type="Number">34670</Data></Cell>' for style in shapes)
    (tmp_path / "a").write_text(
        f'<?xml version="1.0"?><Workbook xmlns="{name}" xmlns:ss="{name}"><Styles>{styles}</Styles>'
        f'<Worksheet ss:Name="名单"><Table><Row>{cells}</Row></Table></Worksheet></Workbook>',
        encoding="utf-8",
    )
    assert read(tmp_path / "a", "a")[0].rows == [[date(1994, 12, 2), date(1994, 12, 2), "1994-12", 34670.0]]


@pytest.mark.parametrize("old", [False, True])
def test_a_workbook_that_counts_days_from_1904_says_so(tmp_path: Path, old: bool) -> None:
    book = openpyxl.Workbook()
    if old:
        book.epoch = CALENDAR_MAC_1904
    book.active["A1"] = date(1998, 12, 3)
    book.active["B1"] = 34670
    out = io.BytesIO()
    book.save(out)
    (tmp_path / "a").write_bytes(out.getvalue())
    (grid,) = read(tmp_path / "a", "a")
    assert grid.rows[0] == [date(1998, 12, 3), 34670.0]
    assert grid.days_late == (DAYS_TO_1904 if old else 0)


def test_parquet_of_programs_that_do_not_say_that_bytes_are_text(tmp_path: Path) -> None:
    pq.write_table(pa.table({"姓名": pa.array(["沈云川".encode(), None], pa.binary())}), tmp_path / "a")
    assert read(tmp_path / "a", "a")[0].rows == [["姓名"], ["沈云川"], [""]]
    pq.write_table(pa.table({"姓名": pa.array([b"\xff\xfe"], pa.binary())}), tmp_path / "b")
    with pytest.raises(InputError, match="已损坏"):
        read(tmp_path / "b", "b")


def _record(kind: int, *parts: bytes) -> bytes:
    """One record of an xlsb part: kind and length seven bits a byte, then the body."""
    body = b"".join(parts)

    def number(value: int) -> bytes:
        signs = [value & 0x7F]
        while value := value >> 7:
            signs[-1] |= 0x80
            signs.append(value & 0x7F)
        return bytes(signs)

    return number(kind) + number(len(body)) + body


def _words(text: str) -> bytes:
    return len(text).to_bytes(4, "little") + text.encode("utf-16-le")


def _long(*numbers: int) -> bytes:
    return b"".join(number.to_bytes(4, "little") for number in numbers)


def _xlsb(path: Path, sheets: dict[str, bytes], formats: tuple[str, ...], *, late: bool = False) -> None:
    """A workbook of the binary kind; the style n + 1 of its cells shows the n-th format."""
    bundles = [_record(156, _long(0, at), _words(f"rId{at}"), _words(name)) for at, name in enumerate(sheets, 1)]
    book = [
        _record(131),
        _record(153, bytes([int(late)]) + bytes(11)),
        _record(143),
        *bundles,
        _record(144),
        _record(132),
    ]
    shown = [_record(44, (164 + at).to_bytes(2, "little"), _words(code)) for at, code in enumerate(formats)]
    cells = [
        _record(47, bytes(2), number.to_bytes(2, "little"), bytes(12))
        for number in (0, *range(164, 164 + len(formats)))
    ]
    styles = [
        _record(278),
        _record(615, _long(len(shown))),
        *shown,
        _record(616),
        _record(617, _long(len(cells))),
        *cells,
    ]
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006/relationships"
    # Their order in the file is not that of the sheets.
    lines = "".join(
        f'<Relationship Id="rId{at}" Type="{kind}/worksheet" Target="worksheets/sheet{9 - at}.bin"/>'
        for at in range(1, len(sheets) + 1)
    )
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("xl/workbook.bin", b"".join(book))
        file.writestr("xl/styles.bin", b"".join([*styles, _record(618), _record(279)]))
        file.writestr("xl/_rels/workbook.bin.rels", f'<Relationships xmlns="{package}">{lines}</Relationships>')
        for at, records in enumerate(sheets.values(), 1):
            sheet = [_record(129), _record(148, _long(0, 9, 0, 9)), _record(145), records, _record(146), _record(130)]
            file.writestr(f"xl/worksheets/sheet{9 - at}.bin", b"".join(sheet))


def _row(row: int, *cells: tuple[float | str | None, int], hidden: bool = False) -> bytes:
    """A row of text, numbers and errors (None), each with its style."""
    found = _record(0, _long(row, 0), bytes(2), bytes([0, 0x10 * hidden]), bytes(5))
    for place, (value, style) in enumerate(cells):
        start = _long(place, style)
        if value is None:
            found += _record(3, start, b"\x2a")
        elif isinstance(value, str):
            found += _record(6, start, _words(value))
        else:
            found += _record(5, start, struct.pack("<d", value))
    return found


def test_xlsb_tells_months_errors_hidden_rows_and_merged_cells_of_each_sheet(tmp_path: Path) -> None:
    serial = float((date(1998, 12, 3) - date(1899, 12, 30)).days)
    first = _row(0, ("取得时间", 0)) + _row(1, (serial, 1), hidden=True) + _record(176, _long(1, 2, 0, 0))
    second = _row(0, (serial, 2), (serial, 1), (None, 0), (serial, 0))
    _xlsb(tmp_path / "a.xlsb", {"甲": first, "乙": second}, ('yyyy"年"m"月"', "yyyy-mm-dd"))
    one, two = read(tmp_path / "a.xlsb", "a.xlsb")
    assert (one.name, one.rows, one.hidden_rows, set(one.merged)) == (
        "甲", [["取得时间"], ["1998-12"]], {2}, {(1, 0, 2, 0)},
    )  # fmt: skip
    assert (two.name, two.rows, two.hidden_rows) == ("乙", [[date(1998, 12, 3), "1998-12", "", serial]], frozenset())
    assert two.errors == {(0, 2): "#N/A"}


def test_an_xlsb_workbook_that_counts_days_from_1904_says_so(tmp_path: Path) -> None:
    _xlsb(tmp_path / "a.xlsb", {"甲": _row(0, (34_670.0, 0), (34_670.0, 1))}, ("yyyy-mm-dd",), late=True)
    (grid,) = read(tmp_path / "a.xlsb", "a.xlsb")
    assert (grid.rows, grid.days_late) == ([[34_670.0, date(1998, 12, 3)]], DAYS_TO_1904)


def test_xlsb_cells_without_their_column_and_texts_of_several_fonts_are_read_too(tmp_path: Path) -> None:
    after = (
        _record(17, _long(0), _words("沈云川")) + _record(12, _long(0)) + _record(16, _long(1), struct.pack("<d", 7.5))
    )
    rich = _record(62, _long(6, 0), b"\x01", _words("德清县"), _long(1), bytes(4))
    short_error = _record(14, _long(0), b"\x2a")
    _xlsb(tmp_path / "a.xlsb", {"甲": _row(0, ("序号", 0)) + after + rich + short_error + _row(1, ("乙", 0))}, ("0.0",))
    (grid,) = read(tmp_path / "a.xlsb", "a.xlsb")
    assert grid.rows == [["序号", "沈云川", "", 7.5, "", "", "德清县"], ["乙"]]
    assert grid.errors == {(0, 7): "#N/A"}


def test_pictures_on_the_cells_of_an_ods_workbook_are_taken_out(tmp_path: Path) -> None:
    def image(name: str) -> str:
        return f'<draw:frame xmlns:draw="d"><draw:image xlink:href="Pictures/{name}" xmlns:xlink="x"/></draw:frame>'

    cell = '<table:table-cell office:value-type="string"><text:p>{}</text:p>{}</table:table-cell>'
    rows = f"<table:table-row>{cell.format('姓名', '')}{cell.format('照片', '')}</table:table-row>"
    rows += f"<table:table-row>{cell.format('沈云川', '')}{cell.format('', image('a.png'))}</table:table-row>"
    _ods(tmp_path / "a.ods", f"<table:shapes>{image('b.png')}</table:shapes>{rows}")
    with zipfile.ZipFile(tmp_path / "a.ods", "a") as file:
        file.writestr("Pictures/a.png", b"the picture")
        file.writestr("Pictures/b.png", b"another")
    (grid,) = read(tmp_path / "a.ods", "a.ods")
    assert grid.pictures == {(1, 1): b"the picture"}
    assert len(grid.notes) == 1

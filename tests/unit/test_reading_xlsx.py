"""Xlsx workbooks as other programs spell them: cells at their places, and what calamine does not tell."""

import io
import zipfile
from datetime import date, datetime
from pathlib import Path

import pytest

from hzcert.errors import InputError
from hzcert.sheets.grid import Grid
from hzcert.sheets.reading import read

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_NAMES = f'xmlns="{_MAIN}" xmlns:r="{_OFFICE}"'
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"

_FORMATS = ["General", 'yyyy"年"m"月"', '[$-804]yyyy"年"m"月"d"日"', "27", "31", "57", "17"]


def _relations(*lines: tuple[str, str]) -> str:
    inside = "".join(
        f'<Relationship Id="rId{place}" Type="{_OFFICE}/{kind}" Target="{target}"/>'
        for place, (kind, target) in enumerate(lines, 1)
    )
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{inside}</Relationships>'


def _styles() -> str:
    own = [(200 + place, code) for place, code in enumerate(_FORMATS) if not code.isdigit()]
    formats = "".join(f'<numFmt numFmtId="{at}" formatCode="{code.replace(chr(34), "&quot;")}"/>' for at, code in own)
    uses = "".join(f'<xf numFmtId="{code if code.isdigit() else 200 + place}"/>' for place, code in enumerate(_FORMATS))
    return f"<styleSheet {_NAMES}><numFmts>{formats}</numFmts><cellXfs>{uses}</cellXfs></styleSheet>"


def workbook(sheet: str, main: str = "xl/workbook.xml", **more: str) -> bytes:
    """The bytes of a workbook with one sheet of this XML."""
    out = io.BytesIO()
    folder = main.rpartition("/")[0]
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr(
            "[Content_Types].xml",
            f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" '
            'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            '<Default Extension="xml" ContentType="application/xml"/>'
            f'<Override PartName="/{main}" '
            'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
            f'<Override PartName="/{folder}/styles.xml" '
            'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/></Types>',
        )
        file.writestr("_rels/.rels", _relations(("officeDocument", main)))
        file.writestr(
            f"{folder}/_rels/{main.rpartition('/')[2]}.rels",
            _relations(("worksheet", "worksheets/sheet1.xml"), ("styles", "styles.xml")),
        )
        file.writestr(
            main, f'<workbook {_NAMES}><sheets><sheet name="人员" sheetId="1" r:id="rId1"/></sheets></workbook>'
        )
        file.writestr(f"{folder}/worksheets/sheet1.xml", sheet)
        file.writestr(f"{folder}/styles.xml", _styles())
        for name, content in more.items():
            file.writestr(name, content)
    return out.getvalue()


def _rows(body: str, head: str = "") -> str:
    return f'<?xml version="1.0"?><worksheet {_NAMES}>{head}<sheetData>{body}</sheetData></worksheet>'


def _text(place: str, text: str) -> str:
    return f'<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>'


@pytest.fixture
def grid_of(tmp_path: Path):
    """What reading some XML of a sheet gives."""

    def read_xml(sheet: str, **more: str) -> Grid:
        path = tmp_path / "名单.xls"  # an ending that lies
        path.write_bytes(workbook(sheet, **more))
        (grid,) = read(path, "名单")
        return grid

    return read_xml


def _filled(grid: Grid) -> dict[tuple[int, int], object]:
    return {(row, at): cell for row, cells in enumerate(grid.rows) for at, cell in enumerate(cells) if cell != ""}


@pytest.mark.parametrize(
    ("sheet", "cells"),
    [
        pytest.param(
            _rows(f'<row r="3">{_text("C3", "甲")}</row>'), {(2, 2): "甲"}, id="empty rows and columns before"
        ),
        pytest.param(
            _rows("<row><c><v>1</v></c><c><v>2</v></c></row><row><c><v>3</v></c></row>"),
            {(0, 0): 1.0, (0, 1): 2.0, (1, 0): 3.0},
            id="no references",
        ),
        pytest.param(
            _rows('<row spans="1:2" r="2"><c t="str" r="B2"><v>甲</v></c></row>'),
            {(1, 1): "甲"},
            id="attributes turned round",
        ),
        pytest.param(
            f'<x:worksheet xmlns:x="{_MAIN}"><x:sheetData><x:row r="2"><x:c r="B2" t="str"><x:v>甲</x:v></x:c></x:row>'
            "</x:sheetData></x:worksheet>",
            {(1, 1): "甲"},
            id="prefixed names",
        ),
        pytest.param(
            f"<worksheet xmlns='{_MAIN}'><sheetData><row r='2'><c r='B2' t='str'><v>甲</v></c></row></sheetData></worksheet>",
            {(1, 1): "甲"},
            id="single quotes",
        ),
        pytest.param(
            _rows(f'<row r="3">{_text("A3", "三")}</row><row r="1">{_text("B1", "乙")}{_text("A1", "甲")}</row>'),
            {(0, 0): "甲", (0, 1): "乙", (2, 0): "三"},
            id="rows and cells out of order",
        ),
        pytest.param(
            _rows(f'<row r="1">{_text("A1", "甲")}<!-- {_text("B1", "乙")} -->{_text("C1", "丙")}</row>'),
            {(0, 0): "甲", (0, 2): "丙"},
            id="a comment",
        ),
        pytest.param(
            _rows('<row r="1"><c r="A1" t="inlineStr"><is><t><![CDATA[甲<乙]]></t></is></c></row>'),
            {(0, 0): "甲<乙"},
            id="CDATA",
        ),
        pytest.param(
            _rows(f'<row r="1">{_text("A1", "甲&amp;&#x5F20;")}{_text("AA1", "乙")}</row>'),
            {(0, 0): "甲&张", (0, 26): "乙"},
            id="entities, and a column beyond Z",
        ),
        pytest.param(
            _rows(
                '<row r="1"><c r="A1" t="inlineStr"><is><r><t>张</t></r><r><t>三</t></r>'
                '<rPh sb="0" eb="1"><t>zhang</t></rPh></is></c></row>'
            ),
            {(0, 0): "张三"},
            id="rich text, and how it is read aloud",
        ),
        pytest.param(
            _rows('<row r="1"><c r="A1"><v>330521198001011234</v></c><c r="B1" t="b"><v>1</v></c></row>'),
            {(0, 0): 330521198001011234.0, (0, 1): True},
            id="a number stays a number",
        ),
        pytest.param(
            _rows(f'<row r="1">{_text("A1", "甲")}</row><row r="1048576">{_text("XFD1048576", "乙")}</row>'),
            {(0, 0): "甲", (1_048_575, 16_383): "乙"},
            id="a stray cell at the far corner",
        ),
        pytest.param(
            _rows(f'<row r="1">{_text("A1", "甲")}</row><row r="1048576"><c r="XFD1048576" s="1"/></row>'),
            {(0, 0): "甲"},
            id="an empty cell at the far corner",
        ),
        pytest.param(f"<worksheet {_NAMES}><sheetData/></worksheet>", {}, id="nothing"),
    ],
)
def test_each_cell_stands_where_the_program_shows_it(grid_of, sheet: str, cells: dict[tuple[int, int], object]) -> None:
    assert _filled(grid_of(sheet)) == cells


def test_a_workbook_elsewhere_in_the_file_is_found(grid_of) -> None:
    assert _filled(grid_of(_rows(f'<row r="2">{_text("B2", "甲")}</row>'), main="book/main.xml")) == {(1, 1): "甲"}


def test_dates_are_what_their_format_shows(grid_of) -> None:
    """Who types 1998-3 gets a date of the first, shown as 1998年3月: the day was never given."""
    cells = "".join(f'<c r="{chr(65 + at)}1" s="{at}"><v>35855</v></c>' for at in range(len(_FORMATS)))
    grid = grid_of(_rows(f'<row r="1">{cells}<c r="H1" s="2"><v>35855.5</v></c></row>'))
    day = date(1998, 3, 1)
    assert grid.rows[0] == [
        35855.0,
        "1998-03",
        day,
        "1998-03",
        day,
        "1998-03",
        "1998-03",
        datetime.fromisoformat("1998-03-01T12:00"),
    ]


def test_errors_and_formulas_never_worked_out_are_told(grid_of) -> None:
    grid = grid_of(
        _rows(
            '<row r="1"><c r="A1" t="e"><f>1/0</f><v>#DIV/0!</v></c><c r="B1"><f>1+1</f></c><c r="C1"><f>1+1</f><v></v></c>'
            '<c r="D1"><f>1+1</f><v>2</v></c><c r="E1" t="str"><f>""</f><v></v></c><c r="F1"><f t="shared" si="0"/></c>'
            '<c r="G1"><f>2+2</f><v/></c></row>'
        )
    )
    assert grid.errors == {
        (0, 0): "#DIV/0!", (0, 1): "#未计算", (0, 2): "#未计算", (0, 5): "#未计算", (0, 6): "#未计算"
    }  # fmt: skip
    assert grid.rows[0][3] == 2.0


def test_hidden_rows_and_columns_are_told(grid_of) -> None:
    rows = "".join(
        f'<row r="{at}"{more}>{_text(f"A{at}", "甲")}</row>'
        for at, more in [(1, ' hidden="1"'), (2, ' hidden="0"'), (3, ' customHeight="1" hidden="true"')]
    )
    grid = grid_of(_rows(rows, '<cols><col min="2" max="3" width="9" hidden="1" customWidth="1"/></cols>'))
    assert grid.hidden_rows == {1, 3}
    assert grid.notes == ("有隐藏的列：B 至 C",)


@pytest.mark.parametrize(
    "sheet",
    [
        pytest.param(
            '<!DOCTYPE worksheet [<!ENTITY a "甲">]>' + _rows(f'<row r="1">{_text("A1", "&a;")}</row>')[21:],
            id="a document type",
        ),
        pytest.param(_rows(f'<row r="1">{_text("A1048570", "甲")}</row>'), id="a cell that is not in its row"),
        pytest.param(_rows('<row r="1"><c r="A1" t="s"><v>99</v></c></row>'), id="a text that is not there"),
        pytest.param(_rows(f'<row r="1">{_text("A1", "甲")}</row>')[:-40], id="cut off"),
    ],
)
def test_what_cannot_be_trusted_is_refused(grid_of, sheet: str) -> None:
    with pytest.raises(InputError, match="名单"):
        grid_of(sheet)


def test_two_members_of_one_name_are_refused(tmp_path: Path) -> None:
    """One reader would take the first, another the second."""
    path = tmp_path / "a.xlsx"
    raw = io.BytesIO(workbook(_rows(f'<row r="1">{_text("A1", "甲")}</row>')))
    with zipfile.ZipFile(raw, "a") as file, pytest.warns(UserWarning, match="Duplicate name"):
        file.writestr("xl/worksheets/sheet1.xml", _rows(f'<row r="1">{_text("A1", "乙")}</row>'))
    path.write_bytes(raw.getvalue())
    with pytest.raises(InputError, match="同名"):
        read(path, "a.xlsx")

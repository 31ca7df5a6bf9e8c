"""Text that is struck out (删除线) is in its cell and may not count: said in every kind of workbook, never read as if it did."""

import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
import xlwt
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.styles import Font

from hzcert import ingest
from hzcert.batch import Input
from hzcert.policy import Policy
from hzcert.sheets.reading import read

ID = "330521197003120030"
HEAD = ["姓名", "身份证号", "资格名称", "备注"]
STRUCK = {(1, 2): "高级", (2, 0): "", (2, 1): "", (2, 2): ""}


def _rich_within_cells(path: Path) -> None:
    book = openpyxl.Workbook()
    for row in (HEAD, ["沈云川", ID, ""], ["王雨桐", "330521198111020044", "工程师"]):
        book.active.append(row)
    book.active["C2"] = CellRichText(TextBlock(InlineFont(strike=True), "高级"), "工程师")
    for cell in book.active[3]:
        cell.font = Font(strike=True)
    book.save(path)


def _rich_in_shared_texts(path: Path) -> None:
    with xlsxwriter.Workbook(path) as book:
        page = book.add_worksheet()
        struck = book.add_format({"font_strikeout": True})
        page.write_row(0, 0, HEAD)
        page.write_row(1, 0, ["沈云川", ID])
        page.write_rich_string(1, 2, struck, "高级", book.add_format({"bold": True}), "工程师")
        page.write_row(2, 0, ["王雨桐", "330521198111020044", "工程师"], struck)


def _xls(path: Path) -> None:
    book = xlwt.Workbook()
    page = book.add_sheet("名单")
    struck = xlwt.easyxf("font: struck_out on")
    for row, cells in enumerate((HEAD, ["沈云川", ID], ["王雨桐", "330521198111020044", "工程师"])):
        for place, cell in enumerate(cells):
            page.write(row, place, cell, struck if row == 2 else xlwt.easyxf())
    page.write_rich_text(1, 2, [("高级", struck.font), ("工程师", xlwt.Font())])
    book.save(str(path))


def _ods(path: Path) -> None:
    names = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "table", "text", "style")
    )
    kind = "application/vnd.oasis.opendocument.spreadsheet"

    def cell(inside: str, style: str = "") -> str:
        return f'<table:table-cell {style} office:value-type="string"><text:p>{inside}</text:p></table:table-cell>'

    rows = [
        map(cell, HEAD),
        map(cell, ("沈云川", ID, '<text:span text:style-name="T1">高级</text:span>工程师')),
        (cell(text, 'table:style-name="ce1"') for text in ("王雨桐", "330521198111020044", "工程师")),
    ]
    styles = "".join(
        f'<style:style style:name="{name}" style:family="{family}">'
        '<style:text-properties style:text-line-through-style="solid"/></style:style>'
        for name, family in (("T1", "text"), ("ce1", "table-cell"))
    )
    # Its parts in an unusual order, and spaces between its elements, as some programs write them.
    lines = "\n ".join(f"<table:table-row>\n  {' '.join(cells)}\n </table:table-row>" for cells in map(list, rows))
    with zipfile.ZipFile(path, "w") as file:
        file.writestr(
            "META-INF/manifest.xml",
            '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
            f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{kind}"/></manifest:manifest>',
        )
        file.writestr("mimetype", kind)
        file.writestr(
            "content.xml",
            f'<?xml version="1.0"?><office:document-content {names} office:version="1.2"><office:automatic-styles>{styles}'
            f'</office:automatic-styles><office:body><office:spreadsheet><table:table table:name="名单">{lines}</table:table>'
            "</office:spreadsheet></office:body></office:document-content>",
        )


def _html(path: Path) -> None:
    path.write_text(
        f"<table><tr><td>{'<td>'.join(HEAD)}<tr><td>沈云川<td>{ID}<td><s>高级</s>工程师"
        '<tr><td style="text-decoration: line-through">王雨桐<td style="text-decoration:line-through">330521198111020044'
        '<td style="text-decoration:line-through">工程师</table>',
        encoding="utf-8",
    )


def _sheet_xml(path: Path) -> None:
    name = "urn:schemas-microsoft-com:office:spreadsheet"
    rows = [HEAD, ["沈云川", ID, '<S xmlns="http://www.w3.org/TR/REC-html40">高级</S>工程师']]

    def line(cells: list[str], style: str = "") -> str:
        return (
            "<Row>" + "".join(f'<Cell{style}><Data ss:Type="String">{cell}</Data></Cell>' for cell in cells) + "</Row>"
        )

    plain = "".join(map(line, rows))
    struck = line(["王雨桐", "330521198111020044", "工程师"], ' ss:StyleID="s1"')
    path.write_text(
        f'<?xml version="1.0"?><Workbook xmlns="{name}" xmlns:ss="{name}"><Styles><Style ss:ID="s1">'
        f'<Font ss:StrikeThrough="1"/></Style></Styles><Worksheet ss:Name="名单"><Table>{plain}{struck}</Table>'
        "</Worksheet></Workbook>",
        encoding="utf-8",
    )


KINDS = [_rich_within_cells, _rich_in_shared_texts, _xls, _ods, _html, _sheet_xml]


@pytest.mark.parametrize("write", KINDS)
def test_what_is_struck_out_is_known_in_every_kind_of_workbook(write: Callable[[Path], None], tmp_path: Path) -> None:
    write(tmp_path / "a")
    (grid,) = read(tmp_path / "a", "a")
    assert grid.rows[1][2] == "高级工程师"
    assert {place: text for place, text in grid.struck.items() if place[1] < 3} == STRUCK


def test_struck_out_cells_and_rows_are_errors(tmp_path: Path, policy: Policy, as_of: date) -> None:
    _rich_within_cells(tmp_path / "a")
    found = ingest.read_list([Input(tmp_path / "a", "a", 0, "")], ingest.HOLDERS, policy, as_of)
    struck = [each for each in found.findings if each.code.id == "HZ134"]
    assert [(each.where.row, each.where.column) for each in struck] == [(2, "C"), (3, None)]
    assert [each.message for each in struck] == [
        "资格名称有删除线，不知是否作数：“高级”",
        "整行有删除线，不知是否作数：“王雨桐”",
    ]


def test_a_row_of_a_published_list_that_is_struck_out_grants_nothing(
    tmp_path: Path, policy: Policy, as_of: date
) -> None:
    _rich_in_shared_texts(tmp_path / "a")
    found = ingest.read_list([Input(tmp_path / "a", "a", 0, "")], ingest.PUBLISHED, policy, as_of)
    assert len(found.table) == 0
    assert [(each.code.id, each.message) for each in found.findings] == [
        ("HZ103", "略过 2 行非人员内容（划掉的行）：第 2、3 行")
    ]


def test_a_remark_may_be_struck_out(tmp_path: Path, policy: Policy, as_of: date) -> None:
    book = openpyxl.Workbook()
    for row in (HEAD, ["沈云川", ID, "工程师", "已交照片"]):
        book.active.append(row)
    book.active["D2"].font = Font(strike=True)
    book.save(tmp_path / "a.xlsx")
    found = ingest.read_list([Input(tmp_path / "a.xlsx", "a.xlsx", 0, "")], ingest.HOLDERS, policy, as_of)
    assert [each.code.id for each in found.findings] == []


def test_what_is_merged_over_rows_and_struck_out_is_so_in_each(tmp_path: Path, policy: Policy, as_of: date) -> None:
    book = openpyxl.Workbook()
    for row in (["姓名", "身份证号", "资格名称"], ["沈云川", ID, "工程师"], ["王雨桐", "330521198111020044", None]):
        book.active.append(row)
    book.active["C2"].font = Font(strike=True)
    book.active.merge_cells("C2:C3")
    book.save(tmp_path / "a.xlsx")
    found = ingest.read_list([Input(tmp_path / "a.xlsx", "a.xlsx", 0, "")], ingest.HOLDERS, policy, as_of)
    assert [str(each.where) for each in found.findings if each.code.id == "HZ134"] == [
        "a.xlsx [Sheet] C2",
        "a.xlsx [Sheet] C3",
    ]

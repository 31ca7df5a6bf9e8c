"""The workbook of findings: a sheet for each unit, each line leading to its cell, and nothing of a clerk's run as a formula."""

from datetime import date

import openpyxl
import pytest

from hzcert import codes, listing
from hzcert.batch import Input
from hzcert.findings import Where, in_order
from hzcert.sheets.safe import link_address
from hzcert.sheets.writing import MOST_LINKS, Column, Link, Row, Sheet, write_workbook
from people import holder, holders, table

DAY = date(2007, 9, 15)
PLACE = {"file": "holders/甲.xlsx", "sheet": "Sheet 1"}


@pytest.fixture
def book(tmp_path):
    def write(found, entries, paths=None, **words):
        path = tmp_path / "out" / "findings.xlsx"
        path.parent.mkdir(exist_ok=True)
        made = listing.sheets(in_order(found), entries, paths or {}, **{"show_ids": False, **words})
        write_workbook(path, made, DAY)
        return openpyxl.load_workbook(path)

    return write


def lines(page):
    """The lines of a unit's sheet by heading."""
    heads = [cell.value for cell in page[2]]
    return [dict(zip(heads, row, strict=True)) for row in page.iter_rows(3, values_only=True)]


def test_each_unit_has_its_sheet_and_the_summary_stands_first(book):
    entries = table(
        holder(row=2, department="德清县水利局", **PLACE),
        holder(row=3, department="", employer="长兴县样例小学", **PLACE),
        holder(row=4, department="", employer="", **PLACE),
    )
    found = [*entries.findings([True] * 3, codes.SEX_UNKNOWN), codes.PHOTO_NAME.at(Where("photos/无名.jpg"))]
    made = book(found, entries)
    assert made.sheetnames == ["汇总", "德清县水利局", "长兴县样例小学", "无主管部门", "未归到单位"]
    assert [line["行"] for line in lines(made["长兴县样例小学"])] == [3]
    summary = list(made["汇总"].iter_rows(3, values_only=True))
    assert summary[1] == ("德清县水利局", None, None, None, 1, None, None, 1)
    assert summary[-3][:2] == ("性别只能是男或女", "HZ212")
    assert summary[-1] == ("合计", None, None, None, 4, None, None, 4)
    assert sum(line is not None for page in made.worksheets[1:] for line in lines(page)) == len(found)


def test_what_is_about_no_entry_goes_to_the_only_unit_of_its_sheet_and_a_photo_to_its_holders():
    one = holder(row=2, department="德清县水利局", **PLACE)
    other = holder(row=2, department="长兴县教育局", file="holders/乙.xlsx", sheet="", id_number="330521198503120031")
    found = [
        codes.NO_HEADER.at(Where("holders/甲.xlsx", "说明")),
        codes.ROWS_CUT.at(Where("holders/甲.xlsx", "Sheet 1"), count=1, kinds="合计", rows=9),
        codes.PHOTO_NO_FACE.at(Where("photos/330521198503120031.jpg")),
        codes.PHOTO_NO_FACE.at(Where("photos/330521199903120031.jpg")),
    ]
    assert listing.units(found, table(one, other)) == ["德清县水利局", "德清县水利局", "长兴县教育局", "未归到单位"]


def test_names_of_sheets_are_short_and_unlike_each_other(book):
    long = "浙江省湖州市" + "太湖南岸蚕桑丝绸" * 5
    units = [long + "甲", long + "乙", "a/b[c]", "History", "汇总", "=1+1", "A", "a"]
    entries = table(*(holder(row=row, department=unit, **PLACE) for row, unit in enumerate(units, start=2)))
    made = book(entries.findings([True] * len(units), codes.SEX_UNKNOWN), entries)
    assert len({name.lower() for name in made.sheetnames}) == len(units) + 1
    assert all(len(name) <= 31 for name in made.sheetnames)
    inside = [cell.hyperlink.location for row in made["汇总"].iter_rows() for cell in row if cell.hyperlink]
    assert sorted(place.rsplit("!", 1)[0].strip("'") for place in inside) == sorted(made.sheetnames[1:])


def test_the_address_leads_to_the_cell(book, tmp_path):
    entries = table(holder(row=7, department="局", **PLACE))
    where = Where("holders/甲.xlsx", "Sheet 1", 7, "E", "身份证号码")
    found = [codes.ID_CHECK.at(where, "330521197003120031"), codes.NO_HEADER.at(Where("holders/b.csv"))]
    source = [Input(tmp_path / "holders" / name, f"holders/{name}", 0, "") for name in ("甲.xlsx", "b.csv")]
    made = book(found, entries, listing.links(source, tmp_path / "out" / "findings.xlsx"))
    (line,) = lines(made["局"])
    assert (line["单元格"], line["内容"], line["栏目"]) == ("E7", "33052119******0031", "身份证号码")
    link = made["局"]["E3"].hyperlink
    assert (link.target, link.location) == ("..\\holders\\甲.xlsx", "'Sheet 1'!E7")
    link = made["未归到单位"]["E3"].hyperlink
    assert (link.target, link.location) == ("..\\holders\\b.csv", None)


@pytest.mark.parametrize(
    ("path", "sheet", "address"),
    [
        ("../名单 1.xlsx", "Sheet1", "external:../名单%201.xlsx#'Sheet1'!E7"),
        ("a#b%20.xlsx", "It's #1", "external:./a%23b%2520.xlsx#'It''s #1'!E7"),
        ("a\\b.xlsx", "Sheet1", ""),
        ("a:b.xlsx", "Sheet1", ""),
        ("a\x07.xlsx", "Sheet1", ""),
        ("长" * 1001, "Sheet1", ""),
    ],
)
def test_odd_names_are_quoted_or_not_linked(path, sheet, address):
    assert link_address(path, sheet, "E7") == address


def test_no_link_shows_a_number_that_the_list_masks(book):
    file = "holders/330521197003120030.xlsx"
    entries = table(holder(row=2, department="局", file=file, sheet="S"))
    found = [codes.SEX_UNKNOWN.at(Where(file, "S", 2, "D"))]
    assert book(found, entries, {file: f"../{file}"})["局"]["E3"].hyperlink is None
    assert book(found, entries, {file: f"../{file}"}, show_ids=True)["局"]["E3"].hyperlink is not None


def test_nothing_that_a_clerk_typed_becomes_a_formula(book):
    typed = '=HYPERLINK("http://example.invalid","甲")'
    entries = table(holder(row=2, department=typed, file=f"{typed}.csv", sheet=""))
    found = [codes.NAME_NOT_HAN.at(Where(f"{typed}.csv", None, 2, "A", typed), typed)]
    made = book(found, entries, {f"{typed}.csv": f"../{typed}.csv"})
    cells = [cell for page in made for row in page.iter_rows() for cell in row if cell.value is not None]
    assert typed in {cell.value for cell in cells}
    assert all(cell.data_type != "f" for cell in cells)


def test_many_units_share_the_last_sheet(book, monkeypatch):
    monkeypatch.setattr(listing, "_MOST_UNITS", 4)
    entries = table(*(holder(row=row, department=f"第{row}局", **PLACE) for row in range(2, 9)))
    made = book(entries.findings([True] * 7, codes.SEX_UNKNOWN), entries)
    assert made.sheetnames == ["汇总", "第2局", "第3局", "第4局", "其余单位"]
    shown = [row[0].value for row in made["其余单位"].iter_rows(3)]
    assert shown == ["第5局", "错误", "第6局", "错误", "第7局", "错误", "第8局", "错误"]


def test_no_sheet_has_more_links_than_a_program_keeps(tmp_path):
    entries = table(*holders(3, department="局"))
    made = list(listing.sheets(list(entries.findings([True] * 3, codes.SEX_UNKNOWN)), entries, {}, show_ids=False))
    assert [sheet.most_rows for sheet in made[1:]] == [MOST_LINKS] == [65_530]
    links = [Row((Link("E7", "../a.xlsx", "S", "E7"),)) for _ in range(25)]
    write_workbook(tmp_path / "a.xlsx", [Sheet("表", (Column("单元格", 8),), links, most_rows=10)], DAY)
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    assert [page.max_row for page in book] == [10, 10, 8]
    assert sum(cell.hyperlink is not None for page in book for (cell,) in page.iter_rows()) == 25


def test_the_list_speaks_english_too(book):
    from hzcert import language

    language.speak("en")
    entries = table(holder(row=2, department="", employer="", **PLACE))
    made = book(entries.findings([True], codes.SEX_UNKNOWN), entries)
    assert made.sheetnames == ["Summary", "no department"]
    (line,) = lines(made["no department"])
    assert (line["severity"], line["finding"]) == ("error", "The sex can only be 男 or 女")

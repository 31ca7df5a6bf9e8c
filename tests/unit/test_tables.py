"""A roster on paper: every entry once, headings on each page, groups kept together, numbers whole; and what may be posted."""

import io
from datetime import date

import openpyxl
import pypdf
import pytest

from hzcert import fees, pagebreaks, paper, render, roster
from hzcert.codes import ROSTER_NO_GLYPH, ROSTER_NO_ROOM
from hzcert.press.tables import Line, _pages
from hzcert.settings import Options, settle
from hzcert.sheets import measure
from hzcert.sheets.writing import write_workbook
from people import QUALIFICATIONS, holders, table

DAY = date(2007, 11, 20)


@pytest.fixture(scope="module")
def settings():
    return settle(Options(as_of=DAY.isoformat()))


@pytest.fixture(scope="module")
def press(policy):
    return render.open_press(policy, DAY)


def rosters(policy, people):
    return roster.build(people, {}, policy, DAY, policy.authority("330500"))


@pytest.fixture(scope="module")
def people():
    made = holders(130, **QUALIFICATIONS[0])
    for number, person in enumerate(made):
        person["department"] = f"德清县样例第{number // 13}局"
    return table(*made)


@pytest.mark.parametrize("size", ["A4", "A3"])
def test_every_entry_stands_once_and_pages_are_counted(size, policy, people, press, settings, tmp_path):
    [each] = rosters(policy, people)
    content, found = paper.roster_pdf(each, press, size, settings)
    (tmp_path / "x.pdf").write_bytes(content)
    pages = [page.extract_text() for page in pypdf.PdfReader(tmp_path / "x.pdf").pages]
    assert found == [] and len(pages) > 1
    whole = "".join(pages)
    for number in people.column("id_number"):
        assert whole.count(number) == 1
    for n, text in enumerate(pages, 1):
        assert f"第 {n} 页 共 {len(pages)} 页" in text and each.title in text and "身份证号" in text
        assert "填报单位：" in text, "no page begins in the midst of a group that fits on one"
    assert "合计：130 份" in pages[-1] and "填表人" in pages[-1] and "填报单位：德清县" in pages[-1]
    assert paper.roster_pdf(each, press, size, settings)[0] == content


def test_a_roster_may_be_kept_as_pdf_a(policy, people, press, settings):
    pytest.importorskip("jsonschema", reason="pip install 'pikepdf[pdfa]'")
    from pikepdf import pdfa

    [each] = rosters(policy, people)
    content, _ = paper.roster_pdf(each, press, "A4", settings)
    report = pdfa.validate_written(io.BytesIO(content), "2b")
    assert report.passed, report.findings[:5]


def test_totals_are_those_of_the_fees(policy, people):
    made = rosters(policy, people)
    charged = fees.counts(fees.assess(people, policy, DAY))
    assert sum(map(len, made)) == charged["payable"] + charged["exempt"] == len(people)


def test_a_posted_roster_shows_no_whole_number(policy, people, press, settings, tmp_path):
    [each] = map(roster.public, rosters(policy, people))
    assert each.file_name.startswith("公示-")
    write_workbook(tmp_path / "x.xlsx", [roster.sheet(each)], DAY)
    content, _ = paper.roster_pdf(each, press, "A4", settings)
    (tmp_path / "x.pdf").write_bytes(content)
    sheet = openpyxl.load_workbook(tmp_path / "x.xlsx").active
    said = "".join(str(cell.value) for row in sheet for cell in row if cell.value)
    said += "".join(page.extract_text() for page in pypdf.PdfReader(tmp_path / "x.pdf").pages)
    assert "33052119******" in said
    assert not [number for number in people.column("id_number") if number in said]


def test_a_sign_without_a_glyph_is_said_and_no_pdf_written(policy, press, settings):
    [each] = rosters(policy, table(*holders(1, **QUALIFICATIONS[0], name="沈\ue000")))
    content, [found] = paper.roster_pdf(each, press, "A4", settings)
    assert content is None and found.code is ROSTER_NO_GLYPH and "U+E000" in found.message


def test_whole_dates_are_real_ones_and_months_stay_text(policy, tmp_path):
    people = table(
        *holders(1, **QUALIFICATIONS[0]), *holders(2, **(QUALIFICATIONS[0] | {"obtained_on": "1998-12"}))[1:]
    )
    [each] = rosters(policy, people)
    write_workbook(tmp_path / "x.xlsx", [roster.sheet(each)], DAY)
    sheet = openpyxl.load_workbook(tmp_path / "x.xlsx").active
    dates = [cell for row in sheet for cell in row if str(cell.value)[:7] == "1998-12"]
    assert {cell.is_date for cell in dates} == {True, False}
    assert {str(cell.value) for cell in dates if not cell.is_date} == {"1998-12"}
    assert sheet.freeze_panes and sheet.print_title_rows


def test_a_workbook_ends_its_pages_between_groups(policy, people, tmp_path):
    [each] = rosters(policy, people)
    write_workbook(tmp_path / "x.xlsx", [roster.sheet(each)], DAY)
    sheet = openpyxl.load_workbook(tmp_path / "x.xlsx").active
    breaks = [each.id for each in sheet.row_breaks.brk]
    assert breaks and all(str(sheet.cell(row + 1, 1).value).startswith("填报单位：") for row in breaks)
    assert not sheet.sheet_properties.pageSetUpPr or not sheet.sheet_properties.pageSetUpPr.fitToPage


@pytest.mark.parametrize("groups", [[3, 3, 3], [30], [1] * 20, [9, 1, 9], [2, 40, 2]])
@pytest.mark.parametrize("foot", [10.0, 60.0])
def test_no_page_is_too_full_and_no_row_is_lost(groups, foot):
    lines = [Line(("x",), opens=n == 0) for size in groups for n in range(size)]
    heights = [20.0] * len(lines)
    pages = list(_pages(lines, heights, 200.0, foot))
    assert [start for start, _ in pages] == [0, *(end for _, end in pages[:-1])] and pages[-1][1] == len(lines)
    assert all(sum(heights[a:b]) <= 200 for a, b in pages)
    assert sum(heights[pages[-1][0] :]) + foot <= 200
    starts = [n for n, line in enumerate(lines) if line.opens]
    breaks = measure.page_breaks(heights, starts, 200 / 0.97, foot)
    assert breaks == [a for a, _ in pages[1:]]


@pytest.mark.parametrize("entries", range(1, 60))
def test_no_entry_stands_alone_with_the_sums_and_signatures(entries):
    """One unit: its band, entries, subtotal, total."""
    heights = [20.0] * (entries + 3)
    breaks = pagebreaks.page_breaks(heights, [0], 200, 20)
    last = len(heights) - (breaks[-1] if breaks else 0)
    assert last >= min(4, len(heights))


def test_a_word_of_letters_is_made_smaller_rather_than_broken(policy, press, settings, tmp_path):
    people = table(*holders(2, **QUALIFICATIONS[0], name="ANNA KELLER"))
    [each] = rosters(policy, people)
    content, _ = paper.roster_pdf(each, press, "A4", settings)
    (tmp_path / "x.pdf").write_bytes(content)
    assert "KELLER" in pypdf.PdfReader(tmp_path / "x.pdf").pages[0].extract_text()


@pytest.mark.parametrize("length", [100, 250, 400, 600])
def test_a_very_long_remark_is_made_smaller_and_not_cut_off(length, policy, press, settings, tmp_path):
    people = table(*holders(1, **QUALIFICATIONS[0], remark="备" * length))
    [each] = rosters(policy, people)
    write_workbook(tmp_path / "x.xlsx", [roster.sheet(each)], DAY)
    sheet = openpyxl.load_workbook(tmp_path / "x.xlsx").active
    [cell] = [cell for row in sheet for cell in row if "备备" in str(cell.value)]
    scale = cell.font.size / 9
    needed = measure.lines(cell.value, int(14 / scale)) * measure.HIGH_LINE * scale
    assert needed <= sheet.row_dimensions[cell.row].height <= measure.HIGHEST
    content, found = paper.roster_pdf(each, press, "A4", settings)
    (tmp_path / "x.pdf").write_bytes(content)
    assert found == []
    assert sum(page.extract_text().count("备") for page in pypdf.PdfReader(tmp_path / "x.pdf").pages) == length + 1


def test_a_remark_longer_than_a_page_is_said_and_no_pdf_written(policy, press, settings):
    [each] = rosters(policy, table(*holders(1, **QUALIFICATIONS[0], remark="备" * 2000)))
    content, [found] = paper.roster_pdf(each, press, "A4", settings)
    assert content is None and found.code is ROSTER_NO_ROOM and "2003 字" in found.message


def test_a_long_remark_has_room_in_any_font(policy):
    assert measure.height(2) == 31.5
    for lines in range(1, 31):
        assert measure.height(lines) >= lines * measure.HIGH_LINE or lines < 7

"""Annotated copies: the clerk's workbook again with faulty cells marked; inputs, other people's files and edits are left."""

import csv
import io
import stat
import zipfile
from dataclasses import replace
from datetime import date

import openpyxl
import pytest
import xlsxwriter
import xlwt
from openpyxl.comments import Comment
from openpyxl.drawing.image import Image
from PIL import Image as Picture

from hzcert import annotate, codes, ingest, language, listing
from hzcert.batch import take_in
from hzcert.errors import OutputError
from hzcert.findings import Where
from hzcert.settings import Options, settle

ROWS = [
    ["姓名", "身份证号", "性别", "资格名称"],
    ["沈云川", "330521197003120031", "不详", "工程师"],
    ["=1+1", "", "男", "工程师"],
]


@pytest.fixture
def settings():
    return settle(Options(as_of="2007-09-15"))


def workbook(path, rows=ROWS):
    book = openpyxl.Workbook()
    page = book.active
    page.title = "Sheet 1"
    for row in rows:
        page.append(row)
    for row in page.iter_rows():
        for cell in row:
            cell.data_type = "s" if cell.value else cell.data_type
    book.save(path)
    return path


def found_in(shown, sheet="Sheet 1"):
    number = "330521197003120031"
    return [
        codes.ID_CHECK.at(Where(shown, sheet, 2, "B", "身份证号"), number),
        codes.ID_DIVISION.at(Where(shown, sheet, 2, "B", "身份证号"), number, code="330521"),
        codes.SEX_UNKNOWN.at(Where(shown, sheet, 2, "C", "性别"), "不详"),
        codes.NOT_OURS.at(Where(shown, sheet, 3), region="德清县", authority="甲", right="乙"),
        codes.REGION_DERIVED.at(Where(shown, sheet), unit="德清县", region="德清县"),
    ]


@pytest.fixture
def back(tmp_path, settings):
    def run(path, found=None, folder=tmp_path / "back", **words):
        source = take_in(path, path.parent)
        sheet = words.pop("sheet", "Sheet 1")
        found = found_in(source.shown, sheet) if found is None else found
        made = annotate.copies(folder, [source], found, settings, **{"dry_run": False, "show_ids": False} | words)
        copy = folder / annotate.copy_names([source])[source.shown]
        return made, openpyxl.load_workbook(copy) if copy.exists() else None, copy

    return run


def colour(cell):
    return cell.fill.fgColor.rgb[2:] if cell.fill.fill_type else None


def test_faulty_cells_are_coloured_and_commented_and_listed(back, tmp_path):
    path = workbook(tmp_path / "a.xlsx")
    before = path.read_bytes()
    _, copy, written = back(path)
    assert path.read_bytes() == before
    assert stat.S_IMODE(written.stat().st_mode) == 0o600
    assert copy.sheetnames == ["问题清单", "Sheet 1"]
    page = copy["Sheet 1"]
    assert [colour(page[at]) for at in ("B2", "C2", "A3", "A2", "B3")] == ["F8CBAD", "F8CBAD", "F8CBAD", None, None]
    said = page["B2"].comment.text
    assert "HZ203 错误: 身份证号校验码不符" in said and "→ 请对照身份证核对后改正 (三.3)" in said and "HZ208" in said
    listed = [[cell.value for cell in row] for row in copy["问题清单"].iter_rows(4)]
    assert [row[1] for row in listed] == ["HZ203", "HZ208", "HZ212", "HZ316", "HZ113"]
    assert listed[0][8] == "33052119******0031"
    assert "330521197003120031" not in str(listed) + said
    assert copy["问题清单"]["E4"].hyperlink.location == "'Sheet 1'!B2"
    assert [sheet.sheet_view.tabSelected for sheet in copy] == [True, False]


def test_what_the_clerk_wrote_is_as_it_was(back, tmp_path):
    _, copy, _ = back(workbook(tmp_path / "a.xlsx"))
    assert [[cell.value for cell in row] for row in copy["Sheet 1"].iter_rows()][:2] == ROWS[:2]
    assert (copy["Sheet 1"]["A3"].value, copy["Sheet 1"]["A3"].data_type) == ("=1+1", "s")


def test_a_comment_that_was_there_stays_and_merged_cells_are_marked_at_their_first(back, tmp_path):
    book = openpyxl.Workbook()
    page = book.active
    page.title = "Sheet 1"
    page["B2"].comment = Comment("本人来电更正", "科员")
    page["B1"] = "性别"
    page.merge_cells("B2:C2")
    book.save(tmp_path / "a.xlsx")
    _, copy, _ = back(tmp_path / "a.xlsx")
    assert copy["Sheet 1"]["B2"].comment.text.startswith("本人来电更正\nHZ203")
    assert "HZ212" in copy["Sheet 1"]["B2"].comment.text
    assert "B2:C2" in {str(merged) for merged in copy["Sheet 1"].merged_cells.ranges}


def with_part(path, name, content):
    with zipfile.ZipFile(path, "a") as parts:
        parts.writestr(name, content)
    return path


def test_what_the_copy_lacks_is_said_on_it_and_by_the_command(back, tmp_path):
    path = with_part(
        workbook(tmp_path / "a.xlsx"),
        "xl/cellimages.xml",
        "<x:cellImages><x:cellImage /><x:cellImage /></x:cellImages>",
    )
    made, copy, _ = back(path)
    note = "副本中缺少原文件的 单元格图片 2 处；改正请用原文件"
    assert copy["问题清单"]["A3"].value == note
    assert f"a.xlsx: {note}" in made.told
    language.speak("en")
    made, copy, _ = back(path)
    assert (
        copy["Findings"]["A3"].value
        == "The copy lacks what the original has: 2 pictures in cells (WPS); make corrections there"
    )


def test_what_openpyxl_drops_is_counted_in_a_file_of_another_make(back, tmp_path):
    raw = io.BytesIO()
    Picture.new("RGB", (20, 28), "white").save(raw, "PNG")
    with xlsxwriter.Workbook(tmp_path / "a.xlsx") as book:
        page = book.add_worksheet("Sheet 1")
        page.write_column("A1", [1, 2, 3])
        page.insert_image("C3", "a.png", {"image_data": raw})
        page.insert_textbox("E3", "请用黑色墨水填写")
        page.add_sparkline("B1", {"range": "'Sheet 1'!A1:A3"})
        page.conditional_format("A1:A3", {"type": "data_bar", "data_bar_2010": True})
        chart = book.add_chart({"type": "line"})
        chart.add_series({"values": "='Sheet 1'!$A$1:$A$3"})
        page.insert_chart("G3", chart)
    _, copy, _ = back(tmp_path / "a.xlsx")
    assert (
        copy["问题清单"]["A3"].value
        == "副本中缺少原文件的 图形或文本框 1 处、扩展的条件格式 1 处、迷你图 1 处；改正请用原文件"
    )
    assert len(copy["Sheet 1"]._images) == 1
    assert len(copy["Sheet 1"]._charts) == 1


def test_a_picture_is_kept(back, tmp_path):
    path = workbook(tmp_path / "a.xlsx")
    raw = io.BytesIO()
    Picture.new("RGB", (20, 28), "white").save(raw, "PNG")
    book = openpyxl.load_workbook(path)
    book.active.add_image(Image(raw), "E2")
    book.save(path)
    made, copy, written = back(path)
    assert len(copy["Sheet 1"]._images) == 1
    assert "缺少" not in made.told
    assert "xl/media/image1.png" in zipfile.ZipFile(written).namelist()


def test_formulas_stay_and_their_results_are_said_to_be_computed_again(back, tmp_path):
    book = openpyxl.Workbook()
    book.active.title = "Sheet 1"
    book.active["A1"] = "=1+1"
    book.save(tmp_path / "a.xlsx")
    made, copy, _ = back(tmp_path / "a.xlsx")
    assert (copy["Sheet 1"]["A1"].value, copy["Sheet 1"]["A1"].data_type) == ("=1+1", "f")
    assert "重算" in made.told


def test_other_kinds_are_written_anew_row_by_row(back, tmp_path):
    path = tmp_path / "a.csv"
    with path.open("w", encoding="gb18030", newline="") as out:
        csv.writer(out).writerows(ROWS)
    made, copy, written = back(path, found_in("a.csv", None))
    assert written.name == "a.csv.xlsx"
    page = copy["Sheet1"]
    assert [[cell.value or "" for cell in row] for row in page.iter_rows()] == ROWS
    assert all(cell.data_type == "s" for row in page.iter_rows() for cell in row if cell.value)
    assert "HZ203" in page["B2"].comment.text
    assert "重写" in made.told
    book = xlwt.Workbook()
    sheet = book.add_sheet("Sheet 1")
    for number, row in enumerate(ROWS):
        for place, text in enumerate(row):
            sheet.write(number, place, text)
    book.save(str(tmp_path / "b.xls"))
    _, copy, written = back(tmp_path / "b.xls")
    assert written.name == "b.xls.xlsx"
    assert "HZ203" in copy["Sheet 1"]["B2"].comment.text


def test_what_openpyxl_cannot_read_is_written_anew(back, tmp_path):
    path = workbook(tmp_path / "a.xlsx")
    raw = io.BytesIO()
    with zipfile.ZipFile(path) as parts, zipfile.ZipFile(raw, "w") as out:
        for name in parts.namelist():
            content = parts.read(name)
            out.writestr(name, content.replace(b'<sz val="11"', b'<sz val="eleven"'))
    path.write_bytes(raw.getvalue())
    with pytest.raises(TypeError, match="float"):
        openpyxl.load_workbook(path)
    made, copy, _ = back(path)
    assert "重写" in made.told
    assert copy["Sheet 1"]["B2"].value == "330521197003120031"


def test_the_same_copy_is_the_same_bytes(back, tmp_path):
    path = workbook(tmp_path / "a.xlsx")
    one, other = (back(path, folder=tmp_path / name)[2].read_bytes() for name in ("b", "c"))
    assert one == other
    assert b"2007-09-15T00:00:00Z" in zipfile.ZipFile(io.BytesIO(one)).read("docProps/core.xml")


def test_a_file_that_is_not_ours_is_not_overwritten(back, tmp_path):
    (tmp_path / "back").mkdir()
    foreign = workbook(tmp_path / "back" / "a.xlsx", [["别人的"]])
    before = foreign.read_bytes()
    with pytest.raises(OutputError, match="不是 hzcert 写的"):
        back(workbook(tmp_path / "a.xlsx"))
    assert foreign.read_bytes() == before


def test_a_copy_that_somebody_works_on_is_not_overwritten_even_when_asked_twice(back, tmp_path):
    path = workbook(tmp_path / "a.xlsx")
    _, copy, written = back(path)
    back(path)  # an untouched one is
    copy["Sheet 1"]["B2"] = "330521197003120030"
    copy.save(written)
    before = written.read_bytes()
    for _ in range(2):
        with pytest.raises(OutputError, match="被改动过"):
            back(path)
    assert written.read_bytes() == before


def test_a_file_without_findings_has_no_copy_and_a_dry_run_writes_nothing(back, tmp_path):
    path = workbook(tmp_path / "a.xlsx")
    assert back(path, dry_run=True)[0].outputs == []
    assert not (tmp_path / "back").exists()
    back(path)
    made, copy, _ = back(path, found=[])
    assert (made.outputs, copy) == ([], None)


def test_a_copy_that_comes_back_is_read_without_its_list(back, tmp_path, policy, settings):
    for spoken in ("zh", "en"):
        language.speak(spoken)
        folder = tmp_path / spoken
        written = back(workbook(tmp_path / "a.xlsx"), folder=folder)[2]
        language.speak("zh")
        read = ingest.read_list([take_in(written, folder)], ingest.HOLDERS, policy, date(2007, 9, 15))
        assert len(read.table) == 2
        assert codes.NO_HEADER.id not in {finding.code.id for finding in read.findings}
        assert read.table.column("name").tolist()[0] == "沈云川"
    assert listing.is_ours(listing.OURS)


def test_two_files_never_share_a_copy(tmp_path):
    source = take_in(workbook(tmp_path / "a.xlsx"), tmp_path)
    shown = ["a.xlsx", "a.csv", "a.csv.xlsx", "a", "a.xls", "b/a.xlsx", "A.XLSX", "/b/a.xlsx", "a.xlsm"]
    names = annotate.copy_names(replace(source, shown=each) for each in shown)
    assert list(names) == shown
    assert len({name.lower() for name in names.values()}) == len(shown)
    assert all(name.lower().endswith(".xlsx") and not name.startswith("/") for name in names.values())

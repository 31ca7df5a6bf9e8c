"""Forms of one person, and pictures pasted into forms and lists: whose they are, and what is said of the others."""

import io
from dataclasses import replace

import openpyxl
import pytest
import xlsxwriter
from PIL import Image

from hzcert import forms, ingest, pictures, validate
from hzcert.batch import take_in
from hzcert.fields import HEADINGS
from hzcert.ingest import HOLDERS
from hzcert.table import lines_in_error
from people import holder, id_number

HEAD = ["序号", "姓名", "身份证号", "资格名称", "照片"]
ONE, TWO = id_number("1970-03-12", "男"), id_number("1981-11-02", "女")


@pytest.fixture
def form(tmp_path, policy, as_of):
    forms.write_blanks(tmp_path / "空白表", policy, as_of)

    def fill(file, /, **given):
        path = tmp_path / "holders" / f"{file}.xlsx"
        path.parent.mkdir(exist_ok=True)
        book = openpyxl.load_workbook(tmp_path / "空白表" / "附件2-中初级人员情况信息表.xlsx")
        labels = {cell.value: cell for row in book.active.iter_rows() for cell in row if cell.value}
        for key, value in holder(**given).items():
            if key in HEADINGS:
                cell = labels[HEADINGS[key]]
                book.active.cell(cell.row, cell.column + 1).value = value
        book.save(path)
        return path

    return fill


@pytest.fixture
def read(tmp_path, policy, as_of):
    def read_files(*paths):
        return ingest.read_list([take_in(path, tmp_path) for path in paths], HOLDERS, policy, as_of)

    return read_files


@pytest.fixture
def listed(tmp_path, read):
    """A list with pictures by cell: ``{(row, column): colour}``."""

    def write(rows, at):
        path = tmp_path / "名单.xlsx"
        with xlsxwriter.Workbook(path) as book:
            sheet = book.add_worksheet("名单")
            for number, row in enumerate(rows):
                sheet.set_row(number, 60)
                sheet.write_row(number, 0, row)
            for (row, column), colour in at.items():
                sheet.insert_image(
                    row, column, "p.png", {"image_data": io.BytesIO(png(colour)), "x_offset": 2, "y_offset": 2}
                )
        return read(path)

    return write


def png(colour):
    data = io.BytesIO()
    Image.new("RGB", (20, 30), colour).save(data, "PNG")
    return data.getvalue()


def codes_of(found):
    return [finding.code.id for finding in found.findings]


def test_an_error_in_a_form_sets_that_form_aside_and_no_other(form, read, policy, as_of):
    wrong = ONE[:-1] + ("0" if ONE[-1] != "0" else "1")
    files = [
        form("甲"),
        form("乙", name="陈雨桐", id_number=wrong),
        form("丙", name="王水清", obtained_on="七十年代"),
        form("丁", name="李禾田", id_number=TWO, sex="女", birth_date="1981-11-02"),
    ]
    found = read(*files)
    assert found.table.column("name").tolist() == ["沈云川", "陈雨桐", "王水清", "李禾田"]
    all_found = [*found.findings, *validate.check(found.table, policy, as_of, policy.authority("330500"))]
    places = {finding.code.id: str(finding.where) for finding in all_found if finding.severity == "error"}
    assert places["HZ203"].endswith("乙.xlsx [信息表] B5")
    assert places["HZ110"].endswith("丙.xlsx [信息表] D10")
    aside = lines_in_error(found.table, [f for f in all_found if f.code.id in ("HZ203", "HZ110")])
    assert aside.tolist() == [False, True, True, False]


def test_several_forms_in_one_workbook_are_several_entries(form, read, tmp_path):
    one, two = (openpyxl.load_workbook(form(name, name=who)) for name, who in (("甲", "沈云川"), ("乙", "陈雨桐")))
    copy = one.create_sheet("第二份")
    for row in two.active.iter_rows():
        for cell in row:
            copy[cell.coordinate].value = cell.value
    one.save(tmp_path / "两份.xlsx")
    found = read(tmp_path / "两份.xlsx")
    assert [(entry["name"], entry["sheet"]) for entry in found.table.records()] == [
        ("沈云川", "信息表"),
        ("陈雨桐", "第二份"),
    ]
    assert found.counts["forms"] == 2


def test_two_forms_on_one_sheet_are_refused_and_not_mixed(form, read, tmp_path):
    book = openpyxl.load_workbook(form("甲"))
    sheet = book.active
    for row in list(sheet.iter_rows()):
        for cell in row:
            if cell.value:
                sheet.cell(cell.row + 30, cell.column).value = cell.value
    book.save(tmp_path / "两份.xlsx")
    found = read(tmp_path / "两份.xlsx")
    assert (len(found.table), codes_of(found)) == (0, ["HZ118"])


def test_a_filled_annex_3_is_named_and_not_taken_for_an_application(form, read, tmp_path):
    form("甲")  # the blanks
    book = openpyxl.load_workbook(tmp_path / "空白表" / "附件3-调入人员资格审定表.xlsx")
    book.active["B3"] = "沈云川"
    book.save(tmp_path / "附件3.xlsx")
    found = read(tmp_path / "附件3.xlsx")
    assert (len(found.table), codes_of(found)) == (0, ["HZ119"])


def test_a_picture_on_a_row_is_that_persons(listed):
    found = listed([HEAD, [1, "沈云川", ONE, "工程师"], [2, "陈雨桐", TWO, "经济师"]], {(1, 4): "red", (2, 4): "blue"})
    assert codes_of(found) == []
    assert [(each.id_number, each.data) for each in found.pictures] == [(ONE, png("red")), (TWO, png("blue"))]


@pytest.mark.parametrize(
    ("at", "codes"),
    [
        pytest.param({(0, 4): "red", (1, 4): "blue"}, ["HZ120"], id="都高了一行"),
        pytest.param({(1, 4): "red", (1, 5): "blue"}, ["HZ125"], id="一行两张"),
        pytest.param({(9, 4): "red"}, ["HZ120"], id="不在任何行"),
        pytest.param({(3, 4): "red"}, ["HZ125"], id="身份证号不对"),
    ],
)
def test_a_picture_that_may_be_anothers_is_nobodys(listed, at, codes):
    rows = [HEAD, [1, "沈云川", ONE, "工程师"], [2, "陈雨桐", TWO, "经济师"], [3, "王水清", "../../etc", "经济师"]]
    found = listed(rows, at)
    assert (codes_of(found), found.pictures) == (codes, ())


def test_the_picture_in_a_forms_box_is_the_photo_and_a_seal_is_not(form, read):
    path = form("甲")
    book = openpyxl.load_workbook(path)
    for cell, colour in (("E3", "red"), ("B17", "blue")):
        book.active.add_image(openpyxl.drawing.image.Image(io.BytesIO(png(colour))), cell)
    book.save(path)
    found = read(path)
    assert [each.id_number for each in found.pictures] == [ONE]
    with Image.open(io.BytesIO(found.pictures[0].data)) as picture:
        assert picture.convert("RGB").getpixel((5, 5)) == (255, 0, 0)


def test_pictures_become_files_named_by_valid_id_numbers_only(listed, tmp_path):
    found = listed([HEAD, [1, "沈云川", ONE, "工程师"]], {(1, 4): "red"})
    (picture,) = found.pictures
    photo, *more = pictures.as_photos([picture, picture], tmp_path)
    assert (more, photo.path.parent, photo.path.read_bytes()) == ([], tmp_path, png("red"))
    assert photo.shown.endswith(f"/{ONE}.png")
    other = replace(picture, data=png("blue"))
    strange = replace(picture, id_number="../../x")
    written = pictures.save([picture, picture, other, strange], tmp_path / "照片")
    assert [path.name for path in written] == [f"{ONE}.png", f"{ONE}-2.png"]
    assert sorted(path.name for path in (tmp_path / "照片").iterdir()) == [f"{ONE}-2.png", f"{ONE}.png"]

"""Workbooks as a person reviews them: each cell with its format, how it prints, what it offers."""

from datetime import date

import openpyxl
import pytest

from hzcert import fees, forms, ingest, roster
from hzcert.batch import take_in
from hzcert.errors import OutputError
from hzcert.fields import FIELDS, HEADINGS
from hzcert.sheets.writing import write_workbook
from people import QUALIFICATIONS, holder, table

DAY = date(2007, 6, 1)


def listing(path):
    """A workbook as lines of ``cell TAB value TAB format``."""
    lines = []
    for sheet in openpyxl.load_workbook(path):
        if sheet.sheet_state != "visible":
            continue  # the long lists that cells offer
        lines.append(
            f"# {sheet.title}\t{sheet.print_title_rows}\t{' '.join(sorted(map(str, sheet.merged_cells.ranges)))}"
        )
        for row in sheet:
            height = f"{sheet.row_dimensions[row[0].row].height or 15:g}"
            cells = [cell for cell in row if cell.value is not None]
            if cells:
                lines.append(f"- {row[0].row}\t{height}pt")
            lines += [f"{cell.coordinate}\t{cell.value!r}\t{cell.number_format}" for cell in cells]
        offered = sorted(sheet.data_validations.dataValidation, key=lambda each: str(each.sqref))
        lines += [f"? {each.sqref}\t{each.formula1 or ''}\t{each.prompt or ''}" for each in offered]
    return "\n".join(lines) + "\n"


PEOPLE = (
    holder(),
    holder(name="陈雨桐", sex="女", birth_date="1948-11-05", department="德清县水利局", retired_on="2003-12-31", row=3),
    holder(name="王水清", case="遗失补发", loss_notice="样例日报 2007-05-08", retired_on="2001-06", row=4),
    holder(name="李禾田", **QUALIFICATIONS[1], row=5),
    holder(name="=张(1+1)", **QUALIFICATIONS[2], row=6),
)
NUMBERS = {0: "C2007330500080000211", 1: "C2007330500080000424", 3: "B2007330000080000115"}


def test_rosters(policy, golden, tmp_path):
    for made in roster.build(table(*PEOPLE), NUMBERS, policy, DAY, policy.authority("330500")):
        path = tmp_path / made.file_name
        write_workbook(path, [roster.sheet(made)], DAY)
        golden(f"{path.stem}.tsv", listing(path))


def test_fees(policy, golden, tmp_path):
    people = table(*PEOPLE)
    write_workbook(tmp_path / "fees.xlsx", fees.sheets(people, fees.assess(people, policy, DAY), policy, DAY), DAY)
    golden("fees.tsv", listing(tmp_path / "fees.xlsx"))


@pytest.fixture(scope="session")
def blanks(policy, tmp_path_factory):
    folder = tmp_path_factory.mktemp("空白表")
    forms.write_blanks(folder, policy, DAY)
    return folder


BLANKS = (
    "附件1-高级人员情况信息表",
    "附件2-中初级人员情况信息表",
    "附件3-调入人员资格审定表",
    "附件4-证书持有人员花名册",
    "人员信息表",
    "公布名单",
)


@pytest.mark.parametrize("name", BLANKS)
def test_blanks(name, blanks, golden):
    golden(f"{name}.tsv", listing(blanks / f"{name}.xlsx"))


def read_back(path, kind, policy):
    read = ingest.read_list([take_in(path, path.parent)], kind, policy, DAY)
    return list(read.table.records()), [finding.code.id for finding in read.findings]


@pytest.mark.parametrize("name", BLANKS)
def test_an_untouched_blank_has_no_entries(name, blanks, policy):
    kind = ingest.PUBLISHED if name == "公布名单" else ingest.HOLDERS
    assert read_back(blanks / f"{name}.xlsx", kind, policy) == ([], [])


@pytest.mark.parametrize("name", ["人员信息表", "附件4-证书持有人员花名册"])
def test_what_is_filled_into_a_blank_list_is_read(name, blanks, policy, tmp_path):
    book = openpyxl.load_workbook(blanks / f"{name}.xlsx")
    person = holder()
    (header,) = (row for row in book.active.iter_rows() if [cell.value for cell in row[1:3]].count("姓名") == 1)
    asked = {key: cell for cell in header for key, heading in HEADINGS.items() if heading == cell.value}
    for key, cell in asked.items():
        book.active.cell(cell.row + 1, cell.column).value = person.get(key)
    book.save(tmp_path / "人员.xlsx")
    ((entry,), found) = read_back(tmp_path / "人员.xlsx", ingest.HOLDERS, policy)
    assert found == []
    assert {key: entry[key] for key in asked} == {key: person.get(key, "") for key in asked}


@pytest.mark.parametrize(("name", "level"), [("附件1-高级人员情况信息表", 1), ("附件2-中初级人员情况信息表", 0)])
def test_what_is_filled_into_a_form_is_read(name, level, blanks, policy, tmp_path):
    book = openpyxl.load_workbook(blanks / f"{name}.xlsx")
    person = holder(
        **QUALIFICATIONS[level], former_name="沈川", department="德清县水利局", retired_on="2006-12-31", phone="0572-2033099",
        transfer_confirmed_no="湖人专[2007]18号", loss_notice="样例日报 2007-05-08", remark="样例",
    )  # fmt: skip
    labels = {cell.value: cell for row in book.active.iter_rows() for cell in row if cell.value}
    for key in FIELDS:
        label = labels[HEADINGS[key]]
        book.active.cell(label.row, label.column + 1).value = person[key]
    book.save(tmp_path / "信息表.xlsx")
    ((entry,), found) = read_back(tmp_path / "信息表.xlsx", ingest.HOLDERS, policy)
    assert found == []
    assert {key: entry[key] for key in FIELDS} == {key: person[key] for key in FIELDS}
    assert entry["row"] == labels["身份证号"].row


def test_the_titles_are_those_of_the_notice(blanks):
    tops = [openpyxl.load_workbook(blanks / f"{name}.xlsx").active["A1"].value for name in BLANKS[:4]]
    assert tops == [
        "浙江省具有高级专业技术资格证书人员情况信息表",
        "湖州市具有    级专业技术资格证书人员情况信息表",
        "调入专业技术人员资格审定表",
        "湖州市    级专业技术资格证书持有人员花名册",
    ]


def test_a_filled_blank_is_never_written_over(blanks, policy, tmp_path):
    forms.write_blanks(tmp_path, policy, DAY)
    filled = tmp_path / "公布名单.xlsx"
    forms.write_blanks(tmp_path, policy, DAY)  # the same bytes: nothing is lost
    filled.write_bytes(b"filled in")
    with pytest.raises(OutputError, match=r"公布名单\.xlsx"):
        forms.write_blanks(tmp_path, policy, DAY)
    assert filled.read_bytes() == b"filled in"


def test_number_and_date_above_a_published_list_are_read(blanks, policy, tmp_path):
    book = openpyxl.load_workbook(blanks / "公布名单.xlsx")
    sheet = book.active
    sheet["B2"], sheet["B3"] = "湖人专[1999]12号", "1999-01-20"
    sheet["B5"], sheet["C5"], sheet["E5"], sheet["F5"] = "沈云川", "德清县样例水利设计所", "工程师", "中级"
    book.save(tmp_path / "公布名单.xlsx")
    ((entry,), _) = read_back(tmp_path / "公布名单.xlsx", ingest.PUBLISHED, policy)
    assert (entry["name"], entry["document_no"], entry["document_date"]) == ("沈云川", "湖人专[1999]12号", "1999-01-20")

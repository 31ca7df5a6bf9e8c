"""Workbooks as a person reviews them: each cell with its format, how it prints, what it offers."""

from datetime import date

import openpyxl
import pytest

from hzcert import fees, forms, ingest, roster
from hzcert.batch import take_in
from hzcert.sheets.writing import write_workbook
from hzcert.table import FIELDS
from people import QUALIFICATIONS, holder, table

DAY = date(2007, 6, 1)


def listing(path):
    """A workbook as lines of ``cell TAB value TAB format``."""
    lines = []
    for sheet in openpyxl.load_workbook(path):
        lines.append(
            f"# {sheet.title}\t{sheet.print_title_rows}\t{' '.join(sorted(map(str, sheet.merged_cells.ranges)))}"
        )
        for row in sheet:
            height = f"{sheet.row_dimensions[row[0].row].height:g}"
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


@pytest.mark.parametrize("name", ["人员信息表", "公布名单"])
def test_blank_lists(name, policy, golden, tmp_path):
    path = tmp_path / f"{name}.xlsx"
    if name == "公布名单":
        forms.blank_published(path, DAY)
    else:
        forms.blank_list(path, policy, DAY)
    golden(f"{name}.tsv", listing(path))


def read_back(path, kind, policy):
    read = ingest.read_list([take_in(path, path.parent)], kind, policy, DAY)
    return list(read.table.records()), [finding.code.id for finding in read.findings]


def test_an_untouched_blank_has_no_entries(policy, tmp_path):
    forms.blank_list(tmp_path / "人员信息表.xlsx", policy, DAY)
    forms.blank_published(tmp_path / "公布名单.xlsx", DAY)
    assert read_back(tmp_path / "人员信息表.xlsx", ingest.HOLDERS, policy) == ([], [])
    assert read_back(tmp_path / "公布名单.xlsx", ingest.PUBLISHED, policy) == ([], [])


def test_what_is_filled_into_a_blank_is_read(policy, tmp_path):
    forms.blank_list(tmp_path / "人员信息表.xlsx", policy, DAY)
    book = openpyxl.load_workbook(tmp_path / "人员信息表.xlsx")
    person = holder()
    for place, field in enumerate(FIELDS, start=1):
        book.active.cell(4, place).value = person.get(field)
    book.save(tmp_path / "人员信息表.xlsx")
    ((entry,), found) = read_back(tmp_path / "人员信息表.xlsx", ingest.HOLDERS, policy)
    assert found == []
    assert {field: entry[field] for field in FIELDS} == {field: person.get(field, "") for field in FIELDS}


def test_number_and_date_above_a_published_list_are_read(policy, tmp_path):
    forms.blank_published(tmp_path / "公布名单.xlsx", DAY)
    book = openpyxl.load_workbook(tmp_path / "公布名单.xlsx")
    sheet = book.active
    sheet["B2"], sheet["B3"] = "湖人专[1999]12号", "1999-01-20"
    sheet["B5"], sheet["C5"], sheet["E5"], sheet["F5"] = "沈云川", "德清县样例水利设计所", "工程师", "中级"
    book.save(tmp_path / "公布名单.xlsx")
    ((entry,), _) = read_back(tmp_path / "公布名单.xlsx", ingest.PUBLISHED, policy)
    assert (entry["name"], entry["document_no"], entry["document_date"]) == ("沈云川", "湖人专[1999]12号", "1999-01-20")

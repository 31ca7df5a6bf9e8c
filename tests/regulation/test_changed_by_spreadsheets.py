"""Values that a spreadsheet has made into others, columns filled in for each other, words for nothing: none passes as good."""

import csv
from collections.abc import Callable
from datetime import date
from pathlib import Path
from random import Random

import openpyxl
import pytest
from test_messy_values import GOOD, _sheet, judged  # noqa: F401 - a fixture

from hzcert import headings, idnumber, ingest, validate
from hzcert.batch import Input
from hzcert.errors import InputError
from hzcert.fields import HEADINGS
from hzcert.policy import Policy
from hzcert.sheets.reading import read as grids
from hzcert.table import lines_in_error


@pytest.mark.parametrize(
    ("changed", "codes"),
    [
        ({"specialty": date(2007, 1, 2)}, "HZ138"),
        ({"employer": date(2007, 5, 1)}, "HZ138"),
        ({"old_certificate_no": date(2003, 1, 5)}, "HZ138"),
        ({"document_no": date(1999, 1, 20)}, "HZ138"),
        ({"specialty": False}, "HZ138"),
        ({"old_certificate_no": True}, "HZ138"),
        ({"old_certificate_no": 330500199800123456}, "HZ138"),
        ({"old_certificate_no": 1234567890123456}, "HZ138"),
        ({"old_certificate_no": "3.30501E+11"}, "HZ138"),
        ({"name": "德清县水利设计所"}, "HZ218"),
        ({"name": "德清县水利设计所", "employer": "沈云川"}, "HZ218"),
        ({"name": "工程师"}, "HZ218"),
        ({"name": "德清县"}, "HZ218"),
        ({"name": "男"}, "HZ218"),
        ({"name": "张某某"}, "HZ218"),
        ({"employer": GOOD["committee"], "committee": "湖州市样例勘测院"}, "HZ332"),
        ({"employer": GOOD["committee"]}, "HZ333"),
        ({"employer": "德清\u2401县"}, "HZ216"),
        ({"document_no": "？"}, "HZ201"),
        ({"document_no": "NULL"}, "HZ201"),
        ({"name": "见附件"}, "HZ201"),
    ],
)
def test_what_was_not_typed_so_sets_the_entry_aside(judged, changed, codes) -> None:  # noqa: F811
    found, aside = judged(*_sheet(GOOD | changed))
    assert codes in found
    assert aside == [True]


@pytest.mark.parametrize("word", ["〃", "同上"])
@pytest.mark.parametrize("name", ["employer", "specialty", "old_certificate_no"])
def test_what_points_to_the_line_above_sets_the_entry_aside(judged, name, word) -> None:  # noqa: F811
    assert judged(*_sheet(GOOD | {name: word}))[1] == [True]


@pytest.mark.parametrize(
    "word", ["待定", "？", "NULL", "N/A", "未知", "略", "(空)", "……", "NaN", "1900-01-00", "无", "——"]
)
def test_words_for_nothing_are_no_specialty(judged, tmp_path: Path, policy: Policy, as_of: date, word: str) -> None:  # noqa: F811
    judged(*_sheet(GOOD | {"specialty": word}))
    read = ingest.read_list([Input(tmp_path / "a.xlsx", "a.xlsx", 0, "")], ingest.HOLDERS, policy, as_of)
    assert read.table.column("specialty").tolist() == [""]


def test_numbers_among_old_certificate_numbers_are_said_once(judged) -> None:  # noqa: F811
    people = [
        GOOD | {"id_number": number, "old_certificate_no": place}
        for place, number in ((42, GOOD["id_number"]), (43, _id(7)))
    ]
    found, aside = judged(*_sheet(*people))
    assert found.count("HZ139") == 1
    assert aside == [False, False]


def _id(serial: int) -> str:
    body = f"33052119700312{serial:02}1"
    return body + idnumber.check_character(body)


def _ending_in_noughts(count: int) -> list[str]:
    """Right numbers that end in 000, as one in 1,100 does."""
    days = (
        f"33052119{year}{month:02}{day:02}" for year in range(60, 75) for month in range(1, 13) for day in range(1, 29)
    )
    bodies = (f"{day}{sign}00" for day in days for sign in "13579")
    return [f"{body}0" for body in bodies if idnumber.check_character(body) == "0"][:count]


@pytest.fixture
def lines(tmp_path: Path, policy: Policy, as_of: date) -> Callable[..., tuple[list[str], list[bool]]]:
    """Entries as CSV, and what is found of them."""

    def judge(*people: dict[str, str], quoted: bool = False) -> tuple[list[str], list[bool]]:
        rows = _sheet(*people)
        with (tmp_path / "a.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([[f'="{cell}"' for cell in row] for row in rows] if quoted else rows)
        read = ingest.read_list([Input(tmp_path / "a.csv", "a.csv", 0, "")], ingest.HOLDERS, policy, as_of)
        found = [*read.findings, *validate.check(read.table, policy, as_of, policy.authority("330500"))]
        return sorted(each.code.id for each in found), lines_in_error(read.table, found).tolist()

    return judge


def _people(*numbers: str) -> list[dict[str, str]]:
    return [
        GOOD | {"id_number": number, "birth_date": f"{number[6:10]}-{number[10:12]}-{number[12:14]}", "sex": "女" if int(number[16]) % 2 == 0 else "男", "old_certificate_no": f"旧{place}"}
        for place, number in enumerate(numbers)
    ]  # fmt: skip


@pytest.mark.parametrize("cut", [2, 3, 4])
def test_several_of_few_numbers_that_end_in_noughts_were_cut(lines, cut) -> None:
    found, aside = lines(*_people(*_ending_in_noughts(cut), *(_id(serial) for serial in range(6 - cut))))
    assert aside == [True] * cut + [False] * (6 - cut)
    assert found.count("HZ108") == cut


def test_one_that_ends_so_is_a_question(lines) -> None:
    found, aside = lines(*_people(*_ending_in_noughts(1), *(_id(serial) for serial in range(5))))
    assert aside == [False] * 6
    assert found.count("HZ219") == 1


def test_noughts_among_numbers_that_count_from_000_are_their_own(lines) -> None:
    bodies = [f"33052119{year}{month:02}12{sign}00" for year in (61, 62) for month in range(1, 13) for sign in "13"]
    found, aside = lines(*_people(*(body + idnumber.check_character(body) for body in bodies)))
    assert "HZ108" not in found
    assert not any(aside)


def test_text_by_formula_is_read_in_headings_too(lines) -> None:
    assert lines(GOOD, quoted=True) == (["HZ106"], [False])


@pytest.mark.parametrize(("level", "series"), [("中级职称", "工程技术人员"), ("中级", "工程系列")])
def test_levels_and_series_as_clerks_call_them(judged, level, series) -> None:  # noqa: F811
    assert judged(*_sheet(GOOD | {"level": level, "series": series}))[1] == [False]


@pytest.mark.parametrize(
    ("name", "heading"),
    [
        ("committee", "评委会全称"), ("old_certificate_no", "原资格证书编号"),
        ("document_no", "发证文号"), ("region", "所在地"), ("obtained_by", "方式"), ("title", "现任资格"),
        ("title", "现任专业技术职务任职资格（2007年）"),
    ],
)  # fmt: skip
def test_headings_that_offices_use(judged, name, heading) -> None:  # noqa: F811
    head, row = _sheet(GOOD)
    head[head.index(HEADINGS[name])] = heading
    assert judged(head, row) == ([], [False])


@pytest.mark.parametrize("line", ["第二批", "湖州市名单（续）", "德清县换证人员花名册"])
def test_titles_between_people_are_nobody(judged, line) -> None:  # noqa: F811
    head, first, second = _sheet(GOOD, GOOD | {"id_number": _id(3), "old_certificate_no": "旧0002"})
    found, aside = judged(head, first, [line], second)
    assert (found, aside) == (["HZ103"], [False, False])


def test_a_remark_that_begins_with_an_example_is_one_on_a_person(judged) -> None:  # noqa: F811
    assert judged(*_sheet(GOOD | {"remark": "例：见附件"})) == ([], [False])
    assert judged(*_sheet(GOOD, GOOD | {"id_number": _id(3), "remark": "示例"}))[1] == [False]


def test_a_list_in_which_a_heading_stands_for_a_value_is_no_form(judged) -> None:  # noqa: F811
    people = [
        GOOD | {"id_number": _id(serial), "old_certificate_no": f"旧{serial}", "specialty": "专业"}
        for serial in range(30)
    ]
    assert len(judged(*_sheet(*people))[1]) == 30


def test_titles_at_a_great_age_are_a_question(judged) -> None:  # noqa: F811
    body = "33052119010302127"
    old = {"id_number": body + idnumber.check_character(body), "birth_date": "1901-03-02"}
    assert judged(*_sheet(GOOD | old)) == (["HZ334"], [False])


def test_utf_16_without_its_mark_is_read(tmp_path: Path, policy: Policy, as_of: date) -> None:
    text = "\r\n".join("\t".join(map(str, row)) for row in _sheet(GOOD))
    for encoding in ("utf-16-le", "utf-16-be"):
        (tmp_path / "a.txt").write_bytes(text.encode(encoding))
        read = ingest.read_list([Input(tmp_path / "a.txt", "a.txt", 0, "")], ingest.HOLDERS, policy, as_of)
        assert read.table.column("name").tolist() == ["沈云川"]


def test_the_zero_of_a_date_is_no_date(judged) -> None:  # noqa: F811
    assert judged([*_sheet(GOOD)[0], "离退休时间"], [*_sheet(GOOD)[1], "1900-01-00"]) == ([], [False])


def test_a_number_with_an_x_stays_text_in_spreadsheet_xml(tmp_path: Path, policy: Policy, as_of: date) -> None:
    number = "33052119700312004X"
    cells = "".join(f'<Cell><Data ss:Type="String">{text}</Data></Cell>' for text in ("沈云川", "工程师"))
    head = "".join(f'<Cell><Data ss:Type="String">{text}</Data></Cell>' for text in ("姓名", "资格名称", "身份证号"))
    row = f'{cells}<Cell><Data ss:Type="Number">{number}</Data></Cell>'
    spreadsheet = "urn:schemas-microsoft-com:office:spreadsheet"
    (tmp_path / "a.xls").write_text(
        f'<?xml version="1.0"?><Workbook xmlns="{spreadsheet}" xmlns:ss="{spreadsheet}"><Worksheet ss:Name="a"><Table>'
        f"<Row>{head}</Row><Row>{row}</Row></Table></Worksheet></Workbook>",
        encoding="utf-8",
    )
    read = ingest.read_list([Input(tmp_path / "a.xls", "a.xls", 0, "")], ingest.HOLDERS, policy, as_of)
    assert read.table.column("id_number").tolist() == [number]


def test_workbooks_keep_control_characters_visible(judged, tmp_path: Path) -> None:  # noqa: F811
    """What a table of ours shows in place of a control character is no more right than it was."""
    assert "HZ216" in judged(*_sheet(GOOD | {"employer": "德清␁县水利局"}))[0]
    assert openpyxl.load_workbook(tmp_path / "a.xlsx").active["E2"].value == "德清␁县水利局"


@pytest.mark.parametrize("name", ["id_number", "sex", "title", "level"])
def test_a_formulas_error_is_said_once(tmp_path: Path, policy: Policy, as_of: date, name: str) -> None:
    book = openpyxl.Workbook()
    for row in _sheet(GOOD | {name: "#N/A"}):
        book.active.append(row)
    book.save(tmp_path / "a.xlsx")
    read = ingest.read_list([Input(tmp_path / "a.xlsx", "a.xlsx", 0, "")], ingest.HOLDERS, policy, as_of)
    judged_ = validate.check(read.table, policy, as_of, policy.authority("330500"), read.findings)
    assert [each.code.id for each in [*read.findings, *judged_]] == ["HZ117"]


@pytest.mark.parametrize(
    ("heading", "name"),
    [
        ("证书编号（原）", "old_certificate_no"), ("证书号(旧)", "old_certificate_no"), ("老证书编号", "old_certificate_no"),
        ("原专业技术资格证书编号", "old_certificate_no"), ("资格证号", "old_certificate_no"), ("证书编号（新）", "ignored"),
        ("新证书号", "ignored"), ("工作单位（新）", "employer"), ("工作单位（旧）", ""), ("资格名称（原）", ""), ("身份证号（旧）", ""),
    ],
)  # fmt: skip
def test_headings_of_the_old_and_of_the_new(heading: str, name: str) -> None:
    assert headings.meaning(heading, headings.aliases()) == name


def test_an_old_number_beside_the_new_one_says_the_same(judged) -> None:  # noqa: F811
    head, row = _sheet(GOOD)
    assert judged([*head, "身份证号码"], [*row, "330521700312003"]) == (["HZ105"], [False])
    assert judged([*head, "身份证号码"], [*row, "330521700312011"]) == (["HZ105", "HZ130"], [True])


def test_a_unit_that_is_called_an_example_is_one_in_the_wrong_column(judged) -> None:  # noqa: F811
    assert judged(*_sheet(GOOD | {"name": "样例水利设计所"})) == (["HZ218"], [True])
    assert judged(*_sheet(GOOD, GOOD | {"name": "示例张三"}))[1] == [False]


@pytest.mark.parametrize(
    ("changed", "codes"),
    [
        ({"id_number": "330521700312003.0"}, ["HZ207"]),
        ({"id_number": "330521197003120030.0"}, ["HZ108"]),
        ({"birth_date": "1970年3月12日星期四"}, []),
        ({"birth_date": "3/12/1970"}, ["HZ112"]),
        ({"birth_date": "3/13/1970"}, ["HZ206"]),
        ({"obtained_on": "12/3/1998"}, ["HZ111"]),
        ({"obtained_on": "12/30/1998"}, []),
        ({"sex": "1.0"}, []),
        ({"level": "中级职务"}, []),
        ({"level": "高级（副高）"}, ["HZ303"]),
        ({"level": "中级（副高）"}, ["HZ302"]),
        ({"document_no": "《湖人专[1999]12号》"}, []),
        ({"document_no": "湖人专〔1999〕12号文件"}, []),
    ],
)
def test_spellings_of_programs_and_of_people(judged, changed, codes) -> None:  # noqa: F811
    assert judged(*_sheet(GOOD | changed))[0] == codes


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8"])
@pytest.mark.parametrize(
    "name", ["name", "employer", "title", "specialty", "level", "committee", "document_no", "obtained_by", "region"]
)
def test_half_a_character_is_an_error_of_its_cell_alone(
    tmp_path: Path, policy: Policy, as_of: date, name: str, encoding: str
) -> None:
    lines_ = [list(map(str, row)) for row in _sheet(GOOD, GOOD | {"id_number": "330521197003120110", "name": "钮雨桐"})]
    cells = [[cell.encode(encoding) for cell in line] for line in lines_]
    place = list(GOOD).index(name)
    cells[1][place] = cells[1][place][:-1]
    (tmp_path / "a.csv").write_bytes(b"\r\n".join(map(b",".join, cells)))
    read = ingest.read_list([Input(tmp_path / "a.csv", "a.csv", 0, "")], ingest.HOLDERS, policy, as_of)
    found = [*read.findings, *validate.check(read.table, policy, as_of, policy.authority("330500"))]
    assert {(each.where.row, each.field) for each in found if each.severity.value == "error"} >= {(2, name)}
    assert [each.message for each in found if each.code.id == "HZ124"] == [
        "读取时：有些字节不成文字，读成 \ufffd：文件的第 2 行"
    ]
    assert len(read.table) == 2


def test_what_is_hardly_text_is_none(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes("姓名,身份证号\n".encode() + Random(1).randbytes(4000).translate(None, bytes(32)))
    with pytest.raises(InputError, match="不是表格"):
        grids(tmp_path / "a.csv", "a.csv")

"""Clerks' sheets: what is read, what is cut and said, what is refused."""

import datetime as dt
from dataclasses import replace

import pytest
import xlsxwriter
import xlwt

from hzcert import clues, idnumber, ingest
from hzcert.batch import take_in
from hzcert.errors import InputError
from hzcert.findings import mask
from hzcert.ingest import HOLDERS, PUBLISHED
from people import id_number

ID = id_number("1970-03-12", "男")
HEAD = ["序号", "姓名", "性别", "身份证号码", "出生年月", "任职资格", "级别"]
ONE = [1, "沈云川", "男", ID, "1970-03", "工程师", "中级"]


@pytest.fixture
def read(tmp_path, policy, as_of):
    def read_sheets(sheets, name="名单.xlsx", kind=HOLDERS):
        path = tmp_path / name
        with xlsxwriter.Workbook(path, {"strings_to_formulas": False}) as book:
            day = book.add_format({"num_format": "yyyy-mm-dd"})
            for title, rows in sheets.items():
                page = book.add_worksheet(title)
                for number, row in enumerate(rows):
                    for place, cell in enumerate(row):
                        page.write(number, place, cell, day if isinstance(cell, dt.date) else None)
        return ingest.read_list([take_in(path, tmp_path)], kind, policy, as_of)

    return read_sheets


def codes_of(read_):
    return [finding.code.id for finding in read_.findings]


def test_a_plain_sheet(read):
    found = read({"Sheet1": [HEAD, ONE]})
    (entry,) = found.table.records()
    assert (entry["name"], entry["id_number"], entry["birth_date"], entry["title"]) == (
        "沈云川",
        ID,
        "1970-03",
        "工程师",
    )
    assert (entry["file"], entry["sheet"], entry["row"], entry["case"]) == ("名单.xlsx", "Sheet1", 2, "换发")
    assert found.findings == ()


def test_places_are_what_the_spreadsheet_program_shows(read):
    found = read({"空": [], "名 单": [[], ["德清县名单"], [], ["", *HEAD], ["", *ONE]]})
    where = found.table.where(0, "id_number")
    assert str(where) == "名单.xlsx [名 单] E5"
    assert where.heading == "身份证号码"


def test_the_lines_above_give_unit_and_region(read):
    found = read(
        {"Sheet1": [["德清县中级名单"], ["填报单位（盖章）：德清县人事局　　填报日期：2007年9月10日"], HEAD, ONE]}
    )
    assert found.table.column("region").tolist() == ["德清县"]
    assert codes_of(found) == ["HZ113"]
    assert found.findings[0].where.row is None
    other = read({"Sheet1": [["填报单位：湖州市卫生局"], HEAD, ONE]})
    assert other.table.column("department").tolist() == ["湖州市卫生局"]


def test_footers_blank_rows_and_repeated_headers_are_cut_and_said(read):
    rows = [
        HEAD,
        ONE,
        [],
        ["合计：1 人"],
        HEAD,
        [2, "陈雨桐", "女", id_number("1981-11-02", "女"), "1981-11", "经济师", "中级"],
        ["填表人：", "王某"],
    ]
    found = read({"Sheet1": rows})
    assert found.table.column("name").tolist() == ["沈云川", "陈雨桐"]
    assert found.counts["rows_cut"] == 3
    assert codes_of(found) == ["HZ103"]
    assert "4、5、7" in found.findings[0].message


def test_a_footer_under_the_id_column_is_a_footer(read):
    rows = [["身份证号", "姓名", "资格名称"], [ID, "沈云川", "工程师"], ["合计：1人"], ["填表人：王某", "审核人：李某"]]
    found = read({"Sheet1": rows})
    assert len(found.table) == 1
    assert codes_of(found) == ["HZ103"]


def test_dates_and_stamps_under_the_id_column_are_no_persons(read):
    rows = [["身份证号", "姓名", "资格名称"], [ID, "沈云川", "工程师"], ["2007年9月10日"], ["湖州市建设局（盖章）"]]
    assert len(read({"Sheet1": rows}).table) == 1


def test_an_entry_that_looks_like_headings_is_an_entry(read):
    rows = [
        ["身份证号", "姓名", "工作单位", "专业", "备注", "资格名称"],
        [ID, "沈云川", "单位", "专业", "说明", "工程师"],
    ]
    assert len(read({"Sheet1": rows}).table) == 1


@pytest.mark.parametrize("nothing", ["无", "/", "——", "暂无"])
def test_what_clerks_write_for_nothing_is_nothing(read, nothing):
    found = read({"Sheet1": [[*HEAD, "遗失声明", "原证书编号"], [*ONE, nothing, nothing]]})
    (entry,) = found.table.records()
    assert (entry["loss_notice"], entry["old_certificate_no"]) == ("", "")


def test_a_month_in_a_date_cell_is_no_wrong_birthday(read):
    born = id_number("1970-03-12", "男")
    found = read({"Sheet1": [HEAD, [1, "沈云川", "男", born, dt.date(1970, 3, 1), "工程师", "中级"]]})
    assert found.table.column("birth_date").tolist() == ["1970-03"]


def test_the_number_that_stands_alone_is_the_lists_own(read):
    rows = [
        ["根据浙人专[2007]57号文件公布"],
        ["湖人专〔2005〕99号"],
        ["姓名", "工作单位", "资格名称"],
        ["沈川", "样例所", "工程师"],
    ]
    assert read({"Sheet1": rows}, kind=PUBLISHED).table.column("document_no").tolist() == ["湖人专[2005]99号"]


def test_a_list_put_up_for_objections_says_so_of_each_row(read):
    rows = [["湖人专[2001]62号 评审通过人员名单公示"], ["姓名", "工作单位", "资格名称"], ["沈川", "样例所", "工程师"]]
    assert read({"Sheet1": rows}, kind=PUBLISHED).table.column("remark").tolist() == ["公示名单"]


def test_rows_that_are_numbered_but_empty_are_no_entries(read):
    assert len(read({"Sheet1": [HEAD, ONE, [2], [3]]}).table) == 1


def test_a_row_with_anything_of_a_person_is_an_entry(read):
    found = read({"Sheet1": [HEAD, [1, "沈云川"], [2, "", "男", "", "", "工程师"]]})
    assert found.table.column("row").tolist() == [2, 3]


@pytest.mark.parametrize(
    ("cell", "code", "kept"),
    [
        pytest.param(float(ID[:17] + "0"), "HZ108", "3.30521197003120E+17", id="十八位数字"),
        pytest.param("3.30521E+17", "HZ108", "3.30521000000000E+17", id="科学计数法文本"),
        pytest.param(f"'{ID}", "HZ107", ID, id="撇号"),
        pytest.param(f"{ID[:6]} {ID[6:14]} {ID[14:]}", "HZ107", ID, id="空格"),
        pytest.param(ID, None, ID, id="没有问题"),
    ],
)
def test_id_numbers_as_they_come(read, cell, code, kept):
    found = read({"Sheet1": [HEAD, [1, "沈云川", "男", cell, "1970-03", "工程师", "中级"]]})
    assert codes_of(found) == ([code] if code else [])
    assert found.table.column("id_number").tolist() == [kept]


def test_a_15_digit_number_is_kept_and_lengthened(read):
    old = ID[:6] + ID[8:17]
    for cell in (old, float(old)):
        found = read({"Sheet1": [HEAD, [1, "沈云川", "男", cell, "1970-03", "工程师", "中级"]]})
        assert found.table.column("id_number").tolist() == [ID]
        assert found.table.column("id_number_given").tolist() == [old]


@pytest.mark.parametrize(
    ("cell", "code", "kept"),
    [
        pytest.param(dt.date(1970, 3, 12), None, "1970-03-12", id="日期单元格"),
        pytest.param(1970.03, None, "1970-03", id="1970.03"),
        pytest.param("70.3", None, "1970-03", id="70.3"),
        pytest.param("一九七○年三月", None, "1970-03", id="中文数字"),
        pytest.param("七十年代", "HZ110", "七十年代", id="不是日期"),
    ],
)
def test_dates_as_they_come(read, cell, code, kept):
    found = read({"Sheet1": [HEAD, [1, "沈云川", "男", ID, cell, "工程师", "中级"]]})
    assert codes_of(found) == ([code] if code else [])
    assert found.table.column("birth_date").tolist() == [kept]


def test_october_typed_as_a_number_is_settled_by_the_id_number_only(read):
    born = id_number("1970-10-05", "男")
    found = read({"Sheet1": [HEAD, [1, "沈云川", "男", born, 1970.1, "工程师", "中级"]]})
    assert codes_of(found) == ["HZ112"]
    assert found.table.column("birth_date").tolist() == ["1970-10"]
    found = read({"Sheet1": [[*HEAD, "取得时间"], [1, "沈云川", "男", born, "1970-10", "工程师", "中级", 1998.1]]})
    assert codes_of(found) == ["HZ111"]


def test_the_notices_broad_levels_are_narrowed_by_the_title(read):
    rows = [
        ["高级工程师", "高级"],
        ["助理工程师", "初级"],
        ["技术员", "初级"],
        ["高级教师", "高级"],
        ["工程师", "高级"],
    ]
    found = read({"Sheet1": [HEAD, *([1, "沈云川", "男", ID, "1970-03", *row] for row in rows)]})
    assert found.table.column("level").tolist() == ["副高", "助理级", "员级", "副高", "高级"]


def test_headings_that_are_unknown_twice_or_missing(read):
    assert codes_of(read({"Sheet1": [[*HEAD, "血型"], ONE]})) == ["HZ104"]
    twice = read({"Sheet1": [[*HEAD, "身份证号"], ONE]})
    assert codes_of(twice) == ["HZ105", "HZ131"]  # the prescribed heading is read, and where it is empty the other one
    assert twice.table.column("id_number").tolist() == [ID]
    found = read({"Sheet1": [["姓名", "性别", "身份证件", "任职资格"], ["沈云川", "男", ID, "工程师"]]})
    assert "HZ102" in codes_of(found)
    assert "身份证件" in next(f for f in found.findings if f.code.id == "HZ102").remedy
    assert codes_of(read({"说明": [["填表须知"], ["请认真填写"]]})) == ["HZ101"]


def test_published_lists_take_number_and_date_from_the_lines_above(read):
    rows = [
        ["湖人专〔2005〕99号"],
        ["公布日期：2005年12月3日"],
        ["序号", "姓名", "工作单位", "资格名称"],
        [1, "沈　川", "样例所", "工程师"],
    ]
    (row,) = read({"Sheet1": rows}, kind=PUBLISHED).table.records()
    assert (row["name"], row["document_no"], row["document_date"]) == ("沈川", "湖人专[2005]99号", "2005-12-03")


def test_old_workbooks_and_gb18030_text(tmp_path, policy, as_of):
    book = xlwt.Workbook()
    page = book.add_sheet("名单")
    for number, row in enumerate((HEAD, ONE)):
        for place, cell in enumerate(row):
            page.write(number, place, cell)
    book.save(str(tmp_path / "其实是xls.xlsx"))
    text = "\n".join(",".join(map(str, row)) for row in (HEAD, [*ONE[:1], "沈䶮𬍛", *ONE[2:]]))
    (tmp_path / "名单.csv").write_bytes(text.encode("gb18030"))
    files = [take_in(path, tmp_path) for path in sorted(tmp_path.iterdir())]
    found = ingest.read_list(files, HOLDERS, policy, as_of)
    assert sorted(found.table.column("name").tolist()) == ["沈䶮𬍛", "沈云川"] or set(found.table.column("name")) == {
        "沈䶮𬍛",
        "沈云川",
    }


_FLAT = (
    '<?xml version="1.0"?><office:document xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'office:mimetype="application/vnd.oasis.opendocument.{}"><office:body/></office:document>'
)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        pytest.param(b"\xff\xd8\xff\xe0JFIF", "JPEG 图片", id="照片"),
        pytest.param(b"PK\x03\x04 and nothing more", "已损坏", id="残缺的 xlsx"),
        pytest.param(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "已损坏", id="残缺的 xls"),
        pytest.param(b"PAR1 and nothing more", "已损坏", id="残缺的 Parquet"),
        pytest.param(b"\x00\x01\x02\x03" * 9, "不是表格", id="不知是什么"),
        pytest.param(_FLAT.format("spreadsheet").encode(), "（fods），不能直接读", id="fods"),
        pytest.param(_FLAT.format("text").encode(), "文字文档", id="fodt"),
    ],
)
def test_what_is_no_table_is_refused_by_its_content(tmp_path, policy, as_of, content, says):
    path = tmp_path / "名单.xlsx"
    path.write_bytes(content)
    with pytest.raises(InputError, match=says):
        ingest.read_list([take_in(path, tmp_path)], HOLDERS, policy, as_of)


def test_the_written_table_reads_back_as_it_was(tmp_path, read, policy, as_of):
    from hzcert.sheets.writing import write_table

    old = ID[:6] + ID[8:17]
    first = read({"Sheet1": [HEAD, ONE, [2, "=1+1", "女", old, "1970-03", "经济师", "中级"]]})
    for ending in ("xlsx", "csv", "tsv", "parquet"):
        path = tmp_path / f"holders.{ending}"
        write_table(path, ingest.WRITTEN, ingest.written_rows(first.table), as_of)
        again = ingest.read_list([take_in(path, tmp_path)], HOLDERS, policy, as_of)
        names = ["name", "id_number", "id_number_given", "sex", "birth_date", "title", "level", "case"]
        kept = again.table.rows[names]
        if ending in ("csv", "tsv"):  # a formula in text goes out with an apostrophe, which reading takes off
            assert kept["name"].tolist() == ["沈云川", "=1+1"]
        assert kept.values.tolist() == first.table.rows[names].values.tolist(), ending


def test_numbers_that_were_cut_before_they_became_text_are_damaged(read):
    rows = [[1, "沈云川", "男", f"{ID[:15]}000", "1970-03", "工程师", "中级"]]
    rows.append([2, "陈雨桐", "女", id_number("1981-11-02", "女")[:15] + "000", "1981-11", "经济师", "中级"])
    found = read({"Sheet1": [HEAD, *rows]})
    assert codes_of(found) == ["HZ108", "HZ108"]
    assert str(found.findings[0].where) == "名单.xlsx [Sheet1] D2"
    # By nature: the check character holds, and others end otherwise.
    body = next(f"{ID[:14]}{n}00" for n in range(10) if idnumber.check_character(f"{ID[:14]}{n}00") == "0")
    born_so = [[1, "沈云川", "女", f"{body}0", "1970-03", "工程师", "中级"], ONE]
    assert codes_of(read({"Sheet1": [HEAD, *born_so]})) == []


def test_what_fits_a_damaged_number_is_named(read, tmp_path, policy, as_of):
    other = id_number("1970-03-12", "男", 480)
    found = read({"Sheet1": [HEAD, [1, "沈云川", "男", float(ID), "1970-03", "工程师", "中级"]]})
    known = [(number, f"照片 {number}.jpg") for number in (ID, other, ID[:-1] + "0")]
    (said,) = clues.with_candidates(found.findings, found.table, known)
    assert (ID in said.message, other in said.message) == (True, False)
    assert mask(said.message).count(ID[6:12]) == 0
    women = found.table.rows.assign(sex="女")
    (said,) = clues.with_candidates(found.findings, replace(found.table, rows=women), known)
    assert ID not in said.message, "号码是男的"


@pytest.fixture
def read_lines(tmp_path, policy, as_of):
    def read_text(*rows):
        path = tmp_path / "名单.csv"
        path.write_text("\n".join(",".join(map(str, row)) for row in rows), encoding="utf-8-sig")
        return ingest.read_list([take_in(path, tmp_path)], HOLDERS, policy, as_of)

    return read_text


def test_a_month_that_a_csv_file_may_have_lost_its_nought_is_undecided(read_lines, read):
    head = ["姓名", "身份证号", "资格名称", "出生年月", "取得时间"]
    born = id_number("1970-10-05", "男")
    one = ["沈云川", born, "工程师", "1970.1", "1995.1"]
    other = ["陈雨桐", id_number("1981-11-02", "女"), "经济师", "1981.11", "1996.03"]
    found = read_lines(head, one, other)
    assert codes_of(found) == ["HZ112", "HZ111"]
    assert found.table.column("birth_date").tolist() == ["1970-10", "1981-11"]
    assert "1995-01、1995-10" in found.findings[1].message
    kept = ["王水清", id_number("1975-10-02", "男"), "经济师", "1975.10", "1996.10"]
    assert read_lines(head, one, other, kept).table.column("obtained_on").tolist() == ["1995-01", "1996-03", "1996-10"]
    # Beside 1975.10 a 1970.1 is January, unless it is a birth and the ID number says October.
    january = ["李若", id_number("1970-01-05", "女"), "经济师", "1970.1", "1996.11"]
    beside = read_lines(head, one, january, kept)
    assert (codes_of(beside), beside.table.column("birth_date").tolist()) == (
        ["HZ112"],
        ["1970-10", "1970-01", "1975-10"],
    )
    # A text cell of a workbook is what was typed.
    typed = read({"Sheet1": [head, [*one[:3], "1970-10", "1995.1"]]})
    assert (codes_of(typed), typed.table.column("obtained_on").tolist()) == ([], ["1995-01"])


def test_date_cells_that_are_all_first_days_are_months(read):
    head = ["姓名", "身份证号", "资格名称", "取得时间"]
    people = [[f"沈{name}", id_number("1970-03-12", "男", at), "工程师"] for at, name in enumerate("云川石")]
    days = [dt.date(1998, 3, 1), dt.date(1999, 12, 1), dt.date(2001, 7, 1)]
    found = read({"Sheet1": [head, *([*one, day] for one, day in zip(people, days, strict=True))]})
    assert found.table.column("obtained_on").tolist() == ["1998-03", "1999-12", "2001-07"]
    assert codes_of(found) == ["HZ126"]
    days[1] = dt.date(1999, 12, 3)
    found = read({"Sheet1": [head, *([*one, day] for one, day in zip(people, days, strict=True))]})
    assert found.table.column("obtained_on").tolist() == ["1998-03-01", "1999-12-03", "2001-07-01"]

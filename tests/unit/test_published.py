"""Published documents in words: paragraphs, Word tables, PDF with text, corrections and notices that take a person back."""

from datetime import date

import docx
import openpyxl
import pytest
from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from hzcert import docfacts, ingest, reconcile
from hzcert.batch import inventory
from hzcert.errors import InputError
from people import holder, table

AWARD = """湖人专[2005]99号
关于公布测试某等4人具有工程师任职资格的通知
各县（区）人事局，市有关单位：
　　经湖州市工程技术人员中级职务任职资格评审委员会2005年11月20日评审通过，测试甲等4人具有工程师任职资格，现予公布。
　　样例水利设计院：测试甲　测　乙
　　样例建筑公司：测试丙（女）  阿不都·买买提
                                        二○○五年十二月三十日
抄送：省人事厅
"""
TWO = """德人专〔二○○三〕012号
关于公布王芳等3人中学一级教师、小学高级教师任职资格的通知
一、中学一级教师（1人）
武康中学：王芳
二、小学高级教师（2人）
乾元小学：李小云、
　　赵　敏
2003年9月1日
"""
CORRECTS = """湖人专[2006]3号
关于更正湖人专[2005]99号文件的通知
湖人专[2005]99号文件中，样例水利设计院“测试甲”应为“测试申”。
"""
TAKES_BACK = """湖人专[2006]8号
关于取消测试丙工程师任职资格的决定
经查，样例建筑公司测试丙申报材料不实，决定取消湖人专[2005]99号文件公布的测试丙工程师任职资格。
"""


@pytest.fixture
def read(tmp_path, policy):
    def run(**texts):
        for name, text in texts.items():
            (tmp_path / f"{name}.txt").write_text(text, encoding="utf-8")
        return ingest.read_list(inventory(tmp_path, tmp_path), ingest.PUBLISHED, policy, date(2007, 9, 15))

    return run


def said(read_, *names):
    return [tuple(record[name] for name in names) for record in read_.table.records()]


def test_people_by_unit_with_what_the_document_says_of_all(read):
    found = read(a=AWARD)
    assert said(found, "name", "employer", "sex") == [
        ("测试甲", "样例水利设计院", ""),
        ("测乙", "样例水利设计院", ""),
        ("测试丙", "样例建筑公司", "女"),
        ("阿不都·买买提", "样例建筑公司", ""),
    ]
    assert said(found, "document_no", "document_date", "title", "level", "obtained_on", "committee")[0] == (
        "湖人专[2005]99号", "2005-12-30", "工程师", "中级", "2005-11-20", "湖州市工程技术人员中级职务任职资格评审委员会",
    )  # fmt: skip
    assert found.findings == ()


def test_a_count_that_is_not_met_is_told(read):
    found = read(a=AWARD.replace("等4人", "等5人"))
    assert [(each.code.id, dict(each.words)["said"], dict(each.words)["read"]) for each in found.findings] == [
        ("HZ513", "5", "4")
    ]


def test_one_list_with_two_titles(read):
    assert said(read(a=TWO), "name", "employer", "title", "document_no") == [
        ("王芳", "武康中学", "一级教师（中学）", "德人专[2003]12号"),
        ("李小云", "乾元小学", "高级教师（小学）", "德人专[2003]12号"),
        ("赵敏", "乾元小学", "高级教师（小学）", "德人专[2003]12号"),
    ]


def test_a_list_that_is_only_put_up_for_objections_says_so(read):
    found = read(a=AWARD.replace("现予公布", "现予公示"))
    assert {remark for (remark,) in said(found, "remark")} == {"公示名单"}


def test_corrections_and_notices_that_take_back(read, policy, as_of):
    found = read(a=AWARD, b=CORRECTS, c=TAKES_BACK)
    names = said(found, "name", "remark")
    assert names[0] == ("测试申", "") and names[2] == ("测试丙", "撤销（湖人专[2006]8号）")
    assert [each.code.id for each in found.findings] == ["HZ514"]
    words = {"document_no": "湖人专[2005]99号", "obtained_on": "2005-11-20", "specialty": ""}
    entries = table(
        holder(name="测试申", employer="样例水利设计院", **words),
        holder(name="测试丙", employer="样例建筑公司", sex="女", row=3, **words),
    )
    compared = reconcile.compare(entries, found.table, policy, as_of)
    assert [str(match.status) for match in compared.matches] == ["matched", "differs"]


def test_each_sentence_of_a_correction_is_carried_out_or_told(read):
    more = "样例建筑公司测试丙的工作单位应为“样例勘测院”；“测试壬”应为“测试癸”。"
    found = read(a=AWARD, b=CORRECTS + more)
    assert said(found, "name", "employer")[0::2] == [("测试申", "样例水利设计院"), ("测试丙", "样例勘测院")]
    told = [(each.code.id, each.message) for each in found.findings]
    assert [code for code, _ in told] == ["HZ514", "HZ514", "HZ515"] and "测试癸" in told[2][1]


def test_a_notice_about_nobody_that_is_held_is_told(read):
    assert [each.code.id for each in read(c=TAKES_BACK).findings] == ["HZ515"]


def test_a_word_document_with_a_table(tmp_path, read):
    document = docx.Document()
    for line in ("湖人专〔2004〕第07号", "关于公布沈云川等2人具有高级教师（小学）任职资格的通知"):
        document.add_paragraph(line)
    rows = [("序号", "姓名", "工作单位"), ("1", "沈云川", "样例小学"), ("2", "王　田", "样例二小")]
    made = document.add_table(rows=len(rows), cols=3)
    for at, row in enumerate(rows):
        for place, text in enumerate(row):
            made.rows[at].cells[place].text = text
    document.add_paragraph("2004年11月1日")
    document.save(tmp_path / "a.docx")
    assert said(read(), "name", "title", "document_no", "document_date", "row") == [
        ("沈云川", "高级教师（小学）", "湖人专[2004]7号", "2004-11-01", 2),
        ("王田", "高级教师（小学）", "湖人专[2004]7号", "2004-11-01", 3),
    ]


@pytest.mark.parametrize(
    ("encoding", "listed"),
    [
        (
            "gb18030",
            "<table><tr><td>姓名</td><td>工作单位</td></tr><tr><td>测试甲</td><td>样例水利设计院</td></tr></table>",
        ),
        ("utf-8", "<p class=MsoNormal>样例水利设计院：<span>测试甲</span></p>"),
    ],
)
def test_a_document_saved_as_a_web_page(tmp_path, read, encoding, listed):
    page = f"""<html xmlns:w="urn:schemas-microsoft-com:office:word"><head><title>无关</title><style>p {{}}</style></head><body>
        <p>湖人专[2005]<b>99</b>号</p><p>经评审通过，以下1人具有工程师任职资格<s>，另有测试乙</s>，现予公布。</p>{listed}
        <p>二○○五年十二月三十日</p></body></html>"""
    (tmp_path / "a.htm").write_bytes(page.encode(encoding))
    expected = ("测试甲", "样例水利设计院", "工程师", "湖人专[2005]99号", "2005-12-30")
    assert said(read(), "name", "employer", "title", "document_no", "document_date") == [expected]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.rtf", r"{\rtf1\ansi\ansicpg936 \'ba\'fe\'c8\'cb}"),
        ("a.mht", "MIME-Version: 1.0\r\nContent-Type: text/html\r\n\r\n=B2=E2"),
    ],
)
def test_what_word_has_saved_otherwise_is_to_be_saved_as_docx(tmp_path, read, name, text):
    (tmp_path / name).write_text(text, encoding="ascii")
    with pytest.raises(InputError) as refused:
        read()
    assert "另存为 docx" in refused.value.remedy


def test_a_pdf_with_text(tmp_path, read):
    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    page = Canvas(str(tmp_path / "a.pdf"), pagesize=A4)
    page.setFont("STSong-Light", 11)
    for at, line in enumerate(AWARD.splitlines()):
        page.drawString(40, 780 - at * 20, line)
    page.save()
    names = [name for (name,) in said(read(), "name")]
    assert [*names[:3], names[3].replace("·", "")] == ["测试甲", "测乙", "测试丙", "阿不都买买提"]


@pytest.mark.parametrize(
    ("words", "number"), [("12", 12), ("十", 10), ("三十二", 32), ("一百零五", 105), ("两百", 200)]
)
def test_numerals(words, number):
    assert docfacts.numeral(words) == number


def workbook(path, *rows):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(path)


def test_a_workbook_that_takes_people_back_publishes_nobody(tmp_path, read):
    workbook(
        tmp_path / "b.xlsx", ["湖人专[2006]8号"], ["关于取消测试丙等人工程师任职资格的决定"],
        ["因申报材料不实，取消湖人专[2005]99号文件公布的下列人员任职资格"],
        ["序号", "姓名", "工作单位", "资格名称"], [1, "测试丙", "样例建筑公司", "工程师"],
    )  # fmt: skip
    found = read(a=AWARD)
    assert said(found, "name", "remark")[2:] == [("测试丙", "撤销（湖人专[2006]8号）"), ("阿不都·买买提", "")]


@pytest.mark.parametrize(
    ("headings", "row", "expected"),
    [
        pytest.param(["姓名", "工作单位", "原公布内容", "更正后内容"], ["测试甲", "样例水利设计院", "测试甲", "测试申"], ("测试申", "样例水利设计院"), id="姓名"),
        pytest.param(["姓名", "更正前", "更正后", "备注"], ["测试甲", "样例水利设计院", "样例勘测院", ""], ("测试甲", "样例勘测院"), id="单位"),
        pytest.param(["姓名", "单位（误）", "单位（正）"], ["测试甲", "样例水利设计院", "样例勘测院"], ("测试甲", "样例勘测院"), id="误、正"),
    ],
)  # fmt: skip
def test_a_workbook_of_corrections_changes_the_rows_it_names_and_no_others(tmp_path, read, headings, row, expected):
    workbook(tmp_path / "b.xlsx", ["湖人专[2006]3号"], ["关于更正湖人专[2005]99号文件的通知"], headings, row)
    found = read(a=AWARD)
    assert said(found, "name", "employer")[:2] == [expected, ("测乙", "样例水利设计院")]
    assert len(said(found, "name")) == 4 and [each.code.id for each in found.findings] == ["HZ514"]


@pytest.mark.parametrize(
    ("words", "fields"),
    [
        pytest.param(
            "测试甲的资格名称“工程师”应为“助理工程师”。", {"title": "助理工程师", "level": "助理级"}, id="资格名称"
        ),
        pytest.param(
            "测试甲的取得资格时间“2005年11月20日”应为“2005年12月20日”。", {"obtained_on": "2005-12-20"}, id="取得时间"
        ),
        pytest.param("样例水利设计院测试甲，姓名更正为测试申。", {"name": "测试申"}, id="只写改成什么"),
        pytest.param("测试甲，工作单位更正为样例勘测院。", {"employer": "样例勘测院"}, id="单位只写改成什么"),
    ],
)
def test_a_correction_of_any_field_changes_the_one_it_names(read, words, fields):
    notice = f"湖人专[2006]3号\n关于更正湖人专[2005]99号文件的通知\n湖人专[2005]99号文件中，{words}\n"
    before, after = read(a=AWARD).table.rows, read(a=AWARD, b=notice).table.rows
    changed = {name: after[name][0] for name in after if after[name][0] != before[name][0]}
    assert changed == fields
    assert after[1:].equals(before[1:])


def test_a_layout_with_a_former_and_a_present_unit_is_no_notice(tmp_path, read):
    workbook(
        tmp_path / "b.xlsx", ["某省（中）级职称发证表"], ["姓名", "现工作单位", "原取得资格", "资格名称", "公布文号"],
        ["沈云川", "样例水利设计院", "助理工程师", "工程师", "湖人专[2005]99号"],
    )  # fmt: skip
    assert said(read(), "name", "title") == [("沈云川", "工程师")]

"""三.4: published documents as offices lay them out, in Word, text and PDF: every person is read, with unit, title, number and day."""

from datetime import date

import docx
import openpyxl
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph, SimpleDocTemplate, Table

from hzcert import ingest
from hzcert.batch import inventory

UNITS = ("样例水利设计院", "样例建筑公司", "德清县样例中学")
GIVEN = ("云川", "雨桐", "石", "禾田", "竹安", "书远", "思源", "南星")
NUMBER, DAY = "湖人专[2005]99号", "2005-12-30"
SIGNED = "二○○五年十二月三十日"


def invented(count):
    """So many people, a third of them of each unit."""
    names = [surname + given for given in GIVEN for surname in "沈陈王李张钱徐吴朱潘赵孙"]
    return [(name, UNITS[at * 3 // count]) for at, name in enumerate(names[:count])]


def by_unit(people):
    return [(unit, [padded(name) for name, whose in people if whose == unit]) for unit in UNITS]


def padded(name):
    return f"{name[0]}　{name[1]}" if len(name) == 2 else name


def head(people):
    first = people[0][0]
    return [
        "湖人专〔2005〕99号",
        f"关于公布{first}等{len(people)}人具有工程师任职资格的通知",
        "各县（区）人事局，市有关单位：",
        f"　　经湖州市工程技术人员中级职务任职资格评审委员会2005年11月20日评审通过，{first}等{len(people)}人具有工程师任职资格。现予公布。",
    ]


@pytest.fixture
def read(tmp_path, policy):
    def run():
        return ingest.read_list(inventory(tmp_path, tmp_path), ingest.PUBLISHED, policy, date(2007, 9, 15))

    return run


def expect(found, people, titles=None, told=()):
    """Every person once, in order, with what the document says of all; and no finding but these."""
    names = ("name", "employer", "title", "document_no", "document_date")
    have = [tuple(record[name] for name in names) for record in found.table.records()]
    titles = titles or ["工程师"] * len(people)
    assert have == [(*person, title, NUMBER, DAY) for person, title in zip(people, titles, strict=True)]
    assert {each.code.id for each in found.findings} == set(told)


# --- Word -----------------------------------------------------------------------------------------------------------


def document(people):
    made = docx.Document()
    for line in head(people):
        made.add_paragraph(line)
    return made


def filled(made, rows):
    table = made.add_table(rows=len(rows), cols=len(rows[0]))
    for at, row in enumerate(rows):
        for place, text in enumerate(row):
            table.cell(at, place).text = str(text)
    return table


def listed(people, first=1):
    return [["序号", "姓名", "工作单位"], *[[at, padded(name), unit] for at, (name, unit) in enumerate(people, first)]]


def unit_alone(made, people):
    for unit, names in by_unit(people):
        made.add_paragraph(f"{unit}（{len(names)}人）")
        made.add_paragraph("\t".join(names))


def several_in_a_cell(made, people):
    filled(made, [["工作单位", "姓名"], *[[unit, "、".join(names)] for unit, names in by_unit(people)]])


def side_by_side(made, people):
    half = (len(people) + 1) // 2
    left, right = listed(people[:half]), listed(people[half:], half + 1)
    right += [["", "", ""]] * (len(left) - len(right))
    filled(made, [one + other for one, other in zip(left, right, strict=True)])


def merged_units(made, people):
    table = filled(made, [["工作单位", "姓名"], *[["", padded(name)] for name, _ in people]])
    for unit in UNITS:
        places = [at for at, (_, whose) in enumerate(people, 1) if whose == unit]
        table.cell(places[0], 0).merge(table.cell(places[-1], 0)).text = unit


def in_a_frame(made, people):
    cell = made.add_table(rows=1, cols=1).cell(0, 0)
    rows = listed(people)
    table = cell.add_table(rows=len(rows), cols=3)
    for at, row in enumerate(rows):
        for place, text in enumerate(row):
            table.cell(at, place).text = str(text)


def names_in_a_table(made, people):
    for unit, names in by_unit(people):
        made.add_paragraph(f"{unit}：")
        filled(made, [(names[at : at + 4] + [""] * 4)[:4] for at in range(0, len(names), 4)])


def in_a_box(made, people):
    lines = "".join(f"<w:p><w:r><w:t>{unit}：{'　'.join(names)}</w:t></w:r></w:p>" for unit, names in by_unit(people))
    box = f"<v:shape><v:textbox><w:txbxContent>{lines}</w:txbxContent></v:textbox></v:shape>"
    spaces = f'{nsdecls("w")} xmlns:v="urn:schemas-microsoft-com:vml"'
    made.add_paragraph()._p.append(parse_xml(f"<w:r {spaces}><w:pict>{box}</w:pict></w:r>"))


def tracked(made, people):
    for unit, names in by_unit(people):
        paragraph, mark = made.add_paragraph(f"{unit}："), f'{nsdecls("w")} w:id="1" w:author="样例"'
        put_in = f'<w:t xml:space="preserve">{"　".join(names)}</w:t>'
        taken_out = '<w:delText xml:space="preserve">　赵删去</w:delText>'
        paragraph._p.append(parse_xml(f"<w:ins {mark}><w:r>{put_in}</w:r></w:ins>"))
        paragraph._p.append(parse_xml(f"<w:del {mark}><w:r>{taken_out}</w:r></w:del>"))


@pytest.mark.parametrize(
    "lay_out",
    [
        pytest.param(unit_alone, id="单位一行，姓名在下一行"),
        pytest.param(several_in_a_cell, id="一格里几个姓名"),
        pytest.param(side_by_side, id="左右并排"),
        pytest.param(merged_units, id="单位合并单元格"),
        pytest.param(in_a_frame, id="表中套表"),
        pytest.param(names_in_a_table, id="只有姓名的表，单位在上一行"),
        pytest.param(in_a_box, id="文本框"),
        pytest.param(tracked, id="修订未接受"),
    ],
)
def test_word_documents(tmp_path, read, lay_out):
    people = invented(24)
    made = document(people)
    lay_out(made, people)
    made.add_paragraph(SIGNED)
    made.save(tmp_path / "a.docx")
    expect(read(), people)


def test_who_is_struck_out_was_not_granted_anything_and_is_told(tmp_path, read):
    people = invented(3)
    made = document(people)
    for unit, names in by_unit(people):
        made.add_paragraph(f"{unit}：{'　'.join(names)}").add_run("　赵划去").font.strike = True
    made.add_paragraph(SIGNED)
    made.save(tmp_path / "a.docx")
    found = read()
    expect(found, people, told=["HZ124"])
    assert "赵划去" in found.findings[0].message


@pytest.mark.parametrize("in_one_table", [True, False], ids=["一张表里分段", "两张表"])
def test_one_document_with_two_titles(tmp_path, read, in_one_table):
    people = invented(9)
    made = docx.Document()
    made.add_paragraph("湖人专〔2005〕99号")
    made.add_paragraph(f"关于公布{people[0][0]}等9人具有工程师、助理工程师任职资格的通知")
    bands = ("一、工程师（4人）", "二、助理工程师（5人）")
    if in_one_table:
        rows = listed(people)
        table = filled(made, [rows[0], [bands[0], "", ""], *rows[1:5], [bands[1], "", ""], *rows[5:]])
        for at in (1, 6):
            table.cell(at, 0).merge(table.cell(at, 2))
    else:
        for band, some in zip(bands, (people[:4], people[4:]), strict=True):
            made.add_paragraph(band)
            filled(made, listed(some))
    made.add_paragraph(SIGNED)
    made.save(tmp_path / "a.docx")
    titles = ["工程师"] * 4 + ["助理工程师"] * 5
    expect(read(), people, titles, told=["HZ103"] if in_one_table else [])


# --- text -----------------------------------------------------------------------------------------------------------


TEXTS = {
    "单位：姓名": lambda people: [f"{unit}：{'　'.join(names)}" for unit, names in by_unit(people)],
    "单位独占一行": lambda people: [line for unit, names in by_unit(people) for line in (unit, "    ".join(names))],
    "单位 姓名": lambda people: [f"{unit}  {'  '.join(names)}" for unit, names in by_unit(people)],
    "姓名 单位": lambda people: [f"{at}. {padded(name)}　{unit}" for at, (name, unit) in enumerate(people, 1)],
    "姓名（单位）": lambda people: [f"{padded(name)}（{unit}）" for name, unit in people],
    "有表头": lambda people: ["序号  姓 名    工作单位", *[f"{at}  {padded(name)}    {unit}" for at, (name, unit) in enumerate(people, 1)]],
}  # fmt: skip


@pytest.mark.parametrize("kind", TEXTS)
@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16"])
def test_texts(tmp_path, read, kind, encoding):
    people = invented(24)
    text = "\r\n".join([*head(people), *TEXTS[kind](people), "", "湖州市人事局", SIGNED])
    (tmp_path / "a.txt").write_bytes(text.encode(encoding))
    expect(read(), people)


def test_the_row_of_a_person_in_a_text_is_the_line(tmp_path, read):
    people = invented(6)
    lines = [*head(people), *TEXTS["姓名 单位"](people), SIGNED]
    (tmp_path / "a.txt").write_text("\n".join(lines), encoding="utf-8")
    for record in read().table.records():
        assert padded(record["name"]) in lines[int(record["row"]) - 1]


@pytest.mark.parametrize(
    "day", ["二OO五年十二月三十日", "二〇〇五年十二月卅日", "2005年12月30日", "2005.12.30", "湖州市人事局　二○○五年十二月三十日"]
)  # fmt: skip
@pytest.mark.parametrize("count", ["等三人", "等 3 位同志", "等叁人", "等３名同志", "等3人（共3人）"])
def test_days_and_totals_in_every_form(tmp_path, read, day, count):
    people = invented(3)
    lines = [line.replace("等3人", count) for line in head(people)]
    lines += [*TEXTS["单位：姓名"](people), day, "湖州市人事局办公室　2006年1月4日印发"]
    (tmp_path / "a.txt").write_text("\n".join(lines), encoding="utf-8")
    expect(read(), people)
    (tmp_path / "a.txt").write_text("\n".join(lines).replace(f"：{people[2][0]}", "："), encoding="utf-8")
    assert {each.code.id for each in read().findings} >= {"HZ513"}


def test_what_stands_around_the_people_is_nobody(tmp_path, read):
    people = invented(3)
    before = ["湖州市人事局文件", *head(people), "　　特此通知。"]
    after = ["以上同志，请各单位按规定聘任。", "", "湖州市人事局", SIGNED, "主题词：专业技术　资格　通知", "抄送：省人事厅　市委组织部", "打字：李样例　　校对：赵样例"]  # fmt: skip
    (tmp_path / "a.txt").write_text("\n".join([*before, *TEXTS["单位：姓名"](people), *after]), encoding="utf-8")
    expect(read(), people)


# --- sheets ---------------------------------------------------------------------------------------------------------


def test_a_sheet_whose_title_stands_in_the_words_above(tmp_path, read):
    people = invented(9)
    book = openpyxl.Workbook()
    for row in ([head(people)[0]], [head(people)[1]], ["公布日期：2005年12月30日"], *listed(people)):
        book.active.append(row)
    book.save(tmp_path / "a.xlsx")
    expect(read(), people)


# --- PDF ------------------------------------------------------------------------------------------------------------

FONT = "STSong-Light"


def pdf(path, people, *flow):
    """Pages with a head and a page number, as an office prints them."""
    pdfmetrics.registerFont(UnicodeCIDFont(FONT))
    style = ParagraphStyle("样式", fontName=FONT, fontSize=11, leading=16, wordWrap="CJK")

    def furniture(page, made):
        page.setFont(FONT, 9)
        page.drawString(60, 815, "湖州市人事局文件")
        page.drawCentredString(300, 30, f"— {made.page} —")

    flow = [each if isinstance(each, Table) else Paragraph(each, style) for each in (*head(people), *flow, SIGNED)]
    SimpleDocTemplate(str(path), pagesize=A4).build(flow, onFirstPage=furniture, onLaterPages=furniture)


@pytest.mark.parametrize("rules", ["GRID", "LINEBELOW", None])
@pytest.mark.parametrize("again", [0, 1], ids=["表头一次", "每页有表头"])
def test_a_pdf_table_over_several_pages(tmp_path, read, rules, again):
    people = invented(90)
    style = [("FONT", (0, 0), (-1, -1), FONT, 10)] + ([(rules, (0, 0), (-1, -1), 0.5, "black")] if rules else [])
    pdf(tmp_path / "a.pdf", people, Table(listed(people), repeatRows=again, style=style))
    expect(read(), people)


def test_lines_that_the_edge_of_a_pdf_page_breaks(tmp_path, read):
    people = invented(90)
    pdf(tmp_path / "a.pdf", people, *TEXTS["单位：姓名"](people))
    expect(read(), people)


def test_a_pdf_page_with_two_columns(tmp_path, read):
    people = invented(48)
    pdfmetrics.registerFont(UnicodeCIDFont(FONT))
    page = Canvas(str(tmp_path / "a.pdf"), pagesize=A4)
    page.setFont(FONT, 11)
    for at, line in enumerate(head(people)):
        page.drawString(40, 800 - at * 18, line[:46])
    columns = []
    for unit, names in by_unit(people):
        columns += [f"{unit}：", *["　".join(names[at : at + 4]) for at in range(0, len(names), 4)]]
    for at, line in enumerate(columns):
        page.drawString(40 + at // 10 * 290, 700 - at % 10 * 18, line)
    page.drawString(400, 400, SIGNED)
    page.save()
    expect(read(), people)


def test_a_pdf_of_which_nobody_is_read_is_told(tmp_path, read):
    pdfmetrics.registerFont(UnicodeCIDFont(FONT))
    page = Canvas(str(tmp_path / "a.pdf"), pagesize=A4)
    page.setFont(FONT, 11)
    lines = (
        "湖人专〔2005〕99号",
        "关于公布工程师任职资格的通知",
        "序号姓名工作单位资格名称",
        "1测试甲样例水利设计院工程师",
    )
    for at, line in enumerate(lines):
        page.drawString(60, 780 - at * 18, line)
    page.save()
    found = read()
    assert (len(found.table), [each.code.id for each in found.findings]) == (0, ["HZ518"])

"""The press: what is in the PDF is what was to be printed, and a damaged design is refused in words."""

import io
import pickle
import re
from dataclasses import replace
from datetime import date
from importlib.resources import files
from pathlib import Path

import pypdf
import pytest
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.t2CharStringPen import T2CharStringPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from PIL import Image
from reportlab.pdfgen.canvas import Canvas

from hzcert import render
from hzcert.errors import InputError, UsageError
from hzcert.press.design import Design
from hzcert.press.designfile import load_design, open_fonts
from hzcert.press.draw import About, Leaf, write_pdf
from hzcert.press.fonts import SHIPPED, open_face
from hzcert.press.idfont import MissingGlyphError, register
from hzcert.press.page import Page, background, place
from hzcert.press.subset import subset
from people import holder, table

DAY = date(2007, 11, 20)
SHIPPED_TOML = "zhejiang-booklet"
# Beyond the BMP and in 通用规范汉字表; Extension A; a dotted name; a sign that only the sans face has.
NAMES = ("沈𬍛", "陈𫖯𬭎", "王䶮㛃", "阿不都热合曼·买买提", "吴𰻝", "沈云川")


@pytest.fixture(scope="module")
def design():
    return load_design(SHIPPED_TOML)


@pytest.fixture(scope="module")
def fonts(design):
    shipped = open_fonts(design)
    return replace(shipped, chains={name: chain[:2] for name, chain in shipped.chains.items()})


@pytest.fixture(scope="module")
def press(design, fonts):
    return render.Press(design, fonts)


@pytest.fixture(scope="module")
def photo():
    picture = Image.linear_gradient("L").resize((280, 420)).convert("RGB")
    written = io.BytesIO()
    picture.save(written, "JPEG", quality=90, dpi=(200, 200))
    return written.getvalue()


@pytest.fixture(scope="module")
def volume(policy, photo):
    people = table(*(holder(name=name, employer="" if name == "沈云川" else "湖州市样例水利设计所") for name in NAMES))
    numbers = {n: f"C20070{n}" for n in range(len(NAMES))}
    made = render.faces(people, numbers, policy, dict.fromkeys(numbers, DAY), Path())
    return render.Volume("证书-中级-001.pdf", tuple(replace(face, photo=photo) for face in made))


@pytest.fixture(scope="module")
def printed(volume, press, tmp_path_factory):
    path = tmp_path_factory.mktemp("press") / volume.file_name
    render.write_volume(path, volume, press)
    return path


def small_font(path, *, cff, signs):
    """A font of two boxes, narrow and wide, with some signs drawn by one or the other."""
    names = [".notdef", "narrow", "wide"]
    build = FontBuilder(1000, isTTF=not cff)
    build.setupGlyphOrder(names)
    build.setupCharacterMap({ord(sign): glyph for sign, glyph in signs.items()})
    widths = {".notdef": 500, "narrow": 500, "wide": 1000}
    outlines = {}
    for name in names:
        pen = T2CharStringPen(widths[name], None) if cff else TTGlyphPen(None)
        pen.moveTo((50, 0))
        for point in ((50, 700), (widths[name] - 50, 700), (widths[name] - 50, 0)):
            pen.lineTo(point)
        pen.closePath()
        outlines[name] = pen.getCharString() if cff else pen.glyph()
    if cff:
        build.setupCFF("Small", {"FullName": "Small"}, outlines, {})
    else:
        build.setupGlyf(outlines)
    build.setupHorizontalMetrics({name: (width, 50) for name, width in widths.items()})
    build.setupHorizontalHeader(ascent=880, descent=-120)
    build.setupNameTable({"familyName": "Small", "styleName": "Regular", "psName": "Small-Regular"})
    build.setupOS2()
    build.setupPost()
    build.save(path)
    return path


def drawn(face, text):
    """A PDF with one line of text, read back."""
    written = io.BytesIO()
    name = register(face)
    canvas = Canvas(written, (400, 100), pageCompression=0, invariant=1, initialFontName=name)
    canvas.setFont(name, 20)
    canvas.drawString(20, 40, text)
    canvas.showPage()
    canvas.save()
    return pypdf.PdfReader(written)


def said(reader):
    """The text of a document of one line."""
    return reader.pages[0].extract_text().rstrip("\n")


def embedded(reader):
    """The fonts of a document: (name, descendant, descriptor)."""
    found = {}
    for page in reader.pages:
        for font in page["/Resources"]["/Font"].values():
            [descendant] = font["/DescendantFonts"]
            found[font["/BaseFont"]] = (font, descendant.get_object(), descendant.get_object()["/FontDescriptor"])
    return found


# --- the volume ------------------------------------------------------------------------------------------------------
def test_every_name_can_be_found_and_copied(printed):
    for name, page in zip(NAMES, pypdf.PdfReader(printed).pages, strict=True):
        assert name in page.extract_text()


def test_all_fonts_are_embedded_and_cut_down(printed):
    fonts = embedded(pypdf.PdfReader(printed))
    assert {re.sub(r"^/[A-Z]{6}\+", "", name) for name in fonts} == {"NotoSerifSC-Regular", "NotoSansSC-Regular"}
    for font, descendant, descriptor in fonts.values():
        assert font["/Encoding"] == "/Identity-H" and "/ToUnicode" in font
        assert descendant["/Subtype"] == "/CIDFontType0"
        assert descriptor["/FontFile3"]["/Subtype"] == "/CIDFontType0C"
        assert len(descriptor["/FontFile3"].get_data()) < 100_000


def test_photos_are_embedded_byte_for_byte(printed, photo):
    for page in pypdf.PdfReader(printed).pages:
        [image] = [x for x in page["/Resources"]["/XObject"].values() if x["/Subtype"] == "/Image"]
        assert image["/Filter"] == ["/DCTDecode"]
        assert image._data == photo


def test_the_background_is_in_the_file_once(printed):
    forms = {
        x.indirect_reference.idnum
        for page in pypdf.PdfReader(printed).pages
        for x in page["/Resources"]["/XObject"].values()
        if x["/Subtype"] == "/Form"
    }
    assert len(forms) == 1


def test_the_document_says_what_it_is(printed):
    reader = pypdf.PdfReader(printed)
    assert reader.root_object["/Lang"] == "zh-CN"
    assert (reader.metadata.title, reader.metadata.author) == ("专业技术资格证书（中级）", "湖州市人事局")


def test_the_same_volume_is_the_same_bytes(printed, volume, press, tmp_path):
    render.write_volume(tmp_path / "again.pdf", volume, press)
    assert (tmp_path / "again.pdf").read_bytes() == printed.read_bytes()


def test_each_certificate_is_known_by_its_file_and_page(volume):
    assert list(volume.pages())[2].record() == {
        "type": "certificate",
        "certificate_no": "C200702",
        "output": "证书-中级-001.pdf",
        "page": 3,
    }


@pytest.mark.parametrize("content", [b"", b"GIF89a", b"\xff\xd8\xff\xe0\x00"], ids=["空", "GIF", "断头"])
def test_a_photo_that_is_no_jpeg_is_refused(content, volume, press, tmp_path):
    damaged = replace(volume, certificates=(volume.certificates[0], replace(volume.certificates[1], photo=content)))
    with pytest.raises(InputError, match="第 2 页"):
        render.write_volume(tmp_path / "x.pdf", damaged, press)


def test_a_photo_that_is_not_there_is_refused(volume, press, tmp_path):
    missing = replace(volume, certificates=(replace(volume.certificates[0], photo=tmp_path / "none.jpg"),))
    with pytest.raises(InputError, match="C200700"):
        render.write_volume(tmp_path / "x.pdf", missing, press)


def test_what_was_not_judged_is_not_printed_with_a_hole(volume, press):
    face = replace(volume.certificates[0], texts=volume.certificates[0].texts | {"name": "沈\ue000"})
    with pytest.raises(UsageError, match="姓名"):
        render.page_for(face, press)


# --- one page --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("employer", "湖州市南浔区样例镇人民政府社会事务与劳动保障综合服务中心农业技术推广站水利工程管理所"),
        ("name", "阿不都热合曼·买买提·吐尔逊江·艾力亚尔"),
        ("committee", "湖州市建筑工程与水利水电工程专业技术人员中级职务任职资格评审委员会"),
        ("series", "中等专业学校教师（含技工学校、职业高级中学）"),
        ("title", "高级实验师（中等专业学校与职业中学）"),
        ("obtained_by", "以考代评"),
    ],
)
def test_long_texts_shrink_and_break_inside_their_boxes(field, text, design, fonts):
    [box] = [box for box in design.boxes if box.field == field]
    room, style = design.room(box), design.styles[box.style]
    placed = place(text, room, style, fonts, "#000000")
    assert "".join(run.text for run in placed) == text
    for run in placed:
        assert style.min_size <= run.size <= style.size
        assert room.x <= run.x and run.right <= room.right + 1e-6
        top, foot = run.y - 0.88 * run.size * 25.4 / 72, run.y + 0.12 * run.size * 25.4 / 72
        assert room.y - 1e-6 <= top and foot <= room.bottom + 1e-6


def test_nothing_on_the_page_overlaps(design):
    boxes = list(design.boxes)
    assert not [(a.field, b.field) for n, a in enumerate(boxes) for b in boxes[n + 1 :] if a.overlaps(b)]
    assert not [(box.field, words.text) for box in boxes for words in design.words if box.overlaps(words)]


def test_the_photo_has_the_shape_of_the_normal_form(design, policy):
    spec = policy.photo_spec(DAY)
    assert design.photo.w / design.photo.h == pytest.approx(spec.width / spec.height, rel=0.01)
    assert design.photo.w == pytest.approx(spec.width / spec.dpi * 25.4, abs=0.1)


def test_each_level_has_its_colour(design, policy):
    assert len({design.colour("level", group.name) for group in policy.levels}) == len(policy.levels)
    with pytest.raises(UsageError, match="特级"):
        design.colour("level", "特级")


def test_labels_are_spread_over_their_column(design, fonts):
    labels = {run.text: run for run in background(design, "中级", fonts)}
    assert labels["姓名"].right == pytest.approx(labels["出生年月"].right)


def test_a_dotted_name_breaks_at_its_dots(design, fonts):
    [box] = [box for box in design.boxes if box.field == "name"]
    placed = place("阿不都热合曼·买买提·吐尔逊江", design.room(box), design.styles[box.style], fonts, "#000000")
    assert [run.text for run in placed] == ["阿不都热合曼·买买提·", "吐尔逊江"]


# --- fonts -----------------------------------------------------------------------------------------------------------
def test_a_sign_is_drawn_by_the_first_face_that_has_it(fonts):
    runs = [(run.face.name, run.text) for run in fonts.runs("song", "吴𰻝一")]
    assert runs == [("NotoSerifSC-Regular", "吴"), ("NotoSansSC-Regular", "𰻝"), ("NotoSerifSC-Regular", "一")]
    assert fonts.missing("song", "吴𰻝\ue001一\ue000\ue001") == "\ue001\ue000"


def test_fonts_travel_to_workers(fonts):
    assert pickle.loads(pickle.dumps(fonts)) == fonts


@pytest.mark.parametrize("cff", [False, True], ids=["TrueType", "CFF"])
def test_other_fonts_are_embedded_too(cff, tmp_path):
    signs = {"甲": "wide", "乙": "narrow", "\U00030edd": "wide"}
    face = open_face(small_font(tmp_path / "small.otf", cff=cff, signs=signs))
    reader = drawn(face, "乙甲\U00030edd")
    assert said(reader) == "乙甲\U00030edd"
    [(_, descendant, descriptor)] = embedded(reader).values()
    assert descendant["/W"] == [1, [500, 1000, 1000]]
    assert ("/FontFile3" if cff else "/FontFile2") in descriptor
    if not cff:
        codes = descendant["/CIDToGIDMap"].get_data()
        glyphs = [int.from_bytes(codes[n : n + 2], "big") for n in range(0, len(codes), 2)]
        # Two signs with one glyph have two codes: each is found as itself.
        assert glyphs[2] == glyphs[3] != glyphs[1] and glyphs[0] == 0


def test_signs_that_share_a_glyph_of_a_cff_face_are_both_drawn():
    face = open_face(SHIPPED["serif"])
    # U+2F64 is the radical ⽤, drawn by the glyph of 用.
    assert face.glyph("\u2f64") == face.glyph("用")
    once, twice = (len(subset(face, signs).program) for signs in ("用", "用\u2f64"))
    assert twice > once + 20
    assert said(drawn(face, "用\u2f64")) == "用\u2f64"


def test_a_missing_glyph_is_an_error_not_a_box():
    with pytest.raises(MissingGlyphError, match=r"U\+E000"):
        drawn(open_face(SHIPPED["serif"]), "沈\ue000")


def test_more_signs_than_one_byte_can_count_stay_one_font():
    text = "".join(map(chr, range(0x4E00, 0x4E00 + 700)))
    reader = drawn(open_face(SHIPPED["sans"]), text)
    assert len(embedded(reader)) == 1
    assert said(reader) == text


def test_the_tag_of_a_subset_comes_from_what_is_in_it():
    face = open_face(SHIPPED["serif"])
    [one], [same], [other] = (list(embedded(drawn(face, text))) for text in ("沈云", "沈云", "沈川"))
    assert one == same != other


@pytest.mark.parametrize("content", [b"", b"no font at all"], ids=["空", "文字"])
def test_a_file_that_is_no_font_is_refused(content, tmp_path):
    (tmp_path / "x.ttf").write_bytes(content)
    with pytest.raises(UsageError, match=r"x\.ttf"):
        open_face(tmp_path / "x.ttf")


# --- designs ---------------------------------------------------------------------------------------------------------
def shipped_toml():
    return files("hzcert.data").joinpath("designs", f"{SHIPPED_TOML}.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        pytest.param("[underline]", "[underline]\ncolor = 1", "underline.color 不认识的键", id="多出的键"),
        pytest.param("line = 0.3\n", "", "mark.line 缺少这个键", id="缺少的键"),
        pytest.param("page = [176, 125]", "page = [170, 125]", "超出页面", id="超出页面"),
        pytest.param('field = "sex"', 'field = "gender"', "不认识的字段 gender", id="不认识的字段"),
        pytest.param('style = "mark"', 'style = "stamp"', "styles 中没有 stamp", id="没有的字样"),
        pytest.param('font = "hei"', 'font = "kai"', "fonts 中没有 kai", id="没有的字库"),
        pytest.param(
            "embossing = { x = 46, y = 52", "embossing = { x = 46, y = 58", "压在钢印的位置上", id="钢印处有字"
        ),
        pytest.param("seal = { x = 126.5, y = 79.8", "seal = { x = 126.5, y = 70", "压在公章的位置上", id="公章处有字"),
        pytest.param("qr = { x = 99, y = 85.5", "qr = { x = 99, y = 78", "压在验证码的位置上", id="验证码处有字"),
        pytest.param("qr = { x = 99,", "qr = { x = 103,", "qr 压在公章的位置上", id="验证码在公章处"),
        pytest.param("w = 25, h = 25", "w = 25, h = 20", "qr 应是正方形", id="验证码不是方的"),
        pytest.param("depth = 2.2", "depth = 40", "depth 太大", id="边带太宽"),
        pytest.param('field = "sex"', 'field = "sex"\ntext = "甲"', "要写且只写一个", id="又有字段又有文字"),
        pytest.param('field = "sex"', 'text = "{name"', "花括号不成对", id="花括号不成对"),
        pytest.param("min_size = 5.5,", "min_size = 70,", "min_size 不能大于 size", id="最小字号大于字号"),
        pytest.param('"#8c1d24"', '"dark red"', "colours.高级", id="不是颜色"),
        pytest.param('name = "', "name = ", "不是正确的 TOML", id="不是TOML"),
    ],
)
def test_a_wrong_design_is_refused_by_file_and_key(old, new, said, tmp_path):
    text = shipped_toml()
    assert old in text
    path = tmp_path / "ours.toml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(UsageError, match=re.escape(said)) as refused:
        load_design(str(path))
    assert "ours.toml" in refused.value.message


def test_a_design_that_is_not_there_is_refused():
    with pytest.raises(InputError, match="none-such"):
        load_design("none-such")


def test_an_office_adds_its_own_font_beside_its_design(tmp_path):
    small_font(tmp_path / "ours.ttf", cff=False, signs={"\ue000": "wide"})
    text = shipped_toml().replace('song = ["serif", "sans"', 'song = ["serif", "none.ttf", "our*.ttf"')
    (tmp_path / "ours.toml").write_text(text, encoding="utf-8")
    fonts = open_fonts(load_design(str(tmp_path / "ours.toml")))
    assert fonts.chains["song"][:2] == (SHIPPED["serif"], tmp_path / "ours.ttf")
    assert fonts.missing("song", "沈\ue000") == ""


def test_words_of_the_design_that_can_not_be_set_are_its_own_fault(design, fonts):
    for text, said in (("\ue000", "没有"), ("很长" * 40, "放不下")):
        words = design.words[0].model_copy(update={"text": text})
        wrong: Design = design.model_copy(update={"words": (words,)})
        with pytest.raises(UsageError, match=said):
            background(wrong, "中级", fonts)


def test_a_page_of_nothing_is_still_a_page(design, fonts, photo, tmp_path):
    write_pdf(tmp_path / "x.pdf", [Leaf(Page("初级", ()), None, photo)], design, fonts, About("t", "a", "s"))
    assert "专业技术资格证书" in pypdf.PdfReader(tmp_path / "x.pdf").pages[0].extract_text().replace(" ", "")

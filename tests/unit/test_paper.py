"""What comes to lie on paper: the shipped designs, several on a sheet, both sides, printers set right, PDF/A, codes."""

import io
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pikepdf
import pypdf
import pytest
from fontTools.cffLib import CFFFontSet
from fontTools.pens.basePen import NullPen
from PIL import Image

from hzcert import render, work
from hzcert.errors import UsageError
from hzcert.press import code
from hzcert.press.design import Area, Guilloche, Style
from hzcert.press.designfile import SHIPPED_DESIGNS, load_design, open_fonts
from hzcert.press.guilloche import curves
from hzcert.press.layout import Layout, Printer
from hzcert.press.page import place
from people import QUALIFICATIONS, holders, table

DAY = date(2007, 11, 20)
MM = 72 / 25.4
CODE = "HZ1:" + "6BFOXN*TS0BI$ZD.P9UOL97O4-2HH77HRM3DSPTYRR+%JTCK" * 6


@pytest.fixture(scope="module")
def photo():
    written = io.BytesIO()
    Image.linear_gradient("L").resize((280, 420)).convert("RGB").save(written, "JPEG", quality=80)
    return written.getvalue()


@pytest.fixture(scope="module")
def printed(policy, photo, tmp_path_factory):
    """Prints people by a design: the file."""

    def print_(design, count=3, layout=None, **given):
        press = render.open_press(policy, DAY, design)
        fonts = replace(press.fonts, chains={name: chain[:2] for name, chain in press.fonts.chains.items()})
        press = replace(press, fonts=fonts, layout=layout or Layout(), sealer=lambda *_: CODE)
        people = holders(count, **(dict(QUALIFICATIONS[0]) | given))
        numbers = {n: f"C20070{n}" for n in range(count)}
        made = render.faces(table(*people), numbers, policy, dict.fromkeys(numbers, DAY), Path())
        path = tmp_path_factory.mktemp("paper") / "证书.pdf"
        render.write_volume(path, render.Volume(path.name, tuple(replace(f, photo=photo) for f in made)), press)
        return path

    return print_


def places(path, page=0):
    """Where each text begins, in mm from the top left corner."""
    found = {}
    sheet = pypdf.PdfReader(path).pages[page]
    height = float(sheet.mediabox.height)

    def note(text, matrix, font_matrix, *_):
        if text.strip():
            x = font_matrix[4] * matrix[0] + matrix[4]
            y = font_matrix[5] * matrix[3] + matrix[5]
            found.setdefault(text.strip(), (x / MM, (height - y) / MM))

    sheet.extract_text(visitor_text=note)
    return found


class Spy(work.Local):
    """Workers that are none, and how many volumes each was given at once."""

    def __init__(self):
        self.workers, self.given = 2, []

    def submit(self, fn, task, items, seconds):
        self.given.append(len(items))
        return work.Here().submit(fn, task, items, seconds)


def test_volumes_are_handed_out_one_by_one(policy, photo, tmp_path):
    press = render.open_press(policy, DAY, "zhejiang-overprint")
    numbers = {n: f"C20070{n}" for n in range(12)}
    people = table(*holders(12, **QUALIFICATIONS[0]))
    faces = render.faces(people, numbers, policy, dict.fromkeys(numbers, DAY), Path())
    made = render.volumes([replace(face, photo=photo) for face in faces], policy, DAY, size=1)
    spy = Spy()
    assert len(list(render.write_volumes(made, press, tmp_path / ".v", spy, work.Silent()))) == 12
    assert spy.given == [1] * 12, "or one worker sets them all while the others wait"


def test_the_largest_volumes_are_set_first(policy, photo, tmp_path):
    press = render.open_press(policy, DAY, "zhejiang-overprint")
    numbers = {n: f"C20070{n}" for n in range(7)}
    people = table(*holders(2, **QUALIFICATIONS[0]), *holders(5, **QUALIFICATIONS[3]))
    faces = render.faces(people, numbers, policy, dict.fromkeys(numbers, DAY), Path())
    made = render.volumes([replace(face, photo=photo) for face in faces], policy, DAY, size=4)
    with work.executor(1) as on:
        written = [volume for volume, _ in render.write_volumes(made, press, tmp_path / ".v", on, work.Silent())]
    sizes = [len(volume.certificates) for volume in written]
    assert len(set(sizes)) > 1 and sizes == sorted(sizes, reverse=True)
    assert sorted(volume.file_name for volume in written) == sorted(volume.file_name for volume in made)


# --- designs ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", SHIPPED_DESIGNS)
def test_shipped_designs_are_whole(name):
    assert load_design(name).name == name


def test_an_overprint_has_the_fields_alone(printed):
    full, fields = places(printed("zhejiang-booklet")), places(printed("zhejiang-overprint"))
    assert "发证机关" not in fields and "专业技术资格证书" not in fields
    for text in ("C200700", "沈云川", "工程师"):
        assert fields[text] == pytest.approx(full[text], abs=0.01)


def test_an_overprint_lands_where_the_printer_is_told_to(printed):
    plain = places(printed("zhejiang-overprint"))
    printer = Printer(1.5, -2.0, 0.995, 0.995)
    moved = places(printed("zhejiang-overprint", layout=Layout(printer=printer)))
    assert len(plain) >= 12
    for text, (x, y) in plain.items():
        assert moved[text] == pytest.approx((x * 0.995 + 1.5, y * 0.995 - 2.0), abs=0.02)


def test_four_proofs_lie_on_a_sheet_and_carry_a_mark_and_no_code(printed):
    path = printed("a4-proof", 5)
    reader = pypdf.PdfReader(path)
    assert [page.extract_text().count("校样") for page in reader.pages] == [4, 1]
    assert float(reader.pages[0].mediabox.width) == pytest.approx(297 * MM, abs=0.01)
    with pikepdf.open(path) as document:
        assert not [o for o in pikepdf.parse_content_stream(document.pages[0]) if str(o.operator) == "INLINE IMAGE"]


def test_backs_lie_behind_their_fronts_in_duplex(printed, tmp_path):
    (tmp_path / "two.toml").write_text(
        'based_on = "zhejiang-booklet"\nname = "two"\n[sheet]\npage = [360, 130]\ncolumns = 2\nrows = 1\n',
        encoding="utf-8",
    )
    design = load_design(str(tmp_path / "two.toml"))
    layout = Layout("duplex")
    fronts, backs = layout.slots(design), layout.slots(design, back=True)
    assert [slot.x for slot in backs] == [360 - 176 - slot.x for slot in fronts]
    reader = pypdf.PdfReader(printed(str(tmp_path / "two.toml"), 3, layout))
    said = ["证书不得涂改" in page.extract_text() for page in reader.pages]
    assert said == [False, True, False, True]
    assert [layout.sheet_of(n, design) for n in range(3)] == [1, 1, 3]
    stacked = pypdf.PdfReader(printed(str(tmp_path / "two.toml"), 3, Layout("stacked")))
    assert ["证书不得涂改" in page.extract_text() for page in stacked.pages] == [False, False, True, True]


def test_a_sheet_too_small_is_refused(tmp_path):
    path = tmp_path / "x.toml"
    path.write_text(
        'based_on = "zhejiang-booklet"\n[sheet]\npage = [300, 130]\ncolumns = 2\nrows = 1\n', encoding="utf-8"
    )
    with pytest.raises(UsageError, match="sheet 放不下"):
        load_design(str(path))


@pytest.mark.parametrize("base", ["x.toml", "none.toml", "3"])
def test_a_design_is_based_on_another_that_is_there(base, tmp_path):
    path = tmp_path / "x.toml"
    path.write_text(f"based_on = {base if base == '3' else repr(base)}\n", encoding="utf-8")
    with pytest.raises((UsageError, render.InputError)):
        load_design(str(path))


@pytest.mark.parametrize("kind", ["band", "rosette"])
def test_guilloches_stay_in_their_area_and_close(kind):
    figure = Guilloche(kind=kind, x=10, y=20, w=60, h=90, line=0.1, strands=3)
    for curve in curves(figure):
        assert curve[0] == pytest.approx(curve[-1])
        assert all(9.9 <= x <= 70.1 and 19.9 <= y <= 110.1 for x, y in curve)


# --- text ------------------------------------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def fonts():
    shipped = open_fonts(load_design("zhejiang-booklet"))
    return replace(shipped, chains={name: chain[:2] for name, chain in shipped.chains.items()})


def set_(text, fonts, area=None, **given):
    style = Style(font="song", size=10, min_size=6, **given)
    return place(text, area or Area(x=10, y=10, w=40, h=10), style, fonts, "#000000")


def test_two_signs_are_spread_to_the_width_of_three(fonts):
    (two,), (three,) = set_("沈云", fonts, justify=3), set_("沈云川", fonts, justify=3)
    assert two.right == pytest.approx(three.right)
    (foreign,) = set_("Li", fonts, justify=3)
    assert foreign.spacing == 0


def test_letter_spacing_is_counted_in_the_width(fonts):
    (spaced,) = set_("沈云川", fonts, spacing=0.5)
    (plain,) = set_("沈云川", fonts)
    assert spaced.length == pytest.approx(plain.length * 4 / 3)


def test_vertical_text_runs_down_and_turns_letters(fonts):
    area = Area(x=10, y=10, w=8, h=40)
    placed = set_("水利（2007）工程", fonts, area, vertical=True)
    assert "".join(each.text for each in placed) == "水利（2007）工程"
    assert [each.text for each in placed if each.turned] == ["（2007）"]
    assert [each.y for each in placed] == sorted(each.y for each in placed)
    two = set_("水利水电工程与岩土工程勘察设计", fonts, area, vertical=True, lines=2)
    assert two[0].x > two[-1].x, "lines run from right to left"


# --- the document ----------------------------------------------------------------------------------------------------
def test_a_certificate_may_be_kept_as_pdf_a(printed):
    with pikepdf.open(printed("zhejiang-booklet")) as document:
        root = document.Root
        with document.open_metadata() as metadata:
            assert metadata.pdfa_status == "2B"
            assert metadata["dc:title"] == "专业技术资格证书（中级）" == str(document.docinfo["/Title"])
            assert metadata["xmp:CreateDate"] == "2007-11-20T00:00:00+08:00"
        assert str(document.docinfo["/CreationDate"]).startswith("D:20071120000000+08'00")
        [intent] = root.OutputIntents
        assert intent.S == "/GTS_PDFA1" and intent.DestOutputProfile.N == 3
        assert "/ID" in document.trailer and "/Encrypt" not in document.trailer
        assert root.Lang == "zh-CN"
        for each in document.objects:
            if isinstance(each, pikepdf.Dictionary) and each.get("/Type") == "/FontDescriptor":
                assert "/FontFile3" in each or "/FontFile2" in each
            if isinstance(each, pikepdf.Stream):
                assert each.get("/Filter") != "/LZWDecode" and "/SMask" not in each


@pytest.mark.parametrize("design", SHIPPED_DESIGNS)
def test_a_validator_that_knows_all_rules_approves_of_certificates(design, printed):
    """One that approves only of what it knows to conform; it was made from the rules of veraPDF."""
    pytest.importorskip("jsonschema", reason="pip install 'pikepdf[pdfa]'")
    from pikepdf import pdfa

    report = pdfa.validate_written(printed(design), "2b")
    assert report.passed, report.findings[:5]


def test_widths_are_those_of_the_embedded_fonts(printed):
    """PDF/A-2 (ISO 19005-2, 6.2.11.5): what a reader lays out by is what is drawn."""
    looked_at = 0
    with pikepdf.open(printed("zhejiang-booklet")) as document:
        for each in document.objects:
            if not isinstance(each, pikepdf.Dictionary) or "/W" not in each:
                continue
            fonts = CFFFontSet()
            fonts.decompile(io.BytesIO(each.FontDescriptor.FontFile3.read_bytes()), None)
            top = fonts.topDictIndex[0]
            first, widths = int(each.W[0]), [float(width) for width in each.W[1]]
            for code_, width in enumerate(widths, first):
                outline = top.CharStrings.charStringsIndex[code_]
                outline.private = top.FDArray[top.FDSelect[code_]].Private
                outline.draw(NullPen())
                assert outline.width == pytest.approx(width, abs=1)
                looked_at += 1
    assert looked_at > 50


def test_the_code_is_drawn_whole(printed):
    content = pypdf.PdfReader(printed("zhejiang-booklet", 1)).pages[0].get_contents().get_data()
    bits = bytes.fromhex(content.partition(b" ID ")[2].partition(b">")[0].decode())
    size = code.encode(CODE).size
    modules = np.unpackbits(np.frombuffer(bits, np.uint8).reshape(size, -1), axis=1)[:, :size]
    picture = np.kron(np.pad(modules, 4, constant_values=1), np.ones((4, 4), np.uint8)) * 255
    assert code.read(picture.astype(np.uint8)) == [CODE]


def test_what_no_code_can_hold_is_refused():
    with pytest.raises(UsageError, match="验证码"):
        code.encode("A" * 5000)

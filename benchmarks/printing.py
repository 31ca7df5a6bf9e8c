"""Certificates: CPU a page with photo, signed code and all fields, against what an office would use instead, in one run.

``python benchmarks/printing.py [COUNT] [--only hzcert|PEER]``; each runs in a process of its own, imports and start
included. Peers draw the same data on a plainer page: two frames, a title, labels, rules, twelve fields, the photo, the code.
"""

import io
import json
import os
import resource
import shutil
import subprocess
import sys
import time
from dataclasses import replace
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))
DAY = date(2007, 11, 20)
FIELDS = (
    "name", "sex", "birth_date", "id_number", "employer", "series", "title", "specialty", "level", "obtained_by",
    "obtained_on", "document_no",
)  # fmt: skip
PHOTO_BYTES = 17_000
_HEADED = 20  # bytes that a JPEG of Pillow begins with, its JFIF header


def photos(count):
    """Distinct photos of about 17 KB each: a few drawn ones, told apart by a comment."""
    from PIL import Image

    chance = np.random.default_rng(7)
    drawn = []
    for _ in range(16):
        noise = chance.normal(0, 9, (420, 280, 3)) + np.linspace(120, 220, 420)[:, None, None]
        picture = Image.fromarray(np.clip(noise, 0, 255).astype(np.uint8))
        for quality in range(85, 20, -5):
            written = io.BytesIO()
            picture.save(written, "JPEG", quality=quality)
            if len(written.getvalue()) <= PHOTO_BYTES:
                break
        drawn.append(written.getvalue())
    for number in range(count):
        content, note = drawn[number % 16], b"\xff\xfe" + (10).to_bytes(2, "big") + b"%08d" % number
        yield content[:_HEADED] + note + content[_HEADED:]


def people(count, folder):
    """Certificates of so many people, their photos in a folder."""
    import invented

    from hzcert import render
    from hzcert.policy import load_policy

    policy = load_policy("huzhou-2007-35").policy
    table = invented.table(count)
    faces = render.faces(
        table, {n: f"C2007330500080{n:05}X" for n in range(count)}, policy, dict.fromkeys(range(count), DAY), folder
    )
    return [replace(face, photo=folder / f"{n}.jpg") for n, face in enumerate(faces)], policy


def hzcert(count, folder, out, *, sealed=True, workers=1):
    """Our own, in volumes of 1,000: CPU and seconds. As in the command, workers start while the list is being made ready."""
    from hzcert import keyring, render, seal
    from hzcert.policy import load_policy
    from hzcert.work import Silent, executor, start

    press = render.open_press(load_policy("huzhou-2007-35").policy, DAY)
    if sealed:
        sealer = seal.Sealer(keyring.open_signer(folder / "seal", "a password"))
    else:
        said = json.loads((folder / "codes.json").read_text(encoding="utf-8"))
        sealer = _Ready(said)
    press = replace(press, sealer=sealer)
    with executor(workers) as on:
        start(on, render.get_ready, press)
        faces, policy = people(count, folder)
        begun, wall = _cpu(), time.monotonic()
        volumes = render.volumes(faces, policy, DAY)
        for volume, scratch in render.write_volumes(volumes, press, out / ".v", on, Silent()):
            scratch.replace(out / volume.file_name)
        seconds = time.monotonic() - wall
    return _cpu() - begun, seconds


class _Ready:
    """Codes that were made before: what is left is to draw them."""

    def __init__(self, codes):
        self.codes = codes

    def __call__(self, certificate, photo):
        return self.codes[int(certificate.certificate_no[-6:-1])]


def data(count, folder):
    """What peers draw: fields, photo, code."""
    faces, _ = people(count, folder)
    codes = json.loads((folder / "codes.json").read_text(encoding="utf-8"))
    for n, face in enumerate(faces):
        yield n, [face.says(field) for field in FIELDS], folder / f"{n}.jpg", codes[n]


LABELS = (
    "姓名",
    "性别",
    "出生年月",
    "身份证号",
    "工作单位",
    "系列",
    "资格名称",
    "专业",
    "级别",
    "取得方式",
    "取得时间",
    "公布文号",
)


def font_file():
    """A TrueType face that every peer can read."""
    for path in ("/usr/share/fonts/truetype/lxgw-wenkai/LXGWWenKai-Regular.ttf",):
        if Path(path).exists():
            return path
    raise SystemExit("apt-get install fonts-lxgw-wenkai")


def reportlab_naive(count, folder, out):
    """As a tutorial has it: everything drawn on every page, ReportLab's own code widget."""
    from reportlab.graphics import renderPDF
    from reportlab.graphics.barcode.qr import QrCodeWidget
    from reportlab.graphics.shapes import Drawing
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont
    from reportlab.pdfgen.canvas import Canvas

    pdfmetrics.registerFont(TTFont("Kai", font_file()))
    canvas = Canvas(str(out / "x.pdf"), (499, 354))
    start = _cpu()
    for _, fields, photo, code in data(count, folder):
        canvas.rect(14, 14, 471, 326)
        canvas.rect(20, 20, 459, 314)
        canvas.setFont("Kai", 16)
        canvas.drawCentredString(370, 310, "专业技术资格证书")
        canvas.setFont("Kai", 9)
        for row, (label, text) in enumerate(zip(LABELS, fields, strict=True)):
            y = 290 - 17 * row
            canvas.drawString(280, y, label)
            canvas.drawString(325, y, text)
            canvas.line(325, y - 2, 470, y - 2)
        canvas.drawImage(str(photo), 74, 163, 101, 151)
        widget = QrCodeWidget(code, barLevel="M")
        x0, y0, x1, y1 = widget.getBounds()
        drawing = Drawing(71, 71, transform=[71 / (x1 - x0), 0, 0, 71 / (y1 - y0), 0, 0])
        drawing.add(widget)
        renderPDF.draw(drawing, canvas, 280, 24)
        canvas.showPage()
    canvas.save()
    return _cpu() - start


def fpdf(count, folder, out):
    """fpdf2 with segno, whose codes it draws as rectangles."""
    import segno
    from fpdf import FPDF

    pdf = FPDF(unit="mm", format=(125, 176), orientation="L")
    pdf.add_font("Kai", "", font_file())
    start = _cpu()
    for _, fields, photo, code in data(count, folder):
        pdf.add_page()
        pdf.rect(5, 5, 166, 115)
        pdf.rect(7, 7, 162, 111)
        pdf.set_font("Kai", size=16)
        pdf.text(110, 17, "专业技术资格证书")
        pdf.set_font("Kai", size=9)
        for row, (label, text) in enumerate(zip(LABELS, fields, strict=True)):
            y = 24 + 6 * row
            pdf.text(99, y, label)
            pdf.text(115, y, text)
            pdf.line(115, y + 1, 166, y + 1)
        pdf.image(str(photo), 26, 14, 35.6, 53.3)
        picture = io.BytesIO()
        segno.make(code, error="m", micro=False).save(picture, "png", scale=1, border=0)
        picture.seek(0)
        pdf.image(picture, 99, 92, 25, 25)
    pdf.output(str(out / "x.pdf"))
    return _cpu() - start


def typst(count, folder, out):
    """typst, with codes made by zxing-cpp as SVG."""
    import typst as compiler
    import zxingcpp

    start = _cpu()
    pages = []
    for n, fields, photo, code in data(count, folder):
        made = zxingcpp.create_barcode(code, zxingcpp.BarcodeFormat.QRCode, ec_level="M", data_mask=2)
        (folder / f"{n}.svg").write_text(made.to_svg(add_quiet_zones=False), encoding="utf-8")
        pages.append({"fields": fields, "photo": photo.name, "code": f"{n}.svg"})
    (folder / "people.json").write_text(json.dumps(pages), encoding="utf-8")
    (folder / "x.typ").write_text(
        """#set page(width: 176mm, height: 125mm, margin: 0mm)
#set text(font: "LXGW WenKai", size: 9pt)
#let labels = ("""
        + ", ".join(f'"{label}"' for label in LABELS)
        + """)
#let put(x, y, what) = place(top + left, dx: x, dy: y, what)
#for (n, each) in json("people.json").enumerate() {
  if n > 0 { pagebreak() }
  put(5mm, 5mm, rect(width: 166mm, height: 115mm))
  put(7mm, 7mm, rect(width: 162mm, height: 111mm))
  put(110mm, 11mm, text(16pt)[专业技术资格证书])
  for (row, value) in each.fields.enumerate() {
    let y = 21mm + 6mm * row
    put(99mm, y, labels.at(row))
    put(115mm, y, value)
    put(115mm, y + 4mm, line(length: 51mm, stroke: 0.3pt))
  }
  put(26mm, 14mm, image(each.photo, width: 35.6mm))
  put(99mm, 92mm, image(each.code, width: 25mm))
}
""",
        encoding="utf-8",
    )
    compiler.compile(str(folder / "x.typ"), output=str(out / "x.pdf"), font_paths=[str(Path(font_file()).parent)])
    return _cpu() - start


def weasyprint(count, folder, out):
    """WeasyPrint from HTML."""
    import segno
    from weasyprint import HTML

    start = _cpu()
    parts = []
    for _, fields, photo, code in data(count, folder):
        rows = "".join(f"<tr><td>{a}</td><td class=v>{b}</td></tr>" for a, b in zip(LABELS, fields, strict=True))
        svg = segno.make(code, error="m", micro=False).svg_data_uri(scale=1, border=0)
        parts.append(
            f"<section><h1>专业技术资格证书</h1><img class=p src='{photo.as_uri()}'><table>{rows}</table><img class=q src=\"{svg}\"></section>"
        )
    style = """<style>@page{size:176mm 125mm;margin:0}body{font-family:'LXGW WenKai';font-size:9pt;margin:0}
    section{position:relative;width:176mm;height:125mm;page-break-after:always;border:1pt solid;box-sizing:border-box}
    h1{position:absolute;left:110mm;top:8mm;font-size:16pt;margin:0}.p{position:absolute;left:26mm;top:14mm;width:35.6mm}
    table{position:absolute;left:99mm;top:20mm}.v{border-bottom:.3pt solid;width:50mm}.q{position:absolute;left:99mm;top:96mm;width:25mm}</style>"""
    HTML(string=style + "".join(parts)).write_pdf(str(out / "x.pdf"))
    return _cpu() - start


def mailmerge(count, folder, out, *, pictures=True):
    """LibreOffice's own mail merge of a Writer template, into one PDF; photo and code set in by a macro, as fields fill in text alone."""
    import zxingcpp
    from PIL import Image

    start = _cpu()
    rows, shown = [], []
    for n, fields, photo, code in data(count, folder):
        rows.append(fields)
        if pictures:
            made = zxingcpp.create_barcode(code, zxingcpp.BarcodeFormat.QRCode, ec_level="M", data_mask=2)
            path = folder / f"merge{n}.png"
            Image.fromarray(np.array(made.to_image(scale=3, add_quiet_zones=False))).save(path)
            shown.append([str(photo), str(path)])
    (out / "people.json").write_text(json.dumps([LABELS, rows, shown]), encoding="utf-8")
    script = str(Path(__file__).with_name("mailmerge.py"))
    words = [
        "/usr/bin/python3",
        script,
        str(out / "people.json"),
        str(out),
    ]  # the system's, which has LibreOffice's uno
    subprocess.run(words, check=True, capture_output=True)
    (out / "people.json").unlink()
    shutil.rmtree(out / "merge")
    return _cpu() - start


def mailmerge_text(count, folder, out):
    """The same with the fields alone: neither photo nor code."""
    return mailmerge(count, folder, out, pictures=False)


def docxtpl(count, folder, out):
    """A Word template that docxtpl fills in for each person, photo and code too; LibreOffice turns them into PDF, all in one run."""
    import zxingcpp
    from docx import Document
    from docx.enum.section import WD_ORIENT
    from docx.shared import Mm, Pt
    from docxtpl import DocxTemplate, InlineImage
    from PIL import Image

    start = _cpu()
    plain = Document()
    page = plain.sections[0]
    page.orientation, page.page_width, page.page_height = WD_ORIENT.LANDSCAPE, Mm(176), Mm(125)
    page.left_margin = page.right_margin = page.top_margin = page.bottom_margin = Mm(7)
    plain.styles["Normal"].font.name, plain.styles["Normal"].font.size = "LXGW WenKai", Pt(7)
    plain.styles["Normal"].paragraph_format.space_after = Pt(0)
    plain.add_paragraph("专业技术资格证书 {{ photo }} {{ code }}")
    for n, label in enumerate(LABELS):
        plain.add_paragraph(f"{label}　{{{{ f{n} }}}}")
    plain.save(folder / "template.docx")
    made = []
    for n, fields, photo, code in data(count, folder):
        template = DocxTemplate(folder / "template.docx")
        symbol = zxingcpp.create_barcode(code, zxingcpp.BarcodeFormat.QRCode, ec_level="M", data_mask=2)
        drawn = io.BytesIO()
        Image.fromarray(np.array(symbol.to_image(scale=3, add_quiet_zones=False))).save(drawn, "PNG")
        pictures = {
            "photo": InlineImage(template, str(photo), width=Mm(35.6)),
            "code": InlineImage(template, drawn, width=Mm(25)),
        }
        template.render(pictures | {f"f{number}": text for number, text in enumerate(fields)})
        made.append(folder / f"{n}.docx")
        template.save(made[-1])
    program = ["soffice", "--headless", f"-env:UserInstallation=file://{folder}/lo", "--convert-to", "pdf"]
    subprocess.run([*program, "--outdir", str(out), *map(str, made)], check=True, capture_output=True)
    return _cpu() - start


def libreoffice(count, folder, out):
    """One flat ODF document of so many pages with photos and codes, made by a program, turned into PDF by LibreOffice."""
    import segno

    start = _cpu()
    frames = []
    for n, fields, photo, code in data(count, folder):
        picture = folder / f"qr{n}.png"
        segno.make(code, error="m", micro=False).save(str(picture), scale=3, border=0)
        lines = "".join(f"<text:p text:style-name='F'>{a} {b}</text:p>" for a, b in zip(LABELS, fields, strict=True))
        images = "".join(
            f"<draw:frame text:anchor-type='as-char' svg:width='{w}cm' svg:height='{h}cm'><draw:image xlink:href='{p.as_uri()}'/></draw:frame>"
            for p, w, h in ((photo, 3.56, 5.33), (picture, 2.5, 2.5))
        )
        frames.append(f"<text:p text:style-name='B'>专业技术资格证书{images}</text:p>{lines}")
    oasis = "urn:oasis:names:tc:opendocument:xmlns:"
    known = {
        "office": "office", "style": "style", "text": "text", "draw": "drawing", "svg": "svg-compatible", "fo": "xsl-fo-compatible",
    }  # fmt: skip
    spaces = " ".join(f"xmlns:{short}='{oasis}{name}:1.0'" for short, name in known.items())
    document = (
        f"<office:document {spaces} xmlns:xlink='http://www.w3.org/1999/xlink' office:version='1.2'"
        " office:mimetype='application/vnd.oasis.opendocument.text'><office:automatic-styles><style:page-layout style:name='P'>"
        "<style:page-layout-properties fo:page-width='176mm' fo:page-height='125mm' fo:margin='7mm' fo:border='1pt solid #000000'/>"
        "</style:page-layout><style:style style:name='B' style:family='paragraph'>"
        "<style:paragraph-properties fo:break-before='page'/></style:style><style:style style:name='F' style:family='paragraph'>"
        "<style:text-properties style:font-size-asian='7pt' fo:font-size='7pt'/></style:style></office:automatic-styles>"
        "<office:master-styles><style:master-page style:name='Standard' style:page-layout-name='P'/></office:master-styles>"
        f"<office:body><office:text>{''.join(frames)}</office:text></office:body></office:document>"
    )
    # LibreOffice knows a flat document by double quotes alone.
    document = '<?xml version="1.0" encoding="UTF-8"?>\n' + document.replace("'", '"')
    (folder / "x.fodt").write_text(document, encoding="utf-8")
    program = [
        "soffice",
        "--headless",
        f"-env:UserInstallation=file://{folder}/lo",
        "--convert-to",
        "pdf",
        "--outdir",
        str(out),
    ]
    subprocess.run([*program, str(folder / "x.fodt")], check=True, capture_output=True)
    return _cpu() - start


def _cpu():
    own, children = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


def prepare(count, folder):
    """Photos, a key, and the codes that peers draw too."""
    from hzcert import keyring, seal

    for number, photo in enumerate(photos(count)):
        (folder / f"{number}.jpg").write_bytes(photo)
    keyring.generate(folder / "seal", "a password", DAY)
    sealer = seal.Sealer(keyring.open_signer(folder / "seal", "a password"))
    faces, _ = people(count, folder)
    codes = [sealer(face, face.photo.read_bytes()) for face in faces]
    (folder / "codes.json").write_text(json.dumps(codes), encoding="utf-8")


def main():
    """Measure each in a process of its own and print a table."""
    if len(sys.argv) > 3 and sys.argv[1] == "--one":
        _, _, name, count, folder = sys.argv
        with TemporaryDirectory(dir=folder) as out:
            wall = time.monotonic()
            how = {
                "hzcert, signed": lambda: hzcert(int(count), Path(folder), Path(out)),
                "hzcert, codes drawn only": lambda: hzcert(int(count), Path(folder), Path(out), sealed=False),
                "hzcert, signed, 2 workers": lambda: hzcert(int(count), Path(folder), Path(out), workers=2),
            }.get(name) or (lambda: globals()[name](int(count), Path(folder), Path(out)))
            given = how()
            cpu, seconds = given if isinstance(given, tuple) else (given, time.monotonic() - wall)
            size = sum(path.stat().st_size for path in Path(out).iterdir())
            peak = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
        sys.stdout.write(json.dumps([cpu, size, peak / 1024, seconds]))
        return
    count = int(next((word for word in sys.argv[1:] if word.isdigit()), "10000"))
    only = sys.argv[sys.argv.index("--only") + 1] if "--only" in sys.argv else ""
    jobs = [
        ("hzcert, codes drawn only", count), ("hzcert, signed", count), ("hzcert, signed, 2 workers", count),
        ("typst", count // 10), ("fpdf", count // 10), ("reportlab_naive", count // 20), ("weasyprint", count // 50),
        ("libreoffice", count // 20), ("docxtpl", count // 20), ("mailmerge", count // 20), ("mailmerge_text", count // 10),
    ]  # fmt: skip
    if only == "hzcert":
        jobs = jobs[:3]
    elif only:
        jobs = [jobs[1], *(job for job in jobs if job[0] == only)]
    with TemporaryDirectory() as folder:
        prepare(count, Path(folder))
        base = None
        print(
            "| | pages | CPU ms a page | times hzcert's | bytes a page | peak MB | wall s |\n|---|---|---|---|---|---|---|"
        )
        for name, pages in jobs:
            words = [sys.executable, __file__, "--one", name, str(pages), folder]
            ran = subprocess.run(words, capture_output=True, text=True, env=os.environ)
            if ran.returncode:
                print(f"| {name} | not measured: {ran.stderr.strip().splitlines()[-1][:80]} |")
                continue
            cpu, size, peak, wall = json.loads(ran.stdout)
            each = cpu / pages * 1000
            base = each if name == "hzcert, signed" else base
            ratio = f"{each / base:.1f}" if base else ""
            print(
                f"| {name} | {pages:,} | {each:.2f} | {ratio} | {size / pages:,.0f} | {peak:.0f} | {wall:.1f} |",
                flush=True,
            )


if __name__ == "__main__":
    main()

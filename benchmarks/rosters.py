"""Rosters: 100,000 rows in 189 sheets against openpyxl with the same styles; a roster of 5,000 rows as PDF against others.

``python benchmarks/rosters.py [--only xlsx|pdf] [--rows N]``; CPU seconds of a process each, start and imports left out.
"""

import json
import resource
import subprocess
import sys
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

sys.path.insert(0, str(Path(__file__).parent))
DAY = date(2007, 11, 20)
SHEETS = 189


def groups(rows, sheets):
    """So many rows as rosters of a unit each."""
    import invented

    from hzcert import roster

    table = invented.table(rows)
    records = list(table.records())
    size = -(-rows // sheets)
    made = []
    for start in range(0, rows, size):
        part = records[start : start + size]
        cells = tuple(roster._cells(entry, f"C20073305000{start + n:07}X") for n, entry in enumerate(part))
        group = roster.Group(f"样例单位{len(made):03}", tuple(range(len(part))), cells)
        made.append(
            roster.Roster(
                "x.xlsx", "湖州市中级专业技术资格证书持有人员花名册", "湖州市人事局", "市职评中心", True, DAY, (group,)
            )
        )
    return made


def hzcert_xlsx(rows, out):
    """Our own writer."""
    from dataclasses import replace

    from hzcert import roster
    from hzcert.sheets.writing import write_workbook

    made = groups(rows, SHEETS)
    start = _cpu()
    # As rosters of up to 100,000 entries are written.
    write_workbook(
        out / "x.xlsx", (replace(roster.sheet(each), name=each.groups[0].unit) for each in made), DAY, held=True
    )
    return _cpu() - start


def openpyxl_xlsx(rows, out):
    """Openpyxl with the same borders, fonts, formats and print set-up."""
    from openpyxl import Workbook
    from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
    from openpyxl.utils import get_column_letter

    from hzcert import roster
    from hzcert.sheets.writing import Row, _as_day

    made = groups(rows, SHEETS)
    start = _cpu()
    book = Workbook()
    book.remove(book.active)
    thin = Side(style="thin")
    border, font = Border(thin, thin, thin, thin), Font(name="宋体", size=9)
    bold, wrap = Font(name="宋体", size=9, bold=True), Alignment(vertical="center", wrap_text=True)
    grey = PatternFill("solid", fgColor="EDEDED")
    for each in made:
        plan = roster.sheet(each)
        sheet = book.create_sheet(each.groups[0].unit)
        across = len(plan.columns)
        sheet.append([plan.title])
        sheet.merge_cells(start_row=1, start_column=1, end_row=1, end_column=across)
        sheet.append([plan.above[0]])
        sheet.append([column.heading for column in plan.columns])
        for cell in sheet[3]:
            cell.font, cell.border, cell.alignment, cell.fill = bold, border, wrap, grey
        for number, row in enumerate(plan.rows, 4):
            cells = row.cells if isinstance(row, Row) else row
            for place, value in enumerate(cells, 1):
                day = plan.columns[place - 1].kind == "date" and _as_day(value)
                cell = sheet.cell(number, place, day or value or None)
                cell.font, cell.border, cell.alignment = font, border, wrap
                cell.number_format = "yyyy-mm-dd" if day else "0" if place == 1 else "@"
            if isinstance(row, Row):
                sheet.merge_cells(start_row=number, start_column=1, end_row=number, end_column=across)
            sheet.row_dimensions[number].height = 31.5
        for place, column in enumerate(plan.columns, 1):
            sheet.column_dimensions[get_column_letter(place)].width = column.width
        sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", 9
        sheet.print_title_rows, sheet.freeze_panes = "1:3", "A4"
        sheet.oddFooter.center.text = "第 &P 页 共 &N 页"
    book.save(out / "x.xlsx")
    return _cpu() - start


def one_roster(rows):
    """One roster of so many rows, in groups of 40."""
    from dataclasses import replace

    made = groups(rows, rows // 40)
    return replace(made[0], groups=tuple(each.groups[0] for each in made))


def hzcert_pdf(rows, out):
    """Our own table on paper."""
    from hzcert import paper, render
    from hzcert.settings import Options, settle

    settings = settle(Options(as_of="2007-11-20"))
    press, each = render.open_press(settings.policy, DAY), one_roster(rows)
    start = _cpu()
    content, _ = paper.roster_pdf(each, press, "A4", settings)
    (out / "x.pdf").write_bytes(content)
    return _cpu() - start


def longtable_pdf(rows, out):
    """ReportLab's LongTable: headings repeated, borders, no wrapping at all."""
    from reportlab.lib import colors
    from reportlab.lib.pagesizes import A4, landscape
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont
    from reportlab.platypus import LongTable, SimpleDocTemplate, TableStyle

    from hzcert import roster

    pdfmetrics.registerFont(TTFont("Kai", "/usr/share/fonts/truetype/lxgw-wenkai/LXGWWenKai-Regular.ttf"))
    listing = roster.listing(one_roster(rows))
    start = _cpu()
    across = len(listing.columns)
    cells = [[column.text for column in listing.columns]]
    cells += [[*line.cells, *[""] * (across - len(line.cells))] for line in listing.lines]
    style = [("FONT", (0, 0), (-1, -1), "Kai", 5), ("GRID", (0, 0), (-1, -1), 0.4, colors.grey)]
    table = LongTable(cells, repeatRows=1, colWidths=[785 / across] * across, style=TableStyle(style))
    SimpleDocTemplate(str(out / "x.pdf"), pagesize=landscape(A4), leftMargin=28, rightMargin=28).build([table])
    return _cpu() - start


def libreoffice_pdf(rows, out):
    """The workbook turned into PDF by LibreOffice."""
    from hzcert import roster
    from hzcert.sheets.writing import write_workbook

    write_workbook(out / "x.xlsx", [roster.sheet(one_roster(rows))], DAY)
    start = _cpu()
    words = [
        "soffice",
        "--headless",
        f"-env:UserInstallation=file://{out}/lo",
        "--convert-to",
        "pdf",
        "--outdir",
        str(out),
    ]
    subprocess.run([*words, str(out / "x.xlsx")], check=True, capture_output=True)
    assert (out / "x.pdf").exists()
    return _cpu() - start


def _cpu():
    own, children = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


def main():
    """Measure each in a process of its own and print a table."""
    if sys.argv[1:2] == ["--one"]:
        _, _, name, rows = sys.argv
        with TemporaryDirectory() as out:
            cpu = globals()[name](int(rows), Path(out))
            size = next(
                path.stat().st_size
                for path in Path(out).iterdir()
                if path.suffix in (".pdf", ".xlsx") and path.stem == "x"
            )
        sys.stdout.write(json.dumps([cpu, size, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024]))
        return
    only = sys.argv[sys.argv.index("--only") + 1] if "--only" in sys.argv else ""
    rows = int(sys.argv[sys.argv.index("--rows") + 1]) if "--rows" in sys.argv else 0
    print("| | rows | CPU s | times hzcert's | MB of file | peak MB |\n|---|---|---|---|---|---|")
    for kind, count in (("xlsx", rows or 100_000), ("pdf", rows or 5_000)):
        if only and only != kind:
            continue
        names = [name for name in globals() if name.endswith(f"_{kind}")]
        base = None
        for name in names:
            ran = subprocess.run([sys.executable, __file__, "--one", name, str(count)], capture_output=True, text=True)
            if ran.returncode:
                print(f"| {name} | not measured: {ran.stderr.strip().splitlines()[-1][:90]} |")
                continue
            cpu, size, peak = json.loads(ran.stdout)
            base = base or cpu
            print(f"| {name} | {count:,} | {cpu:.2f} | {cpu / base:.1f} | {size / 1e6:.1f} | {peak:.0f} |", flush=True)


if __name__ == "__main__":
    main()

"""Designs tried and printers measured (版式、打印机): what an office does before it prints."""

from collections.abc import Sequence
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory

from hzcert import render
from hzcert.batch import whole_file
from hzcert.errors import UsageError
from hzcert.outcome import Outcome, Record
from hzcert.paper import Job, beside_register
from hzcert.press.layout import Layout, Sides
from hzcert.settings import Settings
from hzcert.table import Table, lines_in_error


def specimens(settings: Settings) -> Table:
    """Invented people with the longest names and units, rare characters, and fields missing."""
    import tomllib

    from hzcert.table import make_table

    text = files("hzcert.data").joinpath("specimens.toml").read_text(encoding="utf-8")
    people = tomllib.loads(text)["people"]
    common = {"region": "市本级", "case": "换发", "file": "specimens.toml", "sheet": ""}
    return make_table([common | person | {"row": number} for number, person in enumerate(people, 1)])


def check_design(design: str, settings: Settings) -> Outcome:
    """A design held against what it must be: places, words, fonts, and whether the longest names fit.

    Raises:
        UsageError: it is wrong, said by key.
    """
    from hzcert.press.page import background

    press = render.open_press(settings.policy, settings.as_of, design)
    for group in settings.policy.levels:
        background(press.design, group.name, press.fonts)
        if press.design.back:
            background(press.design, group.name, press.fonts, press.design.back)
    found = render.judge_holders(specimens(settings), press)
    fonts = {chain: [face.name for face in press.fonts.faces(chain)] for chain in press.fonts.chains}
    item: Record = {
        "type": "design",
        "name": press.design.name,
        "page": list(press.design.page),
        "boxes": len(press.design.boxes),
        "fonts": fonts,
    }
    counts = {"boxes": len(press.design.boxes), "problems": len(found)}
    look = "" if found else f"版式 {press.design.name} 没有问题"
    return Outcome("design check", counts, found, [item], look=look)


def preview_design(design: str, out: Path, settings: Settings, sides: Sides | None, *, dry_run: bool) -> Outcome:
    """A design with invented people on it, as PDF and as one picture a page.

    Raises:
        UsageError: the design is wrong.
        OutputError: it can't be written.
    """
    from hzcert.imaging import plain
    from hzcert.press import pdf

    press = render.open_press(settings.policy, settings.as_of, design)
    chosen: Sides = sides or ("duplex" if press.design.back and not press.design.overprint else "front")
    shown = press.design.without_code() if press.design.across else press.design
    press = replace(press, design=shown, layout=Layout(chosen), sealer=lambda *_: _SPECIMEN_CODE)
    people = specimens(settings)
    unfit = render.judge_holders(people, press)
    fit = people.take(~lines_in_error(people, unfit))
    numbers = {line: f"C2007330500080000{line}X" for line in range(len(fit))}
    photo = files("hzcert.data").joinpath("specimen.jpg").read_bytes()
    faces = render.faces(fit, numbers, settings.policy, dict.fromkeys(numbers, settings.as_of), Path())
    volume = render.Volume(f"{_plain(press.design.name)}.pdf", tuple(replace(face, photo=photo) for face in faces))
    written: list[str] = []
    if not dry_run and faces:
        with TemporaryDirectory() as nowhere:
            made = Path(nowhere) / "x.pdf"
            render.write_volume(made, volume, press)
            content = made.read_bytes()
        pictures = ((n, plain.png(grey, 200)) for n, grey in enumerate(pdf.colours(content, 200), 1))
        for name, data in (
            (volume.file_name, content),
            *((f"{_plain(press.design.name)}-{n}.png", d) for n, d in pictures),
        ):
            with whole_file(out / name) as path:
                path.write_bytes(data)
            written.append(str(out / name))
    return Outcome("design preview", {"certificates": len(faces), "files": len(written)}, unfit, outputs=written)


# What stands where a code would: no code of anybody's.
_SPECIMEN_CODE = "HZ1:" + "SPECIMEN " * 37


def _plain(name: str) -> str:
    return "".join(sign for sign in name if sign.isalnum() or sign in "-_") or "design"


def calibrate_printer(
    settings: Settings,
    job: Job,
    readings: Sequence[str],
    grid: Path | None,
    *,
    dry_run: bool,
) -> Outcome:
    """The grid sheet, or what its readings come to, kept under the printer's name.

    Raises:
        UsageError: readings without a printer's name, or that can't be.
    """
    from hzcert.press import archive, calibrate

    press = render.open_press(settings.policy, settings.as_of, job.design)
    paper = Layout().paper(press.design)
    if not readings:
        target = grid or Path("校准页.pdf")
        if not dry_run:
            about = archive.About("打印机校准页", settings.authority.name, press.design.name, settings.as_of)
            with whole_file(target) as path:
                chain = next(iter(press.design.styles.values())).font
                calibrate.write_grid(path, paper, press.fonts, chain, about)
        return Outcome("print calibrate", {"files": 1}, outputs=[] if dry_run else [str(target)])
    if not job.printer:
        raise UsageError("有读数，没有打印机名称", "请加上 --printer，如 --printer HP4250/纸盒2")
    measured = calibrate.profile(calibrate.read_readings(readings), paper, settings.as_of.isoformat())
    path = job.printers or beside_register(settings, calibrate.PRINTERS)
    known = {**calibrate.load_printers(path), job.printer: measured}
    text = calibrate.printers_text(known)
    if not dry_run:
        with whole_file(path) as temporary:
            temporary.write_text(text, encoding="utf-8")
    item: Record = {"type": "printer", "printer": job.printer, **measured.model_dump()}
    look = f"{job.printer}：左右 {measured.x_mm:+.2f} 毫米，上下 {measured.y_mm:+.2f} 毫米，缩放 {measured.scale_x:.4f} × {measured.scale_y:.4f}"
    return Outcome("print calibrate", {"printers": len(known)}, (), [item], [] if dry_run else [str(path)], look=look)

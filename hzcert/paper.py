"""What leaves the tool on paper (出件), from files to files: certificates, proofs, calibration, designs tried, codes checked."""

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from hzcert import codes, keyring, language, render, roster
from hzcert.batch import whole_file
from hzcert.errors import InputError, OutputError, UsageError
from hzcert.findings import Finding, Where, in_order
from hzcert.given import keep_apart, read_entries
from hzcert.outcome import Outcome, Record
from hzcert.press.layout import Layout, Printer, Sides
from hzcert.settings import Settings
from hzcert.sheets.writing import Paper, write_workbook
from hzcert.steps import enter, reconciled, remember_outputs, without_errors
from hzcert.store import exists, register_path
from hzcert.table import Table, lines_in_error
from hzcert.work import Watch, executor

CERTIFICATES = "certificates"  # the folder of a batch's own
MARKS: Mapping[str, str] = {"void": "作废", "proof": "校样"}
_WORTH_A_WORKER = 400  # certificates; to start a worker takes as long
SCRATCH = ".hzcert-volume-"


@dataclass(frozen=True, slots=True)
class Job:
    """How certificates are to be printed; what is left empty is as the policy and the design have it."""

    design: str = ""
    printer: str = ""
    printers: Path | None = None
    sides: Sides = "front"
    split_by: render.Split = "level"
    split: int | None = None
    mark: str = ""
    seal: Path | None = None
    seal_password: str | None = None
    reprint: str = ""
    sign_with: Path | None = None
    sign_password: str | None = None


def beside_register(settings: Settings, name: str) -> Path:
    """Where a file of the office lies unless told otherwise: in the register's folder, or here."""
    with suppress(UsageError):
        return register_path(settings.register).parent / name
    return Path(name)


def open_press(job: Job, settings: Settings) -> render.Press:
    """All that pages are set with, and the key that proves them.

    Raises:
        UsageError: no such printer, or a key without its password.
    """
    press = render.open_press(settings.policy, settings.as_of, job.design)
    design = press.design
    if job.mark:
        design = design.model_copy(update={"across": MARKS[job.mark]})
    if job.sides != "front" and design.back is None:
        raise UsageError(f"版式 {design.name} 没有背面", "请只印正面，或在版式文件中加上 [back]")
    printer = _printer(job, settings) if job.printer else Printer()
    sealer = None if design.across or job.sides == "back" else open_sealer(job.seal, job.seal_password, settings)
    return replace(press, design=design, layout=Layout(job.sides, printer), sealer=sealer)


def open_sealer(folder: Path | None, password: str | None, settings: Settings) -> render.Sealer | None:
    """What makes codes: the key that signs now; None where the office has no key.

    Raises:
        InputError: the named folder has no key.
        UsageError: the key needs its password.
    """
    from hzcert import seal  # here, since the libraries of keys take a fifth of a second to load

    where = folder or beside_register(settings, keyring.FOLDER)
    if folder is None and not (where / keyring.LIST).exists():
        return None
    if password is None:
        raise UsageError(f"密钥文件夹 {where} 需要密码", "请设环境变量 HZCERT_SEAL_PASSWORD，或用 --seal-password")
    return seal.Sealer(keyring.open_signer(where, password))


def _printer(job: Job, settings: Settings) -> Printer:
    from hzcert.press import calibrate

    path = job.printers or beside_register(settings, calibrate.PRINTERS)
    known = calibrate.load_printers(path)
    if job.printer not in known:
        names = "、".join(known) or "（没有）"
        raise UsageError(f"{path} 里没有打印机“{job.printer}”", f"已有：{names}；请先用 hzcert print calibrate 校准")
    return known[job.printer].printer


def print_files(
    holders: Path, pictures: Path, out: Path, settings: Settings, job: Job, watch: Watch, *, dry_run: bool
) -> Outcome:
    """Certificates of the entries that agree with the published documents, that this authority makes, with photo (三.4).

    Proofs take no number for good, and are no certificates.
    """
    from hzcert import register  # here, since SQLAlchemy takes a fifth of a second to load

    policy, day, code = settings.policy, settings.as_of, settings.authority.code
    press = open_press(job, settings)
    if job.sign_with is not None:  # before a number is taken
        from hzcert.press import signing

        signing.open_signer(job.sign_with, job.sign_password)
    sound, found = without_errors(read_entries([holders], settings, out), settings)
    keep_apart(pictures, out)
    accepted, unchecked = reconciled(sound, settings)
    mine = accepted.take(render.made_by(accepted, policy, code, day))
    missing = [not (pictures / f"{number}.jpg").is_file() for number in mine.column("id_number")]
    bare = np.array(missing, dtype=np.bool_)
    found += [*unchecked, *mine.findings(bare, codes.PHOTO_MISSING)]
    unfit = render.judge_holders(mine, press)
    ready = mine.take(~bare & ~lines_in_error(mine, unfit))
    # A proof, and the back of a sheet alone, are no certificates.
    proof = bool(press.design.across) or job.sides == "back"
    numbers = register.number(
        ready, policy, day, code, settings.register, dry_run=dry_run or proof, operator=settings.operator
    )
    given = dict(numbers.by_line)
    again = [] if proof or job.reprint else _printed_before(ready, given, settings)
    notes = dict.fromkeys(register.unheld(ready, settings.register), register.UNHELD)
    faces = render.faces(ready, given, policy, numbers.given_on, pictures, notes)
    volumes = render.volumes(faces, policy, day, job.split_by, job.split)
    if not dry_run:
        _write(volumes, press, out, settings, job, watch)
        if not proof:
            in_volumes = [(each.file_name, each) for each in volumes]
            remember_outputs(ready, [], in_volumes, out, settings, press, job.reprint)
    records = [page.record() for volume in volumes for page in volume.pages(press)]
    bare_codes = [] if proof else unsealed(len(records), press, str(out))
    counts = {"certificates": len(records), "volumes": len(volumes), "new_numbers": 0 if proof else numbers.new}
    counts |= {"sealed": len(records) if press.sealer and press.design.qr else 0}
    written = [] if dry_run else [str(out / volume.file_name) for volume in volumes]
    every = in_order([*found, *unfit, *numbers.findings, *again, *bare_codes])
    return Outcome("print", counts, every, records, written, look=UNSEALED if bare_codes else "")


def _printed_before(entries: Table, numbers: dict[int, str], settings: Settings) -> list[Finding]:
    """Findings on what this command has printed before, whose numbers are taken out; a batch's own pages may be made again."""
    from hzcert import register

    before = register.prints_of(numbers.values(), settings.register)
    found = []
    for line, number in sorted(numbers.items()):
        if names := [name for name in before.get(number, ()) if not name.startswith(f"{CERTIFICATES}/")]:
            found.append(entries.finding(line, codes.PRINTED_BEFORE, "", number=number, output=names[-1]))
            del numbers[line]
    return found


UNSEALED = "没有密钥，证书上没有验证码；请先运行 hzcert seal keygen"


def unsealed(count: int, press: render.Press, where: str) -> list[Finding]:
    """Said once, where certificates were printed without the code that their design has room for."""
    bare = count and press.design.qr and press.sealer is None
    return [codes.UNSEALED.at(Where(where), "", count=count)] if bare else []


def _write(
    volumes: Sequence[render.Volume], press: render.Press, out: Path, settings: Settings, job: Job, watch: Watch
) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as cause:
        raise OutputError(f"不能写入 {out}：{cause.strerror}", "请检查路径和权限") from cause
    count = sum(len(volume.certificates) for volume in volumes)
    with executor(workers_for(count, settings)) as on, watch("制证", len(volumes)) as progress:
        for volume, scratch in render.write_volumes(volumes, press, out / SCRATCH, on, progress):
            with whole_file(out / volume.file_name) as path:
                place(scratch, path, job)


def place(scratch: Path, path: Path, job: Job) -> None:
    """Put a volume in its place, signed where asked for."""
    if job.sign_with is None:
        scratch.replace(path)
        return
    from hzcert.press import signing

    signing.sign(scratch, path, job.sign_with, job.sign_password)


def workers_for(count: int, settings: Settings) -> int:
    """How many workers so many certificates are worth."""
    return min(settings.workers, 1 + count // _WORTH_A_WORKER)


# --- rosters --------------------------------------------------------------------------------------------------------


def build_rosters(
    holders: Path, out: Path, settings: Settings, paper: Paper, *, public: bool, dry_run: bool
) -> Outcome:
    """Annex 4 rosters of the entries that may be printed, a workbook and a PDF a level and destination; it gives no numbers.

    For posting (公示) they are masked, and no roster of the register's.
    """
    from hzcert import register  # here, since SQLAlchemy takes a fifth of a second to load

    policy, day = settings.policy, settings.as_of
    sound, found = without_errors(read_entries([holders], settings, out), settings)
    accepted, unchecked = reconciled(sound, settings)
    numbers = register.known_numbers(accepted, policy, settings.register)
    rosters = roster.build(accepted, numbers, policy, day, settings.authority)
    made = [roster.public(each) for each in rosters] if public else rosters
    press = render.open_press(policy, day)
    written: list[str] = []
    unset: list[Finding] = []
    bare = frozenset(register.unheld(accepted, settings.register))
    for each, whose in zip(made, rosters, strict=True) if not dry_run else ():
        notice = _unheld_on(whose, bare)
        sheet = roster.sheet(each, paper)
        with whole_file(out / each.file_name) as path:
            write_workbook(
                path,
                [sheet.saying(notice)],
                day,
                held=len(each) <= roster.HELD,
            )
        written.append(str(out / each.file_name))
        content, problems = roster_pdf(each, press, paper, settings, notice)
        unset += problems
        if content is not None:
            name = pdf_name(each.file_name)
            with whole_file(out / name) as path:
                path.write_bytes(content)
            written.append(str(out / name))
    if not dry_run and not public:
        enter(accepted, settings)
        remember_outputs(accepted, [(each.file_name, each) for each in rosters], [], out, settings)
    counts = {"rosters": len(rosters), "rows": sum(map(len, rosters)), "numbers": len(numbers)}
    return Outcome("roster build", counts, in_order([*found, *unchecked, *unset]), outputs=written)


def _unheld_on(each: roster.Roster, bare: frozenset[int]) -> str:
    """What a roster says of those on it who were held against no published document; nothing where there are none."""
    count = len(bare.intersection(line for group in each.groups for line in group.lines)) if bare else 0
    return f"其中 {count} 人没有与公布文件核对（--without-published）" if count else ""


def pdf_name(workbook: str) -> str:
    """The name of a roster's PDF beside its workbook."""
    return workbook.removesuffix(".xlsx") + ".pdf"


def roster_pdf(
    each: roster.Roster, press: render.Press, paper: Paper, settings: Settings, notice: str = ""
) -> tuple[bytes | None, list[Finding]]:
    """A roster as PDF, with a notice above where there is one; None, and a finding, where a sign of it has no glyph: no box is ever printed for a name."""
    from hzcert.press import archive, tables

    listing, chain = roster.listing(each), next(iter(press.design.fonts))
    listing = replace(listing, above=(notice, *listing.above)) if notice else listing
    if signs := tables.missing(listing, press.fonts, chain):
        points = "、".join(f"{sign}（U+{ord(sign):04X}）" for sign in signs)
        where = Where(file=pdf_name(each.file_name))
        return None, [codes.ROSTER_NO_GLYPH.at(where, "", signs=points)]
    about = archive.About(each.title, each.filed_by, each.file_name.removesuffix(".xlsx"), each.filled_on)
    with TemporaryDirectory() as nowhere:
        path = Path(nowhere) / "x.pdf"
        tables.write_listing(path, listing, paper, press.fonts, chain, about)
        return path.read_bytes(), []


# --- designs and printers -------------------------------------------------------------------------------------------


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
    press = replace(press, layout=Layout(chosen), sealer=lambda *_: _SPECIMEN_CODE)
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


# --- keys and codes -------------------------------------------------------------------------------------------------


def generate_key(folder: Path | None, password: str | None, settings: Settings, *, dry_run: bool) -> Outcome:
    """A new key that signs from now on.

    Raises:
        UsageError: no password, too short a one, or not that of the folder.
    """
    where = folder or beside_register(settings, keyring.FOLDER)
    if not password:
        raise UsageError("新密钥需要密码", "请设环境变量 HZCERT_SEAL_PASSWORD，或用 --seal-password")
    if dry_run:
        return Outcome("seal keygen", {"keys": len(keyring.keys(where))})
    made = keyring.generate(where, password, settings.as_of)
    listed = keyring.keys(where)
    item: Record = {"type": "key", "kid": made.kid.hex(), "since": made.since, "jwk": made.jwk}
    look = f"新密钥 {made.kid.hex()} 已启用；请备份 {where}，并重新运行 hzcert seal export"
    return Outcome("seal keygen", {"keys": len(listed)}, (), [item], [str(where)], look=look)


def withdraw_key(folder: Path | None, name: str, reason: str, settings: Settings, *, dry_run: bool) -> Outcome:
    """A key that was leaked signs no more, and no code that it signed proves anything.

    Raises:
        UsageError: no such key, or no reason.
    """
    if not reason.strip():
        raise UsageError("撤销密钥要写明原因", "请加上 --reason")
    where = folder or beside_register(settings, keyring.FOLDER)
    gone = keyring.withdraw(where, name, reason, settings.as_of, dry_run=dry_run)
    item: Record = {"type": "key", "kid": gone.kid.hex(), "since": gone.since, "withdrawn": gone.withdrawn}
    kid = gone.kid.hex()
    look = f"密钥 {kid} 已撤销；请用 hzcert seal keygen 生成新的，重新运行 hzcert seal export，并重印有效的证书"
    written = [] if dry_run else [str(where / keyring.LIST)]
    return Outcome("seal withdraw", {"keys": len(keyring.keys(where))}, (), [item], written, look=look)


def list_keys(folder: Path | None, settings: Settings) -> Outcome:
    """The office's keys: which signs, which are kept for checking, which were withdrawn and why."""
    where = folder or beside_register(settings, keyring.FOLDER)
    listed, active = keyring.keys(where), keyring.signing(where)
    standing = {key.kid: "withdrawn" if key.withdrawn else "active" if key.kid == active else "kept" for key in listed}
    items: list[Record] = [
        {"type": "key", "kid": key.kid.hex(), "since": key.since, "standing": standing[key.kid]}
        | ({"withdrawn": key.withdrawn, "reason": key.reason} if key.withdrawn else {})
        for key in listed
    ]
    told = {"withdrawn": "已撤销", "active": "现用", "kept": "留作验证"}
    lines = [
        f"{key.kid.hex()} {key.since} {language.word(told[standing[key.kid]])} {key.withdrawn} {key.reason}".strip()
        for key in listed
    ]
    return Outcome("seal keys", {"keys": len(listed)}, (), items, look="\n".join(lines))


def revoked(settings: Settings) -> dict[str, str]:
    """Certificates that are no longer good, by number, and why: lost, void, replaced; none where there is no register."""
    from hzcert import register  # here, since SQLAlchemy takes a fifth of a second to load

    if not exists(settings.register):
        return {}
    return {each.number: each.why for each in register.revoked(settings.register)}


def export_page(folder: Path, seal_folder: Path | None, settings: Settings, *, dry_run: bool) -> Outcome:
    """The static folder with which anybody checks codes: one page, the public keys, the revoked numbers.

    Raises:
        InputError: the office has no key yet.
    """
    from hzcert import verifypage

    where = seal_folder or beside_register(settings, keyring.FOLDER)
    listed = keyring.keys(where)
    if not listed:
        raise InputError(f"密钥文件夹 {where} 里没有密钥", "请先运行 hzcert seal keygen")
    gone = revoked(settings)
    made = verifypage.files_of(listed, gone, settings.as_of, settings.authority.name)
    for name, content in made.items() if not dry_run else ():
        with whole_file(folder / name) as path:
            path.write_bytes(content)
        (folder / name).chmod(0o644)  # for everybody to read: nothing of anybody stands in it
    written = [] if dry_run else [str(folder / name) for name in made]
    return Outcome("seal export", {"keys": len(listed), "revoked": len(gone), "files": len(made)}, outputs=written)


def verify_files(
    given: Sequence[str], keys_folder: Path | None, job: Job, id_number: str, settings: Settings
) -> Outcome:
    """Certificates' PDFs, pictures of codes, or their text: genuine, altered, of an unknown key, revoked.

    Raises:
        InputError: a file can't be read, or there are no public keys.
        UsageError: an ID number without the key's password.
    """
    from hzcert import seal

    where = keys_folder or beside_register(settings, keyring.FOLDER)
    listed = keyring.keys(where)
    if not listed:
        raise InputError(
            f"{where} 里没有公钥", "请用 --keys 指明密钥文件夹，或 hzcert seal export 写出的 verify 文件夹"
        )
    signer = None
    if id_number:
        if job.seal_password is None:
            raise UsageError(
                "核对整个身份证号要用本机关的密钥", "请设环境变量 HZCERT_SEAL_PASSWORD，或用 --seal-password"
            )
        signer = keyring.open_signer(where, job.seal_password)
    trust = seal.Trust(
        {key.kid: key.public for key in listed},
        {**_listed_as_revoked(where), **revoked(settings)},
        signer,
        id_number,
        {key.kid: key.withdrawn for key in listed if key.withdrawn},
    )
    checked: list[seal.Checked] = []
    for each in given:
        if each.startswith(seal.PREFIX) and not Path(each[:200]).exists():
            checked.append(replace(trust.check(each), file="-"))
        else:
            checked += seal.check_file(Path(each), each, trust)
    found = [finding for one in checked for finding in one.findings()]
    told = [
        f"{Where(one.file, page=one.page or None)}：{seal.TOLD[one.status]} {_told(one.facts)}"
        for one in checked[:_MOST_TOLD]
    ]
    return Outcome("verify", seal.counts(checked), found, [one.record() for one in checked], look="\n".join(told))


_MOST_TOLD = 20


def _told(facts: Any) -> str:
    return f"{facts.certificate_no} {facts.name} {facts.title}" if facts else ""


def _listed_as_revoked(folder: Path) -> dict[str, str]:
    """What an exported folder says of revoked certificates."""
    path = folder / "revoked.json"
    if not path.exists():
        return {}
    try:
        listed = json.loads(path.read_text(encoding="utf-8"))["revoked"]
        return {str(number): str(state) for number, state in listed.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as cause:
        raise InputError(f"{path} 不能读取", "请重新运行 hzcert seal export") from cause

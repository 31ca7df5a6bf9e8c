"""What leaves the tool on paper (出件), from files to files: certificates and rosters."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from hzcert import codes, keyring, render, roster
from hzcert.batch import whole_file
from hzcert.errors import OutputError, UsageError
from hzcert.findings import Finding, Where, in_order
from hzcert.given import keep_apart, read_entries
from hzcert.ingest import Ingested
from hzcert.outcome import Outcome
from hzcert.press.layout import Layout, Printer, Sides
from hzcert.settings import Settings
from hzcert.sheets.writing import Paper, write_workbook
from hzcert.steps import enter, reconciled, remember_outputs, without_errors
from hzcert.store import register_path
from hzcert.table import Table, lines_in_error
from hzcert.work import Watch, executor, start

CERTIFICATES = "certificates"  # the folder of a batch's own
MARKS: Mapping[str, str] = {"void": "作废", "proof": "校样"}
_WORTH_A_WORKER = 400  # certificates; to start a worker takes as long
SCRATCH = ".hzcert-volume-"
_SHOWN = 20  # signs that are shown of a text that is far too long


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
    keys = None if design.across else key_folder(job.seal, settings)
    if keys is None:
        design = design.without_code()
    sealer = open_sealer(keys, job.seal_password) if keys and job.sides != "back" else None
    return replace(press, design=design, layout=Layout(job.sides, printer), sealer=sealer)


def key_folder(named: Path | None, settings: Settings) -> Path | None:
    """The folder of the office's keys; None where it has none and none was named."""
    where = named or beside_register(settings, keyring.FOLDER)
    return where if named or (where / keyring.LIST).exists() else None


def open_sealer(where: Path, password: str | None) -> render.Sealer:
    """What makes codes: the key that signs now.

    Raises:
        InputError: the folder has no key.
        UsageError: the key needs its password.
    """
    from hzcert import seal  # here, since the libraries of keys take a fifth of a second to load

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
    press = open_press(job, settings)
    if job.sign_with is not None:  # before a number is taken
        from hzcert.press import signing

        signing.open_signer(job.sign_with, job.sign_password)
    read = read_entries([holders], settings, out)
    workers = 1 if dry_run else workers_for(len(read.table), settings)
    with executor(workers) as on:
        start(on, render.get_ready, press)  # while the list is being checked
        ready, found = _ready(read, pictures, out, press, settings)
        return _print(ready, found, pictures, out, press, settings, job, on, watch, dry_run=dry_run)


def _ready(
    read: Ingested, pictures: Path, out: Path, press: render.Press, settings: Settings
) -> tuple[Table, list[Finding]]:
    """The entries whose certificates this authority makes and can print whole, and all that was found."""
    sound, found = without_errors(read, settings)
    keep_apart(pictures, out)
    accepted, unchecked = reconciled(sound, settings)
    mine = accepted.take(render.made_by(accepted, settings.policy, settings.authority.code, settings.as_of))
    missing = [not (pictures / f"{number}.jpg").is_file() for number in mine.column("id_number")]
    bare = np.array(missing, dtype=np.bool_)
    unfit = render.judge_holders(mine, press)
    ready = mine.take(~bare & ~lines_in_error(mine, unfit))
    return ready, [*found, *unchecked, *mine.findings(bare, codes.PHOTO_MISSING), *unfit]


def _print(
    ready: Table,
    found: list[Finding],
    pictures: Path,
    out: Path,
    press: render.Press,
    settings: Settings,
    job: Job,
    on: Executor,
    watch: Watch,
    *,
    dry_run: bool,
) -> Outcome:
    """Numbers for these entries, their pages in volumes, and both in the register."""
    from hzcert import register  # here, since SQLAlchemy takes a fifth of a second to load

    policy, day, code = settings.policy, settings.as_of, settings.authority.code
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
        _write(volumes, press, out, job, on, watch)
        if not proof:
            in_volumes = [(each.file_name, each) for each in volumes]
            remember_outputs(ready, [], in_volumes, out, settings, press, job.reprint)
    records = [page.record() for volume in volumes for page in volume.pages(press)]
    bare_codes = [] if proof else unsealed(len(records), press, str(out))
    counts = {"certificates": len(records), "volumes": len(volumes), "new_numbers": 0 if proof else numbers.new}
    counts |= {"sealed": len(records) if press.sealer and press.design.qr else 0}
    written = [] if dry_run else [str(out / volume.file_name) for volume in volumes]
    every = in_order([*found, *numbers.findings, *again, *bare_codes])
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
    volumes: Sequence[render.Volume], press: render.Press, out: Path, job: Job, on: Executor, watch: Watch
) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as cause:
        raise OutputError(f"不能写入 {out}：{cause.strerror}", "请检查路径和权限") from cause
    with watch("制证", len(volumes)) as progress:
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
    bare = frozenset(register.unheld(accepted, settings.register))
    notices = {each.file_name: _unheld_on(whose, bare) for each, whose in zip(made, rosters, strict=True)}
    written: list[str] = []
    unset: list[Finding] = []
    if not dry_run:
        press = render.open_press(policy, day)
        written, unset = write_rosters(made, notices, press, paper, settings, lambda name: whole_file(out / name))
    if not dry_run and not public:
        enter(accepted, settings)
        remember_outputs(accepted, [(each.file_name, each) for each in rosters], [], out, settings)
    counts = {"rosters": len(rosters), "rows": sum(map(len, rosters)), "numbers": len(numbers)}
    return Outcome(
        "roster build", counts, in_order([*found, *unchecked, *unset]), outputs=[str(out / name) for name in written]
    )


def _unheld_on(each: roster.Roster, bare: frozenset[int]) -> str:
    """What a roster says of those on it who were held against no published document; nothing where there are none."""
    count = len(bare.intersection(line for group in each.groups for line in group.lines)) if bare else 0
    return f"其中 {count} 人没有与公布文件核对（--without-published）" if count else ""


def write_rosters(
    rosters: Sequence[roster.Roster],
    notices: Mapping[str, str],
    press: render.Press,
    paper: Paper,
    settings: Settings,
    whole: Callable[[str], AbstractContextManager[Path]],
) -> tuple[list[str], list[Finding]]:
    """Each roster as a workbook and as a PDF, with the notice above that there is for it: the files' names, and what was found.

    ``whole`` gives the path to write a file of that name to, and puts it in its place.
    """
    written: list[str] = []
    found: list[Finding] = []
    for each in rosters:
        notice = notices[each.file_name]
        with whole(each.file_name) as path:
            sheet = roster.sheet(each, paper).saying(notice)
            write_workbook(path, [sheet], settings.as_of, held=len(each) <= roster.HELD)
        written.append(each.file_name)
        content, problems = roster_pdf(each, press, paper, settings, notice)
        found += problems
        if content is not None:
            with whole(pdf_name(each.file_name)) as path:
                path.write_bytes(content)
            written.append(pdf_name(each.file_name))
    return written, found


def pdf_name(workbook: str) -> str:
    """The name of a roster's PDF beside its workbook."""
    return workbook.removesuffix(".xlsx") + ".pdf"


def roster_pdf(
    each: roster.Roster, press: render.Press, paper: Paper, settings: Settings, notice: str = ""
) -> tuple[bytes | None, list[Finding]]:
    """A roster as PDF, with a notice above where there is one; None, and a finding, where a sign of it has no glyph or a text is higher than a page.

    No box is ever printed for a name, and nothing is ever left out.
    """
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
        try:
            tables.write_listing(path, listing, paper, press.fonts, chain, about)
        except tables.TooLongError as cause:
            long = str(cause)
            where = Where(file=pdf_name(each.file_name))
            return None, [codes.ROSTER_NO_ROOM.at(where, long, text=long[:_SHOWN], count=len(long))]
        return path.read_bytes(), []

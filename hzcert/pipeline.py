"""The batch from end to end (全程): verbs in order, what was set aside, and the manifest. It alone knows several verbs."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from datetime import date
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import numpy.typing as npt

from hzcert import (
    annotate,
    belonging,
    clues,
    codes,
    decisions,
    fees,
    ingest,
    listing,
    paper,
    photos,
    pictures,
    reconcile,
    register,
    render,
    report,
    roster,
    steps,
    validate,
)
from hzcert.batch import MANIFEST, Input, Outputs, about, inventory, list_anew, manifest, take_in, whole_file
from hzcert.decisions import Decisions
from hzcert.errors import InputError, OutputError, UsageError
from hzcert.findings import Finding, Severity, in_order
from hzcert.given import Aids, keep_apart, read_aids, read_list, somebody
from hzcert.ledger import Ledger
from hzcert.outcome import Outcome, Record, Records
from hzcert.settings import BATCH_FILE, BatchFile, Settings, read_batch_file
from hzcert.sheets.writing import write_table, write_workbook
from hzcert.table import ACCEPTED, SET_ASIDE, Mask, Table, lines_in_error
from hzcert.work import Watch, executor, start

PHOTOS, CERTIFICATES = "photos", paper.CERTIFICATES


@dataclass(frozen=True)
class Batch:
    """One batch folder (批次文件夹): its own settings, where its parts lie, and where the results go."""

    root: Path
    file: BatchFile
    out: Path
    decisions: Path | None = None  # a clerk's decisions, and the office's table of renamed units, if there are any
    units: Path | None = None
    without_published: bool = False

    def inputs(self, part: str) -> list[Input]:
        """The files of one part as received; none where the usual folder is not there.

        Raises:
            InputError: a folder that batch.toml names is not there, or is none.
        """
        folder = self.root / str(getattr(self.file, part))
        if folder.exists() or part in self.file.model_fields_set:
            return inventory(folder, self.root, faults=part == "photos")
        return []


@dataclass(frozen=True)
class Received:
    """Everything that a batch brings: entries, published rows, photos; and the files themselves for the manifest."""

    holders: ingest.Ingested
    published: ingest.Ingested
    photos: Sequence[Input]
    files: Sequence[Input]
    lists: Sequence[Input]  # those of the holders
    aids: Aids
    unheld: bool  # no published list at all, and it is to go on without


@dataclass(frozen=True)
class Decided:
    """What is accepted, with its numbers by position, and everything that was found."""

    accepted: Table
    numbers: Mapping[int, str]
    given_on: Mapping[int, date]
    findings: Sequence[Finding]
    in_error: Mask  # by position in the table of all entries
    new_numbers: int
    given: Decisions


def open_batch(
    root: Path,
    out: Path | None = None,
    decided: Path | None = None,
    units: Path | None = None,
    *,
    without_published: bool = False,
) -> Batch:
    """A batch folder, and the folder for its results.

    Raises:
        InputError: there is no such folder, or nothing in it to work on.
        UsageError: its batch.toml is wrong, or the results would lie among the inputs.
        OutputError: its out folder is a link that leads elsewhere.
    """
    if not root.is_dir():
        raise InputError(f"找不到批次文件夹 {root}", "请检查路径；新建批次用 hzcert init")
    file = read_batch_file(root)
    target = out or root / file.out
    if out is None and target.is_symlink():
        raise OutputError(f"{target} 是通到别处的链接，不写入", "请删去这个链接，或用 --out 指明输出文件夹")
    for part in (file.holders, file.photos, file.published):
        source = (root / part).resolve()
        if source == target.resolve() or source in target.resolve().parents or target.resolve() in source.parents:
            raise UsageError(f"输出文件夹 {target} 与填报材料 {root / part} 重叠", "请用 --out 指明另一个文件夹")
    without = without_published or file.without_published
    decisions_file, units_file = _aid(root, file, "decisions", decided), _aid(root, file, "units", units)
    return Batch(root, file, target, decisions_file, units_file, without)


def _aid(root: Path, file: BatchFile, part: str, named: Path | None) -> Path | None:
    """A file of the office's that a batch goes by: the one that is named, or the usual one if it is there."""
    usual: Path = root / str(getattr(file, part))
    if named is not None or part in file.model_fields_set or usual.exists():
        return named or usual
    return None


def run(
    batch: Batch,
    settings: Settings,
    watch: Watch,
    *,
    dry_run: bool = False,
    show_ids: bool = False,
    annotated: Path | None = None,
    job: paper.Job | None = None,
) -> Outcome:
    """The whole path over one batch: read, check, decide, write. Safe to repeat and to resume."""
    press = paper.open_press(job or paper.Job(), settings)
    received = receive(batch, settings)
    register.check(settings.register)  # before anything is written
    marked = open_annotated(batch, annotated, received, dry_run=dry_run)
    outputs = Outputs(batch.out, dry_run=dry_run)
    ledger = Ledger(batch.out, settings.policy.photo_spec(settings.as_of))
    outputs.open()
    if not dry_run:
        ledger.open()
    with TemporaryDirectory() as nowhere:
        pasted = pictures.as_photos(received.holders.pictures, Path(nowhere))
        shots = normalise_photos([*received.photos, *pasted], settings, watch, outputs, ledger)
    with executor(1 if dry_run else paper.workers_for(len(received.holders.table), settings)) as on:
        start(on, render.get_ready, press)  # while the list is being checked
        compared, decided = decide(received, shots, settings, press, dry_run=dry_run)
        counts, records, found = write(
            received, shots, compared, decided, settings, outputs, press, on, watch, show_ids=show_ids
        )
    made = annotate.Made()
    if marked is not None:
        made = annotate.write(marked, received.lists, found, settings, show_ids=show_ids)
    told = about(settings, counts, received.files, units=report.units(received.holders.table, ~decided.in_error))
    with outputs.file(report.NAME) as path:
        records_of = (finding.record(show_ids=show_ids) for finding in found)
        path.write_bytes(report.page(told, records_of, outputs.written))
    outputs.close(lambda written: manifest(told, written, ledger.section()))
    ledger.close()
    # How many numbers are new is of this run alone, so it is shown but stands in no file: a second run changes no byte.
    shown = counts | {"register": {"numbers": len(decided.numbers), "new_numbers": decided.new_numbers}}
    written = [] if dry_run else [str(batch.out / name) for name in (*outputs.written, MANIFEST)]
    look = f"结果在 {batch.out}：先看 findings.xlsx，再看 rosters/ 和 certificates/"
    look = "只算未写（--dry-run）" if dry_run else look
    bare = paper.UNSEALED if any(finding.code is codes.UNSEALED for finding in found) else ""
    look = "\n".join(filter(None, (look, bare, made.told)))
    return Outcome("run", shown, found, records, [*written, *made.outputs], look=look)


def tell(batch: Batch, target: Path | None, *, dry_run: bool) -> Outcome:
    """The report of a batch that was run, once more: in another language, or to another place.

    Raises:
        InputError: the batch was not run to its end, or its results were changed since.
        OutputError: the report can't be written.
    """
    content = report.of_results(batch.out)
    if not dry_run:
        with whole_file(target or batch.out / report.NAME) as path:
            path.write_bytes(content)
        if target is None:
            list_anew(batch.out, report.NAME)
    return Outcome("report", {"files": 1}, outputs=[] if dry_run else [str(target or batch.out / report.NAME)])


def open_annotated(batch: Batch, folder: Path | None, received: Received, *, dry_run: bool) -> Outputs | None:
    """The folder for annotated copies, if one is named; before anything is written.

    Raises:
        UsageError: it is the out folder, or lies among the inputs.
        OutputError: it can't be written, or somebody has changed a copy that lies there.
    """
    if folder is None:
        return None
    if folder.resolve() == batch.out.resolve():
        raise UsageError(f"副本文件夹 {folder} 就是结果文件夹", "请用 --annotate 指明另一个文件夹")
    for part in (batch.file.holders, batch.file.photos, batch.file.published):
        keep_apart(batch.root / part, folder)
    return annotate.open_folder(folder, received.lists, dry_run=dry_run)


def receive(batch: Batch, settings: Settings) -> Received:
    """Read: every sheet of holders and of published lists.

    Raises:
        InputError: nobody is in the lists, or a file can't be read at all.
    """
    sources, lists, shots = (batch.inputs(part) for part in ("holders", "published", "photos"))
    if not sources:
        raise InputError(
            f"{batch.root / batch.file.holders} 里没有填报的表格", "请放入工作簿或 CSV 文件；新建批次用 hzcert init"
        )
    aids = read_aids(batch.decisions, batch.units, batch.root, settings)
    published = read_list(lists, ingest.PUBLISHED, settings)
    own = [take_in(path, batch.root) for path in [batch.root / BATCH_FILE] if path.exists()]
    return Received(
        somebody(read_list(sources, ingest.HOLDERS, settings)),
        published,
        shots,
        [*own, *aids.files, *sources, *lists, *shots],
        sources,
        aids,
        batch.without_published and not len(published.table),
    )


def normalise_photos(
    sources: Sequence[Input], settings: Settings, watch: Watch, outputs: Outputs, ledger: Ledger
) -> list[photos.PhotoResult]:
    """Check and cut every photo; the good ones are written as they come, those that stand already are left."""

    def keep(id_number: str, jpeg: bytes) -> None:
        with outputs.file(photo_name(id_number)) as path:
            path.write_bytes(jpeg)

    def stands(id_number: str, sha256: str) -> bool:
        return outputs.stands(photo_name(id_number), sha256)

    spec = settings.policy.photo_spec(settings.as_of)
    files = photos.unpacked(sources, spec)
    with executor(settings.workers, settings.cluster, apart=True) as on, watch("照片", len(files)) as progress:
        return photos.normalise(files, spec, on, progress, keep, photos.Before(ledger, stands))


def decide(
    received: Received, shots: Sequence[photos.PhotoResult], settings: Settings, press: render.Press, *, dry_run: bool
) -> tuple[reconcile.Matches, Decided]:
    """Check and decide: who is accepted, and under which number."""
    policy, day, holders, published = settings.policy, settings.as_of, received.holders.table, received.published.table
    known = chain(clues.of_photos(received.photos), clues.of_list(published))
    found = clues.with_candidates(received.holders.findings, holders, known) + list(received.published.findings)
    found += [finding for shot in shots for finding in shot.findings]
    found += belonging.link(holders, shots)
    found += validate.check(holders, policy, day, settings.authority, received.holders.findings)
    given = decisions.held_against(received.aids.decisions, holders, published)
    given = replace(given, findings=(*received.aids.findings, *given.findings))
    compared = reconcile.compare(holders, published, policy, day, given, received.aids.renamed)
    in_error = frozenset(np.flatnonzero(lines_in_error(holders, found)).tolist())
    found += given.findings
    if received.unheld:
        found += holders.findings(np.ones(len(holders), dtype=np.bool_), codes.NOT_HELD_AGAINST)
    else:
        compared, before = steps.beside_earlier(compared, settings)
        found += before
        found += reconcile.findings(holders, published, compared, in_error)
    sound = holders.take(~lines_in_error(holders, found))
    mine = sound.take(render.made_by(sound, policy, settings.authority.code, day))
    found += render.judge_holders(mine, press)
    mask = ~lines_in_error(holders, found)
    fit = holders.take(mask)
    said = steps.said_of(given, holders, published)
    if not dry_run:
        steps.remember_decisions(said, settings)
    numbers = register.number(
        fit,
        policy,
        day,
        settings.authority.code,
        settings.register,
        dry_run=dry_run,
        operator=settings.operator,
        agreed=_unheld(mask) if received.unheld else _agreed(compared, np.flatnonzero(mask)),
        fees={fee.line: fee.said() for fee in fees.assess(fit, policy, day)},
        decided=said,
    )
    found += numbers.findings
    accepted = fit.take(~lines_in_error(fit, numbers.findings))
    moved = {old: new for new, old in enumerate(np.flatnonzero(~lines_in_error(fit, numbers.findings)).tolist())}
    by_line = {moved[line]: number for line, number in numbers.by_line.items()}
    given_on = {moved[line]: given for line, given in numbers.given_on.items()}
    in_error_now = lines_in_error(holders, found)
    return compared, Decided(accepted, by_line, given_on, in_order(found), in_error_now, numbers.new, given)


def _unheld(mask: Mask) -> dict[int, Mapping[str, object]]:
    """Entries that go on without any published list: the register says so."""
    return {place: {"reason": register.UNHELD} for place in range(int(mask.sum()))}


def _agreed(compared: reconcile.Matches, lines: npt.NDArray[np.int64]) -> dict[int, Mapping[str, object]]:
    """The published row that each of these entries agrees with, by their order here (三.4)."""
    found = np.flatnonzero(compared.settled.row[lines] >= 0)
    columns = reconcile.evidence(compared, lines[found])
    said = zip(*(column.to_pylist() for column in columns.values()), strict=True)
    return {
        line: {name: text for name, text in zip(columns, texts, strict=True) if text or name not in register.SPARSE}
        for line, texts in zip(found.tolist(), said, strict=True)
    }


def photo_name(id_number: str) -> str:
    """Where a finished photo lies below the out folder (三.3: named by ID number)."""
    return f"{PHOTOS}/{id_number}.jpg"


def write(
    received: Received,
    shots: Sequence[photos.PhotoResult],
    compared: reconcile.Matches,
    decided: Decided,
    settings: Settings,
    outputs: Outputs,
    press: render.Press,
    on: Executor,
    watch: Watch,
    *,
    show_ids: bool,
) -> tuple[dict[str, object], Records, list[Finding]]:
    """Write everything but the manifest; what there is of it in numbers and as records, and all that was found."""
    policy, day, accepted = settings.policy, settings.as_of, decided.accepted
    notice = register.UNHELD if received.unheld else ""
    charged = fees.assess(accepted, policy, day)
    rosters = roster.build(accepted, decided.numbers, policy, day, settings.authority)
    _write_tables(received, compared, decided, charged, settings, outputs, notice)
    notices = dict.fromkeys((each.file_name for each in rosters), notice)
    _, unset = paper.write_rosters(
        rosters, notices, press, "A4", settings, lambda name: outputs.file(f"rosters/{name}")
    )
    volumes = print_certificates(decided, settings, outputs, press, on, watch, notice)
    pages = [page.record() for volume in volumes for page in volume.pages(press)]
    printed = [page | {"output": f"{CERTIFICATES}/{page['output']}"} for page in pages]
    if not outputs.dry_run:
        on_rosters = [(f"rosters/{each.file_name}", each) for each in rosters]
        in_volumes = [(f"{CERTIFICATES}/{each.file_name}", each) for each in volumes]
        steps.remember_outputs(accepted, on_rosters, in_volumes, outputs.root, settings, press)
    found = [*decided.findings, *unset, *paper.unsealed(len(pages), press, CERTIFICATES)]
    _write_findings(found, received, settings, outputs, notice, show_ids=show_ids)
    counts: dict[str, object] = {
        **_counted(received, shots, compared, decided),
        "fees": fees.counts(charged),
        "rosters": {"rosters": len(rosters), "rows": sum(len(each) for each in rosters)},
        "certificates": {"certificates": len(printed), "volumes": len(volumes)},
        "findings": finding_counts(found),
    }
    said: Record = {"without_published": True} if notice else {}
    records = Records(
        lambda: chain(
            (shot.record(photo_name(shot.id_number) if shot.used else None, show_ids=show_ids) for shot in shots),
            ({**each, **said} for each in reconcile.records(compared, show_ids=show_ids)),
            ({**fee.record(accepted), **said} for fee in charged),
            ({**page, **said} for page in printed),
        )
    )
    return counts, records, found


def _write_tables(
    received: Received,
    compared: reconcile.Matches,
    decided: Decided,
    charged: Sequence[fees.Fee],
    settings: Settings,
    outputs: Outputs,
    notice: str,
) -> None:
    """The entries with what was decided on each, how they compare with the published rows, and what they cost."""
    policy, day, holders, published = settings.policy, settings.as_of, received.holders.table, received.published.table
    with outputs.file("holders.xlsx") as path:
        write_table(path, ingest.WRITTEN, ingest.written_rows(*_with_results(holders, decided, notice)), day)
    with outputs.file("reconciliation.xlsx") as path:
        write_workbook(path, reconcile.sheets(holders, published, compared, decided.given, notice), day)
    with outputs.file("fees.xlsx") as path:
        write_workbook(path, (each.saying(notice) for each in fees.sheets(decided.accepted, charged, policy, day)), day)


def _write_findings(
    found: Sequence[Finding], received: Received, settings: Settings, outputs: Outputs, notice: str, *, show_ids: bool
) -> None:
    with outputs.file("findings.xlsx") as path:
        paths = listing.links(received.files, outputs.root / "findings.xlsx")
        sheets = listing.sheets(found, received.holders.table, paths, show_ids=show_ids)
        write_workbook(path, (each.saying(notice) for each in sheets), settings.as_of)
    with outputs.file(report.FINDINGS) as path:
        path.write_text("".join(listing.lines(found, show_ids=show_ids)), encoding="utf-8")


def _counted(
    received: Received, shots: Sequence[photos.PhotoResult], compared: reconcile.Matches, decided: Decided
) -> dict[str, object]:
    """What was read, checked and compared, in numbers."""
    read, accepted = len(received.holders.table), len(decided.accepted)
    return {
        "ingest": dict(received.holders.counts),
        "entries": {"read": read, "accepted": accepted, "set_aside": read - accepted},
        "photos": photos.counts(shots),
        "reconciliation": compared.counts() | ({"without_published": True} if received.unheld else {}),
    }


def print_certificates(
    decided: Decided,
    settings: Settings,
    outputs: Outputs,
    press: render.Press,
    on: Executor,
    watch: Watch,
    notice: str,
) -> list[render.Volume]:
    """The certificates that this authority makes, a page each, in volumes (三.4)."""
    notes = dict.fromkeys(decided.numbers, notice) if notice else {}
    folder = outputs.root / PHOTOS
    faces = render.faces(decided.accepted, decided.numbers, settings.policy, decided.given_on, folder, notes)
    made = render.volumes(faces, settings.policy, settings.as_of)
    if outputs.dry_run:  # which has no photos to print
        return made
    with watch("制证", len(made)) as progress:
        for volume, scratch in render.write_volumes(made, press, outputs.root / paper.SCRATCH, on, progress):
            with outputs.file(f"{CERTIFICATES}/{volume.file_name}") as path:
                scratch.replace(path)
    return made


def finding_counts(found: Iterable[Finding]) -> dict[str, int]:
    """How many findings of each severity."""
    severities = Counter(finding.severity for finding in found)
    return {str(severity): severities[severity] for severity in Severity}


def _with_results(holders: Table, decided: Decided, notice: str) -> tuple[Table, dict[int, str]]:
    """All entries with what was decided on each, and their numbers by position."""
    rows = holders.rows.assign(
        result=np.where(decided.in_error, SET_ASIDE, f"{ACCEPTED}，{notice}" if notice else ACCEPTED)
    )
    places = np.flatnonzero(~decided.in_error).tolist()
    return Table(rows, holders.layout), {places[line]: number for line, number in decided.numbers.items()}

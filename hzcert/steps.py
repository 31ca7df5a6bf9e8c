"""One step of the path alone (单步), from files to files: what the commands other than ``run`` do."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from importlib import resources
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING

import numpy as np

from hzcert import (
    clues,
    decisions,
    fees,
    forms,
    ingest,
    listing,
    pictures,
    validate,
)
from hzcert.batch import Input, take_in, whole_file
from hzcert.decisions import Decisions
from hzcert.errors import OutputError, UsageError
from hzcert.fields import HEADINGS
from hzcert.findings import Finding, in_order, mask
from hzcert.given import STDIO, inputs, keep_apart, read_aids, read_entries, read_list, somebody
from hzcert.language import word
from hzcert.outcome import Outcome, Record, Records
from hzcert.settings import BATCH_FILE, Settings
from hzcert.sheets.writing import ENDINGS, Sheet, write_table, write_workbook
from hzcert.table import SET_ASIDE, Mask, Table, lines_in_error
from hzcert.work import Watch

if TYPE_CHECKING:
    from hzcert import reconcile, render, roster

# --- from and to files ----------------------------------------------------------------------------------------------


def write_result(
    out: Path, headings: Mapping[str, str], rows: Iterable[Sequence[object]], sheets: Iterable[Sheet], day: date
) -> None:
    """A result as a workbook of sheets, or its main table as CSV, TSV or Parquet; standard output is the console's."""
    if out == STDIO:
        return
    if out.suffix.lower() not in ENDINGS or out.is_dir():
        raise UsageError(f"不能写成 {out}：只能写 {'、'.join(ENDINGS)} 文件", "请改用这些后缀之一")
    with whole_file(out) as path:
        if sheets and out.suffix.lower() == ".xlsx":
            write_workbook(path, sheets, day)
        else:
            write_table(path, headings, rows, day)


def without_errors(read: ingest.Ingested, settings: Settings) -> tuple[Table, list[Finding]]:
    """The entries that no rule sets aside and no earlier run has set aside, and what was found."""
    holders = read.table
    judged = validate.check(holders, settings.policy, settings.as_of, settings.authority, read.findings)
    found = [*read.findings, *judged]
    earlier: Mask = np.asarray(holders.column("result") == SET_ASIDE, dtype=np.bool_)
    return holders.take(~lines_in_error(holders, found) & ~earlier), in_order(found)


def reconciled(entries: Table, settings: Settings) -> tuple[Table, list[Finding]]:
    """Those entries that agreed with the published documents as they stand now, by the register (三.4)."""
    from hzcert import register  # here, since SQLAlchemy takes a fifth of a second to load

    found = register.unreconciled(entries, settings.register)
    return entries.take(~lines_in_error(entries, found)), found


# --- the commands ---------------------------------------------------------------------------------------------------


def init(folder: Path, settings: Settings, *, dry_run: bool = False) -> Outcome:
    """A new batch folder: batch.toml with comments, blank forms, empty folders.

    Raises:
        OutputError: something is there already, or it can't be written.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise OutputError(f"{folder} 已经存在，且不是空文件夹", "请换一个名称")
    if dry_run:
        return Outcome("init", {"files": 0})
    try:
        for part in ("holders", "photos", "published"):
            (folder / part).mkdir(parents=True, exist_ok=True)
    except OSError as cause:
        raise OutputError(f"不能建立 {folder}：{cause.strerror}", "请检查路径和权限") from cause
    with whole_file(folder / BATCH_FILE) as path:
        path.write_text(_batch_file(settings), encoding="utf-8")
    forms.write_blanks(folder / "空白表", settings.policy, settings.as_of)
    written = [str(path) for path in sorted(folder.rglob("*")) if path.is_file()]
    return Outcome("init", {"files": len(written)}, outputs=written)


def blank_forms(folder: Path, settings: Settings, *, dry_run: bool) -> Outcome:
    """Blank annexes 1 to 4 and lists, ready to be filled in and printed.

    Raises:
        OutputError: a file of that name is there already, or one can't be written.
    """
    written = [] if dry_run else forms.write_blanks(folder, settings.policy, settings.as_of)
    return Outcome("forms", {"files": len(written)}, outputs=[str(path) for path in written])


def _batch_file(settings: Settings) -> str:
    """batch.toml of a new batch, with what each line is for."""
    return Template(resources.files("hzcert.data").joinpath("batch.toml").read_text(encoding="utf-8")).substitute(
        authorities="，".join(f"{each.code} {each.name}" for each in settings.policy.authorities),
        authority=settings.authority.code,
        policy=settings.policy_name,
        as_of=settings.as_of.isoformat(),
    )


def ingest_files(
    files: Sequence[Path],
    out: Path,
    settings: Settings,
    photo_folder: Path | None = None,
    *,
    dry_run: bool,
    show_ids: bool = False,
    annotated: Path | None = None,
) -> Outcome:
    """Any clerk's files into one canonical holders table; where asked for, pictures in them as photos, and annotated copies."""
    with inputs(files, *_given(out, photo_folder, annotated)) as sources:
        read = somebody(read_list(sources, ingest.HOLDERS, settings))
        found = in_order(read.findings)
        made = _annotated(annotated, sources, found, settings, dry_run=dry_run, show_ids=show_ids)
    rows = list(ingest.written_rows(read.table)) if out == STDIO else ingest.written_rows(read.table)
    if not dry_run:
        write_result(out, ingest.WRITTEN, rows, [], settings.as_of)
        if photo_folder is not None:
            pictures.save(read.pictures, photo_folder)
    counts = {**read.counts, "read": len(read.table)}
    outcome = _outcome("ingest", counts, read.findings, [], out, ingest.WRITTEN, rows, dry_run=dry_run)
    return replace(outcome, outputs=[*outcome.outputs, *made[0]], look=made[1])


def _annotated(
    folder: Path | None,
    files: Sequence[Input],
    found: Sequence[Finding],
    settings: Settings,
    *,
    dry_run: bool,
    show_ids: bool,
) -> tuple[Sequence[str], str]:
    """Annotated copies, if a folder for them is named: their paths, and what a person should know of them."""
    if folder is None:
        return (), ""
    from hzcert import annotate  # here, since openpyxl takes a tenth of a second to load

    made = annotate.copies(folder, files, found, settings, dry_run=dry_run, show_ids=show_ids)
    return made.outputs, made.told


def _given(*paths: Path | None) -> list[Path]:
    return [path for path in paths if path is not None]


def validate_files(
    files: Sequence[Path],
    folder: Path | None,
    settings: Settings,
    watch: Watch,
    *,
    out: Path | None = None,
    annotated: Path | None = None,
    dry_run: bool = False,
    show_ids: bool = False,
) -> Outcome:
    """Every rule on every entry; with a folder of finished photos, also whether each has a good one."""
    received = []
    if folder is not None:
        from hzcert import photodesk  # here, since OpenCV takes a tenth of a second to load

        received = photodesk.unpacked(folder, settings.policy.photo_spec(settings.as_of))
    with inputs(files, *_given(out, annotated)) as sources:
        read = somebody(read_list(sources, ingest.HOLDERS, settings))
        holders = read.table
        found = clues.with_candidates(read.findings, holders, clues.of_photos(received))
        found += validate.check(holders, settings.policy, settings.as_of, settings.authority, read.findings)
        if folder is not None:
            found += photodesk.findings(received, folder, holders, settings, watch)
        ordered = in_order(found)
        made = _annotated(annotated, sources, ordered, settings, dry_run=dry_run, show_ids=show_ids)
    aside = int(lines_in_error(holders, found).sum())
    counts = {"read": len(holders), "accepted": len(holders) - aside, "set_aside": aside}
    if out is None:
        return Outcome("validate", counts, ordered, outputs=made[0], look=made[1])
    headings = {key: word(heading) for key, heading in listing.HEADINGS.items()}
    rows = listing.rows(ordered, holders, show_ids=show_ids)
    if not dry_run:
        lasting = [source for source in sources if STDIO not in files]
        paths = listing.links(lasting, out)
        write_result(out, headings, rows, listing.sheets(ordered, holders, paths, show_ids=show_ids), settings.as_of)
    outcome = _outcome("validate", counts, ordered, [], out, headings, rows, dry_run=dry_run)
    return replace(outcome, outputs=[*outcome.outputs, *made[0]], look=made[1])


def beside_earlier(matches: "reconcile.Matches", settings: Settings) -> "tuple[reconcile.Matches, list[Finding]]":
    """The matches without those whose rows earlier batches have used for others, and what was numbered then (三.4)."""
    from hzcert import register  # here, since SQLAlchemy takes a fifth of a second to load

    lines, code = matches.linked.tolist(), settings.authority.code
    taken, found = register.earlier(matches.holders, lines, settings.policy, settings.as_of, code, settings.register)
    return matches.less(taken), found


def said_of(given: Decisions, holders: Table, published: Table) -> list[Record]:
    """Who decided what, on which entry and row, and why, as the register keeps it (三.4)."""
    from hzcert import register  # here, since SQLAlchemy takes a fifth of a second to load

    return [
        {
            "key": each.key,
            "decision": each.word,
            "why": each.why,
            "who": each.who,
            "file": each.where.file,
            **{name: holders.text(name, line) for name in ("id_number", "name", "title", "document_no")},
            "published": register.evidence_of(published, row, str(each)),
        }
        for each, line, row in given.applied
    ]


def remember_decisions(said: Sequence[Record], settings: Settings) -> None:
    """Keep in the register what clerks have decided, also on entries that have no certificate there (三.4)."""
    from hzcert import register  # here, since SQLAlchemy takes a fifth of a second to load

    code = settings.authority.code
    register.remember_decisions(
        said, settings.policy, settings.as_of, code, settings.register, operator=settings.operator
    )


def reconcile_files(
    holders: Path,
    published: Sequence[Path],
    out: Path,
    settings: Settings,
    *,
    dry_run: bool,
    show_ids: bool,
    decided: Path | None = None,
    units: Path | None = None,
) -> Outcome:
    """Entries against published lists (三.4); those that agree are noted in the register and may be printed."""
    from hzcert import reconcile, register  # here, since RapidFuzz and SQLAlchemy take a quarter of a second to load

    read = read_entries([holders], settings, out)
    with inputs(published, out) as files:
        lists = read_list(files, ingest.PUBLISHED, settings)
    for each in filter(None, (decided, units)):
        keep_apart(each, out)
    aids = read_aids(decided, units, Path(), settings)
    given = decisions.held_against(aids.decisions, read.table, lists.table)
    given = replace(given, findings=(*aids.findings, *given.findings))
    matches = reconcile.compare(read.table, lists.table, settings.policy, settings.as_of, given, aids.renamed)
    matches, before = beside_earlier(matches, settings)
    sheets = list(reconcile.sheets(read.table, lists.table, matches, given))
    found = [*lists.findings, *given.findings, *before, *reconcile.findings(read.table, lists.table, matches)]
    headings = {column.heading: column.heading for column in sheets[0].columns}
    # A workbook has its rows from its sheets.
    in_sheets = out.suffix.lower() == ".xlsx"
    rows = [] if in_sheets else [row.cells for row in reconcile.decided(read.table, lists.table, matches)]
    if not dry_run:
        write_result(out, headings, rows, sheets, settings.as_of)
        sheets.clear()  # of a long batch they are a tenth of a gigabyte
        remember_decisions(said_of(given, read.table, lists.table), settings)
        agreed = np.flatnonzero(matches.agreed)
        register.remember_reconciled(
            read.table.take(matches.agreed),
            settings.as_of,
            settings.register,
            evidence=lambda some: reconcile.evidence(matches, agreed[some]),
            authority=settings.authority.code,
            operator=settings.operator,
        )
    records = Records(lambda: reconcile.records(matches, show_ids=show_ids))
    return _outcome("reconcile", matches.counts(), found, records, out, headings, rows, dry_run=dry_run)


def inspect_published(files: Sequence[Path], settings: Settings, *, show_ids: bool) -> Outcome:
    """What was read of published lists: every person with the document's own words, and what was corrected or left unread."""
    with inputs(files) as sources:
        lists = read_list(sources, ingest.PUBLISHED, settings)
    shown = (lambda text: text) if show_ids else mask
    names = [*HEADINGS, "file", "sheet", "row"]
    rows = [[shown(str(record[name])) for name in names] for record in lists.table.records()]
    used = [place for place, name in enumerate(names) if name in _ALWAYS_SHOWN or any(row[place] for row in rows)]
    used = [place for place in used if names[place] != "case"]
    records = [{"type": "published"} | {names[place]: row[place] for place in used} for row in rows]
    headings = [ingest.WRITTEN[names[place]] for place in used]
    table = (headings, [[row[place] for place in used] for row in rows])
    counts = {"files": lists.counts["files"], "documents": len(lists.papers), "people": len(rows)}
    return Outcome("published inspect", counts, in_order(lists.findings), records, table=table)


_ALWAYS_SHOWN = ("name", "employer", "title", "document_no", "file", "row")


def charge(holders: Path, out: Path, settings: Settings, *, dry_run: bool) -> Outcome:
    """Fees and exemptions (四) of the entries without errors, by entry and by submitting unit."""
    accepted, found = without_errors(read_entries([holders], settings, out), settings)
    charged = fees.assess(accepted, settings.policy, settings.as_of)
    records = [fee.record(accepted) for fee in charged]
    headings = {name: name for name in ("file", "sheet", "row", "amount", "exempt", "clause", "reason")}
    rows = [[record[name] for name in headings] for record in records]
    if not dry_run:
        sheets = fees.sheets(accepted, charged, settings.policy, settings.as_of)
        write_result(out, headings, rows, sheets, settings.as_of)
    return _outcome("fees", fees.counts(charged), found, records, out, headings, rows, dry_run=dry_run)


def enter(accepted: Table, settings: Settings) -> None:
    """Enter entries that agreed with the published documents, without numbering them (三.3)."""
    from hzcert import register  # here, since SQLAlchemy takes a fifth of a second to load

    policy, day, code = settings.policy, settings.as_of, settings.authority.code
    register.number(accepted, policy, day, code, settings.register, operator=settings.operator, give=False)


def remember_outputs(
    entries: Table,
    rosters: "Sequence[tuple[str, roster.Roster]]",
    volumes: "Sequence[tuple[str, render.Volume]]",
    folder: Path,
    settings: Settings,
    press: "render.Press | None" = None,
    reason: str = "",
) -> None:
    """Note in the register on which roster each entry stands, and where each certificate was printed (三.4)."""
    from hzcert import register  # here, since SQLAlchemy takes a fifth of a second to load

    policy, day, code, url = settings.policy, settings.as_of, settings.authority.code, settings.register
    listed: dict[int, register.Output] = {}
    for name, each in rosters:
        output = register.Output(name, take_in(folder / name, folder).sha256)
        listed |= {line: output for group in each.groups for line in group.lines}
    if listed:
        register.remember_rostered(entries, listed, policy, day, code, url, operator=settings.operator)
    printed: dict[str, register.Output] = {}
    for name, volume in volumes:
        digest = take_in(folder / name, folder).sha256
        printed |= {
            page.certificate_no: register.Output(name, digest, page.page, reason) for page in volume.pages(press)
        }
    if printed:
        register.remember_printed(printed, policy, day, code, url, operator=settings.operator)


def _outcome(
    command: str,
    counts: Mapping[str, object],
    found: Iterable[Finding],
    records: Sequence[Record],
    out: Path,
    headings: Mapping[str, str],
    rows: Iterable[Sequence[object]],
    *,
    dry_run: bool,
) -> Outcome:
    """The outcome of a command that writes one table: to a file, or by the console to standard output."""
    if out == STDIO:
        return Outcome(command, counts, in_order(found), records, table=(list(headings.values()), list(rows)))
    return Outcome(command, counts, in_order(found), records, [] if dry_run else [str(out)])

"""One step of the path alone (单步), from files to files: what the commands other than ``run`` do."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from hzcert import codes, fees, forms, ingest, photos, reconcile, register, render, roster, validate
from hzcert.batch import Input, inventory, take_in, whole_file
from hzcert.errors import InputError, OutputError, UsageError
from hzcert.findings import Finding, in_order
from hzcert.outcome import Outcome, Record
from hzcert.settings import BATCH_FILE, Settings
from hzcert.sheets.writing import Sheet, write_lines, write_table, write_workbook
from hzcert.table import ACCEPTED, SET_ASIDE, Mask, Table, lines_in_error
from hzcert.work import Progress, executor

Watch = Callable[[str, int], AbstractContextManager[Progress]]
Say = Callable[[str], None]
_STDIO = Path("-")


# --- from and to files ----------------------------------------------------------------------------------------------


@contextmanager
def inputs(paths: Sequence[Path]) -> Iterator[list[Input]]:
    """The files that arguments name: a file, all files of a folder, or ``-`` for standard input.

    Raises:
        InputError: one is missing.
    """
    with TemporaryDirectory() as spool:
        found: list[Input] = []
        for path in paths:
            if path == _STDIO:
                copy = Path(spool) / "标准输入"
                copy.write_bytes(sys.stdin.buffer.read())
                found.append(take_in(copy, Path(spool)))
            elif path.is_dir():
                found += inventory(path, path.parent)
            elif path.exists():
                found.append(take_in(path, path.parent))
            else:
                raise InputError(f"找不到 {path}", "请检查路径")
        if not found:
            raise InputError(f"{'、'.join(map(str, paths))} 里没有文件", "请检查路径")
        yield found


def read_entries(paths: Sequence[Path], settings: Settings) -> ingest.Ingested:
    """Entries of clerks' files, or of a table that an earlier command wrote."""
    with inputs(paths) as files:
        return ingest.read_list(files, ingest.HOLDERS, settings.policy, settings.as_of)


def write_result(
    out: Path, headings: Sequence[str], rows: Sequence[Sequence[object]], sheets: Sequence[Sheet], day: date
) -> None:
    """A result as a workbook of sheets, or its main table as CSV, TSV or Parquet, or as CSV on standard output."""
    if out == _STDIO:
        write_lines(sys.stdout, headings, rows)
        return
    with whole_file(out) as path:
        if out.suffix.lower() == ".xlsx":
            write_workbook(path, sheets, day)
        else:
            write_table(path, dict(zip(headings, headings, strict=True)), rows, day)


def without_errors(read: ingest.Ingested, settings: Settings) -> tuple[Table, list[Finding]]:
    """The entries that no rule sets aside and no earlier run has set aside, and what was found."""
    holders = read.table
    found = [*read.findings, *validate.check(holders, settings.policy, settings.as_of, settings.authority)]
    earlier: Mask = np.asarray(holders.column("result") == SET_ASIDE, dtype=np.bool_)
    return holders.take(~lines_in_error(holders, found) & ~earlier), in_order(found)


def remind(holders: Table, say: Say) -> None:
    """Say so when entries come from a table that no run has reconciled (三.4)."""
    unchecked = int((holders.column("result") != ACCEPTED).sum())
    if unchecked:
        say(f"注意：{unchecked} 人的表中没有“结果”一栏，未经核对公布文件；请先用 hzcert run 或 hzcert reconcile 核对")


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
    forms.blank_list(folder / "空白表" / "人员信息表.xlsx", settings.policy, settings.as_of)
    forms.blank_published(folder / "空白表" / "公布名单.xlsx", settings.as_of)
    written = [str(path) for path in sorted(folder.rglob("*")) if path.is_file()]
    return Outcome("init", {"files": len(written)}, outputs=written)


def _batch_file(settings: Settings) -> str:
    authorities = "，".join(f"{each.code} {each.name}" for each in settings.policy.authorities)
    return f"""# 一个批次的设置。命令行的选项优先，其次是环境变量 HZCERT_...，最后是这里。
# 名单放在 holders/，照片放在 photos/（以身份证号命名），公布名单放在 published/；结果写到 out/。

# 办理机关：{authorities}
authority = "{settings.authority.code}"

# 政策：内置的名称，或本文件夹里一个 .toml 文件
policy = "{settings.policy.name}"

# 办理日期：证书的打印年份和各项期限都按这一天；不写则为运行当天
# as_of = {settings.as_of.isoformat()}

# 登记簿：证书编号记在这里，不可删除
# register = "register.db"

# 材料不在上述文件夹时
# holders = "holders"
# photos = "photos"
# published = "published"
# out = "out"
"""


def ingest_files(files: Sequence[Path], out: Path, settings: Settings, *, dry_run: bool) -> Outcome:
    """Any clerk's files into one canonical holders table."""
    read = read_entries(files, settings)
    if not dry_run:
        headings = ingest.WRITTEN
        if out == _STDIO:
            write_lines(sys.stdout, list(headings.values()), ingest.written_rows(read.table))
        else:
            with whole_file(out) as path:
                write_table(path, headings, ingest.written_rows(read.table), settings.as_of)
    counts = {**read.counts, "read": len(read.table)}
    return Outcome("ingest", counts, in_order(read.findings), outputs=_written(out, dry_run))


def normalise_photos(
    source: Path, target: Path, settings: Settings, watch: Watch, *, dry_run: bool, show_ids: bool
) -> Outcome:
    """Photos as received into the notice's normal form, named by ID number; the source is left as it is."""
    if target.resolve() == source.resolve():
        raise UsageError("规范后的照片不能写在收到的照片同一文件夹里", "请另给一个输出文件夹")
    files = _photo_files(source)

    def keep(id_number: str, jpeg: bytes) -> None:
        if not dry_run:
            with whole_file(target / f"{id_number}.jpg") as path:
                path.write_bytes(jpeg)

    spec = settings.policy.photo_spec(settings.as_of)
    with executor(settings.workers) as on, watch("照片", len(files)) as progress:
        shots = photos.normalise(files, spec, on, progress, keep)
    records = [shot.record(f"{shot.id_number}.jpg" if shot.used else None, show_ids=show_ids) for shot in shots]
    return _photo_outcome("photos normalize", shots, records, _written(target, dry_run))


def check_photos(folder: Path, settings: Settings, watch: Watch, *, show_ids: bool) -> Outcome:
    """Photos in place held against 三.3 and 三.1; nothing is written."""
    files = _photo_files(folder)
    with executor(settings.workers) as on, watch("照片", len(files)) as progress:
        shots = photos.check(files, settings.policy.photo_spec(settings.as_of), on, progress)
    records = [shot.record(shot.shown if shot.accepted else None, show_ids=show_ids) for shot in shots]
    return _photo_outcome("photos check", shots, records, [])


def _photo_files(folder: Path) -> list[Input]:
    files = inventory(folder, folder)
    if not files:
        raise InputError(f"{folder} 里没有照片", "请检查路径")
    return files


def _photo_outcome(
    command: str, shots: Sequence[photos.PhotoResult], records: Sequence[Record], outputs: Sequence[str]
) -> Outcome:
    # A photo's record carries its findings: in JSON they are not said twice.
    found = in_order(finding for shot in shots for finding in shot.findings)
    return Outcome(command, photos.counts(shots), found, records, outputs, nested=True)


def validate_files(files: Sequence[Path], folder: Path | None, settings: Settings, watch: Watch) -> Outcome:
    """Every rule on every entry; with a folder of finished photos, also whether each has a good one."""
    read = read_entries(files, settings)
    holders = read.table
    found = [*read.findings, *validate.check(holders, settings.policy, settings.as_of, settings.authority)]
    if folder is not None:
        pictures = _photo_files(folder)
        with executor(settings.workers) as on, watch("照片", len(pictures)) as progress:
            shots = photos.check(pictures, settings.policy.photo_spec(settings.as_of), on, progress)
        found += [finding for shot in shots for finding in shot.findings]
        found += photos.link(holders, shots)
    aside = int(lines_in_error(holders, found).sum())
    counts = {"read": len(holders), "accepted": len(holders) - aside, "set_aside": aside}
    return Outcome("validate", counts, in_order(found))


def reconcile_files(
    holders: Path, published: Sequence[Path], out: Path, settings: Settings, *, dry_run: bool, show_ids: bool
) -> Outcome:
    """Entries against published lists (三.4)."""
    read = read_entries([holders], settings)
    with inputs(published) as files:
        lists = ingest.read_list(files, ingest.PUBLISHED, settings.policy, settings.as_of)
    matches = reconcile.compare(read.table, lists.table, settings.policy, settings.as_of)
    sheets = list(reconcile.sheets(read.table, lists.table, matches))
    found = [*lists.findings, *reconcile.findings(read.table, lists.table, matches)]
    if not dry_run:
        rows = [row.cells for row in reconcile.decided(read.table, lists.table, matches)]
        write_result(out, [column.heading for column in sheets[0].columns], rows, sheets, settings.as_of)
    records: list[Record] = [
        *(match.record(read.table, lists.table, show_ids=show_ids) for match in matches.matches),
        *(reconcile.unclaimed_record(lists.table, line) for line in matches.unclaimed),
    ]
    return Outcome("reconcile", matches.counts(), in_order(found), records, _written(out, dry_run))


def charge(holders: Path, out: Path, settings: Settings, *, dry_run: bool) -> Outcome:
    """Fees and exemptions (四) of the entries without errors, by entry and by submitting unit."""
    accepted, found = without_errors(read_entries([holders], settings), settings)
    charged = fees.assess(accepted, settings.policy, settings.as_of)
    sheets = fees.sheets(accepted, charged, settings.policy, settings.as_of)
    records = [fee.record(accepted) for fee in charged]
    if not dry_run:
        names = ("file", "sheet", "row", "amount", "exempt", "clause", "reason")
        rows = [[record[name] for name in names] for record in records]
        write_result(out, names, rows, sheets, settings.as_of)
    return Outcome("fees", fees.counts(charged), found, records, _written(out, dry_run))


def build_rosters(holders: Path, out: Path, settings: Settings, say: Say, *, dry_run: bool) -> Outcome:
    """Annex 4 rosters of the entries without errors, one workbook a level and destination."""
    accepted, found = without_errors(read_entries([holders], settings), settings)
    remind(accepted, say)
    numbers = register.number(
        accepted, settings.policy, settings.as_of, settings.authority.code, settings.register, dry_run=dry_run
    )
    rosters = roster.build(accepted, numbers.by_line, settings.policy, settings.as_of)
    for each in rosters if not dry_run else ():
        with whole_file(out / each.file_name) as path:
            write_workbook(path, [roster.sheet(each)], settings.as_of)
    counts = {"rosters": len(rosters), "rows": sum(map(len, rosters)), "new_numbers": numbers.new}
    written = [] if dry_run else [str(out / each.file_name) for each in rosters]
    return Outcome("roster build", counts, in_order([*found, *numbers.findings]), outputs=written)


def print_files(holders: Path, pictures: Path, out: Path, settings: Settings, say: Say, *, dry_run: bool) -> Outcome:
    """Certificates of the entries without errors that this authority makes and that have a photo (三.4)."""
    policy, day, code = settings.policy, settings.as_of, settings.authority.code
    accepted, found = without_errors(read_entries([holders], settings), settings)
    remind(accepted, say)
    mine = accepted.take(render.made_by(accepted, policy, code, day))
    missing = [not (pictures / f"{number}.jpg").is_file() for number in mine.column("id_number")]
    bare = np.array(missing, dtype=np.bool_)
    found += mine.findings(bare, codes.PHOTO_MISSING)
    press = render.open_press(policy, day)
    unfit = render.judge_holders(mine, press)
    ready = mine.take(~bare & ~lines_in_error(mine, unfit))
    numbers = register.number(ready, policy, day, code, settings.register, dry_run=dry_run)
    certificates = render.faces(ready, numbers.by_line, policy, day, pictures)
    records: list[Record] = []
    volumes = render.volumes(certificates, policy, day)
    for volume in volumes:
        if not dry_run:
            with whole_file(out / volume.file_name) as path:
                render.write_volume(path, volume, press)
        records += [page.record() for page in volume.pages()]
    counts = {"certificates": len(records), "volumes": len(volumes), "new_numbers": numbers.new}
    written = [] if dry_run else [str(out / volume.file_name) for volume in volumes]
    return Outcome("print", counts, in_order([*found, *unfit, *numbers.findings]), records, written)


def _written(out: Path, dry_run: bool) -> list[str]:
    return [] if dry_run or out == _STDIO else [str(out)]

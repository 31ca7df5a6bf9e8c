"""The commands: each parses, calls, shows and exits. Errors become exit codes here and nowhere else."""

import signal
import sys
import tempfile
import traceback
from enum import StrEnum
from pathlib import Path
from types import FrameType
from typing import Annotated

import typer

from hzcert import __version__
from hzcert.console import Screen
from hzcert.errors import ExitCode, HzcertError
from hzcert.outcome import Outcome
from hzcert.settings import Options, Settings, settle

HELP = {"help_option_names": ["-h", "--help"]}
app = typer.Typer(
    name="hzcert",
    help="换发专业技术资格证书：导入名单、规范照片、核对公布文件、计费、花名册、制证。",
    epilog="例：hzcert run samples/huzhou-2007　　退出码 0 完成，1 有退回，2 用法，3 输入，4 输出，5 登记簿",
    no_args_is_help=True,
    add_completion=False,
    context_settings=HELP,
    pretty_exceptions_enable=False,
)
photos_app = typer.Typer(help="照片：规范成通知要求的样子，或只检查。", no_args_is_help=True, context_settings=HELP)
roster_app = typer.Typer(help="花名册（附件4）。", no_args_is_help=True, context_settings=HELP)
app.add_typer(photos_app, name="photos")
app.add_typer(roster_app, name="roster")


class Format(StrEnum):
    """How a result is printed."""

    TEXT = "text"
    JSON = "json"
    JSONL = "jsonl"


# What commands share, said once.
Policy = Annotated[str | None, typer.Option(envvar="HZCERT_POLICY", help="政策：内置名称，或政策文件")]
Authority = Annotated[
    str | None, typer.Option(envvar="HZCERT_AUTHORITY", help="办理机关代码，如 330500 市、330521 德清县")
]
AsOf = Annotated[str | None, typer.Option(envvar="HZCERT_AS_OF", help="办理日期，如 2007-09-15；默认今天")]
Register = Annotated[
    str | None, typer.Option(envvar="HZCERT_REGISTER", help="登记簿文件；默认批次里（或这里）的 register.db")
]
Workers = Annotated[int | None, typer.Option(envvar="HZCERT_WORKERS", min=1, help="并行进程数；默认处理器个数")]
Form = Annotated[Format, typer.Option("--format", envvar="HZCERT_FORMAT", help="结果的形式")]
Quiet = Annotated[bool, typer.Option("--quiet", envvar="HZCERT_QUIET", help="不说多余的话，不显示进度")]
Verbose = Annotated[bool, typer.Option("--verbose", envvar="HZCERT_VERBOSE", help="多说一些，连提示也列出")]
ShowIds = Annotated[bool, typer.Option("--show-ids", envvar="HZCERT_SHOW_IDS", help="显示完整的身份证号")]
Strict = Annotated[bool, typer.Option("--strict", envvar="HZCERT_STRICT", help="有警告也以退出码 1 结束")]
DryRun = Annotated[bool, typer.Option("--dry-run", envvar="HZCERT_DRY_RUN", help="只算不写，也不取编号")]
HoldersFiles = Annotated[
    list[Path], typer.Argument(metavar="HOLDERS...", help="人员名单：表格文件或文件夹；- 为标准输入")
]
HoldersFile = Annotated[Path, typer.Argument(metavar="HOLDERS", help="人员名单：表格文件或文件夹；- 为标准输入")]
OutFile = Annotated[Path, typer.Option("--out", help="写到哪个文件；后缀决定种类，- 为标准输出")]
OutFolder = Annotated[Path, typer.Option("--out", help="写到哪个文件夹")]


def finish(screen: Screen, outcome: Outcome, settings: Settings, *, strict: bool) -> None:
    """Show a result and leave with its exit code."""
    screen.show(outcome, settings.policy.name, strict=strict)
    raise typer.Exit(outcome.exit_code(strict=strict))


@app.command("run", epilog="例：hzcert run samples/huzhou-2007 --out /tmp/out")
def run_command(
    batch: Annotated[Path, typer.Argument(metavar="BATCH", help="批次文件夹")],
    out: Annotated[Path | None, typer.Option("--out", help="结果文件夹；默认 BATCH/out")] = None,
    policy: Policy = None,
    authority: Authority = None,
    as_of: AsOf = None,
    register: Register = None,
    workers: Workers = None,
    form: Form = Format.TEXT,
    quiet: Quiet = False,
    verbose: Verbose = False,
    show_ids: ShowIds = False,
    strict: Strict = False,
    dry_run: DryRun = False,
) -> None:
    """整批办理：导入、照片、审核、核对、收费、花名册、制证；可重复运行，中断后接着来。"""
    from hzcert import pipeline

    screen = Screen(form, quiet=quiet, verbose=verbose, show_ids=show_ids)
    opened = pipeline.open_batch(batch, out)
    settings = settle(Options(policy, authority, as_of, register, workers), opened.file, batch)
    outcome = pipeline.run(opened, settings, screen.progress, dry_run=dry_run, show_ids=show_ids)
    finish(screen, outcome, settings, strict=strict)


@app.command("init", epilog="例：hzcert init 2007-第一批")
def init_command(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="新批次文件夹")],
    policy: Policy = None,
    authority: Authority = None,
    as_of: AsOf = None,
    form: Form = Format.TEXT,
    quiet: Quiet = False,
) -> None:
    """新建批次文件夹：带说明的 batch.toml、空白表、空文件夹。"""
    from hzcert import steps

    settings = settle(Options(policy, authority, as_of))
    finish(Screen(form, quiet=quiet), steps.init(folder, settings), settings, strict=False)


@app.command("ingest", epilog="例：hzcert ingest samples/huzhou-2007/holders --out /tmp/holders.xlsx")
def ingest_command(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="表格文件或文件夹；- 为标准输入")],
    out: OutFile,
    policy: Policy = None,
    as_of: AsOf = None,
    form: Form = Format.TEXT,
    quiet: Quiet = False,
    verbose: Verbose = False,
    show_ids: ShowIds = False,
    strict: Strict = False,
    dry_run: DryRun = False,
) -> None:
    """把各种名单读成一张规范的人员表。"""
    from hzcert import steps

    settings = settle(Options(policy, as_of=as_of))
    outcome = steps.ingest_files(files, out, settings, dry_run=dry_run)
    finish(Screen(form, quiet=quiet, verbose=verbose, show_ids=show_ids), outcome, settings, strict=strict)


@photos_app.command("normalize", epilog="例：hzcert photos normalize samples/huzhou-2007/photos /tmp/photos")
def photos_normalize_command(
    source: Annotated[Path, typer.Argument(metavar="SRC", help="收到的照片")],
    target: Annotated[Path, typer.Argument(metavar="DST", help="写到哪个文件夹")],
    policy: Policy = None,
    as_of: AsOf = None,
    workers: Workers = None,
    form: Form = Format.TEXT,
    quiet: Quiet = False,
    verbose: Verbose = False,
    show_ids: ShowIds = False,
    strict: Strict = False,
    dry_run: DryRun = False,
) -> None:
    """把收到的照片裁成规定的尺寸，以身份证号命名；原照片不动。"""
    from hzcert import steps

    settings = settle(Options(policy, as_of=as_of, workers=workers))
    screen = Screen(form, quiet=quiet, verbose=verbose, show_ids=show_ids)
    outcome = steps.normalise_photos(source, target, settings, screen.progress, dry_run=dry_run, show_ids=show_ids)
    finish(screen, outcome, settings, strict=strict)


@photos_app.command("check", epilog="例：hzcert photos check /tmp/photos")
def photos_check_command(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="照片文件夹")],
    policy: Policy = None,
    as_of: AsOf = None,
    workers: Workers = None,
    form: Form = Format.TEXT,
    quiet: Quiet = False,
    verbose: Verbose = False,
    show_ids: ShowIds = False,
    strict: Strict = False,
) -> None:
    """按三.3 和三.1 检查照片，什么也不写。"""
    from hzcert import steps

    settings = settle(Options(policy, as_of=as_of, workers=workers))
    screen = Screen(form, quiet=quiet, verbose=verbose, show_ids=show_ids)
    outcome = steps.check_photos(folder, settings, screen.progress, show_ids=show_ids)
    finish(screen, outcome, settings, strict=strict)


@app.command("validate", epilog="例：hzcert validate samples/huzhou-2007/holders --as-of 2007-11-20")
def validate_command(
    files: HoldersFiles,
    photos: Annotated[Path | None, typer.Option("--photos", help="规范后的照片文件夹：核对人人有照片")] = None,
    policy: Policy = None,
    authority: Authority = None,
    as_of: AsOf = None,
    workers: Workers = None,
    form: Form = Format.TEXT,
    quiet: Quiet = False,
    verbose: Verbose = False,
    show_ids: ShowIds = False,
    strict: Strict = False,
) -> None:
    """每一条规则审核每一个人。"""
    from hzcert import steps

    settings = settle(Options(policy, authority, as_of, workers=workers))
    screen = Screen(form, quiet=quiet, verbose=verbose, show_ids=show_ids)
    outcome = steps.validate_files(files, photos, settings, screen.progress)
    finish(screen, outcome, settings, strict=strict)


@app.command(
    "reconcile",
    epilog="例：hzcert reconcile samples/huzhou-2007/holders samples/huzhou-2007/published --as-of 2007-11-20 --out /tmp/核对.xlsx",
)
def reconcile_command(
    holders: HoldersFile,
    published: Annotated[list[Path], typer.Argument(metavar="PUBLISHED...", help="公布名单：表格文件或文件夹")],
    out: OutFile,
    policy: Policy = None,
    as_of: AsOf = None,
    form: Form = Format.TEXT,
    quiet: Quiet = False,
    verbose: Verbose = False,
    show_ids: ShowIds = False,
    strict: Strict = False,
    dry_run: DryRun = False,
) -> None:
    """对照公布文件逐一核对（三.4）。"""
    from hzcert import steps

    settings = settle(Options(policy, as_of=as_of))
    outcome = steps.reconcile_files(holders, published, out, settings, dry_run=dry_run, show_ids=show_ids)
    finish(Screen(form, quiet=quiet, verbose=verbose, show_ids=show_ids), outcome, settings, strict=strict)


@app.command("fees", epilog="例：hzcert fees samples/huzhou-2007/holders --as-of 2007-11-20 --out /tmp/收费.xlsx")
def fees_command(
    holders: HoldersFile,
    out: OutFile,
    policy: Policy = None,
    as_of: AsOf = None,
    form: Form = Format.TEXT,
    quiet: Quiet = False,
    verbose: Verbose = False,
    show_ids: ShowIds = False,
    strict: Strict = False,
    dry_run: DryRun = False,
) -> None:
    """收费和免费（四）：逐人和分单位。"""
    from hzcert import steps

    settings = settle(Options(policy, as_of=as_of))
    outcome = steps.charge(holders, out, settings, dry_run=dry_run)
    finish(Screen(form, quiet=quiet, verbose=verbose, show_ids=show_ids), outcome, settings, strict=strict)


@roster_app.command(
    "build", epilog="例：hzcert roster build samples/huzhou-2007/out/holders.xlsx --as-of 2007-11-20 --out /tmp/花名册"
)
def roster_build_command(
    holders: HoldersFile,
    out: OutFolder,
    policy: Policy = None,
    authority: Authority = None,
    as_of: AsOf = None,
    register: Register = None,
    form: Form = Format.TEXT,
    quiet: Quiet = False,
    verbose: Verbose = False,
    show_ids: ShowIds = False,
    strict: Strict = False,
    dry_run: DryRun = False,
) -> None:
    """花名册（附件4）：每个级别、每个去向一本。"""
    from hzcert import steps

    settings = settle(Options(policy, authority, as_of, register))
    screen = Screen(form, quiet=quiet, verbose=verbose, show_ids=show_ids)
    outcome = steps.build_rosters(holders, out, settings, screen.say, dry_run=dry_run)
    finish(screen, outcome, settings, strict=strict)


@app.command(
    "print",
    epilog="例：hzcert print samples/huzhou-2007/out/holders.xlsx --photos samples/huzhou-2007/out/photos "
    "--as-of 2007-11-20 --register samples/huzhou-2007/register.db --out /tmp/证书",
)
def print_command(
    holders: HoldersFile,
    photos: Annotated[Path, typer.Option("--photos", help="规范后的照片文件夹")],
    out: OutFolder,
    policy: Policy = None,
    authority: Authority = None,
    as_of: AsOf = None,
    register: Register = None,
    form: Form = Format.TEXT,
    quiet: Quiet = False,
    verbose: Verbose = False,
    show_ids: ShowIds = False,
    strict: Strict = False,
    dry_run: DryRun = False,
) -> None:
    """打印证书（三.4）：本机关制作的，每份一页，编号取自登记簿。"""
    from hzcert import steps

    settings = settle(Options(policy, authority, as_of, register))
    screen = Screen(form, quiet=quiet, verbose=verbose, show_ids=show_ids)
    outcome = steps.print_files(holders, photos, out, settings, screen.say, dry_run=dry_run)
    finish(screen, outcome, settings, strict=strict)


@app.command("rules", epilog="例：hzcert rules HZ203")
def rules_command(
    code: Annotated[str | None, typer.Argument(metavar="[CODE]", help="只看这一条")] = None,
    policy: Policy = None,
    form: Form = Format.TEXT,
) -> None:
    """每一条规则：代码、程度、依据、怎么办；以及政策中的每个数字。"""
    from hzcert import rulebook

    settings = settle(Options(policy))
    screen = Screen(form)
    law = settings.policy
    if form is Format.TEXT:
        screen.table("规则", ("代码", "程度", "依据", "问题", "怎么办"), rulebook.rule_rows(law, code))
        if code is None:
            screen.table(
                f"{law.document_no} {law.title}", ("键", "名称", "自", "值", "依据"), rulebook.figure_rows(law)
            )
        return
    records = rulebook.rule_records(law, code)
    finish(screen, Outcome("rules", {"rules": len(records)}, items=records), settings, strict=False)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"hzcert {__version__}")
        raise typer.Exit


@app.callback()
def _main(
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="显示版本")] = False,
) -> None:
    pass


def main() -> None:
    """Run, and end in a documented exit code."""
    signal.signal(signal.SIGTERM, _terminated)
    screen = Screen(show_ids="--show-ids" in sys.argv)
    try:
        app()  # ends an interrupt in 130 and a usage error in 2 by itself
    except HzcertError as error:
        screen.fail(error)
        sys.exit(error.exit_code)
    except Exception:
        screen.say(f"hzcert 自身出错，报告在 {_defect_report()}，请交给开发者")
        sys.exit(ExitCode.DEFECT)


def _terminated(number: int, frame: FrameType | None) -> None:
    raise SystemExit(ExitCode.TERMINATED)


def _defect_report() -> Path:
    """Write down what went wrong, ID numbers masked, and say where."""
    from hzcert.findings import mask

    with tempfile.NamedTemporaryFile("w", prefix="hzcert-", suffix=".txt", delete=False, encoding="utf-8") as report:
        report.write(mask(f"hzcert {__version__}\n{traceback.format_exc()}"))
    return Path(report.name)

"""The commands: each parses, calls, shows and exits. Errors become exit codes here and nowhere else."""

import errno
import os
import signal
import sys
import tempfile
import traceback
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from types import FrameType
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from hzcert import __version__, cli_paper, cli_register, language
from hzcert.console import Screen
from hzcert.errors import ExitCode, HzcertError, OutputError
from hzcert.findings import mask
from hzcert.options import HELP, Common, Format, Language, shared
from hzcert.outcome import Outcome


class _Commands(TyperGroup):
    """Commands, some of two words beside one of the first word alone: ``print HOLDERS`` and ``print calibrate``."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The command that the first words name."""
        two = " ".join(args[:2])
        if two in self.commands:
            return two, self.commands[two], args[2:]
        return super().resolve_command(ctx, args)


app = typer.Typer(
    name="hzcert",
    cls=_Commands,
    help="换发专业技术资格证书：导入名单、规范照片、核对公布文件、计费、花名册、制证。",
    epilog="例：hzcert run samples/huzhou-2007　　退出码 0 完成，1 有退回，2 用法，3 输入，4 输出，5 登记簿，6 集群",
    no_args_is_help=True,
    add_completion=False,
    context_settings=HELP,
    pretty_exceptions_enable=False,
)
photos_app = typer.Typer(help="照片：规范成通知要求的样子，或只检查。", no_args_is_help=True, context_settings=HELP)
roster_app = typer.Typer(help="花名册（附件4）。", no_args_is_help=True, context_settings=HELP)
app.add_typer(photos_app, name="photos")
app.add_typer(roster_app, name="roster")
app.add_typer(cli_paper.design_app, name="design")
app.add_typer(cli_paper.seal_app, name="seal")
app.add_typer(cli_register.register_app, name="register")
app.add_typer(cli_register.pack_app, name="pack")
cli_register.add_unpack(app)


HoldersFiles = Annotated[
    list[Path], typer.Argument(metavar="HOLDERS...", help="人员名单：表格文件或文件夹；- 为标准输入")
]
HoldersFile = Annotated[Path, typer.Argument(metavar="HOLDERS", help="人员名单：表格文件或文件夹；- 为标准输入")]
OutFile = Annotated[Path, typer.Option("--out", help="写到哪个文件；后缀决定种类，- 为标准输出")]
OutFolder = Annotated[Path, typer.Option("--out", help="写到哪个文件夹")]
Marked = Annotated[
    Path | None,
    typer.Option("--annotate", metavar="DIR", help="把名单的副本写到这个文件夹：有问题的单元格着色并加批注"),
]


DecisionsFile = Annotated[
    Path | None, typer.Option("--decisions", metavar="FILE", help="经办人填好的待认定表，如 decisions.xlsx")
]
UnitsFile = Annotated[Path | None, typer.Option("--units", metavar="FILE", help="单位更名表：旧名称、新名称、依据三栏")]


@app.command("run", epilog="例：hzcert run samples/huzhou-2007 --out /tmp/out")
@shared
def run_command(
    common: Common,
    batch: Annotated[Path, typer.Argument(metavar="BATCH", help="批次文件夹")],
    out: Annotated[Path | None, typer.Option("--out", help="结果文件夹；默认 BATCH/out")] = None,
    annotated: Marked = None,
    seal: cli_paper.SealOption = None,
    seal_password: cli_paper.SealPassword = None,
    decided: DecisionsFile = None,
    units: UnitsFile = None,
    without_published: Annotated[
        bool, typer.Option("--without-published", help="没有公布文件也办理；每份结果都会写明没有核对")
    ] = False,
) -> None:
    """整批办理：导入、照片、审核、核对、收费、花名册、制证；可重复运行，中断后接着来。"""
    from hzcert import paper, pipeline

    opened = pipeline.open_batch(batch, out, decided, units, without_published=without_published)
    common = common.over(opened.file)
    settings = common.settle(opened.file, batch)
    watch = common.screen.progress
    job = paper.Job(seal=seal, seal_password=seal_password)
    common.finish(pipeline.run(opened, settings, watch, **common.writes, annotated=annotated, job=job), settings)


@app.command("init", epilog="例：hzcert init 2007-第一批")
@shared
def init_command(common: Common, folder: Annotated[Path, typer.Argument(metavar="DIR", help="新批次文件夹")]) -> None:
    """新建批次文件夹：带说明的 batch.toml、空白表、空文件夹。"""
    from hzcert import steps

    settings = common.settle()
    common.finish(steps.init(folder, settings, dry_run=bool(common.dry_run)), settings)


@app.command("forms", epilog="例：hzcert forms /tmp/空白表")
@shared
def forms_command(
    common: Common, folder: Annotated[Path, typer.Argument(metavar="DIR", help="写到哪个文件夹")]
) -> None:
    """空白的附件1 至附件4、人员信息表和公布名单：带选项和填写要求，可打印。"""
    from hzcert import steps

    settings = common.settle()
    common.finish(steps.blank_forms(folder, settings, dry_run=bool(common.dry_run)), settings)


@app.command("ingest", epilog="例：hzcert ingest samples/huzhou-2007/holders --out /tmp/holders.xlsx")
@shared
def ingest_command(
    common: Common,
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="表格文件或文件夹；- 为标准输入")],
    out: OutFile,
    photos: Annotated[
        Path | None, typer.Option("--photos", help="把表内的照片取出，以身份证号命名写到哪个文件夹")
    ] = None,
    annotated: Marked = None,
) -> None:
    """把各种名单读成一张规范的人员表。"""
    from hzcert import steps

    settings = common.settle()
    written = steps.ingest_files(files, out, settings, photos, **common.writes, annotated=annotated)
    common.finish(written, settings)


@photos_app.command("normalize", epilog="例：hzcert photos normalize samples/huzhou-2007/photos /tmp/photos")
@shared
def photos_normalize_command(
    common: Common,
    source: Annotated[Path, typer.Argument(metavar="SRC", help="收到的照片；文件夹或 zip 压缩包")],
    target: Annotated[Path, typer.Argument(metavar="DST", help="写到哪个文件夹")],
) -> None:
    """把收到的照片裁成规定的尺寸，以身份证号命名；原照片不动。"""
    from hzcert import photodesk

    settings = common.settle()
    common.finish(photodesk.normalise(source, target, settings, common.screen.progress, **common.writes), settings)


@photos_app.command("check", epilog="例：hzcert photos check /tmp/photos")
@shared
def photos_check_command(
    common: Common,
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="照片文件夹")],
    strict_notice: Annotated[
        bool, typer.Option("--strict-notice", help="照通知的字面检查：尺寸、高宽比、50K、JPG、文件名（别处做好的照片）")
    ] = False,
) -> None:
    """按三.3 和三.1 检查照片，什么也不写；能否采用与 normalize 的判断相同。"""
    from hzcert import photodesk

    settings = common.settle()
    watch, show_ids = common.screen.progress, bool(common.show_ids)
    common.finish(photodesk.check(folder, settings, watch, show_ids=show_ids, strict_notice=strict_notice), settings)


@photos_app.command("sheet", epilog="例：hzcert photos sheet samples/messy/photos -o /tmp/小样.pdf")
@shared
def photos_sheet_command(
    common: Common,
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="收到的照片；文件夹或 zip 压缩包")],
    out: Annotated[Path, typer.Option("--out", "-o", help="写到哪个文件：.pdf 或 .html")],
    everybody: Annotated[bool, typer.Option("--all", help="所有照片，不只是不合格的")] = False,
) -> None:
    """照片小样：不合格的（或所有的）照片排成一页页，下面写明原因。"""
    from hzcert import photodesk

    settings = common.settle()
    watch, writes = common.screen.progress, common.writes
    common.finish(photodesk.sheet(folder, out, settings, watch, everybody=everybody, **writes), settings)


@app.command("validate", epilog="例：hzcert validate samples/huzhou-2007/holders --as-of 2007-11-20")
@shared
def validate_command(
    common: Common,
    files: HoldersFiles,
    photos: Annotated[Path | None, typer.Option("--photos", help="规范后的照片文件夹：核对人人有照片")] = None,
    out: Annotated[Path | None, typer.Option("--out", help="问题清单写到哪个文件；后缀决定种类，- 为标准输出")] = None,
    annotated: Marked = None,
) -> None:
    """每一条规则审核每一个人。"""
    from hzcert import steps

    settings = common.settle()
    watch, writes = common.screen.progress, common.writes
    common.finish(
        steps.validate_files(files, photos, settings, watch, out=out, annotated=annotated, **writes), settings
    )


@app.command(
    "reconcile",
    epilog="例：hzcert reconcile samples/huzhou-2007/holders samples/huzhou-2007/published "
    "--as-of 2007-11-20 --out /tmp/核对.xlsx",
)
@shared
def reconcile_command(
    common: Common,
    holders: HoldersFile,
    published: Annotated[
        list[Path], typer.Argument(metavar="PUBLISHED...", help="公布名单：表格、Word、文本、PDF 文件或文件夹")
    ],
    out: OutFile,
    decided: DecisionsFile = None,
    units: UnitsFile = None,
) -> None:
    """对照公布文件逐一核对（三.4）。"""
    from hzcert import steps

    settings = common.settle()
    common.finish(
        steps.reconcile_files(holders, published, out, settings, **common.writes, decided=decided, units=units),
        settings,
    )


published_app = typer.Typer(help="公布文件：看一眼读成了什么。", no_args_is_help=True, context_settings=HELP)
app.add_typer(published_app, name="published")


@published_app.command("inspect", epilog="例：hzcert published inspect samples/huzhou-2007/published")
@shared
def published_inspect_command(
    common: Common,
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE...", help="公布文件：表格、Word、文本、PDF 文件或文件夹")
    ],
) -> None:
    """公布文件读成了什么：每人一行，连同文号、日期、级别、评审组织；更正和取消也在内。"""
    from hzcert import steps

    settings = common.settle()
    common.finish(steps.inspect_published(files, settings, show_ids=bool(common.show_ids)), settings)


@app.command("fees", epilog="例：hzcert fees samples/huzhou-2007/holders --as-of 2007-11-20 --out /tmp/收费.xlsx")
@shared
def fees_command(common: Common, holders: HoldersFile, out: OutFile) -> None:
    """收费和免费（四）：逐人和分单位。"""
    from hzcert import steps

    settings = common.settle()
    common.finish(steps.charge(holders, out, settings, dry_run=bool(common.dry_run)), settings)


@roster_app.command(
    "build",
    epilog="例：hzcert roster build samples/huzhou-2007/out/holders.xlsx --as-of 2007-11-20 --out /tmp/花名册",
)
@shared
def roster_build_command(
    common: Common,
    holders: HoldersFile,
    out: OutFolder,
    on: cli_paper.PaperSize = cli_paper.PaperOption.A4,
    public: cli_paper.Public = False,
) -> None:
    """花名册（附件4）：每个级别、每个去向一本，工作簿和 PDF。"""
    from hzcert import paper

    settings = common.settle()
    sheet, dry_run = cli_paper.paper_of(on), bool(common.dry_run)
    common.finish(paper.build_rosters(holders, out, settings, sheet, public=public, dry_run=dry_run), settings)


@app.command(
    "print",
    epilog="例：hzcert print samples/huzhou-2007/out/holders.xlsx --photos samples/huzhou-2007/out/photos "
    "--as-of 2007-11-20 --register samples/huzhou-2007/register.db --out /tmp/证书　　校准打印机：hzcert print calibrate --help",
)
@shared
def print_command(
    common: Common,
    holders: HoldersFile,
    photos: Annotated[Path, typer.Option("--photos", help="规范后的照片文件夹")],
    out: OutFolder,
    design: cli_paper.DesignOption = None,
    printer: cli_paper.PrinterOption = None,
    printers: cli_paper.PrintersOption = None,
    sides: cli_paper.Sides = cli_paper.SidesOption.FRONT,
    split_by: cli_paper.SplitBy = cli_paper.SplitOption.LEVEL,
    split: cli_paper.Split = None,
    mark: cli_paper.Mark = None,
    reprint: cli_paper.Reprint = None,
    seal: cli_paper.SealOption = None,
    seal_password: cli_paper.SealPassword = None,
    sign_pdf: cli_paper.SignPdf = None,
    sign_password: cli_paper.SignPassword = None,
) -> None:
    """打印证书（三.4）：本机关制作的，每份一页，编号取自登记簿。"""
    from hzcert import paper

    settings = common.settle()
    job = paper.Job(
        design=design or "",
        printer=printer or "",
        printers=printers,
        sides=cli_paper.sides_of(sides),
        split_by=cli_paper.split_of(split_by),
        split=split,
        mark=mark.value if mark else "",
        seal=seal,
        seal_password=seal_password,
        reprint=reprint or "",
        sign_with=sign_pdf,
        sign_password=sign_password,
    )
    watch = common.screen.progress
    common.finish(paper.print_files(holders, photos, out, settings, job, watch, dry_run=bool(common.dry_run)), settings)


app.command(
    "print calibrate",
    hidden=True,
    epilog="例：hzcert print calibrate --out /tmp/校准页.pdf　　"
    "hzcert print calibrate --printer HP4250/纸盒2 --reading A=16.6,12.9 --reading D=162.2,107.5 --printers /tmp/printers.toml",
)(cli_paper.calibrate_command)
app.command("verify", epilog="例：hzcert verify /tmp/证书/证书-中级-001.pdf --keys /tmp/seal")(cli_paper.verify_command)


@app.command("report", epilog="例：hzcert report samples/huzhou-2007 --out /tmp/report.html")
@shared
def report_command(
    common: Common,
    batch: Annotated[Path, typer.Argument(metavar="BATCH", help="办理过的批次文件夹")],
    out: Annotated[Path | None, typer.Option("--out", help="写到哪个文件；默认 BATCH/out/report.html")] = None,
) -> None:
    """批次报告（HTML）：收到什么、办成什么、为什么退回；run 已写在结果里，这里另写一份。"""
    from hzcert import pipeline

    opened = pipeline.open_batch(batch)
    common = common.over(opened.file)
    settings = common.settle(opened.file, batch)
    common.finish(pipeline.tell(opened, out, dry_run=bool(common.dry_run)), settings)


@app.command("rules", epilog="例：hzcert rules HZ203")
@shared
def rules_command(
    common: Common, code: Annotated[str | None, typer.Argument(metavar="[CODE]", help="只看这一条")] = None
) -> None:
    """每一条规则：代码、程度、依据、怎么办；以及政策中的每个数字。"""
    from hzcert import rulebook

    settings = common.settle()
    law = settings.policy
    if common.format not in (None, Format.TEXT):
        records = rulebook.rule_records(law, code)
        common.finish(Outcome("rules", {"rules": len(records)}, items=records), settings)
    screen = common.screen
    if code is not None:
        screen.table("规则", ("项目", "内容"), rulebook.rule_details(law, code))
    else:
        screen.table("规则", ("代码", "程度", "依据", "问题", "怎么办"), rulebook.rule_rows(law))
        screen.table(f"{law.document_no} {law.title}", ("键", "名称", "自", "值", "依据"), rulebook.figure_rows(law))


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
    sys.unraisablehook = _left_over
    language.speak(_language(sys.argv, os.environ))
    screen = Screen(show_ids="--show-ids" in sys.argv)
    try:
        command = typer.main.get_command(app)
        _say_help(command)
        command()  # ends an interrupt in 130 and a usage error in 2 by itself
    except HzcertError as error:
        screen.fail(error)
        sys.exit(error.exit_code)
    except Exception as cause:
        if _is_full(cause):
            screen.fail(OutputError(f"不能写入：{cause}", "磁盘或临时文件夹已满或只读，请腾出空间后再运行"))
            sys.exit(ExitCode.OUTPUT)
        screen.say(f"hzcert 自身出错，报告在 {_defect_report()}，请交给开发者")
        sys.exit(ExitCode.DEFECT)


def _left_over(left: "sys.UnraisableHookArgs") -> None:
    """What a library's half-written file still tries when it is thrown away: of a full disk enough was said."""
    if not (isinstance(left.exc_value, Exception) and _is_full(left.exc_value)):
        sys.__unraisablehook__(left)


def _is_full(cause: Exception) -> bool:
    """Whether a disk refuses more, wherever it was that something was to be written: a library's scratch files, say."""
    refused = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS)
    # Python's own word where no folder for temporary files takes any.
    return isinstance(cause, OSError) and (cause.errno in refused or "No usable temporary directory" in str(cause))


def _language(arguments: Sequence[str], environment: Mapping[str, str]) -> str:
    """The language that is asked for; before anything is parsed, since help and mistakes of usage speak it too."""
    named = next((word for option, word in pairwise(arguments) if option == "--lang"), "")
    named = named or next((each.partition("=")[2] for each in arguments if each.startswith("--lang=")), "")
    named = named or environment.get("HZCERT_LANG", "")
    return named if named in set(Language) else language.preferred(environment)


def _say_help(command: Any) -> None:
    """Put the help of a command, its options and its subcommands into the language spoken."""
    for attribute in ("help", "short_help", "epilog"):
        if text := getattr(command, attribute, None):
            setattr(command, attribute, language.help_text(text))
    for each in command.params:
        each.help = language.help_text(each.help or "")
    for each in getattr(command, "commands", {}).values():
        _say_help(each)


def _terminated(number: int, frame: FrameType | None) -> None:
    raise SystemExit(ExitCode.TERMINATED)


def _defect_report() -> Path:
    """Write down what went wrong, ID numbers masked, and say where."""
    with tempfile.NamedTemporaryFile("w", prefix="hzcert-", suffix=".txt", delete=False, encoding="utf-8") as report:
        report.write(mask(f"hzcert {__version__}\n{traceback.format_exc()}"))
    return Path(report.name)

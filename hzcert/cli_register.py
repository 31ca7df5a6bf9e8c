"""The register's commands (hzcert register ...): each parses, calls, shows and exits."""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from hzcert.errors import InputError, UsageError
from hzcert.options import HELP, Common, Format, shared
from hzcert.settings import Settings, read_batch_file

register_app = typer.Typer(
    help="登记簿：编号、发放、遗失补发、作废、销毁、查询、验真、备份。", no_args_is_help=True, context_settings=HELP
)

What = Annotated[
    list[str], typer.Argument(metavar="WHAT...", help="身份证号、证书编号、名单文件，或批次文件夹；可写多个")
]
MaybeWhat = Annotated[
    list[str] | None, typer.Argument(metavar="[WHAT...]", help="身份证号、证书编号、名单文件，或批次文件夹；可写多个")
]
Title = Annotated[str, typer.Option("--title", help="只写身份证号时：哪个资格")]
Specialty = Annotated[str, typer.Option("--specialty", help="只写身份证号时：哪个专业")]
Day = Annotated[str, typer.Option("--on", help="哪一天的事，如 2007-11-20；默认办理日期", metavar="DATE")]


def _settle(common: Common, words: Sequence[str] = ()) -> tuple[Common, Settings]:
    """The settings of a command; those of the batch that it is asked about, where it is asked about one."""
    from hzcert import bureau

    folder = bureau.register_of(words, common.register)
    if folder is None:
        return common, common.settle()
    file = read_batch_file(folder)
    common = common.over(file)
    return common, common.settle(file, folder)


def _day(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat() if text else ""
    except ValueError as cause:
        raise UsageError(f"日期“{text}”不对", "请写成 2007-09-15 的形式") from cause


def _step(
    common: Common,
    words: Sequence[str],
    command: str,
    kind: str,
    said: Mapping[str, str],
    *,
    own: Sequence[str] = (),
    **narrow: str,
) -> NoReturn:
    from hzcert import bureau

    common, settings = _settle(common, words)
    asked = bureau.asked_of(words, settings, **narrow)
    outcome = bureau.step(f"register {command}", kind, asked, said, settings, dry_run=bool(common.dry_run), own=own)
    common.finish(outcome, settings)


@register_app.command("import", epilog="例：hzcert register import 旧系统.xlsx --dry-run")
@shared
def import_command(
    common: Common,
    tables: Annotated[list[Path], typer.Argument(metavar="TABLE...", help="旧系统导出的表，有证书编号的栏目")],
) -> None:
    """把旧系统的证书连同编号导入登记簿；已有的不动。"""
    from hzcert import bureau

    settings = common.settle()
    common.finish(bureau.take_over(tables, settings, dry_run=bool(common.dry_run)), settings)


@register_app.command("number", epilog="例：hzcert register number samples/huzhou-2007 --dry-run")
@shared
def number_command(
    common: Common,
    what: MaybeWhat = None,
    title: Title = "",
    specialty: Specialty = "",
    count: Annotated[int, typer.Option("--range", help="不编号，而把后面这么多个号交给县区", min=0)] = 0,
    holder: Annotated[str, typer.Option("--for", help="号段交给哪个机关，如 330521", metavar="CODE")] = "",
    out: Annotated[Path | None, typer.Option("--out", help="号段文件，带给县区")] = None,
    taken: Annotated[Path | None, typer.Option("--take-range", help="领取上级交来的号段文件", metavar="FILE")] = None,
) -> None:
    """给已核对的填报编号（三.4）；作废的重新编号；号段的交付和领取。"""
    from hzcert import bureau

    words = what or []
    if (bool(words) + bool(count) + (taken is not None)) != 1 or bool(count) != bool(holder):
        raise UsageError("请写要编号的证书，或 --range 和 --for，或 --take-range", "hzcert register number --help")
    if words:
        _step(common, words, "number", "numbered", {}, title=title, specialty=specialty)
    settings = common.settle()
    if taken is not None:
        common.finish(bureau.take_range(taken, settings), settings)
    common.finish(bureau.hand_range(count, holder, out, settings, dry_run=bool(common.dry_run)), settings)


@register_app.command("issue", epilog="例：hzcert register issue C200733050008000014 --received-by 沈云川")
@shared
def issue_command(
    common: Common,
    what: What,
    unit: Annotated[str, typer.Option("--unit", help="成批交给哪个单位；不写就是发给持证人")] = "",
    received_by: Annotated[str, typer.Option("--received-by", help="谁签收")] = "",
    signed_by: Annotated[str, typer.Option("--signed-by", help="pack unit 交出的，补记单位由谁签收")] = "",
    on: Day = "",
    title: Title = "",
    specialty: Specialty = "",
) -> None:
    """发放证书（三.5）：发给持证人，或成批交给单位；名单里的领取人、领取日期算数。"""
    if signed_by and (unit or received_by):
        raise UsageError("--signed-by 不与 --unit、--received-by 同用", "--signed-by 只补记已交单位的证书由谁签收")
    said = {"unit": unit, "received_by": received_by or signed_by, "on": _day(on)}
    kind = "signed" if signed_by else "handed" if unit else "issued"
    _step(common, what, "issue", kind, said, title=title, specialty=specialty)


@register_app.command("receive", epilog="例：hzcert register receive 330521197003120030")
@shared
def receive_command(
    common: Common,
    what: What,
    new: Annotated[bool, typer.Option("--new", help="收到的是省人事厅制发的新证书")] = False,
    number: Annotated[str, typer.Option("--number", help="省人事厅的证书编号（只写一人时）")] = "",
    on: Day = "",
    title: Title = "",
    specialty: Specialty = "",
) -> None:
    """收回旧证书；用 --new 时收到省人事厅制发的证书（三.5）。"""
    kind = "arrived" if new else "collected"
    if number and (not new or len(what) > 1):
        raise UsageError("--number 只在 --new 且只写一人时可用", "一批证书请用有“证书编号”栏的名单")
    _step(common, what, "receive", kind, {"on": _day(on)}, title=title, specialty=specialty, new_number=number)


@register_app.command(
    "lost", epilog="例：hzcert register lost C200733050008000014 --newspaper 湖州日报 --on 2008-03-02"
)
@shared
def lost_command(
    common: Common,
    what: What,
    newspaper: Annotated[str, typer.Option("--newspaper", help="刊登遗失声明的报纸")] = "",
    on: Annotated[str, typer.Option("--on", help="遗失声明的刊登日期，如 2008-03-02", metavar="DATE")] = "",
    title: Title = "",
    specialty: Specialty = "",
) -> None:
    """登记遗失（五.2）：要有当地公开发行的报纸和刊登日期。"""
    if not (newspaper and on) and not any(Path(word).exists() for word in what):
        raise UsageError("登记遗失要写 --newspaper 报纸 和 --on 刊登日期", "五.2：须在当地公开发行的报纸上刊登遗失声明")
    said = {"newspaper": newspaper, "on": _day(on)}
    _step(common, what, "lost", "lost", said, own=("loss_notice",), title=title, specialty=specialty)


@register_app.command("reissue", epilog="例：hzcert register reissue C200733050008000014")
@shared
def reissue_command(
    common: Common,
    what: What,
    number: Annotated[str, typer.Option("--number", help="省人事厅补发证书的编号（只写一人时）")] = "",
    reason: Annotated[str, typer.Option("--reason", help="说明")] = "",
    title: Title = "",
    specialty: Specialty = "",
) -> None:
    """补发遗失的证书（五.2）：编新号，原号注销。"""
    if number and len(what) > 1:
        raise UsageError("--number 只在只写一人时可用", "请一份一份地补发")
    _step(common, what, "reissue", "reissued", {"reason": reason}, title=title, specialty=specialty, new_number=number)


@register_app.command("transfer", epilog="例：hzcert register transfer 330521197003120030 --document 浙人专[2007]88号")
@shared
def transfer_command(
    common: Common,
    what: What,
    document: Annotated[str, typer.Option("--document", help="附件3 的确认文号")] = "",
    origin: Annotated[str, typer.Option("--from", help="原单位（外省市或部属）")] = "",
    confirmed_by: Annotated[str, typer.Option("--confirmed-by", help="确认的机关")] = "",
    on: Day = "",
    title: Title = "",
    specialty: Specialty = "",
) -> None:
    """登记调入确认（五.1，附件3）。"""
    if not document:
        raise UsageError("登记调入确认要写 --document 确认文号", "五.1：须经确认后换发")
    said = {"document": document, "from": origin, "confirmed_by": confirmed_by, "on": _day(on)}
    _step(common, what, "transfer", "transferred", said, title=title, specialty=specialty)


@register_app.command("destroy", epilog="例：hzcert register destroy 已收回.xlsx --out 销毁清单.xlsx --witness 王五")
@shared
def destroy_command(
    common: Common,
    what: What,
    out: Annotated[Path, typer.Option("--out", help="销毁清单写到哪个 .xlsx 文件，供签字")],
    witness: Annotated[str, typer.Option("--witness", help="监销人")] = "",
    by: Annotated[str, typer.Option("--by", help="谁销毁的")] = "",
) -> None:
    """销毁收回的旧证书（三.5）：先写销毁清单，再登记。"""
    from hzcert import bureau

    common, settings = _settle(common, what)
    asked = bureau.asked_of(what, settings)
    said = {"witness": witness, "by": by}
    common.finish(bureau.destroy(asked, out, said, settings, dry_run=bool(common.dry_run)), settings)


@register_app.command("void", epilog="例：hzcert register void C200733050008000014 --reason 照片印歪")
@shared
def void_command(
    common: Common,
    what: What,
    reason: Annotated[str, typer.Option("--reason", help="为什么作废")] = "",
    title: Title = "",
    specialty: Specialty = "",
) -> None:
    """作废打印有误的证书：编号留在登记簿里，不再使用；重新编号用 register number 或 run。"""
    if not reason:
        raise UsageError("作废要写 --reason 原因", "如 --reason 照片印歪")
    _step(common, what, "void", "voided", {"reason": reason}, title=title, specialty=specialty)


def _table(common: Common, title: str, headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    from hzcert.findings import mask

    if common.format in (None, Format.TEXT):
        shown = [[cell if common.show_ids else mask(cell) for cell in row] for row in rows]
        common.screen.table(title if common.show_ids else mask(title), headings, shown)


@register_app.command("history", epilog="例：hzcert register history 330521197003120030")
@shared
def history_command(common: Common, what: What, title: Title = "", specialty: Specialty = "") -> None:
    """一份证书的来龙去脉：何时、何事、依据、谁办的、见哪份文件。"""
    from hzcert import bureau

    common, settings = _settle(common, what)
    outcome, stories = bureau.history(bureau.asked_of(what, settings, title=title, specialty=specialty), settings)
    for story in stories:
        if common.format in (None, Format.TEXT):
            common.screen.lines(*bureau.told(story, settings))
    common.finish(outcome, settings)


@register_app.command("find", epilog="例：hzcert register find 沈云川")
@shared
def find_command(
    common: Common, text: Annotated[str, typer.Argument(metavar="TEXT", help="姓名、身份证号、编号或单位的一部分")]
) -> None:
    """查找证书。"""
    from hzcert import bureau

    settings = common.settle()
    _show(common, bureau.find(text, settings), settings)


@register_app.command("status", epilog="例：hzcert register status --as-of 2007-11-20")
@shared
def status_command(common: Common) -> None:
    """登记情况：各级别、属地、换证阶段（二）的证书办到哪一步，离期限还有多少天。"""
    from hzcert import bureau

    settings = common.settle()
    _show(common, bureau.status(settings), settings)


def _show(common: Common, shown: Any, settings: Settings) -> NoReturn:
    _table(common, shown.title, shown.headings, shown.rows)
    common.finish(shown.outcome, settings)


@register_app.command("export", epilog="例：hzcert register export --out 登记簿.xlsx")
@shared
def export_command(
    common: Common,
    out: Annotated[Path, typer.Option("--out", help="写到哪个文件：.csv、.tsv、.xlsx、.parquet、.jsonl；- 为标准输出")],
    events: Annotated[bool, typer.Option("--events", help="不是证书，而是全部事件")] = False,
) -> None:
    """导出登记簿：每个编号一行，或全部事件。"""
    from hzcert import bureau

    settings = common.settle()
    common.finish(bureau.export(out, settings, events=events, dry_run=bool(common.dry_run)), settings)


@register_app.command("verify", epilog="例：hzcert register verify")
@shared
def verify_command(
    common: Common,
    head: Annotated[str, typer.Option("--head", help="以前记下的末尾散列值：应仍在链上", metavar="HASH")] = "",
) -> None:
    """验真：事件链、编号、状态逐一重算，改动过的指出来。"""
    from hzcert import bureau

    settings = common.settle()
    common.finish(bureau.verify(head, settings), settings)


@register_app.command("backup", epilog="例：hzcert register backup /tmp/登记簿备份.db")
@shared
def backup_command(
    common: Common, target: Annotated[Path, typer.Argument(metavar="FILE", help="备份到哪个新文件")]
) -> None:
    """备份登记簿：一个文件，本身就是登记簿。"""
    from hzcert import bureau

    settings = common.settle()
    common.finish(bureau.backup(target, settings, dry_run=bool(common.dry_run)), settings)


@register_app.command("restore", epilog="例：hzcert register restore /tmp/登记簿备份.db --register 新登记簿.db")
@shared
def restore_command(common: Common, source: Annotated[Path, typer.Argument(metavar="FILE", help="备份文件")]) -> None:
    """从备份恢复到一个空的登记簿；先验真。"""
    from hzcert import bureau

    settings = common.settle()
    common.finish(bureau.bring_back(source, settings, dry_run=bool(common.dry_run)), settings)


@register_app.command("merge", epilog="例：hzcert register merge 德清县登记簿.db")
@shared
def merge_command(
    common: Common, source: Annotated[Path, typer.Argument(metavar="FILE", help="县区的登记簿文件")]
) -> None:
    """把县区的登记簿并入这一个；冲突的指出来，什么也不覆盖。"""
    from hzcert import bureau

    settings = common.settle()
    common.finish(bureau.merge(source, settings, dry_run=bool(common.dry_run)), settings)


pack_app = typer.Typer(
    help="移交：打包报省、报市、交单位的材料（三.4、三.5）。", no_args_is_help=True, context_settings=HELP
)
Batch = Annotated[Path, typer.Argument(metavar="BATCH", help="办过的批次文件夹")]
PackOut = Annotated[Path | None, typer.Option("--out", help="写到哪个文件夹；默认 BATCH/移交")]


def _pack(common: Common, kind: Any, batch: Path, out: Path | None, unit: str = "") -> NoReturn:
    from hzcert import handover

    common, settings = _settle_batch(common, batch)
    target = out or batch / "移交"
    packed = handover.pack(kind, batch, target, settings, unit=unit, dry_run=bool(common.dry_run))
    common.finish(packed, settings)


def _settle_batch(common: Common, batch: Path) -> tuple[Common, Settings]:
    file = read_batch_file(batch)
    common = common.over(file)
    return common, common.settle(file, batch)


@pack_app.command("province", epilog="例：hzcert pack province samples/huzhou-2007 --out /tmp/报省")
@shared
def pack_province_command(common: Common, batch: Batch, out: PackOut = None) -> None:
    """市人事局报省：高级的花名册、公布文件、照片、清单和交接单（三.4）。"""
    _pack(common, "province", batch, out)


@pack_app.command("city", epilog="例：hzcert pack city 德清批次 --authority 330521 --out /tmp/报市")
@shared
def pack_city_command(common: Common, batch: Batch, out: PackOut = None) -> None:
    """县区人事局报市：备案的花名册，和要上级制作的填报材料（三.4）。"""
    _pack(common, "city", batch, out)


@pack_app.command("unit", epilog="例：hzcert pack unit samples/huzhou-2007 --out /tmp/发放")
@shared
def pack_unit_command(
    common: Common,
    batch: Batch,
    out: PackOut = None,
    unit: Annotated[str, typer.Option("--unit", help="只打包这个单位的")] = "",
) -> None:
    """成批交给各填报单位：每个单位一包，有发放清单和交接单（三.5）。"""
    _pack(common, "unit", batch, out, unit)


def add_unpack(app: typer.Typer) -> None:
    """Add the command that stands beside ``pack``."""

    @app.command("unpack", epilog="例：hzcert unpack 移交包.zip --out /tmp/收到")
    @shared
    def unpack_command(
        common: Common,
        package: Annotated[Path, typer.Argument(metavar="PACKAGE", help="收到的移交包：zip 或文件夹")],
        out: Annotated[Path | None, typer.Option("--out", help="核验无误后放到哪个新文件夹")] = None,
    ) -> None:
        """核验收到的移交包，登记收到（三.4、三.5）。"""
        from hzcert import receiving

        if not package.exists():
            raise InputError(f"找不到 {package}", "请检查路径")
        settings = common.settle()
        common.finish(receiving.unpack(package, out, settings, dry_run=bool(common.dry_run)), settings)

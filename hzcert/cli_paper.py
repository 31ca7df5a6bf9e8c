"""The commands of paper and proof: design, print calibrate, seal, verify; and what ``print`` may be told."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal

import typer

from hzcert.options import HELP, Common, shared

design_app = typer.Typer(help="证书版式：检查、试排。", no_args_is_help=True, context_settings=HELP)
seal_app = typer.Typer(help="验证码：密钥、查验页。", no_args_is_help=True, context_settings=HELP)


class SidesOption(StrEnum):
    """Which sides are printed, in which order."""

    FRONT = "front"
    BACK = "back"
    DUPLEX = "duplex"
    STACKED = "stacked"


class SplitOption(StrEnum):
    """What has a file of its own."""

    LEVEL = "level"
    UNIT = "unit"
    HOLDER = "holder"
    ONE = "one"


class MarkOption(StrEnum):
    """What is printed across a page that is no certificate."""

    VOID = "void"
    PROOF = "proof"


class PaperOption(StrEnum):
    """On which paper rosters are printed."""

    A4 = "A4"
    A3 = "A3"


PaperSize = Annotated[PaperOption, typer.Option("--paper", help="纸张：A4 或 A3，都是横放")]
Public = Annotated[bool, typer.Option("--public", help="公示用：身份证号只显示头尾")]
DesignFile = Annotated[str, typer.Argument(metavar="FILE", help="版式文件，或内置版式的名称")]
DesignOption = Annotated[
    str | None,
    typer.Option(
        "--design",
        envvar="HZCERT_DESIGN",
        help="版式：zhejiang-booklet、zhejiang-overprint 套打、a4-proof 校样，或文件",
    ),
]
PrinterOption = Annotated[
    str | None, typer.Option("--printer", envvar="HZCERT_PRINTER", help="打印机（和纸盒）的名称，按校准移动位置")
]
PrintersOption = Annotated[Path | None, typer.Option("--printers", help="打印机校准文件；默认登记簿旁的 printers.toml")]
SealOption = Annotated[
    Path | None, typer.Option("--seal", envvar="HZCERT_SEAL", help="密钥文件夹；默认登记簿旁的 seal")
]
SealPassword = Annotated[
    str | None,
    typer.Option("--seal-password", envvar="HZCERT_SEAL_PASSWORD", help="密钥的密码；宜用环境变量", show_default=False),
]
Sides = Annotated[
    SidesOption,
    typer.Option("--sides", help="印哪一面：front 正面、back 背面、duplex 正反相间、stacked 先正后反"),
]
SplitBy = Annotated[
    SplitOption, typer.Option("--files", help="怎样分文件：level 每级别、unit 每单位、holder 每人、one 合成一个")
]
Split = Annotated[int | None, typer.Option("--split", min=1, metavar="N", help="每个文件最多几份；默认按政策")]
Mark = Annotated[
    MarkOption | None, typer.Option("--mark", help="斜印字样：void 作废、proof 校样；不取编号，没有验证码")
]
Reprint = Annotated[str | None, typer.Option("--reprint", metavar="REASON", help="已打印过的重新打印，写明原因")]
SignPdf = Annotated[
    Path | None, typer.Option("--sign-pdf", metavar="P12", help="用机关的数字证书（.p12）给 PDF 签名，作电子件")
]
SignPassword = Annotated[
    str | None,
    typer.Option(
        "--sign-password", envvar="HZCERT_SIGN_PASSWORD", help="数字证书的密码；宜用环境变量", show_default=False
    ),
]


@design_app.command("check", epilog="例：hzcert design check zhejiang-booklet")
@shared
def design_check_command(common: Common, design: DesignFile) -> None:
    """检查版式：位置、字库、最长的姓名和单位放不放得下。"""
    from hzcert import designs

    settings = common.settle()
    common.finish(designs.check_design(design, settings), settings)


@design_app.command("preview", epilog="例：hzcert design preview zhejiang-booklet --out /tmp/试排")
@shared
def design_preview_command(
    common: Common,
    design: DesignFile,
    out: Annotated[Path, typer.Option("--out", help="写到哪个文件夹")] = Path(),
    sides: Annotated[SidesOption | None, typer.Option("--sides", help="印哪一面；默认有几面印几面")] = None,
) -> None:
    """用虚构的人员试排一遍，写出 PDF 和图片。"""
    from hzcert import designs

    settings = common.settle()
    common.finish(
        designs.preview_design(design, out, settings, sides_of(sides) if sides else None, dry_run=bool(common.dry_run)),
        settings,
    )


@shared
def calibrate_command(
    common: Common,
    design: DesignOption = None,
    printer: PrinterOption = None,
    printers: PrintersOption = None,
    readings: Annotated[
        list[str] | None, typer.Option("--reading", metavar="A=X,Y", help="十字到纸左边和上边的毫米数；可用多次")
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", help="校准页写到哪个文件；默认 校准页.pdf")] = None,
) -> None:
    """打印机校准：先印出校准页，量好后带上读数再运行一次。"""
    from hzcert import designs, paper

    settings = common.settle()
    job = paper.Job(design=design or "", printer=printer or "", printers=printers)
    common.finish(designs.calibrate_printer(settings, job, readings or [], out, dry_run=bool(common.dry_run)), settings)


@seal_app.command("keygen", epilog="例：HZCERT_SEAL_PASSWORD=样例密码样例密码 hzcert seal keygen --seal /tmp/seal")
@shared
def seal_keygen_command(common: Common, seal: SealOption = None, seal_password: SealPassword = None) -> None:
    """生成签名密钥（有密码保护），从此用它签名；以前的公钥保留。"""
    from hzcert import proving

    settings = common.settle()
    common.finish(proving.generate_key(seal, asked(seal_password), settings, dry_run=bool(common.dry_run)), settings)


@seal_app.command("withdraw", epilog="例：hzcert seal withdraw 密钥名称 --reason 密码泄露 --seal /tmp/seal")
@shared
def seal_withdraw_command(
    common: Common,
    key: Annotated[str, typer.Argument(metavar="KEY", help="密钥的名称，或其开头的几位")],
    reason: Annotated[str, typer.Option("--reason", help="为什么撤销，如“密码泄露”")] = "",
    seal: SealOption = None,
) -> None:
    """撤销密钥：泄露后用；凡用它签名的验证码从此不能作证。"""
    from hzcert import proving

    settings = common.settle()
    common.finish(proving.withdraw_key(seal, key, reason, settings, dry_run=bool(common.dry_run)), settings)


@seal_app.command("keys", epilog="例：hzcert seal keys --seal /tmp/seal")
@shared
def seal_keys_command(common: Common, seal: SealOption = None) -> None:
    """密钥及其状态：现用、留作验证、已撤销。"""
    from hzcert import proving

    settings = common.settle()
    common.finish(proving.list_keys(seal, settings), settings)


@seal_app.command("export", epilog="例：hzcert seal export /tmp/verify --seal /tmp/seal")
@shared
def seal_export_command(
    common: Common,
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="写到哪个文件夹")] = Path("verify"),
    seal: SealOption = None,
) -> None:
    """写出查验页：不用上网的网页、公钥、失效证书的编号。"""
    from hzcert import proving

    settings = common.settle()
    common.finish(proving.export_page(folder, seal, settings, dry_run=bool(common.dry_run)), settings)


@shared
def verify_command(
    common: Common,
    files: Annotated[list[str], typer.Argument(metavar="FILE...", help="证书的 PDF、扫描件或照片、验证码文字")],
    keys: Annotated[
        Path | None, typer.Option("--keys", help="公钥：密钥文件夹或查验页文件夹；默认登记簿旁的 seal")
    ] = None,
    id_number: Annotated[
        str | None, typer.Option("--id-number", help="核对整个身份证号是否这份证书的；只有发证机关能核")
    ] = None,
    seal_password: SealPassword = None,
) -> None:
    """查验证书：真、被改动、密钥不认识、已失效（遗失、作废、销毁）。"""
    from hzcert import proving

    settings = common.settle()
    password = asked(seal_password) if id_number else seal_password
    common.finish(proving.verify_files(files, keys, password, id_number or "", settings), settings)


def sides_of(option: SidesOption) -> Literal["front", "back", "duplex", "stacked"]:
    """An option as the press has it."""
    chosen: Literal["front", "back", "duplex", "stacked"] = option.value
    return chosen


def paper_of(option: PaperOption) -> Literal["A4", "A3"]:
    """An option as sheets have it."""
    chosen: Literal["A4", "A3"] = option.value
    return chosen


def split_of(option: SplitOption) -> Literal["level", "unit", "holder", "one"]:
    """An option as the press has it."""
    chosen: Literal["level", "unit", "holder", "one"] = option.value
    return chosen


def asked(password: str | None) -> str | None:
    """A password as given, or asked for where somebody sits at a terminal."""
    if password is not None or not sys.stdin.isatty():
        return password
    return str(typer.prompt("密码", hide_input=True))

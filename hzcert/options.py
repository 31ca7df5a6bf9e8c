"""The options that every command shares (共同选项), said once, and what follows from them."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, NoReturn, get_type_hints

import typer

from hzcert import language
from hzcert.console import Screen
from hzcert.outcome import Outcome
from hzcert.settings import BatchFile, Options, Settings, settle

HELP = {"help_option_names": ["-h", "--help"]}


class Format(StrEnum):
    """How a result is printed."""

    TEXT = "text"
    JSON = "json"
    JSONL = "jsonl"


class Language(StrEnum):
    """In which language people are spoken to."""

    CHINESE = language.CHINESE
    ENGLISH = language.ENGLISH


def _option(name: str, text: str, **words: Any) -> Any:
    """An option that every command has: from the command line, or from ``HZCERT_NAME``."""
    return typer.Option(f"--{name}", envvar=f"HZCERT_{name.upper().replace('-', '_')}", help=text, **words)


@dataclass(frozen=True)
class Common:
    """The options that every command shares, said once."""

    policy: Annotated[str | None, _option("policy", "政策：内置名称，或政策文件")] = None
    authority: Annotated[str | None, _option("authority", "办理机关代码，如 330500 市、330521 德清县")] = None
    as_of: Annotated[str | None, _option("as-of", "办理日期，如 2007-09-15；默认今天")] = None
    register: Annotated[str | None, _option("register", "登记簿文件；默认批次里（或这里）的 register.db")] = None
    workers: Annotated[int | None, _option("workers", "并行进程数；默认处理器个数", min=1)] = None
    cluster: Annotated[str | None, _option("cluster", "Dask 集群的地址，如 tcp://主机:8786；照片在那里处理")] = None
    format: Annotated[Format | None, _option("format", "结果的形式；默认 text")] = None
    lang: Annotated[
        Language | None, _option("lang", "用哪种语言：zh 中文，en 英文；默认按系统语言，认不出时用中文")
    ] = None
    quiet: Annotated[bool | None, _option("quiet", "不说多余的话，不显示进度")] = None
    verbose: Annotated[bool | None, _option("verbose", "多说一些，连提示也列出")] = None
    dry_run: Annotated[bool | None, _option("dry-run", "只算不写，也不取编号")] = None
    show_ids: Annotated[bool | None, _option("show-ids", "显示完整的身份证号")] = None
    strict: Annotated[bool | None, _option("strict", "有警告也以退出码 1 结束")] = None
    map: Annotated[
        list[str] | None, _option("map", "自定栏目，如 技术等级=级别；可用多次", metavar="HEADING=FIELD")
    ] = None
    operator: Annotated[str | None, _option("operator", "经办人；默认本机用户名")] = None
    password: Annotated[str | None, _option("password", "打开加密工作簿的密码；宜用环境变量 HZCERT_PASSWORD")] = None

    def over(self, batch: BatchFile) -> "Common":
        """What the command line and the environment leave open, as the batch's file has it."""
        names = ("quiet", "verbose", "dry_run", "show_ids", "strict")
        words = {name: getattr(batch, name) for name in names if getattr(self, name) is None}
        form = self.format or (Format(batch.format) if batch.format else None)
        if self.lang is None and batch.lang:
            language.speak(batch.lang)
        return replace(self, format=form, **words)

    @property
    def writes(self) -> dict[str, bool]:
        """What a command that writes needs to know."""
        return {"dry_run": bool(self.dry_run), "show_ids": bool(self.show_ids)}

    @property
    def screen(self) -> Screen:
        """The screen as asked for."""
        words = {"quiet": self.quiet, "verbose": self.verbose, "show_ids": self.show_ids}
        return Screen(self.format or Format.TEXT, **{name: bool(word) for name, word in words.items()})

    def settle(self, batch: BatchFile | None = None, folder: Path = Path()) -> Settings:
        """The settings of this run."""
        given = Options(
            self.policy,
            self.authority,
            self.as_of,
            self.register,
            self.workers,
            tuple(self.map or ()),
            self.password,
            self.operator,
            self.cluster,
        )
        return settle(given, batch, folder)

    def finish(self, outcome: Outcome, settings: Settings) -> NoReturn:
        """Show a result and leave with its exit code."""
        self.screen.show(outcome, settings.policy.name, strict=bool(self.strict))
        raise typer.Exit(outcome.exit_code(strict=bool(self.strict)))


def shared(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options that all share; it gets them as its first argument, a ``Common``."""
    own = {name: each for name, each in inspect.signature(command).parameters.items() if name != "common"}
    hints = get_type_hints(Common, include_extras=True)
    names = [each.name for each in fields(Common)]
    keyword = inspect.Parameter.KEYWORD_ONLY
    parameters = [
        *(each.replace(kind=keyword) for each in own.values()),
        *(inspect.Parameter(each.name, keyword, default=each.default) for each in fields(Common)),
    ]

    def run(**words: Any) -> None:
        common = Common(**{name: words.pop(name) for name in names})
        command(common, **words)

    run.__name__, run.__doc__ = command.__name__, command.__doc__
    run.__annotations__ = {name: each.annotation for name, each in own.items()} | {name: hints[name] for name in names}
    run.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [each.replace(annotation=run.__annotations__[each.name]) for each in parameters]
    )
    return run

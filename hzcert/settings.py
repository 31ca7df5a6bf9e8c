"""How this run goes (设置): options, then the environment, then the batch's file, then defaults."""

import getpass
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError

from hzcert.errors import InputError, UsageError
from hzcert.figures import Strict, describe
from hzcert.policy import Authority, Policy, load_policy

DEFAULT_POLICY = "huzhou-2007-35"
BATCH_FILE = "batch.toml"


class BatchFile(Strict):
    """batch.toml: what holds for one batch, and where things lie when not below it. Paths count from its folder."""

    policy: str | None = None
    authority: str | None = None
    as_of: date | None = None
    # Pydantic has a method of that name.
    register_url: str | None = Field(default=None, alias="register")
    holders: str = "holders"
    photos: str = "photos"
    published: str = "published"
    out: str = "out"
    decisions: str = "decisions.xlsx"
    units: str = "units.csv"
    without_published: bool = False
    workers: int | None = Field(default=None, ge=1)
    cluster: str | None = None
    format: Literal["text", "json", "jsonl"] | None = None
    lang: Literal["zh", "en"] | None = None
    quiet: bool | None = None
    verbose: bool | None = None
    dry_run: bool | None = None
    show_ids: bool | None = None
    strict: bool | None = None
    password: str | None = None
    operator: str | None = None
    columns: dict[str, str] = Field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line and the environment say; None: nothing."""

    policy: str | None = None
    authority: str | None = None
    as_of: str | None = None
    register: str | None = None
    workers: int | None = None
    columns: tuple[str, ...] = ()
    password: str | None = field(default=None, repr=False)
    operator: str | None = None
    cluster: str | None = None


@dataclass(frozen=True, slots=True)
class Settings:
    """What a command needs to know of its run: the law, who runs it, the day, the register, the workers."""

    policy: Policy
    policy_name: str  # by which it can be loaded again, from anywhere
    policy_sha256: str
    authority: Authority
    as_of: date
    register: str
    workers: int
    columns: Mapping[str, str] = field(default_factory=dict)  # an office's own headings, and what each stands for
    password: str | None = field(default=None, repr=False)  # of locked workbooks
    operator: str = ""  # who did it, in every event of the register
    cluster: str | None = None  # the address of a Dask scheduler


def read_batch_file(folder: Path) -> BatchFile:
    """The batch.toml of a folder; all defaults where there is none.

    Raises:
        UsageError: it is no TOML, or a key in it is unknown or wrong.
        InputError: it can't be read.
    """
    path = folder / BATCH_FILE
    if not path.exists():
        return BatchFile()
    try:
        return BatchFile.model_validate(tomllib.loads(path.read_text(encoding="utf-8-sig")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as cause:
        raise UsageError(f"{path} 不是正确的 TOML：{cause}", "请改正后再试") from cause
    except ValidationError as cause:
        known = "、".join(field.alias or name for name, field in BatchFile.model_fields.items())
        raise UsageError(f"{path} 有误：{describe(cause)}", f"可用的键：{known}") from cause
    except OSError as cause:
        raise InputError(f"不能读取 {path}：{cause.strerror}", "请检查权限") from cause


def settle(options: Options, batch: BatchFile | None = None, folder: Path = Path()) -> Settings:
    """The settings of a run.

    Raises:
        UsageError: a value that can't be, or a policy or authority that isn't.
        InputError: the policy file is missing.
    """
    given = batch or BatchFile()
    # Here and not above: it knows the columns of tables, and --help need not wait for pandas.
    from hzcert.policy_checks import problems

    name = _policy_name(options, given, folder)
    loaded = load_policy(name)
    policy = loaded.policy
    if wrong := list(problems(policy)):
        raise UsageError(f"政策 {name} 有误：{'；'.join(wrong)}", "请改正后再试")
    city = next(authority.code for authority in policy.authorities if authority.kind == "city")
    register = options.register or _below(folder, given.register_url) or str(folder / "register.db")
    return Settings(
        policy,
        str(Path(name).resolve()) if Path(name).is_file() else name,
        loaded.sha256,
        policy.authority(options.authority or given.authority or city),
        _day(options.as_of) or given.as_of or datetime.now().astimezone().date(),
        register,
        options.workers or given.workers or os.cpu_count() or 1,
        given.columns | dict(map(_column, options.columns)),
        options.password or given.password,
        _operator(options.operator or given.operator),
        options.cluster or given.cluster,
    )


def _operator(named: str | None) -> str:
    """Who runs this: as named, or the system's user; one line, whatever is in it."""
    if named is None:
        try:
            named = getpass.getuser()
        except (KeyError, OSError):  # a user without a name
            named = str(os.getuid())
    return " ".join(named.split())[:64]


def _column(text: str) -> tuple[str, str]:
    """An own heading and what it stands for: ``技术等级=级别``."""
    heading, _, meant = text.replace("＝", "=").rpartition("=")
    if not heading.strip() or not meant.strip():
        raise UsageError(f"栏目对应“{text}”不对", "请写成 栏目=字段 的形式，如 --map 技术等级=级别")
    return heading.strip(), meant.strip()


def _policy_name(options: Options, batch: BatchFile, folder: Path) -> str:
    if options.policy:
        return options.policy
    if batch.policy and (batch.policy.endswith(".toml") or "/" in batch.policy):
        return str(folder / batch.policy)
    return batch.policy or DEFAULT_POLICY


def _below(folder: Path, register: str | None) -> str | None:
    if register is None or "://" in register:
        return register
    return str(folder / register)


def _day(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as cause:
        raise UsageError(f"日期“{text}”不对", "请写成 2007-09-15 的形式") from cause

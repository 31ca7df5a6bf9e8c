"""What a command comes to: items, findings, counts, outputs, and the exit code that follows from them."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import overload

from hzcert import language
from hzcert.errors import ExitCode
from hzcert.findings import Finding, Severity

Record = Mapping[str, object]
_COUNTS = {
    "read": "读入", "accepted": "接受", "set_aside": "退回", "files": "文件", "sheets": "工作表", "rows_cut": "略过的行",
    "ok": "原样合格", "normalized": "已规范", "rejected": "不合格", "matched": "相符", "differs": "有出入",
    "ambiguous": "难以分辨", "missing": "未公布", "duplicate": "重复", "unclaimed": "公布而未报",
    "forms": "信息表", "sheets_twice": "重复的工作表", "rows_hidden": "隐藏的行", "rows_numbered": "只有序号的行", "pictures": "表内图片",
    "payable": "收费", "exempt": "免费", "amount": "金额（元）", "rosters": "花名册", "rows": "行", "certificates": "证书",
    "volumes": "证书文件", "numbers": "编号", "new_numbers": "新编号", "photos": "照片", "entries": "填报",
    "reconciliation": "核对", "register": "登记", "fees": "收费", "ingest": "导入", "error": "错误", "warning": "警告", "info": "提示",
    "findings": "问题", "sealed": "有验证码", "keys": "密钥", "revoked": "已失效", "codes": "验证码", "genuine": "真",
    "altered": "不真", "unknown_key": "密钥不认识", "unreadable": "读不出", "boxes": "栏目", "problems": "放不下或没有字形",
    "printers": "打印机",
    "done": "已登记", "already": "早已登记", "events": "事件", "open": "未发放", "new": "新并入", "gone_on": "接续",
    "same": "相同", "packages": "移交包",
    "documents": "文字公布文件", "people": "人员", "without_published": "没有与公布文件核对",
}  # fmt: skip


def label(count: str) -> str:
    """What a count is called: in English by its key."""
    return count.replace("_", " ") if language.spoken() == language.ENGLISH else _COUNTS.get(count, count)


class Records(Sequence[Record]):
    """Records that are made when somebody looks at them: a screen of text has no use for a million."""

    def __init__(self, make: Callable[[], Iterable[Record]]) -> None:
        self._make = make

    @cached_property
    def _made(self) -> Sequence[Record]:
        return list(self._make())

    def __len__(self) -> int:
        """How many."""
        return len(self._made)

    @overload
    def __getitem__(self, at: int) -> Record: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[Record]: ...
    def __getitem__(self, at: int | slice) -> Record | Sequence[Record]:
        """One, or several."""
        return self._made[at]

    def __iter__(self) -> Iterator[Record]:
        """One after the other, kept by nobody."""
        return iter(self._make())


@dataclass(frozen=True)
class Outcome:
    """The result of one command, before anybody has shown it."""

    command: str
    counts: Mapping[str, object]
    findings: Sequence[Finding] = ()
    items: Sequence[Record] = ()
    outputs: Sequence[str] = ()
    table: tuple[Sequence[str], Sequence[Sequence[object]]] | None = None  # for standard output: headings and rows
    look: str = ""  # where to look, in a clerk's words
    nested: bool = False  # the items carry the findings already

    def number(self, severity: Severity) -> int:
        """How many findings of a severity."""
        return sum(finding.severity is severity for finding in self.findings)

    def exit_code(self, *, strict: bool) -> ExitCode:
        """1 when something was set aside, or when warnings count as errors and there are any."""
        attention = self.number(Severity.ERROR) or (strict and self.number(Severity.WARNING))
        return ExitCode.SET_ASIDE if attention else ExitCode.DONE

"""The list of findings (问题清单) as a workbook that goes back to the units, and as JSON lines."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from hzcert.codes import CODES
from hzcert.findings import Finding, Severity
from hzcert.sheets.writing import Column, Row, Sheet

_COLUMNS = (
    Column("程度", 6, centred=True),
    Column("代码", 8, centred=True),
    Column("文件", 24),
    Column("工作表", 12),
    Column("行", 6, "count"),
    Column("列", 5, centred=True),
    Column("栏目", 12),
    Column("内容", 22),
    Column("问题", 40),
    Column("怎么办", 34),
    Column("依据", 8, centred=True),
)
_SUMMARY = (
    Column("程度", 6, centred=True),
    Column("代码", 8, centred=True),
    Column("问题", 56),
    Column("依据", 10, centred=True),
    Column("条数", 8, "count"),
)


def lines(found: Iterable[Finding], *, show_ids: bool) -> Iterator[str]:
    """Findings as JSON lines, ID numbers masked unless asked for."""
    for finding in found:
        yield json.dumps(finding.record(show_ids=show_ids), ensure_ascii=False) + "\n"


def sheets(found: Sequence[Finding], title: str, *, show_ids: bool) -> Iterator[Sheet]:
    """Two sheets: how many of each kind, then every finding with its place."""
    yield Sheet("汇总", _SUMMARY, _totals(found), title=f"{title}问题汇总")
    yield Sheet("问题清单", _COLUMNS, _rows(found, show_ids), title=f"{title}问题清单")


def _totals(found: Sequence[Finding]) -> Iterator[Row]:
    counts = Counter(finding.code.id for finding in found)
    for severity in Severity:
        for code in CODES.values():
            if code.severity is severity and counts[code.id]:
                yield Row((severity.label, code.id, brief(code.says), code.clause, counts[code.id]), severity.value)
    yield Row(("", "", "合计", "", len(found)), "total")


def brief(says: str) -> str:
    """What a kind of finding says, its gaps shown as dots.

    >>> brief("缺少{heading}")
    '缺少…'
    """
    return re.sub(r"\{[^}]*\}", "…", says)


def _rows(found: Iterable[Finding], show_ids: bool) -> Iterator[Row]:
    names = ("file", "sheet", "row", "column", "heading", "value", "message", "remedy", "clause")
    for finding in found:
        record = finding.record(show_ids=show_ids)
        cells = ["" if record[name] is None else record[name] for name in names]
        yield Row((finding.severity.label, finding.code.id, *cells), finding.severity.value)

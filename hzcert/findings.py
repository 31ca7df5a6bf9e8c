"""What we find is data: a code, a place, a value. It can be counted, filtered, written and tested."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How bad a finding is: 错误 sets the entry aside, 警告 asks for a look, 提示 only tells."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"

    @property
    def label(self) -> str:
        """The word that a clerk reads."""
        return {"error": "错误", "warning": "警告", "info": "提示"}[self]


@dataclass(frozen=True, slots=True)
class Where:
    """One place in what came in: file, sheet, the row that the spreadsheet program shows, column and heading."""

    file: str
    sheet: str | None = None
    row: int | None = None
    column: str | None = None
    heading: str | None = None

    def __str__(self) -> str:
        """The place in a clerk's words, such as ``名单.xlsx [Sheet1] E7``."""
        parts = [self.file]
        if self.sheet:
            parts.append(f"[{self.sheet}]")
        if self.row is not None:
            parts.append(f"{self.column}{self.row}" if self.column else f"第{self.row}行")
        return " ".join(parts)


@dataclass(frozen=True, slots=True)
class Code:
    """One kind of finding. What a code means never changes; a new meaning gets a new code."""

    id: str
    severity: Severity
    field: str
    clause: str
    says: str
    remedy: str

    def at(self, where: Where, value: str = "", /, *, field: str = "", **words: object) -> "Finding":
        """A finding of this kind at one place; ``words`` fill the gaps in what it says."""
        return Finding(self, where, value, self.says.format(**words), self.remedy.format(**words), field or self.field)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found in one place, and the clause it rests on. Holds whole ID numbers: mask on the way out."""

    code: Code
    where: Where
    value: str
    message: str
    remedy: str
    field: str

    @property
    def severity(self) -> Severity:
        """The severity of its code."""
        return self.code.severity

    def record(self, *, show_ids: bool = False) -> dict[str, object]:
        """As one JSON object of the contract, ID numbers masked unless asked for."""
        shown = _as_is if show_ids else mask
        where = self.where
        return {
            "type": "finding",
            "code": self.code.id,
            "severity": str(self.severity),
            "file": shown(where.file),
            "sheet": where.sheet,
            "row": where.row,
            "column": where.column,
            "heading": where.heading,
            "field": self.field or None,
            "value": self.value if show_ids else mask_id(self.value) if self.field == "id_number" else mask(self.value),
            "message": shown(self.message),
            "remedy": shown(self.remedy),
            "clause": self.code.clause,
        }


def errors(found: Iterable[Finding]) -> list[Finding]:
    """Those that set an entry aside."""
    return [finding for finding in found if finding.severity is Severity.ERROR]


def in_order(found: Iterable[Finding]) -> list[Finding]:
    """Findings by file, sheet, row, column and code: the same order on every run."""
    return sorted(
        set(found),
        key=lambda f: (
            f.where.file,
            f.where.sheet or "",
            f.where.row or 0,
            len(f.where.column or ""),
            f.where.column or "",
            f.code.id,
            f.value,
            f.message,
        ),
    )


# A number that may be an ID number: 15 digits or more that stand alone (a certificate number starts with a letter and
# is left), or what a spreadsheet leaves of one that was typed as a number.
_MAY_BE_ID = re.compile(r"(?<![0-9A-Za-z.])(?:\d{14,}[\dXx](?![0-9A-Za-z])|\d\.\d{9,}[Ee]\+?\d{2})")


def mask(text: str) -> str:
    """Hide ID numbers in any text: ``33052119******0127``."""
    return _MAY_BE_ID.sub(lambda match: mask_id(match[0]), text)


def mask_id(number: str) -> str:
    """Hide the middle of one ID number, whatever is wrong with it."""
    if len(number) <= 8:
        return number
    head, tail = (6, 3) if len(number) <= 15 else (8, 4)
    return number[:head] + "*" * max(len(number) - head - tail, 1) + number[-tail:]


def _as_is(text: str) -> str:
    return text

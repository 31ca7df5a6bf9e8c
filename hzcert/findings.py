"""What we find is data: a code, a place, a value. It can be counted, filtered, written and tested."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from hzcert import language


class Severity(StrEnum):
    """How bad a finding is: 错误 sets the entry aside, 警告 asks for a look, 提示 only tells."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"

    @property
    def label(self) -> str:
        """The word that a clerk reads."""
        return language.word({"error": "错误", "warning": "警告", "info": "提示"}[self])


@dataclass(frozen=True, slots=True)
class Where:
    """One place in what came in: file, sheet, the row that the spreadsheet program shows, column and heading."""

    file: str
    sheet: str | None = None
    row: int | None = None
    column: str | None = None
    heading: str | None = None
    block: int = 0  # which of several lists on the sheet: two that stand side by side share their rows
    page: int | None = None  # of a document that has pages and no rows

    @property
    def row_key(self) -> tuple[str, str, int | None, int]:
        """The row of a list that it lies in: file, sheet, row, and which list."""
        return self.file, self.sheet or "", self.row, self.block

    def __str__(self) -> str:
        """The place in a clerk's words, such as ``名单.xlsx [Sheet1] E7``."""
        parts = [self.file]
        if self.sheet:
            parts.append(f"[{self.sheet}]")
        if self.row is not None:
            parts.append(self.cell or f"第{self.row}行")
        if self.page is not None:
            parts.append(f"第{self.page}页")
        return " ".join(parts)

    @property
    def cell(self) -> str:
        """The address of the cell, such as ``E7``; empty where a finding is about a whole row, sheet or file."""
        return f"{self.column}{self.row}" if self.column and self.row is not None else ""


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
        given = tuple((name, str(word)) for name, word in (_UNLESS_GIVEN | words).items())
        return Finding(self, where, value, field or self.field, given)

    @property
    def template(self) -> str:
        """What it says, with its gaps, in the language spoken."""
        return language.said(self.id).says or self.says

    @property
    def remedy_template(self) -> str:
        """What to do next, with its gaps, in the language spoken."""
        return language.said(self.id).remedy or self.remedy


# What a later step may come to know about a finding.
_UNLESS_GIVEN: dict[str, object] = {"clue": ""}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found in one place, and the clause it rests on. Holds whole ID numbers: mask on the way out."""

    code: Code
    where: Where
    value: str
    field: str
    words: tuple[tuple[str, str], ...] = ()

    @property
    def message(self) -> str:
        """What is wrong, in the language spoken."""
        return self._filled(self.code.template)

    @property
    def remedy(self) -> str:
        """What to do next, in the language spoken."""
        return self._filled(self.code.remedy_template)

    def _filled(self, template: str) -> str:
        return template.format(**{name: language.words(word) for name, word in self.words})

    def knowing(self, **words: str) -> "Finding":
        """The same finding with more words, which a later step has come to know."""
        return replace(self, words=tuple({**dict(self.words), **words}.items()))

    @property
    def clause(self) -> str:
        """The clause it rests on: of a step that was refused, the one that the step rests on."""
        return dict(self.words).get("clause", self.code.clause)

    @property
    def severity(self) -> Severity:
        """The severity of its code."""
        return self.code.severity

    def shown_value(self, *, show_ids: bool) -> str:
        """The value, its ID number masked unless asked for."""
        return self.value if show_ids else mask_id(self.value) if self.field == "id_number" else mask(self.value)

    def record(self, *, show_ids: bool = False) -> dict[str, object]:
        """As one JSON object of the contract, ID numbers masked unless asked for."""
        shown = _as_is if show_ids else mask
        where = self.where
        return {
            "type": "finding",
            "code": self.code.id,
            "severity": str(self.severity),
            "file": shown(where.file),
            "sheet": where.sheet and shown(where.sheet),
            "row": where.row,
            "column": where.column,
            "heading": where.heading,
            "field": self.field or None,
            "value": self.shown_value(show_ids=show_ids),
            "message": shown(self.message),
            "remedy": shown(self.remedy),
            "clause": self.clause,
            **({} if where.page is None else {"page": where.page}),
        }


def brief(says: str) -> str:
    """What a kind of finding says, its gaps shown as dots.

    >>> brief("缺少{heading}")
    '缺少…'
    """
    return re.sub(r"\{(\w+)\}", lambda gap: str(_UNLESS_GIVEN.get(gap[1], "…")), says)


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
            f.where.page or 0,
            len(f.where.column or ""),
            f.where.column or "",
            f.code.id,
            f.value,
            f.words,
        ),
    )


_MOST_NAMED = 3


def some_of(named: Sequence[str], unit: str) -> str:
    """The first of several things, and how many there are, if more.

    >>> some_of(["a.jpg", "b.jpg", "c.jpg", "d.jpg"], "张")
    'a.jpg、b.jpg、c.jpg等 4 张'
    """
    more = f"等 {len(named)} {unit}" if len(named) > _MOST_NAMED else ""
    return "、".join(named[:_MOST_NAMED]) + more


# A number that may be an ID number: 15 digits or more, one written in groups, or what a spreadsheet leaves of one that
# was typed as a number.
_MAY_BE_ID = re.compile(r"(?<!\d)(?:\d{14,}[\dXx]|\d{6}[ _.-]\d{8}[ _.-]\d{3}[\dXx]|\d\.\d{9,}[Ee]\+?\d{2})(?!\d)")


# A SHA-256 may have that many digits in a row, and must be shown as it is to be of any use.
_DIGEST = re.compile(r"(?<![0-9A-Za-z])[0-9a-f]{64}(?![0-9A-Za-z])")


def mask(text: str) -> str:
    """Hide ID numbers in any text, and leave certificate numbers: a letter, then the year.

    >>> mask("照片/张三_330521197003120030.jpg"), mask("C200733050008000012")
    ('照片/张三_33052119******0030.jpg', 'C200733050008000012')
    >>> mask("a79a5de2a21edb31fb508f418361855de61a21b471d17b292386126289192873")[-16:]
    '2386126289192873'
    """
    return _MAY_BE_ID.sub(_hidden, text)


def mask_id(number: str) -> str:
    """Hide the middle of one ID number, whatever is wrong with it; what is hardly a number is left."""
    if (len(number) if number.isdigit() else sum(sign.isdigit() for sign in number)) < 10:
        return number
    head, tail = (6, 3) if len(number) <= 15 else (8, 4)
    return number[:head] + "*" * max(len(number) - head - tail, 1) + number[-tail:]


def _hidden(found: re.Match[str]) -> str:
    before = found.string[found.start() - 1 : found.start()] if found.start() else ""
    around = found.string[max(found.start() - 64, 0) : found.end() + 64]
    if len(around) >= 64 and any(found[0] in digest for digest in _DIGEST.findall(around)):
        return found[0]
    # No province has the code 20, and no certificate was printed before the year 2000.
    return found[0] if before.isupper() and found[0].startswith("20") else mask_id(found[0])


def _as_is(text: str) -> str:
    return text

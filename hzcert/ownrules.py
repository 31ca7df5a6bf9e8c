"""An office's own rules (本办公室的规则), as data in its policy file: what they check, under which clause, in which words."""

from collections.abc import Sequence
from datetime import date
from typing import Literal

import pyarrow as pa
import pyarrow.compute as pc
from pydantic import Field, field_validator, model_validator

from hzcert.figures import Strict
from hzcert.findings import Code, Severity

Kind = Literal["required", "allowed", "length", "pattern", "dates", "unique"]

# What each kind of rule must say, and may say, besides what all do.
_PARTS: dict[Kind, tuple[frozenset[str], frozenset[str]]] = {
    "required": (frozenset(), frozenset()),
    "allowed": (frozenset({"values"}), frozenset()),
    "length": (frozenset(), frozenset({"least", "most"})),
    "pattern": (frozenset({"pattern"}), frozenset()),
    "dates": (frozenset(), frozenset({"since", "until"})),
    "unique": (frozenset(), frozenset({"together_with"})),
}
_WORDS = {"value", "heading"}  # the gaps that an office's words may have
_ANY_LENGTH = 2**31


class OwnRule(Strict):
    """One rule of an office. A pattern must fit the whole text; it is RE2's, which takes time in step with the text."""

    code: str = Field(pattern=r"^OWN\d{2,3}$")
    field: str
    kind: Kind
    severity: Severity
    clause: str = Field(min_length=1)
    says: str = Field(min_length=1)
    remedy: str = Field(min_length=1)
    case: tuple[str, ...] = ()  # the cases (业务类型) that it holds for; empty: all
    values: tuple[str, ...] = ()
    least: int | None = Field(default=None, ge=0)
    most: int | None = Field(default=None, ge=0)
    pattern: str | None = None
    since: date | None = None
    until: date | None = None
    together_with: tuple[str, ...] = ()

    @field_validator("pattern")
    @classmethod
    def _fits_re2(cls, pattern: str | None) -> str | None:
        if pattern is not None:
            try:
                pc.match_substring_regex(pa.array([""]), pattern)  # alone, lest its brackets pair with ours
            except pa.ArrowInvalid as cause:
                raise ValueError(f"样式写得不对：{cause}") from cause
        return pattern

    @model_validator(mode="after")
    def _whole(self) -> "OwnRule":
        # Here and not above, as below: tables bring pandas, and --help need not wait for it.
        from hzcert.fields import FIELDS

        unknown = {self.field, *self.together_with} - set(FIELDS)
        if unknown:
            raise ValueError(f"{self.code}: 没有栏目 {'、'.join(sorted(unknown))}")
        must, may = _PARTS[self.kind]
        said = {
            part for parts in _PARTS.values() for part in parts[0] | parts[1] if getattr(self, part) not in (None, ())
        }
        if said - must - may or must - said or (may and self.kind != "unique" and not said):
            raise ValueError(f"{self.code}: kind = {self.kind} {_asked(must, may)}")
        if self.kind == "dates" and not self.field.endswith(("_on", "_date")):
            raise ValueError(f"{self.code}: field = {self.field} 不是日期栏，不能用 kind = dates")
        if (self.least or 0) > (self.most if self.most is not None else _ANY_LENGTH):
            raise ValueError(f"{self.code}: least 大于 most")
        if self.since and self.until and self.since > self.until:
            raise ValueError(f"{self.code}: since 晚于 until")
        for text in (self.says, self.remedy):
            try:
                text.format(**dict.fromkeys(_WORDS, ""))
            except (KeyError, IndexError, ValueError) as cause:
                raise ValueError(f"{self.code}: 花括号里只能写 {'、'.join(sorted(_WORDS))}") from cause
        return self

    @property
    def finding_code(self) -> Code:
        """What it finds, as a code like those that hzcert ships."""
        return Code(self.code, self.severity, self.field, self.clause, self.says, self.remedy)

    @property
    def heading(self) -> str:
        """Our heading of its field."""
        from hzcert.fields import HEADINGS

        return HEADINGS[self.field]


def matches(texts: pa.Array, pattern: str) -> pa.Array:
    """Which texts fit a pattern as a whole."""
    return pc.match_substring_regex(texts, rf"^(?:{pattern})$")


def _asked(must: frozenset[str], may: frozenset[str]) -> str:
    if must:
        return f"应写 {'、'.join(sorted(must))}，不写别的检查"
    return f"应写 {'、'.join(sorted(may))}，不写别的检查" if may else "不带别的检查"


def codes_of(rules: Sequence[OwnRule]) -> dict[str, Code]:
    """The codes of an office's rules, by name."""
    return {rule.code: rule.finding_code for rule in rules}

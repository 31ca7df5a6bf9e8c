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


class OwnRule(Strict):
    """One rule of an office. A pattern must fit the whole text; it is RE2's, which takes time in step with the text."""

    code: str = Field(pattern=r"^OWN\d{2,3}$")
    field: str
    kind: Kind
    severity: Severity
    clause: str
    says: str
    remedy: str
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
                matches(pa.array([""]), pattern)
            except pa.ArrowInvalid as cause:
                raise ValueError(f"样式写得不对：{cause}") from cause
        return pattern

    @model_validator(mode="after")
    def _whole(self) -> "OwnRule":
        # Here and not above, as below: tables bring pandas, and --help need not wait for it.
        from hzcert.table import FIELDS

        unknown = {self.field, *self.together_with} - set(FIELDS)
        if unknown:
            raise ValueError(f"{self.code}: 没有栏目 {'、'.join(sorted(unknown))}")
        must, may = _PARTS[self.kind]
        said = {part for parts in _PARTS.values() for part in parts[0] | parts[1] if getattr(self, part)}
        if said - must - may or must - said or (may and self.kind != "unique" and not said):
            raise ValueError(f"{self.code}: kind = {self.kind} 应写 {'、'.join(sorted(must | may)) or '不带别的键'}")
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
        from hzcert.table import HEADINGS

        return HEADINGS[self.field]


def matches(texts: pa.Array, pattern: str) -> pa.Array:
    """Which texts fit a pattern as a whole."""
    return pc.match_substring_regex(texts, rf"^(?:{pattern})$")


def codes_of(rules: Sequence[OwnRule]) -> dict[str, Code]:
    """The codes of an office's rules, by name."""
    return {rule.code: rule.finding_code for rule in rules}

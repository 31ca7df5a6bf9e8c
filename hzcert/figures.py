"""Figures through time (数值): what held from which day, under which clause; and models that refuse unknown keys."""

from datetime import date
from typing import Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import ErrorDetails

from hzcert.errors import UsageError

T = TypeVar("T")


class Strict(BaseModel):
    """Frozen; unknown keys are refused, since a misspelt key is a silent default."""

    # Pydantic would quote the offending value, and that may be an ID number.
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, defer_build=True)


class Value(Strict, Generic[T]):
    """What held from one day on, and the clause that says so."""

    since: date
    value: T
    clause: str


class Figure(Strict, Generic[T]):
    """One figure of the regulation through time, the newest value last."""

    label: str
    values: tuple[Value[T], ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _in_order(self) -> "Figure[T]":
        days = [value.since for value in self.values]
        if days != sorted(set(days)):
            raise ValueError(f"{self.label}: values must be in order of their dates")
        return self

    def on(self, day: date) -> Value[T]:
        """The value in force on a day.

        Raises:
            UsageError: the regulation was not yet in force.
        """
        in_force = [value for value in self.values if value.since <= day]
        if not in_force:
            raise UsageError(
                f"政策中“{self.label}”在 {day} 尚未生效（自 {self.values[0].since} 起）",
                "请检查 --as-of，或换用当时的政策",
            )
        return in_force[-1]


# What is wrong with a value, by pydantic's word for it, or by the first part of that word.
_WRONG = {
    "extra_forbidden": "不认识的键",
    "missing": "缺少这个键",
    "literal_error": "只能是 {expected}",
    "enum": "只能是 {expected}",
    "string_pattern_mismatch": "不合样式 {pattern}",
    "string_too_short": "不能为空",
    "too_short": "不能为空",
    "greater_than_equal": "不能小于 {ge}",
    "value_error": "{error}",
    "string": "应为文字，加引号",
    "int": "应为整数",
    "float": "应为数",
    "decimal": "应为数",
    "bool": "应为 true 或 false",
    "date": "应为日期，如 2007-04-30",
    "tuple": "应为一组，写在方括号里",
    "dict": "应为一组键和值",
}


def describe(problem: ValidationError) -> str:
    """A validation error in one line: which key, and what is wrong with it."""
    return "；".join(_described(each) for each in problem.errors())


def _described(problem: ErrorDetails) -> str:
    kind = problem["type"]
    template = (
        _WRONG.get(kind) or _WRONG.get(kind.partition("_")[0]) or problem["msg"].replace("{", "{{").replace("}", "}}")
    )
    key = ".".join(f"第{part + 1}个" if isinstance(part, int) else part for part in problem["loc"])
    words = {
        name: str(word).replace("' or '", "'、'").replace("', '", "'、'")
        for name, word in problem.get("ctx", {}).items()
    }
    return f"{key} {template.format(**words)}".strip()

"""Figures through time (数值): what held from which day, under which clause; and models that refuse unknown keys."""

from datetime import date
from typing import Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from hzcert.errors import UsageError

T = TypeVar("T")


class Strict(BaseModel):
    """Frozen; unknown keys are refused, since a misspelt key is a silent default."""

    # Pydantic would quote the offending value, and that may be an ID number.
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


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


def describe(problem: ValidationError) -> str:
    """A validation error in one line: which key, and what is wrong with it."""
    words = {"extra_forbidden": "不认识的键", "missing": "缺少这个键"}
    return "；".join(
        f"{'.'.join(str(part) for part in each['loc'])} {words.get(each['type'], each['msg'])}"
        for each in problem.errors()
    )

"""What a command comes to: items, findings, counts, outputs, and the exit code that follows from them."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import overload

from hzcert.errors import ExitCode
from hzcert.findings import Finding, Severity

Record = Mapping[str, object]


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

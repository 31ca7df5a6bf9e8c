"""What a command comes to: items, findings, counts, outputs, and the exit code that follows from them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hzcert.errors import ExitCode
from hzcert.findings import Finding, Severity

Record = Mapping[str, object]


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

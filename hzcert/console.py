"""Everything shown on a screen: results on standard output, progress and messages on standard error."""

import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import chain
from typing import Any

from rich.console import Console
from rich.control import strip_control_codes
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)
from rich.table import Table
from rich.text import Text

from hzcert import __version__, language
from hzcert.errors import HzcertError
from hzcert.findings import Finding, Severity, brief, mask
from hzcert.outcome import Outcome, label
from hzcert.sheets.writing import write_lines
from hzcert.work import Progress as Watcher
from hzcert.work import Silent

MOST_SHOWN = 20
_WIDEST = 10_000  # columns
_COLOURS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.INFO: "cyan"}


class _Bar:
    def __init__(self, bar: Progress, task: TaskID) -> None:
        self._bar, self._task = bar, task

    def advance(self, steps: int = 1) -> None:
        self._bar.advance(self._task, steps)


class _Rate(ProgressColumn):
    """How many are done in a second."""

    def render(self, task: Task) -> Text:
        """Nothing until there is something to go by."""
        speed = task.finished_speed or task.speed
        return Text("" if speed is None else f"{speed:.1f}/s", style="progress.data.speed")


class Screen:
    """One command's screen: how results are shown, and how much is said besides."""

    def __init__(
        self, form: str = "text", *, quiet: bool = False, verbose: bool = False, show_ids: bool = False
    ) -> None:
        self.form, self.quiet, self.verbose, self.show_ids = form, quiet, verbose, show_ids
        self._out, self._talk = _console(), _console(stderr=True)

    @contextmanager
    def progress(self, label: str, total: int) -> Iterator[Watcher]:
        """A progress bar with rate and remaining time, on standard error and only when it is a terminal."""
        if self.quiet or not self._talk.is_terminal or total == 0:
            yield Silent()
            return
        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            _Rate(),
            TimeRemainingColumn(elapsed_when_finished=True),
        )
        with Progress(*columns, console=self._talk, transient=True) as bar:
            yield _Bar(bar, bar.add_task(language.word(label), total=total))

    def say(self, message: str) -> None:
        """A remark for a person."""
        if not self.quiet:
            self._talk.print(escape(language.sentence(message)))

    def note(self, message: str) -> None:
        """A remark for a person who asked for more."""
        if self.verbose:
            self.say(message)

    def fail(self, error: HzcertError) -> None:
        """Why a command could not go on, and what to do next."""
        said = (language.sentence(text) for text in (error.message, error.remedy))
        message, remedy = (text if self.show_ids else mask(text) for text in said)
        self._talk.print(f"[bold red]{language.word('错误')}[/]{_colon()}{escape(message)}")
        if remedy:
            self._talk.print(f"  → {escape(remedy)}")

    def show(self, outcome: Outcome, policy: str, *, strict: bool = False) -> None:
        """A command's result, in the form that was asked for."""
        summary = self._summary(outcome, policy, strict=strict)
        if self.form == "text":
            if outcome.table is not None:  # then standard output is that table alone
                write_lines(sys.stdout, *outcome.table)
            self._show_text(outcome, self._out if outcome.table is None else self._talk)
            return
        findings = () if outcome.nested else outcome.findings
        records = (finding.record(show_ids=self.show_ids) for finding in findings)
        items = chain(records, map(self._masked, outcome.items))
        if self.form == "json":
            json.dump({"items": list(items), "summary": summary}, sys.stdout, ensure_ascii=False)
            sys.stdout.write("\n")
            return
        for item in chain(items, [summary]):
            sys.stdout.write(json.dumps(item, ensure_ascii=False) + "\n")

    def lines(self, heading: str, lines: Iterable[str]) -> None:
        """Lines under a heading as the result, as wide as they are: ID numbers are masked unless asked for."""
        for text in (heading, *(f"  {line}" for line in lines)):
            self._out.print(escape(text if self.show_ids else mask(text)))

    def table(self, title: str, headings: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
        """A table as the result."""
        shown = _table(*headings, title=title)
        for row in rows:
            shown.add_row(*map(escape, row))
        self._out.print(shown, soft_wrap=False)

    def _masked(self, item: Any) -> Any:
        """A record with every ID number in it masked, wherever it stands: file names and sheet names hold them too."""
        if self.show_ids:
            return item
        if isinstance(item, Mapping):
            return {key: self._masked(value) for key, value in item.items()}
        if isinstance(item, list | tuple):
            return [self._masked(value) for value in item]
        return mask(item) if isinstance(item, str) else item

    def _summary(self, outcome: Outcome, policy: str, *, strict: bool) -> dict[str, object]:
        return {
            "type": "summary",
            "command": outcome.command,
            "version": __version__,
            "policy": policy,
            "counts": outcome.counts,
            "errors": outcome.number(Severity.ERROR),
            "warnings": outcome.number(Severity.WARNING),
            "outputs": [output if self.show_ids else mask(output) for output in outcome.outputs],
            "exit": int(outcome.exit_code(strict=strict)),
        }

    def _show_text(self, outcome: Outcome, out: Console) -> None:
        whole = outcome.command != "run"
        shown = [finding for finding in outcome.findings if finding.severity is not Severity.INFO or self.verbose]
        in_colour = out.is_terminal
        for finding in shown if whole else shown[:MOST_SHOWN]:
            if in_colour:
                out.print(self._line(finding))
            else:  # Rich takes a twentieth of a millisecond for a line without colours, too, and there may be a hundred thousand
                line = self._line(finding, plain=True)
                out.file.write((line if line.isprintable() else strip_control_codes(line)) + "\n")
        if not whole and len(shown) > MOST_SHOWN:
            out.print(language.sentence(f"…… 其余 {len(shown) - MOST_SHOWN} 条见 findings.xlsx"))
        if outcome.findings and not whole:
            out.print(_by_code(outcome), soft_wrap=False)
        out.print(_counts_table(outcome), soft_wrap=False)
        for output in outcome.outputs if whole else ():
            out.print(escape(language.sentence(f"写出：{output if self.show_ids else mask(output)}")))
        if outcome.look:
            for line in outcome.look.splitlines():
                out.print(escape(language.sentence(line)))

    def _line(self, finding: Finding, *, plain: bool = False) -> str:
        told = finding.message, finding.remedy, language.words(str(finding.where))
        message, remedy, place = told if self.show_ids else map(mask, told)
        value = finding.shown_value(show_ids=self.show_ids)
        value = _bracketed(value) if value else ""
        label, rest = finding.severity.label, f"{remedy}{_bracketed(finding.clause)}"
        if plain:
            return f"{label} {finding.code.id} {place} {message}{value} → {rest}"
        colour = _COLOURS[finding.severity]
        said = escape(message + value)
        return f"[{colour}]{label}[/] {finding.code.id} {escape(place)} {said} → {escape(rest)}"


def _by_code(outcome: Outcome) -> Table:
    table = _table("程度", "代码", "问题", "依据", "条数", title="问题汇总")
    for severity in Severity:
        found = [finding for finding in outcome.findings if finding.severity is severity]
        for code in dict.fromkeys(finding.code for finding in sorted(found, key=lambda each: each.code.id)):
            number = sum(finding.code is code for finding in found)
            colour = f"[{_COLOURS[severity]}]{severity.label}[/]"
            table.add_row(colour, code.id, escape(brief(code.template)), code.clause, str(number))
    return table


def _counts_table(outcome: Outcome) -> Table:
    table = _table("项目", "数", title="结果")
    for name, value in outcome.counts.items():
        called = label(name)
        if isinstance(value, Mapping):
            words = _comma().join(f"{label(str(key))} {number}" for key, number in value.items())
            table.add_row(called, escape(words))
        else:
            table.add_row(called, escape(str(value)))
    return table


def _console(**how: Any) -> Console:
    """As wide as the terminal; in a file or a pipe as wide as it takes, so that no table is cut."""
    console = Console(highlight=False, soft_wrap=True, **how)
    if not console.is_terminal:
        console.width = _WIDEST
    return console


def _table(*headings: str, title: str) -> Table:
    return Table(*map(language.word, headings), title=language.sentence(title), title_justify="left")


def _english() -> bool:
    return language.spoken() == language.ENGLISH


def _colon() -> str:
    return ": " if _english() else "："


def _comma() -> str:
    return ", " if _english() else "，"


def _bracketed(text: object) -> str:
    return f" ({text})" if _english() else f"（{text}）"

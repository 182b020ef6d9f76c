"""What a run shows while it goes on: text with a progress bar in a terminal, text or NDJSON lines elsewhere.

Rule: no spinner, no colour and no cursor movement without a terminal; NO_COLOR is honoured (rich does).
"""

import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table
from rich.text import Text

from siteproof import __version__
from siteproof.cli.signs_of_life import beating
from siteproof.conformance import results
from siteproof.conformance.render import text
from siteproof.conformance.render.ending import ending
from siteproof.conformance.render.headline import headline
from siteproof.conformance.verdict import CaseResult, Report, Verdict

STYLES = {
    Verdict.FAIL: "bold red",
    Verdict.DISHONEST: "bold magenta",
    Verdict.ERROR: "bold red",
    Verdict.INCONCLUSIVE: "yellow",
    Verdict.UNSUPPORTED: "bright_black",
    Verdict.NON_STRICT: "yellow",
    Verdict.PASS: "green",
}


class Screen(Protocol):
    """Shows results as they come, and the end."""

    def result(self, result: CaseResult) -> None:
        """One case has been judged."""
        ...

    def end(self, report: Report, written: tuple[Path, ...]) -> None:
        """The run is over; `written` are the files made from it."""
        ...


@contextmanager
def screen(form: str, total: int, seed: int, options: Mapping[str, str], *, terminal: bool) -> Iterator[Screen]:
    """The screen for `form` (text or ndjson): a bar in a terminal, elsewhere a sign of life on standard error."""
    if form == "ndjson":
        _tell_head(seed, options, err=True)
        with _counting(Ndjson(), total) as counted:
            yield counted
    elif terminal:
        _tell_head(seed, options, err=False)
        with _bar() as bar:
            yield Terminal(bar, total)
    else:
        _tell_head(seed, options, err=False)
        with _counting(PlainProgress(), total) as counted:
            yield counted


@contextmanager
def _counting(shown: Screen, total: int) -> Iterator[Screen]:
    """The same screen, whose results are counted for a line now and then."""
    counted = _Counted(shown)
    with beating(lambda seconds: f"{counted.count} of {total} cases judged in {seconds:.0f} s"):
        yield counted


class _Counted:
    """A screen that counts what is shown on another one."""

    def __init__(self, shown: Screen) -> None:
        self._shown = shown
        self.count = 0

    def result(self, result: CaseResult) -> None:
        """See Screen."""
        self.count += 1
        self._shown.result(result)

    def end(self, report: Report, written: tuple[Path, ...]) -> None:
        """See Screen."""
        self._shown.end(report, written)


class PlainProgress:
    """Text without a terminal: every case that went wrong, then what they have in common, then the summary."""

    def result(self, result: CaseResult) -> None:
        """See Screen."""
        if result.verdict in text.TOLD:
            click.echo(text.block(result))

    def end(self, report: Report, written: tuple[Path, ...]) -> None:
        """See Screen."""
        table = text.chapter_table(report)
        widths = [max(len(cell) for cell in column) for column in zip(*table, strict=True)]
        for row in table:
            cells = (f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True))
            click.echo("  " + "  ".join(cells).rstrip())
        click.echo(_summary(report, written))


class Ndjson:
    """The lines of results.ndjson on stdout; the verdict for people on stderr."""

    def result(self, result: CaseResult) -> None:
        """See Screen."""
        click.echo(results.encode(results.CaseLine(result)))
        if result.verdict in text.SHOWN_IN_FULL:
            click.echo(text.block(result), err=True)

    def end(self, report: Report, written: tuple[Path, ...]) -> None:
        """See Screen."""
        line = headline(report)
        click.echo(results.encode(results.EndLine(report.exit_code, line, report.stopped)))
        click.echo(_summary(report, written), err=True)


class Terminal:
    """Text in a terminal, with a progress bar below it."""

    def __init__(self, bar: Progress, total: int) -> None:
        """`total` cases are to be judged."""
        self._bar = bar
        self._task = bar.add_task("judging", total=total)

    def result(self, result: CaseResult) -> None:
        """See Screen."""
        self._bar.update(self._task, advance=1, description=f"{result.case_id:<12}")
        if result.verdict in text.TOLD:
            self._print(text.block(result), STYLES[result.verdict], len(text.LABELS[result.verdict]))

    def end(self, report: Report, written: tuple[Path, ...]) -> None:
        """See Screen."""
        self._bar.stop()
        _table(self._bar.console, report)
        first, *rest = _summary(report, written).splitlines()
        style = "bold green" if report.conformant else "bold red"
        self._print(first, "default", 0)
        for line in rest:
            self._print(line, style if line.startswith(headline(report)[:8]) else "default", len(line.split(":")[0]))

    def _print(self, words: str, style: str, length: int) -> None:
        styled = Text(words)
        styled.stylize(style, 0, length)
        self._bar.console.print(styled, soft_wrap=True)


def _summary(report: Report, written: tuple[Path, ...]) -> str:
    lines = [*ending(report), text.subject_line(report), text.coverage_line(report), headline(report)]
    return "\n".join([*lines, *(f"report: {path}" for path in written)])


def _table(console: Console, report: Report) -> None:
    head, *rows = text.chapter_table(report)
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in head:
        table.add_column(column)
    for row in rows:
        table.add_row(*row)
    console.print(table)


def _bar() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    return Progress(*columns, console=Console(file=sys.stdout, highlight=False), transient=True)


def _tell_head(seed: int, options: Mapping[str, str], *, err: bool) -> None:
    chosen = " ".join(f"{name}={json.dumps(value) if ' ' in value else value}" for name, value in options.items())
    click.echo(text.printable(f"siteproof {__version__} · seed {seed} · {chosen}"), err=err)

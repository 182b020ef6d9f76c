"""`--expect` and `--record` of `siteproof conform`: what was known before the run, and what passes during it.

Rule: the verdict is printed as ever; only the exit code asks whether the run came out as it was known.
"""

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import click

from siteproof.cli.files import read_bytes, refused
from siteproof.conformance import expectations
from siteproof.conformance.carriers.carrier import Carrier
from siteproof.conformance.carriers.recorded import WireLog, recording
from siteproof.conformance.case import all_cases
from siteproof.conformance.expectations import Expectations
from siteproof.conformance.render.text import printable
from siteproof.conformance.verdict import Report
from siteproof.model.nouns.problem import ExitCode, Problem

FILE_BYTES_MAX = 4 * 1024 * 1024


def expected(file: Path | None) -> Expectations | None:
    """What the file says, before anything is judged; None without one."""
    if file is None:
        return None
    return expectations.read(read_bytes(file, FILE_BYTES_MAX, expectations.HINT), str(file), all_cases())


def told(report: Report, known: Expectations | None, date: str, *, err: bool) -> int:
    """The exit code: the verdict's own, or with expectations whether the run came out as it was known, and say so."""
    if known is None:
        return int(report.exit_code)
    outcome = expectations.compared(report, known, _day(date))
    for line in outcome.lines():
        click.echo(printable(line), err=err)
    if report.stopped or report.exit_code is ExitCode.NOTHING_RAN:
        return int(report.exit_code)
    return ExitCode.OK if outcome.as_known else ExitCode.VIOLATION


@contextmanager
def recorded(factory: Callable[[], Carrier], file: Path | None) -> Iterator[Callable[[], Carrier]]:
    """The same carriers, written down in the file when one is named."""
    if file is None:
        yield factory
        return
    try:
        log = WireLog(file)
    except OSError as error:
        raise refused(f"cannot write {str(file)!r}", error, "name a file in a folder that is there") from error
    with closing(log):
        yield recording(factory, log)


def _day(date: str) -> dt.date:
    try:
        return dt.date.fromisoformat(date)
    except ValueError as error:
        raise Problem(f"{date!r} is not a date", "waivers end on a day", "write --date 2027-06-30") from error

"""`siteproof report`: the last run of a record, in the form that its reader takes.

Rule: every form is made from results.ndjson alone, and goes to stdout.
"""

from collections.abc import Callable
from pathlib import Path

import click

from siteproof.cli.options import format_option
from siteproof.conformance import expectations, results, times
from siteproof.conformance.render.badge import badge
from siteproof.conformance.render.ctrf import ctrf
from siteproof.conformance.render.junit import junit
from siteproof.conformance.render.markdown import markdown
from siteproof.conformance.render.page import page
from siteproof.conformance.render.sarif import sarif
from siteproof.conformance.results import RecordedRun
from siteproof.model.nouns.problem import ExitCode, Problem


def _expect(record: RecordedRun) -> str:
    if record.report is None:
        raise Problem("there is nothing to expect", "the subject could not be judged", "mend the adapter first")
    return expectations.written(record.report)


RENDERERS: dict[str, Callable[[RecordedRun], str]] = {
    "html": page,
    "junit": junit,
    "sarif": sarif,
    "ctrf": ctrf,
    "markdown": markdown,
    "badge": badge,
    "expect": _expect,
}

TIMED: dict[str, Callable[[RecordedRun, dict[str, float]], str]] = {"junit": junit, "ctrf": ctrf}
"""Forms that also say how long the cases took."""


@click.command()
@click.argument("file", type=click.Path(path_type=Path), default=Path("out") / results.FILE_NAME)
@format_option("markdown", *(name for name in RENDERERS if name != "markdown"))
def report(file: Path, form: str) -> int:
    """Print the last run recorded in FILE [out/results.ndjson]: for people, build servers, a page, or a baseline."""
    record, render = results.read(file), RENDERERS[form]
    timed = TIMED.get(form)
    click.echo(timed(record, times.load(file)) if timed else render(record), nl=False)
    return ExitCode.OK

"""Traces as files in ITF, for readers of other tools and for the explorer page.

Rule: a file is only written when there is a trace, and what was written, or why nothing was, is said on standard error.
"""

from pathlib import Path

import click

from siteproof.cli.files import write_text
from siteproof.model.engines.explore.exploration import ClaimVerdict
from siteproof.model.engines.explore.trace import Trace
from siteproof.model.engines.formats.itf import itf
from siteproof.model.language.spec import System

itf_option = click.option(
    "--itf",
    "itf_file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="the nearest violation (or the way of --trace-to) as ITF",
)


def write_trace(target: Path, system: System, trace: Trace, about: str) -> None:
    """Write a trace."""
    write_text(str(target), itf(system, trace, about))
    click.echo(f"trace: {target}", err=True)


def write_violation(target: Path, system: System, violated: tuple[ClaimVerdict, ...]) -> None:
    """Write the shortest trace to a violation, with what goes on for ever; say so when there is none."""
    traced = [(verdict.trace, verdict) for verdict in violated if verdict.trace is not None]
    if not traced:
        click.echo(f"trace: {target} is not written, for no violation has one", err=True)
        return
    trace, verdict = min(traced, key=lambda pair: (pair[0].length, len(pair[1].loop or ())))
    about = f"{verdict.rule} {verdict.kind.value} {verdict.name.replace('_', ' ')} is broken"
    write_text(str(target), itf(system, trace, about, verdict.loop or ()))
    click.echo(f"trace: {target}, {verdict.rule}", err=True)

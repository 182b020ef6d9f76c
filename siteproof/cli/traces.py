"""Traces as files in ITF, for readers of other tools and for the explorer page.

Rule: a file is only written when there is a trace, and what was written, or why nothing was, is said on standard error.
"""

from collections.abc import Iterable
from pathlib import Path

import click

from siteproof.cli.files import write_text
from siteproof.model.engines.explore.exploration import ClaimVerdict
from siteproof.model.engines.explore.trace import Trace
from siteproof.model.engines.formats.itf import itf
from siteproof.model.engines.prove.bounded import Found
from siteproof.model.engines.prove.reality import Reality
from siteproof.model.language.spec import Bounds, Spec, System

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


def write_nearest(target: Path, spec: Spec, found: Iterable[Reality | Found], bounds: Bounds) -> None:
    """Write the shortest of the prover's real traces; a state that nothing reaches is no trace, and that is said."""
    traced = [(each.trace, each) for each in found if each.trace is not None]
    if not traced:
        click.echo(f"trace: {target} is not written, for no claim of {spec.name} is broken in reality", err=True)
        return
    trace, broken = min(traced, key=lambda pair: pair[0].length)
    name, sizes = (broken.goal, broken.bounds) if isinstance(broken, Reality) else (broken.name, bounds)
    write_trace(target, spec.system(sizes), trace, f"{broken.rule} {name.replace('_', ' ')} is broken")


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

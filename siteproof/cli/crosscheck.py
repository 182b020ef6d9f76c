"""`siteproof crosscheck`: our exploration beside SPIN's and TLC's, on the same system.

Nothing is printed that depends on the clock: the same specification, bounds and tools give the same output.
"""

from collections.abc import Iterator
from typing import Any

import click

from siteproof import __version__
from siteproof.cli.bounds import bound_options, given
from siteproof.cli.json_and_title import emit
from siteproof.cli.memory import memory_option
from siteproof.cli.options import format_option, whole
from siteproof.cli.signs_of_life import beating
from siteproof.cli.specs import spec_argument, spec_named
from siteproof.model.engines.crosscheck.compare import TOOLS, ComparedRow, Comparison, compare
from siteproof.model.engines.crosscheck.tool import Room
from siteproof.model.engines.explore.choice import ENGINES
from siteproof.model.engines.explore.search import MEBIBYTE, Limits
from siteproof.model.language.spec import System
from siteproof.model.nouns.problem import ExitCode

NAMES = tuple(tool.name.lower() for tool in TOOLS)
HEAD = ("executor", "version", "states", "transitions", "depth", "broken claims")


@click.command()
@spec_argument("replication")
@bound_options
@click.option("--engine", "engines", type=click.Choice(ENGINES), multiple=True, help="which of ours; may be repeated")
@click.option("--tool", "tools", type=click.Choice(NAMES), multiple=True, help="only these of theirs; may be repeated")
@click.option("--seconds-max", type=whole(1), default=600, show_default=True, help="for each run of theirs")
@memory_option("for each executor")
@format_option("text", "json")
def crosscheck(
    spec: str,
    *,
    engines: tuple[str, ...],
    tools: tuple[str, ...],
    seconds_max: int,
    memory: int,
    form: str,
    **bounds: object,
) -> int:
    """Compare states, transitions, depth and broken claims of SPEC (default: replication) with SPIN's and TLC's.

    SPIN stores one state more than there are (before its first step) and is one step deeper; TLC counts the initial
    state as generated and depth in levels. The table shows everything in our terms, and below it what they print.
    Exit code 0 when all agree, 1 when one disagrees, 2 on wrong usage, 3 when one of them could not run.
    """
    system = spec_named(spec).system(given(bounds))
    options = " ".join(f"{name}={value}" for name, value in system.bounds.items())
    title = f"siteproof {__version__} · crosscheck {spec} · seed none (exhaustive) · {options or 'no bounds'}"
    if form == "text":
        click.echo(title)
    chosen = [tool for tool in TOOLS if not tools or tool.name.lower() in tools]
    limits, room = Limits(memory_bytes_max=memory), Room(seconds_max, max(64, memory // MEBIBYTE))
    working: list[str] = []
    with beating(lambda seconds: f"{' and '.join(working[-1:])} explores, {seconds:.0f} s in all"):
        found = compare(system, engines or ("auto",), chosen, limits, room, working.append)
    if form == "json":
        emit(_data(found, system, title))
    else:
        click.echo("\n".join([*_table(found, system), *_notes(found), _verdict(found)]))
    return _code(found)


def _data(found: Comparison, system: System, title: str) -> dict[str, Any]:
    rows = [dict(zip(HEAD, _cells(row, system), strict=True)) for row in found.rows]
    missing = [{"executor": name, "reason": reason} for name, reason in found.missing]
    return {"title": title, "rows": rows, "missing": missing, "verdict": _verdict(found)}


def _table(found: Comparison, system: System) -> Iterator[str]:
    rows = [HEAD, *(_cells(row, system) for row in found.rows)]
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    for row in rows:
        yield "  ".join(
            _aligned(cell, width, n) for n, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()


def _aligned(cell: str, width: int, column: int) -> str:
    return f"{cell:>{width}}" if HEAD[column] in {"states", "transitions", "depth"} else f"{cell:<{width}}"


def _cells(row: ComparedRow, system: System) -> tuple[str, ...]:
    counts, claims = row.outcome.counts, system.claims
    if counts is None:
        return (row.name, row.version, "-", "-", "-", "stopped early: something broke that holds for others")
    broken = ", ".join(f"{claims[n].rule} at {far}" for n, far in sorted(row.outcome.broken.items()))
    held = sum(claim.kind.is_safety for claim in claims)
    numbers = (f"{counts.states:,}", f"{counts.transitions:,}", f"{counts.depth}")
    return (row.name, row.version, *numbers, broken or f"none of {held}")


def _notes(found: Comparison) -> Iterator[str]:
    yield from (f"{row.name} itself says: {row.itself}" for row in found.rows if row.itself)
    yield from (f"MISSING  {name}: {reason}" for name, reason in found.missing)


def _verdict(found: Comparison) -> str:
    if found.disagreements:
        return f"DISAGREE: {', '.join(row.name for row in found.disagreements)} with {found.rows[0].name}"
    names = ", ".join(row.name for row in found.rows)
    if found.missing:
        return f"OPEN: {names} agree as far as they could run; {', '.join(n for n, _ in found.missing)} did not run"
    return f"AGREE: {names}"


def _code(found: Comparison) -> int:
    if found.disagreements:
        return ExitCode.VIOLATION
    return ExitCode.CANNOT_JUDGE if found.missing else ExitCode.OK

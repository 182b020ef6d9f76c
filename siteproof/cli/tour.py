"""`siteproof tour`: short walks that cover a specification, and what the shape of its state graph says.

Nothing is printed that depends on the clock: the same specification and bounds give the same output.
"""

from collections.abc import Iterator
from pathlib import Path

import click

from siteproof import __version__
from siteproof.cli.bounds import bound_options, given
from siteproof.cli.graph import graph_option, searched, write_graph
from siteproof.cli.interrupts import interruptible
from siteproof.cli.options import format_option
from siteproof.cli.signs_of_life import beating
from siteproof.model.engines.explore.analysis import must_pass, shape
from siteproof.model.engines.explore.goal import goal
from siteproof.model.engines.explore.graph import StateGraph
from siteproof.model.engines.tours import Cover, Tour, phase_names, tour
from siteproof.model.language.spec import System
from siteproof.model.nouns.problem import ExitCode
from siteproof.model.spec.registry.specs import known

PHASE = "protection"


@click.command(name="tour")
@click.argument("spec", required=False, default="lifecycle")
@click.option("--cover", type=click.Choice([cover.value for cover in Cover]), help="Only this one of the three.")
@click.option("--phase", metavar="VARIABLE", help=f"The variable that tells phases apart (default: {PHASE}).")
@bound_options
@click.option("--must-pass", "passed", metavar="STATE", help="What every way to STATE passes.")
@click.option("--steps", "show_steps", is_flag=True, help="Print the walks.")
@graph_option
@format_option("text")
def tour_command(
    spec: str,
    cover: str | None,
    phase: str | None,
    passed: str | None,
    show_steps: bool,
    target: Path | None,
    **bounds: object,
) -> int:
    """Cover all actions, all pairs of action and phase, all transitions of SPEC (default: lifecycle).

    Beside each figure stands a bound that is proved: no tour takes fewer steps.
    """
    system = known(spec).system(given(bounds))
    chosen = [Cover(cover)] if cover else list(Cover)
    if phase is not None:
        phase_names(system, phase)  # refused before the search, not after it
    options = " ".join(f"{name}={value}" for name, value in system.bounds.items())
    click.echo(f"siteproof {__version__} · tour {spec} · seed none (exhaustive) · {options or 'no bounds'}")
    graph = searched(system)
    for line in _shape_lines(graph):
        click.echo(line)
    if passed is not None:
        return _show_passed(graph, passed)
    for each in chosen:
        if each is Cover.PAIRS and phase is None and not _has_phases(system):
            click.echo(f"pairs    not asked: {spec} has no variable `{PHASE}`; name another one with --phase")
        else:
            _show(_toured(graph, each, phase or PHASE), show_steps)
    if target is not None:
        write_graph(graph, target)
    return ExitCode.OK


def _has_phases(system: System) -> bool:
    return any(variable.name.endswith(f".{PHASE}") for variable in system.variables)


def _toured(graph: StateGraph, cover: Cover, phase: str) -> Tour:
    with interruptible(), beating(lambda seconds: f"looking for a short tour of all {cover.value} for {seconds:.0f} s"):
        return tour(graph, cover, phase)


def _shape_lines(graph: StateGraph) -> Iterator[str]:
    found = shape(graph)
    yield f"{found.states:,} states · {found.edges:,} transitions · {found.parts:,} strongly connected parts"
    yield f"cyclic parts: {', '.join(f'{size:,} states' for size in found.cyclic[:5]) or 'none'}"
    for part in found.final[:5]:
        yield f"never left: {_named(graph, part[0])}{f' (+{len(part) - 1} more)' if len(part) > 1 else ''}"


def _named(graph: StateGraph, state: int) -> str:
    shown = graph.shown(state)
    start = graph.shown(0)
    return (
        " ".join(f"{name.split('.')[-1]}={value}" for name, value in shown.items() if value != start[name]) or "start"
    )


def _show(found: Tour, show_steps: bool) -> None:
    walks = f"{len(found.paths)} walk{'s' if len(found.paths) != 1 else ''}"
    taken = f"{found.cover.value:<8} {found.owed:,} covered in {found.steps:,} steps, {walks}"
    least = "" if found.steps == found.least else f" than {found.least:,} ({found.least_each:.2f} each)"
    click.echo(f"{taken}: {found.steps_each:.2f} each; no tour has fewer{least}")
    for number, path in enumerate(found.paths if show_steps else (), 1):
        click.echo(f"  walk {number}")
        for edge in path:
            click.echo(f"    {edge.rule:<8} {edge.name}")


def _show_passed(graph: StateGraph, text: str) -> int:
    wanted = goal(graph.search.program.system, text)
    goals = [number for number, state in enumerate(graph.search.states) if wanted.holds(state)]
    if not goals:
        click.echo(f"UNREACHABLE  {text}")
        return ExitCode.VIOLATION
    click.echo(f"every way to {text} ({len(goals):,} states) passes:")
    for state in must_pass(graph, goals):
        click.echo(f"  {_named(graph, state)}")
    return ExitCode.OK

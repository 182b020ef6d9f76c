"""`siteproof tour`: short walks that cover a specification, and what the shape of its state graph says.

Nothing is printed that depends on the clock: the same specification and bounds give the same output.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs
import click

from siteproof import __version__
from siteproof.cli.bounds import bound_options, given
from siteproof.cli.graph import graph_option, searched, write_graph
from siteproof.cli.interrupts import interruptible
from siteproof.cli.json_and_title import emit
from siteproof.cli.options import format_option
from siteproof.cli.signs_of_life import beating
from siteproof.cli.specs import spec_argument, spec_named
from siteproof.model.engines.explore.analysis import must_pass, shape
from siteproof.model.engines.explore.goal import goal
from siteproof.model.engines.explore.graph import StateGraph
from siteproof.model.engines.tours import Cover, Tour, phase_names, tour
from siteproof.model.language.spec import System
from siteproof.model.nouns.problem import ExitCode

PHASE = "protection"
EDGES_MAX = 10_000
"""Up to so many transitions the cheapest tour of them all is found in seconds."""


@click.command(name="tour")
@spec_argument("lifecycle")
@click.option("--cover", type=click.Choice([cover.value for cover in Cover]), help="Only this one of the three.")
@click.option("--phase", metavar="VARIABLE", help=f"The variable that tells phases apart (default: {PHASE}).")
@bound_options
@click.option("--must-pass", "passed", metavar="STATE", help="What every way to STATE passes.")
@click.option("--steps", "show_steps", is_flag=True, help="Print the walks.")
@graph_option
@format_option("text", "json")
def tour_command(
    spec: str,
    cover: str | None,
    phase: str | None,
    passed: str | None,
    show_steps: bool,
    target: Path | None,
    form: str,
    **bounds: object,
) -> int:
    """Cover all actions, all pairs of action and phase, all transitions of SPEC (default: lifecycle).

    Beside each figure stands a bound that is proved: no tour takes fewer steps.
    """
    system = spec_named(spec).system(given(bounds))
    chosen = [Cover(cover)] if cover else list(Cover)
    if phase is not None:
        phase_names(system, phase)  # refused before the search, not after it
    options = " ".join(f"{name}={value}" for name, value in system.bounds.items())
    title = f"siteproof {__version__} · tour {spec} · seed none (exhaustive) · {options or 'no bounds'}"
    if form == "json":
        return _as_json(system, title, (chosen, phase, passed), target, steps=show_steps, by_name=bool(cover))
    click.echo(title)
    graph = searched(system)
    for line in _shape_lines(graph):
        click.echo(line)
    if passed is not None:
        return _show_passed(graph, passed)
    for each in chosen:
        why = _not_asked(system, graph, each, phase, by_name=bool(cover))
        if why:
            click.echo(f"{each.value:<8} not asked: {why}")
        else:
            _show(_toured(graph, each, phase or PHASE), show_steps)
    if target is not None:
        write_graph(graph, target)
    return ExitCode.OK


def _as_json(
    system: System,
    title: str,
    asked: tuple[list[Cover], str | None, str | None],
    target: Path | None,
    *,
    steps: bool,
    by_name: bool,
) -> int:
    """The same facts as one document; `tours` has null for what is not asked of this specification."""
    chosen, phase, passed = asked
    graph = searched(system)
    data: dict[str, Any] = {"title": title, "shape": _shape_data(graph)}
    if passed is not None:
        goals, passes = _passed(graph, passed) or (0, [])
        emit({**data, "must_pass": {"query": passed, "states": goals, "passes": passes}})
        return ExitCode.OK if goals else ExitCode.VIOLATION
    tours = {
        each: None if _not_asked(system, graph, each, phase, by_name=by_name) else _toured(graph, each, phase or PHASE)
        for each in chosen
    }
    data["tours"] = {each.value: found and _tour_data(found, steps) for each, found in tours.items()}
    emit(data)
    if target is not None:
        write_graph(graph, target)
    return ExitCode.OK


def _shape_data(graph: StateGraph) -> dict[str, Any]:
    found = shape(graph)
    final = [{"states": len(part), "one": dict(graph.shown(part[0]))} for part in found.final]
    return {**attrs.asdict(found), "final": final}


def _tour_data(found: Tour, steps: bool) -> dict[str, Any]:
    walks = [[{"rule": edge.rule, "name": edge.name} for edge in path] for path in found.paths]
    counts = {"covered": found.owed, "steps": found.steps, "walks": len(found.paths), "least": found.least}
    return {**counts, "paths": walks} if steps else counts


def _has_phases(system: System) -> bool:
    return any(variable.name.endswith(f".{PHASE}") for variable in system.variables)


def _not_asked(system: System, graph: StateGraph, cover: Cover, phase: str | None, *, by_name: bool) -> str:
    """Why no tour of that is looked for; empty when one is. Who names a cover gets it, however long it takes."""
    if cover is Cover.PAIRS and phase is None and not _has_phases(system):
        return f"no variable is called `{PHASE}`; name another one with --phase"
    if cover is Cover.EDGES and not by_name and graph.edges > EDGES_MAX:
        return (
            f"{graph.edges:,} transitions are more than {EDGES_MAX:,}; --cover edges takes the minutes that they need"
        )
    return ""


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
    found = _passed(graph, text)
    if found is None:
        click.echo(f"UNREACHABLE  {text}")
        return ExitCode.VIOLATION
    goals, passes = found
    click.echo(f"every way to {text} ({goals:,} states) passes:")
    for name in passes:
        click.echo(f"  {name}")
    return ExitCode.OK


def _passed(graph: StateGraph, text: str) -> tuple[int, list[str]] | None:
    """How many states are like that, and what every way to them passes; None when none is reached."""
    wanted = goal(graph.search.program.system, text)
    goals = [number for number, state in enumerate(graph.search.states) if wanted.holds(state)]
    return (len(goals), [_named(graph, state) for state in must_pass(graph, goals)]) if goals else None

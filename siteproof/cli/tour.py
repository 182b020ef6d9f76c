"""`siteproof tour`: short walks that cover a specification, and what the shape of its state graph says.

Nothing is printed that depends on the clock: the same specification and bounds give the same output.
"""

import json
from collections.abc import Iterator
from pathlib import Path

import click

from siteproof import __version__
from siteproof.model.engine.analysis import must_pass, shape
from siteproof.model.engine.goal import goal
from siteproof.model.engine.graph import StateGraph, graph_of
from siteproof.model.engine.search import Search
from siteproof.model.nouns.problem import ExitCode, Problem
from siteproof.model.specs import known
from siteproof.model.tours import Cover, Tour, tour

BOUNDS = ("machines", "blocks", "versions", "points")


@click.command(name="tour")
@click.argument("spec", required=False, default="lifecycle")
@click.option("--cover", type=click.Choice([cover.value for cover in Cover]), help="Only this one of the three.")
@click.option("--phase", default="protection", show_default=True, help="The variable that tells phases apart.")
@click.option("--machines", type=int, help="How many machines.")
@click.option("--blocks", type=int, help="Blocks of each disk.")
@click.option("--versions", type=int, help="Versions of each block.")
@click.option("--points", type=int, help="Recovery points that are kept.")
@click.option("--must-pass", "passed", metavar="STATE", help="What every way to STATE passes.")
@click.option("--steps", "show_steps", is_flag=True, help="Print the walks.")
@click.option("--graph", "target", type=click.Path(path_type=Path), help="Write the graph (.graphml or .json).")
def tour_command(
    spec: str,
    cover: str | None,
    phase: str,
    passed: str | None,
    show_steps: bool,
    target: Path | None,
    **bounds: int | None,
) -> int:
    """Cover all actions, all pairs of action and phase, all transitions of SPEC (default: lifecycle)."""
    system = known(spec).system({name: value for name, value in bounds.items() if value is not None})
    options = " ".join(f"{name}={value}" for name, value in system.bounds.items())
    click.echo(f"siteproof {__version__} · tour {spec} · seed none (exhaustive) · {options or 'no bounds'}")
    graph = graph_of(Search(system).run())
    for line in _shape_lines(graph):
        click.echo(line)
    if passed is not None:
        return _show_passed(graph, passed)
    for each in [Cover(cover)] if cover else list(Cover):
        _show(tour(graph, each, phase), show_steps)
    if target is not None:
        _write(graph, target)
    return ExitCode.OK


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
    click.echo(
        f"{found.cover.value:<8} {found.owed:,} covered in {found.steps:,} steps, {walks}: {found.steps_each:.2f} each"
    )
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


def _write(graph: StateGraph, target: Path) -> None:
    import networkx as nx  # noqa: PLC0415  (only an export needs it)

    whole = graph.to_networkx()
    if target.suffix == ".graphml":
        nx.write_graphml(whole, target)
    elif target.suffix == ".json":
        target.write_text(json.dumps(nx.node_link_data(whole, edges="edges")))
    else:
        raise Problem(f"{target} has no known form", "the ending says which one", "end the name in .graphml or .json")
    click.echo(f"graph: {target}")

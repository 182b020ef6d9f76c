"""The state graph of a specification, for whoever wants to tour it or to take it elsewhere (networkx, Gephi, yEd).

Rule: the file's form is what its ending says; a form that is not known is refused before the search.
"""

import json
from pathlib import Path
from typing import Any

import click
import networkx as nx

from siteproof.cli.files import write_text
from siteproof.cli.signs_of_life import beating
from siteproof.model.engines.explore.graph import STATES_MAX, StateGraph, graph_of
from siteproof.model.engines.explore.search import MEBIBYTE, Limits, Search
from siteproof.model.language.spec import System
from siteproof.model.nouns.problem import Problem

FORMS = (".graphml", ".json")


def known_form(_context: click.Context, _option: click.Parameter, target: Any) -> Any:
    """The file as given; Problem when its ending says nothing."""
    if target is not None and target.suffix not in FORMS:
        raise Problem(
            f"{target} has no known form", "the ending says which one", f"end the name in {' or '.join(FORMS)}"
        )
    return target


graph_option = click.option(
    "--graph",
    "target",
    type=click.Path(path_type=Path),
    callback=known_form,
    help="Write the state graph for networkx (.graphml or .json).",
)


def searched(system: System) -> StateGraph:
    """The whole graph, by the plain search with signs of life; Problem when it has more than STATES_MAX states."""
    search = Search(system, Limits(STATES_MAX))  # more could not be toured

    def say(seconds: float) -> str:
        speed = len(search.states) / max(seconds, 1e-3)
        size = search.memory_bytes // MEBIBYTE
        return f"depth {search.depth} · {len(search.states):,} states · {speed:,.0f} states/s · {size:,} MiB"

    with beating(say):
        return graph_of(search.run())


def write_graph(graph: StateGraph, target: Path) -> None:
    """Write the file and say so, on standard error: standard output is for what was asked."""
    if target.suffix == ".graphml":
        write_text(str(target), "\n".join((*nx.generate_graphml(graph.to_networkx()), "")))
    else:
        write_text(str(target), json.dumps(nx.node_link_data(graph.to_networkx(), edges="edges")))
    click.echo(f"graph: {target}", err=True)

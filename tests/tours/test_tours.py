"""Tours cover what they owe with few steps, and the shape of the lifecycle is what DOMAIN.md says."""

import itertools
import random

import pytest

from siteproof.model.engine.analysis import can_avoid, must_pass, shape
from siteproof.model.engine.goal import goal
from siteproof.model.engine.graph import StateGraph, graph_of
from siteproof.model.engine.search import Search
from siteproof.model.specs import known
from siteproof.model.tours import Cover, tour


@pytest.fixture(scope="module")
def lifecycle() -> StateGraph:
    """The graph of the lifecycle."""
    return graph_of(Search(known("lifecycle").system()).run())


@pytest.fixture(scope="module")
def replication() -> StateGraph:
    """The graph of the smallest data plane."""
    return graph_of(Search(known("replication").system({"blocks": 1, "versions": 2, "points": 1})).run())


@pytest.mark.parametrize("cover", list(Cover))
@pytest.mark.parametrize("name", ["lifecycle", "replication"])
def test_a_tour_is_a_walk_that_covers_everything(name: str, cover: Cover, request: pytest.FixtureRequest) -> None:
    """Every path starts in the initial state, each step follows the one before, and nothing owed is left out."""
    graph: StateGraph = request.getfixturevalue(name)
    found = tour(graph, cover)
    for path in found.paths:
        assert path[0].source == 0
        assert all(one.target == two.source for one, two in itertools.pairwise(path))
    taken = {(edge.source, edge.number) for path in found.paths for edge in path}
    numbers = {number for _, number in taken}
    assert numbers == {edge.number for edges in graph.leaving for edge in edges}
    if cover is Cover.EDGES:
        assert len(taken) == graph.edges == found.owed


def test_all_pairs_of_action_and_phase_cost_little(lifecycle: StateGraph) -> None:
    """Every pair costs at most 3.3 steps: many commands end a life, and the next walk starts from nothing again."""
    assert tour(lifecycle, Cover.PAIRS).steps_each <= 3.3


def test_a_random_walk_of_the_same_length_covers_less(lifecycle: StateGraph) -> None:
    """A tour of all edges beats a random walk with as many steps by far."""
    found = tour(lifecycle, Cover.EDGES)
    dice, here, seen = random.Random(1), 0, set()
    for _ in range(found.steps):
        if not lifecycle.leaving[here]:
            here = 0
        edge = dice.choice(lifecycle.leaving[here])
        seen.add((edge.source, edge.number))
        here = edge.target
    assert len(seen) < 0.8 * found.owed


def test_migrated_is_final(lifecycle: StateGraph) -> None:
    """Migration and disabling in the cloud are the only ends that are never left."""
    ends = {lifecycle.shown(part[0])["machine.protection"] for part in shape(lifecycle).final}
    assert ends == {"migrated", "unprotected"}


def where(graph: StateGraph, text: str) -> list[int]:
    """The states in which that holds."""
    wanted = goal(graph.search.program.system, text)
    return [number for number, state in enumerate(graph.search.states) if wanted.holds(state)]


def test_every_failback_passes_a_failover_and_a_reprotect(lifecycle: StateGraph) -> None:
    """The failed-over machine and the reverse initial replication dominate every failed-back state."""
    failed_back = where(lifecycle, "protection=failed_over,direction=reverse")
    passed = [lifecycle.shown(state) for state in must_pass(lifecycle, failed_back)]
    names = [(each["machine.direction"], each["machine.protection"]) for each in passed]
    assert names.index(("forward", "failed_over")) < names.index(("reverse", "initial_replication"))


def test_no_failback_avoids_reverse_protection(lifecycle: StateGraph) -> None:
    """Without reverse protected states there is no failback, while a drill can be avoided."""
    failed_back = where(lifecycle, "protection=failed_over,direction=reverse")
    assert not can_avoid(lifecycle, failed_back, where(lifecycle, "protection=protected,direction=reverse"))
    assert can_avoid(lifecycle, failed_back, where(lifecycle, "test_failover=completed"))

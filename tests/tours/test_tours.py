"""Tours cover what they owe with few steps, and the shape of the lifecycle is what domain says."""

import itertools
import random
from fractions import Fraction

import pytest
import z3

from siteproof.model.engines.explore.analysis import can_avoid, must_pass, shape
from siteproof.model.engines.explore.goal import goal
from siteproof.model.engines.explore.graph import Edge, StateGraph, graph_of
from siteproof.model.engines.explore.search import Search
from siteproof.model.engines.tours import Cover, bound, tour
from siteproof.model.engines.tours.bound import best_prices, worth
from siteproof.model.engines.tours.cover import every_edge, key_of
from siteproof.model.engines.tours.greedy import greedy
from siteproof.model.engines.tours.places import steps
from siteproof.model.engines.tours.plan import planned
from siteproof.model.engines.tours.tour import STEPS_MAX
from siteproof.model.language import Component, Part, Spec, Step, action, given
from siteproof.model.nouns.problem import Problem
from siteproof.model.spec.registry.specs import known


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
        assert all(edge in graph.leaving[edge.source] for edge in path)
    key = key_of(graph, cover, "protection")
    taken = {key(edge) for path in found.paths for edge in path}
    assert taken == {key(edge) for edge in every_edge(graph)}
    assert len(taken) == found.owed


def test_no_tour_of_the_lifecycle_is_shorter(lifecycle: StateGraph) -> None:
    """Many commands end a life, so that 2.2 steps for each pair are out of reach: the bound shows it, ours meets it."""
    for cover in Cover:
        found = tour(lifecycle, cover)
        assert found.steps == found.least
    pairs = tour(lifecycle, Cover.PAIRS)
    assert 2.2 < pairs.least_each < 2.5


def test_all_pairs_of_the_data_plane_cost_little(replication: StateGraph) -> None:
    """Where a life goes on, a pair costs less than two steps, and no tour does better."""
    found = tour(replication, Cover.PAIRS)
    assert found.steps == found.least
    assert found.steps_each < 1.9


def test_a_tour_does_not_depend_on_what_was_solved_before(lifecycle: StateGraph, replication: StateGraph) -> None:
    """Of equally cheap plans it is always the same one: what else the solver did in this process changes nothing."""
    first = tour(replication, Cover.PAIRS)
    tour(lifecycle, Cover.ACTIONS)
    solver = z3.Solver()
    solver.add(*(z3.Real(f"times {number}") > number for number in range(500)))
    solver.check()
    assert tour(replication, Cover.PAIRS).paths == first.paths


def test_a_tour_is_no_longer_than_the_greedy_one(lifecycle: StateGraph) -> None:
    """Planning pays: each of the three tours is at least a tenth shorter than going to the nearest thing first."""
    for cover in Cover:
        found = tour(lifecycle, cover)
        assert found.steps <= 0.9 * sum(map(len, greedy(lifecycle, key_of(lifecycle, cover, "protection"))))


def test_the_bound_of_all_edges_has_a_second_proof(lifecycle: StateGraph) -> None:
    """The cheapest circulation and the prices of the linear program, found by different means, say the same."""
    key = key_of(lifecycle, Cover.EDGES, "protection")
    between = steps(lifecycle, key, STEPS_MAX)
    assert worth(between, best_prices(between)) == tour(lifecycle, Cover.EDGES).least


def test_coarser_places_give_a_weaker_bound(replication: StateGraph) -> None:
    """States taken for one keep the bound true: it is below that of the states, and not below what is owed."""
    key = key_of(replication, Cover.PAIRS, "protection")
    few = steps(replication, key, 400)
    assert len(few) <= 400 < len(steps(replication, key, STEPS_MAX))
    least = worth(few, best_prices(few))
    assert len({step.covers for step in few}) <= least <= tour(replication, Cover.PAIRS).least


def test_a_plan_drops_nothing_that_only_dropped_things_cover(replication: StateGraph) -> None:
    """Of two transitions that cover the same, one is superfluous and never both: a tour once lost a pair that way."""
    key = key_of(replication, Cover.PAIRS, "protection")
    every = list(every_edge(replication))[:400]
    inside = [edge for edge in every if edge.target < 90 and edge.source < 90]
    plan = planned(inside, dict.fromkeys(inside, 1), key)
    assert {key(edge) for edge in plan.taken} == {key(edge) for edge in inside}
    assert plan.steps < planned(inside, dict.fromkeys(inside, 1), key_of(replication, Cover.EDGES, "")).steps


def test_what_is_its_own_only_cover_is_planned_once(lifecycle: StateGraph, monkeypatch: pytest.MonkeyPatch) -> None:
    """For all transitions there is nothing to leave out: no second plan is made (minutes, on a large graph)."""
    trimmed: list[object] = []
    monkeypatch.setattr("siteproof.model.engines.tours.plan._needed", lambda *given: trimmed.append(given))
    edges = list(every_edge(lifecycle))
    planned(edges, dict.fromkeys(edges, 1), lambda edge: edge)
    assert trimmed == []


def test_a_plan_that_is_trimmed_twice_covers_what_it_was_asked_to() -> None:
    """What one round leaves to a way that just passes by is still owed in the next round, which has other ways."""
    ends = [(0, 1, 0), (0, 2, 2), (1, 0, 1), (2, 2, 0), (2, 2, 2)]
    edges = [
        Edge(source, target, number, "T-1", f"step {place}") for place, (source, target, number) in enumerate(ends)
    ]
    chosen = dict.fromkeys((edges[place] for place in (0, 3, 4, 2)), 1)
    plan = planned(edges, chosen, lambda edge: edge.number)
    assert {edge.number for edge in plan.taken} == {0, 1, 2}


class Door(Component):
    """Locked for good."""

    def __init__(self) -> None:
        super().__init__()
        self.open = self.flag()


@action("T-1")
def shut(door: Door) -> Step:
    """Only what is open can be shut."""
    return given(door.open).then(door.open.becomes(False))


@pytest.mark.parametrize("cover", list(Cover))
def test_where_nothing_can_happen_nothing_is_owed(cover: Cover) -> None:
    """The initial state has no transition: a tour without a step, and a phase that there is not is refused as ever."""
    spec = Spec("door", "", (Part(lambda _bounds: Door(), Door),), (shut,), ())
    graph = graph_of(Search(spec.system()).run())
    found = tour(graph, cover, "open")
    assert (found.paths, found.owed, found.steps, found.least, found.steps_each) == ((), 0, 0, 0, 0.0)
    with pytest.raises(Problem, match="no variable `closed`"):
        tour(graph, Cover.PAIRS, "closed")


def test_prices_that_pay_for_walking_prove_nothing() -> None:
    """Wrong prices are noticed, whoever brings them; so is a price of the beginning, which each walk would be paid."""
    there_and_back = [bound.PricedStep(0, 1, "there"), bound.PricedStep(1, 0, "back")]
    assert worth(there_and_back, {0: Fraction(0), 1: Fraction(0)}) == 2
    with pytest.raises(AssertionError):
        worth(there_and_back, {0: Fraction(0), 1: Fraction(-2)})
    with pytest.raises(AssertionError):
        worth(there_and_back, {0: Fraction(0), 1: Fraction(1)})
    with pytest.raises(AssertionError):
        worth(
            [bound.PricedStep(0, 1, "there")], {0: Fraction(-1), 1: Fraction(0)}
        )  # would show two steps; one is enough


def test_an_unknown_phase_names_its_neighbours(lifecycle: StateGraph) -> None:
    """A misspelt variable is the user's mistake, and not a phase that never changes."""
    with pytest.raises(Problem, match="no variable `protectoin`") as refused:
        tour(lifecycle, Cover.PAIRS, "protectoin")
    assert "did you mean protection" in str(refused.value.hint)


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

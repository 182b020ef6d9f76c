"""Estimates of what is left are measured where the truth is known: random walks through the lifecycle's transitions."""

import random

import pytest
from attrs import frozen

from siteproof.fuzz.estimate import Count, Estimate, estimate
from siteproof.model.engines.explore.graph import StateGraph, graph_of
from siteproof.model.engines.explore.search import Search
from siteproof.model.spec.lifecycle.spec import lifecycle_spec

STEPS = 12
FRESH = 1500
CAMPAIGNS = 30


@frozen
class Measured:
    """One campaign on the model: what was estimated, and what is true."""

    said: Estimate
    news: float
    unseen: int


@pytest.fixture(scope="module")
def graph() -> StateGraph:
    """All transitions of the lifecycle."""
    return graph_of(Search(lifecycle_spec().system({})).run())


def walk(graph: StateGraph, dice: random.Random) -> set[tuple[int, int]]:
    """The transitions of one random walk."""
    state, taken = 0, set()
    for _ in range(STEPS):
        if not graph.leaving[state]:
            break
        edge = dice.choice(graph.leaving[state])
        taken.add((edge.source, edge.number))
        state = edge.target
    return taken


def measured(graph: StateGraph, seed: int, executions: int) -> Measured:
    """A campaign of so many walks, and then fresh ones, which tell the truth."""
    dice = random.Random(seed)
    counts: dict[tuple[int, int], Count] = {}
    for number in range(executions):
        for each in walk(graph, dice):
            before = counts.get(each, Count(0, number))
            counts[each] = Count(before.executions + 1, before.first)
    news = sum(bool(walk(graph, dice) - set(counts)) for _ in range(FRESH)) / FRESH
    return Measured(estimate(counts.values(), executions), news, graph.edges - len(counts))


@pytest.mark.parametrize("executions", [50, 200, 800])
def test_the_next_execution_is_as_new_as_was_estimated(graph: StateGraph, executions: int) -> None:
    """On average within four points of a hundred, and below the upper end in nine of ten campaigns."""
    found = [measured(graph, seed, executions) for seed in range(CAMPAIGNS)]
    off = sum(each.said.news - each.news for each in found) / CAMPAIGNS
    covered = sum(each.news <= each.said.news_at_most for each in found)
    assert abs(off) < 0.04
    assert covered >= 0.9 * CAMPAIGNS
    assert all(each.said.news <= each.said.news_at_most for each in found)


def test_what_is_unseen_is_a_lower_bound_of_the_right_size(graph: StateGraph) -> None:
    """After eight hundred walks: of what is missing never more than twice, on average at least a fifth."""
    found = [measured(graph, seed, 800) for seed in range(CAMPAIGNS)]
    assert all(each.said.unseen <= 2 * each.unseen for each in found)
    assert sum(each.said.unseen for each in found) >= 0.2 * sum(each.unseen for each in found)


def test_nothing_is_known_before_the_first_execution() -> None:
    """Everything may be new then; and with everything seen twice nothing is expected."""
    assert estimate((), 0).news == 1.0
    twice = estimate([Count(2, 0), Count(2, 1)], 10)
    assert (twice.news, twice.unseen) == (0.0, 0.0)
    assert 0 < twice.news_at_most < 0.5

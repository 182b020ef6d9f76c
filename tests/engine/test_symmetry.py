"""Up to symmetry: fewer states are visited, and exactly the same is found; what tells components apart is named."""

import math

import pytest

from siteproof.model.engines.explore.choice import explorer, orbits_of
from siteproof.model.engines.explore.explorer import Explorer, PlainExplorer
from siteproof.model.engines.explore.goal import goal
from siteproof.model.engines.explore.orbits import OrbitSearch
from siteproof.model.engines.explore.search import Limits, Search, SearchLevel
from siteproof.model.engines.explore.symmetry import symmetry
from siteproof.model.language import Action, Bool, Component, Part, Spec, Step, System, action, always, exists, given
from siteproof.model.nouns.problem import Problem
from siteproof.model.spec.registry.specs import known
from tests.engine.test_engines_agree import facts

PAIR = {"machines": 2, "blocks": 1, "versions": 1, "points": 1}
CASES: tuple[tuple[str, dict[str, int]], ...] = (
    ("replication", PAIR),
    ("plans", {}),
    ("plans", {"machines": 3}),
    ("frames", {}),
)


class Cell(Component):
    """A small counter that may close."""

    def __init__(self) -> None:
        super().__init__()
        self.count = self.number(to=2)
        self.closed = self.flag()


class Tray(Component):
    """Cells beside each other."""

    def __init__(self) -> None:
        super().__init__()
        self.cells = tuple(Cell() for _ in range(3))
        self.spoilt = self.flag()


@action("T-1", cell="cells")
def fill(tray: Tray, cell: int) -> Step:
    """Any cell fills; the first of the tray has no place of its own."""
    c = tray.cells[cell]
    return given(~c.closed & (c.count < 2)).then(c.count.becomes(c.count + 1))


@action("T-2", cell="cells")
def close(tray: Tray, cell: int) -> Step:
    """A full cell is closed; the tray is spoilt when another one is closed already."""
    c = tray.cells[cell]
    others = [other for number, other in enumerate(tray.cells) if number != cell]
    return given((c.count == 2) & ~c.closed).then(
        c.closed.becomes(True), tray.spoilt.becomes(tray.spoilt | exists(others, lambda other: other.closed))
    )


@action("T-2", cell="cells")
def close_in_turn(tray: Tray, cell: int) -> Step:
    """The first cell is closed before the others."""
    c, first = tray.cells[cell], tray.cells[0]
    free = c.count == 2 if cell == 0 else (c.count == 2) & first.closed
    return given(free & ~c.closed).then(c.closed.becomes(True))


@always("T-8", why="test")
def the_tray_is_not_spoilt(tray: Tray) -> Bool:
    """Violated, in whatever order."""
    return ~tray.spoilt


@always("T-9", why="test")
def the_first_stays_open(tray: Tray) -> Bool:
    """Speaks of one cell by its place."""
    return ~tray.cells[0].closed


def tray(*actions: Action, claims: tuple[object, ...] = ()) -> System:
    """Three cells."""
    return Spec("tray", "", (Part(lambda _bounds: Tray(), Tray),), actions, claims, {"cells": 3}).system()  # type: ignore[arg-type]  # properties


def orbits(system: System, engine: str = "plain") -> Explorer:
    """The search up to symmetry."""
    return explorer(system, engine, up_to_symmetry=True)


@pytest.mark.parametrize("engine", ["plain", "packed"])
@pytest.mark.parametrize(("name", "bounds"), CASES, ids=[f"{name}-{len(bounds)}" for name, bounds in CASES])
def test_the_reduced_search_finds_exactly_the_same(name: str, bounds: dict[str, int], engine: str) -> None:
    """Counts, levels, verdicts, lengths of traces, dead ends and idle transitions are those of the whole."""
    system = known(name).system(bounds)
    reduced, whole = orbits(system, engine), PlainExplorer(system, Limits())
    ours: list[SearchLevel] = []
    theirs: list[SearchLevel] = []
    assert facts(reduced.explore(ours.append)) == facts(whole.explore(theirs.append))
    assert ours == theirs
    assert reduced.engine == engine
    assert (orbits_of(reduced) or 0) < len(whole.search.states)


@pytest.mark.parametrize("engine", ["plain", "packed"])
def test_a_violation_is_told_as_a_run_of_the_system_itself(engine: str) -> None:
    """Two cells are filled and closed, in six steps, each of which the system allows."""
    system = tray(fill, close, claims=(the_tray_is_not_spoilt,))
    (found,) = orbits(system, engine).explore().violated
    assert found.trace is not None
    assert found.trace.length == 6
    shown = dict(found.trace.start)
    for step in found.trace.steps:
        for change in step.changes:
            assert shown[change.variable] == change.before
            shown[change.variable] = change.after
    assert [shown[f"tray.cells[{n}].closed"] for n in range(3)].count("true") == 2
    assert shown["tray.spoilt"] == "true"


def test_one_of_all_orders_is_visited() -> None:
    """Cells with four states each, and what is spoilt with them: multisets of three instead of tuples of three."""
    system = tray(fill, close)
    search = OrbitSearch(system, symmetry(system))
    search.run()
    assert len(search.states) == math.comb(4 + 3 - 1, 3)
    assert search.covered == len(Search(system).run().states) == 4**3


@pytest.mark.parametrize(
    ("system", "what"),
    [
        (tray(fill, close_in_turn), "close_in_turn(tray, 0) tells tray.cells[0] from its neighbour"),
        (tray(fill, close, claims=(the_first_stays_open,)), "the claim T-9 the first stays open tells"),
        (known("lifecycle").system(), "no component comes more than once"),
        (known("groups").system(), "write_in_group(group, 0) tells group.members[0]"),
    ],
    ids=["action", "claim", "nothing twice", "groups"],
)
def test_what_tells_components_apart_is_named(system: System, what: str) -> None:
    """A search up to a symmetry that there is not would miss states: it is refused, with the reason."""
    with pytest.raises(Problem, match="has no symmetry") as refused:
        explorer(system, up_to_symmetry=True)
    assert what in refused.value.cause


def test_a_goal_may_ask_for_any_component_and_not_for_a_certain_one() -> None:
    """`protection=protected` is some machine; `machine[0].protection=protected` is refused."""
    system = known("replication").system(PAIR)
    some, one = goal(system, "protection=committed"), goal(system, "machine[0].protection=committed")
    depth = PlainExplorer(system, Limits()).way_to(some).depth
    for engine in ("plain", "packed"):
        reduced = orbits(system, engine).way_to(some)
        assert reduced.trace is not None
        assert reduced.depth == reduced.trace.length == depth
    with pytest.raises(Problem, match="tells the members of machine"):
        explorer(system, up_to_symmetry=True).way_to(one)


def test_rows_have_orbits_of_their_own() -> None:
    """The row engine counts the same orbits without visiting fewer states; it cannot be asked to."""
    system = known("replication").system(PAIR)
    rows, reduced = explorer(system, "rows-std"), explorer(system, up_to_symmetry=True)
    for each in (rows, reduced):
        each.explore()
    assert orbits_of(rows) == orbits_of(reduced)
    with pytest.raises(Problem, match="knows no --symmetry"):
        explorer(system, "rows", up_to_symmetry=True)

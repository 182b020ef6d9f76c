"""The explorer on systems that are small enough to count by hand."""

from pathlib import Path

import pytest

from siteproof.model.engines.explore.exploration import Exploration, report
from siteproof.model.engines.explore.goal import goal
from siteproof.model.engines.explore.program import compiled
from siteproof.model.engines.explore.search import Limits, Search
from siteproof.model.language import (
    Action,
    Bool,
    Component,
    Part,
    Property,
    Spec,
    SpecError,
    Step,
    System,
    action,
    always,
    given,
    sometimes,
)
from siteproof.model.language.evaluate import evaluate
from siteproof.model.nouns.problem import ExitCode, Problem
from siteproof.model.spec.registry.specs import SPECS


class Counter(Component):
    """A number from 0 to 3 and a switch."""

    def __init__(self) -> None:
        super().__init__()
        self.count = self.number(to=3)
        self.switch = self.flag()


@action("T-1")
def up(c: Counter) -> Step:
    """Count while there is room."""
    return given(c.count < 3).then(c.count.becomes(c.count + 1))


@action("T-2")
def turn(c: Counter) -> Step:
    """The switch goes on, once."""
    return given(~c.switch & (c.count == 2)).then(c.switch.becomes(True))


@action("T-3")
def never(c: Counter) -> Step:
    """The switch goes off where it cannot be on."""
    return given(c.switch & (c.count < 2)).then(c.switch.becomes(False))


@action("T-4")
def too_far(c: Counter) -> Step:
    """Count without looking."""
    return given(c.switch).then(c.count.becomes(c.count + 1))


@always("C-1", why="it is a test")
def the_switch_is_off(c: Counter) -> Bool:
    """The switch is never on."""
    return ~c.switch


@sometimes("C-1")
def all_the_way(c: Counter) -> Bool:
    """The counter gets to its end."""
    return c.count == 3


@sometimes("C-2")
def on_at_the_start(c: Counter) -> Bool:
    """Impossible: the switch goes on at two."""
    return c.switch & (c.count == 0)


def counter(*actions: Action, claims: tuple[Property, ...] = (), counters: int = 1) -> System:
    """A system of counters."""
    parts = (Part(lambda _bounds: Counter(), Counter, "counters"),)
    return Spec("counter", "", parts, actions, claims, {"counters": counters}).system()


def explored(system: System) -> Exploration:
    """The whole exploration."""
    return report(Search(system).run())


def test_states_transitions_and_depth_are_counted_exactly() -> None:
    """0, 1, 2, 3 and 2, 3 with the switch on: six states, six transitions, the farthest four steps away."""
    found = explored(counter(up, turn, never))
    assert (found.states, found.transitions, found.depth) == (6, 5, 4)
    assert found.never_fired == ("never(counter)",)


@action("T-5")
def nod(c: Counter) -> Step:
    """Say again what is known."""
    return given(c.switch).then(c.switch.becomes(True))


def test_an_action_that_never_changes_anything_is_named() -> None:
    """It fires and leads nowhere: dead text of another kind."""
    found = explored(counter(up, turn, nod))
    assert found.idle == ("nod(counter)",)
    assert found.never_fired == ()


def test_two_independent_counters_multiply() -> None:
    """Two components that do not speak to each other have the product of their states and the sum of their depths."""
    found = explored(counter(up, turn, counters=2))
    assert (found.states, found.depth) == (36, 8)
    assert found.transitions == 2 * 5 * 6


def test_a_violation_comes_with_a_shortest_trace() -> None:
    """Up, up, turn: nothing shorter puts the switch on; each step shows what it changes."""
    found = explored(counter(up, turn, claims=(the_switch_is_off, all_the_way)))
    (violated,) = found.violated
    assert violated.trace is not None
    assert [step.rule for step in violated.trace.steps] == ["T-1", "T-1", "T-2"]
    assert violated.trace.steps[-1].changes[0].variable == "counter.switch"
    assert violated.trace.start == {"counter.count": "0", "counter.switch": "false"}


def test_a_sometimes_that_never_happens_is_a_violation() -> None:
    """Vacuous specifications are noticed."""
    found = explored(counter(up, turn, claims=(on_at_the_start, all_the_way)))
    assert [verdict.name for verdict in found.violated] == ["on_at_the_start"]


def test_dead_ends_are_reported_with_the_way_there() -> None:
    """Both states with a full counter go nowhere, except that the switch can still be turned before."""
    found = explored(counter(up, turn))
    assert found.deadlocks == 2
    assert found.deadlock is not None
    assert found.deadlock.length == 3


def test_a_number_that_leaves_its_range_stops_the_search_at_its_line() -> None:
    """Nothing wraps around: the action, the value and the line are named."""
    with pytest.raises(SpecError) as stopped:
        explored(counter(up, turn, too_far))
    assert "counter.count would become 4, it holds 0..3 (too_far(counter))" in str(stopped.value)
    assert Path(__file__).name in str(stopped.value)
    assert "c.count.becomes(c.count + 1)" in str(stopped.value)


@pytest.mark.parametrize("limits", [Limits(states_max=100), Limits(memory_bytes_max=1)])
def test_a_search_ends_before_it_takes_more_than_it_was_given(limits: Limits) -> None:
    """Too many states, or too much memory, is a clear Problem and not a dead machine."""
    system = SPECS["replication"].system({"blocks": 3})
    with pytest.raises(Problem, match="more than") as stopped:
        Search(system, limits).run()
    assert stopped.value.code is ExitCode.CANNOT_JUDGE


def test_an_interrupted_search_claims_nothing_of_what_it_has_not_seen() -> None:
    """After three levels an unbroken `always` is open, not proved."""
    search = Search(SPECS["replication"].system())
    for level in search:
        if level.depth == 3:
            break
    found = report(search)
    assert not found.complete
    assert {verdict.holds for verdict in found.verdicts if verdict.trace is None} == {None}


def test_progress_is_told_level_by_level() -> None:
    """Widths add up to the number of states, depths count up."""
    widths: list[int] = []
    search = Search(counter(up, turn)).run(lambda level: widths.append(level.width))
    assert widths == [1, 1, 1, 2, 1]
    assert sum(widths) == len(search.states)


def test_an_unknown_bound_names_those_that_there_are() -> None:
    """A misspelt or senseless bound is a Problem of the user's."""
    with pytest.raises(Problem, match="no bound `block`"):
        SPECS["replication"].system({"block": 2})
    with pytest.raises(Problem, match="blocks is 0"):
        SPECS["replication"].system({"blocks": 0})


@pytest.mark.parametrize("name", ["replication", "lifecycle"])
def test_generated_code_means_what_the_language_says(name: str) -> None:
    """In every reachable state the generated program and the plain interpreter agree on every step and every claim."""
    system = SPECS[name].system({"versions": 1} if name == "replication" else {})
    program = compiled(system)
    search = Search(system).run()
    for packed in search.states:
        state = {v: v.domain.decode(byte) for v, byte in zip(system.variables, packed, strict=True)}
        expected = []
        for number, transition in enumerate(system.transitions):
            if evaluate(transition.guard, state):
                after = {**state, **{e.target: evaluate(e.value, state) for e in transition.effects}}
                expected.append((number, bytes(v.domain.encode(after[v]) for v in system.variables)))
        assert program.successors(packed) == expected
        spoken = {
            number
            for number, claim in enumerate(system.claims)
            if (claim.kind == "sometimes") == any(evaluate(guard, state) for _, guard in claim.instances)
        }
        assert {n for n in range(len(system.claims)) if program.claims(packed) >> n & 1} == spoken


def test_the_phase_of_a_machine_is_its_protection_where_no_variable_is_called_phase() -> None:
    """A reader of the lifecycle says `phase`, and means it; a plan has a phase of its own."""
    system = SPECS["replication"].system()
    asked, meant = (goal(system, text).wanted[0] for text in ("phase=committed", "protection=committed"))
    assert (asked.places, asked.code) == (meant.places, meant.code)
    plan = SPECS["plans"].system()
    assert {plan.variables[place].name for place in goal(plan, "phase=finished").wanted[0].places} == {"plan.phase"}


def test_a_misspelt_variable_of_a_goal_is_refused_with_its_near_matches() -> None:
    """`pase` might have been `phase`."""
    with pytest.raises(Problem) as refused:
        goal(SPECS["replication"].system(), "pase=committed")
    assert "phase" in refused.value.hint
    assert refused.value.cause

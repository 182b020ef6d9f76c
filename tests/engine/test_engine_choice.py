"""Which engine runs, what it refuses before it starts, what it says when interrupted, and how it counts orbits."""

import importlib.util
import itertools
from importlib.machinery import ModuleSpec

import pytest

from siteproof.model.engines.explore import choice
from siteproof.model.engines.explore.choice import Growing, explorer, orbits_of
from siteproof.model.engines.explore.exploration import Exploration
from siteproof.model.engines.explore.rows.explorer import RowExplorer
from siteproof.model.engines.explore.rows.integers import IntegerStore
from siteproof.model.engines.explore.rows.layout import size_of
from siteproof.model.engines.explore.rows.product import product
from siteproof.model.engines.explore.rows.tensor import TensorStore
from siteproof.model.engines.explore.search import Limits, Search, SearchLevel
from siteproof.model.language import Action, Component, Part, Spec, SpecError, Step, System, action, given
from siteproof.model.nouns.problem import ExitCode, Problem
from siteproof.model.spec.registry.specs import SPECS
from tests.engine import toys

PAIR = {"machines": 2, "blocks": 1, "versions": 1, "points": 1}


def replication(**bounds: int) -> System:
    """The data plane at small bounds."""
    return SPECS["replication"].system({**PAIR, **bounds})


class Wheel(Component):
    """A number that one of its actions lets run beyond its range, where nobody can get."""

    def __init__(self) -> None:
        super().__init__()
        self.count = self.number(to=3)
        self.loose = self.flag()


@action("W-1")
def turn(wheel: Wheel) -> Step:
    """Turn, unless it is loose."""
    return given(~wheel.loose & (wheel.count < 3)).then(wheel.count.becomes(wheel.count + 1))


@action("W-2")
def slip(one: Wheel, other: Wheel) -> Step:
    """A wheel gets loose only when the other one is past a place where neither can be; then it turns too far."""
    return given((one.count == 3) & (other.count == 0) & other.loose).then(one.loose.becomes(True))


@action("W-3")
def run_away(wheel: Wheel) -> Step:
    """A loose wheel turns without looking."""
    return given(wheel.loose).then(wheel.count.becomes(wheel.count + 1))


def wheels(*actions: Action) -> System:
    """Two wheels."""
    parts = (Part(lambda _bounds: Wheel(), Wheel, "wheels"),)
    return Spec("wheels", "", parts, actions, (), {"wheels": 2}).system()


def test_several_machines_are_searched_as_rows() -> None:
    """Large products get the compiled engine, small ones integers, and the reason is told."""
    assert explorer(replication(blocks=2, versions=2)).engine == "rows"
    small = explorer(replication())
    assert (small.engine, small.reason) == ("rows-std", "small product")


def test_without_numba_integers_do_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """The standard library is enough; asking for the compiled engine is a clear Problem."""
    find = importlib.util.find_spec

    def without_numba(name: str) -> ModuleSpec | None:
        return None if name == "numba" else find(name)

    monkeypatch.setattr(importlib.util, "find_spec", without_numba)
    chosen = explorer(replication(blocks=2, versions=2))
    assert (chosen.engine, chosen.reason) == ("rows-std", "numba is not installed")
    with pytest.raises(Problem, match="needs numba"):
        explorer(replication(), "rows")


def test_one_machine_begins_plainly_and_grows(monkeypatch: pytest.MonkeyPatch) -> None:
    """A single component is explored state by state; beyond the small size packed words take over, counts are equal."""
    system = SPECS["replication"].system({"machines": 1, "blocks": 2, "points": 1})
    small = explorer(system)
    counted = small.explore()
    assert (small.engine, small.reason) == ("plain", "one component (machine) beside the shared state")
    monkeypatch.setattr(choice, "SMALL_STATES_MAX", 500)
    large = explorer(system)
    grown = large.explore()
    assert large.engine == "packed"
    assert (grown.states, grown.transitions, grown.depth) == (counted.states, counted.transitions, counted.depth)


def test_a_limit_that_the_user_gave_is_not_outgrown() -> None:
    """A hundred states are a hundred states, whatever engine could do more."""
    with pytest.raises(Problem, match="more than 100 states") as stopped:
        explorer(replication(machines=1), limits=Limits(states_max=100)).explore()
    assert stopped.value.code is ExitCode.CANNOT_JUDGE


@pytest.mark.parametrize("engine", ["rows", "rows-std", "packed", "plain"])
def test_every_engine_ends_at_the_limit_of_states(engine: str) -> None:
    """The search stops with a Problem and not with a wrong verdict."""
    system = replication(machines=1) if engine == "packed" else replication()
    with pytest.raises(Problem, match="more than 50 states"):
        explorer(system, engine, Limits(states_max=50)).explore()


@pytest.mark.parametrize("engine", ["auto", "rows", "rows-std"])
def test_bounds_that_cannot_fit_are_refused_before_the_search(engine: str) -> None:
    """The estimate, what was given, and what to do; nothing has been allocated."""
    with pytest.raises(Problem, match=r"room for [\d,]+ states, which take [\d,]+ MiB") as refused:
        explorer(replication(machines=6), engine, Limits(memory_bytes_max=64 << 20))
    assert refused.value.code is ExitCode.USAGE
    assert "64 MiB" in refused.value.cause
    assert "--memory" in refused.value.hint


def test_what_does_not_factorise_is_named_and_searched_as_a_whole() -> None:
    """A number that leaves its range only where no state is: rows refuse, auto falls back, and the counts stand."""
    system = wheels(turn, slip, run_away)
    with pytest.raises(Problem, match="does not factorise") as refused:
        explorer(system, "rows")
    assert "leave its range" in refused.value.cause
    chosen = explorer(system)
    assert isinstance(chosen, Growing)
    assert chosen.explore().states == len(Search(system).run().states) == 16
    assert chosen.reason.startswith("does not factorise")


@pytest.mark.parametrize("engine", ["packed", "plain", "auto"])
def test_a_number_that_does_leave_its_range_stops_every_engine(engine: str) -> None:
    """The action, the value and the line, as the plain search says it."""

    @action("W-4")
    def loosen(wheel: Wheel) -> Step:
        """A wheel gets loose at its end."""
        return given(wheel.count == 3).then(wheel.loose.becomes(True))

    with pytest.raises(SpecError, match=r"would become 4, it holds 0\.\.3"):
        explorer(wheels(turn, loosen, run_away), engine).explore()


@pytest.mark.parametrize("engine", ["rows", "rows-std", "packed", "plain"])
def test_an_interrupted_search_reports_what_it_covered(engine: str) -> None:
    """After three levels nothing is claimed of what was not seen."""

    def interrupt(level: SearchLevel) -> None:
        if level.depth == 3:
            raise KeyboardInterrupt

    system = replication(machines=1)
    found = explorer(system, engine).explore(interrupt)
    assert not found.complete
    assert found.depth == 3
    assert found.never_fired == ()
    assert {verdict.holds for verdict in found.verdicts if verdict.trace is None} == {None}


@pytest.mark.parametrize("store", ["tensor", "integers"])
def test_orbits_are_the_states_up_to_the_order_of_equal_machines(store: str) -> None:
    """Counted by hand: every state of the plain search with its machines sorted, each once."""
    system = replication()
    parts = product(system)
    assert parts.symmetric
    found = (
        RowExplorer(parts, "rows-std", IntegerStore, Limits())
        if store == "integers"
        else RowExplorer(parts, "rows", lambda p, w: TensorStore(p, w, 1 << 30), Limits())
    )
    found.explore()
    names = [variable.component for variable in system.variables]
    plain = Search(system).run()
    orbits = set()
    for state in plain.states:
        groups = itertools.groupby(zip(names, state, strict=True), key=lambda pair: pair[0])
        link, *machines = [tuple(value for _, value in group) for _, group in groups]
        orbits.add((link, tuple(sorted(machines))))
    assert found.orbits() == len(orbits)


class Switch(Component):
    """Smaller than a wheel, and spoken to: shared."""

    def __init__(self) -> None:
        super().__init__()
        self.on = self.flag()


@action("W-5")
def flip(s: Switch) -> Step:
    """A switch turns by itself."""
    return given().then(s.on.becomes(~s.on))


@action("W-6")
def drive(w: Wheel, s: Switch) -> Step:
    """Any switch drives any wheel."""
    return given(s.on & (w.count < 3)).then(w.count.becomes(w.count + 1))


@pytest.mark.parametrize("count", [1, 2])
def test_equal_components_in_the_shared_state_have_no_orbits_in_rows(count: int) -> None:
    """Rows know no order of what is shared: one wheel or two, the number would stand for more orbits than there are."""
    parts = (Part(lambda _bounds: Wheel(), Wheel, "wheels"), Part(lambda _bounds: Switch(), Switch, "switches"))
    system = Spec("driven", "", parts, (flip, drive), (), {"wheels": count, "switches": 2}).system()
    rows, reduced = explorer(system, "rows-std"), explorer(system, up_to_symmetry=True)
    assert rows.explore().states == 4 * 4**count == reduced.explore().states
    assert product(system).origins == {"switch[0]", "switch[1]"}
    assert orbits_of(reduced) == 3 * (4 if count == 1 else 10)
    assert orbits_of(rows) is None


def test_one_component_has_no_order() -> None:
    """Beside the link there is one machine: no orbits are counted, rather than each state as one."""
    rows = explorer(replication(machines=1), "rows-std")
    rows.explore()
    assert orbits_of(rows) is None


def test_components_that_differ_have_no_orbits() -> None:
    """One node beside another that copies from it could be exchanged; a lone pair of roles is not taken for equal."""
    parts = product(toys.system("local moves"))
    assert parts.symmetric
    assert RowExplorer(parts, "rows-std", IntegerStore, Limits()).orbits() is None


def _verdicts(found: Exploration) -> list[tuple[str, bool | None]]:
    return [(verdict.name, verdict.holds) for verdict in found.verdicts]


def test_with_little_memory_verdicts_stay_and_only_deep_traces_are_lost() -> None:
    """Two planes keep depths 0 to 2: shorter traces are told, the others are missing, and no verdict changes."""
    system = replication()
    parts = product(system)
    size = size_of(parts)
    room = size.least_bytes + 2 * size.tensor_bytes
    little = RowExplorer(parts, "rows", lambda p, w: TensorStore(p, w, room), Limits()).explore()
    plain = explorer(system, "plain").explore()
    assert _verdicts(little) == _verdicts(plain)
    known = {v.name: v.trace.length for v in plain.verdicts if v.trace is not None}
    told = {v.name: v.trace.length for v in little.verdicts if v.trace is not None}
    assert told == {name: length for name, length in known.items() if length <= 2}
    assert len(known) > len(told)


def test_a_sparse_product_is_searched_although_its_rows_have_no_room() -> None:
    """When the first states show that there are few, memory is taken for those; otherwise the estimate refuses."""
    system, little = SPECS["resync_protocol"].system(), Limits(memory_bytes_max=1 << 20)
    with pytest.raises(Problem, match="room for"):
        explorer(system, "rows", Limits(memory_bytes_max=1 << 16))
    chosen = explorer(system, "auto", Limits(memory_bytes_max=1 << 16))
    assert chosen.reason.startswith("a product with room for ")
    assert explorer(system, "auto", little).explore().states == 3598

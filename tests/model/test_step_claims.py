"""Claims about one step: how they are written, and what every engine, prover and format makes of them."""

import inspect
from collections.abc import Callable
from pathlib import Path

import pytest
from attrs import evolve

from siteproof.model.engines.crosscheck.compare import compare
from siteproof.model.engines.crosscheck.tool import Room
from siteproof.model.engines.explore.choice import explorer
from siteproof.model.engines.explore.exploration import verdict_of
from siteproof.model.engines.explore.search import Search, first_violation
from siteproof.model.engines.formats.jsonspec import data_of
from siteproof.model.engines.formats.promela import promela
from siteproof.model.engines.formats.tla import tla
from siteproof.model.engines.prove.bounded import bounded
from siteproof.model.engines.prove.induction import prove
from siteproof.model.engines.prove.interference import second_opinion
from siteproof.model.engines.prove.reality import realities
from siteproof.model.language import (
    Bool,
    ClaimKind,
    Component,
    Part,
    Property,
    Spec,
    SpecError,
    Step,
    action,
    after,
    always,
    eventually,
    given,
    sometimes,
    whenever,
)
from siteproof.model.language.evaluate import evaluate
from siteproof.model.language.step_claim import kept_by, stepped
from tests.crosscheck.instances import TOOLS
from tests.engine.leak import FAR, LEAKING, LOOKING, TIGHT, Tank, burst, look


@pytest.mark.parametrize("engine", ["plain", "rows-std", "rows", "packed"])
def test_every_engine_finds_the_step_that_breaks_a_claim(engine: str) -> None:
    """The trace ends with that step and is as short as any; the right design has no such step."""
    found = explorer(LEAKING.system(), engine).explore()
    (broken,) = found.violated
    assert broken.rule == "K-6"
    assert broken.kind is ClaimKind.WHENEVER
    assert broken.trace is not None
    assert broken.trace.length == FAR
    last = broken.trace.steps[-1]
    assert last.rule == burst.rule
    assert [(change.before, change.after) for change in last.changes] == [("2", "0")]
    assert explorer(TIGHT.system(), engine).explore().violated == ()


@pytest.mark.parametrize("engine", ["plain", "packed"])
def test_the_step_is_found_up_to_symmetry(engine: str) -> None:
    """Of equal tanks one order is visited, and the trace is one of the system itself."""
    (broken,) = explorer(LEAKING.system(), engine, up_to_symmetry=True).explore().violated
    assert broken.trace is not None
    assert (broken.trace.length, broken.trace.steps[-1].rule) == (FAR, burst.rule)


def test_the_nearest_violation_counts_the_step() -> None:
    """A claim about a step is one step further away than the state from which it is broken."""
    search = Search(LEAKING.system())
    found = first_violation(search)
    assert found is not None
    assert len(search.path(found[1])) - 1 == FAR - 1
    trace = verdict_of(search, found[0]).trace
    assert trace is not None
    assert trace.length == FAR


def test_the_prover_names_the_step_and_needs_no_induction() -> None:
    """One action has a gap, with the state before and after it, and the explorer confirms that it is reachable."""
    proof = prove(LEAKING, {"tanks": 1})
    (gap,) = proof.gaps
    assert (gap.rule, gap.goal_rule, gap.goal) == ("K-3", "K-6", "a_level_moves_by_one(tank)")
    assert int(gap.before["tank.level"]) > int(gap.after["tank.level"]) + 1
    (real,) = (each for each in realities(LEAKING, proof) if each.reachable)
    assert real.trace is not None
    assert real.trace.length == FAR
    assert prove(TIGHT).proved
    assert {goal.split()[0] for goal in prove(TIGHT).goals} >= {"K-6", "K-8"}


@pytest.mark.parametrize("every", [("pipes",), ("tanks", "pipes")])
def test_a_claim_about_steps_is_proved_for_every_size(every: tuple[str, ...]) -> None:
    """For any number of pipes, and of tanks; the wrong design has a gap that is shown at one pipe."""
    assert prove(TIGHT, {}, every).proved
    gaps = prove(LEAKING, {}, every).gaps
    assert {(gap.rule, gap.goal_rule, gap.undecided, gap.bounds["pipes"]) for gap in gaps} == {("K-3", "K-6", False, 1)}


def test_the_bounded_search_finds_the_step() -> None:
    """Not with one step less, and with a trace that the plain evaluator has replayed."""
    assert bounded(LEAKING, FAR - 1).violation is None
    found = bounded(LEAKING, FAR).violation
    assert found is not None
    assert (found.rule, found.trace.length, found.trace.steps[-1].rule) == ("K-6", FAR, burst.rule)


def test_one_component_alone_keeps_its_claims_about_steps() -> None:
    """The second opinion holds what no step of a tank breaks, whatever the others do."""
    held = second_opinion(TIGHT).held
    assert {"K-6 a_level_moves_by_one(tank)", "K-8 an_open_pipe_stays_open(tank)"} <= held
    assert "K-6 a_level_moves_by_one(tank)" not in second_opinion(LEAKING).held


def test_spin_and_tlc_find_the_step_at_the_same_distance() -> None:
    """Both tools, from the exported text, and they agree that the right design keeps every claim."""
    able = [tool for tool in TOOLS if not tool.missing()]
    if not able:
        pytest.skip("; ".join(tool.missing() for tool in TOOLS))
    for spec in (TIGHT, LEAKING):
        found = compare(spec.system({"tanks": 1}), ("plain",), able, room=Room(120, 512))
        assert not found.disagreements, found
        assert (FAR in found.rows[0].outcome.broken.values()) == (spec is LEAKING)


def test_the_formats_say_what_was_written() -> None:
    """TLA+ primes what follows and asks for a property, Promela asserts within the step, JSON has an operation."""
    system = LEAKING.system({"tanks": 1})
    module = tla(system)
    assert "  [][\n    /\\ (tank_level <= (tank_level' + 1))\n  ]_vars" in module.text
    assert "PROPERTY K_6_whenever_a_level_moves_by_one" in module.config.splitlines()
    step = promela(system).split("/* K-3  burst(tank)")[1].split("check()")[0]
    assert "assert(((!(1 < tank_level)) || (tank_level <= (0 + 1))));  /* K-6 */" in step.split("tank_level = 0")[0]
    (claim,) = (each for each in data_of(system)["claims"] if each["kind"] == "whenever" and each["rule"] == "K-6")
    assert claim["kind"] == "whenever"
    assert claim["instances"][0][1][2][1] == ["next", ["var", "tank.level"]]


def test_a_step_that_changes_nothing_keeps_every_claim() -> None:
    """Looking again breaks nothing, although the claim is false of it: evaluated as it was written, it would be."""
    system = LOOKING.system()
    (claim,) = system.claims
    assert explorer(system, "plain").explore().violated == ()
    assert prove(LOOKING).proved
    seen = {v: True if v.domain.size == 2 else 0 for v in system.variables}
    assert not evaluate(claim.said[0][1], seen, seen)
    assert all(evaluate(kept, seen) for _, kept in claim.instances)
    assert len(claim.instances) == len({*claim.by}) > 1


def test_a_claim_is_asked_of_steps_that_could_break_it_only() -> None:
    """A step that touches nothing of the claim is not asked, and one that touches it is, under its guard."""
    tank = Tank({"pipes": 1})
    tank.place("tank")
    claim = tank.level <= tank.level.next + 1
    quiet, loud = (each.build(tank) for each in (look, burst))
    assert stepped(claim, {}).constant is True
    assert kept_by(claim, quiet.guard, quiet.effects) is None
    assert kept_by(tank.pipes[0].implies(tank.pipes[0].next), quiet.guard, quiet.effects) is None
    asked = kept_by(claim, loud.guard, loud.effects)
    assert str(asked) == "(~(tank.level > 1) | (tank.level <= (0 + 1)))".replace("(tank.level > 1)", str(loud.guard))


class Lamp(Component):
    """It can be on."""

    def __init__(self) -> None:
        super().__init__()
        self.on = self.flag()


@action("M-1")
def flicker(lamp: Lamp) -> Step:
    """A guard cannot know what follows."""
    return given(lamp.on.next).then(lamp.on.becomes(False))


@action("M-1")
def foresee(lamp: Lamp) -> Step:
    """Nor can an effect."""
    return given(lamp.on).then(lamp.on.becomes(~lamp.on.next))


@action("M-1")
def switch(lamp: Lamp) -> Step:
    """On and off."""
    return given().then(lamp.on.becomes(~lamp.on))


@always("M-2", why="it is a test")
def always_next(lamp: Lamp) -> Bool:
    """A state has no step."""
    return lamp.on | lamp.on.next


@sometimes("M-2")
def sometimes_next(lamp: Lamp) -> Bool:
    """Nor has the one that is looked for."""
    return lamp.on.next


@whenever("M-2", why="it is a test")
def nothing_follows(lamp: Lamp) -> Bool:
    """A claim about a state is no claim about a step."""
    return lamp.on


@whenever("M-2", why="it is a test")
def two_steps(lamp: Lamp) -> Bool:
    """One step has one end."""
    return (lamp.on & lamp.on.next).next


@eventually("M-2", why="it is a test", fair=(switch,))
def promised_next(lamp: Lamp):  # type: ignore[no-untyped-def]  # noqa: ANN201  (a promise)
    """A promise is about states."""
    return after(lamp.on.next).comes(lamp.on)


def _lamp(what: object) -> Callable[[], object]:
    parts = (Part(lambda _bounds: Lamp(), Lamp),)
    if isinstance(what, Property):
        return lambda: Spec("lamp", "", parts, (switch,), (what,)).system()
    return lambda: Spec("lamp", "", parts, (what,), ()).system()  # type: ignore[arg-type]  # an action


@pytest.mark.parametrize(
    ("what", "answer", "marked"),
    [
        (flicker, "flicker speaks of the state after a step", "given(lamp.on.next)"),
        (foresee, "foresee speaks of the state after a step", "becomes(~lamp.on.next)"),
        (always_next, "claim it with @whenever", "lamp.on | lamp.on.next"),
        (sometimes_next, "claim it with @whenever", "return lamp.on.next"),
        (nothing_follows, "says nothing of what follows", '@whenever("M-2"'),
        (two_steps, "of the state after the step already", "(lamp.on & lamp.on.next).next"),
        (promised_next, "claim it with @whenever", "after(lamp.on.next)"),
    ],
    ids=lambda value: getattr(value, "name", ""),
)
def test_a_claim_about_a_step_in_the_wrong_place_is_stopped(what: object, answer: str, marked: str) -> None:
    """The error names the line that speaks of the next state, and where such a claim belongs."""
    with pytest.raises(SpecError) as stopped:
        _lamp(what)()
    assert answer in str(stopped.value)
    assert marked in stopped.value.source.text()
    assert Path(stopped.value.source.path).name == Path(inspect.getfile(Lamp)).name


@whenever("K-9", of=("K-3",), why="it is a test")
def what_goes_was_full(t: Tank) -> Bool:
    """Of the steps of one rule: needs no word about what follows."""
    return t.level == 3


@whenever("K-9", of=("K-99",), why="it is a test")
def nobody_does_it(t: Tank) -> Bool:
    """Of no rule."""
    return t.level == 3


def test_a_claim_may_be_about_the_steps_of_one_rule() -> None:
    """Only those break it, in every format and proof; the others may do what they want."""
    spec = evolve(TIGHT, properties=(what_goes_was_full,), bounds={"tanks": 1, "pipes": 1})
    system = spec.system()
    (claim,) = system.claims
    assert {system.transitions[number].rule for number in claim.by} == {"K-3"}
    (broken,) = explorer(system, "plain").explore().violated
    assert broken.trace is not None
    assert (broken.trace.length, broken.trace.steps[-1].rule) == (3, "K-3")
    assert {gap.rule for gap in prove(spec).gaps} == {gap.rule for gap in prove(spec, {}, ("pipes",)).gaps} == {"K-3"}
    assert "  [][(K_3_drain_tank) =>\n    /\\ (tank_level = 3)\n  ]_vars" in tla(system).text
    assert data_of(system)["claims"][0]["of"] == list(claim.of)
    able = [tool for tool in TOOLS if not tool.missing()]
    assert not compare(system, ("plain", "packed"), able, room=Room(120, 512)).disagreements


def test_a_claim_about_the_steps_of_no_rule_is_stopped() -> None:
    """A rule that is not there would make it true for want of cases."""
    with pytest.raises(SpecError, match="is about K-99, which is no action here"):
        evolve(TIGHT, properties=(nobody_does_it,)).system()


def test_a_claim_about_steps_says_why_it_matters() -> None:
    """Without a reason it is not accepted."""
    with pytest.raises(SpecError, match="does not say why"):
        whenever("M-3", why="")


def test_the_outline_of_a_proof_knows_claims_about_steps() -> None:
    """A specification that loses its claim about steps is not taken for the same one."""
    without = evolve(TIGHT, properties=TIGHT.properties[:1])
    assert "K-6" in str(prove(TIGHT, {}, ("tanks",)).goals)
    assert "K-6" not in str(prove(without, {}, ("tanks",)).goals)

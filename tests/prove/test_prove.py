"""The inductive prover: every claim of the right designs, the culprit of each wrong one, and a need for each lemma."""

import pytest
import z3
from attrs import evolve

from siteproof.model.engines.explore.search import Search
from siteproof.model.engines.prove.induction import prove
from siteproof.model.engines.prove.lowering import constant, literal, lower
from siteproof.model.language import (
    Bool,
    Bounds,
    Component,
    Part,
    Property,
    Spec,
    Step,
    System,
    action,
    always,
    bound,
    given,
)
from siteproof.model.language.evaluate import evaluate
from siteproof.model.nouns.problem import ExitCode, Problem
from siteproof.model.spec.registry.specs import RIGHT, SPECS
from siteproof.model.spec.wrong_designs import EXHIBITS
from siteproof.model.spec.wrong_designs.exhibit import WrongDesign

REPLICATION = RIGHT["replication"]


@pytest.mark.parametrize(
    ("name", "bounds"),
    [
        ("lifecycle", {}),
        ("replication", {"blocks": 1, "versions": 1}),
        ("replication", {}),
        ("replication", {"blocks": 3, "versions": 5}),
        ("replication", {"machines": 2, "points": 1}),
    ],
)
def test_every_claim_of_a_right_design_is_proved(name: str, bounds: dict[str, int]) -> None:
    """No state is visited, and far larger systems than can be explored are covered."""
    proof = prove(SPECS[name], bounds)
    assert proof.proved, proof.gaps[:3]
    assert proof.queries > 100


@pytest.mark.parametrize(
    "exhibit", [each for each in EXHIBITS if each.right == "replication"], ids=lambda exhibit: exhibit.spec.name
)
def test_a_wrong_design_has_its_changed_action_named(exhibit: WrongDesign) -> None:
    """Every gap is the fault of the one action that was changed, and shows the states before and after it."""
    (changed,) = [new for new, old in zip(exhibit.spec.actions, REPLICATION.actions, strict=True) if new is not old]
    proof = prove(exhibit.spec)
    assert not proof.proved
    assert {gap.rule for gap in proof.gaps} == {changed.rule}
    assert all(gap.action.startswith(changed.name) and gap.before != gap.after for gap in proof.gaps)


@pytest.mark.parametrize("lemma", REPLICATION.lemmas, ids=lambda lemma: lemma.rule)
def test_no_lemma_is_idle(lemma: Property) -> None:
    """Without it the induction has a gap: what is not needed is not kept."""
    rest = tuple(other for other in REPLICATION.lemmas if other is not lemma)
    assert not prove(evolve(REPLICATION, lemmas=rest)).proved


@pytest.mark.parametrize("bounds", [{}, {"blocks": 3, "points": 2}, {"blocks": 3, "points": 3}])
def test_the_data_plane_is_proved_for_every_number_of_machines_and_versions(bounds: dict[str, int]) -> None:
    """Versions are unbounded numbers, and machines are independent: one of them stands for any number."""
    proof = prove(REPLICATION, bounds, every=("machines", "versions"))
    assert proof.proved, proof.gaps[:3]
    assert proof.every == ("machines", "versions")


class Tank(Component):
    """A level that rises to the tank's size."""

    def __init__(self, bounds: Bounds) -> None:
        super().__init__()
        self.size = bound(bounds, "size")
        self.level = self.number(to=self.size)


@action("T-1")
def fill(t: Tank) -> Step:
    """Fill while there is room."""
    return given(t.level < t.size).then(t.level.becomes(t.level + 1))


@always("T-2", why="it is a test")
def never_full_of_five(t: Tank) -> Bool:
    """The level stays below five."""
    return t.level <= 4


TANK = Spec("tank", "", (Part(Tank, Tank),), (fill,), (never_full_of_five,), {"size": 4})


def test_a_proof_for_one_bound_is_not_one_for_all() -> None:
    """A tank of size four is never above four; a tank of any size is, and the gap shows one."""
    assert prove(TANK, {"size": 4}).proved
    proof = prove(TANK, {"size": 4}, every=("size",))
    assert [(gap.goal_rule, gap.before["tank.level"], gap.after["tank.level"]) for gap in proof.gaps] == [
        ("T-2", "4", "5")
    ]


def test_machines_that_are_related_are_not_taken_for_independent() -> None:
    """The wrong handshake changes the link and a machine in one step: no proof for every number of machines."""
    with pytest.raises(Problem, match="not proved for every number of machines") as refused:
        prove(SPECS["handshake"], every=("machines",))
    assert refused.value.code is ExitCode.CANNOT_JUDGE


def test_lemmas_hold_in_every_reachable_state() -> None:
    """The explorer and the prover agree on what the prover assumes."""
    system = REPLICATION.system({"points": 1})
    for packed in Search(system).run().states:
        state = {v: v.domain.decode(byte) for v, byte in zip(system.variables, packed, strict=True)}
        assert all(evaluate(guard, state) for lemma in system.lemmas for _, guard in lemma.instances)


def _every_nth(system: System, step: int) -> list[bytes]:
    return Search(system).run().states[::step]


@pytest.mark.parametrize("name", ["replication", "lifecycle"])
def test_the_solver_reads_the_language_as_the_interpreter_does(name: str) -> None:
    """In a sample of reachable states every guard, effect and claim has the same value in z3."""
    system = SPECS[name].system()
    nodes = [
        *(t.guard for t in system.transitions),
        *(effect.value for t in system.transitions for effect in t.effects),
        *(guard for claim in system.claims for _, guard in claim.instances),
    ]
    terms = [(node, lower(node)) for node in nodes]
    for packed in _every_nth(system, 1201 if name == "replication" else 37):
        state = {v: v.domain.decode(byte) for v, byte in zip(system.variables, packed, strict=True)}
        pairs = [(constant(v), literal(v.domain, value)) for v, value in state.items()]
        for node, term in terms:
            expected = literal(node.domain, evaluate(node, state))
            assert z3.is_true(z3.simplify(z3.substitute(term, *pairs) == expected)), str(node)

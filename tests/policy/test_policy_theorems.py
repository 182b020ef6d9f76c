"""Every policy theorem is what the registry says, its twin agrees, and its queries mean the same outside of Python."""

import re

import pytest
import z3

from siteproof.model.spec.registry.requirements import requirements
from siteproof.model.theorems import RETIRED, theorems
from siteproof.model.theorems.plain_age import CYCLE, F, R, m
from siteproof.model.theorems.theorem import Obligation, Theorem, TheoremOutcome, product_sign
from siteproof.model.theorems.twins import TWINS
from siteproof.model.theorems.twins.plain_age import simulated

ALL = theorems()
BY_ID = {each.id: each for each in ALL}
IMPOSSIBLE_ON_PURPOSE = {
    ("POL-T1", "the newest point is pruned"),  # the proof is that pruning it never comes up
    ("POL-T42", "at most two fine ones"),  # the claim is that three do not exist
}
POLICIES_MIN = 100_000


def named(theorem: Theorem) -> str:
    """The id, for pytest."""
    return theorem.id


@pytest.mark.parametrize("theorem", ALL, ids=named)
def test_each_theorem_is_decided_as_expected(theorem: Theorem) -> None:
    """A theorem that holds is proved; an exhibit is refuted with values that break it."""
    proof = theorem.prove()
    assert proof.verdict is theorem.expected
    assert bool(proof.counterexample) is not theorem.holds


@pytest.mark.parametrize("theorem", ALL, ids=named)
def test_each_twin_agrees(theorem: Theorem) -> None:
    """Brute force finds no case against a theorem that holds, and at least one against an exhibit."""
    found = TWINS[theorem.id]()
    assert found.tried > 0
    assert (found.broken == 0) is theorem.holds, found.examples


def test_the_twins_try_enough_policies() -> None:
    """Each direction of the plain-age bound alone is tried on more than 100,000 policies, no two of them equal."""
    policies = {tuple(row[:4]) for row in simulated().tolist()}
    assert len(policies) >= POLICIES_MIN
    assert all(TWINS[each]().tried >= len(policies) for each in ("POL-T1", "POL-T2"))


def test_ids_are_unique_and_have_twins() -> None:
    """No id stands twice or comes back after it was given up, and theorems and twins are the same set."""
    assert not RETIRED & set(BY_ID)
    assert len(BY_ID) == len(ALL)
    assert set(BY_ID) == set(TWINS)
    assert all(re.fullmatch(r"POL-T[1-9]\d*", each) for each in BY_ID)


def test_every_theorem_serves_a_requirement() -> None:
    """Each linked requirement exists in the catalogue, and each theorem links at least one."""
    known = {each.id for each in requirements()}
    assert all(each.requirements and set(each.requirements) <= known for each in ALL)


def test_there_are_at_least_thirty_theorems_in_both_spaces() -> None:
    """More than thirty sentences hold, and wrong designs are kept beside them as exhibits."""
    assert sum(each.holds for each in ALL) >= 30
    assert sum(not each.holds for each in ALL) >= 10


@pytest.mark.parametrize("theorem", [each for each in ALL if each.holds], ids=named)
def test_no_proof_is_vacuous(theorem: Theorem) -> None:
    """The premises of every proved obligation can be true, but for the named ones that are about impossibility."""
    for obligation in theorem.obligations():
        possible = Obligation(obligation.name, obligation.given, z3.BoolVal(False)).negated().check() == z3.sat
        assert possible is ((theorem.id, obligation.name) not in IMPOSSIBLE_ON_PURPOSE), obligation.name


@pytest.mark.parametrize("theorem", ALL, ids=named)
def test_the_exported_queries_say_the_same(theorem: Theorem) -> None:
    """Each SMT-LIB script, read back, is unsatisfiable exactly when its obligation holds."""
    scripts = theorem.smtlib().split("(reset)\n")
    answers = [_reread(script) for script in scripts]
    assert (set(answers) == {"unsat"}) is theorem.holds


def _reread(script: str) -> str:
    solver = z3.Solver()
    solver.from_string(script)
    return str(solver.check())


def test_the_plain_bound_is_exact_to_the_minute() -> None:
    """With a bound that is any amount more generous the safety proof fails."""
    generous = z3.Real("generous")
    age, due, k = z3.Real("age"), z3.Real("due"), z3.Int("k")
    given = [F > 0, m >= 0, k >= 0, k <= m, due > 0, due <= F, generous > 0, R + generous >= CYCLE]
    reached = age == z3.Real("D") + k * F + F - due
    wrong = Obligation("too generous", (*given, reached, product_sign(m - k, F)), age < R)
    assert wrong.negated().check() == z3.sat


def test_the_published_counterexample_is_found() -> None:
    """R 48 h, F 1 h, D 30 min: z3 finds m = 46 and the instant at which the older point has gone."""
    values = BY_ID["POL-T24"].prove().counterexample
    assert (values["m"], values["newer"] - values["older"]) == (46, 60)
    assert values["older"] + 2880 <= values["t"] < values["newer"] + 47 * 60 + 30


def test_an_undecided_obligation_is_not_called_proved(monkeypatch: pytest.MonkeyPatch) -> None:
    """When z3 gives up, the verdict is undecided."""
    monkeypatch.setattr("siteproof.model.theorems.theorem.TIMEOUT_MS", 100)
    x, y, z, n = z3.Ints("x y z n")
    hard = Obligation("Fermat", (x > 0, y > 0, z > 0, n > 2), x**n + y**n != z**n)
    theorem = Theorem("POL-T0", "hard", (), lambda: (hard,))
    assert theorem.prove().verdict is TheoremOutcome.UNDECIDED


def test_one_false_obligation_refutes_a_theorem() -> None:
    """The verdict depends on every obligation; the false one is named with its values."""
    x = z3.Int("x")
    parts = (Obligation("true", (x > 3,), x > 2), Obligation("false", (x > 3,), x > 4))
    proof = Theorem("POL-T0", "half true", (), lambda: parts).prove()
    assert (proof.verdict, proof.obligation, proof.counterexample) == (TheoremOutcome.REFUTED, "false", {"x": 4})


def test_a_proof_reports_the_time_it_was_given() -> None:
    """Milliseconds come from the clock that is handed in."""
    ticks = iter((1.0, 1.25))
    assert BY_ID["POL-T3"].prove(lambda: next(ticks)).milliseconds == 250.0

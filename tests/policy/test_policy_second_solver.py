"""A second solver reads every exported query of the policy theorems and says what the first one says."""

from typing import Any

import pytest

from siteproof.model.theorems import theorems
from siteproof.model.theorems.theorem import Theorem

cvc5 = pytest.importorskip("cvc5", reason="the extra `solvers` is not installed")

RESOURCES_MAX = 60_000  # of one query, in the solver's own units: the same on a slow machine


@pytest.mark.parametrize("theorem", theorems(), ids=lambda each: each.id)
def test_a_second_solver_decides_every_query_alike(theorem: Theorem) -> None:
    """Unsatisfiable where the first one has proved, satisfiable where it has refuted, without an exception."""
    first = [str(each.negated().check()) for each in theorem.obligations()]
    second = [asked(script) for script in theorem.smtlib().split("(reset)\n")]
    assert second == first


def test_the_second_solver_is_really_asked() -> None:
    """A claim that is turned around is answered the other way around."""
    assert asked("(declare-const x Int)(assert (and (> x 2) (< x 4)))(check-sat)") == "sat"
    assert asked("(declare-const x Int)(assert (and (> x 2) (< x 3)))(check-sat)") == "unsat"


def asked(script: str) -> str:
    """The answer to the script's one query: sat, unsat or unknown."""
    solver, answers = _solver(), list[str]()
    parser = cvc5.InputParser(solver)
    parser.setStringInput(cvc5.InputLanguage.SMT_LIB_2_6, script, "query")
    while not (command := parser.nextCommand()).isNull():
        answers.append(str(command.invoke(solver, parser.getSymbolManager())).strip())
    (answer,) = filter(None, answers)
    return answer.partition(" ")[0]


def _solver() -> Any:
    solver = cvc5.Solver(cvc5.TermManager())
    solver.setLogic("ALL")
    solver.setOption("rlimit-per", str(RESOURCES_MAX))
    solver.setOption("nl-ext-tplanes", "true")
    return solver

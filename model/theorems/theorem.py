"""A theorem: a sentence, the z3 queries that decide it, and what it was expected to be.

A theorem is proved when every obligation holds for all values, refuted when one has a counterexample. Wrong designs are
kept as exhibits with `holds=False`: a prover that could not refute them would be worth nothing.
"""

import time
from collections.abc import Callable, Mapping
from enum import StrEnum
from fractions import Fraction
from types import MappingProxyType
from typing import Any

import z3
from attrs import field, frozen

from siteproof.model.engines.prove.answer import answer

TIMEOUT_MS = 10_000
Formula = Any  # a z3 Boolean expression; the library publishes no types


class TheoremOutcome(StrEnum):
    """What became of a theorem or of one of its obligations."""

    PROVED = "proved"
    REFUTED = "refuted"
    UNDECIDED = "undecided"


@frozen
class Obligation:
    """For all values: `given` implies `claim`."""

    name: str
    given: tuple[Formula, ...]
    claim: Formula

    def negated(self) -> Any:
        """A solver that is satisfiable exactly when the obligation has a counterexample."""
        solver = z3.Solver()
        solver.set("timeout", TIMEOUT_MS)
        solver.add(*self.given, z3.Not(self.claim))
        return solver


@frozen
class TheoremResult:
    """The verdict; else the obligation that failed and, if there are any, the values that break it."""

    verdict: TheoremOutcome
    obligation: str = ""
    counterexample: Mapping[str, Fraction | bool] = field(factory=lambda: MappingProxyType({}))
    milliseconds: float = 0.0


@frozen
class Theorem:
    """One sentence about policies. `requirements` are ids of the catalogue, `source` is where the claim is made."""

    id: str
    sentence: str
    requirements: tuple[str, ...]
    obligations: Callable[[], tuple[Obligation, ...]]
    holds: bool = True
    source: str = "domain §2"

    @property
    def expected(self) -> TheoremOutcome:
        """What the registry says the verdict has to be."""
        return TheoremOutcome.PROVED if self.holds else TheoremOutcome.REFUTED

    def prove(self, clock_s: Callable[[], float] = time.perf_counter) -> TheoremResult:
        """Decide every obligation; the first that fails decides the verdict. `clock_s` only measures."""
        begin = clock_s()
        verdict, name, values = self._decide()
        return TheoremResult(verdict, name, values, (clock_s() - begin) * 1000)

    def smtlib(self) -> str:
        """SMT-LIB 2 scripts of all obligations; `unsat` for each means proved."""
        scripts = (f"; {self.id} {each.name}\n{each.negated().to_smt2()}" for each in self.obligations())
        return "(reset)\n".join(scripts)

    def _decide(self) -> tuple[TheoremOutcome, str, Mapping[str, Fraction | bool]]:
        for obligation in self.obligations():
            solver = obligation.negated()
            said = answer(solver)
            if said == z3.sat:
                return TheoremOutcome.REFUTED, obligation.name, values_of(solver.model())
            if said != z3.unsat:
                return TheoremOutcome.UNDECIDED, obligation.name, {}
        return TheoremOutcome.PROVED, "", {}


def values_of(model: Any) -> Mapping[str, Fraction | bool]:
    """The constants of a z3 model by name; algebraic numbers are rounded down to 20 digits."""
    constants = {str(item): model[item] for item in model.decls() if not item.arity()}
    return {name: plain(value) for name, value in sorted(constants.items())}


def plain(value: Any) -> Fraction | bool:
    """A z3 value as a Python one."""
    if z3.is_bool(value):
        return bool(z3.is_true(value))
    if z3.is_algebraic_value(value):
        return Fraction(value.approx(20).as_fraction())
    return Fraction(str(value.as_fraction() if z3.is_rational_value(value) else value.as_long()))


def product_sign(left: Formula, right: Formula) -> Formula:
    """A hint that is true of all numbers: the product of two non-negative ones is not negative."""
    return z3.Implies(z3.And(left >= 0, right >= 0), left * right >= 0)

"""Among the states that a solver may show, the plainest: as many variables as possible have their initial value.

Rule: a counterexample shows what matters; whatever can be as it was at first, is. Open bounds are as small as they can
be, so that the explorer can look for the same thing.
"""

from collections.abc import Iterable

import z3

from siteproof.model.engines.prove.lowering import Free, Term, constant, literal
from siteproof.model.language.variable import Variable

BOUND_TRIED_MAX = 8


def plainest(solver: Term, variables: Iterable[Variable], free: Free) -> Term:
    """A model of the solver's assertions, which have just been found satisfiable."""
    model = solver.model()
    kept: list[Term] = []
    for name in sorted(free):
        kept, model = _smallest(solver, z3.Int(name), kept, model)
    for variable in variables:
        wish = constant(variable) == literal(variable.domain, variable.initial)
        if z3.is_true(model.eval(wish, model_completion=True)):
            kept.append(wish)
        elif solver.check(*kept, wish) == z3.sat:
            kept, model = [*kept, wish], solver.model()
    return model


def _smallest(solver: Term, bound: Term, kept: list[Term], model: Term) -> tuple[list[Term], Term]:
    for value in range(1, BOUND_TRIED_MAX + 1):
        if solver.check(*kept, bound == value) == z3.sat:
            return [*kept, bound == value], solver.model()
    return kept, model

"""Proofs for every number of blocks: what fails there is shown at a small number of them.

Rule: the prover for given numbers confirms each failure with a state of its own; what it cannot confirm is undecided.
"""

from collections.abc import Callable

from attrs import evolve

from siteproof.model.engines.prove.independence import check_unrelated
from siteproof.model.engines.prove.lowering import Free
from siteproof.model.engines.prove.open_bounds import is_a_number
from siteproof.model.engines.prove.parametric import Hole, Parametric
from siteproof.model.engines.prove.proof import Gap, Proof
from siteproof.model.engines.prove.uniform import COUNT, is_count, uniform
from siteproof.model.language.spec import Bounds, Spec
from siteproof.model.nouns.problem import ExitCode, Problem

SHOWN_MAX = 4
"""The largest number of blocks at which a failure is looked for."""


def counted(spec: Spec, bounds: Bounds, free: Free) -> str:
    """The open bound that says how many variables there are, or empty.

    Problem when there are several, or when another open bound is no mere number (model/engines/prove/open_bounds.py).
    """
    found = [name for name in sorted(free) if is_count(spec, bounds, name)]
    if len(found) > 1:
        problem = f"{spec.name} is not proved for every number of {' and '.join(found)} together"
        raise Problem(problem, "one row of variables can be left open", "give one of them", ExitCode.CANNOT_JUDGE)
    for name in sorted(free - set(found)):
        if not is_a_number(spec, bounds, name):
            raise Problem(f"`{name}` cannot be left open", "it chooses between actions that differ", "give its value")
    return found[0] if found else ""


def every_size(
    spec: Spec,
    bounds: Bounds,
    size: str,
    free: Free,
    at_given: Callable[[Bounds], Proof],
    every: tuple[str, ...],
    tell: Callable[[], None],
) -> Proof:
    """Prove the specification for every value of `size`; `at_given` proves it at a given one."""
    for name in set(every) & {part.count for part in spec.parts}:
        check_unrelated(spec, {**bounds, size: COUNT}, name)  # at the usual size the caller has looked
    shape = uniform(spec, bounds, size)
    attempt = Parametric(shape, free)
    holes: list[Hole] = []
    for hole in attempt.holes():
        holes += [hole] if hole is not None else []
        tell()
    gaps = _shown(holes, size, shape.sizes[0], bounds, at_given) if holes else ()
    names = dict.fromkeys(f"{aim.rule} {aim.name}" for aim in attempt.aims)
    sizes = {**shape.bounds, size: {**spec.bounds, **bounds}[size]}
    return Proof(spec.name, sizes, every, tuple(names), attempt.queries, gaps, shape.sizes)


def _shown(
    holes: list[Hole], size: str, least: int, bounds: Bounds, at_given: Callable[[Bounds], Proof]
) -> tuple[Gap, ...]:
    for number in range(least, SHOWN_MAX + 1):
        found = at_given({**bounds, size: number}).gaps
        if found:
            return tuple(_at(gap, size, number) for gap in found)
    return tuple(Gap(each.rule, each.action, each.goal, each.goal_rule, {}, {}, undecided=True) for each in holes)


def _at(gap: Gap, size: str, number: int) -> Gap:
    return evolve(gap, bounds={**gap.bounds, size: number})

"""Whether a proof for one component is a proof for any number of them.

Rule: it is when no action and no goal speaks of two of them, and an action that changes something shared speaks of
none: then all that one component can see of the others is what it sees with none. And their number must be nothing but
a number of components: each of them, and what they share, is built alike at every count in COMPARED.
"""

from collections.abc import Iterable, Iterator

from siteproof.model.engines.prove.system_fingerprint import Fingerprint, alike, numbered
from siteproof.model.language.expression import Expr, variables_of
from siteproof.model.language.spec import Bounds, Spec, System, Transition
from siteproof.model.language.variable import Variable
from siteproof.model.nouns.problem import ExitCode, Problem

COMPARED = (1, 2, 3, 5)


def check_independent(spec: Spec, bounds: Bounds, count: str) -> None:
    """Problem when the specification relates two of the components that the bound `count` counts, or counts them."""
    check_unrelated(spec, bounds, count)
    check_alike(spec, bounds, count)


def check_unrelated(spec: Spec, bounds: Bounds, count: str) -> None:
    """Problem when an action or a goal speaks of two of them."""
    two = spec.system({**bounds, count: 2})
    related = list(_relations(two, _counted(spec, two, count)))
    if related:
        raise _refused(spec, count, f"they are related by {', '.join(related[:3])}")


def check_alike(spec: Spec, bounds: Bounds, count: str) -> None:
    """Problem when the number of components says more than how many equal ones there are."""
    fingerprint = Fingerprint(numbered=numbered(kinds(spec, count)))

    def build(number: int) -> System:
        return spec.system({**bounds, count: number})

    other = alike(build, COMPARED, lambda system: frozenset(fingerprint.of(system)))
    if other is not None:
        raise _refused(spec, count, f"with {other} of them something else is built than with one")


def kinds(spec: Spec, count: str) -> list[str]:
    """The names of the components that the bound counts."""
    return [part.kind.__name__.lower() for part in spec.parts if part.count == count]


def _refused(spec: Spec, count: str, cause: str) -> Problem:
    problem = f"{spec.name} is not proved for every number of {count}"
    return Problem(problem, cause, f"prove it for given {count}", ExitCode.CANNOT_JUDGE)


def _counted(spec: Spec, two: System, count: str) -> frozenset[str]:
    names = kinds(spec, count)
    return frozenset(v.component for v in two.variables if v.component.partition("[")[0] in names)


def _relations(system: System, counted: frozenset[str]) -> Iterator[str]:
    for step in system.transitions:
        mine = _components(_read(step), counted) | {e.target.component for e in step.effects} & counted
        shares = any(effect.target.component not in counted for effect in step.effects)
        if len(mine) > 1 or (mine and shares):
            yield step.name
    for claim in (*system.claims, *system.lemmas):
        for label, guard in claim.instances:
            if len(_components([guard], counted)) > 1:
                yield f"{claim.name}({label})"


def _read(step: Transition) -> list[Expr]:
    return [step.guard, *(effect.value for effect in step.effects)]


def _components(nodes: Iterable[Expr], counted: frozenset[str]) -> set[str]:
    seen: set[Variable] = set().union(*(variables_of(node) for node in nodes))
    return {variable.component for variable in seen} & counted

"""Whether a proof for one component is a proof for any number of them.

Rule: it is when no action and no goal speaks of two of them, and an action that changes something shared speaks of
none: then all that one component can see of the others is what it sees with none.
"""

from collections.abc import Iterable, Iterator

from siteproof.model.language.expression import Expr, variables_of
from siteproof.model.language.spec import Bounds, Spec, System, Transition
from siteproof.model.language.variable import Variable
from siteproof.model.nouns.problem import ExitCode, Problem


def check_independent(spec: Spec, bounds: Bounds, count: str) -> None:
    """Problem when the specification relates two of the components that the bound `count` counts."""
    two = spec.system({**bounds, count: 2})
    related = list(_relations(two, _counted(spec, two, count)))
    if related:
        cause = f"they are related by {', '.join(related[:3])}"
        hint = f"prove it for given {count}"
        raise Problem(f"{spec.name} is not proved for every number of {count}", cause, hint, ExitCode.CANNOT_JUDGE)


def _counted(spec: Spec, two: System, count: str) -> frozenset[str]:
    kinds = [part.kind.__name__.lower() for part in spec.parts if part.count == count]
    return frozenset(v.component for v in two.variables if v.component.partition("[")[0] in kinds)


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

"""Which components are shared by the others, and every transition as pieces that each component can judge alone.

Rule: a piece's guards are one condition for each component; its effects on a component read that one and the shared
state only. Whatever cannot be brought into this form is refused by name (DoesNotFactoriseError).
"""

import itertools
import re
from collections.abc import Iterable, Iterator, Mapping

from attrs import frozen

from siteproof.model.engines.explore.rows.split import (
    PIECES_MAX,
    Conjuncts,
    DoesNotFactoriseError,
    Parts,
    alternatives,
    cases,
    folded,
    joined,
    parts_outside,
)
from siteproof.model.language.domain import Range
from siteproof.model.language.expression import Effect, Expr, Op, variables_of
from siteproof.model.language.spec import System, Transition
from siteproof.model.language.variable import Variable

SHARED_VALUES_MAX = 512
NOWHERE = ""
"""The name under which shared state stands beside the components."""

Values = tuple[tuple[Variable, Expr], ...]


@frozen(eq=False)
class Piece:
    """One way in which a transition can happen; `guards` and `effects` by component, NOWHERE for the shared state."""

    transition: int
    guards: Mapping[str, Expr]
    effects: Mapping[str, Values]

    @property
    def roles(self) -> tuple[str, ...]:
        """The components that take part, the shared state left out."""
        return tuple(dict.fromkeys(name for name in (*self.guards, *self.effects) if name != NOWHERE))

    @property
    def local(self) -> bool:
        """Whether exactly one component moves and the shared state stays."""
        return len(self.roles) == 1 and NOWHERE not in self.effects


def components(system: System) -> dict[str, tuple[Variable, ...]]:
    """The variables of each component, in the system's order."""
    found: dict[str, list[Variable]] = {}
    for variable in system.variables:
        found.setdefault(variable.component, []).append(variable)
    return {name: tuple(variables) for name, variables in found.items()}


def shared_components(system: System) -> frozenset[str]:
    """Small components that others speak to, such as a link; at least one kind of component is left."""
    sizes = {name: _size(variables) for name, variables in components(system).items()}
    kinds: dict[str, list[str]] = {}
    for name in sizes:
        kinds.setdefault(re.sub(r"\[\d+\]$", "", name), []).append(name)
    edges = {frozenset(pair) for step in system.transitions for pair in itertools.combinations(_touched(step), 2)}
    shared: set[str] = set()
    room = SHARED_VALUES_MAX
    for kind in sorted(kinds.values(), key=lambda names: _product(sizes[name] for name in names))[:-1]:
        size = _product(sizes[name] for name in kind)
        speaks = any(edge & set(kind) and edge - set(kind) - shared for edge in edges)
        if speaks and size <= room:
            shared |= set(kind)
            room //= size
    return frozenset(shared)


def pieces(system: System, shared: frozenset[str]) -> tuple[Piece, ...]:
    """Every transition in pieces; DoesNotFactoriseError when one cannot be taken apart."""
    parts = parts_outside(shared)
    found: list[Piece] = []
    for number, step in enumerate(system.transitions):
        found.extend(_pieces(number, step, shared, parts))
        if len(found) > PIECES_MAX:
            raise DoesNotFactoriseError(f"its transitions fall into more than {PIECES_MAX} pieces")
    return tuple(found)


def by_component(conjuncts: Conjuncts, parts: Parts) -> dict[str, Expr]:
    """The condition for each component; conjuncts of the shared state only stand under NOWHERE."""
    groups: dict[str, list[Expr]] = {}
    for node in itertools.chain.from_iterable(map(_opened, conjuncts)):
        groups.setdefault(next(iter(parts(node)), NOWHERE), []).append(node)
    conditions = {name: joined(Op.AND, nodes) for name, nodes in groups.items()}
    return {name: node for name, node in conditions.items() if node.op is not Op.CONSTANT}


def _opened(node: Expr) -> Iterator[Expr]:
    """The conjuncts of a conjunction, so that what is said of the shared state alone stands for itself."""
    if node.op is Op.AND:
        yield from itertools.chain.from_iterable(map(_opened, node.args))
    else:
        yield node


def _pieces(number: int, step: Transition, shared: frozenset[str], parts: Parts) -> Iterator[Piece]:
    effects = [(effect, folded(effect.value, {})) for effect in step.effects]
    near = [(effect.target, value) for effect, value in effects if not _foreign(effect, value, shared, parts)]
    far = [(effect, value) for effect, value in effects if _foreign(effect, value, shared, parts)]
    guard = folded(step.guard, {})
    for choice in itertools.product(*(_cases(effect, value) for effect, value in far)):
        conditions = (guard, *(condition for condition, _ in choice))
        decided = [(effect.target, value) for (effect, _), (_, value) in zip(far, choice, strict=True)]
        for conjuncts in alternatives(conditions, parts):
            yield Piece(number, by_component(conjuncts, parts), _by_target((*near, *decided), shared))


def _foreign(effect: Effect, value: Expr, shared: frozenset[str], parts: Parts) -> bool:
    own = frozenset() if effect.target.component in shared else frozenset({effect.target.component})
    return not parts(value) <= own


def _cases(effect: Effect, value: Expr) -> list[tuple[Expr, Expr]]:
    mine, theirs = effect.target.domain, value.domain
    if isinstance(mine, Range) and isinstance(theirs, Range) and not mine.low <= theirs.low <= theirs.high <= mine.high:
        raise DoesNotFactoriseError(f"{effect.target} takes a number of another component that may leave its range")
    return list(cases(value, mine))


def _by_target(effects: Iterable[tuple[Variable, Expr]], shared: frozenset[str]) -> dict[str, Values]:
    found: dict[str, list[tuple[Variable, Expr]]] = {}
    for target, value in effects:
        found.setdefault(NOWHERE if target.component in shared else target.component, []).append((target, value))
    return {name: tuple(values) for name, values in found.items()}


def _touched(step: Transition) -> list[str]:
    read = set(variables_of(step.guard))
    for effect in step.effects:
        read |= {effect.target, *variables_of(effect.value)}
    return sorted({variable.component for variable in read})


def _size(variables: Iterable[Variable]) -> int:
    return _product(variable.domain.size for variable in variables)


def _product(sizes: Iterable[int]) -> int:
    product = 1
    for size in sizes:
        product *= size
    return product

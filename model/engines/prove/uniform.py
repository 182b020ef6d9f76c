"""A specification for any number of blocks: templates of its actions and claims, compared with what it really builds.

Rule: nothing is taken for uniform that was not compared: for each of the sizes in SIZES the system is built, and every
variable, guard, effect and claim has to be what its template says. Otherwise there is a Problem, and no proof.
"""

import inspect
import itertools
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from typing import Any, TypeVar

from attrs import frozen

from siteproof.model.engines.prove.template import (
    BlockChoice,
    Members,
    NotUniformError,
    TemplateNode,
    Text,
    general,
    members,
    rows,
    text,
    written,
)
from siteproof.model.language.action import Action
from siteproof.model.language.claims import ClaimKind
from siteproof.model.language.domain import Domain, Value
from siteproof.model.language.expression import Expr
from siteproof.model.language.source import SpecError
from siteproof.model.language.spec import Bounds, Claim, Spec, System, Transition
from siteproof.model.nouns.problem import ExitCode, Problem

COUNT, GENERIC, INNER = 9, 3, 6
"""Templates are taken from a system of nine blocks: the fourth stands for each, the seventh for a chosen inner one."""

SIZES = (1, 2, 3, 4, 5, COUNT, COUNT + 1)
"""The sizes that are built and compared with the templates."""


class Region(StrEnum):
    """Where the chosen block is; NOWHERE: the action has no block as its parameter."""

    FIRST = "first"
    INNER = "inner"
    LAST = "last"
    NOWHERE = "nowhere"


@frozen
class VariableUpdate:
    """What happens to one variable (`row` without a place in it), or to one or each block of a row."""

    row: str
    value: TemplateNode
    each: bool  # of every block, otherwise of the chosen one
    in_row: bool


@frozen
class UniformMove:
    """One action with its other parameters chosen, for the regions of its block in which it does the same."""

    rule: str
    name: str
    guard: TemplateNode
    changes: tuple[VariableUpdate, ...]
    regions: tuple[Region, ...]


@frozen
class Claimed:
    """One instance of a claim or a lemma; `of_steps` when it is about a step, `of` the rules of those, none for all."""

    rule: str
    name: str
    node: TemplateNode
    of_steps: bool
    of: tuple[str, ...]


@frozen
class StateVariable:
    """A variable or a row of variables."""

    name: str
    domain: Domain
    initial: Value
    in_row: bool


@frozen
class Uniform:
    """A specification for any number of what `count` counts, from the first of `sizes` on.

    `sizes` were compared with what it builds; smaller ones cannot be built.
    """

    spec: str
    count: str
    bounds: Bounds
    stores: tuple[StateVariable, ...]
    moves: tuple[UniformMove, ...]
    claimed: tuple[Claimed, ...]
    sizes: tuple[int, ...]


K = TypeVar("K")
V = TypeVar("V")
Key = tuple[str, str, Region]
"""An action's rule, its name with its other parameters, and the region of its block."""


def is_count(spec: Spec, bounds: Bounds, name: str) -> bool:
    """Whether the bound says how many variables there are (blocks), and not only what they can hold (versions)."""
    usual = spec.bounds[name]
    one, more = (spec.system({**bounds, name: number}) for number in (usual, usual + 1))
    return len(one.variables) != len(more.variables)


def uniform(spec: Spec, bounds: Bounds, count: str, sizes: Iterable[int] = SIZES) -> Uniform:
    """The templates; Problem when the specification is not uniform in what `count` counts."""
    try:
        return _Reader(spec, bounds, count).read(tuple(sizes))
    except NotUniformError as reason:
        problem = f"{spec.name} is not proved for every number of {count}"
        raise Problem(problem, str(reason), f"give it with --bound {count}=NUMBER", ExitCode.CANNOT_JUDGE) from reason


class _Reader:
    """Reads templates off the system with COUNT blocks."""

    def __init__(self, spec: Spec, bounds: Bounds, count: str) -> None:
        self.spec, self.bounds, self.count = spec, bounds, count
        self.actions = {action.rule: action for action in spec.actions}
        self.system, longer = self.built(COUNT), self.built(COUNT + 1)
        names = [variable.name for variable in self.system.variables]
        self.rows = rows(names, [variable.name for variable in longer.variables], COUNT)
        self.row_of: Members = members(names, self.rows)
        self.known = {COUNT: self.system, COUNT + 1: longer}

    def built(self, number: int) -> System:
        return self.spec.system({**self.bounds, self.count: number})

    def read(self, sizes: tuple[int, ...]) -> Uniform:
        moves, claimed = _once("its actions", self.moves()), list(self.claimed())
        stores = tuple(dict.fromkeys(self.stores()))
        sizes = tuple(itertools.dropwhile(lambda size: not self.can_be_built(size), sizes))
        for size in sizes:
            _compare(self, self.known.get(size) or self.built(size), size, moves, claimed, stores)
        merged = tuple(_merged(moves))
        return Uniform(self.spec.name, self.count, self.system.bounds, stores, merged, tuple(claimed), sizes)

    def can_be_built(self, size: int) -> bool:
        """Whether the specification has systems of this size: some need two of a thing to speak of it."""
        try:
            self.known[size] = self.known.get(size) or self.built(size)
        except (Problem, SpecError):
            return False
        return True

    def stores(self) -> Iterator[StateVariable]:
        for variable in self.system.variables:
            row = self.row_of.get(variable.name)
            yield StateVariable(row[0] if row else variable.name, variable.domain, variable.initial, row is not None)

    def moves(self) -> Iterator[tuple[Key, UniformMove]]:
        """One for each region; the chosen block is the first, an inner or the last one of COUNT."""
        wanted = {0: Region.FIRST, INNER: Region.INNER, COUNT - 1: Region.LAST, None: Region.NOWHERE}
        for step in self.system.transitions:
            name, block = self.named(step)
            if block in wanted:
                yield (step.rule, name, wanted[block]), self.move(step, name, block, wanted[block])

    def named(self, step: Transition) -> tuple[str, int | None]:
        """The transition's name with `*` for its block, and the block; NotUniformError when it chooses two."""
        action = self.actions[step.rule]
        places = list(_block_parameters(action, self.count))
        if len(places) > 1:
            raise NotUniformError(f"{action.name} chooses {len(places)} {self.count}")
        if not places:
            return step.name, None
        labels = step.name.removeprefix(f"{action.name}(").removesuffix(")").split(", ")
        block, labels[places[0]] = int(labels[places[0]]), "*"
        return f"{action.name}({', '.join(labels)})", block

    def move(self, step: Transition, name: str, block: int | None, region: Region) -> UniformMove:
        where = BlockChoice(COUNT, block)
        guard = self.general(step.guard, where, step.name)
        changed: dict[str, list[tuple[int | None, TemplateNode]]] = {}
        for effect in step.effects:
            row, number = self.row_of.get(effect.target.name, (effect.target.name, None))
            at = BlockChoice(COUNT, block, number if number == GENERIC else None)
            if number in {None, block, GENERIC}:
                changed.setdefault(row, []).append((number, self.general(effect.value, at, step.name)))
            else:
                changed.setdefault(row, [])
        changes = tuple(_change(row, found, block, step.name) for row, found in changed.items())
        return UniformMove(step.rule, name, guard, changes, (region,))

    def general(self, node: Expr, where: BlockChoice, name: str) -> TemplateNode:
        try:
            return general(node, where, self.row_of, GENERIC)
        except NotUniformError as reason:
            raise NotUniformError(f"{name}: {reason}") from reason

    def claimed(self) -> Iterator[Claimed]:
        for name, claim, guard in _instances(self.system):
            node = self.general(guard, BlockChoice(COUNT), name)
            of = tuple(dict.fromkeys(self.system.transitions[number].rule for number in claim.of))
            yield Claimed(claim.rule, name, node, claim.kind is ClaimKind.WHENEVER, of)


def _block_parameters(action: Action, count: str) -> Iterator[int]:
    parameters = inspect.signature(action.build).parameters
    return (place for place, name in enumerate(parameters) if action.indexes.get(name) == count)


def _instances(system: System) -> Iterator[tuple[str, Claim, Expr]]:
    for claim in (*system.claims, *system.lemmas):
        if claim.kind.is_safety:
            for label, guard in claim.said or claim.instances:
                yield f"{claim.name}({label})", claim, guard


def _once(what: str, pairs: Iterable[tuple[K, V]]) -> dict[K, V]:
    """A mapping in which nothing hides anything; NotUniformError when two have the same name."""
    found: dict[K, V] = {}
    for name, value in pairs:
        if name in found:
            raise NotUniformError(f"of {what} two are called {name}")
        found[name] = value
    return found


def _change(row: str, found: list[tuple[int | None, TemplateNode]], block: int | None, name: str) -> VariableUpdate:
    """Either only the chosen block changes, or each does: then the generic one says how."""
    by_number = dict(found)
    if None in by_number:
        return VariableUpdate(row, by_number[None], each=False, in_row=False)
    if GENERIC in by_number:
        return VariableUpdate(row, by_number[GENERIC], each=True, in_row=True)
    if block is None or block not in by_number:
        raise NotUniformError(f"{name}: which of {row} it changes has no name")
    return VariableUpdate(row, by_number[block], each=False, in_row=True)


def _merged(moves: Mapping[Key, UniformMove]) -> Iterator[UniformMove]:
    """Regions in which an action does the same are one move."""
    found: dict[tuple[object, ...], list[UniformMove]] = {}
    for move in moves.values():
        found.setdefault((move.rule, move.name, move.guard, move.changes), []).append(move)
    for same in found.values():
        first = same[0]
        yield UniformMove(first.rule, first.name, first.guard, first.changes, tuple(r for m in same for r in m.regions))


def _compare(
    reader: _Reader,
    system: System,
    size: int,
    moves: Mapping[Key, UniformMove],
    claimed: list[Claimed],
    stores: tuple[StateVariable, ...],
) -> None:
    """NotUniformError where the templates say something else than what is built for this size."""
    _same("its variables", _variables_told(stores, size), {v.name: (v.domain, v.initial) for v in system.variables})
    said = _once("its claims", (((each.rule, each.name), written(each.node, BlockChoice(size))) for each in claimed))
    built = (((claim.rule, name), text(guard)) for name, claim, guard in _instances(system))
    _same("its claims", said, _once("its claims", built))
    expected = (
        ((key[0], key[1], block), _told(move, BlockChoice(size, block)))
        for key, move in moves.items()
        for block in _blocks(key[2], size)
    )
    steps = (((step.rule, *reader.named(step)), _built(step)) for step in system.transitions)
    _same("its actions", _once("its actions", expected), _once("its actions", steps))


def _same(what: str, said: Mapping[Any, object], built: Mapping[Any, object]) -> None:
    for name in {**said, **built}:
        if said.get(name) != built.get(name):
            raise NotUniformError(f"{what} are not uniform: {name}")


def _variables_told(stores: tuple[StateVariable, ...], size: int) -> dict[str, object]:
    numbers = {store: range(size) if store.in_row else range(1) for store in stores}
    return {s.name.replace("[*]", f"[{n}]"): (s.domain, s.initial) for s, blocks in numbers.items() for n in blocks}


def _blocks(region: Region, size: int) -> Iterable[int | None]:
    """The blocks of a region; where there is only one block, it is the first."""
    last = [size - 1] if size > 1 else []
    blocks: dict[Region, Iterable[int | None]] = {
        Region.FIRST: [0],
        Region.INNER: range(1, size - 1),
        Region.LAST: last,
        Region.NOWHERE: [None],
    }
    return blocks[region]


def _told(move: UniformMove, where: BlockChoice) -> dict[str, Text]:
    """Guard and effects of the move for one choice of blocks, by the name of what they are about."""
    said = {"": written(move.guard, where)}
    for change in move.changes:
        blocks = range(where.count) if change.each else (where.chosen,)
        for block in blocks:
            at = BlockChoice(where.count, where.chosen, block if change.each else None)
            said[change.row.replace("[*]", f"[{block}]")] = written(change.value, at)
    return said


def _built(step: Transition) -> dict[str, Text]:
    return {"": text(step.guard), **{effect.target.name: text(effect.value) for effect in step.effects}}

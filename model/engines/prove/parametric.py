"""Proves a uniform specification for every number of blocks: one query for each action, with the number left open.

Rule: the number of blocks is a constant of the solver, rows are functions, and universal claims are used at the blocks
that a step or a goal is about. A failure is shown at a number of blocks of its own, by the prover for given numbers;
where that finds none, the goal is undecided.
"""

from collections.abc import Iterator

import z3
from attrs import evolve, frozen

from siteproof.model.engines.prove.answer import answer
from siteproof.model.engines.prove.lowering import Free, Term, literal, positive
from siteproof.model.engines.prove.quantified import (
    CHOSEN,
    Blocks,
    QuantifiedWriter,
    Read,
    member,
    named,
    reads,
    witness,
)
from siteproof.model.engines.prove.template import Anchor, BlockIndex, QuantifierRange, TemplateNode, primed
from siteproof.model.engines.prove.uniform import Region, StateVariable, Uniform, UniformMove, VariableUpdate
from siteproof.model.language.domain import Range, Truth
from siteproof.model.language.expression import Op

TIMEOUT_MS = 10_000
ASSUMED, STEP = "assumed", "step"
"""Names of witnesses: those of the hypothesis, and those of a step and its goals."""

BEFORE, AFTER, ACROSS = "before", "after", "across"
"""Names of definitions: in a step, in its goals, and in claims about the step."""

WITNESSES = 2
"""So many of a step's witnesses are among the blocks at which universal claims are used; more may be needed."""


@frozen(eq=False)
class Aim:
    """A goal for any number of blocks, with its conjuncts: which variables and rows each reads, and what it says.

    One `of_steps` is never assumed: it has to follow for each step from what holds before it.
    """

    rule: str
    name: str
    node: TemplateNode
    parts: tuple[tuple[frozenset[str], TemplateNode], ...]
    of_steps: bool = False
    of: tuple[str, ...] = ()

    def touched(self, changed: frozenset[str]) -> TemplateNode | None:
        """What of it can become false when these change: the rest is as it was, and was assumed."""
        nodes = tuple(node for read, node in self.parts if read & changed)
        return TemplateNode(Op.AND, nodes) if nodes else None


@frozen
class Hole:
    """What could not be proved: an action (or the initial state, without a rule) and a goal."""

    rule: str
    action: str
    goal: str
    goal_rule: str


@frozen(eq=False)
class ProofAttempt:
    """Goals (and what of them has to be shown) of a move or of the initial state, from witness `start` on."""

    solver: Term
    aims: tuple[tuple[Aim, TemplateNode], ...]
    before: QuantifiedWriter
    after: QuantifiedWriter
    across: QuantifiedWriter
    start: int
    move: UniformMove | None


class Parametric:
    """The proof of one uniform specification."""

    def __init__(self, shape: Uniform, free: Free) -> None:
        """Writes the hypothesis down once: every step is proved under it."""
        self.shape, self.free = shape, free
        self.stores = {store.name: store for store in shape.stores}
        self.aims = tuple(_aims(shape))
        self.invariants = tuple(aim for aim in self.aims if not aim.of_steps)
        self.following = {primed(store.name): store.name for store in shape.stores}
        self.count = z3.Int(shape.count)
        self.blocks = Blocks(self.count, tuple(self._used()), free)
        self.queries = 0

    def holes(self) -> Iterator[Hole | None]:
        """For the initial state and each action: what fails; None for each query that proves everything it asks."""
        yield from self._start()
        solver = self._solver()
        hypothesis = self._writer(self._now, ASSUMED, ASSUMED)
        for aim in self._assumed(hypothesis):
            solver.add(aim)
        solver.add(*hypothesis.aside)
        for move in self.shape.moves:
            solver.push()
            yield from self._move(solver, move)
            solver.pop()

    def _used(self) -> Iterator[Term]:
        yield from (z3.IntVal(0), self.count - 1, CHOSEN - 1, CHOSEN, CHOSEN + 1)
        for number in range(WITNESSES):
            yield from (witness(STEP, number), witness(STEP, number) + 1)
            yield from (witness(named(label), number) for label in (BEFORE, AFTER, ACROSS))
        alone = QuantifiedWriter(Blocks(self.count, (), self.free), self._now, ASSUMED, ASSUMED)
        start = 0
        for aim in self.invariants:
            _, start = alone.assume(aim.node, holds=True, start=start)
        yield from (witness(ASSUMED, number) for number in range(start))

    def _assumed(self, writer: QuantifiedWriter) -> Iterator[Term]:
        start = 0
        for aim in self.invariants:
            term, start = writer.assume(aim.node, holds=True, start=start)
            yield term

    def _solver(self) -> Term:
        solver = z3.Solver()
        solver.set("timeout", TIMEOUT_MS)
        solver.add(positive(self.free), self.count >= self.shape.sizes[0])
        return solver

    def _writer(self, read: Read, name: str, label: str) -> QuantifiedWriter:
        return QuantifiedWriter(self.blocks, read, name, label)

    def _start(self) -> Iterator[Hole | None]:
        writer = QuantifiedWriter(evolve(self.blocks, known={}), self._first, STEP, AFTER)
        aims = tuple((aim, aim.node) for aim in self.invariants)
        yield from self._goals(ProofAttempt(self._solver(), aims, writer, writer, writer, 0, None))

    def _move(self, solver: Term, move: UniformMove) -> Iterator[Hole | None]:
        changed = frozenset(change.row for change in move.changes)
        touched = ((aim, aim.touched(changed)) for aim in self.invariants)
        aims = tuple((aim, node) for aim, node in touched if node is not None)
        about = tuple((aim, aim.node) for aim in self.aims if aim.of_steps and move.rule in (aim.of or (move.rule,)))
        before = self._writer(self._now, STEP, BEFORE)
        guard, start = before.assume(move.guard, holds=True, start=0)
        read = self._after(move, before)
        after = evolve(self._writer(read, STEP, AFTER), changed=changed)
        across = evolve(self._writer(self._across(read), STEP, ACROSS), changed=frozenset(self.following))
        solver.add(guard, self._chosen(move.regions))
        yield from self._goals(ProofAttempt(solver, (*aims, *about), before, after, across, start, move))

    def _goals(self, attempt: ProofAttempt) -> Iterator[Hole | None]:
        """All goals in one query, and one by one only when that is not impossible."""
        solver, move = attempt.solver, attempt.move
        writers = [attempt.across if aim.of_steps else attempt.after for aim, _ in attempt.aims]
        wrong = [
            (aim, writer.assume(node, holds=False, start=attempt.start)[0])
            for writer, (aim, node) in zip(writers, attempt.aims, strict=True)
        ]
        more = [*attempt.after.aside, *attempt.across.aside, *attempt.before.aside]
        self.queries += 1
        if not wrong or answer(solver, z3.Or([term for _, term in wrong]), *more) == z3.unsat:
            yield None
            return
        for aim, term in wrong:
            self.queries += 1
            if answer(solver, term, *more) != z3.unsat:
                rule, name = (move.rule, move.name) if move is not None else ("", "the initial state")
                yield Hole(rule, name, aim.name, aim.rule)

    def _chosen(self, regions: tuple[Region, ...]) -> Term:
        last = self.count - 1
        where = {
            Region.FIRST: CHOSEN == 0,
            Region.INNER: z3.And(CHOSEN > 0, last > CHOSEN),
            Region.LAST: z3.And(CHOSEN > 0, last == CHOSEN),
            Region.NOWHERE: CHOSEN == 0,
        }
        return z3.Or([where[region] for region in regions])

    def _now(self, name: str, block: Term | None) -> Term:
        """The state before the step."""
        store = self.stores[name]
        if block is not None:
            return member(name, store.domain)(block)
        return z3.Bool(name) if isinstance(store.domain, Truth) else z3.Int(name)

    def _first(self, name: str, block: Term | None) -> Term:
        """The initial state."""
        del block
        return literal(self.stores[name].domain, self.stores[name].initial)

    def _after(self, move: UniformMove, before: QuantifiedWriter) -> Read:
        """The state after a step; values are written by `before`."""
        changes = {change.row: change for change in move.changes}

        def read(name: str, block: Term | None) -> Term:
            change = changes.get(name)
            if change is None:
                return self._now(name, block)
            return _changed(change, before, self._now(name, block), block)

        return read

    def _across(self, after: Read) -> Read:
        """Both states: `after` is read for the names of what follows."""

        def read(name: str, block: Term | None) -> Term:
            return after(self.following[name], block) if name in self.following else self._now(name, block)

        return read


def _changed(change: VariableUpdate, before: QuantifiedWriter, old: Term, block: Term | None) -> Term:
    if block is None:
        return before.term(change.value)
    if change.each:
        return evolve(before, each=block).term(change.value)
    return z3.If(block == CHOSEN, before.term(change.value), old)


def _aims(shape: Uniform) -> Iterator[Aim]:
    for each in shape.claimed:
        yield Aim(each.rule, each.name, each.node, tuple(_parts(each.node)), each.of_steps, each.of)
    for store in shape.stores:
        if not isinstance(store.domain, Truth):
            yield Aim("range", store.name, _within(store), ((frozenset({store.name}), _within(store)),))


def _parts(node: TemplateNode) -> Iterator[tuple[frozenset[str], TemplateNode]]:
    """The node's conjuncts, also those behind one quantifier."""
    if node.op is not Op.AND:
        yield reads(node), node
    elif node.span is None:
        for arg in node.args:
            yield from _parts(arg)
    else:
        yield from ((read, TemplateNode(Op.AND, (part,), span=node.span)) for read, part in _parts(node.args[0]))


def _within(store: StateVariable) -> TemplateNode:
    """The variable, or each member of the row, has one of its values."""
    place = BlockIndex(Anchor.EACH) if store.in_row else None
    domain = store.domain
    value = TemplateNode(Op.VARIABLE, domain=domain, family=store.name, place=place)
    low, high, label = (
        (domain.low, domain.high, domain.limit) if isinstance(domain, Range) else (0, domain.size - 1, "")
    )
    inside = TemplateNode(
        Op.AND,
        (TemplateNode(Op.AT_MOST, (_number(low), value)), TemplateNode(Op.AT_MOST, (value, _number(high, label)))),
    )
    return TemplateNode(Op.AND, (inside,), span=QuantifierRange.ALL) if store.in_row else inside


def _number(value: int, label: str = "") -> TemplateNode:
    return TemplateNode(Op.CONSTANT, domain=Range(value, value, label), constant=value, label=label)

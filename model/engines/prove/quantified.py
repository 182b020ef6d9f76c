"""Lowers templates to z3 as assumptions: quantifiers become instances at chosen blocks, or a block that is a witness.

Rule: everything here weakens or keeps what is assumed, so that "impossible" stays true: a universal claim is used at
the chosen blocks only, an existential one gets a constant of its own; nothing is left to the solver's own patterns.
"""

import functools
from collections.abc import Callable, Iterator

import z3
from attrs import evolve, field, frozen

from siteproof.model.engines.prove.lowering import BUILD, Free, Term, literal
from siteproof.model.engines.prove.template import Anchor, BlockIndex, QuantifierRange, TemplateNode
from siteproof.model.language.domain import Domain, Truth
from siteproof.model.language.expression import Op

CHOSEN, EACH = z3.Int("the chosen one"), z3.Int("each one")

Read = Callable[[str, Term | None], Term]
"""The value of a variable, or of the member of a row at a block."""


@frozen(eq=False)
class Blocks:
    """How many blocks there are (any number from 1 on) and at which ones universal claims are used."""

    count: Term
    used: tuple[Term, ...]
    free: Free
    known: dict[tuple[TemplateNode, int], tuple[Term | None, Term]] = field(factory=dict)
    """Terms of the state before a step, by node and block; the block is kept, so that no other one takes its number."""

    def inside(self, span: QuantifierRange, block: Term) -> Term:
        """The block is one of the span."""
        last = self.count - 1 if span is QuantifierRange.BUT_LAST else self.count
        others = [block != CHOSEN] if span is QuantifierRange.OTHERS else []
        return z3.And(block >= 0, block < last, *others)


@frozen(eq=False)
class QuantifiedWriter:
    """Writes assumptions about one state. `aside` collects what it had to define; it has to be assumed as well.

    `witness` is the name of its witnesses: writers whose assumptions are made together number them together. `label`
    is the name of its definitions, which no other writer has.
    """

    blocks: Blocks
    read: Read
    witness: str
    label: str
    aside: list[Term] = field(factory=list)
    each: Term | None = None
    changed: frozenset[str] = frozenset()
    named: dict[int, Term] = field(factory=dict)

    def assume(self, node: TemplateNode, *, holds: bool, start: int) -> tuple[Term, int]:
        """That the node holds, or that it does not; and the number of the first witness that is not used by it.

        Only one side of an alternative is needed, so sides may share witnesses; conjuncts may not.
        """
        if node.span is not None:
            return self._quantified(node, holds=holds, start=start)
        match node.op:
            case Op.NOT:
                return self.assume(node.args[0], holds=not holds, start=start)
            case Op.AND | Op.OR:
                return self._joined(node, holds=holds, start=start)
        term = self.term(node)
        return (term if holds else z3.Not(term)), start

    def _joined(self, node: TemplateNode, *, holds: bool, start: int) -> tuple[Term, int]:
        if (node.op is Op.AND) is holds:
            terms = []
            for arg in node.args:
                term, start = self.assume(arg, holds=holds, start=start)
                terms.append(term)
            return z3.And(terms), start
        sides = [self.assume(arg, holds=holds, start=start) for arg in node.args]
        return z3.Or([term for term, _ in sides]), max((end for _, end in sides), default=start)

    def _quantified(self, node: TemplateNode, *, holds: bool, start: int) -> tuple[Term, int]:
        assert node.span is not None
        if (node.op is Op.AND) is holds:
            return z3.And(list(self._instances(node, holds=holds, start=start))), start
        block = witness(self.witness, start)
        body, end = evolve(self, each=block).assume(node.args[0], holds=holds, start=start + 1)
        return z3.And(self.blocks.inside(node.span, block), body), end

    def _instances(self, node: TemplateNode, *, holds: bool, start: int) -> Iterator[Term]:
        """Templates have no quantifier within a quantifier, so an instance needs no witness."""
        assert node.span is not None
        body, end = evolve(self, each=EACH).assume(node.args[0], holds=holds, start=start)
        assert end == start
        instance = z3.Implies(self.blocks.inside(node.span, EACH), body)
        return (z3.substitute(instance, (EACH, block)) for block in self.blocks.used)

    def term(self, node: TemplateNode) -> Term:
        """The node's value; a quantifier within it is named, with both directions of its meaning put aside.

        What reads nothing that has `changed`, and has no quantifier, is the same in every writer.
        """
        if not plain(node) or self.changed & reads(node):
            return self._term(node)
        key = (node, self.each.get_id() if self.each is not None else -1)
        if key not in self.blocks.known:
            self.blocks.known[key] = (self.each, self._term(node))
        return self.blocks.known[key][-1]

    def _term(self, node: TemplateNode) -> Term:
        if node.span is not None:
            return self._name(node)
        if node.op is Op.CONSTANT:
            assert node.constant is not None
            return z3.Int(node.label) if node.label in self.blocks.free else literal(node.domain, node.constant)
        if node.op is Op.VARIABLE:
            return self.read(node.family, self._block(node.place) if node.place is not None else None)
        return BUILD[node.op](*(self.term(arg) for arg in node.args))

    def _name(self, node: TemplateNode) -> Term:
        if id(node) not in self.named:
            number = len(self.named)
            name = self.named[id(node)] = z3.Bool(f"{self.label} is {number}")
            alone = evolve(self, each=None, witness=named(self.label))
            for holds in (True, False):  # one of them needs the witness of this number
                meaning, _ = alone.assume(node, holds=holds, start=number)
                self.aside.append(z3.Implies(name if holds else z3.Not(name), meaning))
        return self.named[id(node)]

    def _block(self, place: BlockIndex) -> Term:
        starts = {Anchor.FIRST: z3.IntVal(0), Anchor.LAST: self.blocks.count - 1, Anchor.CHOSEN: CHOSEN}
        start = self.each if place.anchor is Anchor.EACH else starts[place.anchor]
        assert start is not None
        return start + place.offset if place.offset else start


@functools.cache
def reads(node: TemplateNode) -> frozenset[str]:
    """The variables and rows that the node reads."""
    return frozenset({node.family} if node.family else ()).union(*map(reads, node.args))


@functools.cache
def plain(node: TemplateNode) -> bool:
    """Whether the node has no quantifier."""
    return node.span is None and all(map(plain, node.args))


def named(label: str) -> str:
    """The name of the witnesses in a writer's definitions."""
    return f"{label} named"


def witness(name: str, number: int) -> Term:
    """A block that is there because an existential claim says so."""
    return z3.Int(f"{name} {number}")


def member(row: str, domain: Domain) -> Term:
    """The row as a function from blocks to values."""
    return z3.Function(row, z3.IntSort(), z3.BoolSort() if isinstance(domain, Truth) else z3.IntSort())

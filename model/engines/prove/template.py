"""An expression for any number of blocks: what is built for one number of them, with its indexes told as places.

Rule: a template speaks of the first, the last, the chosen and each block, and of their neighbours, and of nothing
else. `written` says what it is for a number; whoever makes a template compares that with what is really built.
"""

# Theory of operation. A proof for every number of blocks needs formulas with quantifiers, but a specification only
# ever says what it means for a number: `forall` is unrolled while an action is built, and nothing of it is left in the
# tree. The quantifier is therefore found again, by reading one instance closely and checking the guess against others.
#
# The idea: build the system with nine blocks and look at the fourth. An index 3 in a sentence about "each" block can
# be nothing but that block, 2 and 4 are its neighbours, 0 and 8 are the first and the last, 6 is the action's
# parameter; all of them are far enough apart that no index can be read in two ways. An AND or OR with (almost) as many
# arguments as there are blocks was a quantifier, over the first span that fits, and the argument at the generic
# block's place is its body.
#
# The invariant is `written(general(e, w), w) == text(e)`: what has been guessed says, for the very size it came from,
# letter by letter what was built. `_quantified` checks it for each guess, so a wrong reading is dropped, never kept;
# and `uniform` repeats it for the sizes 1 to 5, 9 and 10 before anything is proved. What fails is NotUniformError: no
# proof, rather than a proof of something else. What begins to differ only beyond ten blocks would pass unseen; `SIZES`
# is where to look further.
#
# The cost is the text of an expression times the spans that are tried, for each node with many arguments:
# milliseconds. To allow another way to speak of blocks (two parameters, say), give it an Anchor or a QuantifierRange,
# a meaning in `name_of` or `over`, and a place in the order of `place_of`; the comparison does the rest.

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from enum import StrEnum

from attrs import evolve, frozen

from siteproof.model.language.domain import TRUTH, Domain, Value
from siteproof.model.language.expression import Expr, Op
from siteproof.model.language.variable import Variable

Text = tuple[object, ...]
"""An expression as nested tuples, by which two expressions are compared."""

BRACKET = re.compile(r"\[(\d+)\]")


class Anchor(StrEnum):
    """What an index is counted from."""

    FIRST = "first"
    LAST = "last"
    CHOSEN = "chosen"  # the action's parameter
    EACH = "each"  # what a quantifier runs over


class QuantifierRange(StrEnum):
    """What a quantifier runs over; the first that fits is taken."""

    ALL = "all"
    OTHERS = "all but the chosen"
    BUT_LAST = "all but the last"  # the left ones of neighbours


@frozen
class BlockIndex:
    """An index: so many blocks after its anchor."""

    anchor: Anchor
    offset: int = 0


@frozen(cache_hash=True)
class TemplateNode:
    """A node of a template. `family` is a variable, or with a `place` one member of a row of variables.

    With a `span`, AND and OR run over all blocks of it, and have one argument. What follows a step is a family of its
    own (`primed`).
    """

    op: Op
    args: "tuple[TemplateNode, ...]" = ()
    domain: Domain = TRUTH
    constant: Value | None = None
    label: str = ""
    family: str = ""
    place: BlockIndex | None = None
    span: QuantifierRange | None = None


@frozen
class BlockChoice:
    """One way to choose blocks: how many there are, the action's parameter, and the quantifier's block."""

    count: int
    chosen: int | None = None
    each: int | None = None


class NotUniformError(Exception):
    """The expression is not about neighbouring, first, last and chosen blocks only."""


Members = Mapping[str, tuple[str, int]]
"""For the full name of each variable that stands in a row: the row, and its place there."""


def rows(names: Sequence[str], longer: Sequence[str], count: int) -> frozenset[str]:
    """The rows that are longer in a system with one block more; `[*]` stands where the block's number was."""
    found: set[str] = set()
    for name in set(longer) - set(names):
        patterns = [pattern for pattern, number in _patterns(name) if number == count]
        if len(patterns) != 1:
            raise NotUniformError(f"{name} has two numbers that may be the block's")
        found.add(patterns[0])
    return frozenset(found)


def members(names: Sequence[str], known: frozenset[str]) -> Members:
    """Which variables stand in which of the known rows."""
    found = ((name, pattern, number) for name in names for pattern, number in _patterns(name) if pattern in known)
    return {name: (pattern, number) for name, pattern, number in found}


def _patterns(name: str) -> Iterator[tuple[str, int]]:
    for match in BRACKET.finditer(name):
        yield f"{name[: match.start()]}[*]{name[match.end() :]}", int(match[1])


def text(node: Expr) -> Text:
    """What an expression says, without the names of definitions."""
    match node.op:
        case Op.NAMED:
            return text(node.args[0])
        case Op.CONSTANT:
            assert node.constant is not None
            return (node.op, node.domain.encode(node.constant), node.label)
        case Op.VARIABLE:
            assert node.variable is not None
            return (node.op, node.variable.name)
        case Op.NEXT:
            return _after(text(node.args[0]))
    return joined(node.op, map(text, node.args))


def primed(name: str) -> str:
    """The name of a variable, or of a row, in the state after a step."""
    return f"{name}'"


def _after(said: Text) -> Text:
    """The same, said of the state after a step."""
    if said[0] is Op.VARIABLE:
        return (said[0], primed(str(said[1])))
    return tuple(_after(part) if isinstance(part, tuple) else part for part in said)


def joined(op: Op, parts: Iterable[Text]) -> Text:
    """An operation on parts; nested conjunctions are one, and so are alternatives: they mean the same."""
    if op not in {Op.AND, Op.OR}:
        return (op, *parts)
    flat = [inner for part in parts for inner in (part[1:] if part[0] is op else (part,))]
    kept = [part for part in flat if part != _neutral(op)]
    return (op, *kept) if len(kept) > 1 else kept[0] if kept else _neutral(op)  # type: ignore[return-value]  # a text


def _neutral(op: Op) -> Text:
    return (Op.CONSTANT, int(op is Op.AND), "")


def written(node: TemplateNode, where: BlockChoice) -> Text:
    """What the template says for one choice of blocks; equal to the `text` of the expression that it stands for."""
    if node.span is not None:
        return joined(node.op, [written(node.args[0], evolve(where, each=each)) for each in over(node.span, where)])
    match node.op:
        case Op.CONSTANT:
            assert node.constant is not None
            return (node.op, node.domain.encode(node.constant), node.label)
        case Op.VARIABLE:
            return (node.op, name_of(node, where))
    return joined(node.op, [written(arg, where) for arg in node.args])


def over(span: QuantifierRange, where: BlockChoice) -> list[int]:
    """The blocks of a span."""
    last = where.count - 1
    return [
        b
        for b in range(where.count)
        if not ((span is QuantifierRange.BUT_LAST and b == last) or b == _spared(span, where))
    ]


def _spared(span: QuantifierRange, where: BlockChoice) -> int | None:
    return where.chosen if span is QuantifierRange.OTHERS else None


def name_of(node: TemplateNode, where: BlockChoice) -> str:
    """The full name of the variable."""
    if node.place is None:
        return node.family
    starts = {Anchor.FIRST: 0, Anchor.LAST: where.count - 1, Anchor.CHOSEN: where.chosen, Anchor.EACH: where.each}
    start = starts[node.place.anchor]
    assert start is not None
    return node.family.replace("[*]", f"[{start + node.place.offset}]")


def general(node: Expr, where: BlockChoice, row_of: Members, generic: int) -> TemplateNode:
    """The template of an expression that was built for `where`; NotUniformError when it has none.

    `generic` is a block far from the first, the last and the chosen one: it stands for each block of a quantifier.
    """
    match node.op:
        case Op.NAMED:
            return general(node.args[0], where, row_of, generic)
        case Op.CONSTANT:
            return TemplateNode(node.op, domain=node.domain, constant=node.constant, label=node.label)
        case Op.VARIABLE:
            assert node.variable is not None
            return _variable(node.variable, where, row_of)
        case Op.NEXT:
            return _told_after(general(node.args[0], where, row_of, generic))
        case Op.AND | Op.OR if where.each is None and len(node.args) >= where.count - 1:
            return _quantified(node, where, row_of, generic)
    return TemplateNode(node.op, tuple(general(arg, where, row_of, generic) for arg in node.args), node.domain)


def _told_after(node: TemplateNode) -> TemplateNode:
    family = primed(node.family) if node.family else ""
    return evolve(node, family=family, args=tuple(map(_told_after, node.args)))


def _variable(variable: Variable, where: BlockChoice, row_of: Members) -> TemplateNode:
    row, number = row_of.get(variable.name, (variable.name, None))
    place = None if number is None else place_of(number, where)
    return TemplateNode(Op.VARIABLE, domain=variable.domain, family=row, place=place)


def place_of(number: int, where: BlockChoice) -> BlockIndex:
    """How a block's number is told; NotUniformError when it is no neighbour of anything that has a name."""
    anchors = [(Anchor.EACH, where.each, 1), (Anchor.CHOSEN, where.chosen, 1)]
    anchors += [(Anchor.FIRST, 0, 0), (Anchor.LAST, where.count - 1, 0)]
    for anchor, start, reach in anchors:
        if start is not None and abs(number - start) <= reach:
            return BlockIndex(anchor, number - start)
    raise NotUniformError(f"number {number} of {where.count} is spoken of, which has no name of its own")


def _quantified(node: Expr, where: BlockChoice, row_of: Members, generic: int) -> TemplateNode:
    """One sentence about each block, several of them, or one about each that has several parts."""
    said = text(node)
    for span in QuantifierRange:
        blocks = over(span, where)
        if len(node.args) % len(blocks) == 0 and (span is not QuantifierRange.OTHERS or where.chosen is not None):
            for bodies in _arranged(node.args, len(blocks), blocks.index(generic)):
                inside = evolve(where, each=generic)
                found = _attempt(lambda b=bodies, s=span, at=inside: _spanned(node.op, b, s, at, row_of, generic))  # type: ignore[misc]  # bound early
                if found is not None and written(found, where) == said:
                    return found
    raise NotUniformError(f"what it says of {len(node.args)} of them is not the same for each")


def _arranged(args: Sequence[Expr], size: int, place: int) -> Iterator[list[list[Expr]]]:
    """What is said of the generic block, by sentence: several sentences about each, or one that has several parts."""
    several = len(args) // size
    yield [[args[start + place]] for start in range(0, len(args), size)]
    if several > 1:
        yield [list(args[place * several : (place + 1) * several])]


def _spanned(
    op: Op,
    sentences: Sequence[Sequence[Expr]],
    span: QuantifierRange,
    inside: BlockChoice,
    row_of: Members,
    generic: int,
) -> TemplateNode:
    """For each sentence a quantifier of its own."""
    bodies = [tuple(general(part, inside, row_of, generic) for part in parts) for parts in sentences]
    return TemplateNode(op, tuple(TemplateNode(op, (TemplateNode(op, body),), span=span) for body in bodies))


def _attempt(make: Callable[[], TemplateNode]) -> TemplateNode | None:
    try:
        return make()
    except NotUniformError:
        return None

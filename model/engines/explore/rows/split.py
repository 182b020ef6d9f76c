"""Takes a guard apart until each piece speaks of one component only, without losing or doubling a state.

Rule: the alternatives of a guard exclude each other and together mean the guard; counts of transitions stay exact.
"""

# Theory of operation. The row search can carry out a step for thousands of states in one OR, but only when the step is
# a product: a condition on each component alone. Guards are not written like that ("the two machines are not both at
# the recovery site"), so each is turned into a union of products, its alternatives.
#
# The idea is a worklist of conjunctions. Whatever speaks of one component (or of shared state only) is left alone; the
# first conjunct that speaks of several is opened by one step of its top operator: NAMED and AND into their arguments,
# NOT pushed inwards, CHOOSE into its two branches, and a relation between two components, as the last resort, by
# Shannon expansion: one case for each combination of values of the side that has the fewest, folded into what is left.
#
# The invariant: the alternatives exclude each other and together mean the guard. Every state of the guard is in
# exactly one of them, or transitions would be counted twice and "a dead end" could be missed. That is why OR becomes
# "the first; or not the first and the second; ..." and never simply its arguments, and why opposite branches repeat
# the condition negated. `_gathered` first joins the arguments of an OR that speak of the same component, so that this
# chain is short.
#
# The cost is exponential in the worst case and small in practice: PIECES_MAX bounds what is found and what is still to
# do, and DoesNotFactoriseError hands the system to another engine. Order matters for the number of pieces and never
# for their meaning; work is a stack, so that memory stays with the depth of a guard instead of its breadth.

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping

from siteproof.model.language.domain import Domain, Range, Value
from siteproof.model.language.evaluate import evaluate
from siteproof.model.language.expression import Bool, Expr, Op, variables_of
from siteproof.model.language.variable import Variable

Parts = Callable[[Expr], frozenset[str]]
"""The components that an expression speaks of, the shared ones left out."""

Conjuncts = tuple[Expr, ...]
PIECES_MAX = 4096


class DoesNotFactoriseError(Exception):
    """The system cannot be taken apart; the message says why. Another engine has to explore it."""


def values_of(domain: Domain) -> Iterator[Value]:
    """Every value of a domain, in the order of their codes."""
    low = domain.low if isinstance(domain, Range) else 0
    return (domain.decode(code) for code in range(low, low + domain.size))


def constant(node: Expr, value: Value) -> Expr:
    """A node of the same type that has been decided."""
    return type(node)(Op.CONSTANT, domain=node.domain, constant=value, source=node.source)


def negated(node: Expr) -> Expr:
    """Where the node does not hold."""
    if node.op is Op.NOT:
        return node.args[0]
    return constant(node, not node.constant) if node.op is Op.CONSTANT else Bool(Op.NOT, (node,), source=node.source)


def joined(op: Op, nodes: Iterable[Expr]) -> Expr:
    """All of the nodes (AND) or at least one (OR), with what is decided already left out."""
    neutral = op is Op.AND
    rest = [node for node in nodes if node.op is not Op.CONSTANT or node.constant is not neutral]
    decided = [node for node in rest if node.op is Op.CONSTANT]
    if decided or len(rest) == 1:
        return (decided or rest)[0]
    return Bool(op, tuple(rest)) if rest else Bool(Op.CONSTANT, constant=neutral)


def folded(node: Expr, known: Mapping[Variable, Value]) -> Expr:
    """The expression with some variables replaced by values, and everything decided that can be decided by that."""
    if node.variable is not None:
        return constant(node, known[node.variable]) if node.variable in known else node
    if node.op is Op.CONSTANT:
        return node
    args = tuple(folded(arg, known) for arg in node.args)
    if node.op is Op.NAMED:
        return args[0]
    return _decided(node, args)


def _decided(node: Expr, args: Conjuncts) -> Expr:
    """The node over arguments of which some may have been decided."""
    if node.op in {Op.AND, Op.OR}:
        return joined(node.op, args)
    if node.op is Op.CHOOSE and args[0].op is Op.CONSTANT:
        return args[1] if args[0].constant else args[2]
    if all(arg.op is Op.CONSTANT for arg in args):
        return constant(node, evaluate(_with(node, args), {}))
    return negated(args[0]) if node.op is Op.NOT else _with(node, args)


def alternatives(conjuncts: Conjuncts, parts: Parts) -> Iterator[Conjuncts]:
    """Disjoint ways in which all conjuncts can hold; in each way every conjunct speaks of one component at most.

    DoesNotFactoriseError when there are more than PIECES_MAX.
    """
    found = 0
    work = [conjuncts]
    while work:
        current = work.pop()
        mixed = next((node for node in current if len(parts(node)) > 1), None)
        if mixed is not None:
            rest = tuple(node for node in current if node is not mixed)
            work.extend((*rest, *way) for way in _opened(mixed, parts))
        elif not any(node.op is Op.CONSTANT and not node.constant for node in current):
            found += 1
            yield current
        if found + len(work) > PIECES_MAX:
            raise DoesNotFactoriseError(f"a guard has more than {PIECES_MAX} cases over its components")


def _with(node: Expr, args: tuple[Expr, ...]) -> Expr:
    return type(node)(node.op, args, node.domain, node.constant, None, node.label, node.source)


def _opened(node: Expr, parts: Parts) -> Iterator[Conjuncts]:
    """Disjoint ways in which one mixed node can hold."""
    match node.op:
        case Op.NAMED | Op.AND:
            yield node.args
        case Op.OR:
            yield from _one_after_the_other(_gathered(node.args, parts))
        case Op.NOT:
            yield from _opened_not(node.args[0], parts)
        case Op.CHOOSE:
            condition, value, otherwise = node.args
            yield from ((condition, value), (negated(condition), otherwise))
        case _:
            yield from _opened_comparison(node, parts)


def _opened_not(inner: Expr, parts: Parts) -> Iterator[Conjuncts]:
    match inner.op:
        case Op.NOT:
            yield (inner.args[0],)
        case Op.NAMED:
            yield (negated(inner.args[0]),)
        case Op.AND:
            yield (joined(Op.OR, map(negated, inner.args)),)
        case Op.OR:
            yield tuple(map(negated, inner.args))
        case Op.CHOOSE:
            condition, value, otherwise = inner.args
            yield from ((condition, negated(value)), (negated(condition), negated(otherwise)))
        case _ if _compares_truths(inner):
            left, right = inner.args
            yield from ((left, negated(right)), (negated(left), right))
        case _:
            yield from _expanded(negated(inner), parts)


def _opened_comparison(node: Expr, parts: Parts) -> Iterator[Conjuncts]:
    left, right = node.args
    if _compares_truths(node):
        yield from ((left, right), (negated(left), negated(right)))
    elif left.op is Op.CHOOSE:
        condition, value, otherwise = left.args
        yield (condition, _with(node, (value, right)))
        yield (negated(condition), _with(node, (otherwise, right)))
    elif right.op is Op.CHOOSE:
        condition, value, otherwise = right.args
        yield (condition, _with(node, (left, value)))
        yield (negated(condition), _with(node, (left, otherwise)))
    else:
        yield from _expanded(node, parts)


def _compares_truths(node: Expr) -> bool:
    return node.op is Op.EQUAL and isinstance(node.args[0], Bool)


def _gathered(nodes: Iterable[Expr], parts: Parts) -> list[Expr]:
    """Alternatives that speak of the same component become one."""
    groups: dict[object, list[Expr]] = {}
    for number, node in enumerate(nodes):
        speaks_of = parts(node)
        groups.setdefault(speaks_of if len(speaks_of) < 2 else number, []).append(node)
    return [joined(Op.OR, group) for group in groups.values()]


def _one_after_the_other(nodes: list[Expr]) -> Iterator[Conjuncts]:
    for number, node in enumerate(nodes):
        yield (*map(negated, nodes[:number]), node)


def _expanded(node: Expr, parts: Parts) -> Iterator[Conjuncts]:
    """Shannon expansion of a relation over the component with the fewest combinations."""
    sides: dict[frozenset[str], dict[Variable, Expr]] = {}
    for leaf in _leaves(node):
        if leaf.variable is not None and parts(leaf):
            sides.setdefault(parts(leaf), {})[leaf.variable] = leaf
    side = min(sides.values(), key=_combinations)
    for values in itertools.product(*(values_of(variable.domain) for variable in side)):
        rest = folded(node, dict(zip(side, values, strict=True)))
        if rest.op is not Op.CONSTANT or rest.constant:
            yield (*(_is(leaf, value) for leaf, value in zip(side.values(), values, strict=True)), rest)


def _leaves(node: Expr) -> Iterator[Expr]:
    if node.variable is not None:
        yield node
    for arg in node.args:
        yield from _leaves(arg)


def _combinations(variables: Iterable[Variable]) -> int:
    count = 1
    for variable in variables:
        count *= variable.domain.size
    return count


def _is(leaf: Expr, value: Value) -> Expr:
    if isinstance(leaf, Bool):
        return leaf if value else negated(leaf)
    return Bool(Op.EQUAL, (leaf, constant(leaf, value)), source=leaf.source)


def cases(value: Expr, domain: Domain) -> Iterator[tuple[Expr, Expr]]:
    """Each value that the expression can have in the domain, with the condition under which it has it."""
    for each in values_of(domain):
        decided = constant(value, each)
        if isinstance(value, Bool):
            yield (value if each else negated(value)), decided
        else:
            yield Bool(Op.EQUAL, (value, decided), source=value.source), decided


def parts_outside(shared: frozenset[str]) -> Parts:
    """The function that tells which components (not shared ones) an expression speaks of."""
    known: dict[Expr, frozenset[str]] = {}

    def parts(node: Expr) -> frozenset[str]:
        if node not in known:
            known[node] = frozenset(v.component for v in variables_of(node)) - shared
        return known[node]

    return parts

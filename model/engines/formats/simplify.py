"""Drops what is decided from an expression before it is printed: `x and false`, a choice whose condition is known.

Rule: the value stays the same in every state; named predicates stay named while anything of them is open.
"""

import attrs

from siteproof.model.language.expression import Bool, Expr, Op, as_bool


def simple(node: Expr) -> Expr:
    """The expression without its decided parts."""
    args = tuple(simple(arg) for arg in node.args)
    if node.op in {Op.AND, Op.OR}:
        return _joined(node, args, neutral=node.op is Op.AND)
    match node.op:
        case Op.NOT if args[0].op is Op.CONSTANT:
            return as_bool(not args[0].constant)
        case Op.NOT if args[0].op is Op.NOT:
            return args[0].args[0]
        case Op.CHOOSE if args[0].op is Op.CONSTANT:
            return args[1] if args[0].constant else args[2]
        case Op.NAMED if args[0].op is Op.CONSTANT:
            return args[0]
    return attrs.evolve(node, args=args) if args else node


def _joined(node: Expr, args: tuple[Expr, ...], *, neutral: bool) -> Expr:
    constants = {arg.constant for arg in args if arg.op is Op.CONSTANT}
    if (not neutral) in constants:
        return as_bool(not neutral)
    left = tuple(arg for arg in args if arg.op is not Op.CONSTANT)
    if not left:
        return as_bool(neutral)
    return left[0] if len(left) == 1 else Bool(node.op, left, source=node.source)


def flat(node: Expr, op: Op | None = None) -> list[Expr]:
    """What a conjunction or disjunction (or `op`) combines, with those inside of it opened; else the node itself."""
    wanted = op or node.op
    return [part for arg in node.args for part in flat(arg, wanted)] if node.op is wanted else [node]


def alternatives(node: Expr) -> tuple[Expr, list[Expr]] | None:
    """The variable and the constants of `x = a or x = b`; None when the node is something else."""
    parts = flat(node, Op.OR)
    pairs = [part.args for part in parts if part.op is Op.EQUAL]
    if len(parts) < 2 or len(pairs) < len(parts) or any(right.op is not Op.CONSTANT for _, right in pairs):
        return None
    left = pairs[0][0]
    same = left.variable is not None and all(each.variable is left.variable for each, _ in pairs)
    return (left, [right for _, right in pairs]) if same else None


def forks(node: Expr) -> bool:
    """Whether a reader that follows each alternative by itself might take the same step twice."""
    if alternatives(node) is not None:
        return False
    return node.op in {Op.OR, Op.CHOOSE} or (node.op in {Op.AND, Op.NAMED} and any(forks(arg) for arg in node.args))

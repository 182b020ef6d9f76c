"""The typed expression tree in which the specification is written; every semantics is derived from it (docs/engine.md).

Rule: a node is a frozen value that knows its domain and the line where it was written. Nothing is ever evaluated
here, and whatever Python would silently misread (`and`, `in`, chained comparisons, a foreign enumeration) is an error.
"""

from collections.abc import Iterable, Iterator, Mapping
from enum import Enum, StrEnum
from typing import Generic, NoReturn, TypeVar, overload

from attrs import field, frozen

from siteproof.model.language.domain import TRUTH, Domain, Members, Range, Value
from siteproof.model.language.mistake import truth_was_asked
from siteproof.model.language.source import Source, SpecError, here
from siteproof.model.language.text import text
from siteproof.model.language.variable import Variable

E = TypeVar("E", bound=Enum)
X = TypeVar("X", bound="Expr")


class Op(StrEnum):
    """What a node does with its arguments; back ends interpret exactly these."""

    CONSTANT = "constant"
    VARIABLE = "variable"
    NOT = "not"
    AND = "and"
    OR = "or"
    EQUAL = "equal"
    LESS = "less"
    AT_MOST = "at_most"
    ADD = "add"
    SUBTRACT = "subtract"
    CHOOSE = "choose"  # condition, value, otherwise
    NAMED = "named"  # a definition: one argument, its name in `label`
    NEXT = "next"  # the value after the step, in a claim about steps: one argument


@frozen(eq=False)
class Expr:
    """A node: operation, arguments, domain of its value, and where it was written."""

    op: Op
    args: "tuple[Expr, ...]" = ()
    domain: Domain = TRUTH
    constant: Value | None = None
    variable: Variable | None = None
    label: str = ""  # the name of a definition, or of the bound that a constant stands for
    source: Source = field(factory=here)

    def __bool__(self) -> NoReturn:
        raise truth_was_asked()

    def __hash__(self) -> int:
        return id(self)

    def __rand__(self, other: object) -> NoReturn:
        raise _tighter("&", other)

    def __ror__(self, other: object) -> NoReturn:
        raise _tighter("|", other)

    def __str__(self) -> str:
        return text(self)


@frozen(eq=False)
class Bool(Expr):
    """A guard or a claim."""

    def __and__(self, other: "Bool") -> "Bool":
        return Bool(Op.AND, (self, as_guard(other)))

    def __or__(self, other: "Bool") -> "Bool":
        return Bool(Op.OR, (self, as_guard(other)))

    def __invert__(self) -> "Bool":
        return Bool(Op.NOT, (self,))

    def __eq__(self, other: "BoolLike") -> "Bool":  # type: ignore[override]  # equality is symbolic here
        return Bool(Op.EQUAL, (self, as_bool(other)))

    def __ne__(self, other: "BoolLike") -> "Bool":  # type: ignore[override]  # equality is symbolic here
        return ~(self == other)

    __hash__ = Expr.__hash__

    def implies(self, other: "Bool") -> "Bool":
        """Where this holds, `other` holds."""
        return Bool(Op.OR, (~self, as_guard(other)))

    @overload
    def if_else(self, value: "IntLike", otherwise: "IntLike") -> "Int": ...
    @overload
    def if_else(self, value: "Bool", otherwise: "BoolLike") -> "Bool": ...
    @overload
    def if_else(self, value: "Sym[E]", otherwise: "Sym[E] | E") -> "Sym[E]": ...
    @overload
    def if_else(self, value: E, otherwise: "Sym[E] | E") -> "Sym[E]": ...
    def if_else(self, value: object, otherwise: object) -> "Expr":
        """`value` where this holds, `otherwise` elsewhere; both of one type."""
        return _choose(self, value, otherwise)

    @property
    def next(self) -> "Bool":
        """What this is after the step."""
        return Bool(Op.NEXT, (_now(self),))

    def becomes(self, value: "BoolLike") -> "Effect":
        """After the step the variable has this value."""
        return _effect(self, as_bool(value))


@frozen(eq=False)
class Int(Expr):
    """A whole number without a width: nothing wraps around, and a range is checked when a state would leave it."""

    def __add__(self, other: "IntLike") -> "Int":
        right = as_int(other)
        mine, theirs = _range(self), _range(right)
        return Int(Op.ADD, (self, right), Range(mine.low + theirs.low, mine.high + theirs.high))

    def __sub__(self, other: "IntLike") -> "Int":
        right = as_int(other)
        mine, theirs = _range(self), _range(right)
        return Int(Op.SUBTRACT, (self, right), Range(mine.low - theirs.high, mine.high - theirs.low))

    def __eq__(self, other: "IntLike") -> Bool:  # type: ignore[override]  # equality is symbolic here
        return Bool(Op.EQUAL, (self, _comparable(self, as_int(other), 0)))

    def __ne__(self, other: "IntLike") -> Bool:  # type: ignore[override]  # equality is symbolic here
        return ~(self == other)

    def __lt__(self, other: "IntLike") -> Bool:
        return Bool(Op.LESS, (self, _comparable(self, as_int(other), 1)))

    def __le__(self, other: "IntLike") -> Bool:
        return Bool(Op.AT_MOST, (self, _comparable(self, as_int(other), 0)))

    def __gt__(self, other: "IntLike") -> Bool:
        return Bool(Op.LESS, (_comparable(self, as_int(other), 0), self))

    def __ge__(self, other: "IntLike") -> Bool:
        return Bool(Op.AT_MOST, (_comparable(self, as_int(other), 1), self))

    __hash__ = Expr.__hash__

    @property
    def next(self) -> "Int":
        """What this is after the step."""
        return Int(Op.NEXT, (_now(self),), self.domain)

    def becomes(self, value: "IntLike") -> "Effect":
        """After the step the variable has this value; SpecError when its range can never hold it."""
        number = as_int(value)
        mine, theirs = _range(self), _range(number)
        if theirs.high < mine.low or mine.high < theirs.low:
            raise SpecError(
                f"{self} holds {mine}, the new value is {theirs}", "widen the range, or mend the value", here()
            )
        return _effect(self, number)


@frozen(eq=False)
class Sym(Expr, Generic[E]):
    """A value of one enumeration."""

    def __eq__(self, other: "Sym[E] | E") -> Bool:  # type: ignore[override]  # equality is symbolic here
        return Bool(Op.EQUAL, (self, _as_sym(self.domain, other)))

    def __ne__(self, other: "Sym[E] | E") -> Bool:  # type: ignore[override]  # equality is symbolic here
        return ~(self == other)

    __hash__ = Expr.__hash__

    @property
    def next(self) -> "Sym[E]":
        """What this is after the step."""
        return Sym(Op.NEXT, (_now(self),), self.domain)

    def is_in(self, *values: E) -> Bool:
        """Whether it is one of the values."""
        return any_of(self == value for value in values)

    def becomes(self, value: "Sym[E] | E") -> "Effect":
        """After the step the variable has this value."""
        return _effect(self, _as_sym(self.domain, value))


@frozen(eq=False)
class Effect:
    """One variable's value after a step; all effects of a step happen at once."""

    target: Variable
    value: Expr
    source: Source = field(factory=here)


BoolLike = Bool | bool
IntLike = Int | int


def as_guard(value: Bool) -> Bool:
    """The guard itself. A plain truth value was decided while the specification was built (by `is`, say): SpecError."""
    if not isinstance(value, Bool):
        raise _wrong_type("a guard (Bool)", value)
    return value


def as_bool(value: BoolLike) -> Bool:
    """A truth value or a guard as a node."""
    return Bool(Op.CONSTANT, constant=value) if isinstance(value, bool) else as_guard(value)


def as_int(value: IntLike) -> Int:
    """A whole number as a node; a truth value is not a number here."""
    if isinstance(value, int) and not isinstance(value, bool | Enum):
        return Int(Op.CONSTANT, domain=Range(value, value), constant=value)
    if not isinstance(value, Int):
        raise _wrong_type("a number (Int)", value)
    return value


def bound(bounds: Mapping[str, int], name: str) -> Int:
    """One of the system's bounds as a number: explored with its value, proved for every value."""
    if name not in bounds:
        raise SpecError(f"there is no bound `{name}`", f"the bounds are {', '.join(bounds) or 'none'}", here())
    value = bounds[name]
    return Int(Op.CONSTANT, domain=Range(value, value, name), constant=value, label=name)


def symbol(value: E) -> Sym[E]:
    """One member of an enumeration as a node."""
    return Sym(Op.CONSTANT, domain=Members(type(value)), constant=value)


def all_of(guards: Iterable[Bool]) -> Bool:
    """All of them; true when there are none."""
    nodes = tuple(as_guard(guard) for guard in guards)
    return Bool(Op.AND, nodes) if nodes else as_bool(True)


def any_of(guards: Iterable[Bool]) -> Bool:
    """At least one of them; false when there are none."""
    nodes = tuple(as_guard(guard) for guard in guards)
    return Bool(Op.OR, nodes) if nodes else as_bool(False)


def nodes_of(node: Expr) -> Iterator[Expr]:
    """The node and everything below it."""
    yield node
    for arg in node.args:
        yield from nodes_of(arg)


def looks_ahead(node: Expr) -> Expr | None:
    """The first place in which the expression speaks of the state after a step; None when it does not."""
    return next((each for each in nodes_of(node) if each.op is Op.NEXT), None)


def variables_of(node: Expr) -> frozenset[Variable]:
    """The variables that the expression reads."""
    return frozenset(each.variable for each in nodes_of(node) if each.variable is not None)


def with_args(node: Expr, args: tuple[Expr, ...]) -> Expr:
    """The node with other arguments; the range of a number follows from theirs."""
    if not isinstance(node, Int):
        return type(node)(node.op, args, node.domain, node.constant, None, node.label, node.source)
    ranges = [_range(arg) for arg in args if isinstance(arg, Int)]
    one, two = ranges[0], ranges[-1]
    match node.op:
        case Op.ADD:
            domain = Range(one.low + two.low, one.high + two.high)
        case Op.SUBTRACT:
            domain = Range(one.low - two.high, one.high - two.low)
        case _:
            domain = Range(min(one.low, two.low), max(one.high, two.high))
    return Int(node.op, args, domain, source=node.source)


def _now(node: X) -> X:
    ahead = looks_ahead(node)
    if ahead is not None:
        raise SpecError(f"{node} is of the state after the step already", "a claim is about one step", here())
    return node


def _choose(condition: Bool, value: object, otherwise: object) -> Expr:
    left, right = _node(value), _node(otherwise)
    if type(left) is not type(right) or (isinstance(left, Sym) and left.domain != right.domain):
        raise _wrong_type(f"a value like {left}", otherwise)
    if isinstance(left, Int):
        ranges = _range(left), _range(right)
        domain: Domain = Range(min(r.low for r in ranges), max(r.high for r in ranges))
    else:
        domain = left.domain
    return type(left)(Op.CHOOSE, (condition, left, right), domain)


def _node(value: object) -> Expr:
    match value:
        case Expr():
            return value
        case Enum():
            return symbol(value)
        case bool():
            return as_bool(value)
        case int():
            return as_int(value)
    raise _wrong_type("a guard, a number or a member of an enumeration", value)


def _as_sym(domain: Domain, value: object) -> Expr:
    node = _node(value)
    if not isinstance(node, Sym) or node.domain != domain:
        raise _wrong_type(f"a {domain}", value)
    return node


def _effect(target: Expr, value: Expr) -> Effect:
    if target.variable is None:
        raise SpecError(f"{target} is not a variable", "only variables become something", here())
    return Effect(target.variable, value)


def _comparable(left: Int, right: Int, beyond: int) -> Int:
    """`right`, unless it is a constant that `left` can never have: such a comparison has been decided by a typo."""
    mine = _range(left)
    limit = right.constant
    if isinstance(limit, int) and left.op is not Op.CONSTANT and not mine.low <= limit <= mine.high + beyond:
        raise SpecError(
            f"{left} holds {mine}; it is compared with {limit}", "compare with a value of its range", here()
        )
    return right


def _range(number: Expr) -> Range:
    assert isinstance(number.domain, Range)
    return number.domain


def _tighter(sign: str, left: object) -> SpecError:
    problem = f"`{sign}` binds tighter than `==`: its left side is only {left!r}"
    return SpecError(problem, f"put parentheses:  (x == {left!r}) {sign} (...)", here())


def _wrong_type(wanted: str, value: object) -> SpecError:
    given = (
        f"{value!r}" if isinstance(value, Enum) or not isinstance(value, Expr) else f"{type(value).__name__} {value}"
    )
    return SpecError(f"expected {wanted}, got {given}", "use a value of that type", here())

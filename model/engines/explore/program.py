"""Lowers a system to Python source: one function for all guards and effects, one for all claims.

Rule: the generated functions mean exactly what `language.evaluate` says; a test compares the two on reachable states.
A state is one `bytes` value with one byte per variable, in the system's order.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence

from attrs import field, frozen

from siteproof.model.language.domain import Range, Value
from siteproof.model.language.expression import Bool, Expr, Op
from siteproof.model.language.source import SpecError
from siteproof.model.language.spec import Claim, System, Transition
from siteproof.model.language.text import value_text
from siteproof.model.language.variable import Variable

State = bytes
Successors = Callable[[State], list[tuple[int, State]]]
VALUES_MAX = 256


@frozen(eq=False)
class Program:
    """A system made executable. `claims` returns a bit mask: bit i is set when claim i speaks up in the state.

    An `always` claim speaks up when it is violated, a `whenever` when a step from the state violates it, a `sometimes`
    when it is witnessed.
    """

    system: System
    source: str
    initial: State
    successors: Successors
    claims: Callable[[State], int]
    _order: Mapping[str, int] = field(factory=dict)

    def value(self, state: State, variable: Variable) -> Value:
        """The variable's value in the state."""
        return variable.domain.decode(state[self._order[variable.name]])

    def shown(self, state: State) -> dict[str, str]:
        """Every variable's value as text, in the system's order."""
        return {v.name: value_text(v.domain.decode(code)) for v, code in zip(self.system.variables, state, strict=True)}


def compiled(system: System) -> Program:
    """The system's program; SpecError when a variable has more values than a byte can hold."""
    for variable in system.variables:
        if variable.domain.size > VALUES_MAX:
            problem = f"{variable} has {variable.domain.size} values, at most {VALUES_MAX} are explored"
            raise SpecError(problem, "choose a smaller range, or a smaller bound", variable.source)
    names = {variable.name: f"v{number}" for number, variable in enumerate(system.variables)}
    source = "\n".join((*_successor_lines(system, names), "", *_claim_lines(system, names), ""))
    space: dict[str, object] = {"leaves_range": _leaves_range(system)}
    exec(compile(source, f"<{system.name}>", "exec"), space)  # noqa: S102  (our own text, generated just above)
    initial = bytes(variable.domain.encode(variable.initial) for variable in system.variables)
    order = {name: number for number, name in enumerate(names)}
    return Program(system, source, initial, space["successors"], space["claims"], order)  # type: ignore[arg-type]


def predicates(system: System, wanted: Sequence[Bool]) -> Callable[[State], tuple[bool, ...]]:
    """A function that says of a state which of the conditions hold in it."""
    names = {variable.name: f"v{number}" for number, variable in enumerate(system.variables)}
    values = "".join(f"{code(each, names)}, " for each in wanted)
    lines = ("def holds(state):", f"    ({', '.join(names.values())},) = state", f"    return ({values})", "")
    space: dict[str, object] = {}
    exec(compile("\n".join(lines), f"<{system.name}>", "exec"), space)  # noqa: S102  (our own text, as above)
    return space["holds"]  # type: ignore[return-value]  # the function that was defined just now


Names = Mapping[str, str]


def _successor_lines(system: System, names: Names) -> Iterator[str]:
    yield "def successors(state):"
    yield f"    ({', '.join(names.values())},) = state"
    yield "    found = []"
    for number, transition in enumerate(system.transitions):
        yield from _transition_lines(number, transition, names)
    yield "    return found"


def _transition_lines(number: int, transition: Transition, names: Names) -> Iterator[str]:
    """A copy of the state takes the effects one by one; their values read the state before the step."""
    yield f"    if {code(transition.guard, names)}:  # {transition.name}"
    yield "        after = bytearray(state)"
    for effect_number, effect in enumerate(transition.effects):
        value = code(effect.value, names)
        if _may_leave(effect.value, effect.target):
            yield f"        value = {value}"
            yield f"        if not {_inside(effect.target)}: leaves_range({number}, {effect_number}, value)"
            value = "value"
        yield f"        after[{list(names).index(effect.target.name)}] = {value}"
    yield f"        found.append(({number}, bytes(after)))"


def _claim_lines(system: System, names: Names) -> Iterator[str]:
    yield "def claims(state):"
    yield f"    ({', '.join(names.values())},) = state"
    masks = [_claim_code(claim, 1 << number, names) for number, claim in enumerate(system.claims)]
    yield f"    return {' | '.join(masks) or 0}"


def _claim_code(claim: Claim, bit: int, names: Names) -> str:
    instances = [code(guard, names) for _, guard in claim.instances]
    if claim.kind.is_safety:
        return f"(0 if ({' and '.join(instances) or 'True'}) else {bit})"
    return f"({bit} if ({' or '.join(instances) or 'False'}) else 0)"


def _may_leave(value: Expr, target: Variable) -> bool:
    mine, theirs = target.domain, value.domain
    return (
        isinstance(mine, Range)
        and isinstance(theirs, Range)
        and not (mine.low <= theirs.low <= theirs.high <= mine.high)
    )


def _inside(target: Variable) -> str:
    assert isinstance(target.domain, Range)
    return f"{target.domain.low} <= value <= {target.domain.high}"


def _leaves_range(system: System) -> Callable[[int, int, int], None]:
    def complain(transition: int, effect: int, number: int) -> None:
        step = system.transitions[transition]
        wrong = step.effects[effect]
        problem = f"{wrong.target} would become {number}, it holds {wrong.target.domain} ({step.name})"
        raise SpecError(problem, "guard the step, or widen the range", wrong.source)

    return complain


def code(node: Expr, names: Names) -> str:
    """The expression as Python, over the codes of the variables (`names` maps full names to Python names)."""
    return _CODE[node.op](node, names)


def _infix(sign: str) -> Callable[[Expr, Names], str]:
    return lambda node, names: "(" + f" {sign} ".join(code(arg, names) for arg in node.args) + ")"


def _constant(node: Expr, names: Names) -> str:
    del names
    assert node.constant is not None
    return str(node.domain.encode(node.constant))


def _variable(node: Expr, names: Names) -> str:
    assert node.variable is not None
    if node.variable.name not in names:
        raise SpecError("a variable without a place in the system", "assign it to a component", node.variable.source)
    return names[node.variable.name]


def _choice(node: Expr, names: Names) -> str:
    condition, value, otherwise = (code(arg, names) for arg in node.args)
    return f"({value} if {condition} else {otherwise})"


_CODE: dict[Op, Callable[[Expr, Names], str]] = {
    Op.CONSTANT: _constant,
    Op.VARIABLE: _variable,
    Op.NOT: lambda node, names: f"(not {code(node.args[0], names)})",
    Op.AND: _infix("and"),
    Op.OR: _infix("or"),
    Op.EQUAL: _infix("=="),
    Op.LESS: _infix("<"),
    Op.AT_MOST: _infix("<="),
    Op.ADD: _infix("+"),
    Op.SUBTRACT: _infix("-"),
    Op.CHOOSE: _choice,
    Op.NAMED: lambda node, names: code(node.args[0], names),
}

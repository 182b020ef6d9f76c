"""Lowers a system to NumPy source: one function for all steps, one for all claims, over arrays of packed states.

Rule: it means what `language.evaluate` says, element by element; a number that leaves its range stops the search.
"""

from collections.abc import Callable, Container, Iterator, Mapping
from typing import Any

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from siteproof.model.engines.explore.rows.split import DoesNotFactoriseError, folded
from siteproof.model.language.domain import Domain, Range
from siteproof.model.language.expression import Bool, Effect, Expr, Op, variables_of
from siteproof.model.language.source import SpecError
from siteproof.model.language.spec import Claim, System
from siteproof.model.language.variable import Variable

WORD_BITS = 63
"""One bit is kept free: the hash table marks empty places with 0 and stores every state plus one."""

States = NDArray[np.uint64]
Step = tuple[int, NDArray[np.intp], States]
"""Transition, places of the states that allow it, and the states after it."""


@frozen(eq=False)
class Packing:
    """Where each variable stands in the word: (first bit, number of bits), in the system's order."""

    system: System
    places: tuple[tuple[int, int], ...]

    def word(self, codes: bytes) -> int:
        """A state of the plain engine as a word."""
        values = zip(codes, self.places, self.system.variables, strict=True)
        return sum((code - _low(variable.domain)) << place[0] for code, place, variable in values)

    def codes(self, word: int) -> bytes:
        """A word as the plain engine's state."""
        pairs = zip(self.places, self.system.variables, strict=True)
        return bytes((word >> first & (1 << width) - 1) + _low(v.domain) for (first, width), v in pairs)


@frozen(eq=False)
class Vectors:
    """The system made executable. `claims` gives for each claim the states in which it speaks up."""

    packing: Packing
    initial: int
    steps: Callable[[States], list[Step]]
    claims: Callable[[States], list[NDArray[np.bool_]]]


def packing(system: System) -> Packing:
    """The layout; DoesNotFactoriseError when the variables need more than a word."""
    places, first = [], 0
    for variable in system.variables:
        width = max(1, (variable.domain.size - 1).bit_length())
        places.append((first, width))
        first += width
    if first > WORD_BITS:
        raise DoesNotFactoriseError(f"a state takes {first} bits, a word has {WORD_BITS}")
    return Packing(system, tuple(places))


def vectors(system: System) -> Vectors:
    """The system's steps and claims over arrays."""
    layout = packing(system)
    names = {variable.name: f"v{number}" for number, variable in enumerate(system.variables)}
    space: dict[str, Any] = {"np": np, "leaves": _leaves(system)}
    source = "\n".join((*_step_lines(layout, names), *_claim_lines(layout, names), ""))
    exec(compile(source, f"<{system.name}>", "exec"), space)  # noqa: S102  (our own text, generated just above)
    initial = bytes(variable.domain.encode(variable.initial) for variable in system.variables)
    return Vectors(layout, layout.word(initial), space["steps"], space["claims"])


def fitting(layout: Packing, condition: Bool) -> Callable[[States], NDArray[np.bool_]]:
    """A function that says which states the condition holds in; it unpacks only what the condition reads."""
    names = {variable.name: f"v{number}" for number, variable in enumerate(layout.system.variables)}
    text = _text(folded(condition, {}), names)
    read = frozenset(each.name for each in variables_of(condition))
    lines = ("def fits(states):", *_unpacked(layout, read), f"    return np.broadcast_to({text}, states.shape)", "")
    space: dict[str, Any] = {"np": np}
    exec(compile("\n".join(lines), f"<{layout.system.name}>", "exec"), space)  # noqa: S102  (our own text, as above)
    return space["fits"]  # type: ignore[no-any-return]  # the function that was defined just now


Names = Mapping[str, str]


def _unpacked(layout: Packing, read: Container[str] | None = None) -> Iterator[str]:
    """The variables as arrays: those that are read, or all of them."""
    for number, (variable, (first, width)) in enumerate(zip(layout.system.variables, layout.places, strict=True)):
        if read is not None and variable.name not in read:
            continue
        bits = f"(states >> np.uint64({first})) & np.uint64({(1 << width) - 1})"
        if isinstance(variable.domain, Range):
            low = _low(variable.domain)
            yield f"    v{number} = ({bits}).astype(np.int16)" + (f" + np.int16({low})" if low else "")
        else:
            yield f"    v{number} = ({bits}).astype(np.{'bool_' if variable.domain.size == 2 else 'uint8'})"


def _step_lines(layout: Packing, names: Names) -> Iterator[str]:
    yield "def steps(states):"
    yield from _unpacked(layout)
    yield "    found = []"
    for number, transition in enumerate(layout.system.transitions):
        guard = folded(transition.guard, {})
        if guard.op is Op.CONSTANT:
            yield f"    at = np.arange({'states.size' if guard.constant else 0})"
        else:
            yield f"    at = np.flatnonzero({_text(guard, names)})"
        yield "    if at.size:"
        yield from _effect_lines(layout, number, transition.effects, names)
        yield f"        found.append(({number}, at, after))"
    yield "    return found"


def _effect_lines(layout: Packing, number: int, effects: tuple[Effect, ...], names: Names) -> Iterator[str]:
    """Effects with known values are one mask and one word; the others are set one by one."""
    order = {variable: place for place, variable in enumerate(layout.system.variables)}
    mask, word = (1 << 64) - 1, 0
    rest: list[str] = []
    for which, effect in enumerate(effects):
        first, width = layout.places[order[effect.target]]
        mask &= ~(((1 << width) - 1) << first)
        value = folded(effect.value, {})
        if value.op is Op.CONSTANT and value.constant is not None and not _may_leave(value, effect.target):
            word |= (value.domain.encode(value.constant) - _low(effect.target.domain)) << first
        else:
            rest.extend(_computed(number, which, effect.target, value, first, names))
    yield f"        after = states[at] & np.uint64({mask}) | np.uint64({word})"
    yield from rest


def _computed(number: int, which: int, target: Variable, value: Expr, first: int, names: Names) -> Iterator[str]:
    yield f"        value = np.broadcast_to({_text(value, names)}, states.shape)[at]"
    if _may_leave(value, target):
        low, high = _low(target.domain), _low(target.domain) + target.domain.size - 1
        yield f"        if value.min() < {low} or value.max() > {high}: leaves({number}, {which}, value)"
    low_text = f" - np.int16({_low(target.domain)})" if _low(target.domain) else ""
    yield f"        after |= (value{low_text}).astype(np.uint64) << np.uint64({first})"


def _claim_lines(layout: Packing, names: Names) -> Iterator[str]:
    yield "def claims(states):"
    yield from _unpacked(layout)
    masks = [_claim_text(claim, names) for claim in layout.system.claims]
    yield f"    return [{', '.join(f'np.broadcast_to({mask}, states.shape)' for mask in masks)}]"


def _claim_text(claim: Claim, names: Names) -> str:
    instances = [_text(folded(guard, {}), names) for _, guard in claim.instances]
    if claim.kind.is_safety:
        return f"~({' & '.join(instances) or 'np.bool_(True)'})"
    return f"({' | '.join(instances) or 'np.bool_(False)'})"


def _may_leave(value: Expr, target: Variable) -> bool:
    mine, theirs = target.domain, value.domain
    ranges = isinstance(mine, Range) and isinstance(theirs, Range)
    return ranges and not (mine.low <= theirs.low <= theirs.high <= mine.high)  # type: ignore[union-attr]  # just asked


def _leaves(system: System) -> Callable[[int, int, NDArray[np.int16]], None]:
    def complain(transition: int, effect: int, values: NDArray[np.int16]) -> None:
        step = system.transitions[transition]
        wrong = step.effects[effect]
        held = wrong.target.domain
        low = _low(held)
        outside = next(int(value) for value in values if not low <= value < low + held.size)
        problem = f"{wrong.target} would become {outside}, it holds {held} ({step.name})"
        raise SpecError(problem, "guard the step, or widen the range", wrong.source)

    return complain


def _low(domain: Domain) -> int:
    return domain.low if isinstance(domain, Range) else 0


def _text(node: Expr, names: Names) -> str:
    """The expression over arrays; constants are NumPy scalars, so that `~` turns truth and not a number."""
    return _TEXT[node.op](node, names)


def _constant(node: Expr, names: Names) -> str:
    del names
    assert node.constant is not None
    if isinstance(node.constant, bool):
        return f"np.bool_({node.constant})"
    kind = "int16" if isinstance(node.domain, Range) else "uint8"
    return f"np.{kind}({node.domain.encode(node.constant)})"


def _variable(node: Expr, names: Names) -> str:
    assert node.variable is not None
    return names[node.variable.name]


def _infix(sign: str) -> Callable[[Expr, Names], str]:
    return lambda node, names: "(" + f" {sign} ".join(_text(arg, names) for arg in node.args) + ")"


_TEXT: dict[Op, Callable[[Expr, Names], str]] = {
    Op.CONSTANT: _constant,
    Op.VARIABLE: _variable,
    Op.NOT: lambda node, names: f"(~{_text(node.args[0], names)})",
    Op.AND: _infix("&"),
    Op.OR: _infix("|"),
    Op.EQUAL: _infix("=="),
    Op.LESS: _infix("<"),
    Op.AT_MOST: _infix("<="),
    Op.ADD: _infix("+"),
    Op.SUBTRACT: _infix("-"),
    Op.CHOOSE: lambda node, names: f"np.where({', '.join(_text(arg, names) for arg in node.args)})",
    Op.NAMED: lambda node, names: _text(node.args[0], names),
}

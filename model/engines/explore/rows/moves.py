"""Compiles the moves of the shared state, and of one component beside it, from their pieces.

Rule: the generated text names variables by their place only, so that two components are alike when their text is.
A number that may leave its range stops the taking apart: only a search of the whole knows whether it happens.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from attrs import frozen

from siteproof.model.engines.explore.program import code
from siteproof.model.engines.explore.rows.pieces import NOWHERE, Piece
from siteproof.model.engines.explore.rows.split import DoesNotFactoriseError
from siteproof.model.language.domain import Range
from siteproof.model.language.expression import Expr
from siteproof.model.language.variable import Variable

NEVER = -1
Names = Mapping[str, str]
Found = list[tuple[int, bytes]]


@frozen(eq=False)
class SharedMoves:
    """Numbered shared states, and for each joint piece the shared state that it leads to from each, or NEVER."""

    variables: tuple[Variable, ...]
    states: tuple[bytes, ...]
    jumps: tuple[tuple[int, ...], ...]


def shared_moves(variables: tuple[Variable, ...], joint: tuple[Piece, ...]) -> SharedMoves:
    """The shared states that can be reached when every component lets every piece pass."""
    names = named(variables, ())
    lines = [f"def moves(shared):\n    {_unpacked('s', len(variables))} = shared\n    found = []"]
    for number, piece in enumerate(joint):
        lines.append(_step("found", number, _condition(piece, (NOWHERE,), names), variables, piece, NOWHERE, names))
    moves = _compiled("\n".join((*lines, "    return found")))
    numbers = {bytes(variable.domain.encode(variable.initial) for variable in variables): 0}
    targets = [
        {piece: numbers.setdefault(after, len(numbers)) for piece, after in moves(state)} for state in _growing(numbers)
    ]
    jumps = tuple(tuple(found.get(number, NEVER) for found in targets) for number in range(len(joint)))
    return SharedMoves(variables, tuple(numbers), jumps)


class Moves:
    """The moves of one component: its own pieces, and its roles in joint ones."""

    def __init__(
        self,
        name: str,
        variables: tuple[Variable, ...],
        shared: SharedMoves,
        own: list[Piece],
        joint: list[Piece],
    ) -> None:
        """Generate and compile; `own` and `joint` keep their order in the numbers that `of` gives."""
        self.name, self.shared = name, shared
        names = named(shared.variables, variables)
        self.source = "\n".join(_lines(name, variables, shared, own, joint, names))
        self.initial = bytes(variable.domain.encode(variable.initial) for variable in variables)
        self._moves = _compiled(self.source)

    def of(self, shared: int, state: bytes) -> tuple[Found, Found]:
        """Own moves and roles that the state allows beside the shared state: (number, state after it)."""
        found: tuple[Found, Found] = self._moves(self.shared.states[shared], state)
        return found


def _lines(
    name: str, variables: tuple[Variable, ...], shared: SharedMoves, own: list[Piece], joint: list[Piece], names: Names
) -> Iterator[str]:
    yield "def moves(shared, own):"
    yield f"    {_unpacked('s', len(shared.variables))} = shared"
    yield f"    {_unpacked('v', len(variables))} = own"
    yield "    steps, roles = [], []"
    for number, piece in enumerate(own):
        yield _step("steps", number, _condition(piece, (NOWHERE, name), names), variables, piece, name, names)
    for number, piece in enumerate(joint):
        yield _step("roles", number, _condition(piece, (NOWHERE, name), names), variables, piece, name, names)
    yield "    return steps, roles"


def _unpacked(letter: str, count: int) -> str:
    return "(" + "".join(f"{letter}{number}, " for number in range(count)) + ")"


def _condition(piece: Piece, sides: Iterable[str], names: Names) -> str:
    guards = [code(piece.guards[side], names) for side in sides if side in piece.guards]
    return " and ".join(guards) or "True"


def _step(
    into: str, number: int, condition: str, variables: tuple[Variable, ...], piece: Piece, side: str, names: Names
) -> str:
    values = dict(piece.effects.get(side, ()))
    lines = [
        f"        after[{place}] = {_value(values[variable], variable, names)}"
        for place, variable in enumerate(variables)
        if variable in values
    ]
    copied = f"        after = bytearray({'shared' if side == NOWHERE else 'own'})"
    return "\n".join((f"    if {condition}:", copied, *lines, f"        {into}.append(({number}, bytes(after)))"))


def _value(value: Expr, variable: Variable, names: Names) -> str:
    text = code(value, names)
    mine, theirs = variable.domain, value.domain
    if isinstance(mine, Range) and isinstance(theirs, Range):
        held = mine.low <= theirs.low <= theirs.high <= mine.high
        return text if held else f"inside({text}, {mine.low}, {mine.high})"
    return text


def _inside(number: int, low: int, high: int) -> int:
    if not low <= number <= high:
        raise DoesNotFactoriseError("a number may leave its range when its component is taken alone")
    return number


def judge(names: Names, wanted: Iterable[Expr]) -> Callable[[bytes, bytes], int]:
    """A function of shared and own state whose bit i is set where the i-th expression holds."""
    places = [sum(name[0] == letter for name in names.values()) for letter in "sv"]
    lines = ["def moves(shared, own):", f"    {_unpacked('s', places[0])} = shared"]
    bits = (f"    if {code(node, names)}: found |= {1 << number}" for number, node in enumerate(wanted))
    return _compiled(
        "\n".join((*lines, f"    {_unpacked('v', places[1])} = own", "    found = 0", *bits, "    return found"))
    )


def named(shared: Iterable[Variable], own: Iterable[Variable]) -> dict[str, str]:
    """Shared variables are s0, s1, ...; those of the component v0, v1, ... in the order of its state."""
    names = {variable.name: f"s{number}" for number, variable in enumerate(shared)}
    return names | {variable.name: f"v{number}" for number, variable in enumerate(own)}


def _compiled(source: str) -> Callable[..., Any]:
    space: dict[str, Any] = {"inside": _inside}
    exec(compile(source, "<moves>", "exec"), space)  # noqa: S102  (our own text, generated just above)
    moves: Callable[..., Any] = space["moves"]
    return moves


def _growing(numbers: dict[bytes, int]) -> Iterator[bytes]:
    """The keys of a dict that grows while they are read."""
    done = 0
    while done < len(numbers):
        for state in list(numbers)[done:]:
            done += 1
            yield state

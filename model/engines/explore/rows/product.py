"""The product of components: numbered local states, their moves as tables, and the moves that several make together.

Rule: a component is explored under arbitrary moves of the others, so its tables hold whatever can happen to it.
Everything here is plain Python; the searches turn the tables into what suits them.
"""

import itertools
from collections.abc import Iterator

from attrs import field, frozen

from siteproof.model.engines.explore.rows.moves import NEVER, Moves, SharedMoves, judge, named, shared_moves
from siteproof.model.engines.explore.rows.pieces import Piece, components, pieces, shared_components
from siteproof.model.engines.explore.rows.split import DoesNotFactoriseError
from siteproof.model.language.expression import Expr
from siteproof.model.language.spec import System
from siteproof.model.language.variable import Variable

LOCAL_STATES_MAX = 400_000

Where = tuple[int, tuple[int, ...]]
"""A state of the product: number of the shared state, number of each component's local state (in product order)."""


@frozen(eq=False)
class MoveTable:
    """Local states of a component and its moves. Lists have one entry for each `shared * len(states) + local`.

    `steps` are (transition, target) pairs; `roles[j]` the target in the component's j-th joint piece, NEVER where it
    refuses. Components that are equal up to their name share one table. `seen` lists the entries that can occur.
    """

    states: tuple[bytes, ...]
    steps: list[tuple[tuple[int, int], ...]]
    roles: list[list[int]]
    seen: tuple[int, ...]


@frozen(eq=False)
class ProductPart:
    """One component in its place. `transitions` are the numbers that the table's steps mean here.

    `joint` maps the number of a joint piece to the place of its role in the table.
    """

    name: str
    variables: tuple[Variable, ...]
    table: MoveTable
    transitions: tuple[int, ...]
    joint: dict[int, int]


@frozen(eq=False)
class Product:
    """A system taken apart. The last part is the inner one: its local states are the bits of a row."""

    system: System
    shared: tuple[Variable, ...]
    shared_states: tuple[bytes, ...]
    parts: tuple[ProductPart, ...]
    joint: tuple[Piece, ...]
    jumps: tuple[tuple[int, ...], ...]  # for each joint piece and shared state the shared state after it, or NEVER
    origins: frozenset[str]  # names of the shared components
    _places: dict[Variable, int] = field(factory=dict)

    @property
    def sizes(self) -> tuple[int, ...]:
        """How many local states each part has."""
        return tuple(len(part.table.states) for part in self.parts)

    @property
    def start(self) -> Where:
        """The initial state: everything is numbered from it."""
        return 0, (0,) * len(self.parts)

    @property
    def symmetric(self) -> bool:
        """Whether all parts can change places: one table, and joint pieces that come in all orders.

        Never so for a single part, nor where shared components may be equal: the parts have not all the order there is.
        """
        return (
            len(self.parts) > 1
            and len({id(part.table) for part in self.parts}) == 1
            and not self._equals_are_shared
            and all(self._pieces_with(swapped) == self._pieces_with({}) for swapped in self._neighbours())
        )

    @property
    def _equals_are_shared(self) -> bool:
        """Whether two shared components have the same variables, up to the components' names."""
        shapes = [
            [(v.name.removeprefix(name), v.domain, v.initial) for v in self.shared if v.component == name]
            for name in sorted(self.origins)
        ]
        return any(one == other for one, other in itertools.combinations(shapes, 2))

    def _neighbours(self) -> Iterator[dict[int, int]]:
        return ({n: n + 1, n + 1: n} for n in range(len(self.parts) - 1))

    def _pieces_with(self, places: dict[int, int]) -> list[tuple[tuple[int, ...], list[tuple[int, int]]]]:
        """Each joint piece as its jumps and the roles in it, with parts in other places; in a fixed order."""
        return sorted(
            (
                self.jumps[number],
                sorted(
                    (places.get(n, n), part.joint[number]) for n, part in enumerate(self.parts) if number in part.joint
                ),
            )
            for number in range(len(self.joint))
        )

    def packed(self, where: Where) -> bytes:
        """The state as the plain engine packs it: one byte for each variable, in the system's order."""
        values = bytearray(len(self.system.variables))
        groups = [(self.shared, self.shared_states[where[0]])]
        groups += [(part.variables, part.table.states[n]) for part, n in zip(self.parts, where[1], strict=True)]
        for variables, codes in groups:
            for variable, value in zip(variables, codes, strict=True):
                values[self._places[variable]] = value
        return bytes(values)


def product(system: System, room: int = LOCAL_STATES_MAX) -> Product:
    """Take the system apart; DoesNotFactoriseError when it cannot be, or has more than `room` local states in one."""
    origins = shared_components(system)
    every = pieces(system, origins)
    groups = components(system)
    shared = tuple(v for name, variables in groups.items() if name in origins for v in variables)
    joint = tuple(piece for piece in every if not piece.local)
    moves = shared_moves(shared, joint)
    tables: dict[object, MoveTable] = {}
    parts = [
        _part(name, variables, every, joint, moves, tables, room)
        for name, variables in groups.items()
        if name not in origins
    ]
    parts.sort(key=lambda part: len(part.table.states))
    places = {variable: number for number, variable in enumerate(system.variables)}
    return Product(system, shared, moves.states, tuple(parts), joint, moves.jumps, origins, places)


def _part(
    name: str,
    variables: tuple[Variable, ...],
    every: tuple[Piece, ...],
    joint: tuple[Piece, ...],
    shared: SharedMoves,
    tables: dict[object, MoveTable],
    room: int,
) -> ProductPart:
    mine = [piece for piece in every if piece.local and piece.roles == (name,)]
    roles = [number for number, piece in enumerate(joint) if name in piece.roles]
    others = frozenset(shared.jumps[number] for number in range(len(joint)) if number not in roles)
    moves = Moves(name, variables, shared, mine, [joint[number] for number in roles])
    key = (moves.source, moves.initial, others, tuple(shared.jumps[number] for number in roles))
    if key not in tables:
        tables[key] = _Survey(moves, others, [shared.jumps[number] for number in roles], room).table()
    transitions = tuple(piece.transition for piece in mine)
    return ProductPart(name, variables, tables[key], transitions, {number: place for place, number in enumerate(roles)})


class _Survey:
    """Finds the local states of one component while the others do whatever they like."""

    def __init__(
        self, moves: Moves, others: frozenset[tuple[int, ...]], jumps: list[tuple[int, ...]], room: int
    ) -> None:
        self._moves, self._others, self._jumps, self._room = moves, others, jumps, room
        self._numbers = {moves.initial: 0}
        self._entries: dict[tuple[int, int], tuple[list[tuple[int, int]], list[tuple[int, int]]]] = {}
        self._open = [(0, moves.initial)]
        self._queued = {(0, 0)}

    def table(self) -> MoveTable:
        for shared, state in self._open:  # the list grows while it is read: breadth first
            self._look(shared, state)
        states, worlds = tuple(self._numbers), len(self._moves.shared.states)
        steps: list[tuple[tuple[int, int], ...]] = [()] * (worlds * len(states))
        roles = [[NEVER] * (worlds * len(states)) for _ in self._jumps]
        for (shared, number), (own, together) in self._entries.items():
            place = shared * len(states) + number
            steps[place] = tuple(own)
            for role, target in together:
                roles[role][place] = target
        seen = tuple(sorted(shared * len(states) + number for shared, number in self._entries))
        return MoveTable(states, steps, roles, seen)

    def _look(self, shared: int, state: bytes) -> None:
        own, together = self._moves.of(shared, state)
        steps = [(step, self._number(shared, target)) for step, target in own]
        roles = [(role, self._number(self._jumps[role][shared], target)) for role, target in together]
        for jump in self._others:
            if jump[shared] != NEVER:
                self._number(jump[shared], state)
        self._entries[shared, self._numbers[state]] = steps, roles

    def _number(self, shared: int, state: bytes) -> int:
        number = self._numbers.setdefault(state, len(self._numbers))
        if (shared, number) not in self._queued:
            self._queued.add((shared, number))
            self._open.append((shared, state))
            if len(self._queued) > self._room:
                raise DoesNotFactoriseError(f"{self._moves.name} alone has more than {self._room} local states")
        return number


def conditions(product: Product, part: ProductPart, wanted: list[Expr]) -> list[int]:
    """For each entry of the part's table a bit mask: bit i is set where the i-th expression holds.

    Entries that cannot occur have none. The expressions speak of this part and the shared state only.
    """
    if not wanted:
        return [0] * len(part.table.steps)
    holds, size = judge(named(product.shared, part.variables), wanted), len(part.table.states)
    found = [0] * len(part.table.steps)
    for place in part.table.seen:
        world, local = divmod(place, size)
        found[place] = holds(product.shared_states[world], part.table.states[local])
    return found

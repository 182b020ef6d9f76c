"""Which components can change places without any difference, and the one order that stands for all orders.

A family are components of one kind beside each other (`machine[0]`, `machine[1]`). Its members are interchangeable when
every exchange of two neighbours turns the transitions into the same transitions, and each claim into itself.

Rule: nothing is taken for symmetric that is not shown to be; what tells two members apart is named.
"""

import math
import re
from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Mapping

from attrs import field, frozen

from siteproof.model.engines.explore.goal import Goal
from siteproof.model.engines.explore.program import State
from siteproof.model.language.expression import Expr, Op
from siteproof.model.language.spec import System
from siteproof.model.nouns.problem import Problem

COMMUTES = (Op.AND, Op.OR, Op.EQUAL, Op.ADD)
Swap = Mapping[str, str]
"""Names of variables, each with the name that takes its place; the others keep their own."""


@frozen(eq=False)
class Family:
    """Interchangeable components: for each its places in the state, in the same order for all of them."""

    name: str
    places: tuple[tuple[int, ...], ...]


@frozen(eq=False)
class Symmetry:
    """The families of a system; `alike` gives for each transition the number of the first one that it can become."""

    families: tuple[Family, ...]
    alike: tuple[int, ...]

    @property
    def told(self) -> str:
        """What changes places, for people."""
        return f"up to the order of {', '.join(family.name for family in self.families)}"

    def canonical(self, state: State) -> State:
        """The state with the members of each family in order: one for all its permutations."""
        sorted_ = bytearray(state)
        for family in self.families:
            members = sorted(bytes(state[place] for place in places) for places in family.places)
            for places, values in zip(family.places, members, strict=True):
                for place, value in zip(places, values, strict=True):
                    sorted_[place] = value
        return bytes(sorted_)

    def orbit(self, state: State) -> int:
        """How many states are permutations of this one, itself included."""
        size = 1
        for family in self.families:
            same = Counter(tuple(state[place] for place in places) for places in family.places)
            size *= math.factorial(len(family.places)) // math.prod(map(math.factorial, same.values()))
        return size

    def check_goal(self, goal: Goal) -> None:
        """Problem when a goal asks for one member of a family by its name."""
        for wanted in goal.wanted:
            asked = set(wanted.places)
            for family in self.families:
                hits = [[place in asked for place in places] for places in family.places]
                if any(hit != hits[0] for hit in hits):
                    hint = "ask for any of them by the short name, or explore without --symmetry"
                    raise Problem(f"`{wanted.text}` tells the members of {family.name} apart", "", hint)


def spread(found: Symmetry, bits: Mapping[int, int]) -> dict[int, int]:
    """Bits of transitions, where each gets those of all that it can become."""
    together: dict[int, int] = {}
    for number, first in enumerate(found.alike):
        together[first] = together.get(first, 0) | bits.get(number, 0)
    return {number: together[first] for number, first in enumerate(found.alike) if together[first]}


def symmetry(system: System) -> Symmetry:
    """The system's symmetry; Problem, with what tells them apart, when no components can change places."""
    found: list[Family] = []
    reasons: list[str] = []
    signed = _Signed(system)
    for name, members in _candidates(system):
        if any(name.startswith(each.name.removesuffix("[*]") + "[") for each in found):
            continue  # inside of members that change places as a whole
        family = _family(system, name, members)
        reason = signed.difference(family) if family is not None else f"the components {name} differ in their variables"
        if reason:
            reasons.append(reason)
        else:
            assert family is not None
            found.append(family)
    if not found:
        cause = "; ".join(reasons) or "no component comes more than once"
        raise Problem(f"{system.name} has no symmetry", cause, "explore it without --symmetry")
    return Symmetry(tuple(found), tuple(signed.alike(found)))


Members = dict[int, dict[str, int]]
"""For each index the places of a component's variables, by the rest of their names."""


def _candidates(system: System) -> list[tuple[str, Members]]:
    """Components that stand beside each other, outer ones first, with `[*]` for the index in the name."""
    found: dict[str, Members] = {}
    for place, variable in enumerate(system.variables):
        for match in re.finditer(r"\[(\d+)\]\.", variable.name):
            name, rest = f"{variable.name[: match.start()]}[*]", variable.name[match.end() :]
            found.setdefault(name, {}).setdefault(int(match[1]), {})[rest] = place
    return sorted(((name, members) for name, members in found.items() if len(members) > 1), key=lambda c: len(c[0]))


def _family(system: System, name: str, members: Members) -> Family | None:
    """The family, when its members have the same variables with the same beginning."""
    names = list(members[0])
    places = tuple(tuple(members[number].get(rest, -1) for rest in names) for number in sorted(members))
    same_names = all(
        len(each) == len(names) and -1 not in row for each, row in zip(members.values(), places, strict=True)
    )
    if not same_names:
        return None
    kinds = [[(repr(v.domain), v.initial) for v in (system.variables[place] for place in row)] for row in places]
    return Family(name, places) if all(kind == kinds[0] for kind in kinds) else None


@frozen(eq=False)
class _Signed:
    """The system's transitions and claims as values that do not depend on the order of what commutes."""

    system: System
    _known: dict[tuple[int, int], Hashable] = field(factory=dict)

    def difference(self, family: Family) -> str:
        """What tells two neighbours of the family apart; empty when nothing does."""
        for left, right in zip(family.places, family.places[1:], strict=False):
            swap = self._swap(left, right)
            member = self.system.variables[left[0]].name.rpartition(".")[0]
            found = self._told_apart(swap)
            if found:
                return f"{found} tells {member} from its neighbour"
        return ""

    def alike(self, families: Iterable[Family]) -> Iterator[int]:
        """For each transition the first one that it becomes by exchanges."""
        numbers = list(range(len(self.system.transitions)))
        places = {sign: number for number, sign in reversed(list(enumerate(self._transitions({}))))}
        for family in families:
            for left, right in zip(family.places, family.places[1:], strict=False):
                for number, sign in enumerate(self._transitions(self._swap(left, right))):
                    one, other = numbers[number], numbers[places[sign]]
                    numbers = [min(one, other) if each in (one, other) else each for each in numbers]
        return iter(numbers)

    def _swap(self, left: tuple[int, ...], right: tuple[int, ...]) -> Swap:
        pairs = [
            (self.system.variables[a].name, self.system.variables[b].name) for a, b in zip(left, right, strict=True)
        ]
        return {**dict(pairs), **{b: a for a, b in pairs}}

    def _told_apart(self, swap: Swap) -> str:
        there = Counter(self._transitions({}))
        for number, sign in enumerate(self._transitions(swap)):
            if not there[sign]:
                return self.system.transitions[number].name
            there[sign] -= 1
        for claim in self.system.claims:
            plain, swapped = (
                Counter(_sign(guard, names, {}) for _, guard in claim.instances) for names in (dict[str, str](), swap)
            )
            if plain != swapped:
                return f"the claim {claim.rule} {claim.name.replace('_', ' ')}"
        return ""

    def _transitions(self, swap: Swap) -> list[Hashable]:
        return [self._transition(number, swap) for number in range(len(self.system.transitions))]

    def _transition(self, number: int, swap: Swap) -> Hashable:
        step, known = self.system.transitions[number], dict[int, Hashable]()
        effects = (
            (swap.get(effect.target.name, effect.target.name), _sign(effect.value, swap, known))
            for effect in step.effects
        )
        return step.rule, _sign(step.guard, swap, known), frozenset(effects)


def _sign(node: Expr, swap: Swap, known: dict[int, Hashable]) -> Hashable:
    """The expression as a value, with variables exchanged; `known` are the nodes that were met already."""
    if id(node) not in known:
        known[id(node)] = _signed(node, swap, known)
    return known[id(node)]


def _signed(node: Expr, swap: Swap, known: dict[int, Hashable]) -> Hashable:
    match node.op:
        case Op.CONSTANT:
            return repr(node.constant)
        case Op.VARIABLE:
            name = str(node.variable)
            return Op.VARIABLE.value, swap.get(name, name)
        case Op.NAMED:
            return _sign(node.args[0], swap, known)
    args = [_sign(arg, swap, known) for arg in _operands(node)]
    return node.op.value, (frozenset(Counter(args).items()) if node.op in COMMUTES else tuple(args))


def _operands(node: Expr) -> Iterator[Expr]:
    """The arguments; of alternatives and conjunctions also those of the ones inside."""
    for arg in node.args:
        inner = arg
        while inner.op is Op.NAMED:
            inner = inner.args[0]
        if inner.op is node.op and node.op in (Op.AND, Op.OR):
            yield from _operands(inner)
        else:
            yield arg

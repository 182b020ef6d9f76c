"""Small systems whose components speak to each other in every way that the language allows."""

from enum import Enum

from siteproof.model.language import (
    Bool,
    Component,
    Part,
    Spec,
    Step,
    System,
    action,
    always,
    exists,
    for_each,
    given,
    sometimes,
    whenever,
)
from siteproof.model.language.action import Action
from siteproof.model.language.claims import Property


class Colour(Enum):
    """Three colours."""

    RED = "red"
    GREEN = "green"
    BLUE = "blue"


class Hub(Component):
    """Small, and spoken to by everybody."""

    def __init__(self) -> None:
        super().__init__()
        self.open = self.flag(initially=True)
        self.turn = self.number(to=2)


class Node(Component):
    """A node: a number, a switch and a colour, and enough of a memory to be larger than the hub."""

    def __init__(self) -> None:
        super().__init__()
        self.count = self.number(to=3)
        self.busy = self.flag()
        self.colour = self.symbol(Colour.RED)
        self.memory = self.numbers(2, to=3)


@action("T-1")
def count_up(n: Node, hub: Hub) -> Step:
    """A local move under a condition of the hub."""
    return given(hub.open & (n.count < 3)).then(n.count.becomes(n.count + 1))


@action("T-2")
def start(n: Node) -> Step:
    """A local move whose effect reads several variables."""
    return given(~n.busy & (n.count > 1)).then(
        n.busy.becomes(True), n.colour.becomes((n.count == 2).if_else(Colour.GREEN, Colour.BLUE))
    )


@action("T-3")
def shut(hub: Hub) -> Step:
    """A move of the hub alone."""
    return given(hub.open & (hub.turn == 2)).then(hub.open.becomes(False))


@action("T-4")
def stay(n: Node) -> Step:
    """Fires and changes nothing."""
    return given(n.busy & (n.count == 3)).then(n.busy.becomes(True))


@action("T-5")
def turn_when_busy(n: Node, hub: Hub) -> Step:
    """The hub and one node together."""
    return given(n.busy & (hub.turn < 2)).then(hub.turn.becomes(hub.turn + 1), n.busy.becomes(False))


@action("T-6")
def copy_from(left: Node, right: Node) -> Step:
    """One node takes the other's number and colour; for a node and itself it changes nothing."""
    return given((left.count < right.count) & right.busy & ~left.busy).then(
        left.count.becomes(right.count), left.colour.becomes(right.colour), left.memory[0].becomes(right.count)
    )


@action("T-7")
def compare(left: Node, right: Node) -> Step:
    """A relation and an alternative over two nodes; the hub learns whether they agree."""
    alike = (left.colour == right.colour) | (left.busy & (right.count == 1)) | (left.busy == right.busy)
    return given(~alike | (left.count + right.count == 5)).then(left.memory[1].becomes(left.count))


@action("T-8")
def tell_hub(left: Node, right: Node, hub: Hub) -> Step:
    """An effect on the hub that reads two nodes."""
    return given(hub.turn == 1).then(hub.open.becomes(exists((left, right), lambda n: n.busy & (n.count != 2))))


@always("C-1", why="it is a test")
def never_both_full(left: Node, right: Node) -> Bool:
    """A claim over two nodes that is violated."""
    return (left.count == 3).implies((right.count < 3) | (left.colour == right.colour))


@always("C-2", why="it is a test")
def colours_follow(n: Node, hub: Hub) -> Bool:
    """A claim over a node and the hub."""
    return (n.colour == Colour.RED) | (n.count >= 2) | ~hub.open


@always("C-3", why="it is a test")
def the_hub_stays_small(hub: Hub) -> Bool:
    """A claim over shared state only."""
    return (hub.turn < 2) | hub.open


@sometimes("C-4")
def nodes_differ(left: Node, right: Node) -> Bool:
    """A possibility over two nodes."""
    return for_each((left, right), lambda n: n.busy) & (left.colour != right.colour) & (left.count == right.count)


@sometimes("C-5")
def impossible(left: Node, right: Node) -> Bool:
    """A possibility that there is not."""
    return left.busy & (left.count == 0) & (right.count == 3)


@whenever("C-6", why="it is a test")
def colours_are_learnt_one_by_one(left: Node, right: Node) -> Bool:
    """A claim over a step of one node beside another one, or beside itself, that is violated."""
    return ((left.colour == right.colour) & left.busy.next & ~left.busy).implies(right.busy | (left.count.next < 3))


@whenever("C-7", why="it is a test")
def the_hub_turns_for_somebody(n: Node, hub: Hub) -> Bool:
    """A claim over a step of a node with the hub; it says something of steps that change nothing as well."""
    return (hub.turn.next == hub.turn + 1) | (n.count.next != n.count) | (n.colour.next != Colour.BLUE) | hub.open.next


@whenever("C-9", of=("T-2", "T-5", "T-6"), why="it is a test")
def who_starts_has_counted_to_three(n: Node) -> Bool:
    """A claim about the steps of three rules, which needs no word about what follows."""
    return n.count == 3


@whenever("C-8", why="it is a test")
def counts_never_fall(n: Node) -> Bool:
    """A claim over one node that holds."""
    return n.count <= n.count.next


LOCAL = (count_up, start, shut, stay)
ALWAYS = (never_both_full, colours_follow, the_hub_stays_small)
CLAIMS = (
    *ALWAYS,
    nodes_differ,
    impossible,
    colours_are_learnt_one_by_one,
    the_hub_turns_for_somebody,
    counts_never_fall,
    who_starts_has_counted_to_three,
)


def _spec(*actions: Action, claims: tuple[Property, ...] = CLAIMS, nodes: int = 2) -> Spec:
    parts = (Part(lambda _bounds: Hub(), Hub), Part(lambda _bounds: Node(), Node, "nodes"))
    return Spec("toy", "", parts, actions, claims, {"nodes": nodes})


_TOYS = {
    "local moves": _spec(*LOCAL),
    "one node": _spec(*LOCAL, turn_when_busy, nodes=1),
    "hub and node": _spec(*LOCAL, turn_when_busy),
    "copies": _spec(*LOCAL, turn_when_busy, copy_from),
    "relations": _spec(*LOCAL, turn_when_busy, compare),
    "hub learns": _spec(*LOCAL, turn_when_busy, tell_hub),
    "three nodes": _spec(count_up, start, shut, turn_when_busy, claims=(nodes_differ, never_both_full), nodes=3),
    "nothing goes on": _spec(shut, turn_when_busy),
}
NAMES = tuple(_TOYS)


def system(name: str) -> System:
    """The toy of this name."""
    return _TOYS[name].system()

"""Replication groups: how machines get shared points that keep the order of writes across them (domain §2, §4).

(seed: Multi-VM consistency). A coordinator asks every member to hold its writes, puts a marker into every stream, lets
them go on, and lists the point when every marked stream has arrived; a time-out anywhere ends the round without one.
The members answer each other: one writes after it has read what the one before it wrote.
"""

from collections.abc import Iterator
from enum import StrEnum
from itertools import pairwise

from siteproof.model.language import (
    Bool,
    Bounds,
    Component,
    Effect,
    Int,
    Part,
    Step,
    action,
    after,
    always,
    as_bool,
    bound,
    define,
    eventually,
    exists,
    for_each,
    given,
    sometimes,
    spec_of,
    whenever,
)
from siteproof.model.language.promise import Leads
from siteproof.model.nouns.vocabulary import Verb

TOGETHER = frozenset({Verb.FAIL_OVER, Verb.CHANGE_RECOVERY_POINT, Verb.FAIL_BACK, Verb.CANCEL})
"""What a member of a group is refused alone: everything that moves production or takes it to another state (GRP-14)."""

NOTHING = 0  # no write, no marker, no image


class Round(StrEnum):
    """What the coordinator is at."""

    IDLE = "idle"
    HOLDING = "holding"  # asks every member to hold its writes
    MARKING = "marking"  # every member has answered; markers are placed
    DELIVERING = "delivering"  # writes go on; the marked streams arrive


class Member(Component):
    """One machine: the number of its last write, its part of the round, and its part of the listed point.

    `answered` is what the coordinator believes, `held` is what is. `marker` and `image` are numbers of writes.
    """

    def __init__(self, bounds: Bounds) -> None:
        """Writing, in no round, without a point."""
        super().__init__()
        writes = bound(bounds, "writes")
        self.written = self.number(to=writes, initially=NOTHING)
        self.held = self.flag()
        self.answered = self.flag()
        self.marked = self.flag()
        self.marker = self.number(to=writes, initially=NOTHING)
        self.arrived = self.flag()
        self.image = self.number(to=writes, initially=NOTHING)
        self.over = self.flag()
        self.last_write = writes


class Group(Component):
    """The members with their coordinator; `listed` says that a shared point can be selected."""

    def __init__(self, bounds: Bounds) -> None:
        """Between two rounds, without a point."""
        super().__init__()
        self.round = self.symbol(Round.IDLE)
        self.listed = self.flag()
        self.members = tuple(Member(bounds) for _ in range(bounds["members"]))


@define
def in_order(numbers: tuple[Int, ...]) -> Bool:
    """A consistent cut: no machine holds an answer to a write that the one before it does not hold."""
    return for_each(pairwise(numbers), lambda pair: pair[1] <= pair[0])


@define
def failed_over(g: Group) -> Bool:
    """Some member runs in the cloud."""
    return exists(g.members, lambda m: m.over)


def end_round(g: Group) -> Iterator[Effect]:
    """The coordinator forgets the round: no answer, no marker, no arrival is left of it."""
    yield g.round.becomes(Round.IDLE)
    for m in g.members:
        yield m.answered.becomes(False)
        yield m.marked.becomes(False)
        yield m.marker.becomes(NOTHING)
        yield m.arrived.becomes(False)


@action("GRP-1", member="members")
def write_in_group(g: Group, member: int) -> Step:
    """A member that is not held writes, wherever it runs; each but the first answers a write of the one before it."""
    m = g.members[member]
    prompted = m.written < g.members[member - 1].written if member > 0 else as_bool(True)
    return given(~m.held & prompted & (m.written < m.last_write)).then(m.written.becomes(m.written + 1))


@action("GRP-2")
def begin_round(g: Group) -> Step:
    """The coordinator begins the round of a shared point; an older point stays listed meanwhile."""
    return given((g.round == Round.IDLE) & ~failed_over(g)).then(g.round.becomes(Round.HOLDING))


@action("GRP-3", member="members")
def hold_writes(g: Group, member: int) -> Step:
    """A member holds its writes and answers that it does."""
    m = g.members[member]
    return given((g.round == Round.HOLDING) & ~m.held & ~m.answered).then(
        m.held.becomes(True),
        m.answered.becomes(True),
    )


@action("GRP-4")
def call_for_markers(g: Group) -> Step:
    """Every member has answered: the coordinator calls for markers."""
    return given((g.round == Round.HOLDING) & for_each(g.members, lambda m: m.answered)).then(
        g.round.becomes(Round.MARKING)
    )


@action("GRP-5", member="members")
def place_marker(g: Group, member: int) -> Step:
    """A member that still holds its writes puts the marker into its stream; one that let go does not any more."""
    m = g.members[member]
    return given((g.round == Round.MARKING) & m.held & ~m.marked).then(
        m.marked.becomes(True),
        m.marker.becomes(m.written),
    )


@action("GRP-6", member="members")
def hold_times_out(g: Group, member: int) -> Step:
    """A member that does not hear from its coordinator lets its writes go on, so that no workload hangs for ever."""
    m = g.members[member]
    return given(m.held).then(m.held.becomes(False))


@action("GRP-7")
def release_members(g: Group) -> Step:
    """Every marker is placed: all writes go on, and the marked streams are awaited."""
    return given((g.round == Round.MARKING) & for_each(g.members, lambda m: m.marked)).then(
        g.round.becomes(Round.DELIVERING),
        *(m.held.becomes(False) for m in g.members),
    )


@action("GRP-8", member="members")
def deliver_marker(g: Group, member: int) -> Step:
    """A member's stream has arrived up to its marker; its part of the point is stored and not yet listed."""
    m = g.members[member]
    return given((g.round == Round.DELIVERING) & m.marked & ~m.arrived).then(m.arrived.becomes(True))


@action("GRP-9")
def list_shared_point(g: Group) -> Step:
    """Every part has arrived: the point is listed for all members at once, in the place of the one before it."""
    return given((g.round == Round.DELIVERING) & for_each(g.members, lambda m: m.arrived)).then(
        g.listed.becomes(True),
        *(m.image.becomes(m.marker) for m in g.members),
        *end_round(g),
    )


@action("GRP-10")
def abort_round(g: Group) -> Step:
    """A member does not answer, mark or deliver in time: every write goes on and the round leaves no point."""
    return given(g.round != Round.IDLE).then(
        *(m.held.becomes(False) for m in g.members),
        *end_round(g),
    )


@action("GRP-11")
def fail_over_group(g: Group) -> Step:
    """All members fail over together, each to its part of the newest shared point; the open round ends."""
    return given(g.listed & ~failed_over(g)).then(
        *(m.over.becomes(True) for m in g.members),
        *(m.written.becomes(m.image) for m in g.members),
        *(m.held.becomes(False) for m in g.members),
        *end_round(g),
    )


@always("GRP-12", why="an answer without its question restores an application that never was (B16)")
def a_shared_point_is_a_consistent_cut(g: Group) -> Bool:
    """The parts of the listed point keep the order of writes across the machines."""
    return g.listed.implies(in_order(tuple(m.image for m in g.members)))


@sometimes("GRP-12")
def a_shared_point_cuts_between_question_and_answer(g: Group) -> Bool:
    """The cut need not be even: a question may be in it whose answer is not."""
    uneven = exists(pairwise(g.members), lambda pair: pair[1].image < pair[0].image)
    return g.listed & uneven


@whenever("GRP-13", why="a member without its part stays behind in the failover of its group (B17)")
def a_shared_point_is_kept_by_all_or_by_none(g: Group) -> Bool:
    """A point is listed, the first one or another one, when the part of every member has arrived."""
    lists = (g.listed.next & ~g.listed) | exists(g.members, lambda m: m.image != m.image.next)
    return lists.implies(for_each(g.members, lambda m: m.arrived))


@sometimes("GRP-13")
def an_older_point_stays_while_the_next_one_arrives(g: Group) -> Bool:
    """Parts of the next round arrive one by one beside the point that is listed."""
    some, all_of_them = exists(g.members, lambda m: m.arrived), for_each(g.members, lambda m: m.arrived)
    return g.listed & some & ~all_of_them & (g.round == Round.DELIVERING)


@always("GRP-14", why="members on two sides answer each other with writes that one of the sides has abandoned")
def the_group_fails_over_as_one(g: Group) -> Bool:
    """Either every member runs in the cloud or none does."""
    return failed_over(g).implies(for_each(g.members, lambda m: m.over))


@sometimes("GRP-14")
def the_group_goes_on_in_the_cloud(g: Group) -> Bool:
    """After the failover the members answer each other again, from the shared point on."""
    return failed_over(g) & exists(g.members, lambda m: m.image < m.written)


@always("GRP-15", why="a workload that hangs because a coordinator died pays for protection with an outage")
def a_hold_belongs_to_a_round(g: Group) -> Bool:
    """Writes are held only while the coordinator collects answers and markers, and not in the cloud."""
    asks = g.round.is_in(Round.HOLDING, Round.MARKING)
    return for_each(g.members, lambda m: m.held.implies(asks & m.answered & ~m.over))


@sometimes("GRP-15")
def a_member_lets_go_of_a_round_that_goes_on(g: Group) -> Bool:
    """The coordinator believes that a member holds, and it does not any more."""
    return (g.round == Round.MARKING) & exists(g.members, lambda m: m.answered & ~m.held & ~m.marked)


@always("GRP-16", why="markers that are placed at different cuts make a point that cannot be trusted")
def markers_stand_at_one_cut(g: Group) -> Bool:
    """When every marker is placed they keep the order of writes, whoever let go in between."""
    placed = for_each(g.members, lambda m: m.marked)
    return placed.implies(in_order(tuple(m.marker for m in g.members)))


@sometimes("GRP-16")
def the_workload_goes_on_while_markers_travel(g: Group) -> Bool:
    """The hold ends with the last marker: newer writes happen before the point is listed."""
    return (g.round == Round.DELIVERING) & exists(g.members, lambda m: m.marker < m.written)


@eventually(
    "GRP-17",
    why="a workload that waits for a coordinator that died is an outage made by its own protection",
    fair=(hold_times_out,),
    member="members",
)
def a_hold_ends(g: Group, member: int) -> Leads:
    """A member whose writes are held writes again, although nobody but its own clock can be counted on."""
    return after(g.members[member].held).comes(~g.members[member].held)


SPEC = spec_of(
    __name__,
    "groups",
    "Machines with shared points: hold, markers, delivery, time-outs, and the failover of the whole group.",
    (Part(Group, Group),),
    {"members": 2, "writes": 2},
)

"""The way of a change, hop by hop: agent, process server, cache store, seed disk, point (seed: Replication process).

Positions are numbers of writes: a stage at n holds everything up to write n. The agent lets go of a record only when it
is acknowledged, it is acknowledged only when it is flushed to the cache store, whose log keeps it until the seed disk
is flushed as well: so each stage can die, and the one before it still has what died with it (domain §2, §5).

Assumes: a resynchronisation is one step, which leaves both sides equal and everything flushed; an acknowledgement takes
no time; a transfer that fails on either hop, and a damaged log, mark the machine in the same step; records keep their
order; a process server that dies is back at once.
"""

from collections.abc import Iterator
from itertools import pairwise

from siteproof.model.language import (
    Bool,
    Bounds,
    Component,
    Effect,
    Part,
    Step,
    action,
    after,
    always,
    bound,
    define,
    eventually,
    for_each,
    given,
    sometimes,
    spec_of,
    whenever,
)
from siteproof.model.language.promise import Leads


class Agent(Component):
    """The mobility agent: it has the records of the writes after `released` up to `written`.

    `sent` is where its sending stands; `marked` says that both sides have to be compared before changes flow again,
    `failed` that a transfer has failed since they were compared last.
    """

    def __init__(self, bounds: Bounds) -> None:
        """Up and in step with the target."""
        super().__init__()
        writes = bound(bounds, "writes")
        self.up = self.flag(initially=True)
        self.marked = self.flag()
        self.failed = self.history.flag()
        self.written = self.number(to=writes)
        self.sent = self.number(to=writes)
        self.released = self.number(to=writes)
        self.last_write = writes


class TwoHops(Component):
    """Two hops: `near` leads from the machine to the process server, `far` from there to the target.

    `held` is what has arrived in the cache of the process server between them, which forgets it when it dies.
    """

    def __init__(self, bounds: Bounds) -> None:
        """Both hops up, the cache empty."""
        super().__init__()
        self.near = self.flag(initially=True)
        self.far = self.flag(initially=True)
        self.held = self.number(to=bound(bounds, "writes"))


class Target(Component):
    """The cache store, the seed disk and the newest point.

    `landed` is in the cache store's log, `cached` is flushed there; the log begins after `trimmed`. On the seed disk
    `applied` is whole, parts up to `touched` may be there, `hardened` is flushed. The newest point is whole up to
    `pointed`; parts up to `pointed_parts` are in it.
    """

    def __init__(self, bounds: Bounds) -> None:
        """Up, with an empty log and a first point of what the initial copy brought."""
        super().__init__()
        writes = bound(bounds, "writes")
        self.up = self.flag(initially=True)
        self.landed = self.number(to=writes)
        self.cached = self.number(to=writes)
        self.trimmed = self.number(to=writes)
        self.touched = self.number(to=writes)
        self.applied = self.number(to=writes)
        self.hardened = self.number(to=writes)
        self.pointed = self.number(to=writes)
        self.pointed_parts = self.number(to=writes)


@define
def flows(a: Agent) -> Bool:
    """The agent is up and changes are sent as they happen."""
    return a.up & ~a.marked


@define
def is_drained(t: Target) -> Bool:
    """Everything that has landed is flushed and applied."""
    return (t.cached == t.landed) & (t.applied == t.landed)


def start_again(a: Agent, p: TwoHops, t: Target) -> Iterator[Effect]:
    """What was on its way is gone; sending stands where the cache store stands."""
    yield a.sent.becomes(t.landed)
    yield p.held.becomes(t.landed)


@action("PIP-1")
def write_a_change(a: Agent) -> Step:
    """The workload writes, always; without an agent there is no record of it."""
    return given(a.written < a.last_write).then(
        a.written.becomes(a.written + 1),
        a.released.becomes(a.up.if_else(a.released, a.written + 1)),
    )


@action("PIP-2")
def send_change(a: Agent, p: TwoHops) -> Step:
    """The agent sends the next record and keeps it until it is acknowledged."""
    return given(flows(a) & p.near & (a.sent < a.written)).then(a.sent.becomes(a.sent + 1))


@action("PIP-3")
def hold_change(a: Agent, p: TwoHops) -> Step:
    """The next record reaches the cache of the process server."""
    return given(p.near & (p.held < a.sent)).then(p.held.becomes(p.held + 1))


@action("PIP-4")
def land_change(p: TwoHops, t: Target) -> Step:
    """The process server writes the next record to the log in the cache store; a crash may still lose it there."""
    return given(p.far & t.up & (t.landed < p.held)).then(t.landed.becomes(t.landed + 1))


@action("PIP-5")
def flush_cache(t: Target) -> Step:
    """The log is flushed: what is in it now survives every crash."""
    return given(t.up & (t.cached < t.landed)).then(t.cached.becomes(t.landed))


@action("PIP-6")
def acknowledge(a: Agent, p: TwoHops, t: Target) -> Step:
    """What is flushed is acknowledged back over both hops, and the agent lets go of it."""
    return given(a.up & t.up & p.near & p.far & (a.released < t.cached)).then(a.released.becomes(t.cached))


@action("PIP-7")
def begin_to_apply(t: Target) -> Step:
    """The first blocks of the next flushed record are written to the seed disk."""
    return given(t.up & (t.touched == t.applied) & (t.applied < t.cached)).then(t.touched.becomes(t.touched + 1))


@action("PIP-8")
def finish_to_apply(t: Target) -> Step:
    """The record is on the seed disk as a whole; after a crash the same is done again from the log."""
    in_log = t.applied < t.cached
    return given(t.up & in_log & (t.applied < t.touched)).then(t.applied.becomes(t.applied + 1))


@action("PIP-9")
def flush_seed_disk(t: Target) -> Step:
    """The seed disk is flushed."""
    return given(t.up & (t.hardened < t.applied)).then(t.hardened.becomes(t.applied))


@action("PIP-10")
def trim_log(t: Target) -> Step:
    """The log drops what is flushed to the seed disk."""
    return given(t.up & (t.trimmed < t.hardened)).then(t.trimmed.becomes(t.hardened))


@action("PIP-11")
def point_at_applied(a: Agent, t: Target) -> Step:
    """A point is taken of a flushed seed disk between two records, never while a comparison is due."""
    between = (t.touched == t.applied) & (t.hardened == t.applied)
    return given(t.up & ~a.marked & between & (t.pointed < t.applied)).then(
        t.pointed.becomes(t.applied),
        t.pointed_parts.becomes(t.touched),
    )


@action("PIP-12")
def near_hop_breaks(p: TwoHops) -> Step:
    """Nothing travels between the machine and the process server."""
    return given(p.near).then(p.near.becomes(False))


@action("PIP-13")
def near_hop_heals(p: TwoHops) -> Step:
    """The machine reaches its process server again; no mark is cleared by that."""
    return given(~p.near).then(p.near.becomes(True))


@action("PIP-14")
def far_hop_breaks(p: TwoHops) -> Step:
    """Nothing travels between the process server and the target."""
    return given(p.far).then(p.far.becomes(False))


@action("PIP-15")
def far_hop_heals(p: TwoHops) -> Step:
    """The process server reaches the target again; no mark is cleared by that."""
    return given(~p.far).then(p.far.becomes(True))


@action("PIP-16")
def change_meets_dead_near_hop(a: Agent, p: TwoHops) -> Step:
    """A record that had to reach the process server could not: it is lost on its way and the machine is marked."""
    waits = (p.held < a.sent) | (a.sent < a.written)
    return given(flows(a) & ~p.near & waits).then(
        a.failed.becomes(True),
        a.marked.becomes(True),
        a.sent.becomes(p.held),
    )


@action("PIP-17")
def change_meets_dead_far_hop(a: Agent, p: TwoHops, t: Target) -> Step:
    """A record that had to reach the target could not: the process server gives it up and the machine is marked."""
    return given(flows(a) & ~p.far & (t.landed < p.held)).then(
        a.failed.becomes(True),
        a.marked.becomes(True),
        *start_again(a, p, t),
    )


@action("PIP-18")
def process_server_dies(a: Agent, p: TwoHops, t: Target) -> Step:
    """Its cache is gone, and it starts again; the agent still has those records and sends them once more."""
    return given(t.landed < a.sent).then(*start_again(a, p, t))


@action("PIP-19")
def agent_dies(a: Agent) -> Step:
    """The agent and its records are gone; what it had sent travels on."""
    return given(a.up).then(a.up.becomes(False), a.released.becomes(a.written))


@action("PIP-20")
def agent_comes_back(a: Agent) -> Step:
    """Nobody knows what was written meanwhile: the machine is marked."""
    return given(~a.up).then(a.up.becomes(True), a.marked.becomes(True))


@action("PIP-21")
def target_crashes_unflushed(t: Target) -> Step:
    """The target loses what was not flushed; of what was being applied any part may have reached the seed disk."""
    return given(t.up).then(
        t.up.becomes(False),
        t.landed.becomes(t.cached),
        t.applied.becomes(t.hardened),
    )


@action("PIP-22")
def target_crashes_flushed(t: Target) -> Step:
    """The target dies after its storage has flushed the log by itself: more survives than was promised."""
    return given(t.up & (t.cached < t.landed)).then(
        t.up.becomes(False),
        t.cached.becomes(t.landed),
        t.applied.becomes(t.hardened),
    )


@action("PIP-23")
def target_recovers(a: Agent, p: TwoHops, t: Target) -> Step:
    """The target starts again from its log; what was not in it is sent once more."""
    return given(~t.up).then(t.up.becomes(True), *start_again(a, p, t))


@action("PIP-24")
def compare_and_complete(a: Agent, p: TwoHops, t: Target) -> Step:
    """Both sides are compared and made equal (the protocol is a chapter of its own): changes flow again."""
    return given(a.up & a.marked & p.near & p.far & t.up & is_drained(t)).then(
        a.marked.becomes(False),
        a.failed.becomes(False),
        *(place.becomes(a.written) for place in (a.sent, a.released, p.held, t.landed, t.cached)),
        *(place.becomes(a.written) for place in (t.touched, t.applied, t.hardened, t.trimmed)),
    )


@action("PIP-29")
def log_is_damaged(a: Agent, p: TwoHops, t: Target) -> Step:
    """A record of the log turns out to be damaged or missing: nothing behind it is used, and the machine is marked."""
    return given(t.up & (t.applied < t.landed)).then(
        a.marked.becomes(True),
        *(place.becomes(t.applied) for place in (a.sent, p.held, t.landed, t.cached)),
    )


@always("PIP-25", why="a stage that runs ahead of the one before it has made something up")
def watermarks_are_ordered(a: Agent, p: TwoHops, t: Target) -> Bool:
    """Written, sent, cached, applied, pointed: none is ahead of the one before it, whatever has died."""
    stages = (a.written, a.sent, p.held, t.landed, t.cached, t.applied, t.hardened, t.pointed)
    return for_each(pairwise(stages), lambda pair: pair[1] <= pair[0])


@sometimes("PIP-25", writes=2)
def something_waits_at_both_ends(a: Agent, p: TwoHops, t: Target) -> Bool:
    """One record is in the process server's cache and another one is applied and in no point yet."""
    return (t.landed < p.held) & (t.pointed < t.applied) & flows(a)


@always("PIP-26", why="acknowledged and lost is lost for ever: nobody would send it again (B35)")
def what_the_agent_let_go_is_safe(a: Agent, t: Target) -> Bool:
    """While changes flow, every record is flushed in the cache store or still with the agent."""
    return flows(a).implies(a.released <= t.cached)


@sometimes("PIP-26")
def the_agent_has_what_the_target_lost(a: Agent, t: Target) -> Bool:
    """The target died with a record in its log that was not flushed, and the agent still has it."""
    return flows(a) & ~t.up & (t.cached < a.sent) & (a.released < a.sent)


@always("PIP-27", why="a seed disk that is half of one moment and half of another can never be made whole again")
def the_log_covers_the_seed_disk(a: Agent, t: Target) -> Bool:
    """Whatever may be on the seed disk in part is in the log until it is flushed whole, or the machine is marked."""
    return ((t.touched <= t.cached) | a.marked) & (t.trimmed <= t.hardened)


@sometimes("PIP-27", writes=2)
def a_crash_is_made_good_from_the_log(a: Agent, t: Target) -> Bool:
    """After a crash parts of several records are on the seed disk, and the log is applied again."""
    return t.up & ~a.marked & (t.applied + 1 < t.touched)


@whenever("PIP-28", why="half of a record restores a disk that never existed, and what was not flushed is not there")
def a_point_is_whole_and_flushed(a: Agent, t: Target) -> Bool:
    """A point is taken with no part of a later record in it and no comparison due, and of what survives a crash."""
    whole = (t.pointed_parts.next == t.pointed.next) & (t.pointed.next <= t.hardened)
    return (t.pointed != t.pointed.next).implies(whole & ~a.marked)


@sometimes("PIP-28", writes=2)
def a_point_stays_while_the_next_record_is_half_there(t: Target) -> Bool:
    """The seed disk is in the middle of a record, and the point before it can be restored."""
    return (t.pointed > 0) & (t.applied < t.touched)


@always("PIP-30", why="a link that is back says nothing of what it has lost: the loss is noticed in the failover (B2)")
def a_failed_transfer_is_marked(a: Agent) -> Bool:
    """Once a change could not travel, the machine is marked until both sides were compared."""
    return a.failed.implies(a.marked)


@sometimes("PIP-30")
def healed_hops_clear_no_mark(a: Agent, p: TwoHops) -> Bool:
    """Both hops are up again and the agent is well, and the machine is still marked."""
    return a.failed & a.marked & a.up & p.near & p.far


STAGES = (
    send_change,
    hold_change,
    land_change,
    flush_cache,
    acknowledge,
    begin_to_apply,
    finish_to_apply,
    flush_seed_disk,
    point_at_applied,
)
"""What each stage does with a change, whenever it can."""

REPAIRS = (near_hop_heals, far_hop_heals, agent_comes_back, target_recovers, compare_and_complete)
TROUBLE = (
    near_hop_breaks,
    far_hop_breaks,
    change_meets_dead_near_hop,
    change_meets_dead_far_hop,
    process_server_dies,
    agent_dies,
    target_crashes_unflushed,
    target_crashes_flushed,
    log_is_damaged,
)


@eventually(
    "PIP-31",
    why="a pipeline that stands still without an error is found out by the age of its last point",
    fair=(*STAGES, *REPAIRS),
    ceases=TROUBLE,
)
def every_write_gets_into_a_point(a: Agent, t: Target) -> Leads:
    """Whatever had died before: once the trouble is over, the newest point has everything that was written."""
    return after(t.pointed < a.written).comes(t.pointed == a.written)


SPEC = spec_of(
    __name__,
    "pipeline",
    "The way of a change from the disk to a point: hops, caches, watermarks, dead hops, and crashes of every stage.",
    (Part(Agent, Agent), Part(TwoHops, TwoHops, name="line"), Part(Target, Target)),
    {"writes": 2},
)

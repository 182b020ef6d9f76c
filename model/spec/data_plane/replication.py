"""Replication: how the content of blocks travels, what is tracked, and what the link and the agent can do to it.

(seed: Replication process 1-5, Resynchronization process 1-7; domain §3). Sends are consistent cuts of the disk
while changes flow, and single blocks while sides are compared: only the first kind may become a recovery point.
Both directions obey the same rules: `sender` is the side that runs, `receiver` the other one.
"""

from collections.abc import Iterator

from siteproof.model.language import Effect, Step, action, for_each, given
from siteproof.model.nouns.vocabulary import Protection, Resync
from siteproof.model.spec.data_plane.machine import (
    NOTHING,
    Link,
    Machine,
    caught_up,
    compares,
    delta_flows,
    in_flight,
    is_next,
    log_is_empty,
    replicating,
    something_dirty,
    tracks,
)


def clear_log(m: Machine) -> Iterator[Effect]:
    """Nothing is on its way any more."""
    yield m.received.becomes(False)
    yield from (place.becomes(NOTHING) for place in m.log)


def clear_bitmap(m: Machine) -> Iterator[Effect]:
    """No block is marked any more."""
    return (mark.becomes(False) for mark in m.dirty)


def mark_every_block(m: Machine) -> Iterator[Effect]:
    """Every block has to travel."""
    return (mark.becomes(True) for mark in m.dirty)


def mark_differing_blocks(m: Machine) -> Iterator[Effect]:
    """Checksums of both sides are compared: exactly the blocks that differ have to travel."""
    return (m.dirty[b].becomes(m.source[b] != m.seed[b]) for b in m.blocks)


@action("REP-1", block="blocks")
def write_on_premises(m: Machine, block: int) -> Step:
    """The workload writes its next block; the tracker marks it when data flows from here."""
    return given(m.runs_on_premises & is_next(m.source, block, m.last_version)).then(
        m.source[block].becomes(m.source[block] + 1),
        m.dirty[block].becomes(m.dirty[block] | (tracks(m) & m.forward)),
    )


@action("REP-2", block="blocks")
def write_in_cloud(m: Machine, block: int) -> Step:
    """The failed-over workload writes its next block; the tracker marks it when data flows from there."""
    return given(m.runs_in_cloud & is_next(m.seed, block, m.last_version)).then(
        m.seed[block].becomes(m.seed[block] + 1),
        m.dirty[block].becomes(m.dirty[block] | (tracks(m) & ~m.forward)),
    )


@action("REP-3")
def ship(m: Machine, link: Link) -> Step:
    """The agent sends everything dirty as one batch: a consistent cut of the disk."""
    return given(delta_flows(m) & link.up & log_is_empty(m) & something_dirty(m)).then(
        *(m.log[b].becomes(m.dirty[b].if_else(m.sender[b], NOTHING)) for b in m.blocks),
        *clear_bitmap(m),
    )


@action("REP-4", block="blocks")
def copy_block(m: Machine, link: Link, block: int) -> Step:
    """During the initial copy and a resynchronisation, one marked block travels at a time; writes go on beside it."""
    return given(compares(m) & link.up & log_is_empty(m) & m.dirty[block]).then(
        m.log[block].becomes(m.sender[block]),
        m.dirty[block].becomes(False),
    )


@action("REP-5")
def receive(m: Machine, link: Link) -> Step:
    """What was sent reaches the cache and is acknowledged: from now on it cannot get lost."""
    return given(in_flight(m) & link.up).then(m.received.becomes(True))


@action("REP-6", block="blocks")
def apply(m: Machine, block: int) -> Step:
    """One block of the log is applied to the receiver's disk."""
    content, others = m.log[block], [m.log[b] for b in m.blocks if b != block]
    last = for_each(others, lambda other: other == NOTHING)
    return given(m.received & (content != NOTHING)).then(
        m.seed[block].becomes(m.forward.if_else(content, m.seed[block])),
        m.source[block].becomes(m.forward.if_else(m.source[block], content)),
        content.becomes(NOTHING),
        m.received.becomes(~last),
    )


@action("REP-7")
def complete_copy(m: Machine) -> Step:
    """Every block has travelled: the machine is protected, and forward it has its first common point."""
    ready = (m.protection == Protection.INITIAL_REPLICATION) & m.agent_up & caught_up(m)
    newest = m.points[0]
    return given(ready).then(
        m.protection.becomes(Protection.PROTECTED),
        newest.kept.becomes(m.forward),
        *(newest.image[b].becomes(m.forward.if_else(m.seed[b], NOTHING)) for b in m.blocks),
    )


@action("REP-8")
def link_breaks(link: Link) -> Step:
    """The network between the sites is cut."""
    return given(link.up).then(link.up.becomes(False))


@action("REP-9")
def link_heals(link: Link) -> Step:
    """The network is back. No mark and no bitmap is touched by that: nothing is known to be equal."""
    return given(~link.up).then(link.up.becomes(True))


@action("REP-10")
def copy_is_interrupted(m: Machine, link: Link) -> Step:
    """A dead link loses a block of the initial copy: the copy starts over."""
    copies = (m.protection == Protection.INITIAL_REPLICATION) & m.agent_up
    return given(copies & ~link.up & in_flight(m)).then(*clear_log(m), *mark_every_block(m))


@action("REP-11")
def agent_crashes(m: Machine) -> Step:
    """The agent dies and its bitmap with it; the workload goes on and nobody notes what it writes."""
    return given(tracks(m)).then(m.agent_up.becomes(False), *clear_bitmap(m))


@action("REP-12")
def agent_restarts_during_copy(m: Machine) -> Step:
    """After a crash the initial copy starts over."""
    copies = m.protection == Protection.INITIAL_REPLICATION
    return given(copies & ~m.agent_up).then(m.agent_up.becomes(True), *mark_every_block(m))


@action("RES-1")
def agent_restarts(m: Machine) -> Step:
    """After a crash nobody knows what was written: the machine is marked, and a running resynchronisation fails."""
    interrupted = (m.resync == Resync.RUNNING).if_else(Resync.FAILED, m.resync)
    return given((m.protection == Protection.PROTECTED) & ~m.agent_up).then(
        m.agent_up.becomes(True),
        m.resync.becomes((m.resync == Resync.NONE).if_else(Resync.REQUIRED, interrupted)),
    )


@action("RES-2")
def data_meets_dead_link(m: Machine, link: Link) -> Step:
    """Data that had to travel could not: what was in flight is lost and the machine is marked."""
    waiting = in_flight(m) | something_dirty(m)
    running = m.resync == Resync.RUNNING
    protected = tracks(m) & (m.protection == Protection.PROTECTED) & m.resync.is_in(Resync.NONE, Resync.RUNNING)
    return given(protected & ~link.up & waiting).then(
        m.resync.becomes(running.if_else(Resync.FAILED, Resync.REQUIRED)),
        *(place.becomes(m.received.if_else(place, NOTHING)) for place in m.log),
    )


@action("RES-3")
def start_resync(m: Machine, link: Link) -> Step:
    """Once everything received is applied, both sides are compared; exactly the blocks that differ are marked.

    A drill is finished first; a resynchronisation that already runs goes on beside it.
    """
    waits = m.resync.is_in(Resync.REQUIRED, Resync.FAILED)
    return given(replicating(m) & waits & ~m.drill & m.agent_up & link.up & log_is_empty(m)).then(
        m.resync.becomes(Resync.RUNNING),
        *mark_differing_blocks(m),
    )


@action("RES-4")
def complete_resync(m: Machine) -> Step:
    """Nothing differs and nothing is on its way: the mark is cleared and changes flow again."""
    return given((m.resync == Resync.RUNNING) & m.agent_up & caught_up(m)).then(m.resync.becomes(Resync.NONE))

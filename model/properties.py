"""What a replication must never do, and what it must be able to do, over the data-plane chapters (DOMAIN.md §2, §3).

Each `always` has a `sometimes` twin under the same id: a system in which nothing happens satisfies every invariant.
"""

from siteproof.model.language import Bool, always, exists, for_each, sometimes
from siteproof.model.machine import (
    NOTHING,
    Machine,
    caught_up,
    delta_flows,
    is_past_image,
    log_is_empty,
    replicating,
    same,
    tracks,
)
from siteproof.model.nouns.vocabulary import Protection, Resync


@always("PT-2", why="a torn point restores a disk that never existed")
def every_point_is_a_past_image(m: Machine) -> Bool:
    """Each recovery point holds the disk as it was at some moment."""
    return for_each(m.points, lambda point: point.kept.implies(is_past_image(point.image)))


@sometimes("PT-2", versions=2)
def a_point_differs_from_the_source(m: Machine) -> Bool:
    """A point shows the past, not the present."""
    return exists(m.points, lambda point: point.kept & ~same(point.image, m.source))


@always("PT-3", why="blocks arrive one by one in the window, so a point of it is torn whenever the workload writes")
def no_point_is_taken_in_a_resync_window(m: Machine) -> Bool:
    """No point was taken while a resynchronisation was open."""
    return for_each(m.points, lambda point: ~point.taken_in_window)


@sometimes("PT-3", versions=2)
def an_older_point_survives_a_resync_window(m: Machine) -> Bool:
    """Points from before the window stay restorable in it."""
    return (m.resync == Resync.RUNNING) & exists(m.points, lambda point: point.kept & ~same(point.image, m.seed))


@always("REP-13", why="a machine that is reported in sync and is not loses data in the next failover")
def in_sync_means_equal(m: Machine) -> Bool:
    """Where changes flow, nothing is marked and nothing is on its way, both sides hold the same."""
    return (delta_flows(m) & caught_up(m)).implies(same(m.source, m.seed))


@sometimes("REP-13")
def in_sync_is_reached_in_reverse(m: Machine) -> Bool:
    """Both directions get in sync."""
    return delta_flows(m) & caught_up(m) & ~m.forward


@always("RES-5", why="a mark that is cleared too early hides a stale block for ever")
def what_differs_is_marked(m: Machine) -> Bool:
    """A block that differs is marked, or on its way, or the whole machine is marked."""
    watched = tracks(m) & m.resync.is_in(Resync.NONE, Resync.RUNNING)
    return for_each(
        m.blocks,
        lambda b: (watched & (m.source[b] != m.seed[b])).implies(m.dirty[b] | (m.log[b] != NOTHING)),
    )


@sometimes("RES-5", blocks=2, versions=2)
def a_resync_finds_a_block_to_spare(m: Machine) -> Bool:
    """A resynchronisation sends less than everything: some block is equal and not marked, another one differs."""
    differs = exists(m.blocks, lambda b: m.dirty[b] & (m.source[b] != m.seed[b]))
    spared = exists(m.dirty, lambda mark: ~mark)
    return (m.resync == Resync.RUNNING) & log_is_empty(m) & differs & spared


@always("LC-14", why="applications crash, or worse, go on, when the disk under them is a mixture of moments")
def the_disk_that_runs_is_consistent(m: Machine) -> Bool:
    """Whatever runs, runs on an image of its own history."""
    premises = m.runs_on_premises.implies(is_past_image(m.source))
    return premises & m.runs_in_cloud.implies(is_past_image(m.seed))


@sometimes("LC-14", blocks=2, versions=2)
def the_other_disk_is_a_mixture(m: Machine) -> Bool:
    """While blocks are applied the receiver is between two moments: nothing may start from it."""
    return (m.protection == Protection.PROTECTED) & m.forward & ~is_past_image(m.seed)


@always("LC-15", why="two running copies of one machine diverge, and one of them loses its users' writes")
def never_two_active_sides(m: Machine) -> Bool:
    """At most one of the two machines runs."""
    return ~(m.runs_on_premises & m.runs_in_cloud)


@sometimes("LC-15")
def the_workload_comes_home(m: Machine) -> Bool:
    """After failover, reprotect and failback the workload runs on premises with what it wrote in the cloud."""
    home = (m.protection == Protection.COMMITTED) & ~m.forward & m.runs_on_premises
    return home & is_past_image(m.source) & ~replicating(m)

"""What a replication must never do, and what it must be able to do, over the data-plane chapters (domain §2, §3).

Each `always` has a `sometimes` twin under the same id: a system in which nothing happens satisfies every invariant.
"""

from siteproof.model.language import Bool, always, exists, for_each, sometimes, whenever
from siteproof.model.nouns.vocabulary import Protection, Resync
from siteproof.model.spec.data_plane.machine import (
    FOREIGN,
    NOTHING,
    Machine,
    caught_up,
    delta_flows,
    in_flight,
    is_past_image,
    log_is_empty,
    replicating,
    same,
    something_dirty,
    tracks,
)


@always("PT-2", why="a torn point restores a disk that never existed")
def every_point_is_a_past_image(m: Machine) -> Bool:
    """Each recovery point holds the disk as it was at some moment."""
    return for_each(m.points, lambda point: point.kept.implies(is_past_image(point.image)))


@sometimes("PT-2", versions=2)
def a_point_differs_from_the_source(m: Machine) -> Bool:
    """A point shows the past, not the present."""
    return exists(m.points, lambda point: point.kept & ~same(point.image, m.source))


@whenever(
    "PT-3",
    of=("PT-1",),
    why="blocks arrive one by one in the window, so a point of it is torn when the workload writes",
)
def no_point_is_taken_in_a_resync_window(m: Machine) -> Bool:
    """No point is taken while a resynchronisation is open."""
    more = exists(m.points, lambda point: ~point.kept & point.kept.next)
    other = exists(m.points, lambda point: exists(point.image, lambda content: content != content.next))
    return (more | other).implies(m.resync == Resync.NONE)


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


@always("REP-14", why="a leftover of an old protection would be taken for a change of the new one")
def nothing_is_left_outside_of_replication(m: Machine) -> Bool:
    """Marks need an agent, the log needs replication, a resynchronisation needs a protected machine."""
    return (
        something_dirty(m).implies(tracks(m))
        & m.agent_up.implies(replicating(m))
        & m.received.implies(~log_is_empty(m))
        & (~replicating(m)).implies(log_is_empty(m))
        & (m.resync != Resync.NONE).implies(m.protection == Protection.PROTECTED)
    )


@sometimes("REP-14", blocks=2, versions=2)
def changes_wait_while_others_travel(m: Machine) -> Bool:
    """The workload goes on while its changes are on their way."""
    return something_dirty(m) & in_flight(m) & delta_flows(m)


@always("PT-4", why="a point of another life restores the wrong machine, and a commit is for ever")
def points_belong_to_their_failover(m: Machine) -> Bool:
    """Points are of the forward direction, a drill or a failover uses one, and a commit leaves just that one."""
    over = m.protection.is_in(Protection.FAILED_OVER, Protection.COMMITTED)
    committed = m.protection == Protection.COMMITTED
    return for_each(
        m.points,
        lambda point: (
            point.kept.implies(m.forward & (over | (m.protection == Protection.PROTECTED)))
            & point.used.implies(point.kept & (over | m.drill))
            & (committed & point.kept).implies(point.used)
            & (~point.kept).implies(for_each(point.image, lambda content: content == NOTHING))
        ),
    )


@sometimes("PT-4")
def the_used_point_outlives_the_commit(m: Machine) -> Bool:
    """The point that was used stays listed until the machine is reprotected."""
    return (m.protection == Protection.COMMITTED) & exists(m.points, lambda point: point.used)


@always(
    "PT-5", why="a drill that changes its point, or loses it, has tested something that cannot be restored (B11, B39)"
)
def a_drill_stands_on_its_point(m: Machine) -> Bool:
    """Beside a protected machine, on a pinned point: each block of it is the point's, or was written in the drill."""
    protected = (m.protection == Protection.PROTECTED) & m.forward
    stands = exists(
        m.points,
        lambda point: (
            point.used
            & for_each(m.blocks, lambda b: (m.drill_disk[b] == point.image[b]) | (m.drill_disk[b] == FOREIGN))
        ),
    )
    return m.drill.implies(protected & stands)


@sometimes("PT-5", versions=2, points=2)
def replication_goes_on_beside_a_drill(m: Machine) -> Bool:
    """A newer point is taken while the drill runs on an older one."""
    newer = exists(m.points, lambda point: point.kept & ~point.used & same(point.image, m.source))
    return m.drill & newer & ~exists(m.points, lambda point: point.used & same(point.image, m.source))


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


@always("LC-20", why="a failover that reports success and leaves nothing running is an outage of its own")
def a_finished_failover_runs(m: Machine) -> Bool:
    """After a failover the cloud machine runs, after a failback the one on premises."""
    over = m.protection.is_in(Protection.FAILED_OVER, Protection.COMMITTED)
    return (over & m.forward).implies(m.runs_in_cloud) & (over & ~m.forward).implies(m.runs_on_premises)


@sometimes("LC-20")
def a_migration_ends_in_the_cloud(m: Machine) -> Bool:
    """The one way out: migrated, and running there."""
    return (m.protection == Protection.MIGRATED) & m.runs_in_cloud


@always("LC-21", why="a planned failback that loses writes is a disaster that nobody had to have")
def a_failback_loses_nothing(m: Machine) -> Bool:
    """Until its commit a failback holds everything that the cloud machine wrote."""
    open_failback = (m.protection == Protection.FAILED_OVER) & ~m.forward
    return open_failback.implies(for_each(m.blocks, lambda b: m.seed[b] <= m.source[b]))


@sometimes("LC-21", versions=2)
def the_workload_goes_on_after_the_failback(m: Machine) -> Bool:
    """On premises newer versions are written while the failback waits for its commit."""
    open_failback = (m.protection == Protection.FAILED_OVER) & ~m.forward
    return open_failback & exists(m.blocks, lambda b: m.seed[b] < m.source[b])

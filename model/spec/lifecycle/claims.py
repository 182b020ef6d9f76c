"""What the lifecycle claims of its states: where drills and marks may stand, and what each direction has alone."""

from siteproof.model.language import Bool, always, sometimes
from siteproof.model.nouns.vocabulary import Direction, Protection, Resync, Site, TestFailover
from siteproof.model.spec.lifecycle.machine import LifecycleMachine


@always("LC-16", why="a drill that is open in another state blocks or breaks the real failover (B25)")
def a_drill_stands_beside_forward_protection(m: LifecycleMachine) -> Bool:
    """A test failover exists only while the machine is protected forward."""
    beside = (m.protection == Protection.PROTECTED) & (m.direction == Direction.FORWARD) & (m.active == Site.PRIMARY)
    return (m.test_failover != TestFailover.NONE).implies(beside)


@sometimes("LC-16")
def a_drill_runs_during_a_resync(m: LifecycleMachine) -> Bool:
    """Replication, and even a resynchronisation, goes on beside a drill."""
    return (m.test_failover == TestFailover.COMPLETED) & (m.resync == Resync.RUNNING)


@always("LC-17", why="what is not replicated any more must not look as if somebody still watched over it (B28)")
def unprotected_means_nothing_is_left(m: LifecycleMachine) -> Bool:
    """An unprotected machine has no drill, no mark and no reverse direction."""
    clean = (m.direction == Direction.FORWARD) & (m.test_failover == TestFailover.NONE) & (m.resync == Resync.NONE)
    return (m.protection == Protection.UNPROTECTED).implies(clean)


@sometimes("LC-17")
def a_machine_can_end_unprotected_in_the_cloud(m: LifecycleMachine) -> Bool:
    """Disabled after a failover, the machine stays where it runs."""
    return (m.protection == Protection.UNPROTECTED) & (m.active == Site.RECOVERY)


@always("LC-18", why="a failed-over machine has no receiver; a mark there would wait for ever")
def a_mark_ends_with_the_failover(m: LifecycleMachine) -> Bool:
    """Where the recovery side runs, nothing is marked for resynchronisation."""
    return (m.active == Site.RECOVERY).implies(m.resync == Resync.NONE)


@sometimes("LC-18")
def a_failover_starts_during_a_resync(m: LifecycleMachine) -> Bool:
    """A failover does not wait for a resynchronisation."""
    return (m.protection == Protection.FAILOVER_INITIATED) & (m.resync == Resync.RUNNING)


@always("LC-19", why="a point can be changed, and a failback cancelled, in one direction only")
def each_direction_has_its_own_commands(m: LifecycleMachine) -> Bool:
    """Changing the point belongs to the forward direction, cancelling to the reverse one."""
    forward_only = m.protection.is_in(Protection.CHANGING_RECOVERY_POINT, Protection.FAILOVER_FAILED)
    reverse_only = m.protection.is_in(Protection.CANCELLING, Protection.CANCEL_FAILED)
    forward, reverse = m.direction == Direction.FORWARD, m.direction == Direction.REVERSE
    return forward_only.implies(forward) & reverse_only.implies(reverse)


@sometimes("LC-19")
def the_workload_is_committed_at_home(m: LifecycleMachine) -> Bool:
    """The round trip: failed over, reprotected, failed back, committed."""
    return (m.protection == Protection.COMMITTED) & (m.direction == Direction.REVERSE)

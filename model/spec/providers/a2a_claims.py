"""What the symmetric lifecycle claims in place of the seed's claims about directions."""

from siteproof.model.language import Bool, always, sometimes
from siteproof.model.nouns.vocabulary import Direction, Protection, Site, TestFailover
from siteproof.model.spec.lifecycle.machine import LifecycleMachine


@always("AZ-16", why="a drill that is open in another state blocks or breaks the real failover (B25)")
def a_drill_stands_beside_protection(m: LifecycleMachine) -> Bool:
    """A test failover exists only while the machine is protected, on either leg."""
    beside = (m.protection == Protection.PROTECTED) & (m.active == Site.PRIMARY)
    return (m.test_failover != TestFailover.NONE).implies(beside)


@sometimes("AZ-16")
def a_drill_runs_on_the_second_leg(m: LifecycleMachine) -> Bool:
    """The way back is drilled like the way there."""
    return (m.test_failover == TestFailover.COMPLETED) & (m.direction == Direction.REVERSE)


@always("AZ-19", why="a failback that can be cancelled belongs to another provider")
def nothing_is_cancelled_and_nothing_migrates(m: LifecycleMachine) -> Bool:
    """No state of a cancel and no completed migration is ever shown."""
    others = m.protection.is_in(Protection.CANCELLING, Protection.CANCEL_FAILED, Protection.MIGRATED)
    return ~others


@sometimes("AZ-19")
def the_second_leg_fails_over_without_a_plan(m: LifecycleMachine) -> Bool:
    """The way back is an unplanned failover, which may fail."""
    return (m.protection == Protection.FAILOVER_FAILED) & (m.direction == Direction.REVERSE)

"""What administration may never do, and what it has to be able to do (domain §1, 8, 14 and 15; §2; §3)."""

from siteproof.model.language import Bool, always, sometimes, whenever
from siteproof.model.nouns.administration import (
    AddedDisk,
    AdminVerb,
    Components,
    OldestPoint,
    RetentionEdit,
    SourceMachine,
    Version,
)
from siteproof.model.nouns.vocabulary import Direction, Protection, Resync, Site, TestFailover
from siteproof.model.spec.administration.machine import INCOMPLETE, AdministeredMachine, is_protected_forward
from siteproof.model.spec.administration.table import ADMINISTRATION

SWITCHES = tuple(row.rule for row in ADMINISTRATION if row.verb is AdminVerb.SWITCH_APPLIANCE)


@whenever("ADM-12", of=SWITCHES, why="the parts that still live go on writing to the replica beside their successor")
def an_appliance_is_left_whole(m: AdministeredMachine) -> Bool:
    """No machine is taken from an appliance of which one component differs, nor while it flows in reverse."""
    return (m.components != Components.MIXED) & (m.direction == Direction.FORWARD)


@sometimes("ADM-12")
def one_component_blocks_the_switch(m: AdministeredMachine) -> Bool:
    """The protected machine stays where it is while its appliance is neither well nor dead."""
    return is_protected_forward(m) & (m.components == Components.MIXED) & (m.test_failover == TestFailover.NONE)


@always(
    "ADM-13", why="what an old appliance had cached, or a lost disk had written, is missing and nobody looks for it"
)
def a_gap_is_marked(m: AdministeredMachine) -> Bool:
    """Where both sides may differ the machine is marked: after a switch, an update, and whatever else was done."""
    return m.gap.implies(m.resync != Resync.NONE)


@sometimes("ADM-13")
def components_are_updated_during_a_resync(m: AdministeredMachine) -> Bool:
    """A newer version is out while a gap is closed."""
    return m.gap & (m.resync == Resync.RUNNING) & (m.version == Version.OUTDATED)


@whenever("ADM-14", of=("ADM-11",), why="a failover to such a point starts a machine without one of its disks")
def points_hold_every_disk(m: AdministeredMachine) -> Bool:
    """No point is taken while an added disk is not copied, has another size, or is lost."""
    return ~m.disk.is_in(*INCOMPLETE)


@sometimes("ADM-14")
def older_points_stay_while_a_disk_is_copied(m: AdministeredMachine) -> Bool:
    """The initial copy of a disk takes no history away."""
    return (m.disk == AddedDisk.COPYING) & (m.oldest == OldestPoint.KEPT)


@always("ADM-15", why="a point that was listed as gone has lost its blocks; failing over to it restores something else")
def an_edit_resurrects_nothing(m: AdministeredMachine) -> Bool:
    """What an arriving point drove out stays gone, however long the retention becomes."""
    return m.gone.implies(m.oldest == OldestPoint.PRUNED)


@sometimes("ADM-15")
def the_retention_is_long_again_and_the_point_is_gone(m: AdministeredMachine) -> Bool:
    """Shortened and lengthened: only points that are taken from now on profit."""
    return m.gone & (m.retention == RetentionEdit.LONG)


@always("ADM-16", why="a mistyped retention would delete the history before anybody could type it again")
def an_edit_alone_deletes_nothing(m: AdministeredMachine) -> Bool:
    """A point goes when another one arrives, and not because a policy was edited."""
    return (m.oldest == OldestPoint.PRUNED).implies(m.gone)


@sometimes("ADM-16")
def a_shortened_retention_waits_for_the_next_point(m: AdministeredMachine) -> Bool:
    """The policy wants the oldest point no more, and it can still be restored, here because no point arrives."""
    return (m.retention == RetentionEdit.SHORT) & (m.oldest == OldestPoint.KEPT) & m.gap


@always("ADM-17", why="points and seed disks of a machine that nobody protects are paid for and never used")
def nothing_is_left_of_a_disabled_machine(m: AdministeredMachine) -> Bool:
    """Disabled, also by force, a machine has no added disk, no point and no gap."""
    nothing = (m.disk == AddedDisk.NONE) & (m.oldest == OldestPoint.NONE) & ~m.gap
    return (m.protection == Protection.UNPROTECTED).implies(nothing)


@sometimes("ADM-17")
def a_machine_is_let_go_after_its_source(m: AdministeredMachine) -> Bool:
    """The source is gone for good, and the machine is unprotected on premises: an ordinary disable cannot do that."""
    return (m.protection == Protection.UNPROTECTED) & (m.active == Site.PRIMARY) & (m.source == SourceMachine.GONE)


@always("ADM-18", why="a replica that is smaller than its source is reported up to date (B7)")
def a_resized_disk_is_marked(m: AdministeredMachine) -> Bool:
    """Until both sides were compared at the new size, the machine is marked."""
    return (m.disk == AddedDisk.RESIZED).implies(m.resync != Resync.NONE)


@sometimes("ADM-18")
def a_resized_disk_is_compared(m: AdministeredMachine) -> Bool:
    """The resynchronisation that acknowledges the new size runs."""
    return (m.disk == AddedDisk.RESIZED) & (m.resync == Resync.RUNNING)


@always("ADM-19", why="only disks that were replicated come back; a half-copied one would come back empty")
def no_incomplete_disk_leaves_the_forward_direction(m: AdministeredMachine) -> Bool:
    """Where the cloud machine runs, or data flows in reverse, an added disk is covered or left behind."""
    away = (m.direction == Direction.REVERSE) | (m.active == Site.RECOVERY)
    return away.implies(m.disk.is_in(AddedDisk.NONE, AddedDisk.COVERED))


@sometimes("ADM-19")
def an_added_disk_fails_over(m: AdministeredMachine) -> Bool:
    """A disk that was added and copied is part of the failed-over machine."""
    return (m.active == Site.RECOVERY) & (m.disk == AddedDisk.COVERED)

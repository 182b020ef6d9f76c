"""What lifecycle commands do to data; where they are allowed stands in lifecycle/table.py under the same rule id.

(seed: Failover and failback process; domain §1). A failover abandons what the source wrote after the chosen point:
that content belongs to no history any more. The side that does not run is fenced in the same step.
"""

from collections.abc import Iterator

from siteproof.model.language import Effect, Step, action, given
from siteproof.model.nouns.vocabulary import Direction, Protection, Resync
from siteproof.model.spec.data_plane.machine import FOREIGN, Link, Machine, Slot, caught_up
from siteproof.model.spec.data_plane.recovery_points import drop_points
from siteproof.model.spec.data_plane.replication import clear_bitmap, clear_log, mark_differing_blocks, mark_every_block


def use_only(m: Machine, chosen: Slot) -> Iterator[Effect]:
    """The chosen point is pinned, any other is not."""
    return (slot.used.becomes(value=slot is chosen) for slot in m.points)


def build_from(m: Machine, chosen: Slot) -> Iterator[Effect]:
    """The cloud disk becomes the point; what the source holds beyond it is abandoned."""
    for b in m.blocks:
        yield m.seed[b].becomes(chosen.image[b])
        yield m.source[b].becomes((m.source[b] == chosen.image[b]).if_else(m.source[b], FOREIGN))


def stop_replication(m: Machine) -> Iterator[Effect]:
    """Nothing is tracked, nothing is on its way, no mark is left."""
    yield m.agent_up.becomes(False)
    yield m.resync.becomes(Resync.NONE)
    yield from clear_bitmap(m)
    yield from clear_log(m)


def run_in_cloud(m: Machine) -> Iterator[Effect]:
    """The cloud machine starts; the on-premises machine is off or fenced."""
    yield m.runs_in_cloud.becomes(True)
    yield m.runs_on_premises.becomes(False)


def run_on_premises(m: Machine) -> Iterator[Effect]:
    """The on-premises machine starts; the cloud machine is off."""
    yield m.runs_on_premises.becomes(True)
    yield m.runs_in_cloud.becomes(False)


@action("LC-1")
def enable(m: Machine) -> Step:
    """A seed disk is created and every block has to travel."""
    return given((m.protection == Protection.UNPROTECTED) & m.runs_on_premises).then(
        m.protection.becomes(Protection.INITIAL_REPLICATION),
        m.agent_up.becomes(True),
        *mark_every_block(m),
    )


@action("LC-2")
def disable(m: Machine) -> Step:
    """Replication and its points end; the machine that runs goes on, the other side's disk is given up."""
    return given(~m.drill & (m.protection != Protection.UNPROTECTED) & (m.protection != Protection.MIGRATED)).then(
        m.protection.becomes(Protection.UNPROTECTED),
        m.direction.becomes(Direction.FORWARD),
        *stop_replication(m),
        *drop_points(m),
        *(m.seed[b].becomes(m.runs_in_cloud.if_else(m.seed[b], FOREIGN)) for b in m.blocks),
        *(m.source[b].becomes(m.runs_on_premises.if_else(m.source[b], FOREIGN)) for b in m.blocks),
    )


@action("LC-5", slot="points")
def fail_over(m: Machine, slot: int) -> Step:
    """Replication stops, the old side is fenced, and the cloud machine is made from the chosen point."""
    chosen = m.points[slot]
    return given((m.protection == Protection.PROTECTED) & m.forward & ~m.drill & chosen.kept).then(
        m.protection.becomes(Protection.FAILED_OVER),
        *stop_replication(m),
        *run_in_cloud(m),
        *build_from(m, chosen),
        *use_only(m, chosen),
    )


@action("LC-6", slot="points")
def change_recovery_point(m: Machine, slot: int) -> Step:
    """Before the commit the machine can be rebuilt from another point; what it wrote since the failover is lost."""
    chosen = m.points[slot]
    return given((m.protection == Protection.FAILED_OVER) & m.forward & chosen.kept).then(
        *build_from(m, chosen),
        *use_only(m, chosen),
    )


@action("LC-7")
def commit(m: Machine) -> Step:
    """The failover is final: every point but the used one is deleted."""
    return given(m.protection == Protection.FAILED_OVER).then(
        m.protection.becomes(Protection.COMMITTED),
        *drop_points(m, but_used=True),
    )


@action("LC-8")
def complete_migration(m: Machine) -> Step:
    """The machine stays where it runs; replication data is cleaned up, and there is no way back."""
    committed = (m.protection == Protection.COMMITTED) & m.forward
    return given((m.protection == Protection.FAILED_OVER) | committed).then(
        m.protection.becomes(Protection.MIGRATED),
        *drop_points(m),
    )


@action("LC-9")
def reprotect(m: Machine, link: Link) -> Step:
    """Both sides are compared and replication starts the other way; the points of the old direction are gone."""
    over = m.protection.is_in(Protection.FAILED_OVER, Protection.COMMITTED)
    return given(over & link.up).then(
        m.protection.becomes(Protection.INITIAL_REPLICATION),
        m.direction.becomes(m.forward.if_else(Direction.REVERSE, Direction.FORWARD)),
        m.agent_up.becomes(True),
        *mark_differing_blocks(m),
        *drop_points(m),
    )


@action("LC-10")
def fail_back(m: Machine, link: Link) -> Step:
    """The cloud machine is shut down with nothing left to travel, and the on-premises machine starts."""
    ready = (m.protection == Protection.PROTECTED) & ~m.forward & (m.resync == Resync.NONE) & m.agent_up
    return given(ready & link.up & caught_up(m)).then(
        m.protection.becomes(Protection.FAILED_OVER),
        *stop_replication(m),
        *run_on_premises(m),
    )


@action("LC-11")
def cancel(m: Machine) -> Step:
    """The failback is undone: the safety snapshot comes back on premises and the cloud machine runs again."""
    return given((m.protection == Protection.FAILED_OVER) & ~m.forward).then(
        m.protection.becomes(Protection.PROTECTED),
        m.agent_up.becomes(True),
        *run_in_cloud(m),
        *(m.source[b].becomes(m.seed[b]) for b in m.blocks),
    )

"""What the frame shows of a machine. Rule: it asks nobody and changes nothing."""

from siteproof.conformance.adapters.frame.machine import FrameMachine
from siteproof.model.nouns.observation import DiskView, Observation, Watermarks
from siteproof.model.nouns.profile import CORE
from siteproof.model.nouns.vocabulary import Health, Protection, Verb
from siteproof.model.spec.lifecycle.table import allowed_operations

SHOWS_DISKS = frozenset(Protection) - {Protection.UNPROTECTED, Protection.MIGRATED}


def observe(machine: FrameMachine) -> Observation:
    """The machine at this moment."""
    product, regions = machine.product, machine.regions
    listed = allowed_operations(regions, CORE)
    return Observation(
        machine=machine.spec.name,
        time_ms=machine.now_ms,
        regions=regions,
        allowed=tuple(verb for verb in Verb if verb in listed),
        points=machine.points.shown({each.point.name for each in machine.pins.values()}),
        disks=_disks(machine),
        running=machine.running,
        rpo_ms=machine.now_ms - machine.latest_ms if machine.replicates else None,
        health=Health.WARNING if _is_unwell(machine) else Health.NORMAL,
        events=machine.events,
        resync_reason=machine.reason,
        generation=machine.generation,
        bytes_sent=machine.counted_bytes,
        link_up=product.link_up,
    )


def _is_unwell(machine: FrameMachine) -> bool:
    failed = machine.regions.protection.value.endswith("_failed")
    return failed or machine.behind or machine.reason is not None or not machine.product.link_up


def _disks(machine: FrameMachine) -> tuple[DiskView, ...]:
    if machine.regions.protection not in SHOWS_DISKS:
        return ()
    changes, specs = machine.changes, machine.spec.disks
    return tuple(
        DiskView(
            name=specs[number].name,
            blocks=specs[number].blocks,
            dirty_blocks=min(specs[number].blocks, changes.dirty_blocks(number)),
            watermarks=_watermarks(machine, number),
        )
        for number in machine.disks
    )


def _watermarks(machine: FrameMachine, number: int) -> Watermarks:
    changes = machine.changes
    shipped = changes.shipped[number]
    return Watermarks(changes.written[number], shipped, shipped, shipped, changes.pointed[number])

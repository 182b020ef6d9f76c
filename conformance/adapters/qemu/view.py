"""What the adapter shows of a machine. Rule: it asks and never changes anything."""

from siteproof.conformance.adapters.qemu import lifecycle
from siteproof.conformance.adapters.qemu.machine import QemuMachine
from siteproof.model.nouns.observation import DiskView, Observation, Watermarks
from siteproof.model.nouns.stamp import BLOCK_BYTES
from siteproof.model.nouns.vocabulary import Health, Place, Protection, TestFailover


def observe(machine: QemuMachine) -> Observation:
    """The machine at this moment."""
    return Observation(
        machine=machine.spec.name,
        time_ms=machine.now_ms,
        regions=machine.regions,
        allowed=lifecycle.allowed(machine.regions),
        points=machine.points.shown({each.point.name for each in machine.pins.values()}),
        disks=_disks(machine),
        running=_running(machine),
        rpo_ms=_rpo_ms(machine),
        health=Health.WARNING if machine.behind or not machine.link.up else Health.NORMAL,
        events=machine.events,
        generation=machine.generation,
        bytes_sent=machine.link.bytes_sent,
        link_up=machine.link.up,
        running_job="enable" if machine.regions.protection is Protection.INITIAL_REPLICATION else "",
    )


def _disks(machine: QemuMachine) -> tuple[DiskView, ...]:
    """The protected disks; what is dirty is counted by QEMU in granules of 64 KiB, cut at the disk's end."""
    dirty = machine.replica.dirty_bytes()
    return tuple(
        DiskView(
            name=disk.name,
            blocks=disk.blocks,
            dirty_blocks=min(disk.blocks, dirty[number] // BLOCK_BYTES),
            watermarks=_watermarks(machine, number),
        )
        for number, disk in enumerate(machine.spec.disks)
        if number in dirty
    )


def _watermarks(machine: QemuMachine, number: int) -> Watermarks:
    shipped = machine.shipped[number]
    return Watermarks(machine.written[number], shipped, shipped, shipped, machine.pointed[number])


def _running(machine: QemuMachine) -> tuple[Place, ...]:
    test = () if machine.regions.test_failover is TestFailover.NONE else (Place.TEST,)
    active = machine.place(Place.ACTIVE)
    return test if active is Place.PRIMARY and not machine.site_up else (active, *test)


def _rpo_ms(machine: QemuMachine) -> int | None:
    protected = machine.regions.protection is Protection.PROTECTED
    return machine.now_ms - machine.instant_ms if protected else None

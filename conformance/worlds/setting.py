"""The setting: the machines, disks, names, hour and policy that a world makes of what a case asks for.

Rule: pure. What a case asked for is always there, under the names by which the case calls it; a world only adds to it,
calls it something else, makes it larger, or puts something beside it.
"""

from collections.abc import Mapping, Sequence

from attrs import evolve, field, frozen

from siteproof.conformance.worlds.world import (
    DiskPosition,
    Disks,
    DiskSize,
    Hour,
    Machines,
    NameStyle,
    Policy,
    Seat,
    World,
)
from siteproof.model.nouns.policy import DAY_MINUTES, HOUR_MINUTES, MINUTE_MS, ReplicationPolicy
from siteproof.model.nouns.scenario import START_MS, DiskSpec, MachineSpec

HOUR_MS = HOUR_MINUTES * MINUTE_MS
BEGINS_MS: Mapping[Hour, int] = {
    Hour.OFFICE: START_MS,
    Hour.NIGHT: START_MS + 17 * HOUR_MS + 25 * MINUTE_MS,  # Tuesday, 02:25: not where hours, days and buckets begin
    Hour.WEEKEND: START_MS + 123 * HOUR_MS + 48 * MINUTE_MS,  # Saturday, 12:48
}
POLICIES: Mapping[Policy, ReplicationPolicy] = {
    Policy.DEFAULT: ReplicationPolicy(),
    Policy.LONG: ReplicationPolicy(retention_minutes=3 * DAY_MINUTES),
    Policy.APP: ReplicationPolicy(app_consistent_minutes=HOUR_MINUTES),
}
MACHINES: Mapping[Machines, int] = {Machines.ASKED: 0, Machines.TWO: 2, Machines.THREE: 3}
MORE_DISKS: Mapping[Disks, int] = {Disks.ASKED: 0, Disks.ONE_MORE: 1, Disks.TWO_MORE: 2}
EXTRA_BLOCKS = (33, 1)  # of the disks beside the meant ones: odd, and the smallest that there is
TINY: Mapping[DiskSize, int] = {DiskSize.BLOCK: 1, DiskSize.FEW: 7}
BACKWARDS_FROM = 999  # three digits for all of them, so that their order is that of text, too
LABEL = "in-the-long-row-of-machines-and-of-disks-at-the-end"


@frozen
class SettingMachine:
    """One machine of a setting; `disks` and `larger` are those of a lab's machine."""

    spec: MachineSpec
    meant: bool
    disks: Mapping[str, str] = field(factory=dict)
    larger: Mapping[str, int] = field(factory=dict)


@frozen
class Setting:
    """Parts in the order of the scenario."""

    parts: tuple[SettingMachine, ...]
    policy: ReplicationPolicy
    start_ms: int


def setting(world: World, asked: Sequence[MachineSpec], policy: ReplicationPolicy | None = None) -> Setting:
    """The world's version of these machines and of this policy (None: the world's own)."""
    beside = [_beside(number) for number in range(MACHINES[world.machines] - len(asked))]
    specs = [*beside, *asked] if world.seat is Seat.LAST else [*asked, *beside]
    names = _names(world.names, [spec.name for spec in specs], "vm")
    parts = tuple(_part(world, spec, name, meant=spec in asked) for spec, name in zip(specs, names, strict=True))
    return Setting(parts, policy or POLICIES[world.policy], BEGINS_MS[world.hour])


def grown(world: World, blocks: int) -> int:
    """How many blocks a disk has in this world for which a case asks with `blocks`."""
    if world.size in TINY:
        return TINY[world.size]
    steps = {DiskSize.ASKED: 0, DiskSize.ODD: 1, DiskSize.WORD: 64, DiskSize.WINDOW: 1024}
    step = steps[world.size]
    return blocks + step if step < 2 else (blocks // step + 1) * step + step // 8 + 1


def _beside(number: int) -> MachineSpec:
    return MachineSpec(f"beside{number}", (DiskSpec("disk0", EXTRA_BLOCKS[0]),), identity=f"identity-beside{number}")


def _part(world: World, spec: MachineSpec, name: str, *, meant: bool) -> SettingMachine:
    if not meant:
        return SettingMachine(evolve(spec, name=name), meant)
    extra = [DiskSpec(f"beside{number}", EXTRA_BLOCKS[number]) for number in range(MORE_DISKS[world.disks])]
    mine = [evolve(disk, blocks=grown(world, disk.blocks)) for disk in spec.disks]
    disks = [*extra, *mine] if world.disk is DiskPosition.LAST else [*mine, *extra]
    names = _names(world.names, [disk.name for disk in disks], "volume")
    called = {old.name: new for old, new in zip(disks, names, strict=True) if old in mine}
    larger = {called[old.name]: new.blocks - old.blocks for old, new in zip(spec.disks, mine, strict=True)}
    placed = tuple(evolve(disk, name=new) for disk, new in zip(disks, names, strict=True))
    return SettingMachine(evolve(spec, name=name, disks=placed), meant, called, larger)


def _names(names: NameStyle, asked: Sequence[str], stem: str) -> list[str]:
    """As many names, none of which a case uses for another thing."""
    if names is NameStyle.PLAIN:
        return list(asked)
    if names is NameStyle.ALIKE:
        return [stem + "1" * number for number in range(1, len(asked) + 1)]
    if names is NameStyle.BACKWARDS:
        return [f"{stem}-{BACKWARDS_FROM - number}" for number, _ in enumerate(asked)]
    return [f"{stem}-{LABEL}-{number}" for number, _ in enumerate(asked)]

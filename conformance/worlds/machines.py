"""A lab's machines: what a case asks for, and what it holds in its hands once the world has placed it.

Rule: values only; a case names a disk as it asked for it and never learns how the world calls it.
"""

from collections.abc import Mapping

from attrs import field, frozen

from siteproof.conformance.worlds.setting import SettingMachine
from siteproof.model.nouns.scenario import DiskSpec, MachineSpec
from siteproof.model.nouns.stamp import BLOCK_BYTES

DEFAULT_DISK = "1 MiB"
_UNITS = {"B": 1, "KiB": 1024, "MiB": 1024**2, "GiB": 1024**3}


@frozen
class Machine:
    """A machine of the lab's scenario; `index` is its place in it.

    `disks` leads from the name by which a case calls a disk to its name in this world, `larger` from there to the
    blocks that it has beyond what the case asked for. A machine that is not `meant` stands beside those that are.
    """

    index: int
    spec: MachineSpec
    disks: Mapping[str, str] = field(factory=dict)
    larger: Mapping[str, int] = field(factory=dict)
    meant: bool = True

    @property
    def name(self) -> str:
        """What the subject calls it."""
        return self.spec.name

    def disk(self, asked: str = "") -> DiskSpec:
        """The disk that a case calls so; without a name the first one that the case asked for."""
        name = self.disks.get(asked, asked) or next(iter(self.disks.values()), self.spec.disks[0].name)
        return next(disk for disk in self.spec.disks if disk.name == name)


def placed(index: int, part: SettingMachine) -> Machine:
    """The machine at that place of the scenario."""
    return Machine(index, part.spec, part.disks, part.larger, part.meant)


def machine_spec(name: str, disk: str = DEFAULT_DISK, disks: int = 1, identity: str = "") -> MachineSpec:
    """A machine with equal, zero-filled disks; the identity is its own unless one is given."""
    specs = tuple(DiskSpec(f"disk{index}", block_count(disk)) for index in range(disks))
    return MachineSpec(name, specs, identity=identity or f"identity-{name}")


def block_count(size: str) -> int:
    """'16 MiB' as a number of blocks."""
    number, unit = size.split()
    return int(number) * _UNITS[unit] // BLOCK_BYTES

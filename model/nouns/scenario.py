"""What a subject is asked to set up: machines, disks, policy, appliances (docs/design.md, conformance).

A scenario is data. `reset(scenario)` leaves the subject as if nothing had ever happened, with machines unprotected.
"""

from attrs import field, frozen

from siteproof.model.nouns.policy import ReplicationPolicy
from siteproof.model.nouns.stamp import BLOCK_BYTES
from siteproof.model.nouns.vocabulary import MachineKind

START_MS = 1_767_603_600_000  # Monday 2026-01-05 09:00 UTC: inside office hours, so nothing starts by itself


@frozen
class DiskSpec:
    """One source disk: `blocks` of 4096 bytes, zero-filled, or filled from the raw image file at `image`."""

    name: str
    blocks: int
    image: str = ""

    @property
    def size_bytes(self) -> int:
        """The disk's size in bytes."""
        return self.blocks * BLOCK_BYTES


@frozen
class MachineSpec:
    """One machine at the primary site. `identity` is what the mobility agent reports; clones share it."""

    name: str
    disks: tuple[DiskSpec, ...]
    kind: MachineKind = MachineKind.VMWARE
    identity: str = ""


@frozen
class Scenario:
    """Everything `reset` needs; `seed` feeds every random choice of the subject that is not a secret."""

    machines: tuple[MachineSpec, ...]
    policy: ReplicationPolicy = field(factory=ReplicationPolicy)
    start_ms: int = START_MS
    seed: int = 0

    def machine(self, name: str) -> MachineSpec:
        """The machine of that name; KeyError when there is none."""
        return {machine.name: machine for machine in self.machines}[name]

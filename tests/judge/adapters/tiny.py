"""A subject of forty lines: it holds disks in memory, protects a machine by copying it, and nothing else."""

# ruff: noqa: ARG002, D102  (the methods are documented by the contract; some ignore their arguments)

from siteproof.model.nouns.commands import Accepted, Answer, Command, Refusal
from siteproof.model.nouns.errors import ErrorCode
from siteproof.model.nouns.observation import Observation, Regions
from siteproof.model.nouns.scenario import Scenario
from siteproof.model.nouns.stamp import BLOCK_BYTES, Stamp
from siteproof.model.nouns.subject import (
    Capability,
    Description,
    DiskAddress,
    Fault,
    Image,
    ImageKind,
    Provider,
    Subject,
    Unsupported,
    Write,
)
from siteproof.model.nouns.vocabulary import Place, Protection, Verb


class Tiny:
    """Honest and small."""

    def __init__(self) -> None:
        self.disks: dict[tuple[str, str], bytearray] = {}
        self.protected: set[str] = set()

    def describe(self) -> Description:
        return Description("tiny", "1", {Capability.INITIAL_REPLICATION: Provider.PRODUCT}, ours=True)

    def reset(self, scenario: Scenario) -> None:
        self.disks = {(m.name, d.name): bytearray(d.size_bytes) for m in scenario.machines for d in m.disks}
        self.protected = set()

    def write(self, address: DiskAddress, writes: tuple[Write, ...]) -> None:
        if address.place not in (Place.ACTIVE, Place.PRIMARY):
            raise Unsupported(address.place.value)
        disk = self.disks[address.machine, address.disk]
        for w in writes:
            stamp = Stamp(w.machine_index, w.disk_index, w.block, w.sequence, w.time_ms, w.seed, w.noise)
            disk[w.block * BLOCK_BYTES : (w.block + 1) * BLOCK_BYTES] = w.data or stamp.to_bytes()

    def flush(self, address: DiskAddress) -> None:
        del address

    def discard(self, address: DiskAddress, block: int, blocks: int) -> None:
        raise Unsupported("discard")

    def read(self, address: DiskAddress) -> Image:
        return Image(address.disk, ImageKind.INLINE, data=bytes(self.disks[address.machine, address.disk]))

    def do(self, command: Command) -> Answer:
        if command.verb is not Verb.ENABLE:
            return Refusal(ErrorCode.OPERATION_NOT_ALLOWED)
        self.protected.add(command.machine)
        return Accepted("job-1")

    def observe(self, machine: str) -> Observation:
        protection = Protection.PROTECTED if machine in self.protected else Protection.UNPROTECTED
        return Observation(machine, 0, Regions(protection=protection), (Verb.ENABLE,))

    def restore(self, machine: str, point: str) -> tuple[Image, ...]:
        raise Unsupported("restore")

    def fault(self, fault: Fault) -> None:
        raise Unsupported(fault.kind.value)

    def advance(self, milliseconds: int) -> None:
        raise Unsupported("advance")

    def settle(self) -> None:
        """Nothing ever runs on."""

    def close(self) -> None:
        """Nothing is held."""


def make_subject() -> Subject:
    """A new one."""
    return Tiny()

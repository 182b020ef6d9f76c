"""Who writes and who remembers: the Workload generates, the History keeps the ledger, and neither knows the other.

Rule: the ledger is filled from what was asked of the subject, never from what the subject says. Positions are global:
a cut at position p holds exactly the first p writes of all disks together, so machine and group cuts share one axis.
"""

import random
from collections.abc import Iterable, Sequence

from attrs import field, frozen

from siteproof.conformance.digests import ZERO, Digests, digest_of, zeros
from siteproof.conformance.images import DiskPicture, MachineImages, read_file
from siteproof.conformance.ledger import Ledger
from siteproof.conformance.verify import Failed, Inconclusive
from siteproof.model.nouns.observation import Observation
from siteproof.model.nouns.policy import RecoveryPoint
from siteproof.model.nouns.scenario import DiskSpec, Scenario
from siteproof.model.nouns.stamp import Stamp
from siteproof.model.nouns.subject import Write
from siteproof.model.nouns.vocabulary import Direction, Site


class Workload:
    """Generates seeded, stamped writes; every write of a disk has the next sequence number of that disk."""

    def __init__(self, seed: int) -> None:
        """The same seed generates the same writes."""
        self.seed = seed
        self.source = random.Random(f"workload {seed}")  # noqa: S311  (a reproducible workload, no secret)
        self._sequences: dict[tuple[int, int], int] = {}

    def pick(self, blocks: int, count: int) -> tuple[int, ...]:
        """`count` different block numbers of a disk of `blocks` blocks (all of them when there are fewer)."""
        return tuple(self.source.sample(range(blocks), min(count, blocks)))

    def choose(self, items: Sequence[int]) -> int:
        """One of the items."""
        return self.source.choice(items)

    def stamped(self, machine: int, disk: int, blocks: Iterable[int], time_ms: int, noise: int) -> tuple[Write, ...]:
        """One stamped write per block number; `machine` and `disk` are indexes within the scenario."""
        return tuple(
            Write(block, self._next(machine, disk), time_ms, noise, self.seed, machine, disk) for block in blocks
        )

    def _next(self, machine: int, disk: int) -> int:
        self._sequences[machine, disk] = self._sequences.get((machine, disk), 0) + 1
        return self._sequences[machine, disk]


@frozen
class PointNote:
    """What is known of a listed point: it holds at least `low` and at most `high` writes of these ledgers."""

    point: RecoveryPoint
    low: int
    high: int
    listed_ms: int
    ledgers: tuple[Ledger, ...] = field(eq=False, repr=False)


class WriteHistory:
    """Keeps, for every disk, what was written; and for every point, between which writes it can have been taken."""

    def __init__(self, scenario: Scenario) -> None:
        """Every disk starts with its scenario's image, or with zeros."""
        self.position = 0
        self._ledgers = {
            machine.name: tuple(Ledger(disk.name, _base(disk)) for disk in machine.disks)
            for machine in scenario.machines
        }
        self._apart: dict[str, tuple[Ledger, ...]] = {}  # of disks that a machine has and nobody replicates
        self._notes: dict[tuple[str, str], PointNote] = {}
        self._replicated: dict[str, tuple[int, int, tuple[Ledger, ...]]] = {}
        self._drained = dict.fromkeys(self._ledgers, 0)
        self._landings = dict.fromkeys(self._ledgers, 0)
        self._flushed: dict[tuple[str, str], int] = {}

    def ledgers(self, machine: str) -> tuple[Ledger, ...]:
        """The ledgers of the machine's disks, for the copy that runs production now."""
        return self._ledgers[machine]

    def ledger(self, machine: str, disk: str) -> Ledger:
        """The ledger of one disk, replicated or not."""
        every = (*self._ledgers[machine], *self._apart.get(machine, ()))
        return next(ledger for ledger in every if ledger.name == disk)

    def replicates(self, machine: str, disks: Sequence[str]) -> None:
        """From now on only these disks of the machine take part in points, and move with production; none: all."""
        every = (*self._ledgers[machine], *self._apart.get(machine, ()))
        self._ledgers[machine] = tuple(each for each in every if not disks or each.name in disks)
        self._apart[machine] = tuple(each for each in every if disks and each.name not in disks)

    def wrote(self, machine: str, disk: str, writes: Iterable[Write], time_ms: int) -> None:
        """These writes were acknowledged, in this order."""
        ledger = self.ledger(machine, disk)
        for write in writes:
            self._record(ledger, write.block, digest_of(content(write)), write.sequence, time_ms)

    def discarded(self, machine: str, disk: str, blocks: Iterable[int], time_ms: int) -> None:
        """These blocks read as zeros from now on."""
        ledger = self.ledger(machine, disk)
        for block in blocks:
            self._record(ledger, block, ZERO, 0, time_ms)

    def flushed(self, machine: str, disk: str) -> None:
        """A write barrier of the workload."""
        self.ledger(machine, disk).barrier(self.position)
        self._flushed[machine, disk] = self.position

    def unflushed(self, machine: str) -> bool:
        """Whether a disk of the machine was written since its last flush."""
        return any(
            ledger.wrote_between(self._flush(machine, ledger), self.position) for ledger in self._ledgers[machine]
        )

    def lost_power(self, machine: str, picture: MachineImages, time_ms: int) -> int:
        """What the disks hold after their power failed is their content now; returns how many blocks went back.

        Failed when a block is older than the last flush: only what was written after it may be lost.
        """
        gone = picture.differences(self.image_now(machine))
        for disk, block in gone:
            ledger, digest = self.ledger(machine, disk), int(picture.disk(disk).digests[block])
            if digest not in ledger.contents_since(block, self._flush(machine, ledger)):
                raise Failed(
                    f"{disk} block {block} as of the last flush, or newer", "another content", "a power failure"
                )
            self._record(ledger, block, digest, 0, time_ms)
        self._flushed |= {(machine, ledger.name): self.position for ledger in self._ledgers[machine]}
        return len(gone)

    def _flush(self, machine: str, ledger: Ledger) -> int:
        return self._flushed.get((machine, ledger.name), 0)

    def drained(self, machine: str) -> None:
        """Everything written so far has been replicated: every later point holds it."""
        self._drained[machine] = self.position
        for ledger in self._ledgers[machine]:
            ledger.barrier(self.position)

    def drained_position(self, machine: str) -> int:
        """The position up to which everything is known to be replicated."""
        return self._drained[machine]

    def resized(self, machine: str, disk: str, blocks: int) -> None:
        """The disk grew to `blocks` blocks, at a position of its own: an image taken before the next write fits."""
        self.ledger(machine, disk).resize(self.position, blocks)
        self.position += 1

    def listed(self, seen: Observation) -> None:
        """Note the points that are listed for the first time."""
        if seen.regions.active is Site.PRIMARY or seen.regions.direction is Direction.REVERSE:
            self._replicated[seen.machine] = self._span(seen.machine)
        for point in seen.points:
            self._notes.setdefault((seen.machine, point.name), self._note(seen, point))

    def note(self, machine: str, point: str) -> PointNote:
        """What is known of a point that was listed once."""
        return self._notes[machine, point]

    def image_at(self, machine: str, point: str) -> MachineImages:
        """What the point has to hold; Inconclusive when writes were running while it was taken."""
        note = self.note(machine, point)
        between = any(ledger.wrote_between(note.low, note.high) for ledger in note.ledgers)
        if between:
            raise Inconclusive(f"point {point} was taken while writes were running")
        return _picture(machine, note.ledgers, note.high)

    def image_now(self, machine: str) -> MachineImages:
        """What the running copy of the machine has to hold."""
        return _picture(
            machine, self._ledgers[machine], self.position + 1
        )  # a disk may have grown since the last write

    def rebase(self, machine: str, picture: MachineImages) -> None:
        """Another copy runs now: its present bytes are the base of a new history; older points keep the old one."""
        self._ledgers[machine] = tuple(Ledger(disk.name, disk.digests.copy()) for disk in picture.disks)
        self._drained[machine] = self.position
        self._landings[machine] += 1
        self._flushed |= {(machine, disk.name): self.position for disk in picture.disks}

    def landings(self, machine: str) -> int:
        """How often the ledgers followed production to other disks."""
        return self._landings[machine]

    def _record(self, ledger: Ledger, block: int, digest: int, sequence: int, time_ms: int) -> None:
        self.position += 1
        ledger.record(self.position, block, digest, sequence, time_ms)

    def _note(self, seen: Observation, point: RecoveryPoint) -> PointNote:
        """A point made from received data after a failover belongs to the history before it."""
        low, high, ledgers = self._replicated.get(seen.machine) or self._span(seen.machine)
        return PointNote(point, low, high, seen.time_ms, ledgers)

    def _span(self, machine: str) -> tuple[int, int, tuple[Ledger, ...]]:
        return min(self._drained[machine], self.position), self.position, self._ledgers[machine]


def content(write: Write) -> bytes:
    """The bytes that a write leaves in its block."""
    if write.data:
        return write.data
    return Stamp(
        write.machine_index, write.disk_index, write.block, write.sequence, write.time_ms, write.seed, write.noise
    ).to_bytes()


def _base(disk: DiskSpec) -> Digests:
    base = zeros(disk.blocks)
    if disk.image:
        found = read_file(disk.image)
        base[: len(found)] = found[: disk.blocks]
    return base


def _picture(machine: str, ledgers: Iterable[Ledger], position: int) -> MachineImages:
    found = ((ledger.name, ledger.digests_at(position)) for ledger in ledgers)
    return MachineImages(machine, tuple(DiskPicture(name, digests) for name, digests in found), anchored=True)

"""A QEMU subject with what it must hold, or a skip that says what is missing."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from siteproof.conformance.adapters.qemu.adapter import QemuSubject, make_subject
from siteproof.conformance.adapters.qemu.machine import QemuMachine
from siteproof.model.nouns.commands import Accepted, Command
from siteproof.model.nouns.observation import Observation
from siteproof.model.nouns.problem import Problem
from siteproof.model.nouns.scenario import DiskSpec, MachineSpec, Scenario
from siteproof.model.nouns.stamp import BLOCK_BYTES, Stamp
from siteproof.model.nouns.subject import DiskAddress, Write
from siteproof.model.nouns.vocabulary import Place, Protection, Selection, Verb

BLOCKS = 1024  # 4 MiB
DISKS = ("system", "data")


class Bench:
    """One machine "vm" with two disks, driven by hand; `truth` is what each disk must hold now."""

    def __init__(self, subject: QemuSubject) -> None:
        """Reset the subject."""
        self.subject = subject
        self.start_anew()

    def start_anew(self) -> None:
        """Forget everything: the machine is unprotected and its disks are zeros."""
        specs = (MachineSpec("vm", tuple(DiskSpec(name, BLOCKS) for name in DISKS)),)
        self.subject.reset(Scenario(specs))
        self.truth = {name: bytearray(BLOCKS * BLOCK_BYTES) for name in DISKS}
        self._sequence = 0

    @property
    def machine(self) -> QemuMachine:
        """The adapter's own machine, for faults at an exact byte."""
        return self.subject._machines["vm"]

    def write(self, disk: str, *blocks: int, place: Place = Place.ACTIVE) -> None:
        """Write stamped blocks; the truth follows unless it happens at another place."""
        for block in blocks:
            self._sequence += 1
            number = DISKS.index(disk)
            self.subject.write(DiskAddress("vm", disk, place), (Write(block, self._sequence, disk_index=number),))
            if place is Place.ACTIVE:
                data = Stamp(0, number, block, self._sequence).to_bytes()
                self.truth[disk][block * BLOCK_BYTES : (block + 1) * BLOCK_BYTES] = data

    def discard(self, disk: str, block: int, blocks: int) -> None:
        """Discard blocks; they are zeros from now on."""
        self.subject.discard(DiskAddress("vm", disk), block, blocks)
        self.truth[disk][block * BLOCK_BYTES : (block + blocks) * BLOCK_BYTES] = bytes(blocks * BLOCK_BYTES)

    def instant(self) -> dict[str, bytes]:
        """The truth right now, to be compared later."""
        return {name: bytes(data) for name, data in self.truth.items()}

    def do(self, verb: Verb, point: str = "") -> None:
        """Give a command that must be accepted, and settle."""
        selection = Selection.CUSTOM if point else Selection.LATEST
        assert isinstance(self.subject.do(Command(verb, "vm", selection, point)), Accepted)
        self.subject.settle()

    def protect(self) -> None:
        """Enable the machine and see it protected."""
        self.do(Verb.ENABLE)
        assert self.seen.regions.protection is Protection.PROTECTED

    def point(self) -> str:
        """Let five minutes pass; the newest point's name."""
        known = {point.name for point in self.seen.points}
        self.subject.advance(300_000)
        name = self.seen.points[-1].name
        assert name not in known
        return name

    @property
    def seen(self) -> Observation:
        """The machine as the subject shows it."""
        return self.subject.observe("vm")

    def at(self, place: Place = Place.ACTIVE) -> dict[str, bytes]:
        """The bytes of every disk of one copy, read by the test."""
        addresses = [DiskAddress("vm", name, place) for name in DISKS]
        return {each.disk: Path(self.subject.read(each).location).read_bytes() for each in addresses}

    def restored(self, point: str) -> dict[str, bytes]:
        """The bytes of every disk at a point, read by the test."""
        return {image.disk: Path(image.location).read_bytes() for image in self.subject.restore("vm", point)}


@pytest.fixture(scope="session")
def qemu() -> Iterator[QemuSubject]:
    """One subject for all tests; skipped with its own words where QEMU is missing."""
    try:
        subject = make_subject()
    except Problem as problem:
        pytest.skip(f"no QEMU here: {problem.problem} ({problem.cause}); {problem.hint}")
    yield subject
    subject.close()


@pytest.fixture
def bench(qemu: QemuSubject) -> Bench:
    """A fresh, unprotected machine."""
    return Bench(qemu)

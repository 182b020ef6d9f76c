"""The source side's life: a disk whose writes are captured, its bitmap, and what a loss of power may do to both.

Rule: a block that the other side does not have is dirty, or nothing is believed; what was flushed is there.
"""

import random
from collections.abc import Callable, Mapping

from attrs import define, evolve, field, frozen

from siteproof.fuzz.crashes.disk import CrashDisk, Files
from siteproof.model.nouns.problem import Problem
from siteproof.reference.datapath.effects import Effect, SyncDirectory
from siteproof.reference.datapath.tracker import SourceDisk

FILE, BITMAP = "site/web.raw", "site/web.bitmap"
BLOCK, BLOCKS = 4096, 4


@frozen
class SourceTruth:
    """Of each block what it may hold since its last flush, what the other side has, and the newest write's number."""

    held: Mapping[int, tuple[bytes, ...]] = field(factory=dict)
    sent: Mapping[int, bytes] = field(factory=dict)
    written: int = 0


@define(eq=False)
class SourceLife:
    """A source disk on `disk`, and what must be true of it."""

    disk: CrashDisk
    truth: SourceTruth = field(factory=SourceTruth)
    source: SourceDisk = field(init=False)
    dice: random.Random = field(factory=lambda: random.Random(5))  # noqa: S311  (a reproducible experiment)

    def hear(self, effect: Effect) -> None:
        """Nothing is promised by an effect alone."""

    def create(self) -> None:
        """A disk of zeros that was there before, name and all; the other side has them too."""
        self.source = SourceDisk.create(self.disk, FILE, BITMAP, BLOCKS)
        self.source.flush()
        self.disk.perform(SyncDirectory(FILE.rpartition("/")[0]))
        zeros = {block: bytes(BLOCK) for block in range(BLOCKS)}
        self.truth = SourceTruth({block: (data,) for block, data in zeros.items()}, zeros)
        self.source.start_capture()

    def write(self) -> None:
        """One block; it may be there or not, until the next flush."""
        block, data = self.dice.randrange(BLOCKS), self.dice.randbytes(8) * (BLOCK // 8)
        held = {**self.truth.held, block: (*self.truth.held[block], data)}
        self.truth = evolve(self.truth, held=held, written=self.truth.written + 1)
        self.source.write(block, data)

    def flush(self) -> None:
        """What was written is there from now on."""
        self.source.flush()
        self.truth = evolve(self.truth, held={block: data[-1:] for block, data in self.truth.held.items()})

    def send(self) -> None:
        """Everything dirty reaches the other side."""
        cut = self.source.take()
        now = {block: self.source.read(block, 1) for block in range(BLOCKS)}
        self.truth = evolve(self.truth, sent=now)
        cut.done()

    def restart(self) -> None:
        """A clean shutdown, and a start that believes its bitmap."""
        self.source.close()
        self.truth = evolve(self.truth, held={block: data[-1:] for block, data in self.truth.held.items()})
        self.source = SourceDisk(self.disk, FILE, BITMAP)
        self.source.start_capture()


def judge_source(files: Files, truth: SourceTruth) -> str:
    """What is wrong with the state; empty when nothing is."""
    if not truth.held:
        return ""
    disk = CrashDisk.holding(files)
    try:
        source = SourceDisk(disk, FILE, BITMAP)
        now = {block: source.read(block, 1) for block in range(BLOCKS)}
    except Problem as problem:
        return f"the disk cannot be read: {problem.problem}"
    dirty = set(source.dirty.take().tolist())
    if any(not _may_hold(now[block], truth.held[block]) for block in now):
        return "a block that was flushed is older than its flush"
    if source.trusted and any(now[block] != truth.sent[block] for block in set(now) - dirty):
        return "a bitmap that is believed has forgotten a block that the other side does not have"
    return "" if source.written >= truth.written or source.trusted else "a write's number may come twice"


def _may_hold(now: bytes, held: tuple[bytes, ...]) -> bool:
    """Sector by sector, one of the contents since the last flush."""
    sectors = range(0, BLOCK, 512)
    return all(any(now[at : at + 512] == each[at : at + 512] for each in held) for at in sectors)


SOURCE_HISTORY: tuple[Callable[[SourceLife], None], ...] = (
    SourceLife.create, SourceLife.write, SourceLife.flush, SourceLife.write, SourceLife.send, SourceLife.write,
    SourceLife.restart, SourceLife.write, SourceLife.flush, SourceLife.send, SourceLife.restart, SourceLife.write,
)  # fmt: skip

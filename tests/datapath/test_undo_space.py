"""What thinning gives back: the undo logs take the space that the kept points need, and little more."""

import random

import pytest

from siteproof.model.nouns.vocabulary import Consistency
from siteproof.reference.datapath.corruption import CorruptLog
from siteproof.reference.datapath.tracker import SourceDisk
from siteproof.reference.points import StoredPoint
from siteproof.reference.retention import thin
from tests.datapath.lab import BLOCK, MemoryExecutor, World

FIVE_MINUTES_MS = 300_000
DAY_POINTS = 288
HOT = 24  # blocks that change between any two points
BLOCKS = 2048


class Thinned:
    """A hot set written every five minutes, with a point each time and the published retention of 15 days."""

    def __init__(self, scattered: int = 0) -> None:
        self.store = MemoryExecutor()
        self.world = World(self.store, blocks=BLOCKS).create()
        self.random = random.Random(7)
        self.scattered = scattered
        self.points: list[StoredPoint] = []
        self.changed: list[set[int]] = []  # blocks changed behind each kept point
        self.images: dict[str, bytes] = {}

    @property
    def disk(self) -> SourceDisk:
        """The source."""
        return self.world.disk

    def write(self) -> None:
        """New content for the hot blocks, and for some others."""
        others = self.random.sample(range(HOT, BLOCKS), self.scattered)
        for block in (*range(HOT), *others):
            self.disk.write(block, self.random.randbytes(BLOCK))
        for changed in self.changed[-1:]:
            changed.update((*range(HOT), *others))

    def live(self, points: int) -> None:
        """So many points, thinned after each."""
        for number in range(points):
            self.write()
            cut = self.disk.take()
            self.world.send(cut)
            self.take_point(number * FIVE_MINUTES_MS, f"p{number}")
            self.prune(number * FIVE_MINUTES_MS)

    def take_point(self, now_ms: int, name: str) -> None:
        """Of the newest state."""
        self.world.replica.create_point(name)
        self.world.replica.apply()
        self.points.append(StoredPoint(name, Consistency.CRASH, now_ms, now_ms, len(self.points)))
        self.changed.append(set())
        self.images[name] = self.disk.read(0, HOT)

    def prune(self, now_ms: int) -> None:
        """As the appliance does: drop, then compact."""
        rows = thin(self.points, now_ms, 15 * 24 * 60, frozenset())
        for row in [row for row in rows if not row.kept]:
            self.drop(row.point)
        self.world.replica.compact()

    def drop(self, point: StoredPoint) -> None:
        """What changed behind the point has changed behind the one before it."""
        index = self.points.index(point)
        self.world.replica.drop_point(point.name)
        if index:
            self.changed[index - 1] |= self.changed[index]
        del self.points[index], self.changed[index], self.images[point.name]

    def undo_bytes(self) -> int:
        """What the logs take."""
        return sum(len(data) for name, data in self.store.files.items() if name.startswith("r/undo-"))

    def needed_bytes(self) -> int:
        """Once each block that changed behind each kept point."""
        return sum(len(changed) for changed in self.changed) * BLOCK

    def check(self) -> None:
        """Every kept point still reads what was there."""
        for name, image in self.images.items():
            with self.world.replica.open_point(name) as view:
                assert view.read(0, HOT) == image


@pytest.mark.slow
@pytest.mark.parametrize("scattered", [0, 12])
def test_thinning_gives_space_back(scattered: int) -> None:
    """A day of five-minute points: at most 1.2 times what the kept points need, and each of them right."""
    life = Thinned(scattered)
    life.live(DAY_POINTS)
    assert len(life.points) < 100
    assert life.undo_bytes() <= 1.2 * life.needed_bytes()
    life.check()
    life.world.reopen()
    life.check()


@pytest.mark.nightly
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("days", [15, 20])
def test_half_a_month_takes_what_its_points_need(days: int) -> None:
    """The same over the whole retention, and beyond it."""
    life = Thinned(scattered=4)
    life.live(days * DAY_POINTS)
    ratio = life.undo_bytes() / life.needed_bytes()
    assert ratio <= 1.2, ratio
    life.check()


def test_a_lost_block_stays_lost_when_logs_are_merged() -> None:
    """Merging copies what is known to be damaged as damaged, and everything else as it was."""
    life, lost = Thinned(), BLOCKS // 2
    life.disk.write(lost, life.random.randbytes(BLOCK))
    life.live(3)
    life.store.files["r/seed.raw"][lost * BLOCK] ^= 1
    life.disk.write(lost, life.random.randbytes(BLOCK))
    life.world.ship()
    life.world.replica.apply()
    assert life.world.replica.take_damage()
    for point in life.points[1:]:
        life.drop(point)
    life.world.replica.compact()
    assert len([name for name in life.store.files if name.startswith("r/undo-")]) == 1
    life.check()
    with life.world.replica.open_point("p0") as view, pytest.raises(CorruptLog, match=f"block {lost} is not"):
        view.read(lost, 1)

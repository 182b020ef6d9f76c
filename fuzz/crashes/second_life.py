"""A second life: power is back, the replica is opened from what was left, and goes on until power is lost once more.

Rule: what the first opening shows was judged before; it is the truth that the second life begins with.
"""

from collections.abc import Callable

from siteproof.fuzz.crashes.disk import CrashDisk
from siteproof.fuzz.crashes.life import FOLDER, KEK, Life
from siteproof.fuzz.crashes.truth import CrashTruth
from siteproof.model.nouns.problem import Problem
from siteproof.reference.datapath.cut import Cut
from siteproof.reference.datapath.replica import Replica
from siteproof.reference.datapath.tracker import SourceDisk


def resumed(disk: CrashDisk, before: CrashTruth) -> Life:
    """A life that goes on from what the disk holds; one without a replica does nothing."""
    life = Life(disk, CrashTruth(machines=before.machines))
    life.dice.seed(9)
    disk.listener = life.hear
    try:
        life.replica = Replica.open(disk, FOLDER, KEK, acknowledged=before.acknowledged)
    except Problem:
        return life
    blocks, cached = life.replica.blocks, life.replica.watermarks.cached
    life.source = SourceDisk.create(CrashDisk(), "web.raw", "web.bitmap", blocks)
    life.source.adopt(max(cached, before.acknowledged))
    life.source.start_capture()
    life.connect()
    shown = {point.name: _seen(life.replica, point.name) for point in life.replica.points()}
    life.truth = CrashTruth(
        max(cached, before.acknowledged), (), shown, created=True, uneven=True, machines=before.machines
    )
    return life


def _seen(replica: Replica, name: str) -> bytes:
    with replica.open_point(name) as view:
        return view.read(0, view.blocks)


def _living(step: Callable[[Life], None]) -> Callable[[Life], None]:
    """The step, for a life that has a replica."""
    return lambda life: step(life) if life.truth.created else None


def _again(life: Life) -> None:
    """Everything is sent again, inside a window."""
    life.replica.open_window()
    cut: Cut = life.source.take_all()
    life.send(cut)
    life.replica.close_window()
    life.even()


SECOND = tuple(map(_living, (_again, Life.apply, lambda life: life.point("q0"), Life.ship, Life.apply)))

"""One history as long as a replica's life, in steps: what the crash and the failure enumerations walk along.

Maintainers keep: a step asks for one thing and copes with an earlier step that failed; the truth stands in the world.
"""

from collections.abc import Callable

from siteproof.reference.datapath.resync import ResyncSource, ResyncTarget, pump
from tests.datapath.lab import MemoryExecutor, World

Step = Callable[[World], None]


def first_copy(world: World) -> None:
    """Everything, inside a window."""
    world.work()
    world.replica.open_window()
    world.ship(everything=True)
    world.replica.close_window()
    world.replica.apply()


def point(name: str) -> Step:
    """A point, then some changes on their way."""

    def step(world: World) -> None:
        world.point(name)
        world.work(5)
        world.ship()

    return step


def apply(world: World) -> None:
    """The seed is brought up to date."""
    world.replica.apply()


def drop(name: str) -> Step:
    """A point goes, if it is there, and changes come."""

    def step(world: World) -> None:
        if name in world.points:
            world.drop(name)
        world.work(3)
        world.ship()

    return step


def half_a_batch(world: World) -> None:
    """A batch that breaks off, and what it carried in the next one."""
    world.work(4)
    cut = world.disk.take()
    try:
        for frame in world.sealer.seal(cut):
            world.replica.receive(frame)
    finally:
        cut.failed()
    world.connect()
    world.ship()


def go_back(name: str) -> Step:
    """The newest state becomes a point again, and both sides are compared: they differ in many blocks."""

    def step(world: World) -> None:
        if name in world.points:
            world.cuts.append((world.cuts[-1][0], world.points[name]))
            world.uneven = True
            world.replica.revert(name)

    return step


def resynchronise(world: World) -> None:
    """Compare both sides; the window hides everything in between."""
    cut = world.disk.take_all()
    try:
        world.cuts.append((cut.lsn, world.image()))
        pump(ResyncSource(cut, world.disk.blocks, world.sealer, world.replica.keys), ResyncTarget(world.replica))
    except BaseException:
        cut.failed()
        raise
    cut.done()
    world.uneven = False


def compact(world: World) -> None:
    """Undo logs that say the same thing twice are put together."""
    world.replica.compact()


def promote(world: World) -> None:
    """A machine is made from the newest point, elsewhere; its disk is the point's image."""
    for name, image in list(world.points.items())[-1:]:
        elsewhere = MemoryExecutor()
        world.replica.promote(name, elsewhere, "machines/web/sda.raw")
        assert elsewhere.files["machines/web/sda.raw"] == image


def grow(world: World) -> None:
    """The disk grows and both sides are compared."""
    world.disk.resize(world.disk.blocks + 8)
    world.uneven = True
    world.replica.open_window()
    world.replica.resize(world.disk.blocks)
    resynchronise(world)
    world.replica.close_window()


HISTORY: tuple[Step, ...] = (
    World.create_once, first_copy,
    point("p0"), point("p1"), apply, point("p2"), point("p3"), apply,
    drop("p1"), apply, drop("p0"), half_a_batch, compact, point("p4"), go_back("p2"), resynchronise, drop("p4"),
    point("p5"), apply, promote, grow, point("p6"), drop("p5"), compact, apply,
)  # fmt: skip


def workload(world: World) -> None:
    """The whole history without a break."""
    for step in HISTORY:
        step(world)

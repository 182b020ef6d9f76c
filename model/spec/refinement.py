"""Which chapter refines which: what each one shows, and what the chapter above it shows of the same.

Rule: a chapter that details another one is entered here, with the bounds at which both are compared and what the
comparison leaves out. The engine that follows one in the other knows no chapter (engines/explore/inclusion.py).
"""

from collections.abc import Callable, Hashable, Mapping

from attrs import field, frozen

from siteproof.model.language import Bounds
from siteproof.model.language.domain import Value
from siteproof.model.nouns.vocabulary import Direction, Protection, Resync
from siteproof.model.spec.resync_protocol import Sends

Values = Mapping[str, Value]
"""A state: the value of each variable by its name."""
Observe = Callable[[Values], Hashable]
"""What is seen of a state; a step that leaves it alone is silent."""


@frozen
class Refinement:
    """Every trace of `chapter` at `bounds`, seen through `shows`, is one of `refines` seen through `of_it`.

    The chapter above is compared where it `lives`, from the states where it `begins`; `claims` says it in a sentence.
    """

    chapter: str
    bounds: Bounds
    shows: Observe = field(repr=False)
    refines: str
    of_it: Observe = field(repr=False)
    bounds_above: Bounds
    lives: Callable[[Values], bool] = field(repr=False)
    begins: Callable[[Values], bool] = field(repr=False)
    claims: str
    leaves_out: str = "nothing"


# fmt: off
REGION_OF_THE_PROTOCOL: Mapping[Sends, Resync] = {
    Sends.MARKED:  Resync.REQUIRED, Sends.FAILED:  Resync.FAILED,  Sends.BLOCKED: Resync.FAILED,
    Sends.STARTED: Resync.RUNNING,  Sends.COPYING: Resync.RUNNING, Sends.ENDED:   Resync.RUNNING,
    Sends.COMPLETED: Resync.NONE,
}
# fmt: on
"""What the lifecycle shows while the sender of the resync protocol is in each of its states; `queued` is before it."""


def content(writes: int, blocks: int) -> tuple[int, ...]:
    """The disk after so many writes of a workload that writes its blocks in turn."""
    return tuple(1 + (writes + blocks - 1 - b) // blocks for b in range(blocks))


def number(shown: Values, name: str) -> int:
    """The value of a number."""
    value = shown[name]
    assert isinstance(value, int)
    return value


def listed(shown: Values, name: str, count: int) -> tuple[object, ...]:
    """The values of `name[0]`, `name[1]` and so on."""
    return tuple(shown[f"{name}[{number}]"] for number in range(count))


def blocks_of(shown: Values, name: str) -> int:
    """How many blocks the disk has."""
    return sum(each.startswith(f"{name}[") for each in shown)


def disk(shown: Values, name: str) -> tuple[object, ...]:
    """Every block of a disk."""
    return listed(shown, name, blocks_of(shown, name))


def plane_marked(shown: Values) -> bool:
    """The data plane's machine is marked, or compared."""
    return shown["machine.resync"] is not Resync.NONE


def lives(shown: Values) -> bool:
    """The machine is protected, forward, without a drill, and has its point: there the chapters live."""
    stage = (shown["machine.protection"], shown["machine.direction"])
    in_plain_use = not (shown["machine.drill"] or shown["machine.points[0].used"])
    return stage == (Protection.PROTECTED, Direction.FORWARD) and in_plain_use


def is_at_rest(shown: Values) -> bool:
    """Nothing was written, nothing waits, link and agent are up, and the first point is there."""
    blocks = blocks_of(shown, "machine.source")
    fresh = all(disk(shown, f"machine.{name}") == (1,) * blocks for name in ("source", "seed", "points[0].image"))
    still = not any(disk(shown, "machine.dirty")) and not any(disk(shown, "machine.log"))
    return fresh and still and not plane_marked(shown) and bool(shown["link.up"]) and bool(shown["machine.agent_up"])


# What each chapter shows, and what the data plane shows of the same.


def plane_points(shown: Values) -> Hashable:
    """The running disk, whether it is marked, and the newest point."""
    return disk(shown, "machine.source"), plane_marked(shown), disk(shown, "machine.points[0].image")


def pipeline_points(shown: Values) -> Hashable:
    """The same in the pipeline, whose positions are numbers of writes."""
    written, pointed = (content(number(shown, name), 2) for name in ("agent.written", "target.pointed"))
    whole = shown["target.pointed_parts"] == shown["target.pointed"]
    return written, shown["agent.marked"], pointed if whole else (0, 0)


def capture_points(shown: Values) -> Hashable:
    """The same in the capture, one block on each of two disks."""

    def machine(name: str) -> tuple[object, ...]:
        return tuple(shown[f"captured.disks[{number}].{name}[0]"] for number in range(2))

    return machine("source"), shown["captured.resync"] is not Resync.NONE, machine("point")


def plane_sides(shown: Values) -> Hashable:
    """Both disks, and whether the machine is marked."""
    return disk(shown, "machine.source"), disk(shown, "machine.seed"), plane_marked(shown)


def frame_sides(shown: Values) -> Hashable:
    """The same behind a wire: the receiver's blocks hold numbers of writes. Nothing is ever marked there."""
    seed = tuple((number(shown, f"stream.receiver.disk[{b}]") + 1 - b) // 2 + 1 for b in range(2))
    return content(number(shown, "stream.sender.written"), 2), seed, False


def bitmap_sides(shown: Values) -> Hashable:
    """The same around a dirty bitmap of one block."""
    return disk(shown, "host.source"), disk(shown, "host.replica"), shown["host.resync"] is not Resync.NONE


def _of_plane(chapter: str, bounds: Bounds, shows: Observe, of_it: Observe, above: Bounds, claims: str) -> Refinement:
    return Refinement(
        chapter, bounds, shows, "replication", of_it, {**above, "points": 1}, lives, is_at_rest, claims, ONE_BATCH
    )


ONE_BATCH = "drills and failovers; and the plane has one batch on its way, where a pipeline has several"
REFINEMENTS: tuple[Refinement, ...] = (
    _of_plane(
        "pipeline",
        {},
        pipeline_points,
        plane_points,
        {"blocks": 2, "versions": 2},
        "writes, marks and points move as ship, receive, apply and resync move them",
    ),
    _of_plane(
        "capture",
        {"disks": 2, "blocks": 1, "versions": 3},
        capture_points,
        plane_points,
        {"blocks": 2, "versions": 3},
        "whatever mode the disks are in, a point is one of the running disk's past",
    ),
    _of_plane(
        "frames",
        {"generations": 1},
        frame_sides,
        plane_sides,
        {"blocks": 2, "versions": 3},
        "a receiver behind a bad wire shows no disk that a good one would not show",
    ),
    _of_plane(
        "bitmap",
        {"blocks": 1, "versions": 3},
        bitmap_sides,
        plane_sides,
        {"blocks": 1, "versions": 3},
        "a persisted bitmap marks, and clears marks, as a bitmap in memory does",
    ),
)

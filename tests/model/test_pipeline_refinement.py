"""The chapters of the data plane say the same as the data plane: whatever they show, `replication` can show too."""

import functools
from collections.abc import Hashable

import pytest

from siteproof.model.engines.explore.search import Search
from siteproof.model.nouns.vocabulary import Direction, Protection, Resync
from siteproof.model.spec.registry.specs import SPECS
from tests.model.inclusion import Abstract, Fits, Observe, Values, unexplained

Bounds = dict[str, int]


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
    return written, shown["agent.marked"], (0, 0) if shown["target.torn"] else pointed


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


@functools.cache
def plane(observe: Observe, blocks: int, versions: int) -> tuple[Abstract, Fits]:
    """The data plane as far as the chapters live in it, and where they begin."""
    search = Search(SPECS["replication"].system({"blocks": blocks, "versions": versions, "points": 1})).run()
    abstract = Abstract(search, observe, lives)
    return abstract, frozenset(n for n, each in abstract.values.items() if is_at_rest(each))


# fmt: off
Row = tuple[str, Bounds, Observe, Observe, int, int]
CHAPTERS: tuple[Row, ...] = (
    # chapter     its bounds                                           shows             of the plane   blocks, versions
    ("pipeline", {},                                                   pipeline_points,  plane_points,  2, 2),
    ("capture",  {"disks": 2, "blocks": 1, "versions": 3},             capture_points,   plane_points,  2, 3),
    ("frames",   {"generations": 1},                                   frame_sides,      plane_sides,   2, 3),
    ("bitmap",   {"blocks": 1, "versions": 3},                         bitmap_sides,     plane_sides,   1, 3),
)
WRONG: tuple[Row, ...] = (
    ("point_in_replay",   {},                                          pipeline_points,  plane_points,  2, 2),
    ("point_before_cut",  {"disks": 2, "blocks": 1, "versions": 3},    capture_points,   plane_points,  2, 3),
    ("older_frame_again", {"generations": 1},                          frame_sides,      plane_sides,   2, 3),
    ("frame_too_early",   {"generations": 1},                          frame_sides,      plane_sides,   2, 3),
)
# fmt: on


def missing(name: str, bounds: Bounds, shows: Observe, of_plane: Observe, blocks: int, versions: int) -> set[str]:
    """The actions of the chapter that the data plane cannot follow."""
    abstract, start = plane(of_plane, blocks, versions)
    found = unexplained(Search(SPECS[name].system(bounds)).run(), shows, abstract, start)
    return {step.partition("(")[0] for step in found}


@pytest.mark.parametrize(("name", "bounds", "shows", "of_plane", "blocks", "versions"), CHAPTERS)
def test_every_trace_of_a_chapter_is_one_of_the_data_plane(
    name: str, bounds: Bounds, shows: Observe, of_plane: Observe, blocks: int, versions: int
) -> None:
    """Refinement: writes, marks and points, or both disks, move only as ship, receive, apply and resync move them."""
    assert missing(name, bounds, shows, of_plane, blocks, versions) == set()


@pytest.mark.parametrize(("name", "bounds", "shows", "of_plane", "blocks", "versions"), WRONG)
def test_a_wrong_chapter_shows_what_the_data_plane_never_does(
    name: str, bounds: Bounds, shows: Observe, of_plane: Observe, blocks: int, versions: int
) -> None:
    """A step that cannot be followed is one of the action that was changed."""
    spec = SPECS[name]
    right = SPECS[spec.parts[0].kind.__module__.rpartition(".")[2]]
    changed = {action.name for action in spec.actions if action not in right.actions}
    assert missing(name, bounds, shows, of_plane, blocks, versions) == changed


def test_the_data_plane_has_one_batch_on_its_way_and_the_pipeline_several() -> None:
    """What the abstraction leaves out: with three writes, a point can be late while the next batch is flushed already.

    The data plane takes a point only with an empty log. Nothing else of the longer pipeline is beyond it.
    """
    assert missing("pipeline", {"writes": 3}, pipeline_points, plane_points, 2, 3) == {"point_at_applied"}

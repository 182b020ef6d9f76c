"""Recovery points: created, read, restored, dropped, gone back to; each shows the image that it was taken of."""

from pathlib import Path

import pytest

from siteproof.model.nouns.errors import Refused
from siteproof.model.nouns.vocabulary import Consistency
from siteproof.reference.datapath.corruption import CorruptLog
from siteproof.reference.datapath.folder import FolderExecutor
from siteproof.reference.datapath.sealer import Sealer
from tests.datapath.lab import BLOCK, MemoryExecutor, World


def history(points: int = 8, *, apply_every: int = 3, store: MemoryExecutor | None = None) -> World:
    """A world with so many points, some of them still in the cache log."""
    world = World(store or MemoryExecutor(), blocks=300).create()
    world.work(40)
    world.ship(everything=True)
    for number in range(points):
        world.point(f"p{number}")
        world.work(12)
        world.ship()
        if number % apply_every == 0:
            world.replica.apply()
    return world


def test_every_point_restores_its_image_and_the_newest_state_is_the_newest_cut() -> None:
    """Applied or still in the cache log, read through or after a restart."""
    world = history()
    world.check_points()
    world.check_newest()
    world.reopen()
    world.check_points()
    world.check_newest()


def test_points_keep_name_kind_time_group_and_order() -> None:
    """What was said of a point survives application and restart."""
    world = history(points=1)
    world.replica.create_point("app", Consistency.APP, 1234, "group")
    for _ in range(2):
        first, second = world.replica.points()
        assert (second.name, second.consistency, second.taken_at_ms, second.shared) == (
            "app",
            Consistency.APP,
            1234,
            "group",
        )
        assert second.sequence == world.cuts[-1][0] >= first.sequence
        world.replica.apply()
        world.reopen()


@pytest.mark.parametrize("seed", range(6))
def test_dropping_points_in_any_order_changes_no_other(seed: int) -> None:
    """Oldest, middle, newest, with writes in between and a restart: the rest stay what they were."""
    world = history()
    world.random.seed(seed)
    while world.points:
        world.drop(world.random.choice(sorted(world.points)))
        world.check_points()
        world.work(4)
        world.ship()
        if world.random.random() < 0.5:
            world.replica.apply()
            world.reopen()
            world.connect()
    world.check_newest()
    assert not [name for name in world.store.list("r") if name.startswith("undo-")]


@pytest.mark.parametrize("seed", range(6))
def test_points_of_an_idle_machine_leave_no_logs_behind(seed: int) -> None:
    """Between some points nothing is written: their logs go with them, and no other point changes."""
    world = World(MemoryExecutor(), blocks=300).create()
    world.work(40)
    world.ship(everything=True)
    world.random.seed(seed)
    for number in range(10):
        world.point(f"p{number}")
        if number in (2, 5):
            world.work(6)
            world.ship()
    world.replica.apply()
    for name in world.random.sample(sorted(world.points), 7):
        world.drop(name)
        world.check_points()
        world.reopen()
        world.connect()
    world.check_newest()
    assert 3 <= len(world.replica._history._catalogue.logs) <= 3 + 2


def test_an_idle_day_keeps_as_many_logs_as_points() -> None:
    """Nothing is written for twenty points of which two are kept: the catalogue does not grow with the days."""
    world = history(points=1)
    world.replica.apply()
    for number in range(1, 21):
        world.point(f"p{number}")
        world.replica.apply()
        if number > 2:
            world.drop(f"p{number - 1}")
    assert len(world.replica._history._catalogue.logs) == len(world.points) == 3


def test_going_back_makes_the_newest_state_the_point_and_keeps_all_points() -> None:
    """Back and forth: every point can still be reached, and deltas go on from there."""
    world = history()
    for name in ("p2", "p6", "p0", "p7"):
        world.replica.revert(name)
        assert world.seen(None) == world.points[name]
        world.check_points()
    world.connect()
    world.ship(everything=True)
    world.check_newest()
    world.check_points()


def test_a_restored_image_is_sparse_and_equal_byte_for_byte(tmp_path: Path) -> None:
    """A mostly empty disk restores to a file that reads right and uses little space."""
    store = FolderExecutor(tmp_path)
    world = World(store, blocks=20000).create()
    world.disk.write(100, world.random.randbytes(BLOCK * 9))
    world.ship(everything=True)
    world.point("p")
    world.work(20)
    world.ship()
    world.replica.apply()
    (tmp_path / "out.raw").write_bytes(b"old bytes that must not shine through" * 1000)
    world.replica.promote("p", store, "out.raw")
    restored = tmp_path / "out.raw"
    assert restored.read_bytes() == world.points["p"]
    assert restored.stat().st_blocks * 512 < 64 * BLOCK
    assert Path(world.replica.seed_path()).read_bytes() == world.cuts[-1][1]


def test_a_view_stays_right_while_replication_goes_on() -> None:
    """A drill reads its point while new deltas overwrite the seed and older points are dropped."""
    world = history()
    with world.replica.open_point("p3") as view:
        for name in ("p0", "p2", "p5"):
            world.work(30)
            world.ship()
            world.replica.apply()
            world.drop(name)
            assert view.read(0, view.blocks) == world.points["p3"]


def test_a_point_keeps_its_size_when_the_disk_grows() -> None:
    """Older points restore at their size, the newest state at the new one."""
    world = history(points=2)
    world.disk.resize(400)
    world.replica.resize(400)
    world.work(30)
    world.ship(everything=True)
    world.check_points()
    world.check_newest()
    world.reopen()
    assert world.replica.blocks == 400
    world.check_points()


def test_refusals_change_nothing() -> None:
    """No point in an open window or in the middle of a batch, none twice, none that is not there."""
    world = history(points=2)
    before = world.replica.points()
    for name, call in (("p1", world.replica.create_point), ("nope", world.replica.drop_point),
                       ("nope", world.replica.open_point), ("nope", world.replica.revert)):  # fmt: skip
        with pytest.raises(Refused):
            call(name)
    world.work(3)
    cut = world.disk.take()
    for frame in world.sealer.seal(cut):
        world.replica.receive(frame)
    with pytest.raises(Refused, match="batch is being received"):
        world.replica.create_point("torn")
    world.replica.abandon()
    world.replica.open_window()
    with pytest.raises(Refused, match="window"):
        world.replica.create_point("torn")
    world.replica.close_window()
    assert world.replica.points() == before
    world.check_points()


def test_an_open_window_survives_a_restart() -> None:
    """A replica that stopped inside a window offers no newest state and takes no point, applied or not."""
    world = history(points=1)
    world.replica.open_window()
    for _ in range(2):
        world.reopen()
        assert world.replica.window_open
        world.replica.apply()
    with pytest.raises(Refused):
        world.replica.open_point(None)


def test_watermarks_are_ordered_and_move() -> None:
    """At every step cached >= applied >= pointed, and each moves when its stage is passed."""
    world = history(points=0)
    seen = []
    for number in range(4):
        world.work(3)
        world.ship()
        seen.append(world.replica.watermarks)
        world.replica.apply()
        seen.append(world.replica.watermarks)
        world.point(f"w{number}")
        seen.append(world.replica.watermarks)
    assert all(mark.cached >= mark.applied >= mark.pointed for mark in seen)
    assert seen[0].applied < seen[1].applied == seen[1].cached
    assert seen[1].pointed < seen[2].pointed == seen[2].applied


TRICKS = ("frame twice", "frame left out", "old stream", "uninvited", "beyond the disk", "garbage", "cut off")


@pytest.mark.parametrize("trick", TRICKS)
def test_nothing_but_the_invited_stream_is_received(trick: str) -> None:
    """Replay, loss, reordering, an old or foreign stream, a frame too far: refused, and abandoning leaves no trace."""
    world = history(points=1)
    world.work(3)
    cut = world.disk.take()
    header, *rest = [bytes(frame) for frame in Sealer(world.replica.keys, world.replica.invite()).seal(cut)]
    far = World(MemoryExecutor(), blocks=900)
    far.disk.start_capture()
    far.disk.written = 1_000_000  # so that nothing but its reach is wrong
    far.disk.write(899, b"x" * BLOCK)
    invitation = world.replica.invite()
    fresh = [bytes(frame) for frame in Sealer(world.replica.keys, invitation).seal(cut)]
    beyond = [bytes(frame) for frame in Sealer(world.replica.keys, invitation).seal(far.disk.take())]
    uninvited = [bytes(frame) for frame in Sealer(world.replica.keys, invitation ^ 1).seal(cut)]
    sent = {
        "frame twice": [*fresh, fresh[-1]],
        "frame left out": [fresh[0], rest[-1]],
        "old stream": [header, *rest],
        "uninvited": uninvited,
        "beyond the disk": beyond,
        "garbage": [b"garbage"],
        "cut off": [fresh[0], fresh[1][:-1]],
    }[trick]
    with pytest.raises(CorruptLog, match="stream"):
        list(map(world.replica.receive, sent))
    world.replica.abandon()
    cut.failed()
    world.connect()
    world.ship()
    world.check_newest()
    world.check_points()


def test_destroying_leaves_nothing() -> None:
    """Log, seed, points and keys are gone."""
    world = history()
    world.replica.destroy()
    assert world.store.list("r") == ()

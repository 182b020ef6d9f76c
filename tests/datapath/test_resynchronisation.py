"""Resynchronisation: both sides are equal afterwards, only what differs has travelled, nobody claims early."""

import pytest

from siteproof.reference.datapath.corruption import CorruptLog
from siteproof.reference.datapath.resync import ResyncSource, ResyncTarget, exchange, pump
from siteproof.reference.datapath.resync_messages import Say, unpack
from tests.datapath.lab import BLOCK, MemoryExecutor, World

BLOCKS = 5000


def diverged(writes: int = 30) -> World:
    """Both sides equal at a point, then so many writes of one block that nobody tracked."""
    world = World(MemoryExecutor(), blocks=BLOCKS).create()
    world.work(200)
    world.ship(everything=True)
    world.point("before")
    world.replica.apply()
    for _ in range(writes):
        world.disk.write(world.random.randrange(BLOCKS), world.random.randbytes(BLOCK))
    world.disk.dirty.take()
    return world


def parties(world: World) -> tuple[ResyncSource, ResyncTarget]:
    """Both parties, and the truth that the cut will be."""
    cut = world.disk.take_all()
    world.cuts.append((cut.lsn, world.image()))
    return ResyncSource(cut, BLOCKS, world.sealer, world.replica.keys), ResyncTarget(world.replica)


def test_both_sides_are_equal_afterwards_and_older_points_stay() -> None:
    """The newest state is the source at START, the point is what it was, the window is closed."""
    world = diverged()
    source, target = parties(world)
    pump(source, target)
    assert source.completed
    assert target.concluded
    assert not world.replica.window_open
    world.check_newest()
    world.check_points()


@pytest.mark.parametrize("writes", [0, 1, 40])
def test_only_differing_blocks_travel(writes: int) -> None:
    """The number of blocks sent is exactly the number that differ; equal sides exchange a few bytes of digests."""
    world = diverged(writes)
    old = world.points["before"]
    source, target = parties(world)
    new = world.cuts[-1][1]
    differ = sum(old[at : at + BLOCK] != new[at : at + BLOCK] for at in range(0, len(new), BLOCK))
    report = pump(source, target)
    assert report.blocks_sent == differ
    assert report.bytes_frames <= differ * (BLOCK + 100) + 1000
    assert report.bytes_digests < (400 if writes == 0 else 400 + 2048 * 3 + differ * 600)


def test_zeroed_blocks_are_found_too() -> None:
    """A discard that nobody tracked travels as zeros (bug class B12)."""
    world = diverged(0)
    world.disk.discard(0, 2000)
    world.disk.dirty.take()
    pump(*parties(world))
    world.check_newest()


def test_a_write_during_the_comparison_is_neither_lost_nor_overwritten() -> None:
    """The forbidden schedule (B4): v1 is read, v2 is written and sent, v1 must not win."""
    world = diverged()
    source, target = parties(world)
    for _ in exchange(source, target):
        world.disk.write(world.random.randrange(BLOCKS), world.random.randbytes(BLOCK))
    world.check_newest()
    world.ship()
    world.check_newest()
    assert world.seen(None) == world.image()


def messages() -> int:
    """How many messages one exchange has."""
    world = diverged()
    return sum(1 for _ in exchange(*parties(world)))


@pytest.mark.parametrize("lost", range(messages()))
def test_losing_any_message_completes_nothing_and_the_next_run_ends_it(lost: int) -> None:
    """Whatever message the link loses: no side completes, points stay, no point is taken, a new START finishes."""
    world = diverged()
    source, target = parties(world)
    carried = exchange(source, target)
    for _ in range(lost + 1):
        next(carried)
    del carried
    assert not source.completed
    world.check_points()
    world.connect()
    again, other = parties(world)
    pump(again, other)
    assert again.completed
    world.replica.close_window()
    world.check_newest()
    world.check_points()


def test_the_target_concludes_only_after_end_and_the_source_completes_only_after_that() -> None:
    """The order of what is said: nothing behind END but CONCLUDED, and completion only then."""
    world = diverged()
    source, target = parties(world)
    said = []
    for message in exchange(source, target):
        said.append(unpack(world.replica.keys.digest_key(), message).say)
        assert not source.completed
        assert target.concluded == (Say.CONCLUDED in said)
    assert said[0] is Say.START
    assert said[-2:] == [Say.END, Say.CONCLUDED]
    assert Say.FRAMES in said
    assert source.completed


def test_messages_of_an_older_session_are_ignored() -> None:
    """A conclusion recorded from an earlier run completes nothing."""
    world = diverged()
    source, target = parties(world)
    old = list(exchange(source, target))
    world.disk.write(1, b"new" + bytes(BLOCK - 3))
    world.connect()
    again, other = parties(world)
    for message in old:
        assert not list(again.receive(message))
    assert not again.completed
    pump(again, other)
    world.check_newest()


def test_a_repeated_end_is_answered_again() -> None:
    """When the conclusion is lost, the source may ask once more."""
    world = diverged()
    source, target = parties(world)
    end = next(m for m in exchange(source, target) if unpack(world.replica.keys.digest_key(), m).say is Say.END)
    list(target.receive(end))
    answers = list(target.receive(end))
    assert [unpack(world.replica.keys.digest_key(), answer).say for answer in answers] == [Say.CONCLUDED]


@pytest.mark.parametrize("place", [0, 5, 20, 40, -1])
def test_a_changed_message_is_refused(place: int) -> None:
    """A flipped bit in any message is CorruptLog and completes nothing."""
    world = diverged()
    source, target = parties(world)
    message = bytearray(source.start())
    message[place] ^= 1
    with pytest.raises(CorruptLog):
        list(target.receive(bytes(message)))
    answer = bytearray(next(target.receive(source.start())))
    answer[place] ^= 1
    with pytest.raises(CorruptLog):
        list(source.receive(bytes(answer)))


def test_a_target_that_applied_something_else_does_not_conclude() -> None:
    """The windows that differed are digested again after they were applied (bug class B24)."""
    world = diverged()
    source, target = parties(world)
    store = world.store
    assert isinstance(store, MemoryExecutor)
    key = world.replica.keys.digest_key()

    def tampering() -> None:
        for message in exchange(source, target):
            if unpack(key, message).say is Say.END:
                store.files["r/seed.raw"][:] = bytes(len(store.files["r/seed.raw"]))

    with pytest.raises(CorruptLog, match="differs after"):
        tampering()
    assert not source.completed
    assert world.replica.window_open


def test_a_disk_of_another_size_is_refused() -> None:
    """Sides of different sizes are never called equal (bug class B7)."""
    world = diverged()
    world.replica.resize(BLOCKS + 1)
    source, target = parties(world)
    with pytest.raises(CorruptLog, match="another disk"):
        pump(source, target)

"""Crash states: the disk makes all that are legal, the honest reference survives them, no barrier can go unnoticed."""

import pytest

from siteproof.fuzz.crashes.barriers import BarrierPlace, places
from siteproof.fuzz.crashes.disk import CrashBounds, CrashDisk, choices, digest, selections
from siteproof.fuzz.crashes.enumeration import REPLICA, SOURCE, Enumeration, at_least, source_of, without
from siteproof.fuzz.crashes.redundant import REDUNDANT
from siteproof.model.nouns.problem import Problem
from siteproof.reference.datapath.device import StoreFailed
from siteproof.reference.datapath.effects import Barrier, Rename, SyncDirectory, Truncate, Unlink, Write

SMALL = CrashBounds(16)
FOUND = [place for place in places() if str(place) not in REDUNDANT]


def contents(disk: CrashDisk, file: str, states: int = 1000) -> set[bytes | None]:
    """What a file may hold after a loss of power right now; None: it is not there."""
    return {files.get(file) for files in disk.moment(CrashBounds(states)).states}


def durable(**files: bytes) -> CrashDisk:
    """A disk with these files in the folder f."""
    return CrashDisk.holding({f"f/{name}": data for name, data in files.items()})


def test_unsynced_writes_survive_in_every_subset() -> None:
    """Of two writes neither, one, the other, or both; a barrier leaves only both."""
    disk = durable(a=b"....")
    disk.perform(Write("f/a", 0, b"1"))
    disk.perform(Write("f/a", 2, b"2"))
    assert contents(disk, "f/a") == {b"....", b"1...", b"..2.", b"1.2."}
    disk.perform(Barrier("f/a"))
    assert contents(disk, "f/a") == {b"1.2."}


def test_a_later_write_may_reach_the_device_before_an_earlier_one() -> None:
    """Two writes of one place: old, first, second; never the second below the first when both are there."""
    disk = durable(a=b"o")
    disk.perform(Write("f/a", 0, b"1"))
    disk.perform(Write("f/a", 0, b"2"))
    assert contents(disk, "f/a") == {b"o", b"1", b"2"}


def test_a_write_of_several_sectors_may_be_torn_at_a_sector() -> None:
    """The first sector alone, all but the last, never half a sector."""
    torn = [len(each.data) for each in choices(Write("f/a", 0, bytes(2000))) if isinstance(each, Write)]
    assert torn == [512, 1536, 2000]
    assert len(choices(Write("f/a", 0, bytes(512)))) == len(choices(Truncate("f/a", 3))) == 2


def test_names_survive_as_a_prefix_until_their_folder_is_synced() -> None:
    """A new file, then a removal: none, the file, or both; saved bytes alone keep no name."""
    disk = durable(old=b"o")
    disk.perform(Write("f/new", 0, b"n"))
    disk.perform(Barrier("f/new"))
    disk.perform(Unlink("f/old"))
    names = {tuple(sorted(files)) for files in disk.moment(CrashBounds(100)).states}
    assert names == {("f/old",), ("f/new", "f/old"), ("f/new",)}
    disk.perform(SyncDirectory("f"))
    assert {tuple(files) for files in disk.moment(CrashBounds(100)).states} == {("f/new",)}


def test_a_rename_is_there_or_not_and_never_half() -> None:
    """The old content under the name or the new one, and never neither."""
    disk = durable(a=b"old", b=b"new")
    disk.perform(Rename("f/b", "f/a"))
    assert contents(disk, "f/a") == {b"old", b"new"}
    assert contents(disk, "f/b") == {b"new", None}


def test_what_a_failed_sync_should_have_saved_is_read_and_never_saved() -> None:
    """It can be read until power is lost, whatever is synced later."""
    disk = durable(a=b"o")
    disk.perform(Write("f/a", 0, b"1"))
    disk.failing = "f/"
    with pytest.raises(StoreFailed):
        disk.perform(Barrier("f/a"))
    disk.perform(Barrier("f/a"))
    assert disk.read("f/a", 0, 9) == b"1"
    assert contents(disk, "f/a") == {b"o"}


def test_a_bound_is_kept_and_said() -> None:
    """Where there are more states than the bound, so many are made, all different, and the moment says so."""
    changes = [Write("f/a", place, b"x") for place in range(9)]
    few, every = selections(changes, CrashBounds(20))
    assert (len(set(few)), every) == (20, False)
    assert tuple(changes) in few
    assert (None,) * 9 in few
    all_of_them, whole = selections(changes, CrashBounds(512))
    assert (len(set(all_of_them)), whole) == (512, True)
    assert selections(changes, CrashBounds(20)) == (few, every)


def test_a_state_has_one_digest() -> None:
    """Names, sizes and bytes all count."""
    states = ({"a": b"1", "b": b""}, {"a": b"", "b": b"1"}, {"ab": b"1"}, {"a": b"1"})
    assert len({digest(each) for each in states}) == len(states)
    assert digest({"b": b"", "a": b"1"}) == digest(states[0])


@pytest.mark.slow
def test_the_honest_reference_survives_every_state_of_a_life() -> None:
    """Hundreds of distinct states of replica and source, judged, and nothing is wrong; every moment is counted."""
    found = Enumeration(SMALL, stop_at_first=False).run(SOURCE).run(REPLICA)
    assert [str(each) for each in found.lost] == []
    assert found.distinct > 800
    assert found.made > found.distinct
    assert found.moments > found.whole > 300


@pytest.mark.slow
@pytest.mark.parametrize("place", FOUND, ids=str)
def test_no_barrier_can_be_left_out(place: BarrierPlace) -> None:
    """The mutant without the barriers of one place shows a wrong state."""
    assert without(place, SMALL).lost


@pytest.mark.nightly
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("name", REDUNDANT)
def test_a_barrier_that_is_called_redundant_is_missed_by_no_state(name: str) -> None:
    """Not even after a second loss of power; one that is missed has to leave the list."""
    place = next(each for each in places() if str(each) == name)
    assert not without(place, SMALL, second=20).lost


def test_lives_go_on_until_so_many_distinct_states_are_judged() -> None:
    """A state is counted once for each truth, also across lives; what was met again is counted apart."""
    found = at_least(300, CrashBounds(8), 0, lambda _: None, lambda seed: (source_of(seed),))
    assert found.distinct >= 300
    assert found.distinct + found.met_again == found.made
    assert found.lost == []
    before = found.distinct
    found.bounds = CrashBounds(8, 0)
    found.run(source_of(0))
    assert found.distinct == before
    assert found.run(source_of(900)).distinct > before


def test_every_barrier_is_found_in_the_source() -> None:
    """The list is the code's: every file of the data path that syncs is in it, and what is redundant stands there."""
    assert {place.file for place in places()} >= {"log.py", "state.py", "seed_disk.py", "points.py", "tracker.py"}
    assert set(REDUNDANT) <= set(map(str, places()))


def test_a_file_that_is_not_there_is_a_problem() -> None:
    """As on every executor."""
    with pytest.raises(Problem):
        CrashDisk().read("f/a", 0, 1)

"""The crew: tasks shared among processes come back as they would from one, and a lost one takes nothing with it."""

import multiprocessing
import os
import tempfile
import time
from pathlib import Path

import pytest

from siteproof.conformance.crew import Crew, Lost

SLEEPS, COMPUTES, DIES, RAISES = -1, -2, -3, -4
SECONDS_MAX = 60.0


def double(item: int) -> int:
    """Twice the item; or whatever else a task may do instead of answering."""
    if item == SLEEPS:
        time.sleep(SECONDS_MAX * 2)
    while item == COMPUTES:
        pass
    if item == DIES:
        os._exit(7)
    if item == RAISES:
        raise ValueError("this one cannot be doubled")
    return item * 2


def place(_: int) -> str:
    """Where temporary files stand."""
    return tempfile.gettempdir()


def who(_: int) -> int:
    """The process that does it."""
    return os.getpid()


@pytest.mark.parametrize("workers", [1, 2])
def test_every_item_has_its_result(workers: int) -> None:
    """One process or two: the same results, each with the index of its item."""
    items = list(range(20))
    assert dict(Crew(double, workers, SECONDS_MAX).as_they_end(items)) == {item: item * 2 for item in items}
    assert Crew(double, workers, SECONDS_MAX).in_order(items, lambda item, _: item) == [item * 2 for item in items]


def test_no_items_need_no_process() -> None:
    """Nothing to do is done at once."""
    assert list(Crew(double, 2, SECONDS_MAX).as_they_end([])) == []


@pytest.mark.parametrize(
    ("item", "crew", "why"),
    [
        (DIES, Crew(double, 2, SECONDS_MAX), "it ended with exit status 7"),
        (SLEEPS, Crew(double, 2, 0.5), "no end of it within 0.5 s"),
        (COMPUTES, Crew(double, 2, SECONDS_MAX, cpu_seconds_max=1), "no end of it after 1 s of computing"),
    ],
)
def test_a_task_that_dies_or_hangs_is_lost_alone(item: int, crew: "Crew[int, int]", why: str) -> None:
    """A task that ends its process, waits for ever or computes for ever is told of; the others are done."""
    found = dict(crew.as_they_end([1, item, 3, 4]))
    lost = found.pop(1)
    assert isinstance(lost, Lost)
    assert why in lost.why
    assert found == {0: 2, 2: 6, 3: 8}


@pytest.mark.parametrize("workers", [1, 2])
def test_what_a_task_raises_is_raised(workers: int) -> None:
    """A defect of the work is no result of it."""
    with pytest.raises(ValueError, match="cannot be doubled"):
        list(Crew(double, workers, SECONDS_MAX).as_they_end([1, RAISES]))


def test_whoever_stops_listening_ends_the_processes() -> None:
    """A reader who leaves does not leave processes that work for nobody."""
    results = Crew(double, 2, SECONDS_MAX).as_they_end([1, SLEEPS, SLEEPS])
    assert next(results) == (0, 2)
    results.close()  # type: ignore[attr-defined]
    assert [each.name for each in multiprocessing.active_children() if "pebble" in each.name] == []


def test_processes_work_where_their_parent_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Scratch in memory is one folder for all, which the parent removes at its end."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    assert {place for _, place in Crew(place, 2, SECONDS_MAX).as_they_end([1, 2])} == {str(tmp_path)}


def test_a_crew_apart_has_a_process_for_every_item() -> None:
    """What one task has left behind in its process no other one meets, not even with one worker."""
    found = [process for _, process in Crew(who, 1, SECONDS_MAX, apart=True).as_they_end([1, 2, 3])]
    assert len(set(found)) == len(found)
    assert os.getpid() not in found

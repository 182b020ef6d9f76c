"""Each wrong appliance shows its one wrong behaviour, and the honest one does not (DOMAIN.md §7)."""

from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path

import pytest

from siteproof.model.nouns.errors import Refused
from siteproof.model.nouns.subject import DiskAddress, FaultKind
from siteproof.model.nouns.vocabulary import Resync, Verb
from siteproof.reference.subject import ReferenceSubject, make_subject
from siteproof.reference.zoo import ZOO
from tests.reference.bench import Bench

Make = Callable[..., ReferenceSubject]


def made(exhibit: str, folder: Path) -> Bench:
    """A bench around a wrong appliance, or around the honest one."""
    if exhibit == "honest":
        return Bench(make_subject(str(folder), durable=False))
    module, function = ZOO[exhibit].factory.split(":")
    make: Make = getattr(import_module(module), function)
    return Bench(make(str(folder), durable=False))


@pytest.fixture
def honest(tmp_path: Path) -> Iterator[Bench]:
    """The honest appliance."""
    bench = made("honest", tmp_path)
    yield bench
    bench.subject.close()


@pytest.fixture
def wrong(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Bench]:
    """The appliance with the bug that the test names."""
    bench = made(request.param, tmp_path)
    yield bench
    bench.subject.close()


def loses_a_write_in_a_comparison(bench: Bench) -> bool:
    """Write between two steps of a comparison and look whether the next point has it."""
    bench.write(*range(8))
    bench.protected()
    bench.fault(FaultKind.FORCED_SHUTDOWN)
    bench.write(1)
    bench.start(Verb.RESYNCHRONIZE)
    bench.subject.advance(1000)
    bench.write(2)
    bench.subject.settle()
    return next_point_differs(bench)


def trusts_a_link_that_came_back(bench: Bench) -> bool:
    """Lose the link with data on the way, mend it, and look whether the mark is gone and the next point is stale."""
    bench.protected()
    bench.fault(FaultKind.LINK_DOWN)
    bench.write(1)
    bench.minutes(1)
    bench.fault(FaultKind.LINK_UP)
    return bench.seen.regions.resync is Resync.NONE and next_point_differs(bench)


def forgets_a_discard(bench: Bench) -> bool:
    """Discard a written block and look whether the next point still has its bytes."""
    bench.write(1, 2)
    bench.protected()
    bench.subject.discard(DiskAddress("web", "sda"), 1, 1)
    return next_point_differs(bench)


def lists_a_point_that_is_gone(bench: Bench) -> bool:
    """Let points age beyond the fine tier and restore everything that is listed."""
    bench.protected()
    seen = bench.minutes(4 * 60)
    try:
        for point in seen.points:
            bench.restored(point.name)
    except Refused:
        return True
    return False


def collapses_history(bench: Bench) -> bool:
    """After eight hours nothing older than three hours is left."""
    bench.protected()
    seen = bench.minutes(8 * 60)
    return seen.time_ms - seen.points[0].taken_at_ms < 3 * 60 * 60_000


def next_point_differs(bench: Bench) -> bool:
    """Whether the next point is another image than the disk."""
    seen = bench.minutes(5)
    return bench.restored(seen.points[-1].name) != bench.image()


BEHAVIOUR = {
    "B1": loses_a_write_in_a_comparison,
    "B2": trusts_a_link_that_came_back,
    "B12": forgets_a_discard,
    "B26": lists_a_point_that_is_gone,
    "B34": collapses_history,
}


@pytest.mark.parametrize(("wrong", "behaviour"), BEHAVIOUR.items(), indirect=["wrong"])
def test_a_wrong_appliance_behaves_wrongly(wrong: Bench, behaviour: Callable[[Bench], bool]) -> None:
    """The bug is there to be found."""
    assert behaviour(wrong)


@pytest.mark.parametrize("behaviour", BEHAVIOUR.values())
def test_the_honest_appliance_does_not(honest: Bench, behaviour: Callable[[Bench], bool]) -> None:
    """The same scenario ends well."""
    assert not behaviour(honest)


def test_an_exhibit_differs_from_the_honest_appliance_in_its_name_and_one_part_only() -> None:
    """It claims the same capabilities: a lie of omission would be too easy to catch."""
    honest = make_subject().describe()
    for exhibit in ZOO.values():
        module, function = exhibit.factory.split(":")
        described = getattr(import_module(module), function)().describe()
        assert described.name != honest.name
        assert described.capabilities == honest.capabilities


def test_every_exhibit_of_the_table_is_tried_here() -> None:
    """A new exhibit needs its behaviour shown."""
    assert set(BEHAVIOUR) == set(ZOO)

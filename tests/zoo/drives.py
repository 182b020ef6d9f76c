"""Short drives that show what an exhibit does wrong: each returns True on the wrong appliance and False on the honest.

Rule: a drive uses the contract's calls and nothing else, so what it shows can be seen by a judge.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path

from siteproof.model.nouns.observation import Observation
from siteproof.model.nouns.subject import FaultKind
from siteproof.model.nouns.vocabulary import Verb
from siteproof.reference.subject import ReferenceSubject, make_subject
from siteproof.reference.zoo import ZOO
from siteproof.reference.zoo.honest import HONEST
from siteproof.reference.zoo.liars import LIARS
from siteproof.reference.zoo.version2 import VERSION2
from tests.reference.bench import Bench

Drive = Callable[[Bench], bool]
DRIVES: dict[str, Drive] = {}


def shows(exhibit: str) -> Callable[[Drive], Drive]:
    """The decorated drive shows this exhibit."""

    def register(drive: Drive) -> Drive:
        assert exhibit not in DRIVES, exhibit
        DRIVES[exhibit] = drive
        return drive

    return register


@contextmanager
def honest_bench(folder: Path) -> Iterator[Bench]:
    """A bench around the reference as it is."""
    yield from _benched(make_subject(str(folder), durable=False))


@contextmanager
def member_bench(name: str, folder: Path) -> Iterator[Bench]:
    """A bench around a member of the zoo."""
    module, function = (ZOO | VERSION2 | LIARS | HONEST)[name].factory.split(":")
    yield from _benched(getattr(import_module(module), function)(str(folder), durable=False))


def _benched(subject: ReferenceSubject) -> Iterator[Bench]:
    try:
        yield Bench(subject)
    finally:
        subject.close()


def next_point_differs(bench: Bench, *disks: str) -> bool:
    """Whether the next point is another image than the disks at rest."""
    bench.subject.settle()
    seen = bench.minutes(5)
    name = seen.points[-1].name
    return any(bench.restored(name, disk) != bench.image(disk=disk) for disk in disks or ("sda",))


def cut_and_mended(bench: Bench, *blocks: int) -> Observation:
    """The link breaks with these writes on their way and comes back a minute later: the machine is marked."""
    bench.fault(FaultKind.LINK_DOWN)
    bench.write(*blocks)
    bench.minutes(1)
    bench.fault(FaultKind.LINK_UP)
    return bench.seen


def compared(bench: Bench) -> Observation:
    """A resynchronisation from the command to its end."""
    return bench.do(Verb.RESYNCHRONIZE)

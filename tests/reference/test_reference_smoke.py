"""A pure-random seeded walk: whatever happens, points restore past images and the watermarks are ordered."""

import random
from itertools import pairwise

import pytest

from siteproof.model.nouns.commands import Accepted, Refusal
from siteproof.model.nouns.errors import Refused
from siteproof.model.nouns.observation import Observation
from siteproof.model.nouns.subject import DiskAddress, FaultKind
from siteproof.model.nouns.vocabulary import Place, Resync, Selection, TestFailover, Verb
from tests.reference.bench import Bench

STEPS = 80
NO_DRILL = TestFailover.NONE
STORE = {FaultKind.STORE_FULL, FaultKind.IO_ERROR, FaultKind.STORE_MENDED}  # no point is restored from a broken store
FAULTS = sorted(set(FaultKind) - {FaultKind.DISK_RESIZED, FaultKind.CLOCK_JUMP, FaultKind.PRESSURE, *STORE})


class Walk:
    """Draws actions and keeps every image that the running disk ever had."""

    def __init__(self, bench: Bench, seed: int) -> None:
        """Start from an unprotected machine with a little data."""
        self.bench = bench
        self.random = random.Random(seed)
        bench.write(1, 2, 3)
        self.past = {bench.image()}
        self.accepted = 0

    def step(self) -> None:
        """One random action."""
        twice = [self.write, self.command]
        action = self.random.choice([*twice, *twice, self.discard, self.fault, self.wait])
        try:
            action()
        except Refused:
            return

    def write(self) -> None:
        """A block on whatever runs."""
        self.bench.write(self.random.randrange(64))
        self.past.add(self.bench.image())

    def discard(self) -> None:
        """A few blocks on whatever runs."""
        self.bench.subject.discard(DiskAddress("web", "sda"), self.random.randrange(60), 3)
        self.past.add(self.bench.image())

    def command(self) -> None:
        """A random verb, allowed or not; the promise of `allowed` has to hold."""
        seen = self.bench.seen
        likely = [verb for verb in seen.allowed if verb not in {Verb.DISABLE, Verb.COMPLETE_MIGRATION}]
        verb = self.random.choice([*likely, *likely, *likely, self.random.choice(list(Verb))])
        selection = self.random.choice([Selection.LATEST, Selection.LATEST_PROCESSED])
        answer = self.bench.start(verb, selection=selection, shutdown=self.random.random() < 0.8)
        assert isinstance(answer, Accepted) == (verb in seen.allowed), (verb, seen.regions, answer)
        assert isinstance(answer, Accepted) or self.bench.seen == seen
        self.accepted += not isinstance(answer, Refusal)
        if self.random.random() < 0.7:
            self.bench.subject.settle()

    def fault(self) -> None:
        """Something goes wrong, or is mended."""
        self.bench.fault(self.random.choice([*FAULTS, FaultKind.LINK_UP, FaultKind.SITE_UP]))

    def wait(self) -> None:
        """Some seconds, or some minutes."""
        self.bench.subject.advance(self.random.choice([500, 1000, 4000, 300_000, 3_600_000]))


def check(walk: Walk, seen: Observation) -> None:
    """What holds at every moment."""
    for disk in seen.disks:
        marks = disk.watermarks
        assert marks.written >= marks.sent >= marks.cached >= marks.applied >= marks.pointed, seen
    assert all(older.sequence < newer.sequence for older, newer in pairwise(seen.points))
    for point in seen.points[-2:]:
        assert walk.bench.restored(point.name) in walk.past, (point, seen)
    assert Place.PRIMARY not in seen.running or Place.RECOVERY not in seen.running or seen.generation
    assert (seen.resync_reason is None) == (seen.regions.resync is Resync.NONE)


@pytest.mark.parametrize("seed", range(8))
def test_a_random_walk_never_breaks_what_always_holds(bench: Bench, seed: int) -> None:
    """Writes, discards, commands, faults and waiting in any order."""
    bench.reset(blocks=64)
    walk = Walk(bench, seed)
    for _ in range(STEPS):
        walk.step()
        check(walk, bench.seen)
        if not bench.seen.allowed and not bench.seen.running_job and bench.seen.regions.test_failover is NO_DRILL:
            bench.reset(blocks=64)
            walk.past = {bench.image()}
    assert walk.accepted > 5

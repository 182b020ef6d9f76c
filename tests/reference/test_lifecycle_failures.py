"""A whole life of a machine, there and back, in which one effect of a store fails: the machine says so and goes on.

Maintainers keep: a step that did not work is tried again as an operator would; what is judged are bytes.
"""

import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from attrs import define, evolve, field

from siteproof.model.nouns.commands import Accepted
from siteproof.model.nouns.errors import Refused
from siteproof.model.nouns.problem import Problem
from siteproof.model.nouns.vocabulary import Direction, Health, Protection, Resync, Site, Verb
from siteproof.reference.datapath.device import StoreFailed
from siteproof.reference.datapath.effects import Acknowledge, Effect, Write
from siteproof.reference.datapath.replica import Replica
from siteproof.reference.stores import SimulatedFolder
from siteproof.reference.subject import ReferenceSubject
from tests.datapath.nonces import Nonces
from tests.reference.bench import Bench

ATTEMPTS_MAX = 8
STRIDE = 37
KINDS = ("error", "full", "short", "read")


@define
class Saboteur:
    """Lets calls `first` to `first + length - 1` on any store fail, once the history has begun."""

    kind: str
    first: int
    length: int = 1
    calls: int = 0
    failed: int = 0
    nonces: Nonces = field(factory=Nonces)

    def install(self, patch: pytest.MonkeyPatch) -> None:
        """Stand between every folder and what is asked of it."""
        performed, read_into, received = SimulatedFolder.perform, SimulatedFolder.read_into, Replica.receive

        def perform(folder: SimulatedFolder, effect: Effect) -> None:
            self.nonces.write(effect)
            if self.kind != "read" and not isinstance(effect, Acknowledge) and self._hit():
                if self.kind == "short" and isinstance(effect, Write):
                    performed(folder, evolve(effect, data=bytes(effect.data)[: len(effect.data) // 2]))
                raise StoreFailed(type(effect).__name__.lower(), self.kind, full=self.kind == "full")
            performed(folder, effect)

        def read(folder: SimulatedFolder, *arguments: Any) -> int:
            if self.kind == "read" and self._hit():
                raise StoreFailed("read", "input/output error")
            return read_into(folder, *arguments)

        def receive(replica: Replica, sealed: bytes) -> int:
            self.nonces.hear(f"wire {replica.folder}", sealed)
            return received(replica, sealed)

        patch.setattr(SimulatedFolder, "perform", perform)
        patch.setattr(SimulatedFolder, "read_into", read)
        patch.setattr(Replica, "receive", receive)

    def _hit(self) -> bool:
        number, self.calls = self.calls, self.calls + 1
        hit = self.first <= number < self.first + self.length
        self.failed += hit
        return hit


class Operator(Bench):
    """Goes through a machine's life; knows what each point may show."""

    def __init__(self, subject: ReferenceSubject) -> None:
        super().__init__(subject)
        self.truth: dict[str, list[dict[str, bytes]]] = {}
        self.told = Counter[str]()
        self.reset(disks=2)

    def images(self) -> dict[str, bytes]:
        """What production holds now."""
        return {disk: self.image(disk=disk) for disk in ("sda", "sdb")}

    def change(self, *blocks: int) -> None:
        """The workload writes; when its own disk fails it tries again."""
        for disk in ("sda", "sdb"):
            for _ in range(ATTEMPTS_MAX):
                try:
                    self.write(*blocks, disk=disk)
                except StoreFailed:
                    continue
                break

    def wait(self, minutes: float) -> None:
        """Time passes; points that appear show what production held before or after it."""
        before = self.images()
        self.minutes(minutes)
        self.learn(before)

    def learn(self, before: dict[str, bytes]) -> None:
        """Note what new points may show."""
        for point in self.seen.points:
            self.truth.setdefault(point.name, [before, self.images()])

    def reach(self, verb: Verb, goal: tuple[Any, ...]) -> None:
        """Ask until the machine is where the command leads, disabling nothing; give up after some attempts."""
        for _ in range(ATTEMPTS_MAX):
            if self.where() == goal:
                return
            before = self.images()
            self.mend()
            if isinstance(self.start(verb), Accepted):
                self.subject.settle()
                self.learn(before)
            elif self.seen.regions.protection in {Protection.ENABLING_FAILED, Protection.INITIAL_REPLICATION_FAILED}:
                self.do(Verb.DISABLE)
            elif self.where() == (Direction.FORWARD, Site.PRIMARY, Protection.UNPROTECTED):
                self.do(Verb.ENABLE)  # the copy behind a failback broke off, and its protection begins anew
                self.learn(before)

    def where(self) -> tuple[Any, ...]:
        """Direction, side and protection."""
        regions = self.seen.regions
        return regions.direction, regions.active, regions.protection

    def mend(self) -> None:
        """Compare when that is demanded and taken."""
        if self.seen.regions.resync in {Resync.REQUIRED, Resync.FAILED} and Verb.RESYNCHRONIZE in self.seen.allowed:
            self.do(Verb.RESYNCHRONIZE)

    def check(self) -> None:
        """Every listed point shows what it may show, or is refused by name; each failure is told while it lasts."""
        for point in self.seen.points:
            try:
                shown = {disk: self.restored(point.name, disk) for disk in ("sda", "sdb")}
            except Refused as refusal:
                self.told[refusal.code.value] += 1
                continue
            assert shown in self.truth[point.name], point.name

    def live(self) -> None:
        """There and back."""
        forward, reverse = Direction.FORWARD, Direction.REVERSE
        self.change(1, 2, 3)
        self.reach(Verb.ENABLE, (forward, Site.PRIMARY, Protection.PROTECTED))
        self.change(2, 700)
        self.wait(5)
        self.check()
        for verb in (Verb.TEST_FAILOVER, Verb.CLEAN_UP_TEST):
            before = self.images()
            self.start(verb)
            self.subject.settle()
            self.learn(before)
        self.change(3, 4)
        self.wait(11)
        self.check()
        self.mend()
        self.reach(Verb.FAIL_OVER, (forward, Site.RECOVERY, Protection.FAILED_OVER))
        self.reach(Verb.COMMIT, (forward, Site.RECOVERY, Protection.COMMITTED))
        self.change(5, 6)
        self.reach(Verb.REPROTECT, (reverse, Site.PRIMARY, Protection.PROTECTED))
        self.change(6, 7)
        self.wait(2)
        self.back()

    def back(self) -> None:
        """Home again, with everything that was written away."""
        before = self.images()
        self.reach(Verb.FAIL_BACK, (Direction.REVERSE, Site.RECOVERY, Protection.FAILED_OVER))
        assert self.images() == before, "a planned failback loses nothing"
        self.reach(Verb.COMMIT, (Direction.REVERSE, Site.RECOVERY, Protection.COMMITTED))
        self.reach(Verb.REPROTECT, (Direction.FORWARD, Site.PRIMARY, Protection.PROTECTED))
        self.change(8)
        for _ in range(ATTEMPTS_MAX):
            self.mend()
            self.wait(6)
            if self.seen.health is Health.NORMAL and self.equal():
                break
        self.check()

    def equal(self) -> bool:
        """Whether the newest point can be restored now, and is what production holds."""
        try:
            shown = {disk: self.restored(self.seen.points[-1].name, disk) for disk in ("sda", "sdb")}
        except Refused:
            return False
        assert shown == self.images()
        return True


def run(folder: Path, kind: str, first: int, length: int = 1) -> Saboteur:
    """A life with a failure; judged on the way and at its end."""
    saboteur = Saboteur(kind, first, length)
    subject = ReferenceSubject(folder, durable=False)
    with pytest.MonkeyPatch.context() as patch:
        try:
            operator = prepared(subject, saboteur, patch)
            operator.live()
            seen = operator.seen
            assert (seen.regions.resync, seen.health) == (Resync.NONE, Health.NORMAL)
            assert any(operator.equal() for _ in range(ATTEMPTS_MAX))
            assert saboteur.nonces.reused == []
        finally:
            subject.close()
    return saboteur


def prepared(subject: ReferenceSubject, saboteur: Saboteur, patch: pytest.MonkeyPatch) -> Operator:
    """The scenario stands before anything can fail."""
    operator = Operator(subject)
    saboteur.install(patch)
    return operator


def calls(folder: Path, kind: str) -> int:
    """How many calls of that kind a life without failures makes."""
    return run(folder, kind, -1, 0).calls


def lives(folder: Path, kind: str, stride: int) -> Iterator[Saboteur]:
    """One life for every so many calls."""
    for number in range(KINDS.index(kind) * 5, calls(folder, kind), stride):
        try:
            yield run(folder, kind, number, 1 + number % 3)
        except (AssertionError, Problem, Refused) as failure:
            raise AssertionError(f"{kind} at call {number}: {failure!r}") from failure


def judge(folder: Path, kind: str, stride: int) -> None:
    """Run them all and say how many there were."""
    found = list(lives(folder, kind, stride))
    sys.stdout.write(f"\n{kind}: {len(found)} lives, {sum(each.failed for each in found)} failures\n")
    assert all(each.failed for each in found)
    assert len(found) > 2


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_a_machine_lives_on_behind_a_failure(tmp_path: Path, kind: str) -> None:
    """One to three calls in a row fail somewhere between enable and the way back home."""
    judge(tmp_path, kind, STRIDE if kind == "read" else STRIDE * 4)


@pytest.mark.nightly
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("kind", KINDS)
def test_a_machine_lives_on_behind_any_failure(tmp_path: Path, kind: str) -> None:
    """Every call of the life fails once."""
    judge(tmp_path, kind, 1)

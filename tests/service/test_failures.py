"""A whole life of a service, with restarts, in which its directory refuses something: told, tried again, nothing lost.

Maintainers keep: every file below the state directory can fail, the vault's log too; what is judged are bytes, and what
the next process finds.
"""

import errno
import sqlite3
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from attrs import define, evolve

from siteproof.model.nouns.errors import ErrorCode, Refused
from siteproof.model.nouns.problem import Problem
from siteproof.model.nouns.vocabulary import (
    Consistency,
    Direction,
    Health,
    Protection,
    Resync,
    Site,
    TestFailover,
    Verb,
)
from siteproof.reference.datapath.device import StoreFailed
from siteproof.reference.datapath.effects import Acknowledge, Barrier, Effect, SyncDirectory, Write
from siteproof.reference.datapath.folder import FolderExecutor
from siteproof.reference.lifecycle import allowed
from siteproof.reference.observer import observe
from siteproof.reference.service import protecting
from siteproof.reference.service.access import Access
from siteproof.reference.service.certificates import Authority
from siteproof.reference.service.serving import audit
from siteproof.reference.service.verbs import call
from tests.service.desk import SIZE_BYTES, Desk

ATTEMPTS_MAX = 12
STRIDE = 97
KINDS = ("error", "full", "short", "read")
BROKEN = {Protection.ENABLING_FAILED, Protection.INITIAL_REPLICATION_FAILED}
F, R = Direction.FORWARD, Direction.REVERSE
State = tuple[Direction, Site, Protection]


@define
class Saboteur:
    """Lets `length` calls on any folder of the service fail, from number `first` on; nothing waits for the device."""

    kind: str
    first: int
    length: int
    calls: int = 0
    failed: int = 0

    def install(self, patch: pytest.MonkeyPatch) -> None:
        """Stand between every folder and what is asked of it."""
        performed = FolderExecutor.perform

        def perform(folder: FolderExecutor, effect: Effect) -> None:
            if self.kind != "read" and not isinstance(effect, Acknowledge) and self._hit():
                if self.kind == "short" and isinstance(effect, Write):
                    performed(folder, evolve(effect, data=bytes(effect.data)[: len(effect.data) // 2]))
                raise StoreFailed(type(effect).__name__.lower(), self.kind, full=self.kind == "full")
            if not isinstance(effect, Barrier | SyncDirectory):
                performed(folder, effect)

        patch.setattr(FolderExecutor, "perform", perform)
        patch.setattr(FolderExecutor, "read_into", self._reading(FolderExecutor.read_into))
        patch.setattr(FolderExecutor, "read", self._reading(FolderExecutor.read))

    def _reading(self, real: Callable[..., Any]) -> Callable[..., Any]:
        def read(folder: FolderExecutor, *arguments: Any) -> Any:
            if self.kind == "read" and self._hit():
                raise StoreFailed("read", "input/output error")
            return real(folder, *arguments)

        return read

    def _hit(self) -> bool:
        number, self.calls = self.calls, self.calls + 1
        hit = self.first <= number < self.first + self.length
        self.failed += hit
        return hit


class Operator:
    """Leads a machine through its life by the verbs that a command line uses, and tries again what did not work."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.truth: dict[str, list[bytes]] = {}

    def insist(self, act: Callable[[], object]) -> None:
        """Until it works; a refusal means that it is done, or is not possible where the machine is."""
        for _ in range(ATTEMPTS_MAX):
            with suppress(Problem):
                act()
                return
            self.wait(61)

    def image(self) -> bytes:
        """What production holds; without a guard against what fails: nothing of the service is asked."""
        host = self.desk.web.hosts[self.desk.web.active_place]
        store = self.desk.service.stores.side(self.desk.web.active_place)
        return Path(store.path(host.files["sda"])).read_bytes()[:SIZE_BYTES]

    def wait(self, seconds: int) -> None:
        """Time passes as it does in a process that serves."""
        before = self.image() if "web" in self.desk.service.vault.machines else b""
        for _ in range(seconds):
            self.desk.now_ms += 1000
            with suppress(StoreFailed):
                self.desk.service.tick()
        self.learn(before)

    def learn(self, before: bytes) -> None:
        """What new points may show: what production held before or after they came."""
        machine = self.desk.service.vault.machines.get("web")
        for point in machine.points if machine is not None else ():
            self.truth.setdefault(point.name, [before, self.image()])

    def write(self) -> None:
        """The workload writes; when its own disk fails it tries again."""
        for _ in range(ATTEMPTS_MAX):
            with suppress(StoreFailed):
                self.desk.write()
                return

    def restart(self) -> None:
        """The process is killed; the next one starts as soon as its directory can be read."""
        self.desk.die()
        for _ in range(ATTEMPTS_MAX):
            with suppress(Problem):
                self.desk.open()
                self.learn(self.image())
                return
        raise AssertionError("it does not start")

    def protect(self) -> None:
        """Protect the image, unless that was done and only the answer was lost."""
        if "web" not in self.desk.service.vault.machines:
            protecting.protect(self.desk.service, "web", [str(self.desk.images[0])])
        self.desk.service.settle()

    def reach(self, verb: Verb, goal: State) -> None:
        """Ask until the machine is where the command leads."""
        for _ in range(ATTEMPTS_MAX):
            if self.where() == goal:
                return
            self.ask(verb)
            if self.where() == goal:
                return
            if verb not in allowed(self.desk.web.regions) and self.desk.web.regions.protection in BROKEN:
                self.ask(Verb.DISABLE)
            if self.where() == (F, Site.PRIMARY, Protection.UNPROTECTED):
                self.ask(Verb.ENABLE)
            self.wait(61)

    def ask(self, verb: Verb) -> None:
        """A command, to its end."""
        before = self.image()
        with suppress(Problem, Refused):
            call(self.desk.service, "machine.do", {"machine": "web", "verb": verb.value})
        self.learn(before)

    def where(self) -> State:
        """Direction, side and protection, with no job that runs."""
        regions = self.desk.web.regions
        return regions.direction, regions.active, regions.protection

    def live(self) -> None:
        """There and back, with a death on every stretch."""
        self.insist(self.protect)
        self.reach(Verb.ENABLE, (F, Site.PRIMARY, Protection.PROTECTED))
        self.learn(self.image())
        self.write()
        self.wait(310)
        self.restart()
        self.healthy()
        self.drill()
        self.write()
        self.wait(310)
        self.reach(Verb.FAIL_OVER, (F, Site.RECOVERY, Protection.FAILED_OVER))
        self.reach(Verb.COMMIT, (F, Site.RECOVERY, Protection.COMMITTED))
        self.write()
        self.restart()
        self.reach(Verb.REPROTECT, (R, Site.PRIMARY, Protection.PROTECTED))
        self.write()
        self.home()

    def drill(self) -> None:
        """A drill that is cleaned up, however often that is tried."""
        self.ask(Verb.TEST_FAILOVER)
        for _ in range(ATTEMPTS_MAX):
            if self.desk.web.regions.test_failover is TestFailover.NONE:
                return
            self.ask(Verb.CLEAN_UP_TEST)
            self.wait(61)

    def home(self) -> None:
        """The way back loses nothing, and everything is protected again."""
        before = self.image()
        self.healthy()
        self.reach(Verb.FAIL_BACK, (R, Site.RECOVERY, Protection.FAILED_OVER))
        self.restart()
        assert self.image() == before, "a planned failback loses nothing"
        self.reach(Verb.COMMIT, (R, Site.RECOVERY, Protection.COMMITTED))
        self.reach(Verb.REPROTECT, (F, Site.PRIMARY, Protection.PROTECTED))
        assert self.image() == before
        self.write()
        self.healthy()
        self.wait(310)
        self.restart()
        self.healthy()

    def healthy(self) -> None:
        """Compare when that is demanded, and wait for what is tried again."""
        for _ in range(ATTEMPTS_MAX):
            if self.desk.web.regions.resync in {Resync.REQUIRED, Resync.FAILED}:
                self.ask(Verb.RESYNCHRONIZE)
            self.wait(61)
            seen = observe(self.desk.service.appliance, "web")
            if (seen.regions.resync, seen.health) == (Resync.NONE, Health.NORMAL):
                return

    def check(self) -> None:
        """Every listed point shows what it may show; the newest one can be made to hold what production holds."""
        for point in self.desk.web.listed:
            self.insist(partial(self.compare, point.name))
        self.insist(self.newest)

    def compare(self, point: str) -> None:
        """The bytes of a point are what production held."""
        assert self.desk.restored(point) in self.truth[point], point

    def newest(self) -> None:
        """A point of now."""
        point = protecting.take_point(self.desk.service, "web", Consistency.CRASH)
        self.learn(self.image())
        assert self.desk.restored(point.name) == self.image()


def run(folder: Path, kind: str, first: int, length: int = 1) -> Saboteur:
    """A life with a failure, judged at its end: by this process, and by the next one."""
    folder.mkdir()
    saboteur = Saboteur(kind, first, length)
    desk = Desk(folder)
    operator = Operator(desk)
    with pytest.MonkeyPatch.context() as patch:
        saboteur.install(patch)
        operator.live()
        operator.check()
        left = desk.web.regions, tuple(desk.web.points)
        operator.restart()
        assert (desk.web.regions.protection, tuple(desk.web.points)) == (left[0].protection, left[1])
        operator.check()
        desk.stop()
    return saboteur


def judge(folder: Path, kind: str, stride: int) -> None:
    """One life for every so many calls."""
    calls = run(folder / "none", kind, -1, 0).calls
    failed = 0
    for number in range(KINDS.index(kind) * 7, calls, stride):
        try:
            failed += run(folder / str(number), kind, number, 1 + number % 3).failed
        except (AssertionError, Problem, Refused, KeyError) as failure:
            raise AssertionError(f"{kind} at call {number} of {calls}: {failure!r}") from failure
    sys.stdout.write(f"\n{kind}: {calls} calls, {failed} failures\n")
    assert failed > 2


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_a_service_lives_on_behind_a_failure(tmp_path: Path, kind: str) -> None:
    """One to three calls in a row fail somewhere in the life of a service: vault, logs, disks or points."""
    judge(tmp_path, kind, STRIDE * 3 if kind == "read" else STRIDE)


@pytest.mark.nightly
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("kind", KINDS)
def test_a_service_lives_on_behind_any_failure(tmp_path: Path, kind: str) -> None:
    """Every call of such a life fails once."""
    judge(tmp_path, kind, 1)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A desk with a protected machine."""
    desk = Desk(tmp_path)
    desk.protected()
    return desk


def vault_full(patch: pytest.MonkeyPatch, desk: Desk) -> None:
    """From here on the vault's log takes nothing, and everything else works."""

    def perform(effect: Effect) -> None:
        raise StoreFailed(type(effect).__name__.lower(), "No space left on device", full=True)

    patch.setattr(desk.service.stores.vault, "perform", perform)


def test_a_command_that_the_vault_cannot_take_is_not_accepted(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """The error is named, nothing has changed, and the same command works once there is room."""
    before = desk.web.regions
    with monkeypatch.context() as patch:
        vault_full(patch, desk)
        for verb in (Verb.FAIL_OVER, Verb.DISABLE, Verb.TEST_FAILOVER):
            with pytest.raises(StoreFailed, match="could not"):
                call(desk.service, "machine.do", {"machine": "web", "verb": verb.value})
            assert (desk.web.regions, desk.web.job) == (before, None)
    call(desk.service, "machine.do", {"machine": "web", "verb": "fail_over"})
    assert desk.web.regions.protection is Protection.FAILED_OVER
    desk.stop()


def test_a_job_waits_for_the_vault_and_then_goes_on(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """No phase begins that could not be written down; with room again the job ends by itself, and a restart sees it."""
    desk.start(Verb.FAIL_OVER)
    with monkeypatch.context() as patch:
        vault_full(patch, desk)
        for _ in range(5):
            desk.now_ms += 1000
            with suppress(StoreFailed):
                desk.service.tick()
        assert desk.web.job is not None
        assert desk.web.job.phase <= 1
    desk.seconds(5)
    assert desk.web.regions.protection is Protection.FAILED_OVER
    desk.restart()
    assert desk.web.regions.protection is Protection.FAILED_OVER
    desk.stop()


def test_an_event_that_the_vault_could_not_take_is_told_later(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is owed, in order, and the next process lists it."""
    with monkeypatch.context() as patch:
        vault_full(patch, desk)
        desk.service.vault.record(desk.web, desk.now_ms, ErrorCode.HIGH_CHURN, "owed")
    desk.seconds(1)
    desk.restart()
    assert [event.code for event in desk.service.vault.events(desk.web)].count(ErrorCode.HIGH_CHURN) == 1
    desk.stop()


def test_an_index_that_cannot_be_written_goes_on_in_memory(desk: Desk) -> None:
    """The file's disk is full: lists show the same rows, new ones too, and the next start makes the file anew."""
    index = desk.service.vault.index_of
    desk.seconds(310)
    rows = index.rows("points")
    pages = index._base.execute("PRAGMA page_count").fetchone()[0]
    index._base.execute(f"PRAGMA max_page_count={pages}")
    for number in range(300):
        desk.service.vault.record(desk.web, desk.now_ms, ErrorCode.HIGH_CHURN, f"{number:0200d}")
    assert index.in_memory
    assert index.rows("points") == rows
    told = [row for row in index.rows("events") if row["code"] == ErrorCode.HIGH_CHURN.value]
    assert told[-1]["detail"] == f"{299:0200d}"
    desk.restart()
    assert not desk.service.vault.index_of.in_memory
    with sqlite3.connect(desk.state / "vault/index.sqlite") as base:
        assert base.execute("SELECT count(*) FROM points").fetchone() == (len(rows),)
    desk.stop()


def test_what_cannot_be_noted_is_not_done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a full audit nobody is invited; with a full folder nobody is registered and the code stays good."""
    (tmp_path / "keys").mkdir()

    def full(*_arguments: object, **_facts: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("siteproof.reference.service.serving.journal", lambda _path: full)
        note = audit(tmp_path / "audit.log")
    access = Access(Authority(tmp_path / "keys"), lambda: 1, note)
    with pytest.raises(StoreFailed, match="note what was asked"):
        access.invite("ops", "operator")
    with pytest.raises(StoreFailed, match="note what was asked"):
        access.may("nobody", "machine.list", "")

    quiet = Authority(tmp_path / "keys")
    monkeypatch.setattr("os.write", full)
    with pytest.raises(StoreFailed, match=r"keep access\.json"):
        quiet.revoke("ops")

"""Two disks of one machine across every power loss and every failure of their store: they never disagree.

Maintainers keep: the truth is written by the workload; a cut is named by the LSNs of both disks.
"""

import random
from collections.abc import Callable
from contextlib import suppress

import pytest

from siteproof.model.nouns.problem import Problem
from siteproof.model.nouns.vocabulary import Consistency
from siteproof.reference.agent import MobilityAgent
from siteproof.reference.datapath.corruption import CorruptLog
from siteproof.reference.datapath.crashes import (
    KEEP_EVERYTHING,
    KEEP_NOTHING,
    Crashed,
    CrashingExecutor,
    Keep,
    keep_some,
)
from siteproof.reference.datapath.device import StoreFailed
from siteproof.reference.datapath.effects import Executor, Write
from siteproof.reference.datapath.failing import FailingExecutor, FailureMode, applies
from siteproof.reference.datapath.recording import RecordingExecutor
from siteproof.reference.datapath.replica import Replica
from siteproof.reference.datapath.tracker import SourceDisk
from siteproof.reference.host import Host
from siteproof.reference.link import Link
from siteproof.reference.machine_log import MachineLog
from siteproof.reference.points import StoredPoint
from siteproof.reference.process_server import ProcessServer
from siteproof.reference.replication_service import ReplicationService
from siteproof.reference.stream import Stream
from tests.datapath.lab import BLOCK, KEK, MemoryExecutor
from tests.datapath.nonces import ListeningExecutor, Nonces

BLOCKS = 24
DISKS = ("sda", "sdb")
Images = tuple[bytes, ...]


class Machine:
    """A machine with two disks and its replication service in `store`, with the truth about cuts and points."""

    def __init__(self, store: Executor) -> None:
        self.store = store
        self.folder = "web-"
        self.random = random.Random(5)
        site = MemoryExecutor()
        disks = {name: SourceDisk.create(site, f"{name}.raw", f"{name}.bitmap", BLOCKS) for name in DISKS}
        self.agent = MobilityAgent(Host({}, disks), DISKS)
        self.agent.start()
        self.cuts: dict[tuple[int, ...], Images] = {}
        self.done: tuple[int, ...] = (0, 0)  # the newest cut that was acknowledged
        self.points: dict[str, Images] = {}  # must be there
        self.unsure: dict[str, Images] = {}  # may be there
        self.stream: Stream

    def create(self) -> None:
        """A service without data."""
        self.folder = f"web-{int(self.folder[4:] or 0) + 1}"
        log = MachineLog.create(self.store, self.folder, KEK, "web")
        self.connect(ReplicationService(log, self.store, self.folder, KEK))
        for name in DISKS:
            place, size = f"{self.folder}/{name}", BLOCKS * BLOCK
            self.service.add(name, Replica.create(self.store, place, BLOCKS, KEK, disk=f"web/{name}", size_bytes=size))

    def reopen(self, store: Executor) -> None:
        """What the store holds, as after a restart of the process."""
        self.store = store
        service = ReplicationService(MachineLog.open(store, self.folder, KEK), store, self.folder, KEK)
        service.attach(DISKS)
        self.connect(service)

    def connect(self, service: ReplicationService) -> None:
        """A fresh stream to the service."""
        self.stream = Stream(self.agent, ProcessServer(Link()), service, 0)

    @property
    def service(self) -> ReplicationService:
        """The present one."""
        return self.stream.service

    def write(self) -> None:
        """Something new on both disks."""
        for disk in self.agent.disks.values():
            for _ in range(2):
                disk.write(self.random.randrange(BLOCKS), self.random.randbytes(BLOCK))

    def ship(self) -> None:
        """Both disks move, as one cut."""
        self.write()
        numbers = tuple(disk.written for disk in self.agent.disks.values())
        self.cuts[numbers] = tuple(disk.read(0, BLOCKS) for disk in self.agent.disks.values())
        self.stream.ship()
        self.done = numbers

    def apply(self) -> None:
        """Seeds are brought up to date."""
        self.service.apply()

    def point(self, name: str) -> None:
        """A point of the newest cut."""
        self.service.recover()
        self.unsure[name] = self.cuts[self.reached()]
        number = int(name[1:])
        self.service.create_point(StoredPoint(name, Consistency.CRASH, number, number, number))
        self.points[name] = self.unsure.pop(name)

    def drop(self, name: str) -> None:
        """A point goes."""
        if name in self.points:
            self.unsure[name] = self.points.pop(name)
        self.service.drop_points({name})
        self.unsure.pop(name, None)

    def window(self) -> None:
        """A window over both disks with a cut inside."""
        self.service.open_window()
        self.ship()
        self.service.close_window()

    def reached(self) -> tuple[int, ...]:
        """The newest cut of the service, by its numbers."""
        return tuple(self.service.replicas[name].watermarks.cached for name in DISKS)

    def seen(self, point: str | None) -> Images:
        """What both disks show."""
        images = []
        for name in DISKS:
            with self.service.replicas[name].open_point(point) as view:
                images.append(view.read(0, BLOCKS))
        return tuple(images)

    def judge(self) -> None:
        """Both disks stand at one cut, points are on both or on none, and nothing acknowledged is lost."""
        assert self.reached() in {(0, 0), *self.cuts}
        assert self.reached() >= self.done
        listed = {point.name for point in self.service.log.standing.points}
        for replica in self.service.replicas.values():
            assert {point.name for point in replica.points()} == listed
        assert set(self.points) <= listed <= set(self.points) | set(self.unsure)
        for name in listed:
            assert self.seen(name) == {**self.unsure, **self.points}[name], name
        assert len({replica.window_open for replica in self.service.replicas.values()}) == 1
        self.service.apply()
        if self.service.intact and self.reached() != (0, 0):
            assert self.seen(None) == self.cuts[self.reached()]

    def go_on(self) -> None:
        """It works: a cut, a point, and both are right."""
        self.service.close_window()
        self.ship()
        self.point("p9")
        self.judge()


LIFE: tuple[Callable[[Machine], None], ...] = (
    Machine.create, Machine.ship, Machine.apply, lambda web: web.point("p0"), Machine.ship, Machine.ship,
    lambda web: web.point("p1"), Machine.apply, Machine.ship, lambda web: web.drop("p0"), Machine.window,
    lambda web: web.point("p2"), lambda web: web.drop("p1"), Machine.ship,
)  # fmt: skip
RULES: tuple[Callable[[int], Keep], ...] = (lambda _: KEEP_NOTHING, keep_some, lambda _: KEEP_EVERYTHING)


def live(machine: Machine) -> None:
    """All of it."""
    for step in LIFE:
        step(machine)


def recorded() -> RecordingExecutor:
    """Every effect of that life."""
    store = RecordingExecutor(MemoryExecutor())
    live(Machine(store))
    return store


TRACE = recorded().trace


def lose_power(rule: int, numbers: range) -> int:
    """Before each of these effects; how many services had come into being by then."""
    born = 0
    for number in numbers:
        memory = MemoryExecutor()
        machine = Machine(CrashingExecutor(memory, number, RULES[rule](number)))
        with pytest.raises(Crashed):
            live(machine)
        if opened_again(machine, memory, number):
            born += 1
            machine.judge()
            machine.go_on()
    return born


@pytest.mark.slow
@pytest.mark.parametrize("rule", range(len(RULES)))
def test_power_loss_at_any_effect_leaves_both_disks_at_one_cut(rule: int) -> None:
    """Whatever survives of what was not synced, also when power is lost again while everything is opened.

    Each effect is met under one of the rules; the nightly run meets all of them under all.
    """
    numbers = range(rule, len(TRACE), len(RULES))
    assert lose_power(rule, numbers) > len(numbers) * 0.8


@pytest.mark.nightly
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("rule", range(len(RULES)))
def test_power_loss_at_every_effect_under_every_rule(rule: int) -> None:
    """Nothing is left out."""
    assert lose_power(rule, range(len(TRACE))) > len(TRACE) * 0.8


def opened_again(machine: Machine, memory: MemoryExecutor, number: int) -> bool:
    """Open after the crash, with a second one on the way; False when the service had not come into being."""
    try:
        with suppress(Crashed):
            machine.reopen(CrashingExecutor(memory, number % 11, keep_some(number)))
        machine.reopen(memory)
    except (Problem, CorruptLog):
        assert machine.done == (0, 0), "an unfinished creation, which nobody was told of"
        return False
    return True


def fail(failure: FailureMode, number: int) -> int:
    """A life in which one effect or read fails; how many did."""
    memory, nonces = MemoryExecutor(), Nonces()
    power = CrashingExecutor(memory)
    failing = FailingExecutor(power, failure, number)
    machine = Machine(ListeningExecutor(failing, nonces))
    for step in LIFE:
        persevere(machine, step)
    machine.judge()
    power.crash(keep_some(number))
    machine.reopen(ListeningExecutor(memory, nonces))
    machine.judge()
    machine.go_on()
    assert nonces.reused == []
    return failing.failed


def places(failure: FailureMode) -> list[int]:
    """The effects, or the first reads, that can fail in that way."""
    if failure is FailureMode.READ:
        return list(range(300))
    return [number for number, effect in enumerate(TRACE) if applies(failure, effect)]


@pytest.mark.slow
@pytest.mark.parametrize("failure", list(FailureMode))
def test_a_failure_of_any_effect_leaves_both_disks_at_one_cut(failure: FailureMode) -> None:
    """The life goes on behind it, and ends with a loss of power; no nonce is used twice. Every seventh one fails."""
    found = places(failure)[list(FailureMode).index(failure) :: len(FailureMode)]
    assert sum(fail(failure, number) for number in found) > len(found) * 0.9 > 5


@pytest.mark.nightly
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("failure", list(FailureMode))
def test_every_failure_of_every_effect(failure: FailureMode) -> None:
    """Nothing is left out."""
    assert sum(fail(failure, number) for number in places(failure)) > 50


def persevere(machine: Machine, step: Callable[[Machine], None]) -> None:
    """A step, and once more when the store failed in it; what was under way is given back."""
    try:
        step(machine)
    except StoreFailed:
        if step is Machine.create:
            step(machine)
            return
        machine.stream.break_off()
        machine.service.recover()
        machine.judge()
        step(machine)


def test_an_old_machine_log_put_back_is_found() -> None:
    """What was acknowledged under the newer one is known to the disks."""
    memory = MemoryExecutor()
    machine = Machine(memory)
    for step in LIFE[:3]:
        step(machine)
    old = {name: bytes(data) for name, data in memory.files.items() if "/cuts-" in name}
    machine.ship()
    machine.apply()
    for name in [name for name in memory.files if "/cuts-" in name]:
        del memory.files[name]
    memory.files |= {name: bytearray(data) for name, data in old.items()}
    with pytest.raises(CorruptLog, match="older one was put back"):
        machine.reopen(memory)


@pytest.mark.parametrize("how", ["flip", "missing"])
def test_a_damaged_machine_log_is_named_and_given_up_without_losing_a_point(how: str) -> None:
    """The disks' own logs cannot be believed then, but seeds and points are; a comparison is needed."""
    memory = MemoryExecutor()
    machine = Machine(memory)
    live(machine)
    points, service = machine.seen("p2"), machine.service
    for name in [name for name in memory.files if "/cuts-" in name]:
        if how == "missing":
            del memory.files[name]
        else:
            memory.files[name][420] ^= 1
    with pytest.raises(CorruptLog, match="cuts-"):
        service.reopen()
    service.salvage()
    assert not service.intact
    assert machine.seen("p2") == points
    machine.reopen(memory)
    assert [point.name for point in machine.service.log.standing.points] == ["p2"]


def test_the_log_begins_anew_before_it_grows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Old segments go when a new one has said everything."""
    monkeypatch.setattr("siteproof.reference.datapath.record_log.RECORDS_MAX", 3)
    memory = MemoryExecutor()
    machine = Machine(memory)
    live(machine)
    assert len([name for name in memory.files if "/cuts-" in name]) == 1
    machine.reopen(memory)
    machine.judge()


def test_the_life_moves_both_disks_and_their_log() -> None:
    """The enumeration is not vacuous."""
    written = {effect.file.rpartition("-")[0] for effect in TRACE if isinstance(effect, Write)}
    assert {"web-1/sda/cache", "web-1/sdb/cache", "web-1/cuts"} <= written
    assert len(TRACE) > 150

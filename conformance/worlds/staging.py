"""Staging: brings the machines of a lab into the world that was drawn, before the case begins and while it goes on.

Rule: every step into a world is judged by the model and by bytes, as a case's own steps are; but it bears no witness
for the case, whose requirement speaks of something else.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from siteproof.conformance import verify, verify_bytes
from siteproof.conformance.lab import Lab, Machine
from siteproof.conformance.verify import Failed
from siteproof.conformance.worlds.going import GOES, go, heal
from siteproof.conformance.worlds.world import DIMENSIONS, Asking, Heading, Neighbours, Past, Trouble, World
from siteproof.model.nouns.observation import Observation
from siteproof.model.nouns.policy import HOUR_MINUTES, MINUTE_MS, ReplicationPolicy
from siteproof.model.nouns.subject import FaultKind
from siteproof.model.nouns.vocabulary import Consistency, Location, Place, Verb

COMES_HOME = "SP-REP-21"  # what was written is what runs in the end
SET_UP = {"machines", "seat", "names", "disks", "disk", "size", "hour"}  # played by the reset alone
AGED_STEPS, AGED_MINUTES = 28, 5
JUMP_MINUTES = 90
BESIDE_BLOCKS = 3
GROUP_BESIDE = "those-beside"
FORMER = ReplicationPolicy(retention_minutes=2 * HOUR_MINUTES, rpo_threshold_minutes=HOUR_MINUTES)  # of an earlier life


class Staging:
    """One world for one lab; `met` names the dimensions whose odd value has really been played."""

    def __init__(self, world: World) -> None:
        """Nothing has been played yet."""
        self.world = world
        self.met: set[str] = set()
        self._lived: set[str] = set()
        self._busy = False  # with what stands beside the case's own machines and disks

    def as_met(self) -> World:
        """The world as it was really played: plain in what never came up."""
        return self.world.plainly(*(name for name in self.world.odd if name not in self.met))

    def arrive(self, lab: Lab, *, own_policy: bool) -> None:
        """The scenario has just been set up: protect the neighbours, and live what came before the first enable."""
        self._lived.clear()
        self.met.update((SET_UP | {"policy"} if own_policy else SET_UP) & set(self.world.odd))
        with self._on_the_way():
            for machine in lab.machines:
                if not machine.meant:
                    lab.write(machine, BESIDE_BLOCKS)
                    self._protect_beside(lab, machine)
            for machine in lab.machines:
                if machine.meant:
                    self._beside(lab, machine)
                    self._play(lab, machine, "past", BEFORE.get(self.world.past))

    def enabled(self, lab: Lab, machine: Machine) -> Observation:
        """The machine has become protected: live the rest of its past, once."""
        if machine.meant and not self._busy and machine.name not in self._lived:
            self._lived.add(machine.name)
            with self._on_the_way():
                self._play(lab, machine, "past", AFTER.get(self.world.past))
                self._play(lab, machine, "way", TURNS.get(self.world.way))
                self._play(lab, machine, "trouble", TROUBLE.get(self.world.trouble))
        return lab.observe(machine)

    def asked(self, machine: Machine, verb: Verb) -> Mapping[str, Any]:
        """The fields that this world gives to a command, where the case leaves them open."""
        found = ASKS.get(self.world.asking)
        if found is None or verb is not found[0] or not machine.meant:
            return {}
        self.met.add("asking")
        return found[1](machine)

    def wrote(self, lab: Lab, machine: Machine, *, free: bool) -> None:
        """The case has written, to blocks of the world's choice if `free`; what stands beside is written, too."""
        if free and machine.meant and "pattern" in self.world.odd and not self._busy:
            self.met.add("pattern")
        if self.world.neighbours is not Neighbours.IDLE and machine.meant and not self._busy:
            self.met.add("neighbours")
            with self._apart():
                self._beside(lab, machine)
                for other in lab.machines:
                    if not other.meant:
                        lab.write(other, BESIDE_BLOCKS)

    def _protect_beside(self, lab: Lab, machine: Machine) -> None:
        """As a member of a group that none of the meant machines belongs to, where the world has one."""
        if self.world.neighbours is Neighbours.GROUP:
            self.met.add("neighbours")
            go(lab, machine, Verb.ENABLE, group=GROUP_BESIDE)
        else:
            go(lab, machine, Verb.ENABLE)

    def _beside(self, lab: Lab, machine: Machine) -> None:
        meant = set(machine.disks.values())
        for disk in machine.spec.disks:
            if disk.name not in meant:
                lab.write(machine, BESIDE_BLOCKS, disk=disk.name)

    def _play(self, lab: Lab, machine: Machine, dimension: str, scene: "Callable[[Lab, Machine], None] | None") -> None:
        if scene is not None:
            scene(lab, machine)
            self.met.add(dimension)

    @contextmanager
    def _apart(self) -> Iterator[None]:
        """What is written here is not the case's own workload."""
        self._busy = True
        try:
            yield
        finally:
            self._busy = False

    @contextmanager
    def _on_the_way(self) -> Iterator[None]:
        """Its checks are nobody's witness, and what fails is said to have failed on the way into the world."""
        try:
            with verify.judging(set(), (GOES, COMES_HOME)), self._apart():
                yield
        except Failed as failed:
            detail = "on the way into it"
            said = f"{failed.detail}; {detail}".removeprefix("; ")
            raise Failed(failed.expected, failed.actual, said, of=failed.of) from failed


def _second_life(lab: Lab, machine: Machine) -> None:
    lab.write(machine, 12)
    go(lab, machine, Verb.ENABLE, policy=FORMER)
    lab.write(machine, 6)
    lab.crash_point(machine)
    lab.write(machine, 6)
    go(lab, machine, Verb.DISABLE)


def _failed_start(lab: Lab, machine: Machine) -> None:
    lab.write(machine, 12)
    go(lab, machine, Verb.ENABLE, fails=True, policy=FORMER)
    go(lab, machine, Verb.DISABLE)


def _round_trip(lab: Lab, machine: Machine) -> None:
    """There and back, with writes at both places and every landing compared."""
    for there, again in ((Verb.FAIL_OVER, Verb.REPROTECT), (Verb.FAIL_BACK, Verb.REPROTECT)):
        lab.write(machine, 6)
        lab.settle()
        wanted = lab.history.image_now(machine.name)
        go(lab, machine, there)
        verify.serves(COMES_HOME)
        verify_bytes.same_image(lab.landing(machine).picture, wanted, f"the machine after {there.value}")
        go(lab, machine, Verb.COMMIT)
        lab.write(machine, 6)
        go(lab, machine, again)


def _resynchronised(lab: Lab, machine: Machine) -> None:
    with lab.link_down(machine):
        lab.write(machine, 12)
        lab.advance(minutes=1)
        lab.settle()
    heal(lab, machine)


def _drilled(lab: Lab, machine: Machine) -> None:
    go(lab, machine, Verb.TEST_FAILOVER)
    lab.write(machine, 6, place=Place.TEST)
    lab.write(machine, 6)
    go(lab, machine, Verb.CLEAN_UP_TEST)


def _failed_drill(lab: Lab, machine: Machine) -> None:
    go(lab, machine, Verb.TEST_FAILOVER, fails=True)
    go(lab, machine, Verb.CLEAN_UP_TEST)


def _aged(lab: Lab, machine: Machine) -> None:
    """Every point holds something of its own, and the last one that came took an older one's place."""
    for _ in range(AGED_STEPS):
        lab.write(machine, 2)
        lab.advance(minutes=AGED_MINUTES)
    lab.settle()


def _clock_jumped(lab: Lab, machine: Machine) -> None:
    """Forwards, and half of it back: from now on it runs ahead."""
    for minutes in (JUMP_MINUTES, -JUMP_MINUTES // 2):
        lab.write(machine, 2)
        lab.crash_point(machine)
        lab.fault(FaultKind.CLOCK_JUMP, machine, amount=minutes * MINUTE_MS)


def _link_blinked(lab: Lab, machine: Machine) -> None:
    """With nothing under way; whoever marks the machine for that is healed."""
    lab.settle()
    with lab.link_down(machine):
        lab.advance(milliseconds=1)
    heal(lab, machine)


def _turned(lab: Lab, machine: Machine) -> None:
    """Production moves, and replication runs back from there."""
    for verb in (Verb.FAIL_OVER, Verb.COMMIT, Verb.REPROTECT):
        lab.write(machine, 4)
        go(lab, machine, verb)


def _crashed(kind: FaultKind) -> Callable[[Lab, Machine], None]:
    def crash(lab: Lab, machine: Machine) -> None:
        lab.write(machine, 4)
        lab.settle()
        lab.fault(kind, machine)
        heal(lab, machine)

    return crash


BEFORE: Mapping[Past, Callable[[Lab, Machine], None]] = {
    Past.SECOND_LIFE: _second_life,
    Past.FAILED_START: _failed_start,
}
AFTER: Mapping[Past, Callable[[Lab, Machine], None]] = {
    Past.ROUND_TRIP: _round_trip,
    Past.RESYNCHRONISED: _resynchronised,
    Past.DRILLED: _drilled,
    Past.FAILED_DRILL: _failed_drill,
    Past.AGED: _aged,
    Past.CLOCK_JUMPED: _clock_jumped,
}
TURNS: Mapping[Heading, Callable[[Lab, Machine], None]] = {Heading.BACK: _turned}
TROUBLE: Mapping[Trouble, Callable[[Lab, Machine], None]] = {
    Trouble.LINK_BLINKED: _link_blinked,
    Trouble.TARGET_CRASHED: _crashed(FaultKind.TARGET_CRASH),
    Trouble.AGENT_CRASHED: _crashed(FaultKind.AGENT_CRASH),
}
ASKS: Mapping[Asking, tuple[Verb, Callable[[Machine], Mapping[str, Any]]]] = {
    Asking.LISTED: (Verb.ENABLE, lambda machine: {"disks": tuple(disk.name for disk in reversed(machine.spec.disks))}),
    Asking.RUNNING: (Verb.FAIL_OVER, lambda _: {"shutdown": False}),
    Asking.ELSEWHERE: (Verb.REPROTECT, lambda _: {"location": Location.ALTERNATE}),
    Asking.APP: (Verb.FAIL_BACK, lambda _: {"consistency": Consistency.APP}),
}
assert {*ASKS, Asking.PLAIN} == set(Asking), "every asking is asked"
assert {*BEFORE, *AFTER, Past.FRESH} == set(Past), "every past is played"
assert len(TROUBLE) + 1 == len(DIMENSIONS["trouble"]), "every trouble is played"

"""A walk: one machine, one action after the other, and after each of them everything that the model says about it.

Rule: the walk never chooses; whoever drives it asks for the enabled actions, picks one and its number. What is expected
comes from the model and from the ledger, never from what the subject showed before.
"""

from collections.abc import Callable
from functools import partial

from attrs import evolve

from siteproof.conformance import verify, verify_bytes
from siteproof.conformance.lab import Lab
from siteproof.conformance.oracles import lifecycle as table
from siteproof.conformance.roads import arguments
from siteproof.model.nouns.observation import Observation, Regions
from siteproof.model.nouns.subject import Capability, FaultKind
from siteproof.model.nouns.vocabulary import Direction, Protection, Resync, Selection, Site, TestFailover, Verb
from siteproof.model.spec.lifecycle import table as lifecycle

C = Capability
Action = Callable[[int], None]

CRASHES = (FaultKind.AGENT_CRASH, FaultKind.FORCED_SHUTDOWN, FaultKind.LOW_MEMORY)
NEEDS_LINK = (Verb.ENABLE, Verb.REPROTECT, Verb.FAIL_BACK, Verb.CANCEL)
PAUSES_MS = (1, 900, 2_500, 60_000, 300_000)
POINT_MS = 300_000
SHIPPING_MS = 2_000
DISK = "128 KiB"


class Walk:
    """`expected` is where the model says the machine is; `enabled()` names what can be done next."""

    def __init__(self, lab: Lab) -> None:
        """A fresh machine, unprotected."""
        self.lab = lab
        self.machine = lab.machine(disk=DISK)
        self.expected = Regions()
        self.link_down = False
        self.pending = False
        self.judged: set[str] = set()

    # -- what can be done ---------------------------------------------------------------------------------------------

    def enabled(self) -> dict[str, Action]:
        """Actions by name, in a stable order, the simplest first; each takes a number that chooses its details."""
        actions: dict[str, Action] = {"write": self.write, "advance": self.advance}
        actions |= {verb.value: partial(self.command, verb) for verb in self._verbs()}
        actions["refused"] = self.refused
        if self._has(C.LINK_FAULTS):
            actions["link"] = self.link
        if self._replicates() and self.expected.direction is Direction.FORWARD:
            actions |= self._faults()
        return actions

    def _verbs(self) -> list[Verb]:
        allowed = lifecycle.allowed_operations(self.expected, self.lab.profile)
        offered = [verb for verb in table.offered(self.lab) if verb in allowed]
        return [verb for verb in offered if not (self.link_down and verb in NEEDS_LINK)]

    def _faults(self) -> dict[str, Action]:
        found: dict[str, Action] = {}
        if self._has(C.CRASH_FAULTS):
            found["crash"] = self.crash
        if self._has(C.TARGET_FAULTS):
            found["target_crash"] = self.target_crash
        return found

    def _has(self, capability: Capability) -> bool:
        return capability in self.lab.description.capabilities

    # -- actions ------------------------------------------------------------------------------------------------------

    def write(self, number: int) -> None:
        """One to eight blocks, sometimes zeros."""
        if number % 7 == 0:
            self.lab.write_data(self.machine, number % 32, b"")
        else:
            self.lab.write(self.machine, 1 + number % 8)
        self.pending = self._replicates()

    def advance(self, number: int) -> None:
        """A pause, from a millisecond to the next point."""
        pause = PAUSES_MS[number % len(PAUSES_MS)]
        self.lab.advance(milliseconds=pause)
        self._travelled(pause)

    def refused(self, number: int) -> None:
        """A command that the table does not list: refused by name, and nothing changes."""
        allowed = lifecycle.allowed_operations(self.expected, self.lab.profile)
        others = [verb for verb in table.offered(self.lab) if verb not in allowed]
        verb = others[number % len(others)]
        before = self.lab.observe(self.machine)
        answer = self.lab.ask(self.machine, verb, **arguments(verb))
        codes = table.refusal_codes(before, verb, self.lab.profile)
        verify.refused(answer, codes, f"{verb.value} in {table.state(before)}")
        verify.unchanged(before, self.lab.observe(self.machine), f"{verb.value} is refused")

    def command(self, verb: Verb, number: int) -> None:
        """A command of the table; an odd number writes while its job runs, one divisible by five makes it fail."""
        self._come_to_rest()
        if verb not in self._verbs():
            return  # coming to rest marked the machine and took the command off the list
        fails = number % 5 == 0 and number > 0 and self._has(C.JOB_FAULTS)
        if fails:
            self.lab.fault(FaultKind.JOB_FAILS, self.machine)
        self._run(verb, fails=fails, writes=number % 2 == 1)

    def link(self, number: int) -> None:
        """Cut the link, or bring it back; that alone changes nothing."""
        del number
        self.lab.fault(FaultKind.LINK_UP if self.link_down else FaultKind.LINK_DOWN, self.machine)
        self.link_down = not self.link_down

    def crash(self, number: int) -> None:
        """Agent, machine or memory: the machine is marked."""
        self.lab.fault(CRASHES[number % len(CRASHES)], self.machine)
        self._mark()

    def target_crash(self, number: int) -> None:
        """The replication service dies and comes back; nothing that was acknowledged is lost."""
        del number
        self.lab.fault(FaultKind.TARGET_CRASH, self.machine)

    # -- what the model says ------------------------------------------------------------------------------------------

    def _run(self, verb: Verb, *, fails: bool, writes: bool) -> None:
        """Give the command, let its job end as it must, and follow production."""
        before, position = self.expected, self.lab.history.position
        ledgers, wanted = self.lab.history.ledgers(self.machine.name), self.lab.history.image_now(self.machine.name)
        fields = arguments(verb)
        if verb is Verb.TEST_FAILOVER:
            fields = {"selection": Selection.LATEST_PROCESSED}
        verify.accepted(self.lab.ask(self.machine, verb, **fields), f"{verb.value}")
        if writes and verb in (Verb.ENABLE, Verb.RESYNCHRONIZE, Verb.TEST_FAILOVER, Verb.CLEAN_UP_TEST):
            self.lab.write(self.machine, 5)
            self.pending = True
        self.lab.settle()
        fails = fails or (verb is Verb.RESYNCHRONIZE and self.link_down)
        self.expected = (lifecycle.failed if fails else lifecycle.settled)(before, verb, self.lab.profile)
        self._travelled(SHIPPING_MS)
        if lifecycle.running_place(before) is not lifecycle.running_place(self.expected) or (
            verb is Verb.CHANGE_RECOVERY_POINT and not fails
        ):
            picture = self.lab.read(self.machine)
            if verb is Verb.FAIL_BACK:
                verify_bytes.same_image(picture, wanted, "the machine that came back")
            elif verb is not Verb.CANCEL:
                verify_bytes.past_image(self.lab, picture, ledgers, self._low(before, verb), position)
            self.lab.history.rebase(self.machine.name, picture)
            self.pending = False

    def _low(self, before: Regions, verb: Verb) -> int:
        """How many writes the machine that took over must have."""
        if verb is Verb.FAIL_OVER and before.resync is Resync.NONE and before.protection is Protection.PROTECTED:
            return self.lab.history.drained_position(self.machine.name)
        return 0

    def _come_to_rest(self) -> None:
        self.lab.settle()
        self._travelled(SHIPPING_MS)
        self._same_state()

    def _travelled(self, pause_ms: int) -> None:
        """That much time passed: pending data has travelled, or met a dead link."""
        if not self._replicates():
            return
        if self.link_down and pause_ms < SHIPPING_MS:
            self._follow(Resync.REQUIRED)  # the next shipment may or may not have been due
        elif self.link_down and self.pending:
            self._mark()
        elif self.link_down and pause_ms >= POINT_MS:
            # Whether a bookmark that meets a dead link is data that had to travel is left open: follow the subject.
            self._follow(Resync.REQUIRED)
        elif not self.link_down and self.expected.resync is Resync.NONE and pause_ms >= SHIPPING_MS:
            self.pending = False

    def _mark(self) -> None:
        """A mark stays what it is: a failed resynchronisation waits for a manual one, whatever comes on top."""
        if self.expected.resync is Resync.NONE:
            self.expected = evolve(self.expected, resync=Resync.REQUIRED)

    def _follow(self, also: Resync) -> None:
        """The sources leave open whether the region stays or becomes `also`; every other value is wrong."""
        if self.lab.observe(self.machine).regions.resync is also:
            self.expected = evolve(self.expected, resync=also)

    def _replicates(self) -> bool:
        return self.expected.protection is Protection.PROTECTED and self.expected.active is Site.PRIMARY

    # -- what is judged -----------------------------------------------------------------------------------------------

    def judge(self) -> None:
        """After every action: state, table, watermarks, order of points, and the bytes of points not yet seen."""
        seen = self._same_state()
        table.allowed_as_listed(self.lab, seen)
        for disk in seen.disks:
            marks = disk.watermarks
            chain = [marks.written, marks.sent, marks.cached, marks.applied, marks.pointed]
            verify.that(chain == sorted(chain, reverse=True), "ordered watermarks", marks)
        sequences = [point.sequence for point in seen.points]
        verify.that(sequences == sorted(set(sequences)), "points in the order of their sequence", sequences)
        for point in seen.points:
            if point.name not in self.judged:
                self.judged.add(point.name)
                verify_bytes.true_point(self.lab, self.machine, point)

    def end(self) -> None:
        """Heal everything; if the machine is protected, the sides agree and the next point shows it."""
        if not self._replicates() or self.expected.direction is Direction.REVERSE:
            return
        if self.expected.test_failover is not TestFailover.NONE:
            return
        if self.link_down:
            self.link(0)
        self._come_to_rest()
        if self.expected.resync is not Resync.NONE:
            self._run(Verb.RESYNCHRONIZE, fails=False, writes=False)
        point = self.lab.crash_point(self.machine)
        wanted = self.lab.history.image_now(self.machine.name)
        verify_bytes.same_image(self.lab.restore(self.machine, point), wanted, "the point after everything has healed")

    def _same_state(self) -> Observation:
        seen = self.lab.observe(self.machine)
        verify.equal(table.regions_text(seen.regions), table.regions_text(self.expected), "state")
        return seen

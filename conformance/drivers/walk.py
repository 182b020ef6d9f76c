"""A walk: one machine, one action after the other, and after each of them everything that the auditor has to say.

Rule: the walk never chooses; whoever drives it asks for the enabled actions, picks one and its number. It acts by what
the model allows in the state that is shown; whether that state is right is the auditor's word, not the walk's.
"""

import contextlib
from collections.abc import Callable
from functools import partial

from siteproof.conformance import verify
from siteproof.conformance.auditor import closing, landings
from siteproof.conformance.lab import Lab
from siteproof.conformance.offers import offered
from siteproof.conformance.roads import arguments
from siteproof.model.nouns.observation import Regions
from siteproof.model.nouns.policy import MINUTE_MS
from siteproof.model.nouns.subject import Capability, FaultKind
from siteproof.model.nouns.vocabulary import Direction, Place, Protection, Selection, Site, Verb
from siteproof.model.spec.lifecycle.table import allowed_operations, phases

C = Capability
Action = Callable[[int], None]

CRASHES = (FaultKind.AGENT_CRASH, FaultKind.FORCED_SHUTDOWN, FaultKind.LOW_MEMORY)
NEEDS_LINK = (Verb.ENABLE, Verb.REPROTECT, Verb.FAIL_BACK, Verb.CANCEL)
WRITES_BESIDE = (Verb.ENABLE, Verb.RESYNCHRONIZE, Verb.TEST_FAILOVER, Verb.CLEAN_UP_TEST)
PAUSES_MS = (1, 900, 2_500, 60_000, 300_000)
DISK = "128 KiB"


class ModelWalk:
    """`enabled()` names what can be done next."""

    def __init__(self, lab: Lab) -> None:
        """A fresh machine, unprotected."""
        self.lab = lab
        self.machine = lab.machine(disk=DISK)
        self.link_down = False
        self._restored: set[str] = set()
        self._landings = 0

    @property
    def regions(self) -> Regions:
        """Where the machine is shown to be."""
        return self.lab.observe(self.machine).regions

    # -- what can be done ---------------------------------------------------------------------------------------------

    def enabled(self) -> dict[str, Action]:
        """Actions by name, in a stable order, the simplest first; each takes a number that chooses its details."""
        actions: dict[str, Action] = {"write": self.write, "advance": self.advance}
        actions |= {verb.value: partial(self.command, verb) for verb in self._verbs()}
        actions["refused"] = self.refused
        if self._has(C.LINK_FAULTS):
            actions["link"] = self.link
        if self._has(C.VIRTUAL_CLOCK):
            actions["jump"] = self.jump
        if self._has(C.DISCARD):
            actions["discard"] = self.discard
        if Place.TEST in self.lab.observe(self.machine).running:
            actions["drilled"] = self.drilled
        if self._replicates():
            actions |= self._faults()
        return actions

    def _verbs(self) -> list[Verb]:
        allowed = allowed_operations(self.regions, self.lab.profile)
        known = [verb for verb in offered(self.lab.description) if verb in allowed]
        return [verb for verb in known if not (self.link_down and verb in NEEDS_LINK)]

    def _faults(self) -> dict[str, Action]:
        found: dict[str, Action] = {}
        if self._has(C.CRASH_FAULTS):
            found["crash"] = self.crash
        if self._has(C.TARGET_FAULTS):
            found["target_crash"] = self.target_crash
        if self._has(C.RESIZE):
            found["grow"] = self.grow
        return found

    @property
    def _blocks(self) -> int:
        """The size of the disk that is meant, where production runs."""
        return self.lab.history.ledger(self.machine.name, self.machine.disk().name).blocks

    def _has(self, capability: Capability) -> bool:
        return capability in self.lab.description.capabilities

    def _replicates(self) -> bool:
        at = (self.regions.direction, self.regions.active, self.regions.protection)
        return at == (Direction.FORWARD, Site.PRIMARY, Protection.PROTECTED)

    # -- actions ------------------------------------------------------------------------------------------------------

    def write(self, number: int) -> None:
        """One to eight blocks, sometimes zeros."""
        if number % 7 == 0:
            self.lab.write_data(self.machine, number % min(32, self._blocks), b"")
        else:
            self.lab.write(self.machine, 1 + number % 8)

    def advance(self, number: int) -> None:
        """A pause, from a millisecond to the next point."""
        self.lab.advance(milliseconds=PAUSES_MS[number % len(PAUSES_MS)])

    def refused(self, number: int) -> None:
        """A command that the table does not list."""
        allowed = allowed_operations(self.regions, self.lab.profile)
        others = [verb for verb in offered(self.lab.description) if verb not in allowed]
        verb = others[number % len(others)]
        self.lab.ask(self.machine, verb, **arguments(verb))

    def command(self, verb: Verb, number: int) -> None:
        """A command of the table; an odd number writes while its job runs, one divisible by five makes it fail.

        Who compares always has writes beside it.
        """
        self.lab.settle()
        if verb not in self._verbs():
            return  # coming to rest marked the machine and took the command off the list
        takes_time = len(phases(self.regions, verb, self.lab.profile)) > 1  # else it is over before it can fail
        if number % 5 == 0 and number > 0 and self._has(C.JOB_FAULTS) and takes_time:
            self.lab.fault(FaultKind.JOB_FAILS, self.machine)
        if verb is Verb.RESYNCHRONIZE or (number % 2 == 1 and verb in WRITES_BESIDE):
            self._beside(verb)
        else:
            with contextlib.suppress(verify.Inconclusive):  # it was refused; whether rightly, the auditor has said
                self.lab.run(self.machine, verb, **_fields(verb))

    def link(self, number: int) -> None:
        """Cut the link, or bring it back; that alone changes nothing."""
        del number
        self.lab.fault(FaultKind.LINK_UP if self.link_down else FaultKind.LINK_DOWN, self.machine)
        self.link_down = not self.link_down

    def crash(self, number: int) -> None:
        """Agent, machine or memory; what was flushed before survives the loss of power, so bytes can be compared."""
        self.lab.flush(self.machine)
        self.lab.fault(CRASHES[number % len(CRASHES)], self.machine)

    def jump(self, number: int) -> None:
        """The machine's wall clock jumps to and fro; nothing else moves."""
        minutes = (number % 5 + 1) * (-1 if number % 2 else 1)
        self.lab.fault(FaultKind.CLOCK_JUMP, self.machine, amount=minutes * MINUTE_MS)

    def discard(self, number: int) -> None:
        """A few adjacent blocks become zeros."""
        first = number % min(24, self._blocks)
        self.lab.discard(self.machine, first, min(1 + number % 8, self._blocks - first))

    def grow(self, number: int) -> None:
        """The disk that is meant becomes larger by a few blocks, or past the next boundary of a bitmap."""
        larger = self.machine.larger.get(self.machine.disk().name, 0)
        self.lab.fault(FaultKind.DISK_RESIZED, self.machine, amount=self._blocks - larger + (1, 5, 64, 70)[number % 4])

    def drilled(self, number: int) -> None:
        """The test machine is written to; nobody else sees that."""
        blocks = len(self.lab.read(self.machine, Place.TEST).disk(self.machine.disk().name).digests)
        self.lab.write(self.machine, (number % blocks,), place=Place.TEST)

    def target_crash(self, number: int) -> None:
        """The replication service dies and comes back; nothing that was acknowledged is lost."""
        del number
        self.lab.fault(FaultKind.TARGET_CRASH, self.machine)

    def _beside(self, verb: Verb) -> None:
        """Write while the job runs."""
        self.lab.ask(self.machine, verb, **_fields(verb))
        self.lab.write(self.machine, 5)
        self.lab.settle()

    # -- what is judged -----------------------------------------------------------------------------------------------

    def judge(self) -> None:
        """After every action: the auditor has looked already; moves of production and new points are read back."""
        self._landings = landings.judge(self.lab, self.machine, self._landings)
        for point in self.lab.observe(self.machine).points:
            if point.name not in self._restored:
                self._restored.add(point.name)
                closing.restore(self.lab, self.machine, point)

    def end(self) -> None:
        """Mend everything; what is protected then shows it in its next point."""
        closing.audit(self.lab)


def _fields(verb: Verb) -> dict[str, Selection]:
    return {"selection": Selection.LATEST_PROCESSED} if verb is Verb.TEST_FAILOVER else arguments(verb)

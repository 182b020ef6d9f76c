"""B18: a failed-over disk stays read-only until a daemon restarts (happened in Ceph, issue 11090).

Only after a failover that could not reach the source; a restart of the replication service makes the disks writable.
"""

from siteproof.model.nouns.commands import Answer, Command
from siteproof.model.nouns.errors import ErrorCode, Refused
from siteproof.model.nouns.scenario import Scenario
from siteproof.model.nouns.subject import DiskAddress, Fault, FaultKind, Write
from siteproof.model.nouns.vocabulary import Place, Verb
from siteproof.reference.subject import ReferenceSubject
from siteproof.reference.zoo.exhibit import exhibit


class ReadOnly(ReferenceSubject):
    """Keeps the lock of the side that was not asked."""

    _locked: set[str]

    def reset(self, scenario: Scenario) -> None:
        """Nothing is locked yet."""
        self._locked = set()
        super().reset(scenario)

    def do(self, command: Command) -> Answer:
        """The source still holds the lock, and that is wrong."""
        if command.verb is Verb.FAIL_OVER and not self.appliance.vault.machine(command.machine).link.up:
            self._locked.add(command.machine)
        return super().do(command)

    def fault(self, fault: Fault) -> None:
        """A restart breaks the locks."""
        if fault.kind is FaultKind.TARGET_CRASH:
            self._locked -= {fault.machine} if fault.machine else set(self._locked)
        super().fault(fault)

    def write(self, address: DiskAddress, writes: tuple[Write, ...]) -> None:
        """Not there."""
        machine = self.appliance.vault.machine(address.machine)
        place = machine.active_place if address.place is Place.ACTIVE else address.place
        if machine.name in self._locked and place is Place.RECOVERY and machine.host(place) is not None:
            raise Refused(ErrorCode.TARGET_INTERNAL_ERROR, "the disk is read-only")
        super().write(address, writes)


def make_subject(directory: str | None = None, durable: bool = True) -> ReferenceSubject:
    """The reference with B18."""
    return exhibit("B18", directory, durable, subject=ReadOnly)

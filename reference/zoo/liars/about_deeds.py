"""Liars about deeds: a call is answered as it should be, and little or nothing is done.

Rule: see the folder's `__init__`.
"""

from collections.abc import Iterator

from siteproof.model.nouns.commands import Command
from siteproof.model.nouns.subject import DiskAddress, Fault, FaultKind, Unsupported, Write
from siteproof.model.nouns.vocabulary import Place, Verb
from siteproof.reference.appliance import Appliance
from siteproof.reference.comparison import Resynchronization
from siteproof.reference.datapath.cut import Cut
from siteproof.reference.equipment import Equipment
from siteproof.reference.failover import change_recovery_point
from siteproof.reference.jobs import Work
from siteproof.reference.machine import Machine
from siteproof.reference.replicator import Replicator
from siteproof.reference.resynchronizer import Comparisons
from siteproof.reference.subject import ReferenceSubject
from siteproof.reference.zoo.exhibit import exhibit, procedures_with

CRASHES = (FaultKind.AGENT_CRASH, FaultKind.FORCED_SHUTDOWN, FaultKind.LOW_MEMORY)


class Denies(ReferenceSubject):
    """Promises more than it keeps."""

    def discard(self, address: DiskAddress, block: int, blocks: int) -> None:
        """Not today."""
        del address, block, blocks
        raise Unsupported("discard")


class NoCrash(ReferenceSubject):
    """Nothing can happen to it."""

    def fault(self, fault: Fault) -> None:
        """Noted."""
        if fault.kind not in CRASHES:
            super().fault(fault)


class NoDrill(ReferenceSubject):
    """A test machine that nobody can change."""

    def write(self, address: DiskAddress, writes: tuple[Write, ...]) -> None:
        """Thank you."""
        self._host(address)[1].powered(address.disk)
        if address.place is not Place.TEST:
            super().write(address, writes)


def _words_only(equipment: Equipment, machine: Machine, command: Command) -> tuple[Work, ...]:
    """The other point is named, the machine stays what it is."""
    change_recovery_point(equipment, machine, command)

    def name_it() -> None:
        machine.using = machine.chosen

    return (name_it,)


class WordyAppliance(Appliance):
    """Changes points by name."""

    procedures = procedures_with(Verb.CHANGE_RECOVERY_POINT, _words_only)


class FirstDiskOnly(Resynchronization):
    """Looks at one disk and speaks for all."""

    def _compare(self, disk: str, cut: Cut) -> Iterator[bytes]:
        first = next(iter(self.stream.agent.disks))
        return super()._compare(disk, cut) if disk == first else iter(())


class HastyComparisons(Comparisons):
    """Runs those."""

    comparison_type = FirstDiskOnly


class HastyReplicator(Replicator):
    """Uses them."""

    comparisons_type = HastyComparisons


def denies(directory: str | None = None, durable: bool = True) -> ReferenceSubject:
    """Claims a capability that it denies."""
    return exhibit("denies", directory, durable, subject=Denies)


def words_only(directory: str | None = None, durable: bool = True) -> ReferenceSubject:
    """Moves names without work."""
    return exhibit("words only", directory, durable, appliance=WordyAppliance)


def no_crash(directory: str | None = None, durable: bool = True) -> ReferenceSubject:
    """Swallows crashes."""
    return exhibit("no crash", directory, durable, subject=NoCrash)


def no_drill(directory: str | None = None, durable: bool = True) -> ReferenceSubject:
    """Swallows the writes of a drill."""
    return exhibit("no drill", directory, durable, subject=NoDrill)


def one_disk(directory: str | None = None, durable: bool = True) -> ReferenceSubject:
    """Compares one disk of many."""
    return exhibit("one disk compared", directory, durable, replicator=HastyReplicator)

"""B29: an unreachable source ends with both sides active (Site Recovery Manager calls it a split brain).

The site was lost, the machine was failed over and the failover was committed. When the site comes back, its machine
boots as it was.
"""

from siteproof.model.nouns.subject import Fault, FaultKind
from siteproof.model.nouns.vocabulary import Place, Protection
from siteproof.reference.machine import Machine
from siteproof.reference.subject import ReferenceSubject
from siteproof.reference.zoo.exhibit import exhibit


class BootsAnyway(ReferenceSubject):
    """Forgets after the commit which side was fenced."""

    def fault(self, fault: Fault) -> None:
        """Power is back: start, and that is wrong."""
        machines = self.appliance.vault.machines
        booting = [machines[fault.machine]] if fault.machine else list(machines.values())
        booting = [each for each in booting if fault.kind is FaultKind.SITE_UP and _lost(each)]
        super().fault(fault)
        for machine in booting:
            machine.hosts[Place.PRIMARY].running = True


def _lost(machine: Machine) -> bool:
    over = machine.regions.protection is Protection.COMMITTED and machine.forward
    return machine.lost_power and over and Place.PRIMARY in machine.hosts


def make_subject(directory: str | None = None, durable: bool = True) -> ReferenceSubject:
    """The reference with B29."""
    return exhibit("B29", directory, durable, subject=BootsAnyway)

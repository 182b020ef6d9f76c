"""Honest variants of the mark: earlier, or where the reference knows that it is not needed.

Rule: see the folder's `__init__`; whoever marks too often compares too often and loses nothing.
"""

from siteproof.model.nouns.subject import Fault, FaultKind
from siteproof.model.nouns.vocabulary import ResyncReason
from siteproof.reference.machine import Machine
from siteproof.reference.replicator import Replicator
from siteproof.reference.subject import ReferenceSubject
from siteproof.reference.zoo.exhibit import variant


class CautiousReplicator(Replicator):
    """Believes its target less."""

    def restart_service(self, machine: Machine) -> None:
        """A target that died is compared."""
        super().restart_service(machine)
        if machine.stream is not None and machine.replicating:
            self.mark(machine, ResyncReason.TARGET_FAILURE)


class NervousReplicator(Replicator):
    """Believes its link less."""

    def reconnected(self, machine: Machine) -> None:
        """Whatever happened meanwhile, both sides are compared."""
        super().reconnected(machine)
        if machine.trusted:
            self.mark(machine, ResyncReason.LINK_FAILURE)


class Watchful(ReferenceSubject):
    """Sees the link break, not only the attempt to send."""

    def fault(self, fault: Fault) -> None:
        """Mark who is cut off."""
        super().fault(fault)
        if fault.kind not in (FaultKind.LINK_DOWN, FaultKind.SITE_DOWN):
            return
        for machine in self.appliance.vault.machines.values():
            if fault.machine in ("", machine.name) and machine.trusted:
                self.appliance.replicator.mark(machine, ResyncReason.LINK_FAILURE)


def after_target_crash(directory: str | None = None, durable: bool = True) -> ReferenceSubject:
    """Marks after a crash of the target."""
    return variant("cautious", directory, durable, replicator=CautiousReplicator)


def when_link_returns(directory: str | None = None, durable: bool = True) -> ReferenceSubject:
    """Marks whenever a link comes back."""
    return variant("nervous", directory, durable, replicator=NervousReplicator)


def when_link_breaks(directory: str | None = None, durable: bool = True) -> ReferenceSubject:
    """Marks when the link breaks, with or without data on its way."""
    return variant("watchful", directory, durable, subject=Watchful)

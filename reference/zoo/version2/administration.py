"""Wrong administration: an edit that does too much, too little or too late, and a force without need.

Rule: see the folder's `__init__`.
"""

from attrs import evolve

from siteproof.model.nouns.policy import ReplicationPolicy
from siteproof.model.nouns.vocabulary import Protection
from siteproof.reference.administration import AdminDesk
from siteproof.reference.appliance import Appliance
from siteproof.reference.machine import Machine
from siteproof.reference.subject import ReferenceSubject
from siteproof.reference.zoo.exhibit import exhibit


class PrunesAtOnce(AdminDesk):
    """A shorter retention is carried out on the spot."""

    def edit(self, machine: Machine, policy: ReplicationPolicy) -> None:
        """What could still be chosen is deleted before anything new is there, and that is wrong."""
        super().edit(machine, policy)
        if machine.regions.protection is Protection.PROTECTED:
            self.equipment.replicator.prune(machine)


class OnlyNewMachines(AdminDesk):
    """An edited policy is for whoever is enabled next."""

    def edit(self, machine: Machine, policy: ReplicationPolicy) -> None:
        """A protected machine keeps the old one, and that is wrong."""
        if machine.regions.protection is Protection.UNPROTECTED:
            super().edit(machine, policy)


class RetentionOnly(AdminDesk):
    """The interval of application-consistent points stays as it was at the enable."""

    def edit(self, machine: Machine, policy: ReplicationPolicy) -> None:
        """Half of the edit is forgotten, and that is wrong."""
        super().edit(machine, evolve(policy, app_consistent_minutes=machine.policy.app_consistent_minutes))


class ForcesAnyway(AdminDesk):
    """Who forces has a reason."""

    def require_gone(self, machine: Machine) -> None:
        """A source that answers is left behind, and that is wrong."""


def _with(desk: type[AdminDesk], name: str, directory: str | None, durable: bool) -> ReferenceSubject:
    class Administered(Appliance):
        """Asks that desk."""

        admin_type = desk

    return exhibit(name, directory, durable, appliance=Administered)


def prunes_at_once(directory: str | None = None, durable: bool = True) -> ReferenceSubject:
    """Prunes when it is edited."""
    return _with(PrunesAtOnce, "prunes at once", directory, durable)


def only_new_machines(directory: str | None = None, durable: bool = True) -> ReferenceSubject:
    """Edits for others."""
    return _with(OnlyNewMachines, "only new machines", directory, durable)


def retention_only(directory: str | None = None, durable: bool = True) -> ReferenceSubject:
    """Edits one half."""
    return _with(RetentionOnly, "retention only", directory, durable)


def forces_anyway(directory: str | None = None, durable: bool = True) -> ReferenceSubject:
    """Forces without need."""
    return _with(ForcesAnyway, "forces anyway", directory, durable)

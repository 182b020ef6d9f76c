"""B33: a cloned machine replicates into the other's replica (told in Azure Site Recovery's documentation).

The identity is compared with machines that are protected now. While the original runs in the cloud its clone is
accepted, and its data goes to the replica that the identity names.
"""

from siteproof.model.nouns.commands import Command
from siteproof.model.nouns.errors import ErrorCode, Refused
from siteproof.model.nouns.vocabulary import Protection, Verb
from siteproof.reference.appliance import Appliance
from siteproof.reference.equipment import Equipment
from siteproof.reference.jobs import Work
from siteproof.reference.machine import Machine
from siteproof.reference.protection import enable
from siteproof.reference.subject import ReferenceSubject
from siteproof.reference.zoo.exhibit import exhibit, procedures_with


def twins(equipment: Equipment, machine: Machine) -> list[Machine]:
    """Other machines with the same identity that replicate, or did."""
    others = [other for other in equipment.vault.machines.values() if other is not machine and other.stream is not None]
    return [other for other in others if other.spec.identity == machine.spec.identity != ""]


def enable_by_identity(equipment: Equipment, machine: Machine, command: Command) -> tuple[Work, ...]:
    """Use the replica of the identity if it fits."""
    prepare, copy = enable(equipment, machine, command)

    def prepare_by_identity() -> None:
        prepare()
        assert machine.stream is not None
        for twin in twins(equipment, machine):
            former = machine.stream.service
            sizes = {disk: replica.blocks for disk, replica in former.replicas.items()}
            assert twin.stream is not None
            if {disk: replica.blocks for disk, replica in twin.stream.service.replicas.items()} == sizes:
                machine.stream.service = twin.stream.service
                former.destroy()

    return prepare_by_identity, copy


class WrongAppliance(Appliance):
    """Knows protected machines only."""

    procedures = procedures_with(Verb.ENABLE, enable_by_identity)

    def _check_identity(self, machine: Machine) -> None:
        for twin in twins(self, machine):
            if twin.regions.protection is Protection.PROTECTED:
                raise Refused(ErrorCode.DUPLICATE_MACHINE_IDENTITY, f"{machine.spec.identity} is {twin.name}")


def make_subject(directory: str | None = None, durable: bool = True) -> ReferenceSubject:
    """The reference with B33."""
    return exhibit("B33", directory, durable, appliance=WrongAppliance)

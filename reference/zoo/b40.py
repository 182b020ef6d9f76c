"""B40: a drill pauses replication, which then needs a full copy (happened in RamenDR, issue 2521).

Only a drill of an older point does: nothing travels while it lasts, and after the clean-up every block is sent again.
"""

from siteproof.model.nouns.commands import Command
from siteproof.model.nouns.vocabulary import Consistency, Verb
from siteproof.reference.appliance import Appliance
from siteproof.reference.equipment import Equipment
from siteproof.reference.failover import clean_up_test
from siteproof.reference.jobs import Work
from siteproof.reference.machine import Machine
from siteproof.reference.points import StoredPoint
from siteproof.reference.replicator import Replicator
from siteproof.reference.subject import ReferenceSubject
from siteproof.reference.zoo.exhibit import exhibit, procedures_with


def paused(machine: Machine) -> bool:
    """Whether the machine's drill stands on another point than the newest."""
    return bool(machine.drilling) and machine.newest is not None and machine.drilling != machine.newest.name


class WrongReplicator(Replicator):
    """Does one thing at a time."""

    def ship(self, machine: Machine) -> bool:
        """Not during a drill, and that is wrong."""
        return not paused(machine) and super().ship(machine)

    def take_point(self, machine: Machine, consistency: Consistency = Consistency.CRASH) -> StoredPoint | None:
        """Nor a point."""
        return None if paused(machine) else super().take_point(machine, consistency)


def clean_up_and_copy(equipment: Equipment, machine: Machine, command: Command) -> tuple[Work, ...]:
    """Take up replication with a full copy."""
    was_paused = paused(machine)
    (clean_up,) = clean_up_test(equipment, machine, command)

    def resume() -> None:
        clean_up()
        if was_paused and machine.stream is not None:
            machine.stream.agent.cut_all().failed()
            equipment.replicator.wrote(machine)

    return (resume,)


class WrongAppliance(Appliance):
    """Drills that way."""

    replicator_type = WrongReplicator
    procedures = procedures_with(Verb.CLEAN_UP_TEST, clean_up_and_copy)


def make_subject(directory: str | None = None, durable: bool = True) -> ReferenceSubject:
    """The reference with B40."""
    return exhibit("B40", directory, durable, appliance=WrongAppliance)

"""B28: a cancelled failover leaves the machine silently unprotected (told in Azure Site Recovery's documentation).

After the cancel of a failback everything is shown as before; the agent in the cloud has stopped capturing, and no later
change comes home.
"""

from siteproof.model.nouns.commands import Command
from siteproof.model.nouns.vocabulary import Verb
from siteproof.reference.appliance import Appliance
from siteproof.reference.equipment import Equipment
from siteproof.reference.jobs import Work
from siteproof.reference.machine import Machine
from siteproof.reference.reprotection_server import cancel
from siteproof.reference.subject import ReferenceSubject
from siteproof.reference.zoo.exhibit import exhibit, procedures_with


def cancel_for_good(equipment: Equipment, machine: Machine, command: Command) -> tuple[Work, ...]:
    """Undo the failback and stop capturing, and that is wrong."""
    (undo,) = cancel(equipment, machine, command)

    def undo_and_stop() -> None:
        undo()
        if machine.stream is not None:
            machine.stream.agent.stop()

    return (undo_and_stop,)


class WrongAppliance(Appliance):
    """Cancels that way."""

    procedures = procedures_with(Verb.CANCEL, cancel_for_good)


def make_subject(directory: str | None = None, durable: bool = True) -> ReferenceSubject:
    """The reference with B28."""
    return exhibit("B28", directory, durable, appliance=WrongAppliance)

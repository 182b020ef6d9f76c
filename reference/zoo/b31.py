"""B31: a guard of the state machine falls through.

After a failed commit another recovery point can be chosen, although only the commit and a disable are listed: the guard
asks whether the machine runs at the recovery site, and no further.
"""

from siteproof.model.nouns.commands import Accepted, Command
from siteproof.model.nouns.vocabulary import Protection, Verb
from siteproof.reference.appliance import Appliance
from siteproof.reference.subject import ReferenceSubject
from siteproof.reference.zoo.exhibit import exhibit


class WrongAppliance(Appliance):
    """Asks too little."""

    def do(self, command: Command) -> Accepted:
        """Let the change of point through, and that is wrong."""
        machine = self.vault.machine(command.machine)
        failed = machine.regions.protection is Protection.COMMIT_FAILED and machine.forward
        if not failed or command.verb is not Verb.CHANGE_RECOVERY_POINT:
            return super().do(command)
        self._guard(machine, command)
        return Accepted(self._start(machine, command))


def make_subject(directory: str | None = None, durable: bool = True) -> ReferenceSubject:
    """The reference with B31."""
    return exhibit("B31", directory, durable, appliance=WrongAppliance)

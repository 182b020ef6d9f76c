"""B2: the handshake after a reconnect clears a bitmap that is not empty (happened in DRBD, issue 145).

The stale replica is reported up to date, replication goes on from there, and the replica may be promoted later.
"""

from siteproof.reference.machine import Machine
from siteproof.reference.replicator import Replicator
from siteproof.reference.subject import ReferenceSubject
from siteproof.reference.zoo.exhibit import subject_with


class WrongReplicator(Replicator):
    """Believes that a link that is back has lost nothing."""

    def reconnected(self, machine: Machine) -> None:
        """Forget what is dirty and the mark with it, and that is wrong."""
        if machine.replicating and machine.stream is not None:
            machine.stream.agent.cut().done()
            self.comparisons.trust(machine)


def make_subject(directory: str | None = None, durable: bool = True) -> ReferenceSubject:
    """The reference with B2."""
    return subject_with(WrongReplicator, "B2", directory, durable)

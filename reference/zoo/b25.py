"""B25: a leftover of a test failover breaks the real one (told in the documentation of Azure Site Recovery).

The clean-up leaves the disks of the test machine behind. A failover to the point that the drill was made from finds
them and starts with what was written in the test.
"""

from siteproof.model.nouns.vocabulary import Verb
from siteproof.reference.appliance import Appliance
from siteproof.reference.replicator import Replicator
from siteproof.reference.subject import ReferenceSubject
from siteproof.reference.zoo.exhibit import exhibit, procedures_with
from siteproof.reference.zoo.parts import DrillsLeftBehind, clean_up_without_deleting


class WrongReplicator(Replicator):
    """Takes the disks that are there."""

    service_type = DrillsLeftBehind


class WrongAppliance(Appliance):
    """Cleans up without deleting."""

    replicator_type = WrongReplicator
    procedures = procedures_with(Verb.CLEAN_UP_TEST, clean_up_without_deleting)


def make_subject(directory: str | None = None, durable: bool = True) -> ReferenceSubject:
    """The reference with B25."""
    return exhibit("B25", directory, durable, appliance=WrongAppliance)

"""B39: a test failover writes into the point that it was made from (happened with Azurite's Copy Blob).

The test machine runs on the point itself: what is written in the drill is in the point, for as long as it is listed.
"""

from siteproof.model.nouns.vocabulary import Verb
from siteproof.reference.appliance import Appliance
from siteproof.reference.replicator import Replicator
from siteproof.reference.subject import ReferenceSubject
from siteproof.reference.zoo.exhibit import exhibit, procedures_with
from siteproof.reference.zoo.parts import DrillsInPlace, clean_up_without_deleting


class WrongReplicator(Replicator):
    """Copies nothing for a drill."""

    service_type = DrillsInPlace


class WrongAppliance(Appliance):
    """The clean-up cannot delete what is the point."""

    replicator_type = WrongReplicator
    procedures = procedures_with(Verb.CLEAN_UP_TEST, clean_up_without_deleting)


def make_subject(directory: str | None = None, durable: bool = True) -> ReferenceSubject:
    """The reference with B39."""
    return exhibit("B39", directory, durable, appliance=WrongAppliance)

"""How an exhibit is put together: one wrong part in an otherwise honest appliance."""

from siteproof.reference.appliance import Appliance
from siteproof.reference.replicator import Replicator
from siteproof.reference.subject import ReferenceSubject


def subject_with(
    replicator: type[Replicator], name: str, directory: str | None = None, durable: bool = True
) -> ReferenceSubject:
    """The reference with this replicator in place of the honest one."""

    class WrongAppliance(Appliance):
        """An appliance with one wrong part."""

        replicator_type = replicator

    class WrongSubject(ReferenceSubject):
        """The subject around it, under a name of its own."""

        appliance_type = WrongAppliance

    WrongSubject.name = f"wrong on purpose: {name}"
    return WrongSubject(directory, durable)

"""How an exhibit is put together: one wrong part in an otherwise honest appliance."""

from collections.abc import Mapping

from siteproof.model.nouns.profile import CORE, Profile
from siteproof.model.nouns.vocabulary import Verb
from siteproof.reference.appliance import Appliance
from siteproof.reference.procedures import PROCEDURES, Procedure
from siteproof.reference.replicator import Replicator
from siteproof.reference.stores import Stores
from siteproof.reference.subject import ReferenceSubject


def subject_with(
    replicator: type[Replicator], name: str, directory: str | None = None, durable: bool = True
) -> ReferenceSubject:
    """The reference with this replicator in place of the honest one."""
    return exhibit(name, directory, durable, replicator=replicator)


def exhibit(
    name: str,
    directory: str | None = None,
    durable: bool = True,
    *,
    replicator: type[Replicator] | None = None,
    appliance: type[Appliance] = Appliance,
    stores: type[Stores] = Stores,
    subject: type[ReferenceSubject] = ReferenceSubject,
) -> ReferenceSubject:
    """The reference with these parts in place of the honest ones, under a name of its own."""
    made = variant(name, directory, durable, replicator=replicator, appliance=appliance, stores=stores, subject=subject)
    type(made).name = f"wrong on purpose: {name}"
    return made


def variant(
    name: str,
    directory: str | None = None,
    durable: bool = True,
    *,
    replicator: type[Replicator] | None = None,
    appliance: type[Appliance] = Appliance,
    stores: type[Stores] = Stores,
    subject: type[ReferenceSubject] = ReferenceSubject,
    profile: Profile = CORE,
) -> ReferenceSubject:
    """The reference with other honest parts; the profile says what the sources leave open."""

    class OtherAppliance(appliance):  # type: ignore[valid-type, misc]  # a class that is chosen while the program runs
        """An appliance with one other part."""

        replicator_type = replicator or appliance.replicator_type

    class OtherSubject(subject):  # type: ignore[valid-type, misc]  # the same
        """The subject around it."""

        appliance_type = OtherAppliance
        stores_type = stores

    OtherSubject.name = f"honest and different: {name}"
    made: ReferenceSubject = OtherSubject(directory, durable, profile)
    return made


def procedures_with(verb: Verb, procedure: Procedure) -> Mapping[Verb, Procedure]:
    """The reference's procedures with another one for this verb."""
    return {**PROCEDURES, verb: procedure}

"""Administration: its commands, and the facts beside a machine's regions that its guards speak of (domain §1, §5).

Rule: a fact says what the guards need to know and nothing more; how it came about stands in a chapter of its own.
"""

from enum import StrEnum
from typing import Protocol, runtime_checkable

from attrs import frozen

from siteproof.model.nouns.commands import Answer
from siteproof.model.nouns.policy import ReplicationPolicy


class AdminVerb(StrEnum):
    """Every administrative command; none but `force_disable` moves the protection region."""

    EDIT_POLICY = "edit_policy"
    ADD_DISK = "add_disk"
    REMOVE_DISK = "remove_disk"
    SWITCH_APPLIANCE = "switch_appliance"
    UPDATE_COMPONENTS = "update_components"
    REFRESH_DISCOVERY = "refresh_discovery"
    FORCE_DISABLE = "force_disable"
    SET_NOTIFICATION = "set_notification"
    CHANGE_DATA_PORT = "change_data_port"


class Components(StrEnum):
    """The components of the appliance that serves the machine, taken together."""

    WELL = "well"  # each one is healthy or warns
    MIXED = "mixed"  # at least one differs from the others
    DEAD = "dead"  # none does anything any more


class SourceMachine(StrEnum):
    """Whether the on-premises machine answers; a disaster can take it for ever."""

    THERE = "there"
    GONE = "gone"


class AddedDisk(StrEnum):
    """One disk beside those that the machine was enabled with."""

    NONE = "none"
    ATTACHED = "attached"  # the machine has it, and discovery has not seen it
    FOUND = "found"  # discovery has seen it, nobody replicates it
    COPYING = "copying"  # its initial copy runs
    COPY_FAILED = "copy_failed"
    COVERED = "covered"  # replicated like every other disk
    RESIZED = "resized"  # replicated, and its size changed since both sides were compared
    DETACHED = "detached"  # replicated, and the machine has lost it


class RetentionEdit(StrEnum):
    """What the policy asks for as it was edited last; the oldest point lies within a long retention only."""

    LONG = "long"
    SHORT = "short"


class OldestPoint(StrEnum):
    """One old recovery point, to see what an edit of the policy does to it."""

    NONE = "none"
    KEPT = "kept"
    PRUNED = "pruned"


class Version(StrEnum):
    """Whether a newer version of the components has been published."""

    CURRENT = "current"
    OUTDATED = "outdated"


@frozen
class AdminFacts:
    """What administration knows of a machine beside its regions."""

    components: Components = Components.WELL
    source: SourceMachine = SourceMachine.THERE
    disk: AddedDisk = AddedDisk.NONE
    retention: RetentionEdit = RetentionEdit.LONG
    oldest: OldestPoint = OldestPoint.NONE
    version: Version = Version.CURRENT


ASKED = (
    AdminVerb.EDIT_POLICY,
    AdminVerb.FORCE_DISABLE,
    AdminVerb.SWITCH_APPLIANCE,
    AdminVerb.UPDATE_COMPONENTS,
)
"""The administrative commands that the contract asks for; the others have no handle in it yet."""


@frozen
class AdminCommand:
    """One administrative command for one machine.

    edit_policy: the `policy` that rules from the next point on. switch_appliance: the `appliance` that serves the
    machine from now on. update_components: those of the appliance that serves the machine.
    """

    verb: AdminVerb
    machine: str
    policy: ReplicationPolicy | None = None
    appliance: str = ""


@runtime_checkable
class Administering(Protocol):
    """An optional part of the contract: a subject that declares `administration` has this call as well."""

    def administer(self, command: AdminCommand) -> Answer:
        """Carry the command out, or refuse it with a named error and change nothing."""
        ...

"""Replication groups in the contract: one command for all members at once (domain §2, §4; seed: Multi-VM consistency).

A machine joins a group when its protection is enabled with the group's name, and leaves it when that protection ends.
Rule: a group is nothing but its members: each of them shows the group's name and its own parts of the shared points.
"""

from enum import StrEnum
from typing import Protocol, runtime_checkable

from attrs import frozen

from siteproof.model.nouns.commands import Answer
from siteproof.model.nouns.vocabulary import Consistency, Location, Verb

GROUP_VERBS = (
    Verb.TEST_FAILOVER,
    Verb.CLEAN_UP_TEST,
    Verb.FAIL_OVER,
    Verb.CHANGE_RECOVERY_POINT,
    Verb.COMMIT,
    Verb.REPROTECT,
    Verb.FAIL_BACK,
    Verb.CANCEL,
)
"""What can be asked of a group; protection begins and ends machine by machine."""


class SharedSelection(StrEnum):
    """Which shared point a group takes: the same one for every member."""

    LATEST = "latest_multi_vm"  # the newest point that every member lists as shared
    LATEST_APP_CONSISTENT = "latest_multi_vm_app_consistent"  # the newest of those that is application-consistent
    CUSTOM = "custom"  # the shared point of that name


@frozen
class GroupCommand:
    """One command for every member of a group, as one job; fields that a verb does not use keep their defaults.

    Refused when one member would refuse it, or no shared point fits; then nothing has changed at any member.
    test_failover, fail_over and change_recovery_point: selection, and point when it is `custom`. fail_over: shutdown.
    fail_back: consistency. reprotect: location.
    """

    verb: Verb
    group: str
    selection: SharedSelection = SharedSelection.LATEST
    point: str = ""
    shutdown: bool = True
    location: Location = Location.ORIGINAL
    consistency: Consistency = Consistency.CRASH


@runtime_checkable
class Grouping(Protocol):
    """An optional part of the contract: a subject that declares `groups` has this call as well."""

    def do_group(self, command: GroupCommand) -> Answer:
        """Accept the command as one job of all members, or refuse it with a named error and change nothing."""
        ...

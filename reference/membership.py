"""Who belongs to a replication group, and which points its members share (domain §2, §4; seed: Multi-VM consistency).

Rule: a group is nothing but its members; a point counts as shared only while every one of them lists its part.
"""

from collections.abc import Iterable

from siteproof.model.nouns.errors import ErrorCode, Refused
from siteproof.model.nouns.groups import SharedSelection
from siteproof.model.nouns.profile import Profile
from siteproof.model.nouns.vocabulary import Consistency, Direction, Site, Verb
from siteproof.reference.machine import Machine
from siteproof.reference.points import StoredPoint
from siteproof.reference.vault import Vault

TOGETHER = frozenset({Verb.FAIL_OVER, Verb.CHANGE_RECOVERY_POINT, Verb.FAIL_BACK, Verb.CANCEL})
"""What moves production belongs to the group: no member does it alone."""


def members(vault: Vault, group: str) -> tuple[Machine, ...]:
    """The members in the order of the vault; nobody belongs to the group without a name."""
    return tuple(machine for machine in vault.machines.values() if group and machine.group == group)


def admit(vault: Vault, machine: Machine, group: str, profile: Profile) -> None:
    """Refused when the group is full, or runs at the other side; a machine without a group may always come."""
    others = [each for each in members(vault, group) if each is not machine]
    if len(others) >= profile.group_members_max:
        raise Refused(
            ErrorCode.OPERATION_NOT_ALLOWED, f"a replication group has at most {profile.group_members_max} members"
        )
    away = [each.name for each in others if not at_home(each)]
    if away:
        raise Refused(ErrorCode.OPERATION_NOT_ALLOWED, f"{away[0]} of this group does not run at the primary site")


def at_home(machine: Machine) -> bool:
    """Whether it runs, and is replicated from, where it came from."""
    return machine.regions.direction is Direction.FORWARD and machine.regions.active is Site.PRIMARY


def shared(circle: Iterable[Machine]) -> tuple[StoredPoint, ...]:
    """The points that all of these machines list as points of their group, oldest first."""
    lists = [{point.name: point for point in each.listed if point.group} for each in circle]
    if len(lists) < 2:
        return ()
    common = set.intersection(*(set(each) for each in lists))
    return tuple(point for name, point in lists[0].items() if name in common)


def choose(circle: tuple[Machine, ...], selection: SharedSelection, name: str) -> str:
    """The name of the shared point of that selection; Refused when there is none."""
    fitting = [point for point in shared(circle) if _fits(point, selection, name)]
    if not fitting:
        raise Refused(ErrorCode.RECOVERY_POINT_UNAVAILABLE, name or selection.value)
    return max(fitting, key=lambda point: point.sequence).name


def _fits(point: StoredPoint, selection: SharedSelection, name: str) -> bool:
    if selection is SharedSelection.CUSTOM:
        return point.name == name
    return selection is SharedSelection.LATEST or point.consistency is Consistency.APP

"""Who lives in the zoo: wrong appliances, liars, honest variants, and bug classes that the contract cannot show.

Rule: the reference names its members, the face puts them into one list; the judge knows none of them.
"""

from collections.abc import Mapping
from enum import StrEnum

from attrs import frozen

from siteproof.reference.zoo import UNSHOWN, ZOO
from siteproof.reference.zoo.honest import HONEST
from siteproof.reference.zoo.liars import LIARS
from siteproof.reference.zoo.table import Exhibit


class Kind(StrEnum):
    """What the suite should make of a member."""

    WRONG = "wrong"  # killed
    UNSHOWN = "unshown"  # nothing, and it says why
    LIAR = "liars"  # killed
    HONEST = "honest"  # left alone


@frozen
class Member:
    """One member; `reason` says why the contract cannot show it, and then it has no factory."""

    kind: Kind
    title: str
    happened_in: str = ""
    factory: str = ""
    breaks: tuple[str, ...] = ()
    reason: str = ""


def _of(kind: Kind, exhibits: Mapping[str, Exhibit]) -> dict[str, Member]:
    return {
        name: Member(kind, each.title, each.happened_in, each.factory, each.breaks) for name, each in exhibits.items()
    }


def _number(item: tuple[str, Member]) -> tuple[int, int]:
    return "BLH".index(item[0][0]), int(item[0][1:])


_UNSHOWN = {
    name: Member(Kind.UNSHOWN, each.title, each.happened_in, reason=each.reason) for name, each in UNSHOWN.items()
}
_CARRIED = {
    f"H{len(HONEST)}": Member(
        Kind.HONEST, "it answers over stdin and stdout", factory="siteproof.cli.zoo_stdio:make_subject"
    )
}
_ALL = _of(Kind.WRONG, ZOO) | _UNSHOWN | _of(Kind.LIAR, LIARS) | _of(Kind.HONEST, HONEST) | _CARRIED
MEMBERS: Mapping[str, Member] = dict(sorted(_ALL.items(), key=_number))
GROUPS = (Kind.WRONG.value, Kind.LIAR.value, Kind.HONEST.value)


def members(group: str) -> tuple[str, ...]:
    """The ids of a group; the classes that cannot be shown belong to the wrong ones."""
    kinds = {Kind(group)} | ({Kind.UNSHOWN} if group == Kind.WRONG else set())
    return tuple(name for name, member in MEMBERS.items() if member.kind in kinds)

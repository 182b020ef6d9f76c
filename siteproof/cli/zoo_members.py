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
from siteproof.reference.zoo.version2 import VERSION2


class Expectation(StrEnum):
    """What the suite should make of a member."""

    WRONG = "wrong"  # killed
    UNSHOWN = "unshown"  # nothing, and it says why
    LIAR = "liars"  # killed
    HONEST = "honest"  # left alone


@frozen
class ZooMember:
    """One member; `reason` says why the contract cannot show it, and then it has no factory."""

    kind: Expectation
    title: str
    happened_in: str = ""
    factory: str = ""
    breaks: tuple[str, ...] = ()
    reason: str = ""


def _of(kind: Expectation, exhibits: Mapping[str, Exhibit]) -> dict[str, ZooMember]:
    return {
        name: ZooMember(kind, each.title, each.happened_in, each.factory, each.breaks)
        for name, each in exhibits.items()
    }


def _number(item: tuple[str, ZooMember]) -> tuple[int, int]:
    return "BGPASTUVFLH".index(item[0][0]), int(item[0][1:])


_UNSHOWN = {
    name: ZooMember(Expectation.UNSHOWN, each.title, each.happened_in, reason=each.reason)
    for name, each in UNSHOWN.items()
}
_CARRIED = {
    f"H{len(HONEST)}": ZooMember(
        Expectation.HONEST, "it answers over stdin and stdout", factory="siteproof.cli.zoo_stdio:make_subject"
    )
}
_ALL = (
    _of(Expectation.WRONG, ZOO | VERSION2)
    | _UNSHOWN
    | _of(Expectation.LIAR, LIARS)
    | _of(Expectation.HONEST, HONEST)
    | _CARRIED
)
MEMBERS: Mapping[str, ZooMember] = dict(sorted(_ALL.items(), key=_number))
GROUPS = (Expectation.WRONG.value, Expectation.LIAR.value, Expectation.HONEST.value)


def members(group: str) -> tuple[str, ...]:
    """The ids of a group; the classes that cannot be shown belong to the wrong ones."""
    kinds = {Expectation(group)} | ({Expectation.UNSHOWN} if group == Expectation.WRONG else set())
    return tuple(name for name, member in MEMBERS.items() if member.kind in kinds)

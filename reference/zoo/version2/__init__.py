"""Wrong in what version 2 of the contract shows: groups, plans, administration; each the reference with one change.

Rule: as the classes of the domain: one wrong thing each, as small a change as possible, and its class says which.
"""

from siteproof.reference.zoo.table import Exhibit


def _wrong(title: str, factory: str, *breaks: str) -> Exhibit:
    return Exhibit(title, "", f"siteproof.reference.zoo.version2.{factory}", breaks)


# fmt: off
VERSION2: dict[str, Exhibit] = {
    "G1": _wrong("a shared point lacks the member that was cut off", "groups:without_one",    "SP-GRP-2"),
    "G2": _wrong("the members of a point are cut one by one",        "groups:one_by_one",     "SP-GRP-3"),
    "G3": _wrong("a group's failover mixes two points",              "groups:two_points",     "SP-GRP-9", "SP-GRP-3"),
    "G4": _wrong("a member fails over alone",                        "groups:alone",          "SP-GRP-5"),
    "G5": _wrong("a failed job moves the other members",             "groups:half_moved",     "SP-GRP-5"),
    "G6": _wrong("a group takes any number of members",              "groups:no_bound",       "SP-GRP-4"),
    "G7": _wrong("a late command makes a machine a member",          "groups:late_member",    "SP-GRP-8"),
}
# fmt: on

"""Wrong appliances: the honest one with one named bug each, as small as possible a change (DOMAIN.md §7).

Each exhibit's module says what it does wrong and where that happened. A suite that passes one of them is at fault.
"""

from attrs import frozen


@frozen
class Exhibit:
    """One wrong appliance: what is wrong with it, where that happened, and the factory's dotted name."""

    title: str
    happened_in: str
    factory: str


# fmt: off
ZOO: dict[str, Exhibit] = {
    "B1":  Exhibit("a write during the digest exchange is lost",    "DRBD 9.0.26",
                   "siteproof.reference.zoo.b1:make_subject"),
    "B2":  Exhibit("the reconnect handshake clears a bitmap",       "DRBD #145",
                   "siteproof.reference.zoo.b2:make_subject"),
    "B12": Exhibit("zeroes are not transmitted in increments",      "OpenZFS #4050, #4809, #4996",
                   "siteproof.reference.zoo.b12:make_subject"),
    "B26": Exhibit("a listed point cannot be restored",             "ASR BookmarkNotFound",
                   "siteproof.reference.zoo.b26:make_subject"),
    "B34": Exhibit("keep-newest by age collapses history",          "simulation",
                   "siteproof.reference.zoo.b34:make_subject"),
}
# fmt: on

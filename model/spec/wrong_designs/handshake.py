"""B2: when the link heals, the handshake declares both sides equal and clears a bitmap that was not empty."""

from siteproof.model.language import Step, action, given
from siteproof.model.spec.data_plane.machine import Link, Machine
from siteproof.model.spec.data_plane.replication import clear_bitmap
from siteproof.model.spec.data_plane.spec import SPEC
from siteproof.model.spec.wrong_designs.exhibit import WrongDesign


@action("REP-9")
def link_heals(link: Link, m: Machine) -> Step:
    """The network is back, and the sides believe each other to be equal."""
    return given(~link.up).then(link.up.becomes(True), *clear_bitmap(m))


EXHIBIT = WrongDesign(
    SPEC.but("handshake", "The reconnect handshake clears the bitmap.", link_heals),
    breaks="REP-13",
    bug_class="B2",
    happened_in="DRBD #145",
)

"""B2: when the link heals, the handshake declares both sides equal and clears a bitmap that was not empty."""

from siteproof.model.data_plane import REPLICATION
from siteproof.model.exhibits.exhibit import Exhibit
from siteproof.model.language import Step, action, given
from siteproof.model.machine import Link, Machine
from siteproof.model.replication import clear_bitmap


@action("REP-9")
def link_heals(link: Link, m: Machine) -> Step:
    """The network is back, and the sides believe each other to be equal."""
    return given(~link.up).then(link.up.becomes(value=True), *clear_bitmap(m))


EXHIBIT = Exhibit(
    REPLICATION.but("handshake", "The reconnect handshake clears the bitmap.", link_heals),
    breaks="REP-13",
    bug_class="B2",
    happened_in="DRBD #145",
)

"""The receiver acknowledges a batch only while the source is at rest, and the source waits for it with the next one."""

from siteproof.model.language import Step, action, given
from siteproof.model.spec.data_plane.machine import Link, Machine, delta_flows, in_flight, something_dirty
from siteproof.model.spec.data_plane.spec import SPEC
from siteproof.model.spec.wrong_designs.exhibit import WrongDesign


@action("REP-5")
def receive(m: Machine, link: Link) -> Step:
    """What was sent is acknowledged when nothing was written since: a busy workload is never acknowledged."""
    busy = delta_flows(m) & something_dirty(m)
    return given(in_flight(m) & link.up & ~busy).then(m.received.becomes(True))


EXHIBIT = WrongDesign(
    SPEC.but("acknowledged_when_quiet", "A busy workload's changes are never acknowledged.", receive),
    breaks="REP-16",
    bug_class="",
    happened_in="no public report",
)

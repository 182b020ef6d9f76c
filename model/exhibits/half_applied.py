"""B37: a point is taken while the log is half applied, and an increment without its other half becomes a point."""

from siteproof.model.data_plane import REPLICATION
from siteproof.model.exhibits.exhibit import Exhibit
from siteproof.model.language import Step, action, exists, given
from siteproof.model.machine import Machine, delta_flows
from siteproof.model.recovery_points import store_point


@action("PT-1")
def take_point(m: Machine) -> Step:
    """A point is taken at any time while changes flow."""
    return given(delta_flows(m) & m.forward & exists(m.points, lambda slot: ~slot.used)).then(*store_point(m))


EXHIBIT = Exhibit(
    REPLICATION.but("half_applied", "A half-applied log becomes a point.", take_point),
    breaks="PT-2",
    bug_class="B37",
    happened_in="QEMU incremental backup",
)

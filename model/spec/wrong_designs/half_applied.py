"""B37: a point is taken while the log is half applied, and an increment without its other half becomes a point."""

from siteproof.model.language import Step, action, exists, given
from siteproof.model.spec.data_plane.machine import Machine, delta_flows
from siteproof.model.spec.data_plane.recovery_points import store_point
from siteproof.model.spec.data_plane.spec import SPEC
from siteproof.model.spec.wrong_designs.exhibit import WrongDesign


@action("PT-1")
def take_point(m: Machine) -> Step:
    """A point is taken at any time while changes flow."""
    return given(delta_flows(m) & m.forward & exists(m.points, lambda slot: ~slot.used)).then(*store_point(m))


EXHIBIT = WrongDesign(
    SPEC.but("half_applied", "A half-applied log becomes a point.", take_point),
    breaks="PT-2",
    bug_class="B37",
    happened_in="QEMU incremental backup",
)

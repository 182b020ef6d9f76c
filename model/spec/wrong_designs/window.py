"""A point is taken while a resynchronisation is open: blocks of several moments become one point."""

from siteproof.model.language import Step, action, exists, given
from siteproof.model.nouns.vocabulary import Protection
from siteproof.model.spec.data_plane.machine import Machine, log_is_empty
from siteproof.model.spec.data_plane.recovery_points import store_point
from siteproof.model.spec.data_plane.spec import SPEC
from siteproof.model.spec.wrong_designs.exhibit import WrongDesign


@action("PT-1")
def take_point(m: Machine) -> Step:
    """A point is taken whenever the log is empty."""
    protected = (m.protection == Protection.PROTECTED) & m.forward & m.agent_up
    return given(protected & log_is_empty(m) & exists(m.points, lambda slot: ~slot.used)).then(*store_point(m))


EXHIBIT = WrongDesign(
    SPEC.but("window", "Points are taken inside an open resync window.", take_point),
    breaks="PT-2",
    bug_class="B30",
    happened_in="Veeam CDP",
)

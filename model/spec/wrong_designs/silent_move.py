"""B3: a machine is moved and not resynchronised; what the old appliance had cached is forgotten."""

from siteproof.model.language import Step, action, given
from siteproof.model.spec.appliance import SPEC, Estate, is_fit, lets_go
from siteproof.model.spec.wrong_designs.exhibit import WrongDesign


@action("APP-10", appliance="appliances")
def switch_appliance(e: Estate, appliance: int) -> Step:
    """A machine moves, and changes flow through its new appliance at once."""
    old, new, m = e.appliances[appliance], e.after(appliance), e.machine
    return given(old.serves & lets_go(old) & is_fit(new) & ~m.reverse).then(
        old.serves.becomes(False),
        new.serves.becomes(True),
        m.gap.becomes(m.gap | (m.cached > 0)),
        m.cached.becomes(0),
    )


EXHIBIT = WrongDesign(
    SPEC.but("silent_move", "A move does not end with a resynchronisation.", switch_appliance),
    breaks="APP-15",
    bug_class="B3",
    happened_in="Linux DRBD fix 6719fb036c",
    right="appliance",
)

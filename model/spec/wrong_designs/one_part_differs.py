"""B31: the guard of a move looks at the process server alone, and the rest of the old appliance goes on serving."""

from siteproof.model.language import Step, action, given
from siteproof.model.nouns.appliances import Condition
from siteproof.model.spec.appliance import SPEC, Estate, is_fit, lets_go
from siteproof.model.spec.wrong_designs.exhibit import WrongDesign


@action("APP-10", appliance="appliances")
def switch_appliance(e: Estate, appliance: int) -> Step:
    """A machine moves when the process server that serves it is dead."""
    old, new, m = e.appliances[appliance], e.after(appliance), e.machine
    broken = old.process_server == Condition.DEAD
    return given(old.serves & broken & is_fit(new) & ~m.reverse).then(
        old.serves.becomes(old.serves & ~lets_go(old)),
        new.serves.becomes(True),
        m.gap.becomes(m.gap | (m.cached > 0)),
        m.cached.becomes(0),
        m.resync.becomes(True),
    )


EXHIBIT = WrongDesign(
    SPEC.but("one_part_differs", "A machine is moved although one part of its appliance differs.", switch_appliance),
    breaks="APP-13",
    bug_class="B31",
    happened_in="no public report",
    right="appliance",
)

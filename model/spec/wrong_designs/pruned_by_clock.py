"""B32: the age of a point is what the clock shows now less what it showed then."""

from siteproof.model.language import Step, action, given
from siteproof.model.spec.clock import SPEC, Clock, arrive
from siteproof.model.spec.wrong_designs.exhibit import WrongDesign


@action("CLK-4")
def stamp_point(c: Clock) -> Step:
    """Points are pruned by the times that they bear."""
    return given(c.points[0].taken_at < c.now).then(*arrive(c, lambda p: c.wall < p.shown_at + c.retention))


EXHIBIT = WrongDesign(
    SPEC.but("pruned_by_clock", "Points are pruned by the wall clock.", stamp_point),
    breaks="CLK-7",
    bug_class="B32",
    happened_in="agent time-jump events",
    right="clock",
)

"""B32: the latest point is the one with the latest time, whatever the clock did in between."""

from siteproof.model.language import Step, action, given
from siteproof.model.spec.clock import NONE, SPEC, Clock, is_kept, newest_by
from siteproof.model.spec.wrong_designs.exhibit import WrongDesign


@action("CLK-5")
def select_latest(c: Clock) -> Step:
    """The highest time wins."""
    return given(is_kept(c.points[0]) & (c.selected == NONE)).then(
        c.selected.becomes(newest_by(c, lambda p: p.shown_at)),
    )


EXHIBIT = WrongDesign(
    SPEC.but("latest_by_clock", "Points are ordered by the wall clock.", select_latest),
    breaks="CLK-6",
    bug_class="B32",
    happened_in="agent time-jump events",
    right="clock",
)

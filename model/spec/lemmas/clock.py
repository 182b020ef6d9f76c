"""What makes the claims about points and clocks inductive: the newest point is in front and lies in the past.

Rule: a lemma is proved together with the claims and holds in every reachable state; none is kept that no proof needs.
"""

from siteproof.model.language import Bool, always
from siteproof.model.spec.clock import Clock


@always("LEM-CLK-1", why="CLK-6: sequences count the points")
def the_newest_is_in_front(c: Clock) -> Bool:
    """The first place holds the point that was taken last, if any was taken, and it lies in the past."""
    front = c.points[0]
    return (front.sequence == c.taken) & (c.taken <= front.taken_at) & (front.taken_at <= c.now)

"""What makes the claims about retention inductive: points lie in the past.

Rule: a lemma is proved together with the claims and holds in every reachable state; none is kept that no proof needs.
"""

from siteproof.model.language import Bool, always, for_each
from siteproof.model.spec.retention import Store


@always("LEM-RET-1", why="RET-7: what is taken later is judged when it is taken")
def no_point_is_younger_than_the_newest(s: Store) -> Bool:
    """Every point that was taken was taken before the present, and none after the newest."""
    return (s.newest <= s.now) & for_each(s.instants, lambda i: s.points[i].taken.implies(s.newest > i))

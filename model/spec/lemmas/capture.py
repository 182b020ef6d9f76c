"""What makes the claims about capture inductive: the disk itself is always a moment of the machine.

Rule: a lemma is proved together with the claims and holds in every reachable state; none is kept that no proof needs.
"""

from siteproof.model.language import Bool, always
from siteproof.model.spec.capture import Captured
from siteproof.model.spec.data_plane.machine import is_past_image


@always("LEM-CAP-1", why="CAP-13: a cut is a copy of what the workload has written by then")
def the_source_is_a_moment(c: Captured) -> Bool:
    """The workload writes its blocks in turn."""
    return is_past_image(c.source)

"""What makes the claims about resized disks inductive: what a cell holds on each side, and what is on its way.

Rule: a lemma is proved together with the claims and holds in every reachable state; none is kept that no proof needs.
"""

from siteproof.model.language import Bool, always, for_each
from siteproof.model.spec.resize import NOTHING, Resizable, marks_tell, within


@always("LEM-RSZ-1", why="RSZ-11: what arrives makes the sides equal, or the cell was written since and is marked")
def what_travels_is_new_or_marked(r: Resizable) -> Bool:
    """While the marks tell, what travels of an unmarked cell is what the disk holds."""
    fits = for_each(r.cells, lambda i: r.marked[i] | (r.travelling[i] == NOTHING) | (r.travelling[i] == r.source[i]))
    return marks_tell(r).implies(fits)


@always("LEM-RSZ-2", why="RSZ-11, RSZ-13: a cell that is there holds something, if only zeroes")
def a_cell_within_the_end_holds_something(r: Resizable) -> Bool:
    """Disk and replica have content in each of their cells and in no other."""
    disk = for_each(r.cells, lambda i: within(r.size, i) == (r.source[i] != NOTHING))
    return disk & for_each(r.cells, lambda i: within(r.room, i) == (r.replica[i] != NOTHING))

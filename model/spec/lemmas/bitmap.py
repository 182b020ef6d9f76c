"""What makes the claims about the persisted bitmap inductive: what marks, copies and runs mean at each stage.

Rule: a lemma is proved together with the claims and holds in every reachable state; none is kept that no proof needs.
"""

from siteproof.model.language import Bool, always, for_each
from siteproof.model.spec.bitmap import NOTHING, Copy, Host, Power, is_open, marks_count
from siteproof.model.spec.data_plane.machine import FIRST


@always("LEM-BMP-1", why="BMP-17: what is read is never taken for an empty place")
def a_block_holds_something(h: Host) -> Bool:
    """Every block holds the content of a write."""
    return for_each(h.source, lambda content: content >= FIRST)


@always(
    "LEM-BMP-2", why="BMP-17: an acknowledgement makes the sides equal, or the block was written since and is marked"
)
def what_travels_is_new_or_marked(h: Host) -> Bool:
    """While the agent knows its marks: an unmarked block is equal on both sides, or its newest content travels."""

    def fits(b: int) -> Bool:
        stays = h.travelling[b] == NOTHING
        return h.memory[b] | (stays.if_else(h.replica[b], h.travelling[b]) == h.source[b])

    return (h.agent_up & marks_count(h)).implies(for_each(h.blocks, fits))


@always("LEM-BMP-3", why="LEM-BMP-2, BMP-18: nothing moves where no agent is")
def without_an_agent_nothing_is_open(h: Host) -> Bool:
    """A machine that is off has no agent, and without an agent nothing is marked or on its way."""
    off = (h.power == Power.OFF).implies(~h.agent_up)
    return off & (~h.agent_up).implies(for_each(h.blocks, lambda b: ~is_open(h, b)))


@always("LEM-BMP-4", why="BMP-18: the copy is called clean after this")
def what_is_stored_last_is_complete(h: Host, c: Copy) -> Bool:
    """When the workload has stopped and the marks are stored, everything open is in the copy."""
    stored = (h.power == Power.STORED) & h.agent_up
    return stored.implies(for_each(h.blocks, lambda b: is_open(h, b).implies(c.marks[b])))


@always("LEM-BMP-5", why="BMP-18: a copy that comes back is of an older run")
def copies_know_their_run(h: Host, c: Copy) -> Bool:
    """The copy is of the present run, or it is the one that the backup brought back; none is of a run to come."""
    own = (c.run == h.run) | ((c.run == c.kept_run) & (h.power == Power.OFF))
    return own & (c.kept_run <= h.run) & (c.run <= h.run)


@always("LEM-BMP-6", why="LEM-BMP-2: a comparison begins with nothing on its way")
def nothing_travels_before_a_comparison(h: Host) -> Bool:
    """While a comparison is due, no block is on its way."""
    return (~marks_count(h)).implies(for_each(h.travelling, lambda content: content == NOTHING))

"""What makes the data plane's claims inductive: facts that no user asks for and every proof needs.

Rule: a lemma is proved together with the claims and holds in every reachable state; the explorer checks it as well.
"""

from siteproof.model.language import Bool, always, for_each
from siteproof.model.nouns.vocabulary import Protection, Resync
from siteproof.model.spec.data_plane.machine import NOTHING, Machine, is_past_image, replicating, tracks


@always("LEM-1", why="LC-14, PT-2, REP-13, RES-5: which side runs follows from the stage")
def exactly_one_side_runs(m: Machine) -> Bool:
    """One side runs, and where a stage says which, it is that one."""
    staged = ~m.protection.is_in(Protection.UNPROTECTED, Protection.MIGRATED)
    one = m.runs_on_premises == ~m.runs_in_cloud
    return one & staged.implies(m.runs_on_premises == (m.forward == replicating(m)))


@always("LEM-2", why="LEM-1: an enabled machine starts to replicate from where it runs")
def an_unprotected_machine_looks_forward(m: Machine) -> Bool:
    """Without protection there is no reverse direction."""
    return (m.protection == Protection.UNPROTECTED).implies(m.forward)


@always("LEM-3", why="REP-13, RES-5: what is not marked is equal, or its present content is on its way")
def what_is_not_marked_is_equal_or_on_its_way(m: Machine) -> Bool:
    """Block by block, while the agent tracks and no resynchronisation is due."""
    watched = tracks(m) & m.resync.is_in(Resync.NONE, Resync.RUNNING)

    def fits(b: int) -> Bool:
        on_its_way = m.log[b] == m.sender[b]
        return (watched & ~m.dirty[b]).implies((m.log[b] == NOTHING).if_else(m.source[b] == m.seed[b], on_its_way))

    return for_each(m.blocks, fits)


@always("LEM-4", why="PT-2: what the seed disk will be when the log is applied is a moment of the past")
def the_tip_is_a_past_image(m: Machine) -> Bool:
    """While changes flow forward, log and seed disk together are a consistent cut."""
    flows = (m.protection == Protection.PROTECTED) & m.forward & (m.resync == Resync.NONE)
    tip = tuple((m.log[b] != NOTHING).if_else(m.log[b], m.seed[b]) for b in m.blocks)
    return flows.implies(is_past_image(tip))


@always("LEM-5", why="LC-14: a cancelled failback starts the cloud machine again")
def the_cloud_disk_waits_unharmed(m: Machine) -> Bool:
    """While a failback waits for its commit, the cloud disk is what it was."""
    waits = (m.protection == Protection.FAILED_OVER) & ~m.forward
    return waits.implies(is_past_image(m.seed))

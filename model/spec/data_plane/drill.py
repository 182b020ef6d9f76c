"""The drill: a test machine beside replication, from a pinned point, deleted by its clean-up (domain §1, rules 3).

A drill reads one point and touches nothing else. What is written in it belongs to no history: it is foreign content.
"""

from siteproof.model.language import Step, action, given
from siteproof.model.nouns.vocabulary import Protection
from siteproof.model.spec.data_plane.failover import use_only
from siteproof.model.spec.data_plane.machine import FOREIGN, NOTHING, Machine


@action("LC-3", slot="points")
def test_failover(m: Machine, slot: int) -> Step:
    """A test machine is built from the chosen point, which is pinned until the clean-up; replication goes on."""
    chosen = m.points[slot]
    return given((m.protection == Protection.PROTECTED) & m.forward & ~m.drill & chosen.kept).then(
        m.drill.becomes(True),
        *(m.drill_disk[b].becomes(chosen.image[b]) for b in m.blocks),
        *use_only(m, chosen),
    )


@action("REP-15", block="blocks")
def write_in_drill(m: Machine, block: int) -> Step:
    """The test machine writes to its own disk."""
    written = m.drill_disk[block] == FOREIGN
    return given(m.drill & ~written).then(m.drill_disk[block].becomes(FOREIGN))


@action("LC-4")
def clean_up_test(m: Machine) -> Step:
    """The test machine and what was written in it are deleted; its point is free again."""
    return given(m.drill).then(
        m.drill.becomes(False),
        *(content.becomes(NOTHING) for content in m.drill_disk),
        *(slot.used.becomes(False) for slot in m.points),
    )

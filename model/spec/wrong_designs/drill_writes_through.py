"""B39: the test machine's disk is the point itself, so a drill writes into the point that it was made from."""

from siteproof.model.language import Step, action, given
from siteproof.model.spec.data_plane.machine import FOREIGN, Machine
from siteproof.model.spec.data_plane.spec import SPEC
from siteproof.model.spec.wrong_designs.exhibit import WrongDesign


@action("REP-15", block="blocks")
def write_in_drill(m: Machine, block: int) -> Step:
    """The test machine writes to its disk, and the point's blocks are the same blocks."""
    written = m.drill_disk[block] == FOREIGN
    return given(m.drill & ~written).then(
        m.drill_disk[block].becomes(FOREIGN),
        *(p.image[block].becomes(p.used.if_else(FOREIGN, p.image[block])) for p in m.points),
    )


EXHIBIT = WrongDesign(
    SPEC.but("drill_writes_through", "A drill writes into its point.", write_in_drill),
    breaks="PT-2",
    bug_class="B39",
    happened_in="Azurite Copy Blob",
)

"""B7: what arrives is written without asking whether the replica has such a cell."""

from siteproof.model.language import Step, action, given
from siteproof.model.spec.resize import NOTHING, SPEC, Resizable
from siteproof.model.spec.wrong_designs.exhibit import WrongDesign


@action("RSZ-3", cell="cells")
def apply_cell(r: Resizable, cell: int) -> Step:
    """The sender knows best where the disk ends."""
    return given(r.travelling[cell] != NOTHING).then(
        r.replica[cell].becomes(r.travelling[cell]),
        r.travelling[cell].becomes(NOTHING),
    )


EXHIBIT = WrongDesign(
    SPEC.but("written_outside", "A write is applied behind the end of the replica.", apply_cell),
    breaks="RSZ-12",
    bug_class="B7",
    happened_in="linstor-server #259",
    right="resize",
)

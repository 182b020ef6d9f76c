"""B7: a disk is resized and replication goes on as if nothing had happened."""

from siteproof.model.language import Step, action, as_int, given
from siteproof.model.spec.resize import SMALLEST, SPEC, Resizable, cut_or_filled, within
from siteproof.model.spec.wrong_designs.exhibit import WrongDesign


@action("RSZ-5", more="cells")
def resize_disk(r: Resizable, more: int) -> Step:
    """The machine is not marked."""
    size = as_int(SMALLEST + more)
    return given(r.size != size).then(
        r.size.becomes(size),
        *(r.source[i].becomes(cut_or_filled(r.source[i], i, size)) for i in r.cells),
        *(r.marked[i].becomes(r.marked[i] & within(size, i)) for i in r.cells),
    )


EXHIBIT = WrongDesign(
    SPEC.but("resize_unnoticed", "A resize does not mark the machine.", resize_disk),
    breaks="RSZ-10",
    bug_class="B7",
    happened_in="linstor-server #259",
    right="resize",
)

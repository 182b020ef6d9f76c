"""B8: after a growth the bitmap has no place for the new end of the disk."""

from siteproof.model.language import Step, action, for_each, given
from siteproof.model.nouns.vocabulary import Resync
from siteproof.model.spec.resize import NOTHING, SPEC, Resizable, within
from siteproof.model.spec.wrong_designs.exhibit import WrongDesign


@action("RSZ-7")
def compare_in_new_size(r: Resizable) -> Step:
    """The bitmap is made anew in its old size."""
    arrived = for_each(r.travelling, lambda content: content == NOTHING)
    return given((r.resync == Resync.REQUIRED) & (r.room == r.size) & arrived).then(
        r.resync.becomes(Resync.RUNNING),
        *(r.marked[i].becomes(within(r.covered, i) & (r.source[i] != r.replica[i])) for i in r.cells),
    )


EXHIBIT = WrongDesign(
    SPEC.but("bitmap_keeps_its_size", "The bitmap does not grow with its disk.", compare_in_new_size),
    breaks="RSZ-11",
    bug_class="B8",
    happened_in="VMware KB 2090639",
    right="resize",
)

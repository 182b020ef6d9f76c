"""B6: a disk returns to data mode only after a whole cut, and a whole cut needs every disk in data mode."""

from siteproof.model.language import Step, action, given
from siteproof.model.nouns.vocabulary import Resync
from siteproof.model.spec.capture import DATA, SPEC, Captured, is_caught_up
from siteproof.model.spec.wrong_designs.exhibit import WrongDesign


@action("CAP-7", disk="disks")
def back_to_data_mode(c: Captured, disk: int) -> Step:
    """The replica has to be whole first."""
    d = c.disks[disk]
    ready = (d.mode != DATA) & (c.resync == Resync.NONE) & is_caught_up(d)
    return given(ready & c.whole).then(d.mode.becomes(DATA))


EXHIBIT = WrongDesign(
    SPEC.but("never_back", "Data mode waits for a cut, and the cut for data mode.", back_to_data_mode),
    breaks="CAP-16",
    bug_class="B6",
    happened_in="linstor-server #190",
    right="capture",
)

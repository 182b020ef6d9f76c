"""B30: a point is taken as long as the last cut is whole, whatever mode the disks are in by now."""

from siteproof.model.language import Step, action, given
from siteproof.model.spec.capture import SPEC, Captured
from siteproof.model.spec.wrong_designs.exhibit import WrongDesign


@action("CAP-10")
def point_of_all_disks(c: Captured) -> Step:
    """The modes are not asked for."""
    return given(c.whole).then(*(d.point[b].becomes(d.replica[b]) for d in c.disks for b in d.blocks))


EXHIBIT = WrongDesign(
    SPEC.but("point_while_coarse", "A point is taken of a disk that is not in data mode.", point_of_all_disks),
    breaks="CAP-14",
    bug_class="B30",
    happened_in="Veeam CDP",
    right="capture",
)

"""B30: a point is taken as soon as every disk is in data mode again, before the next whole cut."""

from siteproof.model.language import Step, action, given
from siteproof.model.nouns.vocabulary import Resync
from siteproof.model.spec.capture import SPEC, Captured, all_in_data_mode
from siteproof.model.spec.wrong_designs.exhibit import WrongDesign


@action("CAP-10")
def point_of_all_disks(c: Captured) -> Step:
    """The modes are asked for, and not what was sent in which of them."""
    exact = (c.resync == Resync.NONE) & all_in_data_mode(c)
    return given(exact).then(*(d.point[b].becomes(d.replica[b]) for d in c.disks for b in d.blocks))


EXHIBIT = WrongDesign(
    SPEC.but(
        "point_before_cut",
        "A point after overload is taken before the machine was sent as a whole.",
        point_of_all_disks,
    ),
    breaks="CAP-12",
    bug_class="B30",
    happened_in="Veeam CDP",
    right="capture",
)

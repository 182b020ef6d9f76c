"""B11: retention judges points by their age alone, and prunes the one that a drill stands on."""

from siteproof.model.language import Step, action, given
from siteproof.model.spec.retention import SPEC, Store, is_worth_keeping
from siteproof.model.spec.wrong_designs.exhibit import WrongDesign


@action("RET-1", instant="instants")
def point_arrives(s: Store, instant: int) -> Step:
    """A point arrives, and older ones are thinned and pruned, whoever uses them."""
    return given(s.now == instant).then(
        s.now.becomes(instant + 1),
        s.newest.becomes(instant + 1),
        s.points[instant].taken.becomes(True),
        s.points[instant].kept.becomes(True),
        *(s.points[i].kept.becomes(s.points[i].kept & is_worth_keeping(s, i, instant)) for i in range(instant)),
    )


EXHIBIT = WrongDesign(
    SPEC.but("pruned_in_use", "Retention prunes a point that a drill uses.", point_arrives),
    breaks="RET-5",
    bug_class="B11",
    happened_in="ceph #39155",
    right="retention",
)

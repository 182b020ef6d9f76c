"""B11: retention prunes a point in use, and the drill goes on with a point that is not listed any more."""

from siteproof.model.language import Step, action, given
from siteproof.model.spec.data_plane.machine import Machine, delta_flows, log_is_empty
from siteproof.model.spec.data_plane.spec import SPEC
from siteproof.model.spec.wrong_designs.exhibit import WrongDesign


@action("PT-1")
def take_point(m: Machine) -> Step:
    """The newest slot is taken, whoever uses it."""
    newest = m.points[0]
    return given(delta_flows(m) & m.forward & log_is_empty(m)).then(
        newest.kept.becomes(True),
        *(newest.image[b].becomes(m.seed[b]) for b in m.blocks),
    )


EXHIBIT = WrongDesign(
    SPEC.but("point_in_use", "Retention does not look who uses a point.", take_point),
    breaks="PT-5",
    bug_class="B11",
    happened_in="ceph #39155",
)

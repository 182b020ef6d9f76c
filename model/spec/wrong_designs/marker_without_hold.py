"""B16: a marker is placed whether the member still holds its writes or not, so the cut runs through an answer."""

from siteproof.model.language import Step, action, given
from siteproof.model.spec.groups import SPEC, Group, Round
from siteproof.model.spec.wrong_designs.exhibit import WrongDesign


@action("GRP-5", member="members")
def place_marker(g: Group, member: int) -> Step:
    """A member that is called puts the marker into its stream."""
    m = g.members[member]
    return given((g.round == Round.MARKING) & ~m.marked).then(
        m.marked.becomes(True),
        m.marker.becomes(m.written),
    )


EXHIBIT = WrongDesign(
    SPEC.but("marker_without_hold", "Markers are placed while writes go on.", place_marker),
    breaks="GRP-12",
    bug_class="B16",
    happened_in="ceph #68019",
    right="groups",
)

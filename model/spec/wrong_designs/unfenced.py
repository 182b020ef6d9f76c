"""B29: the failover does not fence a source that it cannot reach, so both sides run."""

from siteproof.model.language import Step, action, given
from siteproof.model.nouns.vocabulary import Protection
from siteproof.model.spec.data_plane.failover import build_from, stop_replication, use_only
from siteproof.model.spec.data_plane.machine import Machine
from siteproof.model.spec.data_plane.spec import SPEC
from siteproof.model.spec.wrong_designs.exhibit import WrongDesign


@action("LC-5", slot="points")
def fail_over(m: Machine, slot: int) -> Step:
    """The cloud machine starts, and nobody makes sure that the old one does not."""
    chosen = m.points[slot]
    return given((m.protection == Protection.PROTECTED) & m.forward & ~m.drill & chosen.kept).then(
        m.protection.becomes(Protection.FAILED_OVER),
        m.runs_in_cloud.becomes(True),
        *stop_replication(m),
        *build_from(m, chosen),
        *use_only(m, chosen),
    )


EXHIBIT = WrongDesign(
    SPEC.but("unfenced", "A failover leaves the old side running.", fail_over),
    breaks="LC-15",
    bug_class="B29",
    happened_in="SRM recovery required (split brain)",
)

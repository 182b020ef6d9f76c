"""B6 in the data plane: the resync waits until nothing is dirty, and what is dirty waits for the resync."""

from siteproof.model.language import Step, action, given
from siteproof.model.nouns.vocabulary import Resync
from siteproof.model.spec.data_plane.machine import Link, Machine, caught_up, replicating
from siteproof.model.spec.data_plane.replication import mark_differing_blocks
from siteproof.model.spec.data_plane.spec import SPEC
from siteproof.model.spec.wrong_designs.exhibit import WrongDesign


@action("RES-3")
def start_resync(m: Machine, link: Link) -> Step:
    """The comparison begins only when nothing is left to send; but a marked machine sends nothing."""
    waits = m.resync.is_in(Resync.REQUIRED, Resync.FAILED)
    return given(replicating(m) & waits & ~m.drill & m.agent_up & link.up & caught_up(m)).then(
        m.resync.becomes(Resync.RUNNING),
        *mark_differing_blocks(m),
    )


EXHIBIT = WrongDesign(
    SPEC.but("waits_until_quiet", "A resync waits for changes that wait for the resync.", start_resync),
    breaks="RES-31",
    bug_class="B6",
    happened_in="linstor-server #190",
)

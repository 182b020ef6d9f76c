"""B10: after a crash of the agent its bitmap is trusted, although nobody tracked what was written meanwhile."""

from siteproof.model.language import Step, action, given
from siteproof.model.nouns.vocabulary import Protection
from siteproof.model.spec.data_plane.machine import Machine
from siteproof.model.spec.data_plane.spec import SPEC
from siteproof.model.spec.wrong_designs.exhibit import WrongDesign


@action("RES-1")
def agent_restarts(m: Machine) -> Step:
    """The agent restarts and goes on as if nothing had been written."""
    return given((m.protection == Protection.PROTECTED) & ~m.agent_up).then(m.agent_up.becomes(True))


EXHIBIT = WrongDesign(
    SPEC.but("trusted_bitmap", "A restarted agent trusts its bitmap.", agent_restarts),
    breaks="REP-13",
    bug_class="B10",
    happened_in="QEMU bitmap documentation",
)

"""B6: the sender goes on to wait for the conclusion, and END was never sent."""

from siteproof.model.language import Step, action, given
from siteproof.model.spec.resync_protocol import SPEC, Sender, Sends, Wire, nothing_is_dirty
from siteproof.model.spec.wrong_designs.exhibit import WrongDesign


@action("RES-12")
def stamp_end(s: Sender, w: Wire) -> Step:
    """Every mismatch was sent: the sender waits."""
    return given((s.at == Sends.COPYING) & w.up & nothing_is_dirty(s)).then(
        s.at.becomes(Sends.ENDED),
        *(s.ended[b].becomes(s.disk[b]) for b in s.blocks),
    )


EXHIBIT = WrongDesign(
    SPEC.but("end_forgotten", "END is forgotten, so nobody concludes.", stamp_end),
    breaks="RES-28",
    bug_class="B6",
    happened_in="linstor-server #190",
    right="resync_protocol",
)

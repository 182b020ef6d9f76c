"""A resync that failed once waits for somebody to mark the machine again, and nobody does."""

from siteproof.model.language import Step, action, given
from siteproof.model.spec.resync_protocol import SPEC, Sender, SenderMessage, Sends, Wire
from siteproof.model.spec.wrong_designs.exhibit import WrongDesign


@action("RES-7")
def stamp_start(s: Sender, w: Wire) -> Step:
    """The scheduler looks for marked machines only; one whose session failed is not among them."""
    return given((s.at == Sends.MARKED) & w.up).then(
        s.at.becomes(Sends.STARTED),
        s.quiet.becomes(True),
        w.stamp.becomes(SenderMessage.START),
    )


EXHIBIT = WrongDesign(
    SPEC.but("failed_for_good", "A resync that has failed is never started again.", stamp_start),
    breaks="RES-30",
    bug_class="",
    happened_in="no public report",
    right="resync_protocol",
)

"""B24: the receiver concludes on END while content that was sent before it is still on its way."""

from siteproof.model.language import Step, action, given
from siteproof.model.spec.resync_protocol import SPEC, Receiver, ReceiverMessage, Receives, SenderMessage, Wire
from siteproof.model.spec.wrong_designs.exhibit import WrongDesign


@action("RES-13")
def conclude(r: Receiver, w: Wire) -> Step:
    """END overtakes what was sent before it."""
    return given((r.at == Receives.LISTENING) & (w.stamp == SenderMessage.END)).then(
        r.at.becomes(Receives.CONCLUDED),
        w.stamp.becomes(SenderMessage.NONE),
        w.answer.becomes(ReceiverMessage.CONCLUDED),
    )


EXHIBIT = WrongDesign(
    SPEC.but("early_conclusion", "The receiver concludes with data still on its way.", conclude),
    breaks="RES-24",
    bug_class="B24",
    happened_in="longhorn #12830",
    right="resync_protocol",
)

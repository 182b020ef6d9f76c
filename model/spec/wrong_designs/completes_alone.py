"""B24: the sender completes when it has sent everything, and does not wait for the receiver's conclusion."""

from siteproof.model.language import Step, action, given
from siteproof.model.spec.resync_protocol import SPEC, Sender, SenderMessage, Sends, Wire, nothing_is_dirty
from siteproof.model.spec.wrong_designs.exhibit import WrongDesign


@action("RES-12")
def stamp_end(s: Sender, w: Wire) -> Step:
    """Every mismatch was sent: END is stamped, and the mark is taken away at once."""
    return given((s.at == Sends.COPYING) & w.up & nothing_is_dirty(s)).then(
        s.at.becomes(Sends.COMPLETED),
        w.stamp.becomes(SenderMessage.END),
    )


EXHIBIT = WrongDesign(
    SPEC.but("completes_alone", "The sender completes before the conclusion.", stamp_end),
    breaks="RES-27",
    bug_class="B24",
    happened_in="longhorn #12830",
    right="resync_protocol",
)

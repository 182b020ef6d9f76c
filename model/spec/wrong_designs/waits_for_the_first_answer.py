"""B6: the sender sends again only what follows an acknowledgement; when the first frame is lost, both sides wait."""

from siteproof.model.language import Step, action, given
from siteproof.model.spec.frames import SPEC, Stream
from siteproof.model.spec.wrong_designs.exhibit import WrongDesign


@action("FRM-9")
def send_again(x: Stream) -> Step:
    """Somebody has to have answered before."""
    s = x.sender
    return given((s.acknowledged < s.sent) & (s.acknowledged > 0)).then(s.sent.becomes(s.acknowledged))


EXHIBIT = WrongDesign(
    SPEC.but("waits_for_the_first_answer", "The first frame is never sent again.", send_again),
    breaks="FRM-16",
    bug_class="B6",
    happened_in="linstor-server #190",
    right="frames",
)

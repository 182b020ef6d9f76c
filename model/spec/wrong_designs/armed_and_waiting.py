"""B6: the resync is armed and never starts, because each side waits for the first stamp of the other."""

from siteproof.model.language import Step, action, given
from siteproof.model.spec.resync_protocol import SPEC, Sender, Sends, Wire
from siteproof.model.spec.wrong_designs.exhibit import WrongDesign


@action("RES-7")
def stamp_start(s: Sender, w: Wire) -> Step:
    """The sender is armed and waits for the receiver's hashes, which wait for START."""
    return given(s.at.is_in(Sends.MARKED, Sends.FAILED) & w.up).then(
        s.at.becomes(Sends.STARTED),
        s.quiet.becomes(True),
    )


EXHIBIT = WrongDesign(
    SPEC.but("armed_and_waiting", "An armed resync waits for the other side to begin.", stamp_start),
    breaks="RES-28",
    bug_class="B6",
    happened_in="linstor-server #190",
    right="resync_protocol",
)

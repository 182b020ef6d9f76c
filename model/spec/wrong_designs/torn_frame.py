"""B37: a frame of which only a part arrived is applied."""

from siteproof.model.language import Step, action, given
from siteproof.model.spec.frames import SPEC, Stream, apply_frame, is_there
from siteproof.model.spec.wrong_designs.exhibit import WrongDesign


@action("FRM-6", place="wire")
def accept_frame(x: Stream, place: int) -> Step:
    """Nobody looks whether the frame is whole."""
    r, f = x.receiver, x.wire.frames[place]
    fits = (f.sequence == r.applied + 1) & (f.generation == r.generation)
    return given(is_there(f) & fits).then(*apply_frame(r, f))


EXHIBIT = WrongDesign(
    SPEC.but("torn_frame", "A torn frame is accepted.", accept_frame),
    breaks="FRM-14",
    bug_class="B37",
    happened_in="QEMU incremental backup",
    right="frames",
)

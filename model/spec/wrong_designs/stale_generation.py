"""B15: the generation of a frame is not compared, so the old side writes into the new history."""

from siteproof.model.language import Step, action, given
from siteproof.model.spec.frames import SPEC, Stream, apply_frame, is_there
from siteproof.model.spec.wrong_designs.exhibit import WrongDesign


@action("FRM-6", place="wire")
def accept_frame(x: Stream, place: int) -> Step:
    """The number fits, so the frame is applied."""
    r, f = x.receiver, x.wire.frames[place]
    fits = (f.sequence == r.applied + 1) & ~f.torn
    return given(is_there(f) & fits).then(*apply_frame(r, f))


EXHIBIT = WrongDesign(
    SPEC.but("stale_generation", "A frame of the fenced side is accepted.", accept_frame),
    breaks="FRM-13",
    bug_class="B15",
    happened_in="ceph #17979",
    right="frames",
)

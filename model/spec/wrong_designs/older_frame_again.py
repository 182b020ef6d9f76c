"""B4: a frame that comes a second time is applied a second time, over what was written since."""

from siteproof.model.language import Step, action, given
from siteproof.model.spec.frames import SPEC, Stream, apply_frame, is_there
from siteproof.model.spec.wrong_designs.exhibit import WrongDesign


@action("FRM-6", place="wire")
def accept_frame(x: Stream, place: int) -> Step:
    """Whatever is not too early is applied."""
    r, f = x.receiver, x.wire.frames[place]
    known = (f.sequence <= r.applied + 1) & (f.generation == r.generation) & ~f.torn
    return given(is_there(f) & known).then(*apply_frame(r, f))


EXHIBIT = WrongDesign(
    SPEC.but("older_frame_again", "A repeated frame overwrites newer data.", accept_frame),
    breaks="FRM-12",
    bug_class="B4",
    happened_in="LINBIT design note",
    right="frames",
)
